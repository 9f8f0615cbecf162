"""Every order at given prices: its cheapest pattern, what it uses, and their sum, which is a valid bound."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimization.backlog.compiled import compiled
from optimization.backlog.instance import Arrays
from optimization.backlog.patterns import (
    BEST_CELL,
    BEST_PAIR,
    BEST_ROW,
    EARLIER,
    FIRST_COST,
    MASKS,
    MOST_GROUPS,
    MOST_LINES,
    NEVER,
    NEXT_COST,
    SCALE,
    SCRATCH_ROWS,
    SECOND_CELL,
    SECOND_PAIR,
    SERVED,
    Market,
    alone,
    elsewhere,
    fill_cell,
    find_two_cheapest,
    is_no_better,
    join_groups,
    spread_over_masks,
    together,
)
from optimization.backlog.tables import Integers

MOST_PIECES = 4 * MOST_LINES
PAIR, DAY, UNITS = 0, 1, 2


class Scratch(NamedTuple):
    """Working memory of one thread."""

    cells: Integers
    sums: Integers
    best: Integers
    best_cell: Integers
    joined: Integers
    chosen: Integers
    pieces: Integers
    """Pair, day and units of what the last pattern ships."""


def new_scratch() -> Scratch:
    """Working memory for one thread."""
    return Scratch(
        cells=np.zeros((SCRATCH_ROWS, MOST_LINES), np.int64),
        sums=np.zeros(MASKS, np.int64),
        best=np.zeros(MASKS, np.int64),
        best_cell=np.zeros(MASKS, np.int64),
        joined=np.zeros((MOST_GROUPS, MASKS), np.int64),
        chosen=np.zeros((MOST_GROUPS, MASKS), np.int64),
        pieces=np.zeros((MOST_PIECES, 3), np.int64),
    )


@compiled
def price_lines(
    arrays: Arrays,
    entries: Integers,
    first: int,
    last: int,
    chunks: int,
    market: Market,
    scratch: Scratch,
) -> tuple[int, int]:
    """The cheapest pattern of the lines ``first`` to ``last`` of one order; value and number of pieces.

    A larger order comes in ``chunks``, each of which pays that part of a shipment: their sum is never too much.
    """
    order = arrays.line_order[first]
    complete = arrays.order_complete[order] == 1
    shipments = arrays.order_shipments[order]
    lines = last - first
    cells = scratch.cells
    thin = arrays.order_thin[order]
    if thin and shipments > 1:
        find_two_cheapest(arrays, entries, first, last, market, cells)
    scratch.best[: 1 << lines] = NEVER
    one, one_cell, cheapest_fixed = NEVER, -1, NEVER
    several = shipments > 1 and (lines > 1 or thin)
    for place in range(entries.size):
        node = arrays.entry_node[entries[place]]
        fixed = SCALE * arrays.lane_fixed[arrays.order_zone[order] * arrays.n_nodes + node] // chunks
        fresh = True
        for at in range(arrays.n_days):
            if at > 0 and is_no_better(arrays, entries[place], at, market):
                continue
            if not fill_cell(arrays, entries[place], at, first, last, market, cells):
                continue
            cheapest_fixed = min(cheapest_fixed, fixed)
            total = alone(arrays, first, last, complete, cells)
            if total + fixed < one:
                one, one_cell = total + fixed, place * arrays.n_days + at
            if several:
                together(arrays, first, last, complete, cells)
                if fresh or is_better_somewhere(lines, cells):
                    cell = place * arrays.n_days + at
                    spread_over_masks(
                        lines, fixed, cell, cells, scratch.sums, scratch.best, scratch.best_cell
                    )
                if fresh:
                    cells[EARLIER, :lines] = cells[SERVED, :lines]
                    fresh = False
    unfilled = unfilled_cost(arrays, first, last)
    value, count = NEVER, 0
    if several:
        value, count = best_of_several(lines, shipments, thin, cheapest_fixed, scratch)
    if min(one, value) >= unfilled:
        return unfilled, 0
    if one <= value:
        fill_cell(
            arrays,
            entries[one_cell // arrays.n_days],
            one_cell % arrays.n_days,
            first,
            last,
            market,
            cells,
        )
        return one, record_alone(arrays, first, last, complete, one_cell % arrays.n_days, scratch)
    return value, record_groups(arrays, entries, first, last, count, market, scratch)


@compiled
def is_better_somewhere(lines: int, cells: Integers) -> bool:
    """Whether a later day at a node serves any line cheaper than its first day."""
    for line in range(lines):
        if cells[SERVED, line] < cells[EARLIER, line]:
            return True
    return False


@compiled
def unfilled_cost(arrays: Arrays, first: int, last: int) -> int:
    """What it costs to ship nothing."""
    total = 0
    for line in range(first, last):
        total += SCALE * arrays.line_unfilled[line] * arrays.line_qty[line]
    return total


@compiled
def best_of_several(
    lines: int, shipments: int, thin: bool, cheapest_fixed: int, scratch: Scratch
) -> tuple[int, int]:
    """The least that several shipments cost and how many groups of lines they are."""
    everything = (1 << lines) - 1
    count = join_groups(lines, shipments, scratch.best, scratch.joined, scratch.chosen) if lines > 1 else 0
    value = scratch.joined[count - 1, everything] if count > 0 else NEVER
    # All lines may have the same cheapest source when the rest of a thin one comes from a second shipment.
    if thin and cheapest_fixed < NEVER and scratch.best[everything] + cheapest_fixed < value:
        scratch.chosen[0, everything] = everything
        return scratch.best[everything] + cheapest_fixed, 1
    return value, count


@compiled
def record_alone(arrays: Arrays, first: int, last: int, complete: bool, at: int, scratch: Scratch) -> int:
    """Note what one cell ships when it serves alone; gives the number of pieces."""
    count = 0
    for line in range(last - first):
        need = arrays.line_qty[first + line]
        unfilled = SCALE * arrays.line_unfilled[first + line]
        for which in (FIRST_COST, NEXT_COST):
            cost = scratch.cells[which, line]
            units = min(need, scratch.cells[which + 1, line])
            if units > 0 and (complete or cost < unfilled):
                count = note_piece(scratch, count, scratch.cells[which + 2, line], at, units)
                need -= units
    return count


@compiled
def note_piece(scratch: Scratch, count: int, pair: int, at: int, units: int) -> int:
    """Add a piece; gives how many there are."""
    scratch.pieces[count, PAIR] = pair
    scratch.pieces[count, DAY] = at
    scratch.pieces[count, UNITS] = units
    return count + 1


@compiled
def record_groups(
    arrays: Arrays,
    entries: Integers,
    first: int,
    last: int,
    groups: int,
    market: Market,
    scratch: Scratch,
) -> int:
    """Note what several cells ship, each to its group of lines; gives the number of pieces."""
    complete = arrays.order_complete[arrays.line_order[first]] == 1
    left = (1 << (last - first)) - 1
    count = 0
    for step in range(groups - 1, -1, -1):
        group = scratch.chosen[step, left]
        cell = scratch.best_cell[group]
        at = cell % arrays.n_days
        fill_cell(arrays, entries[cell // arrays.n_days], at, first, last, market, scratch.cells)
        together(arrays, first, last, complete, scratch.cells)
        for line in range(last - first):
            if group >> line & 1:
                count = record_line(arrays, first + line, line, at, complete, count, scratch)
        left ^= group
    return count


@compiled
def record_line(
    arrays: Arrays, whole: int, line: int, at: int, complete: bool, count: int, scratch: Scratch
) -> int:
    """Note what a cell ships to one line of its group, and where the rest comes from."""
    cells = scratch.cells
    need = arrays.line_qty[whole]
    unfilled = NEVER if complete else SCALE * arrays.line_unfilled[whole]
    for which in (FIRST_COST, NEXT_COST):
        cost = cells[which, line]
        if cost == NEVER:
            continue
        cap, pair = cells[which + 1, line], cells[which + 2, line]
        if cap >= need:
            if cells[SERVED, line] == need * cost:
                return note_piece(scratch, count, pair, at, need)
            continue
        rest = elsewhere(arrays, pair, line, unfilled, cells)
        if rest == NEVER or cells[SERVED, line] != cap * cost + (need - cap) * max(cost, rest):
            continue
        if cost >= rest:
            return note_piece(scratch, count, pair, at, need)
        count = note_piece(scratch, count, pair, at, cap)
        if rest < unfilled:
            own = cells[BEST_ROW, line] == arrays.pair_row[pair]
            cell = cells[SECOND_CELL if own else BEST_CELL, line]
            other = cells[SECOND_PAIR if own else BEST_PAIR, line]
            count = note_piece(scratch, count, other, cell % arrays.n_days, need - cap)
        return count
    return count


@compiled
def price_orders(
    arrays: Arrays,
    orders: tuple[int, int],
    list_first: Integers,
    list_entry: Integers,
    market: Market,
    scratch: Scratch,
    used_stock: Integers,
    used_pick: Integers,
    values: Integers,
) -> None:
    """The cheapest patterns of a range of orders over their listed entries; adds up what they use."""
    for order in range(orders[0], orders[1]):
        values[order] = 0
        begin, end = arrays.order_first[order], arrays.order_first[order + 1]
        entries = list_entry[list_first[order] : list_first[order + 1]]
        chunks = -(-(end - begin) // MOST_LINES)
        for chunk in range(chunks):
            first = begin + chunk * MOST_LINES
            last = min(end, first + MOST_LINES)
            value, count = price_lines(arrays, entries, first, last, chunks, market, scratch)
            values[order] += value
            for piece in range(count):
                pair = scratch.pieces[piece, PAIR]
                at = scratch.pieces[piece, DAY]
                row = arrays.pair_row[pair]
                used_stock[row * arrays.n_days + at] += scratch.pieces[piece, UNITS]
                used_pick[arrays.row_node[row] * arrays.n_days + at] += scratch.pieces[piece, UNITS]
