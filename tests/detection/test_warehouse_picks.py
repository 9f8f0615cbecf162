"""Picks, waves, checks and labels: what is a case, what it says, and when it clears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.detection.rule import Rule
from app.detection.rules.warehouse import documents, late_start, pick_short, quality
from domain.ids import EntityKind, OrderId, TaskId
from domain.orders import OrderStatus
from domain.records import Entity
from domain.transport import DocumentStatus, ShipmentStatus
from domain.warehouse import PickQuality, PickStatus
from tests.support.facts import (
    NOW,
    allocation,
    customer,
    item,
    line,
    node,
    order,
    pick,
    shipment,
)
from tests.support.rule_room import RuleRoom, policy_of, rule_room

POLICY = policy_of("warehouse")
RoomOf = Callable[[Rule], AbstractContextManager[RuleRoom]]
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
PARTIES: tuple[Entity, ...] = (customer(), item(), node(), order(status=OrderStatus.RELEASED), line())
SHORT = pick(picked_quantity=60, status=PickStatus.SHORT, released_at=NOW - HOUR, wave_id="W1")


@pytest.fixture
def room_of(tmp_path: Path) -> RoomOf:
    @contextmanager
    def made(rule: Rule) -> Iterator[RuleRoom]:
        with rule_room(tmp_path, rule, POLICY) as room:
            room.put(*PARTIES)
            assert room.look() == []
            yield room

    return made


def test_a_short_pick_names_bin_units_and_cut_off(room_of: RoomOf) -> None:
    with room_of(pick_short.RULE) as room:
        room.put(SHORT)
        found = room.only()
    assert (found.entity.kind, found.entity.entity_id) == (EntityKind.PICK_TASK, "T1")
    assert found.correlation_key == "pick:MEM:A-01-03"
    assert found.consequence == (
        "Bin A-01-03 at Memphis gave 60 of 100 ea of KT-I1 for SO-1; 40 ea miss the cut-off of 16:00 UTC."
    )
    # 40 units at 10.00 a day late, and 4.00 margin each lost by cancellation, as the contract says.
    assert found.impact.loss_cents == sum(cents for _, cents in found.losses)
    assert {key for key, _ in found.losses} == {"SO-1/1", "pick_task/T1"}
    assert found.breach_at == NOW + 4 * HOUR
    assert [ref.entity_id for ref in found.about] == ["MEM|A-01-03", "MEM|W1", "MEM"]


def test_a_full_pick_is_no_case(room_of: RoomOf) -> None:
    with room_of(pick_short.RULE) as room:
        room.put(pick(picked_quantity=100))
        assert room.look() == []


@pytest.mark.parametrize(
    "cure",
    [
        replace(SHORT, picked_quantity=100, status=PickStatus.DONE),
        replace(SHORT, status=PickStatus.CANCELLED),
        # The rest comes from another bin, by a task for just that.
        pick("T2", requested_quantity=40, picked_quantity=40, bin_code="B-01-01", released_at=NOW),
        order(status=OrderStatus.SHIPPED),
        line(cancelled=True),
    ],
)
def test_a_short_pick_clears_when_made_good_or_not_wanted(room_of: RoomOf, cure: Entity) -> None:
    with room_of(pick_short.RULE) as room:
        room.put(SHORT)
        room.only()
        room.put(cure)
        assert room.look() == []


def test_a_second_wave_of_the_line_does_not_make_a_short_pick_good(room_of: RoomOf) -> None:
    """Sixty of a hundred were tasked and fifty found; forty more of a later wave are other units."""
    with room_of(pick_short.RULE) as room:
        room.put(
            replace(SHORT, requested_quantity=60, picked_quantity=50),
            pick("T2", requested_quantity=40, picked_quantity=40, released_at=NOW),
        )
        assert room.only().title == "SO-1 picked 10 ea short at Memphis"


def test_the_rest_of_a_partly_tasked_line_makes_it_good(room_of: RoomOf) -> None:
    with room_of(pick_short.RULE) as room:
        room.put(
            replace(SHORT, requested_quantity=60, picked_quantity=50),
            pick("T2", requested_quantity=10, picked_quantity=10, released_at=NOW),
        )
        assert room.look() == []


WAITING = pick(
    picked_quantity=0,
    status=PickStatus.RELEASED,
    wave_id="W1",
    released_at=NOW - HOUR,
    due_at=NOW + 2 * HOUR,
    work_minutes=60,
)


def test_a_wave_is_late_from_its_latest_start_on_by_time_alone(room_of: RoomOf) -> None:
    with room_of(late_start.RULE) as room:
        room.put(WAITING)
        assert room.look() == []
        room.advance(minutes=59, seconds=59)
        assert room.look() == []
        room.advance(seconds=1)
        found = room.only()
    assert str(found.entity) == "wave/MEM|W1"
    assert found.correlation_key == "floor:MEM"
    assert found.consequence.startswith(
        "1 picks (60 min of work) of wave W1 at Memphis should have begun by 13:00 UTC; 1 orders miss"
    )
    assert found.breach_at == NOW + 2 * HOUR
    assert found.order_ids == (OrderId("SO-1"),)


def test_a_started_wave_is_no_case_and_each_wave_is_one(room_of: RoomOf) -> None:
    late = replace(WAITING, due_at=NOW + HOUR)
    with room_of(late_start.RULE) as room:
        room.put(
            late,
            replace(late, task_id=TaskId("T2"), wave_id="W2"),
            replace(late, task_id=TaskId("T3"), wave_id=""),
        )
        assert [found.entity.entity_id for found in room.look()] == ["MEM|W1", "MEM|W2"]
        room.put(replace(late, status=PickStatus.STARTED))
        assert [found.entity.entity_id for found in room.look()] == ["MEM|W2"]
        room.put(order(status=OrderStatus.CANCELLED))
        assert room.look() == []


def test_picks_of_one_line_in_a_late_wave_count_once(room_of: RoomOf) -> None:
    half = replace(WAITING, requested_quantity=50, due_at=NOW + HOUR)
    with room_of(late_start.RULE) as room:
        room.put(replace(WAITING, due_at=NOW + HOUR))
        whole = room.only()
        room.put(half, replace(half, task_id=TaskId("T2")))
        assert room.only().losses == whole.losses


FAILED = pick(quality=PickQuality.FAILED, reason_code="DMG", released_at=NOW - HOUR)


def test_a_failed_check_names_item_and_lot(room_of: RoomOf) -> None:
    with room_of(quality.RULE) as room:
        room.put(FAILED, replace(allocation(), lot_id="L1"))
        found = room.only()
    assert str(found.entity) == "pick_task/T1"
    assert found.correlation_key == "qc:MEM"
    assert str(found.about[0]) == "lot/L1"
    assert "100 ea of KT-I1 from bin A-01-03 at Memphis failed the check; SO-1 misses" in found.consequence


@pytest.mark.parametrize(
    "cure",
    [
        replace(FAILED, quality=PickQuality.PASSED),
        replace(FAILED, status=PickStatus.CANCELLED),
        pick("T2", released_at=NOW),
        order(status=OrderStatus.CANCELLED),
    ],
)
def test_a_failed_check_clears_when_good_units_are_there(room_of: RoomOf, cure: Entity) -> None:
    with room_of(quality.RULE) as room:
        room.put(FAILED)
        room.only()
        room.put(cure)
        assert room.look() == []


def test_a_second_failed_pick_makes_nothing_good(room_of: RoomOf) -> None:
    with room_of(quality.RULE) as room:
        room.put(FAILED, replace(FAILED, task_id=TaskId("T2"), released_at=NOW))
        assert [found.entity.entity_id for found in room.look()] == ["T1", "T2"]


UNLABELLED = shipment(document_status=DocumentStatus.FAILED, document_error="ZPL template 4")


def test_a_failed_label_costs_the_chargeback_of_the_customer(room_of: RoomOf) -> None:
    with room_of(documents.RULE) as room:
        room.put(UNLABELLED, customer(routing_chargeback_cents=12_500))
        found = room.only()
    assert str(found.entity) == "shipment/SH-1"
    assert found.correlation_key == "label:MEM"
    assert dict(found.losses)["SO-1/1"] == 12_500
    assert found.impact.penalty_cents == 12_500
    assert "cannot leave with the pickup at 17:00 UTC, and $125.00 are charged back." in found.consequence


@pytest.mark.parametrize(
    "cure",
    [
        replace(UNLABELLED, document_status=DocumentStatus.GENERATED, document_error=""),
        replace(UNLABELLED, status=ShipmentStatus.IN_TRANSIT),
        replace(UNLABELLED, status=ShipmentStatus.CANCELLED),
    ],
)
def test_a_failed_label_clears_when_made_or_gone(room_of: RoomOf, cure: Entity) -> None:
    with room_of(documents.RULE) as room:
        room.put(UNLABELLED)
        room.only()
        room.put(cure)
        assert room.look() == []


@pytest.mark.parametrize("rule", [pick_short.RULE, late_start.RULE, quality.RULE, documents.RULE])
def test_the_narrowed_select_searches_and_scans_nothing(room_of: RoomOf, rule: Rule) -> None:
    with room_of(rule) as room:
        plan = room.plan()
    assert any(step.startswith("SEARCH") for step in plan)
    assert not [step for step in plan if step.startswith("SCAN") or "BLOOM" in step]
