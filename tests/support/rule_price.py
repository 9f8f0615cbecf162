"""What one rule alone says about one plan: refused, or its price in cents."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from optimization.constraints.rule import CostLines, Rule
from optimization.constraints.variables import BookingVariables, ReallocationVariables

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar

V = TypeVar("V", ReallocationVariables, BookingVariables)


def price(rule: Rule[V], variables: V, assignment: list[tuple[IntVar, int]]) -> int | None:
    """State the rule, fix the given variables, minimise the rule's cost; None when it refuses."""
    costs: CostLines = rule.state(variables)
    for variable, value in assignment:
        variables.model.add(variable == value)
    return _minimum(variables.model, costs)


def _minimum(model: CpModel, costs: CostLines) -> int | None:
    from ortools.sat.python import cp_model

    model.minimize(cp_model.LinearExpr.weighted_sum([v for _, v in costs], [weight for weight, _ in costs]))
    assert not model.validate()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    assert status == cp_model.OPTIMAL
    return round(solver.objective_value)
