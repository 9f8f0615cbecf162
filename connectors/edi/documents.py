"""What documents say, whichever syntax they came in; each knows only what the document itself tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connectors.edi.codes import CodedFact


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A party with its address."""

    code: str = ""
    name: str = ""
    street: str = ""
    city: str = ""
    postcode: str = ""
    country: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAnswer:
    """What is said to (a part of) a line."""

    code: CodedFact
    quantity: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """A line: ``position`` as its order numbers it, ``item`` as the partner calls it."""

    position: int
    item: str
    quantity: int
    unit_price_cents: int = 0
    requested_at: datetime | None = None
    order_number: str = ""
    shipped_quantity: int | None = None
    answers: tuple[LineAnswer, ...] = ()
    code: CodedFact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrder:
    """An order of a customer (850, ORDERS)."""

    number: str
    ordered_at: datetime
    requested_at: datetime
    currency: str
    ship_to: Party
    lines: tuple[DocumentLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChangeRequest:
    """A customer changes or cancels an order (860)."""

    number: str
    at: datetime
    cancels: bool
    lines: tuple[DocumentLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAnswer:
    """What is confirmed of an order (855, ORDRSP): by a supplier to us, or by us to a customer."""

    number: str
    at: datetime
    due_at: datetime | None
    ship_to_code: str
    lines: tuple[DocumentLine, ...]
    ordered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipNotice:
    """A supplier says what it shipped (856, DESADV), or takes that back."""

    number: str
    at: datetime
    shipped_at: datetime
    eta_at: datetime | None
    withdrawn: bool
    ship_to_code: str
    lines: tuple[DocumentLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """An invoice (810, INVOIC)."""

    number: str
    at: datetime
    order_number: str
    shipment_number: str
    lines: tuple[DocumentLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReport:
    """What a node has (846, INVRPT): the lines' quantities are on hand."""

    at: datetime
    node_code: str
    lines: tuple[DocumentLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """More or fewer units of an item than the books said, and why."""

    item: str
    difference: int
    code: CodedFact


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAdjustment:
    """A warehouse corrects its books (947)."""

    number: str
    at: datetime
    node_code: str
    adjustments: tuple[Adjustment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseShipment:
    """A warehouse is told to ship (940), or says that it did (945)."""

    order_number: str
    shipment_number: str
    ship_from_code: str
    ship_to_code: str
    pickup_at: datetime | None
    window_end_at: datetime | None
    shipped_at: datetime | None
    scac: str
    weight_grams: int
    lines: tuple[DocumentLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockTransfer:
    """Goods move between warehouses: sent (943) or received (944, under its ``receipt_number``)."""

    number: str
    receipt_number: str
    at: datetime
    received: bool
    from_code: str
    to_code: str
    eta_at: datetime | None
    lines: tuple[DocumentLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """A load is offered to a carrier (204, IFTMIN), or taken back."""

    shipment_number: str
    scac: str
    at: datetime
    respond_by: datetime | None
    withdrawn: bool
    charge_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderAnswer:
    """A carrier takes a load or not (990)."""

    shipment_number: str
    scac: str
    at: datetime
    code: CodedFact


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEvent:
    """One thing that happened: status (1650) and reason (1651) as they came and as they read."""

    status: CodedFact
    reason: CodedFact
    at: datetime
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierStatus:
    """What happened to a shipment (214, IFTSTA)."""

    shipment_number: str
    scac: str
    events: tuple[StatusEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FreightBill:
    """What a carrier charges for a shipment (210)."""

    number: str
    shipment_number: str
    scac: str
    at: datetime
    charge_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequest:
    """Goods come back (180)."""

    number: str
    order_number: str
    at: datetime
    lines: tuple[DocumentLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a receiver signed for (RECADV)."""

    number: str
    shipment_number: str
    order_number: str
    at: datetime
    lines: tuple[DocumentLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAnswer:
    """What became of a set we sent: rejected with segment and code, or accepted."""

    set_id: str
    group_control: str
    set_control: str
    accepted: bool
    segment: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Answers to what we sent (997, 999, CONTRL)."""

    answers: tuple[SetAnswer, ...]


Document = (
    PurchaseOrder
    | OrderChangeRequest
    | OrderAnswer
    | ShipNotice
    | Bill
    | StockReport
    | StockAdjustment
    | WarehouseShipment
    | StockTransfer
    | Tender
    | TenderAnswer
    | CarrierStatus
    | FreightBill
    | ReturnRequest
    | Receipt
    | Acknowledgement
)
