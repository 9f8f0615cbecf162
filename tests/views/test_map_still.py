"""A map at rest is drawn from one kept picture, and yet shows every change at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.map_baseline import share_far_off
from tests.support.map_scene import describe, made_up_state
from views.map.canvas import MapCanvas
from views.map.foreground import Foreground, FrameItems
from views.theme import Theme, apply, dark, light

STATE = replace(made_up_state(), selected_lane_ids=frozenset(), alternative_lane_ids=frozenset())
LANE = STATE.lanes[0].id
FEWER = replace(
    STATE.markers,
    lon=STATE.markers.lon[:-1],
    lat=STATE.markers.lat[:-1],
    severity=STATE.markers.severity[:-1],
    ids=STATE.markers.ids[:-1],
)


@pytest.fixture
def new_canvas(qtbot: QtBot, qapp: QApplication) -> Callable[[], MapCanvas]:
    apply(qapp, dark())

    def make() -> MapCanvas:
        made = MapCanvas(describe)
        qtbot.addWidget(made)
        made.resize(480, 300)
        with qtbot.waitExposed(made):
            made.show()
        return made

    return make


def picture(canvas: MapCanvas) -> QImage:
    focused = QApplication.focusWidget()
    if focused is not None:
        focused.clearFocus()
    canvas.finish_painting()
    return canvas.grab().toImage()


CHANGES: dict[str, Callable[[MapCanvas], None]] = {
    "another case selected": lambda canvas: canvas.set_state(replace(STATE, selected_case_id="EX-20003")),
    "a case less": lambda canvas: canvas.set_state(replace(STATE, markers=FEWER)),
    "a lane broken": lambda canvas: canvas.set_state(replace(STATE, selected_lane_ids=frozenset({LANE}))),
    "another way": lambda canvas: canvas.set_state(replace(STATE, alternative_lane_ids=frozenset({LANE}))),
    "a site less": lambda canvas: canvas.set_state(replace(STATE, nodes=STATE.nodes[1:])),
    "calm lanes": lambda canvas: canvas.set_state(replace(STATE, show_risk=False)),
    "only critical ones": lambda canvas: canvas.set_severities(frozenset({4})),
    "moved": lambda canvas: canvas.move_by(40, 25),
    "nearer": lambda canvas: canvas.zoom_by(1.3),
    "larger": lambda canvas: canvas.resize(560, 320),
    "light": lambda _canvas: apply(QApplication.instance(), light()),  # type: ignore[arg-type]  # is there
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changes_is_seen_at_once(
    new_canvas: Callable[[], MapCanvas], change: Callable[[MapCanvas], None]
) -> None:
    kept, fresh = new_canvas(), new_canvas()
    kept.set_state(STATE)
    before = picture(kept)
    change(kept)
    fresh.set_state(STATE)
    change(fresh)
    after = picture(kept)
    assert share_far_off(after, picture(fresh)) == 0.0
    assert share_far_off(after, before) > 0.0


def test_a_map_at_rest_draws_its_groups_once(
    new_canvas: Callable[[], MapCanvas], monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = new_canvas()
    canvas.set_state(STATE)
    picture(canvas)
    drawn: list[FrameItems] = []
    whole = Foreground.paint_still

    def noted(front: Foreground, painter: QPainter, items: FrameItems, theme: Theme, ratio: float) -> bool:
        drawn.append(items)
        return whole(front, painter, items, theme, ratio)

    monkeypatch.setattr(Foreground, "paint_still", noted)
    for case_id in STATE.markers.ids[:5]:
        canvas.set_state(replace(STATE, selected_case_id=case_id))
        canvas.repaint()
    assert not drawn
    canvas.set_state(replace(STATE, markers=FEWER))
    canvas.repaint()
    assert drawn
