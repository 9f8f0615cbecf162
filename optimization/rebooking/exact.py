"""The exact finish of a small instance: options that no better plan can use are struck, then CP-SAT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimization.limits import StopFlag
from optimization.rebooking.bound import bound_cents
from optimization.rebooking.candidates import price_options
from optimization.rebooking.columns import IntColumn
from optimization.rebooking.instance import RebookingInstance
from optimization.rebooking.nodes import PRICE_UNITS_PER_CENT, UnitPrices

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

UNBOOKED = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finish:
    """The best plan known now, and a bound that holds."""

    chosen: IntColumn
    objective_cents: int
    bound_cents: int


def worth_keeping(instance: RebookingInstance, prices: UnitPrices, objective_cents: int) -> IntColumn:
    """The options that a plan cheaper than ``objective_cents`` could still use.

    An option whose detour at prices is above the whole gap would lift the bound to the objective.
    """
    model = instance.model
    units = price_options(model, prices)
    best = model.unbooked * PRICE_UNITS_PER_CENT
    filled = np.flatnonzero(np.diff(model.first) > 0)
    if filled.size:
        best[filled] = np.minimum(best[filled], np.minimum.reduceat(units, model.first[filled]))
    room = (objective_cents - bound_cents(instance, prices) + 1) * PRICE_UNITS_PER_CENT
    found: IntColumn = np.flatnonzero(units - best[instance.owner] <= room)
    return found


def finish(
    instance: RebookingInstance,
    prices: UnitPrices,
    start: Finish,
    deterministic_time: float,
    seed: int,
    stop: StopFlag | None,
) -> Finish:
    """Improve a plan, or prove it; reproducible for a seed and a budget of the solver's work units."""
    from ortools.sat.python import cp_model

    kept = worth_keeping(instance, prices, start.objective_cents)
    model = cp_model.CpModel()
    taken = [model.new_bool_var("") for _ in range(len(kept))]
    cost, constant, missing = _state(instance, model, kept, taken)
    for place, option in enumerate(kept.tolist()):
        model.add_hint(taken[place], int(start.chosen[int(instance.owner[option])] == option))
    for variable, hint in zip(missing, _missing(instance, start.chosen), strict=True):
        model.add_hint(variable, hint)
    model.minimize(cost)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_deterministic_time = deterministic_time

    class Watch(cp_model.CpSolverSolutionCallback):
        """Ends the search when a plan is found after the stop flag was set."""

        def on_solution_callback(self) -> None:
            """Look at the flag."""
            if stop is not None and stop.is_set():
                self.stop_search()

    status = solver.solve(model, Watch())
    # Struck options cannot be part of anything cheaper: the smaller of the two still bounds all plans.
    bound = start.bound_cents
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        proven = round(solver.best_objective_bound) + constant
        bound = max(bound, min(proven, start.objective_cents))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Finish(chosen=start.chosen, objective_cents=start.objective_cents, bound_cents=bound)
    found = round(solver.objective_value) + constant
    if found >= start.objective_cents:
        return Finish(chosen=start.chosen, objective_cents=start.objective_cents, bound_cents=bound)
    chosen = np.full(instance.shipment_count, UNBOOKED, dtype=np.int64)
    used = kept[[place for place, variable in enumerate(taken) if solver.value(variable)]]
    chosen[instance.owner[used]] = used
    return Finish(chosen=chosen, objective_cents=found, bound_cents=min(bound, found))


def _state(
    instance: RebookingInstance, model: cp_model.CpModel, kept: IntColumn, taken: list[cp_model.IntVar]
) -> tuple[cp_model.LinearExprT, int, list[cp_model.IntVar]]:
    """Every rule over the kept options; gives the cost less a constant, that, and what contracts miss."""
    from ortools.sat.python import cp_model

    view = instance.model
    slot = view.slot[kept]
    for members in _groups(instance.owner[kept]):
        model.add_at_most_one(taken[place] for place in members)
    for members in _groups(slot):
        room = int(view.pickups[slot[members[0]]])
        if len(members) > room:
            model.add(sum(taken[place] for place in members) <= room)
    limit = view.weight_limit[slot]
    for members in _groups(limit):
        if limit[members[0]] >= 0:
            weights = view.weight[kept[members]].tolist()
            used = cp_model.LinearExpr.weighted_sum([taken[place] for place in members], weights)
            model.add(used <= int(view.limit[limit[members[0]]]))
    contract = view.contract[slot]
    costs = (view.cents[kept] - view.unbooked[instance.owner[kept]]).tolist()
    terms: list[cp_model.IntVar] = list(taken)
    for row in range(len(view.minimum)):
        minimum = int(view.minimum[row])
        missing = model.new_int_var(0, minimum, "")
        given = sum(taken[place] for place in np.flatnonzero(contract == row).tolist())
        model.add(given + missing >= minimum)
        terms.append(missing)
        costs.append(int(view.shortfall[row]))
    cost = cp_model.LinearExpr.weighted_sum(terms, costs)
    return cost, int(view.unbooked.sum()), terms[len(taken) :]


def _missing(instance: RebookingInstance, chosen: IntColumn) -> list[int]:
    """How many shipments each contract misses in a plan."""
    view = instance.model
    counted = view.contract[view.slot[chosen[chosen != UNBOOKED]]]
    given = np.bincount(counted[counted >= 0], minlength=len(view.minimum))
    missing: list[int] = np.maximum(0, view.minimum - given).tolist()
    return missing


def _groups(keys: IntColumn) -> list[list[int]]:
    """The places of equal keys, in the order of the keys."""
    order = np.argsort(keys, kind="stable")
    edges = np.flatnonzero(np.diff(keys[order])) + 1
    return [part.tolist() for part in np.split(order, edges) if part.size]
