"""From shipments and rate cards to options: eligibility, calendars, dimensional weight, accessorials.

All rates are worked out here, once, in whole cents; the solver never multiplies a rate again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimization.backlog.compiled import compiled
from optimization.rebooking.columns import IntColumn

BASIS_POINTS = 10_000
TENTHS_PER_KG = 10
PREMIUM_WHEN_WORTH_IT = 1
PREMIUM_NEVER = 2
NO_SLOT = -1
UNBOOKED = -1


class RateCard(NamedTuple):
    """What each service charges and how far it goes in a day; one row a service.

    ``accessorial_cents`` has one row a service and one column an accessorial (lift gate,
    appointment …). ``volume_divisor`` turns cubic centimetres into chargeable tenths of a kg.
    """

    carrier: IntColumn
    premium: IntColumn
    base_cents: IntColumn
    cents_per_100kg_km: IntColumn
    minimum_cents: IntColumn
    fuel_basis_points: IntColumn
    volume_divisor: IntColumn
    heaviest: IntColumn
    km_per_day: IntColumn
    cutoff_minute: IntColumn
    accessorial_cents: IntColumn


class Demand(NamedTuple):
    """The shipments to book; one row each. Weight is in tenths of a kg, volume in cubic cm.

    ``accessorials`` is a bit mask. ``risk_cents`` is the margin at risk when the shipment is late.
    """

    node: IntColumn
    customer: IntColumn
    ready_day: IntColumn
    ready_minute: IntColumn
    due_day: IntColumn
    weight: IntColumn
    volume: IntColumn
    km: IntColumn
    accessorials: IntColumn
    late_cents_per_day: IntColumn
    risk_cents: IntColumn
    unbooked_cents: IntColumn


class Guides(NamedTuple):
    """Routing guides: which services a customer allows (bit mask), and its rule for premium freight."""

    allowed: IntColumn
    premium_rule: IntColumn


class MadeOptions(NamedTuple):
    """Options in compressed rows, as an instance takes them."""

    first_option: IntColumn
    slot: IntColumn
    rate_cents: IntColumn
    late_days: IntColumn
    weight: IntColumn


@compiled
def rate_cents(card: RateCard, service: int, demand: Demand, shipment: int) -> int:
    """Base plus chargeable weight by distance, at least the minimum, fuel on it, accessorials added."""
    chargeable = max(demand.weight[shipment], demand.volume[shipment] // card.volume_divisor[service])
    unit = TENTHS_PER_KG * 100
    moved = (chargeable * demand.km[shipment] * card.cents_per_100kg_km[service] // 1_000 + unit // 2) // unit
    line_haul = max(card.base_cents[service] + moved, card.minimum_cents[service])
    fuel = (line_haul * card.fuel_basis_points[service] + BASIS_POINTS // 2) // BASIS_POINTS
    extra = 0
    for accessorial in range(card.accessorial_cents.shape[1]):
        if (demand.accessorials[shipment] >> accessorial) & 1:
            extra += card.accessorial_cents[service, accessorial]
    total: int = line_haul + fuel + extra
    return total


@compiled
def worth_premium(rate: int, late_days: int, standard: IntColumn, demand: Demand, shipment: int) -> bool:
    """Whether the premium paid over the cheapest standard service is below what it saves.

    ``standard`` is the rate and the days late of that service at its first pickup, or ``-1``: then
    the shipment would wait for the next wave.
    """
    extra = rate
    saved = demand.unbooked_cents[shipment]
    if standard[0] != UNBOOKED:
        extra = rate - standard[0]
        saved = demand.late_cents_per_day[shipment] * (standard[1] - late_days)
        if standard[1] > 0 and late_days == 0:
            saved += demand.risk_cents[shipment]
    worth: bool = extra < saved
    return worth


@compiled
def _cheapest_standard(
    card: RateCard, demand: Demand, guides: Guides, slot_of: IntColumn, shipment: int, found: IntColumn
) -> None:
    """The cheapest service that is not premium, at its first pickup: rate and days late."""
    found[0] = UNBOOKED
    for service in range(len(card.carrier)):
        if card.premium[service] == 0 and _eligible(card, demand, guides, shipment, service):
            day = _next_pickup(card, demand, slot_of, shipment, service, 0)
            rate = rate_cents(card, service, demand, shipment)
            if day >= 0 and (found[0] == UNBOOKED or rate < found[0]):
                found[0] = rate
                found[1] = _late_days(card, demand, shipment, service, day)


@compiled
def _eligible(card: RateCard, demand: Demand, guides: Guides, shipment: int, service: int) -> bool:
    """Whether the routing guide and the weight limit of a service let a shipment go with it."""
    customer = demand.customer[shipment]
    allowed = (guides.allowed[customer] >> service) & 1
    refused = card.premium[service] == 1 and guides.premium_rule[customer] == PREMIUM_NEVER
    eligible: bool = allowed == 1 and not refused and demand.weight[shipment] <= card.heaviest[service]
    return eligible


@compiled
def _next_pickup(
    card: RateCard, demand: Demand, slot_of: IntColumn, shipment: int, service: int, after: int
) -> int:
    """The first day from ``after`` on which a service can pick a shipment up, or -1."""
    missed = demand.ready_minute[shipment] > card.cutoff_minute[service]
    day: int = max(after, demand.ready_day[shipment] + (1 if missed else 0))
    while day < slot_of.shape[2]:
        if slot_of[service, demand.node[shipment], day] != NO_SLOT:
            return day
        day += 1
    return -1


@compiled
def _late_days(card: RateCard, demand: Demand, shipment: int, service: int, day: int) -> int:
    """Days after the due day on which a shipment picked up on a day arrives."""
    transit = 1 + demand.km[shipment] // card.km_per_day[service]
    late: int = max(0, day + transit - demand.due_day[shipment])
    return late


@compiled
def _options_of(
    card: RateCard, demand: Demand, guides: Guides, slot_of: IntColumn, shipment: int, made: MadeOptions
) -> int:
    """Write the options of a shipment from ``first_option`` on; gives how many."""
    count = 0
    start = made.first_option[shipment]
    keep = len(made.slot) > 0
    standard = np.zeros(2, dtype=np.int64)
    rule = guides.premium_rule[demand.customer[shipment]]
    if rule == PREMIUM_WHEN_WORTH_IT:
        _cheapest_standard(card, demand, guides, slot_of, shipment, standard)
    for service in range(len(card.carrier)):
        if not _eligible(card, demand, guides, shipment, service):
            continue
        rate = rate_cents(card, service, demand, shipment)
        day = _next_pickup(card, demand, slot_of, shipment, service, 0)
        while day >= 0:
            late = _late_days(card, demand, shipment, service, day)
            judged = card.premium[service] == 1 and rule == PREMIUM_WHEN_WORTH_IT
            if not judged or worth_premium(rate, late, standard, demand, shipment):
                if keep:
                    made.slot[start + count] = slot_of[service, demand.node[shipment], day]
                    made.rate_cents[start + count] = rate
                    made.late_days[start + count] = late
                    made.weight[start + count] = demand.weight[shipment]
                count += 1
            day = _next_pickup(card, demand, slot_of, shipment, service, day + 1)
    return count


@compiled
def _all_options(
    card: RateCard, demand: Demand, guides: Guides, slot_of: IntColumn, made: MadeOptions
) -> None:
    """Count the options of every shipment into ``first_option``, or write them when there is room."""
    counting = len(made.slot) == 0
    total = 0
    for shipment in range(len(demand.node)):
        count = _options_of(card, demand, guides, slot_of, shipment, made)
        if counting:
            total += count
            made.first_option[shipment + 1] = total


def make_options(card: RateCard, demand: Demand, guides: Guides, slot_of: IntColumn) -> MadeOptions:
    """Every way each shipment can go: service by pickup day, in the order of the slots.

    ``slot_of[service, node, day]`` is the slot open then, or -1; slots ascend in that order.
    """
    first = np.zeros(len(demand.node) + 1, dtype=np.int64)
    none = np.zeros(0, dtype=np.int64)
    counted = MadeOptions(first, none, none, none, none)
    _all_options(card, demand, guides, slot_of, counted)
    size = int(first[-1])
    made = MadeOptions(first, *(np.zeros(size, dtype=np.int64) for _ in range(4)))
    if size:
        _all_options(card, demand, guides, slot_of, made)
    for column in made:
        column.flags.writeable = False
    return made
