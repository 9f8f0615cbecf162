"""What the solver process tells its owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NewType

from domain.errors import TowerError, UnavailableError

if TYPE_CHECKING:
    # The window knows these events from the first moment on, and shows before any outcome is there.
    from optimization.outcome import Outcome, Progress

JobId = NewType("JobId", int)


class SolverCrashed(UnavailableError):
    """The solver process ended while it was working; it has been started again."""


class SolverFailed(TowerError):
    """The solver met a bug of ours; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStarted:
    """A job has left the queue and is being solved."""

    job_id: JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgress:
    """A better plan or bound, or a new stage."""

    job_id: JobId
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFinished:
    """A job is solved."""

    job_id: JobId
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCancelled:
    """A job was cancelled; ``outcome`` is the best so far, None if there was nothing yet."""

    job_id: JobId
    outcome: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed:
    """A job gave no outcome; the error says what happened and what to do."""

    job_id: JobId
    error: TowerError


SolverEvent = JobStarted | JobProgress | JobFinished | JobCancelled | JobFailed
