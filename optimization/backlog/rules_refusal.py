"""What is refused in the files that a backlog need not have: the sentence names file, field and row."""

from __future__ import annotations

import numpy as np

from optimization.backlog.checks_of_columns import (
    MOST_CENTS,
    MOST_UNITS,
    bad_input,
    refuse,
    refuse_amounts,
    refuse_outside,
    refuse_repeated,
    refuse_uneven,
)
from optimization.backlog.tables import RULES, Integers, Table, Tables

MOST_RULE_DAYS = 120
MOST_PERCENT = 100


def refuse_bad_rules(tables: Tables) -> None:
    """Check every column of every such file.

    Raises:
        BadInputError: a value cannot be true, or two files contradict each other.
    """
    for name in tables.rules:
        if name not in RULES:
            raise bad_input(f"{name}.parquet is no file of this format.")
        refuse_uneven(name, tables.rule(name), RULES[name])
    _refuse_transfers(tables)
    _refuse_expedite(tables)
    _refuse_stock_rules(tables)
    _refuse_line_rules(tables)
    _refuse_floors(tables)
    _refuse_fences(tables)
    _refuse_firm(tables)


def arriving_by_day(tables: Tables, name: str, field: str) -> Integers:
    """What arrives by SKU and node, and day, in one of the files about stock."""
    sizes, table = tables.sizes, tables.supply if name == "supply" else tables.rule(name)
    arriving = np.zeros((sizes.skus * sizes.nodes, sizes.days), np.int64)
    np.add.at(arriving, (table["sku"] * sizes.nodes + table["node"], table["day"]), table[field])
    return arriving


def _refuse_transfers(tables: Tables) -> None:
    table, nodes = tables.rule("transfers"), tables.sizes.nodes
    refuse_outside("transfers", "from_node", table["from_node"], nodes)
    refuse_outside("transfers", "to_node", table["to_node"], nodes)
    same = table["from_node"] == table["to_node"]
    refuse("transfers", "to_node", same, table["to_node"], "is where it comes from")
    refuse_repeated("transfers", "to_node", table["from_node"] * nodes + table["to_node"])
    refuse_amounts("transfers", "lead_days", table["lead_days"], MOST_RULE_DAYS)
    refuse_amounts("transfers", "cents_per_unit", table["cents_per_unit"], MOST_CENTS)


def _refuse_expedite(tables: Tables) -> None:
    table, sizes = tables.rule("expedite"), tables.sizes
    refuse_outside("expedite", "zone", table["zone"], sizes.zones)
    refuse_outside("expedite", "node", table["node"], sizes.nodes)
    refuse_repeated("expedite", "node", table["zone"] * sizes.nodes + table["node"])
    refuse_amounts("expedite", "fixed_cents", table["fixed_cents"], MOST_CENTS)
    refuse_amounts("expedite", "rate_cents_per_kg", table["rate_cents_per_kg"], MOST_CENTS)
    refuse_amounts("expedite", "transit_days", table["transit_days"], MOST_UNITS)


def _refuse_stock_rules(tables: Tables) -> None:
    sizes = tables.sizes
    for name in ("safety_stock", "lots"):
        table = tables.rule(name)
        refuse_outside(name, "sku", table["sku"], sizes.skus)
        refuse_outside(name, "node", table["node"], sizes.nodes)
    safety, lots = tables.rule("safety_stock"), tables.rule("lots")
    refuse_repeated("safety_stock", "node", safety["sku"] * sizes.nodes + safety["node"])
    refuse_amounts("safety_stock", "safety_qty", safety["safety_qty"], MOST_UNITS)
    refuse_outside("lots", "day", lots["day"], sizes.days)
    refuse_amounts("lots", "lot_qty", lots["lot_qty"], MOST_UNITS)
    refuse_amounts("lots", "expires_day", lots["expires_day"], MOST_UNITS)
    more = arriving_by_day(tables, "lots", "lot_qty") > arriving_by_day(tables, "supply", "arriving_qty")
    cell = lots["sku"] * sizes.nodes + lots["node"]
    wrong = more[cell, lots["day"]]
    refuse("lots", "lot_qty", wrong, lots["lot_qty"], "is, with its like, more than supply says arrives")
    both = np.isin(safety["sku"] * sizes.nodes + safety["node"], cell)
    refuse("safety_stock", "safety_qty", both, safety["safety_qty"], "is of goods in lots; give one of both")
    packs = tables.rule("packs")
    refuse_outside("packs", "sku", packs["sku"], sizes.skus)
    refuse_repeated("packs", "sku", packs["sku"])
    refuse_amounts("packs", "pack_qty", packs["pack_qty"], MOST_UNITS, lowest=1)


