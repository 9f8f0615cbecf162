"""What people do with cases: every move is kept, refusals say why, clocks stand still while they should."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.identifiers import UlidSource
from app.services.case_life import LONGEST_REST, CaseLife, SilenceWish
from app.services.incidents import Incidents
from domain.cases import CaseState
from domain.errors import BadInputError, ConflictError, TowerError
from domain.ids import CaseId, CustomerId, EntityKind, NodeId
from domain.incidents import IncidentBasis
from tests.support.case_book import CaseBook, case_books
from tests.support.facts import NOW, order
from tests.support.fake_connector import FakeClock

LINE = EntityKind.ORDER_LINE


class Desk:
    """A book of cases with the services over it, on one clock."""

    def __init__(self, book: CaseBook) -> None:
        self.book = book
        self.clock = FakeClock()
        ids = UlidSource(clock=self.clock, random_bits=random.Random(1).getrandbits)
        self.life = CaseLife(mirror=book.mirror, clock=self.clock, ids=ids)
        self.incidents = Incidents(mirror=book.mirror, clock=self.clock)

    def later(self, **spans: int) -> None:
        self.book.later(**spans)
        self.clock.advance(**spans)

    def price(self, number: int, **changes: object) -> CaseId:
        """A price case (clocks: 60 minutes to take up, 480 to end); key by number unless said."""
        changes.setdefault("correlation_key", f"price:{number}")
        case_id = self.book.open("OE-PRICE", LINE, f"SO-{number}/1", **changes)
        self.book.correlate(case_id)
        return case_id

    def tick(self, *changed: CaseId) -> frozenset[CaseId]:
        return self.book.correlate_these(changed)

    def history(self, case_id: CaseId) -> list[tuple[str, str, str]]:
        return [(e.kind, e.to_state, e.actor) for e in self.book.mirror.events(case_id)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with case_books(tmp_path, "one") as books:
        yield Desk(books[0])


def test_a_case_is_taken_up_worked_on_waits_and_goes_on_with_each_step_in_its_history(desk: Desk) -> None:
    case_id = desk.price(1)
    assert desk.life.acknowledge(case_id, "ana").owner == "ana"
    assert desk.life.start(case_id, "ben").owner == "ana"
    waiting = desk.life.wait(case_id, "the customer", NOW + timedelta(hours=4), "ana")
    assert (waiting.waiting_on, waiting.waiting_until) == ("the customer", NOW + timedelta(hours=4))
    resumed = desk.life.resume(case_id, "ana")
    assert (resumed.state, resumed.waiting_on, resumed.acknowledged_at) == (CaseState.IN_PROGRESS, "", NOW)
    assert desk.history(case_id) == [
        ("moved", "acknowledged", "ana"),
        ("moved", "in_progress", "ben"),
        ("moved", "waiting", "ana"),
        ("moved", "in_progress", "ana"),
    ]


def test_a_wait_ends_by_itself_at_its_time(desk: Desk) -> None:
    case_id = desk.price(1)
    desk.life.wait(case_id, "the mill", NOW + timedelta(hours=1), "ana")
    desk.later(minutes=59)
    assert desk.tick() == frozenset()
    desk.later(minutes=1)
    assert desk.tick() == {case_id}
    assert desk.life.case(case_id).state is CaseState.IN_PROGRESS
    assert desk.life.case(case_id).state_reason == "The wait for the mill is over."


def test_a_false_positive_needs_a_reason_closes_the_case_and_its_incident(desk: Desk) -> None:
    case_id = desk.price(1)
    with pytest.raises(BadInputError, match="reason"):
        desk.life.deny(case_id, "  ", "ana")
    denied = desk.life.deny(case_id, "agreed by telephone", "ana")
    assert (denied.state, denied.state_reason) == (CaseState.FALSE_POSITIVE, "agreed by telephone")
    assert desk.book.incident_of(case_id)["closed_at"] == desk.book.now_ms
    with pytest.raises(ConflictError, match="closed"):
        desk.life.acknowledge(case_id, "ana")


@pytest.mark.parametrize("state", ["executing", "verifying"])
def test_nobody_denies_a_case_while_a_command_is_under_way(desk: Desk, state: str) -> None:
    case_id = desk.price(1, state=state)
    with pytest.raises(ConflictError, match=state):
        desk.life.deny(case_id, "no", "ana")


def test_what_cannot_be_is_refused_in_words(desk: Desk) -> None:
    case_id = desk.price(1, losses={"SO-1/1": 0})
    refused = (
        lambda: desk.life.acknowledge("EX-0", "ana"),
        lambda: desk.life.resume(case_id, "ana"),
        lambda: desk.life.wait(case_id, "", None, "ana"),
        lambda: desk.life.wait(case_id, "them", NOW, "ana"),
        lambda: desk.life.snooze_until_doubled(case_id, "ana"),
        lambda: desk.life.silence(SilenceWish(reason="x", lasts=timedelta(days=91), code="OE-PRICE"), "ana"),
        lambda: desk.life.silence(SilenceWish(reason="x", lasts=timedelta(0), code="OE-PRICE"), "ana"),
        lambda: desk.life.silence(SilenceWish(reason="x", lasts=timedelta(days=1)), "ana"),
        lambda: desk.life.silence(SilenceWish(reason="", lasts=timedelta(days=1), code="OE-PRICE"), "ana"),
        lambda: desk.life.silence(SilenceWish(reason="x", lasts=timedelta(days=1), code="OE-NO"), "ana"),
        lambda: desk.life.end_silence("none", "ana"),
        lambda: desk.incidents.merge(case_id, "IN-0", "because", "ana"),
        lambda: desk.incidents.merge(case_id, case_id, "", "ana"),
        lambda: desk.incidents.split(case_id, "because", "ana"),
    )
    for ask in refused:
        with pytest.raises(TowerError) as told:
            ask()
        assert told.value.remedy
    assert desk.history(case_id) == []


def test_resting_until_a_time_and_until_the_money_doubles_keep_what_wakes_the_case(desk: Desk) -> None:
    first, second = desk.price(1), desk.price(2)
    desk.life.snooze(first, 30, "ana")
    desk.life.snooze_until_doubled(second, "ana")
    one, two = desk.life.case(first), desk.life.case(second)
    assert (one.snoozed_until, one.snooze_loss_cents) == (NOW + timedelta(minutes=30), None)
    assert (two.snoozed_until, two.snooze_loss_cents) == (NOW + LONGEST_REST, two.impact.loss_cents)
    desk.life.snooze(second, 0, "ana")
    woken = desk.life.case(second)
    assert (woken.snoozed_until, woken.snooze_loss_cents) == (None, None)


def test_a_silence_hides_what_matches_now_and_later_and_ends_early_or_by_itself(desk: Desk) -> None:
    here, there = desk.price(1, node_id="MEM"), desk.price(2, node_id="DEN")
    wish = SilenceWish(reason="list is wrong", lasts=timedelta(days=2), code="OE-PRICE", node_id="MEM")
    silence = desk.life.silence(wish, "ana")
    new = desk.price(3, node_id="MEM")
    hidden = [desk.life.case(c).suppressed_by for c in (here, there, new)]
    assert hidden == [silence.silence_id, "", silence.silence_id]
    assert [s.silence_id for s in desk.life.silences()] == [silence.silence_id]
    assert silence.node_id == NodeId("MEM")
    desk.life.end_silence(silence.silence_id, "ben")
    assert desk.life.silences() == []
    assert desk.life.case(here).suppressed_by == ""
    again = desk.life.silence(wish, "ana")
    desk.later(hours=47)
    assert desk.life.case(here).suppressed_by == again.silence_id
    desk.later(hours=1)
    assert {here, new} <= desk.tick()
    assert desk.life.case(here).suppressed_by == ""


def test_a_silence_of_a_customer_hides_a_case_only_if_all_its_orders_are_theirs(desk: Desk) -> None:
    desk.book.put(order("SO-1"), order("SO-2", customer_id=CustomerId("C2")))
    one = desk.price(1, order_ids='["SO-1"]')
    both = desk.price(2, order_ids='["SO-1","SO-2"]')
    silence = desk.life.silence(
        SilenceWish(reason="they know", lasts=timedelta(days=1), customer_id="C1"), "ana"
    )
    assert desk.life.case(one).suppressed_by == silence.silence_id
    assert desk.life.case(both).suppressed_by == ""


def test_a_clock_that_runs_out_escalates_once_and_stands_still_while_the_case_waits(desk: Desk) -> None:
    idle, waits, rests = desk.price(1), desk.price(2), desk.price(3)
    desk.life.wait(waits, "the customer", None, "ana")
    desk.life.snooze(rests, 90, "ana")
    desk.later(minutes=61)
    assert desk.tick() == {idle}
    assert desk.life.case(idle).escalated == 1
    assert desk.history(idle) == [("escalated", "open", "detection")]
    desk.later(minutes=40)
    assert desk.tick() == frozenset()
    desk.life.snooze(rests, 0, "ana")
    desk.later(minutes=59)
    assert desk.tick() == frozenset()
    desk.later(minutes=2)
    assert desk.tick() == {rests}
    desk.life.resume(waits, "ana")
    desk.later(minutes=479)
    assert waits not in desk.tick()
    desk.later(minutes=2)
    assert desk.tick() == {waits}


def test_a_muted_case_is_on_no_clock(desk: Desk) -> None:
    case_id = desk.price(1, node_id="MEM")
    wish = SilenceWish(reason="known", lasts=timedelta(days=2), code="OE-PRICE")
    desk.life.silence(wish, "ana")
    desk.later(hours=10)
    assert desk.tick(case_id) == frozenset()


def test_a_case_put_elsewhere_by_hand_stays_there_and_keeps_who_said_why(desk: Desk) -> None:
    first, second = desk.price(1), desk.price(2)
    merged = desk.incidents.merge(second, first, "one price list", "ana")
    assert desk.book.together(first, second)
    assert desk.book.why(second) == "ana put it here: one price list"
    assert merged.members == 2
    desk.book.correlate()
    assert desk.book.together(first, second)
    grouping = desk.incidents.of_case(second)
    assert grouping is not None
    assert grouping.membership.basis is IncidentBasis.MANUAL
    assert [event.actor for event in desk.book.mirror.events(second)] == ["ana", "ana"]
    desk.incidents.split(second, "it is not", "ben")
    assert not desk.book.together(first, second)
    desk.book.correlate()
    assert not desk.book.together(first, second)
    assert desk.incidents.regroup(second, "ben")
    assert desk.book.incident_of(second)["correlation_key"] == "price:2"
    assert not desk.incidents.regroup(second, "ben")


def test_taking_a_case_out_of_a_key_leaves_the_others_together(desk: Desk) -> None:
    cases = [desk.price(n, correlation_key="price:C1:I1") for n in (1, 2, 3)]
    assert desk.book.together(*cases)
    desk.incidents.split(cases[0], "another contract", "ana")
    assert desk.book.together(*cases[1:])
    assert not desk.book.together(*cases)
    views = desk.incidents.open()
    assert sorted(len(view.members) for view in views) == [1, 2]
