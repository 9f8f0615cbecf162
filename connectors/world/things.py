"""The world's own moving things, and how each is shown as a domain value.

They are mutable on purpose: while nobody reads, a change costs almost nothing; the frozen domain
value is built only when a reader asks for the record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from domain.customers import Customer
from domain.ids import (
    AllocationId,
    BookingId,
    LineId,
    MilestoneId,
    NodeId,
    OrderId,
    PositionId,
    ShipmentId,
    SupplyId,
    TaskId,
)
from domain.inventory import Allocation, AllocationStatus, InboundSupply, InventoryPosition, SupplyKind
from domain.items import Item
from domain.network import CarrierService
from domain.orders import CreditStatus, OrderLine, OrderStatus, SalesOrder, ShipTo
from domain.transport import (
    BookingStatus,
    CarrierBooking,
    Milestone,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from domain.warehouse import PickStatus, PickTask

if TYPE_CHECKING:
    from connectors.world.papers import Bill, GoodsReturn, SignedReceipt


@dataclass(slots=True, eq=False)
class StockPosition:
    """Units of an item at a node and the open parts that claim them; ``reserved`` units are bound already."""

    item: Item
    node_id: NodeId
    on_hand: int
    safety: int
    reserved: int = 0
    claims: dict[AllocationId, Part] = field(default_factory=dict)
    is_tight: bool = False

    @property
    def position_id(self) -> PositionId:
        """The id, made of item and node."""
        return PositionId(f"{self.item.item_id}@{self.node_id}")

    @property
    def spare(self) -> int:
        """Units a new order may count on: no line has a claim on them, and the safety stock is left."""
        return self.on_hand - self.safety - sum(part.quantity for part in self.claims.values())

    @property
    def offered(self) -> int:
        """Units another node's line may have: as ``spare``, but orders not yet confirmed do not count."""
        firm = sum(part.quantity for part in self.claims.values() if part.is_firm)
        return self.on_hand - self.safety - firm

    @property
    def free_to_reserve(self) -> int:
        """Units that can be bound to a line now; for lines already here the safety stock is used up."""
        return self.on_hand - self.reserved

    def show(self) -> InventoryPosition:
        """As the WMS shows it."""
        return InventoryPosition(
            position_id=self.position_id,
            item_id=self.item.item_id,
            node_id=self.node_id,
            on_hand_quantity=self.on_hand,
            safety_stock_quantity=self.safety,
        )


@dataclass(slots=True, eq=False)
class Part:
    """Open units of a line that ship from one node."""

    allocation_id: AllocationId
    line: Line
    node_id: NodeId
    quantity: int
    reserved: bool = False
    shipment: Consignment | None = None

    @property
    def is_firm(self) -> bool:
        """Whether stock is bound to it, or will be as soon as its time comes."""
        return self.reserved or self.line.order.is_firm

    def show(self) -> Allocation:
        """As the WMS shows it."""
        return Allocation(
            allocation_id=self.allocation_id,
            line_id=self.line.line_id,
            item_id=self.line.item.item_id,
            node_id=self.node_id,
            quantity=self.quantity,
            status=AllocationStatus.RESERVED if self.reserved else AllocationStatus.PLANNED,
        )


@dataclass(slots=True, eq=False)
class Line:
    """An order line and the parts it ships in."""

    line_id: LineId
    order: Order
    position: int
    item: Item
    quantity: int
    price_cents: int
    node_id: NodeId
    shipped: int = 0
    parts: list[Part] = field(default_factory=list)
    parts_made: int = 0

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
        )


@dataclass(slots=True, eq=False)
class Order:
    """A sales order; it does not move while ``blocks`` names something wrong with it."""

    order_id: OrderId
    customer: Customer
    ordered_at: datetime
    requested_at: datetime
    promised_at: datetime
    release_at: datetime
    ship_to: ShipTo
    node_id: NodeId
    channel: str
    status: OrderStatus = OrderStatus.ENTERED
    credit: CreditStatus = CreditStatus.CLEAR
    lines: list[Line] = field(default_factory=list)
    blocks: set[str] = field(default_factory=set)
    shipments: list[Consignment] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    returns: list[GoodsReturn] = field(default_factory=list)
    retry_at: datetime | None = None

    @property
    def is_firm(self) -> bool:
        """Whether the order is confirmed, not shipped in full and not on credit hold."""
        is_going_on = self.status in {OrderStatus.CONFIRMED, OrderStatus.RELEASED}
        return is_going_on and self.credit is not CreditStatus.HOLD

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
            total_cents=sum(line.quantity * line.price_cents for line in self.lines),
        )


@dataclass(slots=True, eq=False)
class Supply:
    """Inbound goods; ``is_portal`` when the supplier portal and not the ERP knows their dates."""

    supply_id: SupplyId
    kind: SupplyKind
    position: StockPosition
    ordered: int
    due_at: datetime
    eta_at: datetime
    supplier: str
    is_portal: bool
    received: int = 0

    def show(self) -> InboundSupply:
        """As the ERP or the portal shows it."""
        return InboundSupply(
            supply_id=self.supply_id,
            number=self.supply_id.rsplit("-", 1)[0],
            kind=self.kind,
            item_id=self.position.item.item_id,
            node_id=self.position.node_id,
            ordered_quantity=self.ordered,
            received_quantity=self.received,
            due_at=self.due_at,
            eta_at=self.eta_at,
            supplier_name=self.supplier,
        )


@dataclass(slots=True, eq=False)
class Pick:
    """A pick task for one part."""

    task_id: TaskId
    part: Part
    bin_code: str
    requested: int
    due_at: datetime
    updated_at: datetime
    picked: int = 0
    status: PickStatus = PickStatus.RELEASED

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
        )


@dataclass(slots=True, eq=False)
class Booking:
    """A carrier's promise to move a shipment."""

    booking_id: BookingId
    shipment: Consignment
    service: CarrierService
    booked_at: datetime
    cost_cents: int
    status: BookingStatus = BookingStatus.TENDERED

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
        )


@dataclass(slots=True, eq=False)
class Event:
    """Something that happened to a shipment."""

    milestone_id: MilestoneId
    shipment: Consignment
    code: str
    raw_code: str
    reason_code: str
    happened_at: datetime
    place_name: str

    def show(self) -> Milestone:
        """As the TMS shows it."""
        return Milestone(
            milestone_id=self.milestone_id,
            shipment_id=self.shipment.shipment_id,
            code=self.code,
            raw_code=self.raw_code,
            reason_code=self.reason_code,
            happened_at=self.happened_at,
            place_name=self.place_name,
        )


@dataclass(slots=True, eq=False)
class Consignment:
    """A shipment: parts of one order leaving one node with one carrier service."""

    shipment_id: ShipmentId
    serial: int
    order: Order
    node_id: NodeId
    contents: list[tuple[Line, int]]
    parts: list[Part]
    service: CarrierService
    pickup_at: datetime
    eta_at: datetime
    window_end_at: datetime
    weight_grams: int
    cost_cents: int
    status: ShipmentStatus = ShipmentStatus.PLANNED
    picks: list[Pick] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    receipt: SignedReceipt | None = None

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
        )
