"""The life of a case: opened once, refreshed, cleared, reopened; never closed on what is unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.cases import CaseState, case_identity
from domain.errors import ConflictError, UnavailableError
from domain.ids import EntityKind, EntityRef, SourceName
from domain.orders import CreditStatus
from domain.transport import BookingStatus, ShipmentStatus
from tests.support import facts
from tests.support.facts import NOW
from tests.support.tower_room import TowerRoom

HELD = facts.order(credit_status=CreditStatus.HOLD)
FREE = facts.order()
DOWN = UnavailableError(what="The ERP does not answer.", remedy="Start it.")


def open_hold(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), HELD)


def test_a_case_is_known_by_what_it_is_about(room: TowerRoom) -> None:
    open_hold(room)
    about = EntityRef(kind=EntityKind.SALES_ORDER, entity_id="SO-1")
    assert room.only_case("OE-CREDIT").case_id == case_identity("OE-CREDIT", about)


def test_detected_again_it_is_the_same_case_and_nothing_changes(room: TowerRoom) -> None:
    open_hold(room)
    first = room.only_case("OE-CREDIT")
    room.clock.advance(minutes=10)
    result = room.sync(HELD)
    again = room.only_case("OE-CREDIT")
    assert result.opened == frozenset()
    assert (again.opened_at, again.episode) == (first.opened_at, 1)
    assert again.last_seen_at == NOW + timedelta(minutes=10)
    assert [event.kind for event in room.mirror.events(first.case_id)] == ["opened"]


def test_it_clears_when_the_condition_is_gone_and_reopens_as_a_new_episode(room: TowerRoom) -> None:
    open_hold(room)
    case_id = room.only_case("OE-CREDIT").case_id
    room.clock.advance(minutes=10)
    assert room.sync(FREE).cleared == {case_id}
    closed = room.mirror.case(case_id)
    assert closed is not None
    assert (closed.state, closed.closed_at) == (CaseState.AUTO_CLEARED, room.clock.now())
    assert room.mirror.at_risk_cents() == 0
    room.clock.advance(minutes=10)
    assert room.sync(HELD).opened == {case_id}
    back = room.only_case("OE-CREDIT")
    assert (back.state, back.episode, back.opened_at) == (CaseState.OPEN, 2, room.clock.now())
    kinds = [event.kind for event in room.mirror.events(case_id)]
    assert kinds == ["opened", "cleared", "reopened"]


def test_a_deleted_record_clears_its_case(room: TowerRoom) -> None:
    open_hold(room)
    room.source.drop(HELD)
    room.sync()
    assert room.codes() == []


def walk(room: TowerRoom, *states: CaseState) -> None:
    case_id = room.only_case("OE-CREDIT").case_id
    for state in states:
        room.mirror.save_case_state(case_id, state, reason="test", at=room.clock.now(), actor="ana")


def test_detection_leaves_a_case_to_the_executor(room: TowerRoom) -> None:
    open_hold(room)
    walk(room, CaseState.PROPOSED, CaseState.EXECUTING)
    room.sync(FREE)
    assert room.only_case("OE-CREDIT").state is CaseState.EXECUTING


def test_an_executed_case_is_resolved_when_the_source_shows_it(room: TowerRoom) -> None:
    open_hold(room)
    case_id = room.only_case("OE-CREDIT").case_id
    walk(room, CaseState.PROPOSED, CaseState.EXECUTING)
    room.sync(FREE)
    walk(room, CaseState.VERIFYING)
    room.sync()
    case = room.mirror.case(case_id)
    assert case is not None
    assert case.state is CaseState.RESOLVED
    last = room.mirror.events(case_id)[-1]
    assert (last.from_state, last.to_state, last.actor) == ("verifying", "resolved", "detection")


def test_a_case_that_stays_after_its_action_goes_back_to_people(room: TowerRoom) -> None:
    open_hold(room)
    walk(room, CaseState.PROPOSED, CaseState.EXECUTING, CaseState.VERIFYING)
    room.clock.advance(minutes=59)
    room.sync()
    assert room.only_case("OE-CREDIT").state is CaseState.VERIFYING
    room.clock.advance(minutes=2)
    room.sync()
    assert room.only_case("OE-CREDIT").state is CaseState.IN_PROGRESS


def test_an_unlawful_move_is_refused(room: TowerRoom) -> None:
    open_hold(room)
    with pytest.raises(ConflictError, match="is open and cannot become verifying"):
        walk(room, CaseState.VERIFYING)
    assert room.only_case("OE-CREDIT").state is CaseState.OPEN


def test_a_move_to_where_it_is_changes_owner_and_reason_only(room: TowerRoom) -> None:
    open_hold(room)
    case_id = room.only_case("OE-CREDIT").case_id
    moved = room.mirror.save_case_state(
        case_id, CaseState.OPEN, reason="mine", at=NOW, actor="ana", owner="ana"
    )
    assert (moved.owner, moved.state_reason) == ("ana", "mine")
    assert [event.kind for event in room.mirror.events(case_id)] == ["opened"]


def test_what_rests_on_a_silent_source_is_flagged_and_not_cleared(room: TowerRoom) -> None:
    open_hold(room)
    # The hold is gone, but the ERP goes down on the way: a second page never comes.
    room.source.put(FREE, facts.item("I9"), facts.item("I8"))
    room.clock.advance(seconds=91)
    room.source.failure, room.source.fail_after_pages, room.source.calls = DOWN, 1, 0
    room.sync(page_limit=2)
    case = room.only_case("OE-CREDIT")
    assert case.dq_flags == ("stale:erp",)
    assert case.last_seen_at == NOW
    room.source.failure = None
    result = room.sync()
    assert case.case_id in result.cleared
    assert room.codes() == []


def test_a_flag_goes_when_the_source_is_back(room: TowerRoom) -> None:
    open_hold(room)
    room.source.failure = DOWN
    room.clock.advance(seconds=91)
    room.sync()
    assert room.only_case("OE-CREDIT").dq_flags == ("stale:erp",)
    room.source.failure = None
    room.sync()
    assert room.only_case("OE-CREDIT").dq_flags == ()


def test_a_snoozed_case_wakes_when_its_facts_change(room: TowerRoom) -> None:
    open_hold(room)
    case_id = room.only_case("OE-CREDIT").case_id
    room.mirror.snooze_case(case_id, NOW + timedelta(hours=8), at=NOW, actor="ana")
    room.clock.advance(hours=1)
    room.sync()
    assert room.only_case("OE-CREDIT").snoozed_until is not None
    room.sync(facts.order(credit_status=CreditStatus.HOLD, total_cents=900_000))
    assert room.only_case("OE-CREDIT").snoozed_until is None


def test_rules_wait_for_a_source_that_was_never_read(room: TowerRoom) -> None:
    room.mirror.register_source(
        SourceName("wms"),
        title="WMS",
        kinds=[EntityKind.INVENTORY_POSITION],
        interval_seconds=30,
        at=NOW,
    )
    room.sync(*facts.quiet_world(), HELD, facts.position("MEM", 0), facts.order("SO-2"), facts.line("SO-2/1"))
    assert room.codes() == ["OE-CREDIT"]
    with room.mirror.write() as transaction:
        transaction.note_success(SourceName("wms"), at=NOW, rows=0)
    room.sync()
    assert room.codes() == ["AL-SHORT", "OE-CREDIT"]


def test_owner_and_history_survive_a_refresh(room: TowerRoom) -> None:
    open_hold(room)
    case_id = room.only_case("OE-CREDIT").case_id
    room.mirror.assign_case(case_id, "ana", at=NOW, actor="ana")
    room.sync(facts.order(credit_status=CreditStatus.HOLD, total_cents=900_000))
    case = room.only_case("OE-CREDIT")
    assert case.owner == "ana"
    assert "$9,000.00" in case.consequence
    assert [event.kind for event in room.mirror.events(case_id)] == ["opened", "assigned", "changed"]


def test_a_shortage_told_by_half_of_a_silent_source_is_no_news(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world())
    # The goods left the stock, and whether they left the order too was not heard.
    room.source.put(facts.position(on_hand=40), facts.item("I9"), facts.item("I8"))
    room.clock.advance(seconds=91)
    room.source.failure, room.source.fail_after_pages, room.source.calls = DOWN, 1, 0
    room.sync(page_limit=2)
    assert "AL-SHORT" not in room.codes()
    room.source.failure = None
    room.sync()
    assert room.only_case("AL-SHORT").title.endswith("short 60 ea")


@pytest.mark.parametrize("answer", [BookingStatus.ACCEPTED, BookingStatus.TENDERED])
def test_an_answer_that_could_not_be_heard_is_no_lost_tender(room: TowerRoom, answer: BookingStatus) -> None:
    asked = facts.booking(status=BookingStatus.TENDERED, expires_at=NOW + timedelta(minutes=1))
    pickup_at = NOW + timedelta(hours=6)
    waiting = facts.shipment(status=ShipmentStatus.BOOKED, planned_pickup_at=pickup_at, eta_at=pickup_at)
    room.sync(*facts.quiet_world(), waiting, asked)
    room.clock.advance(seconds=91)
    room.source.failure = DOWN
    room.sync()
    assert "TR-TENDER" not in room.codes(), "it may have been answered since the source fell silent"
    room.source.failure = None
    room.sync(replace(asked, status=answer))
    assert ("TR-TENDER" in room.codes()) is (answer is BookingStatus.TENDERED)
