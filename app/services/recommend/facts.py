"""What working out a remedy needs to know; the store answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from domain.billing import ProofOfDelivery
from domain.errors import ConflictError
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
from domain.inventory import InboundSupply
from domain.network import CarrierService, Lane, Node
from domain.orders import OrderLine, ShipTo
from domain.records import Entity, SourceRecord
from domain.transport import CarrierBooking

E = TypeVar("E", bound=Entity)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOutlook:
    """Units of an item at a node: on hand, promised to open lines, and kept as safety stock."""

    node_id: NodeId
    on_hand_quantity: int
    committed_quantity: int
    safety_stock_quantity: int

    @property
    def uncommitted_quantity(self) -> int:
        """Units that another node's demand may take."""
        return max(0, self.on_hand_quantity - self.committed_quantity - self.safety_stock_quantity)


class RemedyFacts(Protocol):
    """Read access to the facts behind a case."""

    def get(self, ref: EntityRef) -> SourceRecord | None:
        """The record of that reference as last synced."""
        ...

    def nodes(self) -> tuple[Node, ...]:
        """All nodes."""
        ...

    def stock_outlook(self, item_id: ItemId) -> tuple[StockOutlook, ...]:
        """Where an item lies and how much of it is promised, one row a node."""
        ...

    def inbound_of(self, item_id: ItemId) -> tuple[InboundSupply, ...]:
        """Open inbound supply of an item."""
        ...

    def lanes_to(self, zone_id: ZoneId) -> tuple[Lane, ...]:
        """Lanes into a zone."""
        ...

    def carrier_services(self) -> tuple[CarrierService, ...]:
        """All carrier services."""
        ...

    def pickups_booked(self) -> dict[tuple[ServiceId, date], int]:
        """Shipments already planned per service and UTC pickup day."""
        ...

    def bookings_of(self, shipment_id: ShipmentId) -> tuple[CarrierBooking, ...]:
        """Which carriers were asked to take a shipment, and what they said."""
        ...

    def pod_of(self, shipment_id: ShipmentId) -> ProofOfDelivery | None:
        """The proof of delivery of a shipment, if one is there."""
        ...

    def lines_of(self, order_id: OrderId) -> tuple[OrderLine, ...]:
        """All lines of an order, by position."""
        ...

    def allocated(self, line_id: LineId) -> dict[NodeId, int]:
        """Units of a line that are allocated, by node."""
        ...

    def recent_ship_tos(self, customer_id: CustomerId) -> tuple[ShipTo, ...]:
        """Ship-to addresses of the customer's orders, the latest first."""
        ...


def entity_of(facts: RemedyFacts, kind: EntityKind, entity_id: str, expected: type[E]) -> E:
    """The entity of that kind and id.

    Raises:
        ConflictError: it is no longer in the store.
    """
    record = facts.get(EntityRef(kind=kind, entity_id=entity_id))
    if record is None or not isinstance(record.entity, expected):
        raise ConflictError(
            what=f"The {kind.replace('_', ' ')} {entity_id} is no longer there.",
            remedy="Sync again; the case will clear or show the new facts.",
        )
    return record.entity
