"""Orders that meet thin stock: patterns of two shipments exactly, larger ones from below.

With two cells known, every line is filled from the cheapest of them on, as far as their rows go: nothing is relaxed.
Patterns of three shipments or more are reckoned as groups of lines with one cheapest cell each; where such a
pattern has fewer groups than shipments, the others cost at least the cheapest fixed cost there is.
"""

from __future__ import annotations

from optimization.backlog.compiled import compiled
from optimization.backlog.instance import Arrays
from optimization.backlog.patterns import (
    BEST_COST,
    FIRST_COST,
    NEVER,
    NEXT_COST,
    SCALE,
    Market,
    Scratch,
    alone,
    fill_cell,
    is_no_better,
    join_groups,
    note_row,
    spread_over_masks,
    together,
    unfilled_cost,
)
from optimization.backlog.recording import note_piece, record_alone, record_groups
from optimization.backlog.tables import Integers

ALONE, PAIR_OF_CELLS, GROUPS = 0, 1, 2
OPTIONS = 4


@compiled
def price_thin(
    arrays: Arrays,
    entries: Integers,
    first: int,
    last: int,
    chunks: int,
    market: Market,
    scratch: Scratch,
) -> tuple[int, int]:
    """The cheapest pattern of some lines of one order from below; value and number of pieces."""
    order = arrays.line_order[first]
    complete = arrays.order_complete[order] == 1
    count = collect_cells(arrays, entries, first, last, chunks, market, scratch)
    value, kind, one, other = unfilled_cost(arrays, first, last), -1, -1, -1
    cheapest_fixed = NEVER
    for cell in range(count):
        cheapest_fixed = min(cheapest_fixed, scratch.fixed[cell])
        total = scratch.fixed[cell] + alone(arrays, first, last, complete, scratch.table[cell])
        if total < value:
            value, kind, one = total, ALONE, cell
    if arrays.order_shipments[order] > 1:
        least = floor_of_lines(arrays, first, last, complete, scratch)
        for left in range(count):
            for right in range(left + 1, count):
                fixed = scratch.fixed[left] + scratch.fixed[right]
                if fixed + least >= value:
                    continue
                total = fixed + pair_cost(
                    arrays, first, last, complete, scratch.table[left], scratch.table[right]
                )
                if total < value:
                    value, kind, one, other = total, PAIR_OF_CELLS, left, right
    groups = 0
    if arrays.order_shipments[order] > PAIR_OF_CELLS + 1 and count > PAIR_OF_CELLS + 1:
        lowest, groups = several_groups(arrays, first, last, count, cheapest_fixed, scratch)
        if lowest < value:
            value, kind = lowest, GROUPS
    if kind == ALONE:
        at = scratch.cell_of[one] % arrays.n_days
        return value, record_alone(arrays, first, last, complete, at, scratch.table[one], scratch.pieces)
    if kind == PAIR_OF_CELLS:
        return value, record_pair(arrays, first, last, complete, (one, other), scratch)
    if kind == GROUPS:
        return value, record_groups(arrays, entries, first, last, groups, market, scratch)
    return value, 0


@compiled
def collect_cells(
    arrays: Arrays,
    entries: Integers,
    first: int,
    last: int,
    chunks: int,
    market: Market,
    scratch: Scratch,
) -> int:
    """Keep every cell that offers anything, and the two cheapest rows of each line; gives how many cells."""
    order = arrays.line_order[first]
    for line in range(last - first):
        scratch.cells[BEST_COST, line] = NEVER
        scratch.cells[BEST_COST + 3, line] = NEVER
        scratch.cells[BEST_COST + 1, line] = -1
    count = 0
    for place in range(entries.size):
        node = arrays.entry_node[entries[place]]
        fixed = SCALE * arrays.lane_fixed[arrays.order_zone[order] * arrays.n_nodes + node] // chunks
        for at in range(arrays.n_days):
            if at > 0 and is_no_better(arrays, entries[place], at, market):
                continue
            offered = scratch.table[count]
            if not fill_cell(arrays, entries[place], at, first, last, market, offered):
                continue
            cell = place * arrays.n_days + at
            for line in range(last - first):
                for which in (FIRST_COST, NEXT_COST):
                    if offered[which, line] < NEVER:
                        note_row(
                            arrays, line, offered[which, line], offered[which + 2, line], cell, scratch.cells
                        )
            scratch.fixed[count] = fixed
            scratch.cell_of[count] = cell
            count += 1
    return count


