"""Every order at given prices: its cheapest pattern, what it uses, and their sum, which is a valid bound."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimization.backlog.compiled import compiled
from optimization.backlog.goods import days_late, goods_at, hands_at
from optimization.backlog.instance import Arrays
from optimization.backlog.patterns import (
    EARLIER,
    MOST_LINES,
    NEVER,
    SCALE,
    SERVED,
    Market,
    Scratch,
    alone,
    fill_cell,
    is_better_somewhere,
    is_no_better,
    join_groups,
    partly,
    spread_over_masks,
    unfilled_cost,
)
from optimization.backlog.recording import DAY, PAIR, UNITS, record_alone, record_groups
from optimization.backlog.tables import Integers
from optimization.backlog.thin import price_thin

PIECES_A_LINE = 3


class Ideal(NamedTuple):
    """The cheapest pattern of every order: pair, day and units, so many places a line; no pair is -1."""

    piece: Integers


def no_ideal() -> Ideal:
    """Room for no pattern."""
    return Ideal(piece=np.zeros((0, 3), np.int64))


def room_for_ideal(arrays: Arrays) -> Ideal:
    """Room for the pattern of every order."""
    return Ideal(piece=np.full((PIECES_A_LINE * arrays.line_qty.size, 3), -1, np.int64))


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

    A larger order comes in ``chunks``, each of which pays that part of a shipment: their sum is never too
    much.
    """
    order = arrays.line_order[first]
    if arrays.order_thin[order]:
        return price_thin(arrays, entries, first, last, chunks, market, scratch)
    complete = arrays.order_complete[order] == 1
    shipments = arrays.order_shipments[order]
    lines = last - first
    several = shipments > 1 and lines > 1
    one, one_cell = weigh_cells(arrays, entries, first, last, chunks, several, market, scratch)
    value, groups = NEVER, 0
    if several:
        groups = join_groups(lines, shipments, scratch.best, scratch.joined, scratch.chosen)
        value = scratch.joined[groups - 1, (1 << lines) - 1] if groups > 0 else NEVER
    unfilled = unfilled_cost(arrays, first, last)
    if min(one, value) >= unfilled:
        return unfilled, 0
    if one > value:
        return value, record_groups(arrays, entries, first, last, groups, market, scratch)
    entry, at = entries[one_cell // arrays.n_days], one_cell % arrays.n_days
    fill_cell(arrays, entry, at, first, last, market, scratch.cells)
    return one, record_alone(arrays, first, last, complete, at, scratch.cells, scratch.pieces)


@compiled
def weigh_cells(
    arrays: Arrays,
    entries: Integers,
    first: int,
    last: int,
    chunks: int,
    several: bool,
    market: Market,
    scratch: Scratch,
) -> tuple[int, int]:
    """The cell that serves all alone most cheaply, with its cost; subsets of lines by their cheapest cell."""
    order = arrays.line_order[first]
    complete = arrays.order_complete[order] == 1
    lines = last - first
    cells = scratch.cells
    scratch.best[: 1 << lines] = NEVER
    one, one_cell = NEVER, -1
    for place in range(entries.size):
        lane = arrays.order_zone[order] * arrays.n_sources + arrays.entry_source[entries[place]]
        fixed = SCALE * arrays.lane_fixed[lane] // chunks
        fresh = True
        for at in range(arrays.n_days):
            if at > 0 and is_no_better(arrays, entries[place], at, market):
                continue
            if not fill_cell(arrays, entries[place], at, first, last, market, cells):
                continue
            cell = place * arrays.n_days + at
            total = alone(arrays, first, last, complete, cells)
            if total + fixed < one:
                one, one_cell = total + fixed, cell
            if several:
                partly(arrays, first, last, complete, cells)
                if fresh or is_better_somewhere(lines, cells):
                    spread_over_masks(
                        lines, fixed, cell, cells, scratch.sums, scratch.best, scratch.best_cell
                    )
                if fresh:
                    cells[EARLIER, :lines] = cells[SERVED, :lines]
                    fresh = False
    return one, one_cell


@compiled
def price_orders(
    arrays: Arrays,
    orders: tuple[int, int],
    lists: tuple[Integers, Integers],
    market: Market,
    scratch: Scratch,
    used: tuple[Integers, Integers, Integers],
    values: Integers,
    ideal: Ideal,
) -> None:
    """The cheapest patterns of a range of orders over their listed entries; adds up what is used and in time.

    The patterns themselves are kept when there is room for them in ``ideal``.
    """
    for order in range(orders[0], orders[1]):
        values[order] = 0
        place, room = PIECES_A_LINE * arrays.order_first[order], PIECES_A_LINE * arrays.order_first[order + 1]
        room = min(room, ideal.piece.shape[0])
        begin, end = arrays.order_first[order], arrays.order_first[order + 1]
        entries = lists[1][lists[0][order] : lists[0][order + 1]]
        chunks = -(-(end - begin) // MOST_LINES)
        for chunk in range(chunks):
            first = begin + chunk * MOST_LINES
            last = min(end, first + MOST_LINES)
            value, count = price_lines(arrays, entries, first, last, chunks, market, scratch)
            values[order] += value
            for piece in range(count):
                if place < room:
                    ideal.piece[place] = scratch.pieces[piece]
                    place += 1
                pair = scratch.pieces[piece, PAIR]
                at = scratch.pieces[piece, DAY]
                units = scratch.pieces[piece, UNITS]
                used[0][goods_at(arrays, pair, at)] += units
                used[1][hands_at(arrays, pair, at)] += units
                if days_late(arrays, order, arrays.pair_source[pair], at) <= 0:
                    used[2][order] += units
