"""One transaction set being read: its segments by tag and by loop, its dates in the partner's time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from connectors.edi import faults
from connectors.edi.envelopes import TransactionSet
from connectors.edi.partners import Partner
from connectors.edi.segments import Segment
from domain.checks import MAX_EXACT_INTEGER

_DATE = re.compile(r"[0-9]{8}")
_TIME = re.compile(r"([01][0-9]|2[0-3])[0-5][0-9]([0-5][0-9])?")
_FIRST_YEAR, _LAST_YEAR = 2000, 2099
END_OF_DAY = timedelta(hours=23, minutes=59)
HOURS_OFF_UTC = {
    "UT": 0,
    "GM": 0,
    "ES": -5,
    "CS": -6,
    "MS": -7,
    "PS": -8,
    "ED": -4,
    "CD": -5,
    "MD": -6,
    "PD": -7,
}


class SetReading:
    """A transaction set beside the profile of who sent it."""

    def __init__(self, source: TransactionSet, partner: Partner) -> None:
        """Read ``source`` of ``partner``."""
        self.source = source
        self.partner = partner

    @property
    def segments(self) -> Sequence[Segment]:
        """All of them, the envelope's left out."""
        return self.source.segments

    def need(self, tag: str, code: str = "") -> Segment:
        """The first segment of a tag (whose first element is ``code``)."""
        found = self.find(self.segments, tag, code)
        if found is None:
            raise self.missing(tag, code)
        return found

    def missing(self, tag: str, code: str = "") -> faults.EdiParseError:
        """The error of a document without a segment that it must have."""
        wanted = f"{tag} {code}".strip()
        return faults.EdiParseError(
            segment=tag,
            position=self.source.header.position,
            why=f"the {self.source.set_id} has no {wanted}",
            code=faults.SEGMENT_MISSING,
        )

    @staticmethod
    def find(segments: Sequence[Segment], tag: str, *codes: str, component: int = 0) -> Segment | None:
        """The first segment of a tag whose first element (or its component) is one of ``codes``, if any."""
        for code in codes or ("",):
            for segment in segments:
                first = segment.part(1, component) if component else segment.get(1)
                if segment.tag == tag and (not code or first == code):
                    return segment
        return None

    def header(self, *loop_tags: str) -> Sequence[Segment]:
        """What stands before the first segment of these tags."""
        end = next((n for n, each in enumerate(self.segments) if each.tag in loop_tags), len(self.segments))
        return self.segments[:end]

    def loops(self, tag: str, *ends: str) -> Iterator[Sequence[Segment]]:
        """Each segment of ``tag`` with what follows, up to the next one or to one of ``ends``."""
        loop: list[Segment] = []
        for segment in self.segments:
            if segment.tag == tag or segment.tag in ends:
                if loop:
                    yield loop
                loop = [segment] if segment.tag == tag else []
            elif loop:
                loop.append(segment)
        if loop:
            yield loop

    def need_loops(self, tag: str, *ends: str) -> list[Sequence[Segment]]:
        """The loops of a tag, of which there must be at least one."""
        found = list(self.loops(tag, *ends))
        if not found:
            raise self.missing(tag)
        return found

    def instant(
        self, segment: Segment, date: int, time: int = 0, *, end: bool = False, zone: str = ""
    ) -> datetime:
        """A date (CCYYMMDD) with its time of day; without one the begin or the ``end`` of that day."""
        clock = segment.get(time).strip() if time else ""
        return self.instant_of(segment, date, segment.text(date), clock, end=end, zone=zone)

    def instant_of(
        self, segment: Segment, element: int, date: str, clock: str, *, end: bool = False, zone: str = ""
    ) -> datetime:
        """The instant that texts of an element stand for; ``zone`` is an X12 time code (623)."""
        if not _DATE.fullmatch(date):
            raise segment.fail(element, f"{date!r} is no date", faults.ELEMENT_DATE)
        if clock and not _TIME.fullmatch(clock):
            raise segment.fail(element + 1, f"{clock!r} is no time of day", faults.ELEMENT_TIME)
        try:
            day = datetime.strptime(date, "%Y%m%d").replace(tzinfo=UTC)
        except ValueError as error:
            raise segment.fail(element, f"{date!r} is no date", faults.ELEMENT_DATE) from error
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise segment.fail(element, f"{date!r} is not of this century", faults.ELEMENT_DATE)
        moment = day + (END_OF_DAY if end and not clock else timedelta())
        if clock:
            moment += timedelta(hours=int(clock[:2]), minutes=int(clock[2:4]), seconds=int(clock[4:6] or "0"))
        if zone in HOURS_OFF_UTC:
            return moment - timedelta(hours=HOURS_OFF_UTC[zone])
        return moment.replace(tzinfo=self.partner.zone).astimezone(UTC)

    def asked_for(
        self, tag: str, ordered: datetime, whole: datetime | None, own: Sequence[datetime | None]
    ) -> datetime:
        """By when an order is wanted: as it says, else by its last line, else by the profile's lead time.

        Raises:
            EdiParseError: nothing says when.
        """
        if whole is not None:
            return whole
        dates = [each for each in own if each is not None]
        if len(dates) == len(own):
            return max(dates)
        if self.partner.lead_days is not None:
            return ordered + timedelta(days=self.partner.lead_days) + END_OF_DAY
        raise self.missing(tag, "with the date it is wanted by")

    def units(self, segment: Segment, element: int, unit: str, unit_element: int) -> int:
        """A quantity in single units; a unit the profile does not know is refused."""
        return segment.as_whole(element, segment.text(element)) * self.factor(segment, unit, unit_element)

    def factor(self, segment: Segment, unit: str, element: int) -> int:
        """How many single units a unit of measure holds for this partner."""
        found = self.partner.units.get(unit)
        if found is None:
            raise segment.fail(element, f"{unit!r} is no unit of the partner's profile", faults.ELEMENT_CODE)
        return found

    def price(self, segment: Segment, element: int, amount: str, factor: int) -> int:
        """A price in cents for one single unit."""
        number = segment.as_number(element, amount)
        cents = segment.cents(element, number)
        if cents < 0 or cents % factor or cents > MAX_EXACT_INTEGER:
            raise segment.fail(element, f"{amount} for {factor} is no price of one unit in whole cents")
        return cents // factor

    def item(self, segment: Segment, first: int) -> str:
        """The item of pairs of qualifier and id from an element on, by the profile's order of qualifiers."""
        pairs = {
            segment.get(n).strip(): segment.get(n + 1).strip()
            for n in range(first, len(segment.elements) + 1, 2)
            if segment.get(n).strip()
        }
        for qualifier in self.partner.item_qualifiers:
            if pairs.get(qualifier):
                return pairs[qualifier]
        raise segment.fail(first, "it names no item by a qualifier of the profile", faults.ELEMENT_MISSING)

    def position(self, segment: Segment, element: int, otherwise: int) -> int:
        """A line number; where the partner gives none, the line's place in the document."""
        text = segment.get(element).strip()
        return segment.as_whole(element, text) if text else otherwise

    def check_count(self, lines: int, tag: str = "CTT", element: int = 1) -> None:
        """Refuse a document whose total of lines is another than there are."""
        total = self.find(self.segments, tag)
        if total is not None and total.whole(element) != lines:
            raise total.fail(element, f"it counts {total.get(element)} lines, there are {lines}")

    def check_positions(self, positions: Sequence[int]) -> None:
        """Refuse a document that has two lines of one number."""
        if len(set(positions)) != len(positions):
            raise self.source.header.fail(0, "two lines have the same number")
