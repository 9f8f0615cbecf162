"""The checker's part for the rules that a backlog need not have: ways, lots, packs, floors, what is firm.

Like the rest of the checker it reads the tables as they were given and shares no code with what plans.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.plan import BacklogPlan, Ways
from optimization.backlog.tables import Column, Integers, Tables

NO_DATE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipments:
    """Every shipment's order and fixed cost; and by order how many more than allowed its firm rows make."""

    order: Integers
    fixed: Integers
    beyond: Integers


class Lane(NamedTuple):
    """Terms of the lanes that rows of a plan take; ``known`` where there is such a lane."""

    fixed: Integers
    transit: Integers
    rate: Column
    known: NDArray[np.bool_]


def ways_out_of_range(tables: Tables, plan: BacklogPlan) -> tuple[str, ...]:
    """Ways that name what does not exist."""
    ways = plan.ways
    if ways is None:
        return ()
    found = []
    if bool(((ways.from_node < 0) | (ways.from_node >= tables.sizes.nodes)).any()):
        found.append("goods of a node that does not exist")
    if bool(((ways.expedited < 0) | (ways.expedited > 1)).any()):
        found.append("a mode that does not exist")
    return tuple(found)


def ways_of(plan: BacklogPlan) -> Ways:
    """The ways of a plan, said or not."""
    if plan.ways is not None:
        return plan.ways
    none = np.zeros(plan.line.size, np.int64)
    return Ways(from_node=plan.node, expedited=none, expires_day=none + NO_DATE)


def lane_of(tables: Tables, zone: Integers, node: Integers, expedited: Integers) -> Lane:
    """What the lanes to some zones from some nodes ask, in either mode."""
    sizes, faster = tables.sizes, tables.rule("expedite")
    at = zone * sizes.nodes + node
    place = np.full(sizes.zones * sizes.nodes, -1, np.int64)
    place[faster["zone"] * sizes.nodes + faster["node"]] = np.arange(faster["zone"].size)
    known = (expedited == 0) | (place[at] >= 0)
    found = []
    for field in ("fixed_cents", "transit_days", "rate_cents_per_kg"):
        usual = tables.lanes[field][at]
        fast = faster[field][np.maximum(0, place[at])] if faster[field].size else usual
        found.append(np.where(expedited == 1, fast, usual))
    return Lane(found[0], found[1], found[2], known)


def _is_firm(tables: Tables, plan: BacklogPlan) -> NDArray[np.bool_]:
    firm: NDArray[np.bool_] = np.isin(plan.line, tables.rule("firm")["line"])
    return firm


def shipments_of(tables: Tables, plan: BacklogPlan, ways: Ways) -> Shipments:
    """One for every order, node, day and mode; what is firm has its own, closed ones."""
    sizes, firm = tables.sizes, _is_firm(tables, plan)
    order = tables.lines["order"][plan.line]
    key = ((order * sizes.nodes + plan.node) * sizes.days + plan.ship_day) * 2 + ways.expedited
    # Rows of one order lie together, so that sorting finds what is there twice sooner than hashing does.
    key = np.sort(key * 2 + firm, kind="stable")
    key = key[np.flatnonzero(np.diff(key, prepend=-1))]
    closed, mode, rest = key % 2, key // 2 % 2, key // 4
    to, node = rest // (sizes.nodes * sizes.days), rest // sizes.days % sizes.nodes
    made = np.bincount(to, closed, sizes.orders).astype(np.int64)
    return Shipments(
        order=to,
        fixed=lane_of(tables, tables.orders["zone"][to], node, mode).fixed,
        beyond=np.maximum(0, made - tables.orders["max_shipments"]),
    )


def _lead_days(tables: Tables, plan: BacklogPlan, ways: Ways) -> Integers:
    """How long before they ship goods leave their node; -1 where nothing is transferred like that."""
    nodes, moves = tables.sizes.nodes, tables.rule("transfers")
    lead = np.full(nodes * nodes, -1, np.int64)
    lead[moves["from_node"] * nodes + moves["to_node"]] = moves["lead_days"]
    lead[np.arange(nodes) * (nodes + 1)] = 0
    found: Integers = lead[ways.from_node * nodes + plan.node]
    return found


