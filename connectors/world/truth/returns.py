"""Goods that come back: claims that do not match, steps that take too long, items with too many returns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors.world.truth import limits
from connectors.world.truth.books import Books
from connectors.world.truth.invoicing import BOOKED, LEFT
from connectors.world.truth.watch import Claim, Watch, by, each, when_changed
from domain.ids import EntityKind
from domain.returns import RmaStatus

if TYPE_CHECKING:
    from domain.returns import ReturnAuthorisation

RETURN = EntityKind.RETURN_AUTHORISATION
OPEN = frozenset({RmaStatus.ISSUED, RmaStatus.RECEIVED})


def judge_return(books: Books, rma_id: str, _at: datetime) -> Iterable[Claim]:
    """A return that waits too long for its next step."""
    back = books.returns.get(rma_id)
    if back is None or back.status not in OPEN or back.credited_at is not None:
        return
    if back.status is RmaStatus.ISSUED and back.received_at is None:
        expected_by = back.expected_by or back.issued_at + limits.RETURN_EXPECTED_WITHIN
        yield Claim("RT-OVERDUE", RETURN, rma_id, expected_by + limits.RETURN_GRACE)
    if back.received_at is not None and not back.disposition:
        yield Claim("RT-DISPOSITION", RETURN, rma_id, back.received_at + limits.DISPOSITION_WITHIN)
    if back.disposition and back.disposed_at is not None:
        yield Claim("RT-CREDIT", RETURN, rma_id, back.disposed_at + limits.RETURN_CREDIT_WITHIN)


def judge_claims(books: Books, line_id: str, _at: datetime) -> Iterable[Claim]:
    """The returns of a line against what of it was shipped and billed, in the order they were issued."""
    backs = sorted(books.returns_of_line.of(line_id).values(), key=lambda back: (back.issued_at, back.rma_id))
    if not backs:
        return
    there = _units_there(books, line_id)
    so_far = 0
    for back in backs:
        units = _units_of(back)
        is_open = back.status in OPEN and back.credited_at is None
        if is_open and (so_far + units > there or _is_foreign_lot(books, back)):
            yield Claim("RT-UNMATCHED", RETURN, back.rma_id)
        so_far += (back.received_quantity or 0) if back.status is RmaStatus.CLOSED else units


def _units_of(back: ReturnAuthorisation) -> int:
    """What is claimed or was received, whichever is more; else what was authorised."""
    told = [units for units in (back.claimed_quantity, back.received_quantity) if units is not None]
    return max(told, default=back.quantity)


def _units_there(books: Books, line_id: str) -> int:
    line = books.lines.get(line_id)
    shipped = 0 if line is None else line.shipped_quantity
    gone = sum(
        part.quantity
        for shipment in books.shipments_of_line.of(line_id).values()
        if shipment.status in LEFT
        for part in shipment.lines
        if part.line_id == line_id
    )
    shipped = max(shipped, gone)
    posted = [bill for bill in books.invoices_of_line.of(line_id).values() if bill.status in BOOKED]
    if not posted:
        return shipped
    billed = sum(part.quantity for bill in posted for part in bill.lines if part.line_id == line_id)
    return min(shipped, billed)


def _is_foreign_lot(books: Books, back: ReturnAuthorisation) -> bool:
    lot = books.lots.get(back.lot_id) if back.lot_id else None
    return lot is not None and lot.item_id != back.item_id


def judge_rate(books: Books, item_id: str, at: datetime) -> Iterable[Claim]:
    """An item of which more lines come back within the window than chance explains (p-chart)."""
    since = at - limits.RETURN_WINDOW
    count = sum(back.issued_at > since for back in books.returns_of_item.of(item_id).values())
    if count < limits.RETURN_LEAST_COUNT:
        return
    item = books.items.get(item_id)
    category = "" if item is None else item.category
    usual = limits.RETURN_USUAL_OF_CATEGORY_BP.get(category, limits.RETURN_USUAL_BP) / limits.ALL_BP
    lines = sum(
        shipment.shipped_at > since
        for shipment in books.shipments_of_item.of(item_id).values()
        if shipment.status in LEFT and shipment.shipped_at is not None
        for part in shipment.lines
        if part.item_id == item_id
    )
    if count * limits.ALL_BP < limits.RETURN_LEAST_BP * lines:
        return
    if count - lines * usual > limits.RETURN_SIGMAS * (lines * usual * (1 - usual)) ** 0.5:
        yield Claim("RT-RATE", EntityKind.ITEM, item_id)


WATCHES = (
    Watch(
        name="returns",
        judge=judge_return,
        wakes={RETURN: by("rma_id")},
    ),
    Watch(
        name="claims",
        judge=judge_claims,
        wakes={
            RETURN: by("line_id"),
            EntityKind.ORDER_LINE: each(
                lambda books, line: (line.line_id,) if books.returns_of_line.of(line.line_id) else ()
            ),
            EntityKind.INVOICE: each(
                lambda books, bill: (
                    part.line_id for part in bill.lines if books.returns_of_line.of(part.line_id)
                )
            ),
            EntityKind.SHIPMENT: when_changed(
                ("status",),
                each(
                    lambda books, shipment: (
                        part.line_id for part in shipment.lines if books.returns_of_line.of(part.line_id)
                    )
                ),
            ),
        },
    ),
    Watch(
        name="return rates",
        judge=judge_rate,
        wakes={RETURN: by("item_id")},
        every=timedelta(hours=1),
    ),
)
