"""Everything that is true in the world now, its event queue and its seeded randomness."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from connectors.world.feed import ChangeFeed
from connectors.world.master import MasterData, build_master
from connectors.world.papers import Bill
from connectors.world.sizes import WorldSize
from connectors.world.things import Consignment, Line, Order, Part, Pick, StockPosition, Supply
from domain.ids import (
    AllocationId,
    EntityKind,
    InvoiceId,
    ItemId,
    LineId,
    NodeId,
    OrderId,
    ShipmentId,
    SupplyId,
    TaskId,
)
from domain.items import Item
from domain.records import Entity, ref_of

#: Which face shows a kind, in which of its streams.
STREAM_OF_KIND: dict[EntityKind, str] = {
    EntityKind.NODE: "erp/master",
    EntityKind.ITEM: "erp/master",
    EntityKind.CUSTOMER: "erp/master",
    EntityKind.CONTRACT_PRICE: "erp/master",
    EntityKind.SALES_ORDER: "erp/orders",
    EntityKind.ORDER_LINE: "erp/orders",
    EntityKind.INBOUND_SUPPLY: "erp/supply",
    EntityKind.INVOICE: "erp/billing",
    EntityKind.RETURN_AUTHORISATION: "erp/billing",
    EntityKind.INVENTORY_POSITION: "wms/stock",
    EntityKind.ALLOCATION: "wms/stock",
    EntityKind.PICK_TASK: "wms/tasks",
    EntityKind.LANE: "tms/network",
    EntityKind.CARRIER_SERVICE: "tms/network",
    EntityKind.SHIPMENT: "tms/shipments",
    EntityKind.MILESTONE: "tms/shipments",
    EntityKind.CARRIER_BOOKING: "tms/shipments",
    EntityKind.PROOF_OF_DELIVERY: "tms/deliveries",
}
PORTAL_STREAM = "supplier/inbound"

FIRST_STOCK_UNITS = (150, 700)
SAFETY_STOCK_UNITS = (10, 40)


class WorldState:
    """The world as it is at ``now``; changed only by events and commands, in the order of time."""

    def __init__(self, *, seed: int, size: WorldSize, opened_at: datetime) -> None:
        """Build the master data and first stock; the clock stands ``history_days`` before ``opened_at``."""
        self.seed = seed
        self.size = size
        self.opened_at = opened_at
        self.now = opened_at - timedelta(days=size.history_days)
        self.feed = ChangeFeed()
        self.master: MasterData = build_master(seed, size, self.now)
        self.positions: dict[tuple[ItemId, NodeId], StockPosition] = {}
        self.orders: dict[OrderId, Order] = {}
        self.lines: dict[LineId, Line] = {}
        self.picks: dict[TaskId, Pick] = {}
        self.shipments: dict[ShipmentId, Consignment] = {}
        self.bills: dict[InvoiceId, Bill] = {}
        self.supplies: dict[SupplyId, Supply] = {}
        self._queue: list[tuple[datetime, int, Callable[[], None]]] = []
        self._queued = 0
        self._serials: dict[str, int] = {}
        self._open_books()

    def rng(self, *names: object) -> Random:
        """A stream of random numbers of its own for whatever ``names`` name, the same in every run."""
        return Random("/".join((str(self.seed), *(str(name) for name in names))))

    def serial(self, name: str) -> int:
        """The next whole number of a series, from 1."""
        self._serials[name] = self._serials.get(name, 0) + 1
        return self._serials[name]

    def at(self, when: datetime, act: Callable[[], None]) -> None:
        """Let ``act`` happen at ``when``, after everything planned before for the same instant."""
        self._queued += 1
        heapq.heappush(self._queue, (max(when, self.now), self._queued, act))

    def after(self, minutes: float, act: Callable[[], None]) -> None:
        """Let ``act`` happen that many minutes from now."""
        self.at(self.now + timedelta(seconds=round(minutes * 60)), act)

    def run_until(self, moment: datetime) -> None:
        """Let everything happen that is due up to and including ``moment``; time never goes back."""
        queue = self._queue
        while queue and queue[0][0] <= moment:
            self.now, _, act = heapq.heappop(queue)
            act()
        self.now = max(self.now, moment)

    def put(self, kind: EntityKind, entity_id: str, show: Callable[[], Entity]) -> None:
        """Tell the readers that a record is new or changed."""
        self.feed.put(STREAM_OF_KIND[kind], kind, entity_id, self.now, show)

    def drop(self, kind: EntityKind, entity_id: str) -> None:
        """Tell the readers that a record is gone."""
        self.feed.remove(STREAM_OF_KIND[kind], kind, entity_id, self.now)

    def put_position(self, position: StockPosition) -> None:
        """Tell the readers of a changed stock position."""
        self.put(EntityKind.INVENTORY_POSITION, position.position_id, position.show)

    def put_supply(self, supply: Supply) -> None:
        """Tell the readers of changed inbound goods, through the system that knows them."""
        stream = PORTAL_STREAM if supply.is_portal else STREAM_OF_KIND[EntityKind.INBOUND_SUPPLY]
        self.feed.put(stream, EntityKind.INBOUND_SUPPLY, supply.supply_id, self.now, supply.show)

    def add_part(self, line: Line, node_id: NodeId, quantity: int) -> Part:
        """Plan open units of a line to ship from a node; joins a part that is planned there already."""
        for part in line.parts:
            if part.node_id == node_id and part.shipment is None and not part.reserved:
                part.quantity += quantity
                self.put(EntityKind.ALLOCATION, part.allocation_id, part.show)
                return part
        line.parts_made += 1
        part = Part(AllocationId(f"AL-{line.line_id[3:]}-{line.parts_made}"), line, node_id, quantity)
        line.parts.append(part)
        self.positions[line.item.item_id, node_id].claims[part.allocation_id] = part
        self.put(EntityKind.ALLOCATION, part.allocation_id, part.show)
        return part

    def shrink_part(self, part: Part, quantity: int) -> None:
        """Take units out of a part, and the part away once it is empty."""
        position = self.positions[part.line.item.item_id, part.node_id]
        part.quantity -= quantity
        if part.reserved:
            position.reserved -= quantity
        if part.quantity > 0:
            self.put(EntityKind.ALLOCATION, part.allocation_id, part.show)
            return
        part.line.parts.remove(part)
        del position.claims[part.allocation_id]
        self.drop(EntityKind.ALLOCATION, part.allocation_id)

    def inbound_until(self, position: StockPosition, moment: datetime) -> int:
        """Units expected at a position up to ``moment``."""
        return sum(
            supply.ordered - supply.received
            for supply in self.supplies.values()
            if supply.position is position and supply.eta_at <= moment
        )

    def _open_books(self) -> None:
        """Show the master data and put the first stock on the shelves."""
        master = self.master
        entities: tuple[Entity, ...] = (
            *master.nodes,
            *master.items,
            *master.customers,
            *master.contracts,
            *master.lanes,
            *master.services,
        )
        for entity in entities:
            ref = ref_of(entity)
            self.put(ref.kind, ref.entity_id, _showing(entity))
        rng = self.rng("stock")
        for item in master.items:
            for node_id in master.stocked_at[item.item_id]:
                self._stock_up(rng, item, node_id)

    def _stock_up(self, rng: Random, item: Item, node_id: NodeId) -> None:
        position = StockPosition(
            item=item,
            node_id=node_id,
            on_hand=rng.randint(*FIRST_STOCK_UNITS),
            safety=rng.randint(*SAFETY_STOCK_UNITS),
        )
        self.positions[item.item_id, node_id] = position
        self.put_position(position)


def _showing(entity: Entity) -> Callable[[], Entity]:
    return lambda: entity
