"""First bookings: the assignment at final prices, made to fit the weight limits."""

from __future__ import annotations

import numpy as np

from optimization.backlog.compiled import compiled
from optimization.rebooking.bookings import UNBOOKED, Bookings, book_all, no_bookings
from optimization.rebooking.candidates import Candidates
from optimization.rebooking.columns import IntColumn
from optimization.rebooking.exits import Exits, find_exits, relieve
from optimization.rebooking.instance import Model
from optimization.rebooking.nodes import PRICE_UNITS_PER_CENT


@compiled
def regret_units(outside: IntColumn, listed: Candidates, row: IntColumn) -> IntColumn:
    """How much dearer than its best way, at prices, each shipment goes; their sum is part of the gap."""
    first, units = listed.first, listed.units
    regret = np.zeros(len(row), dtype=np.int64)
    for shipment in range(len(row)):
        waiting = outside[shipment] * PRICE_UNITS_PER_CENT
        best = waiting
        if first[shipment] < first[shipment + 1]:
            best = min(best, units[first[shipment]])
        regret[shipment] = (waiting if row[shipment] == UNBOOKED else units[row[shipment]]) - best
    return regret


@compiled
def _rows(listed: Candidates, chosen: IntColumn) -> IntColumn:
    """Where each chosen option is listed."""
    first, option = listed.first, listed.option
    row = np.full(len(chosen), UNBOOKED, dtype=np.int64)
    for shipment in range(len(chosen)):
        for place in range(first[shipment], first[shipment + 1]):
            if chosen[shipment] != UNBOOKED and option[place] == chosen[shipment]:
                row[shipment] = place
    return row


def construct(model: Model, listed: Candidates, chosen: IntColumn, exits: Exits) -> Bookings:
    """Book the assignment; then overdrawn weight limits send away those that leave most cheaply."""
    bookings = no_bookings(model, listed)
    book_all(bookings, _rows(listed, chosen))
    typical = typical_weight(model)
    while int(bookings.free_weight.min()) < 0:
        find_exits(bookings, typical, -1, exits)
        relieve(bookings, exits)
    return bookings


def typical_weight(model: Model) -> int:
    """The mean weight of an option: what an exit is worth at most."""
    return max(1, int(model.weight.mean())) if len(model.weight) else 1
