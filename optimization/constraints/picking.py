"""A node picks only so many units on a day."""

from __future__ import annotations

from collections import defaultdict

from optimization.constraints.rule import CostLines, Level, Rule
from optimization.constraints.variables import ReallocationVariables, total
from optimization.sources import Source


def pick_capacity(variables: ReallocationVariables) -> CostLines:
    """Units leaving a node on a day stay within its pick capacity of that day."""
    leaving: dict[tuple[str, int], list[Source]] = defaultdict(list)
    for source in variables.units:
        leaving[source.node_id, source.ship_day].append(source)
    for (node_id, day), sources in leaving.items():
        room = variables.lookup.pick_units.get((node_id, day), 0)
        if sum(source.max_units for source in sources) > room:
            variables.model.add(total(variables.units[source] for source in sources) <= room)
    return []


PICK_CAPACITY = Rule(
    name="pick capacity",
    level=Level.HARD,
    justification="People and machines at a node pick a known number of units on a day.",
    state=pick_capacity,
)
