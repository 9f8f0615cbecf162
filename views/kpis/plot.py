"""A chart drawn by pyqtgraph: bars, a line with points, or rows; by mouse and by keyboard.

Importing pyqtgraph takes a quarter of a second, so only the page that shows a chart imports this module.
"""

from __future__ import annotations

from typing import Any, Final

import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from views.formatting import age, count, money_short
from views.kpis.cursor import moved
from views.kpis.state import Chart, ChartUnit
from views.language import tr
from views.theme import Theme, theme_of, ui_font
from views.widgets.focus_ring import paint_focus_ring

_BAR_SHARE: Final = 0.66
_MOST_LABELS: Final = 8
_AXIS_PX: Final = 46
_LABEL_PX: Final = 56
_NAMES_PX: Final = 132
_NAME_LETTERS: Final = 21
_TIME_TICKS: Final = 4
#: Minutes between the ticks of an axis of time.
_CLOCK_STEPS: Final = (1, 2, 5, 15, 30, 60, 120, 240, 480, 1_440, 2_880, 10_080)
#: Below the view box, so that the bars cover the grid.
_UNDER: Final = -1_000


def axis_words(value: float, unit: ChartUnit, currency: str) -> str:
    """A number at an axis."""
    if unit == "cents":
        return money_short(round(value), currency)
    if unit == "minutes":
        return age(round(value) * 60) if value else "0"
    return count(round(value)) if value == round(value) else ""


