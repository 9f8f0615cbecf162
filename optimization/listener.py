"""Turns the solver's callbacks into progress values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from optimization.outcome import Progress, gap_basis_points

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpSolverSolutionCallback

ProgressSink = Callable[[Progress], None]


class ProgressTracker:
    """The best plan and bound of one run so far; every change is reported at once.

    The solver calls from its own threads, one at a time; a sink must be quick and not raise.
    """

    def __init__(
        self, sink: ProgressSink, stage: str, elapsed_ms: Callable[[], int], *, in_cents: bool
    ) -> None:
        """With ``in_cents`` false the objective is not money and is left out of the reports."""
        self._sink = sink
        self._stage = stage
        self._elapsed_ms = elapsed_ms
        self._in_cents = in_cents
        self._objective: int | None = None
        self._bound: int | None = None
        self._plans = 0

    def plan_found(self, objective: float, bound: float) -> None:
        """A better plan."""
        self._plans += 1
        self._objective = round(objective)
        self.bound_moved(bound)

    def bound_moved(self, bound: float) -> None:
        """A better bound."""
        if math.isfinite(bound):
            self._bound = max(round(bound), self._bound or 0)
        self.report()

    def report(self) -> None:
        """Send what is known now."""
        objective = self._objective if self._in_cents else None
        bound = self._bound if self._in_cents else None
        known = objective is not None and bound is not None
        self._sink(
            Progress(
                stage=self._stage,
                objective_cents=objective,
                bound_cents=bound,
                gap_basis_points=gap_basis_points(objective or 0, bound or 0) if known else None,
                plans_found=self._plans,
                elapsed_ms=self._elapsed_ms(),
            )
        )


def solution_callback(tracker: ProgressTracker) -> CpSolverSolutionCallback:
    """The solver's side of a tracker."""
    from ortools.sat.python import cp_model

    class SolutionCallback(cp_model.CpSolverSolutionCallback):
        """Called by the solver with every better plan."""

        def on_solution_callback(self) -> None:
            """Hand the objective and bound over."""
            tracker.plan_found(self.objective_value, self.best_objective_bound)

    return SolutionCallback()
