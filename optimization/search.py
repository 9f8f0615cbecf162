"""One run of CP-SAT: limits, seed, hint, progress, and a stop that takes effect at once."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from optimization.constraints.rule import CostLines
from optimization.limits import Limits, StopFlag
from optimization.listener import ProgressSink, ProgressTracker, solution_callback
from optimization.outcome import Ending, Progress

if TYPE_CHECKING:
    from ortools.linear_solver.python.model_builder import Model, Solver
    from ortools.sat.python.cp_model import CpModel, CpSolver, CpSolverSolutionCallback, IntVar

STOP_POLL_SECONDS = 0.02
BOUND_TOLERANCE = 1e-6
MS_PER_SECOND = 1_000
ROUND_UP_TOLERANCE = 0.999

Clock = Callable[[], float]


class ModelRefusedError(RuntimeError):
    """A bug: the solver refused a model built here, for example because a sum could overflow."""


class Verdict(StrEnum):
    """What the solver could say."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a run found; ``bound`` is valid whatever the verdict, ``value`` only with a plan.

    ``work`` is what the run used of the deterministic limit.
    """

    verdict: Verdict
    ending: Ending
    objective: int
    bound: int | None
    value: Callable[[IntVar], int]
    work: float
    wall_seconds: float

    @property
    def proven(self) -> bool:
        """Whether nothing better exists."""
        return self.verdict is Verdict.OPTIMAL

    @property
    def has_plan(self) -> bool:
        """Whether values can be read."""
        return self.verdict in (Verdict.OPTIMAL, Verdict.FEASIBLE)


def no_clock() -> float:
    """The clock of a caller that gave none: every duration is 0."""
    return 0.0


class Search:
    """The limits, seed, stop flag and listener that all runs of one solve share.

    ``wall_struck`` tells whether any run was ended by the clock, so that another may differ.
    """

    def __init__(
        self,
        limits: Limits,
        seed: int,
        stop: StopFlag | None = None,
        progress: ProgressSink | None = None,
        monotonic: Clock | None = None,
    ) -> None:
        """Start the clock."""
        self.limits = limits
        self.seed = seed
        self._stop = stop
        self._progress = progress
        self._clock = monotonic or no_clock
        self._started = self._clock()
        self.wall_struck = False

    @property
    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stop is not None and self._stop.is_set()

    @property
    def elapsed_ms(self) -> int:
        """Milliseconds since the solve began."""
        return round((self._clock() - self._started) * MS_PER_SECOND)

    def report(self, stage: str, objective_cents: int) -> None:
        """Tell the listener about a better plan found outside a run."""
        if self._progress is not None:
            self._progress(
                Progress(
                    stage=stage,
                    objective_cents=objective_cents,
                    bound_cents=None,
                    gap_basis_points=None,
                    plans_found=0,
                    elapsed_ms=self.elapsed_ms,
                )
            )

    def minimise(
        self,
        model: CpModel,
        objective: CostLines,
        *,
        stage: str,
        share: float,
        hint: list[tuple[IntVar, int]] | None = None,
        in_cents: bool = True,
        listen: bool = True,
    ) -> Found:
        """Minimise an objective of a fresh model with a share of the limits.

        ``in_cents`` false: the objective is not money; ``listen`` false: it is a part of a larger
        search, whose progress is reported elsewhere.

        Raises:
            ModelRefusedError: the model is not valid; always a bug.
        """
        from ortools.sat.python import cp_model

        terms = [(weight, variable) for weight, variable in objective if weight]
        variables, weights = [variable for _, variable in terms], [weight for weight, _ in terms]
        model.minimize(cp_model.LinearExpr.weighted_sum(variables, weights))
        for variable, value in hint or ():
            model.add_hint(variable, value)
        complaint = model.validate()
        if complaint:
            raise ModelRefusedError(complaint)
        solver = self._solver(share)
        callback = self._listen(solver, stage, in_cents=in_cents) if listen else None
        with self._watching(solver.stop_search):
            verdict = Verdict(solver.status_name(solver.solve(model, callback)).lower())
        has_plan = verdict in (Verdict.OPTIMAL, Verdict.FEASIBLE)
        bound = solver.best_objective_bound
        return Found(
            verdict=verdict,
            ending=self._ending(solver, verdict, share),
            objective=round(solver.objective_value) if has_plan else 0,
            bound=math.ceil(bound - BOUND_TOLERANCE) if math.isfinite(bound) else None,
            value=solver.value,
            work=solver.deterministic_time,
            wall_seconds=solver.wall_time,
        )

    def relax(self, model: Model, solver: Solver, *, share: float) -> bool:
        """Solve a linear relaxation with a share of the wall limit; whether it was finished."""
        from ortools.linear_solver.python import model_builder

        limit = self.limits.wall_seconds * share
        solver.set_time_limit_in_seconds(limit)
        with self._watching(solver.stop_search):
            finished = solver.solve(model) == model_builder.SolveStatus.OPTIMAL
        self.wall_struck |= not finished and not self.stopped
        return finished

    def _solver(self, share: float) -> CpSolver:
        """A solver that gives the same answer for the same seed when it has one worker."""
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        solver.parameters.num_workers = self.limits.workers
        solver.parameters.random_seed = self.seed
        solver.parameters.max_deterministic_time = self.limits.deterministic_time * share
        solver.parameters.max_time_in_seconds = self.limits.wall_seconds * share
        solver.parameters.linearization_level = 2
        return solver

    def _listen(self, solver: CpSolver, stage: str, *, in_cents: bool) -> CpSolverSolutionCallback | None:
        """Report plans and bounds as they come, if anybody listens."""
        if self._progress is None:
            return None
        tracker = ProgressTracker(self._progress, stage, lambda: self.elapsed_ms, in_cents=in_cents)
        solver.best_bound_callback = tracker.bound_moved
        tracker.report()
        return solution_callback(tracker)

    @contextmanager
    def _watching(self, end: Callable[[], None]) -> Iterator[None]:
        """Stop the solver from a second thread as soon as the flag is set."""
        if self._stop is None:
            yield
            return
        flag, done = self._stop, threading.Event()

        def watch() -> None:
            while not done.is_set():
                if flag.wait(STOP_POLL_SECONDS):
                    # The solver may not have begun: repeat until it has ended.
                    end()
                    done.wait(STOP_POLL_SECONDS)

        watcher = threading.Thread(target=watch, name="solver-stop-watcher", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()

    def _ending(self, solver: CpSolver, verdict: Verdict, share: float) -> Ending:
        """Why the run ended; a wall limit means that another run may differ."""
        if verdict in (Verdict.OPTIMAL, Verdict.INFEASIBLE):
            return Ending.PROVEN
        if self.stopped:
            return Ending.STOPPED
        if solver.deterministic_time >= self.limits.deterministic_time * share * ROUND_UP_TOLERANCE:
            return Ending.DETERMINISTIC_LIMIT
        self.wall_struck = True
        return Ending.WALL_LIMIT
