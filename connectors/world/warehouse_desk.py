"""Stock is bound to orders, picked and packed; now and then a picker finds less than the system says."""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.world.state import WorldState
from connectors.world.things import Consignment, Order, Part, Pick
from connectors.world.transport_desk import TransportDesk
from domain.ids import EntityKind, NodeId, TaskId
from domain.orders import OrderStatus
from domain.transport import ShipmentStatus
from domain.warehouse import PickStatus

RETRY_MINUTES = 120
REPICK_HOURS = (6, 12)


class WarehouseDesk:
    """Release, pick, pack."""

    def __init__(self, state: WorldState, transport: TransportDesk) -> None:
        """Hand what is bound to stock to ``transport``, which plans the shipments."""
        self._state = state
        self._transport = transport

    def release(self, order: Order) -> None:
        """Bind stock to what is open of an order; what finds none waits and is tried again."""
        waiting = [part for line in order.lines for part in line.parts if part.shipment is None]
        if order.customer.split.ship_complete and not all(self._could_reserve(part) for part in waiting):
            self._try_again(order)
            return
        ready: dict[NodeId, list[Part]] = {}
        for part in waiting:
            if self._reserve(part):
                ready.setdefault(part.node_id, []).append(part)
        for node_id, parts in ready.items():
            self._start(order, node_id, parts)
        if ready and order.status is OrderStatus.CONFIRMED:
            order.status = OrderStatus.RELEASED
            self._state.put(EntityKind.SALES_ORDER, order.order_id, order.show)
        if any(part.shipment is None for line in order.lines for part in line.parts):
            self._try_again(order)

    def finish(self, pick: Pick, bin_code: str, quantity: int) -> None:
        """Pick missing units of a task from a bin; a full task lets its shipment be packed."""
        pick.bin_code = bin_code
        pick.picked += quantity
        pick.updated_at = self._state.now
        if pick.picked >= pick.requested:
            pick.status = PickStatus.DONE
        self._put(pick)
        self._pack_when_picked(pick)

    def _could_reserve(self, part: Part) -> bool:
        position = self._state.positions[part.line.item.item_id, part.node_id]
        return part.reserved or position.free_to_reserve >= part.quantity

    def _reserve(self, part: Part) -> bool:
        if not part.reserved and self._could_reserve(part):
            part.reserved = True
            self._state.positions[part.line.item.item_id, part.node_id].reserved += part.quantity
            self._state.put(EntityKind.ALLOCATION, part.allocation_id, part.show)
        return part.reserved

    def _try_again(self, order: Order) -> None:
        """Keep exactly one further try planned."""
        state = self._state
        if order.retry_at is None or order.retry_at <= state.now:
            order.retry_at = state.now + timedelta(minutes=RETRY_MINUTES)
            state.at(order.retry_at, lambda: self.release(order))

    def _start(self, order: Order, node_id: NodeId, parts: list[Part]) -> None:
        shipment = self._transport.plan(order, node_id, parts)
        due_at = shipment.pickup_at - timedelta(minutes=30)
        for part in parts:
            self._task(shipment, part, due_at)

    def _task(self, shipment: Consignment, part: Part, due_at: datetime) -> None:
        state = self._state
        serial = state.serial("task")
        rng = state.rng("task", serial)
        pick = Pick(
            task_id=TaskId(f"PT-{400_000 + serial}"),
            part=part,
            bin_code=f"{rng.choice('ABCDEF')}-{rng.randint(1, 40):02d}-{rng.randint(1, 6):02d}",
            requested=part.quantity,
            due_at=due_at,
            updated_at=state.now,
        )
        state.picks[pick.task_id] = pick
        shipment.picks.append(pick)
        self._put(pick)
        is_short = serial % state.size.short_pick_every == 0
        missing = max(1, part.quantity * rng.randint(20, 70) // 100) if is_short else 0
        started = rng.uniform(20, 120)
        state.after(started, lambda: self._walk(pick))
        state.after(started + rng.uniform(15, 60), lambda: self._count(pick, pick.requested - missing))

    def _walk(self, pick: Pick) -> None:
        pick.status = PickStatus.STARTED
        pick.updated_at = self._state.now
        self._put(pick)

    def _count(self, pick: Pick, found: int) -> None:
        """The picker is done; short picks are repeated from another bin when the floor gets to it."""
        pick.picked = found
        pick.updated_at = self._state.now
        pick.status = PickStatus.DONE if found == pick.requested else PickStatus.SHORT
        self._put(pick)
        if pick.status is PickStatus.SHORT:
            rng = self._state.rng("repick", pick.task_id)
            self._state.after(rng.uniform(*REPICK_HOURS) * 60, lambda: self._floor_repicks(pick))
        self._pack_when_picked(pick)

    def _floor_repicks(self, pick: Pick) -> None:
        if pick.status is PickStatus.SHORT:
            self.finish(pick, f"R-{pick.bin_code[2:]}", pick.requested - pick.picked)

    def _pack_when_picked(self, pick: Pick) -> None:
        shipment = pick.part.shipment
        if shipment is not None and all(other.status is PickStatus.DONE for other in shipment.picks):
            shipment.status = ShipmentStatus.PACKED
            self._state.put(EntityKind.SHIPMENT, shipment.shipment_id, shipment.show)

    def _put(self, pick: Pick) -> None:
        self._state.put(EntityKind.PICK_TASK, pick.task_id, pick.show)
