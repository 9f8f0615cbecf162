"""Parties and dates as most X12 sets write them: N1 loops and DTM segments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connectors.edi.documents import Party
from connectors.edi.reading import SetReading
from connectors.edi.segments import Segment

REQUESTED = ("002", "010", "063", "106")
LOOP_ENDS = ("N1", "PO1", "IT1", "HL", "LX", "W12", "W04", "W07", "S5", "LIN", "BLI", "POC")


def party(segments: Sequence[Segment], *roles: str) -> Party:
    """The party of the first of these roles that is there; empty where none is."""
    start = SetReading.find(segments, "N1", *roles)
    if start is None:
        return Party()
    rest = segments[list(segments).index(start) + 1 :]
    end = next((n for n, each in enumerate(rest) if each.tag in LOOP_ENDS), len(rest))
    inside = rest[:end]
    street = SetReading.find(inside, "N3")
    place = SetReading.find(inside, "N4")
    person = SetReading.find(inside, "PER")
    return Party(
        code=start.get(4).strip(),
        name=start.get(2).strip(),
        street="" if street is None else street.get(1).strip(),
        city="" if place is None else place.get(1).strip(),
        postcode="" if place is None else place.get(3).strip(),
        country="" if place is None else (place.get(4).strip() or "US"),
        contact="" if person is None else (person.get(2).strip() or person.get(4).strip()),
    )


def dated(
    reading: SetReading, segments: Sequence[Segment], *qualifiers: str, end: bool = False, tag: str = "DTM"
) -> datetime | None:
    """The date of the first of these qualifiers that is there."""
    found = SetReading.find(segments, tag, *qualifiers)
    if found is None:
        return None
    if tag == "G62":
        return reading.instant(found, 2, 4, end=end)
    return reading.instant(found, 2, 3, end=end, zone=found.get(4))


def reference(segments: Sequence[Segment], tag: str, *qualifiers: str) -> str:
    """The text of the first reference (REF, N9, L11) of these qualifiers; empty where there is none."""
    by_second = tag == "L11"
    for qualifier in qualifiers:
        for segment in segments:
            if segment.tag == tag and segment.get(2 if by_second else 1) == qualifier:
                return segment.get(1 if by_second else 2).strip()
    return ""
