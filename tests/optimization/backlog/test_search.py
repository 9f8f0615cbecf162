"""The search: what it tries means the same as in the whole backlog; whoever needs all of a row gets it."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from optimization.backlog.dual import Pricer
from optimization.backlog.holdings import order_costs
from optimization.backlog.instance import Instance, build_instance
from optimization.backlog.limits import BacklogLimits
from optimization.backlog.narrow import entries_tried, narrowed
from optimization.backlog.plan import PairPlan
from optimization.backlog.run import Run
from optimization.backlog.search import Led, Searcher
from optimization.backlog.solve import first_plan, first_prices, lead
from tests.support.small_backlogs import small_instance, tiny_tables

ROUNDS, MOVES_A_ROUND = 8, 20


def led_at_first_prices(instance: Instance) -> Led:
    pricer = Pricer(instance)
    led = lead(
        pricer,
        Run(BacklogLimits(moves=1), instance.n_lines, time.monotonic, None, None),
        first_prices(instance),
    )
    pricer.close()
    return led


def costs_of(instance: Instance, pairs: PairPlan) -> list[int]:
    costs = np.zeros(instance.n_orders, np.int64)
    order_costs(instance.arrays, pairs.qty.astype(np.int32), pairs.day.astype(np.int32), costs)
    return [int(each) for each in costs]


def test_a_narrowed_backlog_costs_each_order_the_same_and_leads_back() -> None:
    instance = small_instance(400, 40, 3, "B")
    led = led_at_first_prices(instance)
    plan = first_plan(instance, led)
    narrow = narrowed(instance, entries_tried(instance, led.lists, led.ideal, plan))
    inside = narrow.pairs(plan)
    assert narrow.instance.arrays.pair_row.size < 0.8 * instance.arrays.pair_row.size
    assert costs_of(narrow.instance, inside) == costs_of(instance, plan)
    again = narrow.whole(inside.qty.astype(np.int32), inside.day.astype(np.int32))
    assert again.qty.tolist() == plan.qty.tolist()
    rows = instance.arrays.pair_row[led.ideal.piece[led.ideal.piece[:, 0] >= 0, 0]]
    inner = narrow.ideal(led.ideal).piece
    assert narrow.instance.arrays.pair_row[inner[inner[:, 0] >= 0, 0]].tolist() == rows.tolist()


def test_an_order_that_needs_all_of_a_row_gets_it_though_two_threads_share_the_plan() -> None:
    tables = tiny_tables(1, 1)
    wanted = np.full(1, 4, np.int64)
    alone = (tables.supply["sku"] == tables.lines["sku"][0]) & (tables.supply["day"] == 0)
    supply = np.where(alone & (tables.supply["node"] == tables.supply["node"][alone][0]), wanted, 0)
    instance = build_instance(
        replace(
            tables,
            supply={**tables.supply, "arriving_qty": supply},
            pick_capacity={**tables.pick_capacity, "pick_units": np.full(4, 20, np.int64)},
            orders={**tables.orders, "ship_complete": np.ones(tables.sizes.orders, np.int64)},
            lines={
                **tables.lines,
                "ordered_qty": wanted,
                "confirmable_qty": wanted,
                "unfilled_cents": np.full(1, 100_000, np.int64),
            },
        )
    )
    led = led_at_first_prices(instance)
    nothing = np.zeros(instance.arrays.pair_row.size, np.int64)
    searcher = Searcher(instance, led, PairPlan(qty=nothing, day=nothing), 1)
    for _ in range(ROUNDS):
        searcher.run_round(MOVES_A_ROUND, 0.0, 0.0)
    searcher.close()
    assert int(searcher.pairs().qty.sum()) == 4
    assert searcher.best_cents < 100_000