class _ValueAxis(pyqtgraph.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """An axis that writes counts, money and spans as the rest of the window does."""

    def __init__(self, orientation: str, unit: ChartUnit, currency: str) -> None:
        super().__init__(orientation)
        self._unit: ChartUnit = unit
        self._currency = currency

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:  # noqa: N802 - pyqtgraph's
        """Steps of a clock where the axis is one of time; pyqtgraph's own elsewhere."""
        if self._unit != "minutes":
            found: list[tuple[float, float]] = super().tickSpacing(low, high, size)
            return found
        wanted = (high - low) / _TIME_TICKS
        return [(float(next((step for step in _CLOCK_STEPS if step >= wanted), _CLOCK_STEPS[-1])), 0.0)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002, N802 - pyqtgraph's
        return [axis_words(value, self._unit, self._currency) for value in values]


class ChartPlot(pyqtgraph.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """One chart; arrows move the cursor, Enter or a double click opens, a click chooses."""

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, chart: Chart, currency: str, parent: QWidget | None = None) -> None:
        """Draw a chart."""
        self._value_side = "bottom" if chart.kind == "rows" else "left"
        axis = _ValueAxis(self._value_side, chart.unit, currency)
        super().__init__(parent, axisItems={self._value_side: axis})
        self._chart = chart
        self.cursor_at = -1
        self._items: list[Any] = []
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(chart.title)
        self.viewport().setAccessibleName(chart.title)
        self.setMouseEnabled(x=False, y=False)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.show_chart(chart)

    @property
    def chart(self) -> Chart:
        """The chart drawn."""
        return self._chart

    def show_chart(self, chart: Chart) -> None:
        """Draw the same figure as it is now."""
        self._chart = chart
        self.cursor_at = min(self.cursor_at, len(chart.bars) - 1)
        self._draw()
        self._say()

    def choose(self, bar: int) -> None:
        """Mark a bar without telling anybody; -1 marks none."""
        if bar != self.cursor_at:
            self.cursor_at = bar
            self._draw()
            self._say()

    # ------------------------------------------------------------------ draw
    def _draw(self) -> None:
        theme = theme_of(self)
        self.setBackground(theme.panel)
        for item in self._items:
            self.removeItem(item)
        self._items = []
        self._dress_axes(theme)
        values = [bar.value for bar in self._chart.bars]
        numbers = list(range(len(values)))
        if self._chart.kind == "rows":
            self._draw_rows(numbers, values, theme)
        elif self._chart.kind == "line":
            self._draw_line(numbers, values, theme)
        else:
            self._add(
                pyqtgraph.BarGraphItem(
                    x=numbers, height=values, width=_BAR_SHARE, brushes=self._brushes(theme), pen=None
                )
            )
        self._frame(values)

    def _draw_rows(self, numbers: list[int], values: list[int], theme: Theme) -> None:
        brushes = self._brushes(theme)
        self._add(
            pyqtgraph.BarGraphItem(
                x0=[0] * len(values), y=numbers, width=values, height=_BAR_SHARE, brushes=brushes, pen=None
            )
        )
        self.getPlotItem().getViewBox().invertY(b=True)

    def _draw_line(self, numbers: list[int], values: list[int], theme: Theme) -> None:
        fill = theme.accent_soft
        line = pyqtgraph.PlotDataItem(numbers, values, pen=QPen(theme.accent, 0), fillLevel=0, fillBrush=fill)
        line.setPen(pyqtgraph.mkPen(theme.accent, width=1.8))
        self._add(line)
        dots = pyqtgraph.ScatterPlotItem(
            x=numbers,
            y=values,
            size=[9 if n == self.cursor_at else 4 for n in numbers],
            brush=[theme.text if n == self.cursor_at else theme.accent for n in numbers],
            pen=None,
        )
        self._add(dots)

    def _brushes(self, theme: Theme) -> list[Any]:
        return [
            theme.text if number == self.cursor_at else theme.accent
            for number in range(len(self._chart.bars))
        ]

    def _add(self, item: Any) -> None:  # noqa: ANN401 - pyqtgraph has no types
        self.addItem(item)
        self._items.append(item)

    def _frame(self, values: list[int]) -> None:
        top = max([*values, 1]) * 1.08
        if self._chart.kind == "rows":
            self.setRange(xRange=(0, top), yRange=(-0.6, max(len(values), 3) - 0.4), padding=0)
        else:
            self.setRange(xRange=(-0.6, len(values) - 0.4), yRange=(0, top), padding=0)

    def _dress_axes(self, theme: Theme) -> None:
        names_side = "left" if self._chart.kind == "rows" else "bottom"
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pyqtgraph.mkPen(theme.border))
            axis.setTextPen(pyqtgraph.mkPen(theme.muted))
            axis.setZValue(_UNDER)
            axis.setStyle(tickFont=ui_font(10), tickLength=0, tickTextOffset=6)
        if self._chart.kind == "rows":
            self.getAxis("left").setWidth(_NAMES_PX)
        else:
            self.getAxis("left").setWidth(_AXIS_PX)
        self.getAxis(names_side).setTicks([self._names()])
        self.getPlotItem().showGrid(x=self._chart.kind == "rows", y=self._chart.kind != "rows", alpha=0.16)

    def _names(self) -> list[tuple[int, str]]:
        labels = [bar.label for bar in self._chart.bars]
        if self._chart.kind == "rows":
            return [(n, _shortened(text)) for n, text in enumerate(labels)]
        most = min(max((self.width() - _AXIS_PX) // _LABEL_PX, 2), _MOST_LABELS)
        step = max(-(-len(labels) // most), 1)
        return [(n, labels[n]) for n in range(len(labels) - 1, -1, -step)]

    # ------------------------------------------------------------------ where
    def bar_at(self, where: QPointF) -> int:
        """The bar whose column (or row) holds a place of the viewport; -1 where there is none."""
        view = self.getPlotItem().getViewBox()
        at = view.mapSceneToView(self.mapToScene(where.toPoint()))
        number = round(at.y() if self._chart.kind == "rows" else at.x())
        inside = view.sceneBoundingRect().contains(self.mapToScene(where.toPoint()))
        return number if inside and 0 <= number < len(self._chart.bars) else -1

    def place_of(self, bar: int) -> QPointF:
        """A place of the viewport inside a bar's column (or row)."""
        view = self.getPlotItem().getViewBox()
        (left, right), (low, high) = view.viewRange()
        rows = self._chart.kind == "rows"
        at = QPointF((left + right) / 2, bar) if rows else QPointF(bar, (low + high) / 2)
        return QPointF(self.mapFromScene(view.mapViewToScene(at)))

    # ------------------------------------------------------------------ events
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the bar under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._take(self.bar_at(event.position()))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Nothing more: the press chose."""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the bar under the pointer."""
        event.accept()
        bar = self.bar_at(event.position())
        if bar >= 0:
            self.opened.emit(bar)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Explain the bar under the pointer."""
        bar = self.bar_at(event.position())
        found = self._chart.bars[bar] if bar >= 0 else None
        self.setToolTip(f"{found.title}: {found.note}" if found else "")
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Name as many bars as there is room for."""
        super().resizeEvent(event)
        # pyqtgraph resizes the view while it is being made, before there is a chart.
        if hasattr(self, "_items") and self._chart.kind != "rows":
            self.getAxis("bottom").setTicks([self._names()])

    def wheelEvent(self, event: QEvent) -> None:
        """Let the page scroll."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor, open the bar under it."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if self.cursor_at >= 0:
                self.opened.emit(self.cursor_at)
            return
        wanted = moved(self.cursor_at, event.key(), len(self._chart.bars))
        if wanted is None:
            event.ignore()
            return
        self._take(wanted)

    def _take(self, bar: int) -> None:
        if bar >= 0:
            self.choose(bar)
            self.chosen.emit(bar)

    def _say(self) -> None:
        bars = self._chart.bars
        if 0 <= self.cursor_at < len(bars):
            bar = bars[self.cursor_at]
            self.setAccessibleDescription(f"{bar.title}: {bar.note}")
        else:
            self.setAccessibleDescription(
                tr("{headline}. Arrows go through the bars.", headline=self._chart.headline)
            )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the chart, and the ring when it has the keyboard."""
        super().paintEvent(event)
        if self.hasFocus():
            paint_focus_ring(QPainter(self.viewport()), self.viewport().rect().toRectF(), theme_of(self))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew in another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_items"):
            self._draw()


def _shortened(text: str) -> str:
    return text if len(text) <= _NAME_LETTERS else f"{text[: _NAME_LETTERS - 1].rstrip()}…"
