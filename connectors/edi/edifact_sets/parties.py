"""Dates, references, parties, items and quantities as EDIFACT messages write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connectors.edi import faults
from connectors.edi.documents import Party
from connectors.edi.reading import SetReading
from connectors.edi.segments import Segment

_FORMATS = {"102": 8, "203": 12, "204": 14}
_DAY = 8
ORIGINAL = ("", "9")


def original(reading: SetReading) -> Segment:
    """The beginning of a message that is no change or copy of another."""
    begin = reading.need("BGM")
    if begin.get(3) not in ORIGINAL:
        raise begin.fail(3, f"{begin.get(3)!r} is not the function of an original (9)")
    return begin


def dated(
    reading: SetReading, segments: Sequence[Segment], *qualifiers: str, end: bool = False
) -> datetime | None:
    """The date of the first of these qualifiers that is there."""
    found = reading.find(segments, "DTM", *qualifiers, component=1)
    if found is None:
        return None
    text, kind = found.need(1, 2), found.part(1, 3) or "102"
    if kind == "303":
        text, kind = text[:12], "203"
    if len(text) != _FORMATS.get(kind, 0):
        raise found.fail(1, f"{text!r} is no date of format {kind!r}", faults.ELEMENT_DATE)
    return reading.instant_of(found, 1, text[:_DAY], text[_DAY:], end=end)


def need_date(
    reading: SetReading, segments: Sequence[Segment], *qualifiers: str, end: bool = False
) -> datetime:
    """A date that must be there."""
    found = dated(reading, segments, *qualifiers, end=end)
    if found is None:
        raise reading.missing("DTM", qualifiers[0])
    return found


def reference(segments: Sequence[Segment], *qualifiers: str, component: int = 2) -> str:
    """The number of the first reference of these qualifiers; empty where there is none."""
    found = SetReading.find(segments, "RFF", *qualifiers, component=1)
    return "" if found is None else found.part(1, component)


def party(segments: Sequence[Segment], *roles: str) -> Party:
    """The party of the first of these roles that is there; empty where none is."""
    found = SetReading.find(segments, "NAD", *roles)
    if found is None:
        return Party()
    return Party(
        code=found.part(2, 1),
        name=found.part(4, 1) or found.part(3, 1),
        street=found.part(5, 1),
        city=found.part(6, 1),
        postcode=found.part(8, 1),
        country=found.part(9, 1),
    )


def item(reading: SetReading, loop: Sequence[Segment]) -> str:
    """The item of a line: from LIN, else from its PIA, by the profile's order of qualifiers."""
    head = loop[0]
    pairs = {head.part(3, 2): head.part(3, 1)}
    for segment in loop:
        if segment.tag == "PIA":
            for element in range(2, len(segment.elements) + 1):
                pairs.setdefault(segment.part(element, 2), segment.part(element, 1))
    for qualifier in reading.partner.item_qualifiers:
        if pairs.get(qualifier):
            return pairs[qualifier]
    raise head.fail(3, "it names no item by a qualifier of the profile", faults.ELEMENT_MISSING)


def quantity(reading: SetReading, loop: Sequence[Segment], *qualifiers: str) -> int | None:
    """The quantity of the first of these qualifiers, in single units."""
    found = reading.find(loop, "QTY", *qualifiers, component=1)
    if found is None:
        return None
    count = found.as_whole(1, found.need(1, 2))
    return count * reading.factor(found, found.part(1, 3) or "PCE", 1)


def need_quantity(reading: SetReading, loop: Sequence[Segment], *qualifiers: str) -> int:
    """A quantity that must be there."""
    found = quantity(reading, loop, *qualifiers)
    if found is None:
        raise loop[0].fail(0, f"the line has no QTY {qualifiers[0]}", faults.SEGMENT_MISSING)
    return found


def price(reading: SetReading, loop: Sequence[Segment]) -> int:
    """The price of a line (PRI AAA or AAB) for one unit of its quantity, in cents for a single unit."""
    found = reading.find(loop, "PRI", "AAA", "AAB", component=1)
    if found is None:
        raise loop[0].fail(0, "the line has no PRI", faults.SEGMENT_MISSING)
    counted = reading.find(loop, "QTY")
    unit = "PCE" if counted is None else counted.part(1, 3) or "PCE"
    return reading.price(found, 1, found.need(1, 2), reading.factor(found, unit, 1))


def lines_of(reading: SetReading) -> list[Sequence[Segment]]:
    """The line loops; their count must be that of CNT 2, where it is told."""
    loops = reading.need_loops("LIN", "UNS", "CNT", "CPS")
    total = reading.find(reading.segments, "CNT", "2", component=1)
    if total is not None and total.as_whole(1, total.need(1, 2)) != len(loops):
        raise total.fail(1, f"it counts {total.part(1, 2)} lines, there are {len(loops)}")
    return loops
