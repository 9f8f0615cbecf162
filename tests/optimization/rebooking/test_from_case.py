"""A case's problem through the core: the same rules, the same money, a bound below every plan."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from optimization.audit import audit_rebooking
from optimization.carrier_problem import RebookingProblem
from optimization.choices import build_choices, greedy_bookings
from optimization.instances import generate_rebooking
from optimization.limits import Limits
from optimization.measure_bookings import measure_bookings
from optimization.rebook import solve_rebooking
from optimization.rebooking.from_case import solve_case
from tests.support.optimization_cases import QUICK, rebooking_problems

fewer = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@fewer
@given(rebooking_problems())
def test_the_core_keeps_the_rules_and_money_of_the_case(problem: RebookingProblem) -> None:
    core = solve_case(problem, build_choices(problem), seed=1)
    assert core is not None
    audit = audit_rebooking(problem, core.plan)
    assert audit.passed
    assert audit.terms == measure_bookings(problem, core.plan).terms
    exact = solve_rebooking(problem, QUICK, seed=1)
    assert exact.objective_cents is not None
    assert core.bound_cents <= exact.objective_cents <= measure_bookings(problem, core.plan).terms.total_cents


def test_a_large_case_starts_from_the_core() -> None:
    problem = generate_rebooking(400, 8, seed=1)
    choices = build_choices(problem)
    core = solve_case(problem, choices, seed=1)
    assert core is not None
    cents = measure_bookings(problem, core.plan).terms.total_cents
    assert cents < measure_bookings(problem, greedy_bookings(problem, choices)).terms.total_cents
    quick = solve_rebooking(problem, Limits(deterministic_time=0.01, wall_seconds=60.0), seed=1)
    assert quick.objective_cents is not None
    assert core.bound_cents <= quick.bound_cents <= quick.objective_cents <= cents
