"""Which remedies are being worked out, for which case, and why some could not be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimization.solver_events import (
    JobCancelled,
    JobFailed,
    JobFinished,
    JobId,
    JobProgress,
    SolverEvent,
)
from views.case_detail.state import SolveProgress
from views.shell.state import JobRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.services.recommend.question import SolverQuestion
    from domain.recommendations import Recommendation
    from optimization.outcome import Progress

ADVISED_ROWS = 30
CANCELLED = "Cancelled. Press W to work the options out again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Solve:
    """A solve under way; a quiet one fills the queue's best option and is not shown as a job."""

    case_id: str
    question: SolverQuestion
    quiet: bool


@dataclass(slots=True)
class SolveBoard:
    """Asked questions and running solves of one window; lives in the GUI thread, knows no Qt."""

    _asked: dict[str, bool] = field(default_factory=dict)
    _solves: dict[JobId, Solve] = field(default_factory=dict)
    _progress: dict[JobId, Progress] = field(default_factory=dict)
    _why_not: dict[str, str] = field(default_factory=dict)
    _tried: set[str] = field(default_factory=set)

    def ask(self, case_id: str, *, quiet: bool) -> bool:
        """Note that a case's options are wanted; false when they are being worked out already."""
        if case_id in self._asked or any(s.case_id == case_id for s in self._solves.values()):
            return False
        self._asked[case_id] = quiet
        self._tried.add(case_id)
        return True

    def ask_again(self, case_id: str) -> bool:
        """A person asks: what failed before is forgotten."""
        self._why_not.pop(case_id, None)
        return self.ask(case_id, quiet=False)

    def answered(self, case_id: str) -> bool:
        """The question of a case has come; gives whether it was a quiet one."""
        return self._asked.pop(case_id, True)

    def failed(self, case_id: str, why: str) -> None:
        """No options for a case, and why."""
        self._asked.pop(case_id, None)
        self._why_not[case_id] = why

    def submitted(self, job_id: JobId, solve: Solve) -> None:
        """A problem went to the solver."""
        self._solves[job_id] = solve

    def take(self, event: SolverEvent) -> Recommendation | None:
        """Follow the solver; gives the recommendation when a solve is finished."""
        solve = self._solves.get(event.job_id)
        if solve is None:
            return None
        if isinstance(event, JobProgress):
            self._progress[event.job_id] = event.progress
        if not isinstance(event, JobFinished | JobCancelled | JobFailed):
            return None
        del self._solves[event.job_id]
        self._progress.pop(event.job_id, None)
        match event:
            case JobFinished():
                return solve.question.answer(event.outcome)
            case JobCancelled():
                self._why_not[solve.case_id] = CANCELLED
            case JobFailed():
                self._why_not[solve.case_id] = str(event.error)
        return None

    def job_named(self, text: str) -> JobId | None:
        """The running job a person means."""
        return next((job_id for job_id in self._solves if str(job_id) == text), None)

    def why_not(self, case_id: str) -> str:
        """Why a case has no options; empty where nothing is known against them."""
        return self._why_not.get(case_id, "")

    def solving(self, case_id: str) -> SolveProgress | None:
        """What the detail panel shows while a case is worked out."""
        found = next((j for j, solve in self._solves.items() if solve.case_id == case_id), None)
        return None if found is None else SolveProgress(job_id=str(found), title="Working out the options")

    def jobs(self) -> tuple[JobRow, ...]:
        """What the status bar shows: the solves that a person asked for."""
        return tuple(
            JobRow(job_id=str(job_id), title=f"Working out {solve.case_id}{self._words(job_id)}")
            for job_id, solve in self._solves.items()
            if not solve.quiet
        )

    def next_to_advise(self, rows: Iterable[tuple[str, str]]) -> str:
        """The most urgent of ``rows`` (case, best option) without option; empty while others are solved."""
        if self._solves or self._asked:
            return ""
        untried = (i for i, best in list(rows)[:ADVISED_ROWS] if not best and i not in self._tried)
        return next(untried, "")

    def _words(self, job_id: JobId) -> str:
        progress = self._progress.get(job_id)
        if progress is None or progress.gap_basis_points is None:
            return ""
        return f", {progress.plans_found} plans, gap {progress.gap_basis_points / 100:.1f} %"
