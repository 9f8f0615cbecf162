"""The prices that prove the best bound: subgradient steps scaled by row, with momentum and averages.

A row's step is its excess over its size; all rows of a SKU also move together by the SKU's own excess, which
is what makes short SKUs settle early. The average of the last two thirds of a stage is steadier than any of
its iterates and nearly always better, so it is what a stage ends with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.candidates import EntryLists, all_entries, choose_entries
from optimization.backlog.instance import Instance
from optimization.backlog.patterns import NEVER, SCALE, WHOLE_SHARE, Market, Scratch, new_scratch
from optimization.backlog.pricing import Ideal, no_ideal, price_orders
from optimization.backlog.tables import Floats, Integers

PARTS = 2
MOMENTUM = 0.75
COOLING = 30.0
AVERAGED_FROM = 1 / 3
CHOOSE_AGAIN_EVERY = 20
SKU_SHARE = 0.2
PICK_SHARE = 0.2
EARLIER_DAYS_SHARE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a unit costs in thousandths: ``stock`` by row and last day to leave, ``pick`` by node and day.

    ``reward`` is what one on time is worth to each floor, in cents.
    """

    stock: Floats
    pick: Floats
    reward: Floats

    def whole(self, days: int) -> tuple[Integers, Integers]:
        """Whole numbers, stock summed over the days from which a unit is missing."""
        daily = np.rint(np.maximum(0.0, self.stock)).astype(np.int64).reshape(-1, days)
        summed = np.ascontiguousarray(np.cumsum(daily[:, ::-1], axis=1)[:, ::-1])
        return summed.reshape(-1), np.rint(np.maximum(0.0, self.pick)).astype(np.int64)

    def whole_reward(self) -> Integers:
        """Whole cents."""
        return np.rint(self.reward).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """One pass over all orders: the value of each, the bound, and how far each row is overdrawn."""

    values: Integers
    bound_thousandths: int
    stock_excess: Integers
    pick_excess: Integers
    floor_missing: Integers
    """Units that each floor lacks; negative where there are more."""


