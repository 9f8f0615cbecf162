"""Orders are released: stock is bound, shipments are planned, pick tasks go to the floor of each centre."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from connectors.world import names
from connectors.world.floor_desk import FloorDesk
from connectors.world.loads import Consignment, Pick
from connectors.world.state import WorldState
from connectors.world.stock import Part, StockPosition
from connectors.world.stock_desk import StockDesk
from connectors.world.things import GOING_ON, Order
from connectors.world.transport_desk import TransportDesk
from domain.ids import NodeId
from domain.orders import CreditStatus, OrderStatus
from domain.transport import ShipmentStatus
from domain.warehouse import PickStatus

SERVE_MINUTES = 10
WORK_MINUTES = (3, 6)
UNITS_A_MINUTE = 5
NOON = 12


class WarehouseDesk:
    """Release and what belongs to it."""

    def __init__(
        self, state: WorldState, stock: StockDesk, floor: FloorDesk, transport: TransportDesk
    ) -> None:
        """Bind stock through ``stock``, plan shipments with ``transport``, hand picks to ``floor``."""
        self._state = state
        self._stock = stock
        self._floor = floor
        self._transport = transport
        self.when_released: Callable[[Order], None] = _nobody
        self.when_finished: Callable[[Order], None] = _nobody
        stock.when_freed = self._wake

    def release(self, order: Order) -> None:
        """Bind stock to what is open of an order; what finds none waits until some comes free."""
        order.is_due = True
        if order.status not in GOING_ON or order.credit is CreditStatus.HOLD:
            return
        waiting = [part for line in order.lines for part in line.parts if part.shipment is None]
        if order.customer.split.ship_complete and not all(map(self._stock.could_reserve, waiting)):
            return
        ready: dict[NodeId, list[Part]] = {}
        for part in waiting:
            if self._stock.reserve(part):
                ready.setdefault(part.node_id, []).append(part)
        for node_id, parts in ready.items():
            self._start(order, node_id, parts)
        if ready and order.status is OrderStatus.CONFIRMED:
            order.move_to(OrderStatus.RELEASED, self._state.now)
            self._state.put_order(order)
            self.when_released(order)

    def repick(self, pick: Pick, bin_code: str, quantity: int) -> None:
        """Pick missing units of a task from a bin."""
        self._floor.repick(pick, bin_code, quantity)

    def call_off(self, shipment: Consignment) -> None:
        """Stop a shipment that has not left; its parts become open again."""
        if shipment.status is ShipmentStatus.CANCELLED:
            return
        for pick in shipment.picks:
            pick.status = PickStatus.CANCELLED
            pick.updated_at = self._state.now
            self._state.put_pick(pick)
            self._floor.put_back(pick)
        for part in shipment.parts:
            part.shipment = None
        self._transport.cancel(shipment)

    def finished(self, order: Order) -> None:
        """Nothing more is to be done for an order."""
        self.when_finished(order)

    def _wake(self, position: StockPosition) -> None:
        """Stock came free: whoever waits for it is served a little later, the most important first."""
        if position.is_waking or position.free_to_reserve <= 0 or not _waiting(position):
            return
        position.is_waking = True
        self._state.after(SERVE_MINUTES, lambda: self._serve(position))

    def _serve(self, position: StockPosition) -> None:
        position.is_waking = False
        for part in sorted(_waiting(position), key=_urgency):
            if position.free_to_reserve <= 0:
                return
            if part.shipment is None and not part.reserved:
                self.release(part.line.order)

    def _start(self, order: Order, node_id: NodeId, parts: list[Part]) -> None:
        state = self._state
        shipment = self._transport.plan(order, node_id, parts)
        due_at = shipment.pickup_at - timedelta(minutes=30)
        for part in parts:
            task_id = names.task_id(part.line.line_id, shipment.shipment_id)
            effort = state.draws.whole(WORK_MINUTES, "work", task_id)
            pick = Pick(
                task_id=task_id,
                part=part,
                shipment=shipment,
                bin_code=state.positions[part.line.item.item_id, node_id].bin_code,
                requested=part.quantity,
                due_at=due_at,
                updated_at=state.now,
                released_at=state.now,
                wave_id=self._wave(node_id, shipment.pickup_at),
                work_minutes=effort + part.quantity // UNITS_A_MINUTE,
            )
            state.picks[task_id] = pick
            shipment.picks.append(pick)
            self._floor.enqueue(pick)

    def _wave(self, node_id: NodeId, pickup_at: datetime) -> str:
        """Work for the same truck that is released in the same half of the day goes in one wave."""
        local = self._state.now + timedelta(hours=self._state.master.site_of[node_id].utc_offset_hours)
        half = "A" if local.hour < NOON else "B"
        return f"W{pickup_at.month:02d}{pickup_at.day:02d}-{local.day:02d}{half}"


def _waiting(position: StockPosition) -> list[Part]:
    """Parts whose time has come and that no stock is bound to."""
    return [
        part
        for part in position.claims.values()
        if not part.reserved and part.line.order.is_due and part.line.order.is_firm
    ]


def _urgency(part: Part) -> tuple[int, datetime, str]:
    order = part.line.order
    return (order.customer.tier, order.promised_at, part.allocation_id)


def _nobody(_order: Order) -> None:
    """Nobody watches yet."""
