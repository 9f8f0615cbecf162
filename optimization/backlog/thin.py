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
    BEST_ROW,
    FIRST_COST,
    MOST_PAIRED,
    NEVER,
    NEXT_COST,
    SCALE,
    SECOND_COST,
    UNFILLED,
    Market,
    Scratch,
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
MOST_CELLS_OF_THREE = MOST_PAIRED
"""With more cells than these, three shipments are reckoned like more: trying all triples takes too long."""
OPTIONS = 6
IMPOSSIBLE = 1 << 58
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
    value, one = unfilled_cost(arrays, first, last), NO_CELL
    for cell in range(count):
        if scratch.alone[cell] < value:
            value, one = scratch.alone[cell], cell
    two, three = NO_CELL, NO_CELL
    shipments = min(exact, arrays.order_shipments[arrays.line_order[first]])
    if shipments == 1 or count < TWO + 1:
        return value, one, two, three
    least = floor_of_lines(arrays, first, last, scratch)
    plain = is_plain(last - first, count, scratch)
    three_at_all = shipments > TWO + 1
    for left in range(count):
        for right in range(left + 1, count):
            fixed = scratch.fixed[left] + scratch.fixed[right]
            total = NEVER
            if fixed + least < value:
                total = fixed + two_cost(arrays, first, last, (left, right), plain, scratch)
            if total < value:
                value, one, two = total, left, right
            if three_at_all:
                scratch.both[left, right] = total
    if three_at_all:
        return best_three(arrays, first, last, count, (value, one, two), scratch)
    return value, one, two, three


@compiled
def best_three(
    arrays: Arrays, first: int, last: int, count: int, known: tuple[int, int, int], scratch: Scratch
) -> tuple[int, int, int, int]:
    """The best three cells, where they cost less than what is known of two.

    What a cell saves becomes less with every other one, so that a third one is worth its shipment only where
    each two of the three are, and three cost no less than the two pairs with one of them less that one alone.
    """
    value, one, two = known
    three = NO_CELL
    alone, both = scratch.alone, scratch.both
    for left in range(count):
        for right in range(left + 1, count):
            pair = both[left, right]
            if pair >= min(alone[left], alone[right]):
                continue
            for third in range(right + 1, count):
                over, under = both[left, third], both[right, third]
                if over >= min(alone[left], alone[third]) or under >= min(alone[right], alone[third]):
                    continue
                floor = max(pair + over - alone[left], pair + under - alone[right])
                if max(floor, over + under - alone[third]) >= value:
                    continue
                fixed = scratch.fixed[left] + scratch.fixed[right] + scratch.fixed[third]
                total = fixed + cells_cost(arrays, first, last, (left, right, third), scratch)
                if total < value:
                    value, one, two, three = total, left, right, third
    return value, one, two, three


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
    nothing = value_lines(arrays, first, last, scratch)
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
            total = fixed + cells_cost(arrays, first, last, (count, NO_CELL, NO_CELL), scratch)
            if total >= nothing:
                # Beside other cells it saves even less.
                continue
            scratch.alone[count] = total
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
            scratch.alone[kept] = scratch.alone[cell]
            scratch.cell_of[kept] = scratch.cell_of[cell]
        kept += 1
    return kept


@compiled
def replaces(arrays: Arrays, first: int, last: int, other: int, cell: int, scratch: Scratch) -> bool:
    """Whether another cell has enough of all that a cell has, for no more: then the cell is not needed."""
    if scratch.fixed[other] > scratch.fixed[cell]:
        return False
    for line in range(last - first):
        cost = scratch.table[cell, FIRST_COST, line]
        if cost >= scratch.cells[UNFILLED, line]:
            continue
        if scratch.table[other, FIRST_COST, line] > cost:
            return False
        if scratch.table[other, FIRST_COST + 1, line] < arrays.line_qty[first + line]:
            return False
    return True


@compiled
def value_lines(arrays: Arrays, first: int, last: int, scratch: Scratch) -> int:
    """What a unit costs that is left, by line, and what it costs to ship nothing.

    Of an order that must be complete a unit that is left costs more than anything else could.
    """
    units = 0
    for line in range(first, last):
        units += arrays.line_qty[line]
    total = 0
    for line in range(last - first):
        scratch.cells[BEST_COST, line] = NEVER
        scratch.cells[SECOND_COST, line] = NEVER
        scratch.cells[BEST_ROW, line] = -1
        left = SCALE * arrays.line_unfilled[first + line]
        if arrays.order_complete[arrays.line_order[first]] == 1:
            left = IMPOSSIBLE // max(1, units)
        scratch.cells[UNFILLED, line] = left
        total += arrays.line_qty[first + line] * left
    return total


@compiled
def floor_of_lines(arrays: Arrays, first: int, last: int, scratch: Scratch) -> int:
    """What the lines cost at least, shipments aside."""
    total = 0
    for line in range(last - first):
        unit = min(scratch.cells[BEST_COST, line], scratch.cells[UNFILLED, line])
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
def cells_cost(arrays: Arrays, first: int, last: int, cells: tuple[int, int, int], scratch: Scratch) -> int:
    """What the lines cost from some cells, shipments aside."""
    total = 0
    for line in range(last - first):
        need = arrays.line_qty[first + line]
        left = scratch.cells[UNFILLED, line]
        taken = 0
        while need > 0:
            cost, which = cheapest_option(line, cells, taken, scratch)
            if cost >= left:
                break
            row = NEXT_COST if which & 1 else FIRST_COST
            units = min(need, scratch.table[cells[which >> 1], row + 1, line])
            total += units * cost
            need -= units
            taken |= 1 << which
        total += need * left
    return total


@compiled
def is_plain(lines: int, count: int, scratch: Scratch) -> bool:
    """Whether no cell has more than one row for any line."""
    for cell in range(count):
        for line in range(lines):
            if scratch.table[cell, NEXT_COST, line] < NEVER:
                return False
    return True


@compiled
def two_cost(
    arrays: Arrays, first: int, last: int, cells: tuple[int, int], plain: bool, scratch: Scratch
) -> int:
    """What the lines cost from two cells, shipments aside; sooner known where each has but one row."""
    if not plain:
        return cells_cost(arrays, first, last, (cells[ONE], cells[TWO], NO_CELL), scratch)
    total = 0
    for line in range(last - first):
        need = arrays.line_qty[first + line]
        unfilled = scratch.cells[UNFILLED, line]
        cheap, dear = cells
        if scratch.table[dear, FIRST_COST, line] < scratch.table[cheap, FIRST_COST, line]:
            cheap, dear = dear, cheap
        for cell in (cheap, dear):
            cost = scratch.table[cell, FIRST_COST, line]
            if cost < unfilled:
                units = min(need, scratch.table[cell, FIRST_COST + 1, line])
                total += units * cost
                need -= units
        total += need * unfilled
    return total


@compiled
def record_cells(arrays: Arrays, first: int, last: int, cells: tuple[int, int, int], scratch: Scratch) -> int:
    """Note what some cells ship; gives the number of pieces."""
    count = 0
    for line in range(last - first):
        need = arrays.line_qty[first + line]
        taken = 0
        while need > 0:
            cost, which = cheapest_option(line, cells, taken, scratch)
            if cost >= scratch.cells[UNFILLED, line]:
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
