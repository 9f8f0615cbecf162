"""The cases that a person marked, what is done with all of them, and which of them could not be done."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from views.case_queue.bulk_state import BulkEdit, BulkOutcome
from views.ports import TowerIntents


class BulkModel(QObject):
    """Marks, one edit under way, and its outcome."""

    changed = Signal()

    def __init__(self, intents: TowerIntents) -> None:
        """Ask the program through ``intents``."""
        super().__init__()
        self._intents = intents
        self.marked: dict[str, None] = {}
        self.running: BulkEdit | None = None
        self.outcome: BulkOutcome | None = None

    def toggle(self, case_id: str) -> None:
        """Mark a case, or take its mark away."""
        if case_id in self.marked:
            del self.marked[case_id]
        elif case_id:
            self.marked[case_id] = None
        self._fresh()

    def mark(self, case_ids: Iterable[str]) -> None:
        """Mark these cases too."""
        self.marked |= dict.fromkeys(case_id for case_id in case_ids if case_id)
        self._fresh()

    def clear(self) -> None:
        """Take all marks away."""
        self.marked = {}
        self._fresh()

    def keep_only(self, known: Iterable[str]) -> None:
        """Forget marks of cases that are not open any more."""
        still = set(known)
        gone = [case_id for case_id in self.marked if case_id not in still]
        if gone:
            self.marked = {case_id: None for case_id in self.marked if case_id in still}
            self.changed.emit()

    def apply(self, edit: BulkEdit) -> None:
        """Do an edit with every marked case, each by itself."""
        if self.marked and self.running is None:
            self.running, self.outcome = edit, None
            self._intents.edit_cases(tuple(self.marked), edit)
            self.changed.emit()

    def take(self, outcome: BulkOutcome) -> None:
        """Take what came of it: marks stay on what failed."""
        self.running, self.outcome = None, outcome
        self.marked = {case_id: None for case_id, _ in outcome.failed}
        self.changed.emit()

    def retry(self) -> None:
        """Do the last edit again with what failed, and nothing else."""
        if self.outcome is not None and self.outcome.failed:
            self.marked = {case_id: None for case_id, _ in self.outcome.failed}
            self.apply(self.outcome.edit)

    def _fresh(self) -> None:
        self.outcome = None
        self.changed.emit()
