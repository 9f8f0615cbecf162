"""Overrides on the tables of a backlog: hands, lanes, stock, demand and penalties."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimization.backlog.tables import Column, Table, Tables
from optimization.scenarios.overrides import (
    CarrierDown,
    DemandSurge,
    LaneDown,
    NodeClosed,
    OrdersWeighed,
    Override,
    PolicyChanged,
    PriorityChanged,
    Scenario,
    SupplyDelayed,
    not_here,
    require_member,
)

KIND = "backlog"
LANE_DOWN_CENTS = 10_000_000
"""The cost of a shipment on a lane that is down: more than any order is worth."""


def apply_to_backlog(tables: Tables, scenario: Scenario) -> Tables:
    """The tables under a scenario.

    Raises:
        BadInputError: an override names what the backlog does not have, or does not fit it.
    """
    for override in scenario.overrides:
        tables = _apply(tables, override)
    return tables


def _apply(tables: Tables, override: Override) -> Tables:
    match override:
        case NodeClosed():
            return _close(tables, override)
        case LaneDown():
            return _cut(tables, override)
        case DemandSurge():
            return _surge(tables, override)
        case SupplyDelayed():
            return _delay(tables, override)
        case PriorityChanged():
            return _weigh_priority(tables, override)
        case OrdersWeighed():
            return _weigh_orders(tables, override)
        case PolicyChanged():
            return _policy(tables, override)
        case CarrierDown():
            raise not_here(override, KIND)


def _close(tables: Tables, override: NodeClosed) -> Tables:
    """No hands at a node on the days it is closed."""
    require_member(override.node, tables.sizes.nodes, "node")
    pick = tables.pick_capacity
    closed = (pick["node"] == override.node) & (pick["day"] >= override.first_day)
    return replace(tables, pick_capacity=_rows(pick, ~(closed & (pick["day"] <= override.last_day))))


def _cut(tables: Tables, override: LaneDown) -> Tables:
    """A lane at a price that nothing pays."""
    if override.zone is None:
        raise not_here(override, KIND)
    require_member(override.node, tables.sizes.nodes, "lane node")
    require_member(override.zone, tables.sizes.zones, "lane zone")
    lanes = tables.lanes
    down = (lanes["node"] == override.node) & (lanes["zone"] == override.zone)
    fixed = np.where(down, lanes["fixed_cents"] + LANE_DOWN_CENTS, lanes["fixed_cents"])
    return replace(tables, lanes={**lanes, "fixed_cents": fixed})


def _surge(tables: Tables, override: DemandSurge) -> Tables:
    """More units on every line, rounded up."""
    if override.node is not None:
        raise not_here(override, KIND)
    lines = tables.lines
    share = np.full(len(lines["line"]), 100 + override.percent)
    if override.zone is not None:
        require_member(override.zone, tables.sizes.zones, "surge zone")
        share = np.where(tables.orders["zone"][lines["order"]] == override.zone, share, 100)
    grown: dict[str, Column] = {
        name: -(-lines[name] * share // 100) for name in ("ordered_qty", "confirmable_qty")
    }
    return replace(tables, lines={**lines, **grown})


def _delay(tables: Tables, override: SupplyDelayed) -> Tables:
    """Inbound stock of a node comes later, or after the last day; what is on hand stays."""
    require_member(override.node, tables.sizes.nodes, "delayed node")
    supply = tables.supply
    inbound = (supply["node"] == override.node) & (supply["day"] > 0)
    later = {**supply, "day": supply["day"] + np.where(inbound, override.days, 0)}
    merged = _merged(_rows(later, later["day"] < tables.sizes.days), tables)
    return replace(tables, supply=merged)


def _merged(supply: Table, tables: Tables) -> Table:
    """One row a SKU, node and day: a delay can put two arrivals on one."""
    sizes = tables.sizes
    key = (supply["sku"] * sizes.nodes + supply["node"]) * sizes.days + supply["day"]
    keys, place = np.unique(key, return_inverse=True)
    quantity = np.zeros(len(keys), dtype=np.int64)
    np.add.at(quantity, place, supply["arriving_qty"])
    cell = keys // sizes.days
    return {
        "sku": cell // sizes.nodes,
        "node": cell % sizes.nodes,
        "day": keys % sizes.days,
        "arriving_qty": quantity,
    }


def _weigh_priority(tables: Tables, override: PriorityChanged) -> Tables:
    """What lateness and missing units cost at one priority, as a share of what it was."""
    if override.priority is None:
        raise not_here(override, KIND)
    return _weigh(tables, tables.orders["priority"] == override.priority, override.percent)


def _weigh_orders(tables: Tables, override: OrdersWeighed) -> Tables:
    """The same for orders by name."""
    for order in override.orders:
        require_member(order, tables.sizes.orders, "weighed order")
    meant = np.zeros(tables.sizes.orders, np.bool_)
    meant[list(override.orders)] = True
    return _weigh(tables, meant, override.percent)


def _weigh(tables: Tables, meant: Column, percent: int) -> Tables:
    lines = tables.lines
    share = np.where(meant[lines["order"]], percent, 100)
    names = ("unfilled_cents", "late_cents_per_unit_day")
    return replace(tables, lines={**lines, **{name: lines[name] * share // 100 for name in names}})


def _policy(tables: Tables, override: PolicyChanged) -> Tables:
    """Other limits of splitting, or another price of change."""
    if not override.premium_allowed:
        raise not_here(override, KIND)
    orders, lines = dict(tables.orders), dict(tables.lines)
    if override.max_shipments is not None:
        orders["max_shipments"] = np.full_like(orders["max_shipments"], override.max_shipments)
    if override.ship_complete is not None:
        orders["ship_complete"] = np.full_like(orders["ship_complete"], int(override.ship_complete))
    lines["change_cents"] = lines["change_cents"] * override.change_percent // 100
    return replace(tables, orders=orders, lines=lines)


def _rows(table: Table, kept: Column) -> Table:
    """Some rows of a table."""
    return {name: column[kept] for name, column in table.items()}
