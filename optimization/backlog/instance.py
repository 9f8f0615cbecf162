"""A backlog laid out for solving: flat arrays, orders to nodes to pairs of a line with a stock row.

Only lines with something to plan are kept, sorted by order; ``line_id`` leads back to the file. A *stock row*
is one SKU at one node that ever has stock; a *pair* is a line with a stock row that may serve it, its own or
the substitute. The pairs of an order lie together, node by node (an *entry*), line by line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.refusal import first_rows, refuse_bad_tables
from optimization.backlog.tables import Integers, Table, Tables, digest_of_tables

Indices = NDArray[np.int32]


class Arrays(NamedTuple):
    """What the compiled kernels see of an instance; money in cents."""

    n_nodes: int
    n_days: int
    order_first: Integers
    order_zone: Integers
    order_promised: Integers
    order_complete: Integers
    order_shipments: Integers
    order_thin: NDArray[np.bool_]
    line_order: Integers
    line_qty: Integers
    line_unfilled: Integers
    line_late: Integers
    line_sku: Integers
    row_sku: Integers
    row_node: Integers
    row_first: Integers
    supply: Integers
    pick: Integers
    lane_fixed: Integers
    lane_transit: Integers
    entry_first: Integers
    entry_node: Indices
    pair_first: Integers
    pair_line: Indices
    pair_row: Indices
    pair_cost: Integers


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One backlog: its tables as they were given, and the arrays that are solved."""

    tables: Tables
    arrays: Arrays
    line_id: Integers
    line_current: Integers
    line_change: Integers

    @property
    def n_lines(self) -> int:
        """Lines with something to plan."""
        return int(self.line_id.size)

    @property
    def n_orders(self) -> int:
        """All orders, those with nothing to plan as well."""
        return self.tables.sizes.orders

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the tables say."""
        return digest_of_tables(self.tables)


def build_instance(tables: Tables) -> Instance:
    """Lay out checked tables.

    Raises:
        BadInputError: a value cannot be true; the sentence names file, field and row.
    """
    refuse_bad_tables(tables)
    sizes, lines, orders = tables.sizes, tables.lines, tables.orders
    days = sizes.days
    wanted = np.flatnonzero(lines["confirmable_qty"] > 0)
    line_id = wanted[np.argsort(lines["order"][wanted], kind="stable")].astype(np.int64)
    line = {name: np.ascontiguousarray(values[line_id]) for name, values in lines.items()}
    has = line["current_node"] >= 0
    supply, row_sku, row_node = _stock_rows(tables)
    pick = np.zeros(sizes.nodes * days, np.int64)
    pick[tables.pick_capacity["node"] * days + tables.pick_capacity["day"]] = tables.pick_capacity[
        "pick_units"
    ]
    row_first = first_rows(row_sku, sizes.skus)
    pairs = _pairs(tables, line, row_first, row_node, row_sku)
    order_first = first_rows(line["order"], sizes.orders)
    entries = _entries(pairs, line["order"], row_node, sizes.orders, sizes.nodes)
    arrays = Arrays(
        n_nodes=sizes.nodes,
        n_days=days,
        order_first=order_first,
        order_zone=np.ascontiguousarray(orders["zone"]),
        order_promised=np.ascontiguousarray(orders["promised_day"]),
        order_complete=np.ascontiguousarray(orders["ship_complete"]),
        order_shipments=np.minimum(orders["max_shipments"], sizes.nodes * days).astype(np.int64),
        order_thin=_thin_orders(pairs, line, supply, sizes.orders),
        line_order=line["order"],
        line_qty=line["confirmable_qty"],
        line_unfilled=line["unfilled_cents"] + np.where(has, line["change_cents"], 0),
        line_late=line["late_cents_per_unit_day"],
        line_sku=line["sku"],
        row_sku=row_sku,
        row_node=row_node,
        row_first=row_first,
        supply=np.cumsum(supply, axis=1).reshape(-1),
        pick=pick,
        lane_fixed=np.ascontiguousarray(tables.lanes["fixed_cents"]),
        lane_transit=np.ascontiguousarray(tables.lanes["transit_days"]),
        entry_first=entries[0],
        entry_node=entries[1],
        pair_first=entries[2],
        pair_line=pairs.line,
        pair_row=pairs.row,
        pair_cost=pairs.cost,
    )
    # What was read from a file cannot be written to, which to the kernels is another type: copies are
    # all alike.
    arrays = Arrays._make(each.copy() if isinstance(each, np.ndarray) else each for each in arrays)
    return Instance(
        tables=tables,
        arrays=arrays,
        line_id=line_id,
        line_current=line["current_node"],
        line_change=line["change_cents"],
    )


class _Pairs(NamedTuple):
    line: Indices
    row: Indices
    cost: Integers


def _stock_rows(tables: Tables) -> tuple[Integers, Integers, Integers]:
    """Arrivals by stock row and day, with SKU and node of each row; rows that stay empty are left out."""
    sizes, supply = tables.sizes, tables.supply
    cell = supply["sku"] * sizes.nodes + supply["node"]
    keys, place = np.unique(cell, return_inverse=True)
    arriving = np.zeros((keys.size, sizes.days), np.int64)
    np.add.at(arriving, (place, supply["day"]), supply["arriving_qty"])
    used = arriving.sum(axis=1) > 0
    keys = keys[used].astype(np.int64)
    return np.ascontiguousarray(arriving[used]), keys // sizes.nodes, keys % sizes.nodes


def _pairs(
    tables: Tables,
    line: Table,
    row_first: Integers,
    row_node: Integers,
    row_sku: Integers,
) -> _Pairs:
    """Every line with every stock row that may serve it, sorted by order, node and line."""
    own = line["sku"]
    instead = tables.skus["alt_sku"][own]
    lines = np.arange(own.size, dtype=np.int64)
    swapped = np.flatnonzero(instead >= 0)
    of_line = np.concatenate([lines, lines[swapped]])
    of_sku = np.concatenate([own, instead[swapped]])
    count = row_first[of_sku + 1] - row_first[of_sku]
    pair_line = np.repeat(of_line, count)
    offset = np.arange(pair_line.size, dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    pair_row = np.repeat(row_first[of_sku], count) + offset
    nodes = tables.sizes.nodes
    order = np.lexsort((pair_line, line["order"][pair_line] * nodes + row_node[pair_row]))
    pair_line, pair_row = pair_line[order], pair_row[order]
    zone = tables.orders["zone"][line["order"][pair_line]]
    shipped = row_sku[pair_row]
    lane = zone * nodes + row_node[pair_row]
    # Rounded half to even, as the format says; the product of the two floats is the same on every machine.
    cost = np.rint(tables.skus["kg"][shipped] * tables.lanes["rate_cents_per_kg"][lane]).astype(np.int64)
    cost += np.where(shipped != own[pair_line], tables.skus["alt_cents"][own[pair_line]], 0)
    current = line["current_node"][pair_line]
    cost += np.where((current >= 0) & (current != row_node[pair_row]), line["change_cents"][pair_line], 0)
    return _Pairs(line=pair_line.astype(np.int32), row=pair_row.astype(np.int32), cost=cost)


def _thin_orders(pairs: _Pairs, line: Table, supply: Integers, orders: int) -> NDArray[np.bool_]:
    """Orders with a line that some row, on some day, can serve in part only."""
    held = np.cumsum(supply, axis=1)
    least = np.where(held > 0, held, np.iinfo(np.int64).max).min(axis=1, initial=np.iinfo(np.int64).max)
    thin = np.zeros(orders, np.bool_)
    short = least[pairs.row] < line["confirmable_qty"][pairs.line]
    thin[line["order"][pairs.line[short]]] = True
    return thin


def _entries(
    pairs: _Pairs, line_order: Integers, row_node: Integers, orders: int, nodes: int
) -> tuple[Integers, Indices, Integers]:
    """Orders to entries, nodes of entries, entries to pairs."""
    key = line_order[pairs.line] * nodes + row_node[pairs.row]
    begins = np.flatnonzero(np.diff(key, prepend=-1) != 0)
    entry_key = key[begins]
    pair_first = np.append(begins, key.size).astype(np.int64)
    return first_rows(entry_key // nodes, orders), (entry_key % nodes).astype(np.int32), pair_first
