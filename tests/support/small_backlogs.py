"""Small backlogs for tests, and the best plan of tiny ones by trying everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations_with_replacement, product

import numpy as np

from optimization.backlog.generate import generate_tables
from optimization.backlog.generated_rules import with_rules
from optimization.backlog.instance import Instance, build_instance
from optimization.backlog.tables import Tables

Left = tuple[int, ...]
State = tuple[Left, Left]
"""What is left of supply and hands, and what is missing from each floor."""
Chosen = tuple[int, tuple[tuple[tuple[int, int], int], ...]]
"""A line with the units of each pair and day."""


def small_instance(lines: int = 120, nodes: int = 5, seed: int = 1, family: str = "T") -> Instance:
    """A generated backlog."""
    return build_instance(generate_tables(family, lines, nodes, seed))


def tiny_tables(seed: int, lines: int = 6, rules: Sequence[str] = ()) -> Tables:
    """A backlog of few units on two nodes and two days, so that everything can be tried."""
    tables = generate_tables("T", lines, 2, seed)
    chance = np.random.default_rng(seed)
    ordered = chance.integers(1, 3, lines)
    row = dict(tables.supply)
    keep = row["day"] < 2
    supply = {name: values[keep] for name, values in row.items()}
    supply["arriving_qty"] = chance.integers(0, 3, int(keep.sum()))
    picks = {name: values[tables.pick_capacity["day"] < 2] for name, values in tables.pick_capacity.items()}
    picks["pick_units"] = chance.integers(1, 6, picks["day"].size)
    small = replace(
        tables,
        sizes=replace(tables.sizes, days=2),
        supply=supply,
        pick_capacity=picks,
        lines={**tables.lines, "ordered_qty": ordered, "confirmable_qty": ordered},
    )
    return with_rules(small, rules, seed)


def best_by_trying(instance: Instance) -> int:
    """The least that any plan costs, in cents: order by order, keeping the cheapest way to each remainder."""
    arrays, floors = instance.arrays, instance.floors
    ways: dict[State, int] = {
        ((*map(int, arrays.supply), *map(int, arrays.pick)), tuple(map(int, floors.units))): 0
    }
    for order in range(instance.n_orders):
        patterns = _patterns(instance, order)
        floor = int(floors.of_order[order])
        reached: dict[State, int] = {}
        for (left, missing), cost in ways.items():
            for (used, in_time), more in patterns.items():
                rest = tuple(have - take for have, take in zip(left, used, strict=True))
                if min(rest) < 0:
                    continue
                still = tuple(
                    max(0, each - in_time) if place == floor else each for place, each in enumerate(missing)
                )
                if reached.get((rest, still), cost + more + 1) > cost + more:
                    reached[rest, still] = cost + more
        ways = reached
    return instance.settled_cents + min(
        cost + sum(int(cents) * each for cents, each in zip(floors.short_cents, missing, strict=True))
        for (_, missing), cost in ways.items()
    )


def _patterns(instance: Instance, order: int) -> dict[tuple[Left, int], int]:
    """Every way to ship an order: the supply and hands it uses, what is on time, and the least it costs."""
    arrays = instance.arrays
    lines = range(arrays.order_first[order], arrays.order_first[order + 1])
    first = arrays.pair_first[arrays.entry_first[order]]
    last = arrays.pair_first[arrays.entry_first[order + 1]]
    found: dict[tuple[Left, int], int] = {}
    choices = []
    for line in lines:
        options = [
            (pair, day)
            for pair in range(first, last)
            if arrays.pair_line[pair] == line
            for day in range(int(arrays.pair_lead[pair]), int(arrays.pair_last[pair]) + 1)
        ]
        most = int(arrays.line_qty[line])
        chosen = [
            (line, tuple(sorted(Counter(each).items())))
            for units in range(most + 1)
            for each in combinations_with_replacement(options, units)
        ]
        choices.append([each for each in chosen if _takes(instance, each)])
    for picked in product(*choices):
        told = _cost(instance, order, picked)
        if told is not None and found.get(told[0], told[1] + 1) > told[1]:
            found[told[0]] = told[1]
    return found


def _takes(instance: Instance, chosen: Chosen) -> bool:
    """Whether a line takes such parts."""
    arrays = instance.arrays
    line, parts = chosen
    return all(
        units % int(arrays.row_pack[arrays.pair_row[pair]]) == 0 and units >= int(arrays.line_least[line])
        for (pair, _), units in parts
    )


def _cost(instance: Instance, order: int, chosen: tuple[Chosen, ...]) -> tuple[tuple[Left, int], int] | None:
    arrays = instance.arrays
    days = arrays.n_days
    used = [0] * (arrays.supply.size + arrays.pick.size)
    total, shipments, missing, in_time = 0, set(), 0, 0
    for line, parts in chosen:
        short = int(arrays.line_qty[line]) - sum(units for _, units in parts)
        missing += short
        total += short * int(arrays.line_unfilled[line])
        for (pair, day), units in parts:
            source = int(arrays.pair_source[pair])
            lane = int(arrays.order_zone[order]) * arrays.n_sources + source
            late = max(0, day + int(arrays.lane_transit[lane]) - int(arrays.order_promised[order]))
            total += units * (int(arrays.pair_cost[pair]) + late * int(arrays.line_late[line]))
            in_time += units if late == 0 else 0
            if (source, day) not in shipments:
                shipments.add((source, day))
                total += int(arrays.lane_fixed[lane])
            used[arrays.supply.size + int(arrays.source_node[source]) * days + day] += units
            for later in range(day - int(arrays.pair_lead[pair]), days):
                used[int(arrays.pair_row[pair]) * days + later] += units
    if len(shipments) > arrays.order_shipments[order]:
        return None
    if arrays.order_complete[order] and missing and shipments:
        return None
    return (tuple(used), in_time), total
