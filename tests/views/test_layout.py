"""The layout is kept a moment after it changed, and taken up again on the next day."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.fake_intents import FakeIntents
from tests.support.open_window import OpenWindow, open_window
from views.case_queue.state import Density
from views.shell.layout import Layout, layout_from_text
from views.shell.window import TowerWindow


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    opened = open_window(qtbot, qapp)
    qapp.processEvents()
    opened.window._layout_timer.setInterval(1)
    return opened


def kept(desk: OpenWindow) -> Layout:
    texts = [str(call[2]) for call in desk.intents.named("remember") if call[1] == "layout"]
    return layout_from_text(texts[-1]) if texts else Layout()


def test_a_moved_border_is_kept_and_comes_back(desk: OpenWindow, qtbot: QtBot) -> None:
    handle = desk.window.tower.rows.handle(1)
    middle = handle.rect().center()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(handle, middle - QPoint(0, 90))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=middle - QPoint(0, 90))
    rows = tuple(desk.window.tower.rows.sizes())
    qtbot.waitUntil(lambda: kept(desk).rows_px == rows)
    window = TowerWindow(FakeIntents())
    qtbot.addWidget(window)
    window.restore({"layout": replace(kept(desk), width_px=0).to_text()})
    window.show()
    qtbot.waitUntil(lambda: abs(window.tower.rows.sizes()[1] - rows[1]) <= 2)
    assert rows[1] > 334, "the border was moved up"


def test_a_window_kept_from_a_larger_screen_fits_this_one(desk: OpenWindow, qtbot: QtBot) -> None:
    window = TowerWindow(FakeIntents())
    qtbot.addWidget(window)
    window.restore({"layout": Layout(width_px=9_000, height_px=9_000).to_text()})
    room = window.screen().availableSize()
    assert desk.window.screen().availableSize() == room
    assert window.size() == room.expandedTo(window.minimumSize())


def test_the_height_of_rows_is_kept_and_the_usual_layout_forgets(desk: OpenWindow, qtbot: QtBot) -> None:
    desk.window.set_density(Density.COMPACT)
    qtbot.waitUntil(lambda: kept(desk).density is Density.COMPACT)
    desk.window.reset_layout()
    assert desk.intents.calls[-1] == ("remember", "layout", "")
    assert desk.window.tower.queue.table.density is Density.NORMAL


def test_closing_keeps_what_was_not_kept_yet(desk: OpenWindow) -> None:
    desk.window._layout_timer.setInterval(60_000)
    desk.window.set_density(Density.RELAXED)
    desk.window.close()
    assert kept(desk).density is Density.RELAXED


@pytest.mark.parametrize(
    "change",
    [
        {"version": 9},
        {"rows_px": [1]},
        {"rows_px": [0, 5]},
        {"width_px": -1},
        {"density": "tiny"},
        {"width_px": "9"},
    ],
)
def test_a_layout_of_another_version_or_with_odd_sizes_is_the_usual_one(change: dict[str, object]) -> None:
    good = json.loads(Layout(width_px=1_200, height_px=800, rows_px=(400, 300)).to_text())
    assert layout_from_text(json.dumps(good)).rows_px == (400, 300)
    assert layout_from_text(json.dumps(good | change)) == Layout()
    assert layout_from_text("no json") == Layout()
    assert layout_from_text("") == Layout()
