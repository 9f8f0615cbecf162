"""What a planner reads beside a plan: options at prices, fallbacks, premium freight; and how a solve ends."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from domain.errors import BadValueError
from optimization.outcome import Status
from optimization.rebooking.bound import bound_cents
from optimization.rebooking.explain import Explainer
from optimization.rebooking.generator import generate_instance
from optimization.rebooking.solve import Effort, effort_for, solve_instance, waiting
from tests.support.rebooking_cases import small_instance

ALONE = Effort(passes=2, exact_time=1.0, threads=1)


def test_the_one_with_more_at_stake_gets_the_last_pickup_and_its_price_says_so() -> None:
    instance = small_instance([[(0, 100), (1, 150)], [(0, 100), (1, 400)]], pickups=[1, 2])
    answer = solve_instance(instance, ALONE, seed=1)
    assert answer.chosen.tolist() == [1, 2]
    assert answer.status is Status.OPTIMAL
    rows = Explainer(instance, answer).options(0)
    lost = next(row for row in rows if row.service == 0)
    assert (lost.cost_cents, lost.pickups_left, lost.has_room) == (100, 0, False)
    assert 50 <= lost.pickup_price_cents <= 300
    assert lost.binding == "pickups of service 0 on day 0"
    assert next(row for row in rows if row.booked).regret_cents == 0


def test_weight_that_is_short_goes_to_those_who_lose_most_by_weight() -> None:
    instance = small_instance(
        [[(0, 100)], [(0, 100)], [(0, 100)]],
        pickups=[3],
        weights=[4, 4, 4],
        limits=[9],
        unbooked=[900, 500, 901],
    )
    answer = solve_instance(instance, ALONE, seed=1)
    assert waiting(answer).tolist() == [1]
    (row,) = Explainer(instance, answer).options(1)
    assert row.weight_short == 3
    assert "weight of carrier 0" in row.binding


def test_a_contract_pulls_shipments_while_its_shortfall_costs_more() -> None:
    options = [[(0, 120), (1, 100)], [(0, 190), (1, 100)]]
    answer = solve_instance(small_instance(options, pickups=[2, 2], minimum=(2, 50)), ALONE, seed=1)
    assert answer.chosen.tolist() == [0, 3]
    assert answer.terms.shortfall_cents == 50


def test_fallbacks_are_asked_in_order_of_cost_where_there_is_room() -> None:
    options = [[(0, 100), (1, 130), (2, 120), (3, 2_000)], [(1, 90)]]
    instance = small_instance(options, pickups=[1, 1, 1, 1])
    explainer = Explainer(instance, solve_instance(instance, ALONE, seed=1))
    assert explainer.tender_order(0) == (0, 2)


def test_dearer_freight_shows_what_it_costs_and_what_it_saves() -> None:
    instance = small_instance(
        [[(0, 100), (1, 300)], [(0, 100), (1, 300)]], pickups=[1, 2], unbooked=[900, 800]
    )
    answer = solve_instance(instance, ALONE, seed=1)
    explainer = Explainer(instance, answer)
    (dearer,) = (j for j, option in enumerate(answer.chosen.tolist()) if option % 2 == 1)
    trade = explainer.trade(dearer)
    assert trade is not None
    assert (trade.extra_cents, trade.instead) == (300, -1)
    assert trade.saved_cents in {800, 900}
    assert trade.justified


def test_a_quicker_service_is_weighed_against_the_slow_one_that_had_room() -> None:
    plain = small_instance([[(0, 100), (1, 300)]], pickups=[1, 1])
    late = replace(
        plain,
        shipments=replace(plain.shipments, late_cents_per_day=np.array([150])),
        options=replace(plain.options, late_days=np.array([2, 0])),
    )
    trade = Explainer(late, solve_instance(late, ALONE, seed=1)).trade(0)
    assert trade is not None
    assert (trade.option, trade.instead, trade.extra_cents, trade.saved_cents) == (1, 0, 200, 300)
    waits = small_instance([[(0, 100)], [(0, 100)]], pickups=[1])
    answer = solve_instance(waits, ALONE, seed=1)
    assert Explainer(waits, answer).trade(int(waiting(answer)[0])) is None


def test_a_stopped_solve_gives_a_checked_plan_with_its_bound() -> None:
    stop = threading.Event()
    stop.set()
    instance = generate_instance(400, 4, seed=3)
    answer = solve_instance(instance, ALONE, seed=1, stop=stop)
    assert answer.status is Status.CANCELLED
    assert answer.bound_cents <= answer.objective_cents
    assert bound_cents(instance, answer.prices) == answer.bound_cents


def test_progress_only_gets_better_and_old_prices_can_be_started_from() -> None:
    told: list[tuple[str, int, int]] = []
    instance = generate_instance(1_500, 6, seed=2)
    first = solve_instance(instance, ALONE, seed=1, report=lambda *step: told.append(step))
    assert [stage for stage, _, _ in told] == ["constructed", "improved"]
    assert told[0][1] >= told[1][1] == first.objective_cents
    again = solve_instance(instance, ALONE, seed=1, start=first.prices)
    assert again.bound_cents >= first.bound_cents - first.bound_cents // 100


def test_effort_is_refused_below_one_and_shrinks_with_size() -> None:
    with pytest.raises(BadValueError, match="passes is 0"):
        Effort(passes=0)
    assert effort_for(100_000).passes < effort_for(10_000).passes


def test_nothing_to_book_costs_nothing() -> None:
    answer = solve_instance(small_instance([], pickups=[1]), ALONE, seed=1)
    assert (answer.objective_cents, answer.bound_cents) == (0, 0)
    assert np.array_equal(answer.chosen, [])


def test_chains_that_fail_leave_nobody_out_so_that_improving_never_costs_more() -> None:
    told: dict[str, int] = {}
    instance = generate_instance(10_000, 20, 1)
    answer = solve_instance(
        instance, effort_for(10_000), 1, report=lambda stage, cost, _: told.update({stage: cost})
    )
    assert answer.objective_cents == told["improved"] <= told["constructed"]
    assert waiting(answer).size == 0
