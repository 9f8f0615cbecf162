"""Shipments, their milestones and the carrier bookings behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require_cents, require_quantity, require_text, require_utc
from domain.ids import (
    BookingId,
    CustomerId,
    ItemId,
    LineId,
    MilestoneId,
    NodeId,
    OrderId,
    ServiceId,
    ShipmentId,
)


class ShipmentStatus(StrEnum):
    """How far a shipment has come."""

    PLANNED = "planned"
    BOOKED = "booked"
    PACKED = "packed"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


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
    """Goods of one order leaving one node; late when ``eta_at`` is past ``window_end_at``."""

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

    def __post_init__(self) -> None:
        """Refuse negative weights and naive times."""
        require_text(self.shipment_id, "shipment_id")
        require_text(self.number, "shipment number")
        require_cents(self.freight_cost_cents, "freight_cost_cents")
        require_quantity(self.weight_grams, "weight_grams")
        for name in ("planned_pickup_at", "window_end_at", "eta_at"):
            require_utc(getattr(self, name), name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """Something that happened to a shipment; raw code kept beside the normalised one."""

    milestone_id: MilestoneId
    shipment_id: ShipmentId
    code: str
    raw_code: str
    reason_code: str
    happened_at: datetime
    place_name: str = ""

    def __post_init__(self) -> None:
        """Refuse a milestone without code or with a naive time."""
        require_text(self.milestone_id, "milestone_id")
        require_text(self.code, "milestone code")
        require_utc(self.happened_at, "happened_at")


class BookingStatus(StrEnum):
    """Where a tender stands."""

    TENDERED = "tendered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierBooking:
    """A carrier's promise to move a shipment."""

    booking_id: BookingId
    shipment_id: ShipmentId
    service_id: ServiceId
    scac: str
    status: BookingStatus
    booked_at: datetime
    cost_cents: int = 0

    def __post_init__(self) -> None:
        """Refuse a booking without carrier or with a naive time."""
        require_text(self.booking_id, "booking_id")
        require_text(self.scac, "scac")
        require_utc(self.booked_at, "booked_at")
        require_cents(self.cost_cents, "cost_cents")
