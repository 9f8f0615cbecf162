"""Orders and lines beside others of their kind: quantities out of proportion, orders given twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from statistics import median_low
from typing import TYPE_CHECKING

from connectors.world.truth import limits
from connectors.world.truth.books import Books, Change
from connectors.world.truth.order_states import is_open
from connectors.world.truth.watch import Claim, Watch, by, each, when_changed
from domain.ids import EntityKind
from domain.orders import OrderStatus

if TYPE_CHECKING:
    from domain.orders import OrderLine, SalesOrder

ORDER = EntityKind.SALES_ORDER
LINE = EntityKind.ORDER_LINE
LineSet = tuple[tuple[str, int], ...]


def judge_quantities(books: Books, item_id: str, _at: datetime) -> Iterable[Claim]:
    """Open lines of an item whose quantity is out of all proportion, no full packs, or too little."""
    item = books.items.get(item_id)
    lines = [line for line in books.lines_of_item.of(item_id).values() if not line.cancelled]
    if item is None or not lines:
        return
    asked = [line for line in lines if _is_asked(books, line)]
    if not asked:
        return
    usual = median_low(line.ordered_quantity for line in lines)
    for line in asked:
        value = line.value_cents
        unusual = (
            len(lines) >= limits.UNUSUAL_QUANTITY_LEAST_LINES
            and value >= limits.UNUSUAL_QUANTITY_FLOOR_CENTS
            and line.ordered_quantity * limits.ALL_BP > usual * limits.UNUSUAL_QUANTITY_BP
        )
        uneven = value >= limits.PACK_FLOOR_CENTS and (
            line.ordered_quantity % item.case_pack_quantity != 0
            or line.ordered_quantity < item.minimum_order_quantity
        )
        if unusual or uneven:
            yield Claim("OE-QTY-OUTLIER", LINE, line.line_id)


def _is_asked(books: Books, line: OrderLine) -> bool:
    order = books.orders.get(line.order_id)
    return order is not None and is_open(order) and bool(line.open_quantity) and not line.quantity_confirmed


def _stays_open_or_closed(change: Change) -> bool:
    """Whether an order is as open as before."""
    before, after = change.before, change.after
    return before is not None and after is not None and is_open(before) == is_open(after)


def _items_of_order(books: Books, change: Change) -> Iterable[str]:
    """Only what opens or closes an order matters to the quantities of its items."""
    if _stays_open_or_closed(change):
        return ()
    order = change.after or change.before
    return {line.item_id for line in books.lines_of_order.of(order.order_id).values()}


class _LineSets:
    """What orders ask for, sorted, made once each."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._found: dict[str, LineSet] = {}

    def order(self, order: SalesOrder) -> LineSet:
        found = self._found.get(order.order_id)
        if found is None:
            lines = self._books.lines_of_order.of(order.order_id).values()
            asked = sorted((line.item_id, line.ordered_quantity) for line in lines if not line.cancelled)
            found = self._found[order.order_id] = tuple(asked)
        return found


def judge_duplicates(books: Books, customer_id: str, _at: datetime) -> Iterable[Claim]:
    """Orders of a customer that repeat an earlier one: its purchase order number, or its lines soon after."""
    orders = [
        order
        for order in books.orders_of_customer.of(customer_id).values()
        if order.status is not OrderStatus.CANCELLED
    ]
    orders.sort(key=lambda order: (order.ordered_at, order.order_id))
    newest_of: dict[str, datetime] = {}
    earlier: list[SalesOrder] = []
    lines_of = _LineSets(books)
    for order in orders:
        purchase = order.customer_po.strip()
        if is_open(order) and not order.reviewed:
            before = newest_of.get(purchase) if purchase else None
            again = before is not None and order.ordered_at - before <= limits.SAME_PO_WITHIN
            if again or _repeats_lines(lines_of, order, earlier):
                yield Claim("OE-DUP", ORDER, order.order_id)
        newest_of[purchase] = order.ordered_at
        earlier.append(order)


def _repeats_lines(lines_of: _LineSets, order: SalesOrder, earlier: list[SalesOrder]) -> bool:
    wanted: LineSet | None = None
    for first in reversed(earlier):
        if order.ordered_at - first.ordered_at > limits.SAME_LINES_WITHIN:
            return False
        wanted = lines_of.order(order) if wanted is None else wanted
        if wanted and wanted == lines_of.order(first):
            numbered = order.customer_po.strip() and first.customer_po.strip()
            if len(wanted) >= limits.SAME_LINES_LEAST or not numbered:
                return True
    return False


def _customer_of_order(_books: Books, change: Change) -> Iterable[str]:
    """Only what opens, closes or reviews an order, or its number, matters to its customer's others."""
    before, after = change.before, change.after
    same = before is not None and after is not None and before.reviewed == after.reviewed
    if same and before.customer_po == after.customer_po and _stays_open_or_closed(change):
        return ()
    return ((after or before).customer_id,)


def _customer_of_line(books: Books, line: OrderLine) -> Iterable[str | None]:
    order = books.orders.get(line.order_id)
    return (None if order is None else order.customer_id,)


WATCHES = (
    Watch(
        name="quantities",
        judge=judge_quantities,
        wakes={
            LINE: when_changed(
                (
                    "ordered_quantity",
                    "shipped_quantity",
                    "cancelled",
                    "quantity_confirmed",
                    "unit_price_cents",
                ),
                by("item_id"),
            ),
            EntityKind.ITEM: by("item_id"),
            ORDER: _items_of_order,
        },
    ),
    Watch(
        name="duplicates",
        judge=judge_duplicates,
        wakes={
            ORDER: _customer_of_order,
            LINE: when_changed(("ordered_quantity", "cancelled"), each(_customer_of_line)),
        },
    ),
)
