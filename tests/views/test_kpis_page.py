"""The KPI page by real keys and clicks: every bar opens the rows behind it."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.support.fake_kpis import figures
from tests.support.fake_tower import FIRST_ID
from tests.support.open_window import OpenWindow, open_window
from views.kpis.hour_grid import HourGrid
from views.theme import apply, dark, light

KEY = Qt.Key


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    opened = open_window(qtbot, qapp)
    opened.press(KEY.Key_G, KEY.Key_K)
    opened.window.apply_page(figures())
    qapp.processEvents()
    return opened


def test_the_page_asks_for_its_figures_when_it_is_opened(desk: OpenWindow) -> None:
    assert desk.window.page == "kpis"
    assert desk.intents.calls[-1] == ("look_at", "kpis")
    panels = desk.window.kpis.panels
    assert list(panels) == ["volume", "ageing", "burn_down", "cycle_time", "pareto", "hours"]
    assert panels["volume"].headline.text().startswith(f"{panels['volume'].plot.chart.bars[-1].value} today")
    assert "pyqtgraph" in sys.modules


def test_a_click_on_a_bar_lists_its_rows_and_leads_to_the_queue(desk: OpenWindow) -> None:
    panel = desk.window.kpis.panels["ageing"]
    plot = panel.plot
    assert isinstance(plot, QWidget)
    assert not isinstance(plot, HourGrid)
    bar = next(n for n, b in enumerate(plot.chart.bars) if b.value)
    where = plot.place_of(bar).toPoint()
    assert plot.bar_at(plot.place_of(bar)) == bar
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=where)
    behind = desk.window.kpis_model.behind()
    assert behind is not None
    assert desk.window.kpis.behind_title.text() == plot.chart.bars[bar].title
    assert len(behind.open_ids) == plot.chart.bars[bar].value
    desk.click(desk.window.kpis.to_queue)
    assert desk.window.page == "tower"
    assert len(desk.window.tower_model.queue.store) == plot.chart.bars[bar].value
    picked = desk.window.tower.queue.picked_button
    assert picked.isVisible()
    assert picked.accessibleName().startswith("Only: Open, ")
    desk.click(picked)
    assert len(desk.window.tower_model.queue.store) == 1_277
    assert not picked.isVisible()


def test_the_keyboard_goes_through_the_bars_and_opens_one(desk: OpenWindow) -> None:
    panel = desk.window.kpis.panels["pareto"]
    panel.plot.setFocus(Qt.FocusReason.TabFocusReason)
    desk.press(KEY.Key_Down, KEY.Key_Down)
    assert desk.window.kpis_model.bar == 1
    assert panel.plot.chart.bars[1].label in panel.plot.accessibleDescription()
    wanted = panel.plot.chart.bars[1]
    desk.press(KEY.Key_Return)
    assert desk.window.page == "tower"
    assert len(desk.window.tower_model.queue.store) == len(wanted.slots)
    assert desk.selected, "a case of those shown is selected"


def test_rows_that_are_closed_are_listed_too(desk: OpenWindow) -> None:
    panel = desk.window.kpis.panels["cycle_time"]
    last = max(n for n, bar in enumerate(panel.plot.chart.bars) if len(bar.slots))
    desk.window.kpis_model.choose("cycle_time", last)
    page = desk.window.kpis
    assert page.to_queue.text() == "None of them is open"
    assert not page.to_queue.isEnabled()
    assert page.behind.lines()[0].right_text.startswith("closed after ")
    page.behind.setFocus()
    desk.press(KEY.Key_Down)
    desk.press(KEY.Key_Return)
    assert desk.window.page == "tower"
    assert desk.selected.startswith("EX-OLD-")


def test_the_grid_answers_clicks_and_keys(desk: OpenWindow) -> None:
    grid = desk.window.kpis.panels["hours"].plot
    assert isinstance(grid, HourGrid)
    cell = 24 + 11
    QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.cell_rect(cell).center().toPoint())
    assert desk.window.kpis_model.bar == cell
    grid.setFocus()
    desk.press(KEY.Key_Down)
    assert desk.window.kpis_model.bar == cell + 24
    assert grid.accessibleDescription().startswith("Opened on Wed from 11:00")
    assert grid.bar_at(QPoint(2, 2).toPointF()) == -1


def test_definition_and_table_are_one_click_away(desk: OpenWindow) -> None:
    panel = desk.window.kpis.panels["volume"]
    assert not panel.definition.isVisible()
    desk.click(panel.define)
    assert panel.definition.isVisible()
    desk.click(panel.as_table)
    assert panel.table.isVisible()
    assert len(panel.table.lines()) == 14
    QTest.mouseClick(
        panel.table.viewport(),
        Qt.MouseButton.LeftButton,
        pos=panel.table.visualRect(panel.table.model().index(1, 0)).center(),
    )
    assert (desk.window.kpis_model.chart_key, desk.window.kpis_model.bar) == ("volume", 1)
    desk.click(panel.as_table)
    assert panel.plot.isVisible()


def test_fresh_figures_keep_the_chosen_bar_and_themes_change(desk: OpenWindow, qapp: QApplication) -> None:
    desk.window.kpis_model.choose("volume", 3)
    desk.window.apply_page(figures())
    assert desk.window.kpis.panels["volume"].plot.cursor_at == 3
    apply(qapp, light())
    qapp.processEvents()
    apply(qapp, dark())
    assert desk.window.kpis.panels["volume"].plot.cursor_at == 3


def test_picked_cases_are_shown_even_if_hidden_and_new_ones_stay_out(desk: OpenWindow) -> None:
    queue = desk.window.tower_model.queue
    queue.pick([FIRST_ID], "One case")
    assert len(queue.store) == 1
    assert queue.store.pending == 0
    queue.unpick()
    assert len(queue.store) == 1_277
