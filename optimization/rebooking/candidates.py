"""The few options of each shipment that are worth a look: the cheapest at given prices, in order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimization.backlog.compiled import compiled
from optimization.rebooking.columns import IntColumn
from optimization.rebooking.instance import Model
from optimization.rebooking.nodes import PRICE_UNITS_PER_CENT, UnitPrices


class Candidates(NamedTuple):
    """Options in compressed rows by shipment, cheapest first, with their priced cost in units."""

    first: IntColumn
    option: IntColumn
    units: IntColumn


@compiled
def price_options(model: Model, prices: UnitPrices) -> IntColumn:
    """What each option costs with the prices of the room it takes, in price units."""
    fixed = prices.slot.copy()
    by_weight = np.zeros(len(fixed), dtype=np.int64)
    for slot in range(len(fixed)):
        if model.contract[slot] >= 0:
            fixed[slot] -= prices.contract[model.contract[slot]]
        if model.weight_limit[slot] >= 0:
            by_weight[slot] = prices.weight[model.weight_limit[slot]]
    slots, cents, weight = model.slot, model.cents, model.weight
    units = np.empty(len(slots), dtype=np.int64)
    for option in range(len(slots)):
        slot = slots[option]
        units[option] = cents[option] * PRICE_UNITS_PER_CENT + fixed[slot] + by_weight[slot] * weight[option]
    return units


@compiled
def _fill(first: IntColumn, units: IntColumn, keeps: IntColumn, listed: Candidates) -> int:
    """Write the best options of every shipment one after another; gives how many in all."""
    listed_first, listed_option, listed_units = listed.first, listed.option, listed.units
    total = 0
    for shipment in range(len(first) - 1):
        found = 0
        keep = keeps[shipment]
        for option in range(first[shipment], first[shipment + 1]):
            value = units[option]
            place = total + found
            if found == keep:
                place -= 1
                if value >= listed_units[place]:
                    continue
            while place > total and listed_units[place - 1] > value:
                listed_units[place] = listed_units[place - 1]
                listed_option[place] = listed_option[place - 1]
                place -= 1
            listed_units[place] = value
            listed_option[place] = option
            found = min(keep, found + 1)
        total += found
        listed_first[shipment + 1] = total
    return total


@compiled
def _take_in(units: IntColumn, chosen: IntColumn, listed: Candidates) -> None:
    """Let each chosen option be listed, in place of the last if need be: ties can be many."""
    for shipment in range(len(chosen)):
        start, end = listed.first[shipment], listed.first[shipment + 1]
        wanted = chosen[shipment]
        if wanted >= 0 and not (listed.option[start:end] == wanted).any():
            listed.option[end - 1] = wanted
            listed.units[end - 1] = units[wanted]


def best_options(
    model: Model, prices: UnitPrices, chosen: IntColumn, keep: int, wide: IntColumn | None = None
) -> Candidates:
    """The ``keep`` cheapest options of each shipment at prices, the chosen one among them.

    Of the shipments in ``wide`` all options are kept.
    """
    keeps = np.minimum(np.diff(model.first), keep)
    if wide is not None:
        keeps[wide] = np.diff(model.first)[wide]
    room = int(keeps.sum()) + 1
    listed = Candidates(
        first=np.zeros(len(model.unbooked) + 1, dtype=np.int64),
        option=np.empty(room, dtype=np.int64),
        units=np.empty(room, dtype=np.int64),
    )
    units = price_options(model, prices)
    total = _fill(model.first, units, keeps, listed)
    listed = Candidates(listed.first, listed.option[:total], listed.units[:total])
    _take_in(units, chosen, listed)
    return listed
