"""Item models keep Qt's promises while they are sorted, filtered, grouped and fed live."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from tests.support.fake_incidents import incident_row, rows_with_incident
from tests.support.fake_tower import snapshot
from tests.support.open_window import open_window
from views.case_queue.state import SortKey, case_table
from views.shell.two_line_list import Line, TwoLineList

ROWS = 45


def test_the_queue_s_model_holds_while_it_is_sorted_filtered_grouped_and_fed(
    qtbot: QtBot, qapp: QApplication, qtmodeltester: ModelTester
) -> None:
    desk = open_window(qtbot, qapp, filled=False)
    queue = desk.window.tower_model.queue
    # A morning of few rows: Qt's tester asks for every cell after every change.
    few = snapshot(cases=case_table(rows_with_incident()[:ROWS], [incident_row()]))
    desk.window.apply_snapshot(few)
    # It stays with the model and fails the test at the first broken promise.
    qtmodeltester.check(queue.model)  # type: ignore[no-untyped-call]  # untyped in pytest-qt
    before = queue.model.rowCount()
    for column in SortKey:
        queue.sort_by(column)
    queue.set_text("MEM")
    assert 0 < queue.model.rowCount() < before
    queue.set_text("")
    desk.window.apply_snapshot(snapshot(rows_with_incident()[5 : ROWS + 5]))
    desk.window.apply_snapshot(few)
    queue.refresh()
    queue.toggle_groups()
    queue.toggle_fold()
    queue.toggle_groups()
    desk.window.apply_snapshot(snapshot([]))
    assert queue.model.rowCount() == 0


@pytest.mark.parametrize("selectable", [False, True])
def test_a_list_s_model_holds_while_its_lines_change(
    selectable: bool, qtbot: QtBot, qtmodeltester: ModelTester
) -> None:
    shown = TwoLineList("Rows", selectable=selectable)
    qtbot.addWidget(shown)
    qtmodeltester.check(shown.model())  # type: ignore[no-untyped-call]  # untyped in pytest-qt
    lines = [Line(key=str(n), title=f"Row {n}") for n in range(5)]
    shown.show_lines(lines)
    shown.choose("3")
    shown.show_lines([Line(key=line.key, title=line.title.upper()) for line in lines])
    shown.show_lines(lines[:1])
    assert shown.model().rowCount() == 1
    assert shown.model().data(shown.model().index(0, 0), Qt.ItemDataRole.DisplayRole) == "Row 0"