def beyond_supply(tables: Tables, plan: BacklogPlan, ways: Ways) -> tuple[str, ...]:
    """What leaves a node, of a SKU and a date, before it is there; or eats into safety stock."""
    sizes, lots, safety = tables.sizes, tables.rule("lots"), tables.rule("safety_stock")
    dates = np.unique(np.concatenate([[NO_DATE], lots["expires_day"]]))
    if not np.isin(ways.expires_day, dates).all():
        return ("a lot that does not exist is shipped",)
    drawn = plan.ship_day - np.maximum(0, _lead_days(tables, plan, ways))
    if bool((drawn < 0).any()):
        return ("something is transferred before the first day",)
    left = np.zeros((dates.size, sizes.skus * sizes.nodes, sizes.days), np.int64)
    supply = tables.supply
    np.add.at(left[0], (supply["sku"] * sizes.nodes + supply["node"], supply["day"]), supply["arriving_qty"])
    of_lot = (lots["sku"] * sizes.nodes + lots["node"], lots["day"])
    np.subtract.at(left[0], of_lot, lots["lot_qty"])
    np.add.at(left, (np.searchsorted(dates, lots["expires_day"]), *of_lot), lots["lot_qty"])
    date = np.searchsorted(dates, ways.expires_day)
    goods = plan.sku * sizes.nodes + ways.from_node
    firm = _is_firm(tables, plan)
    np.subtract.at(left, (date[firm], goods[firm], drawn[firm]), plan.qty[firm])
    there = np.cumsum(left, axis=2, out=left)
    if safety["sku"].size:
        kept = np.zeros((sizes.skus * sizes.nodes, 1), np.int64)
        kept[safety["sku"] * sizes.nodes + safety["node"], 0] = safety["safety_qty"]
        there[0] = np.maximum(np.minimum(there[0], 0), there[0] - kept)
    used = np.zeros_like(there)
    np.add.at(used, (date[~firm], goods[~firm], drawn[~firm]), plan.qty[~firm])
    there -= np.cumsum(used, axis=2, out=used)
    short = there < 0
    if not short.any():
        return ()
    _, row, day = np.unravel_index(int(short.argmax()), short.shape)
    return (f"SKU {row // sizes.nodes} at node {row % sizes.nodes} has less than is shipped by day {day}",)


def broken_rules(tables: Tables, plan: BacklogPlan, ways: Ways) -> tuple[str, ...]:
    """Every other rule that a plan breaks."""
    if not tables.rules and plan.ways is None:
        return ()
    firm = _is_firm(tables, plan)
    order = tables.lines["order"][plan.line]
    lane = lane_of(tables, tables.orders["zone"][order], plan.node, ways.expedited)
    lead = _lead_days(tables, plan, ways)
    pack = np.ones(tables.sizes.skus, np.int64)
    pack[tables.rule("packs")["sku"]] = tables.rule("packs")["pack_qty"]
    least, life = (_by_line(tables, field) for field in ("least_qty", "life_days"))
    first = np.zeros(tables.sizes.nodes, np.int64)
    first[tables.rule("fences")["node"]] = tables.rule("fences")["first_day"]
    arrives, dated = plan.ship_day + lane.transit, ways.expires_day != NO_DATE
    drawn = plan.ship_day - lead
    laws = (
        (~lane.known, "is expedited on a lane that is not"),
        ((lead < 0), "gets goods that cannot be transferred so"),
        ((ways.from_node != plan.node) & (ways.expedited == 1), "gets transferred goods expedited"),
        (~firm & (plan.qty % pack[plan.sku] != 0), "gets no whole packs"),
        (~firm & (plan.qty < least[plan.line]), "gets less than it takes at a time"),
        (dated & (arrives + life[plan.line] > ways.expires_day), "gets goods that do not last"),
        (~firm & (plan.ship_day < first[plan.node]), "ships before the fence of its node"),
        (~firm & (drawn < first[ways.from_node]), "draws goods before the fence of their node"),
    )
    found = [f"line {plan.line[np.argmax(wrong)]} {words}" for wrong, words in laws if wrong.any()]
    return (*found, *_not_firm(tables, plan, firm))


def _by_line(tables: Tables, field: str) -> Integers:
    table = tables.rule("line_rules")
    found = np.zeros(tables.sizes.lines, np.int64)
    found[table["line"]] = table[field]
    return found


def _not_firm(tables: Tables, plan: BacklogPlan, firm: NDArray[np.bool_]) -> tuple[str, ...]:
    """Firm rows that the plan does not hold as they are."""
    wanted = tables.rule("firm")
    columns = ("line", "node", "sku", "ship_day", "qty")
    said = sorted(zip(*(wanted[column].tolist() for column in columns), strict=True))
    held = sorted(zip(*(getattr(plan, column)[firm].tolist() for column in columns), strict=True))
    return () if said == held else ("what is firm is not shipped as it is",)


def transfer_cents(tables: Tables, plan: BacklogPlan, ways: Ways) -> int:
    """What it costs to bring goods to where they ship."""
    nodes, moves = tables.sizes.nodes, tables.rule("transfers")
    cents = np.zeros(nodes * nodes, np.int64)
    cents[moves["from_node"] * nodes + moves["to_node"]] = moves["cents_per_unit"]
    return int((plan.qty * cents[ways.from_node * nodes + plan.node]).sum())


def floor_cents(tables: Tables, in_time: Integers, order: Integers) -> int:
    """What missing the customers' floors costs."""
    total = 0
    customers, floors, lines = tables.rule("customers"), tables.rule("floors"), tables.lines
    for customer, percent, cents in zip(
        *(floors[field].tolist() for field in ("customer", "floor_percent", "short_cents")), strict=True
    ):
        theirs = np.zeros(tables.sizes.orders, np.bool_)
        theirs[customers["order"][customers["customer"] == customer]] = True
        asked = int(lines["confirmable_qty"][theirs[lines["order"]]].sum())
        total += cents * max(0, -(-asked * percent // 100) - int(in_time[theirs[order]].sum()))
    return total
