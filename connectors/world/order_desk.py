"""Orders come in, some with something wrong; the office puts most of that right by itself, later."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from connectors.world.partners import city_of, contact_of, is_troubled, street_of
from connectors.world.state import WorldState
from connectors.world.things import Line, Order, StockPosition
from connectors.world.warehouse_desk import WarehouseDesk
from domain.customers import Customer
from domain.ids import EntityKind, LineId, NodeId, OrderId
from domain.items import Item
from domain.orders import CreditStatus, OrderStatus, ShipTo

MINUTES_PER_DAY = 1440
FIRST_ORDER_NUMBER = 880_000
QUANTITIES = (1, 2, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24)
CONTRACT_LINE_SHARE = 0.35
EXTRA_LINE_SHARE = 0.6
MAX_LINES = 7
CHANNELS = ("edi", "edi", "edi", "web", "phone")
OFFICE_HOURS_TO_FIX = (36, 60)
LEAST_PRICE_GAP_CENTS = 600

CREDIT = "credit"
PRICE = "price"
ADDRESS = "address"


class OrderDesk:
    """Order entry, credit, prices and addresses."""

    def __init__(self, state: WorldState, warehouse: WarehouseDesk) -> None:
        """Hand confirmed orders to ``warehouse``; orders start to come in at once."""
        self._state = state
        self._warehouse = warehouse
        state.after(1, self._enter)

    def unblock(self, order: Order, block: str) -> None:
        """Note that something wrong with an order was put right; it goes on when nothing else is."""
        order.blocks.discard(block)
        if not order.blocks and order.status is OrderStatus.ENTERED:
            self._state.after(15, lambda: self._confirm(order))

    def release_credit(self, order: Order) -> None:
        """Let a held order go on."""
        order.credit = CreditStatus.RELEASED
        self._put(order)
        self.unblock(order, CREDIT)

    def set_price(self, line: Line, price_cents: int) -> None:
        """Put a unit price on a line; the order goes on once every price is the agreed one."""
        line.price_cents = price_cents
        self._state.put(EntityKind.ORDER_LINE, line.line_id, line.show)
        self._put(line.order)
        customer = line.order.customer
        if all(other.price_cents == self._agreed(customer, other.item) for other in line.order.lines):
            self.unblock(line.order, PRICE)

    def set_ship_to(self, order: Order, ship_to: ShipTo) -> None:
        """Change where an order goes; it goes on once nothing is missing."""
        order.ship_to = ship_to
        self._put(order)
        if not ship_to.missing(order.customer.required_fields):
            self.unblock(order, ADDRESS)

    def _agreed(self, customer: Customer, item: Item) -> int:
        return self._state.master.price_cents(customer, item)

    def _put(self, order: Order) -> None:
        self._state.put(EntityKind.SALES_ORDER, order.order_id, order.show)

    def _enter(self) -> None:
        """Take the next order and plan the one after it."""
        state = self._state
        serial = state.serial("order")
        rng = state.rng("order", serial)
        mean_gap_minutes = MINUTES_PER_DAY / state.size.orders_per_day
        state.after(rng.uniform(0.5, 1.5) * mean_gap_minutes, self._enter)
        customer = rng.choices(state.master.customers, cum_weights=state.master.customer_weights)[0]
        order = self._new_order(rng, serial, customer)
        self._add_lines(rng, order)
        if not order.lines:
            return
        self._spoil(rng, serial, order)
        state.orders[order.order_id] = order
        self._put(order)
        for line in order.lines:
            state.lines[line.line_id] = line
            state.put(EntityKind.ORDER_LINE, line.line_id, line.show)
            state.add_part(line, line.node_id, line.quantity)
        state.after(rng.uniform(20, 90), lambda: self._confirm(order))

    def _new_order(self, rng: Random, serial: int, customer: Customer) -> Order:
        master, now = self._state.master, self._state.now
        number = master.customer_number[customer.customer_id]
        city = city_of(number)
        promised_at = _evening(now + timedelta(days=rng.randint(5, 8)), rng)
        release_at = promised_at - timedelta(days=rng.uniform(3.3, 4.2))
        return Order(
            order_id=OrderId(f"SO-{FIRST_ORDER_NUMBER + serial}"),
            customer=customer,
            ordered_at=now,
            requested_at=promised_at,
            promised_at=promised_at,
            release_at=max(release_at, now + timedelta(hours=2)),
            ship_to=ShipTo(
                name=customer.name,
                street=street_of(number),
                postcode=f"{city.postcode}{number % 90 + 10}",
                city=city.name,
                country="US",
                contact=contact_of(number),
            ),
            node_id=master.nearest_nodes[customer.customer_id][0],
            channel=rng.choice(CHANNELS),
        )

    def _add_lines(self, rng: Random, order: Order) -> None:
        master = self._state.master
        count = 1
        while count < MAX_LINES and rng.random() < EXTRA_LINE_SHARE:
            count += 1
        agreed_items = master.contract_items.get(order.customer.customer_id, ())
        taken: set[str] = set()
        for _ in range(count):
            if agreed_items and rng.random() < CONTRACT_LINE_SHARE:
                item = rng.choice(agreed_items)
            else:
                item = rng.choices(master.items, cum_weights=master.item_weights)[0]
            quantity = rng.choice(QUANTITIES) * (2 if item.case_pack_quantity > 1 else 1)
            position = self._source(order, item)
            if item.item_id in taken or position is None:
                continue
            taken.add(item.item_id)
            self._make_room(position, quantity)
            order.lines.append(
                Line(
                    line_id=LineId(f"{order.order_id}-{len(order.lines) + 1}"),
                    order=order,
                    position=len(order.lines) + 1,
                    item=item,
                    quantity=quantity,
                    price_cents=self._agreed(order.customer, item),
                    node_id=position.node_id,
                )
            )
        if order.lines:
            order.node_id = order.lines[0].node_id

    def _source(self, order: Order, item: Item) -> StockPosition | None:
        """Where to ship an item from: the order's node, else the nearest that stocks it and is not tight."""
        state = self._state
        wanted: tuple[NodeId, ...] = state.master.nearest_nodes[order.customer.customer_id]
        if order.lines:
            wanted = (order.lines[0].node_id, *wanted)
        for node_id in wanted:
            position = state.positions.get((item.item_id, node_id))
            if position is not None and not position.is_tight:
                return position
        return None

    def _make_room(self, position: StockPosition, quantity: int) -> None:
        """Purchasing keeps ordinary positions stocked: put away enough that this order is covered."""
        if position.spare < quantity:
            position.on_hand += quantity - position.spare + 4 * quantity + 60
            self._state.put_position(position)

    def _spoil(self, rng: Random, serial: int, order: Order) -> None:
        """Let something be wrong with some orders, and plan when the office notices by itself."""
        size = self._state.size
        if is_troubled(order.customer):
            order.credit = CreditStatus.HOLD
            self._block(rng, order, CREDIT)
        if serial % size.price_fault_every == 1:
            line = max(order.lines, key=lambda kept: kept.quantity * kept.price_cents)
            agreed = line.price_cents
            gap = max(agreed * rng.randint(8, 30) // 100, -(-LEAST_PRICE_GAP_CENTS // line.quantity))
            line.price_cents = agreed + gap if rng.choice((True, False)) or gap >= agreed else agreed - gap
            self._block(rng, order, PRICE)
        if serial % size.incomplete_fault_every == 0:
            missing = rng.choice(order.customer.required_fields)
            order.ship_to = replace(order.ship_to, **{missing: ""})
            self._block(rng, order, ADDRESS)

    def _block(self, rng: Random, order: Order, block: str) -> None:
        order.blocks.add(block)
        self._state.after(rng.uniform(*OFFICE_HOURS_TO_FIX) * 60, lambda: self._put_right(order, block))

    def _put_right(self, order: Order, block: str) -> None:
        """The office does what nobody asked it to do before."""
        if block not in order.blocks:
            return
        if block == CREDIT:
            self.release_credit(order)
        elif block == PRICE:
            for line in order.lines:
                agreed = self._agreed(order.customer, line.item)
                if line.price_cents != agreed:
                    self.set_price(line, agreed)
        else:
            number = self._state.master.customer_number[order.customer.customer_id]
            city = city_of(number)
            self.set_ship_to(
                order,
                replace(
                    order.ship_to,
                    street=order.ship_to.street or street_of(number),
                    postcode=order.ship_to.postcode or f"{city.postcode}{number % 90 + 10}",
                    city=order.ship_to.city or city.name,
                    contact=order.ship_to.contact or contact_of(number),
                ),
            )

    def _confirm(self, order: Order) -> None:
        if order.blocks or order.status is not OrderStatus.ENTERED:
            return
        order.status = OrderStatus.CONFIRMED
        self._put(order)
        release_at = max(order.release_at, self._state.now + timedelta(minutes=30))
        self._state.at(release_at, lambda: self._warehouse.release(order))


def _evening(day: datetime, rng: Random) -> datetime:
    """A delivery deadline on that day, between 18:00 and 23:00 UTC."""
    return day.replace(hour=rng.randint(18, 23), minute=0, second=0, microsecond=0)
