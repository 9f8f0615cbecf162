"""Carrier rebooking: which service picks up each shipment, and when."""

from __future__ import annotations

from optimization.audit import audit_rebooking
from optimization.booking_model import build_booking_model
from optimization.carrier_problem import RebookingProblem, ShipmentDemand
from optimization.choices import build_choices, greedy_bookings, todays_bookings
from optimization.constraints.variables import Choice
from optimization.engine import Question, answer, rank_options
from optimization.limits import Limits, StopFlag
from optimization.listener import ProgressSink
from optimization.measure_bookings import measure_bookings
from optimization.money import money
from optimization.outcome import Outcome, Reason, ReasonCode, gap_basis_points
from optimization.plan import Booking, BookingPlan
from optimization.search import Clock, Search
from optimization.versions import versions

CORE_CHOICES = 3_000
"""From so many choices on, prices find a better start and a better floor than the greedy rule."""


def solve_rebooking(
    problem: RebookingProblem,
    limits: Limits,
    seed: int,
    stop: StopFlag | None = None,
    progress: ProgressSink | None = None,
    monotonic: Clock | None = None,
) -> Outcome:
    """The cheapest bookings found, their proof, their reasons, and the runner-up options.

    Raises:
        AuditRefusedError: a bug: the plan fails the independent check.
    """
    from optimization.rebooking.from_case import solve_case

    search = Search(limits, seed, stop, progress, monotonic)
    choices = build_choices(problem)
    core = solve_case(problem, choices, seed) if len(choices) >= CORE_CHOICES else None
    greedy = greedy_bookings(problem, choices)
    floor = _floor_cents(problem, choices)
    question = Question(
        build=lambda: build_booking_model(problem, choices),
        effect=lambda plan: measure_bookings(problem, plan),
        audit=lambda plan: audit_rebooking(problem, plan),
        improve=None,
        today=todays_bookings(problem, choices),
        at_hand=(greedy,) if core is None else (greedy, core.plan),
        floor_cents=floor if core is None else max(floor, core.bound_cents),
    )
    found = answer(question, search)
    plan = found.plan
    effect = None if plan is None else question.effect(plan)
    cents = None if effect is None else effect.terms.total_cents
    return Outcome(
        problem_digest=problem.digest,
        status=found.status,
        ending=found.ending,
        plan=plan,
        effect=effect,
        objective_cents=cents,
        bound_cents=found.bound_cents,
        gap_basis_points=None if cents is None else gap_basis_points(cents, found.bound_cents),
        options=() if plan is None else rank_options(question, plan, found.labelled),
        reasons=() if plan is None else _reasons(problem, choices, plan, question.today),
        conflicts=(),
        seed=seed,
        versions=versions(),
        solve_ms=search.elapsed_ms,
    )


def _floor_cents(problem: RebookingProblem, choices: tuple[Choice, ...]) -> int:
    """A bound without search: every shipment on its cheapest choice, as if it were alone."""
    cheapest = {row.shipment_id: row.unbooked_cents for row in problem.shipments}
    for choice in choices:
        shipment_id = choice.shipment.shipment_id
        cheapest[shipment_id] = min(cheapest[shipment_id], choice.cents)
    return sum(cheapest.values())


def _reasons(
    problem: RebookingProblem, choices: tuple[Choice, ...], plan: BookingPlan, today: BookingPlan
) -> tuple[Reason, ...]:
    """One sentence for every shipment."""
    booked = {booking.shipment_id: booking for booking in plan.bookings}
    kept = {booking.shipment_id: booking for booking in today.bookings}
    ways: dict[str, dict[tuple[str, int], Choice]] = {row.shipment_id: {} for row in problem.shipments}
    for choice in choices:
        ways[choice.shipment.shipment_id][choice.offer.service_id, choice.pickup_day] = choice
    return tuple(
        _reason(
            problem.currency,
            shipment,
            ways[shipment.shipment_id],
            booked.get(shipment.shipment_id),
            kept.get(shipment.shipment_id),
        )
        for shipment in problem.shipments
    )


def _reason(
    currency: str,
    shipment: ShipmentDemand,
    ways: dict[tuple[str, int], Choice],
    booked: Booking | None,
    kept: Booking | None,
) -> Reason:
    """Why one shipment goes as it goes, with the trade in money."""
    waiting = money(shipment.unbooked_cents, currency)
    if booked is None:
        text = f"left for the next wave at {waiting}: {_why_waiting(currency, shipment, ways)}"
        return Reason(subject=shipment.shipment_id, code=ReasonCode.UNBOOKED, text=text)
    choice = ways[booked.service_id, booked.pickup_day]
    late = choice.late_days * shipment.late_cents_per_day
    price = f"rate {money(choice.offer.rate_cents, currency)}"
    if late:
        price += f", {choice.late_days} days late at {money(late, currency)}"
    if booked == kept:
        text = f"stays with {booked.service_id} on day {booked.pickup_day}: {price}"
        code = ReasonCode.LATE if late else ReasonCode.KEPT
        return Reason(subject=shipment.shipment_id, code=code, text=text)
    instead = _instead(currency, shipment, ways, kept)
    text = f"{booked.service_id} picks up on day {booked.pickup_day}: {price}; {instead}"
    return Reason(subject=shipment.shipment_id, code=ReasonCode.REBOOKED, text=text)


def _why_waiting(currency: str, shipment: ShipmentDemand, ways: dict[tuple[str, int], Choice]) -> str:
    """What stands in the way of booking: no offer in time, the price, or a full service."""
    if not ways:
        return "no service with an offer picks up after it is ready"
    cheapest = min(ways.values(), key=lambda way: (way.cents, way.offer.service_id, way.pickup_day))
    where = f"{cheapest.offer.service_id} on day {cheapest.pickup_day}"
    if cheapest.cents >= shipment.unbooked_cents:
        return f"the cheapest service, {where}, would cost {money(cheapest.cents, currency)} in all"
    return f"{where} at {money(cheapest.cents, currency)} is full with shipments that would lose more"


def _instead(
    currency: str, shipment: ShipmentDemand, ways: dict[tuple[str, int], Choice], kept: Booking | None
) -> str:
    """What happens to the shipment if nobody acts."""
    if kept is not None:
        cents = ways[kept.service_id, kept.pickup_day].cents
        return f"today's {kept.service_id} on day {kept.pickup_day} costs {money(cents, currency)}"
    waiting = money(shipment.unbooked_cents, currency)
    if shipment.current_service_id is None:
        return f"not booked today, which costs {waiting}"
    today = f"{shipment.current_service_id} on day {shipment.current_pickup_day}"
    return f"today's {today} cannot take it: {waiting}"
