"""What a scenario does to its baseline, what it refuses, and what comparing two results proves."""

from __future__ import annotations

import numpy as np
import pytest

from domain.errors import BadInputError, BadValueError
from optimization.backlog.generate import generate_tables
from optimization.backlog.instance import build_instance
from optimization.rebooking.generator import generate_instance
from optimization.scenarios.on_backlog import apply_to_backlog
from optimization.scenarios.on_rebooking import apply_to_rebooking
from optimization.scenarios.overrides import (
    CarrierDown,
    DemandSurge,
    LaneDown,
    NodeClosed,
    Override,
    PolicyChanged,
    PriorityChanged,
    Scenario,
    SupplyDelayed,
)
from optimization.scenarios.rebase import rebase
from optimization.scenarios.results import ScenarioResult, Verdict, compare

BASELINE = generate_instance(120, 4, seed=1)
BACKLOG = generate_tables("D", 150, 4, 1)


def scenario(*overrides: Override) -> Scenario:
    """A scenario named test."""
    return Scenario(name="test", overrides=overrides)


def test_nothing_changed_is_the_same_instance() -> None:
    assert apply_to_rebooking(BASELINE, scenario()).digest == BASELINE.digest


def test_a_closed_node_has_no_options_on_its_closed_days() -> None:
    changed = apply_to_rebooking(BASELINE, scenario(NodeClosed(node=2, first_day=1, last_day=3)))
    slots = changed.slots
    used = np.unique(changed.options.slot)
    closed = used[(slots.node[used] == 2) & (slots.day[used] >= 1) & (slots.day[used] <= 3)]
    assert closed.size == 0
    assert 0 < changed.option_count < BASELINE.option_count
    assert changed.shipment_count == BASELINE.shipment_count


def test_a_lost_booking_is_paid_by_every_option_left() -> None:
    booked = np.flatnonzero(BASELINE.shipments.current_option >= 0)
    shipment = int(booked[BASELINE.shipments.rebooking_cents[booked].argmax()])
    slot = int(BASELINE.options.slot[BASELINE.shipments.current_option[shipment]])
    carrier = int(BASELINE.services.carrier[BASELINE.slots.service[slot]])
    changed = apply_to_rebooking(BASELINE, scenario(CarrierDown(carrier=carrier)))
    first, last = changed.first_option[shipment : shipment + 2]
    assert int(changed.shipments.current_option[shipment]) == -1
    fee = int(BASELINE.shipments.rebooking_cents[shipment])
    bare = changed.options.rate_cents + changed.options.late_days * np.repeat(
        changed.shipments.late_cents_per_day, np.diff(changed.first_option)
    )
    assert (changed.option_cents[first:last] - bare[first:last] == fee).all()
    assert not (changed.services.carrier[changed.slots.service[changed.options.slot]] == carrier).any()


