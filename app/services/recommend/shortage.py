"""A short line as a question to the solver: move it, split it, or wait, over nodes and days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.services.recommend.facts import RemedyFacts, StockOutlook, entity_of
from app.services.recommend.tariffs import (
    CHANGE_CENTS_PER_UNIT,
    assumed_lane,
    cheapest_lanes,
    late_cents,
    unfilled_cents,
    working_days,
)
from domain.cases import ExceptionCase
from domain.customers import Customer
from domain.errors import ConflictError
from domain.ids import EntityKind, NodeId
from domain.items import Item
from domain.network import Lane, Node
from domain.orders import OrderLine, SalesOrder
from optimization.problem import (
    Arrival,
    LineDemand,
    OrderDemand,
    PickCapacity,
    ReallocationProblem,
    Sku,
)
from optimization.problem import Lane as PricedLane
from optimization.split_problem import SplitPolicy, SplitProblem

HORIZON_DAYS = 10
MAX_HORIZON_DAYS = 28
MAX_NODES = 12
#: The evidence that says how many units are short.
_SHORT = frozenset({"short_quantity", "open_quantity"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """The records around a short line, and the nodes that could serve it."""

    line: OrderLine
    order: SalesOrder
    item: Item
    customer: Customer
    home: NodeId
    short_quantity: int
    nodes: tuple[Node, ...]
    outlook: tuple[StockOutlook, ...]
    lanes: tuple[Lane, ...]

    def node_name(self, node_id: str) -> str:
        """What people call a node."""
        return next((n.name for n in self.nodes if n.node_id == node_id), node_id)

    @property
    def assumed_lanes(self) -> tuple[str, ...]:
        """Nodes whose freight to the customer is assumed, because no lane is on file."""
        known = {lane.origin_node_id for lane in self.lanes}
        return tuple(node.name for node in self.nodes if node.node_id not in known)


def shortage_of(case: ExceptionCase, facts: RemedyFacts) -> Shortage:
    """Gather what a shortage case is about; of an item that is not sold any more all open units are short.

    Raises:
        ConflictError: the line is no longer there, or no longer short at a node.
    """
    line = entity_of(facts, EntityKind.ORDER_LINE, case.entity.entity_id, OrderLine)
    order = entity_of(facts, EntityKind.SALES_ORDER, line.order_id, SalesOrder)
    item = entity_of(facts, EntityKind.ITEM, line.item_id, Item)
    customer = entity_of(facts, EntityKind.CUSTOMER, order.customer_id, Customer)
    home = case.node_id or line.node_id
    short = next((int(fact.value) for fact in case.evidence if fact.name in _SHORT), 0)
    if home is None or line.open_quantity == 0 or short == 0:
        raise ConflictError(
            what=f"Line {line.position} of {order.number} is no longer short.",
            remedy="Sync again; the case will clear.",
        )
    outlook = facts.stock_outlook(line.item_id)
    offering = sorted(
        (row for row in outlook if row.node_id != home and row.uncommitted_quantity > 0),
        key=lambda row: (-row.uncommitted_quantity, row.node_id),
    )[: MAX_NODES - 1]
    wanted = {home, *(row.node_id for row in offering)}
    return Shortage(
        line=line,
        order=order,
        item=item,
        customer=customer,
        home=home,
        short_quantity=min(short, line.open_quantity),
        nodes=tuple(node for node in facts.nodes() if node.node_id in wanted),
        outlook=tuple(offering),
        lanes=tuple(lane for lane in facts.lanes_to(customer.zone_id) if lane.origin_node_id in wanted),
    )


def shortage_problem(shortage: Shortage, facts: RemedyFacts, now: datetime) -> SplitProblem:
    """The line, the stock it may take and the freight, as integers for the solver.

    Day 0 is today in UTC; what the line can have at home today is its open quantity less the
    short one, the rest comes with the inbound supply of its home node or from other nodes.
    """
    promised_day = (shortage.line.promised_at.date() - now.date()).days
    inbound = inbound_days(shortage, facts, now)
    days = min(MAX_HORIZON_DAYS, max([promised_day, 0, *(day for day, _ in inbound)]) + HORIZON_DAYS)
    demand = ReallocationProblem(
        days=days,
        node_ids=tuple(str(node.node_id) for node in shortage.nodes),
        skus=(Sku(sku_id=shortage.item.item_id, weight_grams=shortage.item.weight_grams),),
        arrivals=_arrivals(shortage, inbound, days),
        pick_capacity=_open_days(shortage, now, days),
        lanes=_priced_lanes(shortage),
        orders=(
            OrderDemand(
                order_id=shortage.order.order_id,
                zone_id=shortage.customer.zone_id,
                promised_day=promised_day,
                max_shipments=shortage.customer.split.max_shipments,
                ship_complete=shortage.customer.split.ship_complete,
            ),
        ),
        lines=(_demand_of(shortage),),
        currency=shortage.order.currency,
    )
    policy = SplitPolicy(
        order_id=shortage.order.order_id,
        allow_split=shortage.customer.split.max_shipments > 1,
        allow_partial=not shortage.customer.split.ship_complete,
        max_shipments=shortage.customer.split.max_shipments,
    )
    return SplitProblem(demand=demand, policies=(policy,))


def _demand_of(shortage: Shortage) -> LineDemand:
    line, sla = shortage.line, shortage.customer.sla
    return LineDemand(
        line_id=line.line_id,
        order_id=line.order_id,
        sku_id=line.item_id,
        quantity=line.open_quantity,
        unfilled_cents_per_unit=unfilled_cents(line.unit_price_cents, shortage.item.landed_cost_cents, sla),
        late_cents_per_unit_day=late_cents(line.unit_price_cents, sla),
        current_node_id=shortage.home,
        change_cents_per_unit=CHANGE_CENTS_PER_UNIT,
        allow_substitutes=False,
    )


def inbound_days(shortage: Shortage, facts: RemedyFacts, now: datetime) -> tuple[tuple[int, int], ...]:
    """(day, units) of what comes to the home node, up to what the line is short of."""
    found: dict[int, int] = {}
    left = shortage.short_quantity
    arriving = [s for s in facts.inbound_of(shortage.line.item_id) if s.node_id == shortage.home]
    for supply in sorted(arriving, key=lambda s: (s.eta_at, s.supply_id)):
        day = max(0, (supply.eta_at.date() - now.date()).days)
        taken = min(left, supply.open_quantity)
        if taken and day < MAX_HORIZON_DAYS:
            found[day] = found.get(day, 0) + taken
            left -= taken
    return tuple(sorted(found.items()))


def _arrivals(shortage: Shortage, inbound: tuple[tuple[int, int], ...], days: int) -> tuple[Arrival, ...]:
    sku = str(shortage.item.item_id)
    at_home: dict[int, int] = {}
    covered = shortage.line.open_quantity - shortage.short_quantity
    if covered:
        at_home[0] = covered
    for day, quantity in inbound:
        if day < days:
            at_home[day] = at_home.get(day, 0) + quantity
    rows = [Arrival(sku_id=sku, node_id=shortage.home, day=day, quantity=q) for day, q in at_home.items()]
    rows += [
        Arrival(sku_id=sku, node_id=row.node_id, day=0, quantity=row.uncommitted_quantity)
        for row in shortage.outlook
    ]
    return tuple(rows)


def _open_days(shortage: Shortage, now: datetime, days: int) -> tuple[PickCapacity, ...]:
    return tuple(
        PickCapacity(node_id=node.node_id, day=day, pick_units=node.pick_capacity_units_per_day)
        for node in shortage.nodes
        for day in working_days(node, now.date(), days)
    )


def _priced_lanes(shortage: Shortage) -> tuple[PricedLane, ...]:
    cheapest = cheapest_lanes(shortage.lanes)
    zone = shortage.customer.zone_id
    rows = []
    for node in shortage.nodes:
        lane = cheapest.get((node.node_id, zone)) or assumed_lane(node.node_id, zone)
        rows.append(
            PricedLane(
                node_id=node.node_id,
                zone_id=lane.zone_id,
                fixed_cents=lane.fixed_cost_cents,
                rate_cents_per_kg=lane.rate_cents_per_kg,
                transit_days=lane.transit_days,
            )
        )
    return tuple(rows)
