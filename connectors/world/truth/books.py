"""What every system would show of the world now, without lag, loss or fault of any feed, with look-ups.

Records are the things' own showings, taken the moment the world says that they changed. The truth is
read off them, and off nothing that the tower keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from connectors.world.truth.order_states import NOT_LEFT
from connectors.world.truth.shortages import Derived, Shortage, Waiting
from domain.billing import Invoice, ProofOfDelivery
from domain.customers import Customer
from domain.edi import EdiMessage
from domain.ids import EntityKind
from domain.inventory import Allocation, InboundSupply, InventoryPosition, Lot
from domain.items import ContractPrice, Item
from domain.network import CarrierService, Lane, Node
from domain.orders import OrderChange, OrderLine, SalesOrder
from domain.returns import ReturnAuthorisation
from domain.transport import CarrierBooking, Milestone, RouteEvent, Shipment, ShipmentStatus
from domain.warehouse import CycleCount, PickTask

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.world.feed import Row
    from connectors.world.state import WorldState
    from domain.records import Entity

T = TypeVar("T")
NOTHING: Mapping[str, Any] = MappingProxyType({})
EVERYTHING = 1 << 60
OVER = frozenset({ShipmentStatus.DELIVERED, ShipmentStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Change:
    """A record that is new, other than before, or gone."""

    kind: EntityKind | Derived
    before: Any
    after: Any

    def both(self) -> Iterator[Any]:
        """What it was and what it is, where it was or is anything."""
        if self.before is not None:
            yield self.before
        if self.after is not None:
            yield self.after


class Index(Generic[T]):
    """Records by a key made of them; a record may have several keys or none."""

    def __init__(self, keys: Callable[[T], Iterable[str]]) -> None:
        """Keep records by ``keys``."""
        self.keys = keys
        self._found: dict[str, dict[str, T]] = {}

    def of(self, key: str) -> Mapping[str, T]:
        """The records of a key, by id."""
        return self._found.get(key, NOTHING)

    def move(self, entity_id: str, before: T | None, after: T | None) -> None:
        """Keep a record under its new keys and no longer under its old ones."""
        if before is not None:
            for key in self.keys(before):
                kept = self._found[key]
                del kept[entity_id]
                if not kept:
                    del self._found[key]
        if after is not None:
            for key in self.keys(after):
                self._found.setdefault(key, {})[entity_id] = after


class Shelf(Generic[T]):
    """The records of one kind by id, with its indexes."""

    def __init__(self) -> None:
        """Start empty."""
        self.records: dict[str, T] = {}
        self._indexes: list[Index[T]] = []

    def by(self, keys: Callable[[T], Iterable[str]]) -> Index[T]:
        """A new index; to be made while the shelf is empty."""
        index = Index(keys)
        self._indexes.append(index)
        return index

    def get(self, entity_id: str | None) -> T | None:
        """The record of an id."""
        return None if entity_id is None else self.records.get(entity_id)

    def put(self, entity_id: str, after: T | None) -> T | None:
        """Replace a record (``None``: take it away); what it was."""
        before = self.records.get(entity_id)
        if after is None:
            self.records.pop(entity_id, None)
        else:
            self.records[entity_id] = after
        for index in self._indexes:
            index.move(entity_id, before, after)
        return before


class Books:
    """The newest record of everything."""

    def __init__(self, world: WorldState) -> None:
        """Start empty; ``read`` fills it. ``held`` are the conditions that hold, kept by the observer."""
        self.world = world
        self.held: Mapping[tuple[str, str], datetime] = {}
        self.unreadable: dict[str, str] = {}
        self.nodes = Shelf[Node]()
        self.lanes = Shelf[Lane]()
        self.services = Shelf[CarrierService]()
        self.items = Shelf[Item]()
        self.customers = Shelf[Customer]()
        self.contracts = Shelf[ContractPrice]()
        self.orders = Shelf[SalesOrder]()
        self.lines = Shelf[OrderLine]()
        self.positions = Shelf[InventoryPosition]()
        self.allocations = Shelf[Allocation]()
        self.supplies = Shelf[InboundSupply]()
        self.picks = Shelf[PickTask]()
        self.shipments = Shelf[Shipment]()
        self.milestones = Shelf[Milestone]()
        self.bookings = Shelf[CarrierBooking]()
        self.invoices = Shelf[Invoice]()
        self.receipts = Shelf[ProofOfDelivery]()
        self.returns = Shelf[ReturnAuthorisation]()
        self.lots = Shelf[Lot]()
        self.counts = Shelf[CycleCount]()
        self.events = Shelf[RouteEvent]()
        self.changes = Shelf[OrderChange]()
        self.messages = Shelf[EdiMessage]()
        self.shortages = Shelf[Shortage]()
        self.waits = Shelf[Waiting]()
        self._shelves: dict[EntityKind, Shelf[Any]] = {
            EntityKind.NODE: self.nodes,
            EntityKind.LANE: self.lanes,
            EntityKind.CARRIER_SERVICE: self.services,
            EntityKind.ITEM: self.items,
            EntityKind.CUSTOMER: self.customers,
            EntityKind.CONTRACT_PRICE: self.contracts,
            EntityKind.SALES_ORDER: self.orders,
            EntityKind.ORDER_LINE: self.lines,
            EntityKind.INVENTORY_POSITION: self.positions,
            EntityKind.ALLOCATION: self.allocations,
            EntityKind.INBOUND_SUPPLY: self.supplies,
            EntityKind.PICK_TASK: self.picks,
            EntityKind.SHIPMENT: self.shipments,
            EntityKind.MILESTONE: self.milestones,
            EntityKind.CARRIER_BOOKING: self.bookings,
            EntityKind.INVOICE: self.invoices,
            EntityKind.PROOF_OF_DELIVERY: self.receipts,
            EntityKind.RETURN_AUTHORISATION: self.returns,
            EntityKind.LOT: self.lots,
            EntityKind.CYCLE_COUNT: self.counts,
            EntityKind.ROUTE_EVENT: self.events,
            EntityKind.ORDER_CHANGE: self.changes,
            EntityKind.EDI_MESSAGE: self.messages,
        }
        self._cursors: dict[str, str] = {}
        self._stamp = 0
        self._index()

    def _index(self) -> None:
        """Look-ups that more than one stage needs; a group is an item at a node."""
        self.lines_of_order = self.lines.by(lambda line: (line.order_id,))
        self._open_lines_of_group = self.lines.by(
            lambda line: (pair(line.item_id, line.node_id or ""),) if line.open_quantity else ()
        )
        self.shortages_of_item = self.shortages.by(lambda short: (short.item_id,))
        self.shortages_of_order = self.shortages.by(lambda short: (short.order_id,))
        self.shortages_of_group = self.shortages.by(
            lambda short: tuple(pair(short.item_id, node_id) for node_id in short.node_ids)
        )
        self.lines_of_item = self.lines.by(lambda line: (line.item_id,))
        self.orders_of_customer = self.orders.by(lambda order: (order.customer_id,))
        self.contracts_of = self.contracts.by(lambda price: (pair(price.customer_id, price.item_id),))
        self.lane_of = self.lanes.by(lambda lane: (pair(lane.origin_node_id, lane.zone_id),))
        self.positions_of_item = self.positions.by(lambda stock: (stock.item_id,))
        self.positions_of_group = self.positions.by(lambda stock: (pair(stock.item_id, stock.node_id),))
        self.allocations_of_line = self.allocations.by(lambda bound: (bound.line_id,))
        self.allocations_of_group = self.allocations.by(lambda bound: (pair(bound.item_id, bound.node_id),))
        self.allocations_of_lot = self.allocations.by(lambda bound: (bound.lot_id,) if bound.lot_id else ())
        self.supplies_of_group = self.supplies.by(lambda supply: (pair(supply.item_id, supply.node_id),))
        self.announced_by = self.supplies.by(
            lambda supply: () if supply.asn_at is None else (supply.supplier_name,)
        )
        self.supplies_of_supplier = self.supplies.by(lambda supply: (supply.supplier_name,))
        self.picks_of_line = self.picks.by(lambda pick: (pick.line_id,))
        self.picks_of_order = self.picks.by(lambda pick: (pick.order_id,))
        self.picks_of_bin = self.picks.by(lambda pick: (pair(pick.node_id, pick.bin_code),))
        self.picks_of_node = self.picks.by(lambda pick: (pick.node_id,))
        self.picks_of_group = self.picks.by(lambda pick: (pair(pick.item_id, pick.node_id),))
        self.picks_of_wave = self.picks.by(lambda pick: (pair(pick.node_id, pick.wave_id),))
        self.counts_of_bin = self.counts.by(lambda count: (pair(count.node_id, count.bin_code),))
        self.open_picks_of_node = self.picks.by(
            lambda pick: (pick.node_id,) if pick.status in {"released", "started"} else ()
        )
        self._index_transport()
        self._index_papers()

    def _index_transport(self) -> None:
        """Look-ups of shipments and what happened to them."""
        self.shipments_of_order = self.shipments.by(lambda shipment: (shipment.order_id,))
        self.shipments_of_line = self.shipments.by(lambda shipment: {part.line_id for part in shipment.lines})
        self.shipments_of_item = self.shipments.by(lambda shipment: {part.item_id for part in shipment.lines})
        self.shipments_of_carrier = self.shipments.by(
            lambda shipment: (pair(shipment.scac, shipment.origin_node_id),) if shipment.scac else ()
        )
        self.moving_shipments_of_carrier = self.shipments.by(
            lambda shipment: (
                (pair(shipment.scac, shipment.origin_node_id),)
                if shipment.scac and shipment.status is ShipmentStatus.IN_TRANSIT
                else ()
            )
        )
        self.waiting_shipments_of_carrier = self.shipments.by(
            lambda shipment: (
                (pair(shipment.scac, shipment.origin_node_id),)
                if shipment.scac and shipment.status in NOT_LEFT
                else ()
            )
        )
        self.open_shipments_from = self.shipments.by(
            lambda shipment: () if shipment.status in OVER else (shipment.origin_node_id,)
        )
        self.open_shipments_to = self.shipments.by(
            lambda shipment: () if shipment.status in OVER else (shipment.zone_id,)
        )
        self.milestones_of = self.milestones.by(lambda milestone: (milestone.shipment_id,))
        self.bookings_of = self.bookings.by(lambda booking: (booking.shipment_id,))

    def _index_papers(self) -> None:
        """Look-ups of invoices, receipts, returns and messages."""
        self.invoices_of_shipment = self.invoices.by(
            lambda bill: () if bill.shipment_id is None else (bill.shipment_id,)
        )
        self.invoices_of_line = self.invoices.by(lambda bill: {part.line_id for part in bill.lines})
        self.receipts_of = self.receipts.by(lambda receipt: (receipt.shipment_id,))
        self.changes_of_order = self.changes.by(lambda request: (request.order_id,))
        self.returns_of_line = self.returns.by(lambda back: (back.line_id,))
        self.returns_of_item = self.returns.by(lambda back: (back.item_id,))
        self.messages_of_reference = self.messages.by(
            lambda message: (pair(message.partner, message.reference),)
        )

    def open_lines_planned_at(self, group: str) -> Iterator[OrderLine]:
        """Lines that still want units of an item from a node, by their own node or by their order's."""
        yield from self._open_lines_of_group.of(group).values()
        item_id, _, node_id = group.rpartition("|")
        for line in self._open_lines_of_group.of(pair(item_id, "")).values():
            order = self.orders.get(line.order_id)
            if order is not None and order.ship_from_node_id == node_id:
                yield line

    def read(self, streams: Iterable[str]) -> list[Change]:
        """Take over what changed since the last reading."""
        feed = self.world.feed
        changes: list[Change] = []
        newest = self._stamp
        for stream in streams:
            rows, cursor, _ = feed.read(stream, self._cursors.get(stream), EVERYTHING)
            self._cursors[stream] = cursor
            for row in rows:
                # The last row read before comes again.
                if row.stamp <= self._stamp:
                    continue
                newest = max(newest, row.stamp)
                self._note_unreadable(stream, row)
                entity = None if row.render is None else row.render()
                self._take(row.kind, row.entity_id, entity, changes)
        self._stamp = newest
        return changes

    def _note_unreadable(self, stream: str, row: Row) -> None:
        """Keep in mind by source which records nobody can read."""
        ref = f"{row.kind}/{row.entity_id}"
        if row.raw:
            self.unreadable[ref] = stream.partition("/")[0]
        else:
            self.unreadable.pop(ref, None)

    def _take(self, kind: EntityKind, entity_id: str, after: Entity | None, changes: list[Change]) -> None:
        before = self._shelves[kind].put(entity_id, after)
        if before != after:
            changes.append(Change(kind, before, after))


def pair(one: str, other: str) -> str:
    """Two ids as one key, as the tower writes them too: ``item|node``, ``node|bin``, ``SCAC|node``."""
    return f"{one}|{other}"
