"""The frame of the window: pages, banner, toasts, palette, keys, people, themes."""

from __future__ import annotations

from datetime import UTC

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.support.fake_tower import FIRST_ID, NOW, kpis, offline, snapshot
from tests.support.open_window import OpenWindow, open_window
from tests.support.render import grab
from views.shell.banner import banner_words
from views.shell.state import Identity, JobRow, OfflineState
from views.shell.toasts import MOST
from views.theme import apply, dark, light
from views.tower.kpi_strip import change_words, value_words
from views.tower.state import Kpi

KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    return open_window(qtbot, qapp)


# ---------------------------------------------------------------------- pages and keys
def test_the_rail_and_the_keys_change_pages(desk: OpenWindow) -> None:
    desk.click(desk.window.rail.buttons["approvals"])
    assert desk.window.rail.buttons["approvals"].isChecked()
    assert desk.window.approvals.isVisible()
    desk.press(KEY.Key_G, KEY.Key_S)
    assert desk.window.sources.isVisible()
    desk.press(KEY.Key_G, KEY.Key_T)
    assert desk.window.tower.isVisible()


def test_keys_of_a_page_rest_on_the_others(desk: OpenWindow) -> None:
    desk.window.show_page("sources")
    before = len(desk.intents.calls)
    desk.press(KEY.Key_E, KEY.Key_J)
    assert len(desk.intents.calls) == before


def test_the_badge_counts_what_waits(desk: OpenWindow) -> None:
    assert desk.window.rail.buttons["approvals"].badge() == 2
    assert desk.window.rail.buttons["approvals"].accessibleName() == "Approve, 2 waiting"


def test_the_key_sheet_opens_and_any_key_puts_it_away(desk: OpenWindow) -> None:
    desk.press(KEY.Key_Question)
    sheet = desk.window.key_sheet
    assert sheet.isVisible()
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    assert {"Assign the case", "G then A", "Ctrl+K"} <= shown
    desk.press(KEY.Key_J)
    assert not sheet.isVisible()
    assert desk.selected == FIRST_ID


# ---------------------------------------------------------------------- offline
def test_the_banner_says_what_is_shown_and_what_waits(desk: OpenWindow) -> None:
    assert not desk.window.banner.isVisible()
    desk.window.apply_snapshot(snapshot(offline=offline()))
    assert desk.window.banner.isVisible()
    words = "Showing data from 14:42 - 3 changes queued - cannot reach hub and TMS"
    assert desk.window.banner.words.text() == words
    assert desk.window.top.health.text() == "Offline"
    desk.click(desk.window.banner.retry)
    assert desk.intents.calls[-1] == ("sync_now", "")
    desk.window.apply_snapshot(snapshot())
    assert not desk.window.banner.isVisible()


def test_the_banner_without_data_yet() -> None:
    assert banner_words(OfflineState(unreachable=("ERP",)), NOW, UTC) == "Cannot reach ERP"


# ---------------------------------------------------------------------- toasts
def test_at_most_three_messages_and_errors_stay(desk: OpenWindow, qtbot: QtBot) -> None:
    desk.window.toasts._shown_ms = 30
    desk.window.show_toast("The TMS refused the booking. Look at its reason.", "error")
    for number in range(MOST + 1):
        desk.window.show_toast(f"Note {number}", "ok")
    assert len(desk.window.toasts.toasts) == MOST
    assert len(desk.window.toasts.history) == MOST + 2
    desk.window.show_toast("It failed again.", "error")
    qtbot.waitUntil(lambda: [t.text for t in desk.window.toasts.toasts] == ["It failed again."])
    desk.click(desk.window.toasts.toasts[0].dismiss)
    assert not desk.window.toasts.isVisible()


# ---------------------------------------------------------------------- palette
def test_the_palette_finds_a_case(desk: OpenWindow) -> None:
    desk.click_row(5)
    QTest.keyClick(desk.focus(), KEY.Key_K, CTRL)
    palette = desk.window.palette_overlay
    assert palette.isVisible()
    desk.type("884120")
    assert palette.list.lines()[0].key == f"case:{FIRST_ID}"
    desk.press(KEY.Key_Return)
    assert not palette.isVisible()
    assert desk.selected == FIRST_ID


