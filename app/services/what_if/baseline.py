"""Today's open backlog as an instance for the solver, with the names behind its numbers.

The money and the stock are those of a single case (``app.services.recommend``): margin and penalty of a unit
that is missing, penalty of a day late, the cheapest lane, open units at the node they are planned from, and
safety stock that only they may touch. Lines that stand packed are left out with their goods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np

from app.services.recommend.shortage import HORIZON_DAYS, MAX_HORIZON_DAYS
from app.services.recommend.tariffs import (
    CHANGE_CENTS_PER_UNIT,
    assumed_lane,
    cheapest_lanes,
    late_cents,
    unfilled_cents,
    working_days,
)
from app.services.what_if.bookings import Bookings
from domain.customers import Customer
from domain.errors import ConflictError
from domain.ids import CustomerId, ItemId, NodeId
from domain.items import Item
from domain.network import Lane, Node
from optimization.backlog.tables import NO_NODE, NO_SKU, Column, Sizes, Table, Tables

if TYPE_CHECKING:
    from app.store.backlog_rows import BacklogRows, OpenLine

GRAMS_PER_KG = 1_000
LAST_PRIORITY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Masters:
    """What rarely changes and the lines refer to."""

    nodes: tuple[Node, ...]
    lanes: tuple[Lane, ...]
    items: Mapping[ItemId, Item]
    customers: Mapping[CustomerId, Customer]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baseline:
    """The instance, and what each of its numbers stands for; lists are in the order of its ids.

    ``today`` is its day 0, in UTC; ``places`` the number of each line by its id. ``left_out`` counts lines
    that are not planned, by reason. ``bookings`` are the shipments that wait for their pickup.
    """

    tables: Tables
    as_of: datetime
    today: date
    nodes: tuple[Node, ...]
    zones: tuple[str, ...]
    items: tuple[Item, ...]
    lines: tuple[OpenLine, ...]
    places: Mapping[str, int]
    order_customers: tuple[Customer, ...]
    assumed_lanes: int
    currency: str
    left_out: tuple[tuple[str, int], ...] = ()
    bookings: Bookings = field(default_factory=Bookings)

    def customer_of(self, line: int) -> Customer:
        """Whose line it is."""
        return self.order_customers[int(self.tables.lines["order"][line])]


def baseline_of(rows: BacklogRows, masters: Masters, now: datetime) -> Baseline:
    """Lay out what the mirror holds.

    Raises:
        ConflictError: there is nothing to plan.
    """
    planned, left_out = _plannable(rows.lines, masters)
    if not planned:
        raise ConflictError(
            what="No open order line can be planned: the backlog is empty or its facts are missing.",
            remedy="Sync the sources, then try again.",
        )
    currency = planned[0].currency
    nodes = _used_nodes(masters, rows, planned)
    items = tuple(masters.items[item_id] for item_id in sorted({line.item_id for line in planned}))
    order_ids = sorted({line.order_id for line in planned})
    first_of = {line.order_id: line for line in reversed(planned)}
    customers = tuple(masters.customers[first_of[order_id].customer_id] for order_id in order_ids)
    zones = tuple(sorted({str(customer.zone_id) for customer in customers}))
    promised = [(line.promised_at.date() - now.date()).days for line in planned]
    days = min(MAX_HORIZON_DAYS, max(0, *promised) + HORIZON_DAYS)
    places = _Places.of(nodes, zones, items, order_ids)
    lanes, assumed = _lanes(masters.lanes, nodes, zones)
    tables = Tables(
        seed=0,
        sizes=Sizes(
            nodes=len(nodes), zones=len(zones), days=days,
            skus=len(items), orders=len(order_ids), lines=len(planned),
        ),
        node_cities=tuple(node.place.name for node in nodes),
        zone_cities=zones,
        lanes=lanes,
        skus=_skus(items),
        supply=_supply(rows, planned, places, days, now),
        pick_capacity=_picks(nodes, now, days),
        orders=_orders(planned, customers, places, now),
        lines=_lines(planned, masters, places),
    )  # fmt: skip
    return Baseline(
        tables=tables, as_of=now, today=now.date(), nodes=nodes, zones=zones, items=items,
        lines=tuple(planned), places={line.line_id: number for number, line in enumerate(planned)},
        order_customers=customers, assumed_lanes=assumed, currency=currency, left_out=left_out,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Ids to numbers."""

    node: Mapping[NodeId, int]
    zone: Mapping[str, int]
    item: Mapping[ItemId, int]
    order: Mapping[str, int]

    @classmethod
    def of(
        cls, nodes: Sequence[Node], zones: Sequence[str], items: Sequence[Item], orders: Sequence[str]
    ) -> _Places:
        return cls(
            node={node.node_id: number for number, node in enumerate(nodes)},
            zone={zone: number for number, zone in enumerate(zones)},
            item={item.item_id: number for number, item in enumerate(items)},
            order={order: number for number, order in enumerate(orders)},
        )


