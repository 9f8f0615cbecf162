"""A word-sized line of a figure's last values: no axes, a soft ground, a dot on the newest."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPen, QPolygonF

_DOT_PX = 2.5
_MIN_POINTS = 2


def spark_points(values: Sequence[float], area: QRectF) -> list[QPointF]:
    """Return one point a value, spread over the area; all equal values lie on its middle line."""
    low, high = min(values), max(values)
    span = high - low
    step = area.width() / max(len(values) - 1, 1)
    return [
        QPointF(
            area.left() + number * step,
            area.bottom() - area.height() * ((value - low) / span if span else 0.5),
        )
        for number, value in enumerate(values)
    ]


def paint_sparkline(painter: QPainter, values: Sequence[float], area: QRectF, colour: QColor) -> None:
    """Draw the line; fewer than two values draw nothing."""
    if len(values) < _MIN_POINTS:
        return
    points = spark_points(values, area.adjusted(1, _DOT_PX, -_DOT_PX, -_DOT_PX))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = QPainterPath()
    ground.addPolygon(
        QPolygonF([*points, QPointF(points[-1].x(), area.bottom()), QPointF(points[0].x(), area.bottom())])
    )
    fade = QLinearGradient(area.topLeft(), area.bottomLeft())
    top, bottom = QColor(colour), QColor(colour)
    top.setAlphaF(0.28)
    bottom.setAlphaF(0.0)
    fade.setColorAt(0, top)
    fade.setColorAt(1, bottom)
    painter.fillPath(ground, fade)
    painter.setPen(QPen(colour, 1.6, j=Qt.PenJoinStyle.RoundJoin))
    painter.drawPolyline(QPolygonF(points))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(points[-1], _DOT_PX, _DOT_PX)
    painter.restore()
