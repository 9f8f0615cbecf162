"""Chains of displacements: a shipment takes a place, its holder takes another's, until one finds room.

Labels are kept by number of steps and slot: the cheapest known way to stand in a slot that must
still be left by somebody. Costs are true cents; a chain is carried out only if it saves money and
every limit holds when all of it is done.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimization.backlog.compiled import compiled
from optimization.rebooking.bookings import (
    FREE,
    HELD_COUNT,
    HELD_FROM,
    LIMIT,
    OWNER,
    ROW,
    SLOT,
    UNBOOKED,
    WEIGHT,
    Bookings,
    IntTable,
    book,
    entering_cents,
    fits,
    leaving_cents,
    release,
)
from optimization.rebooking.columns import IntColumn
from optimization.rebooking.exits import NO_EXIT, RANKS, Exits, cheapest_exit, no_exits, take_exits

STEPS = 4
FAR = 1 << 60
NO_STEP = -1
ONLY_LOOK, CARRY_OUT = 0, 1
COST, LAST_ROW, LAST_STEP, LAST_SLOT, LEAVER, EXIT_RANK = 0, 1, 2, 3, 4, 5


class Labels(NamedTuple):
    """By step and slot: what it costs to stand there, and by which listed option; who was reached.

    ``exits`` are the ways out of every weight limit, with which a chain may end.
    """

    cents: IntTable
    row: IntTable
    reached: IntTable
    reached_count: IntColumn
    exits: Exits


def no_labels(slots: int, limits: int) -> Labels:
    """Nothing reached yet."""
    return Labels(
        np.full((STEPS, slots), FAR, dtype=np.int64),
        np.zeros((STEPS, slots), dtype=np.int64),
        np.zeros((STEPS, slots), dtype=np.int64),
        np.zeros(STEPS, dtype=np.int64),
        no_exits(limits),
    )


@compiled
def _reach(labels: Labels, step: int, slot: int, row: int, cents: int) -> None:
    """Keep the cheapest way to a slot."""
    if labels.cents[step, slot] == FAR:
        labels.reached[step, labels.reached_count[step]] = slot
        labels.reached_count[step] += 1
    if cents < labels.cents[step, slot]:
        labels.cents[step, slot] = cents
        labels.row[step, slot] = row


@compiled
def _clear(labels: Labels) -> None:
    """Forget what was reached."""
    for step in range(STEPS):
        for place in range(labels.reached_count[step]):
            labels.cents[step, labels.reached[step, place]] = FAR
        labels.reached_count[step] = 0


@compiled
def _end(best: IntColumn, cents: int, row: int, step: int, slot: int, leaver: int, rank: int) -> None:
    """Keep a complete chain when it is the cheapest so far."""
    if cents < best[COST]:
        best[COST], best[LAST_ROW], best[LAST_STEP] = cents, row, step
        best[LAST_SLOT], best[LEAVER], best[EXIT_RANK] = slot, leaver, rank


@compiled
def _step_on(bookings: Bookings, labels: Labels, step: int, slot: int, best: IntColumn) -> None:
    """Let every holder of a reached slot go on: outside, to a place with room, or to another's."""
    first, listed, seat, slots = bookings.first, bookings.listed, bookings.seat, bookings.slots
    free_weight, contracts, held = bookings.free_weight, bookings.contracts, bookings.held
    outside = bookings.outside
    limit = slots[slot, LIMIT]
    spare = free_weight[limit] - listed[labels.row[step, slot], WEIGHT]
    reached_at = labels.cents[step, slot]
    for place in range(slots[slot, HELD_FROM], slots[slot, HELD_FROM] + slots[slot, HELD_COUNT]):
        holder = held[place]
        now = seat[holder, ROW]
        room = spare + listed[now, WEIGHT]
        if room < 0:
            continue
        base = reached_at - leaving_cents(listed, slots, contracts, now)
        _end(best, base + outside[holder], UNBOOKED, step, slot, holder, NO_EXIT)
        for row in range(first[holder], first[holder + 1]):
            cents = base + entering_cents(listed, slots, contracts, row)
            target = listed[row, SLOT]
            if cents >= best[COST] or target == slot:
                continue
            left = room if slots[target, LIMIT] == limit else free_weight[slots[target, LIMIT]]
            short = listed[row, WEIGHT] - left
            if slots[target, FREE] > 0 and short <= 0:
                _end(best, cents, row, step, slot, holder, NO_EXIT)
                continue
            if slots[target, FREE] > 0:
                ended, rank = cheapest_exit(labels.exits, slots[target, LIMIT], short, cents)
                _end(best, ended, row, step, slot, holder, rank)
            if step + 1 < STEPS:
                _reach(labels, step + 1, target, row, cents)


@compiled
def _search(bookings: Bookings, labels: Labels, shipment: int, saved: int, best: IntColumn) -> None:
    """Find the cheapest chain that begins with a shipment that is out."""
    listed, slots = bookings.listed, bookings.slots
    free_weight, contracts = bookings.free_weight, bookings.contracts
    _end(best, bookings.outside[shipment] - saved, UNBOOKED, NO_STEP, NO_STEP, shipment, NO_EXIT)
    for row in range(bookings.first[shipment], bookings.first[shipment + 1]):
        cents = entering_cents(listed, slots, contracts, row) - saved
        slot = listed[row, SLOT]
        if cents >= best[COST]:
            continue
        short = listed[row, WEIGHT] - free_weight[slots[slot, LIMIT]]
        if slots[slot, FREE] > 0 and short <= 0:
            _end(best, cents, row, NO_STEP, NO_STEP, shipment, NO_EXIT)
            continue
        if slots[slot, FREE] > 0:
            ended, rank = cheapest_exit(labels.exits, slots[slot, LIMIT], short, cents)
            _end(best, ended, row, NO_STEP, NO_STEP, shipment, rank)
        _reach(labels, 0, slot, row, cents)
    for step in range(STEPS):
        for place in range(labels.reached_count[step]):
            slot = labels.reached[step, place]
            if labels.cents[step, slot] < best[COST]:
                _step_on(bookings, labels, step, slot, best)