def _plannable(
    lines: Sequence[OpenLine], masters: Masters
) -> tuple[list[OpenLine], tuple[tuple[str, int], ...]]:
    """The lines that can be planned, and how many are not, by reason."""
    kept: list[OpenLine] = []
    counts: dict[str, int] = {}
    currency = next((line.currency for line in lines if not line.packed), "")
    for line in lines:
        if line.packed:
            why = "packed or on the way"
        elif line.item_id not in masters.items or line.customer_id not in masters.customers:
            why = "item or customer unknown"
        elif line.currency != currency:
            why = f"not in {currency}"
        else:
            kept.append(line)
            continue
        counts[why] = counts.get(why, 0) + 1
    return kept, tuple(sorted(counts.items()))


def _used_nodes(masters: Masters, rows: BacklogRows, planned: Sequence[OpenLine]) -> tuple[Node, ...]:
    """The nodes that hold, get or are to ship something that is wanted."""
    wanted = {line.item_id for line in planned}
    used = {node for line in planned for node, _ in line.at_nodes}
    used |= {row.node_id for row in rows.stock if row.item_id in wanted and row.on_hand_quantity > 0}
    used |= {row.node_id for row in rows.inbound if row.item_id in wanted}
    return tuple(node for node in masters.nodes if node.node_id in used)


def _column(values: Sequence[int]) -> Column:
    return np.array(values, dtype=np.int64)


def _lanes(lanes: Sequence[Lane], nodes: Sequence[Node], zones: Sequence[str]) -> tuple[Table, int]:
    """Every zone with every node, and for how many of them the price is assumed."""
    cheapest = {(str(node), str(zone)): lane for (node, zone), lane in cheapest_lanes(lanes).items()}
    customers = {str(lane.zone_id): lane.zone_id for lane in lanes}
    known = []
    assumed = 0
    for zone in zones:
        for node in nodes:
            lane = cheapest.get((str(node.node_id), zone))
            if lane is None:
                assumed += 1
                lane = assumed_lane(node.node_id, customers.get(zone, lanes[0].zone_id) if lanes else zone)  # type: ignore[arg-type]  # an id is text
            known.append(lane)
    return {
        "zone": np.repeat(np.arange(len(zones), dtype=np.int64), len(nodes)),
        "node": np.tile(np.arange(len(nodes), dtype=np.int64), len(zones)),
        "fixed_cents": _column([lane.fixed_cost_cents for lane in known]),
        "rate_cents_per_kg": np.array([lane.rate_cents_per_kg for lane in known], dtype=np.float64),
        "transit_days": _column([lane.transit_days for lane in known]),
    }, assumed


def _skus(items: Sequence[Item]) -> Table:
    count = len(items)
    return {
        "sku": np.arange(count, dtype=np.int64),
        "kg": np.array([item.weight_grams / GRAMS_PER_KG for item in items], dtype=np.float64),
        "alt_sku": np.full(count, NO_SKU, dtype=np.int64),
        "alt_cents": np.zeros(count, dtype=np.int64),
    }


