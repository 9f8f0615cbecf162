"""Orders and what is said of them: 850, 855, 860."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connectors.edi.codes import line_answer
from connectors.edi.documents import (
    DocumentLine,
    LineAnswer,
    OrderAnswer,
    OrderChangeRequest,
    PurchaseOrder,
)
from connectors.edi.reading import SetReading
from connectors.edi.segments import Segment
from connectors.edi.x12sets.parties import REQUESTED, dated, party

ORIGINAL = "00"
_LOOPS = ("CTT",)
_QUANTITY_CHANGES = ("QI", "QD", "CA", "PQ", "PC", "CT", "RS", "RZ", "PR")
_DELETES = "DI"


def read_850(reading: SetReading) -> PurchaseOrder:
    """A purchase order of a customer."""
    begin = reading.need("BEG")
    begin.one_of(1, (ORIGINAL,))
    head = reading.header("PO1")
    requested = dated(reading, head, *REQUESTED, end=True)
    lines = tuple(
        _order_line(reading, loop, n) for n, loop in enumerate(reading.need_loops("PO1", *_LOOPS), 1)
    )
    reading.check_positions([line.position for line in lines])
    reading.check_count(len(lines))
    ordered = reading.instant(begin, 5)
    wanted = reading.asked_for("DTM", ordered, requested, [line.requested_at for line in lines])
    currency = reading.find(head, "CUR")
    return PurchaseOrder(
        number=begin.text(3),
        ordered_at=ordered,
        requested_at=wanted,
        currency=reading.partner.currency if currency is None else currency.text(2),
        ship_to=party(head, "ST"),
        lines=tuple(replace(line, requested_at=line.requested_at or wanted) for line in lines),
    )


def _order_line(reading: SetReading, loop: Sequence[Segment], place: int) -> DocumentLine:
    head = loop[0]
    unit = head.text(3)
    return DocumentLine(
        position=reading.position(head, 1, place),
        item=reading.item(head, 6),
        quantity=reading.units(head, 2, unit, 3),
        unit_price_cents=reading.price(head, 4, head.text(4), reading.factor(head, unit, 3)),
        requested_at=dated(reading, loop, *REQUESTED, end=True),
    )


def read_855(reading: SetReading) -> OrderAnswer:
    """A supplier's answer to our order, line by line with its codes (668)."""
    begin = reading.need("BAK")
    head = reading.header("PO1")
    lines = tuple(_answered(reading, loop, n) for n, loop in enumerate(reading.need_loops("PO1", *_LOOPS), 1))
    reading.check_positions([line.position for line in lines])
    reading.check_count(len(lines))
    return OrderAnswer(
        number=begin.text(3),
        at=reading.instant(begin, 9 if begin.get(9) else 4),
        due_at=dated(reading, head, *REQUESTED, end=True),
        ship_to_code=party(head, "ST").code,
        lines=lines,
        # Alone, the date of the order (BAK04) is taken for that of the answer.
        ordered_at=reading.instant(begin, 4) if begin.get(9) and begin.get(4) else None,
    )


def _answered(reading: SetReading, loop: Sequence[Segment], place: int) -> DocumentLine:
    head = loop[0]
    answers = tuple(_answer(reading, each) for each in loop if each.tag == "ACK")
    if not answers:
        raise head.fail(0, "the line is not answered by an ACK", "3")
    return DocumentLine(
        position=reading.position(head, 1, place),
        item=reading.item(head, 6),
        quantity=reading.units(head, 2, head.text(3), 3),
        requested_at=dated(reading, loop, *REQUESTED, end=True),
        answers=answers,
    )


def _answer(reading: SetReading, segment: Segment) -> LineAnswer:
    code = line_answer(segment.text(1))
    if code is None:
        raise segment.fail(1, f"{segment.get(1)!r} is no line status (668)")
    return LineAnswer(
        code=code,
        quantity=reading.units(segment, 2, segment.text(3), 3),
        at=reading.instant(segment, 5, end=True) if segment.get(5) else None,
    )


def read_860(reading: SetReading) -> OrderChangeRequest:
    """A customer's change of an order, or its cancellation."""
    begin = reading.need("BCH")
    purpose = begin.one_of(1, ("01", "04"))
    lines = tuple(_change(reading, loop, n) for n, loop in enumerate(reading.loops("POC", *_LOOPS), 1))
    if purpose == "04" and not lines:
        raise reading.missing("POC")
    reading.check_positions([line.position for line in lines])
    reading.check_count(len(lines))
    return OrderChangeRequest(
        number=begin.text(3),
        at=reading.instant(begin, 11 if begin.get(11) else 6),
        cancels=purpose == "01",
        lines=lines,
    )


def _change(reading: SetReading, loop: Sequence[Segment], place: int) -> DocumentLine:
    head = loop[0]
    kind = head.one_of(2, (*_QUANTITY_CHANGES, _DELETES))
    return DocumentLine(
        position=reading.position(head, 1, place),
        item=reading.item(head, 8),
        quantity=0 if kind == _DELETES else reading.units(head, 3, head.text(5), 5),
        requested_at=dated(reading, loop, *REQUESTED, end=True),
    )
