"""Today's plan is a commitment: firm units stay, and moving the others has a price."""

from __future__ import annotations

from optimization.constraints.rule import CostLines, Level, Rule
from optimization.constraints.variables import ReallocationVariables, total


def firm_units_stay(variables: ReallocationVariables) -> CostLines:
    """At least the firm quantity of a line leaves from its current node, as ordered."""
    groups = variables.sources_of()
    for line in variables.lookup.problem.lines:
        if line.firm_quantity:
            stays = [s for s in groups[line.line_id] if s.as_ordered and s.node_id == line.current_node_id]
            variables.model.add(total(variables.units[source] for source in stays) >= line.firm_quantity)
    return []


def change_cost(variables: ReallocationVariables) -> CostLines:
    """Each unit that no longer comes from its current node costs the line's price of change."""
    moved = [(source.change_cents, units) for source, units in variables.units.items() if source.change_cents]
    lines = variables.lookup.lines
    dropped = [(lines[line_id].change_cents_per_unit, units) for line_id, units in variables.unfilled.items()]
    return moved + [(cents, units) for cents, units in dropped if cents]


FIRM_UNITS_STAY = Rule(
    name="firm units stay",
    level=Level.HARD,
    justification="Units already released to the floor, or inside the time fence, are not re-planned.",
    state=firm_units_stay,
)
CHANGE_COST = Rule(
    name="change cost",
    level=Level.SOFT,
    justification="Every move is work for people and a risk of error, so it must be worth it.",
    state=change_cost,
    term="change_cents",
)
