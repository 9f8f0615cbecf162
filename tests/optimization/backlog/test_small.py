"""Small backlogs: a smaller model bounds no higher than the optimum, and exact plans keep every law."""

from __future__ import annotations

import time
from itertools import count
from multiprocessing import Pipe

import numpy as np
import pytest

from optimization.backlog.audit import audit_plan
from optimization.backlog.bound_model import for_the_bound, solve_for_bound, spread_of
from optimization.backlog.dual import Pricer
from optimization.backlog.highs import MipAnswer, Model, solve_model
from optimization.backlog.instance import Instance, build_instance
from optimization.backlog.limits import BacklogLimits
from optimization.backlog.plan import plan_of_pairs
from optimization.backlog.polish import Polisher
from optimization.backlog.relaxation import Told, Written, ask_relaxation, written
from optimization.backlog.run import Run
from optimization.backlog.search import Led, Searcher
from optimization.backlog.solve import first_plan, first_prices, lead, solve_backlog
from optimization.outcome import Status
from tests.support.small_backlogs import best_by_trying, small_instance, tiny_tables

SECONDS = 60.0
ALL_RULES = ("transfers", "expedite", "substitutes", "floors", "lots", "packs", "fences")


def least_of(model: Model) -> int:
    """What the mixed-integer solver proves to be the least; small models only."""
    ours, theirs = Pipe()
    ours.send(model)
    solve_model(theirs, SECONDS)
    news: MipAnswer = ours.recv()
    while not news.over:
        news = ours.recv()
    assert news.proven
    return news.bound_cents


@pytest.mark.parametrize("rules", [(), ALL_RULES], ids=["plain", "ruled"])
@pytest.mark.parametrize("seed", range(1, 6))
def test_whatever_is_left_out_the_smaller_model_is_never_above_the_optimum(
    seed: int, rules: tuple[str, ...]
) -> None:
    instance = build_instance(tiny_tables(seed, 4, rules))
    best = best_by_trying(instance)
    small = written(instance)
    spread = spread_of(instance, small.columns)
    rows = small.model.row_lower.size
    chance = np.random.default_rng(seed)
    for share in (0.0, 0.3, 0.7):
        priced = np.where(chance.random(rows) < share, 1.0, 0.0)
        assert least_of(for_the_bound(small.model, spread, priced)) <= best
    # With every row left nothing is given away, however many days are.
    assert least_of(for_the_bound(small.model, spread, np.ones(rows))) == best


def test_days_without_use_are_left_out_and_no_cent_with_them() -> None:
    instance = small_instance(14, 3, 2, "D")
    small = written(instance)
    spread = spread_of(instance, small.columns)
    whole = least_of(small.model)
    every = for_the_bound(small.model, spread, np.ones(small.model.row_lower.size))
    none = for_the_bound(small.model, spread, np.zeros(small.model.row_lower.size))
    assert none.cost.size < every.cost.size <= small.model.cost.size
    assert least_of(every) == whole >= least_of(none)


def test_the_process_for_the_bound_proves_nearly_the_optimum_and_sends_no_plan() -> None:
    instance = small_instance(60, 4, 5, "D")
    small = written(instance)
    ours, theirs = Pipe()
    ours.send((small.model, spread_of(instance, small.columns)))
    solve_for_bound(theirs, SECONDS)
    news: list[MipAnswer] = [ours.recv()]
    while not news[-1].over:
        news.append(ours.recv())
    best = least_of(small.model)
    assert all(each.found is None and not each.proven for each in news)
    assert 0.99 * best <= max(each.bound_cents for each in news) <= best


def asked(instance: Instance) -> tuple[Written, Led, Led, Told]:
    """A backlog written out, what leads its search before and after its relaxation, and what that told."""
    pricer = Pricer(instance)
    run = Run(BacklogLimits(moves=1), instance.n_lines, time.monotonic, None, None)
    prices = first_prices(instance)
    before = lead(pricer, run, prices)
    small = written(instance)
    told = ask_relaxation(pricer, small, (prices, before.bound_thousandths), SECONDS)
    assert told is not None
    after = lead(pricer, run, told.prices)
    pricer.close()
    return small, before, after, told


@pytest.mark.parametrize("family", ["D", "B"])
def test_the_relaxation_proves_more_and_leaves_few_columns(family: str) -> None:
    instance = small_instance(120, 5, 3, family)
    small, before, after, told = asked(instance)
    assert before.bound_thousandths < after.bound_thousandths
    units = small.columns.pair.size
    assert 0 < told.worth_having[:units].sum() < units / 2
    assert told.worth_having[units + int(small.columns.of_shipment.max()) + 1 :].all()


@pytest.mark.parametrize(("family", "seed"), [("D", 3), ("T", 4), ("B", 7)])
def test_exact_plans_are_lawful_cheaper_and_what_the_model_says(family: str, seed: int) -> None:
    instance = small_instance(120, 5, seed, family)
    small, _, led, told = asked(instance)
    searcher = Searcher(instance, led, first_plan(instance, led), seed)
    polisher = Polisher(
        instance, small, searcher.pairs(), (led.stock, led.pick), searcher.regrets(), searcher.seed
    )
    searcher.close()
    costs = [searcher.best_cents]
    left = iter([0.5, 0.5, 0.5, 0.0])
    for step in ("among", "anew"):
        if step == "among":
            polisher.plan_among(told.worth_having, SECONDS)
        else:
            polisher.run(lambda: next(left))
        pairs = polisher.pairs()
        audit = audit_plan(instance.tables, plan_of_pairs(instance, pairs))
        assert audit.errors == ()
        assert audit.terms.total_cents == round(float(small.model.cost @ polisher.values))
        assert (pairs.qty >= 0).all()
        costs.append(audit.terms.total_cents)
    assert costs[0] > costs[1] >= costs[2]
    assert 1000 * costs[2] >= led.bound_thousandths


def test_a_small_backlog_ends_cheaper_than_its_search() -> None:
    # A clock that goes on with each look at it: how busy the machine is says nothing.
    looks = count()
    outcome = solve_backlog(
        small_instance(150, 5, 6, "D"), BacklogLimits(seconds=4.9), 1, monotonic=lambda: 0.06 * next(looks)
    )
    stages = {each.stage: each.objective_cents for each in outcome.milestones}
    assert outcome.status is Status.FEASIBLE
    assert outcome.objective_cents == stages["polish"] < stages["search"]
    assert outcome.bound_cents <= outcome.objective_cents
