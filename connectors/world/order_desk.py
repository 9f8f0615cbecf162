"""Orders enter the books: where each line ships from, at what price, by when; and how they go on or end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from connectors.world import names
from connectors.world.state import WorldState
from connectors.world.stock import StockPosition
from connectors.world.stock_desk import StockDesk
from connectors.world.things import GOING_ON, Line, Order
from connectors.world.transport_desk import NOT_DEPARTED
from connectors.world.warehouse_desk import WarehouseDesk
from domain.ids import NodeId
from domain.items import Item
from domain.orders import CreditStatus, OrderStatus, ShipTo

#: Position, item and quantity of each line that an order asks for.
Wanted = list[tuple[int, Item, int]]

CONFIRM_MINUTES = (20.0, 90.0)
GO_ON_MINUTES = 15
WIDE_SPLIT_EVERY = 40
DAYS_AFTER_ARRIVAL = 3.3
PICK_DAYS = 0.7
LEAST_DAYS_TO_START = 1.5
EAGER_DAYS = 2.0
PRICE_BASE = 100

CREDIT = "credit"
PRICE = "price"
ADDRESS = "address"
PROMISE = "promise"


class OrderDesk:
    """Order entry, and what is decided over an order afterwards."""

    def __init__(self, state: WorldState, stock: StockDesk, warehouse: WarehouseDesk) -> None:
        """Hand confirmed orders to ``warehouse``."""
        self._state = state
        self._stock = stock
        self._warehouse = warehouse
        self.when_entered: Callable[[Order, bool], None] = _nobody
        self.when_admitted: Callable[[Order], None] = _no_one

    def admit(self, order: Order, wanted: Wanted, *, is_repeat: bool = False) -> None:
        """Enter an order; one of which nothing can be delivered is not taken."""
        state = self._state
        for position, item, quantity in wanted:
            self._add_line(order, position, item, quantity)
        if not order.lines:
            return
        order.node_id = order.lines[0].node_id
        order.move_to(OrderStatus.ENTERED, state.now)
        state.orders[order.order_id] = order
        for line in order.lines:
            state.lines[line.line_id] = line
            self._stock.add_part(line, line.node_id, line.quantity)
        self._promise(order)
        self.when_entered(order, is_repeat)
        state.put_order(order)
        for line in order.lines:
            state.put_line(line)
        minutes = state.draws.between(CONFIRM_MINUTES, "confirm", order.order_id)
        state.after(minutes, lambda: self._confirm(order))
        self.when_admitted(order)

    def unblock(self, order: Order, block: str) -> None:
        """Note that something wrong with an order was put right; it goes on when nothing else is."""
        order.blocks.discard(block)
        if not order.blocks and order.status is OrderStatus.ENTERED:
            self._state.after(GO_ON_MINUTES, lambda: self._confirm(order))

    def hold_credit(self, order: Order) -> None:
        """Stop an order until its customer has paid."""
        order.credit = CreditStatus.HOLD
        order.blocks.add(CREDIT)

    def release_credit(self, order: Order) -> None:
        """Let a held order go on."""
        order.credit = CreditStatus.RELEASED
        self._state.put_order(order)
        self.unblock(order, CREDIT)
        if order.is_due and order.status in GOING_ON:
            self._state.after(GO_ON_MINUTES, lambda: self._warehouse.release(order))

    def set_price(self, line: Line, price_cents: int) -> None:
        """Put a unit price on a line; the order goes on once every price is the agreed one."""
        line.price_cents = price_cents
        self._state.put_line(line)
        self._state.put_order(line.order)
        if all(_is_agreed(other) for other in line.order.lines):
            self.unblock(line.order, PRICE)

    def set_ship_to(self, order: Order, ship_to: ShipTo) -> None:
        """Change where an order goes; it goes on once nothing is missing."""
        order.ship_to = ship_to
        self._state.put_order(order)
        if not ship_to.missing(order.customer.required_fields):
            self.unblock(order, ADDRESS)

    def set_quantity(self, line: Line, quantity: int) -> None:
        """Order less of a line that nobody is picking yet."""
        for part in [kept for kept in line.parts if kept.shipment is None]:
            less = min(part.quantity, line.quantity - quantity)
            if less > 0:
                line.quantity -= less
                self._stock.shrink_part(part, less)
        self._state.put_line(line)
        self._state.put_order(line.order)

    def promise(self, order: Order, promised_at: datetime) -> None:
        """Promise an order for another day; a confirmed one is released in time for it."""
        order.promised_at = promised_at
        order.release_at = promised_at - timedelta(days=self._days_before(order))
        self._state.put_order(order)
        for line in order.lines:
            self._state.put_line(line)
        if order.status is OrderStatus.CONFIRMED and not order.is_due:
            start = max(order.release_at, self._state.now + timedelta(minutes=GO_ON_MINUTES))
            self._state.at(start, lambda: self._warehouse.release(order))

    def cancel_line(self, line: Line) -> None:
        """Take a line that nobody is picking off an order; the last one takes the order with it."""
        if line.is_done or line.shipped or any(part.shipment is not None for part in line.parts):
            return
        line.cancelled = True
        for part in list(line.parts):
            self._stock.shrink_part(part, part.quantity)
        self._state.put_line(line)
        if all(other.cancelled for other in line.order.lines):
            self._end(line.order)
        else:
            self._state.put_order(line.order)

    def cancel(self, order: Order) -> bool:
        """Cancel an order of which nothing has left; whether that was possible."""
        if any(kept.status not in NOT_DEPARTED for kept in order.shipments):
            return False
        for shipment in order.shipments:
            self._warehouse.call_off(shipment)
        for line in order.lines:
            line.cancelled = True
            for part in list(line.parts):
                self._stock.shrink_part(part, part.quantity)
            self._state.put_line(line)
        self._end(order)
        return True

    def _end(self, order: Order) -> None:
        order.blocks.clear()
        order.move_to(OrderStatus.CANCELLED, self._state.now)
        self._state.put_order(order)
        self._warehouse.finished(order)

    def _confirm(self, order: Order) -> None:
        if order.blocks or order.status is not OrderStatus.ENTERED:
            return
        order.move_to(OrderStatus.CONFIRMED, self._state.now)
        self._state.put_order(order)
        release_at = max(order.release_at, self._state.now + timedelta(minutes=30))
        self._state.at(release_at, lambda: self._warehouse.release(order))

    def _add_line(self, order: Order, position: int, item: Item, quantity: int) -> None:
        state = self._state
        node_id = self._source(order, item, quantity)
        if node_id is None:
            return
        agreed = state.master.price_cents(order.customer, item)
        error_percent = state.disruptions.price_error_percent(item.item_id)
        order.lines.append(
            Line(
                line_id=names.line_id(order.order_id, position),
                order=order,
                position=position,
                item=item,
                quantity=quantity,
                price_cents=agreed * (PRICE_BASE + error_percent) // PRICE_BASE,
                node_id=node_id,
                agreed_cents=agreed,
            )
        )

    def _source(self, order: Order, item: Item, quantity: int) -> NodeId | None:
        """Where a line ships from: few shipments first, then enough stock, then the shortest way."""
        state = self._state
        used = list(dict.fromkeys(line.node_id for line in order.lines))
        nearest = state.master.nearest_nodes[order.customer.customer_id]
        may_add = len(used) < order.customer.split.max_shipments or state.happens(
            WIDE_SPLIT_EVERY, "wide-split", order.order_id
        )
        wanted = [*used, *nearest] if may_add else used
        stocked = [node_id for node_id in wanted if (item.item_id, node_id) in state.positions]
        for node_id in stocked:
            if self._covers(state.positions[item.item_id, node_id], quantity, order):
                return node_id
        return stocked[0] if stocked and self._can_be_bought(item, stocked[0]) else None

    def _can_be_bought(self, item: Item, node_id: NodeId) -> bool:
        """Whether more of an item can be had; what is sold out is not taken on."""
        return self._state.positions[item.item_id, node_id].no_purchase_until <= self._state.now

    def _covers(self, position: StockPosition, quantity: int, order: Order) -> bool:
        """Whether stock and what comes before the order is picked are enough."""
        if position.spare >= quantity:
            return True
        return position.spare + position.inbound_until(order.release_at) >= quantity

    def _promise(self, order: Order) -> None:
        """An order for goods that are on their way is promised for when they have come."""
        if order.is_promised_too_early:
            return
        for line in order.lines:
            position = self._state.positions[line.item.item_id, line.node_id]
            covered_at = _covered_at(position)
            if covered_at is not None:
                self._promise_after(order, covered_at)
        self._promise_after(order, self._state.now + timedelta(days=LEAST_DAYS_TO_START))
        order.requested_at = order.promised_at
        early = EAGER_DAYS * self._state.draws.share("eager", order.order_id)
        order.release_at = max(
            order.promised_at - timedelta(days=self._days_before(order) + early),
            self._state.now + timedelta(hours=2),
        )

    def _promise_after(self, order: Order, ready_at: datetime) -> None:
        least = ready_at + timedelta(days=self._days_before(order))
        while order.promised_at < least:
            order.promised_at += timedelta(days=1)

    def _days_before(self, order: Order) -> float:
        """Days before its promise that an order must be released: to pick it, and for its way."""
        lanes, zone_id = self._state.master.lane_of, order.customer.zone_id
        days = max(lanes[line.node_id, zone_id].transit_days for line in order.lines)
        return max(DAYS_AFTER_ARRIVAL, days + PICK_DAYS)


def _covered_at(position: StockPosition) -> datetime | None:
    """When all that is claimed will be there, if it is not there now and enough is on its way."""
    missing = position.claimed - position.on_hand
    if missing <= 0:
        return None
    for supply in sorted(position.supplies, key=lambda kept: kept.eta_at):
        missing -= supply.coming
        if missing <= 0:
            return supply.eta_at
    return None


def _is_agreed(line: Line) -> bool:
    return line.price_cents == line.agreed_cents or line.price_approved or line.cancelled


def _nobody(_order: Order, _is_repeat: bool) -> None:
    """Nobody looks at new orders yet."""


def _no_one(_order: Order) -> None:
    """Nobody wants to know yet."""
