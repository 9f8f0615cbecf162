"""A scenario's plan with no order moved for nothing: what the baseline does is kept where it costs no more.

Two searches of nearly equal cost differ in orders that neither cares about. Each order that goes another way
than in the baseline is put back if there is room and it then costs no more; the whole never costs more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimization.backlog.plan import PLAN_COLUMNS, BacklogPlan, sorted_plan
from optimization.backlog.tables import Integers, Tables

Row = tuple[int, int, int, int, int]
"""Line, node, SKU, day and units, as a plan has them."""


def settled(tables: Tables, plan: BacklogPlan, before: BacklogPlan) -> BacklogPlan:
    """``plan`` for these tables, with orders put back to where ``before`` has them."""
    if tables.rules:
        # Rows are weighed here by the terms that every backlog has; what moves for other rules stays moved.
        return plan
    now, then = _by_order(tables, plan), _by_order(tables, before)
    room = _Room(tables, plan)
    terms = _Terms.of(tables)
    for order in sorted(now.keys() | then.keys()):
        new, old = now.get(order, ()), then.get(order, ())
        if new == old or not _lawful(tables, terms, order, old):
            continue
        if terms.cost(order, old) <= terms.cost(order, new) and room.swap(new, old):
            now[order] = old
    rows = [row for order in sorted(now) for row in now[order]]
    columns = np.array(rows, np.int64).reshape(-1, len(PLAN_COLUMNS)).T
    return sorted_plan(*columns)


def _by_order(tables: Tables, plan: BacklogPlan) -> dict[int, tuple[Row, ...]]:
    found: dict[int, list[Row]] = {}
    columns = [getattr(plan, name).tolist() for name in PLAN_COLUMNS]
    orders = tables.lines["order"][plan.line].tolist()
    for order, *row in zip(orders, *columns, strict=True):
        line, node, sku, day, quantity = row
        found.setdefault(order, []).append((line, node, sku, day, quantity))
    return {order: tuple(rows) for order, rows in found.items()}


def _lawful(tables: Tables, terms: _Terms, order: int, rows: tuple[Row, ...]) -> bool:
    """Whether an order may go this way at all: quantities, goods, completeness and shipments."""
    served: dict[int, int] = {}
    for line, _, sku, _, quantity in rows:
        served[line] = served.get(line, 0) + quantity
        ordered = terms.sku[line]
        if sku not in {ordered, int(tables.skus["alt_sku"][ordered])}:
            return False
    wanted = {line: terms.wanted[line] for line in terms.lines_of(order)}
    if any(quantity > wanted[line] for line, quantity in served.items()):
        return False
    if len({(node, day) for _, node, _, day, _ in rows}) > int(tables.orders["max_shipments"][order]):
        return False
    short = any(served.get(line, 0) < quantity for line, quantity in wanted.items())
    return not (served and short and int(tables.orders["ship_complete"][order]))


class _Room:
    """Stock by day and hands that a plan leaves."""

    def __init__(self, tables: Tables, plan: BacklogPlan) -> None:
        sizes = tables.sizes
        self._nodes = sizes.nodes
        arriving = np.zeros((sizes.skus * sizes.nodes, sizes.days), np.int64)
        supply = tables.supply
        cells = supply["sku"] * sizes.nodes + supply["node"]
        np.add.at(arriving, (cells, supply["day"]), supply["arriving_qty"])
        np.subtract.at(arriving, (plan.sku * sizes.nodes + plan.node, plan.ship_day), plan.qty)
        self._left = np.cumsum(arriving, axis=1)
        self._hands = np.zeros((sizes.nodes, sizes.days), np.int64)
        pick = tables.pick_capacity
        self._hands[pick["node"], pick["day"]] = pick["pick_units"]
        np.subtract.at(self._hands, (plan.node, plan.ship_day), plan.qty)

    def swap(self, out: tuple[Row, ...], into: tuple[Row, ...]) -> bool:
        """Take rows out and put others in; nothing is changed where there is no room for them."""
        self._put(out, 1)
        self._put(into, -1)
        if all(self._fits(row) for row in into):
            return True
        self._put(into, 1)
        self._put(out, -1)
        return False

    def _put(self, rows: tuple[Row, ...], sign: int) -> None:
        for _, node, sku, day, quantity in rows:
            self._left[sku * self._nodes + node, day:] += sign * quantity
            self._hands[node, day] += sign * quantity

    def _fits(self, row: Row) -> bool:
        _, node, sku, day, _ = row
        return bool(self._left[sku * self._nodes + node].min() >= 0 and self._hands[node, day] >= 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What an order costs, by the arithmetic of the format."""

    tables: Tables
    sku: list[int]
    wanted: list[int]
    first: Integers
    members: Integers

    @classmethod
    def of(cls, tables: Tables) -> _Terms:
        members = np.argsort(tables.lines["order"], kind="stable")
        orders = np.arange(tables.sizes.orders + 1)
        return cls(
            tables=tables,
            sku=tables.lines["sku"].tolist(),
            wanted=tables.lines["confirmable_qty"].tolist(),
            first=np.searchsorted(tables.lines["order"][members], orders),
            members=members,
        )

    def lines_of(self, order: int) -> list[int]:
        found: list[int] = self.members[self.first[order] : self.first[order + 1]].tolist()
        return found

    def cost(self, order: int, rows: tuple[Row, ...]) -> int:
        """Freight, lateness, change and what is not filled, in cents."""
        tables, lines = self.tables, self.tables.lines
        zone, nodes = int(tables.orders["zone"][order]), tables.sizes.nodes
        promised = int(tables.orders["promised_day"][order])
        fixed = {(node, day) for _, node, _, day, _ in rows}
        cents = sum(int(tables.lanes["fixed_cents"][zone * nodes + node]) for node, _ in fixed)
        left = {line: self.wanted[line] for line in self.lines_of(order)}
        for line, node, sku, day, quantity in rows:
            lane = zone * nodes + node
            unit = round(float(tables.skus["kg"][sku]) * float(tables.lanes["rate_cents_per_kg"][lane]))
            unit += 0 if sku == self.sku[line] else int(tables.skus["alt_cents"][self.sku[line]])
            late = max(0, day + int(tables.lanes["transit_days"][lane]) - promised)
            unit += late * int(lines["late_cents_per_unit_day"][line])
            current = int(lines["current_node"][line])
            unit += int(lines["change_cents"][line]) if current >= 0 and current != node else 0
            cents += quantity * unit
            left[line] -= quantity
        for line, missing in left.items():
            change = int(lines["change_cents"][line]) if int(lines["current_node"][line]) >= 0 else 0
            cents += missing * (int(lines["unfilled_cents"][line]) + change)
        return cents
