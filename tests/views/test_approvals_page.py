"""Approvals: what will be signed is shown from its bytes; who may not sign is told why."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from domain.approvals import MAX_REASON_CHARACTERS
from domain.rights import parse_policy
from resources.loader import read_bytes
from tests.support.fake_approvals import approvals, ledger
from tests.support.fake_rules import shown as rules_shown
from tests.support.fake_tower import FIRST_ID, PLANNER, SUPERVISOR, snapshot
from tests.support.open_window import OpenWindow, open_window
from views.approvals.state import ApprovalStage, stage_words
from views.approvals.view_model import ApprovalFilter
from views.export import ExportTable
from views.rules.state import RIGHTS
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
    content.decision.reason.setFocus()
    supervisor.type("Cheapest way to keep the promise.")
    supervisor.click(content.decision.approve)
    assert supervisor.intents.calls[-1] == (
        "decide", "01K9ACTION00", "approve", "Cheapest way to keep the promise.",
    )  # fmt: skip
    assert content.decision.reason.text() == ""


def test_the_supervisor_rejects_with_a_reason(supervisor: OpenWindow) -> None:
    content = supervisor.window.approvals.content
    content.decision.reason.setText("Dallas is needed elsewhere.")
    supervisor.click(content.decision.reject)
    assert supervisor.intents.calls[-1][1:3] == ("01K9ACTION00", "reject")


def test_without_a_reason_nothing_is_signed(supervisor: OpenWindow) -> None:
    content = supervisor.window.approvals.content
    supervisor.click(content.decision.approve)
    assert not supervisor.intents.named("decide")
    assert content.decision.why_not.text() == "Say why first: the reason is signed with the decision."
    assert content.decision.reason.hasFocus()


def test_the_proposer_may_not_approve_and_is_told_why(qtbot: QtBot, qapp: QApplication) -> None:
    desk = open_window(qtbot, qapp, filled=False)
    desk.window.apply_snapshot(snapshot(who=PLANNER, approvals=approvals(PLANNER)))
    desk.window.show_page("approvals")
    content = desk.window.approvals.content
    assert not content.decision.approve.isEnabled()
    assert not content.decision.reject.isEnabled()
    assert content.decision.why_not.text() == "You proposed this; another person must approve it."
    desk.click(content.decision.approve)
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
    assert not content.decision.approve.isVisible()
    assert content.decision.decided.text().startswith("J. Okafor approved it at 15:17")
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
    assert not desk.window.approvals.content.decision.approve.isVisible()


# ---------------------------------------------------------------------- regret, staleness, who may
def test_the_choice_is_compared_with_the_runner_up(supervisor: OpenWindow) -> None:
    content = supervisor.window.approvals.content
    assert content.regret.text() == "$11,200 better than the runner-up, Do nothing."
    assert content.fresh.text() == "Nothing it rests on has changed since. Its oldest fact is 5 min old."
    assert content.decision.deciders.text() == "May decide: J. Okafor, P. Singh for J. Okafor"


def test_what_changed_since_cannot_be_approved_but_sent_back(supervisor: OpenWindow) -> None:
    first = replace(approvals(SUPERVISOR)[0], changed_since=("order line SO-884120/1",))
    supervisor.window.apply_snapshot(snapshot([], who=SUPERVISOR, approvals=(first,)))
    content = supervisor.window.approvals.content
    assert "order line SO-884120/1" in content.fresh.text()
    assert not content.decision.approve.isEnabled()
    content.decision.reason.setFocus()
    supervisor.type("Propose it again with the new quantity.")
    supervisor.click(content.decision.changes)
    assert supervisor.intents.calls[-1] == (
        "decide", "01K9ACTION00", "request_changes", "Propose it again with the new quantity.",
    )  # fmt: skip


def test_an_approval_can_be_revoked_until_it_is_begun(supervisor: OpenWindow) -> None:
    supervisor.window.approvals_model.select("01K9ACTION03")
    decision = supervisor.window.approvals.content.decision
    assert decision.revoke.isVisible()
    decision.reason.setFocus()
    supervisor.type("The customer cancelled.")
    supervisor.click(decision.revoke)
    assert supervisor.intents.calls[-1] == ("decide", "01K9ACTION03", "revoke", "The customer cancelled.")
    supervisor.window.approvals_model.select("01K9ACTION06")
    assert not decision.revoke.isVisible()


def test_who_may_decide_says_what_became_of_a_doubt(supervisor: OpenWindow) -> None:
    supervisor.window.approvals_model.select("01K9ACTION05")
    bar = supervisor.window.approvals.content.afterwards
    assert "TMS: rebook shipment S-4411 to ODFL" in bar.question.text()
    assert not bar.take_back.isVisible()
    supervisor.click(bar.not_happened)
    assert bar.why_not.text() == "Say why first: the reason is signed with it."
    assert not supervisor.intents.named("settle")
    supervisor.type("The carrier knows no such booking.")
    supervisor.click(bar.not_happened)
    assert supervisor.intents.calls[-1] == (
        "settle", "01K9ACTION05", "01K9ACTION05-1", "The carrier knows no such booking.", False,
    )  # fmt: skip


def test_the_proposer_of_what_is_in_doubt_is_told_why_another_has_to_tell(
    qtbot: QtBot, qapp: QApplication
) -> None:
    desk = open_window(qtbot, qapp, filled=False)
    desk.window.apply_snapshot(snapshot(who=PLANNER, approvals=approvals(PLANNER)))
    desk.window.show_page("approvals")
    desk.window.approvals_model.select("01K9ACTION05")
    bar = desk.window.approvals.content.afterwards
    assert not bar.happened.isEnabled()
    assert bar.why_not.text() == "You proposed this; another person must approve it."
    desk.click(bar.happened)
    assert not desk.intents.named("settle")


def test_a_reason_begun_about_one_proposal_is_not_signed_with_another(supervisor: OpenWindow) -> None:
    model, content = supervisor.window.approvals_model, supervisor.window.approvals.content
    content.decision.reason.setFocus()
    supervisor.type("Cheapest way to keep the promise.")
    supervisor.window.apply_snapshot(snapshot(who=SUPERVISOR, approvals=approvals(SUPERVISOR)))
    assert content.decision.reason.text() == "Cheapest way to keep the promise."
    model.move(1)
    assert content.decision.reason.text() == ""
    assert content.decision.reason.maxLength() == MAX_REASON_CHARACTERS


def test_what_was_executed_is_proposed_to_be_taken_back_and_nothing_else(supervisor: OpenWindow) -> None:
    supervisor.window.approvals_model.select("01K9ACTION06")
    bar = supervisor.window.approvals.content.afterwards
    bar.reason.setFocus()
    supervisor.type("The customer wants it as it was.")
    supervisor.click(bar.take_back)
    assert supervisor.intents.calls[-1] == ("take_back", "01K9ACTION06", "The customer wants it as it was.")
    assert bar.reason.text() == ""
    supervisor.window.approvals_model.select("01K9ACTION07")
    assert not bar.isVisible()


# ---------------------------------------------------------------------- several at once
def test_several_are_approved_with_one_confirmation_that_names_each(supervisor: OpenWindow) -> None:
    supervisor.press(Qt.Key.Key_B)
    sheet = supervisor.window.sheets.batch
    assert sheet.isVisible()
    assert [box.text() for box in sheet.boxes.values()] == [
        "Reallocate to DFW, Stock short at Memphis  ·  −$11,200  ·  A. Moreno  ·  7F3A-91C0",  # noqa: RUF001
        "Release hold, Credit hold, Harbor Foods  ·  −$10,300  ·  A. Moreno  ·  7F3A-91C1",  # noqa: RUF001
    ]
    supervisor.click(sheet.sign)
    assert not supervisor.intents.named("decide")
    assert sheet.problem.text() == "Say why first: the reason is signed with the decision."
    supervisor.type("Both keep the promise.")
    supervisor.press(Qt.Key.Key_Return)
    assert supervisor.intents.named("decide") == [
        ("decide", "01K9ACTION00", "approve", "Both keep the promise."),
        ("decide", "01K9ACTION01", "approve", "Both keep the promise."),
    ]
    assert not sheet.isVisible()


def test_one_of_several_can_be_left_out(supervisor: OpenWindow) -> None:
    supervisor.click(supervisor.window.approvals.several)
    sheet = supervisor.window.sheets.batch
    QTest.mouseClick(sheet.boxes["01K9ACTION01"], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert sheet.sign.text() == "Approve and sign 1"
    sheet.reason.setFocus()
    supervisor.type("Agreed.")
    supervisor.click(sheet.sign)
    assert supervisor.intents.named("decide") == [("decide", "01K9ACTION00", "approve", "Agreed.")]


# ---------------------------------------------------------------------- delegation
def test_a_right_is_lent_by_a_draft_of_the_decision_rights(supervisor: OpenWindow) -> None:
    window = supervisor.window
    window.apply_page(rules_shown())
    supervisor.click(window.approvals.content.decision.delegate)
    sheet = window.sheets.delegate
    assert sheet.isVisible()
    assert sheet.person.itemText(0) == "A. Moreno (Planner)"
    sheet.person.setCurrentIndex(1)
    sheet.amount.setValue(5_000)
    supervisor.click(sheet.write)
    assert window.page == "rules"
    copy = window.rules_model.copies[RIGHTS]
    assert 'from_user = "jokafor"' in copy
    assert 'to_user = "psingh"' in copy
    assert "starts_at = 2026-11-12T15:26:41Z\nends_at = 2026-11-13T15:26:41Z" in copy
    assert "up_to_minor = 500000" in copy
    assert supervisor.intents.named("check_rules")[-1] == ("check_rules", RIGHTS, copy)
    lent = parse_policy(read_bytes("policy", RIGHTS).decode() + copy[copy.index("[[delegation]]") :])
    assert lent.delegations[0].to_user == "psingh"


# ---------------------------------------------------------------------- ledger
def test_the_ledger_says_how_far_each_entry_is_proved(supervisor: OpenWindow) -> None:
    window = supervisor.window
    supervisor.press(Qt.Key.Key_L)
    panel = window.approvals.ledger
    assert panel.isVisible()
    assert panel.empty.text() == "Reading the ledger …"
    window.apply_page(ledger())
    assert [line.right_text for line in panel.list.lines()] == [
        "signed, waits for the hub",
        "recorded",
        "proof verified",
        "proof verified, 2 witnessed it",
        "refused by the hub",
        "signed",
    ]
    supervisor.click(panel.filters.button("waits"))
    assert [line.text.rsplit("  ·  ", 1)[-1] for line in panel.list.lines()] == [
        "the hub cannot be reached; tried 2 times"
    ]
    supervisor.click(panel.filters.button("all"))
    panel.list.setFocus()
    supervisor.press(Qt.Key.Key_Down, Qt.Key.Key_Down)
    key = panel.list.current_key()
    supervisor.click(panel.open)
    chosen = next(line.action_id for line in ledger().lines if line.sha256 == key)
    assert window.approvals_model.selected_id == chosen
    assert not panel.isVisible()


def test_the_ledger_is_exported_like_any_table(supervisor: OpenWindow) -> None:
    supervisor.window.apply_page(ledger())
    supervisor.press(Qt.Key.Key_L)
    supervisor.window.ask_file = lambda _parent, _title, name: name
    supervisor.click(supervisor.window.approvals.ledger.export)
    (_, path, table) = supervisor.intents.named("export_table")[0]
    assert path == "ledger-2026-11-12.xlsx"
    assert isinstance(table, ExportTable)
    assert len(list(table.rows())) == table.count == 6


def test_the_code_to_compare_is_whole_on_the_smallest_window(supervisor: OpenWindow) -> None:
    window = supervisor.window
    window.resize(window.minimumSize())
    QApplication.processEvents()
    assert window.size() == window.minimumSize()
    content = window.approvals.content
    for shown in (content.digest, content.stage, content.open_case, content.decision.approve):
        assert shown.visibleRegion().boundingRect() == shown.rect()
        assert shown.width() >= min(shown.sizeHint().width(), 150), type(shown).__name__
