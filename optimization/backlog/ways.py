"""Every way a line may be served: from which stock row, by which source, after how long, for how much.

A *source* is a node with a mode: the node itself for the usual one, the node plus the number of nodes for the
expedited one. Goods of another node can be transferred to it first; then they ship in the usual mode.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.checks_of_columns import first_rows
from optimization.backlog.rules import NEVER_EXPIRES, StockRows, by_line
from optimization.backlog.tables import Column, Integers, Table, Tables

Indices = NDArray[np.int32]
Sources = NDArray[np.int16]
Days = NDArray[np.int8]


class Lanes(NamedTuple):
    """Lanes by zone and source; ``open`` says which there are."""

    fixed: Integers
    transit: Integers
    rate: Column
    open: NDArray[np.bool_]


class Pairs(NamedTuple):
    """Lines with stock rows and sources, sorted by order, source and line."""

    line: Indices
    row: Indices
    source: Sources
    lead: Days
    last: Days
    cost: Integers


def lanes_of(tables: Tables) -> Lanes:
    """The lanes of the usual mode, and those of the expedited one where there is any."""
    sizes, lanes, faster = tables.sizes, tables.lanes, tables.rule("expedite")
    shape = (sizes.zones, sizes.nodes)
    fixed, transit, rate = (
        lanes[field].reshape(shape) for field in ("fixed_cents", "transit_days", "rate_cents_per_kg")
    )
    is_open = np.ones(shape, np.bool_)
    if faster["zone"].size:
        at = (faster["zone"], faster["node"])
        fixed, transit, rate, is_open = (
            np.concatenate([usual, _placed(shape, at, values)], axis=1)
            for usual, values in (
                (fixed, faster["fixed_cents"]),
                (transit, faster["transit_days"]),
                (rate, faster["rate_cents_per_kg"]),
                (is_open, np.ones(faster["zone"].size, np.bool_)),
            )
        )
    return Lanes(
        np.ascontiguousarray(fixed.reshape(-1)),
        np.ascontiguousarray(transit.reshape(-1)),
        np.ascontiguousarray(rate.reshape(-1)),
        np.ascontiguousarray(is_open.reshape(-1)),
    )


def _placed(shape: tuple[int, int], at: tuple[Column, Column], values: Column) -> Column:
    found = np.zeros(shape, values.dtype)
    found[at] = values
    return found


def pairs_of(tables: Tables, line: Table, line_id: Integers, rows: StockRows, lanes: Lanes) -> Pairs:
    """Every line with every stock row that may serve it and every source that may ship that."""
    sizes, own = tables.sizes, line["sku"]
    instead = tables.skus["alt_sku"][own]
    row_first = first_rows(rows.sku, sizes.skus)
    lines = np.arange(own.size, dtype=np.int64)
    swapped = np.flatnonzero(instead >= 0)
    of_line = np.concatenate([lines, lines[swapped]])
    of_sku = np.concatenate([own, instead[swapped]])
    count = row_first[of_sku + 1] - row_first[of_sku]
    at, row = _spread(of_line, row_first[of_sku], count)
    at, row, source, lead, extra = _by_source(tables, at, row, rows.node[row])
    order, sources = line["order"][at], lanes.fixed.size // sizes.zones
    zone = tables.orders["zone"][order]
    lane = zone * sources + source
    shipped, node = rows.sku[row], source % sizes.nodes
    # Rounded half to even, as the format says; the product of the two floats is the same on every machine.
    cost = np.rint(tables.skus["kg"][shipped] * lanes.rate[lane]).astype(np.int64) + extra
    cost += np.where(shipped != own[at], tables.skus["alt_cents"][own[at]], 0)
    current = line["current_node"][at]
    cost += np.where((current >= 0) & (current != node), line["change_cents"][at], 0)
    life = by_line(tables, "life_days", 0)[line_id][at]
    last = np.where(
        rows.expires[row] == NEVER_EXPIRES, sizes.days - 1, rows.expires[row] - lanes.transit[lane] - life
    )
    last = np.minimum(last, sizes.days - 1)
    kept = lanes.open[lane] & (lead <= last)
    turn = np.flatnonzero(kept)
    turn = turn[np.lexsort((at[turn], order[turn] * sources + source[turn]))]
    return Pairs(
        line=at[turn].astype(np.int32),
        row=row[turn].astype(np.int32),
        source=source[turn].astype(np.int16),
        lead=lead[turn].astype(np.int8),
        last=last[turn].astype(np.int8),
        cost=cost[turn],
    )


def _spread(of: Integers, first: Integers, count: Integers) -> tuple[Integers, Integers]:
    """Repeat each as often as it counts, and number from its first on."""
    repeated = np.repeat(of, count)
    offset = np.arange(repeated.size, dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    return repeated, np.repeat(first, count) + offset


def _by_source(
    tables: Tables, line: Integers, row: Integers, node: Integers
) -> tuple[Integers, Integers, Integers, Integers, Integers]:
    """Lines and rows with each source that may ship them, the days and cents that it takes to get there."""
    none = np.zeros(line.size, np.int64)
    parts = [(line, row, node, none, none)]
    if tables.rule("expedite")["zone"].size:
        parts.append((line, row, node + tables.sizes.nodes, none, none))
    moves = tables.rule("transfers")
    if moves["from_node"].size:
        turn = np.argsort(moves["from_node"], kind="stable")
        begins = first_rows(moves["from_node"][turn], tables.sizes.nodes)
        each, place = _spread(
            np.arange(line.size, dtype=np.int64), begins[node], begins[node + 1] - begins[node]
        )
        move = turn[place]
        target, lead, cents = (moves[field][move] for field in ("to_node", "lead_days", "cents_per_unit"))
        parts.append((line[each], row[each], target, lead, cents))
    joined = [np.concatenate([part[field] for part in parts]) for field in range(5)]
    return joined[0], joined[1], joined[2], joined[3], joined[4]
