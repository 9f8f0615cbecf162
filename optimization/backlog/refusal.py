"""What is refused before anything is solved: each sentence names the file, the field and the row."""

from __future__ import annotations

import numpy as np

from optimization.backlog.checks_of_columns import (
    MOST_CENTS,
    MOST_UNITS,
    bad_input,
    refuse,
    refuse_amounts,
    refuse_not_dense,
    refuse_outside,
    refuse_repeated,
    refuse_uneven,
)
from optimization.backlog.rules_refusal import refuse_bad_rules
from optimization.backlog.tables import COLUMNS, NO_NODE, NO_SKU, Tables

LAST_CLASS = 4
LOWEST_PRIORITY = 2
MOST_DAYS = 60
MOST_NODES = 10_000
MOST_CELLS = 2**31 - 1
MOST_OBJECTIVE_CENTS = 10**14


def refuse_bad_tables(tables: Tables) -> None:
    """Check every column.

    Raises:
        BadInputError: a value cannot be true, or is too large to be summed exactly.
    """
    for name, columns in COLUMNS.items():
        refuse_uneven(name, tables.table(name), columns)
    _refuse_sizes(tables)
    _refuse_lanes(tables)
    _refuse_skus(tables)
    _refuse_supply(tables)
    _refuse_orders(tables)
    _refuse_lines(tables)
    refuse_bad_rules(tables)
    _refuse_overflow(tables)


def _refuse_sizes(tables: Tables) -> None:
    sizes = tables.sizes
    counts = {
        "n_nodes": sizes.nodes, "n_zones": sizes.zones, "n_days": sizes.days,
        "n_skus": sizes.skus, "n_orders": sizes.orders, "n_lines": sizes.lines,
    }  # fmt: skip
    for field, count in counts.items():
        if count < 1:
            raise bad_input(f"meta.json, field {field}: {count}, expected 1 or more.")
    if sizes.days > MOST_DAYS:
        raise bad_input(f"meta.json, field n_days: {sizes.days}, at most {MOST_DAYS} can be planned.")
    if sizes.nodes > MOST_NODES:
        raise bad_input(f"meta.json, field n_nodes: {sizes.nodes}, at most {MOST_NODES} can be planned.")
    if sizes.nodes * sizes.skus * sizes.days > MOST_CELLS or sizes.nodes * sizes.zones > MOST_CELLS:
        raise bad_input("meta.json: n_nodes times n_skus times n_days is too large to be counted.")
    for name, field, count in (
        ("skus", "sku", sizes.skus),
        ("orders", "order", sizes.orders),
        ("lines", "line", sizes.lines),
    ):
        refuse_not_dense(name, field, tables.table(name)[field], count)
    lanes = tables.lanes
    refuse_outside("lanes", "zone", lanes["zone"], sizes.zones)
    refuse_outside("lanes", "node", lanes["node"], sizes.nodes)
    refuse_not_dense("lanes", "node", lanes["zone"] * sizes.nodes + lanes["node"], sizes.zones * sizes.nodes)
    pick = tables.pick_capacity
    refuse_outside("pick_capacity", "node", pick["node"], sizes.nodes)
    refuse_outside("pick_capacity", "day", pick["day"], sizes.days)
    refuse_repeated("pick_capacity", "day", pick["node"] * sizes.days + pick["day"])


def _refuse_lanes(tables: Tables) -> None:
    lanes = tables.lanes
    refuse_amounts("lanes", "fixed_cents", lanes["fixed_cents"], MOST_CENTS)
    refuse_amounts("lanes", "rate_cents_per_kg", lanes["rate_cents_per_kg"], MOST_CENTS)
    refuse_amounts("lanes", "transit_days", lanes["transit_days"], MOST_UNITS)


def _refuse_skus(tables: Tables) -> None:
    skus = tables.skus
    refuse_amounts("skus", "kg", skus["kg"], MOST_UNITS)
    refuse_outside("skus", "alt_sku", skus["alt_sku"], tables.sizes.skus, lowest=NO_SKU)
    instead = skus["alt_sku"].astype(np.int64)
    has = instead >= 0
    refuse_amounts("skus", "alt_cents", np.where(has, skus["alt_cents"], 0), MOST_CENTS)
    reached = np.arange(tables.sizes.skus, dtype=np.int64)
    reached = np.where(has, instead, NO_SKU)
    start = np.arange(tables.sizes.skus, dtype=np.int64)
    # Walking twice as far each time meets every cycle within log2 of the number of SKUs steps.
    for _ in range(max(1, int(tables.sizes.skus).bit_length())):
        refuse("skus", "alt_sku", reached == start, instead, "leads back to its own SKU: a cycle")
        reached = np.where(reached >= 0, reached[np.maximum(reached, 0)], NO_SKU)
    refuse("skus", "alt_sku", reached >= 0, instead, "is part of, or leads into, a cycle of substitutes")


