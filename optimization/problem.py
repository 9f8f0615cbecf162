"""What a reallocation is asked to decide: frozen integers in canonical order, with a digest.

Money is integer cents, weight integer grams, days are ``0 … days - 1`` (day 0 is the first day
on which anything can leave). What is not listed does not exist: a node without a pick capacity
row on a day is closed that day, a node without a lane to a zone cannot serve it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from domain.checks import require, require_text
from optimization.bounds import (
    MAX_CENTS,
    MAX_DAY_DISTANCE,
    MAX_DAYS,
    MAX_GRAMS,
    MAX_OBJECTIVE_CENTS,
    MAX_TRANSIT_DAYS,
    MAX_UNITS,
    require_known,
    require_range,
    require_unique,
)
from optimization.canonical import digest_of

GRAMS_PER_KG = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitute:
    """A SKU that may stand in for another, at an extra cost for every unit so shipped."""

    sku_id: str
    extra_cents_per_unit: int = 0

    def __post_init__(self) -> None:
        """Refuse a nameless substitute or a negative extra."""
        require_text(self.sku_id, "substitute sku_id")
        require_range(
            self.extra_cents_per_unit, 0, MAX_CENTS, f"substitute {self.sku_id} extra_cents_per_unit"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sku:
    """A stock-keeping unit: its weight and what may be shipped in its place."""

    sku_id: str
    weight_grams: int
    substitutes: tuple[Substitute, ...] = ()

    def __post_init__(self) -> None:
        """Order the substitutes; refuse a SKU that stands in for itself."""
        require_text(self.sku_id, "sku_id")
        require_range(self.weight_grams, 0, MAX_GRAMS, f"sku {self.sku_id} weight_grams")
        ordered = tuple(sorted(self.substitutes, key=lambda substitute: substitute.sku_id))
        object.__setattr__(self, "substitutes", ordered)
        require_unique((s.sku_id for s in self.substitutes), f"sku {self.sku_id} substitute")
        require(
            all(s.sku_id != self.sku_id for s in self.substitutes), f"sku {self.sku_id} substitutes itself."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Units of a SKU that become available at a node on a day; day 0 is what is on hand."""

    sku_id: str
    node_id: str
    day: int
    quantity: int

    def __post_init__(self) -> None:
        """Refuse an arrival of nothing."""
        require_range(self.quantity, 1, MAX_UNITS, f"arrival of {self.sku_id} at {self.node_id} quantity")


