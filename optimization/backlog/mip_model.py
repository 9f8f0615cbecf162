"""The backlog as one mixed-integer model, for small ones: sparse rows that a solver process can be sent."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.highs import Model
from optimization.backlog.instance import Instance
from optimization.backlog.plan import BacklogPlan, plan_of_units
from optimization.backlog.tables import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the columns of units stand for, and how many units each counts as one.

    Then the shipment that each belongs to, and the order of every column of the model (-1: of none).
    ``first_stock`` is the row of the model where the rows of stock begin, day by day; hands come after them.
    """

    pair: Integers
    day: Integers
    pack: Integers
    of_shipment: Integers
    order: Integers
    first_stock: int


class Rows:
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
    """Write out the model of the format: strong links, cumulative stock, hands, shipments, policies, rules.

    Units are counted in whole packs.
    """
    arrays = instance.arrays
    cells = _cells(instance)
    lines, shipments, units = arrays.line_qty.size, cells.to.size, cells.pair.size
    whole = np.flatnonzero((arrays.order_complete == 1) & (np.diff(arrays.order_first) > 0))
    least = np.flatnonzero(cells.least > 1)
    floors = instance.floors
    sizes = (units, shipments, lines, whole.size, least.size, floors.units.size)
    x, y, v, w, some, short = (
        np.arange(begin, begin + size) for begin, size in zip(accumulate((0, *sizes)), sizes, strict=False)
    )
    rows = Rows()
    wanted = arrays.line_qty.astype(np.float64)
    demand = rows.open(wanted, wanted)
    rows.put(demand + cells.line, x, cells.pack)
    rows.put(demand + np.arange(lines), v, np.ones(lines))
    link = rows.open(np.full(units, -np.inf), np.zeros(units))
    rows.put(link + x, x, np.ones(units))
    rows.put(link + x, y[cells.of_shipment], -cells.most)
    first_stock = _put_resources(instance, rows, cells, x)
    split = rows.open(np.full(instance.n_orders, -np.inf), arrays.order_shipments.astype(np.float64))
    rows.put(split + cells.to, y, np.ones(shipments))
    _put_complete(instance, rows, whole, v, w)
    _put_least(rows, cells, least, x, some)
    _put_floors(instance, rows, cells, x, short)
    count = whole.size + least.size
    cost = [cells.cost * cells.pack, cells.fixed, arrays.line_unfilled, np.zeros(count), floors.short_cents]
    model = Model(
        cost=np.concatenate(cost).astype(np.float64),
        upper=np.concatenate([cells.most, np.ones(shipments), wanted, np.ones(count), floors.units]),
        integral=np.ones(sum(sizes), np.int64),
        row=np.concatenate(rows.row),
        column=np.concatenate(rows.column),
        value=np.concatenate(rows.value),
        row_lower=np.concatenate(rows.lower),
        row_upper=np.concatenate(rows.upper),
        offset=instance.settled_cents,
    )
    of_line = arrays.line_order
    owners = [of_line[cells.line], cells.to, of_line, whole, of_line[cells.line[least]]]
    return model, Columns(
        pair=cells.pair,
        day=cells.day,
        pack=cells.pack.astype(np.int64),
        of_shipment=cells.of_shipment,
        order=np.concatenate([*owners, np.full(floors.units.size, -1)]).astype(np.int64),
        first_stock=first_stock,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """What the columns of units are about, one by one, and their shipments."""

    pair: Integers
    day: Integers
    line: Integers
    drawn: Integers
    """The first day from which their stock lacks them."""
    cost: Integers
    pack: Floats
    most: Floats
    """Packs at most."""
    least: Integers
    in_time: NDArray[np.bool_]
    of_shipment: Integers
    to: Integers
    fixed: Integers


def _cells(instance: Instance) -> _Cells:
    """Every pair on every day on which it has anything to ship."""
    arrays = instance.arrays
    days = arrays.n_days
    pair = np.repeat(np.arange(arrays.pair_row.size, dtype=np.int64), days)
    day = np.tile(np.arange(days, dtype=np.int64), arrays.pair_row.size)
    drawn = day - arrays.pair_lead[pair]
    held = arrays.supply[arrays.pair_row[pair].astype(np.int64) * days + np.maximum(0, drawn)]
    there = (held > 0) & (drawn >= 0) & (day <= arrays.pair_last[pair])
    pair, day, drawn, held = pair[there], day[there], drawn[there], held[there]
    line, source = arrays.pair_line[pair].astype(np.int64), arrays.pair_source[pair].astype(np.int64)
    order = arrays.line_order[line]
    lane = arrays.order_zone[order] * arrays.n_sources + source
    late = np.maximum(0, day + arrays.lane_transit[lane] - arrays.order_promised[order])
    shipment, of_shipment = np.unique((order * arrays.n_sources + source) * days + day, return_inverse=True)
    to, by = shipment // (arrays.n_sources * days), shipment // days % arrays.n_sources
    pack = arrays.row_pack[arrays.pair_row[pair]]
    return _Cells(
        pair=pair,
        day=day,
        line=line,
        drawn=drawn,
        cost=arrays.pair_cost[pair] + late * arrays.line_late[line],
        pack=pack.astype(np.float64),
        most=(np.minimum(arrays.line_qty[line], held) // pack).astype(np.float64),
        least=arrays.line_least[line],
        in_time=late == 0,
        of_shipment=of_shipment,
        to=to,
        fixed=arrays.lane_fixed[arrays.order_zone[to] * arrays.n_sources + by],
    )


def _put_resources(instance: Instance, rows: Rows, cells: _Cells, x: Integers) -> int:
    """Stock by row and day, cumulative, and hands by node and day; gives the first of these rows."""
    arrays, days = instance.arrays, instance.arrays.n_days
    stock = rows.open(np.full(arrays.supply.size, -np.inf), arrays.supply.astype(np.float64))
    row = arrays.pair_row[cells.pair].astype(np.int64)
    for later in range(days):
        by_then = cells.drawn <= later
        rows.put(stock + row[by_then] * days + later, x[by_then], cells.pack[by_then])
    hands = rows.open(np.full(arrays.pick.size, -np.inf), arrays.pick.astype(np.float64))
    node = arrays.source_node[arrays.pair_source[cells.pair]]
    rows.put(hands + node * days + cells.day, x, cells.pack)
    return stock


def _put_complete(instance: Instance, rows: Rows, whole: Integers, v: Integers, w: Integers) -> None:
    """Orders that ship all their lines whole, or nothing."""
    arrays = instance.arrays
    place = np.full(instance.n_orders, -1, np.int64)
    place[whole] = np.arange(whole.size)
    lines = np.flatnonzero(place[arrays.line_order] >= 0)
    need = arrays.line_qty[lines].astype(np.float64)
    together = rows.open(need, need)
    rows.put(together + np.arange(lines.size), v[lines], np.ones(lines.size))
    rows.put(together + np.arange(lines.size), w[place[arrays.line_order[lines]]], need)


def _put_least(rows: Rows, cells: _Cells, least: Integers, x: Integers, some: Integers) -> None:
    """Nothing, or no less than the line takes at a time."""
    none, endless = np.zeros(least.size), np.full(least.size, np.inf)
    at = np.arange(least.size)
    enough = rows.open(none, endless)
    rows.put(enough + at, x[least], cells.pack[least])
    rows.put(enough + at, some, -cells.least[least].astype(np.float64))
    only = rows.open(-endless, none)
    rows.put(only + at, x[least], np.ones(least.size))
    rows.put(only + at, some, -cells.most[least])


def _put_floors(instance: Instance, rows: Rows, cells: _Cells, x: Integers, short: Integers) -> None:
    """Units on time with those that are missed reach each floor."""
    floors = instance.floors
    floor = floors.of_order[instance.arrays.line_order[cells.line]]
    counted = np.flatnonzero(cells.in_time & (floor >= 0))
    reached = rows.open(floors.units.astype(np.float64), np.full(floors.units.size, np.inf))
    rows.put(reached + floor[counted], x[counted], cells.pack[counted])
    rows.put(reached + np.arange(short.size), short, np.ones(short.size))


def unit_prices(instance: Instance, columns: Columns, stock: Integers, pick: Integers) -> Integers:
    """What goods and hands for a unit of each column of units cost at whole prices."""
    arrays, days = instance.arrays, instance.arrays.n_days
    drawn = columns.day - arrays.pair_lead[columns.pair]
    node = arrays.source_node[arrays.pair_source[columns.pair]]
    goods, hands = arrays.pair_row[columns.pair].astype(np.int64) * days + drawn, node * days + columns.day
    price: Integers = stock[goods] + pick[hands]
    return price


def plan_of_columns(instance: Instance, columns: Columns, found: Floats) -> BacklogPlan:
    """The plan that a solution stands for."""
    units = np.rint(found[: columns.pair.size]).astype(np.int64) * columns.pack
    return plan_of_units(instance, columns.pair, columns.day, units)
