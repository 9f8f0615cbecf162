"""Whether a centre keeps up with its work, and whether it works at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.detection.rule import Rule
from app.detection.rules.warehouse import labour, outage
from domain.ids import EntityKind
from domain.orders import OrderStatus
from domain.records import Entity
from domain.warehouse import PickStatus, PickTask
from tests.support.facts import DAY, NOW, customer, item, line, node, order, pick
from tests.support.open_case import record_open_case
from tests.support.rule_room import RuleRoom, policy_of, rule_room

POLICY = policy_of("warehouse")
RoomOf = Callable[[Rule], AbstractContextManager[RuleRoom]]
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
#: 480 units a day in a shift of eight hours: one a minute.
MEMPHIS = replace(node(), pick_capacity_units_per_day=480)
PARTIES: tuple[Entity, ...] = (customer(), item(), MEMPHIS, order(status=OrderStatus.RELEASED), line())


@pytest.fixture
def room_of(tmp_path: Path) -> RoomOf:
    @contextmanager
    def made(rule: Rule) -> Iterator[RuleRoom]:
        with rule_room(tmp_path, rule, POLICY) as room:
            room.put(*PARTIES)
            assert room.look() == []
            yield room

    return made


def waiting(task_id: str, units: int = 100, *, due_at: datetime, released_at: datetime = NOW) -> PickTask:
    return pick(
        task_id,
        requested_quantity=units,
        picked_quantity=0,
        status=PickStatus.RELEASED,
        due_at=due_at,
        released_at=released_at,
        updated_at=released_at,
    )


def done(at: datetime) -> PickTask:
    return pick(f"D{at.isoformat()}", updated_at=at, due_at=at + HOUR)


def test_more_work_than_the_shift_can_do_is_a_case_of_the_node(room_of: RoomOf) -> None:
    with room_of(labour.RULE) as room:
        room.put(waiting("T1", 150, due_at=NOW + 2 * HOUR), waiting("T2", 60, due_at=NOW + 3 * HOUR))
        found = room.only()
    assert str(found.entity) == "node/MEM"
    assert found.correlation_key == "floor:MEM"
    assert found.consequence.startswith(
        "Memphis has 150 min of picking (150 ea) due by 14:00 UTC and 120 min left; 1 picks of 1 orders lie"
    )
    assert found.breach_at == NOW + 2 * HOUR


@pytest.mark.parametrize(
    ("units", "hours"), [(149, 2), (420, 7), (600, 9)], ids=["by too little", "not above one", "next shift"]
)
def test_a_node_that_can_still_do_it_is_no_case(room_of: RoomOf, units: int, hours: int) -> None:
    with room_of(labour.RULE) as room:
        room.put(waiting("T1", units, due_at=NOW + hours * HOUR))
        assert room.look() == []


def test_time_alone_makes_a_backlog_too_much_and_ends_it_at_the_cut_off(room_of: RoomOf) -> None:
    with room_of(labour.RULE) as room:
        room.put(waiting("T1", 100, due_at=NOW + 2 * HOUR))
        assert room.look() == []
        room.advance(minutes=49)
        assert room.look() == []
        room.advance(minutes=1)
        assert len(room.look()) == 1
        room.advance(minutes=70)
        assert room.look() == []


def test_an_open_case_of_labour_stays_until_nine_tenths(room_of: RoomOf) -> None:
    with room_of(labour.RULE) as room:
        room.put(waiting("T1", 160, due_at=NOW + 2 * HOUR))
        found = room.only()
        with room.room.mirror.engine.begin() as connection:
            record_open_case(connection, "WH-LABOUR", EntityKind.NODE, "MEM", opened_at=NOW)
        room.put(waiting("T1", 109, due_at=NOW + 2 * HOUR))
        assert room.full() != []
        assert found.entity == room.full()[0].entity
        room.put(waiting("T1", 108, due_at=NOW + 2 * HOUR))
        assert room.full() == []


def a_week_of_work(until: datetime) -> list[PickTask]:
    """A pick every ten minutes from 08:00 to 16:00 UTC on each of eight days, up to ``until``."""
    day = NOW.replace(hour=8) - 7 * DAY
    times = [day + d * DAY + m * 10 * MINUTE for d in range(8) for m in range(49)]
    return [done(at) for at in times if at <= until]


THREE_WAIT = tuple(
    waiting(f"T{n}", due_at=NOW.replace(hour=16), released_at=NOW.replace(hour=7)) for n in range(3)
)
OUT = replace(MEMPHIS, working_weekdays=tuple(range(7)))


def test_a_centre_stands_still_once_twelve_picks_are_usual_in_the_time(room_of: RoomOf) -> None:
    with room_of(outage.RULE) as room:
        room.put(OUT, *a_week_of_work(NOW), *THREE_WAIT)
        assert room.look() == []
        room.advance(minutes=119)
        assert room.look() == []
        room.advance(minutes=1)
        found = room.only()
    assert str(found.entity) == "node/MEM"
    assert found.correlation_key == "outage:MEM"
    assert found.consequence == (
        "Nothing was picked at Memphis since 12:00 UTC (in these hours of other days: 12 picks), while 3 "
        "picks of 1 orders wait; the first are due at 16:00 UTC. Call the site and send new orders elsewhere."
    )
    assert {key for key, _ in found.losses} == {"SO-1/1", "node/MEM"}


def test_two_waiting_picks_or_a_day_off_are_no_sign_of_an_outage(room_of: RoomOf) -> None:
    with room_of(outage.RULE) as room:
        room.put(OUT, *a_week_of_work(NOW), *THREE_WAIT[:2])
        room.advance(hours=3)
        assert room.look() == []
        room.put(MEMPHIS, THREE_WAIT[2])
        assert room.look() == [], "it is a Sunday"
        room.put(OUT)
        assert len(room.look()) == 1


def test_silence_counts_from_when_enough_work_waits(room_of: RoomOf) -> None:
    late = tuple(replace(task, released_at=NOW + 90 * MINUTE) for task in THREE_WAIT)
    with room_of(outage.RULE) as room:
        room.advance(hours=2)
        room.put(OUT, *a_week_of_work(NOW), *late)
        room.advance(minutes=89)
        assert room.look() == []
        room.advance(minutes=1)
        assert len(room.look()) == 1


def test_a_night_is_no_outage_and_the_morning_counts_from_its_beginning(room_of: RoomOf) -> None:
    with room_of(outage.RULE) as room:
        room.advance(hours=-6)
        room.put(OUT, *a_week_of_work(NOW - 20 * HOUR), *THREE_WAIT)
        assert room.look() == []
        room.advance(hours=3, minutes=49)
        assert room.look() == [], "09:49, work begins at 08:00"
        room.advance(minutes=1)
        assert len(room.look()) == 1


def test_a_centre_without_a_day_of_history_is_not_judged(room_of: RoomOf) -> None:
    with room_of(outage.RULE) as room:
        room.put(OUT, *(done(NOW - n * MINUTE) for n in range(60)), *THREE_WAIT)
        room.advance(hours=3)
        assert room.look() == []


def test_work_that_goes_on_ends_the_outage_after_a_while(room_of: RoomOf) -> None:
    with room_of(outage.RULE) as room:
        room.put(OUT, *a_week_of_work(NOW), *THREE_WAIT)
        room.advance(hours=2)
        room.only()
        with room.room.mirror.engine.begin() as connection:
            at = NOW + 2 * HOUR
            record_open_case(connection, "WH-OUTAGE", EntityKind.NODE, "MEM", opened_at=at)
        room.put(done(NOW + 130 * MINUTE))
        room.advance(minutes=24)
        assert len(room.look()) == 1, "a first pick is not yet an end"
        room.advance(minutes=1)
        assert room.look() == []


def test_an_open_outage_lasts_through_the_night(room_of: RoomOf) -> None:
    with room_of(outage.RULE) as room:
        room.put(OUT, *a_week_of_work(NOW), *THREE_WAIT)
        with room.room.mirror.engine.begin() as connection:
            at = NOW + 2 * HOUR
            record_open_case(connection, "WH-OUTAGE", EntityKind.NODE, "MEM", opened_at=at)
        room.advance(hours=12)
        assert len(room.look()) == 1


def test_a_centre_without_open_work_is_not_out(room_of: RoomOf) -> None:
    with room_of(outage.RULE) as room:
        room.put(OUT, *a_week_of_work(NOW), *THREE_WAIT)
        room.advance(hours=2)
        room.only()
        room.put(*(replace(task, status=PickStatus.CANCELLED) for task in THREE_WAIT))
        assert room.look() == []


def test_a_feed_that_was_not_read_hides_work_and_is_no_outage(room_of: RoomOf) -> None:
    with room_of(outage.RULE) as room:
        room.room.sync()
        room.put(OUT, *a_week_of_work(NOW), *THREE_WAIT)
        room.advance(hours=3)
        assert room.look() == []
        room.room.sync()
        room.advance(minutes=1)
        assert len(room.look()) == 1


@pytest.mark.parametrize("rule", [labour.RULE, outage.RULE])
def test_the_narrowed_select_scans_no_picks(room_of: RoomOf, rule: Rule) -> None:
    with room_of(rule) as room:
        plan = room.plan()
    assert not [step for step in plan if step.startswith(("SCAN t", "SCAN pick_task")) or "BLOOM" in step]
