"""What each unit costs to move, and what a substitute costs more."""

from __future__ import annotations

from optimization.constraints.rule import CostLines, Level, Rule
from optimization.constraints.variables import ReallocationVariables


def unit_freight(variables: ReallocationVariables) -> CostLines:
    """Each unit costs its kilograms times the lane's rate, rounded once to a cent."""
    return [
        (source.freight_cents, units) for source, units in variables.units.items() if source.freight_cents
    ]


def substitution_cost(variables: ReallocationVariables) -> CostLines:
    """Each unit shipped as a substitute costs that substitute's extra."""
    priced = variables.units.items()
    return [(source.substitution_cents, units) for source, units in priced if source.substitution_cents]


UNIT_FREIGHT = Rule(
    name="unit freight",
    level=Level.SOFT,
    justification="A lane charges by weight on top of the price of the shipment.",
    state=unit_freight,
    term="freight_variable_cents",
)
SUBSTITUTION_COST = Rule(
    name="substitution cost",
    level=Level.SOFT,
    justification="A substitute is usually the dearer item sold at the price of the ordered one.",
    state=substitution_cost,
    term="substitution_cents",
)
