"""The solver process seen from its owner: a queue of jobs, a stream of events, no Qt.

One process is spawned and kept. It solves one job at a time; the others wait here. A job is
cancelled by a message it looks for all the time; if it does not answer within the grace, the
process is killed and started again. A crash is an event, not an exception: the job that was
running fails with a reason, and the next one starts in a new process.

One thread polls, and jobs move only while it does; ``submit`` and ``cancel`` never wait and may be
called from another. ``stop`` is for the polling thread, or for after its end.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from domain.errors import UnavailableError
from optimization.limits import Limits
from optimization.search import Clock
from optimization.solve import Problem
from optimization.solver_events import (
    JobCancelled,
    JobFailed,
    JobFinished,
    JobId,
    SolverCrashed,
    SolverEvent,
)
from optimization.solver_worker import Job, Ready, run

PROCESS_NAME = "control-tower-solver"
MAX_FAILED_STARTS = 3
RESTART_REMEDY = "The solver was started again. Solve again, with fewer lines if it happens twice."
BROKEN_REMEDY = (
    "The solver does not start on this machine. Reinstall the program; work goes on without remedies."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Child:
    """A running process and our ends of its pipes."""

    process: SpawnProcess
    jobs: Connection
    cancels: Connection
    events: Connection

    def close(self) -> None:
        """Close our ends; the process must have ended."""
        for connection in (self.jobs, self.cancels, self.events):
            connection.close()
        self.process.close()


class SolverProcess:
    """Owns the solver process. ``monotonic`` is a clock in seconds that can be pickled."""

    def __init__(
        self, *, monotonic: Clock, grace_seconds: float = 3.0, at_start: Callable[[], None] | None = None
    ) -> None:
        """Nothing is started yet; the process calls ``at_start`` (which can be pickled) before it works."""
        self._monotonic = monotonic
        self._grace_seconds = grace_seconds
        self._at_start = at_start
        self._lock = threading.RLock()
        self._child: _Child | None = None
        self._ready = False
        self._failed_starts = 0
        self._next_id = 1
        self._waiting: deque[Job] = deque()
        self._running: JobId | None = None
        self._cancel_deadline: float | None = None
        self._told: deque[SolverEvent] = deque()
        self._wake_out, self._wake_in = multiprocessing.Pipe(duplex=False)

    @property
    def pid(self) -> int | None:
        """The process id, while it runs."""
        with self._lock:
            return None if self._child is None else self._child.process.pid

    def start(self) -> None:
        """Start the process; does nothing if it runs."""
        with self._lock:
            if self._child is None:
                self._failed_starts = 0
                self._spawn()

    def submit(self, problem: Problem, limits: Limits, seed: int) -> JobId:
        """Queue a problem; its events carry the returned id.

        Raises:
            UnavailableError: the process was not started, or does not start on this machine.
        """
        with self._lock:
            self._require_child()
            job_id = JobId(self._next_id)
            self._next_id += 1
            self._waiting.append(Job(job_id=job_id, problem=problem, limits=limits, seed=seed))
            self._wake_in.send(None)
            return job_id

    def cancel(self, job_id: JobId) -> None:
        """Cancel a waiting or running job; a finished or unknown one is left alone."""
        with self._lock:
            for job in list(self._waiting):
                if job.job_id == job_id:
                    self._waiting.remove(job)
                    self._told.append(JobCancelled(job_id=job_id, outcome=None))
            if self._running == job_id and self._child is not None and self._cancel_deadline is None:
                self._cancel_deadline = self._monotonic() + self._grace_seconds
                # A process that has just died does not listen: the next poll reports the job.
                with suppress(OSError):
                    self._child.cancels.send(job_id)
            self._wake_in.send(None)

    def poll(self, timeout_seconds: float) -> list[SolverEvent]:
        """The events since the last call; waits up to ``timeout_seconds`` for the first.

        Raises:
            UnavailableError: the process was not started, or does not start on this machine.
        """
        end = self._monotonic() + timeout_seconds
        while True:
            with self._lock:
                events = self._take_told()
                if events:
                    return events
                child = self._require_child()
                self._feed()
                now = self._monotonic()
                due = end if self._cancel_deadline is None else min(end, self._cancel_deadline)
            wait([child.events, child.process.sentinel, self._wake_out], max(0.0, due - now))
            with self._lock:
                while self._wake_out.poll(0):
                    self._wake_out.recv()
                if child is self._child:
                    self._collect(child)
                events = self._take_told()
            if events or self._monotonic() >= end:
                return events

    def stop(self) -> None:
        """End the process: politely, then by force after the grace. Waiting jobs are forgotten."""
        with self._lock:
            child, self._child = self._child, None
            running, self._running = self._running, None
            self._waiting.clear()
            self._cancel_deadline = None
        if child is None:
            return
        try:
            if running is not None:
                child.cancels.send(running)
            child.jobs.send(None)
        except OSError:
            child.process.kill()
        child.process.join(self._grace_seconds)
        if child.process.is_alive():
            child.process.kill()
            child.process.join()
        child.close()

    def _require_child(self) -> _Child:
        if self._child is None:
            what = "The solver process is not running."
            raise UnavailableError(what=what, remedy="Start it before a problem is solved.")
        return self._child

    def _spawn(self) -> None:
        """Start a fresh process with fresh pipes: a killed one may have left half a message."""
        context = multiprocessing.get_context("spawn")
        jobs_out, jobs_in = context.Pipe(duplex=False)
        cancels_out, cancels_in = context.Pipe(duplex=False)
        events_out, events_in = context.Pipe(duplex=False)
        process = context.Process(
            target=run,
            args=(jobs_out, cancels_out, events_in, self._monotonic, self._at_start),
            name=PROCESS_NAME,
            daemon=True,
        )
        process.start()
        for theirs in (jobs_out, cancels_out, events_in):
            theirs.close()
        self._ready = False
        self._child = _Child(process=process, jobs=jobs_in, cancels=cancels_in, events=events_out)

    def _feed(self) -> None:
        """Give an idle process its next job. Only the polling thread does: a pipe can make it wait."""
        if self._child is not None and self._ready and self._running is None and self._waiting:
            job = self._waiting.popleft()
            self._running = job.job_id
            # A process that has just died refuses it: the next look at it fails the job with the reason.
            with suppress(OSError):
                self._child.jobs.send(job)

    def _collect(self, child: _Child) -> None:
        """Read what the process sent; notice its end; enforce the cancel deadline."""
        died = not child.process.is_alive()
        try:
            while child.events.poll(0):
                self._receive(child.events.recv())
        except (EOFError, OSError):
            died = True
        late = self._cancel_deadline is not None and self._monotonic() >= self._cancel_deadline
        if died or late:
            self._replace(child, cancelled=self._cancel_deadline is not None)
        else:
            self._feed()

    def _receive(self, message: SolverEvent | Ready) -> None:
        match message:
            case Ready():
                self._ready = True
                self._failed_starts = 0
            case JobFinished() | JobFailed():
                cancelled = self._cancel_deadline is not None
                self._running = None
                self._cancel_deadline = None
                if cancelled and isinstance(message, JobFinished):
                    message = JobCancelled(job_id=message.job_id, outcome=message.outcome)
                self._told.append(message)
                self._feed()
            case _:
                self._told.append(message)

    def _replace(self, child: _Child, *, cancelled: bool) -> None:
        """Report the job that was running, and start a new process unless starting keeps failing."""
        child.process.kill()
        child.process.join()
        exit_code = child.process.exitcode
        child.close()
        self._child = None
        self._failed_starts += not self._ready
        hopeless = self._failed_starts >= MAX_FAILED_STARTS
        what = f"The solver process ended unexpectedly (exit code {exit_code})."
        error = SolverCrashed(what=what, remedy=BROKEN_REMEDY if hopeless else RESTART_REMEDY)
        if self._running is not None:
            failed = JobFailed(job_id=self._running, error=error)
            stopped = JobCancelled(job_id=self._running, outcome=None)
            self._told.append(stopped if cancelled else failed)
        self._running = None
        self._cancel_deadline = None
        if hopeless:
            self._told.extend(JobFailed(job_id=job.job_id, error=error) for job in self._waiting)
            self._waiting.clear()
            return
        self._spawn()
        self._feed()

    def _take_told(self) -> list[SolverEvent]:
        events = list(self._told)
        self._told.clear()
        return events
