"""Further rules for a generated backlog: transfers, expedited lanes, substitutes, floors and more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from domain.errors import BadInputError
from optimization.backlog.tables import Integers, Table, Tables

FEEDERS_A_NODE = 3
SUBSTITUTED_SHARE = 0.35
CUSTOMERS = 40
DATED_SHARE, PACKED_SHARE, FIRM_SHARE, FENCED_SHARE = 0.3, 0.2, 0.05, 0.15
SLOW_DAYS, LARGE_QTY = 2, 4
SAFE_SHARE, SAFETY_OF = 0.5, 10
MOST_FIRM_OF_GOODS, MOST_FIRM_OF_HANDS = 0.5, 0.3

Chance = np.random.Generator


def with_rules(tables: Tables, names: Sequence[str], seed: int) -> Tables:
    """The tables with the named rules, the same for the same arguments.

    Raises:
        BadInputError: there is no such rule.
    """
    for name in names:
        if name not in GENERATED:
            remedy = f"Use {', '.join(GENERATED)}."
            raise BadInputError(what=f"There is no rule {name!r} to generate.", remedy=remedy)
    for number, (name, add) in enumerate(GENERATED.items()):
        if name in names:
            tables = add(tables, np.random.default_rng([seed, number, tables.sizes.lines]))
    return tables


def _and(tables: Tables, **rules: Table) -> Tables:
    return replace(tables, rules={**tables.rules, **rules})


def _transfers(tables: Tables, chance: Chance) -> Tables:
    """Each node is fed by those most like it in where they are near to."""
    sizes = tables.sizes
    rate = tables.lanes["rate_cents_per_kg"].reshape(sizes.zones, sizes.nodes)
    apart = np.abs(rate[:, :, None] - rate[:, None, :]).mean(axis=0)
    np.fill_diagonal(apart, np.inf)
    feeders = min(FEEDERS_A_NODE, sizes.nodes - 1)
    feeder = np.argsort(apart, axis=1, kind="stable")[:, :feeders].reshape(-1)
    count = feeder.size
    return _and(
        tables,
        transfers={
            "from_node": feeder.astype(np.int64),
            "to_node": np.repeat(np.arange(sizes.nodes, dtype=np.int64), feeders),
            "lead_days": chance.integers(1, 3, count),
            "cents_per_unit": chance.integers(12, 61, count),
        },
    )


def _expedite(tables: Tables, chance: Chance) -> Tables:
    """Half the days for about twice the money, on lanes of two days and more."""
    lanes = tables.lanes
    slow = np.flatnonzero(lanes["transit_days"] >= SLOW_DAYS)
    dearer = chance.uniform(1.6, 2.2, slow.size)
    return _and(
        tables,
        expedite={
            "zone": lanes["zone"][slow],
            "node": lanes["node"][slow],
            "fixed_cents": np.rint(lanes["fixed_cents"][slow] * dearer).astype(np.int64),
            "rate_cents_per_kg": lanes["rate_cents_per_kg"][slow] * dearer,
            "transit_days": (lanes["transit_days"][slow] + 1) // 2,
        },
    )


def _substitutes(tables: Tables, chance: Chance) -> Tables:
    """More SKUs that another one may stand in for; always a later one, so that there is no cycle."""
    skus = tables.sizes.skus
    later = np.arange(skus, dtype=np.int64) + chance.integers(1, 6, skus)
    swapped = (chance.random(skus) < SUBSTITUTED_SHARE) & (later < skus) & (tables.skus["alt_sku"] < 0)
    return replace(tables, skus={**tables.skus, "alt_sku": np.where(swapped, later, tables.skus["alt_sku"])})


def _floors(tables: Tables, chance: Chance) -> Tables:
    """A few large customers and many small ones, with what each should have on time."""
    orders = tables.sizes.orders
    customers = max(2, min(CUSTOMERS, orders // 10))
    share = 1.0 / (np.arange(customers) + 3.0)
    of_order = chance.choice(customers, orders, p=share / share.sum())
    known = np.unique(of_order)
    return _and(
        tables,
        customers={"order": np.arange(orders, dtype=np.int64), "customer": of_order.astype(np.int64)},
        floors={
            "customer": known.astype(np.int64),
            "floor_percent": chance.integers(60, 91, known.size),
            "short_cents": chance.integers(300, 901, known.size),
        },
    )


def _stocked(tables: Tables) -> tuple[Integers, Integers]:
    """SKU and node where there is ever stock, as one number, and how much."""
    supply = tables.supply
    cell, place = np.unique(supply["sku"] * tables.sizes.nodes + supply["node"], return_inverse=True)
    return cell.astype(np.int64), np.bincount(place, supply["arriving_qty"], cell.size).astype(np.int64)


def _safety_stock(tables: Tables, chance: Chance) -> Tables:
    """A tenth of half the stock rows that are not in lots."""
    cell, units = _stocked(tables)
    nodes, lots = tables.sizes.nodes, tables.rule("lots")
    kept = (chance.random(cell.size) < SAFE_SHARE) & (units >= SAFETY_OF)
    kept &= ~np.isin(cell, lots["sku"] * nodes + lots["node"])
    return _and(
        tables,
        safety_stock={
            "sku": cell[kept] // nodes, "node": cell[kept] % nodes, "safety_qty": units[kept] // SAFETY_OF,
        },
    )  # fmt: skip


def _lots(tables: Tables, chance: Chance) -> Tables:
    """Some SKUs last for days only, and a line wants some of these days for itself."""
    supply, lines = tables.supply, tables.lines
    dated = chance.random(tables.sizes.skus) < DATED_SHARE
    rows = np.flatnonzero(dated[supply["sku"]] & (supply["arriving_qty"] > 0))
    tables = _and(
        tables,
        lots={
            "sku": supply["sku"][rows],
            "node": supply["node"][rows],
            "day": supply["day"][rows],
            "expires_day": supply["day"][rows] + chance.integers(5, 15, rows.size),
            "lot_qty": supply["arriving_qty"][rows],
        },
    )
    wanting = np.flatnonzero(dated[lines["sku"]])
    return _line_rules(tables, wanting, "life_days", chance.integers(0, 5, wanting.size))


def _packs(tables: Tables, chance: Chance) -> Tables:
    """Some SKUs come by twos and threes, and large lines in no small parts."""
    packed = np.flatnonzero(chance.random(tables.sizes.skus) < PACKED_SHARE)
    tables = _and(tables, packs={"sku": packed, "pack_qty": chance.integers(2, 4, packed.size)})
    large = np.flatnonzero(tables.lines["ordered_qty"] >= LARGE_QTY)
    return _line_rules(tables, large, "least_qty", np.full(large.size, 2, np.int64))


def _line_rules(tables: Tables, line: Integers, field: str, values: Integers) -> Tables:
    """A field of the rules of some lines, beside what is said of others."""
    lines, usual = tables.sizes.lines, {"least_qty": 1, "life_days": 0}
    said = tables.rule("line_rules")
    whole: dict[str, Integers] = {}
    for name, value in usual.items():
        whole[name] = np.full(lines, value, np.int64)
        whole[name][said["line"]] = said[name]
    whole[field][line] = values
    kept = np.flatnonzero((whole["least_qty"] > 1) | (whole["life_days"] > 0))
    return _and(tables, line_rules={"line": kept, **{name: whole[name][kept] for name in usual}})


def _firm(tables: Tables, chance: Chance) -> Tables:
    """Some lines leave today from where they are planned, as far as goods and hands are there."""
    sizes, lines, supply, pick = tables.sizes, tables.lines, tables.supply, tables.pick_capacity
    today = supply["day"] == 0
    goods = np.zeros(sizes.skus * sizes.nodes)
    np.add.at(goods, (supply["sku"] * sizes.nodes + supply["node"])[today], supply["arriving_qty"][today])
    lots = tables.rule("lots")
    goods[lots["sku"] * sizes.nodes + lots["node"]] = 0
    hands = np.zeros(sizes.nodes)
    hands[pick["node"][pick["day"] == 0]] = pick["pick_units"][pick["day"] == 0]
    goods, hands = goods * MOST_FIRM_OF_GOODS, hands * MOST_FIRM_OF_HANDS
    kept: list[int] = []
    drawn = chance.random(sizes.lines) < FIRM_SHARE
    for line in np.flatnonzero(drawn & (lines["current_node"] >= 0) & (lines["confirmable_qty"] > 0)):
        node, units = int(lines["current_node"][line]), int(lines["confirmable_qty"][line])
        cell = int(lines["sku"][line]) * sizes.nodes + node
        if goods[cell] >= units and hands[node] >= units:
            goods[cell] -= units
            hands[node] -= units
            kept.append(int(line))
    firm = np.array(kept, np.int64)
    return _and(
        tables,
        firm={
            "line": firm,
            "node": lines["current_node"][firm],
            "sku": lines["sku"][firm],
            "ship_day": np.zeros(firm.size, np.int64),
            "qty": lines["confirmable_qty"][firm],
        },
    )


def _fences(tables: Tables, chance: Chance) -> Tables:
    """At some nodes today's plan is all that leaves today."""
    count = max(1, round(FENCED_SHARE * tables.sizes.nodes))
    fenced = np.sort(chance.choice(tables.sizes.nodes, count, replace=False)).astype(np.int64)
    return _and(tables, fences={"node": fenced, "first_day": np.ones(fenced.size, np.int64)})


GENERATED: dict[str, Callable[[Tables, Chance], Tables]] = {
    "transfers": _transfers,
    "expedite": _expedite,
    "substitutes": _substitutes,
    "floors": _floors,
    "lots": _lots,
    "safety-stock": _safety_stock,
    "packs": _packs,
    "firm": _firm,
    "fences": _fences,
}
