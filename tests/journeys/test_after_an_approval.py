"""After an approval: a supervisor says what became of a doubt, and two people take back what was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt

from app.services.approval_room import fresh_from
from app.services.decide import DecisionRequest, decide
from app.services.draft_commands import draft_commands
from app.services.propose import propose
from app.services.recommend.mirror_facts import MirrorFacts
from app.workers.messages import SyncNow
from domain.approvals import Verdict
from domain.commands import Action, SetLinePrice
from tests.support import facts
from tests.support.journey_desk import JourneyDesk
from tests.support.tower_room import TowerRoom
from views.approvals.state import ApprovalRow, ApprovalStage

KEY = Qt.Key
AGREED_CENTS = facts.line().unit_price_cents
LINE = replace(facts.line(), unit_price_cents=2 * AGREED_CENTS)


def wrong_price(room: TowerRoom) -> None:
    """One line at twice its price."""
    room.sync(*facts.quiet_world())
    room.sync(LINE)


@pytest.fixture
def situation() -> Callable[[TowerRoom], None]:
    return wrong_price


@pytest.mark.qt_log_ignore("This plugin does not support")  # a menu without a window manager
def test_a_doubt_is_settled_and_what_happened_is_taken_back(desk: JourneyDesk) -> None:
    # It is done, and the answer is lost.
    action_id = left_in_doubt(desk, price(), faults=["silent"])
    desk.press(KEY.Key_G, KEY.Key_A)
    desk.until(lambda: bool(desk.window.approvals_model.all_rows))
    assert row_of(desk, action_id).stage is ApprovalStage.IN_DOUBT

    # Who proposed it may not say what became of it; the supervisor has looked, and says.
    bar = desk.window.approvals.content.afterwards
    desk.until(lambda: bool(bar.why_not.text()))
    assert not bar.happened.isEnabled()
    sit_down(desk, "j.okafor")
    desk.until(bar.happened.isEnabled)
    bar.reason.setFocus()
    desk.type("The ERP shows the new price.")
    desk.click(bar.happened)
    go_on(desk)
    desk.until(lambda: row_of(desk, action_id).stage is ApprovalStage.EXECUTED)
    assert set(desk.worker.erp.effects.values()) == {1}

    # The ERP is read again. A planner proposes to take it back, the supervisor approves that.
    desk.worker.room.sync(replace(LINE, unit_price_cents=AGREED_CENTS))
    sit_down(desk, "a.moreno")
    desk.until(bar.take_back.isVisible)
    bar.reason.setFocus()
    desk.type("The customer withdrew the agreement.")
    desk.click(bar.take_back)
    desk.until(lambda: len(desk.window.approvals_model.all_rows) == 2)
    undo = next(row for row in desk.window.approvals_model.all_rows if row.action_id != action_id)
    assert undo.label == "Take back: Ship from DC-2"
    sit_down(desk, "j.okafor")
    desk.until(lambda: row_of(desk, undo.action_id).may_approve_now)
    desk.window.approvals_model.select(undo.action_id)
    desk.window.approvals.content.decision.reason.setFocus()
    desk.type("Agreed.")
    desk.click(desk.window.approvals.content.decision.approve)
    desk.until(lambda: row_of(desk, action_id).stage is ApprovalStage.COMPENSATED)
    assert desk.worker.erp.submits[-1].action == replace(price(), unit_price_cents=LINE.unit_price_cents)


@pytest.mark.qt_log_ignore("This plugin does not support")  # a menu without a window manager
def test_a_step_back_in_doubt_is_shown_settled_and_gone_on_from(desk: JourneyDesk) -> None:
    # The second price is refused, so the first one is taken back; of that step nobody knows what became.
    second = price(AGREED_CENTS + 1)
    action_id = left_in_doubt(desk, price(), second, faults=["", "refuse", "lost"])
    desk.press(KEY.Key_G, KEY.Key_A)
    desk.until(lambda: bool(desk.window.approvals_model.all_rows))
    assert row_of(desk, action_id).stage is ApprovalStage.IN_DOUBT
    sit_down(desk, "j.okafor")
    bar = desk.window.approvals.content.afterwards
    desk.until(bar.not_happened.isEnabled)
    (doubt,) = row_of(desk, action_id).doubts
    assert doubt.command_key == f"{action_id}-1-undo-1"
    assert doubt.words in bar.question.text()

    bar.reason.setFocus()
    desk.type("The ERP still shows the agreed price.")
    desk.click(bar.not_happened)
    go_on(desk)
    desk.until(lambda: row_of(desk, action_id).stage is ApprovalStage.COMPENSATED)
    step = price(LINE.unit_price_cents)
    assert [each.action for each in desk.worker.erp.submits] == [price(), second, step, step]
    assert set(desk.worker.erp.effects.values()) == {1}


def price(cents: int = AGREED_CENTS) -> SetLinePrice:
    """The line at that price; else at the one that was agreed."""
    return SetLinePrice(order_id=LINE.order_id, line_id=LINE.line_id, unit_price_cents=cents)


def row_of(desk: JourneyDesk, action_id: str) -> ApprovalRow:
    """A proposal as the page lists it."""
    return next(row for row in desk.window.approvals_model.all_rows if row.action_id == action_id)


def left_in_doubt(desk: JourneyDesk, *actions: Action, faults: list[str]) -> str:
    """Approved commands at a system that cannot be asked, and what happens to each on its way."""
    approvals, mirror = desk.worker.desk, desk.worker.room.mirror
    approvals.facts.put(LINE)
    request = approvals.request(actions=actions)
    option = request.recommendation.options[0]
    request = replace(request, drafts=draft_commands(option, MirrorFacts(mirror)))
    entry = propose(approvals.room, approvals.people["a.moreno"], request)
    wish = DecisionRequest(action_id=entry.action_id, verdict=Verdict.APPROVE, reason="Agreed.")
    decide(approvals.room, approvals.people["j.okafor"], wish, fresh_from(mirror))
    desk.worker.erp.faults = faults
    go_on(desk)
    return entry.action_id


def sit_down(desk: JourneyDesk, user_id: str) -> None:
    """Another person takes the chair and goes to the approvals."""
    desk.sit_down(user_id)
    desk.press(KEY.Key_G, KEY.Key_A)


def go_on(desk: JourneyDesk) -> None:
    """Let the executor do what it can, twice, and the window read what came of it."""
    for _ in range(2):
        desk.worker.settle()
        desk.worker.desk.clock.turn(timedelta(minutes=6))
    desk.worker.ask(SyncNow(source=""))
