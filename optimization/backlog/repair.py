"""Small questions to a plan that stands: the backlog changed, one order wants better; at the old prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimization.backlog.chance import seeded_chance
from optimization.backlog.construct import insert_all
from optimization.backlog.holdings import (
    Holdings,
    clear_order,
    differing,
    order_cost,
    order_costs,
    refresh_free,
)
from optimization.backlog.insertion import insert_order
from optimization.backlog.instance import Arrays, Instance
from optimization.backlog.moves import FORCED_PERCENT, MOST_RUINED, MOST_SHARE, Budget, search
from optimization.backlog.patterns import WHOLE_SHARE
from optimization.backlog.plan import PairPlan
from optimization.backlog.search import count_in_time
from optimization.backlog.standing import Standing
from optimization.backlog.tables import Integers

MOVES_AN_ORDER = 4
MOVES_OF_ONE = 150
FORCED_PERCENT_OF_ONE = 10
"""In a plan that stands, forcing an order in costs most of the time and finds next to nothing."""
NO_SHARE = 0
"""What is left counts as it is there: no later order is to come that prices would keep it for."""
ALIKE = (
    "order_complete", "order_shipments", "line_order", "line_qty", "line_sku", "line_least",
    "row_sku", "row_node", "row_pack", "pair_line", "pair_row", "pair_source", "pair_lead", "pair_last",
)  # fmt: skip
"""What two backlogs must have in common for a plan of one to be mended for the other: all but what there is
of goods and hands, and what things cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A plan made feasible again: the plan, its cost, and whom it touched."""

    pairs: PairPlan
    objective_cents: int
    affected_orders: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The pairs of a plan that a question would change, and what they would ship and when."""

    pair: Integers
    qty: Integers
    day: Integers

    def applied_to(self, pairs: PairPlan) -> PairPlan:
        """The plan with the change made."""
        qty, day = pairs.qty.copy(), pairs.day.copy()
        qty[self.pair], day[self.pair] = self.qty, self.day
        return PairPlan(qty=qty, day=day)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOrder:
    """What one order costs now and alone in what is left, and what making way for it would save in all.

    Neither is worse than now. ``changed`` is what then ships otherwise.
    """

    order: int
    now_cents: int
    alone_cents: int
    saved_cents: int
    moved_orders: Integers
    changed: Changed


def local_repair(standing: Standing, changed: Instance, seed: int = 1) -> Repaired | None:
    """Plan anew the orders that a changed backlog has no room for, with a few moves around each.

    None where more has changed than goods, hands and costs: then the old plan says too little.
    """
    arrays = changed.arrays
    if not are_alike(standing.instance.arrays, arrays):
        return None
    holdings = standing.draft()
    more = arrays.supply - standing.instance.arrays.supply
    holdings.left[:] += more
    holdings.touched[:] |= more.reshape(-1, arrays.n_days).any(axis=1)
    holdings.hands[:] += arrays.pick - standing.instance.arrays.pick
    refresh_free(holdings.left, arrays.n_days, holdings.free)
    affected = _without_room(arrays, holdings)
    for order in affected:
        clear_order(arrays, holdings, int(order))
    if affected.size:
        turn = affected[np.argsort(-standing.led.values[affected], kind="stable")]
        market = standing.market(holdings, WHOLE_SHARE)
        insert_all(arrays, holdings, market, *standing.every, turn, standing.scratch)
        budget = Budget(MOVES_AN_ORDER * affected.size, 0.0, 0.0, FORCED_PERCENT, MOST_RUINED, MOST_SHARE)
        chance = seeded_chance(seed, affected.size)
        search(arrays, holdings, standing.guide(affected), standing.scratch, standing.room, chance, budget)
    costs = np.zeros(changed.n_orders, np.int64)
    order_costs(arrays, holdings.qty, holdings.day, costs)
    in_time = np.zeros(changed.n_orders, np.int64)
    count_in_time(arrays, holdings.qty, holdings.day, in_time)
    return Repaired(
        pairs=PairPlan(qty=holdings.qty.astype(np.int64), day=holdings.day.astype(np.int64)),
        objective_cents=int(costs.sum()) + changed.settled_cents + changed.floors.cents(in_time),
        affected_orders=affected,
    )


def are_alike(before: Arrays, after: Arrays) -> bool:
    """Whether a plan by pairs of one backlog means the same in the other."""
    return all(np.array_equal(getattr(before, name), getattr(after, name)) for name in ALIKE)


def _without_room(arrays: Arrays, holdings: Holdings) -> Integers:
    """The orders that draw what is overdrawn now."""
    days = arrays.n_days
    used = np.flatnonzero(holdings.qty > 0)
    row, source = arrays.pair_row[used], arrays.pair_source[used].astype(np.int64)
    overdrawn = holdings.left.reshape(-1, days).min(axis=1, initial=0)[row] < 0
    cell = arrays.source_node[source] * days + holdings.day[used]
    overdrawn = overdrawn | (holdings.hands[cell] < 0)
    found: Integers = np.unique(arrays.line_order[arrays.pair_line[used[overdrawn]]])
    return found


def one_order(standing: Standing, order: int, moves: int = MOVES_OF_ONE, seed: int = 1) -> OneOrder:
    """What an order could have in what is left, and when others make way for it if all then cost less."""
    arrays = standing.instance.arrays
    holdings = standing.draft()
    now = order_cost(arrays, holdings.qty, holdings.day, order)
    clear_order(arrays, holdings, order)
    market = standing.market(holdings, NO_SHARE)
    insert_order(arrays, holdings, market, standing.entries_of(order), order, standing.scratch)
    alone = order_cost(arrays, holdings.qty, holdings.day, order)
    if alone > now:
        # One order after the other is not exact; what the order has now is left for it, too.
        alone, holdings = now, standing.draft()
    saved = now - alone
    if arrays.order_first[order + 1] > arrays.order_first[order]:
        budget = Budget(moves, 0.0, 0.0, FORCED_PERCENT_OF_ONE, MOST_RUINED, NO_SHARE)
        guide = standing.guide(np.array([order], np.int64))
        chance = seeded_chance(seed, order)
        saved += search(arrays, holdings, guide, standing.scratch, standing.room, chance, budget)
    kept = standing.holdings
    pair = differing(holdings, kept)
    return OneOrder(
        order=order,
        now_cents=int(now),
        alone_cents=int(alone),
        saved_cents=int(saved),
        moved_orders=np.unique(arrays.line_order[arrays.pair_line[pair]]),
        changed=Changed(
            pair=pair, qty=holdings.qty[pair].astype(np.int64), day=holdings.day[pair].astype(np.int64)
        ),
    )
