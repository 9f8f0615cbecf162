"""Export of what is shown: one action, the rows and columns of the page's table, in their order."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.support.fake_approvals import approvals, ledger
from tests.support.fake_kpis import figures
from tests.support.fake_tower import FIRST_ID, NOW, snapshot
from tests.support.fake_what_if import choices, solved
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
    empty.window.export_shown()
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


def test_each_page_exports_its_own_table(desk: OpenWindow) -> None:
    window = desk.window
    window.ask_file = lambda _window, _title, name: name
    window.apply_snapshot(snapshot(approvals=approvals()))
    window.apply_page(ledger())
    window.apply_page(figures())
    window.apply_page(choices())
    window.apply_page(solved())
    window.kpis_model.choose("ageing", 0)
    behind = window.kpis_model.behind()
    assert behind is not None
    wanted = {
        "approvals": (len(approvals()), "proposals-2026-11-12.xlsx"),
        "kpis": (len(behind.bar.slots), None),
        "sources": (2, "quarantine-2026-11-12.xlsx"),
        "what_if": (3, "what-if-memphis-closed-for-the-whole-plan-2026-11-12.xlsx"),
    }
    for page, (rows, name) in wanted.items():
        window.show_page(page)
        QTest.keyClick(desk.focus(), Qt.Key.Key_E, CTRL)
        _, path, table = desk.intents.calls[-1]
        assert isinstance(table, ExportTable), page
        written = list(table.rows())
        assert (len(written), table.count) == (rows, rows), page
        assert {len(row) for row in written} == {len(table.columns)}
        assert name is None or path == name
    window.show_page("approvals")
    window.approvals.open_ledger()
    window.export_shown()
    assert desk.intents.calls[-1][1] == "ledger-2026-11-12.xlsx"
    window.show_page("rules")
    window.export_shown()
    assert window.toasts.history[-1] == ("info", "There are no rows to export.")
