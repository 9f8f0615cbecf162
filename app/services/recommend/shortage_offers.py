"""What single remedies bring to a short line's own node, when and at what price: one place for all tariffs.

Goods may come from a node with some to spare, inbound goods may come sooner, a substitute may be there. Each
offer says its price and its command; who weighs offers, alone or together, reckons with nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial

from app.services.recommend.facts import RemedyFacts, StockOutlook
from app.services.recommend.shortage import Shortage
from app.services.recommend.tariffs import (
    EXPEDITE_BASE_CENTS,
    EXPEDITE_CENTS_PER_UNIT,
    TRANSFER_CENTS_PER_TONNE_KILOMETRE,
    TRANSFER_FIXED_CENTS,
)
from domain.commands import Action, ExpediteSupply, SubstituteItem, TransferStock
from domain.distances import kilometres_between, road_days
from domain.ids import EntityKind, EntityRef, NodeId, SupplyId
from domain.inventory import InboundSupply
from domain.items import Item, Substitute
from domain.network import Node
from domain.recommendations import Remedy

_GRAMS_PER_TONNE = 1_000_000
SOONEST_DAY = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One remedy by itself: up to ``units`` are at the line's own node on day ``ready_day``.

    ``command`` and ``words`` are for so many units; ``unit_grams`` is what one of them weighs.
    """

    remedy: Remedy
    ready_day: int
    units: int
    unit_grams: int
    fixed_cents: int
    unit_cents: Fraction
    command: Callable[[int], Action]
    words: Callable[[int], str]
    reason: str
    """Why it costs what it costs, for all its units."""

    def price_cents(self, units: int) -> int:
        """What it costs to have so many units this way, without shipping them to the customer."""
        return self.fixed_cents + int(self.unit_cents * units)


def transfer_offers(shortage: Shortage, now: datetime) -> dict[NodeId, Offer]:
    """By node with goods to spare: what bringing them to the line's own node comes to."""
    home = _node(shortage, shortage.home)
    found = {}
    for row in shortage.outlook:
        giving = _node(shortage, row.node_id)
        if home is not None and giving is not None:
            found[row.node_id] = _transfer(shortage, row, giving, home, now)
    return found


def _transfer(shortage: Shortage, row: StockOutlook, giving: Node, home: Node, now: datetime) -> Offer:
    kilometres = kilometres_between(_point(home), _point(giving))
    day = SOONEST_DAY + road_days(kilometres)
    freight = TRANSFER_CENTS_PER_TONNE_KILOMETRE * kilometres * shortage.item.weight_grams
    offer = Offer(
        remedy=Remedy.TRANSFER,
        ready_day=day,
        units=min(shortage.short_quantity, row.uncommitted_quantity),
        unit_grams=shortage.item.weight_grams,
        fixed_cents=TRANSFER_FIXED_CENTS,
        unit_cents=Fraction(freight, _GRAMS_PER_TONNE),
        command=partial(_transfer_command, shortage, row.node_id, now + timedelta(days=day)),
        words=partial(_transfer_words, giving.name, now + timedelta(days=day)),
        reason="",
    )
    price = offer.price_cents(offer.units)
    words = f"{kilometres:,} km by road at an assumed {price / 100:,.2f}"
    return replace(offer, reason=f"{words}; the line then ships from {home.name}.")


def _transfer_command(shortage: Shortage, giving: NodeId, arrives: datetime, units: int) -> Action:
    return TransferStock(
        line_id=shortage.line.line_id,
        item_id=shortage.item.item_id,
        from_node_id=giving,
        to_node_id=shortage.home,
        quantity=units,
        arrive_at=arrives,
    )


def _transfer_words(giving: str, arrives: datetime, units: int) -> str:
    return f"transfer {units} from {giving}, there {arrives:%d %b}"


def expedite_offers(shortage: Shortage, facts: RemedyFacts, now: datetime) -> dict[SupplyId, Offer]:
    """By supply that comes so late that it could come sooner, the first one first."""
    coming = [s for s in facts.inbound_of(shortage.line.item_id) if s.node_id == shortage.home]
    later = [s for s in coming if s.eta_at > now + timedelta(days=2 * SOONEST_DAY)]
    return {
        s.supply_id: _sooner(shortage, s, now) for s in sorted(later, key=lambda s: (s.eta_at, s.supply_id))
    }


def _sooner(shortage: Shortage, supply: InboundSupply, now: datetime) -> Offer:
    price = EXPEDITE_BASE_CENTS + EXPEDITE_CENTS_PER_UNIT * supply.open_quantity
    wanted = now + timedelta(days=SOONEST_DAY)
    action = ExpediteSupply(supply_id=supply.supply_id, eta_at=wanted, cost_cents=price)
    premium = f"Assumed premium freight {price / 100:,.2f}"
    return Offer(
        remedy=Remedy.EXPEDITE,
        ready_day=SOONEST_DAY,
        units=min(supply.open_quantity, shortage.short_quantity),
        unit_grams=shortage.item.weight_grams,
        fixed_cents=price,
        unit_cents=Fraction(0),
        command=lambda _: action,
        words=lambda _: f"expedite {supply.number} to {wanted:%d %b}",
        reason=f"{premium} for {supply.open_quantity} units now due {supply.eta_at:%d %b}.",
    )


def substitute_offer(shortage: Shortage, facts: RemedyFacts) -> Offer | None:
    """The first substitute of which the line's own node has enough to spare; all open units are replaced."""
    known = _substitute_of(shortage, facts)
    if known is None:
        return None
    each, other = known
    line = shortage.line
    action = SubstituteItem(
        order_id=line.order_id,
        line_id=line.line_id,
        item_id=line.item_id,
        substitute_item_id=each.item_id,
        quantity=line.open_quantity,
    )
    dearer = f"{each.extra_cost_cents / 100:,.2f} a unit dearer"
    return Offer(
        remedy=Remedy.SUBSTITUTE,
        ready_day=0,
        units=line.open_quantity,
        unit_grams=other.weight_grams,
        fixed_cents=0,
        unit_cents=Fraction(each.extra_cost_cents),
        command=lambda _: action,
        words=lambda _: f"substitute {other.sku}",
        reason=f"{other.name} is here, {dearer}, and goes at the line's own price.",
    )


def _substitute_of(shortage: Shortage, facts: RemedyFacts) -> tuple[Substitute, Item] | None:
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


def _node(shortage: Shortage, node_id: str) -> Node | None:
    return next((node for node in shortage.nodes if node.node_id == node_id), None)


def _point(node: Node) -> tuple[int, int]:
    return node.place.latitude_micro, node.place.longitude_micro
