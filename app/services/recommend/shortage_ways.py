"""Other ways out of a shortage, reckoned from tariffs beside the solver's plans: bring goods, or ship others.

Each way changes what is at the line's own node and when: a transfer from a node with goods to spare, inbound
goods that come sooner, a substitute that is there. The line then ships in the cheaper of two ways, at once
with the rest following, or whole when all is there; what that costs is compared with that of doing nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.services.recommend.facts import RemedyFacts
from app.services.recommend.shortage import Shortage, inbound_days
from app.services.recommend.tariffs import (
    EXPEDITE_BASE_CENTS,
    EXPEDITE_CENTS_PER_UNIT,
    TRANSFER_CENTS_PER_TONNE_KILOMETRE,
    TRANSFER_FIXED_CENTS,
    assumed_lane,
    cheapest_lanes,
    late_cents,
    unfilled_cents,
)
from domain.checks import BASIS_POINTS
from domain.commands import Action, ExpediteSupply, SubstituteItem, TransferStock
from domain.distances import kilometres_between, road_days
from domain.ids import EntityKind, EntityRef, NodeId
from domain.inventory import InboundSupply
from domain.items import Item, Substitute
from domain.network import Node
from domain.recommendations import Option, Remedy

_GRAMS_PER_TONNE = 1_000_000
_GRAMS_PER_KG = 1_000
_SOONEST = timedelta(days=1)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way out before it is priced against doing nothing; ``price_cents`` is what it costs by itself."""

    remedy: Remedy
    label: str
    action: Action
    price_cents: int
    then: Reckoning
    reason: str


def other_ways(shortage: Shortage, facts: RemedyFacts, now: datetime) -> tuple[Option, ...]:
    """Options by transfer, by expediting and by substitution, where the facts allow them."""
    nothing = _reckon(shortage, inbound_days(shortage, facts, now), now)
    found = (
        _transfer(shortage, facts, now),
        _expedite(shortage, facts, now),
        _substitute(shortage, facts, now),
    )
    return tuple(_option(shortage, way, nothing, now) for way in found if way is not None)


def _reckon(
    shortage: Shortage, arrivals: Arrivals, now: datetime, *, unit_grams: int | None = None
) -> Reckoning:
    """The cheaper of shipping in parts and shipping whole, as far as the customer's policy allows both."""
    here = shortage.line.open_quantity - shortage.short_quantity
    parts = [(0, here)] if here else []
    left = shortage.short_quantity
    for day, units in sorted(arrivals):
        taken = min(left, units)
        if taken:
            parts.append((day, taken))
            left -= taken
    grams = shortage.item.weight_grams if unit_grams is None else unit_grams
    policy = shortage.customer.split
    whole = [(max((day for day, _ in parts), default=0), sum(units for _, units in parts))] if parts else []
    ways = [whole] if left == 0 or not policy.ship_complete else [[]]
    if not policy.ship_complete and len(parts) <= policy.max_shipments:
        ways.append(parts)
    return min((_cost(shortage, way, now, grams) for way in ways), key=lambda r: r.total_cents)


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


def _transfer(shortage: Shortage, facts: RemedyFacts, now: datetime) -> Way | None:
    home = _node(shortage, shortage.home)
    if home is None:
        return None
    ways: list[Way] = []
    for row in shortage.outlook:
        giving, route = _node(shortage, row.node_id), route_of(shortage, row.node_id)
        if giving is None or route is None:
            continue
        units = min(shortage.short_quantity, row.uncommitted_quantity)
        kilometres, day = route
        grams = units * shortage.item.weight_grams
        price = (
            TRANSFER_FIXED_CENTS + TRANSFER_CENTS_PER_TONNE_KILOMETRE * kilometres * grams // _GRAMS_PER_TONNE
        )
        then = _reckon(shortage, [*inbound_days(shortage, facts, now), (day, units)], now)
        action = TransferStock(
            line_id=shortage.line.line_id,
            item_id=shortage.item.item_id,
            from_node_id=row.node_id,
            to_node_id=shortage.home,
            quantity=units,
            arrive_at=now + timedelta(days=day),
        )
        words = f"{kilometres:,} km by road at an assumed {price / 100:,.2f}"
        ways.append(
            Way(
                remedy=Remedy.TRANSFER,
                label=f"Transfer {units} from {giving.name}, there {action.arrive_at:%d %b}",
                action=action,
                price_cents=price,
                then=then,
                reason=f"{words}; the line then ships from {home.name}.",
            )
        )
    return min(ways, key=lambda way: way.then.total_cents + way.price_cents, default=None)


