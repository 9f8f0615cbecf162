"""HiGHS as SciPy brings it, told what to do in detail: it tells its bound while it works.

SciPy's own door to it (``milp``) says nothing before the end and leaves no choice of what its time is spent
on. This module runs in a process of its own and loads nothing but that solver.
"""

from __future__ import annotations

import math
from importlib import import_module
from multiprocessing.connection import Connection
from types import ModuleType
from typing import NamedTuple, Protocol

import numpy as np

from optimization.backlog.tables import Floats, Integers

RELATIVE_SLACK = 1e-7
ENOUGH_NEWS_SHARE = 1e-5
"""A bound that rose by less than this share is not worth telling."""
BOUND_ONLY: dict[str, bool | float] = {
    # The search beside it finds better plans than HiGHS does; its time is for the bound alone.
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_detect_symmetry": False,
}


class Model(NamedTuple):
    """Columns are units by pair and day, then shipments, unfilled units and whatever else is decided."""

    cost: Floats
    upper: Floats
    integral: Integers
    row: Integers
    column: Integers
    value: Floats
    row_lower: Floats
    row_upper: Floats
    offset: int


class Vertex(NamedTuple):
    """A solution of a linear relaxation, and what its rows cost."""

    values: Floats
    duals: Floats


class Relaxed:
    """A model without whole numbers, kept so that it is solved again sooner with further rows."""

    def __init__(self, model: Model, seconds: float) -> None:
        """Lay it out; all its solving together takes no longer than the seconds given."""
        self._highs = import_module("scipy.optimize._highspy._core")
        sparse = import_module("scipy.sparse")
        self._solver = self._highs._Highs()  # noqa: SLF001 - SciPy gives it no other name
        for name, value in {"output_flag": False, "threads": 1, "time_limit": seconds}.items():
            self._solver.setOptionValue(name, value)
        whole = np.zeros(model.cost.size, np.int64)
        self._solver.passModel(_as_highs(self._highs, sparse, model._replace(integral=whole)))

    def add(self, first: Integers, column: Integers, value: Floats, least: Floats) -> None:
        """Add rows of at least so much; each begins at its ``first`` entry."""
        endless = np.full(least.size, np.inf)
        where = (first.astype(np.int32), column.astype(np.int32))
        self._solver.addRows(least.size, least, endless, column.size, *where, value)

    def solve(self) -> Vertex | None:
        """The least; None when the time was over before it was found."""
        self._solver.run()
        if self._solver.getModelStatus() != self._highs.HighsModelStatus.kOptimal:
            return None
        found = self._solver.getSolution()
        return Vertex(np.array(found.col_value), np.array(found.row_dual))


class MipAnswer(NamedTuple):
    """What is known: the columns found if any, the bound proved, whether nothing is better, if it ended."""

    found: Floats | None = None
    bound_cents: int = 0
    proven: bool = False
    over: bool = False


class _News(Protocol):
    """What HiGHS tells while it works."""

    mip_dual_bound: float
    mip_solution: Floats


def solve_model(pipe: Connection, seconds: float) -> None:
    """Take a model from the pipe, and look for plans and their bound."""
    search_model(pipe.recv(), pipe, seconds, bound_only=False)


def search_model(model: Model, pipe: Connection, seconds: float, *, bound_only: bool) -> None:
    """Solve a model, and send its bound, and plans where they are asked for, as soon as they get better."""
    highs = import_module("scipy.optimize._highspy._core")
    sparse = import_module("scipy.sparse")
    solver = highs._Highs()  # noqa: SLF001 - SciPy gives it no other name
    options: dict[str, bool | float] = {"output_flag": False, "time_limit": seconds, "mip_rel_gap": 0.0}
    for name, value in (options | (BOUND_ONLY if bound_only else {})).items():
        solver.setOptionValue(name, value)
    solver.passModel(_as_highs(highs, sparse, model))
    kinds = highs.cb.HighsCallbackType
    told = -math.inf

    def tell(kind: object, _message: str, out: _News, _into: object, _user: object) -> None:
        nonlocal told
        bound = float(out.mip_dual_bound)
        if kind == kinds.kCallbackMipImprovingSolution and not bound_only:
            pipe.send(MipAnswer(np.array(out.mip_solution), whole_bound(bound, model.offset)))
        elif math.isfinite(bound) and bound > told + ENOUGH_NEWS_SHARE * abs(bound):
            told = bound
            pipe.send(MipAnswer(None, whole_bound(bound, model.offset)))

    solver.setCallback(tell, None)
    solver.startCallback(kinds.kCallbackMipInterrupt)
    solver.startCallback(kinds.kCallbackMipImprovingSolution)
    solver.run()
    proven = solver.getModelStatus() == highs.HighsModelStatus.kOptimal
    info, found = solver.getInfo(), solver.getSolution()
    columns = np.array(found.col_value) if found.value_valid and not bound_only else None
    bound = float(info.objective_function_value if proven else info.mip_dual_bound)
    pipe.send(MipAnswer(columns, whole_bound(bound, model.offset), proven and columns is not None, over=True))
    pipe.close()


def solve_small(model: Model, start: Floats, seconds: float) -> tuple[Floats | None, bool]:
    """A model of moderate size from a solution that holds; the columns found, and if nothing beats them.

    Runs in the process that asks, which it holds up for no longer than the seconds given.
    """
    highs = import_module("scipy.optimize._highspy._core")
    sparse = import_module("scipy.sparse")
    solver = highs._Highs()  # noqa: SLF001 - SciPy gives it no other name
    options: dict[str, bool | float | int] = {"output_flag": False, "time_limit": seconds, "threads": 1}
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_as_highs(highs, sparse, model))
    known = highs.HighsSolution()
    known.col_value = start
    solver.setSolution(known)
    solver.run()
    found = solver.getSolution()
    proven = solver.getModelStatus() == highs.HighsModelStatus.kOptimal
    return (np.array(found.col_value) if found.value_valid else None), bool(proven)


def whole_bound(bound: float, offset: int = 0) -> int:
    """A bound in floats as whole cents: what it may have lost by rounding is given away, then rounded up."""
    if not math.isfinite(bound):
        return 0
    return max(0, offset + math.ceil(bound - RELATIVE_SLACK * abs(bound) - RELATIVE_SLACK))


def _as_highs(highs: ModuleType, sparse: ModuleType, model: Model) -> object:
    """The model in the solver's own form."""
    size = (model.row_lower.size, model.cost.size)
    matrix = sparse.csc_array((model.value, (model.row, model.column)), shape=size)
    program = highs.HighsLp()
    program.num_row_, program.num_col_ = size
    program.col_cost_, program.col_lower_, program.col_upper_ = model.cost, np.zeros(size[1]), model.upper
    program.row_lower_, program.row_upper_ = model.row_lower, model.row_upper
    program.a_matrix_.format_ = highs.MatrixFormat.kColwise
    program.a_matrix_.num_row_, program.a_matrix_.num_col_ = size
    program.a_matrix_.start_ = matrix.indptr
    program.a_matrix_.index_ = matrix.indices
    program.a_matrix_.value_ = matrix.data
    kinds = (highs.HighsVarType.kContinuous, highs.HighsVarType.kInteger)
    program.integrality_ = [kinds[each] for each in model.integral.tolist()]
    return program
