"""What a transport desk does without a plan: shipment by shipment, the cheapest option with room left."""

from __future__ import annotations

import numpy as np

from optimization.backlog.compiled import compiled
from optimization.rebooking.columns import IntColumn
from optimization.rebooking.instance import Model, RebookingInstance


def greedy_plan(instance: RebookingInstance) -> IntColumn:
    """The option of each shipment, in id order; -1 where the next wave is cheaper or nothing has room."""
    return _book(instance.model)


def greedy_cents(instance: RebookingInstance) -> int:
    """What that plan costs, contracts' shortfall counted."""
    model = instance.model
    chosen = greedy_plan(instance)
    booked = chosen[chosen >= 0]
    counted = model.contract[model.slot[booked]]
    given = np.bincount(counted[counted >= 0], minlength=len(model.minimum))
    shortfall = np.maximum(0, model.minimum - given) * model.shortfall
    return int(model.cents[booked].sum()) + int(model.unbooked[chosen < 0].sum()) + int(shortfall.sum())


@compiled
def _book(model: Model) -> IntColumn:
    """First come, first served."""
    first, slots, cents, weight = model.first, model.slot, model.cents, model.weight
    unbooked, limits = model.unbooked, model.weight_limit
    pickups, room = model.pickups.copy(), model.limit.copy()
    chosen = np.full(len(unbooked), -1, dtype=np.int64)
    for shipment in range(len(unbooked)):
        best = unbooked[shipment]
        for option in range(first[shipment], first[shipment + 1]):
            slot = slots[option]
            has_weight = limits[slot] < 0 or room[limits[slot]] >= weight[option]
            if cents[option] < best and pickups[slot] > 0 and has_weight:
                best = cents[option]
                chosen[shipment] = option
        if chosen[shipment] >= 0:
            slot = slots[chosen[shipment]]
            pickups[slot] -= 1
            if limits[slot] >= 0:
                room[limits[slot]] -= weight[chosen[shipment]]
    return chosen