def _refuse_line_rules(tables: Tables) -> None:
    table = tables.rule("line_rules")
    refuse_outside("line_rules", "line", table["line"], tables.sizes.lines)
    refuse_repeated("line_rules", "line", table["line"])
    refuse_amounts("line_rules", "least_qty", table["least_qty"], MOST_UNITS, lowest=1)
    refuse_amounts("line_rules", "life_days", table["life_days"], MOST_UNITS)


def _refuse_floors(tables: Tables) -> None:
    customers, floors = tables.rule("customers"), tables.rule("floors")
    refuse_outside("customers", "order", customers["order"], tables.sizes.orders)
    refuse_repeated("customers", "order", customers["order"])
    refuse_amounts("customers", "customer", customers["customer"], MOST_UNITS)
    refuse_repeated("floors", "customer", floors["customer"])
    refuse_amounts("floors", "customer", floors["customer"], MOST_UNITS)
    refuse_amounts("floors", "floor_percent", floors["floor_percent"], MOST_PERCENT)
    refuse_amounts("floors", "short_cents", floors["short_cents"], MOST_CENTS)
    unknown = ~np.isin(floors["customer"], customers["customer"])
    refuse("floors", "customer", unknown, floors["customer"], "has no order in customers.parquet")


def _refuse_fences(tables: Tables) -> None:
    table, sizes = tables.rule("fences"), tables.sizes
    refuse_outside("fences", "node", table["node"], sizes.nodes)
    refuse_repeated("fences", "node", table["node"])
    refuse_outside("fences", "first_day", table["first_day"], sizes.days + 1)


def _refuse_firm(tables: Tables) -> None:
    table, sizes = tables.rule("firm"), tables.sizes
    refuse_outside("firm", "line", table["line"], sizes.lines)
    refuse_outside("firm", "node", table["node"], sizes.nodes)
    refuse_outside("firm", "sku", table["sku"], sizes.skus)
    refuse_outside("firm", "ship_day", table["ship_day"], sizes.days)
    refuse_amounts("firm", "qty", table["qty"], MOST_UNITS, lowest=1)
    ordered = tables.lines["sku"][table["line"]]
    wrong = (table["sku"] != ordered) & (table["sku"] != tables.skus["alt_sku"][ordered])
    refuse("firm", "sku", wrong, table["sku"], "is neither what was ordered nor its substitute")
    served = np.bincount(table["line"], table["qty"], sizes.lines)[table["line"]]
    over = served > tables.lines["confirmable_qty"][table["line"]]
    refuse("firm", "qty", over, table["qty"], "is, with its like, more than the line can be confirmed")
    left = _left_of_goods(tables, table)
    short = np.cumsum(left, axis=1)[table["sku"] * sizes.nodes + table["node"], table["ship_day"]] < 0
    refuse("firm", "qty", short, table["qty"], "is, with its like, more than arrives there by then")
    hands = np.zeros((sizes.nodes, sizes.days), np.int64)
    pick = tables.pick_capacity
    hands[pick["node"], pick["day"]] = pick["pick_units"]
    np.subtract.at(hands, (table["node"], table["ship_day"]), table["qty"])
    over = hands[table["node"], table["ship_day"]] < 0
    refuse("firm", "qty", over, table["qty"], "is, with its like, more than can be picked there then")


def _left_of_goods(tables: Tables, firm: Table) -> Integers:
    """What is left, of goods without a date, by SKU and node, and day."""
    left = arriving_by_day(tables, "supply", "arriving_qty") - arriving_by_day(tables, "lots", "lot_qty")
    np.subtract.at(left, (firm["sku"] * tables.sizes.nodes + firm["node"], firm["ship_day"]), firm["qty"])
    return left
