"""The cheapest ways out of every weight limit: who could give its weight to somebody else, and for what."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.compiled import compiled
from optimization.rebooking.bookings import (
    LIMIT,
    ROW,
    SLOT,
    UNBOOKED,
    WEIGHT,
    Bookings,
    book,
    entering_cents,
    fits,
    leaving_cents,
    release,
)

Exits: TypeAlias = NDArray[np.int64]
"""By weight limit and rank: cents, weight freed, shipment, the listed row it goes to."""

RANKS = 24
FAR = 1 << 60
NO_EXIT = -1
SEVERAL = -2
EXIT_CENTS, EXIT_WEIGHT, EXIT_SHIPMENT, EXIT_ROW = 0, 1, 2, 3


@compiled
def _way_out(bookings: Bookings, shipment: int, now: int) -> tuple[int, int]:
    """The cheapest place with room under another weight limit, or the next wave: change and row."""
    listed, slots, contracts = bookings.listed, bookings.slots, bookings.contracts
    free_weight = bookings.free_weight
    limit = slots[listed[now, SLOT], LIMIT]
    best, target = bookings.outside[shipment], UNBOOKED
    for row in range(bookings.first[shipment], bookings.first[shipment + 1]):
        if slots[listed[row, SLOT], LIMIT] != limit and fits(listed, slots, free_weight, row):
            cents = entering_cents(listed, slots, contracts, row)
            if cents < best:
                best, target = cents, row
    return best - leaving_cents(listed, slots, contracts, now), target


@compiled
def find_exits(bookings: Bookings, typical_weight: int, most_free: int, exits: Exits) -> None:
    """List the ways out that cost least for the weight they free, at most a typical weight counted.

    Only limits with at most ``most_free`` weight left are looked at.
    """
    exits[:, :, EXIT_CENTS] = FAR
    exits[:, :, EXIT_WEIGHT] = 0
    score = np.full(exits.shape[:2], np.inf)
    seat, listed, slots, free_weight = bookings.seat, bookings.listed, bookings.slots, bookings.free_weight
    for shipment in range(len(seat)):
        now = seat[shipment, ROW]
        if now == UNBOOKED or listed[now, WEIGHT] == 0:
            continue
        limit = slots[listed[now, SLOT], LIMIT]
        if free_weight[limit] > most_free:
            continue
        change, target = _way_out(bookings, shipment, now)
        value = change / min(listed[now, WEIGHT], typical_weight)
        if value >= score[limit, RANKS - 1]:
            continue
        rank = RANKS - 1
        while rank > 0 and score[limit, rank - 1] > value:
            score[limit, rank] = score[limit, rank - 1]
            exits[limit, rank] = exits[limit, rank - 1]
            rank -= 1
        score[limit, rank] = value
        exits[limit, rank, EXIT_CENTS] = change
        exits[limit, rank, EXIT_WEIGHT] = listed[now, WEIGHT]
        exits[limit, rank, EXIT_SHIPMENT] = shipment
        exits[limit, rank, EXIT_ROW] = target


def no_exits(limits: int) -> Exits:
    """Room for the exits of that many limits, and of the row of slots without one."""
    exits: Exits = np.zeros((limits + 1, RANKS, 4), dtype=np.int64)
    exits[:, :, EXIT_CENTS] = FAR
    return exits


@compiled
def cheapest_exit(exits: Exits, limit: int, short: int, cents: int) -> tuple[int, int]:
    """The cheapest exits that free the missing weight, their cost on top of ``cents``.

    They are told as a rank, or as ``SEVERAL - n`` for the best n; ``NO_EXIT`` when none do.
    """
    best, told = FAR, NO_EXIT
    freed, spent = 0, 0
    for rank in range(RANKS):
        change = exits[limit, rank, EXIT_CENTS]
        if change == FAR:
            continue
        if exits[limit, rank, EXIT_WEIGHT] >= short and change < best:
            best, told = change, rank
        if freed < short:
            freed += exits[limit, rank, EXIT_WEIGHT]
            spent += change
            if freed >= short and spent < best:
                best, told = spent, SEVERAL - (rank + 1)
    return (cents + best, told) if told != NO_EXIT else (FAR, NO_EXIT)


@compiled
def take_exits(
    exits: Exits, limit: int, told: int, movers: NDArray[np.int64], rows: NDArray[np.int64]
) -> int:
    """Write who goes where for the exits told, and strike them from the list; gives how many."""
    count = 0
    first, end = (told, told + 1) if told >= 0 else (0, SEVERAL - told)
    for rank in range(first, end):
        if exits[limit, rank, EXIT_CENTS] != FAR:
            movers[count] = exits[limit, rank, EXIT_SHIPMENT]
            rows[count] = exits[limit, rank, EXIT_ROW]
            exits[limit, rank, EXIT_CENTS] = FAR
            count += 1
    return count


@compiled
def relieve(bookings: Bookings, exits: Exits) -> None:
    """Send shipments out of overdrawn weight limits by the exits listed, as long as their place is free."""
    listed, seat, slots, held = bookings.listed, bookings.seat, bookings.slots, bookings.held
    free_weight, contracts = bookings.free_weight, bookings.contracts
    for limit in range(len(free_weight)):
        for rank in range(RANKS):
            if free_weight[limit] >= 0:
                break
            row = exits[limit, rank, EXIT_ROW]
            if exits[limit, rank, EXIT_CENTS] == FAR:
                continue
            if row == UNBOOKED or fits(listed, slots, free_weight, row):
                shipment = exits[limit, rank, EXIT_SHIPMENT]
                release(listed, seat, slots, held, free_weight, contracts, shipment)
                if row != UNBOOKED:
                    book(listed, seat, slots, held, free_weight, contracts, shipment, row)
