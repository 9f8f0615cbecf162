"""After an action was carried out: what became of a doubt, and having it taken back."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from views.approvals.reason_line import ReasonLine
from views.approvals.state import ApprovalRow, Doubt
from views.approvals.view_model import ApprovalsViewModel
from views.language import tr
from views.shell.tone_label import ToneLabel
from views.widgets.buttons import TowerButton
from views.widgets.labels import label


class AfterwardsBar(QWidget):
    """The question, the reason and the buttons; hidden where there is nothing to do."""

    def __init__(self, view_model: ApprovalsViewModel, parent: QWidget | None = None) -> None:
        """Act on a view model's selected proposal."""
        super().__init__(parent)
        self._view_model = view_model
        self.question = ToneLabel("", "high")
        self.reason = ReasonLine(tr("What you found out, or why; it is signed with it"), tr("Reason"))
        self.happened = TowerButton(tr("It happened"), "primary", icon_name="check")
        self.not_happened = TowerButton(tr("It did not happen"), "danger", icon_name="x")
        self.take_back = TowerButton(tr("Propose to take it back"), icon_name="arrow-back-up")
        self.why_not = label("", "secondary")
        self._lay_out()
        self.happened.clicked.connect(lambda: self.settle(happened=True))
        self.not_happened.clicked.connect(lambda: self.settle(happened=False))
        self.take_back.clicked.connect(self._take_back)

    def _lay_out(self) -> None:
        self.question.setWordWrap(True)
        self.why_not.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.happened, self.not_happened, self.take_back):
            row.addWidget(button)
        row.addWidget(self.why_not, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.question)
        column.addWidget(self.reason)
        column.addLayout(row)

    def show_row(self, row: ApprovalRow) -> None:
        """Ask about the first command in doubt, or offer to take back what was executed."""
        doubt = self._view_model.doubt
        may_return = not row.why_not_take_back
        self.setVisible(doubt is not None or may_return)
        self.question.setVisible(doubt is not None)
        self.question.setText(_question(doubt, len(row.doubts)))
        why_not = "" if doubt is None else doubt.why_not_settle
        for button in (self.happened, self.not_happened):
            button.setVisible(doubt is not None)
            button.setEnabled(not why_not)
        self.take_back.setVisible(may_return)
        self.reason.setEnabled(not why_not)
        self.why_not.setText(why_not)

    def settle(self, *, happened: bool) -> None:
        """Have it signed whether the command in doubt happened."""
        self._done(asked=self._view_model.settle(self.reason.text(), happened=happened))

    def _take_back(self) -> None:
        self._done(asked=self._view_model.take_back(self.reason.text()))

    def _done(self, *, asked: bool) -> None:
        if asked:
            self.reason.clear()
        else:
            self.reason.ask_again(self.why_not, tr("Say why first: the reason is signed with it."))


def _question(doubt: Doubt | None, number: int) -> str:
    if doubt is None:
        return ""
    if number == 1:
        return tr("Nobody knows whether this happened: {command}. Look there, and say.", command=doubt.words)
    return tr(
        "Nobody knows whether {number} commands happened. The first: {command}. Look there, and say.",
        number=number,
        command=doubt.words,
    )
