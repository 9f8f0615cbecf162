"""The search's moves: take a few orders out, put them back otherwise, keep what is better or nearly so.

*Ruin and recreate*: orders that share a stock row are taken out and put back in another turn, at some share
of the prices. *Forced insertion*: an order gets the pattern that it should have at the prices; those who
hold what it needs and lose least are put out first and find something else.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.chance import Chance, below, draw, fraction
from optimization.backlog.compiled import compiled
from optimization.backlog.goods import goods_at, hands_at, whole_packs
from optimization.backlog.holdings import Holdings, clear_order, order_cost, place_of, ship
from optimization.backlog.insertion import insert_order
from optimization.backlog.instance import Arrays
from optimization.backlog.patterns import Market, Scratch
from optimization.backlog.pricing import PIECES_A_LINE
from optimization.backlog.recording import DAY, PAIR, UNITS
from optimization.backlog.tables import Integers

MOST_ORDERS = 24
MOST_EVICTED = 18
MOST_SAVED = 4096
FORCED_PERCENT = 60
MOST_RUINED = 6
MOST_SHARE = 256
SAMPLED_HOLDERS = 6
HAND_TRIES = 12


class Budget(NamedTuple):
    """How many moves, how they cool, and what they are made of."""

    moves: int
    hot: float
    cold: float
    forced_percent: int
    most_ruined: int
    most_share: int
    """The largest share of the prices, of 256, at which orders are put back."""


class Room(NamedTuple):
    """Working memory of the moves of one thread."""

    orders: Integers
    """The orders that a move touches."""
    saved: Integers
    """Pair, day and units of what they shipped before."""


class Guide(NamedTuple):
    """What leads the search: prices, which entries of each order are tried, whom to begin with."""

    stock: Integers
    pick: Integers
    ideal: Integers
    """What each order should have at the prices; see ``pricing.Ideal``."""
    list_first: Integers
    list_entry: Integers
    weights: NDArray[np.float64]
    """Running sums of how promising each of ``members`` is."""
    members: Integers
    row_rows: Integers
    """Rows by node, for finding who uses its hands."""
    row_first: Integers


def new_room() -> Room:
    """Working memory for one thread."""
    return Room(
        orders=np.zeros(MOST_ORDERS, np.int64),
        saved=np.zeros((MOST_SAVED, 3), np.int64),
    )


@compiled
def search(
    arrays: Arrays,
    holdings: Holdings,
    guide: Guide,
    scratch: Scratch,
    room: Room,
    chance: Chance,
    budget: Budget,
) -> int:
    """Make so many moves while the temperature falls from the first to the second; gives cents saved."""
    saved = 0
    for move in range(budget.moves):
        temperature = budget.hot + (budget.cold - budget.hot) * move / budget.moves
        order = pick_order(guide, chance)
        if arrays.order_first[order] == arrays.order_first[order + 1]:
            continue
        heat = (temperature, budget.most_share, budget.most_ruined)
        if below(chance, 100) < budget.forced_percent:
            saved += force(arrays, holdings, guide, scratch, room, chance, order, heat)
        else:
            saved += ruin(arrays, holdings, guide, scratch, room, chance, order, heat)
    return saved


@compiled
def pick_order(guide: Guide, chance: Chance) -> int:
    """One of the members, more likely a promising one."""
    at = np.searchsorted(guide.weights, fraction(chance) * guide.weights[-1])
    return int(guide.members[min(at, guide.members.size - 1)])


@compiled
def ruin(
    arrays: Arrays,
    holdings: Holdings,
    guide: Guide,
    scratch: Scratch,
    room: Room,
    chance: Chance,
    order: int,
    heat: tuple[float, int, int],
) -> int:
    """Ruin and recreate around an order; gives cents saved, 0 when it was undone."""
    count = gather(arrays, holdings, room, chance, order, heat[2])
    before, pieces = take_out(arrays, holdings, room, 0, count, 0)
    for last in range(count - 1, 0, -1):
        other = below(chance, last + 1)
        room.orders[last], room.orders[other] = room.orders[other], room.orders[last]
    share = below(chance, heat[1] + 1)
    return settle(
        arrays, holdings, guide, scratch, room, chance, (count, 0, pieces), (before, share, heat[0])
    )


@compiled
def gather(arrays: Arrays, holdings: Holdings, room: Room, chance: Chance, order: int, most: int) -> int:
    """An order and some others that hold a row that it could use; gives how many."""
    room.orders[0] = order
    count = 1
    first = arrays.pair_first[arrays.entry_first[order]]
    last = arrays.pair_first[arrays.entry_first[order + 1]]
    if first == last:
        return count
    wanted = 1 + below(chance, most)
    tries = 2 * wanted
    row = arrays.pair_row[first + below(chance, last - first)]
    while count < wanted and tries > 0:
        tries -= 1
        if tries % 3 == 0:
            row = arrays.pair_row[first + below(chance, last - first)]
        if holdings.holders[row] == 0:
            row = arrays.pair_row[first + below(chance, last - first)]
            continue
        pair = holdings.holder[place_of(holdings, row, below(chance, holdings.holders[row]))]
        count = join(arrays, room, pair, count)
    return count


@compiled
def join(arrays: Arrays, room: Room, pair: int, count: int) -> int:
    """Let the order of a pair be one of those touched, once; gives how many there are."""
    order = arrays.line_order[arrays.pair_line[pair]]
    for index in range(count):
        if room.orders[index] == order:
            return count
    room.orders[count] = order
    return count + 1


@compiled
def take_out(
    arrays: Arrays, holdings: Holdings, room: Room, begin: int, end: int, pieces: int
) -> tuple[int, int]:
    """Take orders out, keeping what they shipped; gives what they cost and how much is kept by now."""
    cost = 0
    for index in range(begin, end):
        order = room.orders[index]
        cost += order_cost(arrays, holdings.qty, holdings.day, order)
        first = arrays.pair_first[arrays.entry_first[order]]
        for pair in range(first, arrays.pair_first[arrays.entry_first[order + 1]]):
            if holdings.qty[pair] > 0 and pieces < MOST_SAVED:
                room.saved[pieces, PAIR] = pair
                room.saved[pieces, DAY] = holdings.day[pair]
                room.saved[pieces, UNITS] = holdings.qty[pair]
                pieces += 1
                ship(arrays, holdings, pair, holdings.day[pair], -holdings.qty[pair])
    return cost, pieces


@compiled
def settle(
    arrays: Arrays,
    holdings: Holdings,
    guide: Guide,
    scratch: Scratch,
    room: Room,
    chance: Chance,
    touched: tuple[int, int, int],
    terms: tuple[int, int, float],
) -> int:
    """Put the orders from the second on back; keep it if it costs no more than chance allows, else undo."""
    count, placed, pieces = touched
    before, share, temperature = terms
    market = Market(holdings.free, holdings.hands, guide.stock, guide.pick, share)
    for index in range(placed, count):
        order = room.orders[index]
        entries = guide.list_entry[guide.list_first[order] : guide.list_first[order + 1]]
        insert_order(arrays, holdings, market, entries, order, scratch)
    after = 0
    for index in range(count):
        after += order_cost(arrays, holdings.qty, holdings.day, room.orders[index])
    worse = after - before
    if worse <= 0 or (temperature > 0.0 and fraction(chance) < np.exp(-worse / temperature)):
        return -worse
    undo(arrays, holdings, room, count, pieces)
    return 0


@compiled
def undo(arrays: Arrays, holdings: Holdings, room: Room, count: int, pieces: int) -> None:
    """Ship again what the touched orders shipped before the move."""
    for index in range(count):
        clear_order(arrays, holdings, room.orders[index])
    for piece in range(pieces):
        ship(arrays, holdings, room.saved[piece, PAIR], room.saved[piece, DAY], room.saved[piece, UNITS])


@compiled
def force(
    arrays: Arrays,
    holdings: Holdings,
    guide: Guide,
    scratch: Scratch,
    room: Room,
    chance: Chance,
    order: int,
    heat: tuple[float, int, int],
) -> int:
    """Give an order its ideal pattern and put out who is in the way; gives cents saved, 0 when undone."""
    begin = PIECES_A_LINE * arrays.order_first[order]
    end = PIECES_A_LINE * arrays.order_first[order + 1]
    if guide.ideal[begin, PAIR] < 0:
        return 0
    room.orders[0] = order
    before, pieces = take_out(arrays, holdings, room, 0, 1, 0)
    count = 1
    whole = True
    for piece in range(begin, end):
        pair = guide.ideal[piece, PAIR]
        at = guide.ideal[piece, DAY]
        units = guide.ideal[piece, UNITS]
        if pair < 0:
            break
        count, cost, pieces = make_way(
            arrays, holdings, guide, room, chance, (pair, at, units), (count, pieces)
        )
        before += cost
        units = min(units, holdings.free[goods_at(arrays, pair, at)])
        units = whole_packs(arrays, pair, min(units, holdings.hands[hands_at(arrays, pair, at)]))
        if units > 0 and not may_open(arrays, holdings, order, arrays.pair_source[pair], at):
            units = 0
        if holdings.qty[pair] > 0 and holdings.day[pair] != at:
            # A pair ships on one day only: that is all the plan keeps of it.
            units = 0
        whole = whole and units == guide.ideal[piece, UNITS]
        if units > 0:
            ship(arrays, holdings, pair, at, units)
    if not whole and arrays.order_complete[order] == 1:
        undo(arrays, holdings, room, count, pieces)
        return 0
    share = below(chance, heat[1] + 1)
    return settle(
        arrays, holdings, guide, scratch, room, chance, (count, 1, pieces), (before, share, heat[0])
    )


@compiled
def may_open(arrays: Arrays, holdings: Holdings, order: int, source: int, at: int) -> bool:
    """Whether an order has, or may still have, a shipment from a source on a day."""
    count = 0
    for entry in range(arrays.entry_first[order], arrays.entry_first[order + 1]):
        days_used = 0
        for pair in range(arrays.pair_first[entry], arrays.pair_first[entry + 1]):
            if holdings.qty[pair] > 0 and not days_used >> holdings.day[pair] & 1:
                days_used |= 1 << holdings.day[pair]
                count += 1
        if arrays.entry_source[entry] == source and days_used >> at & 1:
            return True
    return bool(count < arrays.order_shipments[order])


@compiled
def make_way(
    arrays: Arrays,
    holdings: Holdings,
    guide: Guide,
    room: Room,
    chance: Chance,
    wanted: tuple[int, int, int],
    touched: tuple[int, int],
) -> tuple[int, int, int]:
    """Put out holders of a row until it has the units, then users of its node's hands.

    Gives how many orders are touched, what those put out cost, and how many pieces are kept.
    """
    pair, at, units = wanted
    count, pieces = touched
    row = arrays.pair_row[pair]
    place = hands_at(arrays, pair, at)
    node = arrays.source_node[arrays.pair_source[pair]]
    cost = 0
    while holdings.free[goods_at(arrays, pair, at)] < units and count < MOST_EVICTED:
        loser = cheapest_holder(arrays, holdings, room, chance, row)
        if loser < 0:
            break
        room.orders[count] = loser
        more, pieces = take_out(arrays, holdings, room, count, count + 1, pieces)
        cost += more
        count += 1
    tries = HAND_TRIES
    while holdings.hands[place] < units and count < MOST_EVICTED and tries > 0:
        tries -= 1
        rows = guide.row_first[node + 1] - guide.row_first[node]
        other = guide.row_rows[guide.row_first[node] + below(chance, rows)]
        if holdings.holders[other] == 0:
            continue
        user = holdings.holder[place_of(holdings, other, below(chance, holdings.holders[other]))]
        if hands_at(arrays, user, holdings.day[user]) != place:
            continue
        if arrays.line_order[arrays.pair_line[user]] == room.orders[0]:
            continue
        room.orders[count] = arrays.line_order[arrays.pair_line[user]]
        more, pieces = take_out(arrays, holdings, room, count, count + 1, pieces)
        cost += more
        count += 1
    return count, cost, pieces


@compiled
def cheapest_holder(arrays: Arrays, holdings: Holdings, room: Room, chance: Chance, row: int) -> int:
    """Of a few holders of a row the order that loses least a unit by going; -1 when there is none."""
    count = holdings.holders[row]
    best, best_worth = -1, 0
    for _ in range(min(SAMPLED_HOLDERS, count)):
        pair = holdings.holder[place_of(holdings, row, below(chance, count))]
        line = arrays.pair_line[pair]
        if arrays.line_order[line] == room.orders[0]:
            continue
        worth = arrays.line_unfilled[line] - arrays.pair_cost[pair] + draw(chance) % 200
        if best < 0 or worth < best_worth:
            best, best_worth = arrays.line_order[line], worth
    return int(best)
