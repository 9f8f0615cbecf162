"""A hand-made corner of a distributor, for tests of remedies: a short line, two nodes, a late shipment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from app.services.recommend.facts import StockOutlook
from domain.billing import Invoice, InvoiceLine, InvoiceStatus, PodLine, ProofOfDelivery
from domain.cases import CaseState, ExceptionCase, Fact, Impact, Severity, case_identity
from domain.customers import CreditTerms, Customer, SlaTerms, SplitPolicy
from domain.ids import (
    CustomerId,
    EntityKind,
    EntityRef,
    InvoiceId,
    ItemId,
    LaneId,
    LineId,
    NodeId,
    OrderId,
    PodId,
    ServiceId,
    ShipmentId,
    SourceName,
    SupplyId,
    TaskId,
    ZoneId,
)
from domain.inventory import InboundSupply, SupplyKind
from domain.items import Item
from domain.network import CarrierService, Lane, Node, Place
from domain.orders import CreditStatus, OrderLine, OrderStatus, SalesOrder, ShipTo
from domain.records import Entity, SourceRecord, ref_of
from domain.transport import CarrierBooking, Shipment, ShipmentLine, ShipmentStatus
from domain.warehouse import PickStatus, PickTask

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)  # a Monday
MEM, DFW = NodeId("MEM"), NodeId("DFW")
ZONE = ZoneId("Z1")
ALL_WEEK = (0, 1, 2, 3, 4, 5, 6)


def node(node_id: NodeId, name: str) -> Node:
    place = Place(name=name, latitude_micro=35_000_000, longitude_micro=-90_000_000)
    return Node(node_id=node_id, name=name, place=place, working_weekdays=ALL_WEEK)


def lane(origin: NodeId, fixed_cents: int, transit_days: int = 2) -> Lane:
    return Lane(
        lane_id=LaneId(f"{origin}-Z1"),
        origin_node_id=origin,
        zone_id=ZONE,
        transit_days=transit_days,
        fixed_cost_cents=fixed_cents,
        rate_cents_per_kg=10,
    )


CUSTOMER = Customer(
    customer_id=CustomerId("C1"),
    name="Delta Supply",
    tier=1,
    zone_id=ZONE,
    place=Place(name="Denver", latitude_micro=39_700_000, longitude_micro=-105_000_000),
    credit=CreditTerms(limit_cents=100_000),
    sla=SlaTerms(late_penalty_bp_per_day=500, penalty_cap_bp=2_000),
    split=SplitPolicy(max_shipments=2),
)
ITEM = Item(
    item_id=ItemId("I1"),
    sku="KT-2201",
    name="Kit",
    weight_grams=2_000,
    list_price_cents=5_000,
    landed_cost_cents=3_000,
)
ORDER = SalesOrder(
    order_id=OrderId("O1"),
    number="SO-1",
    customer_id=CUSTOMER.customer_id,
    status=OrderStatus.CONFIRMED,
    credit_status=CreditStatus.CLEAR,
    ordered_at=NOW - timedelta(days=1),
    requested_at=NOW + timedelta(days=3),
    promised_at=NOW + timedelta(days=3),
    ship_to=ShipTo(name="Delta", street="1 Main", postcode="80201", city="Denver", country="US"),
    ship_from_node_id=MEM,
    total_cents=300_000,
)
LINE = OrderLine(
    line_id=LineId("L1"),
    order_id=ORDER.order_id,
    position=1,
    item_id=ITEM.item_id,
    ordered_quantity=60,
    shipped_quantity=0,
    unit_price_cents=5_000,
    requested_at=ORDER.requested_at,
    promised_at=ORDER.promised_at,
    node_id=MEM,
)
GROUND = CarrierService(
    service_id=ServiceId("GRND"),
    scac="SLOW",
    name="Slow Ground",
    transit_days=4,
    fixed_cost_cents=2_000,
    rate_cents_per_kg=10,
    pickup_weekdays=ALL_WEEK,
)
EXPRESS = CarrierService(
    service_id=ServiceId("EXPR"),
    scac="FAST",
    name="Fast Express",
    transit_days=1,
    fixed_cost_cents=6_000,
    rate_cents_per_kg=20,
    pickup_weekdays=ALL_WEEK,
)
SHIPMENT = Shipment(
    shipment_id=ShipmentId("S1"),
    number="LD-1",
    order_id=ORDER.order_id,
    customer_id=CUSTOMER.customer_id,
    origin_node_id=MEM,
    status=ShipmentStatus.BOOKED,
    planned_pickup_at=NOW + timedelta(hours=7),
    window_end_at=NOW + timedelta(days=2),
    eta_at=NOW + timedelta(days=5),
    lines=(ShipmentLine(line_id=LINE.line_id, item_id=ITEM.item_id, quantity=60),),
    service_id=GROUND.service_id,
    scac=GROUND.scac,
    weight_grams=120_000,
)
TASK = PickTask(
    task_id=TaskId("T1"),
    order_id=ORDER.order_id,
    line_id=LINE.line_id,
    item_id=ITEM.item_id,
    node_id=MEM,
    bin_code="A-01",
    requested_quantity=60,
    picked_quantity=42,
    status=PickStatus.SHORT,
    due_at=NOW + timedelta(hours=6),
    updated_at=NOW,
)
INVOICE = Invoice(
    invoice_id=InvoiceId("INV1"),
    number="INV-1",
    order_id=ORDER.order_id,
    customer_id=CUSTOMER.customer_id,
    shipment_id=SHIPMENT.shipment_id,
    status=InvoiceStatus.POSTED,
    issued_at=NOW,
    lines=(
        InvoiceLine(
            line_id=LINE.line_id,
            item_id=ITEM.item_id,
            quantity=60,
            unit_price_cents=5_000,
            credited_quantity=4,
        ),
    ),
)
POD = ProofOfDelivery(
    pod_id=PodId("P1"),
    shipment_id=SHIPMENT.shipment_id,
    delivered_at=NOW,
    signed_by="R. Diaz",
    lines=(PodLine(line_id=LINE.line_id, delivered_quantity=50),),
)
SUPPLY = InboundSupply(
    supply_id=SupplyId("PO1"),
    number="PO-1",
    kind=SupplyKind.PURCHASE,
    item_id=ITEM.item_id,
    node_id=MEM,
    ordered_quantity=200,
    received_quantity=0,
    due_at=NOW + timedelta(days=1),
    eta_at=NOW + timedelta(days=8),
)


@dataclass(kw_only=True)
class FakeFacts:
    """Answers what remedies ask from plain lists."""

    entities: list[Entity] = field(
        default_factory=lambda: [CUSTOMER, ITEM, ORDER, LINE, SHIPMENT, TASK, INVOICE, SUPPLY]
    )
    stock: tuple[StockOutlook, ...] = ()
    inbound: tuple[InboundSupply, ...] = ()
    lanes: tuple[Lane, ...] = (lane(MEM, 3_000), lane(DFW, 3_500))
    services: tuple[CarrierService, ...] = (GROUND, EXPRESS)
    booked: dict[tuple[ServiceId, date], int] = field(default_factory=dict)
    pods: tuple[ProofOfDelivery, ...] = (POD,)
    addresses: tuple[ShipTo, ...] = ()
    bookings: tuple[CarrierBooking, ...] = ()
    allocations: dict[LineId, dict[NodeId, int]] = field(default_factory=dict)

    def get(self, ref: EntityRef) -> SourceRecord | None:
        found = next((e for e in self.entities if ref_of(e) == ref), None)
        if found is None:
            return None
        return SourceRecord(source=SourceName("erp"), entity=found, version="1", stamp=1, observed_at=NOW)

    def nodes(self) -> tuple[Node, ...]:
        return (node(MEM, "Memphis"), node(DFW, "Dallas"))

    def stock_outlook(self, item_id: ItemId) -> tuple[StockOutlook, ...]:
        return self.stock if item_id == ITEM.item_id else ()

    def inbound_of(self, item_id: ItemId) -> tuple[InboundSupply, ...]:
        return tuple(s for s in self.inbound if s.item_id == item_id)

    def lanes_to(self, zone_id: ZoneId) -> tuple[Lane, ...]:
        return tuple(row for row in self.lanes if row.zone_id == zone_id)

    def carrier_services(self) -> tuple[CarrierService, ...]:
        return self.services

    def pickups_booked(self) -> dict[tuple[ServiceId, date], int]:
        return self.booked

    def bookings_of(self, shipment_id: ShipmentId) -> tuple[CarrierBooking, ...]:
        return tuple(b for b in self.bookings if b.shipment_id == shipment_id)

    def pod_of(self, shipment_id: ShipmentId) -> ProofOfDelivery | None:
        return next((p for p in self.pods if p.shipment_id == shipment_id), None)

    def lines_of(self, order_id: OrderId) -> tuple[OrderLine, ...]:
        return tuple(e for e in self.entities if isinstance(e, OrderLine) and e.order_id == order_id)

    def allocated(self, line_id: LineId) -> dict[NodeId, int]:
        return self.allocations.get(line_id, {})

    def recent_ship_tos(self, customer_id: CustomerId) -> tuple[ShipTo, ...]:
        return self.addresses if customer_id == CUSTOMER.customer_id else ()


def outlook(node_id: NodeId, on_hand: int, committed: int = 0, safety: int = 0) -> StockOutlook:
    return StockOutlook(
        node_id=node_id, on_hand_quantity=on_hand, committed_quantity=committed, safety_stock_quantity=safety
    )


def make_case(
    code: str, kind: EntityKind, entity_id: str, facts: Iterable[tuple[str, str]] = ()
) -> ExceptionCase:
    """A case of that code with evidence by name and value; 900.00 are at risk, 800.00 avoidable."""
    entity = EntityRef(kind=kind, entity_id=entity_id)
    return ExceptionCase(
        case_id=case_identity(code, entity),
        code=code,
        entity=entity,
        state=CaseState.OPEN,
        severity=Severity.HIGH,
        title=code,
        consequence="It would be late.",
        impact=Impact(
            loss_cents=90_000, low_cents=50_000, high_cents=120_000, avoidable_cents=80_000, effort_minutes=8
        ),
        opened_at=NOW,
        last_seen_at=NOW,
        rule_version=1,
        correlation_key="test",
        evidence=tuple(Fact(name=name, value=value) for name, value in facts),
        order_ids=(ORDER.order_id,),
        node_id=MEM,
    )


def with_ship_to(order: SalesOrder, **changed: str) -> SalesOrder:
    """The order with some ship-to fields changed."""
    return replace(order, ship_to=replace(order.ship_to, **changed))
