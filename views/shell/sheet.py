"""A card over the window that takes the keyboard: keys do not reach the page below, Esc puts it away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from views.shell.overlay import Overlay


class Sheet(Overlay):
    """An overlay that people type into."""

    def event(self, event: QEvent) -> bool:
        """Keep keys from the shortcuts of the page below."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc puts the sheet away."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_overlay()
            return
        super().keyPressEvent(event)
