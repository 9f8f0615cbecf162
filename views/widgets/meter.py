"""A thin bar that shows a share: time used of a promise, progress of a job, cost of an option."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from views.theme import ToneName, theme_of

_THICK_PX = 3


def paint_meter(painter: QPainter, area: QRectF, share: float, colour: QColor, track: QColor) -> None:
    """Draw a bar filled to ``share`` (0 to 1, anything outside is cut off)."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    radius = area.height() / 2
    painter.setBrush(track)
    painter.drawRoundedRect(area, radius, radius)
    filled = QRectF(area)
    filled.setWidth(area.width() * min(max(share, 0.0), 1.0))
    if filled.width() > 0:
        painter.setBrush(colour)
        painter.drawRoundedRect(filled, radius, radius)
    painter.restore()


class Meter(QWidget):
    """A meter as a widget."""

    def __init__(self, tone: ToneName = "accent", parent: QWidget | None = None) -> None:
        """Show an empty bar."""
        super().__init__(parent)
        self._share = 0.0
        self._tone: ToneName = tone
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_share(0.0)

    def share(self) -> float:
        """Return the share shown, 0 to 1."""
        return self._share

    def set_share(self, share: float, tone: ToneName | None = None) -> None:
        """Fill the bar to ``share`` (0 to 1)."""
        self._share = min(max(share, 0.0), 1.0)
        self._tone = tone or self._tone
        self.setAccessibleName(f"{round(self._share * 100)} percent")
        self.update()

    def sizeHint(self) -> QSize:
        """Return a line's length and 3 px."""
        return QSize(72, _THICK_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the bar in the middle of the widget."""
        theme = theme_of(self)
        area = QRectF(0, (self.height() - _THICK_PX) / 2, self.width(), _THICK_PX)
        paint_meter(QPainter(self), area, self._share, theme.tone(self._tone).mark, theme.border)
