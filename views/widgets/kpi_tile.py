"""One figure of the strip above the map: its name, value, change since when, and trend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from views.theme import MEDIUM_WEIGHT, RADIUS_PANEL_PX, SEMI_BOLD, Theme, ToneName, theme_of, ui_font
from views.widgets.focus_ring import paint_focus_ring
from views.widgets.sparkline import paint_sparkline

Direction = Literal["up", "down", "none"]

_HEIGHT_PX = 88
_FOLDED_PX = 40
_PAD_PX = 14
_SPARK_PX = QSize(54, 28)


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiReading:
    """What a tile says. ``tone`` colours the change and its arrow, ``trend`` is oldest first."""

    value: str
    unit: str = ""
    change: str = ""
    direction: Direction = "none"
    tone: ToneName = "neutral"
    trend: tuple[float, ...] = ()
    trend_tone: ToneName = "accent"
    explanation: str = ""


class KpiTile(QWidget):
    """A tile to click, or to activate with Enter or Space: ``activated`` asks for the figure's cases."""

    activated = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        """Show the title and a dash until the first reading."""
        super().__init__(parent)
        self._title = title
        self._folded = False
        self._reading = KpiReading(value="—")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_reading(self._reading)

    def reading(self) -> KpiReading:
        """Return the reading shown."""
        return self._reading

    def set_reading(self, reading: KpiReading) -> None:
        """Show another reading."""
        self._reading = reading
        arrow = {"up": "up ", "down": "down ", "none": ""}[reading.direction]
        self.setAccessibleName(f"{self._title}: {reading.value} {reading.unit}".strip())
        self.setAccessibleDescription(f"{arrow}{reading.change}")
        self.setToolTip(reading.explanation)
        self.update()

    def set_folded(self, folded: bool) -> None:
        """Show one line of 40 px instead of 88 px, for low windows."""
        self._folded = folded
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the tile's height; its width is the layout's."""
        return QSize(170, _FOLDED_PX if self._folded else _HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        """Return the narrowest tile that is still readable."""
        return QSize(118, self.sizeHint().height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Activate on a left click that ends inside."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.activated.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Activate with Enter or Space."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.activated.emit()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in a new theme."""
        super().changeEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the tile."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.border, 1))
        painter.setBrush(theme.raised if self.underMouse() else theme.panel)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, RADIUS_PANEL_PX, RADIUS_PANEL_PX)
        if self._folded:
            self._paint_folded(painter, theme)
        else:
            self._paint_full(painter, theme)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), theme)

    def _paint_full(self, painter: QPainter, theme: Theme) -> None:
        reading = self._reading
        painter.setFont(ui_font(12, MEDIUM_WEIGHT))
        painter.setPen(theme.muted)
        metrics = painter.fontMetrics()
        title = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, self.width() - 2 * _PAD_PX)
        painter.drawText(QPointF(_PAD_PX, 23), title)
        value_end = self._paint_value(painter, theme, QPointF(_PAD_PX, 52), 24)
        self._paint_change(painter, theme, QPointF(_PAD_PX, 74))
        spark = QRectF(self.width() - _SPARK_PX.width() - 12, 30, _SPARK_PX.width(), _SPARK_PX.height())
        if value_end + 4 <= spark.left():
            paint_sparkline(painter, reading.trend, spark, theme.tone(reading.trend_tone).mark)

    def _paint_folded(self, painter: QPainter, theme: Theme) -> None:
        end = self._paint_value(painter, theme, QPointF(_PAD_PX, 26), 15)
        painter.setFont(ui_font(11))
        painter.setPen(theme.muted)
        room = int(self.width() - end - 2 * _PAD_PX)
        title = painter.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(end + 8, 25), title)

    def _paint_value(self, painter: QPainter, theme: Theme, at: QPointF, px: int) -> float:
        font = ui_font(px, SEMI_BOLD)
        painter.setFont(font)
        painter.setPen(theme.text)
        painter.drawText(at, self._reading.value)
        end = at.x() + QFontMetricsF(font).horizontalAdvance(self._reading.value)
        if not self._reading.unit:
            return end
        unit_font = ui_font(12)
        painter.setFont(unit_font)
        painter.setPen(theme.faint)
        painter.drawText(QPointF(end + 5, at.y()), self._reading.unit)
        return end + 5 + QFontMetricsF(unit_font).horizontalAdvance(self._reading.unit)

    def _paint_change(self, painter: QPainter, theme: Theme, at: QPointF) -> None:
        reading = self._reading
        tone = theme.tone(reading.tone)
        start = at.x()
        if reading.direction != "none":
            top, bottom = (at.y() - 8, at.y() - 0.5)
            if reading.direction == "down":
                top, bottom = bottom, top
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tone.mark)
            painter.drawPolygon(
                QPolygonF([QPointF(start, bottom), QPointF(start + 9, bottom), QPointF(start + 4.5, top)])
            )
            start += 13
        painter.setFont(ui_font(11, MEDIUM_WEIGHT))
        painter.setPen(tone.text)
        room = int(self.width() - start - _PAD_PX)
        painter.drawText(
            QPointF(start, at.y()),
            painter.fontMetrics().elidedText(reading.change, Qt.TextElideMode.ElideRight, room),
        )
