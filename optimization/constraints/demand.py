"""Every unit asked for is either shipped or left unfilled at its penalty."""

from __future__ import annotations

from optimization.constraints.rule import CostLines, Level, Rule
from optimization.constraints.variables import ReallocationVariables, total


def fill_or_leave(variables: ReallocationVariables) -> CostLines:
    """Units shipped plus units unfilled equal the quantity of each line."""
    groups = variables.sources_of()
    for line in variables.lookup.problem.lines:
        shipped = total(variables.units[source] for source in groups[line.line_id])
        variables.model.add(shipped + variables.unfilled[line.line_id] == line.quantity)
    return []


def unfilled_penalty(variables: ReallocationVariables) -> CostLines:
    """Each unit left unfilled costs the line's penalty."""
    lines = variables.lookup.lines
    return [
        (lines[line_id].unfilled_cents_per_unit, unfilled) for line_id, unfilled in variables.unfilled.items()
    ]


FILL_OR_LEAVE = Rule(
    name="fill or leave",
    level=Level.HARD,
    justification="A line is never shipped more than it asks for, and what is not shipped is counted.",
    state=fill_or_leave,
)
UNFILLED_PENALTY = Rule(
    name="unfilled penalty",
    level=Level.SOFT,
    justification="A customer who does not get the goods is lost margin, a penalty, or both.",
    state=unfilled_penalty,
    term="unfilled_cents",
)
