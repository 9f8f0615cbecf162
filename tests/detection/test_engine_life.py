"""The longer life of a case: held back, flapping, denied, expired, remembered, asleep until it doubles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from app.detection.engine import DetectionResult, detect
from app.detection.rule import Finding, Moment, Rule
from app.store.cases import snooze_case
from domain.cases import CaseState, ExceptionCase, Impact, Severity
from domain.catalogue.data_quality import DQ_NEG
from domain.ids import EntityKind, EntityRef, ItemId
from domain.inventory import InventoryPosition
from domain.orders import CreditStatus, SalesOrder
from tests.support import facts
from tests.support.facts import DAY, NOW, PROMISED
from tests.support.tower_room import TowerRoom

HELD = facts.order(credit_status=CreditStatus.HOLD)
FREE = facts.order()


def stock_below_ten(rows: Sequence[Row[Any]], _moment: Moment) -> Finding:
    """A cent for every unit that is missing to ten."""
    row = rows[0]
    loss = 100 * (10 - row.on_hand)
    return Finding(
        case_type=RULE.case_type,
        entity=EntityRef(kind=EntityKind.INVENTORY_POSITION, entity_id=row.entity_id),
        title=f"{row.on_hand} left",
        consequence=f"{row.on_hand} left of {row.entity_id}.",
        impact=Impact(loss_cents=loss, low_cents=0, high_cents=loss, avoidable_cents=loss, effort_minutes=5),
        losses=((f"inventory_position/{row.entity_id}", loss),),
        severity=Severity.HIGH if row.on_hand < 0 else Severity.LOW,
        correlation_key=f"low:{row.entity_id}",
        evidence=(),
        breach_at=PROMISED,
    )


RULE = Rule(
    case_type=replace(DQ_NEG, clean_checks=2, hold_minutes=30),
    sql="""
SELECT p.id AS entity_id, p.on_hand_quantity AS on_hand FROM inventory_position p
 WHERE {scope:p.id} AND p.on_hand_quantity < 10 AND p.deleted_at IS NULL ORDER BY p.id
