"""Small questions to a plan that stands: a node is closed, one order wants better; at the old prices."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimization.backlog.candidates import all_entries
from optimization.backlog.chance import seeded_chance
from optimization.backlog.checks_of_columns import first_rows
from optimization.backlog.compiled import compiled
from optimization.backlog.construct import insert_all
from optimization.backlog.holdings import (
    Holdings,
    clear_order,
    empty_holdings,
    order_cost,
    order_costs,
    refresh_free,
)
from optimization.backlog.insertion import insert_order
from optimization.backlog.instance import Instance
from optimization.backlog.moves import (
    FORCED_PERCENT,
    MOST_RUINED,
    MOST_SHARE,
    Budget,
    Guide,
    Room,
    new_room,
    search,
)
from optimization.backlog.patterns import WHOLE_SHARE, Market, Scratch, new_scratch
from optimization.backlog.plan import PairPlan
from optimization.backlog.search import count_in_time, list_holders, subtract_plan
from optimization.backlog.tables import Column, Integers, Tables
from optimization.backlog.warm_state import Warm
from optimization.backlog.ways import Indices

MOVES_AN_ORDER = 4
MOVES_OF_ONE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A plan made feasible again: the instance as it is now, the plan, its cost, and whom it touched."""

    instance: Instance
    pairs: PairPlan
    objective_cents: int
    affected_orders: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The pairs of a plan that a question would change, and what they would ship and when."""

    pair: Integers
    qty: Integers
    day: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOrder:
    """What one order costs now and alone in what is left, and what making way for it would save in all."""

    order: int
    now_cents: int
    alone_cents: int
    saved_cents: int
    moved_orders: Integers
    changed: Changed


class Standing:
    """A plan laid out for questions; asking does not change it."""

    def __init__(self, instance: Instance, warm: Warm) -> None:
        """Lay it out once; this takes longer than a question."""
        self.instance = instance
        self.warm = warm
        arrays = instance.arrays
        self.holdings = holdings_of(instance, warm.pairs)
        self.scratch: Scratch = new_scratch(arrays)
        self.room: Room = new_room()
        by_node = np.argsort(arrays.row_node, kind="stable").astype(np.int64)
        self.rows = (by_node, first_rows(arrays.row_node[by_node], arrays.n_nodes))
        every = all_entries(instance)
        self.every = (every.first, every.entry)

    def guide(self, members: Integers) -> Guide:
        """What leads moves around some orders."""
        led = self.warm.led
        return Guide(
            stock=led.stock,
            pick=led.pick,
            ideal=led.ideal.piece,
            list_first=led.lists.first,
            list_entry=led.lists.entry,
            weights=np.arange(1.0, members.size + 1.0),
            members=members,
            row_rows=self.rows[0],
            row_first=self.rows[1],
        )


def holdings_of(instance: Instance, pairs: PairPlan) -> Holdings:
    """A plan by pairs with what it leaves."""
    arrays = instance.arrays
    holdings = empty_holdings(arrays)
    holdings.qty[:] = pairs.qty
    holdings.day[:] = pairs.day
    subtract_plan(arrays, holdings.qty, holdings.day, holdings.left, holdings.hands)
    refresh_free(holdings.left, arrays.n_days, holdings.free)
    list_holders(arrays, holdings, np.zeros(instance.n_orders, np.int8))
    return holdings


def copied(holdings: Holdings) -> Holdings:
    """The same plan, to be changed without changing this one."""
    return Holdings._make(each.copy() if isinstance(each, np.ndarray) else each for each in holdings)


def plan_of_holdings(holdings: Holdings) -> PairPlan:
    """The plan by pairs."""
    return PairPlan(qty=holdings.qty.astype(np.int64), day=holdings.day.astype(np.int64))


def tables_with(instance: Instance, supply: dict[str, Column], picks: dict[str, Column]) -> Tables:
    """The same tables with other supply and hands."""
    return replace(instance.tables, supply=supply, pick_capacity=picks)


def close_node(instance: Instance, node: int) -> Instance:
    """The same backlog when nothing leaves from a node."""
    tables, arrays = instance.tables, instance.arrays
    supply = dict(tables.supply)
    supply["arriving_qty"] = np.where(supply["node"] == node, 0, supply["arriving_qty"])
    picks = dict(tables.pick_capacity)
    picks["pick_units"] = np.where(picks["node"] == node, 0, picks["pick_units"])
    left = arrays.supply.reshape(-1, arrays.n_days).copy()
    left[arrays.row_node == node] = 0
    hands = arrays.pick.reshape(-1, arrays.n_days).copy()
    hands[node] = 0
    closed = arrays._replace(supply=left.reshape(-1), pick=hands.reshape(-1))
    return replace(instance, tables=tables_with(instance, supply, picks), arrays=closed)


def local_repair(standing: Standing, closed_node: int, seed: int = 1) -> Repaired:
    """Put the orders of a closed node elsewhere at the old prices, with a few moves around each."""
    closed = close_node(standing.instance, closed_node)
    arrays, old = closed.arrays, standing.holdings
    touched = arrays.row_node[arrays.pair_row] == closed_node
    touched |= arrays.source_node[arrays.pair_source] == closed_node
    hit = touched & (old.qty > 0)
    affected = np.unique(arrays.line_order[arrays.pair_line[hit]])
    holdings = copied(old)
    for order in affected:
        clear_order(standing.instance.arrays, holdings, int(order))
    shut = arrays.row_node == closed_node
    for stock in (holdings.left, holdings.free):
        stock.reshape(-1, arrays.n_days)[shut] = 0
    holdings.hands.reshape(-1, arrays.n_days)[closed_node] = 0
    if affected.size:
        led = standing.warm.led
        market = Market(holdings.free, holdings.hands, led.stock, led.pick, WHOLE_SHARE)
        turn = affected[np.argsort(-led.values[affected], kind="stable")]
        insert_all(arrays, holdings, market, *standing.every, turn, standing.scratch)
        budget = Budget(MOVES_AN_ORDER * affected.size, 0.0, 0.0, FORCED_PERCENT, MOST_RUINED, MOST_SHARE)
        chance = seeded_chance(seed, closed_node)
        search(arrays, holdings, standing.guide(affected), standing.scratch, standing.room, chance, budget)
    costs = np.zeros(closed.n_orders, np.int64)
    order_costs(arrays, holdings.qty, holdings.day, costs)
    in_time = np.zeros(closed.n_orders, np.int64)
    count_in_time(arrays, holdings.qty, holdings.day, in_time)
    return Repaired(
        instance=closed,
        pairs=plan_of_holdings(holdings),
        objective_cents=int(costs.sum()) + closed.settled_cents + closed.floors.cents(in_time),
        affected_orders=affected,
    )


def one_order(standing: Standing, order: int, moves: int = MOVES_OF_ONE, seed: int = 1) -> OneOrder:
    """What an order could have in what is left, and when others make way for it if all then cost less."""
    arrays, led = standing.instance.arrays, standing.warm.led
    holdings = copied(standing.holdings)
    now = order_cost(arrays, holdings.qty, holdings.day, order)
    clear_order(arrays, holdings, order)
    market = Market(holdings.free, holdings.hands, led.stock, led.pick, 0)
    first, last = standing.every[0][order], standing.every[0][order + 1]
    insert_order(arrays, holdings, market, standing.every[1][first:last], order, standing.scratch)
    alone = order_cost(arrays, holdings.qty, holdings.day, order)
    saved = now - alone
    if arrays.order_first[order + 1] > arrays.order_first[order]:
        budget = Budget(moves, 0.0, 0.0, FORCED_PERCENT, MOST_RUINED, MOST_SHARE)
        guide = standing.guide(np.array([order], np.int64))
        chance = seeded_chance(seed, order)
        saved += search(arrays, holdings, guide, standing.scratch, standing.room, chance, budget)
    changed = changed_pairs(standing.holdings, holdings)
    return OneOrder(
        order=order,
        now_cents=int(now),
        alone_cents=int(alone),
        saved_cents=int(saved),
        moved_orders=np.unique(arrays.line_order[arrays.pair_line[changed.pair]]),
        changed=changed,
    )


def changed_pairs(before: Holdings, after: Holdings) -> Changed:
    """Where two plans differ, and what the second ships there."""
    pair = differing(before.qty, before.day, after.qty, after.day)
    return Changed(pair=pair, qty=after.qty[pair].astype(np.int64), day=after.day[pair].astype(np.int64))


@compiled
def differing(qty: Indices, day: Indices, new_qty: Indices, new_day: Indices) -> Integers:
    """The pairs that ship other units, or on another day; most ship nothing in either plan."""
    found = np.empty(qty.size, np.int64)
    count = 0
    for pair in range(qty.size):
        units, new_units = qty[pair], new_qty[pair]
        if units != new_units or (units > 0 and day[pair] != new_day[pair]):
            found[count] = pair
            count += 1
    return found[:count].copy()
