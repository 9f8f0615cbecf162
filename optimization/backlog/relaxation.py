"""The linear relaxation of a small backlog, with what orders cost at least: where good plans ship from.

The relaxation alone lets an order be served in parts that no plan can have. The least that each order costs
at some prices is known exactly; where the relaxation has an order for less, a row says so. A few dozen rows
are enough, and the prices in between prove more than those that the steps found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.dual import Pricer, Prices
from optimization.backlog.highs import Model, Relaxed
from optimization.backlog.instance import Instance
from optimization.backlog.mip_model import Columns, build_model, unit_prices
from optimization.backlog.patterns import SCALE
from optimization.backlog.tables import Floats, Integers

ROUNDS = 5
OLD_SHARE = 0.7
"""How much of the prices stays that proved the most: those of the relaxation alone jump to and fro."""
LEAST_CENTS, LEAST_SHARE = 1.0, 2e-4
"""An order that costs too little by less than this is worth no row."""
USED = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A backlog written out as a model, and what its columns stand for."""

    model: Model
    columns: Columns


def written(instance: Instance) -> Written:
    """Write it out."""
    model, columns = build_model(instance)
    return Written(model=model, columns=columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the relaxation told: the columns worth having in a plan, and the prices that prove the most."""

    worth_having: NDArray[np.bool_]
    prices: Prices


def ask_relaxation(pricer: Pricer, small: Written, known: tuple[Prices, int], seconds: float) -> Told | None:
    """Solve it, order rows and all; ``known`` are prices and what they prove in thousandths of a cent.

    None when it takes too long.
    """
    instance, columns = pricer.instance, small.columns
    prices, proven = known
    relaxed = Relaxed(small.model, seconds)
    found = relaxed.solve()
    for _ in range(ROUNDS):
        if found is None:
            return None
        tried = _between(prices, _prices_of(instance, columns, found.duals))
        whole = tried.whole(instance.arrays.n_days)
        priced = pricer.price(*whole, pricer.every)
        if priced.bound_thousandths > proven:
            prices, proven = tried, priced.bound_thousandths
        if not _add_rows(relaxed, instance, small, whole, priced.values, found.values):
            break
        found = relaxed.solve()
    return None if found is None else Told(worth_having=_worth_having(columns, found.values), prices=prices)


def _prices_of(instance: Instance, columns: Columns, duals: Floats) -> Prices:
    """What the rows of stock and hands cost, in thousandths."""
    arrays = instance.arrays
    hands = columns.first_stock + arrays.supply.size
    asked = SCALE * np.maximum(0.0, -duals)
    return Prices(
        stock=asked[columns.first_stock : hands],
        pick=asked[hands : hands + arrays.pick.size],
        reward=np.zeros(0),
    )


def _between(old: Prices, new: Prices) -> Prices:
    """Prices on the way from those that proved the most."""
    return Prices(
        stock=OLD_SHARE * old.stock + (1 - OLD_SHARE) * new.stock,
        pick=OLD_SHARE * old.pick + (1 - OLD_SHARE) * new.pick,
        reward=old.reward,
    )


def _add_rows(
    relaxed: Relaxed,
    instance: Instance,
    small: Written,
    whole: tuple[Integers, Integers],
    values: Integers,
    found: Floats,
) -> int:
    """Add a row for each order that costs less than it can at these prices; gives how many."""
    model, columns = small.model, small.columns
    units = columns.pair.size
    cost = model.cost.copy()
    cost[:units] += columns.pack * unit_prices(instance, columns, *whole) / SCALE
    owned = np.flatnonzero((columns.order >= 0) & (cost > 0))
    owned = owned[np.argsort(columns.order[owned], kind="stable")]
    owner = columns.order[owned]
    least = values / SCALE
    paid = np.bincount(owner, (cost * found)[owned], instance.n_orders)
    cheap = np.flatnonzero(least - paid > np.maximum(LEAST_CENTS, LEAST_SHARE * least))
    if cheap.size:
        chosen = np.isin(owner, cheap)
        column, owner = owned[chosen], owner[chosen]
        # A row counts in shares of what its order costs: the solver likes numbers near one.
        first = np.searchsorted(owner, cheap)
        relaxed.add(first, column, cost[column] / least[owner], np.ones(cheap.size))
    return int(cheap.size)


def _worth_having(columns: Columns, found: Floats) -> NDArray[np.bool_]:
    """The shipments that the relaxation uses with all that they could carry, and whatever is no shipment."""
    units = columns.pair.size
    shipments = int(columns.of_shipment.max(initial=-1)) + 1
    worth = np.ones(found.size, np.bool_)
    worth[units : units + shipments] = found[units : units + shipments] > USED
    worth[:units] = worth[units + columns.of_shipment]
    return worth
