"""The facts of a remedy as the mirror has them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from app.services.recommend.facts import StockOutlook
from domain.billing import ProofOfDelivery
from domain.ids import (
    CustomerId,
    EntityKind,
    EntityRef,
    ItemId,
    LineId,
    NodeId,
    OrderId,
    ServiceId,
    ShipmentId,
    ZoneId,
)
from domain.inventory import Allocation, InboundSupply
from domain.network import CarrierService, Lane, Node
from domain.orders import OrderLine, SalesOrder, ShipTo
from domain.records import Entity, SourceRecord
from domain.transport import CarrierBooking, Shipment, ShipmentStatus

if TYPE_CHECKING:
    from app.store.mirror import Mirror

E = TypeVar("E", bound=Entity)
WAITING_FOR_PICKUP = (ShipmentStatus.PLANNED, ShipmentStatus.BOOKED, ShipmentStatus.PACKED)


class MirrorFacts:
    """Answers what remedies ask from one mirror."""

    def __init__(self, mirror: Mirror) -> None:
        """Read from ``mirror``."""
        self._mirror = mirror

    def get(self, ref: EntityRef) -> SourceRecord | None:
        """The record of that reference as last synced."""
        return self._mirror.get(ref)

    def nodes(self) -> tuple[Node, ...]:
        """All nodes."""
        return self._entities(EntityKind.NODE, Node)

    def stock_outlook(self, item_id: ItemId) -> tuple[StockOutlook, ...]:
        """Where an item lies and how much of it is promised, one row a node."""
        return tuple(
            StockOutlook(
                node_id=row.node_id,
                on_hand_quantity=row.on_hand_quantity,
                committed_quantity=row.committed_quantity,
                safety_stock_quantity=row.safety_stock_quantity,
            )
            for row in self._mirror.stock_of(item_id)
        )

    def inbound_of(self, item_id: ItemId) -> tuple[InboundSupply, ...]:
        """Open inbound supply of an item."""
        supplies = self._entities(EntityKind.INBOUND_SUPPLY, InboundSupply, item_id=item_id)
        return tuple(supply for supply in supplies if supply.open_quantity > 0)

    def lanes_to(self, zone_id: ZoneId) -> tuple[Lane, ...]:
        """Lanes into a zone."""
        return self._entities(EntityKind.LANE, Lane, zone_id=zone_id)

    def carrier_services(self) -> tuple[CarrierService, ...]:
        """All carrier services."""
        return self._entities(EntityKind.CARRIER_SERVICE, CarrierService)

    def pickups_booked(self) -> dict[tuple[ServiceId, date], int]:
        """Shipments already planned per service and UTC pickup day."""
        waiting = self._mirror.entities_in(
            EntityKind.SHIPMENT, "status", [s.value for s in WAITING_FOR_PICKUP]
        )
        booked: Counter[tuple[ServiceId, date]] = Counter()
        for record in waiting:
            shipment = record.entity
            if isinstance(shipment, Shipment) and shipment.service_id is not None:
                booked[(shipment.service_id, shipment.planned_pickup_at.date())] += 1
        return dict(booked)

    def bookings_of(self, shipment_id: ShipmentId) -> tuple[CarrierBooking, ...]:
        """Which carriers were asked to take a shipment, and what they said."""
        return self._entities(EntityKind.CARRIER_BOOKING, CarrierBooking, shipment_id=shipment_id)

    def pod_of(self, shipment_id: ShipmentId) -> ProofOfDelivery | None:
        """The proof of delivery of a shipment, if one is there."""
        found = self._entities(EntityKind.PROOF_OF_DELIVERY, ProofOfDelivery, shipment_id=shipment_id)
        return found[0] if found else None

    def lines_of(self, order_id: OrderId) -> tuple[OrderLine, ...]:
        """All lines of an order, by position."""
        lines = self._entities(EntityKind.ORDER_LINE, OrderLine, order_id=order_id)
        return tuple(sorted(lines, key=lambda line: line.position))

    def allocated(self, line_id: LineId) -> dict[NodeId, int]:
        """Units of a line that are allocated, by node."""
        found: Counter[NodeId] = Counter()
        for each in self._entities(EntityKind.ALLOCATION, Allocation, line_id=line_id):
            found[each.node_id] += each.quantity
        return dict(found)

    def recent_ship_tos(self, customer_id: CustomerId) -> tuple[ShipTo, ...]:
        """Ship-to addresses of the customer's orders, the latest first."""
        orders = self._entities(EntityKind.SALES_ORDER, SalesOrder, customer_id=customer_id)
        return tuple(o.ship_to for o in sorted(orders, key=lambda o: o.ordered_at, reverse=True))

    def _entities(self, kind: EntityKind, wanted: type[E], **equals: str) -> tuple[E, ...]:
        records = self._mirror.entities(kind, **equals)
        return tuple(record.entity for record in records if isinstance(record.entity, wanted))