@compiled
def floor_of_lines(arrays: Arrays, first: int, last: int, complete: bool, scratch: Scratch) -> int:
    """What the lines cost at least, shipments aside."""
    total = 0
    for line in range(last - first):
        unit = scratch.cells[BEST_COST, line]
        if not complete:
            unit = min(unit, SCALE * arrays.line_unfilled[first + line])
        if unit == NEVER:
            return NEVER
        total += arrays.line_qty[first + line] * unit
    return total


@compiled
def cheapest_option(line: int, left: Integers, right: Integers, taken: int) -> tuple[int, int]:
    """The cheapest of the four rows of two cells that is not taken: its cost and which it is."""
    best, which = NEVER, -1
    for option in range(OPTIONS):
        if not taken >> option & 1:
            offered = left if option < OPTIONS // 2 else right
            cost = offered[FIRST_COST if option % 2 == 0 else NEXT_COST, line]
            if cost < best:
                best, which = cost, option
    return best, which


@compiled
def pair_cost(arrays: Arrays, first: int, last: int, complete: bool, left: Integers, right: Integers) -> int:
    """What the lines cost from two cells, shipments aside; never when the order cannot be complete."""
    total = 0
    for line in range(last - first):
        need = arrays.line_qty[first + line]
        unfilled = SCALE * arrays.line_unfilled[first + line]
        taken = 0
        while need > 0:
            cost, which = cheapest_option(line, left, right, taken)
            if which < 0 or (not complete and cost >= unfilled):
                break
            offered = left if which < OPTIONS // 2 else right
            units = min(need, offered[(FIRST_COST if which % 2 == 0 else NEXT_COST) + 1, line])
            total += units * cost
            need -= units
            taken |= 1 << which
        if need > 0 and complete:
            return NEVER
        total += need * unfilled
    return total


@compiled
def record_pair(
    arrays: Arrays, first: int, last: int, complete: bool, cells: tuple[int, int], scratch: Scratch
) -> int:
    """Note what two cells ship; gives the number of pieces."""
    left, right = scratch.table[cells[0]], scratch.table[cells[1]]
    count = 0
    for line in range(last - first):
        need = arrays.line_qty[first + line]
        unfilled = SCALE * arrays.line_unfilled[first + line]
        taken = 0
        while need > 0:
            cost, which = cheapest_option(line, left, right, taken)
            if which < 0 or (not complete and cost >= unfilled):
                break
            taken |= 1 << which
            from_left = which < OPTIONS // 2
            offered = left if from_left else right
            row = FIRST_COST if which % 2 == 0 else NEXT_COST
            units = min(need, offered[row + 1, line])
            at = scratch.cell_of[cells[0] if from_left else cells[1]] % arrays.n_days
            count = note_piece(scratch.pieces, count, offered[row + 2, line], at, units)
            need -= units
    return count


@compiled
def several_groups(
    arrays: Arrays, first: int, last: int, count: int, cheapest_fixed: int, scratch: Scratch
) -> tuple[int, int]:
    """What three shipments or more cost at least, and how many groups of lines that is."""
    order = arrays.line_order[first]
    complete = arrays.order_complete[order] == 1
    lines, everything = last - first, (1 << (last - first)) - 1
    scratch.best[: everything + 1] = NEVER
    for cell in range(count):
        for row in range(BEST_COST):
            scratch.cells[row, :lines] = scratch.table[cell, row, :lines]
        together(arrays, first, last, complete, scratch.cells)
        spread_over_masks(
            lines,
            scratch.fixed[cell],
            scratch.cell_of[cell],
            scratch.cells,
            scratch.sums,
            scratch.best,
            scratch.best_cell,
        )
    join_groups(lines, arrays.order_shipments[order], scratch.best, scratch.joined, scratch.chosen)
    scratch.chosen[0, everything] = everything
    value, groups = scratch.best[everything] + 2 * cheapest_fixed, 1
    for step in range(1, min(arrays.order_shipments[order], lines)):
        total = scratch.joined[step, everything] + (cheapest_fixed if step == 1 else 0)
        if total < value:
            value, groups = total, step + 1
    return value, groups