""",
    wakes=("inventory_position>position",),
    assess=stock_below_ten,
)


def look(
    room: TowerRoom, stock: int | InventoryPosition | None = None, *, rule: Rule = RULE
) -> DetectionResult:
    """Let the stock at Memphis be this, and look at it with the one rule of these tests."""
    if stock is not None:
        room.source.put(facts.position("MEM", stock) if isinstance(stock, int) else stock)
        page = room.source.changes("everything", room.mirror.cursor(facts.ERP, "everything"), 500)
        with room.mirror.write() as transaction:
            transaction.apply_page(facts.ERP, "everything", page, at=room.clock.now())
    with room.mirror.engine.begin() as connection:
        return detect(connection, now=room.clock.now(), rules=(rule,))


def the_case(room: TowerRoom) -> ExceptionCase:
    cases = room.mirror.cases(open_only=False)
    assert len(cases) == 1
    return cases[0]


def kinds(room: TowerRoom) -> list[str]:
    return [event.kind for event in room.mirror.events(the_case(room).case_id)]


def test_a_condition_that_must_last_is_held_back_and_then_shown(room: TowerRoom) -> None:
    assert look(room, 5).opened == frozenset()
    assert the_case(room).state is CaseState.SUSPENDED
    room.clock.advance(minutes=29)
    look(room)
    assert the_case(room).state is CaseState.SUSPENDED
    room.clock.advance(minutes=1)
    shown = look(room)
    assert shown.opened == {the_case(room).case_id}
    assert (the_case(room).state, the_case(room).opened_at) == (CaseState.OPEN, NOW)


def test_a_condition_gone_while_held_back_never_shows(room: TowerRoom) -> None:
    look(room, 5)
    room.clock.advance(minutes=10)
    look(room, 50)
    assert the_case(room).state is CaseState.AUTO_CLEARED
    assert kinds(room) == ["opened", "cleared"]


def shown(room: TowerRoom) -> None:
    look(room, 5)
    room.clock.advance(minutes=30)
    look(room)


def test_two_clean_looks_at_different_times_clear(room: TowerRoom) -> None:
    shown(room)
    room.clock.advance(minutes=1)
    look(room, 50)
    look(room)
    assert the_case(room).is_open
    room.clock.advance(minutes=1)
    assert look(room).cleared == {the_case(room).case_id}


def test_a_condition_back_in_between_starts_the_count_anew(room: TowerRoom) -> None:
    shown(room)
    for on_hand in (50, 5, 50):
        room.clock.advance(minutes=1)
        look(room, on_hand)
    assert the_case(room).is_open
    assert the_case(room).episode == 1


def test_the_window_of_a_return_is_a_day(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), HELD)
    case_id = room.only_case("OE-CREDIT").case_id
    room.mirror.assign_case(case_id, "ana", at=NOW, actor="ana")
    room.sync(FREE)
    room.clock.advance(hours=24)
    room.sync(HELD)
    assert (room.only_case("OE-CREDIT").owner, room.only_case("OE-CREDIT").episode) == ("ana", 2)
    room.sync(FREE)
    room.clock.advance(hours=25)
    room.sync(HELD)
    again = room.only_case("OE-CREDIT")
    assert (again.owner, again.episode) == ("", 3)
    told = [event.kind for event in room.mirror.events(case_id)]
    assert told == ["opened", "assigned", "cleared", "reopened", "cleared", "opened"]


def flap(room: TowerRoom, record: SalesOrder) -> None:
    room.clock.advance(minutes=10)
    room.sync(record)


def test_a_case_that_comes_and_goes_stays_one_until_it_is_quiet(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), HELD)
    for _ in range(4):
        flap(room, FREE)
        flap(room, HELD)
    case = room.only_case("OE-CREDIT")
    assert (case.flapping, case.flap_count, case.episode) == (True, 4, 5)
    flap(room, FREE)
    flap(room, HELD)
    case = room.only_case("OE-CREDIT")
    assert (case.flap_count, case.episode) == (5, 5)
    flap(room, FREE)
    room.clock.advance(hours=3)
    room.sync()
    assert room.only_case("OE-CREDIT").is_open
    room.clock.advance(hours=1)
    assert room.sync().cleared == {case.case_id}
    closed = room.mirror.case(case.case_id)
    assert closed is not None
    assert not closed.flapping


def test_what_a_person_denied_stays_closed_until_it_is_worse(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), HELD)
    case = room.only_case("OE-CREDIT")
    room.mirror.save_case_state(case.case_id, CaseState.FALSE_POSITIVE, reason="paid", at=NOW, actor="ana")
    room.clock.advance(minutes=5)
    room.sync(facts.order(credit_status=CreditStatus.HOLD, total_cents=110_000))
    assert room.codes() == []
    room.clock.advance(minutes=5)
    room.sync(facts.line(unit_price_cents=9_000), facts.item(list_price_cents=9_000))
    worse = room.only_case("OE-CREDIT")
    assert worse.episode == 2
    assert worse.impact.loss_cents >= 2 * case.impact.loss_cents


def test_a_warning_whose_breach_has_passed_expires(room: TowerRoom) -> None:
    late = facts.shipment(eta_at=PROMISED + DAY)
    room.sync(*facts.quiet_world(), late)
    case_id = room.only_case("TR-ETA-LATE").case_id
    room.clock.advance(hours=47)
    room.sync(facts.shipment(eta_at=PROMISED - timedelta(minutes=5)))
    cleared = room.mirror.case(case_id)
    assert cleared is not None
    assert cleared.state is CaseState.AUTO_CLEARED
    room.sync(late)
    room.clock.advance(hours=30)
    room.sync(facts.shipment(eta_at=PROMISED - timedelta(minutes=5)))
    expired = room.mirror.case(case_id)
    assert expired is not None
    assert expired.state is CaseState.EXPIRED


def test_a_snooze_ends_by_its_time(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), HELD)
    case_id = room.only_case("OE-CREDIT").case_id
    room.mirror.snooze_case(case_id, NOW + timedelta(hours=2), at=NOW, actor="ana")
    room.clock.advance(hours=1, minutes=59)
    room.sync()
    assert room.only_case("OE-CREDIT").snoozed_until is not None
    room.clock.advance(minutes=1)
    assert case_id in room.sync().changed_cases
    assert room.only_case("OE-CREDIT").snoozed_until is None


def test_a_snooze_until_the_money_doubles_sleeps_through_smaller_changes(room: TowerRoom) -> None:
    look(room, 5)
    case_id = the_case(room).case_id
    with room.mirror.engine.begin() as connection:
        snooze_case(connection, case_id, NOW + 3 * DAY, at=NOW, actor="ana", until_doubled=True)
    room.clock.advance(minutes=5)
    look(room, 2)
    assert the_case(room).snoozed_until is not None
    room.clock.advance(minutes=5)
    look(room, 0)
    assert the_case(room).snoozed_until is None


def test_a_case_keeps_its_life_when_it_moves_to_another_scope(room: TowerRoom) -> None:
    by_item = replace(
        RULE,
        sql=RULE.sql.replace(
            "p.id AS entity_id", "p.id AS entity_id, p.item_id || '|' || p.node_id AS scope_key"
        ).replace("{scope:p.id}", "{scope:p.item_id || '|' || p.node_id}"),
        wakes=("inventory_position>peg",),
    )
    look(room, 5, rule=by_item)
    room.clock.advance(minutes=5)
    moved = look(room, replace(facts.position("MEM", 5), item_id=ItemId("I2")), rule=by_item)
    assert (moved.opened, moved.cleared) == (frozenset(), frozenset())
    assert (the_case(room).is_open, the_case(room).episode) == (True, 1)
