"""Bookings under way: which listed option each shipment has, and the room that is left.

Everything a move reads lies side by side in a few tables, because a search spends its time in
fetching them. A shipment without a booking has the row ``UNBOOKED``; slots without a weight limit
or contract point at a last row that never binds.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.compiled import compiled
from optimization.rebooking.candidates import Candidates
from optimization.rebooking.columns import IntColumn
from optimization.rebooking.inlined import inlined
from optimization.rebooking.instance import Model

IntTable: TypeAlias = NDArray[np.int64]

UNBOOKED = -1
ENDLESS = 1 << 50
SLOT, CENTS, WEIGHT, OPTION, OWNER = 0, 1, 2, 3, 4
FREE, HELD_FROM, HELD_COUNT, LIMIT, CONTRACT = 0, 1, 2, 3, 4
GIVEN, MINIMUM, SHORTFALL = 0, 1, 2
ROW, PLACE = 0, 1


class Bookings(NamedTuple):
    """Changed in place. ``listed`` has a row an option (slot, cents, weight, id, shipment), ``seat``
    one a shipment (row of ``listed``, place in ``held``), ``slots`` and ``contracts`` as named above.
    """

    first: IntColumn
    listed: IntTable
    outside: IntColumn
    seat: IntTable
    slots: IntTable
    held: IntColumn
    free_weight: IntColumn
    contracts: IntTable


def no_bookings(model: Model, candidates: Candidates) -> Bookings:
    """Nothing booked, all room free."""
    option = candidates.option
    slot = model.slot[option]
    limits, contracts = len(model.limit), len(model.minimum)
    slots = np.zeros((len(model.pickups), 5), dtype=np.int64)
    possible = np.minimum(np.bincount(slot, minlength=len(model.pickups)), model.pickups)
    slots[:, FREE] = model.pickups
    slots[1:, HELD_FROM] = np.cumsum(possible)[:-1]
    slots[:, LIMIT] = np.where(model.weight_limit < 0, limits, model.weight_limit)
    slots[:, CONTRACT] = np.where(model.contract < 0, contracts, model.contract)
    agreed = np.zeros((contracts + 1, 3), dtype=np.int64)
    agreed[:-1, MINIMUM] = model.minimum
    agreed[:-1, SHORTFALL] = model.shortfall
    owner = np.repeat(np.arange(len(model.unbooked)), np.diff(candidates.first))
    seat = np.zeros((len(model.unbooked), 2), dtype=np.int64)
    seat[:, ROW] = UNBOOKED
    return Bookings(
        first=candidates.first,
        listed=np.stack([slot, model.cents[option], model.weight[option], option, owner], axis=1),
        outside=model.unbooked,
        seat=seat,
        slots=slots,
        held=np.zeros(int(possible.sum()), dtype=np.int64),
        free_weight=np.append(model.limit, ENDLESS),
        contracts=agreed,
    )


@inlined
def release(
    listed: IntTable, seat: IntTable, slots: IntTable, held: IntColumn, free_weight: IntColumn,
    contracts: IntTable, shipment: int,
) -> None:  # fmt: skip
    """Take a booked shipment out; the last in its slot takes its place."""
    row = seat[shipment, ROW]
    slot = listed[row, SLOT]
    place = seat[shipment, PLACE]
    slots[slot, HELD_COUNT] -= 1
    slots[slot, FREE] += 1
    moved = held[slots[slot, HELD_FROM] + slots[slot, HELD_COUNT]]
    held[place] = moved
    seat[moved, PLACE] = place
    free_weight[slots[slot, LIMIT]] += listed[row, WEIGHT]
    contracts[slots[slot, CONTRACT], GIVEN] -= 1
    seat[shipment, ROW] = UNBOOKED


@inlined
def book(
    listed: IntTable, seat: IntTable, slots: IntTable, held: IntColumn, free_weight: IntColumn,
    contracts: IntTable, shipment: int, row: int,
) -> None:  # fmt: skip
    """Put an unbooked shipment on a listed option that fits."""
    slot = listed[row, SLOT]
    place = slots[slot, HELD_FROM] + slots[slot, HELD_COUNT]
    held[place] = shipment
    seat[shipment, ROW] = row
    seat[shipment, PLACE] = place
    slots[slot, HELD_COUNT] += 1
    slots[slot, FREE] -= 1
    free_weight[slots[slot, LIMIT]] -= listed[row, WEIGHT]
    contracts[slots[slot, CONTRACT], GIVEN] += 1


@inlined
def fits(listed: IntTable, slots: IntTable, free_weight: IntColumn, row: int) -> bool:
    """Whether there is a pickup and the weight for a listed option."""
    slot = listed[row, SLOT]
    found: bool = slots[slot, FREE] > 0 and free_weight[slots[slot, LIMIT]] >= listed[row, WEIGHT]
    return found


@inlined
def entering_cents(listed: IntTable, slots: IntTable, contracts: IntTable, row: int) -> int:
    """What one more shipment on a listed option costs, a contract's shortfall considered."""
    contract = slots[listed[row, SLOT], CONTRACT]
    short = contracts[contract, GIVEN] < contracts[contract, MINIMUM]
    cents: int = listed[row, CENTS] - (contracts[contract, SHORTFALL] if short else 0)
    return cents


@inlined
def leaving_cents(listed: IntTable, slots: IntTable, contracts: IntTable, row: int) -> int:
    """What is saved when a shipment on a listed option leaves it."""
    contract = slots[listed[row, SLOT], CONTRACT]
    short = contracts[contract, GIVEN] <= contracts[contract, MINIMUM]
    cents: int = listed[row, CENTS] - (contracts[contract, SHORTFALL] if short else 0)
    return cents


@compiled
def book_all(bookings: Bookings, rows: IntColumn) -> None:
    """Book the wanted row of each shipment that has a pickup left; weight may be overdrawn."""
    listed, seat, slots, held = bookings.listed, bookings.seat, bookings.slots, bookings.held
    free_weight, contracts = bookings.free_weight, bookings.contracts
    for shipment in range(len(rows)):
        row = rows[shipment]
        if row != UNBOOKED and slots[listed[row, SLOT], FREE] > 0:
            book(listed, seat, slots, held, free_weight, contracts, shipment, row)


def booked_options(bookings: Bookings) -> IntColumn:
    """The option of each shipment, or ``UNBOOKED``."""
    rows = bookings.seat[:, ROW]
    found = np.full(len(rows), UNBOOKED, dtype=np.int64)
    found[rows != UNBOOKED] = bookings.listed[rows[rows != UNBOOKED], OPTION]
    return found


def total_cents(bookings: Bookings) -> int:
    """The objective of the bookings."""
    rows = bookings.seat[:, ROW]
    waiting = int(bookings.outside[rows == UNBOOKED].sum())
    booked = int(bookings.listed[rows[rows != UNBOOKED], CENTS].sum())
    missing = np.maximum(0, bookings.contracts[:, MINIMUM] - bookings.contracts[:, GIVEN])
    return waiting + booked + int((missing * bookings.contracts[:, SHORTFALL]).sum())
