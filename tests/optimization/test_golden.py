"""Worked examples whose answers are known."""

from __future__ import annotations

from dataclasses import replace

from optimization.outcome import OptionLabel, ReasonCode, Status
from optimization.plan import ReallocationPlan
from optimization.problem import (
    Lane,
    LineDemand,
    OrderDemand,
    ReallocationProblem,
    Sku,
    Substitute,
)
from optimization.reallocate import solve_reallocation
from optimization.split import solve_split
from optimization.split_problem import SplitPolicy, SplitProblem
from tests.support.optimization_cases import (
    QUICK,
    lane,
    line,
    open_every_day,
    order,
    plan,
    problem,
    row,
    stock,
)


def test_two_near_parcels_beat_one_far_parcel() -> None:
    """Five items of 1.6 lb: one parcel 22.56, or 4.8 lb for 8.34 and 3.2 lb for 7.57, which saves 6.65."""
    nodes = ("FAR", "NEAR1", "NEAR2")
    prices = {"FAR": (1_006, 344), "NEAR1": (600, 107), "NEAR2": (601, 107)}
    demand = ReallocationProblem(
        days=1,
        node_ids=nodes,
        skus=(Sku(sku_id="ITEM", weight_grams=726),),
        arrivals=tuple(
            stock(node, units, sku="ITEM") for node, units in (("FAR", 5), ("NEAR1", 3), ("NEAR2", 2))
        ),
        pick_capacity=open_every_day(nodes, 1),
        lanes=tuple(
            Lane(node_id=n, zone_id="EAST", fixed_cents=f, rate_cents_per_kg=r, transit_days=1)
            for n, (f, r) in prices.items()
        ),
        orders=(OrderDemand(order_id="SO-1", zone_id="EAST", promised_day=2, max_shipments=1),),
        lines=(
            LineDemand(
                line_id="SO-1/1", order_id="SO-1", sku_id="ITEM", quantity=5, unfilled_cents_per_unit=10_000
            ),
        ),
    )
    policy = SplitPolicy(order_id="SO-1", allow_split=True, allow_partial=False, max_shipments=2)
    outcome = solve_split(SplitProblem(demand=demand, policies=(policy,)), QUICK, seed=1)

    split, whole = outcome.option(OptionLabel.SPLIT_NOW), outcome.option(OptionLabel.CONSOLIDATE)
    assert outcome.status is Status.OPTIMAL
    assert split is not None
    assert whole is not None
    assert whole.effect.terms.freight_cents == 2_256
    assert split.effect.terms.freight_cents == 834 + 757
    assert whole.effect.terms.total_cents - split.effect.terms.total_cents == 665
    assert outcome.plan == split.plan
    assert outcome.reasons[0].code is ReasonCode.SPLIT
    assert "2 shipments" in outcome.reasons[0].text


def test_a_substitute_fills_only_what_the_original_cannot() -> None:
    """Need 100, 80 of the original and 50 of the substitute: lines of 80 and 20."""
    case = problem(
        arrivals=[stock("MEM", 80), stock("MEM", 50, sku="B")],
        skus=[
            Sku(sku_id="A", weight_grams=500, substitutes=(Substitute(sku_id="B", extra_cents_per_unit=30),)),
            Sku(sku_id="B", weight_grams=500),
        ],
        lines=[line(quantity=100)],
    )
    outcome = solve_reallocation(case, QUICK, seed=1)
    assert outcome.status is Status.OPTIMAL
    assert outcome.plan == plan(row("MEM", 80), row("MEM", 20, sku="B"))
    assert outcome.effect is not None
    assert outcome.effect.terms.substitution_cents == 20 * 30
    assert ReasonCode.SUBSTITUTED in {reason.code for reason in outcome.reasons}


def test_a_customer_who_refuses_substitutes_gets_the_original_only() -> None:
    case = problem(
        arrivals=[stock("MEM", 80), stock("MEM", 50, sku="B")],
        skus=[
            Sku(sku_id="A", weight_grams=500, substitutes=(Substitute(sku_id="B"),)),
            Sku(sku_id="B", weight_grams=500),
        ],
        lines=[line(quantity=100, allow_substitutes=False)],
    )
    outcome = solve_reallocation(case, QUICK, seed=1)
    assert outcome.plan == plan(row("MEM", 80))


def test_a_short_warehouse_is_helped_by_another_and_says_why() -> None:
    case = problem(
        arrivals=[stock("MEM", 40), stock("DFW", 120)],
        lines=[line(quantity=60, current_node_id="MEM", change_cents_per_unit=10, unfilled=2_000)],
        orders=[order(shipments=2)],
    )
    outcome = solve_reallocation(case, QUICK, seed=1)

    assert outcome.status is Status.OPTIMAL
    assert outcome.bound_cents == outcome.objective_cents
    assert outcome.gap_basis_points == 0
    # One shipment of 60 from DFW: 1500 + 60 changes at 10, against 1000 + 1500 + 20 changes at 10.
    assert outcome.plan == plan(row("DFW", 60))
    assert outcome.objective_cents == 1_500 + 600
    today = outcome.option(OptionLabel.DO_NOTHING)
    least = outcome.option(OptionLabel.LEAST_DISTURBANCE)
    assert today is not None
    assert least is not None
    assert today.effect.terms.unfilled_cents == 20 * 2_000
    assert today.plan == plan(row("MEM", 40))
    assert least.plan == plan(row("MEM", 40), row("DFW", 20))
    assert least.effect.units_moved == 20
    moved = next(reason for reason in outcome.reasons if reason.subject == "SO-1/1")
    assert moved.code is ReasonCode.MOVED
    said = "stock at MEM covers 40 of 60; 60 from DFW, which has 120 by day 0; freight +$5.00"
    assert moved.text.startswith(said)
    assert "unfilled penalty -$400.00" in moved.text


def test_waiting_for_the_next_arrival_is_weighed_against_the_late_penalty() -> None:
    late_but_whole = problem(
        arrivals=[stock("MEM", 6), stock("MEM", 4, day=2)],
        lanes=[lane("MEM", fixed=5_000)],
        orders=[order(promised=1, shipments=1)],
        lines=[line(quantity=10, late_cents_per_unit_day=100)],
    )
    assert solve_reallocation(late_but_whole, QUICK, seed=1).plan == plan(row("MEM", 10, day=2))
    in_a_hurry = replace(late_but_whole, lines=(line(quantity=10, late_cents_per_unit_day=9_000),))
    assert solve_reallocation(in_a_hurry, QUICK, seed=1).plan == plan(row("MEM", 6))


def test_an_empty_problem_is_solved_at_no_cost() -> None:
    case = replace(problem(arrivals=[], lines=[line()]), orders=(), lines=())
    outcome = solve_reallocation(case, QUICK, seed=1)
    assert outcome.status is Status.OPTIMAL
    assert outcome.plan == ReallocationPlan(lines=())
    assert outcome.objective_cents == 0
