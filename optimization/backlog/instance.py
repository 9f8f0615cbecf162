"""A backlog laid out for solving: flat arrays, orders to nodes to pairs of a line with a stock row.

Only lines with something to plan are kept, sorted by order; ``line_id`` leads back to the file. A *stock row*
is one SKU at one node, of one date, that ever has stock to give; a *pair* is a line with a stock row that may
serve it, its own or the substitute, and the *source* that ships it: a node in the usual or expedited mode.
The pairs of an order lie together, source by source (an *entry*), line by line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.checks_of_columns import first_rows
from optimization.backlog.floors import Floors, floors_of
from optimization.backlog.refusal import refuse_bad_tables
from optimization.backlog.rules import LeftToPlan, by_line, left_to_plan, pack_of_sku
from optimization.backlog.tables import Column, Integers, Table, Tables, digest_of_tables
from optimization.backlog.ways import Days, Indices, Pairs, Sources, lanes_of, pairs_of


class Arrays(NamedTuple):
    """What the compiled kernels see of an instance; money in cents."""

    n_nodes: int
    n_sources: int
    n_days: int
    order_first: Integers
    order_zone: Integers
    order_promised: Integers
    order_complete: Integers
    order_shipments: Integers
    order_thin: NDArray[np.bool_]
    order_reward: Integers
    """Cents that a unit on time is reckoned to be worth, for the sake of a floor; see ``floors``."""
    line_order: Integers
    line_qty: Integers
    line_unfilled: Integers
    line_late: Integers
    line_sku: Integers
    line_least: Integers
    row_sku: Integers
    row_node: Integers
    row_first: Integers
    row_pack: Integers
    supply: Integers
    pick: Integers
    lane_fixed: Integers
    lane_transit: Integers
    source_node: Integers
    entry_first: Integers
    entry_source: Indices
    pair_first: Integers
    pair_line: Indices
    pair_row: Indices
    pair_source: Sources
    pair_lead: Days
    pair_last: Days
    pair_cost: Integers


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One backlog: its tables as they were given, and the arrays that are solved."""

    tables: Tables
    arrays: Arrays
    line_id: Integers
    line_current: Integers
    line_change: Integers
    row_expires: Integers
    settled_cents: int
    """What is paid whatever is planned: for firm rows, and for what cannot ship."""
    floors: Floors

    def reward(self, by_floor: Integers) -> None:
        """Let a unit on time count as so many cents for each floor, wherever orders are weighed."""
        self.arrays.order_reward[:] = self.floors.rewards(by_floor)

    def with_own_rewards(self) -> Instance:
        """The same backlog, to be rewarded without touching this one."""
        own = self.arrays._replace(order_reward=np.zeros_like(self.arrays.order_reward))
        return replace(self, arrays=own)

    @property
    def n_lines(self) -> int:
        """Lines with something to plan."""
        return int(self.line_id.size)

    @property
    def n_orders(self) -> int:
        """All orders, those with nothing to plan as well."""
        return self.tables.sizes.orders

    def rows_of(self, sku: Integers, node: Integers, expires: Integers) -> tuple[Integers, NDArray[np.bool_]]:
        """The stock row of each SKU, node and date, and whether there is one."""
        arrays = self.arrays
        dates, date = np.unique(self.row_expires, return_inverse=True)
        known = (node >= 0) & (node < arrays.n_nodes) & np.isin(expires, dates)
        keys = (arrays.row_sku * arrays.n_nodes + arrays.row_node) * dates.size + date
        wanted = (sku * arrays.n_nodes + node) * dates.size + np.searchsorted(dates, expires)
        return places_of(keys, wanted, known)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the tables say."""
        return digest_of_tables(self.tables)


def places_of(
    keys: Integers, wanted: Integers, known: NDArray[np.bool_]
) -> tuple[Integers, NDArray[np.bool_]]:
    """Where each of ``wanted`` lies among sorted keys, and which of those known so far do; 0 for the rest."""
    place = np.searchsorted(keys, wanted)
    known = known & (place < keys.size)
    known[known] = keys[place[known]] == wanted[known]
    return np.where(known, place, 0), known


def build_instance(tables: Tables) -> Instance:
    """Lay out checked tables.

    Raises:
        BadInputError: a value cannot be true; the sentence names file, field and row.
    """
    refuse_bad_tables(tables)
    left = left_to_plan(tables)
    lines = tables.lines
    wanted = np.flatnonzero(left.wanted > 0)
    line_id = wanted[np.argsort(lines["order"][wanted], kind="stable")].astype(np.int64)
    line = {name: np.ascontiguousarray(values[line_id]) for name, values in lines.items()}
    arrays = _arrays(tables, left, line, line_id)
    # What was read from a file cannot be written to, which to the kernels is another type: copies are
    # all alike.
    arrays = Arrays._make(each.copy() if isinstance(each, np.ndarray) else each for each in arrays)
    return Instance(
        tables=tables,
        arrays=arrays,
        line_id=line_id,
        line_current=line["current_node"],
        line_change=line["change_cents"],
        row_expires=left.rows.expires,
        settled_cents=left.settled_cents,
        floors=floors_of(tables),
    )


def _arrays(tables: Tables, left: LeftToPlan, line: Table, line_id: Integers) -> Arrays:
    """The arrays of what there is to plan."""
    sizes, orders, rows, lanes = tables.sizes, tables.orders, left.rows, lanes_of(tables)
    pairs = pairs_of(tables, line, line_id, rows, lanes)
    sources = lanes.fixed.size // sizes.zones
    entry_first, entry_source, pair_first = _entries(pairs, line["order"], sizes.orders, sources)
    qty, pack = left.wanted[line_id], pack_of_sku(tables)[rows.sku]
    whole = rows.supply - rows.supply % pack[:, None]
    has = line["current_node"] >= 0
    return Arrays(
        n_nodes=sizes.nodes,
        n_sources=sources,
        n_days=sizes.days,
        order_first=first_rows(line["order"], sizes.orders),
        order_zone=np.ascontiguousarray(orders["zone"]),
        order_promised=np.ascontiguousarray(orders["promised_day"]),
        order_complete=np.ascontiguousarray(orders["ship_complete"]),
        order_shipments=np.minimum(left.shipments, sources * sizes.days).astype(np.int64),
        order_thin=_thin_orders(pairs, line["order"], qty, whole, sizes.orders),
        order_reward=np.zeros(sizes.orders, np.int64),
        line_order=line["order"],
        line_qty=qty,
        line_unfilled=line["unfilled_cents"] + np.where(has, line["change_cents"], 0),
        line_late=line["late_cents_per_unit_day"],
        line_sku=line["sku"],
        line_least=by_line(tables, "least_qty", 1)[line_id],
        row_sku=rows.sku,
        row_node=rows.node,
        row_first=first_rows(rows.sku, sizes.skus),
        row_pack=pack,
        supply=rows.supply.reshape(-1),
        pick=left.pick,
        lane_fixed=lanes.fixed,
        lane_transit=lanes.transit,
        source_node=np.arange(sources, dtype=np.int64) % sizes.nodes,
        entry_first=entry_first,
        entry_source=entry_source,
        pair_first=pair_first,
        pair_line=pairs.line,
        pair_row=pairs.row,
        pair_source=pairs.source,
        pair_lead=pairs.lead,
        pair_last=pairs.last,
        pair_cost=pairs.cost,
    )


def _thin_orders(
    pairs: Pairs, line_order: Column, qty: Integers, held: Integers, orders: int
) -> NDArray[np.bool_]:
    """Orders with a line that some row, on some day, can serve in part only."""
    least = np.where(held > 0, held, np.iinfo(np.int64).max).min(axis=1, initial=np.iinfo(np.int64).max)
    thin = np.zeros(orders, np.bool_)
    thin[line_order[pairs.line[least[pairs.row] < qty[pairs.line]]]] = True
    return thin


def _entries(
    pairs: Pairs, line_order: Column, orders: int, sources: int
) -> tuple[Integers, Indices, Integers]:
    """Orders to entries, sources of entries, entries to pairs."""
    key = (line_order[pairs.line] * sources + pairs.source).astype(np.int64)
    begins = np.flatnonzero(np.diff(key, prepend=-1) != 0)
    entry_key = key[begins]
    pair_first = np.append(begins, key.size).astype(np.int64)
    return first_rows(entry_key // sources, orders), (entry_key % sources).astype(np.int32), pair_first
