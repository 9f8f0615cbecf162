"""A lower bound that anybody can recompute: every order alone, paying prices for what it takes.

With a price of 0 or more on each unit of stock and pick capacity, no plan can cost less than the
sum over orders of the best each could do at those prices, minus all limits at their prices. The
best of an order is found by trying every set of shipments it may have, in whole numbers.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

from optimization.bounds import MAX_OBJECTIVE_CENTS
from optimization.lookup import ProblemLookup
from optimization.prices import Prices
from optimization.problem import OrderDemand
from optimization.sources import Source

MAX_SETS = 40_000
NO_WAY = MAX_OBJECTIVE_CENTS

Cents = npt.NDArray[np.int64]


def price_bound_cents(lookup: ProblemLookup, sources: tuple[Source, ...], prices: Prices) -> int:
    """The bound at the given prices; exact integers throughout."""
    surcharges = prices.surcharges(sources)
    of_order: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        last = lookup.orders[source.order_id].last_ship_day
        if last is None or source.ship_day <= last:
            of_order[source.order_id].append(source)
    best = sum(
        best_alone_cents(lookup, order, of_order[order.order_id], surcharges)
        for order in lookup.problem.orders
    )
    return best - prices.limits_cents


def best_alone_cents(
    lookup: ProblemLookup, order: OrderDemand, sources: list[Source], surcharges: dict[Source, int]
) -> int:
    """The least an order can cost at the given surcharges, with the stock it could reach alone."""
    lines = lookup.lines_of[order.order_id]
    quantity = np.array([line.quantity for line in lines], dtype=np.int64)
    penalty = np.array(
        [line.unfilled_cents_per_unit + line.change_cents_per_unit for line in lines], dtype=np.int64
    )
    nothing = int((quantity * penalty).sum())
    if not sources:
        return nothing
    column = {line.line_id: number for number, line in enumerate(lines)}
    shipments = sorted({source.shipment for source in sources})
    position = {shipment: number for number, shipment in enumerate(shipments)}
    unit = np.full((len(shipments), len(lines)), NO_WAY, dtype=np.int64)
    room = np.zeros((len(shipments), len(lines)), dtype=np.int64)
    fixed = np.zeros(len(shipments), dtype=np.int64)
    for source in sources:
        cell = (position[source.shipment], column[source.line_id])
        # A substitute beside the original counts as one source at the cheaper price: never above the truth.
        unit[cell] = min(int(unit[cell]), source.unit_cents + surcharges[source])
        room[cell] += source.max_units
        fixed[cell[0]] = source.fixed_cents
    room = np.minimum(room, quantity)
    keep = _undominated(unit, room, fixed, quantity)
    unit, room, fixed = unit[keep], room[keep], fixed[keep]
    count = min(order.max_shipments, len(fixed))
    if sum(comb(len(fixed), size) for size in range(1, count + 1)) > MAX_SETS:
        # Too many sets to try: every shipment may be used, and one is paid for.
        everything = np.arange(len(fixed))[None, :]
        filled = _filled_cents(unit, room, quantity, penalty, everything, complete=order.ship_complete)
        return min(nothing, int(filled.min()) + int(fixed.min()))
    best = nothing
    for size in range(1, count + 1):
        sets = np.array(list(combinations(range(len(fixed)), size)), dtype=np.intp)
        filled = _filled_cents(unit, room, quantity, penalty, sets, complete=order.ship_complete)
        best = min(best, int((filled + fixed[sets].sum(axis=1)).min()))
    return best


def _undominated(unit: Cents, room: Cents, fixed: Cents, quantity: Cents) -> list[int]:
    """Shipments that are not beaten by another one that can serve all they serve for no more."""
    kept: list[int] = []
    order = np.lexsort((np.arange(len(fixed)), unit.sum(axis=1) + fixed))
    for candidate in (int(number) for number in order):
        serves = room[candidate] > 0
        beaten = any(
            fixed[other] <= fixed[candidate]
            and bool((unit[other][serves] <= unit[candidate][serves]).all())
            and bool((room[other][serves] >= quantity[serves]).all())
            for other in kept
        )
        if not beaten:
            kept.append(candidate)
    return kept


def _filled_cents(
    unit: Cents, room: Cents, quantity: Cents, penalty: Cents, sets: npt.NDArray[np.intp], *, complete: bool
) -> Cents:
    """Cost of the units, cheapest shipment first, for each set of shipments; the rest is unfilled."""
    cents, space = unit[sets], room[sets]
    rank = np.argsort(cents, axis=1, kind="stable")
    cents, space = np.take_along_axis(cents, rank, axis=1), np.take_along_axis(space, rank, axis=1)
    left = np.broadcast_to(quantity, (len(sets), len(quantity))).copy()
    total = np.zeros(len(sets), dtype=np.int64)
    for turn in range(sets.shape[1]):
        worth = complete | (cents[:, turn] < penalty)
        used = np.where(worth, np.minimum(left, space[:, turn]), 0)
        total += (used * np.where(used > 0, cents[:, turn], 0)).sum(axis=1)
        left -= used
    if complete:
        return np.where(left.any(axis=1), NO_WAY, total)
    unfilled: Cents = total + (left * penalty).sum(axis=1)
    return unfilled
