"""The approvals page between program and screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from views.approvals.ledger_state import LedgerShown
from views.approvals.state import UNSETTLED_STAGES, ApprovalRow, ApprovalStage, Doubt
from views.language import tr
from views.ports import Decision, TowerIntents
from views.tower.state import TowerSnapshot


class ApprovalFilter(StrEnum):
    """Which proposals are listed."""

    WAITING = "waiting"
    UNDER_WAY = "under_way"
    SETTLED = "settled"
    ALL = "all"


def matches(row: ApprovalRow, wanted: ApprovalFilter) -> bool:
    """Whether a proposal belongs to a filter."""
    if wanted is ApprovalFilter.ALL:
        return True
    if wanted is ApprovalFilter.WAITING:
        return row.is_waiting
    unsettled = row.stage in UNSETTLED_STAGES
    return unsettled and not row.is_waiting if wanted is ApprovalFilter.UNDER_WAY else not unsettled


class ApprovalsViewModel(QObject):
    """Holds the proposals, which are listed and which one is looked at."""

    rows_changed = Signal()
    selection_changed = Signal()
    ledger_changed = Signal()

    def __init__(self, intents: TowerIntents) -> None:
        """Ask the program through ``intents``."""
        super().__init__()
        self._intents = intents
        #: Whether nothing was told yet.
        self.is_loading = True
        self.all_rows: tuple[ApprovalRow, ...] = ()
        self.wanted = ApprovalFilter.ALL
        self.selected_id = ""
        self.ledger: LedgerShown | None = None
        self.now = datetime(1970, 1, 1, tzinfo=UTC)
        self.zone: tzinfo = UTC
        self.currency = "USD"

    # ------------------------------------------------------------------ from the program
    def apply(self, snapshot: TowerSnapshot) -> None:
        """Take the proposals of a snapshot."""
        self.now, self.zone, self.currency = snapshot.now, snapshot.zone, snapshot.currency
        if not snapshot.changed & {"approvals", "who"}:
            return
        self.is_loading = False
        self.all_rows = snapshot.approvals
        if self.selected is None:
            first = next((r for r in self.all_rows if r.is_waiting), None) or next(iter(self.rows()), None)
            self.selected_id = first.action_id if first else ""
        self.rows_changed.emit()
        self.selection_changed.emit()

    def apply_ledger(self, shown: LedgerShown) -> None:
        """Take the ledger's entries."""
        self.ledger = shown
        self.ledger_changed.emit()

    # ------------------------------------------------------------------ what is shown
    def rows(self) -> Sequence[ApprovalRow]:
        """The proposals listed now."""
        return [row for row in self.all_rows if matches(row, self.wanted)]

    def waiting(self) -> int:
        """How many proposals wait for a decision."""
        return sum(row.is_waiting for row in self.all_rows)

    def how_many(self, wanted: ApprovalFilter) -> int:
        """How many proposals a filter would list."""
        return sum(matches(row, wanted) for row in self.all_rows)

    @property
    def selected(self) -> ApprovalRow | None:
        """The proposal looked at."""
        return next((row for row in self.all_rows if row.action_id == self.selected_id), None)

    def why_not_decide(self) -> str:
        """Why the selected proposal cannot be decided here and now; empty when it can."""
        row = self.selected
        if row is None:
            return tr("Select a proposal.")
        if row.stage is not ApprovalStage.WAITING:
            return row.why_not_decide or tr("It has been decided.")
        return row.why_not_decide

    def approvable(self) -> Sequence[ApprovalRow]:
        """The proposals that the person at the desk could approve together, as they are listed."""
        return [row for row in self.all_rows if row.may_approve_now]

    # ------------------------------------------------------------------ intents
    def select(self, action_id: str) -> None:
        """Look at a proposal; one that the filter hides brings back all."""
        self.selected_id = action_id
        row = self.selected
        if row is not None and not matches(row, self.wanted):
            self.set_filter(ApprovalFilter.ALL)
        self.selection_changed.emit()

    def move(self, step: int) -> None:
        """Look at the next (1) or the previous (-1) proposal listed."""
        ids = [row.action_id for row in self.rows()]
        if not ids:
            return
        at = ids.index(self.selected_id) if self.selected_id in ids else -1 if step > 0 else len(ids)
        self.select(ids[min(max(at + step, 0), len(ids) - 1)])

    def set_filter(self, wanted: ApprovalFilter) -> None:
        """List other proposals."""
        self.wanted = wanted
        self.rows_changed.emit()

    def decide(self, decision: Decision, reason: str) -> bool:
        """Ask for a decision on the selected proposal to be signed; says whether that could be asked.

        The reason is part of what is signed, so a blank one is refused.
        """
        row = self.selected
        revokes = decision == "revoke" and row is not None and not row.why_not_revoke
        if not reason.strip() or (self.why_not_decide() and not revokes):
            return False
        self._intents.decide(self.selected_id, decision, reason.strip())
        return True

    @property
    def doubt(self) -> Doubt | None:
        """The command of the selected proposal that a person has to tell about first."""
        row = self.selected
        return None if row is None else next(iter(row.doubts), None)

    def settle(self, reason: str, *, happened: bool) -> bool:
        """Ask to sign whether the command in doubt happened; says whether that could be asked."""
        doubt = self.doubt
        if doubt is None or doubt.why_not_settle or not reason.strip():
            return False
        self._intents.settle(self.selected_id, doubt.command_key, reason.strip(), happened=happened)
        return True

    def take_back(self, reason: str) -> bool:
        """Ask for a proposal that takes the selected one back; says whether that could be asked."""
        row = self.selected
        if row is None or row.why_not_take_back or not reason.strip():
            return False
        self._intents.take_back(row.action_id, reason.strip())
        return True

    def approve_all(self, action_ids: Sequence[str], reason: str) -> bool:
        """Ask for several approvals to be signed, each by itself; says whether that could be asked."""
        may = {row.action_id for row in self.approvable()}
        if not reason.strip() or not action_ids or not may.issuperset(action_ids):
            return False
        for action_id in action_ids:
            self._intents.decide(action_id, "approve", reason.strip())
        return True
