"""The whole window on made-up data, shown and active, for tests that press keys and click."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.support.fake_approvals import approvals
from tests.support.fake_detail import detail
from tests.support.fake_intents import FakeIntents
from tests.support.fake_tower import FIRST_ID, snapshot
from views.shell.window import TowerWindow
from views.theme import apply, dark, palette


@dataclass
class OpenWindow:
    """A window and what it asked for."""

    window: TowerWindow
    intents: FakeIntents

    def press(self, *keys: Qt.Key) -> None:
        """Press keys where the keyboard is."""
        for key in keys:
            QTest.keyClick(self.focus(), key)

    def type(self, text: str) -> None:
        """Type a text where the keyboard is."""
        QTest.keyClicks(self.focus(), text)

    def focus(self) -> QWidget:
        """Where the keyboard is."""
        return QApplication.focusWidget() or self.window

    @property
    def selected(self) -> str:
        """The selected case."""
        return self.window.tower_model.queue.selected_id

    def id_at(self, row: int) -> str:
        """The case in a row of the queue."""
        return self.window.tower_model.queue.store.id_at(row)

    def click_row(self, row: int) -> None:
        """Click a row of the queue."""
        table = self.window.tower.queue.table
        index = self.window.tower_model.queue.model.index(row, 1)
        where = table.visualRect(index).center() + QPoint(0, 0)
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)

    def click(self, widget: QWidget) -> None:
        """Click a widget in its middle."""
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def open_window(qtbot: QtBot, app: QApplication, *, filled: bool = True, held_ms: int = 0) -> OpenWindow:
    """Show a window; ``filled`` gives it the morning's snapshot and the first case's detail.

    ``held_ms`` is how long it holds edits that cannot be taken back otherwise.
    """
    if app.palette() != palette(dark()) or not app.styleSheet():
        apply(app, dark())
    intents = FakeIntents()
    window = TowerWindow(intents, held_ms=held_ms)
    qtbot.addWidget(window)
    window.resize(1_600, 1_000)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is not None)
    opened = OpenWindow(window=window, intents=intents)
    if filled:
        window.apply_snapshot(snapshot(approvals=approvals()))
        window.apply_detail(detail())
        assert opened.selected == FIRST_ID
    app.processEvents()
    return opened
