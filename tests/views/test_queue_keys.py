"""Triage by keyboard and mouse: real events on the whole window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from tests.support.fake_detail import detail
from tests.support.fake_tower import FIRST_ID, case_rows, snapshot
from tests.support.open_window import OpenWindow, open_window
from views.case_queue.state import QueueFilter, SortKey
from views.tower.state import ALL_PARTS

KEY = Qt.Key
#: The offscreen platform cannot give a menu the keyboard and says so; the test sends the keys itself.
opens_a_menu = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    return open_window(qtbot, qapp)


def popped_menu() -> QMenu:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def test_j_and_k_move_and_the_panel_follows(desk: OpenWindow) -> None:
    desk.press(KEY.Key_J, KEY.Key_J)
    assert desk.selected == desk.id_at(2)
    assert desk.intents.calls[-1] == ("select_case", desk.id_at(2))
    desk.press(KEY.Key_K)
    assert desk.selected == desk.id_at(1)
    table = desk.window.tower.queue.table
    assert table.selectionModel().currentIndex().row() == 1
    desk.press(KEY.Key_K)
    desk.window.apply_detail(detail())
    assert desk.window.tower.detail.head.case_id.text() == FIRST_ID


def test_the_ends_of_the_queue_hold(desk: OpenWindow) -> None:
    desk.press(KEY.Key_K)
    assert desk.selected == desk.id_at(0)
    desk.window.tower_model.queue.select(desk.id_at(1_276))
    desk.press(KEY.Key_J)
    assert desk.selected == desk.id_at(1_276)


def test_the_arrow_keys_move_too(desk: OpenWindow) -> None:
    desk.window.tower.queue.table.setFocus()
    desk.press(KEY.Key_Down)
    assert desk.selected == desk.id_at(1)


def test_a_click_on_a_row_selects_it(desk: OpenWindow) -> None:
    desk.click_row(3)
    assert desk.selected == desk.id_at(3)


def test_a_late_detail_of_another_case_is_not_shown(desk: OpenWindow) -> None:
    desk.press(KEY.Key_J)
    desk.window.apply_detail(detail())
    assert desk.window.tower_model.detail.is_loading


def test_typing_fires_no_keys(desk: OpenWindow) -> None:
    desk.press(KEY.Key_Slash)
    assert desk.window.tower.queue.filter_field.hasFocus()
    before = len(desk.intents.calls)
    desk.type("jaes")
    assert desk.window.tower.queue.filter_field.text() == "jaes"
    assert desk.selected == FIRST_ID
    assert len(desk.intents.calls) == before


def test_the_text_filter_and_its_way_out(desk: OpenWindow) -> None:
    desk.press(KEY.Key_Slash)
    desk.type("884120")
    assert len(desk.window.tower_model.queue.store) == 1
    desk.press(KEY.Key_Escape)
    assert len(desk.window.tower_model.queue.store) == 1_277
    assert desk.window.tower.queue.table.hasFocus()
    assert desk.selected == FIRST_ID


def test_a_filter_that_matches_nothing_says_what_to_do(desk: OpenWindow) -> None:
    desk.press(KEY.Key_Slash)
    desk.type("nothing like this")
    assert desk.window.tower.queue.empty.isVisible()
    assert "clear the filter" in desk.window.tower.queue.empty.text()


def test_the_chips_filter_and_count(desk: OpenWindow) -> None:
    chips = desk.window.tower.queue.chips
    desk.click(chips.button(QueueFilter.CRITICAL))
    assert len(desk.window.tower_model.queue.store) == 37
    assert chips.button(QueueFilter.CRITICAL).accessibleName() == "Critical 37"
    assert desk.selected == FIRST_ID
    assert desk.window.tower.queue.table.currentIndex().row() == desk.window.tower_model.queue.selected_row()


def test_a_click_on_a_header_sorts_and_keeps_the_selection(desk: OpenWindow) -> None:
    desk.click_row(4)
    chosen = desk.selected
    header = desk.window.tower.queue.table.header
    where = header.rect().center()
    where.setX(header.sectionViewportPosition(5) + 20)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=where)
    queue = desk.window.tower_model.queue
    assert queue.store.view.sort is SortKey.LOSS
    assert desk.selected == chosen
    assert desk.window.tower.queue.table.currentIndex().row() == queue.selected_row()
    assert desk.window.tower.queue.sort_button.text() == "Sort: value at risk"


def test_e_acknowledges(desk: OpenWindow) -> None:
    desk.press(KEY.Key_E)
    assert desk.intents.calls[-1] == ("acknowledge", FIRST_ID)


@opens_a_menu
def test_a_assigns_to_oneself_first(desk: OpenWindow, qtbot: QtBot) -> None:
    desk.press(KEY.Key_A)
    menu = popped_menu()
    assert [action.text() for action in menu.actions()][:2] == ["A. Moreno (me)", "J. Okafor"]
    QTest.keyClick(menu, KEY.Key_Return)
    assert desk.intents.calls[-1] == ("assign", FIRST_ID, "amoreno")


@opens_a_menu
def test_s_snoozes(desk: OpenWindow) -> None:
    desk.press(KEY.Key_S)
    menu = popped_menu()
    QTest.keyClick(menu, KEY.Key_Down)
    QTest.keyClick(menu, KEY.Key_Return)
    assert desk.intents.calls[-1] == ("snooze", FIRST_ID, 60)


def test_enter_goes_into_the_panel(desk: OpenWindow) -> None:
    desk.window.tower.queue.table.setFocus()
    desk.press(KEY.Key_Return)
    assert desk.window.tower.detail.options.matrix.hasFocus()


def test_a_live_update_keeps_selection_and_places(desk: OpenWindow) -> None:
    desk.click_row(2)
    chosen, ids = desk.selected, [desk.id_at(n) for n in range(5)]
    rows = case_rows()
    gone = ids[0]
    fresh = case_rows(seed=99)[5:8]
    desk.window.apply_snapshot(snapshot([r for r in rows if r.case_id != gone] + fresh))
    assert [desk.id_at(n) for n in range(4)] == ids[1:5]
    assert desk.selected == chosen
    assert desk.window.tower.queue.table.currentIndex().row() == 1


def test_new_cases_wait_for_r(desk: OpenWindow) -> None:
    rows = case_rows() + case_rows(seed=99)[1:4]
    desk.window.apply_snapshot(snapshot(rows))
    queue, button = desk.window.tower_model.queue, desk.window.tower.queue.pending_button
    assert len(queue.store) == 1_277
    assert button.isVisible()
    assert button.text() == "3 new · R"
    desk.press(KEY.Key_R)
    assert len(queue.store) == 1_280
    assert not button.isVisible()
    assert desk.selected == FIRST_ID


def test_left_alone_the_queue_lets_new_cases_in(qtbot: QtBot, desk: OpenWindow) -> None:
    desk.window.tower_model.queue._idle.setInterval(10)
    desk.window.apply_snapshot(snapshot(case_rows() + case_rows(seed=99)[1:4]))
    qtbot.waitUntil(lambda: len(desk.window.tower_model.queue.store) == 1_280)
    assert desk.selected == FIRST_ID


def test_when_the_selected_case_clears_the_next_takes_its_place(desk: OpenWindow) -> None:
    desk.click_row(3)
    following = desk.id_at(4)
    desk.window.apply_snapshot(snapshot([r for r in case_rows() if r.case_id != desk.selected]))
    assert not desk.window.tower.queue.table.selectionModel().hasSelection()
    desk.press(KEY.Key_J)
    assert desk.selected == following


def test_a_snapshot_without_new_cases_leaves_the_rows_alone(desk: OpenWindow) -> None:
    desk.click_row(2)
    desk.window.apply_snapshot(snapshot([], changed=ALL_PARTS - {"cases", "markers"}))
    assert len(desk.window.tower_model.queue.store) == 1_277
    assert desk.selected == desk.id_at(2)


def test_a_row_speaks(desk: OpenWindow) -> None:
    model = desk.window.tower_model.queue.model
    spoken = model.data(model.index(0, 0), int(Qt.ItemDataRole.AccessibleTextRole))
    assert spoken == f"Critical, {FIRST_ID}, Stock short, due in 1 h 48 min"
