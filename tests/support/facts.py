"""A small distributor as values: factories of entities, with only what a test cares about to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.billing import Invoice, InvoiceLine, InvoiceStatus, PodCondition, PodLine, ProofOfDelivery
from domain.customers import CreditTerms, Customer, SlaTerms, SplitPolicy
from domain.ids import (
    AllocationId,
    BookingId,
    ContractId,
    CustomerId,
    InvoiceId,
    ItemId,
    LaneId,
    LineId,
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
from domain.inventory import Allocation, AllocationStatus, InboundSupply, InventoryPosition, SupplyKind
from domain.items import ContractPrice, Item
from domain.network import CarrierService, Lane, Node, Place
from domain.orders import CreditStatus, OrderLine, OrderStatus, SalesOrder, ShipTo
from domain.records import Entity, SourceRecord
from domain.returns import ReturnAuthorisation, RmaStatus
from domain.transport import (
    BookingStatus,
    CarrierBooking,
    Milestone,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from domain.warehouse import PickStatus, PickTask

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


def node(node_id: str = "MEM", name: str = "Memphis") -> Node:
    place = Place(name=name, latitude_micro=35_149_500, longitude_micro=-90_049_000)
    return Node(node_id=NodeId(node_id), name=name, place=place)


def lane(origin: str = "MEM", zone: str = "Z1") -> Lane:
    return Lane(
        lane_id=LaneId(f"{origin}-{zone}"),
        origin_node_id=NodeId(origin),
        zone_id=ZoneId(zone),
        transit_days=2,
        fixed_cost_cents=1_500,
        rate_cents_per_kg=40,
    )


def carrier_service(service_id: str = "UPSN-GND") -> CarrierService:
    return CarrierService(
        service_id=ServiceId(service_id),
        scac="UPSN",
        name="Ground",
        transit_days=3,
        fixed_cost_cents=900,
        rate_cents_per_kg=35,
    )


def item(item_id: str = "I1", **changes: Any) -> Item:
    made = Item(
        item_id=ItemId(item_id),
        sku=f"KT-{item_id}",
        name="Hex bolt",
        weight_grams=500,
        list_price_cents=1_000,
        landed_cost_cents=600,
    )
    return replace(made, **changes)


def customer(customer_id: str = "C1", *, tier: int = 2, **changes: Any) -> Customer:
    made = Customer(
        customer_id=CustomerId(customer_id),
        name="Acme Supply",
        tier=tier,
        zone_id=ZoneId("Z1"),
        place=Place(name="Denver", latitude_micro=39_739_200, longitude_micro=-104_990_300),
        credit=CreditTerms(limit_cents=10_000_000),
        sla=SlaTerms(),
        split=SplitPolicy(),
    )
    return replace(made, **changes)


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
    node_id: str = "MEM", on_hand: int = 100, *, item_id: str = "I1", safety: int = 0
) -> InventoryPosition:
    return InventoryPosition(
        position_id=PositionId(f"{item_id}@{node_id}"),
        item_id=ItemId(item_id),
        node_id=NodeId(node_id),
        on_hand_quantity=on_hand,
        safety_stock_quantity=safety,
    )


def allocation(
    line_id: str = "SO-1/1",
    quantity: int = 100,
    *,
    node_id: str = "MEM",
    item_id: str = "I1",
    status: AllocationStatus = AllocationStatus.PLANNED,
) -> Allocation:
    return Allocation(
        allocation_id=AllocationId(f"A:{line_id}:{node_id}:{status.value}"),
        line_id=LineId(line_id),
        item_id=ItemId(item_id),
        node_id=NodeId(node_id),
        quantity=quantity,
        status=status,
    )


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


def booking(booking_id: str = "B1") -> CarrierBooking:
    return CarrierBooking(
        booking_id=BookingId(booking_id),
        shipment_id=ShipmentId("SH-1"),
        service_id=ServiceId("UPSN-GND"),
        scac="UPSN",
        status=BookingStatus.ACCEPTED,
        booked_at=NOW - timedelta(hours=6),
        cost_cents=4_200,
    )


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


def pod(good: int = 100, damaged: int = 0) -> ProofOfDelivery:
    lines = [PodLine(line_id=LineId("SO-1/1"), delivered_quantity=good)]
    if damaged:
        lines.append(
            PodLine(line_id=LineId("SO-1/1"), delivered_quantity=damaged, condition=PodCondition.DAMAGED)
        )
    return ProofOfDelivery(
        pod_id=PodId("POD-1"),
        shipment_id=ShipmentId("SH-1"),
        delivered_at=NOW,
        signed_by="J. Ruiz",
        lines=tuple(lines),
    )


def rma() -> ReturnAuthorisation:
    return ReturnAuthorisation(
        rma_id=RmaId("R1"),
        order_id=OrderId("SO-1"),
        line_id=LineId("SO-1/1"),
        customer_id=CustomerId("C1"),
        item_id=ItemId("I1"),
        quantity=3,
        reason_code="WRONG",
        status=RmaStatus.ISSUED,
        issued_at=NOW,
    )


def quiet_world() -> list[Entity]:
    """A world in which nothing is wrong: one order line, covered from stock at Memphis."""
    return [node(), node("DFW", "Dallas"), item(), customer(), order(), line(), position(), carrier_service()]
