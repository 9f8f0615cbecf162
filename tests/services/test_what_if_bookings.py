"""A lost carrier and a lost lane on a mirror: who must be booked anew, by whom, and what it costs more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.read_models.what_if_bookings import BOOKING, booking_words, why_booking
from app.read_models.what_if_page import places_of, what_if_choices, what_if_solved
from app.services.what_if.bookings import Bookings
from app.services.what_if.brief import brief_of
from app.services.what_if.mirror_baseline import read_baseline
from app.services.what_if.rebooking import rebook
from app.services.what_if.solve import Effort, solve_worlds
from app.services.what_if.translate import translate
from app.workers.what_if import Solved
from domain.ids import ServiceId
from domain.records import Entity
from domain.transport import ShipmentStatus
from domain.what_if import Change, ChangeKind, WhatIf
from tests.support.facts import NOW, carrier_service, shipment
from tests.support.tower_room import TowerRoom, tower_room
from tests.support.what_if_world import sync_backlog

LOST = Change(kind=ChangeKind.CARRIER_LOST, subject="UPSN")
CUT = Change(kind=ChangeKind.LANE_LOST, subject="MEM", to="Z1")
KILOGRAM = 1_000
DAILY = (0, 1, 2, 3, 4, 5, 6)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[TowerRoom]:
    with tower_room(tmp_path) as opened:
        yield opened


def services(rival_pickups: int = 10) -> list[Entity]:
    """Ground of the carrier that is lost, and a dearer, quicker service of another."""
    ground = replace(carrier_service(), pickup_weekdays=DAILY)
    rival = replace(
        ground,
        service_id=ServiceId("HWKX-AIR"),
        scac="HWKX",
        name="Hawk Air",
        transit_days=1,
        fixed_cost_cents=4_000,
        rate_cents_per_kg=100,
        pickups_per_day=rival_pickups,
    )
    return [ground, rival]


def booked(number: int, **changes: object) -> Entity:
    plain = shipment(
        f"SH-{number}",
        freight_cost_cents=1_600,
        weight_grams=20 * KILOGRAM,
        zone_id="Z1",
        window_end_at=NOW + timedelta(days=5),
        eta_at=NOW + timedelta(days=3),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # keyword values of a factory


def bookings(room: TowerRoom, *entities: Entity) -> Bookings:
    sync_backlog(room, *entities)
    return read_baseline(room.mirror, NOW).bookings


def test_only_what_waits_for_its_pickup_is_booked(room: TowerRoom) -> None:
    gone = booked(2, status=ShipmentStatus.IN_TRANSIT)
    found = bookings(room, *services(), booked(1), gone, booked(3, service_id=None, scac=""))
    assert [row.shipment_id for row in found.rows] == ["SH-1"]
    assert found.carriers == {"UPSN", "HWKX"}
    assert found.rows[0].value_cents > 0


def test_a_lost_carrier_sends_its_shipments_to_another_for_more_money(room: TowerRoom) -> None:
    found = rebook(bookings(room, *services(), booked(1), booked(2)), [LOST], NOW.date(), 1)
    assert found is not None
    assert [row.service_id for row in found.rows] == ["HWKX-AIR", "HWKX-AIR"]
    # 40.00 and 20 kg at 1.00 instead of the 16.00 booked.
    assert found.premium_cents == 2 * (6_000 - 1_600)
    assert (found.newly_late, found.stranded) == (0, 0)


def test_a_rival_without_room_leaves_some_behind(room: TowerRoom) -> None:
    ten = [booked(number) for number in range(10)]
    found = rebook(bookings(room, *services(rival_pickups=1), *ten), [LOST], NOW.date(), 1)
    assert found is not None
    # One a day for the week that is looked at; the last of them come late.
    assert found.stranded == 3
    assert found.newly_late > 0
    days = [row.pickup_day for row in found.rows if row.service_id]
    assert sorted(days) == list(range(7))


def test_a_short_outage_waits_for_the_cheap_carrier(room: TowerRoom) -> None:
    short = replace(LOST, amount=1)
    found = rebook(bookings(room, *services(), booked(1)), [short], NOW.date(), 1)
    assert found is not None
    assert [(row.service_id, row.pickup_day) for row in found.rows] == [("UPSN-GND", 1)]


def test_a_lost_lane_strands_what_is_booked_on_it_and_no_other(room: TowerRoom) -> None:
    known = bookings(room, *services(), booked(1), booked(2, zone_id="Z2"))
    found = rebook(known, [CUT], NOW.date(), 1)
    assert found is not None
    assert [(row.booked.shipment_id, row.on_lane) for row in found.rows] == [("SH-1", True)]
    assert found.stranded == 1
    assert rebook(known, [Change(kind=ChangeKind.DEMAND_SURGE, amount=5)], NOW.date(), 1) is None


def test_an_unknown_carrier_is_left_out_and_named(room: TowerRoom) -> None:
    sync_backlog(room, *services())
    unknown = WhatIf(name="x", changes=(Change(kind=ChangeKind.CARRIER_LOST, subject="NOPE"), LOST))
    told = translate(unknown, read_baseline(room.mirror, NOW))
    assert [why for _, why in told.dropped] == ["No service of carrier NOPE is on file."]
    assert told.kept_changes == (LOST,)


def test_the_page_tells_premium_freight_and_the_orders_that_flip(room: TowerRoom) -> None:
    sync_backlog(room, *services(), booked(1))
    baseline = read_baseline(room.mirror, NOW)
    what_if = WhatIf(name="No UPSN", changes=(LOST,))
    worlds = solve_worlds(baseline, (what_if,), Effort(moves=40), monotonic=lambda: 0.0)
    brief = brief_of(baseline)
    answer = Solved(brief=brief, worlds=tuple(world.answer for world in worlds), skipped=())
    shown = what_if_solved(answer, places_of(room.mirror))
    rows = {row.title: row.figures for row in shown.figures}
    assert rows["Bookings to make anew"][1].text == "1"
    assert rows["Premium freight"][1].delta == "+$44"
    assert rows["Total cost"][1].delta == ""
    (flip,) = shown.worlds[1].flips
    assert (flip.from_words, flip.to_words, flip.order_delta_cents) == ("UPSN", "Hawk Air", 4_400)
    assert flip.why_not == "a booking: rebook it on its own case"
    assert "1 booking to make anew: +$44 premium freight" in shown.worlds[1].words
    said = why_booking(worlds[1].answer.rebooking, f"{BOOKING}SH-1", brief)
    assert said[1] == "Hawk Air asks $60, +$44 against the booking."
    assert why_booking(worlds[0].answer.rebooking, f"{BOOKING}SH-1", brief) == ()
    assert booking_words(None, "USD") == ""


def test_a_booking_says_whom_to_ask_next_and_what_a_cheaper_service_would_come_to(room: TowerRoom) -> None:
    ground, rival = services()
    slow = replace(
        carrier_service(),
        service_id=ServiceId("SNAIL-GND"),
        scac="SNAI",
        name="Snail Ground",
        pickup_weekdays=DAILY,
        transit_days=30,
    )
    sync_backlog(room, ground, rival, slow, booked(1))
    baseline = read_baseline(room.mirror, NOW)
    found = rebook(baseline.bookings, [LOST], NOW.date(), 1)
    assert found is not None
    said = why_booking(found, f"{BOOKING}SH-1", brief_of(baseline))
    assert said[-2:] == (
        "Snail Ground asks $16, but would come 25 days later; that costs more than it saves.",
        "If it declines, ask Snail Ground, leaves 22 Nov, 25 d late, $16.",
    )


def test_carriers_can_be_chosen_by_their_bookings(room: TowerRoom) -> None:
    sync_backlog(room, *services(), booked(1))
    found = what_if_choices(room.mirror, now=NOW).carriers
    assert [(each.key, each.note) for each in found] == [("UPSN", "1 booking"), ("HWKX", "0 bookings")]
