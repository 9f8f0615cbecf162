"""One engine behind every door: what the live solver, a shadow run and a what-if answer must be the same.

The live door is the solver process that the window asks; the shadow door solves in the caller's thread; the
what-if door is a scenario without overrides, here and in a pool. Seeded problems go through all of them and
the digests of the answers are compared. The product runs this on request (``control-tower self-check``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import UnavailableError
from optimization.backlog.generate import generate_tables
from optimization.backlog.instance import build_instance
from optimization.backlog.limits import BacklogLimits
from optimization.backlog.solve import solve_backlog
from optimization.instances import generate_reallocation, generate_rebooking
from optimization.limits import Limits
from optimization.outcome import Outcome
from optimization.rebooking.solve import Effort
from optimization.scenarios.overrides import Scenario
from optimization.scenarios.runners import run_here, run_pool
from optimization.scenarios.tasks import Task, result_of_backlog, solve_scenario
from optimization.solve import Problem, solve
from optimization.solver_events import JobFailed, JobFinished
from optimization.solver_process import SolverProcess

SEED = 11
CASE_LIMITS = Limits(deterministic_time=0.2, wall_seconds=3_600.0, workers=1)
BACKLOG_MOVES = 120
PATIENCE_SECONDS = 120.0
NOTHING_DIFFERENT = Scenario(name="as it is")

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parity:
    """What one problem came to at each door: name of the door and digest of its answer."""

    problem: str
    answers: tuple[tuple[str, str], ...]

    @property
    def agrees(self) -> bool:
        """Whether every door gave the same answer."""
        return len({digest for _, digest in self.answers}) == 1


def check_parity(monotonic: Clock) -> tuple[Parity, ...]:
    """Send a case of each kind and a backlog through every door.

    Raises:
        TowerError: a door gave no answer; it says why.
    """
    return (*_cases(monotonic), _backlog(monotonic))


def _cases(monotonic: Clock) -> tuple[Parity, ...]:
    problems: dict[str, Problem] = {
        "a case of 10 lines": generate_reallocation(10, 4, SEED),
        "a case of 6 shipments": generate_rebooking(6, 2, SEED),
    }
    found = []
    process = SolverProcess(monotonic=monotonic)
    process.start()
    try:
        for name, problem in problems.items():
            shadow = solve(problem, CASE_LIMITS, SEED, monotonic=monotonic)
            live = _finished(process, int(process.submit(problem, CASE_LIMITS, SEED)), monotonic)
            answers = (("shadow", shadow.digest), ("live", live.digest))
            found.append(Parity(problem=name, answers=answers))
    finally:
        process.stop()
    return tuple(found)


def _finished(process: SolverProcess, job: int, monotonic: Clock) -> Outcome:
    end = monotonic() + PATIENCE_SECONDS
    while monotonic() < end:
        for event in process.poll(0.5):
            if isinstance(event, JobFailed):
                raise event.error
            if isinstance(event, JobFinished) and event.job_id == job:
                return event.outcome
    raise UnavailableError(
        what=f"The solver process gave no answer in {PATIENCE_SECONDS:.0f} seconds.",
        remedy="Close other programs and try again.",
    )


def _backlog(monotonic: Clock) -> Parity:
    tables = generate_tables("D", 120, 4, SEED)
    task = Task(seed=SEED, effort=Effort(), moves=BACKLOG_MOVES)
    limits = BacklogLimits(seconds=3_600.0, moves=BACKLOG_MOVES)
    solved = solve_backlog(build_instance(tables), limits, SEED, monotonic=monotonic)
    live = result_of_backlog(NOTHING_DIFFERENT.name, tables, solved)
    shadow = solve_scenario(tables, NOTHING_DIFFERENT, task, monotonic)
    with run_here(tables, task, monotonic) as runner:
        here = runner.submit(NOTHING_DIFFERENT).result()
    with run_pool(tables, task, monotonic, workers=1) as runner:
        pooled = runner.submit(NOTHING_DIFFERENT).result()
    return Parity(
        problem="a backlog of 120 lines",
        answers=(
            ("live", live.digest),
            ("shadow", shadow.digest),
            ("what-if here", here.digest),
            ("what-if in a pool", pooled.digest),
        ),
    )
