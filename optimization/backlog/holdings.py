"""What a plan under way ships and leaves: units and day of every pair, stock and hands left, who holds a row.

Two threads search side by side on disjoint orders. Each has its own share of what is left, and its own end of
the list of holders of each row; the arrays by pair are shared, since no pair belongs to both.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.compiled import compiled
from optimization.backlog.goods import days_late, goods_at, hands_at
from optimization.backlog.instance import Arrays
from optimization.backlog.tables import Integers
from optimization.backlog.ways import Indices


class Holdings(NamedTuple):
    """The plan as one thread sees it."""

    qty: Indices
    day: Indices
    left: Integers
    """By row and day, arrivals less what leaves by then; never negative."""
    free: Integers
    """By row and day, what may still leave on that day: the least left from it on."""
    hands: Integers
    row_pairs: Integers
    """Where the holders of each row begin: one more than there are rows."""
    holder: Indices
    position: Indices
    holders: Integers
    """How many pairs hold units of each row, of this thread."""
    touched: NDArray[np.bool_]
    """The rows whose units or holders are no longer as they were laid out."""
    side: int
    """0: this thread's holders grow from the front of a row's list, 1: from its back."""


def row_offsets(arrays: Arrays) -> Integers:
    """Where each row's list of holders begins, large enough for all its pairs."""
    counts = np.bincount(arrays.pair_row, minlength=arrays.row_sku.size)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def empty_holdings(arrays: Arrays) -> Holdings:
    """Nothing shipped."""
    pairs = arrays.pair_row.size
    holdings = Holdings(
        qty=np.zeros(pairs, np.int32),
        day=np.zeros(pairs, np.int32),
        left=arrays.supply.copy(),
        free=np.zeros_like(arrays.supply),
        hands=arrays.pick.copy(),
        row_pairs=row_offsets(arrays),
        holder=np.zeros(pairs, np.int32),
        position=np.zeros(pairs, np.int32),
        holders=np.zeros(arrays.row_sku.size, np.int64),
        touched=np.zeros(arrays.row_sku.size, np.bool_),
        side=0,
    )
    refresh_free(holdings.left, arrays.n_days, holdings.free)
    return holdings


