"""One scenario solved: the same code here, in a worker process and on a cluster."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeAlias

import numpy as np

from optimization.backlog.instance import build_instance
from optimization.backlog.limits import BacklogLimits
from optimization.backlog.outcome import BacklogOutcome
from optimization.backlog.plan import BacklogPlan
from optimization.backlog.solve import solve_backlog
from optimization.backlog.tables import Tables
from optimization.limits import StopFlag
from optimization.rebooking.bookings import UNBOOKED
from optimization.rebooking.columns import IntColumn
from optimization.rebooking.instance import RebookingInstance
from optimization.rebooking.nodes import UnitPrices
from optimization.rebooking.solve import Effort, solve_instance
from optimization.scenarios.on_backlog import apply_to_backlog
from optimization.scenarios.on_rebooking import apply_to_rebooking
from optimization.scenarios.overrides import Scenario
from optimization.scenarios.results import NOT_SERVED, ScenarioResult

Baseline: TypeAlias = RebookingInstance | Tables
Clock = Callable[[], float]
SAFETY_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """How every scenario of a run is solved: effort and budgets, no clock decides anything.

    ``prices`` are the baseline's, to start a rebooking from; ``moves`` is the budget of a backlog.
    """

    seed: int
    effort: Effort
    moves: int = 2_000
    prices: UnitPrices | None = None


def solve_scenario(
    baseline: Baseline, scenario: Scenario, task: Task, monotonic: Clock, stop: StopFlag | None = None
) -> ScenarioResult:
    """Apply a scenario to a baseline and solve it.

    Raises:
        BadInputError: the scenario does not fit the baseline.
    """
    if isinstance(baseline, RebookingInstance):
        return _rebooking(apply_to_rebooking(baseline, scenario), scenario, task, stop)
    return _backlog(apply_to_backlog(baseline, scenario), scenario, task, monotonic, stop)


def _rebooking(
    instance: RebookingInstance, scenario: Scenario, task: Task, stop: StopFlag | None
) -> ScenarioResult:
    answer = solve_instance(instance, task.effort, task.seed, stop=stop, start=task.prices)
    return ScenarioResult(
        scenario=scenario.name,
        instance_digest=instance.digest,
        terms=tuple(asdict(answer.terms).items()),
        objective_cents=answer.objective_cents,
        bound_cents=answer.bound_cents,
        status=answer.status.value,
        seed=task.seed,
        choice=_slots(instance, answer.chosen),
    )


def _slots(instance: RebookingInstance, chosen: IntColumn) -> IntColumn:
    """The slot of each shipment: option ids shift when options are struck, slots stay."""
    slots = np.full(len(chosen), NOT_SERVED, dtype=np.int64)
    booked = np.flatnonzero(chosen != UNBOOKED)
    slots[booked] = instance.options.slot[chosen[booked]]
    return slots


def _backlog(
    tables: Tables, scenario: Scenario, task: Task, monotonic: Clock, stop: StopFlag | None
) -> ScenarioResult:
    limits = BacklogLimits(seconds=SAFETY_SECONDS, moves=task.moves, threads=task.effort.threads)
    outcome = solve_backlog(build_instance(tables), limits, task.seed, monotonic=monotonic, stop=stop)
    return result_of_backlog(scenario.name, tables, outcome)


def result_of_backlog(name: str, tables: Tables, outcome: BacklogOutcome) -> ScenarioResult:
    """The answer to a backlog as scenarios keep it, whoever asked."""
    return ScenarioResult(
        scenario=name,
        instance_digest=outcome.instance_digest,
        terms=tuple(asdict(outcome.terms).items()),
        objective_cents=outcome.objective_cents,
        bound_cents=outcome.bound_cents,
        status=outcome.status.value,
        seed=outcome.seed,
        choice=_ways(tables, outcome.plan),
    )


def _ways(tables: Tables, plan: BacklogPlan) -> IntColumn:
    """Each order's rows of the plan as one number; orders that go the same way have the same."""
    order = tables.lines["order"][plan.line]
    ways = np.full(tables.sizes.orders, NOT_SERVED, dtype=np.int64)
    rows = np.stack([plan.line, plan.node, plan.sku, plan.ship_day, plan.qty], axis=1)
    by_order = np.argsort(order, kind="stable")
    edges = np.flatnonzero(np.diff(order[by_order])) + 1
    for members in np.split(by_order, edges):
        if members.size:
            told = hashlib.sha256(np.ascontiguousarray(rows[members], dtype="<i8").tobytes()).digest()
            ways[order[members[0]]] = int.from_bytes(told[:8], "little") >> 1
    return ways
