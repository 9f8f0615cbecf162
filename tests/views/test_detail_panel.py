"""The panel of the selected case: what it says, and asking for approval by keyboard and mouse."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.fake_detail import detail, exception_case, six_options
from tests.support.fake_tower import FIRST_ID, NOW
from tests.support.open_window import OpenWindow, open_window
from views.case_detail.facts import value_hint
from views.case_detail.lines import evidence_lines, note_lines, order_lines
from views.case_detail.state import PendingProposal, SolveProgress
from views.case_detail.widget import TIMELINE
from views.formatting import MINUS

KEY = Qt.Key


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    return open_window(qtbot, qapp)


def test_the_head_says_the_facts(desk: OpenWindow) -> None:
    head = desk.window.tower.detail.head
    assert head.title.text() == "Stock short at Memphis DC"
    assert (head.severity.text(), head.status.text()) == ("Critical", "In triage")
    values = {key: shown.text() for key, shown in head.values.items()}
    assert values["orders"] == "42  ·  9 customers"
    assert values["value"] == "$186,400"
    assert values["breach"] == "in 1 h 48 min"
    assert values["detected"] == "08:14 · AL-SHORT"


def test_the_range_and_the_assumptions_are_said() -> None:
    hint = value_hint(detail())
    assert "$150k and $210k" in hint
    assert "repeat business" in hint


def test_the_options_with_their_proof(desk: OpenWindow) -> None:
    options = desk.window.tower.detail.options
    assert options.matrix.chosen_id() == "o-1"
    wanted = f"cost delta {MINUS}$11.2k, late orders 3, orders otif 93.1 %, penalties $3.4k"
    assert f"Reallocate to DFW (recommended): {wanted}" in options.matrix.accessibleDescription()
    assert options.proof.text() == "Optimal  ·  bound $13.1k  ·  gap 0 %  ·  1.8 s"
    assert options.need.text() == "Needs: Supervisor (over $10k change)"
    assert options.rule.text() == "Rule AP-3"


def test_another_option_is_chosen_by_click_and_by_key(desk: OpenWindow) -> None:
    matrix, model = desk.window.tower.detail.options.matrix, desk.window.tower_model.detail
    QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.option_rect(2).center())
    assert model.chosen is not None
    assert model.chosen.option_id == "o-2"
    assert "finance" in desk.window.tower.detail.options.need.text()
    matrix.setFocus()
    desk.press(KEY.Key_Left, KEY.Key_Left)
    assert matrix.chosen_id() == "o-0"
    assert not desk.window.tower.detail.options.primary.isEnabled()
    assert desk.window.tower.detail.options.need.text() == "Doing nothing needs no approval."


@pytest.mark.parametrize("size_px", [(1_366, 768), (1_600, 1_000), (1_920, 1_080)])
def test_many_options_are_all_in_sight(desk: OpenWindow, size_px: tuple[int, int]) -> None:
    desk.window.resize(*size_px)
    desk.window.apply_detail(detail(recommendation=six_options()))
    QApplication.processEvents()
    matrix, page = desk.window.tower.detail.options.matrix, desk.window.tower.detail.options
    areas = [matrix.option_rect(number) for number in range(6)]
    assert matrix.lies(matrix.width())
    assert all(matrix.rect().contains(area) for area in areas)
    assert all(above.bottom() < below.top() for above, below in pairwise(areas))
    assert matrix.mapTo(page, matrix.rect().bottomRight()).x() < page.width()
    assert page.width() <= desk.window.tower.detail.pages.width()


@pytest.mark.parametrize("size_px", [(1_024, 680), (1_366, 768)])
def test_what_is_asked_for_is_in_sight_on_a_small_screen(desk: OpenWindow, size_px: tuple[int, int]) -> None:
    desk.window.resize(*size_px)
    desk.window.apply_detail(detail(recommendation=six_options()))
    desk.press(KEY.Key_Return)
    QApplication.processEvents()
    panel = desk.window.tower.detail
    options = panel.options
    for shown in (options.primary, options.need, options.matrix):
        assert shown.visibleRegion().boundingRect().height() > 10, type(shown).__name__
    assert options.primary.visibleRegion().boundingRect() == options.primary.rect()
    for _ in range(6):
        desk.press(KEY.Key_Down)
    assert options.matrix.chosen_id() == "o-0"
    seen = options.matrix.visibleRegion().boundingRect()
    assert seen.contains(options.matrix.chosen_rect().center()), "the chosen option comes into sight"


def test_options_that_are_rows_are_chosen_by_click_and_by_key(desk: OpenWindow) -> None:
    desk.window.apply_detail(detail(recommendation=six_options()))
    QApplication.processEvents()
    matrix, model = desk.window.tower.detail.options.matrix, desk.window.tower_model.detail
    QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.option_rect(4).center())
    assert model.chosen is not None
    assert model.chosen.label == "Ship complete later"
    matrix.setFocus()
    desk.press(KEY.Key_Down)
    assert matrix.chosen_id() == "o-0"
    desk.press(KEY.Key_Up, KEY.Key_Left)
    assert matrix.chosen_id() == "o-2"


def test_few_options_stand_side_by_side(desk: OpenWindow) -> None:
    matrix = desk.window.tower.detail.options.matrix
    areas = [matrix.option_rect(number) for number in range(3)]
    assert not matrix.lies(matrix.width())
    assert all(left.right() < right.left() + 2 for left, right in pairwise(areas))
    assert [area.height() for area in areas] == [matrix.height()] * 3


def test_the_facts_share_the_width_by_what_they_say(desk: OpenWindow) -> None:
    desk.window.tower.columns.setSizes([2_000, 1])
    QApplication.processEvents()
    values = desk.window.tower.detail.head.values
    short = {key: shown.shown_text() for key, shown in values.items() if key in ("orders", "breach", "owner")}
    assert short == {"orders": "42  ·  9 customers", "breach": "in 1 h 48 min", "owner": "A. Moreno"}


def test_p_asks_why_and_enter_sends(desk: OpenWindow) -> None:
    options = desk.window.tower.detail.options
    desk.press(KEY.Key_P)
    assert options.reason.hasFocus()
    assert options.reason.text().startswith("Dallas has 560 ea")
    desk.type("Keeps the promise for 39 orders.")
    desk.press(KEY.Key_Return)
    assert desk.intents.calls[-1] == ("propose", FIRST_ID, "o-1", "Keeps the promise for 39 orders.")
    assert not options.is_asking()


def test_no_reason_no_proposal(desk: OpenWindow) -> None:
    desk.press(KEY.Key_P)
    options = desk.window.tower.detail.options
    options.reason.clear()
    assert not options.sign.isEnabled()
    desk.press(KEY.Key_Return)
    assert not desk.intents.named("propose")
    desk.press(KEY.Key_Escape)
    assert not options.is_asking()


def test_a_case_without_options_offers_to_work_them_out(desk: OpenWindow) -> None:
    desk.window.apply_detail(detail(recommendation=None))
    options = desk.window.tower.detail.options
    assert options.primary.text() == "Work out options"
    assert not options.matrix.isVisible()
    desk.click(options.primary)
    assert desk.intents.calls[-1] == ("request_options", FIRST_ID)


def test_a_solve_shows_progress_and_can_be_cancelled(desk: OpenWindow) -> None:
    solving = SolveProgress(job_id="job-9", title="Working out options", share=0.4)
    desk.window.apply_detail(detail(recommendation=None, solving=solving))
    options = desk.window.tower.detail.options
    assert options.progress.value() == 40
    assert not options.primary.isEnabled()
    desk.click(options.cancel)
    assert desk.intents.calls[-1] == ("cancel_job", "job-9")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"recommendation_stale": True}, "The facts changed; work out the options again."),
        ({"why_not_propose": "This desk has no signing key."}, "This desk has no signing key."),
    ],
)
def test_what_stands_in_the_way_is_said(desk: OpenWindow, changes: dict[str, object], words: str) -> None:
    desk.window.apply_detail(detail(**changes))
    assert not desk.window.tower.detail.options.primary.isEnabled()
    assert desk.window.tower.detail.options.need.text() == words
    desk.press(KEY.Key_P)
    assert desk.window.toasts.history[-1] == ("info", words)


def test_a_waiting_proposal_leads_to_the_approvals_page(desk: OpenWindow) -> None:
    words = "waiting for a decision"
    pending = PendingProposal(action_id="01K9ACTION00", digest_code="7F3A-91C0", words=words)
    desk.window.apply_detail(detail(proposal=pending))
    options = desk.window.tower.detail.options
    assert options.need.text() == "Waiting for a decision  ·  code 7F3A-91C0"
    desk.click(options.open_approval)
    assert desk.window.page == "approvals"
    assert desk.window.approvals_model.selected_id == "01K9ACTION00"


def test_a_note_is_kept(desk: OpenWindow) -> None:
    field = desk.window.tower.detail.note_field
    field.setFocus()
    desk.type("jaw")
    desk.press(KEY.Key_Return)
    assert desk.intents.calls[-1] == ("add_note", FIRST_ID, "jaw")
    assert field.text() == ""
    desk.press(KEY.Key_Return)
    assert len(desk.intents.named("add_note")) == 1


def test_the_tabs(desk: OpenWindow) -> None:
    panel = desk.window.tower.detail
    assert [panel.tabs.tabText(n) for n in range(5)] == [
        "Options  3", "Timeline", "Orders  42", "Evidence", "Notes  2",
    ]  # fmt: skip
    panel.tabs.setCurrentIndex(2)
    assert panel.orders.isVisible()
    assert len(panel.orders.lines()) == 42


def test_lines_say_source_age_and_lateness() -> None:
    shown = detail()
    third = evidence_lines(shown, NOW)[2]
    assert (third.title, third.right) == ("On hand", "242 units")
    assert (third.text, third.right_text) == ("WMS", "5 min old")
    late = order_lines(shown, NOW)[1]
    assert (late.text, late.right_text) == ("Mesa Outdoor  ·  tier B", "3 h 10 min late")
    assert [line.text for line in note_lines(shown, NOW)] == ["A. Moreno", "P. Singh"]


def test_a_snoozed_case_says_until_when(desk: OpenWindow) -> None:
    asleep = replace(exception_case(), snoozed_until=NOW.replace(hour=18))
    desk.window.apply_detail(detail(case=asleep))
    assert desk.window.tower.detail.head.status.text() == "Snoozed until 18:26"


def test_nothing_selected_says_what_to_do(qtbot: QtBot, qapp: QApplication) -> None:
    empty = open_window(qtbot, qapp, filled=False)
    assert empty.window.tower.detail.empty.isVisible()
    empty.press(KEY.Key_P, KEY.Key_E, KEY.Key_J)
    assert empty.intents.calls == [("look_at", "tower")]


def test_similar_cases_before_say_how_they_ended_and_what_was_done(desk: OpenWindow) -> None:
    panel = desk.window.tower.detail
    panel.tabs.setCurrentIndex(TIMELINE)
    assert panel.past.isVisible()
    first, second = (line.spoken for line in panel.past.list.lines())
    assert first == (
        "KT-2201 short at Memphis DC, same cause  ·  Reallocate to DFW, 3 Nov 15:26, Resolved after 4 h 0 min"
    )
    assert second == ("LM-0098 short at <b>Memphis</b> DC, same site, 13 Oct 15:26, Cleared after 50 min")
    desk.window.apply_detail(detail(past=()))
    assert not panel.past.isVisible()
