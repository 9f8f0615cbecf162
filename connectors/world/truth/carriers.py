"""Carriers at an origin: whether they take what is planned for them, and whether they are in trouble."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import comb
from typing import TYPE_CHECKING

from connectors.world.truth import limits
from connectors.world.truth.books import Books, pair
from connectors.world.truth.order_states import NOT_LEFT
from connectors.world.truth.transport import standing_milestones
from connectors.world.truth.watch import Claim, Watch, each, when_changed
from domain.ids import EntityKind
from domain.transport import ShipmentStatus

if TYPE_CHECKING:
    from domain.transport import Shipment

CARRIER = EntityKind.CARRIER


def judge_capacity(books: Books, carrier: str, at: datetime) -> Iterable[Claim]:
    """More pickups on a day to come than the service takes."""
    days: Counter[tuple[str, str]] = Counter()
    ends: dict[tuple[str, str], datetime] = {}
    for shipment in books.shipments_of_carrier.of(carrier).values():
        if shipment.status in NOT_LEFT and shipment.service_id is not None:
            day = shipment.planned_pickup_at.replace(hour=0, minute=0, second=0, microsecond=0)
            key = (str(shipment.service_id), day.isoformat())
            days[key] += 1
            ends[key] = day + timedelta(days=1)
    over = []
    for key, count in days.items():
        service = books.services.get(key[0])
        if service is not None and count > service.pickups_per_day and ends[key] > at:
            over.append(ends[key])
    if over:
        yield Claim("TR-CAPACITY", CARRIER, carrier, None, max(over))


def judge_trouble(books: Books, carrier: str, at: datetime) -> Iterable[Claim]:
    """So many late or silent shipments that a carrier's usual share does not explain them."""
    shipments = [
        shipment
        for shipment in books.shipments_of_carrier.of(carrier).values()
        if _is_looked_at(shipment, at)
    ]
    if len(shipments) < limits.CARRIER_LEAST_SHIPMENTS:
        return
    bad = sum(_is_bad(books, shipment, at) for shipment in shipments)
    usual = limits.CARRIER_USUAL_BP / limits.ALL_BP
    if _tail(len(shipments), bad, usual) < limits.CARRIER_OPEN_ODDS:
        yield Claim("TR-CARRIER", CARRIER, carrier)


def _is_looked_at(shipment: Shipment, at: datetime) -> bool:
    if shipment.status is ShipmentStatus.IN_TRANSIT:
        return True
    if shipment.status is not ShipmentStatus.DELIVERED or shipment.delivered_at is None:
        return False
    return shipment.delivered_at > at - limits.CARRIER_WINDOW


def _is_bad(books: Books, shipment: Shipment, at: datetime) -> bool:
    """Late, or silent for longer than is allowed."""
    if shipment.status is ShipmentStatus.DELIVERED:
        return shipment.delivered_at is not None and shipment.delivered_at > shipment.window_end_at
    if shipment.eta_at is not None and shipment.eta_at > shipment.window_end_at:
        return True
    trail = standing_milestones(books, shipment.shipment_id)
    if not trail:
        return False
    return at > trail[-1].happened_at + limits.GAP_AFTER.get(trail[-1].code, limits.GAP_AT_MOST)


def _tail(count: int, bad: int, share: float) -> float:
    """The probability of at least so many bad ones, each bad with that probability by itself."""
    return sum(comb(count, one) * share**one * (1 - share) ** (count - one) for one in range(bad, count + 1))


def _of_shipment(_books: Books, shipment: Shipment) -> Iterable[str | None]:
    return (pair(shipment.scac, shipment.origin_node_id) if shipment.scac else None,)


WATCHES = (
    Watch(
        name="carrier capacity",
        judge=judge_capacity,
        wakes={EntityKind.SHIPMENT: each(_of_shipment)},
        every=timedelta(hours=6),
    ),
    Watch(
        name="carrier trouble",
        judge=judge_trouble,
        wakes={EntityKind.SHIPMENT: when_changed(("scac",), each(_of_shipment))},
        every=timedelta(hours=1),
    ),
)
