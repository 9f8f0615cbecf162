"""The tables of a backlog as columns of numbers, their names and types, and a digest of what they say."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Column = NDArray[Any]
"""64-bit integers, or floats for the columns that are no whole numbers."""
Table = Mapping[str, Column]

REAL_COLUMNS = frozenset({"rate_cents_per_kg", "kg"})
"""Columns that are no whole numbers; what they multiply to is rounded to cents once."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "lanes": ("zone", "node", "fixed_cents", "rate_cents_per_kg", "transit_days"),
    "skus": ("sku", "kg", "alt_sku", "alt_cents"),
    "supply": ("sku", "node", "day", "arriving_qty"),
    "pick_capacity": ("node", "day", "pick_units"),
    "orders": (
        "order", "zone", "priority", "conf_class", "promised_day", "ship_complete", "max_shipments",
    ),
    "lines": (
        "line", "order", "sku", "ordered_qty", "confirmable_qty", "unfilled_cents",
        "late_cents_per_unit_day", "current_node", "change_cents",
    ),
}  # fmt: skip
"""File by file, the columns of the format, in their order."""

RULES: Mapping[str, tuple[str, ...]] = {
    "transfers": ("from_node", "to_node", "lead_days", "cents_per_unit"),
    "expedite": ("zone", "node", "fixed_cents", "rate_cents_per_kg", "transit_days"),
    "safety_stock": ("sku", "node", "safety_qty"),
    "lots": ("sku", "node", "day", "expires_day", "lot_qty"),
    "packs": ("sku", "pack_qty"),
    "line_rules": ("line", "least_qty", "life_days"),
    "customers": ("order", "customer"),
    "floors": ("customer", "floor_percent", "short_cents"),
    "firm": ("line", "node", "sku", "ship_day", "qty"),
    "fences": ("node", "first_day"),
}
"""The same of the files that a folder may have besides."""

NO_NODE = -1
NO_SKU = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many of each there are; identifiers run from zero below these."""

    nodes: int
    zones: int
    days: int
    skus: int
    orders: int
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What a folder of the format holds, column by column."""

    seed: int
    sizes: Sizes
    node_cities: tuple[str, ...]
    zone_cities: tuple[str, ...]
    lanes: Table
    skus: Table
    supply: Table
    pick_capacity: Table
    orders: Table
    lines: Table
    rules: Mapping[str, Table] = field(default_factory=dict)
    """What the folder has of the files that it need not have."""

    def table(self, name: str) -> Table:
        """The columns of one file of the format."""
        found: Table = getattr(self, name)
        return found

    def rule(self, name: str) -> Table:
        """The columns of a file that need not be there; without rows where it is not."""
        found = self.rules.get(name)
        return found if found is not None else NO_RULES[name]


NO_RULES: Mapping[str, Table] = {
    name: {column: np.zeros(0, np.float64 if column in REAL_COLUMNS else np.int64) for column in columns}
    for name, columns in RULES.items()
}


def digest_of_tables(tables: Tables) -> str:
    """SHA-256 over sizes and every column in the order of the format; names of cities do not count.

    Files that a folder need not have count only where they are.
    """
    told = hashlib.sha256(b"backlog/1\n")
    sizes = tables.sizes
    told.update(
        f"{sizes.nodes} {sizes.zones} {sizes.days} {sizes.skus} {sizes.orders} {sizes.lines}\n".encode()
    )
    present = {name: (columns, tables.table(name)) for name, columns in COLUMNS.items()}
    present |= {name: (columns, tables.rule(name)) for name, columns in RULES.items() if name in tables.rules}
    for name, (columns, table) in present.items():
        for column in columns:
            values = np.ascontiguousarray(table[column])
            told.update(f"{name}.{column} {values.size}\n".encode())
            told.update(values.astype("<f8" if column in REAL_COLUMNS else "<i8").tobytes())
    return told.hexdigest()
