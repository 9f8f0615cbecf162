"""Prices on scarce weight and on promised shipments; the slots' prices come with the assignment.

At any prices the assignment of the nodes gives a bound. Weight starts at its scarcity price, what a
unit is worth to the last shipment that finds room. Then one node after another is assigned again
and the prices follow the excess of demand over all nodes as last known; the step shrinks. Floats
only steer: prices are rounded to whole units before they are used.
"""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np

from optimization.backlog.compiled import compiled
from optimization.limits import StopFlag
from optimization.rebooking.candidates import best_options
from optimization.rebooking.columns import FloatColumn, IntColumn
from optimization.rebooking.instance import Model
from optimization.rebooking.nodes import PRICE_UNITS_PER_CENT, NodeIndex, UnitPrices, assign_some

FEWEST_TURNS = 60
FEWEST_GROUPS = 8
OPTIONS_STEERED_BY = 12
FIRST_STEP = 0.4
LAST_STEP = 0.004
CONTRACT_STEP = 10.0
NODES_AT_ONCE = 2
FEWEST_NODES_FOR_TWO = 16


@compiled
def node_usage(
    model: Model, members: IntColumn, chosen: IntColumn, weight: FloatColumn, given: FloatColumn
) -> None:
    """Weight by limit and shipments by contract that some shipments take."""
    weight[:] = 0.0
    given[:] = 0.0
    for shipment in members:
        option = chosen[shipment]
        if option >= 0:
            slot = model.slot[option]
            if model.weight_limit[slot] >= 0:
                weight[model.weight_limit[slot]] += model.weight[option]
            if model.contract[slot] >= 0:
                given[model.contract[slot]] += 1.0


def scarcity_price(model: Model) -> float:
    """What a unit of weight is worth in cents to the first shipment that finds no room; 0 if all do."""
    filled = np.flatnonzero(np.diff(model.first) > 0)
    if filled.size == 0 or len(model.limit) == 0 or bool((model.weight_limit < 0).any()):
        return 0.0
    starts = model.first[filled]
    weight = np.maximum(1, np.minimum.reduceat(model.weight, starts))
    worth = (model.unbooked[filled] - np.minimum.reduceat(model.cents, starts)) / weight
    order = np.argsort(-worth, kind="stable")
    last = int(np.searchsorted(np.cumsum(weight[order]), int(model.limit.sum())))
    return max(0.0, float(worth[order[last]])) if last < len(order) else 0.0


def cost_spread(model: Model) -> float:
    """How much dearer than its cheapest option an option is on average: the measure of a step."""
    filled = np.flatnonzero(np.diff(model.first) > 0)
    if filled.size == 0:
        return 1.0
    cheapest = np.minimum.reduceat(model.cents, model.first[filled])
    return max(1.0, float(model.cents.mean()) - float(cheapest.mean()))


def nearest_options(model: Model, prices: UnitPrices) -> Model:
    """The model with the few options of each shipment that are cheapest at prices.

    Steering needs no more; what is shown is assigned and proven with all of them.
    """
    nobody = np.full(len(model.unbooked), -1, dtype=np.int64)
    listed = best_options(model, prices, nobody, OPTIONS_STEERED_BY)
    few = model._replace(
        first=listed.first,
        slot=model.slot[listed.option],
        cents=model.cents[listed.option],
        weight=model.weight[listed.option],
    )
    for column in few:
        column.flags.writeable = False
    return few


class PriceSearch:
    """Prices under way: assigns node after node and follows the excess."""

    def __init__(self, model: Model, index: NodeIndex, threads: int) -> None:
        """Start from scarcity."""
        self._whole = model
        self._model = model
        self._index = index
        self._threads = threads
        self._weight = np.full(len(model.limit), scarcity_price(model))
        self._contract = np.zeros(len(model.minimum))
        self._nodes = len(index.slot_first) - 1
        self._slot = np.zeros(len(model.pickups), dtype=np.int64)
        self._chosen = np.full(len(model.unbooked), -1, dtype=np.int64)
        # What a node has not told yet is taken as its share of the room.
        self._used = np.tile(model.limit / self._nodes, (self._nodes, 1))
        self._given = np.tile(model.minimum / self._nodes, (self._nodes, 1))
        self._spread = cost_spread(model)
        self._mean_weight = max(1.0, float(model.weight.mean())) if len(model.weight) else 1.0

    def start_from(self, prices: UnitPrices) -> None:
        """Begin at the prices of an earlier answer."""
        self._weight = prices.weight / PRICE_UNITS_PER_CENT
        self._contract = np.minimum(prices.contract / PRICE_UNITS_PER_CENT, self._model.shortfall)

    def run(self, passes: int, first_step: float, stop: StopFlag | None) -> None:
        """Assign every node ``passes`` times, few nodes more often, fewer when stopped."""
        at_once = NODES_AT_ONCE if self._nodes >= FEWEST_NODES_FOR_TWO else 1
        starts = range(0, self._nodes, at_once)
        groups = [np.arange(start, min(start + at_once, self._nodes)) for start in starts]
        turns = max(passes * len(groups), FEWEST_TURNS)
        with ThreadPoolExecutor(max(1, min(self._threads, at_once))) as pool:
            for turn in range(turns):
                if stop is not None and stop.is_set():
                    return
                if turn == len(groups) >= FEWEST_GROUPS:
                    self._model = nearest_options(self._whole, self.prices())
                self._assign(pool, groups[turn % len(groups)])
                shrunk = (LAST_STEP / FIRST_STEP) ** (turn / turns)
                self._follow(first_step * shrunk / max(len(groups), FEWEST_GROUPS))

    def prices(self) -> UnitPrices:
        """The prices in whole units; those of the slots are as last seen."""
        return UnitPrices(
            slot=self._slot,
            weight=np.rint(self._weight * PRICE_UNITS_PER_CENT).astype(np.int64),
            contract=np.rint(self._contract * PRICE_UNITS_PER_CENT).astype(np.int64),
        )

    def _assign(self, pool: Executor, nodes: IntColumn) -> None:
        """Assign some nodes at the prices of now, side by side."""
        prices = self.prices()
        jobs = [
            pool.submit(assign_some, self._model, self._index, nodes[at : at + 1], prices, self._chosen)
            for at in range(len(nodes))
        ]
        for job in jobs:
            job.result()
        index = self._index
        for node in nodes:
            members = index.shipment[index.shipment_first[node] : index.shipment_first[node + 1]]
            node_usage(self._model, members, self._chosen, self._used[node], self._given[node])

    def _follow(self, step: float) -> None:
        """Move every price by the excess of demand in its room."""
        model = self._model
        excess = self._used.sum(axis=0) / model.limit - 1.0
        missing = 1.0 - self._given.sum(axis=0) / model.minimum
        self._weight += step * self._spread / self._mean_weight * excess
        self._contract += CONTRACT_STEP * step * self._spread * missing
        np.maximum(self._weight, 0.0, out=self._weight)
        np.clip(self._contract, 0.0, model.shortfall, out=self._contract)
