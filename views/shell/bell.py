"""The bell: what was said in the corner, with a dot while something was not looked at."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from views.formatting import counted
from views.language import tr
from views.theme import theme_of
from views.widgets.buttons import TowerButton

_DOT_PX: Final = 3.5


class BellButton(TowerButton):
    """Leads to the messages of the session."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start with nothing said."""
        super().__init__(kind="icon", icon_name="bell", name=tr("Messages"), icon_px=18, parent=parent)
        self.unseen = 0

    def add(self) -> None:
        """Something was said."""
        self._show(self.unseen + 1)

    def see(self) -> None:
        """All of it was looked at."""
        self._show(0)

    def _show(self, unseen: int) -> None:
        self.unseen = unseen
        words = tr("Messages, {counted}", counted=counted(unseen, "new one")) if unseen else tr("Messages")
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bell, and the dot."""
        super().paintEvent(event)
        if not self.unseen:
            return
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.accent)
        painter.drawEllipse(QPointF(self.width() / 2 + 6, self.height() / 2 - 6), _DOT_PX, _DOT_PX)
