"""Orders that meet thin stock: patterns of up to three shipments exactly, larger ones from below.

With the cells known, every line is filled from the cheapest of them on, as far as their rows go: nothing is
relaxed up to three shipments. Patterns of more are reckoned as groups of lines with one cheapest cell each;
where such a pattern has fewer groups than shipments, the others cost at least the cheapest fixed cost there
is.
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
from optimization.backlog.recording import note_piece, record_groups
from optimization.backlog.tables import Integers

NOTHING, EXACT, GROUPS = -1, 0, 1
NO_CELL = -1
EXACT_SHIPMENTS = 3
MOST_CELLS_OF_THREE = 32
"""With more cells than these, three shipments are reckoned like more: trying all triples takes too long."""
OPTIONS = 6
ONE, TWO, THREE = 0, 1, 2


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
    count = collect_cells(arrays, entries, first, last, chunks, market, scratch)
    exact = EXACT_SHIPMENTS if count <= MOST_CELLS_OF_THREE else EXACT_SHIPMENTS - 1
    value, one, two, three = best_cells(arrays, first, last, count, exact, scratch)
    if arrays.order_shipments[order] > exact and count > exact:
        lowest, groups = several_groups(arrays, first, last, count, exact, scratch)
        if lowest < value:
            return lowest, record_groups(arrays, entries, first, last, groups, market, scratch)
    if one == NO_CELL:
        return value, 0
    return value, record_cells(arrays, first, last, (one, two, three), scratch)


@compiled
def best_cells(
    arrays: Arrays, first: int, last: int, count: int, exact: int, scratch: Scratch
) -> tuple[int, int, int, int]:
    """The cheapest one, two or three cells for all lines: what they cost, and which they are."""
    order = arrays.line_order[first]
    complete = arrays.order_complete[order] == 1
    value, one = best_one(arrays, first, last, count, scratch)
    two, three = NO_CELL, NO_CELL
    if arrays.order_shipments[order] == 1:
        return value, one, two, three
    least = floor_of_lines(arrays, first, last, complete, scratch)
    cheapest = scratch.fixed[:count].min() if count > 0 else 0
    for left in range(count):
        if scratch.fixed[left] + cheapest + least >= value:
            continue
        for right in range(left + 1, count):
            fixed = scratch.fixed[left] + scratch.fixed[right]
            if fixed + least >= value:
                continue
            total = best_pair(arrays, first, last, (left, right, NO_CELL), value, scratch)
            if total < value:
                value, one, two, three = total, left, right, NO_CELL
            if min(exact, arrays.order_shipments[order]) > TWO + 1 and fixed + cheapest + least < value:
                total, third = best_third(arrays, first, last, count, (left, right), (least, value), scratch)
                if total < value:
                    value, one, two, three = total, left, right, third
    return value, one, two, three


@compiled
def best_one(arrays: Arrays, first: int, last: int, count: int, scratch: Scratch) -> tuple[int, int]:
    """The cheapest cell for all lines, or shipping nothing: the cost, and which cell."""
    complete = arrays.order_complete[arrays.line_order[first]] == 1
    value, one = unfilled_cost(arrays, first, last), NO_CELL
    for cell in range(count):
        total = scratch.fixed[cell] + alone(arrays, first, last, complete, scratch.table[cell])
        if total < value:
            value, one = total, cell
    return value, one


@compiled
def best_third(
    arrays: Arrays,
    first: int,
    last: int,
    count: int,
    two: tuple[int, int],
    limits: tuple[int, int],
    scratch: Scratch,
) -> tuple[int, int]:
    """The best third cell beside two, if all cost less than the second limit: their cost, and which it is."""
    complete = arrays.order_complete[arrays.line_order[first]] == 1
    least, value = limits
    best = NO_CELL
    for third in range(two[1] + 1, count):
        fixed = scratch.fixed[two[0]] + scratch.fixed[two[1]] + scratch.fixed[third]
        if fixed + least >= value:
            continue
        cells = (two[0], two[1], third)
        if fixed + floor_of_cells(arrays, first, last, complete, cells, scratch) >= value:
            continue
        total = fixed + cells_cost(arrays, first, last, complete, cells, scratch)
        if total < value:
            value, best = total, third
    return value, best


@compiled
def best_pair(
    arrays: Arrays, first: int, last: int, cells: tuple[int, int, int], value: int, scratch: Scratch
) -> int:
    """What two cells cost for all lines, or ``value`` when they cost no less."""
    complete = arrays.order_complete[arrays.line_order[first]] == 1
    fixed = scratch.fixed[cells[ONE]] + scratch.fixed[cells[TWO]]
    if fixed + floor_of_cells(arrays, first, last, complete, cells, scratch) >= value:
        return value
    return int(min(value, fixed + cells_cost(arrays, first, last, complete, cells, scratch)))


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
        lane = arrays.order_zone[order] * arrays.n_sources + arrays.entry_source[entries[place]]
        fixed = SCALE * arrays.lane_fixed[lane] // chunks
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
    return drop_useless(arrays, first, last, count, scratch)


@compiled
def drop_useless(arrays: Arrays, first: int, last: int, count: int, scratch: Scratch) -> int:
    """Keep only cells that no other one replaces; gives how many are kept."""
    kept = 0
    for cell in range(count):
        needless = False
        for other in range(kept):
            needless = needless or replaces(arrays, first, last, other, cell, scratch)
        for other in range(cell + 1, count):
            # Of two that are alike the first one stays.
            cheaper = scratch.fixed[other] < scratch.fixed[cell]
            needless = needless or (cheaper and replaces(arrays, first, last, other, cell, scratch))
        if needless:
            continue
        if kept < cell:
            scratch.table[kept, :, : last - first] = scratch.table[cell, :, : last - first]
            scratch.fixed[kept] = scratch.fixed[cell]
            scratch.cell_of[kept] = scratch.cell_of[cell]
        kept += 1
    return kept


@compiled
def replaces(arrays: Arrays, first: int, last: int, other: int, cell: int, scratch: Scratch) -> bool:
    """Whether another cell has enough of all that a cell has, for no more: then the cell is not needed."""
    if scratch.fixed[other] > scratch.fixed[cell]:
        return False
    complete = arrays.order_complete[arrays.line_order[first]] == 1
    for line in range(last - first):
        cost = scratch.table[cell, FIRST_COST, line]
        if cost == NEVER or (not complete and cost >= SCALE * arrays.line_unfilled[first + line]):
            continue
        if scratch.table[other, FIRST_COST, line] > cost:
            return False
        if scratch.table[other, FIRST_COST + 1, line] < arrays.line_qty[first + line]:
            return False
    return True


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
def floor_of_cells(
    arrays: Arrays, first: int, last: int, complete: bool, cells: tuple[int, int, int], scratch: Scratch
) -> int:
    """What the lines cost at least from these cells, as if each had enough."""
    total = 0
    for line in range(last - first):
        unit = scratch.table[cells[ONE], FIRST_COST, line]
        unit = min(unit, scratch.table[cells[TWO], FIRST_COST, line])
        if cells[THREE] != NO_CELL:
            unit = min(unit, scratch.table[cells[THREE], FIRST_COST, line])
        if not complete:
            unit = min(unit, SCALE * arrays.line_unfilled[first + line])
        if unit == NEVER:
            return NEVER
        total += arrays.line_qty[first + line] * unit
    return total


@compiled
def cheapest_option(line: int, cells: tuple[int, int, int], taken: int, scratch: Scratch) -> tuple[int, int]:
    """The cheapest row of some cells that is not taken: its cost and which it is."""
    best, which = NEVER, -1
    for option in range(OPTIONS):
        cell = cells[option >> 1]
        if cell == NO_CELL or taken >> option & 1:
            continue
        cost = scratch.table[cell, NEXT_COST if option & 1 else FIRST_COST, line]
        if cost < best:
            best, which = cost, option
    return best, which


@compiled
def cells_cost(
    arrays: Arrays, first: int, last: int, complete: bool, cells: tuple[int, int, int], scratch: Scratch
) -> int:
    """What the lines cost from some cells, shipments aside; never when the order cannot be complete."""
    total = 0
    for line in range(last - first):
        need = arrays.line_qty[first + line]
        unfilled = SCALE * arrays.line_unfilled[first + line]
        taken = 0
        while need > 0:
            cost, which = cheapest_option(line, cells, taken, scratch)
            if which < 0 or (not complete and cost >= unfilled):
                break
            row = NEXT_COST if which & 1 else FIRST_COST
            units = min(need, scratch.table[cells[which >> 1], row + 1, line])
            total += units * cost
            need -= units
            taken |= 1 << which
        if need > 0 and complete:
            return NEVER
        total += need * unfilled
    return total


@compiled
def record_cells(arrays: Arrays, first: int, last: int, cells: tuple[int, int, int], scratch: Scratch) -> int:
    """Note what some cells ship; gives the number of pieces."""
    complete = arrays.order_complete[arrays.line_order[first]] == 1
    count = 0
    for line in range(last - first):
        need = arrays.line_qty[first + line]
        unfilled = SCALE * arrays.line_unfilled[first + line]
        taken = 0
        while need > 0:
            cost, which = cheapest_option(line, cells, taken, scratch)
            if which < 0 or (not complete and cost >= unfilled):
                break
            taken |= 1 << which
            cell, row = cells[which >> 1], NEXT_COST if which & 1 else FIRST_COST
            units = min(need, scratch.table[cell, row + 1, line])
            at = scratch.cell_of[cell] % arrays.n_days
            count = note_piece(scratch.pieces, count, scratch.table[cell, row + 2, line], at, units)
            need -= units
    return count


@compiled
def several_groups(
    arrays: Arrays, first: int, last: int, count: int, exact: int, scratch: Scratch
) -> tuple[int, int]:
    """What more shipments than ``exact`` cost at least, and how many groups of lines that is."""
    cheapest = scratch.fixed[:count].min()
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
    value, groups = scratch.best[everything] + exact * cheapest, 1
    for step in range(1, min(arrays.order_shipments[order], lines)):
        total = scratch.joined[step, everything] + max(0, exact - step) * cheapest
        if total < value:
            value, groups = total, step + 1
    return value, groups
