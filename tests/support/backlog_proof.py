"""Adding a certificate up again in plain Python integers, by trying everything: slow, simple, independent.

It shares no code with the kernels that made the bound. For each order every set of shipments that the
customer would take is tried, and every line is filled from the cheapest of them on. That is the exact least
of the order at the prices, so what is added up here proves at least as much as was claimed.
"""

from __future__ import annotations

from itertools import combinations

from optimization.backlog.certificate import PRICE_SCALE, Certificate
from optimization.backlog.checks_of_columns import bad_input
from optimization.backlog.instance import Instance

Offer = tuple[int, int, int]
"""What a unit costs in thousandths of a cent, the stock row that it comes from, and the day."""
Cell = tuple[int, dict[int, list[Offer]]]
"""The fixed cost of a shipment, and what it offers to each line."""


def proven_thousandths(instance: Instance, certificate: Certificate) -> int:
    """The bound that the prices prove, order by order; for small backlogs, since everything is tried.

    Raises:
        BadInputError: the prices are of another backlog, or negative.
    """
    arrays = instance.arrays
    days = arrays.n_days
    stock = [int(each) for each in certificate.stock]
    pick = [int(each) for each in certificate.pick]
    if (
        len(stock) != arrays.supply.size
        or len(pick) != arrays.pick.size
        or min([*stock, *pick], default=0) < 0
    ):
        raise bad_input("The certificate holds no prices of this backlog.")
    floors = instance.floors
    reward = [int(each) for each in certificate.reward]
    if len(reward) != floors.units.size or any(
        not 0 <= each <= most for each, most in zip(reward, floors.short_cents.tolist(), strict=True)
    ):
        raise bad_input("The certificate holds no rewards of this backlog's floors.")
    total = sum(
        order_least(instance, order, stock, pick, reward[floor] if floor >= 0 else 0)
        for order, floor in enumerate(floors.of_order.tolist())
    )
    total += PRICE_SCALE * instance.settled_cents
    total += PRICE_SCALE * sum(each * int(units) for each, units in zip(reward, floors.units, strict=True))
    for cell, price in enumerate(stock):
        later = stock[cell + 1] if (cell + 1) % days else 0
        if price < later:
            raise bad_input("The certificate asks more for a later unit than for an earlier one.")
        total -= (price - later) * int(arrays.supply[cell])
    return total - sum(price * int(arrays.pick[cell]) for cell, price in enumerate(pick))


def order_least(instance: Instance, order: int, stock: list[int], pick: list[int], reward: int = 0) -> int:
    """The least that an order costs at the prices, a unit on time being rewarded with so many cents."""
    arrays = instance.arrays
    lines = range(int(arrays.order_first[order]), int(arrays.order_first[order + 1]))
    unfilled = {line: PRICE_SCALE * int(arrays.line_unfilled[line]) for line in lines}
    need = {line: int(arrays.line_qty[line]) for line in lines}
    cells = cells_of(instance, order, stock, pick, reward)
    complete = bool(arrays.order_complete[order])
    least = sum(need[line] * unfilled[line] for line in lines)
    for count in range(1, min(int(arrays.order_shipments[order]), len(cells)) + 1):
        for chosen in combinations(cells, count):
            cost = cost_of(instance, chosen, need, unfilled, complete)
            if cost is not None:
                least = min(least, cost)
    return least


def cells_of(instance: Instance, order: int, stock: list[int], pick: list[int], reward: int) -> list[Cell]:
    """Every source and day that could ship to an order."""
    arrays = instance.arrays
    days, zone = arrays.n_days, int(arrays.order_zone[order])
    found: list[Cell] = []
    for entry in range(int(arrays.entry_first[order]), int(arrays.entry_first[order + 1])):
        source = int(arrays.entry_source[entry])
        lane, node = zone * arrays.n_sources + source, int(arrays.source_node[source])
        for day in range(days):
            late = max(0, day + int(arrays.lane_transit[lane]) - int(arrays.order_promised[order]))
            offers: dict[int, list[Offer]] = {}
            for pair in range(int(arrays.pair_first[entry]), int(arrays.pair_first[entry + 1])):
                line, row = int(arrays.pair_line[pair]), int(arrays.pair_row[pair])
                drawn = day - int(arrays.pair_lead[pair])
                if drawn < 0 or day > int(arrays.pair_last[pair]) or not arrays.pick[node * days + day]:
                    continue
                unit = int(arrays.pair_cost[pair]) + late * int(arrays.line_late[line])
                unit -= reward if not late else 0
                if arrays.supply[row * days + drawn]:
                    price = stock[row * days + drawn] + pick[node * days + day]
                    offers.setdefault(line, []).append((PRICE_SCALE * unit + price, row, drawn))
            if offers:
                found.append((PRICE_SCALE * int(arrays.lane_fixed[lane]), offers))
    return found


def cost_of(
    instance: Instance,
    chosen: tuple[Cell, ...],
    need: dict[int, int],
    unfilled: dict[int, int],
    complete: bool,
) -> int | None:
    """What the lines cost from some shipments; None when the order must be complete and cannot be."""
    days = instance.arrays.n_days
    total = sum(fixed for fixed, _ in chosen)
    for line, wanted in need.items():
        left = wanted
        remaining: dict[int, list[int]] = {}
        for unit, row, day in sorted(offer for _, offers in chosen for offer in offers.get(line, [])):
            if left and (complete or unit < unfilled[line]):
                supply = instance.arrays.supply[row * days : (row + 1) * days]
                there = remaining.setdefault(row, [int(each) for each in supply])
                units = min(left, *there[day:])
                there[day:] = [each - units for each in there[day:]]
                total += units * unit
                left -= units
        if left and complete:
            return None
        total += left * unfilled[line]
    return total
