"""All ways out of a shortage weighed together: split, wait, re-source, transfer, expedite and substitute.

The solver answers with the front of cost against lateness. An option of it that is one remedy can be signed
as it stands. One made of several remedies is told in words, to be proposed one after the other: each remedy
has decision rights of its own, and one signature must not carry what another has to decide.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.services.recommend.facts import RemedyFacts
from app.services.recommend.shortage import Shortage
from app.services.recommend.shortage_answer import move_actions
from app.services.recommend.shortage_offers import Offer, expedite_offers, substitute_offer, transfer_offers
from app.services.recommend.tariffs import (
    assumed_lane,
    cheapest_lanes,
    late_cents,
    unfilled_cents,
    working_days,
)
from domain.checks import BASIS_POINTS
from domain.commands import Action
from domain.ids import NodeId
from domain.recommendations import Option
from optimization.decision.decide import DecisionOption, DecisionOutcome
from optimization.decision.problem import PLANNED, DecisionLine, DecisionProblem, Service, Way, WayKind
from optimization.outcome import OptionLabel

_FROM = "reallocate:"
_SUBSTITUTE = "substitute"
_SAID = {
    OptionLabel.CHEAPEST: "the cheapest",
    OptionLabel.FASTEST: "the fastest",
    OptionLabel.LEAST_DISTURBANCE: "the least disturbing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """The decision as the solver is asked for it, and what each way that has a command of its own means."""

    problem: DecisionProblem
    offers: Mapping[str, Offer]


def weigh_together(shortage: Shortage, facts: RemedyFacts, now: datetime, days: int) -> Together:
    """Every way to get units of the line within so many days, and how each node ships them."""
    line, item, sla = shortage.line, shortage.item, shortage.customer.sla
    services = _services(shortage, now, days)
    shipping = {service.node_id for service in services}
    found = [*_planned_or_sooner(shortage, facts, now, days), *_from_elsewhere(shortage, now)]
    found += _instead(shortage, facts)
    found = [(way, offer) for way, offer in found if way.node_id in shipping and way.ready_day < days]
    problem = DecisionProblem(
        order_id=shortage.order.order_id,
        promised_day=(line.promised_at.date() - now.date()).days,
        max_shipments=shortage.customer.split.max_shipments,
        ship_complete=shortage.customer.split.ship_complete,
        last_ship_day=days - 1,
        lines=(
            DecisionLine(
                line_id=line.line_id,
                quantity=line.open_quantity,
                unit_grams=item.weight_grams,
                unfilled_cents_per_unit=unfilled_cents(line.unit_price_cents, item.landed_cost_cents, sla),
                late_cents_per_unit_day=late_cents(line.unit_price_cents, sla),
            ),
        ),
        ways=tuple(way for way, _ in found),
        services=services,
        currency=shortage.order.currency,
    )
    return Together(problem=problem, offers={way.way_id: offer for way, offer in found if offer is not None})


def _services(shortage: Shortage, now: datetime, days: int) -> tuple[Service, ...]:
    """How each node that works ships to the customer: by its cheapest lane, on its working days."""
    lanes, zone = cheapest_lanes(shortage.lanes), shortage.customer.zone_id
    found = []
    for node in shortage.nodes:
        lane = lanes.get((node.node_id, zone)) or assumed_lane(node.node_id, zone)
        pickups = working_days(node, now.date(), days)
        if pickups:
            found.append(
                Service(
                    service_id=lane.lane_id,
                    node_id=node.node_id,
                    fixed_cents=lane.fixed_cost_cents,
                    cents_per_kg=lane.rate_cents_per_kg,
                    transit_days=lane.transit_days,
                    pickup_days=pickups,
                    current=node.node_id == shortage.home,
                )
            )
    return tuple(found)


_Found = list[tuple[Way, Offer | None]]


def _planned_or_sooner(shortage: Shortage, facts: RemedyFacts, now: datetime, days: int) -> _Found:
    """What the line has at home, what comes there, and what could come sooner."""
    name, home = str(shortage.line.line_id), str(shortage.home)
    covered = shortage.line.open_quantity - shortage.short_quantity
    found: _Found = []
    if covered:
        way = Way(way_id="ship", line_id=name, kind=WayKind.SHIP, node_id=home, ready_day=0, units=covered)
        found.append((way, None))
    coming = [s for s in facts.inbound_of(shortage.line.item_id) if s.node_id == home and s.open_quantity]
    sooner = expedite_offers(shortage, facts, now)
    for supply in coming:
        day = max(0, (supply.eta_at.date() - now.date()).days)
        wait = Way(
            way_id=f"wait:{supply.supply_id}",
            line_id=name,
            kind=WayKind.WAIT,
            node_id=home,
            ready_day=min(day, days),
            units=min(supply.open_quantity, shortage.short_quantity),
            pool_id=f"supply:{supply.supply_id}",
        )
        found.append((wait, None))
        if (offer := sooner.get(supply.supply_id)) is not None:
            way_id = f"expedite:{supply.supply_id}"
            found.append((_taking(offer, wait, way_id=way_id, kind=WayKind.EXPEDITE), offer))
    return found


def _taking(offer: Offer, like: Way, *, way_id: str, kind: WayKind) -> Way:
    """The way that an offer is, for the same line and of the same goods as another way."""
    return replace(
        like,
        way_id=way_id,
        kind=kind,
        ready_day=offer.ready_day,
        units=offer.units,
        unit_cents=math.ceil(offer.unit_cents),
        fixed_cents=offer.fixed_cents,
    )


def _from_elsewhere(shortage: Shortage, now: datetime) -> _Found:
    """Goods of another node: shipped from there, or brought here; they are the same goods."""
    brought = transfer_offers(shortage, now)
    found: _Found = []
    for row in shortage.outlook:
        there = Way(
            way_id=f"{_FROM}{row.node_id}",
            line_id=str(shortage.line.line_id),
            kind=WayKind.REALLOCATE,
            node_id=row.node_id,
            ready_day=0,
            units=min(shortage.short_quantity, row.uncommitted_quantity),
            pool_id=f"stock:{row.node_id}",
        )
        found.append((there, None))
        if (offer := brought.get(row.node_id)) is not None:
            here = replace(there, node_id=shortage.home)
            way = _taking(offer, here, way_id=f"transfer:{row.node_id}", kind=WayKind.TRANSFER)
            # A cent at least, so that no more is brought than the line lacks.
            found.append((replace(way, unit_cents=max(1, way.unit_cents)), offer))
    return found


def _instead(shortage: Shortage, facts: RemedyFacts) -> _Found:
    """The substitute that is here for all open units; only all of them can be replaced."""
    offer = substitute_offer(shortage, facts)
    if offer is None:
        return []
    way = Way(
        way_id=_SUBSTITUTE,
        line_id=str(shortage.line.line_id),
        kind=WayKind.SUBSTITUTE,
        node_id=shortage.home,
        ready_day=offer.ready_day,
        units=offer.units,
        unit_cents=math.ceil(offer.unit_cents),
    )
    return [(way, offer)]


def with_decided(
    options: Sequence[Option], shortage: Shortage, together: Together, decided: DecisionOutcome | None
) -> list[Option]:
    """The options with those of one remedy that the decision adds, and what it says, by cost."""
    if decided is None:
        return list(options)
    nothing = next((o for o in decided.options if OptionLabel.DO_NOTHING in o.labels), None)
    if nothing is None:
        return list(options)
    found = list(options)
    told: list[str] = []
    for option in decided.options:
        units = _units(option)
        offers = [(together.offers[way], count) for way, count in units.items() if way in together.offers]
        changing = [kind for kind in option.kinds if kind not in PLANNED]
        if not changing or _replaces_a_part(shortage, option):
            continue
        if len(changing) > 1:
            told.append(_in_words(shortage, option, offers, nothing))
            continue
        actions = tuple(offer.command(count) for offer, count in offers) or _moves(shortage, units)
        same = next((n for n, other in enumerate(found) if set(other.actions) == set(actions)), None)
        if same is not None:
            found[same] = replace(found[same], reasons=(*found[same].reasons, *_best_at(option)))
        elif offers:
            found.append(_option(shortage, option, offers, actions, nothing, len(found)))
    ranked = sorted(found, key=lambda option: option.cost_delta_cents)
    first = replace(ranked[0], reasons=(*ranked[0].reasons, *told))
    return [replace(each, recommended=place == 0) for place, each in enumerate([first, *ranked[1:]])]


def _moves(shortage: Shortage, units: Mapping[str, int]) -> tuple[Action, ...]:
    """The command of an option that only ships from other nodes; what it leaves stays with the home node."""
    by_node = {NodeId(way.removeprefix(_FROM)): n for way, n in units.items() if way.startswith(_FROM)}
    left = shortage.line.open_quantity - sum(by_node.values())
    if left:
        by_node[shortage.home] = left
    return move_actions(shortage.line, shortage.home, by_node)


def _best_at(option: DecisionOption) -> tuple[str, ...]:
    """What an option is best at, as a reason."""
    best = ", ".join(_SAID[label] for label in option.labels if label in _SAID)
    return (f"Of all ways weighed together it is {best}.",) if best else ()


def _units(option: DecisionOption) -> dict[str, int]:
    """Units by way."""
    found: dict[str, int] = {}
    for move in option.moves:
        found[move.way_id] = found.get(move.way_id, 0) + move.units
    return found


def _replaces_a_part(shortage: Shortage, option: DecisionOption) -> bool:
    """Whether a substitute stands in for a part of the line, which no command does."""
    replaced = sum(move.units for move in option.moves if move.way_id == _SUBSTITUTE)
    return 0 < replaced < shortage.line.open_quantity


def _in_words(
    shortage: Shortage, option: DecisionOption, offers: Iterable[tuple[Offer, int]], nothing: DecisionOption
) -> str:
    """What several remedies at once would come to."""
    elsewhere = {way: units for way, units in _units(option).items() if way.startswith(_FROM)}
    parts = [
        f"ship {units} from {shortage.node_name(way.removeprefix(_FROM))}" for way, units in elsewhere.items()
    ]
    parts += [offer.words(units) for offer, units in offers]
    best = ", ".join(_SAID[label] for label in option.labels if label in _SAID)
    change = (option.effect.total_cents - nothing.effect.total_cents) / 100
    means = f"{abs(change):,.2f} {'less' if change < 0 else 'more'} than doing nothing"
    whole = f"Of all ways together {best} is: " if best else "Together: "
    return f"{whole}{' and '.join(parts)}; {means}. Each is proposed by itself."


def _option(
    shortage: Shortage,
    option: DecisionOption,
    offers: Sequence[tuple[Offer, int]],
    actions: tuple[Action, ...],
    nothing: DecisionOption,
    place: int,
) -> Option:
    effect, remedy = option.effect, offers[0][0].remedy
    late = effect.lateness_unit_days > 0 or effect.unfilled_units > 0
    words = " and ".join(offer.words(units) for offer, units in offers)
    reasons = list(_best_at(option))
    if effect.unfilled_units:
        reasons.append(f"{effect.unfilled_units} units stay on backorder.")
    return Option(
        option_id=f"{remedy.value}-{place + 1}",
        remedy=remedy,
        label=words[0].upper() + words[1:],
        actions=actions,
        cost_delta_cents=effect.total_cents - nothing.effect.total_cents,
        freight_cents=effect.freight_cents + effect.action_cents,
        penalty_cents=effect.late_cents + effect.unfilled_cents,
        late_orders=int(late),
        otif_bp=0 if late else BASIS_POINTS,
        reasons=(*reasons, f"Weighed with all other ways of {shortage.order.number}, prices from tariffs."),
    )
