"""Severity as a shape and a colour: triangle critical, diamond high, square medium, circle low."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from views.theme import CRITICAL, HIGH, MEDIUM, Theme


def severity_path(level: int, centre: QPointF, size_px: float) -> QPainterPath:
    """Return the outline of a severity's shape; the four look equally heavy at the same ``size_px``."""
    path = QPainterPath()
    x, y, half = centre.x(), centre.y(), size_px / 2
    if level == CRITICAL:
        path.moveTo(x, y - half)
        path.lineTo(x + half * 1.04, y + half * 0.86)
        path.lineTo(x - half * 1.04, y + half * 0.86)
        path.closeSubpath()
    elif level == HIGH:
        reach = half * 1.06
        path.moveTo(x, y - reach)
        path.lineTo(x + reach, y)
        path.lineTo(x, y + reach)
        path.lineTo(x - reach, y)
        path.closeSubpath()
    elif level == MEDIUM:
        side = size_px * 0.84
        path.addRoundedRect(QRectF(x - side / 2, y - side / 2, side, side), size_px / 12, size_px / 12)
    else:
        radius = half * math.sqrt(4 / math.pi) * 0.84
        path.addEllipse(centre, radius, radius)
    return path


def paint_severity_mark(
    painter: QPainter,
    level: int,
    centre: QPointF,
    size_px: float,
    theme: Theme,
    halo: QColor | None = None,
) -> None:
    """Draw a severity's shape, with a 2 px halo of the ground's colour where it lies on a picture."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = severity_path(level, centre, size_px)
    if halo is not None:
        painter.strokePath(path, QPen(halo, 4.0, j=Qt.PenJoinStyle.RoundJoin))
    painter.fillPath(path, theme.severity(level).mark)
    painter.restore()
