"""A view is saved by one person and shared with another, who takes it in and sees the same rows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.support.journey_desk import JourneyDesk
from views.case_queue.state import SortKey

KEY = Qt.Key


@pytest.mark.qt_log_ignore("This plugin does not support")  # a menu without a window manager
def test_a_view_is_saved_shared_and_taken_in_by_keys(desk: JourneyDesk) -> None:
    queue, panel = desk.window.tower_model.queue, desk.window.tower.queue
    everything = len(queue.store)

    # Narrowed to one order, without the column of the owner, and kept under a name.
    desk.press(KEY.Key_Slash)
    desk.type("SO-3")
    desk.press(KEY.Key_Return)
    queue.toggle_column(SortKey.OWNER)
    narrowed = len(queue.store)
    assert 0 < narrowed < everything
    desk.press(KEY.Key_V)
    desk.choose("Save as")
    desk.type("Order three")
    desk.press(KEY.Key_Return)
    assert panel.views_button.text() == "Order three"

    # Shared as a text; here it is forgotten, and all rows are shown again.
    desk.press(KEY.Key_V)
    desk.choose("Copy")
    assert "Order three" in QGuiApplication.clipboard().text()
    desk.press(KEY.Key_V)
    desk.choose("Delete")
    panel.filter_field.clear()
    queue.toggle_column(SortKey.OWNER)
    assert (queue.shelf.names, len(queue.store)) == ((), everything)

    # Taken in, as by somebody else: the same rows, words and columns, and it stays for the next day.
    desk.press(KEY.Key_V)
    desk.choose("Take in")
    assert panel.views_button.text() == "Order three"
    assert (len(queue.store), panel.filter_field.text()) == (narrowed, "SO-3")
    assert SortKey.OWNER in queue.store.view.hidden_columns
    kept = (desk.folder / "desk.json").read_text(encoding="utf-8")
    assert "Order three" in kept
