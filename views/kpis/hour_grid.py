"""Weekdays down, hours across: each cell as strong as its count; by mouse and by keyboard."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from views.kpis.charts import WEEKDAYS
from views.kpis.cursor import moved
from views.kpis.state import Chart
from views.language import tr
from views.theme import numeric_font, theme_of, ui_font
from views.widgets.focus_ring import paint_focus_ring

HOURS: Final = 24
_LEFT_PX: Final = 36
_FOOT_PX: Final = 18
_GAP_PX: Final = 2
_NAMED_HOURS: Final = range(0, HOURS, 3)
_FAINTEST: Final = 0.16


class HourGrid(QWidget):
    """168 cells of a chart."""

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, chart: Chart, parent: QWidget | None = None) -> None:
        """Draw a chart of 7 x 24 bars."""
        super().__init__(parent)
        self.cursor_at = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(chart.title)
        self._chart = chart
        self.show_chart(chart)

    @property
    def chart(self) -> Chart:
        """The chart drawn."""
        return self._chart

    def show_chart(self, chart: Chart) -> None:
        """Draw the same figure as it is now."""
        self._chart = chart
        self._say()
        self.update()

    def choose(self, bar: int) -> None:
        """Mark a cell without telling anybody; -1 marks none."""
        self.cursor_at = bar
        self._say()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the cells."""
        return QSize(420, 170)

    def cell_rect(self, bar: int) -> QRectF:
        """Where a cell lies."""
        row, column = divmod(bar, HOURS)
        wide = (self.width() - _LEFT_PX) / HOURS
        high = (self.height() - _FOOT_PX) / len(WEEKDAYS)
        return QRectF(_LEFT_PX + column * wide, row * high, max(wide - _GAP_PX, 1), max(high - _GAP_PX, 1))

    def bar_at(self, where: QPointF) -> int:
        """The cell at a place, -1 beside the cells."""
        column = int((where.x() - _LEFT_PX) / ((self.width() - _LEFT_PX) / HOURS))
        row = int(where.y() / ((self.height() - _FOOT_PX) / len(WEEKDAYS)))
        inside = where.x() >= _LEFT_PX and 0 <= column < HOURS and 0 <= row < len(WEEKDAYS)
        return row * HOURS + column if inside else -1

    # ------------------------------------------------------------------ events
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw cells, names and the cursor."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        most = max((bar.value for bar in self._chart.bars), default=0)
        painter.setPen(Qt.PenStyle.NoPen)
        for number, bar in enumerate(self._chart.bars):
            colour = QColor(theme.hover)
            if bar.value and most:
                colour = QColor(theme.accent)
                colour.setAlphaF(_FAINTEST + (1 - _FAINTEST) * bar.value / most)
            painter.setBrush(colour)
            painter.drawRoundedRect(self.cell_rect(number), 2, 2)
        painter.setPen(theme.muted)
        painter.setFont(ui_font(10))
        for row, name in enumerate(WEEKDAYS):
            area = self.cell_rect(row * HOURS)
            area.setLeft(0)
            area.setWidth(_LEFT_PX - 6)
            painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), name)
        painter.setFont(numeric_font(10))
        for hour in _NAMED_HOURS:
            area = QRectF(self.cell_rect(hour).left(), self.height() - _FOOT_PX, 40, _FOOT_PX)
            painter.drawText(
                area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), f"{hour:02d}"
            )
        if 0 <= self.cursor_at < len(self._chart.bars):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.text, 1.6))
            painter.drawRoundedRect(self.cell_rect(self.cursor_at).adjusted(-1, -1, 1, 1), 3, 3)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), theme)

    def event(self, event: QEvent) -> bool:
        """Explain the cell under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            bar = self.bar_at(QPointF(event.pos()))
            found = self._chart.bars[bar] if bar >= 0 else None
            QToolTip.showText(event.globalPos(), f"{found.title}: {found.note}" if found else "", self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under the pointer."""
        self._take(self.bar_at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the cell under the pointer."""
        bar = self.bar_at(event.position())
        if bar >= 0:
            self.opened.emit(bar)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor, open the cell under it."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if self.cursor_at >= 0:
                self.opened.emit(self.cursor_at)
            return
        wanted = moved(self.cursor_at, event.key(), len(self._chart.bars), across=HOURS)
        if wanted is None:
            super().keyPressEvent(event)
            return
        self._take(wanted)

    def _take(self, bar: int) -> None:
        if bar >= 0:
            self.choose(bar)
            self.chosen.emit(bar)

    def _say(self) -> None:
        if 0 <= self.cursor_at < len(self._chart.bars):
            bar = self._chart.bars[self.cursor_at]
            self.setAccessibleDescription(f"{bar.title}: {bar.note}")
        else:
            self.setAccessibleDescription(
                tr("{headline}. Arrows go through the cells.", headline=self._chart.headline)
            )
