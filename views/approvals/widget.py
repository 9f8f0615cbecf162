"""The approvals page: the proposals at the left, the one looked at beside them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from views.approvals.content_panel import STAGE_TONES, ContentPanel
from views.approvals.ledger_panel import LedgerPanel
from views.approvals.state import ApprovalRow, stage_words
from views.approvals.view_model import ApprovalFilter, ApprovalsViewModel
from views.formatting import count, moment, money
from views.language import tr
from views.shell.segments import Segments
from views.shell.two_line_list import Line, TwoLineList
from views.widgets.buttons import TowerButton
from views.widgets.labels import label

FILTERS: Final = (
    (ApprovalFilter.WAITING, tr("Waiting")),
    (ApprovalFilter.UNDER_WAY, tr("Under way")),
    (ApprovalFilter.SETTLED, tr("Settled")),
    (ApprovalFilter.ALL, tr("All")),
)
_LIST_PX: Final = 470


class ApprovalsPage(QWidget):
    """Proposals and decisions."""

    case_wanted = Signal(str)
    delegate_wanted = Signal()
    batch_wanted = Signal()
    export_wanted = Signal(object)

    def __init__(self, view_model: ApprovalsViewModel, parent: QWidget | None = None) -> None:
        """Show a view model."""
        super().__init__(parent)
        self._view_model = view_model
        self.filters = Segments(FILTERS, tr("Which proposals"))
        self.list = TwoLineList(tr("Proposals"), selectable=True)
        self.content = ContentPanel(view_model)
        self.empty = label("", "secondary")
        self.several = TowerButton(tr("Approve several …"), "link", name=tr("Approve several proposals"))
        self.show_ledger = TowerButton(tr("Ledger"), "link", icon_name="history", name=tr("Show the ledger"))
        self.ledger = LedgerPanel(view_model)
        self.stack = QStackedWidget()
        self._lay_out()
        self.filters.chosen.connect(lambda key: view_model.set_filter(ApprovalFilter(key)))
        self.list.chosen.connect(view_model.select)
        self.content.case_wanted.connect(self.case_wanted)
        self.content.delegate_wanted.connect(self.delegate_wanted)
        self.several.clicked.connect(self.batch_wanted)
        self.show_ledger.clicked.connect(self.open_ledger)
        self.ledger.back_wanted.connect(self.close_ledger)
        self.ledger.approval_wanted.connect(self._show_proposal)
        self.ledger.export_wanted.connect(self.export_wanted)
        view_model.rows_changed.connect(self._show_rows)
        view_model.selection_changed.connect(lambda: self.list.choose(view_model.selected_id))

    def _lay_out(self) -> None:
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        panel = QFrame()
        panel.setProperty("role", "panel")
        column = QVBoxLayout(panel)
        column.setContentsMargins(1, 12, 1, 1)
        column.setSpacing(10)
        head = QVBoxLayout()
        head.setContentsMargins(14, 0, 14, 0)
        head.setSpacing(10)
        first = QHBoxLayout()
        first.addWidget(label(tr("Approvals"), "heading"))
        first.addStretch(1)
        first.addWidget(self.several)
        first.addWidget(self.show_ledger)
        head.addLayout(first)
        head.addWidget(self.filters)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("approvals_columns")
        split.setHandleWidth(12)
        split.setChildrenCollapsible(False)
        split.addWidget(panel)
        split.addWidget(self.content)
        panel.setMinimumWidth(360)
        split.setStretchFactor(1, 1)
        split.setSizes([_LIST_PX, 1_000])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 12, 14, 12)
        self.stack.addWidget(split)
        self.stack.addWidget(self.ledger)
        whole.addWidget(self.stack)

    def open_ledger(self) -> None:
        """Show every signed entry."""
        self.stack.setCurrentWidget(self.ledger)
        self.ledger.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_ledger(self) -> None:
        """Show the proposals."""
        self.stack.setCurrentIndex(0)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_proposal(self, action_id: str) -> None:
        self.close_ledger()
        self._view_model.select(action_id)

    def _show_rows(self) -> None:
        model = self._view_model
        self.several.setVisible(len(model.approvable()) > 1)
        rows = model.rows()
        self.list.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        self.empty.setText(
            tr("Reading the proposals …")
            if self._view_model.is_loading
            else tr("No proposals here. Propose an option of a case (P) and it appears.")
        )
        self.list.show_lines([self._line(row) for row in rows])
        self.list.choose(model.selected_id)
        self.filters.choose(model.wanted)
        for wanted, _ in FILTERS:
            self.filters.set_count(wanted, count(model.how_many(wanted)))

    def _line(self, row: ApprovalRow) -> Line:
        model = self._view_model
        at = moment(row.proposed_at, model.now, model.zone)
        return Line(
            key=row.action_id,
            title=f"{row.label}  ·  {row.case_title}",
            text=f"{row.content.proposer}, {at}",
            right=money(row.amount_cents, model.currency),
            right_text=stage_words(row),
            tone=STAGE_TONES[row.stage],
            severity=row.severity,
        )
