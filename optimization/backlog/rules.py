"""What the further rules leave to be planned: lines, stock rows, hands and shipments, and what is settled.

Firm rows are taken out with the goods, hands and shipments that they use; their shipments are closed, so that
nothing joins them. Safety stock stays where it is, and before its fence nothing more leaves a node. A line
that cannot ship as it would have to is left out. What all this costs, whatever else is planned, is settled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.tables import Column, Integers, Tables

NEVER_EXPIRES = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRows:
    """SKU, node and day of expiry of each row, and by row and day how many units may leave by then."""

    sku: Integers
    node: Integers
    expires: Integers
    supply: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftToPlan:
    """What there is to plan: units by line, shipments by order, hands by node and day, stock rows."""

    wanted: Integers
    shipments: Integers
    pick: Integers
    rows: StockRows
    settled_cents: int


def left_to_plan(tables: Tables) -> LeftToPlan:
    """Apply the rules to the tables."""
    sizes, lines, orders, firm = tables.sizes, tables.lines, tables.orders, tables.rule("firm")
    served = np.bincount(firm["line"], firm["qty"], sizes.lines).astype(np.int64)
    taken = _firm_shipments(tables)
    closed = np.bincount(taken // (sizes.nodes * sizes.days), minlength=sizes.orders)
    shipments = orders["max_shipments"] - closed
    wanted = np.where(served > 0, 0, lines["confirmable_qty"])
    wanted = np.where(shipments[lines["order"]] > 0, _shippable(tables, wanted), 0)
    has = lines["current_node"] >= 0
    unserved = lines["confirmable_qty"] - served - wanted
    lost = unserved * (lines["unfilled_cents"] + np.where(has, lines["change_cents"], 0))
    return LeftToPlan(
        wanted=wanted.astype(np.int64),
        shipments=np.clip(shipments, 1, sizes.nodes * sizes.days * 2).astype(np.int64),
        pick=_hands(tables),
        rows=_stock_rows(tables),
        settled_cents=int(lost.sum()) + _firm_cents(tables, taken),
    )


def _firm_shipments(tables: Tables) -> Integers:
    """The closed shipments: order, node and day in one number each."""
    sizes, firm = tables.sizes, tables.rule("firm")
    order = tables.lines["order"][firm["line"]]
    shipments: Integers = np.unique((order * sizes.nodes + firm["node"]) * sizes.days + firm["ship_day"])
    return shipments


def _firm_cents(tables: Tables, shipments: Integers) -> int:
    """What the firm rows cost."""
    sizes, firm, lines, orders, lanes = (
        tables.sizes, tables.rule("firm"), tables.lines, tables.orders, tables.lanes,
    )  # fmt: skip
    zone = orders["zone"][shipments // (sizes.nodes * sizes.days)]
    fixed = lanes["fixed_cents"][zone * sizes.nodes + shipments // sizes.days % sizes.nodes].sum()
    line, node = firm["line"], firm["node"]
    order, ordered, current = lines["order"][line], lines["sku"][line], lines["current_node"][line]
    lane = orders["zone"][order] * sizes.nodes + node
    unit = np.rint(tables.skus["kg"][firm["sku"]] * lanes["rate_cents_per_kg"][lane]).astype(np.int64)
    unit += np.where(firm["sku"] == ordered, 0, tables.skus["alt_cents"][ordered])
    unit += np.where((current >= 0) & (current != node), lines["change_cents"][line], 0)
    late = np.maximum(0, firm["ship_day"] + lanes["transit_days"][lane] - orders["promised_day"][order])
    unit += late * lines["late_cents_per_unit_day"][line]
    return int(fixed + (firm["qty"] * unit).sum())


def pack_of_sku(tables: Tables) -> Integers:
    """How many units of each SKU go together."""
    pack = np.ones(tables.sizes.skus, np.int64)
    pack[tables.rule("packs")["sku"]] = tables.rule("packs")["pack_qty"]
    return pack


def by_line(tables: Tables, field: str, usual: int) -> Integers:
    """A field of the rules of lines, for every line."""
    found = np.full(tables.sizes.lines, usual, np.int64)
    found[tables.rule("line_rules")["line"]] = tables.rule("line_rules")[field]
    return found


def _shippable(tables: Tables, wanted: Column) -> Integers:
    """Whole packs of what is wanted; nothing of what cannot ship in so small a part, or complete."""
    sku = tables.lines["sku"]
    alone = tables.skus["alt_sku"][sku] < 0
    pack = pack_of_sku(tables)[sku]
    whole = np.where(alone, wanted - wanted % pack, wanted)
    whole = np.where(whole >= by_line(tables, "least_qty", 1), whole, 0)
    complete = tables.orders["ship_complete"] == 1
    short = np.bincount(tables.lines["order"], whole < wanted, tables.sizes.orders) > 0
    kept: Integers = np.where((complete & short)[tables.lines["order"]], 0, whole)
    return kept


def _hands(tables: Tables) -> Integers:
    """Hands by node and day without those of firm rows; none before a fence."""
    sizes, table, firm = tables.sizes, tables.pick_capacity, tables.rule("firm")
    hands = np.zeros((sizes.nodes, sizes.days), np.int64)
    hands[table["node"], table["day"]] = table["pick_units"]
    np.subtract.at(hands, (firm["node"], firm["ship_day"]), firm["qty"])
    hands[_before_fence(tables)] = 0
    return hands.reshape(-1)


def _before_fence(tables: Tables) -> NDArray[np.bool_]:
    """By node and day, whether today's plan is all that may leave."""
    sizes = tables.sizes
    first = np.zeros(sizes.nodes, np.int64)
    first[tables.rule("fences")["node"]] = tables.rule("fences")["first_day"]
    before: NDArray[np.bool_] = np.arange(sizes.days) < first[:, None]
    return before


