"""Milestones at times that cannot be: in the future, out of order, or a whole feed with its clock off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.detection.rules.data_quality import time
from domain.ids import EntityKind, MilestoneId
from domain.transport import Milestone
from tests.support.facts import ERP, NOW, milestone, shipment
from tests.support.rule_room import RuleRoom, policy_of, rule_room

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[RuleRoom]:
    with rule_room(tmp_path, time.RULE, policy_of("data_quality")) as made:
        made.room.mirror.register_source(ERP, title="ERP", kinds=[], interval_seconds=60, at=NOW)
        made.put(shipment())
        yield made


def came(number: int, ahead: timedelta, **changes: object) -> Milestone:
    """A milestone that came some minutes ago and lies so far ahead of that."""
    received = NOW - 200 * MINUTE + number * MINUTE
    return milestone(f"M{number}", received_at=received, happened_at=received + ahead, **changes)


def test_a_milestone_in_the_future_is_a_case_until_corrected(room: RuleRoom) -> None:
    room.put(came(1, 15 * MINUTE))
    assert room.look() == [], "clocks differ by a quarter of an hour"
    room.put(came(1, 16 * MINUTE))
    found = room.only()
    assert str(found.entity) == "milestone/M1"
    assert found.correlation_key == "time:erp"
    assert "The departed of SH-1 came at" in found.consequence
    assert "until it is corrected" in found.consequence
    room.put(came(2, -HOUR, corrects_id=MilestoneId("M1")))
    assert room.look() == []
    room.drop(came(2, -HOUR))
    assert len(room.look()) == 1
    room.advance(days=7)
    assert room.look() == [], "after a week nobody needs it"


def test_a_step_before_one_that_must_precede_it_is_a_case(room: RuleRoom) -> None:
    room.put(milestone("M1", happened_at=NOW - 2 * HOUR))
    room.put(milestone("M2", code="delivered", happened_at=NOW - 2 * HOUR - 15 * MINUTE))
    assert room.look() == []
    room.put(milestone("M2", code="delivered", happened_at=NOW - 3 * HOUR))
    found = room.only()
    assert str(found.entity) == "milestone/M2"
    assert "delivered of SH-1 is said to have been at 2026-11-22T09:00:00Z, before its departed" in (
        found.consequence
    )
    room.put(milestone("M3", happened_at=NOW - 4 * HOUR, corrects_id=MilestoneId("M1")))
    assert room.look() == []


def test_one_step_of_its_kind_before_it_is_enough(room: RuleRoom) -> None:
    room.put(milestone("M1", code="in_transit", happened_at=NOW - 2 * HOUR))
    room.put(milestone("M2", code="in_transit", happened_at=NOW - HOUR))
    room.put(milestone("M3", code="delivered", happened_at=NOW - 90 * MINUTE))
    assert room.look() == []
    room.drop(milestone("M1"))
    assert [str(found.entity) for found in room.look()] == ["milestone/M3"]


def test_a_feed_whose_latest_milestones_are_ahead_by_the_same_hours_is_one_case(room: RuleRoom) -> None:
    room.put(*(came(n, -10 * MINUTE) for n in range(40)))
    room.put(*(came(n, 3 * HOUR - 10 * MINUTE) for n in range(100, 123)), came(150, 5 * HOUR))
    assert len(room.look()) == 24, "23 of the latest thirty are less than four in five"
    room.put(came(123, 3 * HOUR - 10 * MINUTE))
    found = room.only()
    assert str(found.entity) == "feed/erp"
    assert "The latest 24 milestones of erp are about 3 h ahead of the time they came" in found.consequence
    room.put(*(came(n, -MINUTE) for n in range(160, 190)))
    assert {one.entity.kind for one in room.look()} == {EntityKind.MILESTONE}, "its clock is right again"


def test_a_feed_that_begins_to_be_late_by_whole_hours_is_a_case(room: RuleRoom) -> None:
    room.put(*(came(n, -10 * MINUTE) for n in range(40)))
    assert room.look() == []
    room.put(*(came(n, -2 * HOUR - 10 * MINUTE) for n in range(100, 123)))
    assert room.look() == []
    room.put(came(123, -2 * HOUR - 10 * MINUTE))
    assert "24 milestones of erp are about 2 h behind the time they came" in room.only().consequence


def test_a_feed_that_was_always_late_is_not(room: RuleRoom) -> None:
    room.put(*(came(n, -2 * HOUR) for n in range(100)))
    assert room.look() == []
