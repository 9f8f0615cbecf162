"""Where cases lie and which orders and customers they touch, read for all open cases at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.cases import ExceptionCase
from domain.customers import Customer
from domain.ids import CustomerId, EntityKind, NodeId, OrderId
from domain.network import Node, Place
from domain.orders import SalesOrder

if TYPE_CHECKING:
    from app.store.mirror import Mirror

MICRO = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Geography:
    """Nodes, and the orders and customers behind the open cases."""

    nodes: dict[NodeId, Node] = field(default_factory=dict)
    orders: dict[OrderId, SalesOrder] = field(default_factory=dict)
    customers: dict[CustomerId, Customer] = field(default_factory=dict)

    def customer_of(self, case: ExceptionCase) -> Customer | None:
        """The customer of the first order that a case touches."""
        for order_id in case.order_ids:
            order = self.orders.get(order_id)
            if order is not None and order.customer_id in self.customers:
                return self.customers[order.customer_id]
        return None

    def place_of(self, case: ExceptionCase) -> Place | None:
        """Where a case is shown: at its customer when it touches one order, else at its node."""
        customer = self.customer_of(case) if len(case.order_ids) == 1 else None
        if customer is not None:
            return customer.place
        node = self.nodes.get(case.node_id) if case.node_id is not None else None
        return node.place if node is not None else None

    def node_name(self, node_id: str | None) -> str:
        """What people call a node; its id where it is not known."""
        node = self.nodes.get(NodeId(node_id)) if node_id else None
        return node.name if node is not None else node_id or ""

    def subject_of(self, case: ExceptionCase) -> str:
        """Which order and way a case is about: ``SO-884120 +41 · Memphis→Denver``."""
        numbers = [self.orders[o].number for o in case.order_ids if o in self.orders]
        head = numbers[0] if numbers else case.entity.entity_id
        more = f" +{len(case.order_ids) - 1}" if len(case.order_ids) > 1 else ""
        customer = self.customer_of(case) if len(case.order_ids) == 1 else None
        ends = [self.node_name(case.node_id), customer.place.name.split(",")[0] if customer else ""]
        way = "→".join(end for end in ends if end)
        return f"{head}{more} · {way}" if way else f"{head}{more}"


def read_geography(mirror: Mirror, cases: Sequence[ExceptionCase]) -> Geography:
    """The nodes, and the orders and customers that ``cases`` touch."""
    nodes = (record.entity for record in mirror.entities(EntityKind.NODE))
    orders = _orders(mirror, {order_id for case in cases for order_id in case.order_ids})
    wanted = {order.customer_id for order in orders.values()}
    found = mirror.entities_in(EntityKind.CUSTOMER, "id", sorted(wanted))
    customers = (record.entity for record in found)
    return Geography(
        nodes={node.node_id: node for node in nodes if isinstance(node, Node)},
        orders=orders,
        customers={c.customer_id: c for c in customers if isinstance(c, Customer)},
    )


def _orders(mirror: Mirror, wanted: Iterable[OrderId]) -> dict[OrderId, SalesOrder]:
    found = (record.entity for record in mirror.entities_in(EntityKind.SALES_ORDER, "id", sorted(wanted)))
    return {order.order_id: order for order in found if isinstance(order, SalesOrder)}


def degrees(micro: int) -> float:
    """Micro-degrees as degrees, for drawing only."""
    return micro / MICRO
