"""Where the stock of a generated backlog lies, what is planned from where today, and what can be picked."""

from __future__ import annotations

import numpy as np

from optimization.backlog.tables import Column, Integers, Table

SHORT_SHARE = 0.28
ARRIVING_LATER_SHARE = 0.30
PICK_SHARE = 1.95
LAMED_SHARE = 0.25
NEAREST_PLANNED_SHARE = 0.75
POPULAR_SHARE = 0.05
UNPLANNED_SHORT_SHARE = 0.42
UNPLANNED_SHARE = 0.10


def supply_table(
    lines: Table,
    orders: Table,
    lanes: Table,
    sizes: tuple[int, int, int],
    widest: tuple[int, int],
    chance: np.random.Generator,
) -> tuple[Table, Integers]:
    """Arrivals by SKU, node and day; and the node that each line is planned from today."""
    skus, nodes, days = sizes
    held = _nodes_of_skus(skus, nodes, widest, chance)
    sku, node = np.nonzero(held)
    zone = orders["zone"][lines["order"]]
    current = _current_nodes(lines["sku"], zone, held, lanes, chance)
    ordered = np.bincount(lines["sku"], lines["ordered_qty"], skus)
    short = chance.random(skus) < SHORT_SHARE
    wanted = ordered * np.where(short, chance.uniform(0.6, 0.95, skus), chance.uniform(1.5, 6.0, skus))
    planned = np.zeros((skus, nodes))
    np.add.at(planned, (lines["sku"], current), lines["ordered_qty"])
    weight = (planned[sku, node] + 0.15 * ordered[sku] / nodes + 0.2) * chance.lognormal(0.0, 0.7, sku.size)
    share = weight / np.bincount(sku, weight, skus)[sku]
    units = np.rint(wanted[sku] * share).astype(np.int64)
    later = chance.random(sku.size) < ARRIVING_LATER_SHARE
    first = np.where(later, np.rint(units * chance.random(sku.size) ** 1.5), units).astype(np.int64)
    arriving = np.zeros((sku.size, days), np.int64)
    arriving[:, 0] = first
    arriving[np.arange(sku.size), chance.integers(1, days, sku.size)] += units - first
    table = {
        "sku": np.repeat(sku, days).astype(np.int64),
        "node": np.repeat(node, days).astype(np.int64),
        "day": np.tile(np.arange(days, dtype=np.int64), sku.size),
        "arriving_qty": arriving.reshape(-1),
    }
    unplanned = short[lines["sku"]] & (chance.random(current.size) < UNPLANNED_SHORT_SHARE)
    unplanned |= chance.random(current.size) < UNPLANNED_SHARE
    return table, np.where(unplanned, -1, current)


def pick_table(supply: Table, lines: Table, nodes: int, days: int, chance: np.random.Generator) -> Table:
    """Hands by the stock that lies at a node, the same every day; one node has lost most of them."""
    stock = np.bincount(supply["node"], supply["arriving_qty"], nodes)
    hands = (0.3 + stock) * chance.uniform(0.85, 1.25, nodes)
    total = PICK_SHARE * float(lines["ordered_qty"].sum()) / days
    units = np.ceil(hands / hands.sum() * total).astype(np.int64)
    lamed = int(chance.choice(nodes, p=hands / hands.sum()))
    units[lamed] = max(1, round(units[lamed] * LAMED_SHARE))
    return {
        "node": np.repeat(np.arange(nodes, dtype=np.int64), days),
        "day": np.tile(np.arange(days, dtype=np.int64), nodes),
        "pick_units": np.repeat(units, days),
    }


def _nodes_of_skus(
    skus: int, nodes: int, widest: tuple[int, int], chance: np.random.Generator
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Which node holds which SKU; large nodes hold more of them."""
    usual, popular = (min(nodes, each) for each in widest)
    count = chance.integers(2, usual + 1, skus)
    best = max(1, round(POPULAR_SHARE * skus))
    count[:best] = chance.integers(min(4, popular), popular + 1, best)
    size = chance.lognormal(0.0, 0.6, nodes)
    # The smallest exponential draws, each divided by its weight, are a weighted draw without repetition.
    draw = chance.exponential(1.0, (skus, nodes)) / size
    rank = np.argsort(np.argsort(draw, axis=1), axis=1)
    held: np.ndarray[tuple[int, int], np.dtype[np.bool_]] = rank < count[:, None]
    return held


def _current_nodes(
    sku: Column,
    zone: Column,
    held: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    lanes: Table,
    chance: np.random.Generator,
) -> Integers:
    """Mostly the nearest node that holds the SKU, else any that does; worked out in slices."""
    nodes = held.shape[1]
    rate = lanes["rate_cents_per_kg"].reshape(-1, nodes)
    nearest = chance.random(sku.size) < NEAREST_PLANNED_SHARE
    found = np.empty(sku.size, np.int64)
    for begin in range(0, sku.size, 50_000):
        part = slice(begin, begin + 50_000)
        wish = np.where(nearest[part, None], rate[zone[part]], chance.random((zone[part].size, nodes)))
        found[part] = np.argmin(np.where(held[sku[part]], wish, np.inf), axis=1)
    return found
