"""Small backlogs for tests, and the best plan of tiny ones by trying everything."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from optimization.backlog.generate import generate_tables
from optimization.backlog.instance import Instance, build_instance
from optimization.backlog.tables import Tables

Left = tuple[int, ...]


def small_instance(lines: int = 120, nodes: int = 5, seed: int = 1, family: str = "T") -> Instance:
    """A generated backlog."""
    return build_instance(generate_tables(family, lines, nodes, seed))


def tiny_tables(seed: int, lines: int = 6) -> Tables:
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
    return replace(
        tables,
        sizes=replace(tables.sizes, days=2),
        supply=supply,
        pick_capacity=picks,
        lines={**tables.lines, "ordered_qty": ordered, "confirmable_qty": ordered},
    )


def best_by_trying(instance: Instance) -> int:
    """The least that any plan costs, in cents: order by order, keeping the cheapest way to each remainder."""
    arrays = instance.arrays
    ways: dict[Left, int] = {(*map(int, arrays.supply), *map(int, arrays.pick)): 0}
    for order in range(instance.n_orders):
        patterns = _patterns(instance, order)
        reached: dict[Left, int] = {}
        for left, cost in ways.items():
            for used, more in patterns.items():
                rest = tuple(have - take for have, take in zip(left, used, strict=True))
                if min(rest) >= 0 and reached.get(rest, cost + more + 1) > cost + more:
                    reached[rest] = cost + more
        ways = reached
    return min(ways.values())


def _patterns(instance: Instance, order: int) -> dict[Left, int]:
    """Every way to ship an order: what it uses of supply and hands by day, and the least that it costs."""
    arrays = instance.arrays
    days = arrays.n_days
    lines = range(arrays.order_first[order], arrays.order_first[order + 1])
    first = arrays.pair_first[arrays.entry_first[order]]
    last = arrays.pair_first[arrays.entry_first[order + 1]]
    found: dict[Left, int] = {}
    choices = []
    for line in lines:
        options = [(p, d) for p in range(first, last) if arrays.pair_line[p] == line for d in range(days)]
        most = int(arrays.line_qty[line])
        amounts = [each for each in product(range(most + 1), repeat=len(options)) if sum(each) <= most]
        choices.append([(line, options, each) for each in amounts])
    for chosen in product(*choices):
        told = _cost(instance, order, chosen)
        if told is not None and found.get(told[0], told[1] + 1) > told[1]:
            found[told[0]] = told[1]
    return found


def _cost(
    instance: Instance, order: int, chosen: tuple[tuple[int, list[tuple[int, int]], tuple[int, ...]], ...]
) -> tuple[Left, int] | None:
    arrays = instance.arrays
    days = arrays.n_days
    used = [0] * (arrays.supply.size + arrays.pick.size)
    total, shipments, missing = 0, set(), 0
    for line, options, amounts in chosen:
        short = int(arrays.line_qty[line]) - sum(amounts)
        missing += short
        total += short * int(arrays.line_unfilled[line])
        for (pair, day), units in zip(options, amounts, strict=True):
            if not units:
                continue
            row = int(arrays.pair_row[pair])
            node = int(arrays.row_node[row])
            lane = int(arrays.order_zone[order]) * arrays.n_nodes + node
            late = max(0, day + int(arrays.lane_transit[lane]) - int(arrays.order_promised[order]))
            total += units * (int(arrays.pair_cost[pair]) + late * int(arrays.line_late[line]))
            if (node, day) not in shipments:
                shipments.add((node, day))
                total += int(arrays.lane_fixed[lane])
            used[arrays.supply.size + node * days + day] += units
            for later in range(day, days):
                used[row * days + later] += units
    if len(shipments) > arrays.order_shipments[order]:
        return None
    if arrays.order_complete[order] and missing and shipments:
        return None
    return tuple(used), total
