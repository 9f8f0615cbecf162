"""The exact assignment of one node's shipments to its slots, at given prices of weight and contracts.

With those prices fixed, what is left at a node is a transportation problem. Shipments enter one by
one along the cheapest chain of displacements (successive shortest paths), so that the assignment is
the cheapest for those inside at every moment, and the price of each slot falls out of it. Costs are
whole numbers throughout; no rounding takes part.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimization.backlog.compiled import compiled
from optimization.rebooking.columns import IntColumn

FAR = 1 << 60
NO_ARC = 1 << 61
NOBODY = -1
STALE = -2
OUTSIDE = -1


class NodeProblem(NamedTuple):
    """One node: options in compressed rows by local shipment, ``target`` is a local slot."""

    first: IntColumn
    target: IntColumn
    cost: IntColumn
    owner: IntColumn
    outside: IntColumn
    room: IntColumn


class NodeState(NamedTuple):
    """Who sits where, the price of each slot, and the cheapest way out of each slot to every other.

    ``arc[s, t]`` is what the move of ``arc_option[s, t]`` (of a holder of s, to t) costs;
    ``leave[s]`` what sending ``leaver[s]`` outside costs. Where the one who went first has left
    meanwhile, the way is stale and worked out when needed. ``cost[t, m]`` is what shipment m pays
    in slot t, and ``option[t, m]`` the option.
    """

    at: IntColumn
    price: IntColumn
    held: IntColumn
    held_from: IntColumn
    held_count: IntColumn
    arc: IntColumn
    arc_option: IntColumn
    leave: IntColumn
    leaver: IntColumn
    stale: IntColumn
    cost: IntColumn
    option: IntColumn


class Chain(NamedTuple):
    """Scratch of one search: distance of each slot, whether settled, and the move that reached it."""

    distance: IntColumn
    settled: IntColumn
    option: IntColumn
    before: IntColumn


@compiled
def empty_state(problem: NodeProblem) -> NodeState:
    """Nobody inside, every slot free."""
    slots = len(problem.room)
    shipments = len(problem.outside)
    held_from = np.zeros(slots + 1, dtype=np.int64)
    for slot in range(slots):
        held_from[slot + 1] = held_from[slot] + min(problem.room[slot], shipments)
    cost = np.full((slots, shipments), NO_ARC, dtype=np.int64)
    option = np.empty((slots, shipments), dtype=np.int64)
    for each in range(len(problem.target)):
        cost[problem.target[each], problem.owner[each]] = problem.cost[each]
        option[problem.target[each], problem.owner[each]] = each
    return NodeState(
        np.full(shipments, NOBODY, dtype=np.int64),
        np.zeros(slots, dtype=np.int64),
        np.zeros(held_from[slots], dtype=np.int64),
        held_from,
        np.zeros(slots, dtype=np.int64),
        np.full((slots, slots), NO_ARC, dtype=np.int64),
        np.full((slots, slots), NOBODY, dtype=np.int64),
        np.full(slots, FAR, dtype=np.int64),
        np.full(slots, NOBODY, dtype=np.int64),
        np.zeros(slots, dtype=np.int64),
        cost,
        option,
    )


@compiled
def _refresh(problem: NodeProblem, state: NodeState, slot: int) -> None:
    """Work out the stale ways out of a slot again."""
    at, cost, outside, arc_option = state.at, problem.cost, problem.outside, state.arc_option[slot]
    held = state.held[state.held_from[slot] : state.held_from[slot] + state.held_count[slot]]
    state.stale[slot] = 0
    if state.leaver[slot] == STALE:
        leave, leaver = FAR, NOBODY
        for shipment in held:
            if outside[shipment] - cost[at[shipment]] < leave:
                leave = outside[shipment] - cost[at[shipment]]
                leaver = shipment
        state.leave[slot] = leave
        state.leaver[slot] = leaver
    for other in range(len(arc_option)):
        if arc_option[other] != STALE:
            continue
        there = state.cost[other]
        least, mover = NO_ARC, NOBODY
        for shipment in held:
            moved = there[shipment] - cost[at[shipment]]
            if there[shipment] < NO_ARC and moved < least:
                least, mover = moved, shipment
        state.arc[slot, other] = least
        arc_option[other] = NOBODY if mover == NOBODY else state.option[other, mover]


@compiled
def _take_out(problem: NodeProblem, state: NodeState, shipment: int) -> None:
    """Remove a shipment from its slot; the ways out that it opened are stale."""
    first, target, held = problem.first, problem.target, state.held
    slot = target[state.at[shipment]]
    last = state.held_from[slot] + state.held_count[slot] - 1
    place = last
    while held[place] != shipment:
        place -= 1
    held[place] = held[last]
    state.held_count[slot] -= 1
    state.at[shipment] = NOBODY
    arc_option = state.arc_option[slot]
    for option in range(first[shipment], first[shipment + 1]):
        if arc_option[target[option]] == option:
            arc_option[target[option]] = STALE
            state.stale[slot] = 1
    if state.leaver[slot] == shipment:
        state.leaver[slot] = STALE
        state.stale[slot] = 1


@compiled
def _put_in(problem: NodeProblem, state: NodeState, shipment: int, entered: int) -> None:
    """Put a shipment into the slot of one of its options; it opens ways out."""
    first, target, cost = problem.first, problem.target, problem.cost
    slot = target[entered]
    here = cost[entered]
    state.held[state.held_from[slot] + state.held_count[slot]] = shipment
    state.held_count[slot] += 1
    state.at[shipment] = entered
    arc, arc_option = state.arc[slot], state.arc_option[slot]
    for option in range(first[shipment], first[shipment + 1]):
        other = target[option]
        if cost[option] - here < arc[other] and arc_option[other] != STALE:
            arc[other] = cost[option] - here
            arc_option[other] = option
    if problem.outside[shipment] - here < state.leave[slot] and state.leaver[slot] != STALE:
        state.leave[slot] = problem.outside[shipment] - here
        state.leaver[slot] = shipment


@compiled
def _settle(state: NodeState, chain: Chain, slot: int) -> int:
    """Follow the ways out of a full slot; gives the slot that is nearest then, or -1."""
    price, arc, arc_option = state.price, state.arc[slot], state.arc_option[slot]
    distance, settled, reached_by, before = chain.distance, chain.settled, chain.option, chain.before
    settled[slot] = 1
    base = distance[slot] - price[slot]
    found, nearest = OUTSIDE, FAR
    for other in range(len(price)):
        if settled[other] == 1:
            continue
        through = base + arc[other] + price[other]
        if through < distance[other]:
            distance[other] = through
            reached_by[other] = arc_option[other]
            before[other] = slot
        if distance[other] < nearest:
            nearest = distance[other]
            found = other
    return found


@compiled
def _displace(problem: NodeProblem, state: NodeState, chain: Chain, shipment: int, nearest: int) -> None:
    """Let a shipment in along the cheapest chain of displacements, or leave it outside.

    ``nearest`` is its best slot at the prices of now, which is full.
    """
    first, target, cost, room = problem.first, problem.target, problem.cost, problem.room
    price, held_count, stale, leave = state.price, state.held_count, state.stale, state.leave
    distance, settled = chain.distance, chain.settled
    distance[:] = FAR
    settled[:] = 0
    for option in range(first[shipment], first[shipment + 1]):
        distance[target[option]] = cost[option] + price[target[option]]
        chain.option[target[option]] = option
        chain.before[target[option]] = OUTSIDE
    length = problem.outside[shipment]
    last_full, end, slot = OUTSIDE, OUTSIDE, nearest
    while slot != OUTSIDE and distance[slot] < length:
        if held_count[slot] < room[slot]:
            length, end = distance[slot], slot
            break
        if stale[slot] == 1:
            _refresh(problem, state, slot)
        out = distance[slot] - price[slot] + leave[slot]
        if out < length:
            length, last_full = out, slot
        slot = _settle(state, chain, slot)
    for each in range(len(price)):
        if settled[each] == 1:
            price[each] += max(0, length - distance[each])
    if end != OUTSIDE or last_full != OUTSIDE:
        _shift(problem, state, chain, last_full, end)


@compiled
def _shift(problem: NodeProblem, state: NodeState, chain: Chain, last_full: int, end: int) -> None:
    """Move every shipment of a chain one slot on, from its end backwards.

    The end is a slot with room, or the last full one, somebody of which goes outside.
    """
    slot = end
    if end == OUTSIDE:
        slot = last_full
        _take_out(problem, state, state.leaver[last_full])
    while slot != OUTSIDE:
        option = chain.option[slot]
        mover = problem.owner[option]
        if chain.before[slot] != OUTSIDE:
            _take_out(problem, state, mover)
        _put_in(problem, state, mover, option)
        slot = chain.before[slot]


@compiled
def assign(problem: NodeProblem) -> NodeState:
    """The cheapest assignment of a node, and the price of every slot."""
    state = empty_state(problem)
    first, target, cost = problem.first, problem.target, problem.cost
    outside, room, price, held_count = problem.outside, problem.room, state.price, state.held_count
    slots = len(room)
    chain = Chain(
        np.zeros(slots, dtype=np.int64),
        np.zeros(slots, dtype=np.int64),
        np.zeros(slots, dtype=np.int64),
        np.zeros(slots, dtype=np.int64),
    )
    for shipment in range(len(outside)):
        best, taken = outside[shipment], NOBODY
        for option in range(first[shipment], first[shipment + 1]):
            priced = cost[option] + price[target[option]]
            if priced < best:
                best, taken = priced, option
        if taken == NOBODY:
            continue
        if held_count[target[taken]] < room[target[taken]]:
            _put_in(problem, state, shipment, taken)
        else:
            _displace(problem, state, chain, shipment, target[taken])
    return state
