"""The solver process: jobs in order, cancel within a deadline, a crash reported and survived."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from domain.errors import UnavailableError
from optimization.instances import generate_reallocation, generate_rebooking
from optimization.limits import Limits
from optimization.outcome import Outcome
from optimization.solve import solve
from optimization.solver_events import (
    JobCancelled,
    JobFailed,
    JobFinished,
    JobId,
    JobProgress,
    JobStarted,
    SolverCrashed,
    SolverEvent,
)
from optimization.solver_process import SolverProcess
from tests.support.optimization_cases import QUICK

DEADLINE_SECONDS = 60.0
NO_END = Limits(deterministic_time=10_000.0, wall_seconds=600.0)
SMALL = generate_rebooking(6, 2, seed=1)
LARGE = generate_reallocation(lines=60, nodes=6, seed=4)


@pytest.fixture(scope="module")
def shared() -> Iterator[SolverProcess]:
    """One process for the tests that leave it as they found it: starting one takes a second."""
    process = SolverProcess(monotonic=time.monotonic)
    process.start()
    yield process
    process.stop()


def until(process: SolverProcess, wanted: Callable[[SolverEvent], bool]) -> list[SolverEvent]:
    """All events up to the first wanted one; fails after the deadline."""
    end = time.monotonic() + DEADLINE_SECONDS
    seen: list[SolverEvent] = []
    while time.monotonic() < end:
        for event in process.poll(1.0):
            seen.append(event)
            if wanted(event):
                return seen
    pytest.fail(f"not seen in time, only {[type(event).__name__ for event in seen]}")


def finished(job_id: JobId) -> Callable[[SolverEvent], bool]:
    return lambda event: isinstance(event, JobFinished) and event.job_id == job_id


def outcome_of(seen: list[SolverEvent]) -> Outcome:
    assert isinstance(seen[-1], JobFinished)
    return seen[-1].outcome


def test_the_process_gives_the_same_outcome_as_a_call(shared: SolverProcess) -> None:
    job_id = shared.submit(SMALL, QUICK, seed=2)
    seen = until(shared, finished(job_id))
    outcome = outcome_of(seen)
    assert outcome.digest == solve(SMALL, QUICK, seed=2).digest
    assert outcome.solve_ms > 0
    assert isinstance(seen[0], JobStarted)
    assert any(isinstance(event, JobProgress) for event in seen)


def test_jobs_are_solved_in_turn(shared: SolverProcess) -> None:
    first, second = (shared.submit(SMALL, QUICK, seed=seed) for seed in (1, 2))
    seen = until(shared, finished(second))
    ends = [event.job_id for event in seen if isinstance(event, JobFinished)]
    assert ends == [first, second]


def test_a_running_job_is_cancelled_with_its_best_so_far(shared: SolverProcess) -> None:
    job_id = shared.submit(LARGE, NO_END, seed=1)
    until(shared, lambda event: isinstance(event, JobProgress) and event.progress.plans_found > 0)
    asked = time.monotonic()
    shared.cancel(job_id)
    seen = until(shared, lambda event: isinstance(event, JobCancelled))
    assert time.monotonic() - asked < 3.0
    assert isinstance(seen[-1], JobCancelled)
    assert seen[-1].outcome is not None
    assert seen[-1].outcome.objective_cents is not None


def test_a_waiting_job_is_cancelled_without_being_solved(shared: SolverProcess) -> None:
    running = shared.submit(LARGE, NO_END, seed=1)
    waiting = shared.submit(SMALL, QUICK, seed=1)
    shared.cancel(waiting)
    shared.cancel(running)
    seen = until(shared, lambda event: isinstance(event, JobCancelled) and event.job_id == running)
    assert JobCancelled(job_id=waiting, outcome=None) in seen
    assert not any(isinstance(event, JobStarted) and event.job_id == waiting for event in seen)


def test_a_crash_fails_the_running_job_with_a_reason_and_the_next_one_is_solved(
    shared: SolverProcess,
) -> None:
    job_id = shared.submit(LARGE, NO_END, seed=1)
    after = shared.submit(SMALL, QUICK, seed=1)
    until(shared, lambda event: isinstance(event, JobStarted) and event.job_id == job_id)
    first_pid = shared.pid
    assert first_pid is not None
    os.kill(first_pid, signal.SIGKILL)
    seen = until(shared, lambda event: isinstance(event, JobFailed))
    assert isinstance(seen[-1], JobFailed)
    assert seen[-1].job_id == job_id
    assert isinstance(seen[-1].error, SolverCrashed)
    assert "exit code -9" in seen[-1].error.what
    assert "Solve again" in seen[-1].error.remedy
    assert outcome_of(until(shared, finished(after))).plan is not None
    assert shared.pid != first_pid


def test_a_job_that_does_not_answer_is_killed_after_the_grace() -> None:
    process = SolverProcess(monotonic=time.monotonic, grace_seconds=0.3)
    process.start()
    try:
        job_id = process.submit(LARGE, NO_END, seed=1)
        until(process, lambda event: isinstance(event, JobStarted))
        stuck = process.pid
        assert stuck is not None
        os.kill(stuck, signal.SIGSTOP)
        process.cancel(job_id)
        seen = until(process, lambda event: isinstance(event, JobCancelled))
        assert seen[-1] == JobCancelled(job_id=job_id, outcome=None)
        assert process.pid != stuck
    finally:
        process.stop()


def test_a_solver_that_is_not_running_says_so() -> None:
    process = SolverProcess(monotonic=time.monotonic)
    with pytest.raises(UnavailableError, match="not running"):
        process.submit(SMALL, QUICK, seed=1)
    with pytest.raises(UnavailableError, match="not running"):
        process.poll(0.0)
    process.stop()
    assert process.pid is None
