"""A question about a case: with a problem for the solver, or answered at once by rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    # The window knows a question from the first moment on, and shows before any problem is put.
    from collections.abc import Callable

    from domain.recommendations import Recommendation
    from optimization.carrier_problem import RebookingProblem
    from optimization.outcome import Outcome
    from optimization.split_problem import SplitProblem

Problem: TypeAlias = "SplitProblem | RebookingProblem"


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverQuestion:
    """Send ``problem`` to the solver and give its outcome to ``answer``."""

    problem: Problem
    answer: Callable[[Outcome], Recommendation]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleQuestion:
    """No search is needed: the answer follows from the facts."""

    recommendation: Recommendation


Question = SolverQuestion | RuleQuestion
