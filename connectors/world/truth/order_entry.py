"""Order entry: what is wrong with an order before its goods have left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from connectors.world.truth import limits
from connectors.world.truth.books import Books, pair
from connectors.world.truth.order_states import BEFORE_RELEASE, NOT_LEFT, is_open
from connectors.world.truth.shortages import Derived
from connectors.world.truth.watch import Claim, Watch, by, each, when_changed
from domain.ids import EntityKind
from domain.items import ItemLifecycle
from domain.orders import CreditStatus, OrderStatus, ScreeningStatus, ShipTo

if TYPE_CHECKING:
    from domain.orders import OrderLine, SalesOrder

ORDER = EntityKind.SALES_ORDER
LINE = EntityKind.ORDER_LINE
ADDRESS_FIELDS = frozenset(field.name for field in fields(ShipTo))


def judge_order(books: Books, order_id: str, at: datetime) -> Iterable[Claim]:
    """What is wrong with an order itself and with the prices and items of its lines."""
    order = books.orders.get(order_id)
    if order is None or not is_open(order):
        return
    lines = [line for line in books.lines_of_order.of(order_id).values() if not line.cancelled]
    for code, holds in (
        ("OE-CREDIT", _wants_credit(books, order)),
        ("OE-INCOMPLETE", _is_incomplete(books, order)),
        ("OE-EXPORT", _is_restricted(books, order, lines)),
        ("OE-FRAUD", not order.reviewed and _fraud_points(books, order) >= limits.FRAUD_POINTS),
    ):
        if holds:
            yield Claim(code, ORDER, order_id)
    if order.status is OrderStatus.ENTERED and order.credit_status is not CreditStatus.HOLD:
        since = (order.status_at or order.ordered_at) + limits.ENTERED_AT_MOST
        yield Claim("OE-STUCK", ORDER, order_id, since)
    infeasible_from = _infeasible_from(books, order, lines)
    if infeasible_from is not None:
        yield Claim("OE-PROMISE", ORDER, order_id, infeasible_from)
    for line in lines:
        if line.open_quantity:
            yield from _judge_line(books, order, line, at)


def _judge_line(books: Books, order: SalesOrder, line: OrderLine, at: datetime) -> Iterable[Claim]:
    if not line.price_approved and _is_off_price(books, order, line, at):
        yield Claim("OE-PRICE", LINE, line.line_id)
    item = books.items.get(line.item_id)
    if item is not None and item.lifecycle is not ItemLifecycle.ACTIVE:
        yield Claim("OE-OBSOLETE", LINE, line.line_id)


def _wants_credit(books: Books, order: SalesOrder) -> bool:
    """On hold; or new, nobody has decided, and with it the customer is over the limit."""
    if order.credit_status is CreditStatus.HOLD:
        return True
    customer = books.customers.get(order.customer_id)
    if customer is None or customer.credit.limit_cents is None:
        return False
    undecided = order.status is OrderStatus.ENTERED and order.credit_status is CreditStatus.CLEAR
    return (
        undecided and customer.credit.open_receivables_cents + order.total_cents > customer.credit.limit_cents
    )


def _is_incomplete(books: Books, order: SalesOrder) -> bool:
    customer = books.customers.get(order.customer_id)
    if customer is None or order.status not in BEFORE_RELEASE:
        return False
    asked = tuple(name for name in customer.required_fields if name in ADDRESS_FIELDS)
    lacks_number = "customer_po" in customer.required_fields and not order.customer_po.strip()
    return lacks_number or bool(order.ship_to.missing(asked))


def _is_restricted(books: Books, order: SalesOrder, lines: Iterable[OrderLine]) -> bool:
    if order.screening is ScreeningStatus.HIT:
        return True
    if order.licence_number.strip() or order.screening is ScreeningStatus.CLEARED:
        return False
    country = order.ship_to.country
    if country in limits.EMBARGOED_COUNTRIES:
        return True
    items = (books.items.get(line.item_id) for line in lines)
    return any(item is not None and country in item.restricted_countries for item in items)


def _fraud_points(books: Books, order: SalesOrder) -> int:
    """Points of the indicators; those that compare look at the customer's orders up to this one."""
    points = limits.NEW_SHIP_TO_POINTS if order.ship_to_is_new else 0
    points += limits.PAYMENT_CHANGED_POINTS if order.payment_changed else 0
    points += limits.CONTACT_CHANGED_POINTS if order.contact_changed else 0
    points += limits.RUSH_POINTS if order.requested_at - order.ordered_at < limits.FRAUD_RUSH else 0
    if points + limits.VALUE_POINTS + limits.VELOCITY_POINTS < limits.FRAUD_POINTS:
        return points
    before = [
        other
        for other in books.orders_of_customer.of(order.customer_id).values()
        if other.order_id != order.order_id and other.ordered_at <= order.ordered_at
    ]
    usual = median([other.total_cents for other in before]) if before else 0
    if usual and order.total_cents * limits.ALL_BP >= usual * limits.FRAUD_VALUE_BP:
        points += limits.VALUE_POINTS
    window = order.ordered_at - limits.FRAUD_WINDOW
    if 1 + sum(other.ordered_at > window for other in before) >= limits.FRAUD_ORDERS_IN_WINDOW:
        points += limits.VELOCITY_POINTS
    return points


