"""Prices to start from: what the first unit that a short SKU cannot serve would have been worth."""

from __future__ import annotations

import numpy as np

from optimization.backlog.instance import Arrays, Instance
from optimization.backlog.patterns import SCALE
from optimization.backlog.tables import Integers


def scarcity_prices(instance: Instance) -> Integers:
    """A price of every stock row, the same for all rows of a SKU; nothing where a SKU is enough for all."""
    arrays = instance.arrays
    worth = _worth(arrays)
    turn = np.lexsort((-worth, arrays.line_sku))
    sku, qty = arrays.line_sku[turn], arrays.line_qty[turn]
    asked = np.cumsum(qty)
    begins = np.flatnonzero(np.diff(sku, prepend=-1) != 0)
    before = np.repeat(asked[begins] - qty[begins], np.diff(np.append(begins, sku.size)))
    last_day = arrays.supply.reshape(-1, arrays.n_days)[:, -1]
    stock = np.bincount(arrays.row_sku, last_day, arrays.row_first.size - 1)
    uncovered = (asked - before > stock[sku]) & (worth[turn] > 0)
    price = np.zeros(arrays.row_first.size - 1)
    # From the back, so that the most valuable uncovered line of each SKU is written last.
    rows = np.flatnonzero(uncovered)[::-1]
    price[sku[rows]] = worth[turn][rows]
    return np.rint(SCALE * price[arrays.row_sku]).astype(np.int64)


def _worth(arrays: Arrays) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """What serving a unit of each line saves at best, less its share of the cheapest shipment."""
    line = arrays.pair_line
    order = arrays.line_order[line]
    lane = arrays.order_zone[order] * arrays.n_sources + arrays.pair_source
    late = np.maximum(0, arrays.lane_transit[lane] - arrays.order_promised[order]) * arrays.line_late[line]
    cheapest = np.full(arrays.line_qty.size, np.inf)
    np.minimum.at(cheapest, line, (arrays.pair_cost + late).astype(np.float64))
    fixed = np.full(arrays.order_zone.size, np.inf)
    np.minimum.at(fixed, order, arrays.lane_fixed[lane].astype(np.float64))
    units = np.bincount(arrays.line_order, arrays.line_qty, arrays.order_zone.size)
    share = fixed[arrays.line_order] / units[arrays.line_order]
    worth: np.ndarray[tuple[int], np.dtype[np.float64]] = arrays.line_unfilled - cheapest - share
    return worth
