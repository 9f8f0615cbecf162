"""Generalized assignment through the rebooking core, beside HiGHS and CP-SAT with the same time.

``python -m benchmarks.assignment [--quick] [--folder DIR] [--json FILE]``. Without a folder the instances are
made by the published rule from our own seed, so that only gaps to the bound can be shown; a folder with files
named d20200, d20400, e20400, e40400 in the OR-Library's form gives gaps to the best known costs.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from ortools.sat.python import cp_model
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_diag, hstack, identity, vstack

from optimization.rebooking.solve import Effort, solve_instance
from tests.support.assignment_polish import polish
from tests.support.assignment_problems import (
    AssignmentProblem,
    as_rebooking,
    generate_assignment,
    read_assignment,
)

BEST_KNOWN = {"d20200": 12_241, "d20400": 24_574, "e20400": 44_877, "e40400": 44_562}
SEED = 1
KEEP = 5
EFFORT = Effort(passes=400, sweeps=100, keep=20, exact_time=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One instance: our bound, and the cost of each method; 0 where it found nothing."""

    name: str
    bound: int
    best_known: int
    core: int
    core_polished: int
    highs: int
    cp_sat: int
    core_seconds: float
    seconds: float


def problem_of(name: str, folder: Path | None) -> AssignmentProblem:
    """The instance of a name, from the folder or made up."""
    if folder is not None:
        return read_assignment((folder / name).read_text(encoding="utf-8"))
    return generate_assignment(name[0].upper(), int(name[1:3]), int(name[3:]), SEED)


def by_highs(problem: AssignmentProblem, seconds: float) -> int:
    """HiGHS on the whole model."""
    agents, jobs = problem.cost.shape
    loads = block_diag([row[np.newaxis, :] for row in problem.load])
    once = hstack([identity(jobs)] * agents)
    found = milp(
        problem.cost.reshape(-1),
        constraints=LinearConstraint(
            vstack([loads, once]).tocsr(),
            np.concatenate([np.zeros(agents), np.ones(jobs)]),
            np.concatenate([problem.capacity, np.ones(jobs)]),
        ),
        bounds=Bounds(0, 1),
        integrality=np.ones(agents * jobs),
        options={"time_limit": seconds},
    )
    return 0 if found.x is None else round(float(found.fun))


def by_cp_sat(problem: AssignmentProblem, seconds: float) -> int:
    """CP-SAT with two workers on the whole model."""
    agents, jobs = problem.cost.shape
    model = cp_model.CpModel()
    taken = [[model.new_bool_var("") for _ in range(jobs)] for _ in range(agents)]
    for job in range(jobs):
        model.add_exactly_one(taken[agent][job] for agent in range(agents))
    for agent in range(agents):
        used = cp_model.LinearExpr.weighted_sum(taken[agent], problem.load[agent].tolist())
        model.add(used <= int(problem.capacity[agent]))
    flat = [variable for row in taken for variable in row]
    model.minimize(cp_model.LinearExpr.weighted_sum(flat, problem.cost.reshape(-1).tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    return round(solver.objective_value) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else 0


def measure(name: str, folder: Path | None, seconds: float) -> Row:
    """Every method on one instance."""
    problem = problem_of(name, folder)
    instance = as_rebooking(problem)
    started = time.perf_counter()
    answer = solve_instance(instance, EFFORT, SEED)
    took = time.perf_counter() - started
    polished = polish(instance, answer, KEEP, max(1.0, seconds - took))
    return Row(
        name=name,
        bound=answer.bound_cents,
        best_known=BEST_KNOWN[name] if folder is not None else 0,
        core=answer.objective_cents,
        core_polished=polished.objective_cents,
        highs=by_highs(problem, seconds),
        cp_sat=by_cp_sat(problem, seconds),
        core_seconds=round(took, 2),
        seconds=seconds,
    )


def main() -> None:
    """Print the table, and write it as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one instance, five seconds")
    parser.add_argument("--folder", type=Path, help="with the published instances")
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    arguments = parser.parse_args()
    names = list(BEST_KNOWN)[:1] if arguments.quick else list(BEST_KNOWN)
    rows: list[Row] = []
    for name in names:
        row = measure(name, arguments.folder, 5.0 if arguments.quick else 60.0)
        rows.append(row)
        costs = {"core": row.core, "polished": row.core_polished, "HiGHS": row.highs, "CP-SAT": row.cp_sat}
        told = ", ".join(
            f"{method} {cents} (+{100 * (cents / row.bound - 1):.2f} %)" if cents else f"{method} nothing"
            for method, cents in costs.items()
        )
        known = f", best known {row.best_known}" if row.best_known else ""
        print(f"{row.name}: bound {row.bound}{known}; {told}; core in {row.core_seconds} s", flush=True)
    if arguments.json:
        arguments.json.write_text(
            json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
