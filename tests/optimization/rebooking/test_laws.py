"""What holds for every rebooking instance: a checked plan, a bound below every plan, one answer a seed."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimization.outcome import Status
from optimization.rebooking.bound import bound_cents
from optimization.rebooking.checker import check_plan
from optimization.rebooking.exact import worth_keeping
from optimization.rebooking.generator import generate_instance
from optimization.rebooking.instance import RebookingInstance
from optimization.rebooking.nodes import PRICE_UNITS_PER_CENT, UnitPrices, assign_nodes, index_nodes
from optimization.rebooking.solve import Effort, find_prices, solve_instance
from tests.support.rebooking_cases import all_plans, tiny_instances

QUICK = Effort(passes=2, sweeps=4, exact_time=0.0, threads=1)
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
fewer = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def cheapest(instance: RebookingInstance) -> int:
    """The optimum, by trying everything."""
    costs = [
        check.terms.total_cents
        for plan in all_plans(instance)
        if (check := check_plan(instance, plan)).passed and check.terms is not None
    ]
    return min(costs)


@few
@given(tiny_instances())
def test_the_bound_is_below_the_optimum_and_the_plan_above_it(instance: RebookingInstance) -> None:
    answer = solve_instance(instance, QUICK, seed=1)
    best = cheapest(instance)
    assert answer.bound_cents <= best <= answer.objective_cents
    assert answer.terms.total_cents == answer.objective_cents


@fewer
@given(tiny_instances())
def test_the_exact_finish_finds_the_optimum_and_proves_it(instance: RebookingInstance) -> None:
    answer = solve_instance(instance, Effort(passes=2, exact_time=1.0, threads=1), seed=1)
    assert answer.objective_cents == answer.bound_cents == cheapest(instance)
    assert answer.status is Status.OPTIMAL


@few
@given(tiny_instances(), st.data())
def test_any_prices_give_a_bound(instance: RebookingInstance, data: st.DataObject) -> None:
    def draw(tops: list[int]) -> list[int]:
        return [data.draw(st.integers(0, top)) for top in tops]

    prices = UnitPrices(
        slot=np.array(draw([400 * PRICE_UNITS_PER_CENT] * len(instance.slots.day)), dtype=np.int64),
        weight=np.array(draw([90 * PRICE_UNITS_PER_CENT] * len(instance.weight_limits.day)), dtype=np.int64),
        contract=np.array(
            draw([cents * PRICE_UNITS_PER_CENT for cents in instance.contracts.shortfall_cents.tolist()]),
            dtype=np.int64,
        ),
    )
    assert bound_cents(instance, prices) <= cheapest(instance)


@few
@given(tiny_instances())
def test_an_assignment_is_the_optimum_of_its_relaxation(instance: RebookingInstance) -> None:
    """With only pickups scarce the assignment costs what its own prices prove."""
    model = instance.model
    prices = UnitPrices(
        slot=np.zeros(len(model.pickups), dtype=np.int64),
        weight=np.zeros(len(model.limit), dtype=np.int64),
        contract=np.zeros(len(model.minimum), dtype=np.int64),
    )
    chosen = assign_nodes(model, index_nodes(instance), prices, threads=1)
    booked = chosen[chosen >= 0]
    cost = int(model.cents[booked].sum()) + int(model.unbooked[chosen < 0].sum())
    assert bound_cents(instance, prices) == cost
    assert (np.bincount(model.slot[booked], minlength=len(model.pickups)) <= model.pickups).all()


@fewer
@given(tiny_instances())
def test_no_option_of_a_better_plan_is_struck(instance: RebookingInstance) -> None:
    prices, _ = find_prices(instance, QUICK)
    every = [(check_plan(instance, plan), plan) for plan in all_plans(instance)]
    costs = {plan: check.terms.total_cents for check, plan in every if check.passed and check.terms}
    best = min(costs, key=lambda plan: costs[plan])
    kept = set(worth_keeping(instance, prices, costs[best] + 1).tolist())
    assert {option for option in best if option != -1} <= kept


def test_a_seed_and_an_effort_give_one_answer_whatever_the_threads() -> None:
    instance = generate_instance(600, 20, seed=5)
    answers = [
        solve_instance(instance, Effort(passes=3, exact_time=0.0, threads=threads), seed=1)
        for threads in (1, 2, 2)
    ]
    assert len({answer.chosen.tobytes() for answer in answers}) == 1
    assert len({b"".join(part.tobytes() for part in answer.prices) for answer in answers}) == 1


def test_a_thousand_shipments_are_near_their_bound() -> None:
    loose = solve_instance(generate_instance(2_000, 10, seed=1), Effort(threads=1), seed=1)
    tight = solve_instance(generate_instance(2_000, 10, seed=1, tight=True), Effort(threads=1), seed=1)
    assert loose.gap < 0.01
    assert tight.gap < 0.04
    assert tight.terms.unfilled_cents > loose.terms.unfilled_cents