def _supply(
    rows: BacklogRows, planned: Sequence[OpenLine], places: _Places, days: int, now: datetime
) -> Table:
    """Usable stock on day 0 and what comes in later, one row a SKU, node and day."""
    wanted: dict[tuple[ItemId, NodeId], int] = {}
    for line in planned:
        for node, quantity in line.at_nodes:
            wanted[line.item_id, node] = wanted.get((line.item_id, node), 0) + quantity
    cells: dict[tuple[int, int, int], int] = {}
    for row in rows.stock:
        if row.item_id in places.item and row.node_id in places.node:
            usable = usable_units(
                on_hand=row.on_hand_quantity,
                committed=row.committed_quantity,
                safety=row.safety_stock_quantity,
                planned=wanted.get((row.item_id, row.node_id), 0),
            )
            if usable:
                cells[places.item[row.item_id], places.node[row.node_id], 0] = usable
    for arrival in rows.inbound:
        day = max(0, (arrival.eta_at.date() - now.date()).days)
        if day < days and arrival.item_id in places.item and arrival.node_id in places.node:
            cell = (places.item[arrival.item_id], places.node[arrival.node_id], day)
            cells[cell] = cells.get(cell, 0) + arrival.quantity
    found = sorted(cells.items())
    return {
        "sku": _column([cell[0] for cell, _ in found]),
        "node": _column([cell[1] for cell, _ in found]),
        "day": _column([cell[2] for cell, _ in found]),
        "arriving_qty": _column([quantity for _, quantity in found]),
    }


def usable_units(*, on_hand: int, committed: int, safety: int, planned: int) -> int:
    """Units at a node that the plan may use.

    Safety stock is kept, unless what is promised already needs it; what is bound to lines that are not
    planned (``committed`` less ``planned``) is not there.
    """
    here = max(0, on_hand)
    bound = max(0, committed - planned)
    return max(0, max(here - safety, min(here, committed)) - bound)


def _picks(nodes: Sequence[Node], now: datetime, days: int) -> Table:
    rows = [
        (number, day, node.pick_capacity_units_per_day)
        for number, node in enumerate(nodes)
        for day in working_days(node, now.date(), days)
    ]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return {"node": columns[0], "day": columns[1], "pick_units": columns[2]}


def _orders(
    planned: Sequence[OpenLine], customers: Sequence[Customer], places: _Places, now: datetime
) -> Table:
    count = len(customers)
    promised = np.full(count, MAX_HORIZON_DAYS, dtype=np.int64)
    for line in planned:
        day = max(0, (line.promised_at.date() - now.date()).days)
        order = places.order[line.order_id]
        promised[order] = min(int(promised[order]), day)
    return {
        "order": np.arange(count, dtype=np.int64),
        "zone": _column([places.zone[str(customer.zone_id)] for customer in customers]),
        "priority": _column([min(customer.tier - 1, LAST_PRIORITY) for customer in customers]),
        "conf_class": np.zeros(count, dtype=np.int64),
        "promised_day": promised,
        "ship_complete": _column([int(customer.split.ship_complete) for customer in customers]),
        "max_shipments": _column([customer.split.max_shipments for customer in customers]),
    }


def _lines(planned: Sequence[OpenLine], masters: Masters, places: _Places) -> Table:
    slas = [masters.customers[line.customer_id].sla for line in planned]
    landed = [masters.items[line.item_id].landed_cost_cents for line in planned]
    prices = [line.unit_price_cents for line in planned]
    current = [
        places.node.get(line.at_nodes[0][0], NO_NODE) if line.at_nodes else NO_NODE for line in planned
    ]
    open_units = _column([line.open_quantity for line in planned])
    return {
        "line": np.arange(len(planned), dtype=np.int64),
        "order": _column([places.order[line.order_id] for line in planned]),
        "sku": _column([places.item[line.item_id] for line in planned]),
        "ordered_qty": open_units,
        "confirmable_qty": open_units,
        "unfilled_cents": _column(
            [unfilled_cents(price, cost, sla) for price, cost, sla in zip(prices, landed, slas, strict=True)]
        ),
        "late_cents_per_unit_day": _column(
            [late_cents(price, sla) for price, sla in zip(prices, slas, strict=True)]
        ),
        "current_node": _column(current),
        "change_cents": np.full(len(planned), CHANGE_CENTS_PER_UNIT, dtype=np.int64),
    }
