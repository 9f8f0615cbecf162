"""Everything that is true in the world now, its event queue and its keyed randomness."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta

from connectors.world.disruptions.disruption import Plan
from connectors.world.disruptions.view import Disruptions
from connectors.world.draws import Draws
from connectors.world.feed import ChangeFeed
from connectors.world.loads import Consignment, Disturbance, Event, Pick
from connectors.world.master import MasterData, build_master
from connectors.world.papers import Bill, GoodsReturn
from connectors.world.sizes import WorldSize
from connectors.world.stock import BinCount, Part, StockPosition, Supply
from connectors.world.things import Change, Line, Message, Order
from domain.customers import Customer
from domain.ids import (
    CustomerId,
    EntityKind,
    EventId,
    InvoiceId,
    ItemId,
    LineId,
    NodeId,
    OrderId,
    RmaId,
    ServiceId,
    ShipmentId,
    SupplyId,
    TaskId,
)
from domain.items import Item
from domain.network import CarrierService
from domain.records import Entity, ref_of

#: Which face shows a kind, in which of its streams.
STREAM_OF_KIND: dict[EntityKind, str] = {
    EntityKind.NODE: "erp/master",
    EntityKind.ITEM: "erp/master",
    EntityKind.CUSTOMER: "erp/master",
    EntityKind.CONTRACT_PRICE: "erp/master",
    EntityKind.SALES_ORDER: "erp/orders",
    EntityKind.ORDER_LINE: "erp/orders",
    EntityKind.ORDER_CHANGE: "erp/orders",
    EntityKind.EDI_MESSAGE: "erp/messages",
    EntityKind.INBOUND_SUPPLY: "erp/supply",
    EntityKind.INVOICE: "erp/billing",
    EntityKind.RETURN_AUTHORISATION: "erp/billing",
    EntityKind.INVENTORY_POSITION: "wms/stock",
    EntityKind.ALLOCATION: "wms/stock",
    EntityKind.LOT: "wms/stock",
    EntityKind.PICK_TASK: "wms/tasks",
    EntityKind.CYCLE_COUNT: "wms/tasks",
    EntityKind.LANE: "tms/network",
    EntityKind.CARRIER_SERVICE: "tms/network",
    EntityKind.ROUTE_EVENT: "tms/network",
    EntityKind.SHIPMENT: "tms/shipments",
    EntityKind.MILESTONE: "tms/shipments",
    EntityKind.CARRIER_BOOKING: "tms/shipments",
    EntityKind.PROOF_OF_DELIVERY: "tms/deliveries",
}
PORTAL_STREAM = "supplier/inbound"
_ORDERS = STREAM_OF_KIND[EntityKind.SALES_ORDER]
_STOCK = STREAM_OF_KIND[EntityKind.INVENTORY_POSITION]
_TASKS = STREAM_OF_KIND[EntityKind.PICK_TASK]
_SHIPMENTS = STREAM_OF_KIND[EntityKind.SHIPMENT]


class WorldState:
    """The world as it is at ``now``; changed only by events and commands, in the order of time.

    ``items``, ``customers`` and ``services`` are the master data as they stand now (limits are cut,
    weights get lost);
    ``master`` is how they began. ``archive`` keeps finished orders for whoever asked for a history.
    """

    def __init__(
        self,
        *,
        seed: int,
        size: WorldSize,
        begins_at: datetime,
        plan: Plan = (),
        master: MasterData | None = None,
        keeps_archive: bool = False,
    ) -> None:
        """Build the master data, unless they are given; the clock stands at ``begins_at``."""
        self.seed = seed
        self.size = size
        self.nature = size.nature
        self.begins_at = begins_at
        self.now = begins_at
        self.draws = Draws(seed)
        self.disruptions = Disruptions(plan)
        self.feed = ChangeFeed()
        self.master = master or build_master(seed, size, begins_at)
        self.items: dict[ItemId, Item] = {item.item_id: item for item in self.master.items}
        self.customers: dict[CustomerId, Customer] = {c.customer_id: c for c in self.master.customers}
        self.services: dict[ServiceId, CarrierService] = dict(self.master.service_of)
        self.positions: dict[tuple[ItemId, NodeId], StockPosition] = {}
        self.orders: dict[OrderId, Order] = {}
        self.lines: dict[LineId, Line] = {}
        self.picks: dict[TaskId, Pick] = {}
        self.shipments: dict[ShipmentId, Consignment] = {}
        self.bills: dict[InvoiceId, Bill] = {}
        self.returns: dict[RmaId, GoodsReturn] = {}
        self.supplies: dict[SupplyId, Supply] = {}
        self.disturbances: dict[EventId, Disturbance] = {}
        self.counts: list[BinCount] = []
        self.keeps_archive = keeps_archive
        self.archive: dict[OrderId, Order] = {}
        self.received: list[Supply] = []
        self.events_done = 0
        self._queue: list[tuple[datetime, int, Callable[[], None]]] = []
        self._queued = 0
        self._show_master()

    def at(self, when: datetime, act: Callable[[], None]) -> None:
        """Let ``act`` happen at ``when``, after everything planned before for the same instant."""
        self._queued += 1
        heapq.heappush(self._queue, (max(when, self.now), self._queued, act))

    def after(self, minutes: float, act: Callable[[], None]) -> None:
        """Let ``act`` happen that many minutes from now."""
        self._queued += 1
        when = self.now + timedelta(seconds=round(minutes * 60))
        heapq.heappush(self._queue, (when, self._queued, act))

    def after_hours(
        self, span: tuple[float, float], question: str, entity: str, act: Callable[[], None]
    ) -> None:
        """Let ``act`` happen some hours from now, as many as this entity draws for this question."""
        self.after(60 * self.draws.between(span, question, entity), act)

    def run_until(self, moment: datetime) -> None:
        """Let everything happen that is due up to and including ``moment``; time never goes back."""
        queue = self._queue
        done = 0
        while queue and queue[0][0] <= moment:
            self.now, _, act = heapq.heappop(queue)
            act()
            done += 1
        self.events_done += done
        self.now = max(self.now, moment)

    def happens(self, one_in: int, question: str, entity: str) -> bool:
        """Whether one of nature's faults happens to an entity."""
        return self.draws.happens(one_in, question, entity)

    def put(self, kind: EntityKind, entity_id: str, show: Callable[[], Entity]) -> None:
        """Tell the readers that a record is new or changed."""
        self.feed.put(STREAM_OF_KIND[kind], kind, entity_id, self.now, show)

    def drop(self, kind: EntityKind, entity_id: str) -> None:
        """Tell the readers that a record is gone."""
        self.feed.remove(STREAM_OF_KIND[kind], kind, entity_id, self.now)

    def put_order(self, order: Order) -> None:
        """Tell the readers of a new or changed order header."""
        self.feed.put(_ORDERS, EntityKind.SALES_ORDER, order.order_id, self.now, order.show)

    def put_line(self, line: Line) -> None:
        """Tell the readers of a new or changed order line."""
        self.feed.put(_ORDERS, EntityKind.ORDER_LINE, line.line_id, self.now, line.show)

    def put_part(self, part: Part) -> None:
        """Tell the readers of a new or changed allocation."""
        self.feed.put(_STOCK, EntityKind.ALLOCATION, part.allocation_id, self.now, part.show)

    def put_event(self, event: Event) -> None:
        """Tell the readers of a new or changed milestone."""
        self.feed.put(_SHIPMENTS, EntityKind.MILESTONE, event.milestone_id, self.now, event.show)

    def put_change(self, change: Change) -> None:
        """Tell the readers of a new or changed request of a customer."""
        self.put(EntityKind.ORDER_CHANGE, change.change_id, change.show)

    def put_message(self, message: Message) -> None:
        """Tell the readers of a new or changed EDI message."""
        self.put(EntityKind.EDI_MESSAGE, message.message_id, message.show)

    def put_pick(self, pick: Pick) -> None:
        """Tell the readers of a new or changed pick task."""
        self.feed.put(_TASKS, EntityKind.PICK_TASK, pick.task_id, self.now, pick.show)

    def put_shipment(self, shipment: Consignment) -> None:
        """Tell the readers of a new or changed shipment."""
        self.feed.put(_SHIPMENTS, EntityKind.SHIPMENT, shipment.shipment_id, self.now, shipment.show)

    def put_bill(self, bill: Bill) -> None:
        """Tell the readers of a new or changed invoice."""
        self.put(EntityKind.INVOICE, bill.invoice_id, bill.show)

    def put_return(self, kept: GoodsReturn) -> None:
        """Tell the readers of a new or changed return."""
        self.put(EntityKind.RETURN_AUTHORISATION, kept.rma_id, kept.show)

    def put_position(self, position: StockPosition) -> None:
        """Tell the readers of a changed stock position."""
        self.feed.put(_STOCK, EntityKind.INVENTORY_POSITION, position.position_id, self.now, position.show)

    def put_count(self, count: BinCount) -> None:
        """Tell the readers of a new or changed count."""
        self.put(EntityKind.CYCLE_COUNT, count.count_id, count.show)

    def put_disturbance(self, disturbance: Disturbance) -> None:
        """Tell the readers of a new or changed disturbance of the network."""
        self.disturbances[disturbance.event_id] = disturbance
        self.put(EntityKind.ROUTE_EVENT, disturbance.event_id, disturbance.show)

    def put_supply(self, supply: Supply) -> None:
        """Tell the readers of changed inbound goods, through the system that knows them."""
        self.feed.put(stream_of(supply), EntityKind.INBOUND_SUPPLY, supply.supply_id, self.now, supply.show)

    def set_item(self, item: Item) -> None:
        """Change the master data of an item."""
        self.items[item.item_id] = item
        self.put(EntityKind.ITEM, item.item_id, lambda: self.items[item.item_id])

    def set_customer(self, customer: Customer) -> None:
        """Change the master data of a customer."""
        self.customers[customer.customer_id] = customer
        self.put(EntityKind.CUSTOMER, customer.customer_id, lambda: self.customers[customer.customer_id])

    def set_service(self, service: CarrierService) -> None:
        """Change the master data of a carrier service."""
        self.services[service.service_id] = service
        self.put(EntityKind.CARRIER_SERVICE, service.service_id, lambda: self.services[service.service_id])

    def _show_master(self) -> None:
        master = self.master
        fixed: tuple[Entity, ...] = (*master.nodes, *master.contracts, *master.lanes)
        for entity in fixed:
            ref = ref_of(entity)
            self.put(ref.kind, ref.entity_id, _showing(entity))
        for item in master.items:
            self.set_item(item)
        for customer in master.customers:
            self.set_customer(customer)
        for service in master.services:
            self.set_service(service)


def stream_of(supply: Supply) -> str:
    """The stream that shows inbound goods: the portal's, or the ERP's."""
    return PORTAL_STREAM if supply.is_portal else STREAM_OF_KIND[EntityKind.INBOUND_SUPPLY]


def _showing(entity: Entity) -> Callable[[], Entity]:
    return lambda: entity
