"""What a booking plan does to money, service and today's bookings."""

from __future__ import annotations

from collections import Counter

from optimization.carrier_problem import RebookingProblem, ShipmentDemand
from optimization.outcome import BASIS_POINTS, CostTerms, Effect
from optimization.plan import BookingPlan


def never_days(problem: RebookingProblem, shipment: ShipmentDemand) -> int:
    """Days late of a shipment that is not booked: more than any that is."""
    slowest = max((offer.transit_days for offer in problem.offers), default=0)
    return max(1, problem.days + slowest - shipment.due_day)


def measure_bookings(problem: RebookingProblem, plan: BookingPlan) -> Effect:
    """The effect of a booking plan; orders and units are shipments."""
    shipments = {row.shipment_id: row for row in problem.shipments}
    offers = {(row.shipment_id, row.service_id): row for row in problem.offers}
    carriers = {row.service_id: row.carrier_id for row in problem.services}
    given: Counter[str] = Counter()
    rates = late_cents = late_days = late_shipments = change = moved = 0
    for booking in plan.bookings:
        shipment = shipments[booking.shipment_id]
        offer = offers[booking.shipment_id, booking.service_id]
        days = max(0, booking.pickup_day + offer.transit_days - shipment.due_day)
        current = (shipment.current_service_id, shipment.current_pickup_day)
        changed = shipment.current_service_id is not None and current != (
            booking.service_id,
            booking.pickup_day,
        )
        given[carriers[booking.service_id]] += 1
        rates += offer.rate_cents
        late_days += days
        late_cents += days * shipment.late_cents_per_day
        late_shipments += days > 0
        change += shipment.rebooking_cents * changed
        moved += changed
    booked = {booking.shipment_id for booking in plan.bookings}
    waiting = [row for row in problem.shipments if row.shipment_id not in booked]
    shortfall = sum(
        max(0, contract.minimum_shipments - given[contract.carrier_id])
        * contract.shortfall_cents_per_shipment
        for contract in problem.contract_minimums
    )
    good = len(problem.shipments) - late_shipments - len(waiting)
    return Effect(
        terms=CostTerms(
            freight_fixed_cents=rates,
            late_cents=late_cents,
            change_cents=change,
            unfilled_cents=sum(row.unbooked_cents for row in waiting),
            shortfall_cents=shortfall,
        ),
        orders=len(problem.shipments),
        late_orders=late_shipments,
        short_orders=len(waiting),
        otif_basis_points=good * BASIS_POINTS // len(problem.shipments)
        if problem.shipments
        else BASIS_POINTS,
        late_unit_days=late_days,
        units_moved=moved,
        units_unfilled=len(waiting),
        units_substituted=0,
        shipments=len(plan.bookings),
    )
