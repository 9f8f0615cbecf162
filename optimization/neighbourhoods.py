"""Improve a plan a few orders at a time: free them, hold the rest, solve exactly, keep what is cheaper.

One CP-SAT model over hundreds of lines rarely improves on the greedy plan; a dozen orders that
compete for the same stock are solved in a fraction of a second. The moves follow from the seed,
and the budget is counted in the solver's work units, so the same seed makes the same moves.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

import numpy as np

from optimization.lookup import ProblemLookup
from optimization.measure import measure_orders, total_effect
from optimization.plan import PlanLine, ReallocationPlan
from optimization.problem import Arrival, PickCapacity, ReallocationProblem
from optimization.reallocation_model import build_reallocation_model
from optimization.search import Search
from optimization.sources import build_sources

STAGE = "improving"
ORDERS_PER_MOVE = 5
LINES_PER_MOVE = 12
SHARE_PER_MOVE = 0.015
WORK_PER_MOVE = 0.004


def improve(
    lookup: ProblemLookup, plan: ReallocationPlan, search: Search, *, share: float
) -> ReallocationPlan:
    """The plan after as many moves as the share of the limits allows; never dearer than before."""
    generator = np.random.default_rng(search.seed)
    rivals = _rivals(lookup)
    effects = measure_orders(lookup, plan)
    order_ids = sorted(effects)
    work = wall_seconds = 0.0
    while (
        work < search.limits.deterministic_time * share
        and wall_seconds < search.limits.wall_seconds * share
        and not search.stopped
    ):
        weights = np.array([1 + effects[o].terms.service_cents for o in order_ids], dtype=np.float64) ** 0.5
        first = order_ids[int(generator.choice(len(order_ids), p=weights / weights.sum()))]
        chosen = _neighbourhood(lookup, first, rivals[first], generator)
        part = without(lookup, plan, chosen)
        sub_lookup = ProblemLookup(part)
        model = build_reallocation_model(sub_lookup, build_sources(sub_lookup))
        own = _rows_of(lookup, plan, chosen)
        hint = model.hint(ReallocationPlan(lines=tuple(own)))
        found = search.minimise(
            model.model, model.cost, stage=STAGE, share=SHARE_PER_MOVE, hint=hint, listen=False
        )
        work += found.work + WORK_PER_MOVE
        wall_seconds += found.wall_seconds
        before = sum(effects[order_id].terms.total_cents for order_id in chosen)
        if found.has_plan and found.objective < before:
            kept = [row for row in plan.lines if lookup.lines[row.line_id].order_id not in chosen]
            plan = ReallocationPlan(lines=(*kept, *model.read(found.value).lines))
            effects = measure_orders(lookup, plan)
            search.report(STAGE, total_effect(effects).terms.total_cents)
    search.wall_struck |= wall_seconds >= search.limits.wall_seconds * share
    return plan


def without(lookup: ProblemLookup, plan: ReallocationPlan, chosen: set[str]) -> ReallocationProblem:
    """The problem of the chosen orders alone, with what the other orders of a plan leave them."""
    problem = lookup.problem
    used: dict[tuple[str, str], list[int]] = {}
    picked: dict[tuple[str, int], int] = {}
    for row in plan.lines:
        if lookup.lines[row.line_id].order_id not in chosen:
            used.setdefault((row.sku_id, row.node_id), [0] * problem.days)[row.ship_day] += row.quantity
            picked[row.node_id, row.ship_day] = picked.get((row.node_id, row.ship_day), 0) + row.quantity
    return replace(
        problem,
        arrivals=tuple(_arrivals_left(lookup, used)),
        pick_capacity=tuple(
            PickCapacity(node_id=row.node_id, day=row.day, pick_units=left)
            for row in problem.pick_capacity
            if (left := row.pick_units - picked.get((row.node_id, row.day), 0)) > 0
        ),
        orders=tuple(order for order in problem.orders if order.order_id in chosen),
        lines=tuple(line for line in problem.lines if line.order_id in chosen),
    )


def _arrivals_left(lookup: ProblemLookup, used: dict[tuple[str, str], list[int]]) -> list[Arrival]:
    """Supply minus use, as arrivals: what may leave by a day never exceeds what is left later."""
    rows: list[Arrival] = []
    for (sku_id, node_id), supplied in lookup.supplied.items():
        taken = accumulate(used.get((sku_id, node_id), [0] * len(supplied)))
        left = [there - gone for there, gone in zip(supplied, taken, strict=True)]
        free = list(accumulate(reversed(left), min))[::-1]
        for day, (now, before) in enumerate(zip(free, [0, *free[:-1]], strict=True)):
            if now > before:
                rows.append(Arrival(sku_id=sku_id, node_id=node_id, day=day, quantity=now - before))
    return rows


def _rivals(lookup: ProblemLookup) -> dict[str, list[str]]:
    """For each order, the orders that may want the same SKUs."""
    wants: dict[str, set[str]] = {}
    for line in lookup.problem.lines:
        for sku_id, _ in lookup.skus_for(line):
            wants.setdefault(sku_id, set()).add(line.order_id)
    rivals: dict[str, set[str]] = {order.order_id: set() for order in lookup.problem.orders}
    for order_ids in wants.values():
        for order_id in order_ids:
            rivals[order_id] |= order_ids
    return {order_id: sorted(others - {order_id}) for order_id, others in rivals.items()}


def _neighbourhood(
    lookup: ProblemLookup, first: str, rivals: list[str], generator: np.random.Generator
) -> set[str]:
    """An order and some of its rivals, few enough to solve exactly."""
    chosen = {first}
    lines = len(lookup.lines_of[first])
    for position in generator.permutation(len(rivals)):
        rival = rivals[int(position)]
        lines += len(lookup.lines_of[rival])
        if len(chosen) >= ORDERS_PER_MOVE or lines > LINES_PER_MOVE:
            break
        chosen.add(rival)
    return chosen


def _rows_of(lookup: ProblemLookup, plan: ReallocationPlan, chosen: set[str]) -> list[PlanLine]:
    return [row for row in plan.lines if lookup.lines[row.line_id].order_id in chosen]
