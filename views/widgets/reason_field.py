"""A line to type into that Esc leaves, even where Esc is a key of the window."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

#: A reason that is signed has no more letters than this (``domain.approvals``).
MOST_LETTERS: Final = 500


class ReasonField(QLineEdit):
    """Where a reason or a name is typed; Esc leaves it."""

    left = Signal()

    def event(self, event: QEvent) -> bool:
        """Take Esc before it becomes the window's shortcut."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)
