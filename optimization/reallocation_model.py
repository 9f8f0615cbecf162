"""The reallocation as a CP-SAT model, put together from the registered rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

from optimization.constraints.registry import REALLOCATION_RULES
from optimization.constraints.rule import CostLines
from optimization.constraints.variables import ReallocationVariables
from optimization.lookup import ProblemLookup
from optimization.plan import PlanLine, ReallocationPlan
from optimization.plan_model import PlanModel
from optimization.sources import Source

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar


def build_reallocation_model(
    lookup: ProblemLookup, sources: tuple[Source, ...]
) -> PlanModel[ReallocationPlan]:
    """State every rule over fresh variables."""
    variables = ReallocationVariables.create(lookup, sources)
    terms: dict[str, CostLines] = defaultdict(list)
    for rule in REALLOCATION_RULES:
        terms[rule.term or ""] += rule.state(variables)
    never = {
        line.line_id: lookup.worst_late_days(lookup.orders[line.order_id]) for line in lookup.problem.lines
    }
    late = [(source.late_days, units) for source, units in variables.units.items() if source.late_days]
    return PlanModel(
        model=variables.model,
        cost=[cost for lines in terms.values() for cost in lines],
        service=terms["late_cents"] + terms["unfilled_cents"],
        lateness=late + [(never[line_id], unfilled) for line_id, unfilled in variables.unfilled.items()],
        disturbance=[(1, units) for source, units in variables.units.items() if source.moved],
        hint=lambda plan: _hint(variables, plan),
        read=lambda value: _read(variables, value),
    )


def _hint(variables: ReallocationVariables, plan: ReallocationPlan) -> list[tuple[IntVar, int]]:
    """A value for every variable, so that the solver starts from the plan."""
    planned = {(row.line_id, row.node_id, row.sku_id, row.ship_day): row.quantity for row in plan.lines}
    values: list[tuple[IntVar, int]] = []
    left = {line.line_id: line.quantity for line in variables.lookup.problem.lines}
    leaving: set[tuple[str, str, int]] = set()
    for source, units in variables.units.items():
        quantity = planned.get((source.line_id, source.node_id, source.sku_id, source.ship_day), 0)
        values.append((units, quantity))
        left[source.line_id] -= quantity
        if quantity:
            leaving.add(source.shipment)
    values += [(leaves, int(shipment in leaving)) for shipment, leaves in variables.leaves.items()]
    values += [(unfilled, left[line_id]) for line_id, unfilled in variables.unfilled.items()]
    for order_id, complete in variables.complete.items():
        short = any(left[line.line_id] for line in variables.lookup.lines_of[order_id])
        values.append((complete, int(not short)))
    return values


def _read(variables: ReallocationVariables, value: Callable[[IntVar], int]) -> ReallocationPlan:
    """The plan that an assignment stands for."""
    rows = (
        PlanLine(
            line_id=source.line_id,
            node_id=source.node_id,
            sku_id=source.sku_id,
            ship_day=source.ship_day,
            quantity=quantity,
        )
        for source, units in variables.units.items()
        if (quantity := value(units))
    )
    return ReallocationPlan(lines=tuple(rows))
