"""A reallocation problem by key: the dictionaries that greedy, models and reasons read."""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate

from optimization.problem import GRAMS_PER_KG, Lane, LineDemand, OrderDemand, ReallocationProblem, Sku


def round_half_even(numerator: int, denominator: int) -> int:
    """Integer division rounded to nearest, ties to the even number."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


class ProblemLookup:
    """Rows of one problem by key, and supply summed over days."""

    def __init__(self, problem: ReallocationProblem) -> None:
        """Index every table once."""
        self.problem = problem
        self.orders: dict[str, OrderDemand] = {order.order_id: order for order in problem.orders}
        self.lines: dict[str, LineDemand] = {line.line_id: line for line in problem.lines}
        self.skus: dict[str, Sku] = {sku.sku_id: sku for sku in problem.skus}
        self.lanes: dict[tuple[str, str], Lane] = {
            (lane.node_id, lane.zone_id): lane for lane in problem.lanes
        }
        self.pick_units = {(row.node_id, row.day): row.pick_units for row in problem.pick_capacity}
        self.lines_of: dict[str, list[LineDemand]] = defaultdict(list)
        for line in problem.lines:
            self.lines_of[line.order_id].append(line)
        arriving: dict[tuple[str, str], list[int]] = {}
        for row in problem.arrivals:
            arriving.setdefault((row.sku_id, row.node_id), [0] * problem.days)[row.day] += row.quantity
        self.arriving = arriving
        self.supplied = {key: list(accumulate(quantities)) for key, quantities in arriving.items()}
        self.nodes_of: dict[str, list[str]] = defaultdict(list)
        for sku_id, node_id in sorted(arriving):
            self.nodes_of[sku_id].append(node_id)

    def skus_for(self, line: LineDemand) -> list[tuple[str, int]]:
        """The SKUs that may serve a line with the extra cents per unit: its own first."""
        allowed = self.skus[line.sku_id].substitutes if line.allow_substitutes else ()
        return [(line.sku_id, 0), *((s.sku_id, s.extra_cents_per_unit) for s in allowed)]

    def freight_cents_per_unit(self, sku_id: str, lane: Lane) -> int:
        """Kilograms times the lane's rate, rounded once, half to even."""
        return round_half_even(self.skus[sku_id].weight_grams * lane.rate_cents_per_kg, GRAMS_PER_KG)

    def supplied_by(self, sku_id: str, node_id: str, day: int) -> int:
        """Units on hand or arrived at a node by a day, before anything is shipped."""
        row = self.supplied.get((sku_id, node_id))
        return 0 if row is None or day < 0 else row[min(day, len(row) - 1)]

    def worst_late_days(self, order: OrderDemand) -> int:
        """Days late of a unit that never comes: more than any that does."""
        slowest = max((lane.transit_days for lane in self.problem.lanes), default=0)
        return max(1, self.problem.days + slowest - order.promised_day)
