"""The baseline as the mirror has it now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from app.services.what_if.baseline import Baseline, Masters, baseline_of
from domain.customers import Customer
from domain.ids import EntityKind
from domain.items import Item
from domain.network import Lane, Node
from domain.records import Entity

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
    return baseline_of(mirror.backlog_rows(), masters_of(mirror), now)


def _entities(mirror: Mirror, kind: EntityKind, wanted: type[E]) -> tuple[E, ...]:
    return tuple(record.entity for record in mirror.entities(kind) if isinstance(record.entity, wanted))
