"""What an optimisation decides: which units leave from where and when, or who picks up what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from optimization.bounds import MAX_DAYS, MAX_UNITS, require_range, require_unique
from optimization.canonical import digest_of


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PlanLine:
    """Units of one line that leave a node on a day, as ordered or as a substitute SKU."""

    line_id: str
    node_id: str
    sku_id: str
    ship_day: int
    quantity: int

    def __post_init__(self) -> None:
        """Refuse to ship nothing."""
        require_range(self.quantity, 1, MAX_UNITS, f"plan line {self.line_id} quantity")


@dataclass(frozen=True, kw_only=True)
class ReallocationPlan:
    """Every unit that ships, in canonical order; what is not here is left unfilled."""

    lines: tuple[PlanLine, ...]

    def __post_init__(self) -> None:
        """Order the lines; refuse two rows for the same line, node, SKU and day."""
        object.__setattr__(self, "lines", tuple(sorted(self.lines)))
        require_unique(((p.line_id, p.node_id, p.sku_id, p.ship_day) for p in self.lines), "plan line")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON."""
        return digest_of(self)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Booking:
    """A shipment picked up by a service on a day."""

    shipment_id: str
    service_id: str
    pickup_day: int

    def __post_init__(self) -> None:
        """Refuse a day outside any horizon."""
        require_range(self.pickup_day, 0, MAX_DAYS, f"booking of {self.shipment_id} pickup_day")


@dataclass(frozen=True, kw_only=True)
class BookingPlan:
    """Every booked shipment, in canonical order; what is not here waits for the next wave."""

    bookings: tuple[Booking, ...]

    def __post_init__(self) -> None:
        """Order the bookings; refuse a shipment booked twice."""
        object.__setattr__(self, "bookings", tuple(sorted(self.bookings)))
        require_unique((booking.shipment_id for booking in self.bookings), "booking of")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON."""
        return digest_of(self)


Plan = ReallocationPlan | BookingPlan
