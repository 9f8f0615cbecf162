"""Writing down what a chosen pattern ships, piece by piece."""

from __future__ import annotations

from optimization.backlog.compiled import compiled
from optimization.backlog.instance import Arrays
from optimization.backlog.patterns import (
    BEST_CELL,
    BEST_PAIR,
    BEST_ROW,
    FIRST_COST,
    NEVER,
    NEXT_COST,
    SCALE,
    SECOND_CELL,
    SECOND_PAIR,
    SERVED,
    Market,
    Scratch,
    elsewhere,
    fill_cell,
    together,
)
from optimization.backlog.tables import Integers

PAIR, DAY, UNITS = 0, 1, 2


@compiled
def note_piece(pieces: Integers, count: int, pair: int, at: int, units: int) -> int:
    """Add a piece; gives how many there are."""
    pieces[count, PAIR] = pair
    pieces[count, DAY] = at
    pieces[count, UNITS] = units
    return count + 1


@compiled
def record_alone(
    arrays: Arrays, first: int, last: int, complete: bool, at: int, cells: Integers, pieces: Integers
) -> int:
    """Note what one cell ships when it serves alone; gives the number of pieces."""
    count = 0
    for line in range(last - first):
        need = arrays.line_qty[first + line]
        unfilled = SCALE * arrays.line_unfilled[first + line]
        for which in (FIRST_COST, NEXT_COST):
            cost = cells[which, line]
            units = min(need, cells[which + 1, line])
            if units > 0 and (complete or cost < unfilled):
                count = note_piece(pieces, count, cells[which + 2, line], at, units)
                need -= units
    return count


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
                return note_piece(scratch.pieces, count, pair, at, need)
            continue
        rest = elsewhere(arrays, pair, line, unfilled, cells)
        if rest == NEVER or cells[SERVED, line] != cap * cost + (need - cap) * max(cost, rest):
            continue
        if cost >= rest:
            return note_piece(scratch.pieces, count, pair, at, need)
        count = note_piece(scratch.pieces, count, pair, at, cap)
        if rest < unfilled:
            own = cells[BEST_ROW, line] == arrays.pair_row[pair]
            cell = cells[SECOND_CELL if own else BEST_CELL, line]
            other = cells[SECOND_PAIR if own else BEST_PAIR, line]
            count = note_piece(scratch.pieces, count, other, cell % arrays.n_days, need - cap)
        return count
    return count
