"""Laws that hold for every problem: audited, bounded, ranked, reproducible, and optimal when tiny."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimization.audit import audit_reallocation, audit_rebooking
from optimization.carrier_problem import RebookingProblem
from optimization.choices import build_choices, greedy_bookings, todays_bookings
from optimization.greedy import greedy_at_prices_plan, greedy_plan, todays_plan
from optimization.instances import generate_reallocation, generate_rebooking
from optimization.lookup import ProblemLookup
from optimization.measure import measure_orders, total_effect
from optimization.measure_bookings import measure_bookings
from optimization.neighbourhoods import improve, without
from optimization.outcome import OptionLabel, Outcome, Status
from optimization.plan import Booking, BookingPlan, ReallocationPlan
from optimization.price_bound import best_alone_cents, price_bound_cents
from optimization.prices import Prices, scarcity_prices
from optimization.problem import ReallocationProblem
from optimization.reallocate import floor_cents, solve_reallocation
from optimization.rebook import solve_rebooking
from optimization.search import Search
from optimization.sources import build_sources
from optimization.split import solve_split
from optimization.split_problem import SplitPolicy, SplitProblem
from tests.support.optimization_cases import (
    QUICK,
    every_plan,
    line,
    order,
    problem,
    reallocation_problems,
    rebooking_problems,
    stock,
)

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
fewer = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check_outcome(outcome: Outcome) -> None:
    """What every outcome with a plan must satisfy, whatever the problem."""
    assert outcome.plan is not None
    assert outcome.effect is not None
    assert outcome.objective_cents == outcome.effect.terms.total_cents
    assert outcome.bound_cents <= outcome.objective_cents
    assert (outcome.gap_basis_points == 0) == (outcome.bound_cents == outcome.objective_cents)
    totals = [option.effect.terms.total_cents for option in outcome.options]
    assert totals == sorted(totals)
    assert totals[0] == outcome.objective_cents
    assert [option.rank for option in outcome.options] == list(range(1, len(totals) + 1))
    assert len({option.effect for option in outcome.options}) == len(totals)
    today = outcome.option(OptionLabel.DO_NOTHING)
    assert today is not None
    for option in outcome.options:
        assert option.delta == option.effect.terms.minus(today.effect.terms)
    fastest, cheapest = outcome.option(OptionLabel.FASTEST), outcome.option(OptionLabel.CHEAPEST)
    least = outcome.option(OptionLabel.LEAST_DISTURBANCE)
    assert fastest is not None
    assert cheapest is not None
    assert least is not None
    assert cheapest.rank == 1
    assert least.effect.units_moved <= cheapest.effect.units_moved
    assert least.effect.terms.service_cents <= cheapest.effect.terms.service_cents


@few
@given(case=reallocation_problems())
def test_reallocation_is_audited_bounded_and_never_worse_than_greedy(case: ReallocationProblem) -> None:
    outcome = solve_reallocation(case, QUICK, seed=3)
    check_outcome(outcome)
    assert outcome.status is Status.OPTIMAL
    lookup = ProblemLookup(case)
    for plan in (
        greedy_plan(lookup, build_sources(lookup)),
        todays_plan(lookup, build_sources(lookup, only_current=True)),
    ):
        report = audit_reallocation(case, plan)
        assert report.violations == ()
        assert report.terms == total_effect(measure_orders(lookup, plan)).terms
        assert outcome.objective_cents is not None
        assert outcome.objective_cents <= report.terms.total_cents


@few
@given(case=reallocation_problems(tiny=True))
def test_tiny_reallocations_are_solved_like_brute_force(case: ReallocationProblem) -> None:
    lookup = ProblemLookup(case)
    best = min(total_effect(measure_orders(lookup, plan)).terms.total_cents for plan in every_plan(case))
    assert solve_reallocation(case, QUICK, seed=3).objective_cents == best


@fewer
@given(case=reallocation_problems(), seed=st.integers(0, 1_000))
def test_the_same_seed_gives_the_same_outcome(case: ReallocationProblem, seed: int) -> None:
    first, again = (solve_reallocation(case, QUICK, seed) for _ in range(2))
    assert again == first
    assert again.digest == first.digest


@fewer
@given(case=reallocation_problems(), data=st.data())
def test_the_order_of_the_input_changes_nothing(case: ReallocationProblem, data: st.DataObject) -> None:
    shuffled = replace(
        case,
        lines=tuple(data.draw(st.permutations(case.lines))),
        orders=tuple(data.draw(st.permutations(case.orders))),
        arrivals=tuple(data.draw(st.permutations(case.arrivals))),
    )
    assert solve_reallocation(shuffled, QUICK, 3).digest == solve_reallocation(case, QUICK, 3).digest


@fewer
@given(case=reallocation_problems())
def test_names_do_not_matter_for_the_cost(case: ReallocationProblem) -> None:
    renamed = replace(
        case, lines=tuple(replace(line, line_id=f"X{line.line_id[::-1]}") for line in case.lines)
    )
    first = solve_reallocation(case, QUICK, 3)
    assert solve_reallocation(renamed, QUICK, 3).objective_cents == first.objective_cents


@fewer
@given(case=reallocation_problems(), data=st.data())
def test_more_stock_never_costs_more(case: ReallocationProblem, data: st.DataObject) -> None:
    if not case.arrivals:
        return
    position = data.draw(st.integers(0, len(case.arrivals) - 1))
    arrival = case.arrivals[position]
    richer = replace(
        case,
        arrivals=(
            *case.arrivals[:position],
            replace(arrival, quantity=arrival.quantity + 3),
            *case.arrivals[position + 1 :],
        ),
    )
    before = solve_reallocation(case, QUICK, 3).objective_cents
    after = solve_reallocation(richer, QUICK, 3).objective_cents
    assert before is not None
    assert after is not None
    assert after <= before


@fewer
@given(case=reallocation_problems(), data=st.data())
def test_splits_obey_each_customers_policy(case: ReallocationProblem, data: st.DataObject) -> None:
    policies = tuple(
        SplitPolicy(
            order_id=order.order_id,
            allow_split=data.draw(st.booleans()),
            allow_partial=data.draw(st.booleans()),
            max_shipments=data.draw(st.integers(1, 3)),
        )
        for order in case.orders
    )
    wave = SplitProblem(demand=case, policies=policies)
    outcome = solve_split(wave, QUICK, 3)
    check_outcome(outcome)
    assert isinstance(outcome.plan, ReallocationPlan)
    assert audit_reallocation(wave.as_reallocation(), outcome.plan).passed
    for mode in wave.modes:
        option = outcome.option(OptionLabel(mode.value))
        assert option is not None
        assert isinstance(option.plan, ReallocationPlan)
        assert audit_reallocation(wave.as_reallocation(mode), option.plan).passed


@few
@given(case=rebooking_problems())
def test_rebooking_is_audited_bounded_and_never_worse_than_greedy(case: RebookingProblem) -> None:
    outcome = solve_rebooking(case, QUICK, seed=3)
    check_outcome(outcome)
    assert outcome.status is Status.OPTIMAL
    choices = build_choices(case)
    for plan in (greedy_bookings(case, choices), todays_bookings(case, choices)):
        report = audit_rebooking(case, plan)
        assert report.violations == ()
        assert report.terms == measure_bookings(case, plan).terms
        assert outcome.objective_cents is not None
        assert outcome.objective_cents <= report.terms.total_cents


@few
@given(case=rebooking_problems(tiny=True))
def test_tiny_rebookings_are_solved_like_brute_force(case: RebookingProblem) -> None:
    ways: list[list[Booking | None]] = [
        [
            None,
            *(
                Booking(shipment_id=shipment.shipment_id, service_id=service.service_id, pickup_day=day)
                for service in case.services
                for day in range(case.days)
            ),
        ]
        for shipment in case.shipments
    ]
    best = min(
        report.terms.total_cents
        for combination in product(*ways)
        if (report := audit_rebooking(case, BookingPlan(bookings=tuple(b for b in combination if b)))).passed
        and report.terms is not None
    )
    assert solve_rebooking(case, QUICK, seed=3).objective_cents == best


@few
@given(case=reallocation_problems(), data=st.data())
def test_any_prices_give_a_bound_below_the_optimum(case: ReallocationProblem, data: st.DataObject) -> None:
    lookup = ProblemLookup(case)
    sources = build_sources(lookup)
    cents = st.integers(0, 2_000)
    stock = {(source.sku_id, source.node_id, source.ship_day) for source in sources}
    pick = {(source.node_id, source.ship_day) for source in sources}
    prices = Prices(
        stock={key: data.draw(cents) for key in sorted(stock)},
        stock_limit={key: lookup.supplied_by(*key) for key in stock},
        pick={key: data.draw(cents) for key in sorted(pick)},
        pick_limit={key: lookup.pick_units[key] for key in pick},
    )
    best = solve_reallocation(case, QUICK, seed=3).objective_cents
    assert best is not None
    assert price_bound_cents(lookup, sources, prices) <= best
    priced = greedy_at_prices_plan(lookup, sources, prices.surcharges(sources))
    assert audit_reallocation(case, priced).passed


@few
@given(case=reallocation_problems())
def test_the_relaxations_prices_bound_the_optimum_from_below(case: ReallocationProblem) -> None:
    lookup = ProblemLookup(case)
    sources = build_sources(lookup)
    prices = scarcity_prices(lookup, sources, partial(Search(QUICK, 3).relax, share=1.0))
    best = solve_reallocation(case, QUICK, seed=3).objective_cents
    assert prices is not None
    assert best is not None
    assert price_bound_cents(lookup, sources, prices) <= best


def test_without_scarcity_the_bound_is_the_sum_of_what_each_order_costs_alone() -> None:
    case = problem(
        arrivals=[stock("MEM", 50), stock("DFW", 50)],
        orders=[order("SO-1"), order("SO-2", shipments=1)],
        lines=[line(), line("SO-2/1", order_id="SO-2", quantity=20)],
    )
    lookup = ProblemLookup(case)
    sources = build_sources(lookup)
    free = dict.fromkeys(sources, 0)
    alone = [
        best_alone_cents(lookup, demand, [s for s in sources if s.order_id == demand.order_id], free)
        for demand in case.orders
    ]
    assert alone == [1_000, 1_000]
    assert solve_reallocation(case, QUICK, seed=3).objective_cents == sum(alone)


def test_prices_pay_on_a_scarce_backlog() -> None:
    case = generate_reallocation(lines=50, nodes=6, seed=5)
    lookup = ProblemLookup(case)
    sources = build_sources(lookup)
    prices = scarcity_prices(lookup, sources, partial(Search(QUICK, 3).relax, share=1.0))
    assert prices is not None
    plain, priced = (
        total_effect(measure_orders(lookup, plan)).terms.total_cents
        for plan in (
            greedy_plan(lookup, sources),
            greedy_at_prices_plan(lookup, sources, prices.surcharges(sources)),
        )
    )
    assert priced < plain
    assert floor_cents(lookup, sources) < price_bound_cents(lookup, sources, prices) < priced


def test_improving_moves_keep_the_plan_valid_and_cheaper() -> None:
    case = generate_reallocation(lines=40, nodes=5, seed=7)
    lookup = ProblemLookup(case)
    start = greedy_plan(lookup, build_sources(lookup))
    runs = [improve(lookup, start, Search(QUICK, 5), share=0.3) for _ in range(2)]
    report = audit_reallocation(case, runs[0])
    before = audit_reallocation(case, start).terms
    assert report.passed
    assert report.terms is not None
    assert before is not None
    assert report.terms.total_cents < before.total_cents
    assert runs[0] == runs[1]


def test_freed_orders_can_always_keep_what_they_have() -> None:
    case = generate_reallocation(lines=40, nodes=5, seed=7)
    lookup = ProblemLookup(case)
    plan = greedy_plan(lookup, build_sources(lookup))
    chosen = {order.order_id for order in case.orders[::3]}
    kept = tuple(row for row in plan.lines if lookup.lines[row.line_id].order_id in chosen)
    assert kept
    assert audit_reallocation(without(lookup, plan, chosen), ReallocationPlan(lines=kept)).passed


def test_generated_instances_follow_from_their_seed() -> None:
    assert generate_reallocation(60, 6, 1).digest == generate_reallocation(60, 6, 1).digest
    assert generate_reallocation(60, 6, 1).digest != generate_reallocation(60, 6, 2).digest
    assert len(generate_reallocation(60, 6, 1).lines) == 60
    assert generate_rebooking(30, 4, 1).digest == generate_rebooking(30, 4, 1).digest
