"""Each shipment goes with one service or waits, and every way has its price."""

from __future__ import annotations

from collections import defaultdict

from optimization.constraints.rule import CostLines, Level, Rule
from optimization.constraints.variables import BookingVariables


def one_booking_or_none(variables: BookingVariables) -> CostLines:
    """A shipment takes exactly one choice, or is left unbooked."""
    of_shipment = defaultdict(list)
    for choice, taken in variables.taken.items():
        of_shipment[choice.shipment.shipment_id].append(taken)
    for shipment_id, unbooked in variables.unbooked.items():
        variables.model.add_exactly_one([*of_shipment[shipment_id], unbooked])
    return []


def carrier_rate(variables: BookingVariables) -> CostLines:
    """A booking costs the offer's rate."""
    return [(choice.offer.rate_cents, taken) for choice, taken in variables.taken.items()]


def late_delivery(variables: BookingVariables) -> CostLines:
    """A booking that arrives after the due day costs the shipment's late price for every day."""
    return [
        (choice.late_days * choice.shipment.late_cents_per_day, taken)
        for choice, taken in variables.taken.items()
        if choice.late_days
    ]


def rebooking_cost(variables: BookingVariables) -> CostLines:
    """Leaving a current booking for another one costs the shipment's rebooking price."""
    return [
        (choice.shipment.rebooking_cents, taken)
        for choice, taken in variables.taken.items()
        if choice.changed
    ]


def unbooked_penalty(variables: BookingVariables) -> CostLines:
    """A shipment left for the next wave costs its unbooked price."""
    cents = {row.shipment_id: row.unbooked_cents for row in variables.problem.shipments}
    return [(cents[shipment_id], unbooked) for shipment_id, unbooked in variables.unbooked.items()]


ONE_BOOKING_OR_NONE = Rule(
    name="one booking or none",
    level=Level.HARD,
    justification="A shipment is picked up once; what nobody takes waits.",
    state=one_booking_or_none,
)
CARRIER_RATE = Rule(
    name="carrier rate",
    level=Level.SOFT,
    justification="Carriers charge per shipment by service.",
    state=carrier_rate,
    term="freight_fixed_cents",
)
LATE_DELIVERY = Rule(
    name="late delivery",
    level=Level.SOFT,
    justification="Premium freight is worth its price only where it saves more lateness than it costs.",
    state=late_delivery,
    term="late_cents",
)
REBOOKING_COST = Rule(
    name="rebooking cost",
    level=Level.SOFT,
    justification="Cancelling a tender costs fees, labels and the carrier's patience.",
    state=rebooking_cost,
    term="change_cents",
)
UNBOOKED_PENALTY = Rule(
    name="unbooked penalty",
    level=Level.SOFT,
    justification="A shipment that stays on the dock waits for the next wave at a known price.",
    state=unbooked_penalty,
    term="unfilled_cents",
)
