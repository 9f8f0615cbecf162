"""Every way a unit of a line can be served, priced once in whole cents."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from optimization.lookup import ProblemLookup
from optimization.problem import LineDemand


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """Stock of a SKU at a node that could leave on a day for one line; made once, so equal is same."""

    line_id: str
    order_id: str
    sku_id: str
    node_id: str
    ship_day: int
    max_units: int
    late_days: int
    fixed_cents: int
    freight_cents: int
    substitution_cents: int
    late_cents: int
    change_cents: int
    moved: bool
    as_ordered: bool

    @property
    def unit_cents(self) -> int:
        """Everything one unit costs from here, without the shipment's fixed cost."""
        return self.freight_cents + self.substitution_cents + self.late_cents + self.change_cents

    @property
    def shipment(self) -> tuple[str, str, int]:
        """The shipment it would travel in: (order, node, ship day)."""
        return (self.order_id, self.node_id, self.ship_day)


def build_sources(lookup: ProblemLookup, *, only_current: bool = False) -> tuple[Source, ...]:
    """All sources in canonical order; with ``only_current``, what leaves today's plan in place.

    Days on which shipping cannot be better than on an earlier one are left out: with pick
    capacity to spare a shipment leaves when its last unit arrives, or on the next open day.
    """
    places = _places(lookup, only_current=only_current)
    days = _useful_days(lookup, places)
    return tuple(
        source
        for line, sku_id, extra, node_id in places
        for day in days[line.order_id, node_id]
        if (source := _source(lookup, line, sku_id, extra, node_id, day)) is not None
    )


Place = tuple[LineDemand, str, int, str]


def _places(lookup: ProblemLookup, *, only_current: bool) -> list[Place]:
    """(line, SKU, extra cents, node) wherever a lane and stock allow it on some day."""
    places: list[Place] = []
    for line in lookup.problem.lines:
        zone_id = lookup.orders[line.order_id].zone_id
        for sku_id, extra in lookup.skus_for(line):
            for node_id in lookup.nodes_of[sku_id]:
                stays = node_id == line.current_node_id and sku_id == line.sku_id
                if (node_id, zone_id) in lookup.lanes and (stays or not only_current):
                    places.append((line, sku_id, extra, node_id))
    return places


def _useful_days(lookup: ProblemLookup, places: list[Place]) -> dict[tuple[str, str], list[int]]:
    """Ship days worth offering for each (order, node)."""
    rows: dict[tuple[str, str], set[str]] = defaultdict(set)
    demand: dict[str, dict[str, int]] = defaultdict(dict)
    for line, sku_id, _, node_id in places:
        rows[line.order_id, node_id].add(sku_id)
        demand[node_id][line.line_id] = line.quantity
    open_days: dict[str, list[int]] = defaultdict(list)
    for node_id, day in sorted(lookup.pick_units):
        open_days[node_id].append(day)
    result: dict[tuple[str, str], list[int]] = {}
    for (order_id, node_id), sku_ids in rows.items():
        rows_here = [lookup.arriving[sku_id, node_id] for sku_id in sku_ids]
        arrivals = sorted({day for row in rows_here for day, units in enumerate(row) if units})
        after = [[day for day in open_days[node_id] if day >= arrival] for arrival in arrivals]
        needed = sum(demand[node_id].values())
        tight = any(lookup.pick_units[node_id, day] < needed for day in open_days[node_id])
        chosen = set(after[0]) if tight else {days[0] for days in after if days}
        result[order_id, node_id] = sorted(chosen)
    return result


def _source(
    lookup: ProblemLookup, line: LineDemand, sku_id: str, extra: int, node_id: str, day: int
) -> Source | None:
    """One priced source, or None when nothing has arrived by that day."""
    units = min(line.quantity, lookup.supplied_by(sku_id, node_id, day))
    if units == 0:
        return None
    order = lookup.orders[line.order_id]
    lane = lookup.lanes[node_id, order.zone_id]
    late_days = max(0, day + lane.transit_days - order.promised_day)
    moved = line.current_node_id is not None and node_id != line.current_node_id
    return Source(
        line_id=line.line_id,
        order_id=line.order_id,
        sku_id=sku_id,
        node_id=node_id,
        ship_day=day,
        max_units=min(units, lookup.pick_units[node_id, day]),
        late_days=late_days,
        fixed_cents=lane.fixed_cents,
        freight_cents=lookup.freight_cents_per_unit(sku_id, lane),
        substitution_cents=extra,
        late_cents=late_days * line.late_cents_per_unit_day,
        change_cents=line.change_cents_per_unit if moved else 0,
        moved=moved,
        as_ordered=sku_id == line.sku_id,
    )
