"""What warehouses have: 846, 947."""

from __future__ import annotations

from connectors.edi.codes import UNKNOWN, CodedFact
from connectors.edi.documents import Adjustment, DocumentLine, StockAdjustment, StockReport
from connectors.edi.reading import SetReading
from connectors.edi.x12sets.parties import party

ON_HAND = ("17", "33", "02")
_ADJUSTMENTS = {
    "AA": ("physical_count", "warehouse"), "AD": ("damaged", "warehouse"), "01": ("damaged", "carrier"),
    "05": ("dumped", "warehouse"), "07": ("product_recall", "supplier"), "AU": ("overage", "warehouse"),
    "AV": ("shortage", "warehouse"), "53": ("hold", "warehouse"), "54": ("release", "warehouse"),
}  # fmt: skip


def read_846(reading: SetReading) -> StockReport:
    """What a warehouse or supplier has on hand."""
    begin = reading.need("BIA")
    lines: list[DocumentLine] = []
    for place, loop in enumerate(reading.need_loops("LIN", "CTT"), 1):
        quantity = reading.find(loop, "QTY", *ON_HAND)
        if quantity is None:
            raise loop[0].fail(0, "the item has no quantity on hand (QTY 17, 33 or 02)", "3")
        unit = quantity.part(3, 1) or "EA"
        lines.append(
            DocumentLine(
                position=place, item=reading.item(loop[0], 2), quantity=reading.units(quantity, 2, unit, 3)
            )
        )
    reading.check_count(len(lines))
    if len({line.item for line in lines}) != len(lines):
        raise begin.fail(0, "an item stands on two lines")
    head = reading.header("LIN")
    return StockReport(
        at=reading.instant(begin, 4, 5), node_code=party(head, "WH", "SF", "SU").code, lines=tuple(lines)
    )


def read_947(reading: SetReading) -> StockAdjustment:
    """A warehouse's corrections of its books, each with its reason."""
    begin = reading.need("W15")
    found: list[Adjustment] = []
    for loop in reading.need_loops("W19"):
        line = loop[0]
        raw = line.text(1)
        meaning, responsible = _ADJUSTMENTS.get(raw, (UNKNOWN, UNKNOWN))
        amount = line.number(2)
        size = line.as_whole(2, str(abs(amount))) * reading.factor(line, line.text(3), 3)
        found.append(
            Adjustment(
                item=reading.item(line, 5),
                difference=-size if amount < 0 else size,
                code=CodedFact(element="1300", raw=raw, meaning=meaning, responsible=responsible),
            )
        )
    return StockAdjustment(
        number=begin.text(2),
        at=reading.instant(begin, 1),
        node_code=party(reading.header("W19"), "WH").code,
        adjustments=tuple(found),
    )
