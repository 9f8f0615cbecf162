"""Nothing ships before it has arrived, and nothing ships twice."""

from __future__ import annotations

from collections import defaultdict

from optimization.constraints.rule import CostLines, Level, Rule
from optimization.constraints.variables import ReallocationVariables, total
from optimization.sources import Source


def stock_by_day(variables: ReallocationVariables) -> CostLines:
    """Units of a SKU shipped from a node up to a day never exceed what had arrived by then.

    Stated for the days on which something could ship; between them the sum does not change, and
    a day before the next arrival is implied by the last day before it.
    """
    of_row: dict[tuple[str, str], list[Source]] = defaultdict(list)
    for source in variables.units:
        of_row[source.sku_id, source.node_id].append(source)
    for (sku_id, node_id), sources in of_row.items():
        by_day = sorted(sources, key=lambda source: source.ship_day)
        levels: dict[int, int] = {}
        for day in sorted({source.ship_day for source in by_day}):
            levels[variables.lookup.supplied_by(sku_id, node_id, day)] = day
        for level, day in levels.items():
            early = [source for source in by_day if source.ship_day <= day]
            if sum(source.max_units for source in early) > level:
                variables.model.add(total(variables.units[source] for source in early) <= level)
    return []


STOCK_BY_DAY = Rule(
    name="stock by day",
    level=Level.HARD,
    justification="Stock on hand and inbound supply are what there is, on the day it is there.",
    state=stock_by_day,
)