@compiled
def refresh_free(left: Integers, days: int, free: Integers) -> None:
    """Work out what may leave on each day from what is left on each day."""
    for row in range(left.size // days):
        least = left[row * days + days - 1]
        for at in range(days - 1, -1, -1):
            least = min(least, left[row * days + at])
            free[row * days + at] = least


@compiled
def ship(arrays: Arrays, holdings: Holdings, pair: int, at: int, units: int) -> None:
    """Ship units of a pair on a day; less than nothing takes them back."""
    days = arrays.n_days
    row = arrays.pair_row[pair]
    holdings.touched[row] = True
    for cell in range(goods_at(arrays, pair, at), (row + 1) * days):
        holdings.left[cell] -= units
    least = holdings.left[row * days + days - 1]
    for back in range(days - 1, -1, -1):
        least = min(least, holdings.left[row * days + back])
        holdings.free[row * days + back] = least
    holdings.hands[hands_at(arrays, pair, at)] -= units
    if holdings.qty[pair] == 0:
        add_holder(holdings, row, pair)
    holdings.qty[pair] += units
    holdings.day[pair] = at
    if holdings.qty[pair] == 0:
        drop_holder(holdings, row, pair)


@compiled
def put_back(days: int, holdings: Holdings, kept: Holdings) -> None:
    """Make what was touched as it is kept; what nobody holds may differ in its day, which says nothing."""
    for row in range(holdings.touched.size):
        if not holdings.touched[row]:
            continue
        for index in range(holdings.holders[row]):
            holdings.qty[holdings.holder[place_of(holdings, row, index)]] = 0
        for index in range(kept.holders[row]):
            place = place_of(kept, row, index)
            pair = kept.holder[place]
            holdings.holder[place] = pair
            holdings.position[pair] = index
            holdings.qty[pair] = kept.qty[pair]
            holdings.day[pair] = kept.day[pair]
        holdings.holders[row] = kept.holders[row]
        for cell in range(row * days, (row + 1) * days):
            holdings.left[cell] = kept.left[cell]
            holdings.free[cell] = kept.free[cell]
        holdings.touched[row] = False
    holdings.hands[:] = kept.hands


@compiled
def differing(holdings: Holdings, kept: Holdings) -> Integers:
    """The pairs that ship other units than are kept, or on another day; only touched rows can have any."""
    most = 0
    for row in range(holdings.touched.size):
        if holdings.touched[row]:
            most += holdings.holders[row] + kept.holders[row]
    found = np.empty(most, np.int64)
    count = 0
    for row in range(holdings.touched.size):
        if not holdings.touched[row]:
            continue
        for index in range(holdings.holders[row]):
            pair = holdings.holder[place_of(holdings, row, index)]
            if holdings.qty[pair] != kept.qty[pair] or holdings.day[pair] != kept.day[pair]:
                found[count] = pair
                count += 1
        for index in range(kept.holders[row]):
            pair = kept.holder[place_of(kept, row, index)]
            if holdings.qty[pair] == 0:
                found[count] = pair
                count += 1
    return np.sort(found[:count])


@compiled
def place_of(holdings: Holdings, row: int, index: int) -> int:
    """Where the holder with an index lies in the list of a row."""
    if holdings.side == 0:
        return int(holdings.row_pairs[row] + index)
    return int(holdings.row_pairs[row + 1] - 1 - index)


@compiled
def add_holder(holdings: Holdings, row: int, pair: int) -> None:
    """Let a pair be among the holders of its row."""
    index = holdings.holders[row]
    holdings.holder[place_of(holdings, row, index)] = pair
    holdings.position[pair] = index
    holdings.holders[row] = index + 1


@compiled
def drop_holder(holdings: Holdings, row: int, pair: int) -> None:
    """Let a pair no longer be among the holders of its row; the last one takes its place."""
    last = holdings.holders[row] - 1
    index = holdings.position[pair]
    moved = holdings.holder[place_of(holdings, row, last)]
    holdings.holder[place_of(holdings, row, index)] = moved
    holdings.position[moved] = index
    holdings.holders[row] = last


@compiled
def clear_order(arrays: Arrays, holdings: Holdings, order: int) -> None:
    """Take back everything an order ships."""
    first = arrays.pair_first[arrays.entry_first[order]]
    for pair in range(first, arrays.pair_first[arrays.entry_first[order + 1]]):
        if holdings.qty[pair] > 0:
            ship(arrays, holdings, pair, holdings.day[pair], -holdings.qty[pair])


@compiled
def order_cost(arrays: Arrays, qty: Indices, day: Indices, order: int) -> int:
    """What an order costs as it is planned, in cents, less what being on time is rewarded with."""
    total = 0
    for line in range(arrays.order_first[order], arrays.order_first[order + 1]):
        total += arrays.line_qty[line] * arrays.line_unfilled[line]
    for entry in range(arrays.entry_first[order], arrays.entry_first[order + 1]):
        source = arrays.entry_source[entry]
        lane = arrays.order_zone[order] * arrays.n_sources + source
        days_used = 0
        for pair in range(arrays.pair_first[entry], arrays.pair_first[entry + 1]):
            if qty[pair] == 0:
                continue
            at = day[pair]
            line = arrays.pair_line[pair]
            late = max(0, days_late(arrays, order, source, at))
            unit = arrays.pair_cost[pair] + late * arrays.line_late[line] - arrays.line_unfilled[line]
            if late == 0:
                unit -= arrays.order_reward[order]
            total += qty[pair] * unit
            if not days_used >> at & 1:
                days_used |= 1 << at
                total += arrays.lane_fixed[lane]
    return total


@compiled
def order_costs(arrays: Arrays, qty: Indices, day: Indices, costs: Integers) -> None:
    """What every order costs, in cents."""
    for order in range(arrays.order_zone.size):
        costs[order] = order_cost(arrays, qty, day, order)
