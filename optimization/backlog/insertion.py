"""Putting one order into what is left: the best pattern by subsets, shipped for real, then topped up.

The subsets reckon with what each cell has for each line alone; shipping takes units in turn, so that lines
share hands and a line may be served from two cells. A cell that is worth its shipment for what is still
missing is added.
"""

from __future__ import annotations

import numpy as np

from optimization.backlog.compiled import compiled
from optimization.backlog.goods import goods_at, hands_at, whole_packs
from optimization.backlog.holdings import Holdings, clear_order, order_cost, ship
from optimization.backlog.instance import Arrays
from optimization.backlog.patterns import (
    FIRST_COST,
    MOST_LINES,
    NEVER,
    NEXT_COST,
    SCALE,
    SHARE_BITS,
    Market,
    Scratch,
    fill_cell,
    is_no_better,
    join_groups,
    unfilled_cost,
)
from optimization.backlog.pricing import weigh_cells
from optimization.backlog.tables import Integers

MOST_OPENED = 8
COMPLETE_PULL = 1 << 40
"""What a missing unit of a ship-complete order counts while its shipments are chosen."""


@compiled
def insert_order(
    arrays: Arrays, holdings: Holdings, market: Market, entries: Integers, order: int, scratch: Scratch
) -> None:
    """Ship an order that ships nothing, as cheaply as what is left allows; or leave it if that is cheaper."""
    first = arrays.order_first[order]
    last = min(arrays.order_first[order + 1], first + MOST_LINES)
    if first == arrays.order_first[order + 1] or entries.size == 0:
        return
    cells = np.empty(MOST_OPENED, np.int64)
    count = 0
    if arrays.order_first[order + 1] - first <= MOST_LINES:
        count = choose_cells(arrays, market, entries, first, last, cells, scratch)
    last = arrays.order_first[order + 1]
    need = arrays.line_qty[first:last].copy()
    shipments = min(arrays.order_shipments[order], MOST_OPENED)
    for index in range(count):
        ship_from_cell(arrays, holdings, market, entries, cells[index], first, need, scratch)
    complete = arrays.order_complete[order] == 1
    while count < shipments and need.sum() > 0:
        best = best_addition(arrays, market, entries, cells[:count], first, need, scratch)
        if best < 0:
            break
        cells[count] = best
        count += 1
        ship_from_cell(arrays, holdings, market, entries, best, first, need, scratch)
    if complete and (
        need.sum() > 0 or guided_cost(arrays, holdings, market, order) >= unfilled_cost(arrays, first, last)
    ):
        clear_order(arrays, holdings, order)


@compiled
def guided_cost(arrays: Arrays, holdings: Holdings, market: Market, order: int) -> int:
    """What an order costs as it is planned, with the share of the prices that is asked for."""
    total = SCALE * order_cost(arrays, holdings.qty, holdings.day, order)
    first = arrays.pair_first[arrays.entry_first[order]]
    for pair in range(first, arrays.pair_first[arrays.entry_first[order + 1]]):
        units = holdings.qty[pair]
        if units > 0:
            at = holdings.day[pair]
            price = market.stock[goods_at(arrays, pair, at)] + market.pick[hands_at(arrays, pair, at)]
            total += units * (market.share * price >> SHARE_BITS)
    return total


@compiled
def choose_cells(
    arrays: Arrays,
    market: Market,
    entries: Integers,
    first: int,
    last: int,
    cells: Integers,
    scratch: Scratch,
) -> int:
    """The cells of the cheapest pattern, each line from one of them; gives how many."""
    order = arrays.line_order[first]
    lines = last - first
    several = arrays.order_shipments[order] > 1 and lines > 1
    one, one_cell = weigh_cells(arrays, entries, first, last, 1, several, market, scratch)
    least = unfilled_cost(arrays, first, last)
    groups, everything = 0, (1 << lines) - 1
    if several:
        groups = join_groups(
            lines, arrays.order_shipments[order], scratch.best, scratch.joined, scratch.chosen
        )
    value = scratch.joined[groups - 1, everything] if groups > 0 else NEVER
    if min(one, value) >= least:
        return 0
    if one <= value:
        cells[0] = one_cell
        return 1
    left = everything
    for step in range(groups - 1, -1, -1):
        group = scratch.chosen[step, left]
        cells[groups - 1 - step] = scratch.best_cell[group]
        left ^= group
    return groups


@compiled
def ship_from_cell(
    arrays: Arrays,
    holdings: Holdings,
    market: Market,
    entries: Integers,
    cell: int,
    first: int,
    need: Integers,
    scratch: Scratch,
) -> None:
    """Ship from one cell what the lines still need and it pays to ship."""
    at = cell % arrays.n_days
    entry = entries[cell // arrays.n_days]
    complete = arrays.order_complete[arrays.line_order[first]] == 1
    place = arrays.source_node[arrays.entry_source[entry]] * arrays.n_days + at
    for begin in range(0, need.size, MOST_LINES):
        part = min(need.size, begin + MOST_LINES)
        fill_cell(arrays, entry, at, first + begin, first + part, market, scratch.cells)
        for line in range(begin, part):
            for which in (FIRST_COST, NEXT_COST):
                cost = scratch.cells[which, line - begin]
                if cost == NEVER or need[line] == 0:
                    continue
                if not complete and cost >= SCALE * arrays.line_unfilled[first + line]:
                    continue
                pair = scratch.cells[which + 2, line - begin]
                units = min(need[line], scratch.cells[which + 1, line - begin])
                units = min(units, holdings.hands[place])
                # Another line of the order may have taken from the same row since the cell was looked at.
                units = min(units, holdings.free[goods_at(arrays, pair, at)])
                units = whole_packs(arrays, pair, units)
                # A pair ships on one day only: that is all the plan keeps of it.
                if units > 0 and (holdings.qty[pair] == 0 or holdings.day[pair] == at):
                    ship(arrays, holdings, pair, at, units)
                    need[line] -= units


@compiled
def best_addition(
    arrays: Arrays,
    market: Market,
    entries: Integers,
    opened: Integers,
    first: int,
    need: Integers,
    scratch: Scratch,
) -> int:
    """The cell that saves most, less its shipment, on what is still missing; -1 when none is worth it."""
    order = arrays.line_order[first]
    complete = arrays.order_complete[order] == 1
    best_gain, best_cell = 0, -1
    for place in range(entries.size):
        lane = arrays.order_zone[order] * arrays.n_sources + arrays.entry_source[entries[place]]
        fixed = SCALE * arrays.lane_fixed[lane]
        for at in range(arrays.n_days):
            cell = place * arrays.n_days + at
            if at > 0 and is_no_better(arrays, entries[place], at, market):
                continue
            gain = -fixed
            for begin in range(0, need.size, MOST_LINES):
                part = min(need.size, begin + MOST_LINES)
                fill_cell(arrays, entries[place], at, first + begin, first + part, market, scratch.cells)
                for line in range(begin, part):
                    units = min(need[line], scratch.cells[FIRST_COST + 1, line - begin])
                    worth = COMPLETE_PULL if complete else SCALE * arrays.line_unfilled[first + line]
                    gain += max(0, units * (worth - scratch.cells[FIRST_COST, line - begin]))
            known = False
            for each in opened:
                known = known or each == cell
            if gain > best_gain and not known:
                best_gain, best_cell = gain, cell
    return best_cell
