"""A word-sized line of a figure's last values: no axes, a soft ground, a dot on the newest."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from views.theme import ToneName, theme_of

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


class Sparkline(QWidget):
    """A sparkline in a tone, 52 x 28 px unless its layout gives more."""

    def __init__(self, tone: ToneName = "accent", parent: QWidget | None = None) -> None:
        """Show nothing until it has values."""
        super().__init__(parent)
        self._values: tuple[float, ...] = ()
        self._tone: ToneName = tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Trend")

    def values(self) -> tuple[float, ...]:
        """Return the values shown, oldest first."""
        return self._values

    def set_values(self, values: Sequence[float], tone: ToneName | None = None) -> None:
        """Show other values, oldest first, in the same or another tone."""
        self._values = tuple(values)
        self._tone = tone or self._tone
        if values:
            self.setAccessibleDescription(f"from {values[0]:g} to {values[-1]:g}")
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of a word."""
        return QSize(52, 28)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the line over the whole widget."""
        painter = QPainter(self)
        paint_sparkline(painter, self._values, QRectF(self.rect()), theme_of(self).tone(self._tone).mark)
