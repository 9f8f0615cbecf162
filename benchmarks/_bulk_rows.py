"""Writing many rows of a mirror table by naming only the columns that differ from row to row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.store.schema import CHILD_TABLES, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Table

HOUR = 3_600_000
DAY = 24 * HOUR
#: 22 November 2026, 12:30 UTC.
NOW = 1_795_350_600_000
_BATCH = 20_000

_KINDS = {table.name: table for table in TABLES.values()}
_CHILDREN = {table.name: table for table, _ in CHILD_TABLES.values()}
#: What a text column says where nothing else is said; every other text is blank.
_WORDS = {
    "source": "erp",
    "version": "1",
    "fields_sha256": "0" * 64,
    "country": "US",
    "currency": "USD",
    "required_fields": '["street", "postcode", "city"]',
    "substitutes": "[]",
    "routing_scacs": "[]",
    "restricted_countries": "[]",
    "lifecycle": "active",
    "unit_of_measure": "ea",
    "screening": "cleared",
    "ship_to_name": "Receiving",
    "ship_to_street": "1 Main St",
    "ship_to_city": "Denver",
    "ship_to_country": "US",
    "ship_to_contact": "J. Ruiz",
    "channel": "edi",
    "quality": "none",
    "document_status": "generated",
    "condition": "good",
    "timezone": "UTC",
    "working_weekdays": "[0, 1, 2, 3, 4, 5, 6]",
    "pickup_weekdays": "[0, 1, 2, 3, 4, 5, 6]",
    "kind": "purchase",
    "signed_by": "J. Ruiz",
}
_NUMBERS = {
    "observed_at": NOW - HOUR,
    "stamp": 1,
    "allows_substitutes": 1,
    "weight_grams": 900,
    "volume_cm3": 800,
    "case_pack_quantity": 1,
    "max_shipments": 3,
    "late_penalty_bp_per_day": 100,
    "penalty_cap_bp": 1_000,
    "cancel_probability_bp": 800,
    "latitude_micro": 35_000_000,
    "longitude_micro": -90_000_000,
}


def write(connection: Connection, name: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> int:
    """Insert rows of the columns named (by spaces apart); the others say the usual. The number of rows."""
    table: Table = _KINDS[name] if name in _KINDS else _CHILDREN[name]
    named = columns.split()
    rest = [column for column in table.columns if column.name not in named]
    names = ", ".join([*named, *(column.name for column in rest)])
    fixed = "".join(f", {_literal(_usual(column))}" for column in rest)
    marks = ", ".join("?" * len(named))
    statement = f"INSERT INTO {name} ({names}) VALUES ({marks}{fixed})"  # noqa: S608 - schema and constants
    count = 0
    batch: list[tuple[Any, ...]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            connection.exec_driver_sql(statement, batch)
            count += len(batch)
            batch = []
    if batch:
        connection.exec_driver_sql(statement, batch)
    return count + len(batch)


def _usual(column: Any) -> Any:  # noqa: ANN401 - a column of any type
    if column.nullable:
        return None
    if column.type.python_type is int:
        return _NUMBERS.get(column.name, 0)
    return _WORDS.get(column.name, "")


def _literal(value: Any) -> str:  # noqa: ANN401 - a constant of any column
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def drop_indexes(connection: Connection) -> list[str]:
    """Take the indexes away while rows are written; the statements that make them again."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    found = [(row.name, row.sql) for row in connection.exec_driver_sql(query)]
    for name, _ in found:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    return [sql for _, sql in found]
