"""Goods on their way in and out: 856, 940, 945, 943, 944."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.edi import faults
from connectors.edi.documents import DocumentLine, ShipNotice, StockTransfer, WarehouseShipment
from connectors.edi.limits import LIMITS
from connectors.edi.reading import SetReading
from connectors.edi.segments import Segment
from connectors.edi.x12sets.parties import REQUESTED, dated, party, reference

_WITHDRAWN = "01"
_GRAMS_OF_UNIT = {"L": 453_592, "LB": 453_592, "K": 1_000_000, "KG": 1_000_000, "G": 1_000_000}
_DELIVERY = ("17", "02", "67")


def read_856(reading: SetReading) -> ShipNotice:
    """A ship notice: shipment, orders, packs and items by their hierarchy."""
    begin = reading.need("BSN")
    head = reading.header("HL")
    levels = reading.need_loops("HL", "CTT")
    shipment = levels[0]
    if shipment[0].get(3) != "S":
        raise shipment[0].fail(3, "the first level is not the shipment", faults.ELEMENT_CODE)
    dates = [*head, *shipment]
    at = reading.instant(begin, 3, 4)
    return ShipNotice(
        number=begin.text(2),
        at=at,
        shipped_at=dated(reading, dates, "011") or at,
        eta_at=dated(reading, dates, "017", "067", end=True),
        withdrawn=begin.get(1) == _WITHDRAWN,
        ship_to_code=party(shipment, "ST").code or party(head, "ST").code,
        lines=_notice_lines(reading, levels),
    )


def _notice_lines(reading: SetReading, levels: Sequence[Sequence[Segment]]) -> tuple[DocumentLine, ...]:
    depth: dict[str, int] = {}
    order_of: dict[str, str] = {}
    lines: list[DocumentLine] = []
    for loop in levels:
        head = loop[0]
        key, parent = head.text(1), head.get(2).strip()
        if key in depth or (parent and parent not in depth) or (not parent and depth):
            raise head.fail(2, "the levels are no tree")
        depth[key] = depth.get(parent, 0) + 1
        if depth[key] > LIMITS.hierarchy_depth:
            raise head.fail(0, f"more than {LIMITS.hierarchy_depth} levels")
        level = head.one_of(3, ("S", "O", "P", "T", "I"))
        order_of[key] = order_of.get(parent, "")
        if level == "O":
            named = reference(loop, "REF", "PO") if reading.find(loop, "PRF") is None else ""
            order_of[key] = named or _inside(head, loop, "PRF").text(1)
        if level == "I":
            lines.append(_notice_line(reading, loop, order_of[key], len(lines) + 1))
    total = reading.find(reading.segments, "CTT")
    # By the standard it counts levels; many partners count the items instead.
    if total is not None and total.whole(1) not in {len(levels), len(lines)}:
        raise total.fail(1, f"it counts {total.get(1)} levels, there are {len(levels)}")
    if not lines:
        raise levels[0][0].fail(0, "no level holds items")
    return tuple(lines)


def _notice_line(reading: SetReading, loop: Sequence[Segment], order: str, place: int) -> DocumentLine:
    head = loop[0]
    if not order:
        raise head.fail(0, "the item belongs to no order")
    item, shipped = _inside(head, loop, "LIN"), _inside(head, loop, "SN1")
    return DocumentLine(
        position=reading.position(item, 1, place),
        item=reading.item(item, 2),
        quantity=reading.units(shipped, 5, shipped.text(6), 6) if shipped.get(5) else 0,
        shipped_quantity=reading.units(shipped, 2, shipped.text(3), 3),
        order_number=order,
    )


def _inside(head: Segment, loop: Sequence[Segment], tag: str) -> Segment:
    found = SetReading.find(loop, tag)
    if found is None:
        raise head.fail(0, f"its loop has no {tag}", faults.SEGMENT_MISSING)
    return found


def read_940(reading: SetReading) -> WarehouseShipment:
    """An order to a warehouse to ship."""
    begin = reading.need("W05")
    head = reading.header("LX")
    carrier = reading.find(reading.segments, "W66")
    return WarehouseShipment(
        order_number=begin.text(2),
        shipment_number=begin.text(2),
        ship_from_code=party(head, "WH", "SF").code,
        ship_to_code=party(head, "ST").code,
        pickup_at=dated(reading, head, "10", "11", tag="G62"),
        window_end_at=dated(reading, head, *_DELIVERY, end=True, tag="G62"),
        shipped_at=None,
        scac="" if carrier is None else carrier.get(10).strip(),
        weight_grams=0,
        lines=_warehouse_lines(reading, "W01"),
    )


def read_945(reading: SetReading) -> WarehouseShipment:
    """What a warehouse shipped; less than ordered is a fact kept beside."""
    begin = reading.need("W06")
    head = reading.header("LX")
    carrier = reading.find(reading.segments, "W27")
    shipped = dated(reading, head, "11", "10", tag="G62") or reading.instant(begin, 3)
    return WarehouseShipment(
        order_number=begin.text(2),
        shipment_number=begin.text(4),
        ship_from_code=party(head, "WH", "SF").code,
        ship_to_code=party(head, "ST").code,
        pickup_at=shipped,
        window_end_at=dated(reading, head, *_DELIVERY, end=True, tag="G62"),
        shipped_at=shipped,
        scac="" if carrier is None else carrier.get(2).strip(),
        weight_grams=_weight(reading),
        lines=_warehouse_lines(reading, "W12"),
    )


def _warehouse_lines(reading: SetReading, tag: str) -> tuple[DocumentLine, ...]:
    lines: list[DocumentLine] = []
    for place, loop in enumerate(reading.need_loops("LX", "W03", "W76"), 1):
        position = loop[0].whole(1) or place
        segment = _inside(loop[0], loop, tag)
        if tag == "W01":
            quantity = reading.units(segment, 1, segment.text(2), 2)
            item, shipped = reading.item(segment, 4), None
        else:
            quantity = reading.units(segment, 2, segment.text(5), 5)
            item, shipped = reading.item(segment, 7), reading.units(segment, 3, segment.text(5), 5)
        lines.append(DocumentLine(position=position, item=item, quantity=quantity, shipped_quantity=shipped))
    reading.check_positions([line.position for line in lines])
    total = reading.find(reading.segments, "W03" if tag == "W12" else "W76")
    counted = sum(line.quantity if line.shipped_quantity is None else line.shipped_quantity for line in lines)
    if total is not None and total.whole(1) != counted:
        raise total.fail(1, f"it counts {total.get(1)} units, there are {counted}")
    return tuple(lines)


def _weight(reading: SetReading) -> int:
    total = reading.find(reading.segments, "W03")
    if total is None or not total.get(2):
        return 0
    milligrams = _GRAMS_OF_UNIT.get(total.text(3))
    if milligrams is None or total.number(2) < 0:
        raise total.fail(3, f"{total.get(3)!r} is no unit of weight")
    return round(total.number(2) * milligrams / 1000)


def read_943(reading: SetReading) -> StockTransfer:
    """Stock sent to a warehouse."""
    begin = reading.need("W06")
    return _transfer(reading, begin, number=begin.text(2), date=3, tag="W04", received=False)


def read_944(reading: SetReading) -> StockTransfer:
    """Stock received by a warehouse."""
    begin = reading.need("W17")
    number = begin.get(4).strip() or reference(reading.segments, "N9", "SI", "PO")
    if not number:
        raise begin.fail(4, "it names no order", faults.ELEMENT_MISSING)
    return _transfer(reading, begin, number=number, date=2, tag="W07", received=True)


def _transfer(
    reading: SetReading, begin: Segment, *, number: str, date: int, tag: str, received: bool
) -> StockTransfer:
    head = reading.header(tag)
    lines = tuple(
        DocumentLine(
            position=place,
            item=reading.item(loop[0], 4),
            quantity=reading.units(loop[0], 1, loop[0].text(2), 2),
        )
        for place, loop in enumerate(reading.need_loops(tag, "W03", "W14"), 1)
    )
    if len({line.item for line in lines}) != len(lines):
        raise begin.fail(0, "an item stands on two lines")
    total = reading.find(reading.segments, "W14" if received else "W03")
    counted = sum(line.quantity for line in lines)
    if total is not None and total.whole(1) != counted:
        raise total.fail(1, f"it counts {total.get(1)} units, there are {counted}")
    return StockTransfer(
        number=number,
        receipt_number=begin.text(3) if received else "",
        at=reading.instant(begin, date),
        received=received,
        from_code=party(head, "SF").code,
        to_code=party(head, "ST", "WH").code,
        eta_at=dated(reading, head, *_DELIVERY, *REQUESTED, end=True, tag="G62"),
        lines=lines,
    )
