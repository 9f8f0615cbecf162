"""Bursts: what comes in numbers under a key that trickles is a matter of its own, by Poisson's law."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.detection.incidents.bursts import is_burst
from domain.ids import CaseId, EntityKind
from tests.support.case_book import CaseBook, case_books, refs

SUPPLY = EntityKind.INBOUND_SUPPLY
DAY_MS = 86_400_000


@pytest.fixture
def book(tmp_path: Path) -> Iterator[CaseBook]:
    with case_books(tmp_path, "one") as books:
        yield books[0]


def short_supply(book: CaseBook, number: int) -> CaseId:
    return book.open("AL-PO-SHORT", SUPPLY, f"PO-{number}", correlation_key="supplier-short:Bolt Works")


def test_a_burst_under_a_key_that_trickles_is_a_matter_of_its_own(book: CaseBook) -> None:
    """One short supply in two days for ten days, then six in an hour and two later."""
    before = []
    for day in range(5):
        before.append(short_supply(book, day))
        book.correlate(before[-1])
        book.later(days=2)
    burst = [short_supply(book, 100 + n) for n in range(6)]
    waits = book.open("OE-PROMISE", EntityKind.ORDER_LINE, "SO-1/1", about=refs((SUPPLY, "PO-100")))
    book.correlate(*burst, waits)
    assert book.together(*before)
    assert book.together(*burst, waits), "what one of them explains goes along"
    assert not book.together(before[0], burst[0])
    assert book.why(burst[0]) == "6 new cases of one kind in a day, where 0.6 a day were usual."
    told = book.rows(f"SELECT reason FROM case_event WHERE case_id = '{waits}' AND kind = 'grouped'")  # noqa: S608 - an id of this test
    assert [reason.split(": ", 1)[1] for (reason,) in told] == [book.why(burst[0])]
    book.later(hours=5)
    after = [short_supply(book, 200 + n) for n in range(2)]
    book.correlate(*after)
    assert book.together(*burst, *after)
    known = book.grouping()
    assert book.correlate() == frozenset()
    assert book.grouping() == known


@given(
    fresh=st.integers(0, 60), before=st.integers(0, 60), days=st.integers(1, 30), more=st.integers(1, 1_500)
)
def test_more_new_cases_are_sooner_a_burst_and_a_busier_past_later(
    fresh: int, before: int, days: int, more: int
) -> None:
    def bursts(fresh: int, before: int) -> bool:
        return is_burst(fresh, before, age_ms=days * DAY_MS, window_ms=DAY_MS)

    if bursts(fresh, before):
        assert bursts(fresh + more, before)
    elif before:
        assert not bursts(fresh, before + more)
    assert not bursts(before, before * days), "a day like all others"
    assert bursts(2 * more + 40, more * days), "twice a busy day, and more"


@pytest.mark.parametrize(("fresh", "bursts"), [(3, False), (10, False), (11, True)])
def test_eleven_in_a_day_where_three_are_usual_are_no_chance(fresh: int, bursts: bool) -> None:
    """Of Poisson's law at 3: ten or more come with a chance of 0.0011, eleven or more of 0.0003."""
    assert is_burst(fresh, 9, age_ms=3 * DAY_MS, window_ms=DAY_MS) is bursts


def test_a_key_as_busy_as_ever_stays_one_matter(book: CaseBook) -> None:
    """Three a day, and on the third day four: chance brings that often enough."""
    days: list[CaseId] = []
    for day, count in enumerate((3, 3, 4)):
        days.extend(short_supply(book, 10 * day + n) for n in range(count))
        book.correlate(*days[-count:])
        book.later(hours=20)
    assert book.together(*days)


def test_bursts_are_the_same_whether_the_changed_or_all_are_looked_at(tmp_path: Path) -> None:
    """So many new cases, so many half days to the next look; each third of them ends meanwhile."""
    with case_books(tmp_path, "some", "all") as (some, everything):
        for number, (count, half_days) in enumerate(((1, 3), (2, 2), (1, 3), (6, 1), (5, 1), (0, 3), (2, 1))):
            changed: list[CaseId] = []
            for book in (some, everything):
                changed = [short_supply(book, 10 * number + n) for n in range(count)]
            some.correlate_these(changed)
            everything.correlate_these(None)
            assert some.grouping() == everything.grouping()
            for book in (some, everything):
                book.later(hours=12 * half_days)
                book.close(*changed[::3])
            some.correlate_these(changed[::3])
            everything.correlate_these(None)
            assert some.grouping() == everything.grouping()
        parted = len(some.rows("SELECT incident_id FROM incident"))
    assert parted == 2, "the trickle, and the burst with what came after it"
