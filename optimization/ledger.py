"""Stock and pick capacity that are left while a plan is built unit by unit."""

from __future__ import annotations

from optimization.lookup import ProblemLookup
from optimization.sources import Source


class Ledger:
    """What can still be taken; every take can be given back."""

    def __init__(self, lookup: ProblemLookup) -> None:
        """Start from the problem's supply and capacity."""
        self._left = {key: list(row) for key, row in lookup.supplied.items()}
        self._pick = dict(lookup.pick_units)

    def available(self, source: Source) -> int:
        """Units of a source's stock that could leave on its day without hurting an earlier take."""
        pick = self._pick[source.node_id, source.ship_day]
        return min(pick, *self._left[source.sku_id, source.node_id][source.ship_day :])

    def take(self, source: Source, units: int) -> None:
        """Ship ``units`` from a source; a negative number gives them back."""
        self._pick[source.node_id, source.ship_day] -= units
        row = self._left[source.sku_id, source.node_id]
        for day in range(source.ship_day, len(row)):
            row[day] -= units
