"""The first plan from prices: orders in the turn of what they lose by waiting."""

from __future__ import annotations

import numpy as np

from optimization.backlog.candidates import EntryLists
from optimization.backlog.compiled import compiled
from optimization.backlog.holdings import Holdings
from optimization.backlog.insertion import insert_order
from optimization.backlog.instance import Arrays, Instance
from optimization.backlog.patterns import SCALE, WHOLE_SHARE, Market, Scratch
from optimization.backlog.tables import Integers


def construct(
    instance: Instance,
    holdings: Holdings,
    prices: tuple[Integers, Integers],
    values: Integers,
    lists: EntryLists,
    scratch: Scratch,
) -> None:
    """Fill empty holdings at full prices; ``values`` is what each order costs at them."""
    arrays = instance.arrays
    unfilled = np.bincount(arrays.line_order, arrays.line_qty * arrays.line_unfilled, instance.n_orders)
    units = np.bincount(arrays.line_order, arrays.line_qty, instance.n_orders)
    lost = (SCALE * unfilled - values) / np.maximum(1, units)
    turn = np.argsort(-lost, kind="stable").astype(np.int64)
    market = Market(holdings.free, holdings.hands, prices[0], prices[1], WHOLE_SHARE)
    insert_all(arrays, holdings, market, lists.first, lists.entry, turn, scratch)


@compiled
def insert_all(
    arrays: Arrays,
    holdings: Holdings,
    market: Market,
    list_first: Integers,
    list_entry: Integers,
    turn: Integers,
    scratch: Scratch,
) -> None:
    """Insert orders one after another."""
    for order in turn:
        entries = list_entry[list_first[order] : list_first[order + 1]]
        insert_order(arrays, holdings, market, entries, order, scratch)
