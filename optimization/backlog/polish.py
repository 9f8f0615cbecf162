"""The last of a small backlog: some orders at a time are planned anew, exactly, while the others stand.

The search leaves little to gain, but that little is spread over chains of orders that share scarce rows. A
mixed-integer model of such orders alone, with what the others leave, is solved in a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.highs import Model, solve_small
from optimization.backlog.instance import Instance
from optimization.backlog.mip_model import Columns, build_model
from optimization.backlog.patterns import SCALE
from optimization.backlog.plan import PairPlan
from optimization.backlog.tables import Floats, Integers

FIRST_ORDERS, FEWEST_ORDERS = 20, 8
GROWTH = 1.25
MOST_SECONDS = 0.5
LEAST_SECONDS = 0.05
REGRET_FLOOR = 0.2
LIKELY_A_LINE = 8
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
        pairs: PairPlan,
        prices: tuple[Integers, Integers],
        worth: Integers,
        seed: int,
    ) -> None:
        """Begin with a feasible plan; prices are of goods and of hands, ``worth`` is each order's regret."""
        sparse = import_module("scipy.sparse")
        self._instance = instance
        self._model, self._columns = build_model(instance)
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

    def pairs(self) -> PairPlan | None:
        """The plan by pairs; None where one ships a pair on two days, which that form cannot hold."""
        columns = self._columns
        units = np.rint(self.values[: columns.pair.size]).astype(np.int64) * columns.pack
        used = np.flatnonzero(units > 0)
        if np.unique(columns.pair[used]).size < used.size:
            return None
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
        """Solve the model of some orders; keep what is cheaper. Gives whether nothing beats it."""
        free = np.flatnonzero(np.isin(self._columns.order, orders) & self._likely)
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
        if found is not None:
            found = np.rint(found)
            if model.cost @ found < model.cost @ self.values[free]:
                self.values[free] = found
        return proven

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
    arrays, days = instance.arrays, instance.arrays.n_days
    units = columns.pair.size
    drawn = columns.day - arrays.pair_lead[columns.pair]
    node = arrays.source_node[arrays.pair_source[columns.pair]]
    price = prices[0][arrays.pair_row[columns.pair].astype(np.int64) * days + drawn]
    price = price + prices[1][node * days + columns.day]
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
