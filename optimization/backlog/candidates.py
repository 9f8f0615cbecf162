"""Which nodes of an order are looked at: all of them for a bound, the most promising ones on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimization.backlog.compiled import compiled
from optimization.backlog.goods import days_late, goods_at, hands_at
from optimization.backlog.instance import Arrays, Instance
from optimization.backlog.patterns import NEVER, SCALE
from optimization.backlog.tables import Integers

BEST_OF_LINE = 4
BEST_OF_ORDER = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLists:
    """Entries by order: ``first`` has one more than there are orders."""

    first: Integers
    entry: Integers


def all_entries(instance: Instance) -> EntryLists:
    """Every node of every order."""
    arrays = instance.arrays
    return EntryLists(first=arrays.entry_first, entry=np.arange(arrays.entry_source.size, dtype=np.int64))


def choose_entries(instance: Instance, stock: Integers, pick: Integers) -> EntryLists:
    """For each order the best few nodes of each line and of the whole order, at these prices."""
    arrays = instance.arrays
    kept = np.zeros(arrays.entry_source.size, np.bool_)
    _keep(arrays, stock, pick, kept)
    counts = np.concatenate([[0], np.cumsum(kept)])
    return EntryLists(first=counts[arrays.entry_first].astype(np.int64), entry=np.flatnonzero(kept))


@compiled
def _keep(
    arrays: Arrays, stock: Integers, pick: Integers, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> None:
    """Mark the entries to look at."""
    widest = 0
    longest = 0
    for order in range(arrays.order_zone.size):
        widest = max(widest, arrays.entry_first[order + 1] - arrays.entry_first[order])
        longest = max(longest, arrays.order_first[order + 1] - arrays.order_first[order])
    by_line = np.zeros((longest, widest), np.int64)
    whole = np.zeros(widest, np.int64)
    for order in range(arrays.order_zone.size):
        begin, end = arrays.entry_first[order], arrays.entry_first[order + 1]
        lines = arrays.order_first[order + 1] - arrays.order_first[order]
        if end - begin <= BEST_OF_ORDER:
            kept[begin:end] = True
            continue
        _weigh(arrays, order, stock, pick, by_line, whole)
        _mark_best(whole[: end - begin], BEST_OF_ORDER, kept[begin:end])
        for line in range(lines):
            _mark_best(by_line[line, : end - begin], BEST_OF_LINE, kept[begin:end])


@compiled
def _weigh(
    arrays: Arrays, order: int, stock: Integers, pick: Integers, by_line: Integers, whole: Integers
) -> None:
    """What a unit of each line costs from each entry at best, and what the whole order costs from it."""
    first = arrays.order_first[order]
    lines = arrays.order_first[order + 1] - first
    begin = arrays.entry_first[order]
    for place in range(arrays.entry_first[order + 1] - begin):
        entry = begin + place
        source = arrays.entry_source[entry]
        lane = arrays.order_zone[order] * arrays.n_sources + source
        by_line[:lines, place] = NEVER
        for pair in range(arrays.pair_first[entry], arrays.pair_first[entry + 1]):
            line = arrays.pair_line[pair]
            for at in range(arrays.n_days):
                cell, hands = goods_at(arrays, pair, at), hands_at(arrays, pair, at)
                if cell < 0 or arrays.supply[cell] == 0 or arrays.pick[hands] == 0:
                    continue
                late = max(0, days_late(arrays, order, source, at))
                reward = arrays.order_reward[order] if late == 0 else 0
                cost = SCALE * (arrays.pair_cost[pair] + arrays.line_late[line] * late - reward)
                cost += stock[cell] + pick[hands]
                by_line[line - first, place] = min(by_line[line - first, place], cost)
        whole[place] = SCALE * arrays.lane_fixed[lane]
        for line in range(lines):
            unit = min(by_line[line, place], SCALE * arrays.line_unfilled[first + line])
            whole[place] += arrays.line_qty[first + line] * unit


@compiled
def _mark_best(costs: Integers, count: int, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
    """Mark the ``count`` cheapest places that are possible at all."""
    taken = np.zeros(costs.size, np.bool_)
    for _ in range(min(count, costs.size)):
        best = -1
        for place in range(costs.size):
            if not taken[place] and costs[place] < NEVER and (best < 0 or costs[place] < costs[best]):
                best = place
        if best < 0:
            return
        taken[best] = True
        kept[best] = True
