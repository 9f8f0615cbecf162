"""Small rebooking instances for tests: drawn ones with every rule in play, and a way to try all plans."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TypeVar

import numpy as np
from hypothesis import strategies as st

from optimization.rebooking.instance import RebookingInstance
from optimization.rebooking.tables import Contracts, Options, Services, Shipments, Slots, WeightLimits

Column = list[int]
T = TypeVar("T")


def table(kind: type[T], **columns: Column) -> T:
    """A table from lists."""
    return kind(**{name: np.array(column, dtype=np.int64) for name, column in columns.items()})


def small_instance(
    options: list[list[tuple[int, int]]],
    *,
    pickups: Column,
    weights: Column | None = None,
    limits: Column | None = None,
    unbooked: Column | None = None,
    premium: Column | None = None,
    minimum: tuple[int, int] | None = None,
) -> RebookingInstance:
    """One node; slot s is service s of carrier s on day 0, and ``options[j]`` are (slot, rate) of j."""
    count, slots = len(options), len(pickups)
    flat = [(j, slot, rate) for j, some in enumerate(options) for slot, rate in some]
    heavy = weights or [1] * count
    return RebookingInstance(
        first_option=np.cumsum([0, *(len(some) for some in options)]),
        shipments=table(
            Shipments,
            node=[0] * count,
            customer=[0] * count,
            ready_day=[0] * count,
            unbooked_cents=unbooked or [1_000] * count,
            late_cents_per_day=[0] * count,
            rebooking_cents=[0] * count,
            current_option=[-1] * count,
        ),
        options=table(
            Options,
            slot=[slot for _, slot, _ in flat],
            rate_cents=[rate for _, _, rate in flat],
            late_days=[0] * len(flat),
            weight=[heavy[j] for j, _, _ in flat],
        ),
        slots=table(
            Slots,
            service=list(range(slots)),
            node=[0] * slots,
            day=[0] * slots,
            pickups=pickups,
            weight_limit=list(range(slots)) if limits else [-1] * slots,
        ),
        services=table(Services, carrier=list(range(slots)), premium=premium or [0] * slots),
        weight_limits=table(
            WeightLimits,
            carrier=list(range(slots)) if limits else [],
            day=[0] * len(limits or []),
            limit=limits or [],
        ),
        contracts=table(
            Contracts,
            carrier=[0] if minimum else [],
            minimum_shipments=[minimum[0]] if minimum else [],
            shortfall_cents=[minimum[1]] if minimum else [],
        ),
    )


def reachable(nodes: Column, days: Column, homes: Column, ready: Column) -> list[Column]:
    """The slots at the node of each shipment from its ready day on."""
    slots = range(len(nodes))
    return [
        [s for s in slots if nodes[s] == home and days[s] >= day]
        for home, day in zip(homes, ready, strict=True)
    ]


@st.composite
def tiny_instances(draw: st.DrawFn) -> RebookingInstance:
    """Up to five shipments and six slots at two nodes, every rule in play."""
    numbers = st.integers
    slot_count, count = draw(numbers(1, 6)), draw(numbers(1, 5))
    coin: st.SearchStrategy[bool] = st.booleans()
    nodes = draw(st.lists(numbers(0, 1), min_size=slot_count, max_size=slot_count))
    days = draw(st.lists(numbers(0, 2), min_size=slot_count, max_size=slot_count))
    limits = draw(numbers(0, 2))
    homes, ready = draw(st.tuples(*[st.lists(numbers(0, 1), min_size=count, max_size=count)] * 2))
    possible = reachable(nodes, days, homes, ready)
    chosen = [[s for s in some if draw(coin)] for some in possible]
    first = np.cumsum([0, *map(len, chosen)])
    total = int(first[-1])
    booked = [draw(coin) for _ in range(count)]
    current = [
        draw(numbers(int(first[j]), int(first[j + 1]) - 1)) if chosen[j] and booked[j] else -1
        for j in range(count)
    ]

    def column(size: int, low: int, high: int) -> Column:
        return draw(st.lists(numbers(low, high), min_size=size, max_size=size))

    contracts = draw(numbers(0, 1))
    slots = table(
        Slots, service=list(range(slot_count)), node=nodes, day=days, pickups=column(slot_count, 1, 3),
        weight_limit=column(slot_count, -1, limits - 1),
    )  # fmt: skip
    return RebookingInstance(
        first_option=first,
        shipments=table(
            Shipments,
            node=homes,
            customer=[0] * count,
            ready_day=ready,
            unbooked_cents=column(count, 0, 900),
            late_cents_per_day=column(count, 0, 50),
            rebooking_cents=column(count, 0, 90),
            current_option=current,
        ),
        options=table(
            Options,
            slot=[s for some in chosen for s in some],
            rate_cents=column(total, 0, 700),
            late_days=column(total, 0, 3),
            weight=column(total, 0, 9),
        ),
        slots=slots,
        services=table(
            Services, carrier=[s % 2 for s in range(slot_count)], premium=column(slot_count, 0, 1)
        ),
        weight_limits=table(
            WeightLimits, carrier=[0] * limits, day=list(range(limits)), limit=column(limits, 1, 20)
        ),
        contracts=table(
            Contracts,
            carrier=[0] * contracts,
            minimum_shipments=column(contracts, 1, 4),
            shortfall_cents=column(contracts, 0, 300),
        ),
    )


def all_plans(instance: RebookingInstance) -> Iterator[tuple[int, ...]]:
    """Every way to give each shipment one of its options or none, kept rules or not."""
    first = instance.first_option.tolist()
    yield from product(*((-1, *range(first[j], first[j + 1])) for j in range(instance.shipment_count)))
