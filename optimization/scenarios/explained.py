"""What single orders of any plan of an instance cost, and why its lines are planned as they are."""

from __future__ import annotations

import numpy as np

from optimization.backlog.explain import LineExplanation, explain_line
from optimization.backlog.holdings import order_costs
from optimization.backlog.instance import Instance
from optimization.backlog.plan import BacklogPlan, pairs_of_plan
from optimization.backlog.search import Led
from optimization.backlog.standing import Standing, holdings_of
from optimization.backlog.tables import Integers


def costs_by_order(instance: Instance, plan: BacklogPlan) -> Integers:
    """What each order of a plan costs, in cents; together what the plan costs."""
    holdings = holdings_of(instance, pairs_of_plan(instance, plan))
    costs = np.zeros(instance.n_orders, np.int64)
    order_costs(instance.arrays, holdings.qty, holdings.day, costs)
    return costs


def explain_in_plan(instance: Instance, led: Led, plan: BacklogPlan, line: int) -> LineExplanation:
    """Why a plan treats a line as it does, at the prices of ``led``.

    Raises:
        BadInputError: the backlog plans no such line.
    """
    return explain_line(Standing(instance, led, pairs_of_plan(instance, plan)), line)
