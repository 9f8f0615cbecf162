"""What a unit costs to miss or to be late, what a lane costs, when a node works: for a case and a plan."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain.checks import BASIS_POINTS
from domain.customers import SlaTerms
from domain.ids import LaneId, NodeId, ZoneId
from domain.network import Lane, Node

CHANGE_CENTS_PER_UNIT = 2
EXPEDITE_BASE_CENTS = 15_000
EXPEDITE_CENTS_PER_UNIT = 40
TRANSFER_FIXED_CENTS = 6_000
TRANSFER_CENTS_PER_TONNE_KILOMETRE = 18
ASSUMED_LANE_FIXED_CENTS = 2_500
ASSUMED_LANE_RATE_CENTS_PER_KG = 35
ASSUMED_LANE_TRANSIT_DAYS = 3


def unfilled_cents(unit_price_cents: int, landed_cost_cents: int, sla: SlaTerms) -> int:
    """What a unit costs that is not shipped: its margin and the most that its penalty can be."""
    margin = max(0, unit_price_cents - landed_cost_cents)
    return margin + unit_price_cents * sla.penalty_cap_bp // BASIS_POINTS + 1


def late_cents(unit_price_cents: int, sla: SlaTerms) -> int:
    """What a unit costs for each day it is late."""
    return max(1, unit_price_cents * sla.late_penalty_bp_per_day // BASIS_POINTS)


def cheapest_lanes(lanes: Iterable[Lane]) -> dict[tuple[NodeId, ZoneId], Lane]:
    """By node and zone the lane of the least fixed cost, the first of equals."""
    cheapest: dict[tuple[NodeId, ZoneId], Lane] = {}
    for lane in lanes:
        kept = cheapest.get((lane.origin_node_id, lane.zone_id))
        if kept is None or lane.fixed_cost_cents < kept.fixed_cost_cents:
            cheapest[lane.origin_node_id, lane.zone_id] = lane
    return cheapest


def assumed_lane(node_id: NodeId, zone_id: ZoneId) -> Lane:
    """What stands in where no lane is on file."""
    return Lane(
        lane_id=LaneId(f"assumed:{node_id}:{zone_id}"),
        origin_node_id=node_id,
        zone_id=zone_id,
        transit_days=ASSUMED_LANE_TRANSIT_DAYS,
        fixed_cost_cents=ASSUMED_LANE_FIXED_CENTS,
        rate_cents_per_kg=ASSUMED_LANE_RATE_CENTS_PER_KG,
    )


def working_days(node: Node, today: date, days: int) -> tuple[int, ...]:
    """The days, today being 0, on which a node picks anything."""
    if node.pick_capacity_units_per_day <= 0:
        return ()
    first = today.weekday()
    return tuple(day for day in range(days) if (first + day) % 7 in node.working_weekdays)
