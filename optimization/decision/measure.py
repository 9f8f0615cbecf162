"""What moves cost, how late they make the order and how much they disturb, by plain arithmetic.

This is the judge of every option: the model is written apart from it, and an option whose moves break a
rule or cost something else than the model says is refused.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from optimization.decision.problem import (
    PLANNED,
    DecisionProblem,
    Service,
    Way,
    freight_cents_per_unit,
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Move:
    """Units of a line that take a way and leave by a service on a day."""

    line_id: str
    way_id: str
    service_id: str
    ship_day: int
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a set of moves comes to: ``disturbance`` counts units off today's plan, ways and carriers."""

    freight_cents: int
    action_cents: int
    late_cents: int
    unfilled_cents: int
    lateness_unit_days: int
    unfilled_units: int
    shipments: int
    disturbance: int
    last_arrival_day: int | None
    broken: tuple[str, ...]

    @property
    def total_cents(self) -> int:
        """All that the moves cost, with the penalties that are left."""
        return self.freight_cents + self.action_cents + self.late_cents + self.unfilled_cents


def measure(problem: DecisionProblem, moves: tuple[Move, ...]) -> Effect:
    """Add everything up; ``broken`` names each rule that the moves break."""
    ways = {way.way_id: way for way in problem.ways}
    services = {(s.node_id, s.service_id): s for s in problem.services}
    lines = {line.line_id: line for line in problem.lines}
    freight = action = late = lateness = disturbance = 0
    served: dict[str, int] = defaultdict(int)
    drawn: dict[str, int] = defaultdict(int)
    shipments: set[tuple[str, str, int]] = set()
    used: set[str] = set()
    broken: list[str] = []
    arrivals: list[int] = []
    for move in moves:
        way = ways[move.way_id]
        service = services[way.node_id, move.service_id]
        line = lines[move.line_id]
        broken += _misuse(problem, move, way, service)
        arrival = move.ship_day + service.transit_days
        days = max(0, arrival - problem.promised_day)
        freight += move.units * freight_cents_per_unit(line, service)
        action += move.units * way.unit_cents
        late += move.units * days * line.late_cents_per_unit_day
        lateness += move.units * days
        disturbance += 0 if way.kind in PLANNED and service.current else move.units
        served[move.line_id] += move.units
        drawn[way.pool_id or way.way_id] += move.units
        shipments.add((way.node_id, move.service_id, move.ship_day))
        used.add(move.way_id)
        arrivals.append(arrival)
    freight += sum(services[node, service].fixed_cents for node, service, _ in shipments)
    action += sum(ways[way_id].fixed_cents for way_id in used)
    missing = {line.line_id: line.quantity - served[line.line_id] for line in problem.lines}
    broken += _limits(problem, missing, drawn, len(shipments))
    return Effect(
        freight_cents=freight,
        action_cents=action,
        late_cents=late,
        unfilled_cents=sum(
            lines[name].unfilled_cents_per_unit * max(0, left) for name, left in missing.items()
        ),
        lateness_unit_days=lateness,
        unfilled_units=sum(max(0, left) for left in missing.values()),
        shipments=len(shipments),
        disturbance=disturbance,
        last_arrival_day=max(arrivals, default=None),
        broken=tuple(broken),
    )


def _misuse(problem: DecisionProblem, move: Move, way: Way, service: Service) -> list[str]:
    broken = []
    if move.units < 1 or way.line_id != move.line_id:
        broken.append(f"{move.way_id} is not for {move.units} units of {move.line_id}")
    if move.ship_day < way.ready_day or move.ship_day > problem.last_ship_day:
        broken.append(f"{move.way_id} cannot leave on day {move.ship_day}")
    if service.pickup_days and move.ship_day not in service.pickup_days:
        broken.append(f"{service.service_id} does not leave on day {move.ship_day}")
    return broken


def _limits(
    problem: DecisionProblem, missing: dict[str, int], drawn: dict[str, int], shipments: int
) -> list[str]:
    broken = [f"{name} gets {-left} units too many" for name, left in missing.items() if left < 0]
    for pool, units in drawn.items():
        there = max(way.units for way in problem.ways if (way.pool_id or way.way_id) == pool)
        if units > there:
            broken.append(f"{units} units drawn of {pool}, which has {there}")
    if shipments > problem.max_shipments:
        broken.append(f"{shipments} shipments, the customer takes {problem.max_shipments}")
    wanted = sum(line.quantity for line in problem.lines)
    left = sum(missing.values())
    if problem.ship_complete and 0 < left < wanted:
        broken.append(f"{left} units are left behind of an order that ships complete or not at all")
    return broken
