"""Sales orders and their lines, with requested and promised dates kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require, require_cents, require_quantity, require_text, require_utc
from domain.ids import ChangeId, CustomerId, ItemId, LineId, NodeId, OrderId


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


class ScreeningStatus(StrEnum):
    """What trade-compliance screening said of an order."""

    NONE = "none"
    HIT = "hit"
    CLEARED = "cleared"


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
    """An order header.

    ``status_at`` is when the order came to its status; ``reviewed`` that a person looked at it for fraud
    or as a duplicate and let it pass.
    """

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
    customer_po: str = ""
    status_at: datetime | None = None
    screening: ScreeningStatus = ScreeningStatus.NONE
    licence_number: str = ""
    ship_to_is_new: bool = False
    payment_changed: bool = False
    contact_changed: bool = False
    reviewed: bool = False
    billing_block: str = ""

    def __post_init__(self) -> None:
        """Refuse an order without id or with naive times."""
        require_text(self.order_id, "order_id")
        require_text(self.number, "order number")
        require_cents(self.total_cents, "total_cents")
        for name in ("ordered_at", "requested_at", "promised_at", "status_at"):
            require_utc(getattr(self, name), name)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One item of an order; ``node_id`` is where the part not yet allocated is planned to ship from.

    ``quantity_confirmed`` and ``price_approved`` say that an unusual quantity or a price off the
    agreement was meant.
    """

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
    quantity_confirmed: bool = False
    price_approved: bool = False

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


class OrderChangeKind(StrEnum):
    """What the customer asks for."""

    CHANGE = "change"
    CANCEL = "cancel"


class OrderChangeStatus(StrEnum):
    """What became of a change request."""

    OPEN = "open"
    APPLIED = "applied"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """A customer's request to change or cancel an order, or one line of it."""

    change_id: ChangeId
    order_id: OrderId
    line_id: LineId | None
    change: OrderChangeKind
    new_quantity: int | None
    requested_at: datetime
    status: OrderChangeStatus

    def __post_init__(self) -> None:
        """Refuse a request without id, with a negative quantity or a naive time."""
        require_text(self.change_id, "change_id")
        if self.new_quantity is not None:
            require_quantity(self.new_quantity, "new_quantity")
        require_utc(self.requested_at, "requested_at")
