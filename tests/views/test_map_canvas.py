"""The map as a user meets it: real clicks, keys, the wheel, the legend."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.map_scene import describe, lane, made_up_state
from views.map.canvas import MapCanvas
from views.map.foreground import GroupsInView
from views.map.pointing import Hit
from views.map.projection import project
from views.map.scene import step_of
from views.map.state import MapHover, MapMarkers, MapNode, MapState
from views.theme import apply, dark, light

LEFT = Qt.MouseButton.LeftButton
THREE = MapMarkers(
    lon=np.array([-100.0, -90.0, -80.0]),
    lat=np.array([45.0, 35.0, 40.0]),
    severity=np.array([4, 1, 2], dtype=np.int8),
    ids=("EX-1", "EX-2", "EX-3"),
)


@pytest.fixture
def canvas(qtbot: QtBot, qapp: QApplication) -> MapCanvas:
    apply(qapp, dark())
    made = MapCanvas(describe)
    qtbot.addWidget(made)
    made.resize(800, 500)
    made.show()
    qtbot.waitExposed(made)
    return made


def pixel_of(canvas: MapCanvas, lon: float, lat: float) -> QPoint:
    x, y = canvas.view().to_screen(*project(np.array([lon]), np.array([lat])))
    return QPoint(round(float(x[0])), round(float(y[0])))


def test_a_click_on_a_mark_names_its_case(canvas: MapCanvas, qtbot: QtBot) -> None:
    canvas.set_state(MapState(markers=THREE))
    with qtbot.waitSignal(canvas.caseClicked, timeout=1_000) as signal:
        QTest.mouseClick(canvas, LEFT, pos=pixel_of(canvas, -90.0, 35.0))
    assert signal.args == ["EX-2"]


def test_a_click_on_water_names_nothing(canvas: MapCanvas, qtbot: QtBot) -> None:
    canvas.set_state(MapState(markers=THREE))
    with qtbot.assertNotEmitted(canvas.caseClicked, wait=50):
        QTest.mouseClick(canvas, LEFT, pos=pixel_of(canvas, -90.0, 35.0) + QPoint(0, 40))
    assert canvas.view().scale > canvas.view().least_scale()


def test_a_click_on_a_site_names_it(canvas: MapCanvas, qtbot: QtBot) -> None:
    canvas.set_state(MapState(nodes=(MapNode(id="MEM", name="Memphis", lon=-85.0, lat=38.0),), markers=THREE))
    with qtbot.waitSignal(canvas.nodeClicked, timeout=1_000) as signal:
        QTest.mouseClick(canvas, LEFT, pos=pixel_of(canvas, -85.0, 38.0))
    assert signal.args == ["MEM"]


def test_a_click_on_a_cluster_enlarges_it(canvas: MapCanvas, qtbot: QtBot) -> None:
    canvas.set_state(made_up_state())
    before = canvas.view().scale
    QTest.mouseClick(canvas, LEFT, pos=pixel_of(canvas, -105.0, 39.74))
    assert canvas.view().scale > before


def test_a_click_on_cases_at_one_place_names_them_all(canvas: MapCanvas, qtbot: QtBot) -> None:
    pile = MapMarkers(
        lon=np.full(3, -90.0),
        lat=np.full(3, 35.0),
        severity=np.array([1, 4, 2], dtype=np.int8),
        ids=("A", "B", "C"),
    )
    canvas.set_state(MapState(markers=pile))
    with qtbot.waitSignal(canvas.clusterClicked, timeout=1_000) as signal:
        QTest.mouseClick(canvas, LEFT, pos=pixel_of(canvas, -90.0, 35.0))
    assert signal.args == [("B", "C", "A")], "the gravest first"


def test_pointing_at_a_case_shows_its_card_and_leaving_hides_it(canvas: MapCanvas, qtbot: QtBot) -> None:
    canvas.set_state(MapState(markers=THREE))
    heard: list[str] = []
    canvas.hovered.connect(heard.append)
    QTest.mouseMove(canvas, pixel_of(canvas, -100.0, 45.0))
    qtbot.waitUntil(lambda: heard == ["EX-1"], timeout=1_000)
    bare = canvas.grab().toImage()
    QTest.mouseMove(canvas, pixel_of(canvas, -100.0, 45.0) + QPoint(0, 60))
    qtbot.waitUntil(lambda: heard == ["EX-1", ""], timeout=1_000)
    assert canvas.grab().toImage() != bare


def test_a_cluster_s_card_counts_by_severity(canvas: MapCanvas) -> None:
    canvas.set_state(made_up_state())
    hit = canvas.hit(QPointF(pixel_of(canvas, -105.0, 39.74)))
    assert hit is not None
    assert hit.kind == "group"
    card = canvas._pointer.card(canvas.view(), hit)
    assert card is not None
    assert card.title == "42 cases"
    assert sum(int(part.split()[0]) for part in card.lines[0].split(" · ")) == 42


def test_a_case_without_a_card_is_no_error(qtbot: QtBot, qapp: QApplication) -> None:
    apply(qapp, dark())
    canvas = MapCanvas(lambda case_id: None)
    qtbot.addWidget(canvas)
    canvas.resize(600, 300)
    canvas.show()
    canvas.set_state(MapState(markers=THREE, selected_case_id="EX-1"))
    QTest.mouseMove(canvas, pixel_of(canvas, -100.0, 45.0))
    assert not canvas.grab().toImage().isNull()


def test_the_legend_hides_a_severity_and_says_so(canvas: MapCanvas, qtbot: QtBot) -> None:
    canvas.set_state(MapState(markers=THREE))
    with qtbot.waitSignal(canvas.severityFilterChanged, timeout=1_000) as signal:
        QTest.mouseClick(canvas.legend().entry(1), LEFT)
    assert signal.args == [frozenset({2, 3, 4})]
    with qtbot.assertNotEmitted(canvas.caseClicked, wait=50):
        QTest.mouseClick(canvas, LEFT, pos=pixel_of(canvas, -90.0, 35.0))
    assert "low" not in canvas.accessibleDescription()
    assert "hidden" in canvas.legend().entry(1).accessibleName()


def test_hiding_the_last_severity_shows_all_again(canvas: MapCanvas, qtbot: QtBot) -> None:
    canvas.set_state(MapState(markers=THREE))
    canvas.set_severities(frozenset({4}))
    QTest.mouseClick(canvas.legend().entry(4), LEFT)
    assert canvas.severities() == frozenset({1, 2, 3, 4})


def test_setting_the_filter_does_not_emit(canvas: MapCanvas, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(canvas.severityFilterChanged, wait=20):
        canvas.set_severities(frozenset({3, 4}))
    assert canvas.severities() == frozenset({3, 4})


def test_the_arrow_keys_move_the_map(canvas: MapCanvas, qtbot: QtBot) -> None:
    canvas.set_state(MapState(markers=THREE))
    canvas.zoom_by(2.0)
    start = canvas.view()
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.view().x > start.x
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    assert canvas.view().x == pytest.approx(start.x)
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    assert canvas.view().y < start.y
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    assert canvas.view().y == pytest.approx(start.y)


def test_plus_minus_and_nought_zoom_and_fit(canvas: MapCanvas, qtbot: QtBot) -> None:
    canvas.set_state(MapState(markers=THREE))
    fitted = canvas.view()
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.view().scale == pytest.approx(fitted.scale * 1.5)
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.view().scale == pytest.approx(fitted.scale)
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    QTest.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.view() == fitted


def test_the_wheel_zooms_about_the_mouse(canvas: MapCanvas) -> None:
    canvas.set_state(MapState(markers=THREE))
    at = QPointF(200, 150)
    before = canvas.view().to_world(at.x(), at.y())
    scale = canvas.view().scale
    wheel = QWheelEvent(
        at,
        canvas.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, wheel)
    assert canvas.view().scale > scale
    assert canvas.view().to_world(at.x(), at.y()) == pytest.approx(before)


def test_a_drag_moves_the_map_and_clicks_nothing(canvas: MapCanvas, qtbot: QtBot) -> None:
    canvas.set_state(MapState(markers=THREE))
    canvas.zoom_by(2.0)
    start = pixel_of(canvas, -90.0, 35.0)
    before = canvas.view()
    with qtbot.assertNotEmitted(canvas.caseClicked, wait=20):
        QTest.mousePress(canvas, LEFT, pos=start)
        QTest.mouseMove(canvas, start + QPoint(-30, -20))
        QTest.mouseMove(canvas, start + QPoint(-60, -40))
        QTest.mouseRelease(canvas, LEFT, pos=start + QPoint(-60, -40))
    assert canvas.view().x == pytest.approx(before.x + 60 / before.scale)
    assert canvas.view().y == pytest.approx(before.y + 40 / before.scale)


def test_the_map_keeps_its_fit_when_resized_until_the_user_moves_it(canvas: MapCanvas, qtbot: QtBot) -> None:
    canvas.set_state(MapState(markers=THREE))
    canvas.resize(500, 300)
    qtbot.waitUntil(lambda: canvas.view().width_px == 500, timeout=1_000)
    assert GroupsInView.of(canvas._scene.level(canvas.view()), canvas.view()).shown[0] == 3
    canvas.zoom_by(3.0)
    scale = canvas.view().scale
    canvas.resize(700, 420)
    qtbot.waitUntil(lambda: canvas.view().width_px == 700, timeout=1_000)
    assert canvas.view().scale == scale


def test_the_page_hears_how_much_is_in_view(canvas: MapCanvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(canvas.shownChanged, timeout=2_000, check_params_cb=lambda cases, _: cases == 3):
        canvas.set_state(MapState(markers=THREE))
    assert canvas.state().markers is THREE


def test_a_new_selection_leaves_the_ground_alone_and_a_new_lane_does_not(canvas: MapCanvas) -> None:
    state = made_up_state()
    canvas.set_state(state)
    canvas.finish_painting()
    asked = canvas._base._asked
    canvas.set_state(replace(state, selected_case_id=state.markers.ids[0]))
    assert canvas._base._asked is asked
    canvas.set_state(replace(state, lanes=(*state.lanes, lane("NEW", (-90, 35), (-80, 40)))))
    assert canvas._base._asked is not asked


def test_the_ground_is_painted_in_slices_from_the_event_loop(canvas: MapCanvas, qtbot: QtBot) -> None:
    canvas.set_state(made_up_state())
    canvas.zoom_by(1.7)
    qtbot.waitUntil(lambda: not canvas._base.is_busy and not canvas._settling.isActive(), timeout=10_000)
    assert canvas._base.is_exact_for(canvas.view())
    assert not canvas._slices.is_active


def test_the_groups_stand_while_those_of_the_next_zoom_step_are_painted(
    canvas: MapCanvas, qtbot: QtBot
) -> None:
    canvas.set_state(made_up_state())
    canvas.finish_painting()
    before = canvas._scene.level(canvas.view())
    canvas.zoom_by(2.5)
    assert canvas._scene.level(canvas.view()) is before
    qtbot.waitUntil(lambda: not canvas._slices.is_active, timeout=10_000)
    after = canvas._scene.level(canvas.view())
    assert after is canvas._scene.level_of_step(step_of(canvas.view()))
    assert len(after.x) > len(before.x)


def test_another_filter_shows_its_groups_at_once_though_others_are_being_painted(canvas: MapCanvas) -> None:
    canvas.set_state(made_up_state())
    canvas.finish_painting()
    canvas.zoom_by(2.5)
    canvas.set_severities(frozenset({4}))
    level = canvas._scene.level(canvas.view())
    assert level is canvas._scene.level_of_step(step_of(canvas.view()))
    assert level.counts[:, :3].sum() == 0


def test_bubbles_that_a_frame_has_no_time_for_follow(
    canvas: MapCanvas, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("views.map.foreground._BUBBLES_A_FRAME_MS", -1)
    canvas.set_state(made_up_state())
    plain = canvas.grab().toImage()
    qtbot.waitUntil(lambda: not canvas._slices.is_active, timeout=10_000)
    whole = canvas.grab().toImage()
    assert plain != whole
    monkeypatch.undo()
    canvas.finish_painting()
    assert canvas.grab().toImage() == whole


def colours(image: QImage) -> set[str]:
    return {
        image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)
    }


@pytest.mark.parametrize("theme", [dark(), light()], ids=lambda theme: theme.name)
def test_a_theme_paints_the_map_in_its_own_colours(
    qapp: QApplication, canvas: MapCanvas, theme: object
) -> None:
    chosen = light() if theme is light() else dark()
    other = dark() if chosen is light() else light()
    canvas.set_state(made_up_state())
    apply(qapp, other)
    canvas.finish_painting()
    apply(qapp, chosen)
    canvas.finish_painting()
    seen = colours(canvas.grab().toImage())
    assert {chosen.water.name(), chosen.land.name(), chosen.critical.mark.name()} <= seen
    assert not {other.water.name(), other.land.name()} & seen


def test_risk_off_draws_every_lane_calm(canvas: MapCanvas) -> None:
    risky = MapState(
        nodes=(MapNode(id="A", name="A", lon=-100, lat=40),), lanes=(lane("L", (-100, 40), (-80, 40), 3),)
    )
    canvas.set_state(risky)
    canvas.finish_painting()
    shown = canvas.grab().toImage()
    canvas.set_state(replace(risky, show_risk=False))
    canvas.finish_painting()
    assert canvas.grab().toImage() != shown


def test_the_map_is_named_for_a_screen_reader(canvas: MapCanvas) -> None:
    canvas.set_state(MapState(markers=THREE))
    assert canvas.accessibleName() == "Exception map"
    assert "1 critical" in canvas.accessibleDescription()
    assert "1 low" in canvas.accessibleDescription()


def test_a_card_says_what_the_port_says(canvas: MapCanvas) -> None:
    canvas.set_state(MapState(markers=THREE))
    card = canvas._pointer.card(canvas.view(), Hit("group", 0))
    assert isinstance(card, MapHover)
    assert card.title.endswith("Stock-out")
