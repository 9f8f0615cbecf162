"""Shipments on their way, and before it: carriers, pickups, milestones, freight."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors.world.truth import limits
from connectors.world.truth.books import Books
from connectors.world.truth.margins import margin_cents
from connectors.world.truth.order_states import NOT_LEFT
from connectors.world.truth.watch import Claim, Watch, by, each, when_changed
from domain.billing import PodCondition
from domain.ids import EntityKind
from domain.transport import BookingStatus, ShipmentStatus

if TYPE_CHECKING:
    from domain.transport import Milestone, RouteEvent, Shipment

SHIPMENT = EntityKind.SHIPMENT
#: By X12 214 status and reason codes, and by the words they are normalised to.
FAILED_WORDS = frozenset({"attempted", "delivery_attempted", "refused", "delivery_failed", "undeliverable"})
FAILED_REASONS = frozenset({"A1", "A2", "A5", "A7", "AQ", "B1", "BS"})
FAILED_STATUSES = frozenset({"A1", "A2", "A5", "A7", "AH", "AP", "BS"})
CUSTOMS_REASONS = frozenset({"AS", "BC", "CA", "AR"})


def judge_shipment(books: Books, shipment_id: str, _at: datetime) -> Iterable[Claim]:
    """What is wrong with a shipment, before it left and on its way."""
    shipment = books.shipments.get(shipment_id)
    if shipment is None or shipment.status is ShipmentStatus.CANCELLED:
        return
    trail = standing_milestones(books, shipment_id)
    if _is_damaged(books, shipment, trail):
        yield Claim("TR-DAMAGE", SHIPMENT, shipment_id)
    if shipment.status is ShipmentStatus.DELIVERED:
        return
    if shipment.eta_at is not None and shipment.eta_at > shipment.window_end_at:
        yield Claim("TR-ETA-LATE", SHIPMENT, shipment_id)
    if shipment.status in NOT_LEFT:
        yield from _before_leaving(books, shipment, trail)
    elif trail:
        yield from _under_way(books, shipment, trail[-1])


def standing_milestones(books: Books, shipment_id: str) -> list[Milestone]:
    """The milestones of a shipment that were not corrected, in the order they happened."""
    told = books.milestones_of.of(shipment_id).values()
    corrected = {milestone.corrects_id for milestone in told}
    standing = [milestone for milestone in told if milestone.milestone_id not in corrected]
    return sorted(standing, key=lambda milestone: (milestone.happened_at, milestone.milestone_id))


def _before_leaving(books: Books, shipment: Shipment, trail: list[Milestone]) -> Iterable[Claim]:
    pickup_at = shipment.planned_pickup_at
    lost_at = _lost_tender_at(books, shipment)
    if lost_at is not None:
        since = max(lost_at, pickup_at - limits.TENDER_BEFORE_PICKUP)
        yield Claim("TR-TENDER", SHIPMENT, shipment.shipment_id, since)
    if not any(milestone.code == "picked_up" for milestone in trail):
        yield Claim("TR-PICKUP", SHIPMENT, shipment.shipment_id, pickup_at + limits.PICKUP_GRACE)
    if _is_too_dear(books, shipment):
        yield Claim("TR-OVERSPEND", SHIPMENT, shipment.shipment_id)


def _lost_tender_at(books: Books, shipment: Shipment) -> datetime | None:
    """When the first tender is or will be lost, where no carrier has accepted."""
    lost: list[datetime] = []
    for booking in books.bookings_of.of(shipment.shipment_id).values():
        if booking.status is BookingStatus.ACCEPTED:
            return None
        if booking.status in {BookingStatus.DECLINED, BookingStatus.EXPIRED}:
            lost.append(booking.booked_at)
        elif booking.status is BookingStatus.TENDERED and booking.expires_at is not None:
            lost.append(booking.expires_at)
    return min(lost, default=None)


def _under_way(books: Books, shipment: Shipment, newest: Milestone) -> Iterable[Claim]:
    silent_from = newest.happened_at + allowed_silence(books, shipment, newest.code)
    yield Claim("TR-GAP", SHIPMENT, shipment.shipment_id, silent_from)
    if says_failed(newest):
        yield Claim("TR-FAILED", SHIPMENT, shipment.shipment_id)
    if newest.reason_code in CUSTOMS_REASONS or newest.code == "customs_hold":
        yield Claim("TR-CUSTOMS", SHIPMENT, shipment.shipment_id)


def allowed_silence(books: Books, shipment: Shipment, code: str) -> timedelta:
    """For how long nothing need be heard after a milestone."""
    if code == "out_for_delivery":
        return limits.SILENCE_ON_TOUR
    service = books.services.get(shipment.service_id)
    days = 3 if service is None else service.transit_days
    return limits.SILENCE_BY_TRANSIT_DAYS.get(days, limits.SILENCE_AT_MOST)


def says_failed(milestone: Milestone) -> bool:
    """Whether a milestone tells of a delivery in vain."""
    if milestone.code in {"delivered", "damaged", "returned"}:
        return False
    told = milestone.code in FAILED_WORDS or milestone.raw_code in FAILED_STATUSES
    return told or milestone.reason_code in FAILED_REASONS


def _is_damaged(books: Books, shipment: Shipment, trail: Iterable[Milestone]) -> bool:
    if shipment.claim_filed:
        return False
    if any(m.code == "damaged" or "A9" in {m.raw_code, m.reason_code} for m in trail):
        return True
    return any(
        part.condition is PodCondition.DAMAGED
        for receipt in books.receipts_of.of(shipment.shipment_id).values()
        for part in receipt.lines
    )


def _is_too_dear(books: Books, shipment: Shipment) -> bool:
    """Beyond its quote, or beyond what of the order's margin may go into freight."""
    freight = shipment.freight_cost_cents
    if shipment.quote_cents is not None:
        over = freight - shipment.quote_cents
        dear = over * limits.ALL_BP > limits.FREIGHT_OVER_QUOTE_BP * shipment.quote_cents
        if dear and over >= limits.FREIGHT_OVER_QUOTE_CENTS:
            return True
    if freight < limits.FREIGHT_OF_MARGIN_CENTS:
        return False
    margin = margin_cents(books, shipment.order_id)
    return margin is not None and freight * limits.ALL_BP > max(0, margin) * limits.FREIGHT_OF_MARGIN_BP


