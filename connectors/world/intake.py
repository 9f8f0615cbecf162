"""Where orders come from: ordinary demand by its own clock, and what disruptions add to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from connectors.world import names
from connectors.world.assortment import ordered_quantity
from connectors.world.order_desk import OrderDesk, Wanted
from connectors.world.partners import city_of, contact_of, country_of, street_of
from connectors.world.state import WorldState
from connectors.world.things import Message, Order
from domain.customers import Customer
from domain.edi import EdiStatus
from domain.ids import OrderId
from domain.items import Item, ItemLifecycle
from domain.orders import ShipTo

MINUTES_PER_DAY = 1440
CONTRACT_LINE_SHARE = 0.35
EXTRA_LINE_SHARE = 0.6
MAX_LINES = 7
CHANNELS = ("edi", "edi", "edi", "web", "phone")
ARRIVAL_SPREAD = (0.5, 1.5)
PROMISE_DAYS = (5, 8)
ODD_FACTOR = (14, 30)
EARLY_PROMISE_HOURS = (12, 18)
REPLAY_HOURS = (3.0, 20.0)
REPEAT_HOURS = (1.0, 20.0)
REJECTIONS = (("N1", "7"), ("PO1", "8"), ("DTM", "4"), ("REF", "1"))
FORGOTTEN_ITEM_SHARE = 0.03


class Intake:
    """Order arrivals; each order is made of draws of its own, whatever else happens in the world."""

    def __init__(self, state: WorldState, orders: OrderDesk) -> None:
        """Hand what comes in to ``orders``; the first order is a minute away."""
        self._state = state
        self._orders = orders
        self._serial = 0
        state.after(1, self._next)

    def compose(
        self, order_id: OrderId, customer: Customer, rng: Random, because_of: str = ""
    ) -> tuple[Order, Wanted]:
        """An order as the customer sends it now, and what it asks for."""
        master, now = self._state.master, self._state.now
        number = master.customer_number[customer.customer_id]
        city = city_of(number)
        promised_at = evening(now + timedelta(days=rng.randint(*PROMISE_DAYS)), rng)
        order = Order(
            order_id=order_id,
            customer=customer,
            customer_number=number,
            customer_po=f"45{number:03d}{order_id.rpartition('-')[2]}",
            ordered_at=now,
            requested_at=promised_at,
            promised_at=promised_at,
            release_at=promised_at - timedelta(days=rng.uniform(3.3, 4.2)),
            ship_to=ShipTo(
                name=customer.name,
                street=street_of(number),
                postcode=f"{city.postcode}{number % 90 + 10}",
                city=city.name,
                country=country_of(number),
                contact=contact_of(number),
            ),
            node_id=master.nearest_nodes[customer.customer_id][0],
            channel=rng.choice(CHANNELS),
            because_of=because_of,
        )
        return order, self._wanted(rng, customer)

    def receive(self, order: Order, wanted: Wanted) -> None:
        """The order reaches the books, unless it came by EDI and the translator cannot read it."""
        state = self._state
        if order.channel != "edi":
            self._orders.admit(order, wanted)
            return
        message = Message(
            message_id=names.message_id(order.order_id),
            partner=order.customer.customer_id,
            transaction_set="850",
            reference=order.customer_po,
            received_at=state.now,
            order=order,
        )
        if not state.happens(state.nature.edi_reject, "edi-reject", order.order_id):
            order.messages.append(message)
            self._orders.admit(order, wanted)
            if order.order_id in state.orders:
                state.put_message(message)
            return
        message.status, message.order = EdiStatus.REJECTED, None
        message.segment, message.error_code = state.draws.one_of(REJECTIONS, "reject", order.order_id)
        state.put_message(message)
        state.after_hours(
            REPLAY_HOURS, "replay", order.order_id, lambda: self._replay(message, order, wanted)
        )

    def repeat(self, original: Order, because_of: str = "") -> Order | None:
        """The same order comes a second time, under a number of its own; ``None`` once it is gone."""
        state = self._state
        order_id = names.repeated_order_id(original.order_id)
        if original.order_id not in state.orders or order_id in state.orders:
            return None
        rng = state.draws.stream("order", order_id)
        copy, _ = self.compose(order_id, original.customer, rng, because_of)
        copy.customer_po, copy.channel = original.customer_po, original.channel
        copy.ship_to, copy.promised_at = original.ship_to, max(copy.promised_at, original.promised_at)
        copy.requested_at = copy.promised_at
        wanted = [(line.position, line.item, line.quantity) for line in original.lines if not line.cancelled]
        self._orders.admit(copy, wanted, is_repeat=True)
        if copy.order_id not in state.orders:
            return None
        if copy.channel == "edi":
            reference = copy.customer_po
            partner = copy.customer.customer_id
            message = Message(names.message_id(copy.order_id), partner, "850", reference, state.now, copy)
            copy.messages.append(message)
            state.put_message(message)
        return copy

    def _next(self) -> None:
        """Take the next order and plan the one after it."""
        state = self._state
        self._serial += 1
        order_id = names.order_id(self._serial)
        rng = state.draws.stream("order", order_id)
        state.after(rng.uniform(*ARRIVAL_SPREAD) * MINUTES_PER_DAY / state.size.orders_per_day, self._next)
        customer = rng.choices(state.master.customers, cum_weights=state.master.customer_weights)[0]
        order, wanted = self.compose(order_id, customer, rng)
        self._spoil(order, wanted)
        self.receive(order, wanted)
        if state.happens(state.nature.repeated_order, "repeated", order_id):
            state.after_hours(REPEAT_HOURS, "repeat", order_id, lambda: self._send_again(order))

    def _send_again(self, order: Order) -> None:
        self.repeat(order)

    def _spoil(self, order: Order, wanted: Wanted) -> None:
        """A slip of the finger in a quantity, or a date nobody can keep."""
        state, nature = self._state, self._state.nature
        if wanted and state.happens(nature.odd_quantity, "odd-quantity", order.order_id):
            position, item, quantity = max(wanted, key=lambda kept: kept[2])
            factor = state.draws.whole(ODD_FACTOR, "odd-factor", order.order_id)
            wanted[wanted.index((position, item, quantity))] = (position, item, quantity * factor)
            order.odd_line = position
        if state.happens(nature.early_promise, "early-promise", order.order_id):
            hours = state.draws.whole(EARLY_PROMISE_HOURS, "early-hours", order.order_id)
            order.promised_at = (order.ordered_at + timedelta(hours=hours)).replace(minute=0, second=0)
            order.requested_at = order.promised_at
            order.is_promised_too_early = True

    def _replay(self, message: Message, order: Order, wanted: Wanted) -> None:
        """Somebody mends the message and sends it through again."""
        message.status = EdiStatus.REPLAYED
        order.ordered_at = self._state.now
        order.promised_at = max(order.promised_at, self._state.now + timedelta(days=PROMISE_DAYS[0]))
        order.messages.append(message)
        self._orders.admit(order, wanted)
        if order.order_id in self._state.orders:
            message.order = order
        self._state.put_message(message)

    def _wanted(self, rng: Random, customer: Customer) -> Wanted:
        master, items = self._state.master, self._state.items
        count = 1
        while count < MAX_LINES and rng.random() < EXTRA_LINE_SHARE:
            count += 1
        agreed = master.contract_items.get(customer.customer_id, ())
        wanted: Wanted = []
        taken: set[str] = set()
        for position in range(1, count + 1):
            item: Item
            if agreed and rng.random() < CONTRACT_LINE_SHARE:
                item = rng.choice(agreed)
            else:
                item = rng.choices(master.items, cum_weights=master.item_weights)[0]
            quantity = ordered_quantity(rng, item)
            unaware = rng.random() < FORGOTTEN_ITEM_SHARE
            is_sold = items[item.item_id].lifecycle is ItemLifecycle.ACTIVE or unaware
            if item.item_id not in taken and is_sold:
                taken.add(item.item_id)
                wanted.append((position, item, quantity))
        return wanted


def evening(day: datetime, rng: Random) -> datetime:
    """A delivery deadline on that day, between 18:00 and 23:00 UTC."""
    return day.replace(hour=rng.randint(18, 23), minute=0, second=0, microsecond=0)
