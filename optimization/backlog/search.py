"""Two threads search side by side, in rounds: each round shares orders and what is left out anew.

Within a round no thread sees the other's orders, so that the outcome depends on the seed and the number of
moves alone, not on which thread is faster.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from optimization.backlog.candidates import EntryLists
from optimization.backlog.chance import seeded_chance
from optimization.backlog.checks_of_columns import first_rows
from optimization.backlog.compiled import compiled
from optimization.backlog.goods import days_late, goods_at, hands_at
from optimization.backlog.holdings import Holdings, add_holder, order_costs, refresh_free, row_offsets
from optimization.backlog.instance import Arrays, Instance
from optimization.backlog.moves import (
    FORCED_PERCENT,
    MOST_RUINED,
    MOST_SHARE,
    Budget,
    Guide,
    new_room,
    search,
)
from optimization.backlog.narrow import entries_tried, narrowed
from optimization.backlog.patterns import SCALE, new_scratch
from optimization.backlog.plan import PairPlan
from optimization.backlog.pricing import Ideal
from optimization.backlog.tables import Floats, Integers
from optimization.backlog.ways import Indices

SIDES = 2
WHOLE_EVERY = 8
FEWEST_WORST, ORDERS_A_WORST = 20, 100
TRIES_OF_WORST = 2
REWARD_SHARE = 0.5
HOT_CENTS, HOTTER_CENTS = 120.0, 400.0
MUCH_SECONDS_AN_ORDER, MANY_MOVES_AN_ORDER = 0.0001, 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """What the search is led by: whole prices, the value of each order at them, and the entries to try."""

    stock: Integers
    pick: Integers
    reward: Integers
    values: Integers
    ideal: Ideal
    lists: EntryLists
    bound_thousandths: int


class Searcher:
    """A plan that gets better round by round, on what is tried alone; ``pairs`` is the best one found."""

    def __init__(
        self, instance: Instance, led: Led, pairs: PairPlan, seed: int, threads: int = SIDES
    ) -> None:
        """Begin with a feasible plan by pairs; the sides take turns where there are fewer threads."""
        self._narrow = narrowed(instance, entries_tried(instance, led.lists, led.ideal, pairs))
        self._instance = instance = self._narrow.instance
        self.led = replace(led, lists=self._narrow.lists(led.lists), ideal=self._narrow.ideal(led.ideal))
        arrays = instance.arrays
        pairs = self._narrow.pairs(pairs)
        self._now = (pairs.qty.astype(np.int32), pairs.day.astype(np.int32))
        self._best = (self._now[0].copy(), self._now[1].copy())
        self._costs = np.zeros(instance.n_orders, np.int64)
        self._in_time = np.zeros(instance.n_orders, np.int64)
        self._reward = led.reward.copy()
        self._weigh()
        self.best_cents = self._whole_cents()
        self.seed = seed
        self._round = 0
        self.moves = 0
        self.mix = (FORCED_PERCENT, MOST_RUINED, MOST_SHARE)
        self._row_pairs = row_offsets(arrays)
        self._lists = (np.zeros(arrays.pair_row.size, np.int32), np.zeros(arrays.pair_row.size, np.int32))
        by_node = np.argsort(arrays.row_node, kind="stable").astype(np.int64)
        self._rows = (by_node, first_rows(arrays.row_node[by_node], arrays.n_nodes))
        self._scratch = [new_scratch(arrays) for _ in range(SIDES)]
        self._rooms = [new_room() for _ in range(SIDES)]
        self._pool = ThreadPoolExecutor(threads)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def pairs(self) -> PairPlan:
        """The best plan found, by the pairs of the whole backlog."""
        return self._narrow.whole(*self._best)

    def run_round(self, moves: int, hot: float, cold: float) -> None:
        """Make so many moves in each thread, cooling from ``hot`` to ``cold`` cents."""
        arrays = self._instance.arrays
        split = np.random.default_rng([self.seed, self._round])
        side_of = split.integers(0, SIDES, self._instance.n_orders).astype(np.int8)
        holdings = self._shared_out(side_of, split, SIDES)
        regret = self.regrets()
        jobs = []
        for side, held in enumerate(holdings):
            members = np.flatnonzero((side_of == side) & (np.diff(arrays.order_first) > 0))
            if members.size == 0:
                continue
            guide = self._guide(members, np.sqrt(regret[members] / SCALE) + 0.5)
            chance = seeded_chance(self.seed, self._round, side)
            budget = Budget(moves, hot, cold, *self.mix)
            jobs.append(
                self._pool.submit(
                    search, arrays, held, guide, self._scratch[side], self._rooms[side], chance, budget
                )
            )
        self._cents -= sum(job.result() for job in jobs)
        self.moves += moves * len(jobs)
        self._keep_best()
        if self._round % WHOLE_EVERY == 0:
            self._force_worst(hot)
        self._round += 1

    def _force_worst(self, heat: float) -> None:
        """Force in the orders that regret most, in one thread that sees all of the plan.

        What such an order needs is often all of a row; with the plan shared out, nobody has that.
        """
        arrays = self._instance.arrays
        whole = np.zeros(self._instance.n_orders, np.int8)
        split = np.random.default_rng([self.seed, self._round, SIDES])
        held = self._shared_out(whole, split, 1)[0]
        regret = self.regrets()
        worst = np.argsort(-regret, kind="stable")[: max(FEWEST_WORST, regret.size // ORDERS_A_WORST)]
        members = worst[regret[worst] > 0]
        if members.size == 0:
            return
        guide = self._guide(members, np.sqrt(regret[members] / SCALE))
        budget = Budget(TRIES_OF_WORST * members.size, heat, heat, 100, *self.mix[1:])
        chance = seeded_chance(self.seed, self._round, SIDES)
        self._cents -= search(arrays, held, guide, self._scratch[0], self._rooms[0], chance, budget)
        self.moves += budget.moves
        self._keep_best()

    def _guide(self, members: Integers, weights: Floats) -> Guide:
        """What leads the moves around some orders, each as likely as it weighs."""
        return Guide(
            stock=self.led.stock,
            pick=self.led.pick,
            ideal=self.led.ideal.piece,
            list_first=self.led.lists.first,
            list_entry=self.led.lists.entry,
            weights=np.cumsum(weights),
            members=members,
            row_rows=self._rows[0],
            row_first=self._rows[1],
        )

    def _keep_best(self) -> None:
        """Remember the plan if none was cheaper, and weigh floors anew."""
        cents = self._whole_cents()
        if cents < self.best_cents:
            self.best_cents = cents
            self._best[0][:], self._best[1][:] = self._now
        if self._reward.size:
            self._reward_anew()

    def _weigh(self) -> None:
        """What every order costs at the rewards of now."""
        self._instance.reward(self._reward)
        order_costs(self._instance.arrays, *self._now, self._costs)
        self._cents = int(self._costs.sum())

    def _whole_cents(self) -> int:
        """What the plan costs: rewards taken back, missed floors and settled costs added."""
        cents = self._cents + self._instance.settled_cents
        if not self._reward.size:
            return cents
        arrays, floors = self._instance.arrays, self._instance.floors
        self._in_time[:] = 0
        count_in_time(arrays, *self._now, self._in_time)
        return cents + int((arrays.order_reward * self._in_time).sum()) + floors.cents(self._in_time)

    def _reward_anew(self) -> None:
        """Reward more where a floor is missed, and less where there is more than it asks for."""
        floors = self._instance.floors
        missing = floors.units - floors.on_time(self._in_time)
        push = REWARD_SHARE * floors.short_cents * missing / (floors.units + 1.0)
        moved = np.rint(self._reward + push).astype(np.int64)
        self._reward = np.clip(moved, 0, floors.short_cents)
        self._weigh()

    def _shared_out(
        self, side_of: np.ndarray[tuple[int], np.dtype[np.int8]], split: np.random.Generator, sides: int
    ) -> list[Holdings]:
        """The plan as each thread sees it: its own orders, and of each row all that nobody holds, or none."""
        arrays = self._instance.arrays
        qty, day = self._now
        left, hands = arrays.supply.copy(), arrays.pick.copy()
        subtract_plan(arrays, qty, day, left, hands)
        mine, grips = left.copy(), hands.copy()
        if sides > 1:
            mine *= split.integers(0, 2, arrays.row_sku.size).repeat(arrays.n_days)
            grips = (hands + split.integers(0, 2, hands.size)) // 2
        shares = ((mine, grips), (left - mine, hands - grips))
        made = []
        for side, (own, own_hands) in enumerate(shares):
            holdings = Holdings(
                qty=qty,
                day=day,
                left=own,
                free=np.zeros_like(own),
                hands=own_hands,
                row_pairs=self._row_pairs,
                holder=self._lists[0],
                position=self._lists[1],
                holders=np.zeros(arrays.row_sku.size, np.int64),
                touched=np.zeros(arrays.row_sku.size, np.bool_),
                side=side,
            )
            refresh_free(own, arrays.n_days, holdings.free)
            list_holders(arrays, holdings, side_of)
            made.append(holdings)
        return made

    def regrets(self) -> Integers:
        """What each order costs at the prices above what it could, in thousandths of a cent."""
        arrays = self._instance.arrays
        order_costs(arrays, *self._now, self._costs)
        regret = SCALE * self._costs - self.led.values
        add_priced_use(arrays, *self._now, self.led.stock, self.led.pick, regret)
        positive: Integers = np.maximum(0, regret)
        return positive


def hottest(orders: int, seconds: float, moves: int) -> float:
    """Where the search begins to cool: hotter when there is much to spend on each order."""
    count = max(1, orders)
    much = moves / count >= MANY_MOVES_AN_ORDER if moves else seconds / count >= MUCH_SECONDS_AN_ORDER
    return HOTTER_CENTS if much else HOT_CENTS


def cooling(hot: float, progress: float) -> float:
    """The temperature when so much of the time or of the moves is gone."""
    return hot * max(0.0, 1.0 - progress)


@compiled
def count_in_time(arrays: Arrays, qty: Indices, day: Indices, units: Integers) -> None:
    """Add to each order what of it is on time."""
    for pair in range(qty.size):
        if qty[pair] > 0:
            order = arrays.line_order[arrays.pair_line[pair]]
            if days_late(arrays, order, arrays.pair_source[pair], day[pair]) <= 0:
                units[order] += qty[pair]


@compiled
def subtract_plan(arrays: Arrays, qty: Indices, day: Indices, left: Integers, hands: Integers) -> None:
    """Take what a plan ships out of supply and hands."""
    days = arrays.n_days
    for pair in range(qty.size):
        if qty[pair] > 0:
            hands[hands_at(arrays, pair, day[pair])] -= qty[pair]
            for cell in range(goods_at(arrays, pair, day[pair]), (arrays.pair_row[pair] + 1) * days):
                left[cell] -= qty[pair]


@compiled
def list_holders(
    arrays: Arrays, holdings: Holdings, side_of: np.ndarray[tuple[int], np.dtype[np.int8]]
) -> None:
    """List who holds each row among the orders of one side."""
    for pair in range(holdings.qty.size):
        if holdings.qty[pair] > 0:
            order = arrays.line_order[arrays.pair_line[pair]]
            if side_of[order] == holdings.side:
                add_holder(holdings, arrays.pair_row[pair], pair)


@compiled
def add_priced_use(
    arrays: Arrays, qty: Indices, day: Indices, stock: Integers, pick: Integers, total: Integers
) -> None:
    """Add to each order what it uses at the prices."""
    for pair in range(qty.size):
        if qty[pair] > 0:
            at = day[pair]
            price = stock[goods_at(arrays, pair, at)] + pick[hands_at(arrays, pair, at)]
            total[arrays.line_order[arrays.pair_line[pair]]] += qty[pair] * price
