"""The open backlog as rows: lines that may go on, stock with what of it is spoken for, inbound supply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from app.store.instants import from_ms
from app.store.readers import STOCK_ROWS
from domain.ids import CustomerId, ItemId, LineId, NodeId, OrderId

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_GOES_ON = """
l.deleted_at IS NULL AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity
  AND o.deleted_at IS NULL AND o.status IN ('confirmed', 'released') AND o.credit_status <> 'hold'
"""
_PACKED = """
EXISTS (SELECT 1 FROM shipment_line x JOIN shipment s ON s.id = x.shipment_id AND s.deleted_at IS NULL
         WHERE x.line_id = l.id AND s.status IN ('packed', 'in_transit', 'delivered'))
"""
_LINES = text(
    """
SELECT l.id, l.order_id, o.number, l.position, o.customer_id, o.currency, l.item_id, l.unit_price_cents,
       l.ordered_quantity - l.shipped_quantity AS open_quantity, l.promised_at,
       COALESCE(l.node_id, o.ship_from_node_id) AS planned_node,
"""
    + _PACKED
    + """
  AS packed FROM order_line l JOIN sales_order o ON o.id = l.order_id WHERE
"""
    + _GOES_ON
    + " ORDER BY l.order_id, l.position, l.id"
)
_ALLOCATIONS = text(
    """
SELECT a.line_id, a.node_id, SUM(a.quantity) AS quantity
  FROM allocation a JOIN order_line l ON l.id = a.line_id JOIN sales_order o ON o.id = l.order_id
 WHERE a.deleted_at IS NULL AND a.quantity > 0 AND a.item_id = l.item_id AND
"""
    + _GOES_ON
    + " GROUP BY a.line_id, a.node_id ORDER BY a.line_id, SUM(a.quantity) DESC, a.node_id"
)
_STOCK = text(STOCK_ROWS + " WHERE p.deleted_at IS NULL ORDER BY p.item_id, p.node_id")
_INBOUND = text("""
SELECT item_id, node_id, eta_at, ordered_quantity - received_quantity AS quantity
  FROM inbound_supply
 WHERE deleted_at IS NULL AND cancelled = 0 AND ordered_quantity > received_quantity
 ORDER BY item_id, node_id, eta_at, id
""")
_CASES = text("""
SELECT entity_id, case_id FROM exception_case
 WHERE entity_kind = 'order_line' AND code IN ('AL-SHORT', 'AL-IMBALANCE') AND closed_at IS NULL
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """A line that may go on; ``at_nodes`` are its open units by node, the most first.

    ``packed``: its goods stand packed or are on the way, so that no plan can move them.
    """

    line_id: LineId
    order_id: OrderId
    order_number: str
    position: int
    customer_id: CustomerId
    currency: str
    item_id: ItemId
    unit_price_cents: int
    open_quantity: int
    promised_at: datetime
    at_nodes: tuple[tuple[NodeId, int], ...]
    packed: bool
    case_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """Units of an item at a node: on hand, spoken for by open lines, and kept as safety stock."""

    item_id: ItemId
    node_id: NodeId
    on_hand_quantity: int
    committed_quantity: int
    safety_stock_quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundRow:
    """Units of an item still expected at a node."""

    item_id: ItemId
    node_id: NodeId
    eta_at: datetime
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogRows:
    """All of it, read in one transaction."""

    lines: tuple[OpenLine, ...]
    stock: tuple[StockRow, ...]
    inbound: tuple[InboundRow, ...]


def backlog_rows(connection: Connection) -> BacklogRows:
    """The backlog as it is now."""
    allocated: dict[str, list[tuple[NodeId, int]]] = {}
    for row in connection.execute(_ALLOCATIONS):
        allocated.setdefault(row.line_id, []).append((NodeId(row.node_id), row.quantity))
    cases: dict[str, str] = {row.entity_id: row.case_id for row in connection.execute(_CASES)}
    return BacklogRows(
        lines=tuple(_lines(connection, allocated, cases)),
        stock=tuple(
            StockRow(
                item_id=ItemId(row.item_id),
                node_id=NodeId(row.node_id),
                on_hand_quantity=row.on_hand_quantity,
                committed_quantity=row.committed,
                safety_stock_quantity=row.safety_stock_quantity,
            )
            for row in connection.execute(_STOCK)
        ),
        inbound=tuple(
            InboundRow(
                item_id=ItemId(row.item_id),
                node_id=NodeId(row.node_id),
                eta_at=from_ms(row.eta_at),
                quantity=row.quantity,
            )
            for row in connection.execute(_INBOUND)
        ),
    )


def _lines(
    connection: Connection, allocated: Mapping[str, list[tuple[NodeId, int]]], cases: Mapping[str, str]
) -> list[OpenLine]:
    found = []
    for row in connection.execute(_LINES):
        at_nodes = list(allocated.get(row.id, ()))
        rest = row.open_quantity - sum(quantity for _, quantity in at_nodes)
        if rest > 0 and row.planned_node is not None:
            at_nodes = _with_rest(at_nodes, NodeId(row.planned_node), rest)
        found.append(
            OpenLine(
                line_id=LineId(row.id),
                order_id=OrderId(row.order_id),
                order_number=row.number,
                position=row.position,
                customer_id=CustomerId(row.customer_id),
                currency=row.currency,
                item_id=ItemId(row.item_id),
                unit_price_cents=row.unit_price_cents,
                open_quantity=row.open_quantity,
                promised_at=from_ms(row.promised_at),
                at_nodes=tuple(at_nodes),
                packed=bool(row.packed),
                case_id=cases.get(row.id, ""),
            )
        )
    return found


def _with_rest(at_nodes: list[tuple[NodeId, int]], node: NodeId, rest: int) -> list[tuple[NodeId, int]]:
    units = dict(at_nodes)
    units[node] = units.get(node, 0) + rest
    return sorted(units.items(), key=lambda each: (-each[1], each[0]))
