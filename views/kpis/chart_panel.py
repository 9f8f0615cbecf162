"""One chart in its frame: title, headline, definition on demand, and the same as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from views.kpis.hour_grid import HourGrid
from views.kpis.state import Chart
from views.language import tr
from views.shell.tone_label import ToneLabel
from views.shell.two_line_list import Line, TwoLineList
from views.theme import REGULAR
from views.widgets.buttons import TowerButton
from views.widgets.labels import label

if TYPE_CHECKING:
    from views.kpis.plot import ChartPlot


class ChartPanel(QFrame):
    """A panel for one chart; it tells the chart's key and the number of the bar."""

    chosen = Signal(str, int)
    opened = Signal(str, int)

    def __init__(self, chart: Chart, currency: str, parent: QWidget | None = None) -> None:
        """Show a chart."""
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.key = chart.key
        self.plot = _plot_of(chart, currency)
        self.title = label("", "strong")
        self.headline = ToneLabel(px=12, weight=REGULAR, digits=True)
        self.definition = label("", "secondary")
        self.nothing = label(tr("Nothing to draw yet."), "secondary")
        self.table = TwoLineList(tr("{title}, as a table", title=chart.title), selectable=True, pad_px=6)
        self.define = TowerButton(kind="icon", icon_name="info-circle", name=tr("What this figure means"))
        self.as_table = TowerButton(kind="icon", icon_name="list-details", name=tr("Show it as a table"))
        self.pages = QStackedWidget()
        self._lay_out()
        self._connect()
        self.show_chart(chart)

    def _lay_out(self) -> None:
        self.definition.setWordWrap(True)
        self.definition.hide()
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for page in (self.plot, self.table, self.nothing):
            self.pages.addWidget(page)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addWidget(self.headline, 1)
        head.addWidget(self.as_table)
        head.addWidget(self.define)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 6, 8, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.definition)
        column.addWidget(self.pages, 1)
        self.headline.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _connect(self) -> None:
        self.define.clicked.connect(lambda: self.definition.setVisible(self.definition.isHidden()))
        self.as_table.clicked.connect(self._turn)
        self.plot.chosen.connect(lambda bar: self.chosen.emit(self.key, bar))
        self.plot.opened.connect(lambda bar: self.opened.emit(self.key, bar))
        self.table.chosen.connect(lambda key: self.chosen.emit(self.key, int(key)))
        self.table.activated.connect(lambda index: self.opened.emit(self.key, index.row()))

    def show_chart(self, chart: Chart) -> None:
        """Show the same figure as it is now."""
        self.title.setText(chart.title)
        self.headline.setText(chart.headline)
        self.definition.setText(chart.definition)
        self.define.setToolTip(chart.definition)
        self.plot.show_chart(chart)
        self.table.show_lines(
            [
                Line(key=str(number), title=bar.title, text="", right=bar.note)
                for number, bar in enumerate(chart.bars)
            ]
        )
        if chart.is_empty:
            self.pages.setCurrentWidget(self.nothing)
        elif self.pages.currentWidget() is self.nothing:
            self.pages.setCurrentWidget(self.plot)
        self.setAccessibleName(f"{chart.title}: {chart.headline}")

    def mark(self, bar: int) -> None:
        """Mark a bar as the chosen one; -1 marks none."""
        self.plot.choose(bar)
        self.table.choose(str(bar))

    def _turn(self) -> None:
        is_table = self.pages.currentWidget() is self.table
        self.pages.setCurrentWidget(self.plot if is_table else self.table)
        self.as_table.set_icon("list-details" if is_table else "chart-line")
        said = tr("Show it as a table") if is_table else tr("Show it as a chart")
        self.as_table.setAccessibleName(said)
        self.as_table.setToolTip(said)


def _plot_of(chart: Chart, currency: str) -> ChartPlot | HourGrid:
    if chart.kind == "grid":
        return HourGrid(chart)
    # pyqtgraph takes a quarter of a second to import: only who looks at figures waits for it.
    from views.kpis.plot import ChartPlot  # noqa: PLC0415 - see above

    return ChartPlot(chart, currency)
