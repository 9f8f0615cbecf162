"""What traders tell each other: ORDERS, ORDRSP, DESADV, INVOIC, RECADV, INVRPT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connectors.edi.codes import line_action
from connectors.edi.documents import (
    Bill,
    DocumentLine,
    LineAnswer,
    OrderAnswer,
    PurchaseOrder,
    Receipt,
    ShipNotice,
    StockReport,
)
from connectors.edi.edifact_sets.parties import (
    dated,
    item,
    lines_of,
    need_date,
    need_quantity,
    original,
    party,
    price,
    quantity,
    reference,
)
from connectors.edi.reading import SetReading
from connectors.edi.segments import Segment

_REQUESTED = ("2", "69", "64", "63")
_CONFIRMED = ("67", "2", "69")
_ARRIVAL = ("17", "132", "358")
_NOTHING_SHIPS = frozenset({"2", "7", "10"})


def read_orders(reading: SetReading) -> PurchaseOrder:
    """A purchase order of a customer."""
    begin = original(reading)
    head = reading.header("LIN")
    wanted = dated(reading, head, *_REQUESTED, end=True)
    lines = [_order_line(reading, loop, n) for n, loop in enumerate(lines_of(reading), 1)]
    reading.check_positions([line.position for line in lines])
    ordered = need_date(reading, head, "137")
    requested = reading.asked_for("DTM", ordered, wanted, [line.requested_at for line in lines])
    currency = reading.find(head, "CUX", "2", component=1)
    return PurchaseOrder(
        number=begin.need(2, 1),
        ordered_at=ordered,
        requested_at=requested,
        currency=reading.partner.currency if currency is None else currency.need(1, 2),
        ship_to=party(head, "DP", "ST", "CN", "BY"),
        lines=tuple(replace(line, requested_at=line.requested_at or requested) for line in lines),
    )


def _order_line(reading: SetReading, loop: Sequence[Segment], place: int) -> DocumentLine:
    return DocumentLine(
        position=reading.position(loop[0], 1, place),
        item=item(reading, loop),
        quantity=need_quantity(reading, loop, "21"),
        unit_price_cents=price(reading, loop),
        requested_at=dated(reading, loop, *_REQUESTED, end=True),
    )


def read_ordrsp(reading: SetReading) -> OrderAnswer:
    """A supplier's answer to our order, line by line with its action (1229)."""
    reading.need("BGM")
    head = reading.header("LIN")
    number = reference(head, "ON")
    if not number:
        raise reading.missing("RFF", "ON")
    lines = tuple(_answered(reading, loop, n) for n, loop in enumerate(lines_of(reading), 1))
    reading.check_positions([line.position for line in lines])
    return OrderAnswer(
        number=number,
        at=need_date(reading, head, "137"),
        due_at=dated(reading, head, "2", "69", "67", end=True),
        ship_to_code=party(head, "DP", "ST", "CN").code,
        lines=lines,
        ordered_at=dated(reading, head, "171"),
    )


def _answered(reading: SetReading, loop: Sequence[Segment], place: int) -> DocumentLine:
    head = loop[0]
    code = line_action(head.text(2))
    if code is None:
        raise head.fail(2, f"{head.get(2)!r} is no action of a line (1229)")
    ordered = need_quantity(reading, loop, "21", "113", "12")
    promised = quantity(reading, loop, "113", "12")
    if promised is None:
        promised = 0 if code.raw in _NOTHING_SHIPS else ordered
    return DocumentLine(
        position=reading.position(head, 1, place),
        item=item(reading, loop),
        quantity=ordered,
        answers=(LineAnswer(code=code, quantity=promised, at=dated(reading, loop, *_CONFIRMED, end=True)),),
    )


def read_desadv(reading: SetReading) -> ShipNotice:
    """What a supplier shipped."""
    begin = reading.need("BGM")
    head = reading.header("CPS", "LIN")
    whole = reference(head, "ON")
    lines: list[DocumentLine] = []
    for place, loop in enumerate(lines_of(reading), 1):
        order = reference(loop, "ON") or whole
        if not order:
            raise loop[0].fail(0, "the line belongs to no order (RFF ON)", "3")
        of_order = reference(loop, "ON", component=3)
        number = loop[0] if not of_order else reading.find(loop, "RFF", "ON", component=1)
        position = (
            reading.position(loop[0], 1, place)
            if not of_order or number is None
            else number.as_whole(1, of_order)
        )
        lines.append(
            DocumentLine(
                position=position,
                item=item(reading, loop),
                quantity=quantity(reading, loop, "21") or 0,
                shipped_quantity=need_quantity(reading, loop, "12"),
                order_number=order,
            )
        )
    at = need_date(reading, head, "137")
    return ShipNotice(
        number=begin.need(2, 1),
        at=at,
        shipped_at=dated(reading, head, "11") or at,
        eta_at=dated(reading, head, *_ARRIVAL, end=True),
        withdrawn=begin.get(3) == "1",
        ship_to_code=party(head, "DP", "ST", "CN").code,
        lines=tuple(lines),
    )


def read_invoic(reading: SetReading) -> Bill:
    """An invoice; the total of its lines (MOA 79) must be that of its lines."""
    begin = original(reading)
    head = reading.header("LIN")
    order = reference(head, "ON")
    if not order:
        raise reading.missing("RFF", "ON")
    lines = tuple(
        DocumentLine(
            position=reading.position(loop[0], 1, place),
            item=item(reading, loop),
            quantity=need_quantity(reading, loop, "47"),
            unit_price_cents=price(reading, loop),
        )
        for place, loop in enumerate(lines_of(reading), 1)
    )
    reading.check_positions([line.position for line in lines])
    total = reading.find(reading.segments, "MOA", "79", component=1)
    billed = sum(line.quantity * line.unit_price_cents for line in lines)
    if total is not None and total.cents(1, total.as_number(1, total.need(1, 2))) != billed:
        raise total.fail(1, f"it says {total.part(1, 2)}, the lines make {billed} cents")
    return Bill(
        number=begin.need(2, 1),
        at=need_date(reading, head, "137"),
        order_number=order,
        shipment_number=reference(head, "DQ", "AAK"),
        lines=lines,
    )


def read_recadv(reading: SetReading) -> Receipt:
    """What a receiver took in."""
    begin = reading.need("BGM")
    head = reading.header("CPS", "LIN")
    shipment = reference(head, "AAK", "DQ")
    if not shipment:
        raise reading.missing("RFF", "AAK")
    lines = tuple(
        DocumentLine(
            position=reading.position(loop[0], 1, place),
            item=item(reading, loop),
            quantity=need_quantity(reading, loop, "48", "194"),
        )
        for place, loop in enumerate(lines_of(reading), 1)
    )
    reading.check_positions([line.position for line in lines])
    return Receipt(
        number=begin.need(2, 1),
        shipment_number=shipment,
        order_number=reference(head, "ON"),
        at=need_date(reading, head, "50", "137"),
        lines=lines,
    )


def read_invrpt(reading: SetReading) -> StockReport:
    """What a warehouse has on hand."""
    begin = reading.need("BGM")
    head = reading.header("LIN")
    lines = tuple(
        DocumentLine(
            position=place, item=item(reading, loop), quantity=need_quantity(reading, loop, "145", "17")
        )
        for place, loop in enumerate(lines_of(reading), 1)
    )
    if len({line.item for line in lines}) != len(lines):
        raise begin.fail(0, "an item stands on two lines")
    return StockReport(
        at=need_date(reading, head, "366", "137"), node_code=party(head, "WH", "GY", "SU").code, lines=lines
    )
