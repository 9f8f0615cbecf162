"""Every page as a whole: names for a screen reader, the keyboard's way, paper, themes, platforms."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.support.fake_approvals import approvals, ledger
from tests.support.fake_kpis import figures
from tests.support.fake_rules import shown as rules_shown
from tests.support.fake_tower import SUPERVISOR, snapshot
from tests.support.open_window import OpenWindow, open_window
from tests.support.source_tree import REPOSITORY
from views.case_queue.export import queue_export
from views.export import ExportColumn, ExportTable
from views.shell.state import Page
from views.table_document import MOST_ROWS, write_pdf
from views.theme import apply, dark, theme_of

PAGES: tuple[Page, ...] = ("tower", "approvals", "kpis", "rules", "sources", "settings")


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    opened = open_window(qtbot, qapp)
    opened.window.apply_snapshot(snapshot(who=SUPERVISOR, approvals=approvals(SUPERVISOR)))
    opened.window.apply_page(ledger())
    opened.window.apply_page(figures())
    opened.window.apply_page(rules_shown())
    qapp.processEvents()
    return opened


# ---------------------------------------------------------------------- screen readers and the keyboard
def takes_focus(widget: QWidget) -> bool:
    return (
        widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        # Qt gives a label its text as its name.
        and not (isinstance(widget, QLabel) and widget.text())
        and not isinstance(widget.parentWidget(), (QLineEdit, QComboBox))
        and not widget.objectName().startswith("qt_")
    )


def test_everything_that_takes_the_keyboard_says_its_name(desk: OpenWindow, qapp: QApplication) -> None:
    nameless: list[str] = []
    for page in PAGES:
        desk.window.show_page(page)
        qapp.processEvents()
        nameless += [
            f"{page}: {type(widget).__name__} in {type(widget.parentWidget()).__name__}"
            for widget in desk.window.findChildren(QWidget)
            if takes_focus(widget) and not widget.accessibleName()
        ]
    assert nameless == []


def test_tab_leads_through_every_page_and_shows_where_it_is(desk: OpenWindow, qapp: QApplication) -> None:
    for page in PAGES:
        desk.window.show_page(page)
        qapp.processEvents()
        seen: list[QWidget] = []
        for _ in range(60):
            QTest.keyClick(desk.focus(), Qt.Key.Key_Tab)
            now = desk.focus()
            if now in seen:
                break
            seen.append(now)
        assert len(seen) > 5, f"the keyboard is caught on {page}"
        button = next(each for each in seen if not isinstance(each, QAbstractItemView))
        button.clearFocus()
        plain = button.grab().toImage()
        button.setFocus(Qt.FocusReason.TabFocusReason)
        qapp.processEvents()
        assert button.grab().toImage() != plain, f"{type(button).__name__} on {page} shows no focus"


def test_space_presses_the_button_that_has_the_keyboard(desk: OpenWindow) -> None:
    shown = [each for each in desk.window.tower.findChildren(QPushButton) if takes_focus(each)]
    deaf = []
    for button in shown:
        button.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyPress(button, Qt.Key.Key_Space)
        deaf += [] if button.isDown() else [button.accessibleName() or button.text()]
        button.setDown(False)
    assert deaf == []
    assert len(shown) > 10
    assert not desk.window.tower_model.queue.bulk.marked, "the key marks cases in the queue only"


def test_the_map_has_its_table(desk: OpenWindow) -> None:
    markers = set(desk.window.tower.map.state().markers.ids)
    queue = desk.window.tower_model.queue
    assert markers <= {queue.store.id_at(row) for row in range(len(queue.store))}
    assert "The queue lists the same cases." in desk.window.tower.map.accessibleDescription()


# ---------------------------------------------------------------------- paper
def test_a_table_becomes_a_document_with_every_row(desk: OpenWindow, tmp_path: Path) -> None:
    table = queue_export(desk.window.tower_model.queue.store, "USD")
    file = tmp_path / "queue.pdf"
    pages = write_pdf(file, table)
    body = file.read_bytes()
    assert body.startswith(b"%PDF-")
    assert body.count(b"/Type /Page\n") == pages > 10


def test_paper_ends_where_nobody_reads_on(qapp: QApplication, tmp_path: Path) -> None:
    columns = (ExportColumn(title="Row"), ExportColumn(title="Amount", kind="cents"))
    rows = MOST_ROWS * 3
    table = ExportTable(
        title="Long", columns=columns, count=rows, rows=lambda: ((f"=row {n}", n) for n in range(rows))
    )
    assert qapp is not None
    assert write_pdf(tmp_path / "long.pdf", table) < rows / 20
    with pytest.raises(OSError, match="No such file"):
        write_pdf(tmp_path / "nowhere" / "a.pdf", table)


# ---------------------------------------------------------------------- the desktop's theme
def test_the_system_theme_follows_the_desktop(desk: OpenWindow, qapp: QApplication) -> None:
    desk.window.show_page("settings")
    desk.click(desk.window.settings.theme.button("system"))
    assert desk.intents.calls[-1] == ("set_theme", "system")
    hints = QGuiApplication.styleHints()
    before = theme_of(desk.window).name
    assert before == ("light" if hints.colorScheme() is Qt.ColorScheme.Light else "dark")
    desk.click(desk.window.settings.theme.button("light"))
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme_of(desk.window).name == "light", "a chosen theme does not follow"
    apply(qapp, dark())


# ---------------------------------------------------------------------- platforms
def look(**environment: str) -> dict[str, object]:
    """The window in a process of its own, on another platform or scale; what it said of itself."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.support.window_process"],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, object] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("scale", ["1.25", "1.5", "2"])
def test_nothing_is_cut_off_at_a_larger_scale(scale: str) -> None:
    found = look(QT_QPA_PLATFORM="offscreen", QT_SCALE_FACTOR=scale)
    assert found["ratio"] == float(scale)
    assert found["clipped"] == []
    assert found["messages"] == []


def test_the_window_runs_on_a_real_x_server(tmp_path: Path) -> None:
    server = shutil.which("Xvfb")
    assert server is not None, "install xvfb"
    reading, writing = os.pipe()
    screen = subprocess.Popen(
        [server, "-displayfd", str(writing), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            display = told.readline().strip()
        picture = tmp_path / "screen.png"
        found = look(QT_QPA_PLATFORM="xcb", DISPLAY=f":{display}", WINDOW_PICTURE=str(picture))
    finally:
        screen.terminate()
        screen.wait()
    assert found["platform"] == "xcb"
    assert found["messages"] == []
    assert found["selected_after_j"] != found["selected_before_j"], "keys reach the window"
    assert picture.stat().st_size > 20_000
