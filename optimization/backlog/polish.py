"""The last of a small backlog: planned exactly among what is worth having, then some orders at a time.

First all orders are planned anew with the few shipments that the plan or the linear relaxation has. What is
left to gain is spread over chains of orders that share scarce rows: a mixed-integer model of such orders
alone, with what the others leave, is solved in a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.highs import Model, solve_small
from optimization.backlog.instance import Instance
from optimization.backlog.mip_model import Columns, unit_prices
from optimization.backlog.patterns import SCALE
from optimization.backlog.plan import PairPlan
from optimization.backlog.relaxation import Written
from optimization.backlog.tables import Floats, Integers

FIRST_ORDERS, FEWEST_ORDERS = 20, 8
GROWTH = 1.25
MOST_SECONDS = 0.5
LEAST_SECONDS = 0.05
REGRET_FLOOR = 0.2
LIKELY_A_LINE = 8
MOST_TRIES = 6
FIXED_SHARE = 0.3


class _Matrix(Protocol):
    """What is used of a sparse matrix."""

    indices: Integers

    def __getitem__(self, at: object) -> _Matrix: ...

    def __matmul__(self, vector: Floats) -> Floats: ...

    def tocoo(self) -> _Matrix: ...

    @property
    def row(self) -> Integers: ...

    @property
    def col(self) -> Integers: ...

    @property
    def data(self) -> Floats: ...


class Polisher:
    """A plan that gets better neighbourhood by neighbourhood; ``values`` are the columns of the model."""

    def __init__(
        self,
        instance: Instance,
        small: Written,
        pairs: PairPlan,
        prices: tuple[Integers, Integers],
        worth: Integers,
        seed: int,
    ) -> None:
        """Begin with a feasible plan; prices are of goods and of hands, ``worth`` is each order's regret."""
        sparse = import_module("scipy.sparse")
        self._instance = instance
        self._model, self._columns = small.model, small.columns
        shape = (self._model.row_lower.size, self._model.cost.size)
        entries = (self._model.value, (self._model.row, self._model.column))
        self._matrix: _Matrix = sparse.csc_array(entries, shape=shape)
        self._near = shared_rows(instance, prices[0])
        self._worth = REGRET_FLOOR + worth / max(1.0, float(worth.mean()))
        self._random = np.random.default_rng([seed, instance.n_lines])
        self._size = float(FIRST_ORDERS)
        self.values = self._values_of(pairs)
        self._likely = likely_columns(self._model, self._columns, instance, prices) | (self.values > 0)

    def run(self, left: Callable[[], float]) -> None:
        """Plan neighbourhoods anew until the time left is over."""
        while (seconds := min(MOST_SECONDS, left())) > LEAST_SECONDS:
            proven = self._plan_anew(self._neighbours(), seconds)
            self._size = max(FEWEST_ORDERS, self._size * GROWTH if proven else self._size / GROWTH)

    def plan_among(self, worth_having: NDArray[np.bool_], seconds: float) -> None:
        """Plan all orders anew with the columns given and those that the plan has."""
        if seconds > LEAST_SECONDS:
            self._improve(np.flatnonzero(worth_having | (self.values > 0)), seconds)

    def pairs(self) -> PairPlan:
        """The plan by pairs."""
        columns = self._columns
        units = np.rint(self.values[: columns.pair.size]).astype(np.int64) * columns.pack
        used = np.flatnonzero(units > 0)
        count = self._instance.arrays.pair_row.size
        qty, day = np.zeros(count, np.int64), np.zeros(count, np.int64)
        qty[columns.pair[used]] = units[used]
        day[columns.pair[used]] = columns.day[used]
        return PairPlan(qty=qty, day=day)

    def _neighbours(self) -> Integers:
        """An order, more likely a promising one, and those that share most scarce rows with it."""
        chances = self._worth / self._worth.sum()
        seed = self._random.choice(self._worth.size, p=chances)
        score = self._near[seed] * self._worth * self._random.random(self._worth.size)
        score[seed] = np.inf
        most = min(score.size, round(self._size))
        found: Integers = np.argpartition(-score, most - 1)[:most].astype(np.int64)
        return found

    def _plan_anew(self, orders: Integers, seconds: float) -> bool:
        """Plan some orders with the columns likely to be of use; gives whether nothing beats it."""
        return self._improve(np.flatnonzero(np.isin(self._columns.order, orders) & self._likely), seconds)

    def _improve(self, free: Integers, seconds: float) -> bool:
        """Solve the model of some columns; keep what is cheaper. Gives whether nothing beats it."""
        better, proven = self._solved(free, seconds)
        for _ in range(MOST_TRIES):
            if better is None:
                break
            barred = self._second_days(better)
            if not barred.any():
                self.values = better
                break
            # The form of a plan holds one day of each pair: such orders are planned again without the others.
            again = np.unique(self._columns.order[np.flatnonzero(barred)])
            used = (better > 0) | (self.values > 0) | np.isin(self._columns.order, again)
            free = free[used[free] & ~barred[free]]
            better, _ = self._solved(free, seconds)
        return proven

    def _solved(self, free: Integers, seconds: float) -> tuple[Floats | None, bool]:
        """All columns with some of them solved anew, None if that is no cheaper; and if nothing beats it."""
        part = self._matrix[:, free]
        rows = np.unique(part.indices)
        entries = part[rows, :].tocoo()
        others = (self._matrix @ self.values - part @ self.values[free])[rows]
        model = Model(
            cost=self._model.cost[free],
            upper=self._model.upper[free],
            integral=self._model.integral[free],
            row=entries.row,
            column=entries.col,
            value=entries.data,
            row_lower=self._model.row_lower[rows] - others,
            row_upper=self._model.row_upper[rows] - others,
            offset=0,
        )
        found, proven = solve_small(model, self.values[free], seconds)
        if found is None or model.cost @ np.rint(found) >= model.cost @ self.values[free]:
            return None, proven
        better = self.values.copy()
        better[free] = np.rint(found)
        return better, proven

    def _second_days(self, values: Floats) -> NDArray[np.bool_]:
        """The columns to be left out for every pair to ship on one day: that of the plan, if it has one."""
        pair, units = self._columns.pair, self._columns.pair.size
        twice = np.bincount(pair[values[:units] > 0], minlength=int(pair.max(initial=-1)) + 1) > 1
        doubtful = np.flatnonzero(twice[pair])
        least_wanted = np.lexsort((values[doubtful], self.values[doubtful] > 0, pair[doubtful]))
        kept = np.flatnonzero(np.diff(pair[doubtful][least_wanted], append=-1) != 0)
        barred = np.zeros(values.size, np.bool_)
        barred[doubtful] = True
        barred[doubtful[least_wanted[kept]]] = False
        return barred

    def _values_of(self, pairs: PairPlan) -> Floats:
        """Every column as the plan has it."""
        arrays, columns, model = self._instance.arrays, self._columns, self._model
        values = np.zeros(model.cost.size)
        units = columns.pair.size
        ships = (pairs.qty[columns.pair] > 0) & (pairs.day[columns.pair] == columns.day)
        values[:units][ships] = (pairs.qty[columns.pair] // columns.pack)[ships]
        shipments = int(columns.of_shipment.max(initial=-1)) + 1
        values[units : units + shipments] = np.bincount(columns.of_shipment[ships], minlength=shipments) > 0
        lines = arrays.line_qty.size
        shipped = np.bincount(arrays.pair_line, pairs.qty, lines)
        unfilled = values[units + shipments : units + shipments + lines]
        unfilled[:] = arrays.line_qty - shipped
        whole = np.flatnonzero((arrays.order_complete == 1) & (np.diff(arrays.order_first) > 0))
        values[units + shipments + lines :][: whole.size] = unfilled[arrays.order_first[whole]] == 0
        return values


def can_polish(instance: Instance) -> bool:
    """Whether the model has no columns but those that a plan tells at once."""
    return instance.floors.units.size == 0 and not bool((instance.arrays.line_least > 1).any())


def shared_rows(instance: Instance, stock: Integers) -> Floats:
    """How much each two orders have to do with each other: the prices of the rows that both could use."""
    arrays = instance.arrays
    scarce = stock.reshape(-1, arrays.n_days).max(axis=1, initial=0).astype(np.float64)
    scarce = np.sqrt(scarce / max(1.0, float(scarce.max(initial=1.0))))
    uses = np.zeros((instance.n_orders, arrays.row_sku.size))
    uses[arrays.line_order[arrays.pair_line], arrays.pair_row] = 1.0
    uses *= scarce
    found: Floats = uses @ uses.T
    return found


def likely_columns(
    model: Model, columns: Columns, instance: Instance, prices: tuple[Integers, Integers]
) -> NDArray[np.bool_]:
    """Of each line the few columns that cost least a unit at the prices, their shipments, and the rest."""
    arrays = instance.arrays
    units = columns.pair.size
    price = unit_prices(instance, columns, *prices)
    line = arrays.pair_line[columns.pair].astype(np.int64)
    share = model.cost[units + columns.of_shipment] / np.maximum(1, arrays.line_qty[line])
    worth = model.cost[:units] / columns.pack + price / SCALE + FIXED_SHARE * share
    order = np.lexsort((worth, line))
    rank = np.empty(units, np.int64)
    rank[order] = np.arange(units) - np.searchsorted(line[order], line[order])
    likely = np.ones(model.cost.size, np.bool_)
    likely[:units] = rank < LIKELY_A_LINE
    shipments = int(columns.of_shipment.max(initial=-1)) + 1
    likely[units : units + shipments] = np.bincount(columns.of_shipment, likely[:units], shipments) > 0
    return likely
