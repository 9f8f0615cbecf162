"""A shipment that needs another booking as a question to the solver: which service, on which day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.services.quotes import RateSource, priced
from app.services.recommend.facts import RemedyFacts, entity_of
from app.services.recommend.trail import in_words, trail_of
from domain.cases import ExceptionCase
from domain.checks import BASIS_POINTS
from domain.commands import Action, RebookCarrier
from domain.customers import Customer
from domain.ids import EntityKind, ServiceId
from domain.network import CarrierService
from domain.orders import OrderLine
from domain.quotes import Quote, QuoteBasis
from domain.recommendations import Option, Recommendation, Remedy
from domain.transport import BookingStatus, Shipment, ShipmentStatus
from optimization.carrier_problem import CarrierService as PricedService
from optimization.carrier_problem import Offer, RebookingProblem, ServiceDay, ShipmentDemand
from optimization.outcome import Option as SolvedOption
from optimization.outcome import OptionLabel, Outcome
from optimization.plan import BookingPlan

MODEL = "carrier rebooking (CP-SAT)"
HORIZON_DAYS = 7
MOST_FALLBACKS = 3
REBOOKING_CENTS = 1_500
#: Types whose present booking is of no use.
NOBODY_CAME = frozenset({"TR-PICKUP"})
_REFUSED = frozenset({BookingStatus.DECLINED, BookingStatus.EXPIRED})
NOT_LEFT_YET = frozenset({ShipmentStatus.PLANNED, ShipmentStatus.BOOKED, ShipmentStatus.PACKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadToRebook:
    """A shipment that should go otherwise, and the services its customer takes with their prices.

    ``current`` is the service that comes for it if nothing is done; none where its carrier refused, or did
    not come. ``why_table`` says why prices are the table's; blank where all are the carriers' own.
    ``chargeback_cents`` is what the customer takes for the present carrier where its routing guide excludes
    that.
    """

    shipment: Shipment
    services: tuple[CarrierService, ...]
    current: CarrierService | None
    quotes: Mapping[ServiceId, Quote]
    why_table: str
    value_cents: int
    late_cents_per_day: int
    chargeback_cents: int


def load_to_rebook(
    case: ExceptionCase, facts: RemedyFacts, now: datetime, rates: RateSource | None = None
) -> LoadToRebook | None:
    """Gather what a case of a shipment is about; ``None`` when it has left and nothing can be rebooked.

    Of the carriers only the present one and those of the customer's routing guide count, and none that
    refused this load. They are asked through ``rates`` what it costs now; what they do not say, the table
    says.

    Raises:
        ConflictError: the shipment is no longer there.
    """
    shipment = entity_of(facts, EntityKind.SHIPMENT, case.entity.entity_id, Shipment)
    if shipment.status not in NOT_LEFT_YET:
        return None
    customer = entity_of(facts, EntityKind.CUSTOMER, shipment.customer_id, Customer)
    guide = customer.routing_scacs
    refused = _refusing(shipment, facts, now)
    services = tuple(
        each
        for each in facts.carrier_services()
        if (not guide or each.scac in guide or each.service_id == shipment.service_id)
        and each.scac not in refused
    )
    if not services:
        return None
    quotes, why = priced(shipment, services, rates)
    value = 0
    for part in shipment.lines:
        line = entity_of(facts, EntityKind.ORDER_LINE, part.line_id, OrderLine)
        value += part.quantity * line.unit_price_cents
    return LoadToRebook(
        shipment=shipment,
        services=services,
        current=None
        if case.code in NOBODY_CAME
        else next((each for each in services if each.service_id == shipment.service_id), None),
        quotes={quote.service_id: quote for quote in quotes},
        why_table=why if rates is not None else "",
        value_cents=value,
        late_cents_per_day=max(1, value * customer.sla.late_penalty_bp_per_day // BASIS_POINTS),
        chargeback_cents=customer.routing_chargeback_cents if guide and shipment.scac not in guide else 0,
    )


def _refusing(shipment: Shipment, facts: RemedyFacts, now: datetime) -> frozenset[str]:
    """The carriers that declined the load, or let the time for their answer pass."""
    return frozenset(
        each.scac
        for each in facts.bookings_of(shipment.shipment_id)
        if each.status in _REFUSED
        or (each.status is BookingStatus.TENDERED and each.expires_at is not None and each.expires_at <= now)
    )


def rebooking_problem(load: LoadToRebook, facts: RemedyFacts, now: datetime) -> RebookingProblem:
    """The shipment, each service's price and days, and the room left on them.

    Day 0 is today in UTC, of no use to others once the hour of the pickup is over. The present booking is
    offered with the transit its ETA implies and the freight that it was booked for, so that staying costs
    what it really costs.
    """
    shipment = load.shipment
    booked = Counter(facts.pickups_booked())
    pickup_day = min(HORIZON_DAYS - 1, max(0, (shipment.planned_pickup_at.date() - now.date()).days))
    current, first = load.current, int(shipment.planned_pickup_at.time() <= now.time())
    days: list[ServiceDay] = []
    for service in load.services:
        for day in range(HORIZON_DAYS):
            date = now.date() + timedelta(days=day)
            own = 1 if service is current and day == pickup_day else 0
            room = service.pickups_per_day - booked[(service.service_id, date)] + own
            if (date.weekday() in service.pickup_weekdays and room > 0 and day >= first) or own:
                days.append(ServiceDay(service_id=service.service_id, day=day, pickups=max(1, room)))
    demand = ShipmentDemand(
        shipment_id=shipment.shipment_id,
        ready_day=pickup_day if shipment.planned_pickup_at > now else 0,
        due_day=(shipment.window_end_at.date() - now.date()).days,
        weight_grams=shipment.weight_grams,
        unbooked_cents=load.value_cents + load.late_cents_per_day * HORIZON_DAYS,
        late_cents_per_day=load.late_cents_per_day,
        rebooking_cents=REBOOKING_CENTS,
        current_service_id=current.service_id if current else None,
        current_pickup_day=pickup_day if current else None,
    )
    return RebookingProblem(
        days=HORIZON_DAYS,
        services=tuple(
            PricedService(service_id=service.service_id, carrier_id=service.scac) for service in load.services
        ),
        service_days=tuple(days),
        shipments=(demand,),
        offers=tuple(_offer(load, service, pickup_day, now) for service in load.services),
    )


def _offer(load: LoadToRebook, service: CarrierService, pickup_day: int, now: datetime) -> Offer:
    shipment, quote = load.shipment, load.quotes[service.service_id]
    transit, rate_cents = quote.transit_days, quote.cost_cents
    if service is load.current:
        rate_cents = (shipment.freight_cost_cents or rate_cents) + load.chargeback_cents
        if shipment.eta_at is not None:
            transit = max(transit, (shipment.eta_at.date() - now.date()).days - pickup_day)
    return Offer(
        shipment_id=shipment.shipment_id,
        service_id=service.service_id,
        rate_cents=rate_cents,
        transit_days=max(0, transit),
    )


def rebooking_answer(
    case: ExceptionCase,
    load: LoadToRebook,
    problem: RebookingProblem,
    outcome: Outcome,
    *,
    recommendation_id: str,
    now: datetime,
) -> Recommendation:
    """The options of an outcome, cheapest first, each a different booking.

    The recommended one says whom to ask next if its carrier declines.
    """
    options: list[Option] = []
    seen: set[str] = set()
    for solved in sorted(outcome.options, key=lambda option: option.rank):
        option = _option(load, solved, outcome, now, recommended=not options)
        if option.option_id not in seen:
            seen.add(option.option_id)
            options.append(option)
    booked = next((each for each in options[0].actions if isinstance(each, RebookCarrier)), None)
    if booked is not None:
        asked = _tender_order(load, problem, booked.service_id, now)
        options[0] = replace(options[0], reasons=(*options[0].reasons, *asked))
    return Recommendation(
        recommendation_id=recommendation_id,
        case_id=case.case_id,
        computed_at=now,
        options=tuple(options),
        trail=trail_of(outcome, MODEL),
    )


def _tender_order(
    load: LoadToRebook, problem: RebookingProblem, booked: ServiceId, now: datetime
) -> tuple[str, ...]:
    """Whom to ask if the carrier declines: other services with room, the cheapest first, lateness counted."""
    (demand,) = problem.shipments
    names = {str(each.service_id): each.name for each in load.services}
    found: dict[str, tuple[int, str]] = {}
    offers = {offer.service_id: offer for offer in problem.offers}
    for each in problem.service_days:
        if each.day < demand.ready_day or each.service_id in (booked, demand.current_service_id):
            continue
        offer = offers[each.service_id]
        days_late = max(0, each.day + offer.transit_days - demand.due_day)
        cents = offer.rate_cents + days_late * demand.late_cents_per_day + demand.rebooking_cents
        day = now.date() + timedelta(days=each.day)
        said = f"{names[each.service_id]}, pickup {day:%d %b}, {cents / 100:,.2f}"
        found[each.service_id] = min(found.get(each.service_id, (cents, said)), (cents, said))
    order = [said for cents, said in sorted(found.values()) if cents < demand.unbooked_cents]
    return (f"If it declines, ask {'; then '.join(order[:MOST_FALLBACKS])}.",) if order else ()


def _option(
    load: LoadToRebook, solved: SolvedOption, outcome: Outcome, now: datetime, *, recommended: bool
) -> Option:
    plan = solved.plan
    booking = plan.bookings[0] if isinstance(plan, BookingPlan) and plan.bookings else None
    service = next((s for s in load.services if booking and s.service_id == booking.service_id), None)
    stays = OptionLabel.DO_NOTHING in solved.labels or service is None or booking is None
    terms = solved.effect.terms
    names = {str(each.service_id): each.name for each in load.services}
    actions: tuple[Action, ...] = ()
    label, option_id, remedy = "Do nothing", "do-nothing", Remedy.DO_NOTHING
    if not stays and service is not None and booking is not None:
        day = now.date() + timedelta(days=booking.pickup_day)
        # At another hour the pickup would be on another day of the site's, wherever it is east of Greenwich.
        pickup_at = datetime.combine(day, load.shipment.planned_pickup_at.timetz())
        actions = (
            RebookCarrier(
                shipment_id=load.shipment.shipment_id,
                service_id=service.service_id,
                scac=service.scac,
                pickup_at=pickup_at,
            ),
        )
        label, remedy = f"{service.name}, pickup {pickup_at:%d %b}", Remedy.REBOOK_CARRIER
        option_id = f"rebook-{service.service_id}-{booking.pickup_day}"
    return Option(
        option_id=option_id,
        remedy=remedy,
        label=label,
        actions=actions,
        cost_delta_cents=solved.delta.total_cents,
        freight_cents=terms.freight_cents,
        penalty_cents=terms.service_cents,
        late_orders=solved.effect.late_orders,
        otif_bp=solved.effect.otif_basis_points,
        recommended=recommended,
        reasons=(
            *(in_words(reason.text, names) for reason in outcome.reasons if recommended),
            *(_chargeback(load) if service is None or stays else _basis(load, service)),
        ),
    )


def _chargeback(load: LoadToRebook) -> tuple[str, ...]:
    """What staying with a carrier that the customer excludes comes to."""
    if load.current is None or not load.chargeback_cents:
        return ()
    return (f"{load.chargeback_cents / 100:,.2f} that the customer charges back counts as freight.",)


def _basis(load: LoadToRebook, service: CarrierService) -> tuple[str, ...]:
    """Where the price of a service comes from, wherever carriers can be asked."""
    if load.quotes[service.service_id].basis is QuoteBasis.LIVE:
        return ("The price was asked of the carrier just now.",)
    return (f"The price is the table's. {load.why_table}",) if load.why_table else ()