def judge_event(books: Books, event_id: str, _at: datetime) -> Iterable[Claim]:
    """A disturbance that open shipments meet where they start or where they go."""
    event = books.events.get(event_id)
    if event is not None and _is_met(books, event):
        yield Claim("TR-ROUTE", EntityKind.ROUTE_EVENT, event_id, event.starts_at, event.ends_at)


def _is_met(books: Books, event: RouteEvent) -> bool:
    """Whether a shipment that is not there yet, and leaves before the end, starts or goes there."""
    until = event.ends_at
    return any(
        until is None or shipment.planned_pickup_at < until
        for place, index in (
            *((node_id, books.open_shipments_from) for node_id in event.node_ids),
            *((zone_id, books.open_shipments_to) for zone_id in event.zone_ids),
        )
        for shipment in index.of(place).values()
    )


def _events_near(books: Books, shipment: Shipment) -> Iterable[str]:
    for event in books.events.records.values():
        if shipment.origin_node_id in event.node_ids or shipment.zone_id in event.zone_ids:
            yield event.event_id


WATCHES = (
    Watch(
        name="shipments",
        judge=judge_shipment,
        wakes={
            SHIPMENT: by("shipment_id"),
            EntityKind.MILESTONE: by("shipment_id"),
            EntityKind.CARRIER_BOOKING: by("shipment_id"),
            EntityKind.PROOF_OF_DELIVERY: by("shipment_id"),
            EntityKind.ORDER_LINE: each(lambda books, line: books.shipments_of_order.of(line.order_id)),
        },
    ),
    Watch(
        name="route events",
        judge=judge_event,
        wakes={
            EntityKind.ROUTE_EVENT: by("event_id"),
            SHIPMENT: when_changed(("status", "planned_pickup_at", "zone_id"), each(_events_near)),
        },
    ),
)
