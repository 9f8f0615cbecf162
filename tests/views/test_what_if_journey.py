"""The journey from a question to signed proposals, by real keys and clicks: what if a carrier is lost?"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from domain.what_if import Change, ChangeKind, WhatIf
from tests.support.fake_what_if import choices, flip, solved
from tests.support.open_window import OpenWindow, open_window
from views.what_if.state import PlannedMove, PromotedLine, WhatIfPromoted, WhatIfSolved, WhatIfWhy
from views.what_if.words import KIND_TITLES

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
LOST = Change(kind=ChangeKind.CARRIER_LOST, subject="HWKX", amount=2)
BOOKING = replace(
    flip("booking:SH-1", 4_400, why_not="a booking: rebook it on its own case"), position=0, parts=(), units=0
)
MOVED = flip("7", 900, units=30, case_id="EX-1")


def answer(what_if: WhatIf, *changed: str) -> WhatIfSolved:
    """The solve of a scenario: a booking that flips, and a line that moves."""
    made = solved(what_if)
    first, world = made.worlds
    return replace(made, worlds=(first, replace(world, flips=(MOVED, BOOKING))), changed=changed)


def calls(desk: OpenWindow, name: str) -> list[tuple[object, ...]]:
    """What was asked of the program by that name."""
    return [call for call in desk.intents.calls if call[0] == name]


def click_row(desk: OpenWindow, row: int, modifier: Qt.KeyboardModifier) -> None:
    """Click a row of the lines that flip."""
    table = desk.window.what_if.flips
    where = table.visualRect(table.flips.index(row, 0)).center()
    QTest.mouseClick(table.viewport(), LEFT, modifier, where)


def test_from_a_lost_carrier_to_signed_proposals(qtbot: QtBot, qapp: QApplication) -> None:
    desk = open_window(qtbot, qapp)
    desk.press(KEY.Key_G, KEY.Key_W)
    desk.window.apply_page(choices())
    page = desk.window.what_if

    # A scenario of one's own: the first is made by N, its change is replaced by the form.
    desk.press(KEY.Key_N)
    desk.click(page.editor.remove)
    page.editor.kind.setFocus()
    desk.press(*[KEY.Key_Down] * list(KIND_TITLES).index(ChangeKind.CARRIER_LOST))
    assert page.editor.subject.currentText() == "Hawk Express (HWKX)  ·  3 bookings"
    page.editor.amount.setFocus()
    desk.press(KEY.Key_Up, KEY.Key_Up)
    desk.click(page.editor.add_change)
    what_if = page.model.what_if
    assert what_if is not None
    assert what_if.changes == (LOST,)

    # Solve, look at what flips, ask why.
    QTest.keyClick(desk.focus(), KEY.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert calls(desk, "solve_what_if") == [("solve_what_if", (what_if,))]
    desk.window.apply_page(answer(what_if))
    QApplication.processEvents()
    none = Qt.KeyboardModifier.NoModifier
    click_row(desk, 0, none)
    assert calls(desk, "explain_what_if")[-1] == ("explain_what_if", 1, "booking:SH-1")
    desk.window.apply_page(WhatIfWhy(world=1, line_id="booking:SH-1", sentences=("Hawk Air asks $60.",)))
    assert page.why.toPlainText() == "Hawk Air asks $60."

    # Fresh data: solved again, and what changed is said.
    desk.click(page.solve)
    desk.window.apply_page(answer(what_if, "Since the last solve 2 lines came and 1 line went."))
    assert "2 lines came and 1 line went" in page.notes.text()

    # Promote: both rows selected, only the line can be proposed, with a reason.
    click_row(desk, 0, none)
    click_row(desk, 1, Qt.KeyboardModifier.ControlModifier)
    assert page.promote.text() == "Propose 1"
    assert not page.promote.isEnabled()
    page.reason.setFocus()
    desk.type("Hawk is on strike")
    desk.click(page.promote)
    move = PlannedMove(line_id="7", from_node="DC-MEM", parts=(("DC-DFW", 30),), case_id="EX-1")
    assert calls(desk, "promote_what_if") == [("promote_what_if", what_if.name, (move,), "Hawk is on strike")]
    desk.window.apply_page(WhatIfPromoted(lines=(PromotedLine(line_id="7"),)))
    row = next(n for n, each in enumerate(page.flips.flips.rows) if each.line_id == "7")
    assert page.flips.flips.cell(page.flips.flips.rows[row], 9) == "proposed"


def test_a_click_on_a_title_sorts_and_shows_the_arrow_beside_it(qtbot: QtBot, qapp: QApplication) -> None:
    desk = open_window(qtbot, qapp)
    desk.window.show_page("what_if")
    desk.window.apply_page(choices())
    desk.press(KEY.Key_N)
    desk.window.apply_page(solved())
    QApplication.processEvents()
    table = desk.window.what_if.flips
    head = table.horizontalHeader()
    horizontal = Qt.Orientation.Horizontal
    assert table.flips.headerData(6, horizontal) == "Order cost  ▾"
    units = head.sectionViewportPosition(5) + 10
    QTest.mouseClick(head.viewport(), LEFT, pos=QPoint(units, 10))
    assert [row.units for row in table.flips.rows] == [5, 10, 30]
    assert table.flips.headerData(5, horizontal) == "Units  ▴"
    assert table.flips.headerData(6, horizontal) == "Order cost"