class Pricer:
    """Prices all orders of an instance, in two parts; kept so that working memory is made once."""

    def __init__(self, instance: Instance, threads: int = PARTS) -> None:
        """Share the orders out by how many pairs they have."""
        self.instance = instance
        arrays = instance.arrays
        ends = arrays.pair_first[arrays.entry_first]
        cuts = np.searchsorted(ends, [ends[-1] * part // PARTS for part in range(1, PARTS)])
        edges = [0, *(int(each) for each in cuts), instance.n_orders]
        self._parts = list(pairwise(edges))
        self._scratch: list[Scratch] = [new_scratch(arrays) for _ in self._parts]
        self._pool = ThreadPoolExecutor(threads)
        self.every = all_entries(instance)
        self._no_ideal = no_ideal()
        # Hands are not a limit of a single order here: what is beyond them could be picked on another day.
        self._hands = np.where(arrays.pick > 0, NEVER, 0).astype(np.int64)
        self._no_reward = np.zeros(instance.floors.units.size, np.int64)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def price(
        self,
        stock: Integers,
        pick: Integers,
        lists: EntryLists,
        ideal: Ideal | None = None,
        reward: Integers | None = None,
    ) -> Priced:
        """Price every order over the listed entries; a bound only when these are all."""
        kept = self._no_ideal if ideal is None else ideal
        rewarded = self._no_reward if reward is None else reward
        self.instance.reward(rewarded)
        arrays, floors = self.instance.arrays, self.instance.floors
        values = np.zeros(self.instance.n_orders, np.int64)
        in_time = np.zeros(self.instance.n_orders, np.int64)
        used = [(np.zeros_like(arrays.supply), np.zeros_like(arrays.pick), in_time) for _ in self._parts]
        market = Market(arrays.supply, self._hands, stock, pick, WHOLE_SHARE)
        jobs = [
            self._pool.submit(
                price_orders, arrays, part, (lists.first, lists.entry), market, scratch, use, values, kept
            )
            for part, scratch, use in zip(self._parts, self._scratch, used, strict=True)
        ]
        for job in jobs:
            job.result()
        shipped = np.sum([use[0] for use in used], axis=0)
        shipped = np.cumsum(shipped.reshape(-1, arrays.n_days), axis=1).reshape(-1)
        picked = np.sum([use[1] for use in used], axis=0)
        later = np.append(
            stock.reshape(-1, arrays.n_days)[:, 1:], np.zeros((stock.size // arrays.n_days, 1), np.int64), 1
        )
        daily = stock - later.reshape(-1)
        bound = int(values.sum()) - int((daily * arrays.supply).sum()) - int((pick * arrays.pick).sum())
        bound += SCALE * (self.instance.settled_cents + int((rewarded * floors.units).sum()))
        return Priced(
            values=values,
            bound_thousandths=bound,
            floor_missing=floors.units - floors.on_time(in_time),
            stock_excess=shipped - arrays.supply,
            pick_excess=picked - arrays.pick,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """So many steps, the first of this size; a smaller stage refines a larger one."""

    steps: int
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scales:
    """How much the prices of a row may move by a step of size one, and what sizes it."""

    sku_of_row: Integers
    rows_of_sku: Floats
    worth: Floats
    demand: Floats
    pick_worth: float


def improve_prices(
    pricer: Pricer, prices: Prices, stages: Sequence[Stage], enough: Callable[[], bool]
) -> Prices:
    """Prices that prove more than those given; ends early when ``enough`` says so."""
    scales = _scales(pricer.instance)
    for stage in stages:
        prices = _run_stage(pricer, prices, stage, scales, enough)
        if enough():
            break
    return prices


def _scales(instance: Instance) -> _Scales:
    arrays = instance.arrays
    skus = arrays.row_first.size - 1
    demand = np.bincount(arrays.line_sku, arrays.line_qty, skus)
    missed = np.bincount(arrays.line_sku, arrays.line_qty * arrays.line_unfilled, skus)
    worth = SCALE * missed / np.maximum(1.0, demand)
    asked = np.bincount(arrays.pair_row, arrays.line_qty[arrays.pair_line], arrays.row_sku.size).astype(
        np.float64
    )
    served = np.bincount(arrays.row_sku, minlength=skus).astype(np.float64)
    return _Scales(
        sku_of_row=arrays.row_sku,
        rows_of_sku=served,
        worth=np.maximum(worth[arrays.row_sku], SCALE),
        demand=asked,
        pick_worth=float(np.mean(worth[demand > 0])) if bool((demand > 0).any()) else float(SCALE),
    )


def _run_stage(
    pricer: Pricer, prices: Prices, stage: Stage, scales: _Scales, enough: Callable[[], bool]
) -> Prices:
    arrays = pricer.instance.arrays
    days = arrays.n_days
    stock, pick = prices.stock.copy(), prices.pick.copy()
    stock_move, pick_move = np.zeros_like(stock), np.zeros_like(pick)
    mean_stock, mean_pick, count = np.zeros_like(stock), np.zeros_like(pick), 0
    floors, reward = pricer.instance.floors, prices.reward.copy()
    reward_move, mean_reward = np.zeros_like(reward), np.zeros_like(reward)
    lists = pricer.every
    for step in range(stage.steps):
        now = Prices(stock=stock, pick=pick, reward=reward)
        whole = now.whole(days)
        if step % CHOOSE_AGAIN_EVERY == 0:
            lists = choose_entries(pricer.instance, *whole)
        priced = pricer.price(*whole, lists, reward=now.whole_reward())
        size = stage.size / (1.0 + step / COOLING)
        stock_push = _stock_push(arrays.supply, priced.stock_excess, scales, days)
        pick_push = (
            PICK_SHARE
            * scales.pick_worth
            * priced.pick_excess
            / (priced.pick_excess + 2.0 * arrays.pick + 1.0)
        )
        stock_move = MOMENTUM * stock_move + size * stock_push
        pick_move = MOMENTUM * pick_move + size * pick_push
        stock = np.maximum(0.0, stock + stock_move)
        pick = np.maximum(0.0, pick + pick_move)
        reward_push = floors.short_cents * priced.floor_missing / (floors.units + 1.0)
        reward_move = MOMENTUM * reward_move + size * reward_push
        reward = np.clip(reward + reward_move, 0.0, floors.short_cents)
        if step >= stage.steps * AVERAGED_FROM:
            mean_stock += stock
            mean_pick += pick
            mean_reward += reward
            count += 1
        if enough():
            break
    if count == 0:
        return Prices(stock=stock, pick=pick, reward=reward)
    return Prices(stock=mean_stock / count, pick=mean_pick / count, reward=mean_reward / count)


def _stock_push(supply: Integers, excess: Integers, scales: _Scales, days: int) -> Floats:
    """Where each row's price should go: by its own excess, and by its SKU's on the last day."""
    over = excess.reshape(-1, days).astype(np.float64)
    held = supply.reshape(-1, days).astype(np.float64)
    size = np.minimum(scales.demand[:, None], over + 2.0 * held) + 1.0
    push = scales.worth[:, None] * over / size
    total = np.bincount(scales.sku_of_row, over[:, -1], scales.rows_of_sku.size)
    whole = np.bincount(scales.sku_of_row, held[:, -1], scales.rows_of_sku.size)
    share = total / (np.abs(total) + 2.0 * whole + 1.0)
    push[:, :-1] *= EARLIER_DAYS_SHARE
    push[:, -1] += SKU_SHARE * scales.worth * share[scales.sku_of_row]
    moved: NDArray[np.float64] = push.reshape(-1)
    return moved
