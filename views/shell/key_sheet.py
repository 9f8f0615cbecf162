"""The sheet of keys: what each does, over the page; any key or click puts it away."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from views.language import tr
from views.shell.actions import Action
from views.shell.overlay import Overlay
from views.shell.tone_label import ToneLabel
from views.theme import SEMI_BOLD
from views.widgets.labels import label

_PER_COLUMN = 10


class KeySheet(Overlay):
    """The sheet."""

    def __init__(self, window: QWidget, actions: Iterable[Action]) -> None:
        """List the keys of some actions."""
        super().__init__(window, tr("Keys"))
        card = QFrame()
        card.setProperty("role", "raised")
        column = QVBoxLayout(card)
        column.setContentsMargins(24, 18, 24, 20)
        column.setSpacing(12)
        column.addWidget(label(tr("Keys"), "title"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(7)
        for number, action in enumerate(a for a in actions if a.keys):
            where = 2 * (number // _PER_COLUMN)
            keys = ToneLabel("  ".join(key.replace(",", " then ") for key in action.keys), weight=SEMI_BOLD)
            keys.setMinimumWidth(96)
            title = label(action.title, "body")
            title.setMinimumWidth(210)
            grid.addWidget(keys, number % _PER_COLUMN, where)
            grid.addWidget(title, number % _PER_COLUMN, where + 1)
        column.addLayout(grid)
        column.addWidget(label(tr("Letters work while no text field has the cursor."), "caption"))
        self.set_card(card, Qt.AlignmentFlag.AlignCenter)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Put the sheet away."""
        event.accept()
        self.close_overlay()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the sheet away."""
        event.accept()
        self.close_overlay()

    def event(self, event: QEvent) -> bool:
        """Take every key before it becomes a shortcut."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)
