"""Prices on scarce room: what one more pickup, one more unit of weight, one promised shipment is worth.

The relaxation gives every shipment its cheapest option at those prices; any prices give a bound.
Prices start where scarcity puts them, then follow the excess of demand (a subgradient with
momentum, scaled by row), on the few best options of each shipment between full passes. Floats
only steer: the bound that is shown comes from the rounded prices (``bound.py``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimization.backlog.compiled import compiled
from optimization.rebooking.columns import FloatColumn, IntColumn
from optimization.rebooking.instance import Model


class Prices(NamedTuple):
    """In cents: of a pickup in each slot, of a unit of each weight limit, of a promised shipment."""

    slot: FloatColumn
    weight: FloatColumn
    contract: FloatColumn


class Usage(NamedTuple):
    """Pickups by slot, weight by limit and shipments by contract that a set of choices takes."""

    slot: FloatColumn
    weight: FloatColumn
    contract: FloatColumn


class Candidates(NamedTuple):
    """The options that are looked at, in compressed rows, and their columns close together."""

    first: IntColumn
    option: IntColumn
    slot: IntColumn
    cents: FloatColumn
    weight: FloatColumn


@compiled
def slot_terms(model: Model, prices: Prices, fixed: FloatColumn, by_weight: FloatColumn) -> None:
    """What an option in each slot pays on top: per pickup and per unit of weight."""
    for slot in range(len(model.pickups)):
        fixed[slot] = prices.slot[slot]
        if model.contract[slot] >= 0:
            fixed[slot] -= prices.contract[model.contract[slot]]
        by_weight[slot] = 0.0
        if model.weight_limit[slot] >= 0:
            by_weight[slot] = prices.weight[model.weight_limit[slot]]


@compiled
def respond(
    model: Model, listed: Candidates, fixed: FloatColumn, by_weight: FloatColumn, usage: Usage
) -> float:
    """Give every shipment its cheapest listed option or none; gives the sum and fills the usage."""
    usage.slot[:] = 0.0
    usage.weight[:] = 0.0
    usage.contract[:] = 0.0
    total = 0.0
    for shipment in range(len(model.unbooked)):
        best = float(model.unbooked[shipment])
        chosen = -1
        for place in range(listed.first[shipment], listed.first[shipment + 1]):
            slot = listed.slot[place]
            priced = listed.cents[place] + fixed[slot] + by_weight[slot] * listed.weight[place]
            if priced < best:
                best = priced
                chosen = place
        total += best
        if chosen >= 0:
            slot = listed.slot[chosen]
            usage.slot[slot] += 1.0
            if model.weight_limit[slot] >= 0:
                usage.weight[model.weight_limit[slot]] += listed.weight[chosen]
            if model.contract[slot] >= 0:
                usage.contract[model.contract[slot]] += 1.0
    return total


@compiled
def room_value(model: Model, prices: Prices) -> float:
    """What all the room is worth at prices, promised shipments counted against it."""
    total = 0.0
    for slot in range(len(model.pickups)):
        total += prices.slot[slot] * model.pickups[slot]
    for row in range(len(model.limit)):
        total += prices.weight[row] * model.limit[row]
    for row in range(len(model.minimum)):
        total -= prices.contract[row] * model.minimum[row]
    return total


@compiled
def list_best(
    model: Model, fixed: FloatColumn, by_weight: FloatColumn, keep: int, listed: Candidates
) -> None:
    """The ``keep`` options of each shipment that are cheapest at prices, in ascending price."""
    priced = np.empty(keep)
    option = np.empty(keep, dtype=np.int64)
    total = 0
    for shipment in range(len(model.unbooked)):
        found = 0
        for each in range(model.first[shipment], model.first[shipment + 1]):
            slot = model.slot[each]
            value = model.cents[each] + fixed[slot] + by_weight[slot] * model.weight[each]
            if found == keep and value >= priced[keep - 1]:
                continue
            place = found if found < keep else keep - 1
            while place > 0 and priced[place - 1] > value:
                priced[place] = priced[place - 1]
                option[place] = option[place - 1]
                place -= 1
            priced[place] = value
            option[place] = each
            found = min(keep, found + 1)
        for place in range(found):
            listed.option[total] = option[place]
            listed.slot[total] = model.slot[option[place]]
            listed.cents[total] = model.cents[option[place]]
            listed.weight[total] = model.weight[option[place]]
            total += 1
        listed.first[shipment + 1] = total
