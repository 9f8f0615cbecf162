"""Export of the queue: one action, the rows and columns that are shown, in their order."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.support.fake_tower import FIRST_ID, NOW
from tests.support.open_window import OpenWindow, open_window
from views.case_queue.state import QueueFilter, SortKey
from views.export import ExportTable
from views.shell.ask_file import with_ending

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    return open_window(qtbot, qapp)


def export(desk: OpenWindow, path: str) -> None:
    """Press the key of the export and answer where."""
    asked: list[str] = []

    def answer(parent: QWidget, title: str, name: str) -> str:
        assert parent is desk.window
        asked.append(f"{title}: {name}")
        return path

    desk.window.ask_file = answer
    QTest.keyClick(desk.focus(), Qt.Key.Key_E, CTRL)
    assert asked == ["Export: Exceptions: exceptions-2026-11-12.xlsx"]


def test_the_rows_shown_are_exported_in_their_order(desk: OpenWindow) -> None:
    queue = desk.window.tower_model.queue
    queue.set_chip(QueueFilter.CRITICAL)
    queue.sort_by(SortKey.LOSS)
    export(desk, "/somewhere/a.xlsx")
    (_, path, table) = desk.intents.named("export_table")[0]
    assert path == "/somewhere/a.xlsx"
    assert isinstance(table, ExportTable)
    rows = list(table.rows())
    assert table.count == len(rows) == 37
    assert [row[0] for row in rows] == [desk.id_at(number) for number in range(37)]
    titles = [column.title for column in table.columns]
    first = dict(zip(titles, next(row for row in rows if row[0] == FIRST_ID), strict=True))
    assert first["Value at risk (USD)"] == 18_640_000
    assert first["Status"] == "In triage"
    assert first["Severity"] == "Critical"
    opened = first["Opened (UTC)"]
    assert opened is not None
    assert str(opened) < str(NOW)


def test_columns_that_are_left_out_are_not_exported(desk: OpenWindow) -> None:
    desk.window.tower_model.queue.toggle_column(SortKey.OWNER)
    export(desk, "a.csv")
    (_, _, table) = desk.intents.named("export_table")[0]
    assert isinstance(table, ExportTable)
    assert "Owner" not in [column.title for column in table.columns]
    assert all(len(row) == len(table.columns) for row in table.rows())


def test_an_export_sees_the_rows_of_its_moment(desk: OpenWindow) -> None:
    export(desk, "a.csv")
    (_, _, table) = desk.intents.named("export_table")[0]
    assert isinstance(table, ExportTable)
    desk.window.tower_model.queue.set_chip(QueueFilter.CRITICAL)
    assert len(list(table.rows())) == 1_277


def test_who_leaves_the_question_exports_nothing(desk: OpenWindow) -> None:
    export(desk, "")
    assert desk.intents.named("export_table") == []


def test_an_empty_queue_says_so(qtbot: QtBot, qapp: QApplication) -> None:
    empty = open_window(qtbot, qapp, filled=False)
    empty.window.export_queue()
    assert empty.window.toasts.history[-1] == ("info", "There are no rows to export.")


@pytest.mark.parametrize(
    ("path", "chosen", "wanted"),
    [
        ("", "Spreadsheet (*.xlsx)", ""),
        ("a", "Spreadsheet (*.xlsx)", "a.xlsx"),
        ("a", "Comma-separated (*.csv)", "a.csv"),
        ("a.CSV", "Spreadsheet (*.xlsx)", "a.CSV"),
    ],
)
def test_a_path_gets_the_ending_of_the_chosen_kind(path: str, chosen: str, wanted: str) -> None:
    assert with_ending(path, chosen) == wanted
