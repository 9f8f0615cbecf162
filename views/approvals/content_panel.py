"""What a signature covers, shown from the bytes that are signed, and the decision on it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from views.approvals.afterwards_bar import AfterwardsBar
from views.approvals.alternatives import Alternatives
from views.approvals.decision_bar import DecisionBar
from views.approvals.state import ApprovalRow, ApprovalStage, SignedContent, stage_words
from views.approvals.view_model import ApprovalsViewModel
from views.formatting import age, money, percent, seconds_between, sentence
from views.language import tr
from views.shell.tone_label import ToneLabel
from views.theme import SEMI_BOLD, ToneName
from views.widgets.buttons import TowerButton
from views.widgets.labels import frame, label
from views.widgets.pill import Pill

STAGE_TONES: Final[dict[ApprovalStage, ToneName]] = {
    ApprovalStage.WAITING: "accent",
    ApprovalStage.SIGNED_UNRECORDED: "medium",
    ApprovalStage.RECORDED: "ok",
    ApprovalStage.EXECUTING: "ok",
    ApprovalStage.EXECUTED: "ok",
    ApprovalStage.REJECTED: "neutral",
    ApprovalStage.CHANGES_WANTED: "accent",
    ApprovalStage.REVOKED: "neutral",
    ApprovalStage.HELD_STALE: "high",
    ApprovalStage.IN_DOUBT: "high",
    ApprovalStage.EXPIRED: "neutral",
    ApprovalStage.FAILED: "critical",
    ApprovalStage.COMPENSATING: "medium",
    ApprovalStage.COMPENSATED: "neutral",
    ApprovalStage.HALF_BACK: "critical",
}


def proof_words(content: SignedContent) -> str:
    """What the proposal says about its proof."""
    if not content.solver_status:
        return tr("Worked out by rule; no solver ran.")
    gap = "" if content.gap_bp is None else tr("  ·  gap {percent}", percent=percent(content.gap_bp))
    return tr("Solver {value}{gap}", value=content.solver_status.casefold(), gap=gap)


def regret_words(content: SignedContent, currency: str) -> tuple[str, ToneName]:
    """How the choice compares with the best of the others; empty where that is not known."""
    chosen, other = content.chosen, content.runner_up
    if chosen is None or other is None:
        return "", "neutral"
    apart = other.cost_delta_cents - chosen.cost_delta_cents
    if apart < 0:
        return tr(
            "Costs {money} more than {other}.", money=money(-apart, currency), other=other.label
        ), "high"
    if apart == 0:
        return tr("Costs as much as the runner-up, {other}.", other=other.label), "neutral"
    return tr(
        "{money} better than the runner-up, {other}.", money=money(apart, currency), other=other.label
    ), "ok"


def fresh_words(row: ApprovalRow, now: datetime) -> tuple[str, ToneName]:
    """Whether what was signed still holds, and how old its oldest fact is."""
    if row.changed_since:
        changed = ", ".join(row.changed_since)
        return tr(
            "Changed since it was proposed: {records}. Have it proposed again.", records=changed
        ), "high"
    if row.is_waiting and row.content.facts_as_of is not None:
        old = age(seconds_between(now, row.content.facts_as_of))
        return tr("Nothing it rests on has changed since. Its oldest fact is {age} old.", age=old), "neutral"
    return "", "neutral"


class ContentPanel(QFrame):
    """One proposal in full."""

    #: The case behind the proposal is to be shown on the tower page.
    case_wanted = Signal(str)
    #: The right to decide the selected proposal is to be lent.
    delegate_wanted = Signal()

    def __init__(self, view_model: ApprovalsViewModel, parent: QWidget | None = None) -> None:
        """Show a view model's selected proposal."""
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._view_model = view_model
        self._shown_id = ""
        self.stage = Pill("", "accent")
        self.digest = ToneLabel(px=20, weight=SEMI_BOLD, digits=True)
        self.headline = label("", "title")
        self.stage_reason = ToneLabel("", "high", px=12)
        self.terms = QGridLayout()
        self.commands = label("", "body")
        self.alternatives = Alternatives()
        self.proof = label("", "secondary")
        self.why = label("", "body")
        self.regret = ToneLabel("", px=12)
        self.fresh = ToneLabel("", px=12)
        self.decision = DecisionBar(view_model)
        self.afterwards = AfterwardsBar(view_model)
        self.open_case = TowerButton(tr("Show the case"), "link")
        self.empty = label(tr("No proposal to look at."), "secondary")
        self._lay_out()
        self.decision.delegate_wanted.connect(self.delegate_wanted)
        self.open_case.clicked.connect(self._open_case)
        view_model.selection_changed.connect(self.show_selected)
        self.show_selected()

    # ------------------------------------------------------------------ layout
    def _lay_out(self) -> None:
        for words in (self.headline, self.commands, self.why):
            words.setWordWrap(True)
        self.digest.setFixedWidth(150)
        self.digest.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.digest.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._content = QWidget()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._top())
        column.addWidget(self.headline)
        column.addWidget(self.stage_reason)
        column.addWidget(self.fresh)
        scroll = QScrollArea()
        scroll.setAccessibleName(tr("This is what is signed, read back from its bytes."))
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self._signed_part())
        column.addWidget(scroll, 1)
        column.addWidget(frame("rule"))
        column.addWidget(self.decision)
        column.addWidget(self.afterwards)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(20, 16, 20, 16)
        whole.addWidget(self.empty, 1)
        whole.addWidget(self._content, 1)

    def _top(self) -> QHBoxLayout:
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.stage)
        top.addWidget(self.open_case)
        top.addStretch(1)
        code = label(tr("Code to compare"), "caption")
        code.setToolTip(
            tr("Proposer and approver see the same eight characters when they see the same content.")
        )
        code.setAlignment(Qt.AlignmentFlag.AlignRight)
        compared = QVBoxLayout()
        compared.setSpacing(0)
        compared.addWidget(code)
        compared.addWidget(self.digest)
        top.addLayout(compared)
        return top

    def _signed_part(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 4, 8, 4)
        column.setSpacing(8)
        seen = label(tr("This is what is signed, read back from its bytes."), "caption")
        column.addWidget(seen)
        self.terms.setHorizontalSpacing(18)
        self.terms.setVerticalSpacing(5)
        self.terms.setColumnStretch(1, 1)
        column.addLayout(self.terms)
        column.addSpacing(6)
        column.addWidget(label(tr("The systems will be told"), "strong"))
        column.addWidget(self.commands)
        column.addSpacing(6)
        column.addWidget(label(tr("Alternatives"), "strong"))
        column.addWidget(self.alternatives)
        column.addWidget(self.regret)
        column.addWidget(self.proof)
        column.addSpacing(6)
        column.addWidget(label(tr("Why"), "strong"))
        column.addWidget(self.why)
        column.addStretch(1)
        return part

    # ------------------------------------------------------------------ show
    def show_selected(self) -> None:
        """Show the selected proposal."""
        row = self._view_model.selected
        self.empty.setVisible(row is None)
        self._content.setVisible(row is not None)
        if row is None:
            return
        self.setAccessibleName(
            tr("Proposal {label}: {stage_words}", label=row.label, stage_words=stage_words(row))
        )
        self.stage.set_pill(sentence(stage_words(row)), STAGE_TONES[row.stage])
        self.stage_reason.setText(row.stage_reason)
        self.stage_reason.setVisible(bool(row.stage_reason))
        self._show_content(row.content)
        self._show_fresh(row)
        if row.action_id != self._shown_id:
            # What was begun about one proposal is not signed with another.
            self.decision.reason.clear()
            self.afterwards.reason.clear()
            self._shown_id = row.action_id
        self.decision.show_row(row)
        self.afterwards.show_row(row)

    def _show_content(self, content: SignedContent) -> None:
        self.digest.setText(content.digest_code)
        self.digest.setToolTip(
            tr("SHA-256 of the signed content: {payload_sha256}", payload_sha256=content.payload_sha256)
        )
        self.headline.setText(content.headline)
        terms = [
            (tr("Proposed by"), content.proposer),
            *content.terms,
            (tr("Rule"), f"{content.policy_rule}  ·  {content.policy_version}"),
        ]
        self._show_terms(terms)
        self.commands.setText("\n".join(f"•  {command}" for command in content.commands))
        self.alternatives.show_lines(content.alternatives, self._view_model.currency)
        self.proof.setText(proof_words(content))
        words, tone = regret_words(content, self._view_model.currency)
        self.regret.setText(words)
        self.regret.set_tone(tone)
        self.regret.setVisible(bool(words))
        self.why.setText(content.reason)

    def _show_fresh(self, row: ApprovalRow) -> None:
        words, tone = fresh_words(row, self._view_model.now)
        self.fresh.setText(words)
        self.fresh.set_tone(tone)
        self.fresh.setVisible(bool(words))

    def _show_terms(self, terms: list[tuple[str, str]]) -> None:
        while self.terms.count():
            item = self.terms.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                # Deleted only when the event loop is back, so it is hidden until then.
                widget.hide()
                widget.deleteLater()
        for row, (name, value) in enumerate(terms):
            words = label(value, "body")
            words.setWordWrap(True)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.terms.addWidget(label(name, "secondary"), row, 0, Qt.AlignmentFlag.AlignTop)
            self.terms.addWidget(words, row, 1)

    # ------------------------------------------------------------------ acts
    def _open_case(self) -> None:
        row = self._view_model.selected
        if row is not None:
            self.case_wanted.emit(row.case_id)
