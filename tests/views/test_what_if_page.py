"""The What-if page by real keys and clicks: make a scenario, solve, compare, ask why, propose, share."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from domain.what_if import Change, ChangeKind, WhatIf
from tests.support.fake_what_if import CLOSED, FLIPS, choices, solved
from tests.support.open_window import OpenWindow, open_window
from views import language
from views.language import Language
from views.shell.translation import speak
from views.what_if.kept import from_kept, kept_text
from views.what_if.state import (
    JOB_ID,
    PlannedMove,
    PromotedLine,
    WhatIfFailed,
    WhatIfOpened,
    WhatIfProgress,
    WhatIfPromoted,
    WhatIfWhy,
)
from views.what_if.view_model import MOST_SCENARIOS
from views.what_if.words import KIND_TITLES, change_words, in_english

KEY = Qt.Key


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    opened = open_window(qtbot, qapp)
    opened.press(KEY.Key_G, KEY.Key_W)
    assert opened.intents.calls[-1] == ("look_at", "what_if")
    opened.window.apply_page(choices())
    qapp.processEvents()
    return opened


def asked(desk: OpenWindow, name: str) -> list[tuple[object, ...]]:
    """What was asked for by that name."""
    return [call for call in desk.intents.calls if call[0] == name]


def solve(desk: OpenWindow) -> None:
    """Make the first scenario by keyboard and answer its solve."""
    desk.press(KEY.Key_N)
    QTest.keyClick(desk.focus(), KEY.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.window.apply_page(solved())
    QApplication.processEvents()


def test_by_keyboard_the_busiest_node_is_closed_and_solved(desk: OpenWindow) -> None:
    page = desk.window.what_if
    assert page.body.currentIndex() == 0
    assert not page.solve.isEnabled()
    solve(desk)
    assert asked(desk, "solve_what_if") == [("solve_what_if", (CLOSED,))]
    assert page.body.currentIndex() == 1
    assert page.figures.figures.names == ("Baseline", CLOSED.name)
    assert page.figures.chosen == 1
    assert page.notes.text().splitlines() == [
        f"{CLOSED.name}: +$5",
        "Left out: x. Gone.",
        "Since the last solve 1 line came and 0 lines went.",
    ]
    assert page.tabs.tabText(0) == "Lines that flip  3"


def test_a_solve_shows_how_it_goes_and_can_be_stopped(desk: OpenWindow) -> None:
    page = desk.window.what_if
    desk.click(page.editor.add)
    desk.click(page.solve)
    assert page.cancel.isVisible()
    assert not page.solve.isEnabled()
    desk.window.apply_page(WhatIfProgress(world=1, worlds=2, name=CLOSED.name, words="best so far $90"))
    assert "2 of 2  ·  best so far $90" in page.progress_words.text()
    assert page.progress.value() == 1
    desk.click(page.cancel)
    assert asked(desk, "cancel_job") == [("cancel_job", JOB_ID)]
    desk.window.apply_page(WhatIfFailed(what="solve", text="The process ended."))
    assert page.failed.isVisible()
    assert page.failed.text() == "The process ended."
    assert page.solve.isEnabled()


def test_changes_are_added_replaced_and_removed_by_the_form(desk: OpenWindow) -> None:
    editor, model = desk.window.what_if.editor, desk.window.what_if.model
    for kind in KIND_TITLES:
        editor.kind.setCurrentIndex(editor.kind.findData(kind))
        desk.click(editor.add_change)
    assert model.what_if is not None
    assert [each.kind for each in model.what_if.changes] == list(KIND_TITLES)
    assert model.what_if.changes[1] == Change(kind=ChangeKind.CARRIER_LOST, subject="HWKX")
    assert model.what_if.changes[2] == Change(kind=ChangeKind.LANE_LOST, subject="DC-MEM", to="Z-MAT")
    editor.kind.setCurrentIndex(editor.kind.findData(ChangeKind.DEMAND_SURGE))
    editor.amount.setValue(35)
    desk.click(editor.add_change)
    assert model.what_if.changes[-1] == Change(kind=ChangeKind.DEMAND_SURGE, amount=35)
    assert len(model.what_if.changes) == len(KIND_TITLES)
    desk.click(editor.remove)
    assert len(model.what_if.changes) == len(KIND_TITLES) - 1
    assert from_kept(str(asked(desk, "remember")[-1][2])) == (model.what_if,)


def test_scenarios_are_copied_renamed_dropped_and_come_back_another_day(desk: OpenWindow) -> None:
    editor, model = desk.window.what_if.editor, desk.window.what_if.model
    desk.click(editor.add)
    desk.click(editor.copy)
    assert [each.name for each in model.what_ifs] == [CLOSED.name, f"{CLOSED.name} 2"]
    editor.name.setFocus()
    editor.name.setText("Flood")
    desk.press(KEY.Key_Return)
    assert model.what_ifs[1].name == "Flood"
    kept = {"what_if": kept_text(tuple(model.what_ifs))}
    desk.click(editor.drop)
    assert [each.name for each in model.what_ifs] == [CLOSED.name]
    model.restore(kept)
    assert [each.name for each in model.what_ifs] == [CLOSED.name, "Flood"]
    for _ in range(MOST_SCENARIOS):
        desk.click(editor.add)
    assert len(model.what_ifs) == MOST_SCENARIOS
    assert "delete one first" in desk.window.what_if.failed.text()
    assert from_kept('{"version": 99}') == ()
    assert from_kept("no json") == ()


def test_lines_that_flip_are_sorted_and_say_why(desk: OpenWindow, qtmodeltester: ModelTester) -> None:
    solve(desk)
    page = desk.window.what_if
    qtmodeltester.check(page.flips.flips)  # type: ignore[no-untyped-call]  # untyped in pytest-qt
    qtmodeltester.check(page.figures.figures)  # type: ignore[no-untyped-call]  # untyped in pytest-qt
    assert [row.line_id for row in page.flips.flips.rows] == ["2", "1", "3"], "the dearest first"
    page.flips.sortByColumn(5, Qt.SortOrder.AscendingOrder)
    assert [row.units for row in page.flips.flips.rows] == [5, 10, 30]
    page.flips.selectRow(2)
    assert asked(desk, "explain_what_if")[-1] == ("explain_what_if", 1, "1")
    assert page.why.toPlainText() == "Working it out …"
    desk.window.apply_page(WhatIfWhy(world=1, line_id="2", sentences=("late",)))
    assert page.why.toPlainText() == "Working it out …", "the answer of another line is too late"
    desk.window.apply_page(WhatIfWhy(world=1, line_id="1", sentences=("Dallas: chosen.", "Memphis: closed.")))
    assert page.why.toPlainText() == "Dallas: chosen.\n\nMemphis: closed."


def test_a_selection_is_proposed_and_only_the_refused_line_again(desk: OpenWindow) -> None:
    solve(desk)
    page = desk.window.what_if
    page.flips.selectAll()
    assert "3 selected, 2 can be proposed" in page.flips_words.text()
    assert not page.promote.isEnabled(), "a reason is asked for"
    page.reason.setFocus()
    desk.type("The roof leaks")
    desk.click(page.promote)
    moves = (
        PlannedMove(line_id="2", from_node="DC-MEM", parts=(("DC-DFW", 5),), case_id="EX-1"),
        PlannedMove(line_id="1", from_node="DC-MEM", parts=(("DC-DFW", 30),)),
    )
    assert asked(desk, "promote_what_if") == [("promote_what_if", CLOSED.name, moves, "The roof leaks")]
    assert not page.promote.isEnabled(), "not twice while it is signed"
    outcome = (PromotedLine(line_id="2"), PromotedLine(line_id="1", why_not="No right for that."))
    desk.window.apply_page(WhatIfPromoted(lines=outcome))
    assert [page.flips.flips.state_words(row) for row in FLIPS] == [
        "No right for that.", "proposed", "ships from Dallas today already",
    ]  # fmt: skip
    assert page.promote.text() == "Try again 1"
    desk.click(page.promote)
    assert asked(desk, "promote_what_if")[-1][2] == moves[1:]


def test_the_table_leaves_as_it_is_shown(desk: OpenWindow) -> None:
    solve(desk)
    page = desk.window.what_if
    page.ask_table = lambda *_: "/somewhere/what-if.xlsx"
    desk.click(page.export)
    (call,) = asked(desk, "export_table")
    table = call[2]
    rows = list(table.rows())  # type: ignore[attr-defined]  # an ExportTable
    assert [row[0] for row in rows] == ["SO-2", "SO-1", "SO-3"]
    assert rows[0][10] == 90_000


def test_a_scenario_is_shared_and_an_opened_one_joins_the_others(desk: OpenWindow) -> None:
    page = desk.window.what_if
    assert not page.share.isEnabled()
    solve(desk)
    page.ask_share = lambda *_: "/somewhere/a.whatif.json"
    page.ask_open = lambda *_: "/somewhere/b.whatif.json"
    desk.click(page.share)
    assert asked(desk, "share_what_if") == [("share_what_if", 1, "/somewhere/a.whatif.json")]
    desk.click(page.open)
    assert asked(desk, "open_what_if") == [("open_what_if", "/somewhere/b.whatif.json")]
    desk.window.apply_page(WhatIfFailed(what="file", text="The signature does not hold."))
    assert page.failed.text() == "The signature does not hold."
    theirs = WhatIf(name=CLOSED.name, changes=(Change(kind=ChangeKind.DEMAND_SURGE, amount=5),))
    desk.window.apply_page(WhatIfOpened(what_if=theirs, signed_by="key 12", words=("There +4 %.",)))
    assert page.model.what_ifs[-1] == WhatIf(name=f"{CLOSED.name} 2", changes=theirs.changes)
    assert "key 12" in page.opened_words.text()
    assert "scenarios changed since" in page.summary.text()


def test_everything_that_can_be_reached_has_a_name(desk: OpenWindow) -> None:
    solve(desk)
    page = desk.window.what_if
    reachable = [
        widget
        for widget in page.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible()
    ]
    own = [widget for widget in reachable if not widget.objectName().startswith("qt_")]
    assert len(own) > 10
    assert [type(widget).__name__ for widget in own if not widget.accessibleName()] == []


def test_changes_read_as_phrases() -> None:
    names = {"DC-MEM": "Memphis"}
    closed = Change(kind=ChangeKind.NODE_CLOSED, subject="DC-MEM", amount=1)
    assert change_words(closed, names) == "Memphis closed for 1 day"
    later = Change(kind=ChangeKind.SUPPLY_DELAYED, subject="DC-X", amount=3)
    assert change_words(later, names) == "Supply to DC-X 3 days later"
    lost = Change(kind=ChangeKind.CARRIER_LOST, subject="HWKX")
    assert change_words(lost, {"HWKX": "Hawk Express (HWKX)"}) == (
        "Carrier Hawk Express (HWKX) lost for the whole plan"
    )


def test_what_is_signed_is_english_whatever_the_window_speaks() -> None:
    closed = Change(kind=ChangeKind.NODE_CLOSED, subject="DC-MEM")
    speak("de")
    try:
        assert change_words(closed, {}) == "DC-MEM im ganzen Plan geschlossen"
        assert change_words(closed, {}, in_english) == "DC-MEM closed for the whole plan"
    finally:
        language.put_in_force("en")


@pytest.mark.parametrize("language_code", ["en", "de"])
def test_the_page_fits_a_narrow_window(qtbot: QtBot, qapp: QApplication, language_code: Language) -> None:
    speak(language_code)
    try:
        opened = open_window(qtbot, qapp)
        opened.window.resize(1_280, 800)
        opened.window.show_page("what_if")
        opened.window.apply_page(choices())
        solve(opened)
        assert opened.window.width() == 1_280
        assert opened.window.what_if.minimumSizeHint().width() <= 1_280 - opened.window.rail.width()
    finally:
        language.put_in_force("en")
