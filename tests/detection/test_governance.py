"""The tower looks after itself: clocks that ran out, and actions that had no effect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.cases import CaseState, ExceptionCase, Severity
from domain.ids import CaseId
from tests.support.facts import customer, invoice, item, line, order, pod, shipment
from tests.support.tower_room import TowerRoom, tower_room


@pytest.fixture
def room(tmp_path: Path) -> Iterator[TowerRoom]:
    """A room with one case of high severity: an invoice of which nothing was signed for."""
    with tower_room(tmp_path) as made:
        made.sync(customer(), item(), order(), line(shipped_quantity=100), shipment(), invoice(), pod(0))
        assert made.only_case("IN-POD-MISMATCH").severity is Severity.HIGH
        yield made


def of_code(room: TowerRoom, code: str) -> list[ExceptionCase]:
    """The open cases of a code after a sync; a look at everything finds no others."""
    room.sync()
    found = [case for case in room.mirror.cases() if case.code == code]
    with room.mirror.write() as transaction:
        assert not transaction.detect(now=room.clock.now(), full=True).changed
    return found


def late(room: TowerRoom, watched: ExceptionCase) -> list[ExceptionCase]:
    """The open cases that say that this one is late."""
    return [case for case in of_code(room, "GV-SLA") if case.entity.entity_id == watched.case_id]


def move(room: TowerRoom, case_id: CaseId, *states: CaseState, actor: str = "ana") -> None:
    for state in states:
        room.mirror.save_case_state(case_id, state, reason="as told.", at=room.clock.now(), actor=actor)


def test_a_case_that_nobody_acknowledges_in_time_is_a_case_itself(room: TowerRoom) -> None:
    watched = room.only_case("IN-POD-MISMATCH")
    room.clock.advance(minutes=240)
    assert of_code(room, "GV-SLA") == []
    room.clock.advance(seconds=1)
    (found,) = of_code(room, "GV-SLA")
    assert str(found.entity) == f"exception_case/{watched.case_id}"
    assert found.correlation_key == "clock:"
    assert "should have been acknowledged by 2026-11-22T16:00:00Z and belongs to nobody" in found.consequence
    assert found.severity is watched.severity
    move(room, watched.case_id, CaseState.ACKNOWLEDGED)
    room.clock.advance(seconds=1)
    assert of_code(room, "GV-SLA") == []


def test_an_acknowledged_case_has_its_second_clock(room: TowerRoom) -> None:
    watched = room.only_case("IN-POD-MISMATCH")
    move(room, watched.case_id, CaseState.ACKNOWLEDGED)
    room.mirror.assign_case(watched.case_id, "ana", at=room.clock.now(), actor="ana")
    room.clock.advance(minutes=2880)
    assert of_code(room, "GV-SLA") == []
    room.clock.advance(seconds=1)
    (found,) = of_code(room, "GV-SLA")
    assert found.correlation_key == "clock:ana"
    assert "should have been resolved" in found.consequence
    room.clock.advance(seconds=1)
    room.sync(pod(100))
    assert of_code(room, "GV-SLA") == []


def test_the_clock_of_what_is_snoozed_stands_still_until_it_wakes(room: TowerRoom) -> None:
    watched = room.only_case("IN-POD-MISMATCH")
    start = room.clock.now()
    room.clock.advance(minutes=60)
    room.mirror.snooze_case(watched.case_id, start + timedelta(minutes=300), at=room.clock.now(), actor="ana")
    room.clock.advance(minutes=239)
    assert of_code(room, "GV-SLA") == []
    room.clock.advance(minutes=1)
    assert of_code(room, "GV-SLA") == []
    room.clock.advance(minutes=180)
    assert of_code(room, "GV-SLA") == []
    room.clock.advance(seconds=1)
    (found,) = of_code(room, "GV-SLA")
    assert "should have been acknowledged by 2026-11-22T20:00:00Z" in found.consequence


def test_a_case_on_the_clock_is_late_and_lifted_in_the_queue_at_the_same_instant(room: TowerRoom) -> None:
    """Both count the same time, whatever stood in between."""
    watched = room.only_case("IN-POD-MISMATCH")
    with room.mirror.write() as transaction:
        desk = transaction.desk(at=room.clock.now(), actor="ana")
        desk.wait_for(watched.case_id, "the customer", room.clock.now() + timedelta(hours=30))
    seen = []
    for _ in range(13):
        room.clock.advance(hours=6, seconds=1)
        found = late(room, watched)
        seen.append((len(found), room.only_case("IN-POD-MISMATCH").escalated))
    assert seen == [(0, 0)] * 12 + [(1, 1)]


def test_small_cases_are_not_watched(room: TowerRoom) -> None:
    room.sync(pod(99))
    assert room.only_case("IN-POD-MISMATCH").severity < Severity.HIGH
    room.clock.advance(days=9)
    assert of_code(room, "GV-SLA") == []


def test_an_action_without_effect_is_a_case_until_a_person_looks(room: TowerRoom) -> None:
    watched = room.only_case("IN-POD-MISMATCH")
    road = (CaseState.PROPOSED, CaseState.EXECUTING, CaseState.VERIFYING)
    move(room, watched.case_id, *road, actor="executor")
    assert of_code(room, "GV-ROLLBACK") == []
    room.clock.advance(hours=1, seconds=1)
    (found,) = of_code(room, "GV-ROLLBACK")
    assert str(found.entity) == f"exception_case/{watched.case_id}"
    assert found.correlation_key == "rollback:IN-POD-MISMATCH"
    assert "The condition is still there after the action." in found.consequence
    room.mirror.assign_case(watched.case_id, "ana", at=room.clock.now(), actor="ana")
    room.clock.advance(seconds=1)
    assert of_code(room, "GV-ROLLBACK") == []


def test_who_waits_for_somebody_is_not_late_until_the_wait_is_over(room: TowerRoom) -> None:
    watched = room.only_case("IN-POD-MISMATCH")
    until = room.clock.now() + timedelta(days=3)
    with room.mirror.write() as transaction:
        desk = transaction.desk(at=room.clock.now(), actor="ana")
        desk.wait_for(watched.case_id, "the customer", until)
    room.clock.advance(days=3, seconds=-1)
    assert late(room, watched) == []
    room.clock.advance(seconds=1)
    assert late(room, watched) == []
    room.clock.advance(days=2)
    assert late(room, watched) == []
    room.clock.advance(seconds=1)
    (found,) = late(room, watched)
    assert "should have been resolved by 2026-11-27T12:00:00Z" in found.consequence
