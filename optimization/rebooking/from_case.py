"""A case's rebooking problem as an instance of the core, and the core's plan as a booking plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from domain.errors import BadValueError
from optimization.carrier_problem import RebookingProblem
from optimization.constraints.variables import Choice
from optimization.plan import Booking, BookingPlan
from optimization.rebooking.bookings import UNBOOKED
from optimization.rebooking.explain import Explainer
from optimization.rebooking.instance import RebookingInstance
from optimization.rebooking.solve import Effort, solve_instance
from optimization.rebooking.tables import NONE, Contracts, Options, Services, Shipments, Slots, WeightLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreAnswer:
    """A plan for a case's problem and a bound that holds for it, and what answers questions about it."""

    plan: BookingPlan
    bound_cents: int
    explainer: Explainer

    def others(self, choices: tuple[Choice, ...], shipment: int) -> Others:
        """Of a booked shipment: whom to ask if its carrier declines, and what it was weighed against."""
        trade = self.explainer.trade(shipment)
        worth_it = trade is not None and trade.instead != UNBOOKED and trade.justified
        return Others(
            asked_next=tuple(choices[option] for option in self.explainer.tender_order(shipment)[1:]),
            cheaper=choices[trade.instead] if trade is not None and worth_it else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Other ways than the booked one: ``cheaper`` is open at a lower rate, but dearer with its lateness."""

    asked_next: tuple[Choice, ...]
    cheaper: Choice | None


def solve_case(problem: RebookingProblem, choices: tuple[Choice, ...], seed: int) -> CoreAnswer | None:
    """The core's plan and bound; None when the money is beyond what the core counts exactly."""
    try:
        instance = instance_of(problem, choices)
    except BadValueError:
        return None
    answer = solve_instance(instance, Effort(passes=60, exact_time=0.0), seed)
    bookings = tuple(
        Booking(
            shipment_id=choices[option].shipment.shipment_id,
            service_id=choices[option].offer.service_id,
            pickup_day=choices[option].pickup_day,
        )
        for option in answer.chosen.tolist()
        if option != UNBOOKED
    )
    return CoreAnswer(
        plan=BookingPlan(bookings=bookings),
        bound_cents=answer.bound_cents,
        explainer=Explainer(instance, answer),
    )


def instance_of(problem: RebookingProblem, choices: tuple[Choice, ...]) -> RebookingInstance:
    """One dock, a slot a service and day, an option a choice, weights in grams.

    Raises:
        BadValueError: the costs are too large a sum for the core.
    """
    rows = problem.shipments
    place = {row.shipment_id: number for number, row in enumerate(rows)}
    slot = {(row.service_id, row.day): number for number, row in enumerate(problem.service_days)}
    limited = [number for number, row in enumerate(problem.service_days) if row.weight_grams is not None]
    limit_of = np.full(len(slot), NONE)
    limit_of[limited] = np.arange(len(limited))
    service = {row.service_id: number for number, row in enumerate(problem.services)}
    carriers = {name: n for n, name in enumerate(sorted({row.carrier_id for row in problem.services}))}
    counts = np.bincount([place[choice.shipment.shipment_id] for choice in choices], minlength=len(rows))
    current = np.full(len(rows), NONE)
    for option, choice in enumerate(choices):
        if choice.shipment.current_service_id is not None and not choice.changed:
            current[place[choice.shipment.shipment_id]] = option
    days = problem.service_days
    return RebookingInstance(
        first_option=np.concatenate([[0], np.cumsum(counts)]),
        shipments=Shipments(
            node=np.zeros(len(rows), dtype=np.int64),
            customer=np.zeros(len(rows), dtype=np.int64),
            ready_day=np.array([row.ready_day for row in rows], dtype=np.int64),
            unbooked_cents=np.array([row.unbooked_cents for row in rows], dtype=np.int64),
            late_cents_per_day=np.array([row.late_cents_per_day for row in rows], dtype=np.int64),
            rebooking_cents=np.array(
                [row.rebooking_cents if row.current_service_id is not None else 0 for row in rows],
                dtype=np.int64,
            ),
            current_option=current,
        ),
        options=Options(
            slot=np.array([slot[c.offer.service_id, c.pickup_day] for c in choices], dtype=np.int64),
            rate_cents=np.array([choice.offer.rate_cents for choice in choices], dtype=np.int64),
            late_days=np.array([choice.late_days for choice in choices], dtype=np.int64),
            weight=np.array([choice.shipment.weight_grams for choice in choices], dtype=np.int64),
        ),
        slots=Slots(
            service=np.array([service[row.service_id] for row in days], dtype=np.int64),
            node=np.zeros(len(days), dtype=np.int64),
            day=np.array([row.day for row in days], dtype=np.int64),
            pickups=np.array([row.pickups for row in days], dtype=np.int64),
            weight_limit=limit_of,
        ),
        services=_services(problem, carriers),
        weight_limits=WeightLimits(
            carrier=np.array(
                [carriers[problem.services[service[days[n].service_id]].carrier_id] for n in limited],
                dtype=np.int64,
            ),
            day=np.array([days[n].day for n in limited], dtype=np.int64),
            limit=np.array([days[n].weight_grams for n in limited], dtype=np.int64),
        ),
        contracts=_contracts(problem, carriers),
        currency=problem.currency,
    )


def _contracts(problem: RebookingProblem, carriers: dict[str, int]) -> Contracts:
    """The contracts' minimums by carrier."""
    return Contracts(
        carrier=np.array([carriers[row.carrier_id] for row in problem.contract_minimums], dtype=np.int64),
        minimum_shipments=np.array(
            [row.minimum_shipments for row in problem.contract_minimums], dtype=np.int64
        ),
        shortfall_cents=np.array(
            [row.shortfall_cents_per_shipment for row in problem.contract_minimums], dtype=np.int64
        ),
    )


def _services(problem: RebookingProblem, carriers: dict[str, int]) -> Services:
    """The services by carrier; a case does not say which are premium freight."""
    return Services(
        carrier=np.array([carriers[row.carrier_id] for row in problem.services], dtype=np.int64),
        premium=np.zeros(len(problem.services), dtype=np.int64),
    )
