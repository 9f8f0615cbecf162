"""What moves: picks, shipments, their tenders and what happens on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.world.stock import Part
from connectors.world.things import Line, Order
from domain.ids import BookingId, EventId, MilestoneId, NodeId, ShipmentId, TaskId, ZoneId
from domain.network import CarrierService
from domain.transport import (
    BookingStatus,
    CarrierBooking,
    DocumentStatus,
    Milestone,
    RouteEvent,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from domain.warehouse import PickQuality, PickStatus, PickTask

if TYPE_CHECKING:
    from connectors.world.papers import SignedReceipt


@dataclass(slots=True, eq=False)
class Pick:
    """A pick task for one part; ``started_at`` and ``finished_at`` are when a picker came and went."""

    task_id: TaskId
    part: Part
    shipment: Consignment
    bin_code: str
    requested: int
    due_at: datetime
    updated_at: datetime
    released_at: datetime
    wave_id: str
    work_minutes: int
    picked: int = 0
    status: PickStatus = PickStatus.RELEASED
    quality: PickQuality = PickQuality.NONE
    reason_code: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None

    def show(self) -> PickTask:
        """As the WMS shows it."""
        line = self.part.line
        return PickTask(
            task_id=self.task_id,
            order_id=line.order.order_id,
            line_id=line.line_id,
            item_id=line.item.item_id,
            node_id=self.part.node_id,
            bin_code=self.bin_code,
            requested_quantity=self.requested,
            picked_quantity=self.picked,
            status=self.status,
            due_at=self.due_at,
            updated_at=self.updated_at,
            wave_id=self.wave_id,
            released_at=self.released_at,
            work_minutes=self.work_minutes,
            quality=self.quality,
            reason_code=self.reason_code,
        )


@dataclass(slots=True, eq=False)
class Booking:
    """A tender of a shipment to a carrier, and what the carrier said."""

    booking_id: BookingId
    shipment: Consignment
    service: CarrierService
    booked_at: datetime
    cost_cents: int
    expires_at: datetime
    status: BookingStatus = BookingStatus.TENDERED
    answered_at: datetime | None = None

    def show(self) -> CarrierBooking:
        """As the TMS shows it."""
        return CarrierBooking(
            booking_id=self.booking_id,
            shipment_id=self.shipment.shipment_id,
            service_id=self.service.service_id,
            scac=self.service.scac,
            status=self.status,
            booked_at=self.booked_at,
            cost_cents=self.cost_cents,
            expires_at=self.expires_at,
        )


@dataclass(slots=True, eq=False)
class Event:
    """Something that happened to a shipment; ``said_at`` is the time the carrier put on it.

    ``shipment_id`` differs from the shipment's own when the carrier wrote it wrong.
    """

    milestone_id: MilestoneId
    shipment: Consignment
    shipment_id: ShipmentId
    code: str
    raw_code: str
    reason_code: str
    happened_at: datetime
    said_at: datetime
    received_at: datetime
    place_name: str
    corrects_id: str = ""
    is_off_by_disruption: bool = False

    def show(self) -> Milestone:
        """As the TMS shows it."""
        return Milestone(
            milestone_id=self.milestone_id,
            shipment_id=self.shipment_id,
            code=self.code,
            raw_code=self.raw_code,
            reason_code=self.reason_code,
            happened_at=self.said_at,
            place_name=self.place_name,
            corrects_id=self.corrects_id,
            received_at=self.received_at,
        )


@dataclass(slots=True, eq=False)
class Consignment:
    """A shipment: parts of one order leaving one node with one carrier service.

    ``eta_at`` is what the TMS says; ``hours_left`` what is really left of the way once it has left.
    """

    shipment_id: ShipmentId
    order: Order
    node_id: NodeId
    zone_id: ZoneId
    contents: list[tuple[Line, int]]
    parts: list[Part]
    service: CarrierService
    planned_at: datetime
    pickup_at: datetime
    eta_at: datetime
    window_end_at: datetime
    weight_grams: int
    cost_cents: int
    quote_cents: int
    status: ShipmentStatus = ShipmentStatus.PLANNED
    picks: list[Pick] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    receipt: SignedReceipt | None = None
    document_status: DocumentStatus = DocumentStatus.NONE
    document_error: str = ""
    claim_filed: bool = False
    accepted_at: datetime | None = None
    packed_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    hours_left: float = 0.0
    steps: int = 0
    was_refused: bool = False
    lots: list[tuple[Line, str]] = field(default_factory=list)

    def show(self) -> Shipment:
        """As the TMS shows it."""
        return Shipment(
            shipment_id=self.shipment_id,
            number=self.shipment_id,
            order_id=self.order.order_id,
            customer_id=self.order.customer.customer_id,
            origin_node_id=self.node_id,
            status=self.status,
            planned_pickup_at=self.pickup_at,
            window_end_at=self.window_end_at,
            eta_at=self.eta_at,
            lines=tuple(
                ShipmentLine(line_id=line.line_id, item_id=line.item.item_id, quantity=quantity)
                for line, quantity in self.contents
            ),
            service_id=self.service.service_id,
            scac=self.service.scac,
            freight_cost_cents=self.cost_cents,
            weight_grams=self.weight_grams,
            document_status=self.document_status,
            document_error=self.document_error,
            quote_cents=self.quote_cents,
            claim_filed=self.claim_filed,
            zone_id=self.zone_id,
            shipped_at=self.shipped_at,
            delivered_at=self.delivered_at,
        )


@dataclass(slots=True, eq=False)
class Disturbance:
    """Weather or a closed road: into ``zone_ids`` nothing moves until ``ends_at``, once that is known."""

    event_id: EventId
    reason_code: str
    title: str
    zone_ids: tuple[ZoneId, ...]
    starts_at: datetime
    ends_at: datetime | None = None

    def show(self) -> RouteEvent:
        """As the TMS shows it."""
        return RouteEvent(
            event_id=self.event_id,
            reason_code=self.reason_code,
            title=self.title,
            node_ids=(),
            zone_ids=self.zone_ids,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
        )
