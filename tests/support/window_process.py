"""A process of its own that shows the window on its environment's platform and scale, and reports as JSON."""

from __future__ import annotations

import json
import os
import sys

from PySide6.QtCore import Qt, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from tests.support.fake_approvals import approvals
from tests.support.fake_detail import detail
from tests.support.fake_intents import FakeIntents
from tests.support.fake_tower import snapshot
from views.shell.application import make_application
from views.shell.window import TowerWindow
from views.widgets.labels import ElidedLabel

PAGES = ("tower", "approvals", "sources", "settings")
SIZE_PX = (1_366, 768)
#: What a platform without a window manager says of itself.
HARMLESS = "This plugin does not support"
#: Padding and an icon, at most, beside the words of a button.
PAD_PX = 90


def clipped(window: QWidget) -> list[str]:
    """Words that have less room than they need."""
    found = []
    worded: list[QLabel | QAbstractButton] = [
        *window.findChildren(QLabel),
        *window.findChildren(QAbstractButton),
    ]
    for widget in worded:
        if not widget.isVisible() or isinstance(widget, ElidedLabel) or not widget.text():
            continue
        if isinstance(widget, QLabel) and widget.wordWrap():
            wanted, room = widget.heightForWidth(widget.width()), widget.height()
        else:
            words_px = widget.fontMetrics().horizontalAdvance(widget.text()) + PAD_PX
            wanted, room = min(widget.sizeHint().width(), words_px), widget.width()
        if wanted > room + 1:
            found.append(f"{widget.text()!r} wants {wanted} px and has {room}")
    return found


def main() -> int:
    """Show the pages, press J, and print what was found."""
    messages: list[str] = []
    qInstallMessageHandler(lambda _kind, _context, text: messages.append(text))
    application: QApplication = make_application("dark")
    window = TowerWindow(FakeIntents(), held_ms=0)
    window.resize(*SIZE_PX)
    window.show()
    window.activateWindow()
    window.apply_snapshot(snapshot(approvals=approvals()))
    window.apply_detail(detail())
    found: list[str] = []
    for page in PAGES:
        window.show_page(page)
        for _ in range(4):
            application.processEvents()
        found += [f"{page}: {words}" for words in clipped(window)]
    window.show_page("tower")
    window.tower.map.finish_painting()
    application.processEvents()
    before = window.tower_model.queue.selected_id
    QTest.keyClick(window.tower.queue.table, Qt.Key.Key_J)
    application.processEvents()
    picture = os.environ.get("WINDOW_PICTURE", "")
    if picture:
        screen = QGuiApplication.primaryScreen()
        (screen.grabWindow(0) if application.platformName() == "xcb" else window.grab()).save(picture)
    report = {
        "platform": application.platformName(),
        "ratio": window.devicePixelRatioF(),
        "clipped": found,
        "messages": [text for text in messages if HARMLESS not in text],
        "selected_before_j": before,
        "selected_after_j": window.tower_model.queue.selected_id,
    }
    window.close()
    sys.stdout.write(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
