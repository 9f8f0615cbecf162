"""The cheapest pattern of one order at given prices: exact over subsets of its lines.

A pattern is a set of shipments, at most as many as the customer takes, with every line served from one of
them or left unfilled. Where a stock row holds less than a line wants, the rest must come from another row: a
pattern of one shipment leaves it unfilled, one of several pays for it at least what the second cheapest row
asks. What comes out is never more than the true optimum of the order at these prices. All money is in
thousandths of a cent.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimization.backlog.compiled import compiled
from optimization.backlog.goods import days_late, goods_at, whole_packs
from optimization.backlog.instance import Arrays
from optimization.backlog.tables import Integers

SCALE = 1000
MOST_LINES = 8
MASKS = 1 << MOST_LINES
MOST_GROUPS = MOST_LINES
NEVER = 1 << 60
MOST_PIECES = 6 * MOST_LINES
MOST_PAIRED = 64
"""Of so many cells it is kept what each two cost."""

# Rows of the scratch table of one order: per line what the cell at hand offers, and the two cheapest rows.
FIRST_COST, FIRST_CAP, FIRST_PAIR, NEXT_COST, NEXT_CAP, NEXT_PAIR = 0, 1, 2, 3, 4, 5
BEST_COST, BEST_ROW, BEST_CELL, SECOND_COST, SECOND_ROW, SECOND_CELL, BEST_PAIR, SECOND_PAIR = (
    6, 7, 8, 9, 10, 11, 12, 13,
)  # fmt: skip
SERVED, UNFILLED, EARLIER = 14, 15, 16
SCRATCH_ROWS = 17


SHARE_BITS = 8
WHOLE_SHARE = 1 << SHARE_BITS


class Market(NamedTuple):
    """What can be had and what it is reckoned to cost beside its own price.

    ``supply`` by row and day, ``hands`` by node and day; ``share`` of 256 of the prices is asked for.
    """

    supply: Integers
    hands: Integers
    stock: Integers
    pick: Integers
    share: int


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
    table: Integers
    """What every cell offers, for orders that meet thin stock."""
    fixed: Integers
    cell_of: Integers
    alone: Integers
    """What the order costs when one cell alone serves it, by cell."""
    both: Integers
    """The same by two cells."""


def new_scratch(arrays: Arrays) -> Scratch:
    """Working memory for one thread."""
    cells = arrays.n_sources * arrays.n_days + 1
    return Scratch(
        cells=np.zeros((SCRATCH_ROWS, MOST_LINES), np.int64),
        sums=np.zeros(MASKS, np.int64),
        best=np.zeros(MASKS, np.int64),
        best_cell=np.zeros(MASKS, np.int64),
        joined=np.zeros((MOST_GROUPS, MASKS), np.int64),
        chosen=np.zeros((MOST_GROUPS, MASKS), np.int64),
        pieces=np.zeros((MOST_PIECES, 3), np.int64),
        table=np.zeros((cells, BEST_COST, MOST_LINES), np.int64),
        fixed=np.zeros(cells, np.int64),
        cell_of=np.zeros(cells, np.int64),
        alone=np.zeros(cells, np.int64),
        both=np.zeros((MOST_PAIRED, MOST_PAIRED), np.int64),
    )


@compiled
def fill_cell(
    arrays: Arrays,
    entry: int,
    at: int,
    first: int,
    last: int,
    market: Market,
    scratch: Integers,
) -> bool:
    """What one source on one day offers to the lines ``first`` to ``last``: each one's two cheapest rows."""
    order = arrays.line_order[first]
    source = arrays.entry_source[entry]
    late_days = max(0, days_late(arrays, order, source, at))
    reward = arrays.order_reward[order] if late_days == 0 else 0
    for line in range(last - first):
        scratch[FIRST_COST, line] = NEVER
        scratch[NEXT_COST, line] = NEVER
        scratch[FIRST_CAP, line] = 0
        scratch[NEXT_CAP, line] = 0
    any_here = False
    place = arrays.source_node[source] * arrays.n_days + at
    hands, price = market.hands[place], market.pick[place]
    if hands == 0:
        return False
    for pair in range(arrays.pair_first[entry], arrays.pair_first[entry + 1]):
        line = arrays.pair_line[pair]
        cell = goods_at(arrays, pair, at)
        if line < first or line >= last or cell < 0:
            continue
        cap = whole_packs(arrays, pair, min(market.supply[cell], hands))
        if cap == 0:
            continue
        cost = SCALE * (arrays.pair_cost[pair] + arrays.line_late[line] * late_days - reward)
        cost += market.share * (market.stock[cell] + price) >> SHARE_BITS
        any_here = True
        line -= first
        # Rows beyond the two cheapest add what they have to the second: no dearer than they are.
        if cost < scratch[FIRST_COST, line]:
            scratch[NEXT_COST, line] = scratch[FIRST_COST, line]
            scratch[NEXT_CAP, line] += scratch[FIRST_CAP, line]
            scratch[NEXT_PAIR, line] = scratch[FIRST_PAIR, line]
            scratch[FIRST_COST, line] = cost
            scratch[FIRST_CAP, line] = cap
            scratch[FIRST_PAIR, line] = pair
        elif cost < scratch[NEXT_COST, line]:
            scratch[NEXT_COST, line] = cost
            scratch[NEXT_CAP, line] += cap
            scratch[NEXT_PAIR, line] = pair
        else:
            scratch[NEXT_CAP, line] += cap
    return any_here


