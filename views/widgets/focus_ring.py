"""The ring that shows which widget has the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from views.theme import RADIUS_PANEL_PX, Theme

RING_PX = 2.0


def paint_focus_ring(
    painter: QPainter, where: QRectF, theme: Theme, radius_px: float = RADIUS_PANEL_PX
) -> None:
    """Draw a 2 px accent ring just inside a rectangle."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.accent, RING_PX))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inset = RING_PX / 2
    painter.drawRoundedRect(where.adjusted(inset, inset, -inset, -inset), radius_px, radius_px)
    painter.restore()
