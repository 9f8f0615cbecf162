"""A cause that has ended goes on explaining what it did, while its incident is open and for a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.store.instants import from_ms
from domain.ids import CaseId, EntityKind, ItemId, LineId, ShipmentId, ZoneId
from domain.transport import BookingStatus, CarrierBooking, ShipmentLine, ShipmentStatus
from domain.warehouse import PickStatus
from tests.support.case_book import CaseBook, case_books, refs
from tests.support.facts import NOW, booking, pick, route_event, shipment

SHIPMENT = EntityKind.SHIPMENT
ON_THE_ROAD = ShipmentStatus.IN_TRANSIT


@pytest.fixture
def book(tmp_path: Path) -> Iterator[CaseBook]:
    with case_books(tmp_path, "one") as books:
        made = books[0]
        made.put(*(shipment(f"SH-{n}", scac="ACME", status=ON_THE_ROAD) for n in (1, 2, 3)))
        yield made


def trouble(book: CaseBook) -> CaseId:
    return book.open("TR-CARRIER", EntityKind.CARRIER, "ACME|MEM")


def late(book: CaseBook, number: int) -> CaseId:
    return book.open("TR-ETA-LATE", SHIPMENT, f"SH-{number}")


def tender(number: int, scac: str, status: BookingStatus, hours_ago: int = 6) -> CarrierBooking:
    asked_at = NOW - timedelta(hours=hours_ago)
    shipment_id = ShipmentId(f"SH-{number}")
    return booking(f"B-{number}{scac}", shipment_id=shipment_id, scac=scac, status=status, booked_at=asked_at)


def test_what_comes_up_after_a_strike_is_still_of_the_strike(book: CaseBook) -> None:
    root, first = trouble(book), late(book, 1)
    book.correlate()
    book.later(hours=5)
    book.close(root)
    book.correlate(root)
    book.later(hours=40)
    after = late(book, 2)
    book.correlate(after)
    assert book.together(first, after)
    assert book.case(after)["parent_case_id"] is None
    before = book.grouping()
    assert book.correlate() == frozenset()
    assert book.grouping() == before


def test_what_comes_up_long_after_is_of_something_else(book: CaseBook) -> None:
    root, first = trouble(book), late(book, 1)
    book.correlate()
    book.close(root)
    book.correlate(root)
    book.later(hours=49)
    after = late(book, 2)
    book.correlate(after)
    assert not book.together(first, after)


def test_a_load_refused_long_after_the_trouble_was_seen_is_of_something_else(book: CaseBook) -> None:
    book.put(*(tender(n, "ACME", BookingStatus.EXPIRED) for n in (1, 2, 3)))
    root = trouble(book)
    book.correlate()
    book.later(hours=60)
    soon = book.open("TR-TENDER", EntityKind.CARRIER_BOOKING, "B-1ACME")
    book.correlate(soon)
    book.later(minutes=1)
    after, on_the_road = book.open("TR-TENDER", EntityKind.CARRIER_BOOKING, "B-2ACME"), late(book, 3)
    book.correlate(after, on_the_road)
    assert book.together(root, soon, on_the_road)
    assert not book.together(root, after)


def test_goods_at_the_dock_are_not_late_by_a_carrier_that_is_late_on_the_road(book: CaseBook) -> None:
    book.put(shipment("SH-4", scac="ACME", status=ShipmentStatus.PACKED))
    root, on_the_road = trouble(book), late(book, 1)
    here = book.open("TR-ETA-LATE", SHIPMENT, "SH-4")
    book.correlate()
    assert book.together(root, on_the_road)
    assert not book.together(root, here)
    assert book.case(on_the_road)["suppressed_by"] == root
    assert book.case(here)["suppressed_by"] == ""
    book.later(hours=1)
    book.put(shipment("SH-4", scac="ACME", status=ON_THE_ROAD, shipped_at=from_ms(book.now_ms)))
    book.correlate(here)
    assert not book.together(root, here)


@pytest.mark.parametrize(
    ("root", "about", "child"),
    [
        ("TR-CARRIER", (EntityKind.CARRIER, "ACME|MEM"), "IN-POD-MISSING"),
        ("WH-LABOUR", (EntityKind.NODE, "MEM"), "TR-PICKUP"),
    ],
)
def test_papers_are_not_missing_by_delay_nor_trucks_for_want_of_pickers(
    book: CaseBook, root: str, about: tuple[EntityKind, str], child: str
) -> None:
    cause = book.open(root, *about, node_id="MEM")
    case = book.open(child, SHIPMENT, "SH-1", node_id="MEM")
    late_too = late(book, 2)
    book.correlate()
    assert not book.together(cause, case)
    assert book.together(cause, late_too) is (root == "TR-CARRIER"), "what it does make late is with it"


def on_the_floor(book: CaseBook, number: int, waited_hours: int, **changes: Any) -> None:
    """A shipment that has not left, and its pick, released so long ago."""
    line = LineId(f"SO-{number}/1")
    lines = (ShipmentLine(line_id=line, item_id=ItemId("I1"), quantity=1),)
    released_at = NOW - timedelta(hours=waited_hours)
    book.put(
        shipment(f"SH-{number}", status=ShipmentStatus.BOOKED, lines=lines),
        pick(f"T{number}", line_id=line, released_at=released_at, **changes),
    )


@pytest.mark.parametrize(
    ("status", "done_hours", "with_it"),
    [(PickStatus.DONE, -2, False), (PickStatus.DONE, 0, True), (PickStatus.STARTED, -2, True)],
    ids=["in time", "past the cut-off", "not yet"],
)
def test_people_who_are_too_few_make_late_only_what_misses_its_cut_off(
    book: CaseBook, status: PickStatus, done_hours: int, with_it: bool
) -> None:
    cut_off = NOW - timedelta(hours=1)
    on_the_floor(book, 4, 9, due_at=cut_off, status=status, updated_at=NOW + timedelta(hours=done_hours))
    root = book.open("WH-LABOUR", EntityKind.NODE, "MEM", node_id="MEM")
    case = book.open("TR-ETA-LATE", SHIPMENT, "SH-4", node_id="MEM")
    book.correlate()
    assert book.together(root, case) is with_it
    assert book.case(case)["parent_case_id"] == (root if with_it else None)


@pytest.mark.parametrize("why", ["WH-LABOUR", "WH-OUTAGE"])
def test_a_floor_makes_late_only_what_has_stood_on_it(book: CaseBook, why: str) -> None:
    for number, waited_hours in ((4, 5), (5, 3)):
        on_the_floor(book, number, waited_hours, due_at=NOW - timedelta(hours=1))
    root = book.open(why, EntityKind.NODE, "MEM", node_id="MEM")
    stood, came_late = (book.open("TR-ETA-LATE", SHIPMENT, f"SH-{n}", node_id="MEM") for n in (4, 5))
    gone = book.open("TR-ETA-LATE", SHIPMENT, "SH-1", node_id="MEM")
    book.correlate()
    assert book.together(root, stood)
    assert not book.together(root, came_late), "its goods or its release came late"
    assert not book.together(root, gone), "it is late on the road"
    book.put(pick("T4b", line_id=LineId("SO-4/1"), released_at=NOW + timedelta(hours=1)))
    book.later(hours=2)
    book.correlate(stood)
    assert book.together(root, stood), "what is released later changes nothing"


def test_a_carrier_in_trouble_before_the_storm_is_in_the_same_trouble_at_another_node(book: CaseBook) -> None:
    lanes = refs((EntityKind.LANE, "MEM|Z1"))
    old = trouble(book)
    book.correlate()
    book.later(hours=30)
    storm = book.open("TR-ROUTE", EntityKind.ROUTE_EVENT, "E1", about=lanes)
    more = book.open(
        "TR-CARRIER", EntityKind.CARRIER, "ACME|DEN", correlation_key="carrier:ACME:DEN", about=lanes
    )
    other = book.open(
        "TR-CARRIER", EntityKind.CARRIER, "SNOW|DEN", correlation_key="carrier:SNOW:DEN", about=lanes
    )
    book.correlate(storm, more, other)
    assert book.together(old, more)
    assert book.together(storm, other)
    assert not book.together(storm, more)


def test_an_incident_that_has_ended_takes_nothing_in(book: CaseBook) -> None:
    root, first = trouble(book), late(book, 1)
    book.correlate()
    book.close(root, first)
    book.correlate(root, first)
    ended = book.incident_of(first)["incident_id"]
    book.later(hours=1)
    after = late(book, 2)
    book.correlate(after)
    assert book.incident_of(after)["incident_id"] != ended


def test_a_root_that_ended_mutes_nothing(book: CaseBook) -> None:
    root, first = trouble(book), late(book, 1)
    book.correlate()
    assert book.case(first)["suppressed_by"] == root
    book.close(root)
    book.correlate(root)
    assert book.case(first)["suppressed_by"] == ""


def test_a_carrier_that_gave_a_load_back_is_behind_what_it_costs_now(book: CaseBook) -> None:
    book.put(
        shipment("SH-9", scac="UPSN"),
        booking("B-9", shipment_id=ShipmentId("SH-9"), scac="ACME", status=BookingStatus.EXPIRED),
    )
    root = trouble(book)
    dear = book.open("TR-OVERSPEND", SHIPMENT, "SH-9")
    book.correlate()
    assert book.together(root, dear)


def test_a_key_that_comes_up_again_soon_is_the_same_incident(book: CaseBook) -> None:
    first = book.open("OE-CREDIT", EntityKind.SALES_ORDER, "SO-1", correlation_key="credit:C1")
    book.correlate()
    name = book.incident_of(first)["incident_id"]
    book.close(first)
    book.correlate(first)
    assert book.incident_of(first)["closed_at"] == book.now_ms
    book.later(hours=23)
    second = book.open("OE-CREDIT", EntityKind.SALES_ORDER, "SO-2", correlation_key="credit:C1")
    book.correlate(second)
    assert (book.incident_of(second)["incident_id"], book.incident_of(second)["closed_at"]) == (name, None)
    book.close(second)
    book.correlate(second)
    book.later(days=7, hours=1)
    third = book.open("OE-CREDIT", EntityKind.SALES_ORDER, "SO-3", correlation_key="credit:C1")
    book.correlate(third)
    assert book.incident_of(third)["incident_id"] != name


def test_who_says_no_is_full_and_who_says_nothing_is_in_trouble(book: CaseBook) -> None:
    book.put(tender(1, "ACME", BookingStatus.EXPIRED), tender(2, "ACME", BookingStatus.DECLINED))
    in_trouble, full = trouble(book), book.open("TR-CAPACITY", EntityKind.CARRIER, "ACME|MEM")
    unanswered, declined = (book.open("TR-TENDER", SHIPMENT, f"SH-{n}") for n in (1, 2))
    book.correlate()
    assert book.together(in_trouble, unanswered)
    assert book.together(full, declined)
    assert not book.together(in_trouble, full)
    assert "ACME was asked first and declined" in book.why(declined)


def test_who_gave_it_back_first_made_it_dear(book: CaseBook) -> None:
    book.put(
        tender(1, "ACME", BookingStatus.EXPIRED, hours_ago=9),
        tender(1, "TRIN", BookingStatus.DECLINED, hours_ago=4),
        tender(1, "HWKX", BookingStatus.ACCEPTED, hours_ago=2),
        tender(2, "HWKX", BookingStatus.ACCEPTED),
        shipment("SH-1", scac="HWKX", status=ShipmentStatus.BOOKED),
        shipment("SH-2", scac="HWKX", status=ShipmentStatus.BOOKED),
    )
    in_trouble, full = trouble(book), book.open("TR-CAPACITY", EntityKind.CARRIER, "TRIN|MEM")
    its_carrier = book.open("TR-CARRIER", EntityKind.CARRIER, "HWKX|MEM")
    passed_on, dear = (book.open("TR-OVERSPEND", SHIPMENT, f"SH-{n}") for n in (1, 2))
    book.correlate()
    assert book.together(in_trouble, passed_on)
    assert not book.together(full, passed_on)
    assert not book.together(its_carrier, dear), "who takes it at a price has refused nothing"


def test_what_goes_late_in_a_storm_is_not_of_the_trouble_before(book: CaseBook) -> None:
    old, before = trouble(book), late(book, 1)
    book.correlate()
    book.later(hours=30)
    book.put(
        shipment("SH-2", scac="ACME", status=ON_THE_ROAD, zone_id=ZoneId("Z1")),
        route_event("E1", zone_ids=(ZoneId("Z1"),)),
    )
    storm = book.open("TR-ROUTE", EntityKind.ROUTE_EVENT, "E1")
    in_the_storm, elsewhere = late(book, 2), late(book, 3)
    book.correlate(storm, in_the_storm, elsewhere)
    assert book.together(storm, in_the_storm)
    assert book.together(old, before, elsewhere)
    assert not book.together(old, storm)


@pytest.mark.parametrize(("members", "again"), [(7, True), (8, False)])
def test_a_trickle_is_one_matter_of_the_week_and_a_wave_ends_with_its_cases(
    book: CaseBook, members: int, again: bool
) -> None:
    first = [
        book.open("TR-OVERSPEND", SHIPMENT, f"SH-9{n}", correlation_key="freight:ACME")
        for n in range(members)
    ]
    book.correlate()
    known = book.incident_of(first[0])["incident_id"]
    book.close(*first)
    book.correlate(*first)
    book.later(hours=7 * 24 - 1)
    after = book.open("TR-OVERSPEND", SHIPMENT, "SH-1", correlation_key="freight:ACME")
    book.correlate(after)
    assert (book.incident_of(after)["incident_id"] == known) is again


def refused(book: CaseBook, first: int, count: int) -> list[CaseId]:
    """So many loads refused at this hour."""
    return [
        book.open("TR-OVERSPEND", SHIPMENT, f"SH-{first + n}", correlation_key="freight:ACME")
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("members", "later", "same"),
    [(10, 23, True), (10, 25, False), (8, 25, True)],
    ids=["within a day", "after a quiet day", "too few for a wave"],
)
def test_a_wave_that_nobody_joined_for_a_day_takes_nobody_in(
    book: CaseBook, members: int, later: int, same: bool
) -> None:
    wave = refused(book, 100, members)
    book.correlate()
    book.later(hours=later)
    first, second = refused(book, 200, 2)
    book.correlate(first)
    book.correlate(second)
    assert book.together(first, second), "what comes after it is one matter again"
    assert book.together(*wave)
    assert book.together(wave[0], first) is same
    before = book.grouping()
    assert book.correlate() == frozenset(), "those that were in it stay in it"
    assert book.grouping() == before


def test_a_wave_that_goes_on_is_another_matter_after_three_days(book: CaseBook) -> None:
    days = []
    for day in range(5):
        days.append(refused(book, 100 * (day + 1), 10))
        book.correlate(*days[-1])
        book.later(hours=23)
    assert book.together(*(case for each in days[:4] for case in each))
    assert book.together(*days[4])
    assert not book.together(days[3][0], days[4][0])


def test_what_comes_of_a_root_in_a_wave_that_is_over_is_a_new_matter(book: CaseBook) -> None:
    root = trouble(book)
    book.put(*(shipment(f"SH-{n}", scac="ACME", status=ON_THE_ROAD) for n in range(10, 40)))
    of_it = [late(book, n) for n in range(10, 30)]
    book.correlate()
    assert book.together(root, *of_it)
    book.later(hours=30)
    new, again = late(book, 30), late(book, 31)
    book.correlate(new)
    book.correlate(again)
    assert book.together(new, again)
    assert not book.together(root, new)
    assert book.case(new)["parent_case_id"] == root, "its cause is still told"


def test_who_took_a_load_and_does_not_come_is_not_full(book: CaseBook) -> None:
    full = book.open("TR-CAPACITY", EntityKind.CARRIER, "ACME|MEM")
    missed = book.open("TR-PICKUP", SHIPMENT, "SH-1", correlation_key="pickup:ACME")
    book.correlate()
    assert not book.together(full, missed)
