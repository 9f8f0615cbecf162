"""The inside of the solver process: take a job, solve it, send the outcome, until told to end."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

from domain.errors import TowerError
from optimization.limits import Limits
from optimization.outcome import Progress
from optimization.search import Clock
from optimization.solve import Problem, solve
from optimization.solver_events import JobFailed, JobFinished, JobId, JobProgress, JobStarted, SolverFailed

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One problem to solve."""

    job_id: JobId
    problem: Problem
    limits: Limits
    seed: int


@dataclass(frozen=True, slots=True)
class Ready:
    """Sent once, when the solver library is loaded and the first job can be taken."""


class CancelFlag:
    """A stop flag for one job, set by its id on a pipe, or by the end of the owner's process."""

    def __init__(self, connection: Connection, job_id: JobId) -> None:
        """Ids of other jobs on the pipe are of the past and are dropped."""
        self._connection = connection
        self._job_id = job_id
        self._lock = threading.Lock()
        self._set = False

    def is_set(self) -> bool:
        """Whether this job was cancelled or nobody is left to want it."""
        with self._lock:
            try:
                while not self._set and self._connection.poll(0):
                    self._set = self._connection.recv() == self._job_id
            except (EOFError, OSError):
                self._set = True
            return self._set

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for a message, at most ``timeout`` seconds; return whether this job was cancelled."""
        if not self._set:
            try:
                self._connection.poll(timeout)
            except (EOFError, OSError):
                self._set = True
        return self.is_set()


def run(
    jobs: Connection,
    cancels: Connection,
    events: Connection,
    monotonic: Clock,
    at_start: Callable[[], None] | None,
) -> None:
    """Serve jobs until the owner sends None or is gone."""
    # The owner decides when to end: a Ctrl-C in the terminal reaches both processes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if at_start is not None:
        at_start()
    _load_solver()
    try:
        events.send(Ready())
        while (job := jobs.recv()) is not None:
            events.send(JobStarted(job_id=job.job_id))
            events.send(_result(job, CancelFlag(cancels, job.job_id), events, monotonic))
    except (EOFError, BrokenPipeError):
        LOGGER.info("The owner of the solver process is gone; ending.")


def _load_solver() -> None:
    """Load the solver library now, so that the first job does not wait for it."""
    from ortools.sat.python import cp_model

    cp_model.CpSolver()


def _result(job: Job, flag: CancelFlag, events: Connection, monotonic: Clock) -> JobFinished | JobFailed:
    """Solve one job; whatever goes wrong becomes an event with a reason."""
    sending = threading.Lock()

    def tell(progress: Progress) -> None:
        with sending:
            events.send(JobProgress(job_id=job.job_id, progress=progress))

    try:
        outcome = solve(job.problem, job.limits, job.seed, flag, tell, monotonic)
    except TowerError as error:
        return JobFailed(job_id=job.job_id, error=error)
    except Exception as error:
        # A bug must reach the owner as an event with its reason, not end the queue.
        LOGGER.exception("Job %s failed.", job.job_id)
        what = f"The solver met a bug ({type(error).__name__}: {error})."
        remedy = "Nothing was changed. Report it with the diagnostics; solve again with other limits."
        return JobFailed(job_id=job.job_id, error=SolverFailed(what=what, remedy=remedy))
    return JobFinished(job_id=job.job_id, outcome=outcome)