def _infeasible_from(books: Books, order: SalesOrder, lines: Iterable[OrderLine]) -> datetime | None:
    """From when the promise cannot be kept any more; the supply it waits for may say so at once."""
    if order.status not in BEFORE_RELEASE or order.credit_status is CreditStatus.HOLD:
        return None
    customer = books.customers.get(order.customer_id)
    latest: list[datetime] = []
    for line in lines:
        node_id = line.node_id or order.ship_from_node_id
        if customer is None or node_id is None or not line.open_quantity:
            continue
        lane = next(iter(books.lane_of.of(pair(node_id, customer.zone_id)).values()), None)
        if lane is None:
            continue
        latest_start = order.promised_at - limits.PICK_LEAD - timedelta(days=lane.transit_days)
        short = books.shortages.get(line.line_id)
        if short is not None and short.coming_at is not None and short.coming_at > latest_start:
            return order.ordered_at
        latest.append(latest_start)
    return min(latest, default=None)


def _is_off_price(books: Books, order: SalesOrder, line: OrderLine, at: datetime) -> bool:
    agreed = agreed_price_cents(books, order.customer_id, line.item_id, at)
    gap = abs(line.unit_price_cents - agreed)
    if agreed <= 0 or gap * limits.ALL_BP <= limits.PRICE_TOLERANCE_BP * agreed:
        return False
    return gap * line.ordered_quantity > limits.PRICE_TOLERANCE_CENTS


def agreed_price_cents(books: Books, customer_id: str, item_id: str, at: datetime) -> int:
    """By the newest contract in force, else by list; 0 when there is neither."""
    in_force = [
        price
        for price in books.contracts_of.of(pair(customer_id, item_id)).values()
        if price.valid_from <= at and (price.valid_until is None or price.valid_until > at)
    ]
    if in_force:
        return max(in_force, key=lambda price: price.valid_from).unit_price_cents
    item = books.items.get(item_id)
    return 0 if item is None else item.list_price_cents


def _orders_of_customer(books: Books, customer_id: str) -> Iterable[str]:
    orders = books.orders_of_customer.of(customer_id).values()
    return (order.order_id for order in orders if is_open(order))


def _orders_of_item(books: Books, item_id: str) -> Iterable[str]:
    return {line.order_id for line in books.lines_of_item.of(item_id).values() if line.open_quantity}


def judge_routing(books: Books, shipment_id: str, _at: datetime) -> Iterable[Claim]:
    """A shipment that will leave with a carrier its customer does not take."""
    shipment = books.shipments.get(shipment_id)
    if shipment is None or shipment.status not in NOT_LEFT or not shipment.scac:
        return
    customer = books.customers.get(shipment.customer_id)
    if customer is not None and customer.routing_scacs and shipment.scac not in customer.routing_scacs:
        yield Claim("OE-ROUTING", EntityKind.SHIPMENT, shipment_id)


def judge_changes(books: Books, order_id: str, _at: datetime) -> Iterable[Claim]:
    """Requests to change what the warehouse has been told to pick already."""
    order = books.orders.get(order_id)
    if order is None or not is_open(order):
        return
    for request in books.changes_of_order.of(order_id).values():
        if request.status != "open":
            continue
        for pick in books.picks_of_order.of(order_id).values():
            line = books.lines.get(pick.line_id)
            concerned = request.line_id is None or request.line_id == pick.line_id
            if concerned and pick.status != "cancelled" and line is not None and line.open_quantity:
                yield Claim("OE-LATE-CHANGE", EntityKind.ORDER_CHANGE, request.change_id)
                break


WATCHES = (
    Watch(
        name="orders",
        judge=judge_order,
        wakes={
            ORDER: by("order_id"),
            LINE: by("order_id"),
            EntityKind.CUSTOMER: each(
                lambda books, customer: _orders_of_customer(books, customer.customer_id)
            ),
            EntityKind.ITEM: each(lambda books, item: _orders_of_item(books, item.item_id)),
            EntityKind.CONTRACT_PRICE: each(lambda books, price: _orders_of_item(books, price.item_id)),
            Derived.SHORTAGE: by("order_id"),
        },
    ),
    Watch(
        name="routing",
        judge=judge_routing,
        wakes={
            EntityKind.SHIPMENT: when_changed(("status", "scac"), by("shipment_id")),
            EntityKind.CUSTOMER: each(
                lambda books, customer: (
                    shipment.shipment_id
                    for order in books.orders_of_customer.of(customer.customer_id)
                    for shipment in books.shipments_of_order.of(order).values()
                )
            ),
        },
    ),
    Watch(
        name="changes",
        judge=judge_changes,
        wakes={
            EntityKind.ORDER_CHANGE: by("order_id"),
            ORDER: each(lambda books, order: _if_changing(books, order.order_id)),
            LINE: each(lambda books, line: _if_changing(books, line.order_id)),
            EntityKind.PICK_TASK: each(lambda books, pick: _if_changing(books, pick.order_id)),
        },
    ),
)


def _if_changing(books: Books, order_id: str) -> Iterable[str]:
    return (order_id,) if books.changes_of_order.of(order_id) else ()
