"""Rules and rights: read, edit a copy, see what is wrong, rehearse, save a draft; by real keys and clicks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.fake_rules import TEXT, shown, tried
from tests.support.fake_tower import FIRST_ID
from tests.support.open_window import OpenWindow, open_window
from views.rules.pages import policy_page, rights_page
from views.rules.state import RIGHTS, RuleProblem, RulesChecked, RulesTried, line_of
from views.theme import dark

KEY = Qt.Key
ALLOCATION = "allocation.toml"


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    opened = open_window(qtbot, qapp)
    opened.press(KEY.Key_G, KEY.Key_R)
    opened.window.apply_page(shown())
    opened.window.rules.editor._timer.setInterval(1)
    qapp.processEvents()
    return opened


def good(desk: OpenWindow) -> None:
    """Answer that the copy is without a problem."""
    copy = desk.window.rules_model.copy
    assert copy is not None
    desk.window.apply_page(RulesChecked(name=ALLOCATION, text=copy))


def test_the_page_lists_what_is_in_force_and_what_was_refused(desk: OpenWindow) -> None:
    assert desk.intents.calls[-1] == ("look_at", "rules")
    rows = desk.window.rules.files.lines()
    assert [line.title for line in rows] == ["Decision rights", "Allocation", "Transport"]
    assert rows[2].right_text == "newer text refused"
    assert desk.window.rules.facts.text().startswith(
        "version 1  ·  owner Supply planning  ·  effective 1 Jan 2026"
    )
    desk.press(KEY.Key_Down)
    assert desk.window.rules.title.text() == "Transport"
    assert desk.window.rules.problem.isVisible()
    assert "overlaps row 1" in desk.window.rules.problem.text()


def test_a_policy_is_readable_and_foreign_text_stays_text(desk: OpenWindow) -> None:
    words = desk.window.rules.reading.toPlainText()
    for expected in (
        "Overdue days",
        "Ships as",
        "Backorder limit",
        "exactly one row answers",
        "2|<b>3</b>",
    ):
        assert expected in words
    assert "<b>3" not in policy_page(shown().policies[0], dark())
    assert "$100,000" in rights_page(shown().rights, dark())


def test_a_copy_is_edited_checked_and_its_problem_shown_in_its_row(desk: OpenWindow, qtbot: QtBot) -> None:
    page, model = desk.window.rules, desk.window.rules_model
    desk.click(page.edit)
    assert desk.intents.calls[-1] == ("check_rules", ALLOCATION, TEXT)
    assert page.editor.isVisible()
    assert not page.save.isEnabled()
    page.editor.text.setFocus()
    desk.type("#")
    assert model.copy == f"#{TEXT}"
    qtbot.waitUntil(lambda: desk.intents.calls[-1] == ("check_rules", ALLOCATION, f"#{TEXT}"))
    problem = RuleProblem(
        file=ALLOCATION, table="backorder_limit", row=2, what="leaves tier 4 without an answer"
    )
    desk.window.apply_page(RulesChecked(name=ALLOCATION, text=f"#{TEXT}", problems=(problem,)))
    assert page.editor.verdict.text() == "1 problem: this would be refused"
    assert page.editor.problems.lines()[0].text == "table backorder_limit, row 2"
    page.editor.problems.setFocus()
    desk.press(KEY.Key_Down)
    assert page.editor.text.textCursor().selectedText().strip() == '["2|<b>3</b>", 5],'
    assert not page.try_out.isEnabled()


def test_an_answer_to_an_older_text_is_too_late(desk: OpenWindow) -> None:
    desk.click(desk.window.rules.edit)
    desk.window.rules_model.set_text("changed")
    desk.window.apply_page(RulesChecked(name=ALLOCATION, text=TEXT))
    assert not desk.window.rules_model.is_good
    desk.window.apply_page(tried(TEXT))
    assert desk.window.rules_model.answer_to_try is None


def test_a_good_copy_is_rehearsed_and_leads_to_the_cases_it_would_close(desk: OpenWindow) -> None:
    page, model = desk.window.rules, desk.window.rules_model
    desk.click(page.edit)
    good(desk)
    assert model.why_not_try == "The copy says what is in force."
    page.editor.text.setFocus()
    desk.type("#")
    good(desk)
    desk.click(page.try_out)
    assert desk.intents.calls[-1] == ("try_rules", ALLOCATION, f"#{TEXT}")
    assert "copy of the mirror" in page.editor.verdict.text()
    assert not page.try_out.isEnabled()
    desk.window.apply_page(tried(f"#{TEXT}"))
    assert page.editor.verdict.text() == "It would open 3 and close 1.  15 open now  ·  2.4 s"
    assert [line.key for line in page.editor.effects.lines()] == ["AL-BACKORDER", "AL-SHORT"]
    desk.click(page.editor.show_closing)
    assert desk.window.page == "tower"
    assert [desk.id_at(row) for row in range(len(desk.window.tower_model.queue.store))] == [FIRST_ID]


def test_a_rehearsal_that_failed_says_why(desk: OpenWindow) -> None:
    desk.click(desk.window.rules.edit)
    good(desk)
    desk.window.apply_page(RulesTried(name=ALLOCATION, text=TEXT, failed="There is no room for a copy."))
    assert desk.window.rules.editor.verdict.text() == "There is no room for a copy."


def test_a_draft_is_saved_and_the_page_says_what_comes_next(desk: OpenWindow) -> None:
    page = desk.window.rules
    desk.click(page.edit)
    good(desk)
    desk.click(page.save)
    assert desk.intents.calls[-1] == ("save_rules_draft", ALLOCATION, TEXT)
    assert "when another person whose right it is has approved it" in page.what_next.text()
    assert "/site/rules" in page.what_next.text()
    desk.click(page.discard)
    assert page.reading.isVisible()
    assert desk.window.rules_model.copy is None


def test_a_good_copy_is_sent_for_signature_with_a_reason(desk: OpenWindow) -> None:
    page, model = desk.window.rules, desk.window.rules_model
    desk.click(page.edit)
    good(desk)
    assert model.why_not_send == "The copy says what is in force."
    page.editor.text.setFocus()
    desk.type("#")
    assert not page.send.isEnabled()
    good(desk)
    desk.click(page.send)
    desk.press(KEY.Key_Return)
    assert not desk.intents.named("propose_rules")
    desk.type("Suppliers round.")
    desk.press(KEY.Key_Return)
    assert desk.intents.calls[-1] == ("propose_rules", ALLOCATION, f"#{TEXT}", "Suppliers round.")


def test_the_decision_rights_are_edited_but_not_rehearsed(desk: OpenWindow) -> None:
    desk.press(KEY.Key_Up)
    assert desk.window.rules_model.chosen == RIGHTS
    desk.click(desk.window.rules.edit)
    assert desk.intents.calls[-1] == ("check_rules", RIGHTS, "policy_id = 'x'\n")
    assert "nothing to rehearse" in desk.window.rules_model.why_not_try
    assert "signed by the trust root" in desk.window.rules_model.why_not_send


def test_a_copy_survives_looking_at_another_file(desk: OpenWindow) -> None:
    page = desk.window.rules
    desk.click(page.edit)
    desk.window.rules_model.set_text("mine")
    files = page.files
    QTest.mouseClick(
        files.viewport(), Qt.MouseButton.LeftButton, pos=files.visualRect(files.model().index(2, 0)).center()
    )
    assert page.reading.isVisible()
    assert files.lines()[1].right_text == "edited"
    desk.window.rules_model.choose(ALLOCATION)
    assert page.editor.text.toPlainText() == "mine"


@pytest.mark.parametrize(
    ("table", "row", "line"),
    [("backorder_limit", 1, '  ["1", 3],'), ("suppress", 1, "[[suppress]]"), ("backorder_limit", 9, None)],
)
def test_the_line_of_a_problem(table: str, row: int, line: str | None) -> None:
    found = line_of(TEXT, RuleProblem(file=ALLOCATION, what="", table=table, row=row))
    assert TEXT.splitlines()[found] == (line or 'name = "backorder_limit"')
    assert line_of(TEXT, RuleProblem(file=ALLOCATION, what="")) == -1
    assert line_of(TEXT, RuleProblem(file=ALLOCATION, what="", table="unknown", row=1)) == -1
