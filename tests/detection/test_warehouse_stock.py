"""Bins, pick faces and docks: stock that is not where or what the system says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.detection.rule import Rule
from app.detection.rules.warehouse import bin_stock, dock_stock, replenish
from domain.ids import LineId, TaskId
from domain.inventory import AllocationStatus
from domain.orders import CreditStatus, OrderStatus
from domain.records import Entity
from domain.warehouse import PickStatus
from tests.support.facts import (
    DAY,
    NOW,
    allocation,
    customer,
    cycle_count,
    item,
    line,
    node,
    order,
    pick,
    position,
    supply,
)
from tests.support.rule_room import RuleRoom, policy_of, rule_room

POLICY = policy_of("warehouse")
RoomOf = Callable[[Rule], AbstractContextManager[RuleRoom]]
HOUR = timedelta(hours=1)
PARTIES: tuple[Entity, ...] = (customer(), item(), node(), order(status=OrderStatus.RELEASED), line())
OPEN_PICK = pick(picked_quantity=0, status=PickStatus.RELEASED, released_at=NOW - HOUR)
SHORT_PICK = pick("T8", picked_quantity=90, status=PickStatus.SHORT, updated_at=NOW - DAY)


@pytest.fixture
def room_of(tmp_path: Path) -> RoomOf:
    @contextmanager
    def made(rule: Rule) -> Iterator[RuleRoom]:
        with rule_room(tmp_path, rule, POLICY) as room:
            room.put(*PARTIES)
            assert room.look() == []
            yield room

    return made


def test_a_count_that_is_off_puts_the_picks_of_the_bin_at_risk(room_of: RoomOf) -> None:
    with room_of(bin_stock.RULE) as room:
        room.put(OPEN_PICK, cycle_count(counted=80))
        found = room.only()
    assert str(found.entity) == "bin/MEM|A-01-03"
    assert found.correlation_key == "bin:MEM:A-01-03"
    assert found.consequence == (
        "Bin A-01-03 at Memphis: the count found 80 ea of KT-I1 where the system has 100. "
        "1 open picks (100 ea) rest on it; count it before more picks go there."
    )
    assert {key for key, _ in found.losses} == {"SO-1/1", "bin/MEM|A-01-03"}
    assert found.breach_at == NOW + 4 * HOUR
    evidence = {fact.name: fact.value for fact in found.evidence}
    assert evidence["why"] == "count"
    assert evidence["missing_quantity"] == "20"


@pytest.mark.parametrize(
    ("system", "counted"),
    [(100, 99), (1_000, 991), (100, 100)],
    ids=["below the units", "below the share", "right"],
)
def test_a_count_within_either_tolerance_is_no_case(room_of: RoomOf, system: int, counted: int) -> None:
    with room_of(bin_stock.RULE) as room:
        room.put(cycle_count(counted=counted, system_quantity=system))
        assert room.look() == []


def test_a_count_of_too_many_is_a_case_too(room_of: RoomOf) -> None:
    with room_of(bin_stock.RULE) as room:
        room.put(cycle_count(counted=120))
        assert "no open pick rests on it yet" in room.only().consequence


@pytest.mark.parametrize(
    "cure",
    [
        cycle_count(counted=80, adjusted=True),
        cycle_count("CC2", counted=100, counted_at=NOW),
        cycle_count("CC2", counted=80, system_quantity=80, counted_at=NOW),
    ],
)
def test_a_bin_clears_when_adjusted_or_counted_right(room_of: RoomOf, cure: Entity) -> None:
    with room_of(bin_stock.RULE) as room:
        room.put(cycle_count(counted=80))
        room.only()
        room.put(cure)
        assert room.look() == []


def test_two_short_picks_make_a_bin_suspect_until_the_first_is_a_week_old(room_of: RoomOf) -> None:
    with room_of(bin_stock.RULE) as room:
        room.put(SHORT_PICK, replace(SHORT_PICK, task_id=TaskId("T7"), bin_code="B-02-02"))
        assert room.look() == []
        room.put(replace(SHORT_PICK, task_id=TaskId("T9"), updated_at=NOW))
        assert "picks found 180 of 200 ea within days" in room.only().consequence
        room.advance(days=6, milliseconds=-1)
        assert len(room.look()) == 1
        room.advance(milliseconds=1)
        assert room.look() == []


def test_a_count_after_the_short_picks_settles_them(room_of: RoomOf) -> None:
    with room_of(bin_stock.RULE) as room:
        room.put(SHORT_PICK, replace(SHORT_PICK, task_id=TaskId("T9")))
        room.only()
        room.put(cycle_count(counted=80, adjusted=True, counted_at=NOW - 2 * DAY))
        assert len(room.look()) == 1
        room.put(cycle_count("CC2", counted=80, adjusted=True, counted_at=NOW))
        assert room.look() == []


def test_more_reserved_than_on_hand_makes_the_bins_of_open_picks_suspect(room_of: RoomOf) -> None:
    held = allocation(quantity=100, status=AllocationStatus.RESERVED)
    with room_of(bin_stock.RULE) as room:
        room.put(OPEN_PICK, held, position(on_hand=100))
        assert room.look() == []
        room.put(position(on_hand=70))
        assert "100 ea of KT-I1 are reserved with 70 on hand" in room.only().consequence
        room.put(cycle_count(counted=70, adjusted=True, counted_at=NOW))
        assert room.look() == []
        room.drop(cycle_count(counted=70, adjusted=True, counted_at=NOW))
        assert len(room.look()) == 1
        room.put(replace(held, quantity=70))
        assert room.look() == []


def test_stock_that_is_only_planned_does_not_count_as_reserved(room_of: RoomOf) -> None:
    with room_of(bin_stock.RULE) as room:
        room.put(OPEN_PICK, allocation(quantity=100), position(on_hand=70))
        assert room.look() == []


def test_a_pick_face_that_does_not_serve_open_picks_is_refilled_from_bulk(room_of: RoomOf) -> None:
    with room_of(replenish.RULE) as room:
        room.put(OPEN_PICK, replace(position(on_hand=500), pick_face_quantity=100))
        assert room.look() == []
        room.put(replace(position(on_hand=500), pick_face_quantity=99))
        found = room.only()
    assert str(found.entity) == "inventory_position/I1@MEM"
    assert found.correlation_key == "replen:MEM:I1"
    assert "has 99 ea for open picks of 100; bulk has 401. Without a refill 1 picks" in found.consequence
    assert found.breach_at == NOW + 4 * HOUR


def test_only_the_picks_beyond_the_face_are_at_risk(room_of: RoomOf) -> None:
    later = replace(OPEN_PICK, task_id=TaskId("T2"), line_id=LineId("SO-1/2"), due_at=NOW + 8 * HOUR)
    with room_of(replenish.RULE) as room:
        room.put(OPEN_PICK, later, line("SO-1/2"), replace(position(on_hand=500), pick_face_quantity=120))
        found = room.only()
    assert "SO-1/2" in dict(found.losses)
    assert "SO-1/1" not in dict(found.losses)


@pytest.mark.parametrize(
    "cure",
    [
        replace(position(on_hand=500), pick_face_quantity=100),
        replace(position(on_hand=50), pick_face_quantity=50),
        replace(OPEN_PICK, status=PickStatus.DONE, picked_quantity=100),
        replace(OPEN_PICK, status=PickStatus.STARTED, picked_quantity=50),
    ],
    ids=["refilled", "bulk empty", "picked", "face covers the rest"],
)
def test_a_pick_face_clears(room_of: RoomOf, cure: Entity) -> None:
    with room_of(replenish.RULE) as room:
        room.put(OPEN_PICK, replace(position(on_hand=500), pick_face_quantity=50))
        room.only()
        room.put(cure)
        assert room.look() == []


AT_DOCK = replace(supply(), dock_at=NOW - 3 * HOUR)


def test_goods_at_the_dock_are_a_case_after_the_limit_when_lines_want_them(room_of: RoomOf) -> None:
    with room_of(dock_stock.RULE) as room:
        room.put(AT_DOCK, position(on_hand=30))
        assert room.look() == []
        room.advance(minutes=59, seconds=59)
        assert room.look() == []
        room.advance(seconds=1)
        found = room.only()
    assert str(found.entity) == "inbound_supply/PO-7/1"
    assert found.correlation_key == "dock:MEM"
    assert "100 ea of KT-I1 (PO-7) stand at the dock of Memphis since 2026-11-22T09:00Z" in found.consequence
    assert "1 lines want 100 ea with 30 on hand" in found.consequence
    assert {key for key, _ in found.losses} == {"SO-1/1", "inbound_supply/PO-7/1"}


@pytest.mark.parametrize(
    "cure",
    [
        replace(AT_DOCK, received_at=NOW, received_quantity=100),
        replace(AT_DOCK, cancelled=True),
        position(on_hand=100),
        order(status=OrderStatus.CANCELLED),
        order(status=OrderStatus.RELEASED, credit_status=CreditStatus.HOLD),
        line(cancelled=True),
        line(node_id="DFW"),
    ],
)
def test_the_dock_clears_when_put_away_or_not_wanted(room_of: RoomOf, cure: Entity) -> None:
    with room_of(dock_stock.RULE) as room:
        room.put(replace(AT_DOCK, dock_at=NOW - 5 * HOUR), position(on_hand=99))
        room.only()
        room.put(cure)
        assert room.look() == []


def test_lines_that_stock_serves_do_not_wait_for_the_dock(room_of: RoomOf) -> None:
    with room_of(dock_stock.RULE) as room:
        room.put(
            replace(AT_DOCK, dock_at=NOW - 5 * HOUR),
            position(on_hand=100),
            line("SO-1/2", promised_at=NOW + 5 * DAY),
            allocation(status=AllocationStatus.RESERVED),
        )
        found = room.only()
    assert "SO-1/2" in dict(found.losses)
    assert "SO-1/1" not in dict(found.losses)


@pytest.mark.parametrize("rule", [bin_stock.RULE, replenish.RULE, dock_stock.RULE])
def test_the_narrowed_select_scans_no_table_of_facts(room_of: RoomOf, rule: Rule) -> None:
    tables = ("pick_task", "cycle_count", "inventory_position", "inbound_supply", "order_line", "allocation")
    with room_of(rule) as room:
        plan = room.plan()
    assert not [
        step for step in plan if "BLOOM" in step or step.startswith(tuple(f"SCAN {t}" for t in tables))
    ]
    assert not [
        step for step in plan if step.startswith(("SCAN s ", "SCAN t ", "SCAN q ", "SCAN l ", "SCAN p "))
    ]
