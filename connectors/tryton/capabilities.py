"""Which modules of Tryton the connector stands on, and which only some streams and commands need."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from connectors.tryton.client import TrytonClient
from connectors.tryton.values import text

#: Without one of these nothing can be read.
NEEDED: Mapping[str, str] = MappingProxyType(
    {
        "sale": "orders",
        "stock": "stock and shipments",
        "purchase": "receipts expected",
        "carrier": "carriers",
        "account_invoice_stock": "invoices",
        "sale_shipment_cost": "carriers of orders",
        "sale_credit_limit": "credit limits",
    }
)
#: Without one of these what stands beside it is not there; the rest is.
USEFUL: Mapping[str, str] = MappingProxyType(
    {
        "stock_split": "moving parts of a line",
        "stock_shipment_cost": "changing the carrier",
        "sale_amendment": "substitutes in confirmed orders",
        "sale_complaint": "service cases, approving returns",
    }
)


def active_modules(client: TrytonClient) -> frozenset[str]:
    """The modules that the database has activated."""
    found = client.search_read("ir.module", [["state", "=", "activated"]], ["name"])
    return frozenset(text(row, "name") for row in found)


def missing(modules: frozenset[str], wanted: Mapping[str, str]) -> tuple[str, ...]:
    """What is wanted and not activated, with what it is for."""
    return tuple(f"{name} ({purpose})" for name, purpose in wanted.items() if name not in modules)


def lacks(client: TrytonClient) -> str:
    """Everything that is missing, in words; empty where all is there."""
    return ", ".join(missing(active_modules(client), {**NEEDED, **USEFUL}))