def _stock_rows(tables: Tables) -> StockRows:
    """Rows that ever have something to give; those of one SKU together, node by node."""
    sizes, lots, firm = tables.sizes, tables.rule("lots"), tables.rule("firm")
    supply = tables.supply
    cell = supply["sku"] * sizes.nodes + supply["node"]
    dates = np.unique(np.append(lots["expires_day"], NEVER_EXPIRES))
    keys = cell * dates.size
    lot_keys = (lots["sku"] * sizes.nodes + lots["node"]) * dates.size
    lot_keys = lot_keys + np.searchsorted(dates, lots["expires_day"])
    undated = (lots["sku"] * sizes.nodes + lots["node"]) * dates.size
    every, place = np.unique(np.concatenate([keys, lot_keys, undated]), return_inverse=True)
    arriving = np.zeros((every.size, sizes.days), np.int64)
    days = np.concatenate([supply["day"], lots["day"], lots["day"]])
    units = np.concatenate([supply["arriving_qty"], lots["lot_qty"], -lots["lot_qty"]])
    np.add.at(arriving, (place, days), units)
    drawn = np.searchsorted(every, (firm["sku"] * sizes.nodes + firm["node"]) * dates.size)
    if firm["qty"].size:
        np.subtract.at(arriving, (drawn, firm["ship_day"]), firm["qty"])
    held = np.cumsum(arriving, axis=1)
    safety = tables.rule("safety_stock")
    kept = np.zeros(every.size, np.int64)
    if safety["sku"].size:
        at = np.searchsorted(every, (safety["sku"] * sizes.nodes + safety["node"]) * dates.size)
        there = (at < every.size) & (every[np.minimum(at, every.size - 1)] == (
            safety["sku"] * sizes.nodes + safety["node"]
        ) * dates.size)  # fmt: skip
        kept[at[there]] = safety["safety_qty"][there]
    held = np.maximum(0, held - kept[:, None])
    # What leaves by a day has left by every later one: a later want is a want from the start.
    held = np.minimum.accumulate(held[:, ::-1], axis=1)[:, ::-1]
    node = every // dates.size % sizes.nodes
    held = np.where(_before_fence(tables)[node], 0, held)
    used = held[:, -1] > 0
    every = every[used].astype(np.int64)
    return StockRows(
        sku=every // (dates.size * sizes.nodes),
        node=every // dates.size % sizes.nodes,
        expires=dates[every % dates.size].astype(np.int64),
        supply=np.ascontiguousarray(held[used]),
    )
