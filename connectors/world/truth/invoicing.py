"""After the goods have left: what was billed, signed for and paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.world.truth import limits
from connectors.world.truth.books import Books
from connectors.world.truth.watch import Claim, Watch, by, each
from domain.billing import InvoiceStatus, PodCondition
from domain.ids import EntityKind
from domain.orders import OrderStatus
from domain.transport import ShipmentStatus

if TYPE_CHECKING:
    from domain.billing import Invoice, InvoiceLine, ProofOfDelivery
    from domain.orders import OrderLine
    from domain.transport import Shipment

BILL = EntityKind.INVOICE
SHIPMENT = EntityKind.SHIPMENT
LEFT = frozenset({ShipmentStatus.IN_TRANSIT, ShipmentStatus.DELIVERED})
BOOKED = frozenset({InvoiceStatus.POSTED, InvoiceStatus.PAID})
FINISHED = frozenset({OrderStatus.SHIPPED, OrderStatus.INVOICED})


def judge_billing(books: Books, order_id: str, _at: datetime) -> Iterable[Claim]:
    """The bills and receipts of an order, shipment by shipment."""
    wrong_quantity: set[str] = set(_lines_shipped_oddly(books, order_id))
    for shipment in books.shipments_of_order.of(order_id).values():
        bills = _bills_of(books, shipment.shipment_id)
        receipts = list(books.receipts_of.of(shipment.shipment_id).values())
        wrong_quantity.update(_wrongly_billed(books, shipment, bills))
        yield from _missing_papers(books, shipment, bills, receipts)
        posted = [bill for bill in bills if bill.status in BOOKED]
        for bill in posted:
            if receipts and _is_beyond_receipt(bill, receipts):
                yield Claim("IN-POD-MISMATCH", BILL, bill.invoice_id)
        for place, bill in enumerate(posted):
            if any(_bills_again(shipment, bill, first, posted) for first in posted[:place]):
                yield Claim("IN-DUP", BILL, bill.invoice_id)
        for bill in bills:
            if any(_is_off_price(books, part) for part in bill.lines):
                yield Claim("IN-PRICE", BILL, bill.invoice_id)
            if _is_short_paid(bill):
                yield Claim("IN-DEDUCTION", BILL, bill.invoice_id)
    for invoice_id in sorted(wrong_quantity):
        yield Claim("IN-QTY", BILL, invoice_id)


def _bills_of(books: Books, shipment_id: str) -> list[Invoice]:
    """The invoices of a shipment that stand, in the order they were issued."""
    bills = books.invoices_of_shipment.of(shipment_id).values()
    standing = [bill for bill in bills if bill.status is not InvoiceStatus.CANCELLED]
    return sorted(standing, key=lambda bill: (bill.issued_at, bill.invoice_id))


def _carried(shipment: Shipment) -> Counter[str]:
    units: Counter[str] = Counter()
    for part in shipment.lines:
        units[part.line_id] += part.quantity
    return units


def _billed(bill: Invoice, *, less_credits: bool = True) -> Counter[str]:
    units: Counter[str] = Counter()
    for part in bill.lines:
        units[part.line_id] += part.quantity - (part.credited_quantity if less_credits else 0)
    return units


def _wrongly_billed(books: Books, shipment: Shipment, bills: Sequence[Invoice]) -> Iterable[str]:
    """Invoices that bill more of a line than went; the last one where all together bill less."""
    carried = _carried(shipment)
    for bill in bills:
        prices: dict[str, int] = {part.line_id: part.unit_price_cents for part in bill.lines}
        for line_id, units in _billed(bill).items():
            if units > carried[line_id] and _matters(units, carried[line_id], prices[line_id]):
                yield bill.invoice_id
    if not bills:
        return
    billed: Counter[str] = Counter()
    for bill in bills:
        billed.update(_billed(bill, less_credits=False))
    for line_id, units in carried.items():
        line = books.lines.get(line_id)
        if (
            line is not None
            and billed[line_id] < units
            and _matters(billed[line_id], units, line.unit_price_cents)
        ):
            yield bills[-1].invoice_id


def _matters(units: int, right: int, price_cents: int) -> bool:
    gap = abs(units - right)
    if gap * limits.ALL_BP <= limits.BILLED_QUANTITY_BP * right:
        return False
    return gap * price_cents > limits.BILLED_QUANTITY_CENTS


def _lines_shipped_oddly(books: Books, order_id: str) -> Iterable[str]:
    """The newest invoices of finished lines that went in another quantity than ordered, without a reason."""
    order = books.orders.get(order_id)
    if order is None or order.status not in FINISHED:
        return
    for line in books.lines_of_order.of(order_id).values():
        if line.cancelled or line.shipped_quantity in {0, line.ordered_quantity}:
            continue
        if line.shipped_quantity < line.ordered_quantity and _has_reason(books, line):
            continue
        bills = [
            bill
            for bill in books.invoices_of_line.of(line.line_id).values()
            if bill.status is not InvoiceStatus.CANCELLED
        ]
        if bills and _matters(line.shipped_quantity, line.ordered_quantity, line.unit_price_cents):
            yield max(bills, key=lambda bill: (bill.issued_at, bill.invoice_id)).invoice_id


def _has_reason(books: Books, line: OrderLine) -> bool:
    picks = books.picks_of_line.of(line.line_id).values()
    if any(pick.status == "short" or pick.reason_code for pick in picks):
        return True
    requests = books.changes_of_order.of(line.order_id).values()
    return any(request.line_id == line.line_id and request.status == "applied" for request in requests)


def _missing_papers(
    books: Books, shipment: Shipment, bills: Sequence[Invoice], receipts: Sequence[ProofOfDelivery]
) -> Iterable[Claim]:
    if shipment.status is ShipmentStatus.DELIVERED and not receipts:
        delivered_at = shipment.delivered_at or _last_heard(books, shipment)
        if delivered_at is not None:
            yield Claim(
                "IN-POD-MISSING", SHIPMENT, shipment.shipment_id, delivered_at + limits.POD_MISSING_AFTER
            )
    unbilled = shipment.status in LEFT and not any(bill.status in BOOKED for bill in bills)
    if unbilled and shipment.shipped_at is not None:
        since = shipment.shipped_at + limits.UNBILLED_AFTER
        yield Claim("IN-UNBILLED", SHIPMENT, shipment.shipment_id, since)


def _last_heard(books: Books, shipment: Shipment) -> datetime | None:
    told = [milestone.happened_at for milestone in books.milestones_of.of(shipment.shipment_id).values()]
    return max(told, default=None)


def _is_beyond_receipt(bill: Invoice, receipts: Iterable[ProofOfDelivery]) -> bool:
    """Whether more of a line is billed than was signed for in good condition."""
    good: Counter[str] = Counter()
    for receipt in receipts:
        for part in receipt.lines:
            if part.condition is PodCondition.GOOD:
                good[part.line_id] += part.delivered_quantity
    return any(units > good[line_id] for line_id, units in _billed(bill).items())


def _bills_again(shipment: Shipment, bill: Invoice, first: Invoice, posted: Iterable[Invoice]) -> bool:
    """Whether a line that an earlier invoice bills is billed here too, beyond what the shipment carried."""
    carried = _carried(shipment)
    together: Counter[str] = Counter()
    for one in posted:
        together.update(_billed(one))
    before = _billed(first)
    return any(
        units > 0 and before[line_id] > 0 and together[line_id] > carried[line_id]
        for line_id, units in _billed(bill).items()
    )


def _is_off_price(books: Books, part: InvoiceLine) -> bool:
    line = books.lines.get(part.line_id)
    if line is None:
        return False
    gap = abs(part.unit_price_cents - line.unit_price_cents)
    if gap * limits.ALL_BP <= limits.BILLED_PRICE_BP * line.unit_price_cents:
        return False
    return gap * (part.quantity - part.credited_quantity) > limits.BILLED_PRICE_CENTS


def _is_short_paid(bill: Invoice) -> bool:
    """Paid for less than is owed, with a reason or as if that were all."""
    if bill.paid_cents is None or bill.deduction_closed:
        return False
    owed = sum((part.quantity - part.credited_quantity) * part.unit_price_cents for part in bill.lines)
    is_final = bool(bill.deduction_code) or bill.status is InvoiceStatus.PAID
    return is_final and owed - bill.paid_cents > limits.DEDUCTION_CENTS


def _order_of_receipt(books: Books, receipt: ProofOfDelivery) -> Iterable[str | None]:
    shipment = books.shipments.get(receipt.shipment_id)
    return (None if shipment is None else shipment.order_id,)


def _if_billed(books: Books, order_id: str) -> Iterable[str]:
    """Before anything left there is nothing to bill."""
    return (order_id,) if books.shipments_of_order.of(order_id) else ()


WATCHES = (
    Watch(
        name="billing",
        judge=judge_billing,
        wakes={
            BILL: by("order_id"),
            SHIPMENT: by("order_id"),
            EntityKind.PROOF_OF_DELIVERY: each(_order_of_receipt),
            EntityKind.SALES_ORDER: each(lambda books, order: _if_billed(books, order.order_id)),
            EntityKind.ORDER_LINE: each(lambda books, line: _if_billed(books, line.order_id)),
            EntityKind.PICK_TASK: each(lambda books, pick: _if_billed(books, pick.order_id)),
            EntityKind.ORDER_CHANGE: each(lambda books, change: _if_billed(books, change.order_id)),
        },
    ),
)
