"""Other ways out of a shortage, reckoned from tariffs beside the solver's plans: bring goods, or ship others.

Each way changes what is at the line's own node and when: a transfer from a node with goods to spare, inbound
goods that come sooner, a substitute that is there. The line then ships in the cheaper of two ways, at once
with the rest following, or whole when all is there; what that costs is compared with that of doing nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.services.recommend.facts import RemedyFacts
from app.services.recommend.shortage import Shortage, inbound_days
from app.services.recommend.shortage_offers import Offer, expedite_offers, substitute_offer, transfer_offers
from app.services.recommend.tariffs import assumed_lane, cheapest_lanes, late_cents, unfilled_cents
from domain.checks import BASIS_POINTS
from domain.recommendations import Option, Remedy

_GRAMS_PER_KG = 1_000

#: (day, units) that come to the line's own node.
Arrivals = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """What serving the line from its own node comes to."""

    freight_cents: int
    penalty_cents: int
    last_day: int | None
    unfilled_units: int

    @property
    def total_cents(self) -> int:
        """Freight and penalties."""
        return self.freight_cents + self.penalty_cents


def other_ways(shortage: Shortage, facts: RemedyFacts, now: datetime) -> tuple[Option, ...]:
    """Options by transfer, by expediting and by substitution, where the facts allow them."""
    inbound = inbound_days(shortage, facts, now)
    nothing = _reckon(shortage, inbound, now, shortage.item.weight_grams)

    def taken(offer: Offer) -> tuple[int, Offer, Reckoning]:
        """The offer by what taking all of it comes to."""
        instead = offer.remedy is Remedy.SUBSTITUTE
        arrivals = [(0, shortage.short_quantity)] if instead else [*inbound, (offer.ready_day, offer.units)]
        then = _reckon(shortage, arrivals, now, offer.unit_grams)
        return then.total_cents + offer.price_cents(offer.units), offer, then

    brought = [taken(offer) for offer in transfer_offers(shortage, now).values()]
    sooner = [taken(offer) for offer in expedite_offers(shortage, facts, now).values()]
    instead = substitute_offer(shortage, facts)
    found = [
        *([min(brought, key=lambda way: way[0])] if brought else []),
        *sooner[:1],
        *([taken(instead)] if instead is not None else []),
    ]
    return tuple(_option(shortage, offer, then, nothing, now) for _, offer, then in found)


def _reckon(shortage: Shortage, arrivals: Arrivals, now: datetime, unit_grams: int) -> Reckoning:
    """The cheaper of shipping in parts and shipping whole, as far as the customer's policy allows both."""
    here = shortage.line.open_quantity - shortage.short_quantity
    parts = [(0, here)] if here else []
    left = shortage.short_quantity
    for day, units in sorted(arrivals):
        taken = min(left, units)
        if taken:
            parts.append((day, taken))
            left -= taken
    policy = shortage.customer.split
    whole = [(max((day for day, _ in parts), default=0), sum(units for _, units in parts))] if parts else []
    ways = [whole] if left == 0 or not policy.ship_complete else [[]]
    if not policy.ship_complete and len(parts) <= policy.max_shipments:
        ways.append(parts)
    return min((_cost(shortage, way, now, unit_grams) for way in ways), key=lambda r: r.total_cents)


def _cost(shortage: Shortage, shipments: Arrivals, now: datetime, unit_grams: int) -> Reckoning:
    line, sla, zone = shortage.line, shortage.customer.sla, shortage.customer.zone_id
    lane = cheapest_lanes(shortage.lanes).get((shortage.home, zone)) or assumed_lane(shortage.home, zone)
    promised_day = (line.promised_at.date() - now.date()).days
    freight = penalty = shipped = 0
    for day, units in shipments:
        kilograms = -(-units * unit_grams // _GRAMS_PER_KG)
        freight += lane.fixed_cost_cents + lane.rate_cents_per_kg * kilograms
        late_days = max(0, day + lane.transit_days - promised_day)
        penalty += late_days * units * late_cents(line.unit_price_cents, sla)
        shipped += units
    missing = line.open_quantity - shipped
    penalty += missing * unfilled_cents(line.unit_price_cents, shortage.item.landed_cost_cents, sla)
    last = max((day + lane.transit_days for day, _ in shipments), default=None)
    return Reckoning(freight_cents=freight, penalty_cents=penalty, last_day=last, unfilled_units=missing)


def _option(shortage: Shortage, offer: Offer, then: Reckoning, nothing: Reckoning, now: datetime) -> Option:
    promised_day = (shortage.line.promised_at.date() - now.date()).days
    late = then.unfilled_units > 0 or then.last_day is None or then.last_day > promised_day
    words, price = offer.words(offer.units), offer.price_cents(offer.units)
    return Option(
        option_id=f"{offer.remedy.value}-1",
        remedy=offer.remedy,
        label=words[0].upper() + words[1:],
        actions=(offer.command(offer.units),),
        cost_delta_cents=then.total_cents + price - nothing.total_cents,
        freight_cents=then.freight_cents + price,
        penalty_cents=then.penalty_cents,
        late_orders=int(late),
        otif_bp=0 if late else BASIS_POINTS,
        reasons=(offer.reason, "Reckoned from tariffs, beside the solver's plans."),
    )
