"""The backlog as one mixed-integer model, for small ones: sparse rows that a solver process can be sent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimization.backlog.highs import Model
from optimization.backlog.instance import Instance
from optimization.backlog.plan import BacklogPlan, sorted_plan
from optimization.backlog.tables import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the columns of units stand for."""

    pair: Integers
    day: Integers


class _Rows:
    """Rows gathered part by part."""

    def __init__(self) -> None:
        self.count = 0
        self.row: list[Integers] = []
        self.column: list[Integers] = []
        self.value: list[Floats] = []
        self.lower: list[Floats] = []
        self.upper: list[Floats] = []

    def open(self, lower: Floats, upper: Floats) -> int:
        """Begin as many rows as there are limits; gives the first."""
        first = self.count
        self.count += lower.size
        self.lower.append(lower)
        self.upper.append(upper)
        return first

    def put(self, row: Integers, column: Integers, value: Floats) -> None:
        """Add entries."""
        self.row.append(row.astype(np.int64))
        self.column.append(column.astype(np.int64))
        self.value.append(value.astype(np.float64))


def build_model(instance: Instance) -> tuple[Model, Columns]:
    """Write out the model of the format: strong links, cumulative stock, hands, shipments, ship-complete."""
    arrays = instance.arrays
    days = arrays.n_days
    pair = np.repeat(np.arange(arrays.pair_row.size, dtype=np.int64), days)
    day = np.tile(np.arange(days, dtype=np.int64), arrays.pair_row.size)
    held = arrays.supply[arrays.pair_row[pair] * days + day]
    pair, day, held = pair[held > 0], day[held > 0], held[held > 0]
    line, row = arrays.pair_line[pair].astype(np.int64), arrays.pair_row[pair].astype(np.int64)
    node, order = arrays.row_node[row], arrays.line_order[line]
    lane = arrays.order_zone[order] * arrays.n_nodes + node
    late = (
        np.maximum(0, day + arrays.lane_transit[lane] - arrays.order_promised[order]) * arrays.line_late[line]
    )
    shipment, of_shipment = np.unique((order * arrays.n_nodes + node) * days + day, return_inverse=True)
    to, at_node = shipment // (arrays.n_nodes * days), shipment // days % arrays.n_nodes
    lines, units, shipments = arrays.line_qty.size, pair.size, shipment.size
    most = np.minimum(arrays.line_qty[line], held).astype(np.float64)
    whole = np.flatnonzero((arrays.order_complete == 1) & (np.diff(arrays.order_first) > 0))
    fixed = arrays.lane_fixed[arrays.order_zone[to] * arrays.n_nodes + at_node]
    x, y, v = np.arange(units), units + np.arange(shipments), units + shipments + np.arange(lines)
    w = units + shipments + lines + np.arange(whole.size)
    rows = _Rows()
    demand = rows.open(arrays.line_qty.astype(np.float64), arrays.line_qty.astype(np.float64))
    rows.put(demand + line, x, np.ones(units))
    rows.put(demand + np.arange(lines), v, np.ones(lines))
    link = rows.open(np.full(units, -np.inf), np.zeros(units))
    rows.put(link + x, x, np.ones(units))
    rows.put(link + x, y[of_shipment], -most)
    stock = rows.open(np.full(arrays.supply.size, -np.inf), arrays.supply.astype(np.float64))
    for later in range(days):
        by_then = day <= later
        rows.put(stock + row[by_then] * days + later, x[by_then], np.ones(int(by_then.sum())))
    hands = rows.open(np.full(arrays.pick.size, -np.inf), arrays.pick.astype(np.float64))
    rows.put(hands + node * days + day, x, np.ones(units))
    split = rows.open(np.full(instance.n_orders, -np.inf), arrays.order_shipments.astype(np.float64))
    rows.put(split + to, y, np.ones(shipments))
    place = np.full(instance.n_orders, -1, np.int64)
    place[whole] = np.arange(whole.size)
    bound_lines = np.flatnonzero(place[arrays.line_order] >= 0)
    need = arrays.line_qty[bound_lines].astype(np.float64)
    together = rows.open(need, need)
    rows.put(together + np.arange(bound_lines.size), v[bound_lines], np.ones(bound_lines.size))
    rows.put(together + np.arange(bound_lines.size), w[place[arrays.line_order[bound_lines]]], need)
    model = Model(
        cost=np.concatenate([
            (arrays.pair_cost[pair] + late), fixed, arrays.line_unfilled, np.zeros(whole.size),
        ]).astype(np.float64),
        upper=np.concatenate([most, np.ones(shipments), arrays.line_qty, np.ones(whole.size)]),
        integral=np.ones(units + shipments + lines + whole.size, np.int64),
        row=np.concatenate(rows.row),
        column=np.concatenate(rows.column),
        value=np.concatenate(rows.value),
        row_lower=np.concatenate(rows.lower),
        row_upper=np.concatenate(rows.upper),
        offset=0,
    )  # fmt: skip
    return model, Columns(pair=pair, day=day)


def plan_of_columns(instance: Instance, columns: Columns, found: Floats) -> BacklogPlan:
    """The plan that a solution stands for."""
    arrays = instance.arrays
    units = np.rint(found[: columns.pair.size]).astype(np.int64)
    row = arrays.pair_row[columns.pair]
    return sorted_plan(
        instance.line_id[arrays.pair_line[columns.pair]],
        arrays.row_node[row],
        arrays.row_sku[row],
        columns.day,
        units,
    )
