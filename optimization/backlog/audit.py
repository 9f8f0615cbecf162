"""The independent checker: what a plan costs, term by term, or what is wrong with it.

It reads the tables as they were given, in plain arithmetic, and shares no code with what made the plan.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from optimization.backlog.audit_rules import (
    Shipments,
    beyond_supply,
    broken_rules,
    floor_cents,
    lane_of,
    shipments_of,
    transfer_cents,
    ways_of,
    ways_out_of_range,
)
from optimization.backlog.plan import BacklogPlan, Ways
from optimization.backlog.tables import Integers, Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogTerms:
    """Where the money goes, in cents."""

    fixed_cents: int = 0
    variable_cents: int = 0
    late_cents: int = 0
    change_cents: int = 0
    unfilled_cents: int = 0
    transfer_cents: int = 0
    floor_cents: int = 0

    @property
    def total_cents(self) -> int:
        """The objective: the sum of all terms."""
        return sum(asdict(self).values())


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogAudit:
    """What was found: the terms, how much is shipped, and every law that is broken."""

    terms: BacklogTerms
    shipments: int
    units_shipped: int
    units_unfilled: int
    errors: tuple[str, ...]


def audit_plan(tables: Tables, plan: BacklogPlan) -> BacklogAudit:
    """Check a plan against every law of the format and add up its cost."""
    errors = (*_out_of_range(tables, plan), *ways_out_of_range(tables, plan))
    if errors:
        return BacklogAudit(
            terms=BacklogTerms(), shipments=0, units_shipped=0, units_unfilled=0, errors=errors
        )
    lines = tables.lines
    ways = ways_of(plan)
    served = np.zeros(tables.sizes.lines, np.int64)
    np.add.at(served, plan.line, plan.qty)
    shipments = shipments_of(tables, plan, ways)
    errors = (
        *_wrong_goods(tables, plan, served),
        *beyond_supply(tables, plan, ways),
        *_beyond_picking(tables, plan),
        *_broken_policies(tables, served, shipments),
        *broken_rules(tables, plan, ways),
    )
    return BacklogAudit(
        terms=_terms(tables, plan, served, shipments, ways),
        shipments=int(shipments.order.size),
        units_shipped=int(plan.qty.sum()),
        units_unfilled=int((lines["confirmable_qty"] - served).sum()),
        errors=errors,
    )


def _out_of_range(tables: Tables, plan: BacklogPlan) -> tuple[str, ...]:
    sizes = tables.sizes
    limits = (
        ("line", plan.line, sizes.lines),
        ("node", plan.node, sizes.nodes),
        ("sku", plan.sku, sizes.skus),
        ("ship_day", plan.ship_day, sizes.days),
    )
    found = [f"a {name} that does not exist" for name, values, count in limits if _outside(values, count)]
    if bool((plan.qty <= 0).any()):
        found.append("a row that ships nothing, or less")
    return tuple(found)


def _outside(values: Integers, count: int) -> bool:
    return bool(((values < 0) | (values >= count)).any())


def _wrong_goods(tables: Tables, plan: BacklogPlan, served: Integers) -> tuple[str, ...]:
    ordered = tables.lines["sku"][plan.line]
    allowed = (plan.sku == ordered) | (plan.sku == tables.skus["alt_sku"][ordered])
    over = np.flatnonzero(served > tables.lines["confirmable_qty"])
    found = [] if allowed.all() else [f"line {plan.line[np.argmin(allowed)]} is given a SKU it may not have"]
    return (*found, *([f"line {over[0]} gets more than can be confirmed"] if over.size else []))


def _beyond_picking(tables: Tables, plan: BacklogPlan) -> tuple[str, ...]:
    sizes, pick = tables.sizes, tables.pick_capacity
    left = np.zeros((sizes.nodes, sizes.days), np.int64)
    left[pick["node"], pick["day"]] = pick["pick_units"]
    np.subtract.at(left, (plan.node, plan.ship_day), plan.qty)
    over = np.argwhere(left < 0)
    return (f"node {over[0][0]} picks more than it can on day {over[0][1]}",) if over.size else ()


def _broken_policies(tables: Tables, served: Integers, shipments: Shipments) -> tuple[str, ...]:
    sizes, orders, lines = tables.sizes, tables.orders, tables.lines
    count = np.bincount(shipments.order, minlength=sizes.orders)
    many = np.flatnonzero(count > orders["max_shipments"] + shipments.beyond)
    found = [f"order {many[0]} has {count[many[0]]} shipments"] if many.size else []
    firm = np.isin(np.arange(sizes.lines), tables.rule("firm")["line"])
    planned = np.where(firm, 0, served)
    missing = ~firm & (served < lines["confirmable_qty"])
    some = np.bincount(lines["order"], planned > 0, minlength=sizes.orders) > 0
    short = np.bincount(lines["order"], missing, minlength=sizes.orders) > 0
    partial = np.flatnonzero((orders["ship_complete"] == 1) & some & short)
    return (*found, *([f"order {partial[0]} ships complete or not at all"] if partial.size else []))


def _terms(
    tables: Tables, plan: BacklogPlan, served: Integers, shipments: Shipments, ways: Ways
) -> BacklogTerms:
    lines, orders, skus = tables.lines, tables.orders, tables.skus
    order = lines["order"][plan.line]
    lane = lane_of(tables, orders["zone"][order], plan.node, ways.expedited)
    ordered = lines["sku"][plan.line]
    unit = np.rint(skus["kg"][plan.sku] * lane.rate).astype(np.int64)
    unit += np.where(plan.sku == ordered, 0, skus["alt_cents"][ordered])
    days_late = np.maximum(0, plan.ship_day + lane.transit - orders["promised_day"][order])
    late = plan.qty * lines["late_cents_per_unit_day"][plan.line] * days_late
    current, change = lines["current_node"], lines["change_cents"]
    moved = (current[plan.line] >= 0) & (current[plan.line] != plan.node)
    unserved = lines["confirmable_qty"] - served
    changed = (plan.qty * change[plan.line])[moved].sum() + (unserved * change)[current >= 0].sum()
    return BacklogTerms(
        fixed_cents=int(shipments.fixed.sum()),
        variable_cents=int((plan.qty * unit).sum()),
        late_cents=int(late.sum()),
        change_cents=int(changed),
        unfilled_cents=int((unserved * lines["unfilled_cents"]).sum()),
        transfer_cents=transfer_cents(tables, plan, ways),
        floor_cents=floor_cents(tables, plan.qty * (days_late == 0), order),
    )
