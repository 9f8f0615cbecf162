"""Fairness: of what a customer ordered, so much should be on time; each unit missing from that costs.

The floor takes part in prices as a reward for a unit on time: any reward from nothing to what a missing unit
costs proves a bound, like any price of goods or hands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimization.backlog.tables import Integers, Tables

NO_FLOOR = -1
WHOLE_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """Each order's floor (-1: none); by floor the units that should be on time and a missing one's cost."""

    of_order: Integers
    units: Integers
    short_cents: Integers

    def on_time(self, by_order: Integers) -> Integers:
        """Units on time by floor, from those by order."""
        has = self.of_order >= 0
        counted = np.bincount(self.of_order[has], by_order[has], self.units.size)
        return np.rint(counted).astype(np.int64)

    def short(self, by_order: Integers) -> Integers:
        """Units missing from each floor."""
        missing: Integers = np.maximum(0, self.units - self.on_time(by_order))
        return missing

    def cents(self, by_order: Integers) -> int:
        """What missing the floors costs."""
        return int((self.short(by_order) * self.short_cents).sum())

    def rewards(self, by_floor: Integers) -> Integers:
        """A reward of each floor as that of each order."""
        if not by_floor.size:
            return np.zeros_like(self.of_order)
        found: Integers = np.where(self.of_order >= 0, by_floor[np.maximum(self.of_order, 0)], 0)
        return found


def floors_of(tables: Tables) -> Floors:
    """The floors of a backlog; firm rows that are on time count towards them."""
    customers, floors, lines = tables.rule("customers"), tables.rule("floors"), tables.lines
    turn = np.argsort(floors["customer"], kind="stable")
    of_order = np.full(tables.sizes.orders, NO_FLOOR, np.int64)
    place = np.searchsorted(floors["customer"][turn], customers["customer"])
    known = place < turn.size
    known[known] = floors["customer"][turn][place[known]] == customers["customer"][known]
    of_order[customers["order"][known]] = turn[place[known]]
    wanted = np.bincount(lines["order"], lines["confirmable_qty"], tables.sizes.orders)
    has = of_order >= 0
    asked = np.bincount(of_order[has], wanted[has], turn.size).astype(np.int64)
    units = -(-asked * floors["floor_percent"] // WHOLE_PERCENT)
    found = Floors(of_order=of_order, units=units, short_cents=floors["short_cents"].astype(np.int64))
    firm = tables.rule("firm")
    order = lines["order"][firm["line"]]
    lane = tables.orders["zone"][order] * tables.sizes.nodes + firm["node"]
    in_time = firm["ship_day"] + tables.lanes["transit_days"][lane] <= tables.orders["promised_day"][order]
    settled = np.bincount(order[in_time], firm["qty"][in_time], tables.sizes.orders).astype(np.int64)
    return Floors(
        of_order=of_order,
        units=np.maximum(0, units - found.on_time(settled)),
        short_cents=found.short_cents,
    )
