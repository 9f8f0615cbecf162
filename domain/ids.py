"""Typed identifiers: a customer can never be passed where a node is expected."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from domain.checks import require_text

SourceName = NewType("SourceName", str)
NodeId = NewType("NodeId", str)
ZoneId = NewType("ZoneId", str)
LaneId = NewType("LaneId", str)
ServiceId = NewType("ServiceId", str)
ItemId = NewType("ItemId", str)
CustomerId = NewType("CustomerId", str)
OrderId = NewType("OrderId", str)
LineId = NewType("LineId", str)
PositionId = NewType("PositionId", str)
AllocationId = NewType("AllocationId", str)
SupplyId = NewType("SupplyId", str)
TaskId = NewType("TaskId", str)
ShipmentId = NewType("ShipmentId", str)
MilestoneId = NewType("MilestoneId", str)
BookingId = NewType("BookingId", str)
InvoiceId = NewType("InvoiceId", str)
PodId = NewType("PodId", str)
RmaId = NewType("RmaId", str)
ContractId = NewType("ContractId", str)
LotId = NewType("LotId", str)
CountId = NewType("CountId", str)
EventId = NewType("EventId", str)
ChangeId = NewType("ChangeId", str)
MessageId = NewType("MessageId", str)
ContactId = NewType("ContactId", str)
ServiceCaseId = NewType("ServiceCaseId", str)
CaseId = NewType("CaseId", str)
IncidentId = NewType("IncidentId", str)
SilenceId = NewType("SilenceId", str)
UserId = NewType("UserId", str)


class EntityKind(StrEnum):
    """What records, cases and facts can be about.

    The kinds that sources report have a table each. The others name what has no record of its own:
    a bin is ``node|bin``, a wave ``node|wave``, a carrier its SCAC or ``SCAC|node``.
    """

    NODE = "node"
    LANE = "lane"
    CARRIER_SERVICE = "carrier_service"
    ITEM = "item"
    CUSTOMER = "customer"
    CONTRACT_PRICE = "contract_price"
    SALES_ORDER = "sales_order"
    ORDER_LINE = "order_line"
    INVENTORY_POSITION = "inventory_position"
    ALLOCATION = "allocation"
    INBOUND_SUPPLY = "inbound_supply"
    PICK_TASK = "pick_task"
    SHIPMENT = "shipment"
    MILESTONE = "milestone"
    CARRIER_BOOKING = "carrier_booking"
    INVOICE = "invoice"
    PROOF_OF_DELIVERY = "proof_of_delivery"
    RETURN_AUTHORISATION = "return_authorisation"
    LOT = "lot"
    CYCLE_COUNT = "cycle_count"
    ROUTE_EVENT = "route_event"
    ORDER_CHANGE = "order_change"
    EDI_MESSAGE = "edi_message"
    CONTACT = "contact"
    SERVICE_CASE = "service_case"
    FEED = "feed"
    QUARANTINED_RECORD = "quarantined_record"
    BIN = "bin"
    CARRIER = "carrier"
    SUPPLIER = "supplier"
    WAVE = "wave"
    POLICY_ROW = "policy_row"
    EXCEPTION_CASE = "exception_case"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class EntityRef:
    """Which record is meant: its kind and its id inside the tower."""

    kind: EntityKind
    entity_id: str

    def __post_init__(self) -> None:
        """Refuse an empty id."""
        require_text(self.entity_id, "entity_id")

    def __str__(self) -> str:
        """Short form for logs and subjects: ``kind/id``."""
        return f"{self.kind}/{self.entity_id}"
