"""Outbound goods: shipments (940, 945), tenders (204, 990), milestones (214), freight bills (210)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from connectors.edi import documents as said
from connectors.edi.codes import TAKEN
from connectors.edi.outcome import Known, Outcome, unmatched
from connectors.edi.partners import Partner
from domain.ids import (
    BookingId,
    CustomerId,
    EntityKind,
    ItemId,
    LineId,
    MilestoneId,
    NodeId,
    OrderId,
    ServiceId,
    ShipmentId,
)
from domain.transport import (
    BookingStatus,
    CarrierBooking,
    Milestone,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)


def shipment(document: said.WarehouseShipment, partner: Partner, known: Known) -> Outcome:
    """A shipment as ordered from a warehouse, or as the warehouse shipped it."""
    identity = ShipmentId(partner.identify(partner.ids.shipment, document.shipment_number))
    order_id = OrderId(partner.identify(partner.ids.order, document.order_number))
    told = known.entity(EntityKind.SHIPMENT, identity) or known.entity(
        EntityKind.SHIPMENT, partner.identify(partner.ids.shipment, document.order_number)
    )
    held = told if isinstance(told, Shipment) else None
    window = document.window_end_at or (held.window_end_at if held else None)
    pickup = document.pickup_at or (held.planned_pickup_at if held else None)
    node = partner.node_of(document.ship_from_code)
    customer = partner.customer_of(document.ship_to_code) or (held.customer_id if held else "")
    if window is None or pickup is None or not node or not customer:
        raise unmatched(
            f"The shipment {document.shipment_number} lacks delivery or pickup date, warehouse or receiver.",
            "Ask for G62 with 02 and 10, N1 WH and N1 ST, or for the 940 before the 945.",
        )
    outcome = Outcome(reference=document.shipment_number, order_id=order_id)
    outcome.entities.append(
        Shipment(
            shipment_id=held.shipment_id if held else identity,
            number=document.shipment_number,
            order_id=order_id,
            customer_id=CustomerId(customer),
            origin_node_id=NodeId(node),
            status=ShipmentStatus.PLANNED if document.shipped_at is None else ShipmentStatus.IN_TRANSIT,
            planned_pickup_at=held.planned_pickup_at if held else pickup,
            window_end_at=window,
            eta_at=held.eta_at if held else None,
            lines=tuple(
                ShipmentLine(
                    line_id=LineId(f"{order_id}-{line.position}"),
                    item_id=ItemId(partner.item_id(line.item)),
                    quantity=line.quantity if line.shipped_quantity is None else line.shipped_quantity,
                )
                for line in document.lines
            ),
            scac=document.scac or (held.scac if held else ""),
            weight_grams=document.weight_grams,
            shipped_at=document.shipped_at,
        )
    )
    return outcome


def booking_id(scac: str, shipment_id: str) -> BookingId:
    """The id of a carrier's booking of a shipment."""
    return BookingId(f"{scac}:{shipment_id}")


def tendered(document: said.Tender, partner: Partner, at: datetime) -> Outcome:
    """A load offered to a carrier."""
    identity = ShipmentId(partner.identify(partner.ids.shipment, document.shipment_number))
    lapses = document.respond_by or at + timedelta(minutes=partner.tender_minutes)
    outcome = Outcome(reference=document.shipment_number)
    outcome.entities.append(
        CarrierBooking(
            booking_id=booking_id(document.scac, identity),
            shipment_id=identity,
            service_id=ServiceId(partner.service_id or document.scac),
            scac=document.scac,
            status=BookingStatus.CANCELLED if document.withdrawn else BookingStatus.TENDERED,
            booked_at=at,
            cost_cents=document.charge_cents,
            expires_at=None if document.withdrawn else lapses,
        )
    )
    return outcome


def booking_answered(document: said.TenderAnswer, partner: Partner, known: Known) -> Outcome:
    """A carrier's yes or no to a tender; to one that was taken back it says nothing any more."""
    held = _booking(document.scac, document.shipment_number, partner, known, document.at)
    status = BookingStatus.ACCEPTED if document.code.meaning == "accepted" else BookingStatus.DECLINED
    outcome = Outcome(reference=document.shipment_number)
    if held.status is not BookingStatus.CANCELLED:
        outcome.entities.append(replace(held, status=status, expires_at=None))
    outcome.code(held.booking_id, document.code)
    return outcome


def freight_billed(document: said.FreightBill, partner: Partner, known: Known) -> Outcome:
    """A freight bill: who bills a load has taken it."""
    held = _booking(document.scac, document.shipment_number, partner, known, document.at)
    outcome = Outcome(reference=document.number)
    outcome.entities.append(
        replace(held, status=BookingStatus.ACCEPTED, cost_cents=document.charge_cents, expires_at=None)
    )
    return outcome


def _booking(scac: str, number: str, partner: Partner, known: Known, at: datetime) -> CarrierBooking:
    identity = ShipmentId(partner.identify(partner.ids.shipment, number))
    held = known.entity(EntityKind.CARRIER_BOOKING, booking_id(scac, identity))
    if isinstance(held, CarrierBooking):
        return held
    return CarrierBooking(
        booking_id=booking_id(scac, identity),
        shipment_id=identity,
        service_id=ServiceId(partner.service_id or scac),
        scac=scac,
        status=BookingStatus.TENDERED,
        booked_at=at,
    )


def statuses(document: said.CarrierStatus, partner: Partner, known: Known, at: datetime) -> Outcome:
    """Milestones; one told twice is one, because its id is made of what it says.

    Who tells that a load moves has taken it, which is the only answer of carriers that know no 990.
    """
    identity = ShipmentId(partner.identify(partner.ids.shipment, document.shipment_number))
    outcome = Outcome(reference=document.shipment_number)
    held = known.entity(EntityKind.CARRIER_BOOKING, booking_id(document.scac, identity))
    moves = any(event.status.meaning in TAKEN for event in document.events)
    if moves and isinstance(held, CarrierBooking) and held.status is BookingStatus.TENDERED:
        outcome.entities.append(replace(held, status=BookingStatus.ACCEPTED, expires_at=None))
    seen: set[str] = set()
    for event in document.events:
        milestone_id = MilestoneId(
            f"{document.scac}:{identity}:{event.status.raw}:{event.reason.raw}:{event.at:%Y%m%d%H%M}"
        )
        outcome.code(milestone_id, event.status)
        outcome.code(milestone_id, event.reason)
        if milestone_id in seen:
            continue
        seen.add(milestone_id)
        outcome.entities.append(
            Milestone(
                milestone_id=milestone_id,
                shipment_id=identity,
                code=event.status.meaning,
                raw_code=event.status.raw,
                reason_code=event.reason.raw,
                happened_at=event.at,
                place_name=event.place,
                received_at=at,
            )
        )
    return outcome
