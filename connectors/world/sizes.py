"""How large a world is, how long its history is, and how often things go wrong in it by themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from connectors.world.nature import LIVELY, RESTLESS, Nature
from domain.errors import BadInputError

SizeName = Literal["tiny", "ci", "demo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSize:
    """Counts of master data, flow of orders, length of time, and what nature does.

    ``nodes_per_item`` is how many centres stock an ordinary item; one item in ``single_source_every``
    is stocked at one centre only, so that a shortage of it has no stock elsewhere. A living world opens
    after ``history_days``; ``run_history`` runs ``span_days`` unless told otherwise. ``disruptions`` is
    how many a plan draws. ``has_story`` says that a living world of this size follows such a plan.
    """

    name: str
    items: int
    customers: int
    nodes: int
    orders_per_day: int
    history_days: int
    span_days: int
    disruptions: int
    nodes_per_item: int
    single_source_every: int = 9
    contracts_per_customer: int = 8
    troubled_customer_every: int = 20
    archive_days: int = 4
    has_story: bool = False
    nature: Nature = field(default_factory=Nature)


SIZES: dict[str, WorldSize] = {
    "tiny": WorldSize(
        name="tiny",
        items=60,
        customers=30,
        nodes=12,
        orders_per_day=40,
        history_days=6,
        span_days=13,
        disruptions=4,
        nodes_per_item=7,
        troubled_customer_every=10,
        nature=RESTLESS,
    ),
    "ci": WorldSize(
        name="ci",
        items=240,
        customers=90,
        nodes=6,
        orders_per_day=120,
        history_days=7,
        span_days=42,
        disruptions=12,
        nodes_per_item=4,
        troubled_customer_every=45,
    ),
    "demo": WorldSize(
        name="demo",
        items=800,
        customers=300,
        nodes=12,
        orders_per_day=420,
        history_days=7,
        span_days=60,
        disruptions=18,
        nodes_per_item=7,
        troubled_customer_every=34,
        has_story=True,
        nature=LIVELY,
    ),
}


def size_named(name: str) -> WorldSize:
    """The size of that name.

    Raises:
        BadInputError: there is no such size.
    """
    found = SIZES.get(name)
    if found is None:
        raise BadInputError(
            what=f"There is no world size {name!r}.", remedy=f"Use one of: {', '.join(SIZES)}."
        )
    return found
