"""Orders as the world keeps them, and how each is shown as a domain value.

The world's things are mutable on purpose: while nobody reads, a change costs almost nothing; the frozen
domain value is built only when a reader asks for the record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from domain.customers import Customer
from domain.edi import EdiMessage, EdiStatus
from domain.ids import ChangeId, LineId, MessageId, NodeId, OrderId
from domain.items import Item
from domain.orders import (
    CreditStatus,
    OrderChange,
    OrderChangeKind,
    OrderChangeStatus,
    OrderLine,
    OrderStatus,
    SalesOrder,
    ScreeningStatus,
    ShipTo,
)
from domain.transport import ShipmentStatus

if TYPE_CHECKING:
    from connectors.world.loads import Consignment
    from connectors.world.papers import Bill, GoodsReturn
    from connectors.world.stock import Part

GOING_ON = frozenset({OrderStatus.CONFIRMED, OrderStatus.RELEASED})
NOT_RELEASED = frozenset({OrderStatus.ENTERED, OrderStatus.CONFIRMED})


@dataclass(slots=True, eq=False)
class Line:
    """An order line and the parts it ships in; ``shipped`` is what the ERP was told of."""

    line_id: LineId
    order: Order
    position: int
    item: Item
    quantity: int
    price_cents: int
    node_id: NodeId
    agreed_cents: int
    shipped: int = 0
    parts: list[Part] = field(default_factory=list)
    parts_made: dict[NodeId, int] = field(default_factory=dict)
    cancelled: bool = False
    quantity_confirmed: bool = False
    price_approved: bool = False

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is left to ship."""
        return self.cancelled or self.shipped >= self.quantity

    def show(self) -> OrderLine:
        """As the ERP shows it."""
        return OrderLine(
            line_id=self.line_id,
            order_id=self.order.order_id,
            position=self.position,
            item_id=self.item.item_id,
            ordered_quantity=self.quantity,
            shipped_quantity=self.shipped,
            unit_price_cents=self.price_cents,
            requested_at=self.order.requested_at,
            promised_at=self.order.promised_at,
            node_id=self.node_id,
            cancelled=self.cancelled,
            quantity_confirmed=self.quantity_confirmed,
            price_approved=self.price_approved,
        )


@dataclass(slots=True, eq=False)
class Order:
    """A sales order; it does not move while ``blocks`` names something wrong with it.

    ``reached`` tells when it first came to each status. ``because_of`` names the disruption that made
    the order; ordinary demand leaves it blank. ``odd_line`` is the position of a line whose quantity is a
    slip of the finger.
    """

    order_id: OrderId
    customer: Customer
    customer_number: int
    customer_po: str
    ordered_at: datetime
    requested_at: datetime
    promised_at: datetime
    release_at: datetime
    ship_to: ShipTo
    node_id: NodeId
    channel: str
    because_of: str = ""
    odd_line: int = 0
    is_promised_too_early: bool = False
    is_due: bool = False
    status: OrderStatus = OrderStatus.ENTERED
    reached: dict[OrderStatus, datetime] = field(default_factory=dict)
    status_at: datetime | None = None
    credit: CreditStatus = CreditStatus.CLEAR
    screening: ScreeningStatus = ScreeningStatus.NONE
    licence_number: str = ""
    ship_to_is_new: bool = False
    payment_changed: bool = False
    contact_changed: bool = False
    reviewed: bool = False
    billing_block: str = ""
    lines: list[Line] = field(default_factory=list)
    blocks: set[str] = field(default_factory=set)
    shipments: list[Consignment] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    returns: list[GoodsReturn] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    @property
    def is_firm(self) -> bool:
        """Whether the order is confirmed, not shipped in full and not on credit hold."""
        return self.status in GOING_ON and self.credit is not CreditStatus.HOLD

    @property
    def live_shipments(self) -> list[Consignment]:
        """Its shipments that were not called off."""
        return [kept for kept in self.shipments if kept.status is not ShipmentStatus.CANCELLED]

    def move_to(self, status: OrderStatus, at: datetime) -> None:
        """Bring it to a status."""
        self.status = status
        self.status_at = at
        self.reached.setdefault(status, at)

    def show(self) -> SalesOrder:
        """As the ERP shows it."""
        return SalesOrder(
            order_id=self.order_id,
            number=self.order_id,
            customer_id=self.customer.customer_id,
            status=self.status,
            credit_status=self.credit,
            ordered_at=self.ordered_at,
            requested_at=self.requested_at,
            promised_at=self.promised_at,
            ship_to=self.ship_to,
            ship_from_node_id=self.node_id,
            channel=self.channel,
            total_cents=sum(line.quantity * line.price_cents for line in self.lines if not line.cancelled),
            customer_po=self.customer_po,
            status_at=self.status_at,
            screening=self.screening,
            licence_number=self.licence_number,
            ship_to_is_new=self.ship_to_is_new,
            payment_changed=self.payment_changed,
            contact_changed=self.contact_changed,
            reviewed=self.reviewed,
            billing_block=self.billing_block,
        )


@dataclass(slots=True, eq=False)
class Change:
    """A customer's request to change an order (EDI 860)."""

    change_id: ChangeId
    order: Order
    line: Line | None
    change: OrderChangeKind
    new_quantity: int | None
    requested_at: datetime
    status: OrderChangeStatus = OrderChangeStatus.OPEN
    closed_at: datetime | None = None

    def show(self) -> OrderChange:
        """As the ERP shows it."""
        return OrderChange(
            change_id=self.change_id,
            order_id=self.order.order_id,
            line_id=None if self.line is None else self.line.line_id,
            change=self.change,
            new_quantity=self.new_quantity,
            requested_at=self.requested_at,
            status=self.status,
        )


@dataclass(slots=True, eq=False)
class Message:
    """An EDI message that brought an order, or would have."""

    message_id: MessageId
    partner: str
    transaction_set: str
    reference: str
    received_at: datetime
    order: Order | None
    status: EdiStatus = EdiStatus.ACCEPTED
    segment: str = ""
    error_code: str = ""

    def show(self) -> EdiMessage:
        """As the EDI translator shows it."""
        return EdiMessage(
            message_id=self.message_id,
            partner=self.partner,
            transaction_set=self.transaction_set,
            reference=self.reference,
            status=self.status,
            segment=self.segment,
            error_code=self.error_code,
            received_at=self.received_at,
            order_id=None if self.order is None else self.order.order_id,
        )
