"""When goods leave and arrive: never after the last day, and late only at a price."""

from __future__ import annotations

from optimization.constraints.rule import CostLines, Level, Rule
from optimization.constraints.variables import ReallocationVariables


def last_ship_day(variables: ReallocationVariables) -> CostLines:
    """Nothing of an order leaves after its last ship day."""
    for (order_id, _, day), leaves in variables.leaves.items():
        last = variables.lookup.orders[order_id].last_ship_day
        if last is not None and day > last:
            variables.model.add(leaves == 0)
    return []


def late_penalty(variables: ReallocationVariables) -> CostLines:
    """Each unit costs its late price for every day it arrives after the promised day."""
    return [(source.late_cents, units) for source, units in variables.units.items() if source.late_cents]


LAST_SHIP_DAY = Rule(
    name="last ship day",
    level=Level.HARD,
    justification="After the cancel date the customer no longer takes the goods.",
    state=last_ship_day,
)
LATE_PENALTY = Rule(
    name="late penalty",
    level=Level.SOFT,
    justification="A promise broken by a day costs contract penalties and goodwill, unit by unit.",
    state=late_penalty,
    term="late_cents",
)
