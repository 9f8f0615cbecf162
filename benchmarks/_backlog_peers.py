"""The general solvers that a backlog is also given to: one model, their own search."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from optimization.backlog.highs import Model
from optimization.backlog.instance import Instance
from optimization.backlog.mip_model import build_model
from optimization.backlog.mip_process import MipProcess

Found = tuple[int | None, int]
Peer = Callable[[Instance, float], Found]

GRACE_SECONDS = 30.0
THREADS = 2


def highs(instance: Instance, seconds: float) -> Found:
    """HiGHS in SciPy, in a process of its own."""
    model, _ = build_model(instance)
    process = MipProcess(model, seconds)
    answer, over = process.answer(), time.monotonic() + seconds + GRACE_SECONDS
    try:
        while process.working() and time.monotonic() < over:
            answer = process.answer(1.0)
    finally:
        process.close()
    cents = None if answer.found is None else round(float(model.cost @ np.rint(answer.found)))
    return cents, answer.bound_cents


def scip(instance: Instance, seconds: float) -> Found:
    """SCIP in OR-Tools."""
    from ortools.linear_solver.python import model_builder

    model, _ = build_model(instance)
    pandas = import_module("pandas")
    builder = model_builder.Model()  # type: ignore[no-untyped-call]
    upper = pandas.Series(model.upper)
    columns = builder.new_int_var_series(
        name="x",
        index=pandas.RangeIndex(model.cost.size),
        lower_bounds=0,
        upper_bounds=upper,
    )
    _add_rows(model, list(columns), builder.add)
    builder.minimize((columns * pandas.Series(model.cost)).sum())
    solver = model_builder.Solver("scip")
    solver.set_time_limit_in_seconds(seconds)
    status = solver.solve(builder)
    if status not in {model_builder.SolveStatus.OPTIMAL, model_builder.SolveStatus.FEASIBLE}:
        return None, 0
    return round(solver.objective_value), max(0, round(solver.best_objective_bound))


def cp_sat(instance: Instance, seconds: float) -> Found:
    """CP-SAT with two workers."""
    from ortools.sat.python import cp_model

    model, _ = build_model(instance)
    builder = cp_model.CpModel()
    columns = [builder.new_int_var(0, int(most), "") for most in model.upper]
    _add_rows(model, columns, builder.add)
    builder.minimize(cp_model.LinearExpr.weighted_sum(columns, [int(each) for each in model.cost]))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = THREADS
    status = solver.solve(builder)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None, 0
    return round(solver.objective_value), max(0, round(solver.best_objective_bound))


def _add_rows(model: Model, columns: Sequence[Any], add: Callable[[Any], object]) -> None:
    """Add every row of the model, one by one."""
    order = np.argsort(model.row, kind="stable")
    begins = np.searchsorted(model.row[order], np.arange(model.row_lower.size + 1))
    for row in range(model.row_lower.size):
        entries = order[begins[row] : begins[row + 1]]
        if not entries.size:
            continue
        terms = [int(model.value[each]) * columns[model.column[each]] for each in entries]
        total = sum(terms[1:], terms[0])
        if np.isfinite(model.row_upper[row]):
            add(total <= int(model.row_upper[row]))
        if np.isfinite(model.row_lower[row]):
            add(total >= int(model.row_lower[row]))


PEERS: dict[str, Peer] = {"HiGHS": highs, "SCIP": scip, "CP-SAT": cp_sat}
