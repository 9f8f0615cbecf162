"""Why a line of a backlog is planned as it is: what else there was, what bound, and what would change it.

The table of alternatives holds, for each node that may serve the line, its best day at the final prices. A
*flip* is one single change (more units at a node, more hands on a day, one more shipment, a part delivery)
under which the order, planned anew in what the rest of the plan leaves, is better off and treats the line
differently. Every flip is verified by planning the order again; prices only choose what is tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from optimization.backlog.checks_of_columns import bad_input
from optimization.backlog.compiled import compiled
from optimization.backlog.goods import days_late, goods_at, hands_at
from optimization.backlog.holdings import Holdings, clear_order, order_cost, refresh_free
from optimization.backlog.insertion import insert_order
from optimization.backlog.instance import Arrays
from optimization.backlog.patterns import SCALE
from optimization.backlog.standing import Standing
from optimization.backlog.tables import Integers

# Columns of what a pair is like on a day: places in stock (-1: none) and hands, lateness, money.
CELL, HANDS, LATE, UNIT, PRICE = 0, 1, 2, 3, 4


class Verdict(StrEnum):
    """Why a node does not serve a line, or that it does."""

    CHOSEN = "chosen"
    NO_STOCK = "no stock in time"
    STOCK_TAKEN = "its stock goes where it is worth more"
    NO_HANDS = "nobody left to pick"
    DEARER = "dearer"
    LATER = "later"
    ONE_TOO_MANY = "one shipment too many"


class FlipKind(StrEnum):
    """What single change is tried."""

    STOCK = "stock"
    HANDS = "hands"
    SHIPMENT = "shipment"
    PART = "part delivery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One node for the line on its best day: money by the unit, what is left there, and the verdict.

    ``unit_cents`` is freight, change and lateness; ``price_thousandths`` (of a cent) what the goods and
    hands are worth to others; ``fixed_cents`` is that of the shipment, 0 if the order has it anyway.
    """

    node: int
    sku: int
    day: int
    unit_cents: int
    late_days: int
    price_thousandths: int
    fixed_cents: int
    units_left: int
    units_ever: int
    hands_left: int
    units_planned: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One change that would help: what, where, how much, and what the order would save by it."""

    kind: FlipKind
    node: int
    day: int
    amount: int
    saved_cents: int
    worth_thousandths: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineExplanation:
    """Everything there is to say about one line; ``flips`` the least change first."""

    line_id: int
    order: int
    wanted: int
    planned: int
    shipments: int
    late_units: int
    alternatives: tuple[Alternative, ...]
    flips: tuple[Flip, ...]

    def sentences(self) -> tuple[str, ...]:
        """The explanation in words."""
        said = [
            f"{self.planned} of {self.wanted} units are planned, in {self.shipments} shipments of the order."
        ]
        for each in self.alternatives:
            price = (
                f", worth {each.price_thousandths / (100 * SCALE):.2f} a unit to others"
                if each.price_thousandths >= SCALE
                else ""
            )
            said.append(
                f"Node {each.node}, day {each.day}: {each.verdict.value} ({each.unit_cents / 100:.2f} each, "
                f"{each.units_left} of {each.units_ever} units left{price})."
            )
        said += [_words(flip) for flip in self.flips[:1]]
        return tuple(said)


def _words(flip: Flip) -> str:
    what = {
        FlipKind.STOCK: f"{flip.amount} more units at node {flip.node} by day {flip.day}",
        FlipKind.HANDS: f"{flip.amount} more picks at node {flip.node} on day {flip.day}",
        FlipKind.SHIPMENT: "one more shipment",
        FlipKind.PART: "a part delivery",
    }[flip.kind]
    return f"It would be otherwise with {what}: the order would cost {flip.saved_cents / 100:.2f} less."


def explain_line(standing: Standing, line_id: int) -> LineExplanation:
    """Explain the planned treatment of a line of the instance's tables.

    Raises:
        BadInputError: the backlog plans no such line.
    """
    instance = standing.instance
    places = np.flatnonzero(instance.line_id == line_id)
    if not places.size:
        raise bad_input(f"Line {line_id} is not in this backlog, or has nothing to plan.")
    line = int(places[0])
    arrays, holdings = instance.arrays, standing.holdings
    order = int(arrays.line_order[line])
    pairs = _pairs_of(arrays, line)
    cells = _cells_of(arrays, holdings, order)
    units = {int(pair): int(holdings.qty[pair]) for pair in pairs}
    return LineExplanation(
        line_id=line_id,
        order=order,
        wanted=int(arrays.line_qty[line]),
        planned=sum(units.values()),
        shipments=len(cells),
        late_units=sum(
            count
            for pair, count in units.items()
            if count and _days_of(standing, pair)[holdings.day[pair], LATE] > 0
        ),
        alternatives=_alternatives(standing, line, pairs, cells),
        flips=_flips(standing, line, pairs),
    )


def _pairs_of(arrays: Arrays, line: int) -> list[int]:
    order = arrays.line_order[line]
    first, last = arrays.entry_first[order], arrays.entry_first[order + 1]
    here = range(int(arrays.pair_first[first]), int(arrays.pair_first[last]))
    return [pair for pair in here if arrays.pair_line[pair] == line]


def _cells_of(arrays: Arrays, holdings: Holdings, order: int) -> set[tuple[int, int]]:
    """The shipments of an order: source and day."""
    first, last = arrays.entry_first[order], arrays.entry_first[order + 1]
    here = range(int(arrays.pair_first[first]), int(arrays.pair_first[last]))
    return {
        (int(arrays.pair_source[pair]), int(holdings.day[pair])) for pair in here if holdings.qty[pair] > 0
    }


@compiled
def weigh_days(arrays: Arrays, pair: int, stock: Integers, pick: Integers, seen: Integers) -> None:
    """What a pair is like on each day, a row a day: the columns ``CELL`` to ``PRICE``."""
    line, source = arrays.pair_line[pair], arrays.pair_source[pair]
    for at in range(arrays.n_days):
        cell, hands = goods_at(arrays, pair, at), hands_at(arrays, pair, at)
        late = max(0, days_late(arrays, arrays.line_order[line], source, at))
        seen[at, CELL] = cell
        seen[at, HANDS] = hands
        seen[at, LATE] = late
        seen[at, UNIT] = arrays.pair_cost[pair] + late * arrays.line_late[line]
        seen[at, PRICE] = pick[hands] + (stock[cell] if cell >= 0 else 0)


def _days_of(standing: Standing, pair: int) -> Integers:
    """The days of a pair at the prices of the plan."""
    seen = np.empty((standing.instance.arrays.n_days, PRICE + 1), np.int64)
    weigh_days(standing.instance.arrays, pair, standing.led.stock, standing.led.pick, seen)
    return seen


def _alternatives(
    standing: Standing, line: int, pairs: list[int], cells: set[tuple[int, int]]
) -> tuple[Alternative, ...]:
    arrays, holdings = standing.instance.arrays, standing.holdings
    days = {pair: _days_of(standing, pair) for pair in pairs}
    dearest = max(
        (int(days[p][holdings.day[p], UNIT]) for p in pairs if holdings.qty[p] > 0),
        default=int(arrays.line_unfilled[line]),
    )
    found = []
    for pair in pairs:
        row, seen = int(arrays.pair_row[pair]), days[pair]
        source = int(arrays.pair_source[pair])
        served = int(holdings.qty[pair])
        stocked = np.flatnonzero(_there(arrays.supply, seen[:, CELL]) > 0)
        asked = SCALE * seen[stocked, UNIT] + seen[stocked, PRICE]
        day = int(holdings.day[pair]) if served else int(stocked[asked.argmin()]) if stocked.size else 0
        on_day = seen[day]
        found.append(
            Alternative(
                node=int(arrays.source_node[source]),
                sku=int(arrays.row_sku[row]),
                day=day,
                unit_cents=int(on_day[UNIT]),
                late_days=int(on_day[LATE]),
                price_thousandths=int(on_day[PRICE]),
                fixed_cents=0 if (source, day) in cells else _fixed(arrays, line, source),
                units_left=int(_there(holdings.free, on_day[CELL])),
                units_ever=int(arrays.supply[(row + 1) * arrays.n_days - 1]),
                hands_left=int(holdings.hands[on_day[HANDS]]),
                units_planned=served,
                verdict=_verdict(standing, pair, on_day, dearest, (source, day) in cells, len(cells)),
            )
        )
    return tuple(
        sorted(
            found,
            key=lambda a: (a.units_planned == 0, SCALE * a.unit_cents + a.price_thousandths, a.node, a.sku),
        )
    )


def _there(units: Integers, cell: Integers) -> Integers:
    """What of some stock is at its places; nothing where there is no place."""
    return np.where(cell >= 0, units[cell], 0)


def _fixed(arrays: Arrays, line: int, source: int) -> int:
    zone = arrays.order_zone[arrays.line_order[line]]
    return int(arrays.lane_fixed[zone * arrays.n_sources + source])


def _verdict(
    standing: Standing, pair: int, on_day: Integers, dearest: int, ships_anyway: bool, shipments: int
) -> Verdict:
    arrays, holdings = standing.instance.arrays, standing.holdings
    order = int(arrays.line_order[arrays.pair_line[pair]])
    if holdings.qty[pair] > 0:
        return Verdict.CHOSEN
    if _there(arrays.supply, on_day[CELL]) == 0:
        return Verdict.NO_STOCK
    if _there(holdings.free, on_day[CELL]) == 0:
        return Verdict.STOCK_TAKEN
    if holdings.hands[on_day[HANDS]] == 0:
        return Verdict.NO_HANDS
    if not ships_anyway and shipments >= arrays.order_shipments[order]:
        return Verdict.ONE_TOO_MANY
    if on_day[LATE] > 0 and on_day[UNIT] > dearest:
        return Verdict.LATER
    return Verdict.DEARER


def _flips(standing: Standing, line: int, pairs: list[int]) -> tuple[Flip, ...]:
    """Every change that helps, the one worth least to the others first."""
    arrays, holdings = standing.instance.arrays, standing.holdings
    order, days = int(arrays.line_order[line]), arrays.n_days
    before = order_cost(arrays, holdings.qty, holdings.day, order)
    treated = _treatment(holdings, pairs)
    found: list[Flip] = []

    def tried(
        kind: FlipKind,
        node: int,
        day: int,
        amount: int,
        worth: int,
        own: Holdings,
        changed: Arrays = arrays,
    ) -> None:
        cost = _planned_anew(standing, changed, own, order)
        if cost < before and _treatment(own, pairs) != treated:
            found.append(
                Flip(
                    kind=kind,
                    node=node,
                    day=day,
                    amount=amount,
                    saved_cents=before - cost,
                    worth_thousandths=worth,
                )
            )

    wanted = int(arrays.line_qty[line])
    for pair in pairs:
        row, source = int(arrays.pair_row[pair]), int(arrays.pair_source[pair])
        node, lead = int(arrays.source_node[source]), int(arrays.pair_lead[pair])
        lane = arrays.order_zone[order] * arrays.n_sources + source
        day = int(arrays.order_promised[order] - arrays.lane_transit[lane])
        day = min(max(lead, day), int(arrays.pair_last[pair]))
        drawn, held = day - lead, int(arrays.row_node[row])
        worth = wanted * int(standing.led.stock[row * days + drawn])
        tried(FlipKind.STOCK, held, drawn, wanted, worth, _with_stock(standing, row, drawn, wanted))
        worth = wanted * int(standing.led.pick[node * days + day])
        tried(FlipKind.HANDS, node, day, wanted, worth, _with_hands(standing, node, day, wanted))
    more = arrays.order_shipments.copy()
    more[order] += 1
    tried(FlipKind.SHIPMENT, -1, -1, 1, 0, standing.draft(), arrays._replace(order_shipments=more))
    if arrays.order_complete[order] == 1:
        part = arrays.order_complete.copy()
        part[order] = 0
        tried(FlipKind.PART, -1, -1, 1, 0, standing.draft(), arrays._replace(order_complete=part))
    return tuple(
        sorted(found, key=lambda flip: (flip.worth_thousandths, flip.amount, -flip.saved_cents, flip.node))
    )


def _treatment(holdings: Holdings, pairs: list[int]) -> tuple[tuple[int, int, int], ...]:
    return tuple((p, int(holdings.qty[p]), int(holdings.day[p])) for p in pairs if holdings.qty[p] > 0)


def _with_stock(standing: Standing, row: int, day: int, units: int) -> Holdings:
    days, holdings = standing.instance.arrays.n_days, standing.draft()
    holdings.left[row * days + day : (row + 1) * days] += units
    holdings.touched[row] = True
    refresh_free(
        holdings.left[row * days : (row + 1) * days], days, holdings.free[row * days : (row + 1) * days]
    )
    return holdings


def _with_hands(standing: Standing, node: int, day: int, units: int) -> Holdings:
    holdings = standing.draft()
    holdings.hands[node * standing.instance.arrays.n_days + day] += units
    return holdings


def _planned_anew(standing: Standing, arrays: Arrays, holdings: Holdings, order: int) -> int:
    """What the order costs when it is planned again, alone, in what is left."""
    clear_order(arrays, holdings, order)
    market = standing.market(holdings, 0)
    insert_order(arrays, holdings, market, standing.entries_of(order), order, standing.scratch)
    return int(order_cost(arrays, holdings.qty, holdings.day, order))
