"""The decision on a proposal: why, yes, no, not like this, or taken back; and who else may decide."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from views.approvals.reason_line import ReasonLine
from views.approvals.state import ApprovalRow, ApprovalStage
from views.approvals.view_model import ApprovalsViewModel
from views.formatting import moment
from views.language import noted, tr
from views.ports import Decision
from views.widgets.buttons import TowerButton
from views.widgets.labels import label

_DECIDED: Final[dict[ApprovalStage, str]] = {
    ApprovalStage.REJECTED: noted("{who} rejected it at {when}: {why}"),
    ApprovalStage.CHANGES_WANTED: noted("{who} asked for changes at {when}: {why}"),
    ApprovalStage.REVOKED: noted("{who} revoked the approval at {when}: {why}"),
}
_APPROVED: Final = noted("{who} approved it at {when}: {why}")


class DecisionBar(QWidget):
    """Reason, buttons and the people who may decide."""

    #: The person wants to lend the right to decide.
    delegate_wanted = Signal()

    def __init__(self, view_model: ApprovalsViewModel, parent: QWidget | None = None) -> None:
        """Decide on a view model's selected proposal."""
        super().__init__(parent)
        self._view_model = view_model
        self.decided = label("", "secondary")
        self.deciders = label("", "secondary")
        self.reason = ReasonLine(
            tr("Reason for the decision; it is signed with it"), tr("Reason for the decision")
        )
        self.approve = TowerButton(tr("Approve and sign"), "primary", icon_name="file-check")
        self.changes = TowerButton(tr("Ask for changes"), icon_name="arrow-back-up")
        self.reject = TowerButton(tr("Reject"), "danger", icon_name="x")
        self.revoke = TowerButton(tr("Revoke the approval"), "danger", icon_name="arrow-back-up")
        self.delegate = TowerButton(tr("Delegate …"), "link", name=tr("Delegate the right to decide"))
        self.why_not = label("", "secondary")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        for words in (self.decided, self.deciders, self.why_not):
            words.setWordWrap(True)
        people = QHBoxLayout()
        people.setSpacing(8)
        people.addWidget(self.deciders, 1)
        people.addWidget(self.delegate, 0, Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.approve, self.changes, self.reject, self.revoke):
            row.addWidget(button)
        row.addWidget(self.why_not, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.decided)
        column.addLayout(people)
        column.addWidget(self.reason)
        column.addLayout(row)

    def _connect(self) -> None:
        self.approve.clicked.connect(lambda: self.decide("approve"))
        self.changes.clicked.connect(lambda: self.decide("request_changes"))
        self.reject.clicked.connect(lambda: self.decide("reject"))
        self.revoke.clicked.connect(lambda: self.decide("revoke"))
        self.delegate.clicked.connect(self.delegate_wanted)

    # ------------------------------------------------------------------ show
    def show_row(self, row: ApprovalRow) -> None:
        """Show what can be decided on a proposal, and what was."""
        self._show_decided(row)
        waiting, revocable = row.is_waiting, not row.why_not_revoke
        why_not = self._view_model.why_not_decide()
        for part in (self.approve, self.changes, self.reject):
            part.setVisible(waiting)
            part.setEnabled(not why_not)
        self.approve.setEnabled(row.may_approve_now)
        self.revoke.setVisible(revocable)
        self.reason.setVisible(waiting or revocable)
        self.reason.setEnabled(revocable or not why_not)
        self.why_not.setVisible(waiting)
        self.why_not.setText(why_not)
        self.deciders.setVisible(waiting and bool(row.deciders))
        self.deciders.setText(tr("May decide: {people}", people=", ".join(row.deciders)))
        self.delegate.setVisible(waiting and not why_not)

    def _show_decided(self, row: ApprovalRow) -> None:
        self.decided.setVisible(row.decided_at is not None)
        if row.decided_at is not None:
            at = moment(row.decided_at, self._view_model.now, self._view_model.zone)
            words = _DECIDED.get(row.stage, _APPROVED)
            self.decided.setText(tr(words, who=row.decided_by, when=at, why=row.decision_reason))

    # ------------------------------------------------------------------ acts
    def decide(self, decision: Decision) -> None:
        """Ask for a decision with the reason written; say that one is needed where there is none."""
        if self._view_model.decide(decision, self.reason.text()):
            self.reason.clear()
        else:
            self.reason.ask_again(self.why_not, tr("Say why first: the reason is signed with the decision."))
