"""Customers change their minds (EDI 860): in time it is done at once, after release somebody must decide."""

from __future__ import annotations

from connectors.world import names
from connectors.world.order_desk import OrderDesk
from connectors.world.state import WorldState
from connectors.world.things import NOT_RELEASED, Change, Order
from domain.orders import OrderChangeKind, OrderChangeStatus, OrderStatus
from domain.transport import ShipmentStatus

LATE_REQUEST_HOURS = (0.5, 4.0)
EARLY_REQUEST_HOURS = (2.0, 20.0)
DECIDE_HOURS = (3.0, 12.0)
LATE_IN_TEN = 6
CANCEL_IN_TEN = 4


class ChangeDesk:
    """Takes the requests of customers and decides them."""

    def __init__(self, state: WorldState, orders: OrderDesk) -> None:
        """Decide through ``orders``."""
        self._state = state
        self._orders = orders

    def foresee(self, order: Order, *, released: bool) -> None:
        """Plan the request that an order may get: soon after entry, or soon after its release."""
        state, order_id = self._state, order.order_id
        if not state.happens(state.nature.change_request, "change", order_id):
            return
        is_late = state.draws.whole((1, 10), "change-late", order_id) <= LATE_IN_TEN
        if is_late is released:
            hours = LATE_REQUEST_HOURS if released else EARLY_REQUEST_HOURS
            state.after_hours(hours, "change-at", order_id, lambda: self._request(order))

    def _request(self, order: Order) -> None:
        state, order_id = self._state, order.order_id
        is_open = order.status in {OrderStatus.ENTERED, OrderStatus.CONFIRMED, OrderStatus.RELEASED}
        line = next((kept for kept in order.lines if not kept.is_done), None)
        if not is_open or line is None:
            return
        cancels = state.draws.whole((1, 10), "change-kind", order_id) <= CANCEL_IN_TEN
        pack = line.item.case_pack_quantity
        fewer = max(pack, line.quantity // 2 // pack * pack)
        change = Change(
            change_id=names.change_id(order_id),
            order=order,
            line=None if cancels else line,
            change=OrderChangeKind.CANCEL if cancels else OrderChangeKind.CHANGE,
            new_quantity=None if cancels else fewer,
            requested_at=state.now,
        )
        order.changes.append(change)
        if order.status in NOT_RELEASED:
            self._apply(change)
            return
        state.put_change(change)
        state.after_hours(DECIDE_HOURS, "decide", change.change_id, lambda: self._decide(change))

    def _decide(self, change: Change) -> None:
        """What is not packed yet can be pulled out of its wave; the rest must be refused."""
        touched = [
            shipment
            for shipment in change.order.shipments
            if change.line is None or any(line is change.line for line, _ in shipment.contents)
        ]
        early = all(s.status in {ShipmentStatus.PLANNED, ShipmentStatus.BOOKED} for s in touched)
        if change.order.status is OrderStatus.RELEASED and early and change.line is None:
            self._apply(change)
        else:
            self._close(change, OrderChangeStatus.REFUSED)

    def _apply(self, change: Change) -> None:
        if change.line is None:
            done = self._orders.cancel(change.order)
        else:
            done = change.new_quantity is not None and change.new_quantity < change.line.quantity
            if done and change.new_quantity is not None:
                self._orders.set_quantity(change.line, change.new_quantity)
        self._close(change, OrderChangeStatus.APPLIED if done else OrderChangeStatus.REFUSED)

    def _close(self, change: Change, status: OrderChangeStatus) -> None:
        change.status = status
        change.closed_at = self._state.now
        self._state.put_change(change)
