"""A process of its own that shows the window in German and prints what is wrong with it, as JSON.

The language is put in force before the window's modules are read, as the program does it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

SIZE_PX = (1_366, 768)
#: Padding and an icon, at most, beside the words of a button.
_PAD_PX = 90
PAGES = ("tower", "approvals", "kpis", "rules", "sources", "settings")


def main() -> int:
    """Show every page; print clipped texts, texts that stayed English, and a few words to look at."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    import_module("views.shell.translation").speak("de")
    application = import_module("views.shell.application").make_application("dark")
    window = _window()
    found: dict[str, Any] = {"clipped": [], "english": [], "words": {}}
    folder = sys.argv[1] if len(sys.argv) > 1 else ""
    for page in PAGES:
        window.show_page(page)
        for _ in range(4):
            application.processEvents()
        if page == "tower":
            window.tower.map.finish_painting()
        if folder:
            window.grab().save(f"{folder}/{page}_de.png")
        found["clipped"] += [f"{page}: {text}" for text in _clipped(window)]
        found["english"] += [f"{page}: {text}" for text in _english(window)]
    found["clipped"] += list(_clipped_heads(window))
    found["words"] = {
        "rail": [button.text() for button in window.rail.buttons.values()],
        "counts": window.status.counts.text(),
        "approve": window.approvals.content.decision.approve.text(),
        "chips": [window.tower.chips.severity.text(), window.tower.chips.age.text()],
    }
    found["site"] = list(import_module("tests.support.german_site").show_site(window))
    sys.stdout.write(json.dumps(found, ensure_ascii=False))
    window.close()
    return 0


def _window() -> Any:
    tower = import_module("tests.support.fake_tower")
    window = import_module("views.shell.window").TowerWindow(
        import_module("tests.support.fake_intents").FakeIntents(), held_ms=0
    )
    window.resize(*SIZE_PX)
    window.show()
    approvals = import_module("tests.support.fake_approvals")
    supervisor = tower.SUPERVISOR
    window.apply_snapshot(tower.snapshot(who=supervisor, approvals=approvals.approvals(supervisor)))
    window.apply_detail(import_module("tests.support.fake_detail").detail())
    window.apply_page(approvals.ledger())
    window.apply_page(import_module("tests.support.fake_kpis").figures())
    window.apply_page(import_module("tests.support.fake_rules").shown())
    return window


def _clipped(window: Any) -> Iterator[str]:
    widgets = import_module("PySide6.QtWidgets")
    elided = import_module("views.widgets.labels").ElidedLabel
    for kind in (widgets.QLabel, widgets.QAbstractButton):
        for widget in window.findChildren(kind):
            if not widget.isVisible() or isinstance(widget, elided) or not widget.text():
                continue
            wraps = isinstance(widget, widgets.QLabel) and widget.wordWrap()
            words_px = widget.fontMetrics().horizontalAdvance(widget.text()) + _PAD_PX
            wide_px = min(widget.sizeHint().width(), words_px)
            wanted = widget.heightForWidth(widget.width()) if wraps else wide_px
            room = widget.height() if wraps else widget.width()
            if wanted > room + 1:
                yield f"{widget.text()!r} wants {wanted} px and has {room}"


def _clipped_heads(window: Any) -> Iterator[str]:
    """Titles of the queue's columns, which are painted and have no widget."""
    model, theme = import_module("views.case_queue.model"), import_module("views.theme")
    table, pad_px = window.tower.queue.table, import_module("views.case_queue.row_painter").PAD_PX
    metrics = import_module("PySide6.QtGui").QFontMetricsF(theme.ui_font(12, theme.MEDIUM_WEIGHT))
    for number, (title, _) in enumerate(model.COLUMNS):
        if title and not table.isColumnHidden(number):
            wanted, room = metrics.horizontalAdvance(title) + 2 * pad_px, table.columnWidth(number)
            if wanted > room:
                yield f"column {title!r} wants {wanted:.0f} px and has {room}"


def _english(window: Any) -> Iterator[str]:
    """Texts on the screen that are English texts of the catalogue and have another word in German."""
    widgets = import_module("PySide6.QtWidgets")
    tr = import_module("views.language").tr
    texts = import_module("tests.support.window_texts").window_texts()
    other = {text for text in texts if tr(text) != text}
    for kind in (widgets.QLabel, widgets.QAbstractButton):
        for widget in window.findChildren(kind):
            if widget.isVisible() and widget.text() in other:
                yield repr(widget.text())


if __name__ == "__main__":
    sys.exit(main())
