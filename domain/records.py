"""An entity as a source reported it: who said it, which version, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.billing import Invoice, ProofOfDelivery
from domain.checks import require, require_text, require_utc
from domain.customer_service import Contact, ServiceCase
from domain.customers import Customer
from domain.edi import EdiMessage
from domain.ids import EntityKind, EntityRef, SourceName
from domain.inventory import Allocation, InboundSupply, InventoryPosition, Lot
from domain.items import ContractPrice, Item
from domain.network import CarrierService, Lane, Node
from domain.orders import OrderChange, OrderLine, SalesOrder
from domain.returns import ReturnAuthorisation
from domain.transport import CarrierBooking, Milestone, RouteEvent, Shipment
from domain.warehouse import CycleCount, PickTask

Entity = (
    Node
    | Lane
    | CarrierService
    | Item
    | Customer
    | ContractPrice
    | SalesOrder
    | OrderLine
    | InventoryPosition
    | Allocation
    | InboundSupply
    | PickTask
    | Shipment
    | Milestone
    | CarrierBooking
    | Invoice
    | ProofOfDelivery
    | ReturnAuthorisation
    | Lot
    | CycleCount
    | RouteEvent
    | OrderChange
    | EdiMessage
    | Contact
    | ServiceCase
)

TYPE_OF_KIND: dict[EntityKind, type[Entity]] = {
    EntityKind.NODE: Node,
    EntityKind.LANE: Lane,
    EntityKind.CARRIER_SERVICE: CarrierService,
    EntityKind.ITEM: Item,
    EntityKind.CUSTOMER: Customer,
    EntityKind.CONTRACT_PRICE: ContractPrice,
    EntityKind.SALES_ORDER: SalesOrder,
    EntityKind.ORDER_LINE: OrderLine,
    EntityKind.INVENTORY_POSITION: InventoryPosition,
    EntityKind.ALLOCATION: Allocation,
    EntityKind.INBOUND_SUPPLY: InboundSupply,
    EntityKind.PICK_TASK: PickTask,
    EntityKind.SHIPMENT: Shipment,
    EntityKind.MILESTONE: Milestone,
    EntityKind.CARRIER_BOOKING: CarrierBooking,
    EntityKind.INVOICE: Invoice,
    EntityKind.PROOF_OF_DELIVERY: ProofOfDelivery,
    EntityKind.RETURN_AUTHORISATION: ReturnAuthorisation,
    EntityKind.LOT: Lot,
    EntityKind.CYCLE_COUNT: CycleCount,
    EntityKind.ROUTE_EVENT: RouteEvent,
    EntityKind.ORDER_CHANGE: OrderChange,
    EntityKind.EDI_MESSAGE: EdiMessage,
    EntityKind.CONTACT: Contact,
    EntityKind.SERVICE_CASE: ServiceCase,
}

_KIND_OF_TYPE: dict[type[Entity], EntityKind] = {kept: kind for kind, kept in TYPE_OF_KIND.items()}

_ID_FIELD: dict[type[Entity], str] = {
    Node: "node_id",
    Lane: "lane_id",
    CarrierService: "service_id",
    Item: "item_id",
    Customer: "customer_id",
    ContractPrice: "contract_id",
    SalesOrder: "order_id",
    OrderLine: "line_id",
    InventoryPosition: "position_id",
    Allocation: "allocation_id",
    InboundSupply: "supply_id",
    PickTask: "task_id",
    Shipment: "shipment_id",
    Milestone: "milestone_id",
    CarrierBooking: "booking_id",
    Invoice: "invoice_id",
    ProofOfDelivery: "pod_id",
    ReturnAuthorisation: "rma_id",
    Lot: "lot_id",
    CycleCount: "count_id",
    RouteEvent: "event_id",
    OrderChange: "change_id",
    EdiMessage: "message_id",
    Contact: "contact_id",
    ServiceCase: "service_case_id",
}


def kind_of(entity: Entity) -> EntityKind:
    """Which kind an entity is of."""
    return _KIND_OF_TYPE[type(entity)]


def ref_of(entity: Entity) -> EntityRef:
    """The reference of an entity."""
    return EntityRef(kind=kind_of(entity), entity_id=str(getattr(entity, _ID_FIELD[type(entity)])))


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """One entity as ``source`` gave it.

    ``version`` is opaque and grows with every change in the source (compared as text only for
    equality); ``stamp`` orders versions of one record: the higher one wins, so that replays and
    re-ordered pages are harmless. ``observed_at`` is when the source says it was so.
    """

    source: SourceName
    entity: Entity
    version: str
    stamp: int
    observed_at: datetime

    def __post_init__(self) -> None:
        """Refuse a record without version or with a naive time."""
        require_text(self.source, "source")
        require_text(self.version, "version")
        require(self.stamp >= 0, "stamp is below zero.")
        require_utc(self.observed_at, "observed_at")

    @property
    def ref(self) -> EntityRef:
        """The reference of the entity inside."""
        return ref_of(self.entity)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedRecord:
    """A record its source no longer has."""

    source: SourceName
    ref: EntityRef
    stamp: int
    observed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRecord:
    """A record that could not be understood: kept raw, so that nothing is lost and it can be retried."""

    source: SourceName
    stream: str
    external_id: str
    code: str
    message: str
    raw: bytes
    observed_at: datetime
