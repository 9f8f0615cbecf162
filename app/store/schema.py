"""All tables of the mirror, by entity kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.store import schema_fulfilment as fulfilment
from app.store import schema_masters as masters
from app.store import schema_orders as orders
from app.store import schema_service as service
from app.store import schema_signals as signals
from app.store.recommendations import RECOMMENDATION
from app.store.schema_base import MIRROR_METADATA
from app.store.schema_cases import EXCEPTION_CASE
from app.store.schema_incidents import ALSO_AFFECTED, CASE_ABOUT, INCIDENT, INCIDENT_MEMBER, INCIDENT_OVERRIDE
from app.store.schema_pegs import PEG_LATE, PEG_OFFER, PEG_SHORT
from app.store.schema_policy import LINE_PRIORITY, POLICY_IN_FORCE, SILENCE
from domain.ids import EntityKind

if TYPE_CHECKING:
    from sqlalchemy import Table

__all__ = [
    "ALSO_AFFECTED",
    "CASE_ABOUT",
    "CHILD_TABLES",
    "EXCEPTION_CASE",
    "INCIDENT",
    "INCIDENT_MEMBER",
    "INCIDENT_OVERRIDE",
    "LINE_PRIORITY",
    "MIRROR_METADATA",
    "PEG_LATE",
    "PEG_OFFER",
    "PEG_SHORT",
    "POLICY_IN_FORCE",
    "RECOMMENDATION",
    "SILENCE",
    "TABLES",
]

#: One table for each kind of record that sources give.
TABLES: dict[EntityKind, Table] = {
    EntityKind.NODE: masters.NODE,
    EntityKind.LANE: masters.LANE,
    EntityKind.CARRIER_SERVICE: masters.CARRIER_SERVICE,
    EntityKind.ITEM: masters.ITEM,
    EntityKind.CUSTOMER: masters.CUSTOMER,
    EntityKind.CONTRACT_PRICE: masters.CONTRACT_PRICE,
    EntityKind.SALES_ORDER: orders.SALES_ORDER,
    EntityKind.ORDER_LINE: orders.ORDER_LINE,
    EntityKind.INVENTORY_POSITION: orders.INVENTORY_POSITION,
    EntityKind.ALLOCATION: orders.ALLOCATION,
    EntityKind.INBOUND_SUPPLY: orders.INBOUND_SUPPLY,
    EntityKind.PICK_TASK: fulfilment.PICK_TASK,
    EntityKind.SHIPMENT: fulfilment.SHIPMENT,
    EntityKind.MILESTONE: fulfilment.MILESTONE,
    EntityKind.CARRIER_BOOKING: fulfilment.CARRIER_BOOKING,
    EntityKind.INVOICE: fulfilment.INVOICE,
    EntityKind.PROOF_OF_DELIVERY: fulfilment.PROOF_OF_DELIVERY,
    EntityKind.RETURN_AUTHORISATION: fulfilment.RETURN_AUTHORISATION,
    EntityKind.LOT: signals.LOT,
    EntityKind.CYCLE_COUNT: signals.CYCLE_COUNT,
    EntityKind.ROUTE_EVENT: signals.ROUTE_EVENT,
    EntityKind.ORDER_CHANGE: signals.ORDER_CHANGE,
    EntityKind.EDI_MESSAGE: signals.EDI_MESSAGE,
    EntityKind.CONTACT: service.CONTACT,
    EntityKind.SERVICE_CASE: service.SERVICE_CASE,
}

#: Lines inside a record: the child table and the column that names its parent.
CHILD_TABLES: dict[EntityKind, tuple[Table, str]] = {
    EntityKind.SHIPMENT: (fulfilment.SHIPMENT_LINE, "shipment_id"),
    EntityKind.INVOICE: (fulfilment.INVOICE_LINE, "invoice_id"),
    EntityKind.PROOF_OF_DELIVERY: (fulfilment.POD_LINE, "pod_id"),
}
