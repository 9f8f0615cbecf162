"""A smaller model for the bound: what costs nothing in the relaxation is left out, and with it most days.

Rows of stock and of hands that have no price in the linear relaxation are dropped; that lowers the optimum a
little at most, and the relaxation not at all. Where nothing that is left stands against shipping a day
earlier, the later day is not needed: every plan has one in the smaller model that costs no more. So what is
the least there is never above the least plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.highs import Model, Relaxed, search_model
from optimization.backlog.instance import Instance
from optimization.backlog.mip_model import Columns
from optimization.backlog.tables import Floats, Integers

PRICED = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Of each column of units, what there is a day earlier; rows and columns are those of the model."""

    before: Integers
    """The column of the same goods for the same line a day earlier, -1 if there is none."""
    shipment: Integers
    stock: Integers
    """The row of its stock on the last day until when no more of it arrives."""
    hands: Integers
    whole: NDArray[np.bool_]
    """Whether its row alone holds on that day all that the line wants."""
    stock_end: Integers
    """Of every row of stock and of hands, the row that says as much: for stock the last without arrivals."""
    first: int
    """Where these rows begin."""


def solve_for_bound(pipe: Connection, seconds: float) -> None:
    """Take a model with its spread from the pipe; bounds of the smaller one are sent as they get better."""
    model, spread = pipe.recv()
    vertex = Relaxed(model, seconds).solve()
    if vertex is not None:
        model = for_the_bound(model, spread, vertex.duals)
    search_model(model, pipe, seconds, bound_only=True)


def spread_of(instance: Instance, columns: Columns) -> Spread:
    """What the days of an instance have to do with each other."""
    arrays, days = instance.arrays, instance.arrays.n_days
    drawn = columns.day - arrays.pair_lead[columns.pair]
    cell = arrays.pair_row[columns.pair].astype(np.int64) * days + drawn
    node = arrays.source_node[arrays.pair_source[columns.pair]]
    held = arrays.supply.reshape(-1, days)
    end = np.arange(held.size).reshape(-1, days)
    for day in range(days - 2, -1, -1):
        end[:, day] = np.where(held[:, day] == held[:, day + 1], end[:, day + 1], end[:, day])
    first = columns.first_stock
    ends = first + np.concatenate([end.reshape(-1), held.size + np.arange(arrays.pick.size)])
    key = columns.pair * days + columns.day
    place = np.minimum(np.searchsorted(key, key - 1), key.size - 1)
    there = (key[place] == key - 1) & (columns.day > 0)
    return Spread(
        before=np.where(there, place, -1),
        shipment=key.size + columns.of_shipment,
        stock=ends[cell],
        hands=first + held.size + node * days + columns.day,
        whole=arrays.supply[cell] >= arrays.line_qty[arrays.pair_line[columns.pair]],
        stock_end=ends,
        first=first,
    )


def for_the_bound(model: Model, spread: Spread, duals: Floats) -> Model:
    """The smaller model, given what the rows cost in the linear relaxation; any duals make a valid one."""
    count = model.row_lower.size
    scarce = slice(spread.first, spread.first + spread.stock_end.size)
    price = np.bincount(spread.stock_end, np.abs(duals[scarce]), count)
    rows = np.ones(count, np.bool_)
    rows[scarce] = price[scarce] > PRICED
    before = np.maximum(0, spread.before)
    # Units that come a day earlier must not press on a row that is left.
    as_much = spread.stock[before] == spread.stock
    as_much |= spread.whole[before] & ~rows[spread.stock[before]]
    stuck = (spread.before < 0) | rows[spread.hands[before]] | ~as_much
    stuck |= model.cost[before] > model.cost[: before.size]
    needed = np.ones(model.cost.size, np.bool_)
    first, last = int(spread.shipment.min(initial=0)), int(spread.shipment.max(initial=-1)) + 1
    needed[first:last] = np.bincount(spread.shipment[stuck], minlength=last)[first:last] > 0
    needed[: before.size] = needed[spread.shipment]
    return part_of(model, np.flatnonzero(rows), np.flatnonzero(needed))


def part_of(model: Model, rows: Integers, columns: Integers) -> Model:
    """Some rows and columns of a model."""
    row, column = np.full(model.row_lower.size, -1), np.full(model.cost.size, -1)
    row[rows], column[columns] = np.arange(rows.size), np.arange(columns.size)
    kept = (row[model.row] >= 0) & (column[model.column] >= 0)
    return Model(
        cost=model.cost[columns],
        upper=model.upper[columns],
        integral=model.integral[columns],
        row=row[model.row[kept]],
        column=column[model.column[kept]],
        value=model.value[kept],
        row_lower=model.row_lower[rows],
        row_upper=model.row_upper[rows],
        offset=model.offset,
    )