@compiled
def is_no_better(arrays: Arrays, entry: int, at: int, market: Market) -> bool:
    """Whether a node offers on a day nothing that it does not offer a day before, as cheap or cheaper."""
    place = arrays.source_node[arrays.entry_source[entry]] * arrays.n_days + at
    if market.hands[place] > market.hands[place - 1]:
        return False
    dearer = market.pick[place] - market.pick[place - 1]
    for pair in range(arrays.pair_first[entry], arrays.pair_first[entry + 1]):
        cell, before = goods_at(arrays, pair, at), goods_at(arrays, pair, at - 1)
        if cell < 0:
            continue
        if before < 0 or market.supply[cell] > market.supply[before]:
            return False
        if market.stock[cell] + dearer < market.stock[before]:
            return False
    return True


@compiled
def note_row(arrays: Arrays, line: int, cost: int, pair: int, cell: int, scratch: Integers) -> None:
    """Keep a row among the two cheapest different ones of a line."""
    row = arrays.pair_row[pair]
    if row == scratch[BEST_ROW, line]:
        if cost < scratch[BEST_COST, line]:
            scratch[BEST_COST, line] = cost
            scratch[BEST_CELL, line] = cell
            scratch[BEST_PAIR, line] = pair
    elif cost < scratch[BEST_COST, line]:
        scratch[SECOND_COST, line] = scratch[BEST_COST, line]
        scratch[SECOND_ROW, line] = scratch[BEST_ROW, line]
        scratch[SECOND_CELL, line] = scratch[BEST_CELL, line]
        scratch[SECOND_PAIR, line] = scratch[BEST_PAIR, line]
        scratch[BEST_COST, line] = cost
        scratch[BEST_ROW, line] = row
        scratch[BEST_CELL, line] = cell
        scratch[BEST_PAIR, line] = pair
    elif cost < scratch[SECOND_COST, line]:
        scratch[SECOND_COST, line] = cost
        scratch[SECOND_ROW, line] = row
        scratch[SECOND_CELL, line] = cell
        scratch[SECOND_PAIR, line] = pair


@compiled
def elsewhere(arrays: Arrays, pair: int, line: int, unfilled: int, scratch: Integers) -> int:
    """The least that a unit costs that does not come from the row of ``pair``; or is left unfilled."""
    if scratch[BEST_ROW, line] == arrays.pair_row[pair]:
        return int(min(unfilled, scratch[SECOND_COST, line]))
    return int(min(unfilled, scratch[BEST_COST, line]))


@compiled
def alone(arrays: Arrays, first: int, last: int, complete: bool, scratch: Integers) -> int:
    """What the order costs, without the shipment, when this cell alone serves it."""
    total = 0
    for line in range(last - first):
        need = arrays.line_qty[first + line]
        unfilled = SCALE * arrays.line_unfilled[first + line]
        for which in (FIRST_COST, NEXT_COST):
            cost = scratch[which, line]
            if cost < NEVER and (complete or cost < unfilled):
                units = min(need, scratch[which + 1, line])
                total += units * cost
                need -= units
        if need > 0 and complete:
            return NEVER
        total += need * unfilled
    return total


