"""One selection for map, queue and panel."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.fake_detail import detail
from tests.support.fake_tower import FIRST_ID, NOW, case_rows, snapshot
from tests.support.open_window import OpenWindow, open_window
from views.map.canvas import MapCanvas
from views.map.projection import project
from views.map.state import MapMarkers


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    return open_window(qtbot, qapp)


def pixel_of(canvas: MapCanvas, lon: float, lat: float) -> QPoint:
    x, y = canvas.view().to_screen(*project(np.array([lon]), np.array([lat])))
    return QPoint(round(float(x[0])), round(float(y[0])))


def spread_out(desk: OpenWindow) -> tuple[str, QPoint]:
    """Three cases far from each other; gives the second and where it lies."""
    rows = case_rows()[:3]
    markers = MapMarkers(
        lon=np.array([-120.0, -98.5, -75.0]),
        lat=np.array([45.0, 44.0, 30.0]),
        severity=np.array([4, 3, 2], dtype=np.int8),
        ids=tuple(r.case_id for r in rows),
    )
    desk.window.apply_snapshot(snapshot(rows, markers=markers, nodes=(), lanes=()))
    desk.window.tower.map.fit()
    return rows[1].case_id, pixel_of(desk.window.tower.map, -98.5, 44.0)


def test_a_click_on_a_marker_selects_its_row(desk: OpenWindow) -> None:
    wanted, where = spread_out(desk)
    QTest.mouseClick(desk.window.tower.map, Qt.MouseButton.LeftButton, pos=where)
    assert desk.selected == wanted
    assert desk.intents.calls[-1] == ("select_case", wanted)
    table = desk.window.tower.queue.table
    assert table.currentIndex().row() == desk.window.tower_model.queue.selected_row()
    assert table.viewport().rect().intersects(QRect(table.visualRect(table.currentIndex())))


def test_a_cluster_that_cannot_be_parted_selects_its_most_urgent_case(desk: OpenWindow) -> None:
    ids = tuple(desk.id_at(n) for n in (7, 3, 12))
    desk.window.tower.map.clusterClicked.emit(ids)
    assert desk.selected == desk.id_at(3)


def test_the_selected_row_is_marked_on_the_map_with_its_lanes(desk: OpenWindow) -> None:
    state = desk.window.tower.map.state()
    assert state.selected_case_id == FIRST_ID
    assert state.selected_lane_ids == {"MEM-DEN"}
    assert state.alternative_lane_ids == {"DFW-DEN", "RNO-DEN"}
    desk.press(Qt.Key.Key_J)
    state = desk.window.tower.map.state()
    assert state.selected_case_id == desk.id_at(1)
    assert not state.selected_lane_ids
    assert not state.alternative_lane_ids


def test_a_click_on_a_site_filters_the_queue_to_it(desk: OpenWindow) -> None:
    desk.window.tower.map.nodeClicked.emit("MEM")
    assert desk.window.tower.queue.filter_field.text() == "MEM"
    assert 0 < len(desk.window.tower_model.queue.store) < 1_277


def test_the_card_on_the_map_says_what_the_queue_says(desk: OpenWindow) -> None:
    card = desk.window.tower_model.describe(FIRST_ID)
    assert card is not None
    assert card.title == f"{FIRST_ID}  Stock short"
    assert card.lines == ("SO-884120 +41 · MEM→DEN  ·  $186.4k", "SLA breach in 1 h 48 min")
    assert desk.window.tower_model.describe("EX-UNKNOWN") is None


def test_lanes_at_risk_can_be_drawn_calm(desk: OpenWindow) -> None:
    assert desk.window.tower.map.state().show_risk
    desk.click(desk.window.tower.chips.risk)
    assert not desk.window.tower.map.state().show_risk


def test_the_countdown_goes_on_everywhere(desk: OpenWindow) -> None:
    later = NOW.replace(hour=17, minute=13)
    desk.window.apply_clock(later)
    assert desk.window.tower.detail.head.values["breach"].text() == "in 1 min"
    assert desk.window.tower_model.queue.model.words(0).breach == "0 h 01 m"
    assert desk.window.status.clock.text() == "17:13:41 UTC"


def test_a_narrow_window_opens_the_panel_on_demand(desk: OpenWindow, qapp: QApplication) -> None:
    page = desk.window.tower
    desk.window.resize(1_200, 760)
    qapp.processEvents()
    assert page.is_overlay()
    assert not page.detail.isVisible()
    page.queue.table.setFocus()
    desk.press(Qt.Key.Key_Return)
    assert page.detail.isVisible()
    desk.press(Qt.Key.Key_Escape)
    assert not page.detail.isVisible()
    desk.window.resize(1_600, 1_000)
    qapp.processEvents()
    assert not page.is_overlay()
    assert page.detail.isVisible()
    desk.window.apply_detail(detail())
    assert page.detail.head.title.isVisible()


def test_the_top_case_is_selected_once_there_are_cases(qtbot: QtBot, qapp: QApplication) -> None:
    desk = open_window(qtbot, qapp, filled=False)
    desk.window.apply_snapshot(snapshot([]))
    assert desk.selected == ""
    desk.window.apply_snapshot(snapshot(case_rows()[:3]))
    assert desk.selected == FIRST_ID


def test_the_map_narrows_to_what_opened_lately(desk: OpenWindow) -> None:
    tower = desk.window.tower
    before = len(tower.map.state().markers.ids)
    hour = next(a for a in tower.chips.age_menu().actions() if a.text() == "Last hour")
    hour.trigger()
    shown = tower.map.state().markers
    opened = desk.window.tower_model.queue.store.table.opened_s
    slots = {case_id: n for n, case_id in enumerate(desk.window.tower_model.queue.store.table.ids)}
    assert 0 < len(shown.ids) < before
    assert all(NOW.timestamp() - opened[slots[case_id]] <= 3_600 for case_id in shown.ids)
    assert tower.chips.age.text() == "Last hour"
    next(a for a in tower.chips.age_menu().actions() if a.text() == "Any age").trigger()
    assert len(tower.map.state().markers.ids) == before


def test_the_severity_chip_and_the_legend_say_the_same(desk: OpenWindow) -> None:
    tower = desk.window.tower
    next(a for a in tower.chips.severity_menu().actions() if a.text() == "Critical only").trigger()
    assert tower.map.severities() == frozenset({4})
    desk.click(tower.map.legend().entry(3))
    assert tower.chips.severity.text() == "Critical and high"
