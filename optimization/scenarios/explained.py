"""A plan in the search's own form again, so that lines of any plan of an instance can be explained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from domain.checks import require
from optimization.backlog.explain import LineExplanation, explain_line
from optimization.backlog.holdings import order_costs
from optimization.backlog.instance import Instance
from optimization.backlog.plan import BacklogPlan, PairPlan
from optimization.backlog.repair import Standing, holdings_of
from optimization.backlog.tables import Integers
from optimization.backlog.warm_state import Warm


def pairs_of_plan(instance: Instance, plan: BacklogPlan) -> PairPlan:
    """Units and day of each pair.

    Raises:
        BadValueError: the plan ships something that is no pair of the instance.
    """
    arrays, sizes = instance.arrays, instance.tables.sizes
    row = arrays.pair_row
    wanted = _keys(plan.line, plan.node, plan.sku, sizes.nodes, sizes.skus)
    keys = _keys(
        instance.line_id[arrays.pair_line], arrays.row_node[row], arrays.row_sku[row], sizes.nodes, sizes.skus
    )
    order = np.argsort(keys, kind="stable")
    place = np.searchsorted(keys[order], wanted)
    known = place < keys.size
    require(bool(known.all()), "the plan ships what the instance cannot.")
    pairs = order[place]
    require(bool((keys[pairs] == wanted).all()), "the plan ships what the instance cannot.")
    require(np.unique(pairs).size == pairs.size, "the plan ships a line twice from one node.")
    qty, day = np.zeros(keys.size, np.int64), np.zeros(keys.size, np.int64)
    qty[pairs], day[pairs] = plan.qty, plan.ship_day
    return PairPlan(qty=qty, day=day)


def _keys(line: Integers, node: Integers, sku: Integers, nodes: int, skus: int) -> Integers:
    found: Integers = (line * nodes + node) * skus + sku
    return found


def costs_by_order(instance: Instance, plan: BacklogPlan) -> Integers:
    """What each order of a plan costs, in cents; together what the plan costs."""
    holdings = holdings_of(instance, pairs_of_plan(instance, plan))
    costs = np.zeros(instance.n_orders, np.int64)
    order_costs(instance.arrays, holdings.qty, holdings.day, costs)
    return costs


def explain_in_plan(instance: Instance, warm: Warm, plan: BacklogPlan, line: int) -> LineExplanation:
    """Why a plan treats a line as it does, at the prices of ``warm``.

    Raises:
        BadInputError: the backlog plans no such line.
    """
    return explain_line(Standing(instance, replace(warm, pairs=pairs_of_plan(instance, plan))), line)