@compiled
def together(arrays: Arrays, first: int, last: int, complete: bool, scratch: Integers) -> None:
    """What each line costs at least when this cell is its cheapest source among several: row ``SERVED``."""
    for line in range(last - first):
        need = arrays.line_qty[first + line]
        unfilled = SCALE * arrays.line_unfilled[first + line]
        most = NEVER if complete else need * unfilled
        for which in (FIRST_COST, NEXT_COST):
            cost = scratch[which, line]
            if cost == NEVER:
                continue
            cap = scratch[which + 1, line]
            if cap >= need:
                most = min(most, need * cost)
            else:
                rest = elsewhere(
                    arrays, scratch[which + 2, line], line, NEVER if complete else unfilled, scratch
                )
                if rest < NEVER:
                    most = min(most, cap * cost + (need - cap) * max(cost, rest))
        scratch[SERVED, line] = most


@compiled
def spread_over_masks(
    lines: int, fixed: int, cell: int, scratch: Integers, sums: Integers, best: Integers, best_cell: Integers
) -> None:
    """Let a cell be the source of every subset of the lines for which it is the cheapest."""
    sums[0] = fixed
    for line in range(lines):
        bit = 1 << line
        served = scratch[SERVED, line]
        for mask in range(bit):
            total = min(NEVER, sums[mask] + served)
            sums[bit + mask] = total
            if total < best[bit + mask]:
                best[bit + mask] = total
                best_cell[bit + mask] = cell


@compiled
def join_groups(lines: int, shipments: int, best: Integers, joined: Integers, chosen: Integers) -> int:
    """Split all lines into two or more groups, one cell each; gives how many groups are cheapest, 0 if none.

    ``joined[r, mask]`` is the cost of r + 1 groups over ``mask``, ``chosen[r, mask]`` the group of its
    lowest line.
    """
    everything = (1 << lines) - 1
    groups = min(shipments, lines, MOST_GROUPS)
    for mask in range(1, everything + 1):
        joined[0, mask] = best[mask]
        chosen[0, mask] = mask
    least, count = NEVER, 0
    for step in range(1, groups):
        for mask in range(1, everything + 1):
            if step == groups - 1 and mask != everything:
                continue
            lowest = mask & -mask
            rest = mask ^ lowest
            joined[step, mask] = NEVER
            part = rest
            while part > 0:
                # The group of the lowest line is what ``part`` leaves; ``part`` itself is joined already.
                total = best[mask ^ part] + joined[step - 1, part]
                if total < joined[step, mask]:
                    joined[step, mask] = total
                    chosen[step, mask] = mask ^ part
                part = (part - 1) & rest
        if joined[step, everything] < least:
            least, count = joined[step, everything], step + 1
    return count


@compiled
def unfilled_cost(arrays: Arrays, first: int, last: int) -> int:
    """What it costs to ship nothing."""
    total = 0
    for line in range(first, last):
        total += SCALE * arrays.line_unfilled[line] * arrays.line_qty[line]
    return total


@compiled
def is_better_somewhere(lines: int, cells: Integers) -> bool:
    """Whether a later day at a node serves any line cheaper than its first day."""
    better = False
    for line in range(lines):
        better = better or cells[SERVED, line] < cells[EARLIER, line]
    return better


@compiled
def partly(arrays: Arrays, first: int, last: int, complete: bool, cells: Integers) -> None:
    """What each line costs when a cell serves what it has of it and the rest is left: row ``SERVED``."""
    for line in range(last - first):
        need = arrays.line_qty[first + line]
        unfilled = SCALE * arrays.line_unfilled[first + line]
        total = 0
        for which in (FIRST_COST, NEXT_COST):
            cost = cells[which, line]
            units = min(need, cells[which + 1, line])
            if units > 0 and (complete or cost < unfilled):
                total += units * cost
                need -= units
        cells[SERVED, line] = NEVER if complete and need > 0 else total + need * unfilled
