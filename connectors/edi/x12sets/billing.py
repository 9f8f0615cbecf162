"""Invoices and returns: 810, 180."""

from __future__ import annotations

from connectors.edi import faults
from connectors.edi.codes import CodedFact
from connectors.edi.documents import Bill, DocumentLine, ReturnRequest
from connectors.edi.reading import SetReading
from connectors.edi.x12sets.parties import reference

_CHARGES = frozenset({"SAC", "ITA", "TXI"})


def read_810(reading: SetReading) -> Bill:
    """An invoice; its total must be that of its lines unless it has charges beside."""
    begin = reading.need("BIG")
    lines: list[DocumentLine] = []
    for place, loop in enumerate(reading.need_loops("IT1", "TDS", "CTT"), 1):
        head = loop[0]
        unit = head.text(3)
        lines.append(
            DocumentLine(
                position=reading.position(head, 1, place),
                item=reading.item(head, 6),
                quantity=reading.units(head, 2, unit, 3),
                unit_price_cents=reading.price(head, 4, head.text(4), reading.factor(head, unit, 3)),
            )
        )
    reading.check_positions([line.position for line in lines])
    reading.check_count(len(lines))
    total = reading.need("TDS")
    billed = sum(line.quantity * line.unit_price_cents for line in lines)
    has_charges = any(segment.tag in _CHARGES for segment in reading.segments)
    if not has_charges and total.implied_cents(1) != billed:
        raise total.fail(1, f"it says {total.get(1)} cents, the lines make {billed}")
    return Bill(
        number=begin.text(2),
        at=reading.instant(begin, 1),
        order_number=begin.text(4),
        shipment_number=reference(reading.header("IT1"), "REF", "SI", "BM", "PK"),
        lines=tuple(lines),
    )


def read_180(reading: SetReading) -> ReturnRequest:
    """Goods a customer wants to send back, with its reasons."""
    begin = reading.need("BGN")
    order = reading.need("PRF")
    lines: list[DocumentLine] = []
    for place, loop in enumerate(reading.need_loops("BLI"), 1):
        head = loop[0]
        reason = reading.find(loop, "RDR")
        raw = "" if reason is None else (reason.get(3).strip() or reason.get(1).strip())
        if not raw:
            raise head.fail(0, "the line has no reason (RDR)", faults.SEGMENT_MISSING)
        number = reading.find(loop, "N9", "LI")
        lines.append(
            DocumentLine(
                position=place if number is None else number.whole(2),
                item=reading.item(head, 1),
                quantity=reading.units(head, 3, head.text(4), 4),
                code=CodedFact(element="1293", raw=raw, meaning="returned", responsible="consignee"),
            )
        )
    reading.check_positions([line.position for line in lines])
    return ReturnRequest(
        number=begin.text(2),
        order_number=order.text(1),
        at=reading.instant(begin, 3),
        lines=tuple(lines),
    )
