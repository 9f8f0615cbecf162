"""Sources: health with its reason, schedule, failures and the quarantine."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from domain.health import HealthColour, SourceHealth
from domain.ids import SourceName
from tests.support.fake_tower import NOW, snapshot
from tests.support.open_window import OpenWindow, open_window
from views.shell.status_bar import source_age
from views.sources.source_card import source_facts

NEVER = SourceHealth(
    source=SourceName("ERP"),
    colour=HealthColour.RED,
    why="It has not answered yet.",
    last_success_at=None,
    last_attempt_at=None,
    lag_seconds=None,
)


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    made = open_window(qtbot, qapp)
    made.window.show_page("sources")
    qapp.processEvents()
    return made


def test_each_source_has_its_card(desk: OpenWindow) -> None:
    cards = desk.window.sources.cards
    assert [card.name.text() for card in cards] == ["ERP", "WMS", "TMS"]
    tms = cards[2]
    assert tms.health.text() == "Slow"
    assert "timed out once" in tms.why.text()
    assert tms.values["lag"].text() == "2 min"
    assert tms.values["failures"].text() == "1"
    assert tms.values["every"].text() == "every 30 s"
    assert tms.values["next"].text() == "in 22 s"


def test_a_source_never_read_says_so() -> None:
    facts = source_facts(NEVER, NOW, UTC)
    assert (facts["success"], facts["lag"], facts["next"], facts["every"]) == ("never", "—", "—", "on demand")
    assert source_age(NEVER, NOW) == "never read"


def test_one_source_or_all_can_be_read_now(desk: OpenWindow) -> None:
    desk.click(desk.window.sources.cards[1].sync)
    assert desk.intents.calls[-1] == ("sync_now", "WMS")
    desk.click(desk.window.sources.sync_all)
    assert desk.intents.calls[-1] == ("sync_now", "")


def test_a_quarantined_record_can_be_tried_again(desk: OpenWindow) -> None:
    page = desk.window.sources
    assert page.quarantine_title.text() == "Quarantine  2"
    assert not page.retry.isEnabled()
    where = page.quarantine.visualRect(page.quarantine.model().index(1, 0)).center()
    QTest.mouseClick(page.quarantine.viewport(), Qt.MouseButton.LeftButton, pos=where)
    desk.click(page.retry)
    assert desk.intents.calls[-1] == ("retry_quarantined", "q-2")


def test_an_empty_quarantine_is_good_news(desk: OpenWindow) -> None:
    desk.window.apply_snapshot(snapshot([], quarantine=()))
    assert desk.window.sources.none_quarantined.isVisible()
    assert not desk.window.sources.retry.isEnabled()


def test_the_status_bar_shows_dot_name_and_age(desk: OpenWindow) -> None:
    dots = desk.window.status.dots
    assert [dot.text() for dot in dots] == ["ERP", "WMS", "TMS"]
    assert [dot.age() for dot in dots] == ["8 s", "12 s", "2 min slow"]
    desk.window.apply_clock(NOW + timedelta(seconds=50))
    assert dots[0].age() == "58 s"
    desk.window.show_page("tower")
    desk.click(dots[2])
    assert desk.window.page == "sources"
