"""An order that must be complete ships whole or not at all."""

from __future__ import annotations

from optimization.constraints.rule import CostLines, Level, Rule
from optimization.constraints.variables import ReallocationVariables


def ship_complete(variables: ReallocationVariables) -> CostLines:
    """Either nothing of a ship-complete order is unfilled, or all of it."""
    for order_id, complete in variables.complete.items():
        for line in variables.lookup.lines_of[order_id]:
            variables.model.add(variables.unfilled[line.line_id] == line.quantity - line.quantity * complete)
    return []


SHIP_COMPLETE = Rule(
    name="ship complete",
    level=Level.HARD,
    justification="Some customers refuse a part delivery: a kit without one item is worth nothing to them.",
    state=ship_complete,
)
