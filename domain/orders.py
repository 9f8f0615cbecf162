"""Sales orders and their lines, with requested and promised dates kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require, require_cents, require_quantity, require_text, require_utc
from domain.ids import CustomerId, ItemId, LineId, NodeId, OrderId


class OrderStatus(StrEnum):
    """How far an order has come."""

    ENTERED = "entered"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    SHIPPED = "shipped"
    INVOICED = "invoiced"
    CANCELLED = "cancelled"


class CreditStatus(StrEnum):
    """What credit management said of an order."""

    CLEAR = "clear"
    HOLD = "hold"
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipTo:
    """Where an order goes; empty fields are facts too (OE-INCOMPLETE looks at them)."""

    name: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    contact: str = ""

    def missing(self, required: tuple[str, ...]) -> tuple[str, ...]:
        """The names out of ``required`` whose field here is blank, in the order given."""
        return tuple(name for name in required if not str(getattr(self, name, "")).strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesOrder:
    """An order header."""

    order_id: OrderId
    number: str
    customer_id: CustomerId
    status: OrderStatus
    credit_status: CreditStatus
    ordered_at: datetime
    requested_at: datetime
    promised_at: datetime
    ship_to: ShipTo
    ship_from_node_id: NodeId | None = None
    channel: str = "edi"
    currency: str = "USD"
    total_cents: int = 0

    def __post_init__(self) -> None:
        """Refuse an order without id or with naive times."""
        require_text(self.order_id, "order_id")
        require_text(self.number, "order number")
        require_cents(self.total_cents, "total_cents")
        for name in ("ordered_at", "requested_at", "promised_at"):
            require_utc(getattr(self, name), name)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One item of an order; ``node_id`` is where the part not yet allocated is planned to ship from."""

    line_id: LineId
    order_id: OrderId
    position: int
    item_id: ItemId
    ordered_quantity: int
    shipped_quantity: int
    unit_price_cents: int
    requested_at: datetime
    promised_at: datetime
    node_id: NodeId | None = None
    cancelled: bool = False

    def __post_init__(self) -> None:
        """Refuse negative quantities, prices and naive times."""
        require_text(self.line_id, "line_id")
        require_quantity(self.ordered_quantity, "ordered_quantity")
        require_quantity(self.shipped_quantity, "shipped_quantity")
        require(self.unit_price_cents >= 0, "unit_price_cents is below zero.")
        require_utc(self.requested_at, "requested_at")
        require_utc(self.promised_at, "promised_at")

    @property
    def open_quantity(self) -> int:
        """Units still to ship; never negative, and zero once cancelled."""
        return 0 if self.cancelled else max(0, self.ordered_quantity - self.shipped_quantity)

    @property
    def value_cents(self) -> int:
        """Ordered quantity times unit price."""
        return self.ordered_quantity * self.unit_price_cents
