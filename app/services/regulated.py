"""Whether regulated goods are concerned: any line of the orders behind a case is of a regulated category."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from domain.cases import ExceptionCase
from domain.ids import EntityKind
from domain.items import Item
from domain.orders import OrderLine
from domain.records import SourceRecord


class Records(Protocol):
    """Read access to the mirror by a column; ``app.store.mirror.Mirror`` is one."""

    def entities_in(self, kind: EntityKind, column: str, values: Iterable[str]) -> list[SourceRecord]:
        """The live records of a kind whose ``column`` has one of ``values``."""
        ...


def is_regulated(case: ExceptionCase, records: Records, categories: Collection[str]) -> bool:
    """Whether a line of the case's orders, or the line it is about, is of one of these categories.

    Whole orders are looked at, not only the line that is short: who may release an order with regulated goods
    in it is asked about all of it.
    """
    if not categories:
        return False
    found = records.entities_in(EntityKind.ORDER_LINE, "order_id", case.order_ids)
    if case.entity.kind is EntityKind.ORDER_LINE:
        found += records.entities_in(EntityKind.ORDER_LINE, "id", [case.entity.entity_id])
    item_ids = sorted({record.entity.item_id for record in found if isinstance(record.entity, OrderLine)})
    items = (record.entity for record in records.entities_in(EntityKind.ITEM, "id", item_ids))
    return any(isinstance(item, Item) and item.category in categories for item in items)