def test_a_surge_repeats_shipments_with_their_options() -> None:
    changed = apply_to_rebooking(BASELINE, scenario(DemandSurge(percent=25)))
    assert changed.shipment_count == 150
    assert changed.option_count > BASELINE.option_count
    assert (changed.shipments.current_option[120:] == -1).all()
    at_node = apply_to_rebooking(BASELINE, scenario(DemandSurge(percent=150, node=1)))
    here = int((BASELINE.shipments.node == 1).sum())
    assert at_node.shipment_count == 120 + -(-here * 150 // 100)


def test_delay_priority_and_policy_change_what_they_say() -> None:
    late = apply_to_rebooking(BASELINE, scenario(SupplyDelayed(node=0, days=2)))
    there = BASELINE.shipments.node == 0
    assert (late.shipments.ready_day[there] == BASELINE.shipments.ready_day[there] + 2).all()
    customer = int(BASELINE.shipments.customer[0])
    dear = apply_to_rebooking(BASELINE, scenario(PriorityChanged(customer=customer, percent=200)))
    assert int(dear.shipments.unbooked_cents[0]) == 2 * int(BASELINE.shipments.unbooked_cents[0])
    plain = apply_to_rebooking(BASELINE, scenario(PolicyChanged(premium_allowed=False, change_percent=0)))
    assert not plain.services.premium[plain.slots.service[plain.options.slot]].any()
    assert not plain.shipments.rebooking_cents.any()


@pytest.mark.parametrize(
    "override",
    [
        NodeClosed(node=99), CarrierDown(carrier=99), LaneDown(node=0, service=99), LaneDown(node=0, zone=1),
        DemandSurge(percent=5, zone=1), PriorityChanged(percent=5, priority=1),
        SupplyDelayed(node=99, days=1), PriorityChanged(percent=5, customer=9_999),
        PolicyChanged(max_shipments=1),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_rebooking_is_refused_and_dropped_by_a_rebase(override: Override) -> None:
    with pytest.raises(BadInputError):
        apply_to_rebooking(BASELINE, scenario(override))
    rebased = rebase(scenario(NodeClosed(node=1), override), BASELINE)
    assert rebased.scenario.overrides == (NodeClosed(node=1),)
    ((dropped, why),) = rebased.dropped
    assert dropped == override
    assert why


def test_values_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(BadValueError, match="last_day is 1, expected 2"):
        NodeClosed(node=1, first_day=2, last_day=1)
    with pytest.raises(BadValueError, match="zone or a service"):
        LaneDown(node=1)
    with pytest.raises(BadValueError, match="surge percent is 0"):
        DemandSurge(percent=0)
    with pytest.raises(BadValueError, match="is given twice"):
        scenario(NodeClosed(node=1), NodeClosed(node=1))
    with pytest.raises(BadValueError, match="scenario name is empty"):
        Scenario(name=" ")


def test_overrides_of_a_backlog() -> None:
    closed = apply_to_backlog(BACKLOG, scenario(NodeClosed(node=1)))
    assert not (closed.pick_capacity["node"] == 1).any()
    cut = apply_to_backlog(BACKLOG, scenario(LaneDown(node=1, zone=0)))
    assert (cut.lanes["fixed_cents"] != BACKLOG.lanes["fixed_cents"]).sum() == 1
    surge = apply_to_backlog(BACKLOG, scenario(DemandSurge(percent=50)))
    assert (surge.lines["confirmable_qty"] >= BACKLOG.lines["confirmable_qty"] * 3 // 2).all()
    late = apply_to_backlog(BACKLOG, scenario(SupplyDelayed(node=1, days=1)))
    on_hand = BACKLOG.supply["arriving_qty"][BACKLOG.supply["day"] == 0].sum()
    assert late.supply["arriving_qty"][late.supply["day"] == 0].sum() == on_hand
    dear = apply_to_backlog(BACKLOG, scenario(PriorityChanged(percent=300, priority=0)))
    assert dear.lines["unfilled_cents"].sum() > BACKLOG.lines["unfilled_cents"].sum()
    one = apply_to_backlog(BACKLOG, scenario(PolicyChanged(max_shipments=1, ship_complete=True)))
    assert (one.orders["max_shipments"] == 1).all()
    assert (one.orders["ship_complete"] == 1).all()
    for tables in (closed, cut, surge, late, dear, one):
        assert build_instance(tables).n_lines > 0


@pytest.mark.parametrize(
    "override",
    [CarrierDown(carrier=0), LaneDown(node=0, service=1), PolicyChanged(premium_allowed=False)],
)
def test_what_does_not_fit_a_backlog_is_refused_and_dropped_by_a_rebase(override: Override) -> None:
    with pytest.raises(BadInputError, match="does not fit a backlog"):
        apply_to_backlog(BACKLOG, scenario(override))
    assert rebase(scenario(override), BACKLOG).scenario.overrides == ()


def result(name: str, cost: int, bound: int, choice: list[int]) -> ScenarioResult:
    """A result of one term."""
    return ScenarioResult(
        scenario=name, instance_digest="x", terms=(("freight", cost),), objective_cents=cost,
        bound_cents=bound, status="feasible", seed=1, choice=np.array(choice, dtype=np.int64),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cost", "bound", "verdict"),
    [
        (130, 111, Verdict.PROVABLY_WORSE),
        (130, 110, Verdict.NOT_PROVEN),
        (94, 90, Verdict.PROVABLY_BETTER),
        (95, 90, Verdict.NOT_PROVEN),
    ],
)
def test_a_verdict_needs_intervals_that_do_not_overlap(cost: int, bound: int, verdict: Verdict) -> None:
    found = compare(result("base", 110, 95, []), result("closed", cost, bound, []))
    assert found.verdict is verdict
    assert found.least_cents <= found.objective_delta_cents <= found.most_cents
    assert found.terms == (("freight", cost - 110),)
    assert verdict.value in found.sentence


def test_orders_are_compared_one_by_one() -> None:
    found = compare(result("base", 9, 9, [1, 2, -1, 4]), result("surge", 9, 9, [1, 3, 5, -1, 6]))
    assert found.flipped.tolist() == [1]
    assert found.lost.tolist() == [3]
    assert found.won.tolist() == [2]


def test_a_result_that_does_not_sum_up_is_refused() -> None:
    with pytest.raises(BadValueError, match="bound of x is above its cost"):
        result("x", 5, 6, [])
