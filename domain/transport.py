"""Shipments, their milestones, the carrier bookings behind them and what disturbs the routes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require, require_cents, require_quantity, require_text, require_utc
from domain.ids import (
    BookingId,
    CustomerId,
    EventId,
    ItemId,
    LineId,
    MilestoneId,
    NodeId,
    OrderId,
    ServiceId,
    ShipmentId,
    ZoneId,
)


class ShipmentStatus(StrEnum):
    """How far a shipment has come."""

    PLANNED = "planned"
    BOOKED = "booked"
    PACKED = "packed"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class DocumentStatus(StrEnum):
    """Whether the papers of a shipment were made."""

    NONE = "none"
    GENERATED = "generated"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentLine:
    """Units of an order line inside a shipment."""

    line_id: LineId
    item_id: ItemId
    quantity: int

    def __post_init__(self) -> None:
        """Refuse a negative quantity."""
        require_quantity(self.quantity, "quantity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Goods of one order leaving one node; late when ``eta_at`` is past ``window_end_at``.

    ``zone_id`` is where it goes; ``quote_cents`` what the freight was quoted at.
    """

    shipment_id: ShipmentId
    number: str
    order_id: OrderId
    customer_id: CustomerId
    origin_node_id: NodeId
    status: ShipmentStatus
    planned_pickup_at: datetime
    window_end_at: datetime
    eta_at: datetime | None
    lines: tuple[ShipmentLine, ...]
    service_id: ServiceId | None = None
    scac: str = ""
    freight_cost_cents: int = 0
    weight_grams: int = 0
    document_status: DocumentStatus = DocumentStatus.NONE
    document_error: str = ""
    quote_cents: int | None = None
    claim_filed: bool = False
    zone_id: str = ""
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse negative weights and naive times."""
        require_text(self.shipment_id, "shipment_id")
        require_text(self.number, "shipment number")
        require_cents(self.freight_cost_cents, "freight_cost_cents")
        require_quantity(self.weight_grams, "weight_grams")
        if self.quote_cents is not None:
            require_quantity(self.quote_cents, "quote_cents")
        for name in ("planned_pickup_at", "window_end_at", "eta_at", "shipped_at", "delivered_at"):
            require_utc(getattr(self, name), name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """Something that happened to a shipment; raw code kept beside the normalised one.

    ``corrects_id`` names the milestone that this one corrects and that no longer counts;
    ``received_at`` is when the message came, ``happened_at`` when it happened.
    """

    milestone_id: MilestoneId
    shipment_id: ShipmentId
    code: str
    raw_code: str
    reason_code: str
    happened_at: datetime
    place_name: str = ""
    corrects_id: str = ""
    received_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a milestone without code or with a naive time."""
        require_text(self.milestone_id, "milestone_id")
        require_text(self.code, "milestone code")
        require(self.corrects_id != self.milestone_id, "the milestone corrects itself.")
        require_utc(self.happened_at, "happened_at")
        require_utc(self.received_at, "received_at")


class BookingStatus(StrEnum):
    """Where a tender stands."""

    TENDERED = "tendered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierBooking:
    """A carrier's promise to move a shipment; a tender lapses at ``expires_at``."""

    booking_id: BookingId
    shipment_id: ShipmentId
    service_id: ServiceId
    scac: str
    status: BookingStatus
    booked_at: datetime
    cost_cents: int = 0
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a booking without carrier or with a naive time."""
        require_text(self.booking_id, "booking_id")
        require_text(self.scac, "scac")
        require_utc(self.booked_at, "booked_at")
        require_utc(self.expires_at, "expires_at")
        require_cents(self.cost_cents, "cost_cents")


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteEvent:
    """A disturbance of the network (weather, strike, closed port) at nodes and zones, for a time."""

    event_id: EventId
    reason_code: str
    title: str
    node_ids: tuple[NodeId, ...]
    zone_ids: tuple[ZoneId, ...]
    starts_at: datetime
    ends_at: datetime | None

    def __post_init__(self) -> None:
        """Refuse an event without id, one that ends before it starts, or a naive time."""
        require_text(self.event_id, "event_id")
        require_utc(self.starts_at, "starts_at")
        require_utc(self.ends_at, "ends_at")
        require(self.ends_at is None or self.ends_at >= self.starts_at, "the event ends before it starts.")
