"""Options, reasons, conflicts and statuses: what a planner reads beside the plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimization.carrier_problem import (
    CarrierService,
    ContractMinimum,
    Offer,
    RebookingProblem,
    ServiceDay,
    ShipmentDemand,
)
from optimization.outcome import OptionLabel, Outcome, ReasonCode, Status, gap_basis_points
from optimization.plan import Booking, BookingPlan
from optimization.problem import PickCapacity, ReallocationProblem
from optimization.solve import solve
from optimization.split_problem import SplitPolicy, SplitProblem
from tests.support.optimization_cases import QUICK, lane, line, order, plan, problem, row, stock


def reason(outcome: Outcome, subject: str, code: ReasonCode) -> str:
    """The text of the one reason with a subject and code."""
    (found,) = [r.text for r in outcome.reasons if (r.subject, r.code) == (subject, code)]
    return found


def test_the_fastest_option_pays_for_speed() -> None:
    case = problem(
        arrivals=[stock("MEM", 10), stock("DFW", 10)],
        lanes=[lane("MEM", fixed=500, transit=5), lane("DFW", fixed=9_000, transit=1)],
        orders=[order(promised=2)],
        lines=[line(late_cents_per_unit_day=10, current_node_id="MEM")],
    )
    outcome = solve(case, QUICK, seed=1)
    fastest = outcome.option(OptionLabel.FASTEST)
    assert outcome.plan == plan(row("MEM", 10))
    assert fastest is not None
    assert fastest.plan == plan(row("DFW", 10))
    assert fastest.rank == 2
    assert fastest.delta.freight_fixed_cents == 8_500
    assert fastest.delta.late_cents == -300
    assert (fastest.late_orders_delta, fastest.otif_delta_basis_points) == (-1, 10_000)
    assert fastest.units_moved_delta == 10
    assert reason(outcome, "SO-1/1", ReasonCode.LATE) == "10 of 10 arrive up to 3 days after the promised day"
    assert "stays at MEM" in reason(outcome, "SO-1/1", ReasonCode.KEPT)


def test_plans_with_the_same_effect_are_one_option_with_all_its_labels() -> None:
    case = problem(arrivals=[stock("MEM", 10)], lines=[line(current_node_id="MEM")])
    (only,) = solve(case, QUICK, seed=1).options
    assert only.labels == (
        OptionLabel.CHEAPEST,
        OptionLabel.FASTEST,
        OptionLabel.LEAST_DISTURBANCE,
        OptionLabel.DO_NOTHING,
    )
    assert only.delta.total_cents == 0


UNFILLED = [
    (
        problem(arrivals=[stock("MEM", 4)], lines=[line()]),
        ReasonCode.UNFILLED_NO_STOCK,
        "only 4 units are within reach",
    ),
    (
        problem(arrivals=[stock("MEM", 10)], lines=[line(), line("SO-1/2", quantity=6, unfilled=1)]),
        ReasonCode.UNFILLED_NO_STOCK,
        "all 10 units within reach ship to other demand",
    ),
    (
        problem(
            arrivals=[stock("MEM", 10)],
            lines=[line()],
            pick=[PickCapacity(node_id="MEM", day=0, pick_units=7)],
        ),
        ReasonCode.UNFILLED_NO_CAPACITY,
        "MEM has stock but no pick capacity left in time",
    ),
    (
        problem(arrivals=[stock("MEM", 6), stock("DFW", 6)], lines=[line()], orders=[order(shipments=1)]),
        ReasonCode.UNFILLED_BY_POLICY,
        "DFW has stock: at most 1 shipment",
    ),
    (
        problem(arrivals=[stock("MEM", 10)], lines=[line(unfilled=7)]),
        ReasonCode.UNFILLED_BY_COST,
        "MEM would cost more than the penalty of $0.07",
    ),
]


@pytest.mark.parametrize(("case", "code", "said"), UNFILLED, ids=lambda value: str(value)[:24])
def test_unfilled_units_say_what_stands_in_the_way(
    case: ReallocationProblem, code: ReasonCode, said: str
) -> None:
    outcome = solve(case, QUICK, seed=1)
    texts = [found.text for found in outcome.reasons if found.code is code]
    assert len(texts) == 1
    assert said in texts[0]


def test_firm_lines_that_cannot_all_hold_are_named_and_no_others() -> None:
    case = problem(
        arrivals=[stock("MEM", 10), stock("DFW", 50)],
        orders=[order("SO-1"), order("SO-2"), order("SO-3")],
        lines=[
            line(f"{name}/1", order_id=name, quantity=6, current_node_id=node, firm_quantity=6)
            for name, node in (("SO-1", "MEM"), ("SO-2", "MEM"), ("SO-3", "DFW"))
        ],
    )
    outcome = solve(case, QUICK, seed=1)
    assert outcome.status is Status.INFEASIBLE
    assert outcome.plan is None
    assert outcome.options == ()
    (conflict,) = outcome.conflicts
    assert conflict.subjects == ("SO-1/1", "SO-2/1")
    assert "SO-2/1 (6 of A at MEM)" in conflict.text
    released = replace(
        case, lines=tuple(replace(x, firm_quantity=0) if x.line_id == "SO-2/1" else x for x in case.lines)
    )
    assert solve(released, QUICK, seed=1).status is Status.OPTIMAL


def test_firm_units_stay_where_they_are_even_when_it_costs() -> None:
    case = problem(
        arrivals=[stock("MEM", 10), stock("DFW", 10)],
        lanes=[lane("MEM", fixed=8_000), lane("DFW", fixed=100)],
        lines=[line(current_node_id="MEM", firm_quantity=3)],
    )
    outcome = solve(case, QUICK, seed=1)
    assert outcome.plan == plan(row("MEM", 10))
    assert solve(replace(case, lines=(line(current_node_id="MEM"),)), QUICK, seed=1).plan == plan(
        row("DFW", 10)
    )


WAVE = problem(
    arrivals=[stock("MEM", 10), stock("MEM", 8, day=2)],
    orders=[order("SO-1", promised=1), order("SO-2", promised=1)],
    lines=[
        line("SO-1/1", late_cents_per_unit_day=400, quantity=8),
        line("SO-2/1", order_id="SO-2", late_cents_per_unit_day=500, quantity=8, unfilled=600),
    ],
    lanes=[lane("MEM", fixed=1_000)],
)


def wave(*, split: bool, partial: bool) -> Outcome:
    """Two orders of eight over ten units on hand, both under the same policy."""
    policies = tuple(
        SplitPolicy(order_id=name, allow_split=split, allow_partial=partial) for name in ("SO-1", "SO-2")
    )
    return solve(SplitProblem(demand=WAVE, policies=policies), QUICK, seed=1)


def test_a_wave_ships_a_part_where_the_customer_accepts_it() -> None:
    outcome = wave(split=True, partial=True)
    # SO-1 whole on day 0; of SO-2 two units, because waiting costs 1000 a unit and leaving 600.
    assert outcome.objective_cents == 1_000 + 1_000 + 6 * 600
    assert reason(outcome, "SO-1", ReasonCode.CONSOLIDATED).startswith("one complete shipment on day 0")
    assert reason(outcome, "SO-2", ReasonCode.PARTIAL).startswith(
        "one part shipment on day 0, 6 units unfilled: freight $10.00, late and unfilled penalties $36.00"
    )


def test_without_parts_an_order_not_worth_waiting_for_is_left_whole() -> None:
    outcome = wave(split=True, partial=False)
    # SO-2 in full would wait: 6 units 2 days at 500 and a shipment more. Nothing at all costs 4800.
    assert outcome.objective_cents == 1_000 + 8 * 600
    split = outcome.option(OptionLabel.SPLIT_NOW)
    consolidated = outcome.option(OptionLabel.CONSOLIDATE)
    assert split is not None
    assert consolidated is not None
    assert outcome.option(OptionLabel.PARTIAL) is None
    assert reason(outcome, "SO-2", ReasonCode.UNFILLED_BY_POLICY).startswith("nothing ships, 8 units")


def test_a_customer_who_accepts_neither_waits_or_gets_nothing() -> None:
    policy = SplitPolicy(order_id="SO-1", allow_split=False, allow_partial=False, last_ship_day=1)
    case = problem(arrivals=[stock("MEM", 6), stock("MEM", 4, day=2)], lines=[line()])
    outcome = solve(SplitProblem(demand=case, policies=(policy,)), QUICK, seed=1)
    assert outcome.plan == plan()
    assert "nothing ships, 10 units unfilled" in reason(outcome, "SO-1", ReasonCode.UNFILLED_BY_POLICY)
    patient = replace(policy, last_ship_day=None)
    waited = solve(SplitProblem(demand=case, policies=(patient,)), QUICK, seed=1)
    assert waited.plan == plan(row("MEM", 10, day=2))


def freight_case() -> RebookingProblem:
    """GND lost its pickup of today; AIR is dear but in time."""
    return RebookingProblem(
        days=3,
        services=(
            CarrierService(service_id="AIR", carrier_id="FAST"),
            CarrierService(service_id="GND", carrier_id="ROAD"),
        ),
        service_days=(
            ServiceDay(service_id="AIR", day=0, pickups=1),
            ServiceDay(service_id="GND", day=2, pickups=5),
        ),
        shipments=tuple(
            ShipmentDemand(
                shipment_id=name,
                ready_day=0,
                due_day=2,
                weight_grams=5_000,
                unbooked_cents=50_000,
                late_cents_per_day=late,
                rebooking_cents=300,
                current_service_id="GND",
                current_pickup_day=0,
            )
            for name, late in (("P1", 900), ("P2", 4_000))
        ),
        offers=tuple(
            Offer(shipment_id=name, service_id=service, rate_cents=rate, transit_days=days)
            for name in ("P1", "P2")
            for service, rate, days in (("AIR", 9_000, 1), ("GND", 2_000, 2))
        ),
    )


def test_premium_freight_goes_where_it_saves_more_than_it_costs() -> None:
    outcome = solve(freight_case(), QUICK, seed=1)
    assert outcome.status is Status.OPTIMAL
    # AIR costs 7000 more and saves two late days: worth it at 4000 a day, not at 900.
    assert outcome.plan == BookingPlan(
        bookings=(
            Booking(shipment_id="P1", service_id="GND", pickup_day=2),
            Booking(shipment_id="P2", service_id="AIR", pickup_day=0),
        )
    )
    assert outcome.objective_cents == 2_000 + 2 * 900 + 300 + 9_000 + 300
    today = outcome.option(OptionLabel.DO_NOTHING)
    assert today is not None
    assert today.effect.terms.unfilled_cents == 100_000
    assert reason(outcome, "P2", ReasonCode.REBOOKED) == (
        "AIR picks up on day 0: rate $90.00; today's GND on day 0 cannot take it: $500.00"
    )


def test_a_contract_minimum_pulls_volume_while_it_pays() -> None:
    case = freight_case()
    pulled = replace(
        case,
        contract_minimums=(
            ContractMinimum(carrier_id="ROAD", minimum_shipments=2, shortfall_cents_per_shipment=1_500),
        ),
    )
    outcome = solve(pulled, QUICK, seed=1)
    assert outcome.effect is not None
    assert outcome.effect.terms.shortfall_cents == 0
    # Giving up AIR for P2 costs 1000 in all, missing the contract 1500.
    assert outcome.plan != solve(case, QUICK, seed=1).plan


@pytest.mark.parametrize(
    ("objective", "bound", "gap"),
    [(100, 100, 0), (100, 120, 0), (10_000, 9_999, 1), (3, 0, 10_000), (0, 0, 0)],
)
def test_the_gap_is_rounded_against_us(objective: int, bound: int, gap: int) -> None:
    assert gap_basis_points(objective, bound) == gap