def test_the_palette_runs_a_command_and_esc_leaves_it(desk: OpenWindow) -> None:
    desk.click(desk.window.top.search)
    palette = desk.window.palette_overlay
    desk.type("go to")
    titles = [line.title for line in palette.list.lines()]
    assert titles == [
        f"Go to {p}" for p in ("the tower", "what-if", "approvals", "figures", "rules", "sources", "settings")
    ]
    desk.press(KEY.Key_Down, KEY.Key_Return)
    assert desk.window.page == "what_if"
    QTest.keyClick(desk.focus(), KEY.Key_K, CTRL)
    desk.press(KEY.Key_Escape)
    assert not palette.isVisible()


# ---------------------------------------------------------------------- jobs and people
def test_a_job_shows_its_progress_and_can_be_cancelled(desk: OpenWindow) -> None:
    strip = desk.window.status.jobs
    assert strip.share.text() == "62 %"
    desk.click(strip.cancel)
    assert desk.intents.calls[-1] == ("cancel_job", "job-1")
    sync = JobRow(job_id="a", title="Sync", cancellable=False)
    solve = JobRow(job_id="b", title="Solve", share=0.5)
    desk.window.apply_snapshot(snapshot(jobs=(sync, solve)))
    assert strip.more.text() == "+1 more"
    assert not strip.cancel.isVisible()
    strip.more_menu().actions()[0].trigger()
    assert desk.intents.calls[-1] == ("cancel_job", "b")
    desk.window.apply_snapshot(snapshot(jobs=()))
    assert not strip.isVisible()


def test_another_person_takes_the_desk(desk: OpenWindow) -> None:
    assert desk.window.top.avatar.text() == "AM"
    menu = desk.window.top.people_menu()
    assert [a.isChecked() for a in menu.actions()] == [True, False, False, False]
    menu.actions()[1].trigger()
    assert desk.intents.calls[-1] == ("switch_identity", "jokafor")


def test_initials() -> None:
    assert Identity(user_id="x", name="Ada Lovelace", role="Planner").initials == "AL"
    assert Identity(user_id="x", name="Ada", role="Planner").initials == "AD"
    assert Identity(user_id="bo", name="", role="Planner").initials == "BO"


# ---------------------------------------------------------------------- figures
def test_the_figures() -> None:
    value = next(k for k in kpis() if k.key == "value")
    assert value_words(value, "USD") == "$2.84M"
    assert change_words(value, "USD") == ("▼ $120k since 08:00", "ok")
    assert value_words(Kpi(key="x", title="X", value=None), "USD") == "—"
    flat = Kpi(key="x", title="X", value=3, delta=0, period="vs 1 h ago")
    assert change_words(flat, "USD") == ("unchanged vs 1 h ago", "neutral")


def test_a_low_window_folds_the_figures(desk: OpenWindow, qtbot: QtBot) -> None:
    assert desk.window.tower.kpis.height() == 88
    desk.window.resize(1_366, 768)
    qtbot.waitUntil(lambda: desk.window.tower.kpis.height() == 40)
    assert not desk.window.tower.is_overlay()


# ---------------------------------------------------------------------- looks
def test_the_theme_changes_and_is_remembered(desk: OpenWindow, qapp: QApplication) -> None:
    desk.click(desk.window.top.theme_button)
    assert desk.intents.calls[-1] == ("set_theme", "light")
    assert desk.window.top.theme_button.accessibleName() == "Dark theme"
    assert desk.window.grab().toImage().pixelColor(300, 980) == light().panel
    apply(qapp, dark())


def colours(picture: QImage) -> set[int]:
    return {
        QColor(picture.pixel(x, y)).rgb()
        for x in range(0, picture.width(), 7)
        for y in range(0, picture.height(), 7)
    }


def test_every_page_is_drawn_in_both_themes(desk: OpenWindow, qapp: QApplication) -> None:
    for theme in (light(), dark()):
        for page in ("tower", "approvals", "sources"):
            desk.window.show_page(page)
            shown = colours(grab(desk.window, theme, 1_600, 1_000))
            assert len(shown) > 12, f"{page} in the {theme.name} theme is nearly blank"
            assert theme.panel.rgb() in shown


def test_everything_that_takes_input_has_a_name(desk: OpenWindow) -> None:
    desk.window.tower.detail.tabs.setCurrentIndex(0)
    kinds: tuple[type[QWidget], ...] = (QAbstractButton, QLineEdit)
    nameless = [
        type(widget).__name__
        for kind in kinds
        for widget in desk.window.findChildren(kind)
        if not widget.accessibleName() and widget.objectName() != "qt_toolbar_ext_button"
        if not isinstance(widget.parentWidget(), QLineEdit) and type(widget).__module__.startswith("views")
    ]
    assert nameless == []
