"""The KPI page: six charts, and beside them the rows behind the chosen bar."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from views.formatting import clock_with_zone, count
from views.kpis.chart_panel import ChartPanel
from views.kpis.view_model import KpisViewModel
from views.language import tr
from views.shell.tone_label import ToneLabel
from views.shell.two_line_list import TwoLineList
from views.theme import SEMI_BOLD
from views.widgets.buttons import TowerButton
from views.widgets.labels import label

_SIDE_PX: Final = 380
_NARROW_SIDE_PX: Final = 290
_WIDE_FROM_PX: Final = 1_240
_COLUMNS: Final = 2
_HINT_AIR_PX: Final = 14


class KpisPage(QWidget):
    """Charts at the left, rows at the right."""

    #: A case is to be looked at on the tower page.
    case_wanted = Signal(str)

    def __init__(self, view_model: KpisViewModel, parent: QWidget | None = None) -> None:
        """Show a view model; the charts are made when the first figures come."""
        super().__init__(parent)
        self._view_model = view_model
        self.panels: dict[str, ChartPanel] = {}
        self.as_of = label("", "secondary")
        self.waiting = label(tr("Working out the figures …"), "secondary")
        self.behind_title = ToneLabel(px=14, weight=SEMI_BOLD)
        self.behind_words = label("", "secondary")
        self.behind = TwoLineList(tr("Cases behind the chosen bar"), selectable=True, pad_px=14)
        self.hint = label(tr("Choose a bar or a point to see the cases behind it."), "secondary")
        self.to_queue = TowerButton(tr("Show in the queue"), "primary", icon_name="filter")
        self._lay_out()
        self._connect()
        self._show_behind()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label(tr("Figures"), "heading"))
        head.addStretch(1)
        head.addWidget(self.as_of)
        self.grid = QGridLayout()
        self.grid.setSpacing(12)
        self.waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.grid.addWidget(self.waiting, 0, 0)
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addLayout(head)
        left.addLayout(self.grid, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 14, 12)
        row.setSpacing(12)
        row.addLayout(left, 1)
        row.addWidget(self._side())

    def _side(self) -> QFrame:
        side = QFrame()
        side.setProperty("role", "panel")
        side.setFixedWidth(_SIDE_PX)
        self._panel = side
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self.hint.setMargin(_HINT_AIR_PX)
        self.behind_words.setWordWrap(True)
        head = QVBoxLayout()
        head.setContentsMargins(14, 0, 14, 0)
        head.setSpacing(2)
        head.addWidget(self.behind_title)
        head.addWidget(self.behind_words)
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 0, 14, 0)
        foot.addWidget(self.to_queue, 1)
        column = QVBoxLayout(side)
        column.setContentsMargins(1, 12, 1, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.behind, 1)
        column.addWidget(self.hint, 1)
        column.addLayout(foot)
        return side

    def _connect(self) -> None:
        self._view_model.figures_changed.connect(self._show_figures)
        self._view_model.chosen_changed.connect(self._show_behind)
        self.behind.activated.connect(lambda _index: self.case_wanted.emit(self.behind.current_key()))
        self.behind.doubleClicked.connect(lambda _index: self.case_wanted.emit(self.behind.current_key()))
        self.to_queue.clicked.connect(self._view_model.show_in_queue)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the charts more of a narrow page."""
        super().resizeEvent(event)
        self._panel.setFixedWidth(_SIDE_PX if self.width() >= _WIDE_FROM_PX else _NARROW_SIDE_PX)

    def focus_first(self) -> None:
        """Put the keyboard on the first chart."""
        first = next(iter(self.panels.values()), None)
        (first.plot if first is not None else self).setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------------ show
    def _show_figures(self) -> None:
        figures = self._view_model.figures
        if figures is None:
            return
        self.waiting.hide()
        self.as_of.setText(
            tr(
                "{count} cases of four weeks  ·  as of {clock_with_zone}",
                count=count(len(figures.spans)),
                clock_with_zone=clock_with_zone(figures.now, figures.zone),
            )
        )
        for number, chart in enumerate(figures.charts):
            panel = self.panels.get(chart.key)
            if panel is None:
                panel = ChartPanel(chart, figures.currency)
                panel.chosen.connect(self._view_model.choose)
                panel.opened.connect(self._view_model.open)
                self.panels[chart.key] = panel
                row, column = divmod(number, _COLUMNS)
                self.grid.addWidget(panel, row, column)
                self.grid.setRowStretch(row, 1)
                self.grid.setColumnStretch(column, 1)
            else:
                panel.show_chart(chart)

    def _show_behind(self) -> None:
        behind = self._view_model.behind()
        for key, panel in self.panels.items():
            panel.mark(self._view_model.bar if key == self._view_model.chart_key else -1)
        self.hint.setVisible(behind is None)
        self.behind.setVisible(behind is not None)
        self.to_queue.setEnabled(behind is not None and bool(behind.open_ids))
        if behind is None:
            self.behind_title.setText(tr("Rows behind"))
            self.behind_words.setText("")
            self.to_queue.setText(tr("Show in the queue"))
            return
        self.behind_title.setText(behind.bar.title)
        counts_only = behind.chart.unit == "count"
        self.behind_words.setText(behind.words if counts_only else f"{behind.bar.note}\n{behind.words}")
        self.behind.show_lines(behind.lines)
        still = len(behind.open_ids)
        self.to_queue.setText(
            tr("Show {count} open in the queue", count=count(still)) if still else tr("None of them is open")
        )