def route_of(shortage: Shortage, giving_id: NodeId) -> tuple[int, int] | None:
    """Kilometres by road from a node to the line's own one, and the day on which goods are there."""
    home, giving = _node(shortage, shortage.home), _node(shortage, giving_id)
    if home is None or giving is None:
        return None
    kilometres = kilometres_between(_point(home), _point(giving))
    return kilometres, 1 + road_days(kilometres)


def later_supply(shortage: Shortage, facts: RemedyFacts, now: datetime) -> list[InboundSupply]:
    """What comes to the line's own node so late that it could come sooner, the first one first."""
    coming = [s for s in facts.inbound_of(shortage.line.item_id) if s.node_id == shortage.home]
    later = (s for s in coming if s.eta_at > now + 2 * _SOONEST)
    return sorted(later, key=lambda s: (s.eta_at, s.supply_id))


def expedite_cents(supply: InboundSupply) -> int:
    """What it is assumed to cost to have a supply sooner."""
    return EXPEDITE_BASE_CENTS + EXPEDITE_CENTS_PER_UNIT * supply.open_quantity


def substitute_of(shortage: Shortage, facts: RemedyFacts) -> tuple[Substitute, Item] | None:
    """The first substitute of which the line's own node has enough to spare for all open units."""
    line = shortage.line
    if not shortage.customer.allows_substitutes or line.shipped_quantity:
        return None
    for each in shortage.item.substitutes:
        record = facts.get(EntityRef(kind=EntityKind.ITEM, entity_id=each.item_id))
        here = next((r for r in facts.stock_outlook(each.item_id) if r.node_id == shortage.home), None)
        other = record.entity if record is not None else None
        enough = here is not None and here.uncommitted_quantity >= line.open_quantity
        if isinstance(other, Item) and enough:
            return each, other
    return None


def _expedite(shortage: Shortage, facts: RemedyFacts, now: datetime) -> Way | None:
    """The first goods on their way here, a day from now instead of later."""
    wanted = now + _SOONEST
    later = later_supply(shortage, facts, now)
    if not later:
        return None
    first = later[0]
    price = expedite_cents(first)
    units = min(first.open_quantity, shortage.short_quantity)
    then = _reckon(shortage, [*inbound_days(shortage, facts, now), (1, units)], now)
    action = ExpediteSupply(supply_id=first.supply_id, eta_at=wanted, cost_cents=price)
    words = f"Assumed premium freight {price / 100:,.2f}"
    return Way(
        remedy=Remedy.EXPEDITE,
        label=f"Expedite {first.number} to {wanted:%d %b}",
        action=action,
        price_cents=price,
        then=then,
        reason=f"{words} for {first.open_quantity} units now due {first.eta_at:%d %b}.",
    )


def _substitute(shortage: Shortage, facts: RemedyFacts, now: datetime) -> Way | None:
    """All open units of the line as another item."""
    known = substitute_of(shortage, facts)
    if known is None:
        return None
    each, other = known
    line = shortage.line
    price = each.extra_cost_cents * line.open_quantity
    then = _reckon(shortage, [(0, shortage.short_quantity)], now, unit_grams=other.weight_grams)
    action = SubstituteItem(
        order_id=line.order_id,
        line_id=line.line_id,
        item_id=line.item_id,
        substitute_item_id=each.item_id,
        quantity=line.open_quantity,
    )
    dearer = f"{each.extra_cost_cents / 100:,.2f} a unit dearer"
    return Way(
        remedy=Remedy.SUBSTITUTE,
        label=f"Substitute {other.sku}",
        action=action,
        price_cents=price,
        then=then,
        reason=f"{other.name} is here, {dearer}, and goes at the line's own price.",
    )


def _option(shortage: Shortage, way: Way, nothing: Reckoning, now: datetime) -> Option:
    promised_day = (shortage.line.promised_at.date() - now.date()).days
    then = way.then
    late = then.unfilled_units > 0 or then.last_day is None or then.last_day > promised_day
    return Option(
        option_id=f"{way.remedy.value}-1",
        remedy=way.remedy,
        label=way.label,
        actions=(way.action,),
        cost_delta_cents=then.total_cents + way.price_cents - nothing.total_cents,
        freight_cents=then.freight_cents + way.price_cents,
        penalty_cents=then.penalty_cents,
        late_orders=int(late),
        otif_bp=0 if late else BASIS_POINTS,
        reasons=(way.reason, "Reckoned from tariffs, beside the solver's plans."),
    )


def _node(shortage: Shortage, node_id: str) -> Node | None:
    return next((node for node in shortage.nodes if node.node_id == node_id), None)


def _point(node: Node) -> tuple[int, int]:
    return node.place.latitude_micro, node.place.longitude_micro
