"""The order lines across systems: signs, words, tool tips, and the way to the case behind a red stage."""

from __future__ import annotations

from datetime import UTC

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.fake_detail import detail
from tests.support.fake_stories import stories, story
from tests.support.open_window import OpenWindow, open_window
from views.case_detail.stage_strip import StageStrip, stage_at, stage_centre_px
from views.case_detail.stories import stage_words, story_counts, story_words
from views.case_detail.widget import TIMELINE

KEY = Qt.Key


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    opened = open_window(qtbot, qapp)
    opened.window.tower.detail.tabs.setCurrentIndex(TIMELINE)
    return opened


def test_a_stage_says_how_it_stands_how_many_when_and_who_says_so() -> None:
    words = stage_words(stories()[0].marks[1], UTC).splitlines()
    assert words[:3] == ["Supply: open exception", "242 of 560 units", "reserved at MEM"]
    assert words[3] == "12 Nov 2026 10:26 UTC"
    assert words[4] == "Source: erp"
    assert words[5].startswith("Open: EX-7, ")
    assert stage_words(stories()[0].marks[4], UTC).endswith("No source says anything yet")


def test_a_line_speaks_every_stage() -> None:
    assert story_words(story("dtpnnn", 1, "KT-1")) == (
        "SO-884120 line 1, KT-1: order done, supply open exception, pick in part, shipment not begun, "
        "proof of delivery not begun, invoice not begun"
    )
    assert story_counts(stories()) == "8 lines  ·  1 with open exceptions"
    assert story_counts(stories()[1:2]) == "1 line"


@pytest.mark.parametrize("width", [380, 424, 560])
def test_every_stage_is_found_where_it_is_drawn(width: int) -> None:
    assert [stage_at(width, stage_centre_px(width, n)) for n in range(6)] == list(range(6))
    assert stage_at(width, 5) == -1
    assert stage_at(width, width + 1) == -1


def test_the_panel_shows_few_lines_and_the_rest_on_demand(desk: OpenWindow) -> None:
    panel = desk.window.tower.detail.stories
    assert panel.isVisible()
    assert [strip.isVisible() for strip in panel.strips] == [True] * 6 + [False] * 2
    assert panel.more.text() == "2 lines more"
    desk.click(panel.more)
    assert all(strip.isVisible() for strip in panel.strips)
    desk.window.apply_detail(detail())
    assert panel.strips[7].isVisible(), "the same lines again stay unfolded"


def test_without_lines_the_panel_is_not_there(desk: OpenWindow) -> None:
    desk.window.apply_detail(detail(stories=()))
    assert not desk.window.tower.detail.stories.isVisible()


def test_the_keyboard_walks_the_stages_and_opens_the_case_of_a_red_one(desk: OpenWindow) -> None:
    strip = desk.window.tower.detail.stories.strips[0]
    strip.setFocus(Qt.FocusReason.TabFocusReason)
    assert strip.stage == 1, "it begins where trouble is"
    desk.press(KEY.Key_Right)
    assert strip.accessibleDescription().startswith("Pick: in part")
    before = list(desk.intents.calls)
    desk.press(KEY.Key_Return)
    assert desk.intents.calls == before, "there is no case behind a stage that is not red"
    desk.press(KEY.Key_Left, KEY.Key_Return)
    assert desk.intents.calls[-1] == ("select_case", "EX-7")


def test_a_click_on_a_red_stage_opens_its_case(desk: OpenWindow) -> None:
    strip = desk.window.tower.detail.stories.strips[0]
    where = QPoint(round(stage_centre_px(strip.width(), 1)), strip.height() // 2)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=where)
    assert desk.intents.calls[-1] == ("select_case", "EX-7")


def test_tool_tips_show_foreign_text_as_it_is(qtbot: QtBot) -> None:
    strip = StageStrip(stories()[3])
    qtbot.addWidget(strip)
    assert "&lt;b&gt;markup&lt;/b&gt;" in strip.tip_at(10)
    assert "<b>" not in strip.tip_at(10)
