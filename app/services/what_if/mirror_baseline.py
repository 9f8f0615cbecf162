"""The baseline as the mirror has it now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from app.services.recommend.mirror_facts import WAITING_FOR_PICKUP
from app.services.what_if.baseline import Baseline, Masters, baseline_of
from app.services.what_if.bookings import bookings_of
from domain.customers import Customer
from domain.ids import EntityKind
from domain.items import Item
from domain.network import CarrierService, Lane, Node
from domain.records import Entity
from domain.transport import Shipment

if TYPE_CHECKING:
    from app.store.mirror import Mirror

E = TypeVar("E", bound=Entity)


def masters_of(mirror: Mirror) -> Masters:
    """Nodes, lanes, items and customers."""
    return Masters(
        nodes=_entities(mirror, EntityKind.NODE, Node),
        lanes=_entities(mirror, EntityKind.LANE, Lane),
        items={item.item_id: item for item in _entities(mirror, EntityKind.ITEM, Item)},
        customers={each.customer_id: each for each in _entities(mirror, EntityKind.CUSTOMER, Customer)},
    )


def read_baseline(mirror: Mirror, now: datetime) -> Baseline:
    """Lay out the open backlog of a mirror.

    Raises:
        ConflictError: there is nothing to plan.
    """
    rows, masters = mirror.backlog_rows(), masters_of(mirror)
    bookings = bookings_of(
        waiting_shipments(mirror), carrier_services(mirror), rows.lines, masters.customers, now
    )
    return replace(baseline_of(rows, masters, now), bookings=bookings)


def waiting_shipments(mirror: Mirror) -> tuple[Shipment, ...]:
    """The shipments that have not left yet."""
    found = mirror.entities_in(EntityKind.SHIPMENT, "status", [each.value for each in WAITING_FOR_PICKUP])
    return tuple(record.entity for record in found if isinstance(record.entity, Shipment))


def carrier_services(mirror: Mirror) -> tuple[CarrierService, ...]:
    """Every service of every carrier."""
    return _entities(mirror, EntityKind.CARRIER_SERVICE, CarrierService)


def _entities(mirror: Mirror, kind: EntityKind, wanted: type[E]) -> tuple[E, ...]:
    return tuple(record.entity for record in mirror.entities(kind) if isinstance(record.entity, wanted))
