"""How large a world is, and how often things go wrong in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.errors import BadInputError

SizeName = Literal["tiny", "ci", "demo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSize:
    """Counts of master data, flow of orders, and fault rates as "one in so many".

    ``nodes_per_item`` is how many centres stock an ordinary item; one item in ``single_source_every``
    is stocked at one centre only, so that a shortage of it has no stock elsewhere.
    """

    name: str
    items: int
    customers: int
    history_days: int
    orders_per_day: int
    nodes_per_item: int = 7
    single_source_every: int = 9
    contracts_per_customer: int = 8
    troubled_customer_every: int = 20
    price_fault_every: int = 26
    incomplete_fault_every: int = 34
    short_pick_every: int = 40
    late_booking_every: int = 55
    late_transit_every: int = 70
    pod_fault_every: int = 30
    return_every: int = 45
    shortage_hours: int = 6
    late_supply_hours: int = 15
    purchases_per_day: int = 40
    archive_days: int = 4


SIZES: dict[str, WorldSize] = {
    "tiny": WorldSize(
        name="tiny",
        items=60,
        customers=30,
        history_days=6,
        orders_per_day=40,
        troubled_customer_every=10,
        price_fault_every=9,
        incomplete_fault_every=11,
        short_pick_every=9,
        late_booking_every=8,
        late_transit_every=11,
        pod_fault_every=9,
        return_every=15,
        shortage_hours=9,
        late_supply_hours=12,
        purchases_per_day=6,
    ),
    "ci": WorldSize(
        name="ci",
        items=200,
        customers=80,
        history_days=6,
        orders_per_day=160,
        troubled_customer_every=16,
        price_fault_every=16,
        incomplete_fault_every=20,
        short_pick_every=24,
        late_booking_every=18,
        late_transit_every=25,
        pod_fault_every=20,
        return_every=25,
        shortage_hours=7,
        late_supply_hours=12,
        purchases_per_day=15,
    ),
    "demo": WorldSize(name="demo", items=800, customers=300, history_days=8, orders_per_day=500),
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
