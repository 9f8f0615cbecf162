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
NOBODY = -1
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
    ``leave[s]`` what sending ``leaver[s]`` outside costs. A stale row is worked out when needed.
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
    return NodeState(
        np.full(shipments, NOBODY, dtype=np.int64),
        np.zeros(slots, dtype=np.int64),
        np.zeros(held_from[slots], dtype=np.int64),
        held_from,
        np.zeros(slots, dtype=np.int64),
        np.zeros((slots, slots), dtype=np.int64),
        np.zeros((slots, slots), dtype=np.int64),
        np.zeros(slots, dtype=np.int64),
        np.zeros(slots, dtype=np.int64),
        np.ones(slots, dtype=np.int64),
    )


@compiled
def _refresh(problem: NodeProblem, state: NodeState, slot: int) -> None:
    """Work out the cheapest ways out of a slot again."""
    first, target, cost, outside = problem.first, problem.target, problem.cost, problem.outside
    at, held, start = state.at, state.held, state.held_from[slot]
    arc, arc_option = state.arc[slot], state.arc_option[slot]
    state.stale[slot] = 0
    arc[:] = FAR
    leave, leaver = FAR, NOBODY
    for place in range(start, start + state.held_count[slot]):
        shipment = held[place]
        here = cost[at[shipment]]
        if outside[shipment] - here < leave:
            leave = outside[shipment] - here
            leaver = shipment
        for option in range(first[shipment], first[shipment + 1]):
            moved = cost[option] - here
            if moved < arc[target[option]]:
                arc[target[option]] = moved
                arc_option[target[option]] = option
    state.leave[slot] = leave
    state.leaver[slot] = leaver


@compiled
def _take_out(problem: NodeProblem, state: NodeState, shipment: int) -> None:
    """Remove a shipment from its slot."""
    held = state.held
    slot = problem.target[state.at[shipment]]
    last = state.held_from[slot] + state.held_count[slot] - 1
    place = last
    while held[place] != shipment:
        place -= 1
    held[place] = held[last]
    state.held_count[slot] -= 1
    state.at[shipment] = NOBODY
    state.stale[slot] = 1


@compiled
def _put_in(problem: NodeProblem, state: NodeState, option: int) -> None:
    """Put the owner of an option into its slot."""
    slot = problem.target[option]
    shipment = problem.owner[option]
    state.held[state.held_from[slot] + state.held_count[slot]] = shipment
    state.held_count[slot] += 1
    state.at[shipment] = option
    state.stale[slot] = 1


@compiled
def _nearest(chain: Chain) -> int:
    """The slot nearest among those not settled, or -1."""
    distance, settled = chain.distance, chain.settled
    found = OUTSIDE
    nearest = FAR
    for slot in range(len(distance)):
        if settled[slot] == 0 and distance[slot] < nearest:
            nearest = distance[slot]
            found = slot
    return found


@compiled
def _start(problem: NodeProblem, state: NodeState, shipment: int, chain: Chain) -> None:
    """The distances of a shipment's own options."""
    target, cost, price = problem.target, problem.cost, state.price
    distance, reached_by, before = chain.distance, chain.option, chain.before
    distance[:] = FAR
    chain.settled[:] = 0
    for option in range(problem.first[shipment], problem.first[shipment + 1]):
        slot = target[option]
        distance[slot] = cost[option] + price[slot]
        reached_by[slot] = option
        before[slot] = OUTSIDE


@compiled
def _settle(state: NodeState, chain: Chain, slot: int) -> None:
    """Follow the ways out of a full slot."""
    price, arc, arc_option = state.price, state.arc[slot], state.arc_option[slot]
    distance, settled, reached_by, before = chain.distance, chain.settled, chain.option, chain.before
    settled[slot] = 1
    base = distance[slot] - price[slot]
    for target in range(len(price)):
        if settled[target] == 0 and arc[target] < FAR:
            through = base + arc[target] + price[target]
            if through < distance[target]:
                distance[target] = through
                reached_by[target] = arc_option[target]
                before[target] = slot


@compiled
def enter(problem: NodeProblem, state: NodeState, shipment: int, chain: Chain) -> None:
    """Let a shipment in along the cheapest chain of displacements, or leave it outside."""
    distance, settled, price = chain.distance, chain.settled, state.price
    _start(problem, state, shipment, chain)
    length = problem.outside[shipment]
    last_full = OUTSIDE
    end = OUTSIDE
    while True:
        slot = _nearest(chain)
        if slot == OUTSIDE or distance[slot] >= length:
            break
        if state.held_count[slot] < problem.room[slot]:
            length = distance[slot]
            end = slot
            break
        if state.stale[slot] == 1:
            _refresh(problem, state, slot)
        _settle(state, chain, slot)
        out = distance[slot] - price[slot] + state.leave[slot]
        if out < length:
            length = out
            last_full = slot
    for slot in range(len(price)):
        if settled[slot] == 1:
            price[slot] += max(0, length - distance[slot])
    if end == OUTSIDE:
        if last_full == OUTSIDE:
            return
        _take_out(problem, state, state.leaver[last_full])
        end = last_full
    _shift(problem, state, chain, end)


@compiled
def _shift(problem: NodeProblem, state: NodeState, chain: Chain, end: int) -> None:
    """Move every shipment of a chain one slot on, from its end backwards."""
    slot = end
    while slot != OUTSIDE:
        option = chain.option[slot]
        before = chain.before[slot]
        if before != OUTSIDE:
            _take_out(problem, state, problem.owner[option])
        _put_in(problem, state, option)
        slot = before


@compiled
def assign(problem: NodeProblem) -> NodeState:
    """The cheapest assignment of a node, and the price of every slot."""
    state = empty_state(problem)
    slots = len(problem.room)
    chain = Chain(
        np.zeros(slots, dtype=np.int64),
        np.zeros(slots, dtype=np.int64),
        np.zeros(slots, dtype=np.int64),
        np.zeros(slots, dtype=np.int64),
    )
    for shipment in range(len(problem.outside)):
        enter(problem, state, shipment, chain)
    return state
