"""What is shown goes to a printer: the queue's rows as a table, another page as it looks."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.support.open_window import OpenWindow, open_window
from views.table_document import set_up_page

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    return open_window(qtbot, qapp)


def printer_into(file: Path, titles: list[str]) -> object:
    """Answers the question for a printer with one that prints into a file."""

    def ask(_parent: QWidget, title: str) -> QPrinter:
        titles.append(title)
        printer = QPrinter(QPrinter.PrinterMode.ScreenResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(file))
        set_up_page(printer)
        return printer

    return ask


def test_the_queue_is_printed_as_a_table_of_many_pages(desk: OpenWindow, tmp_path: Path) -> None:
    titles: list[str] = []
    desk.window.ask_printer = printer_into(tmp_path / "queue.pdf", titles)  # type: ignore[assignment]  # as above
    QTest.keyClick(desk.focus(), Qt.Key.Key_P, CTRL)
    pages = (tmp_path / "queue.pdf").read_bytes().count(b"/Type /Page\n")
    assert pages > 10
    assert titles == ["Queue"]
    assert desk.window.toasts.history[-1] == ("ok", f"{pages} pages sent to the printer.")


def test_another_page_is_printed_as_it_looks_on_one_sheet(desk: OpenWindow, tmp_path: Path) -> None:
    desk.window.show_page("approvals")
    desk.window.ask_printer = printer_into(tmp_path / "page.pdf", [])  # type: ignore[assignment]  # as above
    QTest.keyClick(desk.focus(), Qt.Key.Key_P, CTRL)
    assert (tmp_path / "page.pdf").read_bytes().count(b"/Type /Page\n") == 1


def test_who_leaves_the_question_prints_nothing(desk: OpenWindow) -> None:
    desk.window.ask_printer = lambda _parent, _title: None
    QTest.keyClick(desk.focus(), Qt.Key.Key_P, CTRL)
    assert desk.window.toasts.history == []


def test_before_the_first_snapshot_there_is_nothing_to_print(qtbot: QtBot, qapp: QApplication) -> None:
    early = open_window(qtbot, qapp, filled=False)
    early.window.print_shown()
    assert early.window.toasts.history[-1] == ("info", "There is nothing to print yet.")
