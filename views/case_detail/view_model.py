"""The detail panel between program and screen: which case, which option is chosen, what is asked for."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QObject, Signal

from domain.recommendations import Option
from views.case_detail.state import ApprovalNeed, CaseDetail
from views.language import tr
from views.local_edits import LocalEdits
from views.ports import TowerIntents


class DetailViewModel(QObject):
    """Holds the case shown and the option a person chose among its options."""

    #: The case or anything about it changed.
    detail_changed = Signal()
    #: Another option was chosen.
    choice_changed = Signal()
    #: The countdown went on.
    clock_changed = Signal()

    def __init__(self, intents: TowerIntents, edits: LocalEdits) -> None:
        """Ask the program through ``intents``, and for edits that stay at the desk through ``edits``."""
        super().__init__()
        self._intents = intents
        self._edits = edits
        self.wanted_id = ""
        self.detail: CaseDetail | None = None
        self.now = datetime(1970, 1, 1, tzinfo=UTC)
        self._chosen_id = ""

    # ------------------------------------------------------------------ from the program
    def want(self, case_id: str) -> None:
        """Another case is selected; its detail is on its way."""
        if case_id == self.wanted_id:
            return
        self.wanted_id = case_id
        self._chosen_id = ""
        if not case_id:
            self.detail = None
            self.detail_changed.emit()

    def apply(self, detail: CaseDetail) -> None:
        """Take a case's detail; one of another case than the selected is too late and dropped."""
        if detail.case.case_id != self.wanted_id:
            return
        self.detail = detail
        if self._chosen_id not in {o.option_id for o in detail.options}:
            self._chosen_id = ""
        self.detail_changed.emit()

    def apply_clock(self, now: datetime) -> None:
        """Let the countdown go on."""
        self.now = now
        self.clock_changed.emit()

    @property
    def is_loading(self) -> bool:
        """Whether the selected case's detail is still on its way."""
        return bool(self.wanted_id) and (self.detail is None or self.detail.case.case_id != self.wanted_id)

    # ------------------------------------------------------------------ the chosen option
    @property
    def chosen(self) -> Option | None:
        """The option to propose: what the person chose, else the recommended, else the first that acts."""
        if self.detail is None:
            return None
        options = self.detail.options
        by_person = next((o for o in options if o.option_id == self._chosen_id), None)
        return by_person or self.detail.recommended or next((o for o in options if o.actions), None)

    @property
    def need(self) -> ApprovalNeed | None:
        """Who must approve the chosen option."""
        if self.detail is None or self.chosen is None:
            return None
        return self.detail.needs.get(self.chosen.option_id)

    @property
    def why_not_propose(self) -> str:
        """Why nothing can be proposed now, in words; empty when it can."""
        if self.detail is None or self.chosen is None:
            return tr("Work out the options first.")
        if self.detail.proposal is not None:
            return tr("A proposal for this case already waits.")
        if not self.chosen.actions:
            return tr("Doing nothing needs no approval.")
        if self.detail.recommendation_stale:
            return tr("The facts changed; work out the options again.")
        return self.detail.why_not_propose

    def choose(self, option_id: str) -> None:
        """Choose an option of the case."""
        self._chosen_id = option_id
        self.choice_changed.emit()

    # ------------------------------------------------------------------ intents
    def propose(self, reason: str) -> None:
        """Ask for the chosen option to be signed as a proposal and put before the approvers."""
        if self.detail is not None and self.chosen is not None and not self.why_not_propose:
            self._intents.propose(self.detail.case.case_id, self.chosen.option_id, reason.strip())

    def request_options(self) -> None:
        """Ask for the options to be worked out."""
        if self.detail is not None:
            self._intents.request_options(self.detail.case.case_id)

    def cancel_solve(self) -> None:
        """Stop working out the options."""
        if self.detail is not None and self.detail.solving is not None:
            self._intents.cancel_job(self.detail.solving.job_id)

    def snooze(self, minutes: int) -> None:
        """Let the case rest."""
        if self.detail is not None:
            self._edits.snooze(self.detail.case.case_id, minutes)

    def snooze_until_doubled(self) -> None:
        """Let the case rest until twice its money is at stake."""
        if self.detail is not None:
            self._edits.snooze_until_doubled(self.detail.case.case_id)

    def deny(self, reason: str) -> None:
        """Say that the condition is not so; a blank reason is none."""
        if self.detail is not None and reason.strip():
            self._intents.deny_case(self.detail.case.case_id, reason.strip())

    def split(self, reason: str) -> None:
        """Take the case out of its incident; a blank reason is none."""
        if self.detail is not None and reason.strip():
            self._intents.split_case(self.detail.case.case_id, reason.strip())

    def add_note(self, text: str) -> None:
        """Write something down about the case; blank text is nothing."""
        if self.detail is not None and text.strip():
            self._edits.add_note(self.detail.case.case_id, text.strip())
