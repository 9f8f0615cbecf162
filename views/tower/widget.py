"""The tower page: figures over the map, the map over the queue, the selected case beside them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from views.case_detail.widget import DetailPanel
from views.case_queue.widget import QueuePanel
from views.formatting import count, counted
from views.language import tr
from views.map.canvas import MapCanvas
from views.tower.kpi_strip import KpiStrip
from views.tower.map_chips import MapChips
from views.tower.view_model import TowerViewModel
from views.widgets.labels import label

#: Below this window width the panel lies over the page and opens on demand.
OVERLAY_BELOW_PX: Final = 1_366
#: Below this window height the figures fold to one line.
FOLD_BELOW_PX: Final = 900
_DETAIL_PX: Final = (380, 424, 560)
_QUEUE_PX: Final = 334
_RAIL_PX: Final = 64
_BARS_PX: Final = 84
_GAP_PX: Final = 12


class TowerPage(QWidget):
    """One page, one selection."""

    #: The action id of a proposal to open on the approvals page.
    approval_wanted = Signal(str)
    #: A person moved a border.
    sizes_changed = Signal()

    def __init__(self, view_model: TowerViewModel, parent: QWidget | None = None) -> None:
        """Show a view model."""
        super().__init__(parent)
        self._view_model = view_model
        self.kpis = KpiStrip()
        self.map = MapCanvas(view_model.describe)
        self.queue = QueuePanel(view_model.queue)
        self.detail = DetailPanel(view_model.detail)
        self.chips = MapChips()
        self.shown = label("", "secondary")
        self._overlay = False
        self.detail.head.close_button.hide()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(2, 0, 2, 0)
        head.setSpacing(10)
        head.addWidget(label(tr("Exception map"), "heading"))
        head.addWidget(self.chips)
        head.addStretch(1)
        head.addWidget(self.shown)
        map_frame = QFrame()
        map_frame.setProperty("role", "panel")
        inner = QVBoxLayout(map_frame)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.map)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(map_frame, 1)
        self.rows = QSplitter(Qt.Orientation.Vertical)
        self.rows.setObjectName("tower_rows")
        self.rows.addWidget(upper)
        self.rows.addWidget(self.queue)
        self.rows.setStretchFactor(0, 1)
        self.rows.setStretchFactor(1, 0)
        self.queue.setMinimumHeight(160)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP_PX)
        column.addWidget(self.kpis)
        column.addWidget(self.rows, 1)
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        self.columns.setObjectName("tower_columns")
        self.columns.addWidget(left)
        self.columns.addWidget(self.detail)
        self.columns.setStretchFactor(0, 1)
        self.columns.setStretchFactor(1, 0)
        for splitter in (self.rows, self.columns):
            splitter.setHandleWidth(_GAP_PX)
            splitter.setChildrenCollapsible(False)
        self.detail.setMinimumWidth(_DETAIL_PX[0])
        self.detail.setMaximumWidth(_DETAIL_PX[2])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 12, 14, 12)
        whole.addWidget(self.columns)
        self._sized = False
        self._kept: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())

    def _connect(self) -> None:
        for splitter in (self.rows, self.columns):
            splitter.splitterMoved.connect(lambda _px, _number: self.sizes_changed.emit())
        model = self._view_model
        model.kpis_changed.connect(self._show_kpis)
        model.map_changed.connect(lambda: self.map.set_state(model.map_state()))
        self.map.caseClicked.connect(self._choose_on_map)
        self.map.clusterClicked.connect(model.select_first_of)
        self.map.nodeClicked.connect(self.queue.filter_field.setText)
        self.map.shownChanged.connect(self._show_shown)
        self.chips.risk_wanted.connect(lambda on: model.show_risk(shown=on))
        self.chips.severities_wanted.connect(self.map.set_severities)
        self.chips.hours_wanted.connect(model.show_since)
        self.map.severityFilterChanged.connect(self.chips.show_severities)
        self.queue.opened.connect(self.open_detail)
        self.queue.propose_wanted.connect(self.propose)
        self.queue.deny_wanted.connect(self.deny)
        self.detail.case_wanted.connect(model.queue.select)
        self.detail.assign_wanted.connect(self.queue.pop_assign_menu)
        self.detail.acknowledge_wanted.connect(model.queue.acknowledge)
        self.detail.close_wanted.connect(self.close_detail)
        self.detail.approval_wanted.connect(self.approval_wanted)

    # ------------------------------------------------------------------ show
    def _show_kpis(self) -> None:
        snapshot = self._view_model.snapshot
        if snapshot is not None:
            self.queue.set_people(snapshot.people)
            if "kpis" in snapshot.changed:
                self.kpis.show_kpis(snapshot.kpis, snapshot.currency)

    def _show_shown(self, cases: int, clusters: int) -> None:
        grouped = f"  ·  {counted(clusters, 'cluster')}" if clusters else ""
        self.shown.setText(tr("{count} shown{grouped}", count=count(cases), grouped=grouped))

    def _choose_on_map(self, case_id: str) -> None:
        self._view_model.queue.select(case_id)
        if self._overlay:
            self.open_detail()

    # ------------------------------------------------------------------ the panel
    def is_overlay(self) -> bool:
        """Whether the panel lies over the page because the window is narrow."""
        return self._overlay

    def open_detail(self) -> None:
        """Show the panel and put the keyboard into it."""
        self.detail.show()
        self.detail.raise_()
        self.detail.focus_first()

    def close_detail(self) -> None:
        """Put the panel away where it lies over the page; elsewhere go back to the queue."""
        if self._overlay:
            self.detail.hide()
        self.queue.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def propose(self) -> bool:
        """Ask for the reason to propose the chosen option; says whether it can be proposed."""
        self.detail.show()
        self.detail.raise_()
        return self.detail.ask_to_propose()

    def deny(self) -> bool:
        """Ask why the selected case is a false positive; says whether there is one to deny."""
        self.detail.show()
        self.detail.raise_()
        return self.detail.ask_to_deny()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the page to the window's size."""
        super().resizeEvent(event)
        self.kpis.set_folded(folded=self.height() + _BARS_PX < FOLD_BELOW_PX)
        self._set_overlay(overlay=self.width() + _RAIL_PX < OVERLAY_BELOW_PX)
        if self._overlay:
            width = min(_DETAIL_PX[1], self.width() - 28)
            self.detail.setGeometry(self.width() - width - 14, 12, width, self.height() - 24)

    def sizes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The heights of map and queue and the widths of page and panel; none where they never were set."""
        if not self._sized:
            return self._kept
        columns = self._kept[1] if self._overlay else tuple(self.columns.sizes())
        return tuple(self.rows.sizes()), columns

    def keep_sizes(self, rows_px: tuple[int, ...], columns_px: tuple[int, ...]) -> None:
        """Take sizes kept from an earlier day, for when the page is first seen."""
        self._kept = (rows_px, columns_px)

    def _first_layout(self) -> None:
        self.reset_layout()
        rows_px, columns_px = self._kept
        if rows_px:
            self.rows.setSizes(list(rows_px))
        if columns_px and not self._overlay:
            self.columns.setSizes(list(columns_px))

    def showEvent(self, event: QShowEvent) -> None:
        """Take the usual sizes at first sight."""
        super().showEvent(event)
        if not self._sized:
            self._sized = True
            QTimer.singleShot(0, self, self._first_layout)

    def reset_layout(self) -> None:
        """Give map, queue and panel their usual sizes."""
        if self._overlay:
            return
        wanted = _DETAIL_PX[1] if self.width() + _RAIL_PX >= OVERLAY_BELOW_PX + 100 else _DETAIL_PX[0]
        self.columns.setSizes([self.width() - 28 - _GAP_PX - wanted, wanted])
        room = self.rows.height() - _GAP_PX
        queue = min(_QUEUE_PX, max(room * 9 // 20, 160))
        self.rows.setSizes([room - queue, queue])

    def _set_overlay(self, *, overlay: bool) -> None:
        if overlay == self._overlay:
            return
        self._overlay = overlay
        self.detail.head.close_button.setVisible(overlay)
        if overlay:
            self.detail.setParent(self)
            self.detail.hide()
        else:
            self.columns.addWidget(self.detail)
            self.columns.setStretchFactor(1, 0)
            self.detail.show()
            QTimer.singleShot(0, self, self.reset_layout)
