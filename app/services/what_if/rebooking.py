"""What becomes of booked shipments when a carrier or a lane is lost: other services, dearer freight, delay.

The shipments that keep their booking keep their pickup; those that lose it share what room is left, all
solved at once by the engine that rebooks a single late shipment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.services.recommend.carrier import REBOOKING_CENTS
from domain.what_if import Change, ChangeKind
from optimization.carrier_problem import CarrierService as PricedService
from optimization.carrier_problem import Offer, RebookingProblem, ServiceDay, ShipmentDemand
from optimization.choices import build_choices, greedy_bookings
from optimization.plan import BookingPlan
from optimization.rebooking.from_case import Others, solve_case

if TYPE_CHECKING:
    from datetime import date

    from app.services.what_if.bookings import Booked, Bookings

HORIZON_DAYS = 7
ENDS: frozenset[ChangeKind] = frozenset({ChangeKind.CARRIER_LOST, ChangeKind.LANE_LOST})


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherWay:
    """A service that could take a shipment as well."""

    service_name: str
    pickup_day: int
    freight_cents: int
    late_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebooked:
    """A shipment that lost its booking; a blank ``service_id`` says that nothing can take it.

    ``late_days`` counts from its window's end; ``on_lane``: its whole lane is gone, so that no carrier helps.
    ``asked_next`` take it if the service declines, the best first; ``cheaper`` asks less, but comes so late
    that it costs more.
    """

    booked: Booked
    service_id: str = ""
    service_name: str = ""
    pickup_day: int = 0
    freight_cents: int = 0
    late_days: int = 0
    on_lane: bool = False
    asked_next: tuple[OtherWay, ...] = ()
    cheaper: OtherWay | None = None

    @property
    def premium_cents(self) -> int:
        """What its freight costs more than as booked; 0 for one that does not go."""
        return self.freight_cents - self.booked.freight_cents if self.service_id else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebooking:
    """All shipments that lose their booking in a world."""

    rows: tuple[Rebooked, ...]

    @property
    def premium_cents(self) -> int:
        """What the freight of those that go costs more than as booked."""
        return sum(row.premium_cents for row in self.rows)

    @property
    def newly_late(self) -> int:
        """How many go and come late that would not have, or later than they would have."""
        return sum(1 for row in self.rows if row.service_id and row.late_days > row.booked.late_days)

    @property
    def stranded(self) -> int:
        """How many nothing can take."""
        return sum(1 for row in self.rows if not row.service_id)


def rebook(bookings: Bookings, changes: Iterable[Change], today: date, seed: int) -> Rebooking | None:
    """Book anew what the lost carriers and lanes among ``changes`` were to move; None where none is lost."""
    ends = [change for change in changes if change.kind in ENDS]
    if not ends:
        return None
    last_day = {
        change.subject: change.amount - 1 if change.amount else HORIZON_DAYS
        for change in ends
        if change.kind is ChangeKind.CARRIER_LOST
    }
    lanes = {(change.subject, change.to) for change in ends if change.kind is ChangeKind.LANE_LOST}
    cut: list[Rebooked] = []
    lost: list[Booked] = []
    kept: list[Booked] = []
    for row in bookings.rows:
        if (row.node_id, row.zone_id) in lanes:
            cut.append(Rebooked(booked=row, on_lane=True))
        elif row.pickup_day <= last_day.get(row.scac, -1):
            lost.append(row)
        else:
            kept.append(row)
    went = _solved(_problem(bookings, lost, kept, last_day, today), seed) if lost else {}
    return Rebooking(rows=(*(_rebooked(row, went, bookings) for row in lost), *cut))


def _problem(
    bookings: Bookings, lost: list[Booked], kept: list[Booked], last_day: dict[str, int], today: date
) -> RebookingProblem:
    taken = Counter((row.service_id, row.pickup_day) for row in kept)
    days = []
    for service in bookings.services:
        for day in range(max(0, last_day.get(service.scac, -1) + 1), HORIZON_DAYS):
            room = service.pickups_per_day - taken[str(service.service_id), day]
            if (today + timedelta(days=day)).weekday() in service.pickup_weekdays and room > 0:
                days.append(ServiceDay(service_id=str(service.service_id), day=day, pickups=room))
    going = {day.service_id for day in days}
    services = [service for service in bookings.services if service.service_id in going]
    return RebookingProblem(
        days=HORIZON_DAYS,
        services=tuple(PricedService(service_id=str(s.service_id), carrier_id=s.scac) for s in services),
        service_days=tuple(days),
        shipments=tuple(
            ShipmentDemand(
                shipment_id=row.shipment_id,
                ready_day=min(row.pickup_day, HORIZON_DAYS - 1),
                due_day=row.due_day,
                weight_grams=row.weight_grams,
                unbooked_cents=row.value_cents + row.late_cents_per_day * HORIZON_DAYS,
                late_cents_per_day=row.late_cents_per_day,
                rebooking_cents=REBOOKING_CENTS,
            )
            for row in lost
        ),
        offers=tuple(
            Offer(
                shipment_id=row.shipment_id,
                service_id=str(service.service_id),
                rate_cents=service.freight_cost_cents(row.weight_grams),
                transit_days=service.transit_days,
            )
            for row in lost
            for service in services
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Went:
    """The service and pickup day of a shipment that goes, and what else it could have gone by."""

    service_id: str
    pickup_day: int
    others: Others | None = None


def _solved(problem: RebookingProblem, seed: int) -> dict[str, _Went]:
    """How each shipment goes that goes."""
    choices = build_choices(problem)
    if not choices:
        return {}
    core = solve_case(problem, choices, seed)
    plan: BookingPlan = core.plan if core is not None else greedy_bookings(problem, choices)
    place = {row.shipment_id: number for number, row in enumerate(problem.shipments)}
    return {
        each.shipment_id: _Went(
            service_id=each.service_id,
            pickup_day=each.pickup_day,
            others=None if core is None else core.others(choices, place[each.shipment_id]),
        )
        for each in plan.bookings
    }


def _rebooked(row: Booked, went: dict[str, _Went], bookings: Bookings) -> Rebooked:
    if row.shipment_id not in went:
        return Rebooked(booked=row)
    services = {str(each.service_id): each for each in bookings.services}

    def way(service_id: str, pickup_day: int) -> OtherWay:
        service = services[service_id]
        return OtherWay(
            service_name=service.name,
            pickup_day=pickup_day,
            freight_cents=service.freight_cost_cents(row.weight_grams),
            late_days=max(0, pickup_day + service.transit_days - row.due_day),
        )

    found = went[row.shipment_id]
    now, others = way(found.service_id, found.pickup_day), found.others
    cheaper = None if others is None else others.cheaper
    asked = () if others is None else others.asked_next
    return Rebooked(
        booked=row,
        service_id=found.service_id,
        service_name=now.service_name,
        pickup_day=now.pickup_day,
        freight_cents=now.freight_cents,
        late_days=now.late_days,
        asked_next=tuple(way(each.offer.service_id, each.pickup_day) for each in asked),
        cheaper=None if cheaper is None else way(cheaper.offer.service_id, cheaper.pickup_day),
    )
