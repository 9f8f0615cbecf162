"""Several approvals with one confirmation that names each; every one is still signed by itself."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from views.approvals.state import ApprovalRow
from views.approvals.view_model import ApprovalsViewModel
from views.formatting import counted, money
from views.language import tr
from views.shell.overlay import Overlay
from views.widgets.buttons import TowerButton
from views.widgets.labels import frame, label
from views.widgets.reason_field import MOST_LETTERS, ReasonField

_WIDTH_PX: Final = 640
_LIST_PX: Final = 300


class BatchSheet(Overlay):
    """The sheet; Esc leaves it."""

    def __init__(self, window: QWidget, view_model: ApprovalsViewModel) -> None:
        """Approve proposals of a view model."""
        super().__init__(window, tr("Approve several proposals"))
        self._view_model = view_model
        self.boxes: dict[str, QCheckBox] = {}
        self.total = label("", "strong")
        self.problem = label("", "error")
        self.reason = ReasonField()
        self.sign = TowerButton("", "primary", icon_name="file-check", name=tr("Approve and sign"))
        self.leave = TowerButton(tr("Not now"))
        self._rows: tuple[ApprovalRow, ...] = ()
        self._lay_out()
        self.sign.clicked.connect(self._sign)
        self.leave.clicked.connect(self.close_overlay)
        self.reason.left.connect(self.close_overlay)
        self.reason.returnPressed.connect(self._sign)

    def _lay_out(self) -> None:
        card = frame("raised")
        card.setFixedWidth(_WIDTH_PX)
        self._holder = QWidget()
        self._list = QVBoxLayout(self._holder)
        self._list.setContentsMargins(0, 0, 8, 0)
        self._list.setSpacing(6)
        scroll = QScrollArea()
        scroll.setAccessibleName(tr("Proposals"))
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self._holder)
        scroll.setMaximumHeight(_LIST_PX)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.reason.setPlaceholderText(tr("Reason for all of them; it is signed with each"))
        self.reason.setAccessibleName(tr("Reason for all of them"))
        self.reason.setMaxLength(MOST_LETTERS)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.sign)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.problem, 1)
        column = QVBoxLayout(card)
        column.setContentsMargins(24, 18, 24, 20)
        column.setSpacing(12)
        column.addWidget(label(tr("Approve several proposals"), "title"))
        column.addWidget(
            label(tr("Each is checked again and signed by itself; one that fails is named."), "secondary")
        )
        column.addWidget(scroll)
        column.addWidget(self.total)
        column.addWidget(self.reason)
        column.addLayout(buttons)
        self.set_card(card, Qt.AlignmentFlag.AlignCenter)

    def open_overlay(self) -> None:
        """Name every proposal that can be approved now."""
        self._rows = tuple(self._view_model.approvable())
        while self._list.count():
            item = self._list.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                # Deleted only when the event loop is back, so it is hidden until then.
                widget.hide()
                widget.deleteLater()
        self.boxes = {}
        for row in self._rows:
            box = QCheckBox(self._words(row))
            box.setAccessibleName(self._words(row))
            box.setChecked(True)
            box.toggled.connect(self._show_total)
            self.boxes[row.action_id] = box
            self._list.addWidget(box)
        self.problem.clear()
        self._show_total()
        super().open_overlay()
        self.reason.setFocus(Qt.FocusReason.PopupFocusReason)

    def chosen(self) -> tuple[ApprovalRow, ...]:
        """The proposals whose box is ticked."""
        return tuple(row for row in self._rows if self.boxes[row.action_id].isChecked())

    def _words(self, row: ApprovalRow) -> str:
        amount = money(row.amount_cents, self._view_model.currency)
        parts = (f"{row.label}, {row.case_title}", amount, row.content.proposer, row.content.digest_code)
        return "  ·  ".join(parts)

    def _show_total(self) -> None:
        rows = self.chosen()
        total = money(sum(row.amount_cents for row in rows), self._view_model.currency)
        self.total.setText(
            tr("{proposals}, {total} in all", proposals=counted(len(rows), "proposal"), total=total)
        )
        self.sign.setText(tr("Approve and sign {number}", number=len(rows)))
        self.sign.setAccessibleName(self.sign.text())
        self.sign.setEnabled(bool(rows))

    def _sign(self) -> None:
        rows = self.chosen()
        if not self.reason.text().strip():
            self.problem.setText(tr("Say why first: the reason is signed with the decision."))
            self.reason.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._view_model.approve_all([row.action_id for row in rows], self.reason.text()):
            self.reason.clear()
            self.close_overlay()
        else:
            self.problem.setText(tr("One of them changed meanwhile: open this again."))
