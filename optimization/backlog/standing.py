"""A plan that stands, laid out for questions: at the prices it was found at, in the search's own form."""

from __future__ import annotations

import numpy as np

from optimization.backlog.candidates import all_entries
from optimization.backlog.checks_of_columns import first_rows
from optimization.backlog.holdings import Holdings, empty_holdings, order_costs, put_back, refresh_free
from optimization.backlog.instance import Instance
from optimization.backlog.moves import Guide, Room, new_room
from optimization.backlog.patterns import Market, Scratch, new_scratch
from optimization.backlog.plan import PairPlan
from optimization.backlog.search import Led, list_holders, subtract_plan
from optimization.backlog.tables import Integers


class Standing:
    """A plan laid out for questions; asking does not change it."""

    def __init__(self, instance: Instance, led: Led, pairs: PairPlan) -> None:
        """Lay it out once; this takes longer than a question."""
        self.instance = instance
        self.led = led
        self.pairs = pairs
        arrays = instance.arrays
        self.holdings = holdings_of(instance, pairs)
        # Made once: a question puts back the few rows that the one before it touched.
        self._draft = Holdings._make(
            each.copy() if isinstance(each, np.ndarray) else each for each in self.holdings
        )
        self.scratch: Scratch = new_scratch(arrays)
        self.room: Room = new_room()
        by_node = np.argsort(arrays.row_node, kind="stable").astype(np.int64)
        self._rows = (by_node, first_rows(arrays.row_node[by_node], arrays.n_nodes))
        every = all_entries(instance)
        self.every = (every.first, every.entry)

    def draft(self) -> Holdings:
        """The same plan to be changed; it holds until the next question asks for one.

        Who changes its stock otherwise than by shipping says so in ``touched``.
        """
        put_back(self.instance.arrays.n_days, self._draft, self.holdings)
        return self._draft

    def order_costs(self) -> Integers:
        """What each order of the plan costs, in cents; together what the plan costs."""
        costs = np.zeros(self.instance.n_orders, np.int64)
        order_costs(self.instance.arrays, self.holdings.qty, self.holdings.day, costs)
        return costs

    def market(self, holdings: Holdings, share: int) -> Market:
        """What is left, at so many of 256 parts of the old prices."""
        return Market(holdings.free, holdings.hands, self.led.stock, self.led.pick, share)

    def entries_of(self, order: int) -> Integers:
        """Every entry of an order."""
        first, entry = self.every
        return entry[first[order] : first[order + 1]]

    def guide(self, members: Integers) -> Guide:
        """What leads moves around some orders."""
        led = self.led
        return Guide(
            stock=led.stock,
            pick=led.pick,
            ideal=led.ideal.piece,
            list_first=led.lists.first,
            list_entry=led.lists.entry,
            weights=np.arange(1.0, members.size + 1.0),
            members=members,
            row_rows=self._rows[0],
            row_first=self._rows[1],
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