def _refuse_supply(tables: Tables) -> None:
    supply, sizes = tables.supply, tables.sizes
    refuse_outside("supply", "sku", supply["sku"], sizes.skus)
    refuse_outside("supply", "node", supply["node"], sizes.nodes)
    refuse_outside("supply", "day", supply["day"], sizes.days)
    refuse_amounts("supply", "arriving_qty", supply["arriving_qty"], MOST_UNITS)
    pick = tables.pick_capacity
    refuse_amounts("pick_capacity", "pick_units", pick["pick_units"], MOST_UNITS)
    if not pick["pick_units"].any():
        raise bad_input("pick_capacity.parquet, field pick_units: a capacity of zero everywhere.")


def _refuse_orders(tables: Tables) -> None:
    orders = tables.orders
    refuse_outside("orders", "zone", orders["zone"], tables.sizes.zones)
    refuse_outside("orders", "priority", orders["priority"], LOWEST_PRIORITY + 1)
    refuse_outside("orders", "conf_class", orders["conf_class"], LAST_CLASS + 1)
    refuse_amounts("orders", "promised_day", orders["promised_day"], MOST_UNITS)
    refuse_outside("orders", "ship_complete", orders["ship_complete"], 2)
    refuse_amounts("orders", "max_shipments", orders["max_shipments"], MOST_UNITS, lowest=1)


def _refuse_lines(tables: Tables) -> None:
    lines, sizes = tables.lines, tables.sizes
    refuse_outside("lines", "order", lines["order"], sizes.orders)
    refuse_outside("lines", "sku", lines["sku"], sizes.skus)
    refuse_amounts("lines", "ordered_qty", lines["ordered_qty"], MOST_UNITS, lowest=1)
    refuse_amounts("lines", "confirmable_qty", lines["confirmable_qty"], MOST_UNITS)
    above = lines["confirmable_qty"] > lines["ordered_qty"]
    refuse("lines", "confirmable_qty", above, lines["confirmable_qty"], "is more than was ordered")
    for field in ("unfilled_cents", "late_cents_per_unit_day", "change_cents"):
        refuse_amounts("lines", field, lines[field], MOST_CENTS)
    refuse_outside("lines", "current_node", lines["current_node"], sizes.nodes, lowest=NO_NODE)


def _refuse_overflow(tables: Tables) -> None:
    """Refuse what could cost more than is counted exactly; floats are enough to see how large it is."""
    lanes, skus, lines, orders = tables.lanes, tables.skus, tables.lines, tables.orders
    units = lines["confirmable_qty"].astype(np.float64)
    faster, moves, floors = (tables.rule(name) for name in ("expedite", "transfers", "floors"))
    rate = max(float(lanes["rate_cents_per_kg"].max()), float(faster["rate_cents_per_kg"].max(initial=0)))
    dearest = float(skus["kg"].max()) * rate + float(skus["alt_cents"].max())
    dearest += float(moves["cents_per_unit"].max(initial=0)) + float(floors["short_cents"].max(initial=0))
    if dearest > MOST_CENTS:
        raise bad_input("lanes.parquet, field rate_cents_per_kg: a unit could cost more than can be summed.")
    transit = max(float(lanes["transit_days"].max()), float(faster["transit_days"].max(initial=0)))
    longest = tables.sizes.days + transit - float(orders["promised_day"].min())
    late = lines["late_cents_per_unit_day"] * max(0.0, longest)
    worst = units * (lines["unfilled_cents"] + lines["change_cents"] + late + dearest)
    fixed = max(float(lanes["fixed_cents"].max()), float(faster["fixed_cents"].max(initial=0)))
    shipments = fixed * tables.sizes.nodes * tables.sizes.days
    worst = worst + np.where(units > 0, shipments, 0.0)
    over = np.flatnonzero(np.cumsum(worst) > MOST_OBJECTIVE_CENTS)
    if over.size:
        row = int(over[0])
        what = f"lines.parquet, field confirmable_qty, row {row}: what the lines up to here could cost"
        raise bad_input(f"{what} is above {MOST_OBJECTIVE_CENTS} cents and could not be summed exactly.")
