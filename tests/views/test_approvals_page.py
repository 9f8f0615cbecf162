"""Approvals: what will be signed is shown from its bytes; who may not sign is told why."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.support.fake_approvals import approvals
from tests.support.fake_tower import FIRST_ID, PLANNER, SUPERVISOR, snapshot
from tests.support.open_window import OpenWindow, open_window
from views.approvals.state import ApprovalStage, stage_words
from views.approvals.view_model import ApprovalFilter
from views.tower.state import Part


@pytest.fixture
def supervisor(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    desk = open_window(qtbot, qapp, filled=False)
    desk.window.apply_snapshot(snapshot(who=SUPERVISOR, approvals=approvals(SUPERVISOR)))
    desk.window.show_page("approvals")
    qapp.processEvents()
    return desk


def texts(desk: OpenWindow) -> list[str]:
    return [shown.text() for shown in desk.window.approvals.content.findChildren(QLabel) if shown.isVisible()]


def test_the_content_is_what_is_signed(supervisor: OpenWindow) -> None:
    shown = texts(supervisor)
    for wanted in (
        "7F3A-91C0",
        "Reallocate 318 ea of KT-2201 from Memphis to Dallas",
        "SO-884120 v17, SO-884127 v4",
        "AP-3  ·  policy 4",
        "Solver optimal  ·  gap 0 %",
        "Saves 39 orders at the 16:00 cut-off.",
    ):
        assert wanted in shown
    assert "ERP: move 200 ea of SO-884120 line 1" in supervisor.window.approvals.content.commands.text()
    spoken = supervisor.window.approvals.content.alternatives.accessibleDescription()
    assert "Reallocate to DFW (chosen)" in spoken


def test_the_supervisor_approves_with_a_reason(supervisor: OpenWindow) -> None:
    content = supervisor.window.approvals.content
    content.reason.setFocus()
    supervisor.type("Cheapest way to keep the promise.")
    supervisor.click(content.approve)
    assert supervisor.intents.calls[-1] == (
        "decide", "01K9ACTION00", "approve", "Cheapest way to keep the promise.",
    )  # fmt: skip
    assert content.reason.text() == ""


def test_the_supervisor_rejects_with_a_reason(supervisor: OpenWindow) -> None:
    content = supervisor.window.approvals.content
    content.reason.setText("Dallas is needed elsewhere.")
    supervisor.click(content.reject)
    assert supervisor.intents.calls[-1][1:3] == ("01K9ACTION00", "reject")


def test_without_a_reason_nothing_is_signed(supervisor: OpenWindow) -> None:
    content = supervisor.window.approvals.content
    supervisor.click(content.approve)
    assert not supervisor.intents.named("decide")
    assert content.why_not.text() == "Say why first: the reason is signed with the decision."
    assert content.reason.hasFocus()


def test_the_proposer_may_not_approve_and_is_told_why(qtbot: QtBot, qapp: QApplication) -> None:
    desk = open_window(qtbot, qapp, filled=False)
    desk.window.apply_snapshot(snapshot(who=PLANNER, approvals=approvals(PLANNER)))
    desk.window.show_page("approvals")
    content = desk.window.approvals.content
    assert not content.approve.isEnabled()
    assert not content.reject.isEnabled()
    assert content.why_not.text() == "You proposed this; another person must approve it."
    desk.click(content.approve)
    assert not desk.intents.named("decide")


def test_each_stage_has_its_words() -> None:
    words = {row.stage: stage_words(row) for row in approvals()}
    assert words[ApprovalStage.SIGNED_UNRECORDED] == "signed, not yet recorded"
    assert words[ApprovalStage.RECORDED] == "recorded #12"
    assert words[ApprovalStage.EXECUTED] == "executed"
    assert words[ApprovalStage.HELD_STALE] == "held: facts changed"
    assert words[ApprovalStage.IN_DOUBT] == "in doubt"


def test_a_decided_proposal_says_by_whom_and_offers_no_decision(supervisor: OpenWindow) -> None:
    supervisor.window.approvals_model.select("01K9ACTION04")
    content = supervisor.window.approvals.content
    assert not content.approve.isVisible()
    assert content.decided.text().startswith("J. Okafor approved it at 15:17")
    assert "quantity 40 is now 25" in content.stage_reason.text()


def test_the_filters(supervisor: OpenWindow) -> None:
    page = supervisor.window.approvals
    for wanted, how_many in (
        (ApprovalFilter.WAITING, 2),
        (ApprovalFilter.UNDER_WAY, 4),
        (ApprovalFilter.SETTLED, 2),
        (ApprovalFilter.ALL, 8),
    ):
        supervisor.click(page.filters.button(wanted))
        assert len(page.list.lines()) == how_many


def test_j_and_k_move_here_too(supervisor: OpenWindow) -> None:
    supervisor.press(Qt.Key.Key_J)
    assert supervisor.window.approvals_model.selected_id == "01K9ACTION01"
    assert supervisor.window.approvals.list.currentIndex().row() == 1
    supervisor.press(Qt.Key.Key_K)
    assert supervisor.window.approvals_model.selected_id == "01K9ACTION00"


def test_a_live_update_keeps_the_proposal_looked_at(supervisor: OpenWindow) -> None:
    supervisor.window.approvals_model.select("01K9ACTION03")
    content = supervisor.window.approvals.content
    parts: frozenset[Part] = frozenset({"approvals"})
    later = snapshot([], who=SUPERVISOR, approvals=approvals(SUPERVISOR)[1:], changed=parts)
    supervisor.window.apply_snapshot(later)
    assert supervisor.window.approvals_model.selected_id == "01K9ACTION03"
    assert content.digest.text() == "7F3A-91C3"


def test_the_case_behind_a_proposal(supervisor: OpenWindow) -> None:
    supervisor.click(supervisor.window.approvals.content.open_case)
    assert supervisor.window.page == "tower"
    assert supervisor.selected == FIRST_ID


def test_no_proposals_says_how_to_make_one(qtbot: QtBot, qapp: QApplication) -> None:
    desk = open_window(qtbot, qapp, filled=False)
    desk.window.apply_snapshot(snapshot([]))
    desk.window.show_page("approvals")
    assert desk.window.approvals.empty.isVisible()
    assert not desk.window.approvals.content.approve.isVisible()
