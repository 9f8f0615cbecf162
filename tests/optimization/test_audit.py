"""The audit refuses every kind of broken plan, prices the sound ones, and shares no code with the models."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from optimization.audit import AuditRefusedError, audit_reallocation, audit_rebooking, require_audit
from optimization.carrier_problem import CarrierService, Offer, RebookingProblem, ServiceDay, ShipmentDemand
from optimization.outcome import CostTerms
from optimization.plan import Booking, BookingPlan, PlanLine
from optimization.problem import PickCapacity, Sku, Substitute
from tests.support.optimization_cases import lane, line, order, plan, problem, row, stock

CASE = problem(
    days=2,
    skus=[
        Sku(sku_id="A", weight_grams=1_500, substitutes=(Substitute(sku_id="B", extra_cents_per_unit=40),)),
        Sku(sku_id="B", weight_grams=2_000),
        Sku(sku_id="C", weight_grams=1),
    ],
    arrivals=[stock("MEM", 8), stock("MEM", 4, day=1), stock("DFW", 20, sku="B"), stock("DFW", 9, sku="C")],
    pick=[PickCapacity(node_id=node, day=day, pick_units=9) for node in ("DFW", "MEM") for day in (0, 1)],
    lanes=[lane("MEM", fixed=1_000, rate=61), lane("DFW", fixed=1_500, rate=20, transit=2)],
    orders=[
        order("SO-1", promised=1, shipments=2, last_ship_day=0),
        order("SO-2", promised=1, shipments=1, ship_complete=True),
    ],
    lines=[
        line("SO-1/1", quantity=9, unfilled=700, late_cents_per_unit_day=11, current_node_id="MEM",
             change_cents_per_unit=7, firm_quantity=2),
        line("SO-2/1", order_id="SO-2", quantity=4, unfilled=300, allow_substitutes=False),
    ],
)  # fmt: skip


def test_a_sound_plan_is_priced_to_the_cent() -> None:
    report = audit_reallocation(
        CASE, plan(row("MEM", 4), row("DFW", 3, sku="B"), row("MEM", 4, line_id="SO-2/1"))
    )
    assert report.violations == ()
    # 1.5 kg at 61 cents is 91.5 cents, half to even 92; 2 kg at 20 cents is 40.
    assert report.terms == CostTerms(
        freight_fixed_cents=1_000 + 1_500 + 1_000,
        freight_variable_cents=4 * 92 + 3 * 40 + 4 * 92,
        substitution_cents=3 * 40,
        late_cents=3 * 1 * 11,
        change_cents=(3 + 2) * 7,
        unfilled_cents=2 * 700,
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row("MEM", 1, line_id="XX")], "line XX is unknown"),
        ([row("XXX", 1)], "XXX has no lane to EAST"),
        ([row("DFW", 1, sku="C")], "C may not replace A"),
        ([row("DFW", 1, line_id="SO-2/1", sku="B")], "B may not replace A"),
        ([row("MEM", 1, day=2)], "ship day 2 is outside the horizon"),
        ([row("MEM", 2), row("DFW", 8, sku="B")], "line SO-1/1 ships 10 of 9"),
        ([row("MEM", 1)], "keeps 1 of 2 firm units"),
        ([row("DFW", 9, sku="B")], "keeps 0 of 2 firm units"),
        ([row("MEM", 5), row("MEM", 4, line_id="SO-2/1")], "stock of A at MEM by day 0: 1 more shipped"),
        ([row("MEM", 7), row("MEM", 4, line_id="SO-2/1")], "MEM day 0: 11 picked, capacity 9"),
        ([row("MEM", 2), row("MEM", 2, day=1), row("DFW", 2, sku="B")], "3 shipments, 2 allowed"),
        ([row("MEM", 2), row("MEM", 3, line_id="SO-2/1")], "ships 3 of 4 but must be complete"),
        ([row("MEM", 2), row("MEM", 2, day=1)], "leaves MEM on day 1, after 0"),
    ],
)
def test_every_broken_rule_is_named(rows: list[PlanLine], said: str) -> None:
    report = audit_reallocation(CASE, plan(*rows))
    assert any(said in violation for violation in report.violations), report.violations
    assert not report.passed


def test_early_shipping_of_a_later_arrival_is_refused() -> None:
    rows = [row("MEM", 2), row("MEM", 4, line_id="SO-2/1", day=1)]
    assert audit_reallocation(CASE, plan(*rows)).passed
    dry = replace(CASE, arrivals=(stock("MEM", 2), stock("MEM", 4, day=1)))
    assert audit_reallocation(dry, plan(*rows)).passed
    early = [row("MEM", 2), row("MEM", 4, line_id="SO-2/1")]
    assert audit_reallocation(dry, plan(*early)).violations == (
        "stock of A at MEM by day 0: 4 more shipped than there",
    )


def ready(shipment_id: str, minute: int) -> ShipmentDemand:
    """Two kilograms that reach the dock at a minute of day 0."""
    return ShipmentDemand(
        shipment_id=shipment_id,
        ready_day=0,
        ready_minute_of_day=minute,
        due_day=1,
        weight_grams=2_000,
        unbooked_cents=4,
    )


BOOKINGS = RebookingProblem(
    days=2,
    services=(CarrierService(service_id="GND", carrier_id="C1", cutoff_minute_of_day=600),),
    service_days=(
        ServiceDay(service_id="GND", day=0, pickups=1),
        ServiceDay(service_id="GND", day=1, pickups=2, weight_grams=3_000),
    ),
    shipments=(ready("P1", 600), ready("P2", 601), ready("P3", 0)),
    offers=tuple(
        Offer(shipment_id=name, service_id="GND", rate_cents=9, transit_days=1) for name in ("P1", "P2", "P3")
    ),
)


@pytest.mark.parametrize(
    ("bookings", "said"),
    [
        ([("P1", "AIR", 0)], "there is no such offer"),
        ([("P9", "GND", 0)], "there is no such offer"),
        ([("P2", "GND", 0)], "not ready at the cut-off"),
        ([("P1", "GND", 0), ("P3", "GND", 0)], "2 pickups, 1 possible"),
        ([("P2", "GND", 1), ("P3", "GND", 1)], "4000 g, 3000 g possible"),
        ([("P1", "GND", 5)], "no pickup that day"),
    ],
)
def test_every_impossible_booking_is_named(bookings: list[tuple[str, str, int]], said: str) -> None:
    booked = tuple(Booking(shipment_id=p, service_id=s, pickup_day=d) for p, s, d in bookings)
    report = audit_rebooking(BOOKINGS, BookingPlan(bookings=booked))
    assert any(said in violation for violation in report.violations), report.violations


def test_a_refused_plan_or_a_wrong_price_is_a_bug() -> None:
    sound = audit_reallocation(CASE, plan(row("MEM", 2)))
    assert sound.terms is not None
    require_audit(sound, sound.terms)
    with pytest.raises(AuditRefusedError, match="claimed was"):
        require_audit(sound, replace(sound.terms, late_cents=1))
    with pytest.raises(AuditRefusedError, match="keeps 1 of 2 firm units"):
        require_audit(audit_reallocation(CASE, plan(row("MEM", 1))), sound.terms)


def test_the_audit_shares_no_code_with_what_it_checks() -> None:
    source = Path(__file__).parents[2] / "optimization" / "audit.py"
    modules = {
        node.module
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("optimization")
    }
    values = {"carrier_problem", "outcome", "plan", "problem"}
    assert modules == {f"optimization.{name}" for name in values}
