"""Who ordered what in a generated backlog: popular SKUs, small orders, promises, penalties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimization.backlog.tables import Column, Floats, Integers, Table

LINES_AN_ORDER = (0.40, 0.255, 0.15, 0.095, 0.06, 0.04)
PRIORITIES = (0.145, 0.355, 0.50)
CLASSES = (0.053, 0.168, 0.60, 0.148, 0.031)
SHIPMENTS = (0.08, 0.50, 0.42)
CLASS_WEIGHT = np.array([4.0, 2.5, 1.0, 0.7, 1.0])
UNCONFIRMED_WEIGHT = 1.2
SHIP_COMPLETE_SHARE = 0.155
CONFIRMED_SHARE = 0.79
GAIN, FILL, LOSE = 1, 3, 4
EXPRESS, STANDARD = 0, 1
BULK_SHARE = 0.01
MOST_UNITS = 45


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The SKUs, and what a unit of each is worth to a customer."""

    skus: Table
    value_cents: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Orders and lines, without what is planned today."""

    orders: Table
    lines: Table


def lines_and_orders(
    lines: int, skus: int, zones: int, catalogue: Catalogue, chance: np.random.Generator
) -> Wanted:
    """Draw the orders of a backlog until there are enough lines."""
    count = 1 + chance.choice(len(LINES_AN_ORDER), lines, p=LINES_AN_ORDER)
    orders = int(np.searchsorted(np.cumsum(count), lines)) + 1
    order = np.repeat(np.arange(orders, dtype=np.int64), count[:orders])[:lines]
    table = _orders(orders, zones, chance)
    sku = _skus(order, skus, chance)
    ordered = np.where(
        chance.random(lines) < BULK_SHARE,
        np.minimum(MOST_UNITS, 7 + chance.geometric(0.13, lines)),
        chance.geometric(0.38, lines),
    )
    by_class = table["conf_class"][order]
    confirmed = chance.random(lines) < CONFIRMED_SHARE
    confirmable = np.where(by_class == LOSE, 0, np.where((by_class == FILL) & ~confirmed, 0, ordered))
    unfilled, late = _penalties(
        table["priority"][order], by_class, catalogue.value_cents[sku], confirmed, chance
    )
    return Wanted(
        orders=table,
        lines={
            "line": np.arange(lines, dtype=np.int64),
            "order": order,
            "sku": sku,
            "ordered_qty": ordered.astype(np.int64),
            "confirmable_qty": confirmable.astype(np.int64),
            "unfilled_cents": unfilled,
            "late_cents_per_unit_day": late,
        },
    )


def _orders(orders: int, zones: int, chance: np.random.Generator) -> Table:
    people = 1.0 / (np.arange(zones) + 2.2) ** 0.95
    priority = chance.choice(3, orders, p=PRIORITIES)
    earliest = np.array([2, 2, 3])[priority]
    spread = np.array([2, 4, 5])[priority]
    return {
        "order": np.arange(orders, dtype=np.int64),
        "zone": chance.choice(zones, orders, p=people / people.sum()).astype(np.int64),
        "priority": priority.astype(np.int64),
        "conf_class": chance.choice(len(CLASSES), orders, p=CLASSES).astype(np.int64),
        "promised_day": (earliest + chance.integers(0, spread)).astype(np.int64),
        "ship_complete": (chance.random(orders) < SHIP_COMPLETE_SHARE).astype(np.int64),
        "max_shipments": 1 + chance.choice(len(SHIPMENTS), orders, p=SHIPMENTS).astype(np.int64),
    }


def _skus(order: Integers, skus: int, chance: np.random.Generator) -> Integers:
    """Popular SKUs more often; a SKU that the order already has is moved on by a few."""
    share = 1.0 / (np.arange(skus) + 5.0) ** 0.85
    sku = chance.choice(skus, order.size, p=share / share.sum())
    for _ in range(8):
        by = np.lexsort((sku, order))
        again = by[1:][(order[by][1:] == order[by][:-1]) & (sku[by][1:] == sku[by][:-1])]
        sku[again] = (sku[again] + chance.integers(1, skus, again.size)) % skus
    return sku.astype(np.int64)


def _penalties(
    priority: Column, by_class: Column, value_cents: Floats, confirmed: Column, chance: np.random.Generator
) -> tuple[Integers, Integers]:
    noise = chance.uniform(0.98, 1.04, priority.size)
    weight = CLASS_WEIGHT[by_class]
    weight = np.where((by_class == GAIN) & ~confirmed, UNCONFIRMED_WEIGHT, weight)
    unfilled = value_cents * np.array([2.1, 1.26, 1.0])[priority] * noise * weight
    late = np.array([110.0, 60.0, 32.0])[priority] + 0.07 * value_cents + chance.integers(0, 6, priority.size)
    return np.rint(unfilled).astype(np.int64), np.rint(late).astype(np.int64)
