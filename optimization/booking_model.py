"""The carrier rebooking as a CP-SAT model, put together from the registered rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

from optimization.carrier_problem import RebookingProblem
from optimization.constraints.registry import BOOKING_RULES
from optimization.constraints.rule import CostLines
from optimization.constraints.variables import BookingVariables, Choice
from optimization.measure_bookings import never_days
from optimization.plan import Booking, BookingPlan
from optimization.plan_model import PlanModel

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar


def build_booking_model(problem: RebookingProblem, choices: tuple[Choice, ...]) -> PlanModel[BookingPlan]:
    """State every rule over fresh variables."""
    variables = BookingVariables.create(problem, choices)
    terms: dict[str, CostLines] = defaultdict(list)
    for rule in BOOKING_RULES:
        terms[rule.term or ""] += rule.state(variables)
    never = {row.shipment_id: never_days(problem, row) for row in problem.shipments}
    late = [(choice.late_days, taken) for choice, taken in variables.taken.items() if choice.late_days]
    return PlanModel(
        model=variables.model,
        cost=[cost for lines in terms.values() for cost in lines],
        service=terms["late_cents"] + terms["unfilled_cents"],
        lateness=late + [(never[name], unbooked) for name, unbooked in variables.unbooked.items()],
        disturbance=[(1, taken) for choice, taken in variables.taken.items() if choice.changed],
        hint=lambda plan: _hint(variables, plan),
        read=lambda value: _read(variables, value),
    )


def _hint(variables: BookingVariables, plan: BookingPlan) -> list[tuple[IntVar, int]]:
    """A value for every variable, so that the solver starts from the plan."""
    booked = {booking.shipment_id: (booking.service_id, booking.pickup_day) for booking in plan.bookings}
    values: list[tuple[IntVar, int]] = []
    given: Counter[str] = Counter()
    for choice, taken in variables.taken.items():
        here = booked.get(choice.shipment.shipment_id) == (choice.offer.service_id, choice.pickup_day)
        given[choice.carrier_id] += here
        values.append((taken, int(here)))
    values += [(unbooked, int(name not in booked)) for name, unbooked in variables.unbooked.items()]
    for contract, missing in variables.missing.items():
        values.append((missing, max(0, contract.minimum_shipments - given[contract.carrier_id])))
    return values


def _read(variables: BookingVariables, value: Callable[[IntVar], int]) -> BookingPlan:
    """The plan that an assignment stands for."""
    return BookingPlan(
        bookings=tuple(
            Booking(
                shipment_id=choice.shipment.shipment_id,
                service_id=choice.offer.service_id,
                pickup_day=choice.pickup_day,
            )
            for choice, taken in variables.taken.items()
            if value(taken)
        )
    )
