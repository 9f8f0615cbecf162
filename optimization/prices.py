"""What a unit of scarce stock or pick capacity is worth, from the relaxed problem.

The relaxation is solved in floating point, but its prices are rounded to whole cents: any prices
of 0 or more give a valid bound, so nothing is lost but a little of its tightness.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimization.lookup import ProblemLookup
from optimization.sources import Source

if TYPE_CHECKING:
    from ortools.linear_solver.python.model_builder import LinearConstraint, Model, Solver, Variable

StockKey = tuple[str, str, int]
PickKey = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Cents for a unit of each limit.

    ``stock`` is keyed by (SKU, node, day): units shipped up to that day; ``pick`` by (node, day).
    Limits are kept with the prices, so that the bound can be recomputed from here alone.
    """

    stock: dict[StockKey, int]
    stock_limit: dict[StockKey, int]
    pick: dict[PickKey, int]
    pick_limit: dict[PickKey, int]

    def surcharges(self, sources: Iterable[Source]) -> dict[Source, int]:
        """What a unit from each source takes from others: its stock from its day on, and its pick."""
        later: dict[StockKey, int] = {}
        days: dict[tuple[str, str], list[int]] = defaultdict(list)
        for sku_id, node_id, day in self.stock:
            days[sku_id, node_id].append(day)
        for (sku_id, node_id), listed in days.items():
            total = 0
            for day in sorted(listed, reverse=True):
                total += self.stock[sku_id, node_id, day]
                later[sku_id, node_id, day] = total
        return {
            source: later[source.sku_id, source.node_id, source.ship_day]
            + self.pick[source.node_id, source.ship_day]
            for source in sources
        }

    @property
    def limits_cents(self) -> int:
        """All limits at their prices."""
        stock = sum(cents * self.stock_limit[key] for key, cents in self.stock.items())
        return stock + sum(cents * self.pick_limit[key] for key, cents in self.pick.items())


def scarcity_prices(
    lookup: ProblemLookup, sources: tuple[Source, ...], solve: Callable[[Model, Solver], bool]
) -> Prices | None:
    """Solve the relaxation and read its prices; None when ``solve`` could not finish it."""
    from ortools.linear_solver.python import model_builder

    model = model_builder.Model()  # type: ignore[no-untyped-call]  # the library left it without hints
    units = {source: model.new_num_var(0, source.max_units, "") for source in sources}
    _demand_and_cost(lookup, model, units)
    stock: dict[StockKey, tuple[LinearConstraint, int]] = {}
    pick: dict[PickKey, tuple[LinearConstraint, int]] = {}
    of_row: dict[tuple[str, str], list[Source]] = defaultdict(list)
    of_day: dict[PickKey, list[Source]] = defaultdict(list)
    for source in sources:
        of_row[source.sku_id, source.node_id].append(source)
        of_day[source.node_id, source.ship_day].append(source)
    for (sku_id, node_id), row in of_row.items():
        for day in sorted({source.ship_day for source in row}):
            early = [units[source] for source in row if source.ship_day <= day]
            limit = lookup.supplied_by(sku_id, node_id, day)
            constraint = model.add_linear_constraint(model_builder.LinearExpr.sum(early), ub=limit)
            stock[sku_id, node_id, day] = (constraint, limit)
    for key, row in of_day.items():
        picked = model_builder.LinearExpr.sum([units[source] for source in row])
        pick[key] = (model.add_linear_constraint(picked, ub=lookup.pick_units[key]), lookup.pick_units[key])
    solver = model_builder.Solver("glop")
    if not solve(model, solver):
        return None
    return Prices(
        stock={key: _cents(solver, constraint) for key, (constraint, _) in stock.items()},
        stock_limit={key: limit for key, (_, limit) in stock.items()},
        pick={key: _cents(solver, constraint) for key, (constraint, _) in pick.items()},
        pick_limit={key: limit for key, (_, limit) in pick.items()},
    )


def _cents(solver: Solver, constraint: LinearConstraint) -> int:
    return max(0, round(-solver.dual_value(constraint)))


def _demand_and_cost(lookup: ProblemLookup, model: Model, units: dict[Source, Variable]) -> None:
    """Demand, shipments and ship-complete as in the models, whole numbers not required."""
    from ortools.linear_solver.python import model_builder

    total = model_builder.LinearExpr.sum
    fixed = {source.shipment: source.fixed_cents for source in units}
    leaves = {shipment: model.new_num_var(0, 1, "") for shipment in sorted(fixed)}
    shipped: dict[str, list[Variable]] = defaultdict(list)
    cost: list[tuple[int, Variable]] = [(fixed[shipment], variable) for shipment, variable in leaves.items()]
    for source, variable in units.items():
        shipped[source.line_id].append(variable)
        cost.append((source.unit_cents, variable))
        model.add(variable - source.max_units * leaves[source.shipment] <= 0)
    of_order: dict[str, list[Variable]] = defaultdict(list)
    for shipment, variable in leaves.items():
        last = lookup.orders[shipment[0]].last_ship_day
        if last is not None and shipment[2] > last:
            model.add(variable <= 0)
        of_order[shipment[0]].append(variable)
    for order in lookup.problem.orders:
        model.add(total(of_order[order.order_id]) <= order.max_shipments)
        complete = model.new_num_var(0, 1, "") if order.ship_complete else None
        for line in lookup.lines_of[order.order_id]:
            unfilled = model.new_num_var(0, line.quantity, "")
            cost.append((line.unfilled_cents_per_unit + line.change_cents_per_unit, unfilled))
            model.add(total([*shipped[line.line_id], unfilled]) == line.quantity)
            if complete is not None:
                model.add(unfilled + line.quantity * complete == line.quantity)
    weights = [float(cents) for cents, _ in cost]
    model.minimize(model_builder.LinearExpr.weighted_sum([variable for _, variable in cost], weights))
