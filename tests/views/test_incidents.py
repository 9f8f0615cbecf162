"""Incidents in the window: the grouped queue, what is hidden, the strip in the panel, and giving reasons."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from domain.ids import CaseId
from tests.support.fake_approvals import approvals
from tests.support.fake_detail import detail, exception_case
from tests.support.fake_incidents import (
    HELD_PLACE,
    INCIDENT_ID,
    MEMBER_PLACES,
    SILENCED_PLACE,
    incident_panel,
    incident_row,
    rows_with_incident,
    table_with_incident,
)
from tests.support.fake_tower import FIRST_ID, case_rows, snapshot
from tests.support.open_window import OpenWindow, open_window
from views.case_queue.groups import grouped
from views.case_queue.model import MARK
from views.case_queue.state import QueueView, SortKey, case_table
from views.case_queue.store import QueueStore

KEY = Qt.Key
ROWS = len(case_rows())
HIDDEN = 2
opens_a_menu = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    opened = open_window(qtbot, qapp, filled=False)
    opened.window.apply_snapshot(snapshot(cases=table_with_incident(), approvals=approvals()))
    opened.window.apply_detail(detail(incident=incident_panel()))
    return opened


def shown(desk: OpenWindow) -> int:
    return len(desk.window.tower_model.queue.store)


def test_hidden_cases_are_counted_but_listed_on_demand_only(desk: OpenWindow) -> None:
    rows = rows_with_incident()
    hidden = {rows[SILENCED_PLACE].case_id, rows[HELD_PLACE].case_id}
    store, button = desk.window.tower_model.queue.store, desk.window.tower.queue.hidden_button
    assert shown(desk) == ROWS - HIDDEN
    assert all(store.row_of(case_id) == -1 for case_id in hidden)
    assert button.isVisible()
    assert button.text() == "1 silenced  ·  1 held back"
    desk.press(KEY.Key_H)
    assert shown(desk) == ROWS
    words = desk.window.tower_model.queue.model.words(store.row_of(rows[HELD_PLACE].case_id))
    assert words.status == "Held back"
    desk.click(button)
    assert shown(desk) == ROWS - HIDDEN


def test_g_g_shows_one_row_an_incident_that_unfolds_to_its_members(desk: OpenWindow) -> None:
    queue = desk.window.tower_model.queue
    desk.press(KEY.Key_G, KEY.Key_G)
    assert desk.window.tower.queue.group_button.isChecked()
    assert shown(desk) == ROWS - HIDDEN - len(MEMBER_PLACES) + 1
    words = queue.model.words(0)
    assert (words.case_id, words.type_title, words.fold) == (INCIDENT_ID, "4 cases", "folded")
    assert words.subject == "PO-7741 is 3 days late  ·  61 orders"
    assert (words.loss, words.best_option, words.breach) == ("$214,300", "Expedite the inbound", "3 h 00 m")
    assert desk.selected == FIRST_ID
    desk.press(KEY.Key_X)
    assert shown(desk) == ROWS - HIDDEN
    members = {case_rows()[place].case_id for place in MEMBER_PLACES}
    assert {desk.id_at(row) for row in range(len(members))} == members
    assert [queue.model.words(row).fold for row in range(3)] == ["unfolded", "inner", "inner"]
    desk.press(KEY.Key_J)
    assert desk.selected in members - {FIRST_ID}
    desk.press(KEY.Key_X)
    assert desk.selected == FIRST_ID
    assert shown(desk) == ROWS - HIDDEN - len(MEMBER_PLACES) + 1
    desk.press(KEY.Key_G, KEY.Key_G)
    assert shown(desk) == ROWS - HIDDEN


def test_the_arrow_keys_and_a_click_on_the_mark_fold_too(desk: OpenWindow) -> None:
    desk.press(KEY.Key_G, KEY.Key_G)
    table, before = desk.window.tower.queue.table, shown(desk)
    table.setFocus()
    desk.click_row(0)
    desk.press(KEY.Key_Left)
    assert shown(desk) == before
    desk.press(KEY.Key_Right)
    assert shown(desk) == before + len(MEMBER_PLACES) - 1
    desk.press(KEY.Key_Left)
    assert shown(desk) == before
    where = table.visualRect(desk.window.tower_model.queue.model.index(0, MARK)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert shown(desk) == before + len(MEMBER_PLACES) - 1


def test_keys_of_other_pages_still_work_beside_g_g(desk: OpenWindow) -> None:
    desk.press(KEY.Key_G, KEY.Key_A)
    assert desk.window.page == "approvals"


def test_a_live_update_of_a_grouped_queue_waits_for_r_with_new_members(desk: OpenWindow) -> None:
    desk.press(KEY.Key_G, KEY.Key_G)
    before = shown(desk)
    fresh = [replace(row, incident_id=INCIDENT_ID) for row in case_rows(seed=99)[1:3]]
    other = case_rows(seed=98)[1:2]
    cases = case_table([*rows_with_incident(), *fresh, *other], [replace(incident_row(), members=6)])
    desk.window.apply_snapshot(snapshot(cases=cases))
    queue = desk.window.tower_model.queue
    assert queue.store.pending == 1
    assert queue.model.words(queue.store.row_of(FIRST_ID)).type_title == "6 cases"
    desk.press(KEY.Key_R)
    assert shown(desk) == before + 1


def test_by_money_an_incident_stands_where_its_own_money_puts_it() -> None:
    rows = case_rows()[:6]
    rows[1] = replace(rows[1], incident_id="IN-1", priority_cents=900)
    rows[4] = replace(rows[4], incident_id="IN-1", priority_cents=10)
    incident = replace(incident_row(), incident_id="IN-1", lead_id=rows[4].case_id, priority_cents=10**9)
    store = QueueStore()
    store.view = QueueView(grouped=True)
    store.replace_table(case_table(rows, [incident]))
    store.take(store.wanted())
    assert store.id_at(0) == rows[4].case_id
    assert store.incident_at(0) == incident
    assert len(store) == len(rows) - 1
    by_id = grouped(store.table, store.wanted().order, QueueView(grouped=True, sort=SortKey.CASE_ID))
    assert by_id.heads == frozenset()


def test_the_panel_shows_the_incident_and_why_on_demand(desk: OpenWindow) -> None:
    strip = desk.window.tower.detail.incident
    assert strip.size_label.text() == "4 cases  ·  61 orders  ·  74 lines  ·  $214.3k"
    assert strip.action.text() == "Incident: Expedite the inbound  ·  begin in 3 h 0 min"
    assert not strip.members.isVisible()
    desk.click(strip.why_button)
    assert strip.members.isVisible()
    assert strip.why.text().startswith("PO-7741 is late and line 2 of SO-884120 waits for 40 ea of it.")
    assert strip.also.text().startswith("Also hit: ")
    lines = strip.members.lines()
    assert (len(lines), lines[0].title) == (4, "Stock short (cause)")
    assert lines[1].text == "PO-7741 is late and this line waits for 40 ea of it."
    other = lines[1].key
    strip.members.chosen.emit(other)
    assert desk.selected == other
    desk.window.tower_model.queue.select(FIRST_ID)
    desk.window.apply_detail(detail())
    assert not strip.isVisible()


def test_a_false_positive_needs_a_reason(desk: OpenWindow) -> None:
    panel = desk.window.tower.detail
    assert desk.window.tower.deny()
    assert panel.reason.field.hasFocus()
    assert not panel.reason.act.isEnabled()
    desk.press(KEY.Key_Return)
    assert not desk.intents.named("deny_case")
    desk.type("agreed by telephone")
    desk.press(KEY.Key_Return)
    assert desk.intents.calls[-1] == ("deny_case", FIRST_ID, "agreed by telephone")
    assert not panel.reason.isVisible()


def test_esc_leaves_the_question_and_another_case_ends_it(desk: OpenWindow) -> None:
    panel = desk.window.tower.detail
    desk.window.tower.deny()
    desk.press(KEY.Key_Escape)
    assert not panel.reason.isVisible()
    desk.window.tower.deny()
    desk.window.tower_model.queue.move(1)
    other = replace(exception_case(), case_id=CaseId(desk.selected))
    desk.window.apply_detail(detail(case=other))
    assert not panel.reason.isVisible()


def test_a_case_is_taken_out_of_its_incident_for_a_reason(desk: OpenWindow) -> None:
    strip = desk.window.tower.detail.incident
    desk.click(strip.why_button)
    desk.click(strip.split)
    desk.type("another order of ours")
    desk.press(KEY.Key_Return)
    assert desk.intents.calls[-1] == ("split_case", FIRST_ID, "another order of ours")


@opens_a_menu
def test_s_can_let_a_case_rest_until_its_money_doubles(desk: OpenWindow) -> None:
    desk.press(KEY.Key_S)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.actions()[-1].text() == "Until the money doubles"
    menu.actions()[-1].trigger()
    menu.close()
    assert desk.intents.calls[-1] == ("snooze_until_doubled", FIRST_ID)


def test_a_muted_case_says_so(desk: OpenWindow) -> None:
    muted = replace(exception_case(), suppressed_by="EX-0000000001")
    desk.window.apply_detail(detail(case=muted))
    status = desk.window.tower.detail.head.status
    assert status.text() == "Muted"
    assert status.toolTip().startswith("Kept quiet by EX-0000000001.")
