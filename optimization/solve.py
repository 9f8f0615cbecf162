"""One door to every solver: a problem in, an audited outcome out, in the caller's thread."""

from __future__ import annotations

from optimization.carrier_problem import RebookingProblem
from optimization.limits import Limits, StopFlag
from optimization.listener import ProgressSink
from optimization.outcome import Outcome
from optimization.problem import ReallocationProblem
from optimization.reallocate import solve_reallocation
from optimization.rebook import solve_rebooking
from optimization.search import Clock
from optimization.split import solve_split
from optimization.split_problem import SplitProblem

Problem = ReallocationProblem | SplitProblem | RebookingProblem


def solve(
    problem: Problem,
    limits: Limits,
    seed: int,
    stop: StopFlag | None = None,
    progress: ProgressSink | None = None,
    monotonic: Clock | None = None,
) -> Outcome:
    """Solve a problem of any kind.

    ``stop`` ends the search at once with the best plan so far; ``progress`` is called from the
    solver's threads and must be quick; ``monotonic`` (seconds) only measures ``solve_ms``.

    Raises:
        AuditRefusedError: a bug: a plan failed the independent check.
    """
    match problem:
        case ReallocationProblem():
            return solve_reallocation(problem, limits, seed, stop, progress, monotonic)
        case SplitProblem():
            return solve_split(problem, limits, seed, stop, progress, monotonic)
        case RebookingProblem():
            return solve_rebooking(problem, limits, seed, stop, progress, monotonic)
