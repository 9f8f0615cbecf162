"""The bound: exact where it says so, never above the optimum, and the same when anybody adds it up again."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from domain.errors import BadInputError
from optimization.backlog.certificate import Certificate
from optimization.backlog.dual import Pricer
from optimization.backlog.instance import Instance, build_instance
from optimization.backlog.limits import BacklogLimits
from optimization.backlog.price_file import read_prices, write_prices
from optimization.backlog.solve import solve_backlog
from optimization.backlog.tables import Integers
from optimization.outcome import Status
from tests.support.backlog_proof import order_least, proven_thousandths
from tests.support.small_backlogs import best_by_trying, small_instance, tiny_tables

PATIENT = BacklogLimits(seconds=600.0)
"""A tiny backlog is done once it is proven, however slowly the machine starts the solver."""


def random_prices(instance: Instance, seed: int) -> tuple[Integers, Integers]:
    chance = np.random.default_rng(seed)
    arrays = instance.arrays
    daily = chance.integers(0, 400_000, (arrays.row_sku.size, arrays.n_days))
    daily[chance.random(daily.shape) < 0.5] = 0
    stock = np.ascontiguousarray(np.cumsum(daily[:, ::-1], axis=1)[:, ::-1]).reshape(-1)
    return stock.astype(np.int64), chance.integers(0, 90_000, arrays.pick.size).astype(np.int64)


@pytest.mark.parametrize("family", ["D", "T"])
def test_no_order_is_priced_above_its_least_and_nearly_all_exactly(family: str) -> None:
    instance = small_instance(120, 4, 3, family)
    pricer = Pricer(instance)
    stock, pick = random_prices(instance, 7)
    values = pricer.price(stock, pick, pricer.every).values
    pricer.close()
    plain = [
        order_least(instance, order, list(map(int, stock)), list(map(int, pick)))
        for order in range(instance.n_orders)
    ]
    assert all(value <= least for value, least in zip(values, plain, strict=True))
    # Only an order that draws one row on two days from one node may be reckoned a little too low.
    assert sum(value == least for value, least in zip(values, plain, strict=True)) >= 0.85 * len(plain)


def test_the_gradient_is_that_of_the_bound() -> None:
    instance = small_instance(80, 4, 5)
    pricer = Pricer(instance)
    stock, pick = random_prices(instance, 11)
    days = instance.arrays.n_days
    here = pricer.price(stock, pick, pricer.every)
    checked = 0
    for row in range(0, instance.arrays.row_sku.size, 7):
        # One more thousandth for the units that leave by the last day is one more on every day of the row.
        up, down = stock.copy(), stock.copy()
        up[row * days : (row + 1) * days] += 1
        down[row * days : (row + 1) * days] -= 1
        rise = pricer.price(up, pick, pricer.every).bound_thousandths - here.bound_thousandths
        fall = here.bound_thousandths - pricer.price(down, pick, pricer.every).bound_thousandths
        if rise == fall:
            assert rise == here.stock_excess[row * days + days - 1]
            checked += 1
    for cell in range(pick.size):
        up, down = pick.copy(), pick.copy()
        up[cell] += 1
        down[cell] -= 1
        rise = pricer.price(stock, up, pricer.every).bound_thousandths - here.bound_thousandths
        fall = here.bound_thousandths - pricer.price(stock, down, pricer.every).bound_thousandths
        if rise == fall:
            assert rise == here.pick_excess[cell]
            checked += 1
    pricer.close()
    assert checked > 10


@pytest.mark.parametrize("seed", range(1, 7))
def test_tiny_backlogs_get_their_optimum_and_no_bound_is_above_it(seed: int) -> None:
    instance = build_instance(tiny_tables(seed, 5))
    best = best_by_trying(instance)
    outcome = solve_backlog(instance, PATIENT, seed, monotonic=time.monotonic)
    assert outcome.objective_cents == best
    assert outcome.status is Status.OPTIMAL
    assert outcome.bound_cents == best
    assert outcome.price_bound_cents <= best
    pricer = Pricer(instance)
    stock, pick = random_prices(instance, seed)
    assert pricer.price(stock, pick, pricer.every).bound_thousandths <= 1000 * best
    pricer.close()


def test_the_certificate_is_added_up_again_from_its_prices() -> None:
    instance = small_instance(150, 4, 9, "D")
    outcome = solve_backlog(instance, BacklogLimits(moves=200), 1, monotonic=time.monotonic)
    assert proven_thousandths(instance, outcome.certificate) >= outcome.certificate.bound_thousandths > 0
    assert outcome.certificate.bound_cents == outcome.price_bound_cents <= outcome.objective_cents


def test_prices_are_read_again_and_prove_the_same(tmp_path: Path) -> None:
    instance = small_instance(80, 4, 9, "D")
    certificate = solve_backlog(instance, BacklogLimits(moves=100), 1, monotonic=time.monotonic).certificate
    write_prices(instance, certificate, tmp_path / "prices.parquet")
    again = read_prices(instance, tmp_path / "prices.parquet")
    assert again.digest == certificate.digest
    with pytest.raises(BadInputError, match="of another backlog"):
        read_prices(small_instance(80, 4, 10, "D"), tmp_path / "prices.parquet")


def test_prices_of_another_backlog_prove_nothing() -> None:
    instance = small_instance(60, 3, 2)
    arrays = instance.arrays
    wrong = Certificate(stock=arrays.supply[1:], pick=arrays.pick, bound_thousandths=0)
    with pytest.raises(BadInputError, match="no prices"):
        proven_thousandths(instance, wrong)
