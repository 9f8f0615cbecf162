"""What is wrong with some orders, and the office that puts it right by itself, later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from connectors.world.order_desk import ADDRESS, CREDIT, PRICE, PROMISE, OrderDesk
from connectors.world.partners import city_of, contact_of, street_of
from connectors.world.state import WorldState
from connectors.world.stock_desk import StockDesk
from connectors.world.things import Line, Order
from domain.ids import ItemId
from domain.items import ItemLifecycle
from domain.orders import OrderStatus, ScreeningStatus, ShipTo

DUPLICATE = "duplicate"
QUANTITY = "quantity"
EXPORT = "export"
FRAUD = "fraud"
FORGOTTEN = "forgotten"
#: Hours until somebody in the office does what nobody asked for.
OFFICE_HOURS = {
    CREDIT: (36.0, 60.0),
    PRICE: (36.0, 60.0),
    ADDRESS: (36.0, 60.0),
    DUPLICATE: (14.0, 36.0),
    QUANTITY: (12.0, 40.0),
    PROMISE: (12.0, 36.0),
    EXPORT: (24.0, 60.0),
    FRAUD: (12.0, 30.0),
    FORGOTTEN: (48.0, 96.0),
}
OBSOLETE_HOURS = (24.0, 72.0)
LEAST_PRICE_GAP_CENTS = 600
FAIR_PROMISE_DAYS = 6
EVENING_HOUR = 20
NEW_ADDRESS_EVERY = 40
QUANTITY_MEANT_EVERY = 3
STREETS_APART = 977
#: One in so many items sells too well to go out of the range.
BEST_SELLERS = 5


class OrderOffice:
    """Notices nothing at first; puts each thing right some hours after it went wrong."""

    def __init__(self, state: WorldState, orders: OrderDesk, stock: StockDesk) -> None:
        """Look at every order that ``orders`` enters, and let items go out of the range one by one."""
        self._state = state
        self._orders = orders
        self._stock = stock
        self._put_right: dict[str, Callable[[Order], None]] = {
            CREDIT: orders.release_credit,
            PRICE: self._correct_prices,
            ADDRESS: self._complete_address,
            DUPLICATE: self._cancel_repeat,
            QUANTITY: self._settle_quantity,
            PROMISE: self._promise_anew,
            EXPORT: self._clear_export,
            FRAUD: self._review,
            FORGOTTEN: self._remember,
        }
        orders.when_entered = self._look_at
        for item in state.master.items[len(state.master.items) // BEST_SELLERS :]:
            if state.happens(state.nature.discontinued_item, "discontinued", item.item_id):
                days = state.draws.share("discontinued-at", item.item_id) * state.size.span_days
                state.after(days * 1440, self._discontinuing(item.item_id))

    def block(self, order: Order, block: str, *, least_hours: float = 0.0) -> None:
        """Stop an order over something; the office sees to it after its usual time, or later."""
        order.blocks.add(block)
        low, high = OFFICE_HOURS[block]
        self._state.after_hours(
            (least_hours + low, least_hours + high),
            f"office-{block}",
            order.order_id,
            lambda: self._see_to(order, block),
        )

    def hold_credit(self, order: Order, *, least_hours: float = 0.0) -> None:
        """Put an order on credit hold."""
        self._orders.hold_credit(order)
        self.block(order, CREDIT, least_hours=least_hours)

    def mark_as_fraud(self, order: Order, street: str) -> None:
        """Give an order the marks by which fraud is suspected, and stop it until somebody has looked."""
        order.ship_to = replace(order.ship_to, street=street)
        order.ship_to_is_new = order.payment_changed = order.contact_changed = True
        order.requested_at = order.ordered_at + timedelta(days=1)
        self.block(order, FRAUD)

    def _see_to(self, order: Order, block: str) -> None:
        if block in order.blocks:
            self._put_right[block](order)

    def _look_at(self, order: Order, is_repeat: bool) -> None:
        """What is wrong with a new order."""
        state, nature, order_id = self._state, self._state.nature, order.order_id
        if is_repeat:
            self.block(order, DUPLICATE)
        if self._is_over_limit(order):
            self.hold_credit(order)
        self._misprice(order)
        self._note_slips(order)
        self._screen(order)
        self._suspect(order)
        for line in order.lines:
            if state.items[line.item.item_id].lifecycle is not ItemLifecycle.ACTIVE:
                self._drop_later(line)
        if order.blocks and state.happens(nature.early_allocation, "early", order_id):
            for line in order.lines:
                for part in line.parts:
                    self._stock.reserve(part)

    def _note_slips(self, order: Order) -> None:
        """Something is missing, mistyped, promised too early, or the order is forgotten."""
        state, nature, order_id = self._state, self._state.nature, order.order_id
        if state.happens(nature.incomplete, "incomplete", order_id):
            missing = state.draws.one_of(order.customer.required_fields, "missing", order_id)
            order.ship_to = replace(order.ship_to, **{missing: ""})
            self.block(order, ADDRESS)
        if any(line.position == order.odd_line for line in order.lines):
            self.block(order, QUANTITY)
        if order.is_promised_too_early:
            self.block(order, PROMISE)
        if state.happens(nature.forgotten_order, "forgotten", order_id):
            self.block(order, FORGOTTEN)

    def _is_over_limit(self, order: Order) -> bool:
        credit = self._state.customers[order.customer.customer_id].credit
        total = sum(line.quantity * line.price_cents for line in order.lines)
        limit = credit.limit_cents
        return credit.on_hold or (limit is not None and credit.open_receivables_cents + total > limit)

    def _misprice(self, order: Order) -> None:
        state, order_id = self._state, order.order_id
        if state.happens(state.nature.price_fault, "price-fault", order_id):
            line = max(order.lines, key=lambda kept: kept.quantity * kept.agreed_cents)
            agreed = line.agreed_cents
            gap = agreed * state.draws.whole((8, 30), "price-gap", order_id) // 100
            gap = max(gap, -(-LEAST_PRICE_GAP_CENTS // line.quantity))
            upwards = gap >= agreed or state.happens(2, "price-up", order_id)
            line.price_cents = agreed + gap if upwards else agreed - gap
        if any(line.price_cents != line.agreed_cents for line in order.lines):
            self.block(order, PRICE)

    def _screen(self, order: Order) -> None:
        """Orders that leave the country are screened; some items may not go there without a licence."""
        country = order.ship_to.country
        if country in {"US", ""}:
            return
        state, order_id = self._state, order.order_id
        hit = state.happens(state.nature.screening_hit, "screening", order_id)
        order.screening = ScreeningStatus.HIT if hit else ScreeningStatus.CLEARED
        restricted = any(country in line.item.restricted_countries for line in order.lines)
        if hit or restricted:
            self.block(order, EXPORT)

    def _suspect(self, order: Order) -> None:
        state, order_id = self._state, order.order_id
        if state.happens(state.nature.fraud_marks, "fraud", order_id):
            self.mark_as_fraud(order, street_of(order.customer_number + STREETS_APART))
        elif state.happens(NEW_ADDRESS_EVERY, "new-address", order_id):
            order.ship_to_is_new = True

    def _correct_prices(self, order: Order) -> None:
        for line in order.lines:
            if line.price_cents != line.agreed_cents and not line.shipped:
                self._orders.set_price(line, line.agreed_cents)

    def _complete_address(self, order: Order) -> None:
        number, held = order.customer_number, order.ship_to
        city = city_of(number)
        self._orders.set_ship_to(
            order,
            ShipTo(
                name=held.name,
                street=held.street or street_of(number),
                postcode=held.postcode or f"{city.postcode}{number % 90 + 10}",
                city=held.city or city.name,
                country=held.country,
                contact=held.contact or contact_of(number),
            ),
        )

    def _cancel_repeat(self, order: Order) -> None:
        self._orders.cancel(order)

    def _settle_quantity(self, order: Order) -> None:
        """The customer is asked: some meant it, most did not."""
        line = next((kept for kept in order.lines if kept.position == order.odd_line), None)
        if line is not None:
            if self._state.happens(QUANTITY_MEANT_EVERY, "meant", order.order_id):
                line.quantity_confirmed = True
                self._state.put_line(line)
            else:
                pack = line.item.case_pack_quantity
                self._orders.set_quantity(line, max(line.item.minimum_order_quantity, 2 * pack))
        self._orders.unblock(order, QUANTITY)

    def _promise_anew(self, order: Order) -> None:
        day = self._state.now + timedelta(days=FAIR_PROMISE_DAYS)
        self._orders.promise(order, day.replace(hour=EVENING_HOUR, minute=0, second=0))
        self._orders.unblock(order, PROMISE)

    def _clear_export(self, order: Order) -> None:
        order.screening = ScreeningStatus.CLEARED
        order.licence_number = f"EL-{order.order_id[3:]}"
        self._state.put_order(order)
        self._orders.unblock(order, EXPORT)

    def _review(self, order: Order) -> None:
        """Somebody telephones: what nature made looks odd and is not; a ring is found out."""
        order.reviewed = True
        self._state.put_order(order)
        if order.because_of:
            self._orders.cancel(order)
        else:
            self._orders.unblock(order, FRAUD)

    def _remember(self, order: Order) -> None:
        self._orders.unblock(order, FORGOTTEN)

    def _discontinuing(self, item_id: ItemId) -> Callable[[], None]:
        return lambda: self._discontinue(item_id)

    def _discontinue(self, item_id: ItemId) -> None:
        """An item goes out of the range; what is still on order of it is cancelled line by line."""
        state = self._state
        state.set_item(replace(state.items[item_id], lifecycle=ItemLifecycle.DISCONTINUED))
        for node_id in state.master.stocked_at[item_id]:
            position = state.positions[item_id, node_id]
            for part in list(position.claims.values()):
                self._drop_later(part.line)

    def _drop_later(self, line: Line) -> None:
        if line.order.status in {OrderStatus.ENTERED, OrderStatus.CONFIRMED}:
            self._state.after_hours(
                OBSOLETE_HOURS, "obsolete", line.line_id, lambda: self._orders.cancel_line(line)
            )
