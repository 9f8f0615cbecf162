"""An instance seen node by node: every node's transportation problem, solved side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from optimization.backlog.compiled import compiled
from optimization.rebooking.columns import IntColumn
from optimization.rebooking.flow import NodeProblem, assign
from optimization.rebooking.instance import Model, RebookingInstance

PRICE_UNITS_PER_CENT = 10_000
"""Prices are kept in whole ten-thousandths of a cent, so that any sum over them is exact."""


class NodeIndex(NamedTuple):
    """Shipments and slots of every node in compressed rows, and each slot's place at its node."""

    shipment_first: IntColumn
    shipment: IntColumn
    slot_first: IntColumn
    slot: IntColumn
    local_slot: IntColumn


class UnitPrices(NamedTuple):
    """Prices in price units, whole numbers: what a stored bound is recomputed from."""

    slot: IntColumn
    weight: IntColumn
    contract: IntColumn


def index_nodes(instance: RebookingInstance) -> NodeIndex:
    """Sort shipments and slots by node.

    At a node those come first who lose most without their cheapest option: fewer chains later.
    """
    nodes = 1 + max(int(instance.shipments.node.max(initial=-1)), int(instance.slots.node.max(initial=-1)))
    bounds = np.arange(nodes + 1)
    shipment = np.lexsort((-_second_choice_cents(instance.model), instance.shipments.node))
    slot = np.argsort(instance.slots.node, kind="stable")
    slot_first = np.searchsorted(instance.slots.node[slot], bounds)
    local = np.empty(len(slot), dtype=np.int64)
    local[slot] = np.arange(len(slot)) - slot_first[instance.slots.node[slot]]
    return NodeIndex(
        shipment_first=np.searchsorted(instance.shipments.node[shipment], bounds),
        shipment=shipment,
        slot_first=slot_first,
        slot=slot,
        local_slot=local,
    )


@compiled
def _second_choice_cents(model: Model) -> IntColumn:
    """How much dearer the second way of each shipment is than its first."""
    first, cents, unbooked = model.first, model.cents, model.unbooked
    found = np.zeros(len(unbooked), dtype=np.int64)
    for shipment in range(len(unbooked)):
        best, second = unbooked[shipment], unbooked[shipment]
        for option in range(first[shipment], first[shipment + 1]):
            if cents[option] < best:
                second = best
                best = cents[option]
            elif cents[option] < second:
                second = cents[option]
        found[shipment] = second - best
    return found


@compiled
def _node_problem(model: Model, index: NodeIndex, node: int, prices: UnitPrices) -> NodeProblem:
    """The options of a node's shipments, priced in units with weight and contract prices."""
    model_first, model_slot, cents, weight = model.first, model.slot, model.cents, model.weight
    weight_limit, contract, unbooked = model.weight_limit, model.contract, model.unbooked
    weight_price, contract_price, local_slot = prices.weight, prices.contract, index.local_slot
    members = index.shipment[index.shipment_first[node] : index.shipment_first[node + 1]]
    slots = index.slot[index.slot_first[node] : index.slot_first[node + 1]]
    first = np.zeros(len(members) + 1, dtype=np.int64)
    for place in range(len(members)):
        first[place + 1] = first[place] + model_first[members[place] + 1] - model_first[members[place]]
    target = np.empty(first[-1], dtype=np.int64)
    cost = np.empty(first[-1], dtype=np.int64)
    owner = np.empty(first[-1], dtype=np.int64)
    outside = np.empty(len(members), dtype=np.int64)
    for place in range(len(members)):
        outside[place] = unbooked[members[place]] * PRICE_UNITS_PER_CENT
        option = model_first[members[place]]
        for each in range(first[place], first[place + 1]):
            slot = model_slot[option]
            target[each] = local_slot[slot]
            owner[each] = place
            units = cents[option] * PRICE_UNITS_PER_CENT
            if weight_limit[slot] >= 0:
                units += weight_price[weight_limit[slot]] * weight[option]
            if contract[slot] >= 0:
                units -= contract_price[contract[slot]]
            cost[each] = units
            option += 1
    return NodeProblem(first, target, cost, owner, outside, model.pickups[slots])


@compiled
def assign_some(
    model: Model, index: NodeIndex, nodes: IntColumn, prices: UnitPrices, chosen: IntColumn
) -> None:
    """Solve nodes one after another; writes slot prices and the option of each shipment."""
    for node in nodes:
        problem = _node_problem(model, index, node, prices)
        state = assign(problem)
        start = index.shipment_first[node]
        for place in range(len(problem.outside)):
            shipment = index.shipment[start + place]
            chosen[shipment] = -1
            if state.at[place] >= 0:
                chosen[shipment] = model.first[shipment] + state.at[place] - problem.first[place]
        for place in range(len(problem.room)):
            prices.slot[index.slot[index.slot_first[node] + place]] = state.price[place]


def assign_nodes(model: Model, index: NodeIndex, prices: UnitPrices, threads: int) -> IntColumn:
    """The cheapest options at prices of weight and contracts; sets the slots' prices in place.

    Nodes share nothing, so the result does not depend on the number of threads.
    """
    chosen = np.full(len(model.unbooked), -1, dtype=np.int64)
    nodes = np.arange(len(index.slot_first) - 1)
    if threads == 1:
        assign_some(model, index, nodes, prices, chosen)
        return chosen
    with ThreadPoolExecutor(threads) as pool:
        parts = [
            pool.submit(assign_some, model, index, nodes[part::threads], prices, chosen)
            for part in range(threads)
        ]
        for part in parts:
            part.result()
    return chosen