@compiled
def _links(bookings: Bookings, labels: Labels, best: IntColumn, movers: IntColumn, rows: IntColumn) -> int:
    """The chain from its end to its beginning: who moves, and onto which row; gives its length."""
    length = 0
    if best[EXIT_RANK] != NO_EXIT:
        limit = bookings.slots[bookings.listed[best[LAST_ROW], SLOT], LIMIT]
        length = take_exits(labels.exits, limit, best[EXIT_RANK], movers, rows)
    movers[length], rows[length] = best[LEAVER], best[LAST_ROW]
    length += 1
    slot = best[LAST_SLOT]
    for step in range(best[LAST_STEP], NO_STEP, -1):
        rows[length] = labels.row[step, slot]
        movers[length] = bookings.listed[rows[length], OWNER]
        if step > 0:
            slot = bookings.listed[bookings.seat[movers[length], ROW], SLOT]
        length += 1
    return length


@compiled
def _take_out_all(bookings: Bookings, movers: IntColumn, before: IntColumn) -> int:
    """Take out everybody in a chain but the first, who is out; gives what that saves, or ``FAR``.

    Somebody may not move twice.
    """
    listed, seat, slots, held = bookings.listed, bookings.seat, bookings.slots, bookings.held
    free_weight, contracts = bookings.free_weight, bookings.contracts
    saved = 0
    before[:] = UNBOOKED
    for link in range(len(movers) - 1):
        before[link] = seat[movers[link], ROW]
        if before[link] == UNBOOKED:
            return FAR
        saved += leaving_cents(listed, slots, contracts, before[link])
        release(listed, seat, slots, held, free_weight, contracts, movers[link])
    return saved


@compiled
def _put_in_all(bookings: Bookings, movers: IntColumn, rows: IntColumn) -> int:
    """Put everybody in a chain where the chain sends them; gives what that costs, or ``FAR``."""
    listed, seat, slots, held = bookings.listed, bookings.seat, bookings.slots, bookings.held
    free_weight, contracts = bookings.free_weight, bookings.contracts
    cents = 0
    for link in range(len(movers)):
        if rows[link] == UNBOOKED:
            cents += bookings.outside[movers[link]]
        elif fits(listed, slots, free_weight, rows[link]):
            cents += entering_cents(listed, slots, contracts, rows[link])
            book(listed, seat, slots, held, free_weight, contracts, movers[link], rows[link])
        else:
            return FAR
    return cents


@compiled
def _carry_out(bookings: Bookings, movers: IntColumn, rows: IntColumn, saved: int, most: int) -> int:
    """Move everybody in a chain; gives the change in cents, or ``most`` after taking back what fails."""
    listed, seat, slots, held = bookings.listed, bookings.seat, bookings.slots, bookings.held
    free_weight, contracts = bookings.free_weight, bookings.contracts
    before = np.empty(len(movers), dtype=np.int64)
    freed = _take_out_all(bookings, movers, before)
    if freed < FAR:
        cents = _put_in_all(bookings, movers, rows)
        if cents < FAR and cents - freed - saved < most:
            return cents - freed - saved
    for link in range(len(movers)):
        # Whoever was not taken out yet when a second move of somebody was met still sits where he sat.
        if freed < FAR and seat[movers[link], ROW] != UNBOOKED:
            release(listed, seat, slots, held, free_weight, contracts, movers[link])
    for link in range(len(movers)):
        if before[link] != UNBOOKED:
            book(listed, seat, slots, held, free_weight, contracts, movers[link], before[link])
    return most


@compiled
def try_chain(bookings: Bookings, labels: Labels, shipment: int, most: int, act: int) -> int:
    """The cheapest chain that moves a shipment, if it changes the cost by less than ``most`` cents.

    ``act`` says whether to carry it out; gives its change of cost, or ``most`` when there is none.
    """
    listed, seat, slots, held = bookings.listed, bookings.seat, bookings.slots, bookings.held
    free_weight, contracts = bookings.free_weight, bookings.contracts
    old = seat[shipment, ROW]
    saved = bookings.outside[shipment]
    if old != UNBOOKED:
        saved = leaving_cents(listed, slots, contracts, old)
        release(listed, seat, slots, held, free_weight, contracts, shipment)
    best = np.array([most, UNBOOKED, NO_STEP, UNBOOKED, UNBOOKED, NO_EXIT])
    _search(bookings, labels, shipment, saved, best)
    change = most
    if best[LEAVER] != UNBOOKED:
        change = best[COST]
        if act == CARRY_OUT:
            movers = np.zeros(STEPS + 2 + RANKS, dtype=np.int64)
            rows = np.zeros(STEPS + 2 + RANKS, dtype=np.int64)
            length = _links(bookings, labels, best, movers, rows)
            change = most
            if movers[length - 1] == shipment:
                change = _carry_out(bookings, movers[:length], rows[:length], saved, most)
    _clear(labels)
    if old != UNBOOKED and (change == most or act == ONLY_LOOK):
        book(listed, seat, slots, held, free_weight, contracts, shipment, old)
    return change


@compiled
def chain_sweep(bookings: Bookings, labels: Labels, order: IntColumn) -> int:
    """Try a chain for every shipment of an order once; gives the change of cost in cents."""
    total = 0
    for shipment in order:
        total += try_chain(bookings, labels, shipment, 0, CARRY_OUT)
    return total
