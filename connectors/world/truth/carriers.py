"""Carriers at an origin: whether they take what is planned for them, and whether they are in trouble."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import comb
from typing import TYPE_CHECKING

from connectors.world.truth import limits
from connectors.world.truth.books import Books, pair
from connectors.world.truth.transport import allowed_silence, says_failed, standing_milestones
from connectors.world.truth.watch import Claim, Watch, each, when_changed
from domain.ids import EntityKind
from domain.transport import ShipmentStatus

if TYPE_CHECKING:
    from domain.transport import Shipment

CARRIER = EntityKind.CARRIER


def judge_capacity(books: Books, carrier: str, at: datetime) -> Iterable[Claim]:
    """More pickups on a day to come than the service takes."""
    days: Counter[tuple[str, datetime]] = Counter()
    for shipment in books.waiting_shipments_of_carrier.of(carrier).values():
        if shipment.service_id is not None:
            day = shipment.planned_pickup_at.replace(hour=0, minute=0, second=0, microsecond=0)
            days[str(shipment.service_id), day + timedelta(days=1)] += 1
    over = []
    for (service_id, ends_at), count in days.items():
        service = books.services.get(service_id)
        if service is not None and count > service.pickups_per_day and ends_at > at:
            over.append(ends_at)
    if over:
        yield Claim("TR-CAPACITY", CARRIER, carrier, None, max(over))


def judge_trouble(books: Books, carrier: str, at: datetime) -> Iterable[Claim]:
    """So many late or silent shipments that a carrier's usual share does not explain them."""
    under_way = books.moving_shipments_of_carrier.of(carrier).values()
    silent = sum(
        _is_slow(books, shipment, shipment.eta_at) or _is_silent(books, shipment, at)
        for shipment in under_way
    )
    if silent <= 1:
        return
    count, bad, past, past_bad = len(under_way), silent, 0, 0
    for shipment in books.shipments_of_carrier.of(carrier).values():
        if shipment.status is ShipmentStatus.DELIVERED and shipment.delivered_at is not None:
            is_bad = _is_slow(books, shipment, shipment.delivered_at)
            if shipment.delivered_at > at - limits.CARRIER_WINDOW:
                count, bad = count + 1, bad + is_bad
            elif shipment.delivered_at > at - limits.CARRIER_PAST:
                past, past_bad = past + 1, past_bad + is_bad
    usual_bp = _usual_bp(past, past_bad)
    if bad * limits.ALL_BP <= usual_bp * count:
        return
    is_open = ("TR-CARRIER", f"{CARRIER}/{carrier}") in books.held
    odds = limits.CARRIER_CLEAR_ODDS if is_open else limits.CARRIER_OPEN_ODDS
    many = silent >= limits.CARRIER_CASES and silent * limits.ALL_BP >= limits.CARRIER_CASES_BP * len(
        under_way
    )
    if many or _tail(count, bad, usual_bp / limits.ALL_BP) * odds < 1:
        yield Claim("TR-CARRIER", CARRIER, carrier)


def _usual_bp(count: int, bad: int) -> int:
    """What share is usual, pulled towards the least one where little is known."""
    weight, least = limits.CARRIER_USUAL_WEIGHT, limits.CARRIER_USUAL_LEAST_BP
    share = (bad * limits.ALL_BP + least * weight) // (count + weight)
    return min(limits.CARRIER_USUAL_MOST_BP, max(least, share))


def _is_slow(books: Books, shipment: Shipment, there_at: datetime | None) -> bool:
    """Late, and by the carrier's own doing: it took longer from its departure than its service says."""
    if there_at is None or there_at <= shipment.window_end_at:
        return False
    service = books.services.get(shipment.service_id)
    days = 0 if service is None else service.transit_days
    left_at = shipment.shipped_at or shipment.planned_pickup_at
    return there_at - left_at > timedelta(days=days) + limits.CARRIER_SLACK


def _is_silent(books: Books, shipment: Shipment, at: datetime) -> bool:
    trail = standing_milestones(books, shipment.shipment_id)
    if not trail:
        return False
    allowed = allowed_silence(books, shipment, trail[-1].code)
    return at >= trail[-1].happened_at + allowed or says_failed(trail[-1])


def _tail(count: int, bad: int, share: float) -> float:
    """The probability of at least so many bad ones, each bad with that probability by itself."""
    return sum(comb(count, one) * share**one * (1 - share) ** (count - one) for one in range(bad, count + 1))


def _of_shipment(_books: Books, shipment: Shipment) -> Iterable[str | None]:
    return (pair(shipment.scac, shipment.origin_node_id) if shipment.scac else None,)


WATCHES = (
    Watch(
        name="carrier capacity",
        judge=judge_capacity,
        wakes={
            EntityKind.SHIPMENT: when_changed(
                ("scac", "status", "service_id", "planned_pickup_at"), each(_of_shipment)
            )
        },
        every=timedelta(hours=6),
    ),
    Watch(
        name="carrier trouble",
        judge=judge_trouble,
        wakes={EntityKind.SHIPMENT: when_changed(("scac",), each(_of_shipment))},
        every=timedelta(hours=2),
    ),
)