@dataclass(frozen=True, slots=True, kw_only=True)
class PickCapacity:
    """Units a node can pick on a day."""

    node_id: str
    day: int
    pick_units: int

    def __post_init__(self) -> None:
        """Refuse a capacity of nothing: a closed day is a day without a row."""
        require_range(
            self.pick_units, 1, MAX_UNITS, f"pick capacity of {self.node_id} day {self.day} pick_units"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Node to zone: what one shipment costs, what a kilogram adds, and how long it takes."""

    node_id: str
    zone_id: str
    fixed_cents: int
    rate_cents_per_kg: int
    transit_days: int

    def __post_init__(self) -> None:
        """Refuse negative costs and times."""
        name = f"lane {self.node_id} to {self.zone_id}"
        require_range(self.fixed_cents, 0, MAX_CENTS, f"{name} fixed_cents")
        require_range(self.rate_cents_per_kg, 0, MAX_CENTS, f"{name} rate_cents_per_kg")
        require_range(self.transit_days, 0, MAX_TRANSIT_DAYS, f"{name} transit_days")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDemand:
    """An order: where it goes, when it was promised, and how it may be shipped.

    ``promised_day`` is an arrival day and may lie before day 0; ``last_ship_day`` (if given) is
    the last day on which any of it may leave.
    """

    order_id: str
    zone_id: str
    promised_day: int
    max_shipments: int
    ship_complete: bool = False
    priority: int = 0
    last_ship_day: int | None = None

    def __post_init__(self) -> None:
        """Refuse impossible days and an order that may not be shipped at all."""
        name = f"order {self.order_id}"
        require_text(self.order_id, "order_id")
        require_text(self.zone_id, f"{name} zone_id")
        require_range(self.promised_day, -MAX_DAY_DISTANCE, MAX_DAY_DISTANCE, f"{name} promised_day")
        require_range(self.max_shipments, 1, MAX_UNITS, f"{name} max_shipments")
        require_range(self.priority, 0, MAX_UNITS, f"{name} priority")
        if self.last_ship_day is not None:
            require_range(self.last_ship_day, -1, MAX_DAY_DISTANCE, f"{name} last_ship_day")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDemand:
    """A line: how many units, what failing them costs, and where they are planned today.

    ``change_cents_per_unit`` is paid for every unit not served from ``current_node_id``, unfilled
    units included. ``firm_quantity`` units must leave from ``current_node_id`` as ordered.
    """

    line_id: str
    order_id: str
    sku_id: str
    quantity: int
    unfilled_cents_per_unit: int
    late_cents_per_unit_day: int = 0
    current_node_id: str | None = None
    change_cents_per_unit: int = 0
    firm_quantity: int = 0
    allow_substitutes: bool = True

    def __post_init__(self) -> None:
        """Refuse a line for nothing, negative penalties, and a firm quantity without a place."""
        name = f"line {self.line_id}"
        require_text(self.line_id, "line_id")
        require_range(self.quantity, 1, MAX_UNITS, f"{name} quantity")
        require_range(self.unfilled_cents_per_unit, 0, MAX_CENTS, f"{name} unfilled_cents_per_unit")
        require_range(self.late_cents_per_unit_day, 0, MAX_CENTS, f"{name} late_cents_per_unit_day")
        require_range(self.change_cents_per_unit, 0, MAX_CENTS, f"{name} change_cents_per_unit")
        require_range(self.firm_quantity, 0, self.quantity, f"{name} firm_quantity")
        placed = self.current_node_id is not None
        require(placed or self.firm_quantity == 0, f"{name} is firm but has no current_node_id.")
        require(
            placed or self.change_cents_per_unit == 0, f"{name} has a change cost but no current_node_id."
        )


@dataclass(frozen=True, kw_only=True)
class ReallocationProblem:
    """Orders and their lines, the stock and the capacity that may serve them, and every price."""

    days: int
    node_ids: tuple[str, ...]
    skus: tuple[Sku, ...]
    arrivals: tuple[Arrival, ...]
    pick_capacity: tuple[PickCapacity, ...]
    lanes: tuple[Lane, ...]
    orders: tuple[OrderDemand, ...]
    lines: tuple[LineDemand, ...]
    currency: str = "USD"

    def __post_init__(self) -> None:
        """Bring every row into canonical order and refuse what cannot be true."""
        require_range(self.days, 1, MAX_DAYS, "days")
        require_text(self.currency, "currency")
        ordered = {
            "node_ids": tuple(sorted(self.node_ids)),
            "skus": tuple(sorted(self.skus, key=lambda row: row.sku_id)),
            "arrivals": tuple(sorted(self.arrivals, key=lambda row: (row.sku_id, row.node_id, row.day))),
            "pick_capacity": tuple(sorted(self.pick_capacity, key=lambda row: (row.node_id, row.day))),
            "lanes": tuple(sorted(self.lanes, key=lambda row: (row.node_id, row.zone_id))),
            "orders": tuple(sorted(self.orders, key=lambda row: row.order_id)),
            "lines": tuple(sorted(self.lines, key=lambda row: row.line_id)),
        }
        for name, rows in ordered.items():
            object.__setattr__(self, name, rows)
        _check_keys(self)
        _check_references(self)
        _check_substitute_cycles(self.skus)
        _check_objective_size(self)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON: equal problems have equal digests."""
        return digest_of(self)


def _check_keys(problem: ReallocationProblem) -> None:
    """Refuse a second row for the same thing."""
    require_unique(problem.node_ids, "node")
    require_unique((sku.sku_id for sku in problem.skus), "sku")
    require_unique(((a.sku_id, a.node_id, a.day) for a in problem.arrivals), "arrival")
    require_unique(((c.node_id, c.day) for c in problem.pick_capacity), "pick capacity")
    require_unique(((lane.node_id, lane.zone_id) for lane in problem.lanes), "lane")
    require_unique((order.order_id for order in problem.orders), "order")
    require_unique((line.line_id for line in problem.lines), "line")


def _check_references(problem: ReallocationProblem) -> None:
    """Refuse rows that name an unknown node, SKU, order or day."""
    nodes, last_day = set(problem.node_ids), problem.days - 1
    skus = {sku.sku_id for sku in problem.skus}
    orders = {order.order_id for order in problem.orders}
    for sku in problem.skus:
        for substitute in sku.substitutes:
            require_known(substitute.sku_id, skus, f"sku {sku.sku_id} substitute")
    for arrival in problem.arrivals:
        require_known(arrival.sku_id, skus, "arrival sku")
        require_known(arrival.node_id, nodes, f"arrival of {arrival.sku_id} node")
        require_range(arrival.day, 0, last_day, f"arrival of {arrival.sku_id} at {arrival.node_id} day")
    for capacity in problem.pick_capacity:
        require_known(capacity.node_id, nodes, "pick capacity node")
        require_range(capacity.day, 0, last_day, f"pick capacity of {capacity.node_id} day")
    for lane in problem.lanes:
        require_known(lane.node_id, nodes, f"lane to {lane.zone_id} node")
    for line in problem.lines:
        require_known(line.order_id, orders, f"line {line.line_id} order")
        require_known(line.sku_id, skus, f"line {line.line_id} sku")
        if line.current_node_id is not None:
            require_known(line.current_node_id, nodes, f"line {line.line_id} current node")


def _check_substitute_cycles(skus: tuple[Sku, ...]) -> None:
    """Refuse A for B for A: "only if the original is short" would have no original."""
    followers = {sku.sku_id: [s.sku_id for s in sku.substitutes] for sku in skus}
    try:
        TopologicalSorter(followers).prepare()
    except CycleError as error:
        cycle = " for ".join(error.args[1])
        require(False, f"skus substitute each other in a circle: {cycle}.")


def _check_objective_size(problem: ReallocationProblem) -> None:
    """Refuse numbers whose worst sum a solver could not hold exactly."""
    transit = max((lane.transit_days for lane in problem.lanes), default=0)
    rate = max((lane.rate_cents_per_kg for lane in problem.lanes), default=0)
    fixed = max((lane.fixed_cents for lane in problem.lanes), default=0)
    grams = max((sku.weight_grams for sku in problem.skus), default=0)
    extra = max((s.extra_cents_per_unit for sku in problem.skus for s in sku.substitutes), default=0)
    promised = {order.order_id: order.promised_day for order in problem.orders}
    worst = fixed * problem.days * len(problem.node_ids) * len(problem.orders)
    for line in problem.lines:
        late_days = max(0, problem.days + transit - promised[line.order_id])
        unit = line.unfilled_cents_per_unit + line.change_cents_per_unit + extra
        unit += late_days * line.late_cents_per_unit_day + grams * rate // GRAMS_PER_KG + 1
        worst += unit * line.quantity
        require(worst <= MAX_OBJECTIVE_CENTS, f"line {line.line_id} quantity times prices is too large.")
