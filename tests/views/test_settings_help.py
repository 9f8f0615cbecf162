"""Settings, messages, about, diagnostics and help, by real keys and clicks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.fault_log import crashed_before, last_crashes, set_crash_aside
from tests.support.open_window import OpenWindow, open_window
from views.case_queue.state import Density
from views.help.topics import TOPIC_OF, topics, topics_with
from views.settings.state import Part, SettingsShown
from views.theme import apply, dark, theme_of

KEY = Qt.Key


def shown() -> SettingsShown:
    return SettingsShown(
        version="0.1.0",
        desk=(("Profile", "demo (demo)"), ("Hub", "http://127.0.0.1:1/")),
        parts=(Part(name="Python", version="3.11.7", licence="PSF-2.0"),),
        notice="Inter typeface, OFL-1.1",
        diagnostics="control-tower 0.1.0\nsource erp: read 8 s ago",
    )


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    opened = open_window(qtbot, qapp)
    opened.press(KEY.Key_G, KEY.Key_E)
    opened.window.apply_page(shown())
    qapp.processEvents()
    return opened


def test_desk_parts_and_licences_are_shown(desk: OpenWindow) -> None:
    page = desk.window.settings
    assert desk.intents.calls[-1] == ("look_at", "settings")
    assert desk.window.rail.buttons["settings"].isChecked()
    assert page.version.text().startswith("Fulfilment Tower, 0.1.0.")
    assert [(line.title, line.right, line.text) for line in page.parts.lines()] == [
        ("Python", "3.11.7", "PSF-2.0")
    ]
    assert page.notice.toPlainText() == "Inter typeface, OFL-1.1"
    desk.window.apply_page(shown())
    assert page.facts.rowCount() == 2, "the same facts again add no rows"


def test_theme_and_row_height_are_chosen_here(desk: OpenWindow, qapp: QApplication) -> None:
    page = desk.window.settings
    desk.click(page.theme.button("light"))
    assert desk.intents.calls[-1] == ("set_theme", "light")
    assert theme_of(desk.window).name == "light"
    apply(qapp, dark())
    desk.click(page.density.button(Density.COMPACT))
    table = desk.window.tower.queue.table
    assert table.verticalHeader().defaultSectionSize() == 26
    assert table.density is Density.COMPACT


def test_messages_are_kept_newest_first(desk: OpenWindow) -> None:
    page = desk.window.settings
    assert page.no_messages.isVisible()
    desk.window.show_toast("First.", "info")
    desk.window.show_toast("Then an <b>error</b>.", "error")
    assert [line.title for line in page.messages.lines()] == ["Then an <b>error</b>.", "First."]


def test_the_bell_counts_what_was_not_looked_at(desk: OpenWindow) -> None:
    bell = desk.window.top.bell
    desk.window.show_page("tower")
    desk.window.show_toast("One.", "info")
    desk.window.show_toast("Two.", "warning")
    assert bell.accessibleName() == "Messages, 2 new ones"
    desk.click(bell)
    assert desk.window.page == "settings"
    assert bell.accessibleName() == "Messages"
    desk.window.show_toast("Seen at once.", "info")
    assert bell.unseen == 0


def test_diagnostics_go_to_the_clipboard(desk: OpenWindow) -> None:
    desk.click(desk.window.settings.diagnostics)
    assert QApplication.clipboard().text().startswith("control-tower 0.1.0")
    assert desk.window.toasts.history[-1] == (
        "ok",
        "Diagnostics copied: 2 lines of versions, states and counts.",
    )


def test_diagnostics_asked_for_early_are_copied_once_they_are_read(qtbot: QtBot, qapp: QApplication) -> None:
    early = open_window(qtbot, qapp, filled=False)
    early.window.settings.copy_diagnostics()
    assert "in a moment" in early.window.toasts.history[-1][1]
    early.window.apply_page(shown())
    assert QGuiApplication.clipboard().text() == shown().diagnostics


def test_after_a_crash_the_next_start_says_so_and_offers_diagnostics(desk: OpenWindow) -> None:
    notice = desk.window.crash_notice
    assert not notice.isVisible()
    notice.tell()
    assert notice.isVisible()
    assert "What was signed and synced is safe." in notice.words.text()
    desk.click(notice.copy)
    assert desk.window.page == "settings"
    assert QGuiApplication.clipboard().text() == shown().diagnostics
    assert not notice.isVisible()


def test_a_crash_is_told_once(tmp_path: Path) -> None:
    assert not crashed_before(tmp_path)
    (tmp_path / "window.crash").write_text("Fatal Python error: Aborted\n", encoding="utf-8")
    (tmp_path / "sync-worker.crash").touch()
    assert crashed_before(tmp_path)
    set_crash_aside(tmp_path, "window")
    assert not crashed_before(tmp_path)
    assert last_crashes(tmp_path) == ("window\nFatal Python error: Aborted",)


def test_f1_opens_the_topic_of_the_page_and_esc_leaves(desk: OpenWindow) -> None:
    desk.press(KEY.Key_G, KEY.Key_R, KEY.Key_F1)
    help_panel = desk.window.help
    assert help_panel.isVisible()
    assert help_panel.text.toPlainText().startswith("Rules and rights")
    desk.press(KEY.Key_Down)
    assert help_panel.text.toPlainText().startswith("Sources")
    help_panel.field.setFocus()
    desk.type("diagnostics")
    assert [line.title for line in help_panel.list.lines()] == ["Settings and help"]
    assert help_panel.text.toPlainText().startswith("Settings and help")
    desk.type("xyzzy")
    assert help_panel.nothing.isVisible()
    desk.press(KEY.Key_Escape)
    assert not help_panel.isVisible()
    assert desk.window.page == "rules"


def test_letters_typed_into_the_help_do_not_act_on_the_page(desk: OpenWindow) -> None:
    desk.press(KEY.Key_G, KEY.Key_T, KEY.Key_F1)
    before = list(desk.intents.calls)
    desk.press(KEY.Key_E, KEY.Key_J)
    assert desk.intents.calls == before
    desk.press(KEY.Key_Escape)


def test_every_page_has_its_topic_and_the_keys_in_it_exist(desk: OpenWindow) -> None:
    names = {topic.name for topic in topics()}
    assert set(TOPIC_OF.values()) <= names
    keys = {key for action in desk.window.keys.actions for key in action.keys}
    known = {part for key in keys for part in key.split(",")} | {"Enter", "Esc"}
    text = "\n".join(topic.text for topic in topics())
    named = set(re.findall(r"\*\*([A-Z]|Esc|Enter|F1|Ctrl\+[A-Z]|\?|/)\*\*", text))
    assert {"J", "K", "?", "Ctrl+K"} <= named
    assert named <= known
    assert topics_with("quarantine")[0].name == "sources"
