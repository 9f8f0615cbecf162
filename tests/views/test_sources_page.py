"""Sources: health with its reason, schedule, failures and the quarantine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from domain.health import HealthColour, SourceHealth
from domain.ids import SourceName
from tests.support.fake_tower import NOW, snapshot, sources
from tests.support.open_window import OpenWindow, open_window
from views.shell.status_bar import source_age
from views.sources.settings_sheet import options_of
from views.sources.source_card import source_facts
from views.sources.state import SourceSettingsRow, SourcesShown, SourceTested

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


@pytest.mark.parametrize("width_px", [1_024, 1_366, 1_920])
def test_the_status_bar_cuts_no_word_and_keeps_what_is_not_well(desk: OpenWindow, width_px: int) -> None:
    desk.window.resize(width_px, 768)
    erp, wms, tms = sources()
    many = (tms, *(replace(erp, source=SourceName(f"SOURCE-{n}")) for n in range(20)), wms)
    desk.window.apply_snapshot(snapshot(sources=many))
    QApplication.processEvents()
    bar = desk.window.status
    shown = [dot for dot in bar.dots if dot.isVisible()]
    assert shown[0].text() == "TMS"
    assert bar.more.isVisible()
    assert bar.more.text() == f"+{len(many) - len(shown)} more"
    words: list[QAbstractButton | QLabel] = [bar.more, bar.jobs.title, bar.jobs.share, bar.jobs.cancel]
    for each in (*shown, *words, bar.clock):
        assert each.width() >= each.sizeHint().width(), each.text()
    assert not any(left.geometry().intersects(right.geometry()) for left, right in pairwise(shown))
    desk.click(bar.more)
    assert desk.window.page == "sources"
    desk.window.apply_snapshot(snapshot())
    assert [dot.isVisible() for dot in bar.dots[:4]] == [True, True, True, False]
    assert not bar.more.isVisible()


TMS = SourceSettingsRow(
    source="TMS",
    system="service",
    address="http://127.0.0.1:8470/tms",
    poll_seconds=30,
    secret="tms-secret",
    options=(("auth", "token"),),
)


def test_settings_are_tested_as_edited_and_kept(desk: OpenWindow) -> None:
    window = desk.window
    cards = window.sources.cards
    assert not cards[2].settings.isEnabled(), "nothing is known of it yet"
    window.apply_page(SourcesShown(settings=(TMS,), secrets="system keyring (SecretService.Keyring)"))
    assert window.sources.secrets.text() == "Credentials are kept in: system keyring (SecretService.Keyring)"
    assert [card.settings.isEnabled() for card in cards] == [False, False, True]

    desk.click(cards[2].settings)
    sheet = window.settings_sheet
    assert sheet.isVisible()
    assert sheet.credential.text() == "tms-secret, kept in: system keyring (SecretService.Keyring)"
    sheet.address.selectAll()
    desk.type("https://tms.example/g")
    assert window.page == "sources", "letters typed here are no keys of the page"
    desk.click(sheet.test)
    edited = replace(TMS, address="https://tms.example/g")
    assert desk.intents.calls[-1] == ("ask_source", edited)
    assert not sheet.test.isEnabled()
    window.apply_page(SourceTested(source="ERP", reachable=True, why=""))
    assert sheet.outcome.text() == "Asking TMS …", "the answer of another source says nothing"
    window.apply_page(SourceTested(source="TMS", reachable=False, why="It took more than 5 s."))
    assert sheet.outcome.text() == "It does not answer. It took more than 5 s."
    assert sheet.test.isEnabled()

    desk.click(sheet.save)
    assert desk.intents.calls[-1] == ("save_source", edited)
    assert not sheet.isVisible()


def test_settings_of_the_demo_can_be_tested_and_not_changed(desk: OpenWindow) -> None:
    window = desk.window
    window.apply_page(SourcesShown(settings=(TMS,), secrets="memory", why_fixed="The demo makes its own."))
    desk.click(window.sources.cards[2].settings)
    sheet = window.settings_sheet
    assert (sheet.save.isVisible(), sheet.fixed.text()) == (False, "The demo makes its own.")
    assert sheet.address.isReadOnly()
    desk.press(Qt.Key.Key_Space)
    assert desk.intents.calls[-1] == ("ask_source", TMS), "the keyboard begins at the test"
    desk.press(Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_options_stand_one_a_line() -> None:
    assert options_of("user = t\n\nnonsense\ndatabase = a = b\ngone =\n") == (
        ("database", "a = b"),
        ("user", "t"),
    )
