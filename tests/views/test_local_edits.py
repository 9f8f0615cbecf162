"""Edits that stay at the desk can be taken back; edits of several name each case that could not be done."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.fake_tower import FIRST_ID, snapshot
from tests.support.open_window import OpenWindow, open_window
from views.case_queue.bulk_state import BulkEdit, BulkOutcome

KEY, SHIFT, CTRL = Qt.Key, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
HELD_MS = 60


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    opened = open_window(qtbot, qapp, held_ms=HELD_MS)
    opened.window.tower.queue.table.setFocus()
    return opened


def test_a_snooze_is_taken_back_by_the_toast(desk: OpenWindow) -> None:
    desk.window.tower_model.queue.snooze(240)
    toast = desk.window.toasts.toasts[-1]
    assert toast.text == f"{FIRST_ID} rests for 4 h 0 min."
    desk.click(toast.undo)
    assert desk.intents.named("snooze") == [("snooze", FIRST_ID, 240), ("snooze", FIRST_ID, 0)]
    assert desk.window.toasts.toasts[-1].text == f"Taken back: {FIRST_ID} rests for 4 h 0 min."


def test_an_assignment_goes_back_to_who_owned_it(desk: OpenWindow) -> None:
    desk.window.tower.queue.assign_menu().actions()[1].trigger()
    desk.press(KEY.Key_Z)
    calls = desk.intents.named("assign")
    assert calls[0][1] == FIRST_ID
    assert calls[0][2] != "amoreno"
    assert calls[1] == ("assign", FIRST_ID, "amoreno")


def test_what_has_no_opposite_is_held_for_a_moment(desk: OpenWindow, qtbot: QtBot) -> None:
    desk.press(KEY.Key_E)
    assert not desk.intents.named("acknowledge")
    desk.press(KEY.Key_Z)
    desk.press(KEY.Key_J)
    desk.press(KEY.Key_E)
    qtbot.waitUntil(lambda: bool(desk.intents.named("acknowledge")))
    assert [call[1] for call in desk.intents.named("acknowledge")] == [desk.selected]
    desk.press(KEY.Key_Z)
    assert desk.window.toasts.history[-1] == ("info", "There is nothing to take back.")


def test_what_is_held_is_done_when_the_window_closes(desk: OpenWindow) -> None:
    desk.press(KEY.Key_E)
    desk.window.close()
    assert desk.intents.named("acknowledge") == [("acknowledge", FIRST_ID)]


# ---------------------------------------------------------------------- several at once
def test_marks_by_keys_and_mouse_are_counted_exactly(desk: OpenWindow) -> None:
    bulk, bar = desk.window.tower_model.queue.bulk, desk.window.tower.queue.bulk_bar
    assert not bar.isVisible()
    desk.press(KEY.Key_Space)
    QTest.keyClick(desk.focus(), KEY.Key_J, SHIFT)
    assert list(bulk.marked) == [desk.id_at(0), desk.id_at(1)]
    assert bar.words.text() == "2 cases marked"
    table = desk.window.tower.queue.table
    index = desk.window.tower_model.queue.model.index(4, 1)
    where = table.visualRect(index).center() + QPoint(0, 0)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, CTRL, where)
    assert bar.words.text() == "3 cases marked"
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, SHIFT, where)
    assert list(bulk.marked)[-1] == desk.id_at(3)
    QTest.keyClick(desk.focus(), KEY.Key_A, CTRL)
    assert bar.words.text() == "1,277 cases marked"
    desk.click(bar.clear)
    assert not bar.isVisible()


def test_two_of_four_fail_are_named_and_only_they_are_tried_again(desk: OpenWindow) -> None:
    ids = tuple(desk.id_at(row) for row in range(4))
    for _ in range(3):
        QTest.keyClick(desk.focus(), KEY.Key_J, SHIFT)
    desk.window.tower.queue.assign_menu().actions()[0].trigger()
    edit = BulkEdit(kind="assign", user_id="amoreno")
    assert desk.intents.named("edit_cases") == [("edit_cases", ids, edit)]
    bar = desk.window.tower.queue.bulk_bar
    assert not bar.assign.isEnabled()
    why = "Case is closed. Nothing is left to do."
    desk.window.apply_page(BulkOutcome(edit=edit, done=ids[:2], failed=tuple((i, why) for i in ids[2:])))
    assert bar.words.text() == "2 done, 2 not"
    assert bar.failures.text() == f"{ids[2]}: {why}\n{ids[3]}: {why}"
    desk.click(bar.retry)
    assert desk.intents.named("edit_cases")[-1] == ("edit_cases", ids[2:], edit)
    desk.window.apply_page(BulkOutcome(edit=edit, done=ids[2:], failed=()))
    assert not bar.isVisible()
    assert desk.window.toasts.history[-1] == ("ok", "Done with 2 cases.")


def test_many_failures_leave_the_rows_in_sight(desk: OpenWindow) -> None:
    QTest.keyClick(desk.focus(), KEY.Key_A, CTRL)
    bar, table = desk.window.tower.queue.bulk_bar, desk.window.tower.queue.table
    before = table.viewport().height()
    ids = tuple(desk.window.tower_model.queue.bulk.marked)
    bar.seen.click()
    edit = BulkEdit(kind="seen")
    desk.window.apply_page(BulkOutcome(edit=edit, done=(), failed=tuple((i, "It is closed.") for i in ids)))
    QApplication.processEvents()
    assert bar.words.text() == "0 done, 1,277 not"
    assert len(bar.failures.text().splitlines()) == 1_277
    assert before - table.viewport().height() < 120


def test_a_mark_goes_with_its_case(desk: OpenWindow) -> None:
    desk.press(KEY.Key_Space)
    desk.window.apply_snapshot(snapshot([]))
    assert not desk.window.tower_model.queue.bulk.marked
