"""The small widgets: what they say, what a click does, and that they are drawn where they should be."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.support.render import grab, save
from views.map.card import place_card
from views.theme import apply, dark, light
from views.widgets.buttons import TowerButton
from views.widgets.focus_ring import paint_focus_ring
from views.widgets.labels import ElidedLabel, frame, label
from views.widgets.meter import paint_meter
from views.widgets.number_field import NumberField
from views.widgets.pill import Pill
from views.widgets.severity_mark import paint_severity_mark, severity_path
from views.widgets.sparkline import paint_sparkline, spark_points

RED, TRACK = QColor("#ff0000"), QColor("#202020")


@pytest.fixture
def host(qtbot: QtBot, qapp: QApplication) -> QWidget:
    apply(qapp, dark())
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


@pytest.fixture
def picture(qapp: QApplication) -> QImage:
    blank = QImage(60, 40, QImage.Format.Format_RGB32)
    blank.fill(0)
    return blank


def test_each_severity_has_a_shape_of_its_own() -> None:
    paths = [severity_path(level, QPointF(0, 0), 12) for level in (1, 2, 3, 4)]
    assert all(one != other for one in paths for other in paths if one is not other)
    for path in paths:
        assert 9 <= path.boundingRect().width() <= 14


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_a_mark_has_its_severity_s_colour_inside_its_halo(picture: QImage, level: int) -> None:
    painter = QPainter(picture)
    paint_severity_mark(painter, level, QPointF(30, 20), 12, dark(), halo=RED)
    painter.end()
    assert picture.pixelColor(30, 20) == dark().severity(level).mark
    across = [picture.pixelColor(x, 20).red() for x in range(60)]
    assert 255 in across, "the halo"
    assert across[:20] == [0] * 20


def test_a_focus_ring_runs_round_the_edge_and_leaves_the_middle(picture: QImage) -> None:
    painter = QPainter(picture)
    paint_focus_ring(painter, QRectF(0, 0, 60, 40), dark())
    painter.end()
    assert picture.pixelColor(30, 1) == dark().accent
    assert picture.pixelColor(30, 20) == QColor("#000000")


@pytest.mark.parametrize(("share", "filled_to"), [(-1.0, 0), (0.5, 30), (1.0, 59), (7.0, 59)])
def test_a_meter_is_filled_to_its_share_and_no_further(picture: QImage, share: float, filled_to: int) -> None:
    painter = QPainter(picture)
    paint_meter(painter, QRectF(0, 18, 60, 4), share, RED, TRACK)
    painter.end()
    reds = [x for x in range(60) if picture.pixelColor(x, 20).red() > 200]
    assert abs((max(reds) if reds else 0) - filled_to) <= 1


@given(values=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40))
def test_a_sparkline_stays_in_its_box_and_goes_up_for_more(values: list[float]) -> None:
    points = spark_points(values, QRectF(0, 0, 50, 20))
    assert all(-1e-6 <= point.x() <= 50 + 1e-6 and -1e-6 <= point.y() <= 20 + 1e-6 for point in points)
    highest, lowest = values.index(max(values)), values.index(min(values))
    assert points[highest].y() <= points[lowest].y()


def test_a_sparkline_of_one_value_draws_nothing(picture: QImage) -> None:
    blank = picture.copy()
    painter = QPainter(picture)
    paint_sparkline(painter, [3.0], QRectF(picture.rect()), RED)
    assert picture == blank
    paint_sparkline(painter, [3.0, 5.0], QRectF(picture.rect()), RED)
    painter.end()
    assert picture != blank


def test_a_pill_is_named_by_its_word_and_grows_with_it(host: QWidget) -> None:
    pill = Pill("New", "neutral", parent=host)
    narrow = pill.sizeHint().width()
    pill.set_pill("Waiting for approval", "accent", severity=3)
    assert pill.accessibleName() == pill.text() == "Waiting for approval"
    assert pill.sizeHint().width() > narrow + 60


def test_a_long_text_is_shortened_and_kept_whole_for_a_reader(host: QWidget) -> None:
    text = "Carrier no-show on LD-55102 from Columbus to Washington"
    made = ElidedLabel(text, "secondary", host)
    made.setFixedWidth(120)
    made.show()
    assert made.shown_text().endswith("…")
    assert made.toolTip() == made.accessibleName() == text


def test_labels_and_frames_carry_their_role(host: QWidget) -> None:
    assert label("Queue", "section", host).property("role") == "section"
    assert frame("panel", host).property("role") == "panel"


def test_a_chip_toggles_and_an_icon_button_has_a_name(host: QWidget) -> None:
    chip = TowerButton("Lanes at risk", "chip", icon_name="stack-2", parent=host)
    chip.show()
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert chip.isChecked()
    bell = TowerButton("", "icon", icon_name="bell", name="Notices", parent=host)
    assert bell.accessibleName() == bell.toolTip() == "Notices"
    bell.set_icon("sun")
    assert not bell.icon().isNull()


def test_a_button_shows_where_the_keyboard_is(host: QWidget, qtbot: QtBot) -> None:
    button = TowerButton("Approve", parent=host)
    button.resize(120, 32)
    button.show()
    host.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is not None, timeout=2_000)
    button.clearFocus()
    bare = button.grab().toImage().pixelColor(60, 1)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert button.grab().toImage().pixelColor(60, 1) == dark().accent
    assert bare != dark().accent


def test_a_number_stands_in_its_field_with_air_before_it(host: QWidget) -> None:
    field = NumberField(host)
    field.resize(120, 34)
    field.show()
    ground = field.grab().toImage().pixelColor(100, 17)

    def written(number: int) -> list[int]:
        field.setValue(number)
        picture = field.grab().toImage()
        # Its frame left out.
        return [x for x in range(4, 116) if any(picture.pixelColor(x, y) != ground for y in range(5, 29))]

    assert 7 < written(8)[0] < 12
    assert written(88)[-1] > written(8)[-1] + 4


def test_widgets_take_the_colours_of_the_theme_in_force(qapp: QApplication) -> None:
    for make in (
        lambda: Pill("Critical", "critical", severity=4),
        lambda: Pill("Live", "medium", dot=True),
        lambda: TowerButton("Approve", "primary", icon_name="check"),
    ):
        in_dark, in_light = (grab(make(), theme, 200, 60) for theme in (dark(), light()))
        assert in_dark != in_light


def test_a_picture_is_written_where_it_was_asked_for(qapp: QApplication, tmp_path: Path) -> None:
    save(Pill("New"), dark(), (80, 30), tmp_path / "pill.png")
    assert QImage(str(tmp_path / "pill.png")).width() == 80


@given(x=st.floats(0, 800), y=st.floats(0, 400))
def test_a_card_stays_on_the_map(x: float, y: float) -> None:
    box = place_card(QSizeF(240, 80), QPointF(x, y), 20, QSizeF(800, 400))
    assert QRectF(0, 0, 800, 400).contains(box)


def test_a_card_does_not_hide_its_own_mark_where_there_is_room() -> None:
    box = place_card(QSizeF(240, 80), QPointF(400, 200), 20, QSizeF(800, 400))
    assert not box.intersects(QRectF(380, 180, 40, 40))
