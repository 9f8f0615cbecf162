"""Solving: audited, reproducible, stoppable, never worse than the rule; repairs and single questions."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from domain.errors import BadValueError
from optimization.backlog.audit import BacklogAudit, audit_plan
from optimization.backlog.dual import Pricer
from optimization.backlog.erp_rule import erp_plan
from optimization.backlog.instance import Arrays, Instance, build_instance
from optimization.backlog.limits import BacklogLimits
from optimization.backlog.outcome import BacklogOutcome, Milestone
from optimization.backlog.plan import plan_of_pairs, sorted_plan
from optimization.backlog.repair import Repaired, local_repair, one_order
from optimization.backlog.run import Run
from optimization.backlog.search import Searcher
from optimization.backlog.solve import first_plan, first_prices, lead, solve_backlog
from optimization.backlog.standing import Standing
from optimization.outcome import Ending, Status
from optimization.scenarios.on_backlog import apply_to_backlog
from optimization.scenarios.overrides import (
    DemandSurge,
    LaneDown,
    NodeClosed,
    Override,
    PriorityChanged,
    Scenario,
)
from tests.support.small_backlogs import small_instance


def solved(moves: int = 400, seed: int = 1, lines: int = 300) -> BacklogOutcome:
    return solve_backlog(
        small_instance(lines, 6, 4), BacklogLimits(moves=moves), seed, monotonic=time.monotonic
    )


def test_the_same_seed_and_moves_give_the_same_bytes() -> None:
    outcomes = [solved() for _ in range(3)]
    assert len({outcome.plan.digest for outcome in outcomes}) == 1
    assert len({outcome.certificate.digest for outcome in outcomes}) == 1
    assert outcomes[0].moves >= 400


def test_another_seed_searches_elsewhere() -> None:
    assert solved(seed=1).plan.digest != solved(seed=2).plan.digest


@pytest.mark.parametrize("family", ["D", "E", "B", "T"])
def test_a_plan_is_audited_and_beats_the_rule(family: str) -> None:
    instance = small_instance(300, 6, 8, family)
    outcome = solve_backlog(instance, BacklogLimits(moves=600), 1, monotonic=time.monotonic)
    audit = audit_plan(instance.tables, outcome.plan)
    rule = audit_plan(instance.tables, plan_of_pairs(instance, erp_plan(instance)))
    assert not audit.errors
    assert not rule.errors
    assert audit.terms.total_cents == outcome.objective_cents < rule.terms.total_cents
    assert outcome.bound_cents <= outcome.objective_cents
    assert outcome.status is Status.FEASIBLE
    assert outcome.ending is Ending.DETERMINISTIC_LIMIT


def test_milestones_only_get_better() -> None:
    told: list[Milestone] = []
    instance = small_instance(300, 6, 8)
    solve_backlog(instance, BacklogLimits(moves=600), 1, monotonic=time.monotonic, listener=told.append)
    bounds = [each.bound_cents for each in told]
    assert [each.stage for each in told][:2] == ["rule", "first plan"]
    assert bounds == sorted(bounds)
    assert told[-1].objective_cents < told[0].objective_cents


def test_a_stopped_solve_hands_over_what_it_has() -> None:
    stop = threading.Event()
    stop.set()
    instance = small_instance(200, 5, 3)
    outcome = solve_backlog(instance, BacklogLimits(seconds=60.0), 1, monotonic=time.monotonic, stop=stop)
    assert outcome.ending is Ending.STOPPED
    assert outcome.status in {Status.CANCELLED, Status.FALLBACK}
    assert not audit_plan(instance.tables, outcome.plan).errors
    assert outcome.bound_cents <= outcome.objective_cents


def test_the_wall_limit_is_kept() -> None:
    begun = time.monotonic()
    limits = BacklogLimits(seconds=1.0, mip_lines=0)
    outcome = solve_backlog(small_instance(300, 6, 8), limits, 1, monotonic=time.monotonic)
    assert time.monotonic() - begun < 3.0
    assert outcome.ending is Ending.WALL_LIMIT


def test_a_complete_order_is_never_forced_in_in_part() -> None:
    # At first prices some ideal patterns draw one row from one node on two days, which a plan cannot keep.
    instance = small_instance(200, 4, 12)
    pricer = Pricer(instance)
    run = Run(BacklogLimits(moves=1), instance.n_lines, time.monotonic, None, None)
    led = lead(pricer, run, first_prices(instance))
    pricer.close()
    pairs = led.ideal.piece[led.ideal.piece[:, 0] >= 0, 0]
    twice = np.flatnonzero(np.bincount(pairs) > 1)
    arrays = instance.arrays
    assert arrays.order_complete[arrays.line_order[arrays.pair_line[twice]]].any()
    searcher = Searcher(instance, led, first_plan(instance, led), 1)
    for _ in range(8):
        searcher.run_round(500, 400.0, 400.0)
        now = searcher.pairs()
        assert audit_plan(instance.tables, plan_of_pairs(instance, now)).errors == ()
    searcher.close()


def test_the_checker_finds_what_is_wrong() -> None:
    instance = small_instance(200, 5, 3)
    plan = plan_of_pairs(instance, erp_plan(instance))
    assert not audit_plan(instance.tables, plan).errors
    twice = sorted_plan(
        plan.line,
        plan.node,
        plan.sku,
        plan.ship_day,
        np.where(np.arange(plan.qty.size) == 0, 10**6, plan.qty),
    )
    errors = " ".join(audit_plan(instance.tables, twice).errors)
    assert "more than can be confirmed" in errors
    assert "has less than is shipped" in errors
    assert "picks more than it can" in errors
    assert audit_plan(instance.tables, replace(plan, node=plan.node + 99)).errors == (
        "a node that does not exist",
    )
    wrong = replace(plan, sku=(plan.sku + 1) % instance.tables.sizes.skus)
    assert any("may not have" in error for error in audit_plan(instance.tables, wrong).errors)


def test_a_closed_node_is_repaired_and_the_plan_stands() -> None:
    instance = small_instance(300, 6, 4)
    outcome = solve_backlog(instance, BacklogLimits(moves=600), 1, monotonic=time.monotonic)
    standing = Standing(instance, outcome.warm.led, outcome.warm.pairs)
    before = standing.holdings.qty.copy()
    node = int(np.bincount(outcome.plan.node).argmax())
    closing = Scenario(name="closed", overrides=(NodeClosed(node=node),))
    closed = build_instance(apply_to_backlog(instance.tables, closing))
    repaired = local_repair(standing, closed)
    assert repaired is not None
    plan = plan_of_pairs(closed, repaired.pairs)
    audit = audit_plan(closed.tables, plan)
    assert not audit.errors
    assert not (plan.node == node).any()
    assert audit.terms.total_cents == repaired.objective_cents >= outcome.bound_cents
    orders = instance.tables.lines["order"]
    assert (
        repaired.affected_orders.tolist()
        == np.unique(orders[outcome.plan.line[outcome.plan.node == node]]).tolist()
    )
    assert (standing.holdings.qty == before).all()


def test_what_leaves_no_room_for_a_plan_is_repaired_and_what_makes_it_another_is_not() -> None:
    instance = small_instance(300, 6, 4)
    outcome = solve_backlog(instance, BacklogLimits(moves=600), 1, monotonic=time.monotonic)
    standing = Standing(instance, outcome.warm.led, outcome.warm.pairs)

    def repaired(override: Override) -> tuple[Repaired | None, BacklogAudit | None]:
        tables = apply_to_backlog(instance.tables, Scenario(name="changed", overrides=(override,)))
        changed = build_instance(tables)
        found = local_repair(standing, changed)
        return found, None if found is None else audit_plan(tables, plan_of_pairs(changed, found.pairs))

    for override, is_touched in (
        (NodeClosed(node=2, first_day=1), True),
        (LaneDown(node=2, zone=1), False),
        (PriorityChanged(percent=300, priority=0), False),
    ):
        found, audit = repaired(override)
        assert found is not None
        assert audit is not None
        assert not audit.errors
        assert audit.terms.total_cents == found.objective_cents
        assert (found.affected_orders.size > 0) is is_touched
    assert repaired(DemandSurge(percent=20)) == (None, None)


def test_one_order_asks_without_changing_anything() -> None:
    instance = small_instance(300, 6, 4)
    outcome = solve_backlog(instance, BacklogLimits(moves=100), 1, monotonic=time.monotonic)
    standing = Standing(instance, outcome.warm.led, outcome.warm.pairs)
    saved = 0
    for order in range(0, instance.n_orders, 9):
        told = one_order(standing, order)
        changed = told.changed.applied_to(outcome.warm.pairs)
        audit = audit_plan(instance.tables, plan_of_pairs(instance, changed))
        assert not audit.errors
        assert audit.terms.total_cents == outcome.objective_cents - told.saved_cents
        assert told.now_cents >= told.alone_cents
        assert told.saved_cents >= told.now_cents - told.alone_cents
        saved = max(saved, told.saved_cents)
    assert saved > 0
    assert not audit_plan(instance.tables, plan_of_pairs(instance, outcome.warm.pairs)).errors


def test_an_answer_about_one_order_does_not_depend_on_what_was_asked_before() -> None:
    instance = small_instance(300, 6, 4)
    outcome = solve_backlog(instance, BacklogLimits(moves=100), 1, monotonic=time.monotonic)
    orders = range(0, instance.n_orders, 7)

    def told(asked: Standing, order: int) -> tuple[object, ...]:
        answer = one_order(asked, order)
        changed = answer.changed
        return (
            answer.now_cents, answer.alone_cents, answer.saved_cents, answer.moved_orders.tolist(),
            changed.pair.tolist(), changed.qty.tolist(), changed.day.tolist(),
        )  # fmt: skip

    def fresh() -> Standing:
        return Standing(instance, outcome.warm.led, outcome.warm.pairs)

    one_after_the_other, backwards = fresh(), fresh()
    local_repair(backwards, replace(instance, arrays=with_less_stock(instance)))
    answers = [told(one_after_the_other, order) for order in orders]
    assert answers == [told(backwards, order) for order in reversed(orders)][::-1]
    assert answers[-1] == told(fresh(), orders[-1])
    assert any(answer[2] for answer in answers)
    draft = one_after_the_other.draft()
    for name in ("qty", "left", "free", "hands", "holders"):
        assert (getattr(draft, name) == getattr(one_after_the_other.holdings, name)).all()
    assert not draft.touched.any()


def with_less_stock(instance: Instance) -> Arrays:
    """Half of what every third row has."""
    arrays = instance.arrays
    supply = arrays.supply.reshape(-1, arrays.n_days).copy()
    supply[::3] //= 2
    return arrays._replace(supply=supply.reshape(-1))


def test_one_thread_or_two_find_the_same_plan() -> None:
    instance = small_instance(300, 6, 4)
    plans = [
        solve_backlog(instance, BacklogLimits(moves=400, threads=count), 1, monotonic=time.monotonic)
        for count in (1, 2)
    ]
    assert plans[0].moves == plans[1].moves > 0
    assert plans[0].plan.digest == plans[1].plan.digest
    assert plans[0].bound_cents == plans[1].bound_cents
    with pytest.raises(BadValueError, match="threads is below 1"):
        BacklogLimits(threads=0)
