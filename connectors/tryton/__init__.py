"""Tryton 8.2 as ERP and stock: reads by modification date, writes by JSON-RPC sagas."""
