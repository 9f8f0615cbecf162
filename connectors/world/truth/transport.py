"""Shipments on their way, and before it: carriers, pickups, milestones, freight."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.world.truth import limits
from connectors.world.truth.books import Books
from connectors.world.truth.order_states import NOT_LEFT
from connectors.world.truth.watch import Claim, Watch, by, each
from domain.billing import PodCondition
from domain.ids import EntityKind
from domain.transport import BookingStatus, ShipmentStatus

if TYPE_CHECKING:
    from domain.transport import Milestone, RouteEvent, Shipment

SHIPMENT = EntityKind.SHIPMENT
#: X12 214 codes of deliveries attempted in vain, refused or not found.
FAILED_CODES = frozenset({"A1", "A2", "A5", "A7", "BS", "delivery_failed", "attempted", "refused"})
DAMAGED_CODES = frozenset({"A9", "damaged"})
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
        yield from _under_way(shipment, trail[-1])


def standing_milestones(books: Books, shipment_id: str) -> list[Milestone]:
    """The milestones of a shipment that were not corrected, in the order they happened."""
    told = books.milestones_of.of(shipment_id).values()
    corrected = {milestone.corrects_id for milestone in told}
    standing = [milestone for milestone in told if milestone.milestone_id not in corrected]
    return sorted(standing, key=lambda milestone: (milestone.happened_at, milestone.milestone_id))


def _before_leaving(books: Books, shipment: Shipment, trail: list[Milestone]) -> Iterable[Claim]:
    bookings = books.bookings_of.of(shipment.shipment_id).values()
    answers = {booking.status for booking in bookings}
    turned_down = BookingStatus.DECLINED in answers or BookingStatus.EXPIRED in answers
    pickup_at = shipment.planned_pickup_at
    if turned_down and BookingStatus.ACCEPTED not in answers:
        yield Claim("TR-TENDER", SHIPMENT, shipment.shipment_id, pickup_at - limits.TENDER_BEFORE_PICKUP)
    if not any(milestone.code == "picked_up" for milestone in trail):
        yield Claim("TR-PICKUP", SHIPMENT, shipment.shipment_id, pickup_at + limits.PICKUP_GRACE)
    if _is_too_dear(books, shipment):
        yield Claim("TR-OVERSPEND", SHIPMENT, shipment.shipment_id)


def _under_way(shipment: Shipment, newest: Milestone) -> Iterable[Claim]:
    allowed = limits.GAP_AFTER.get(newest.code, limits.GAP_AT_MOST)
    yield Claim("TR-GAP", SHIPMENT, shipment.shipment_id, newest.happened_at + allowed)
    if {newest.code, newest.raw_code, newest.reason_code} & FAILED_CODES:
        yield Claim("TR-FAILED", SHIPMENT, shipment.shipment_id)
    if newest.reason_code in CUSTOMS_REASONS:
        yield Claim("TR-CUSTOMS", SHIPMENT, shipment.shipment_id)


def _is_damaged(books: Books, shipment: Shipment, trail: Iterable[Milestone]) -> bool:
    if shipment.claim_filed:
        return False
    if any({milestone.code, milestone.raw_code} & DAMAGED_CODES for milestone in trail):
        return True
    return any(
        part.condition is PodCondition.DAMAGED
        for receipt in books.receipts_of.of(shipment.shipment_id).values()
        for part in receipt.lines
    )


def _is_too_dear(books: Books, shipment: Shipment) -> bool:
    """Beyond its quote, or beyond what of the margin of its goods may go into freight."""
    freight = shipment.freight_cost_cents
    if shipment.quote_cents is not None:
        over = freight - shipment.quote_cents
        dear = over * limits.ALL_BP > limits.FREIGHT_OVER_QUOTE_BP * shipment.quote_cents
        if dear and over > limits.FREIGHT_OVER_QUOTE_CENTS:
            return True
    allowed = margin_cents(books, shipment) * limits.FREIGHT_OF_MARGIN_BP // limits.ALL_BP
    return freight - allowed > limits.FREIGHT_OF_MARGIN_CENTS and freight > allowed


def margin_cents(books: Books, shipment: Shipment) -> int:
    """What the goods of a shipment earn: prices less landed costs."""
    earned = 0
    for part in shipment.lines:
        line, item = books.lines.get(part.line_id), books.items.get(part.item_id)
        if line is not None and item is not None:
            earned += part.quantity * (line.unit_price_cents - item.landed_cost_cents)
    return earned


def judge_event(books: Books, event_id: str, _at: datetime) -> Iterable[Claim]:
    """A disturbance that open shipments meet where they start or where they go."""
    event = books.events.get(event_id)
    if event is not None and _is_met(books, event):
        yield Claim("TR-ROUTE", EntityKind.ROUTE_EVENT, event_id, event.starts_at, event.ends_at)


def _is_met(books: Books, event: RouteEvent) -> bool:
    starts = any(books.open_shipments_from.of(node_id) for node_id in event.node_ids)
    return starts or any(books.open_shipments_to.of(zone_id) for zone_id in event.zone_ids)


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
            EntityKind.ORDER_LINE: each(lambda books, line: books.shipments_of_line.of(line.line_id)),
        },
    ),
    Watch(
        name="route events",
        judge=judge_event,
        wakes={
            EntityKind.ROUTE_EVENT: by("event_id"),
            SHIPMENT: each(_events_near),
        },
    ),
)
