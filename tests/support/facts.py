"""A small distributor as values: factories of entities, with only what a test cares about to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.billing import Invoice, InvoiceLine, InvoiceStatus, PodCondition, PodLine, ProofOfDelivery
from domain.edi import EdiMessage, EdiStatus
from domain.ids import (
    AllocationId,
    BookingId,
    ChangeId,
    ContractId,
    CountId,
    CustomerId,
    EventId,
    InvoiceId,
    ItemId,
    LineId,
    LotId,
    MessageId,
    MilestoneId,
    NodeId,
    OrderId,
    PodId,
    PositionId,
    RmaId,
    ServiceId,
    ShipmentId,
    SourceName,
    SupplyId,
    TaskId,
    ZoneId,
)
from domain.inventory import (
    Allocation,
    AllocationStatus,
    InboundSupply,
    InventoryPosition,
    Lot,
    LotQuality,
    SupplyKind,
)
from domain.items import ContractPrice
from domain.orders import (
    CreditStatus,
    OrderChange,
    OrderChangeKind,
    OrderChangeStatus,
    OrderLine,
    OrderStatus,
    SalesOrder,
    ShipTo,
)
from domain.records import Entity, SourceRecord
from domain.returns import ReturnAuthorisation, RmaStatus
from domain.transport import (
    BookingStatus,
    CarrierBooking,
    Milestone,
    RouteEvent,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from domain.warehouse import CycleCount, PickStatus, PickTask
from tests.support.facts_masters import carrier_service, customer, item, lane, node
from tests.support.facts_service import contact, service_case

#: Taken from the other files of this small distributor, so that tests need one import only.
__all__ = ["carrier_service", "contact", "customer", "item", "lane", "node", "service_case"]

#: A Sunday noon; promises of the factories are two days later.
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PROMISED = NOW + 2 * DAY
ERP = SourceName("erp")


def record(
    entity: Entity, *, stamp: int = 1, source: SourceName = ERP, observed_at: datetime = NOW
) -> SourceRecord:
    """An entity as the ERP gives it at a stamp."""
    return SourceRecord(
        source=source, entity=entity, version=f"v{stamp}", stamp=stamp, observed_at=observed_at
    )


def contract_price(unit_price_cents: int = 1_000, **changes: Any) -> ContractPrice:
    made = ContractPrice(
        contract_id=ContractId("P1"),
        customer_id=CustomerId("C1"),
        item_id=ItemId("I1"),
        unit_price_cents=unit_price_cents,
        valid_from=NOW - 100 * DAY,
    )
    return replace(made, **changes)


SHIP_TO = ShipTo(name="Acme", street="1 Main St", postcode="80202", city="Denver", country="US")


def order(order_id: str = "SO-1", **changes: Any) -> SalesOrder:
    made = SalesOrder(
        order_id=OrderId(order_id),
        number=order_id,
        customer_id=CustomerId("C1"),
        status=OrderStatus.CONFIRMED,
        credit_status=CreditStatus.CLEAR,
        ordered_at=NOW - DAY,
        requested_at=PROMISED,
        promised_at=PROMISED,
        ship_to=SHIP_TO,
        ship_from_node_id=NodeId("MEM"),
        total_cents=100_000,
        customer_po=f"P-{order_id}",
    )
    return replace(made, **changes)


def line(line_id: str = "SO-1/1", **changes: Any) -> OrderLine:
    """100 units of I1 at 10.00 from Memphis; the order is what stands before the slash."""
    made = OrderLine(
        line_id=LineId(line_id),
        order_id=OrderId(line_id.split("/", maxsplit=1)[0]),
        position=int(line_id.split("/")[1]),
        item_id=ItemId("I1"),
        ordered_quantity=100,
        shipped_quantity=0,
        unit_price_cents=1_000,
        requested_at=PROMISED,
        promised_at=PROMISED,
        node_id=NodeId("MEM"),
    )
    return replace(made, **changes)


def position(
    node_id: str = "MEM", on_hand: int = 100, *, item_id: str = "I1", safety: int = 0, **changes: Any
) -> InventoryPosition:
    made = InventoryPosition(
        position_id=PositionId(f"{item_id}@{node_id}"),
        item_id=ItemId(item_id),
        node_id=NodeId(node_id),
        on_hand_quantity=on_hand,
        safety_stock_quantity=safety,
    )
    return replace(made, **changes)


def allocation(
    line_id: str = "SO-1/1",
    quantity: int = 100,
    *,
    node_id: str = "MEM",
    item_id: str = "I1",
    status: AllocationStatus = AllocationStatus.PLANNED,
    **changes: Any,
) -> Allocation:
    made = Allocation(
        allocation_id=AllocationId(f"A:{line_id}:{node_id}:{status.value}"),
        line_id=LineId(line_id),
        item_id=ItemId(item_id),
        node_id=NodeId(node_id),
        quantity=quantity,
        status=status,
    )
    return replace(made, **changes)


def supply(supply_id: str = "PO-7/1", quantity: int = 100, **changes: Any) -> InboundSupply:
    """Due tomorrow and expected tomorrow, at Memphis."""
    made = InboundSupply(
        supply_id=SupplyId(supply_id),
        number=supply_id.split("/", maxsplit=1)[0],
        kind=SupplyKind.PURCHASE,
        item_id=ItemId("I1"),
        node_id=NodeId("MEM"),
        ordered_quantity=quantity,
        received_quantity=0,
        due_at=NOW + DAY,
        eta_at=NOW + DAY,
        supplier_name="Bolt Works",
    )
    return replace(made, **changes)


def pick(task_id: str = "T1", **changes: Any) -> PickTask:
    made = PickTask(
        task_id=TaskId(task_id),
        order_id=OrderId("SO-1"),
        line_id=LineId("SO-1/1"),
        item_id=ItemId("I1"),
        node_id=NodeId("MEM"),
        bin_code="A-01-03",
        requested_quantity=100,
        picked_quantity=100,
        status=PickStatus.DONE,
        due_at=NOW + timedelta(hours=4),
        updated_at=NOW,
    )
    return replace(made, **changes)


def shipment(shipment_id: str = "SH-1", **changes: Any) -> Shipment:
    """All of SO-1/1, inside its window by a day."""
    made = Shipment(
        shipment_id=ShipmentId(shipment_id),
        number=shipment_id,
        order_id=OrderId("SO-1"),
        customer_id=CustomerId("C1"),
        origin_node_id=NodeId("MEM"),
        status=ShipmentStatus.BOOKED,
        planned_pickup_at=NOW + timedelta(hours=5),
        window_end_at=PROMISED,
        eta_at=PROMISED - DAY,
        lines=(ShipmentLine(line_id=LineId("SO-1/1"), item_id=ItemId("I1"), quantity=100),),
        service_id=ServiceId("UPSN-GND"),
        scac="UPSN",
    )
    return replace(made, **changes)


def milestone(milestone_id: str = "M1", **changes: Any) -> Milestone:
    made = Milestone(
        milestone_id=MilestoneId(milestone_id),
        shipment_id=ShipmentId("SH-1"),
        code="departed",
        raw_code="AF",
        reason_code="NS",
        happened_at=NOW - timedelta(hours=1),
        place_name="Memphis",
    )
    return replace(made, **changes)


def booking(booking_id: str = "B1", **changes: Any) -> CarrierBooking:
    made = CarrierBooking(
        booking_id=BookingId(booking_id),
        shipment_id=ShipmentId("SH-1"),
        service_id=ServiceId("UPSN-GND"),
        scac="UPSN",
        status=BookingStatus.ACCEPTED,
        booked_at=NOW - timedelta(hours=6),
        cost_cents=4_200,
    )
    return replace(made, **changes)


def invoice(quantity: int = 100, credited: int = 0, **changes: Any) -> Invoice:
    made = Invoice(
        invoice_id=InvoiceId("INV-1"),
        number="INV-1",
        order_id=OrderId("SO-1"),
        customer_id=CustomerId("C1"),
        shipment_id=ShipmentId("SH-1"),
        status=InvoiceStatus.POSTED,
        issued_at=NOW,
        lines=(
            InvoiceLine(
                line_id=LineId("SO-1/1"),
                item_id=ItemId("I1"),
                quantity=quantity,
                unit_price_cents=1_000,
                credited_quantity=credited,
            ),
        ),
    )
    return replace(made, **changes)


def pod(good: int = 100, damaged: int = 0, **changes: Any) -> ProofOfDelivery:
    lines = [PodLine(line_id=LineId("SO-1/1"), delivered_quantity=good)]
    if damaged:
        lines.append(
            PodLine(line_id=LineId("SO-1/1"), delivered_quantity=damaged, condition=PodCondition.DAMAGED)
        )
    made = ProofOfDelivery(
        pod_id=PodId("POD-1"),
        shipment_id=ShipmentId("SH-1"),
        delivered_at=NOW,
        signed_by="J. Ruiz",
        lines=tuple(lines),
    )
    return replace(made, **changes)


def rma(rma_id: str = "R1", **changes: Any) -> ReturnAuthorisation:
    made = ReturnAuthorisation(
        rma_id=RmaId(rma_id),
        order_id=OrderId("SO-1"),
        line_id=LineId("SO-1/1"),
        customer_id=CustomerId("C1"),
        item_id=ItemId("I1"),
        quantity=3,
        reason_code="WRONG",
        status=RmaStatus.ISSUED,
        issued_at=NOW,
    )
    return replace(made, **changes)


def lot(lot_id: str = "L1", **changes: Any) -> Lot:
    """Good, at Memphis, with a year to go."""
    made = Lot(
        lot_id=LotId(lot_id),
        item_id=ItemId("I1"),
        node_id=NodeId("MEM"),
        expires_at=NOW + 365 * DAY,
        quality=LotQuality.OK,
    )
    return replace(made, **changes)


def cycle_count(count_id: str = "CC1", counted: int = 100, **changes: Any) -> CycleCount:
    """Of a bin that should hold 100."""
    made = CycleCount(
        count_id=CountId(count_id),
        node_id=NodeId("MEM"),
        bin_code="A-01-03",
        item_id=ItemId("I1"),
        system_quantity=100,
        counted_quantity=counted,
        counted_at=NOW - timedelta(hours=1),
        adjusted=False,
    )
    return replace(made, **changes)


def route_event(event_id: str = "E1", **changes: Any) -> RouteEvent:
    """A storm over zone Z1 that began an hour ago and lasts two days."""
    made = RouteEvent(
        event_id=EventId(event_id),
        reason_code="WX",
        title="Snow storm",
        node_ids=(),
        zone_ids=(ZoneId("Z1"),),
        starts_at=NOW - timedelta(hours=1),
        ends_at=NOW + 2 * DAY,
    )
    return replace(made, **changes)


def order_change(change_id: str = "CH1", **changes: Any) -> OrderChange:
    """A request to cut SO-1/1 to 40 units, an hour old, not yet answered."""
    made = OrderChange(
        change_id=ChangeId(change_id),
        order_id=OrderId("SO-1"),
        line_id=LineId("SO-1/1"),
        change=OrderChangeKind.CHANGE,
        new_quantity=40,
        requested_at=NOW - timedelta(hours=1),
        status=OrderChangeStatus.OPEN,
    )
    return replace(made, **changes)


def edi_message(message_id: str = "EDI1", **changes: Any) -> EdiMessage:
    """A purchase order (850) rejected an hour ago."""
    made = EdiMessage(
        message_id=MessageId(message_id),
        partner="ACME",
        transaction_set="850",
        reference="PO-4711",
        status=EdiStatus.REJECTED,
        segment="PO1",
        error_code="7",
        received_at=NOW - timedelta(hours=1),
        order_id=None,
    )
    return replace(made, **changes)


def quiet_world() -> list[Entity]:
    """A world in which nothing is wrong: one order line, covered from stock at Memphis."""
    return [node(), node("DFW", "Dallas"), item(), customer(), order(), line(), position(), carrier_service()]
