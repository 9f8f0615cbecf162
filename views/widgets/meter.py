"""A thin bar that shows a share: time used of a promise, progress of a job, cost of an option."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter


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
