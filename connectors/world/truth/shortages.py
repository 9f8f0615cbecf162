"""What is short, worked out of stock, inbound and demand: records of no system, kept like the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Derived(StrEnum):
    """Kinds of what is worked out."""

    SHORTAGE = "shortage"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """Units of a line that nothing covers by its promise.

    ``coming_at`` is when inbound would cover them all (``None``: nothing known would); ``elsewhere`` are
    the units that nodes where the line is not short can spare.
    """

    line_id: str
    order_id: str
    item_id: str
    node_ids: tuple[str, ...]
    quantity: int
    coming_at: datetime | None
    elsewhere: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The short lines that late inbound goods would cover, had they come when they were due."""

    supply_id: str
    line_ids: frozenset[str]
