"""The rule that ERPs use, as a plan to start from and to be measured against.

Orders by priority and promised day; each line from the nearest node that has stock and hands free, on the
first day it can, what is there and the rest from the next nearest.
"""

from __future__ import annotations

import numpy as np

from optimization.backlog.compiled import compiled
from optimization.backlog.goods import goods_at, whole_packs
from optimization.backlog.instance import Arrays, Instance
from optimization.backlog.plan import PairPlan
from optimization.backlog.tables import Integers


def erp_plan(instance: Instance) -> PairPlan:
    """What the rule plans."""
    arrays = instance.arrays
    orders = instance.tables.orders
    turn = np.lexsort((orders["promised_day"], orders["priority"])).astype(np.int64)
    qty = np.zeros(arrays.pair_row.size, np.int64)
    day = np.zeros(arrays.pair_row.size, np.int64)
    _serve_all(arrays, turn, _by_line(arrays), qty, day, arrays.supply.copy(), arrays.pick.copy())
    return PairPlan(qty=qty, day=day)


def _by_line(arrays: Arrays) -> Integers:
    """The pairs of each line, nearest first; within an order the lines one after another."""
    zone = arrays.order_zone[arrays.line_order[arrays.pair_line]]
    lane = zone * arrays.n_sources + arrays.pair_source
    return np.lexsort((arrays.pair_cost, arrays.lane_fixed[lane], arrays.pair_line)).astype(np.int64)


@compiled
def _serve_all(
    arrays: Arrays,
    turn: Integers,
    by_line: Integers,
    qty: Integers,
    day: Integers,
    left: Integers,
    pick: Integers,
) -> None:
    """Serve order after order; a ship-complete order that cannot be complete gives everything back."""
    for order in turn:
        first = arrays.pair_first[arrays.entry_first[order]]
        last = arrays.pair_first[arrays.entry_first[order + 1]]
        short = _serve_order(arrays, order, by_line[first:last], qty, day, left, pick)
        if short and arrays.order_complete[order] == 1:
            for pair in range(first, last):
                if qty[pair] > 0:
                    _take(arrays, pair, day[pair], -qty[pair], left, pick)
                    qty[pair] = 0


@compiled
def _serve_order(
    arrays: Arrays,
    order: int,
    pairs: Integers,
    qty: Integers,
    day: Integers,
    left: Integers,
    pick: Integers,
) -> bool:
    """Serve one order line by line; tells whether anything is left over."""
    days = arrays.n_days
    opened = np.full(arrays.order_shipments[order], -1, np.int64)
    count = 0
    need = np.zeros(arrays.order_first[order + 1] - arrays.order_first[order], np.int64)
    for line in range(need.size):
        need[line] = arrays.line_qty[arrays.order_first[order] + line]
    for pair in pairs:
        line = arrays.pair_line[pair] - arrays.order_first[order]
        row = arrays.pair_row[pair]
        # The rule knows neither transfers nor another mode than the usual one.
        if need[line] == 0 or arrays.pair_source[pair] != arrays.row_node[row]:
            continue
        for at in range(days):
            free = _free(arrays, pair, at, need[line], left, pick)
            if free <= 0:
                continue
            source = arrays.row_node[row] * days + at
            known = False
            for each in range(count):
                known = known or opened[each] == source
            if not known and count == opened.size:
                continue
            if not known:
                opened[count] = source
                count += 1
            qty[pair] = free
            day[pair] = at
            need[line] -= qty[pair]
            _take(arrays, pair, at, qty[pair], left, pick)
            break
    return bool(need.sum() > 0)


@compiled
def _free(arrays: Arrays, pair: int, at: int, need: int, left: Integers, pick: Integers) -> int:
    """How much of what is needed a pair may ship on a day."""
    cell, row = goods_at(arrays, pair, at), arrays.pair_row[pair]
    if cell < 0:
        return 0
    free = min(need, pick[arrays.row_node[row] * arrays.n_days + at])
    for later in range(cell, (row + 1) * arrays.n_days):
        free = min(free, left[later])
    return whole_packs(arrays, pair, free)


@compiled
def _take(arrays: Arrays, pair: int, at: int, units: int, left: Integers, pick: Integers) -> None:
    """Take units of a pair on a day out of what is left, or give them back when negative."""
    row = arrays.pair_row[pair]
    pick[arrays.row_node[row] * arrays.n_days + at] -= units
    for cell in range(row * arrays.n_days + at, (row + 1) * arrays.n_days):
        left[cell] -= units
