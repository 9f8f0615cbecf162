"""An order that would ship from several nodes: the one of them that can ship all of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from app.services.recommend.facts import RemedyFacts, entity_of
from domain.cases import ExceptionCase
from domain.commands import ReallocateLine
from domain.ids import EntityKind, ItemId, NodeId
from domain.orders import OrderLine, OrderStatus, SalesOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class FromOneNode:
    """The moves that bring an order together at a node, of so many that it would ship from."""

    node_name: str
    node_count: int
    moves: tuple[ReallocateLine, ...]


def from_one_node(case: ExceptionCase, facts: RemedyFacts) -> FromOneNode | None:
    """The node that takes the fewest units from the others, of those that have all that is missing there.

    None once the order is released, for then the warehouses are at it, and where no node can ship it all.

    Raises:
        ConflictError: the order is no longer there.
    """
    order = entity_of(facts, EntityKind.SALES_ORDER, case.entity.entity_id, SalesOrder)
    lines = [line for line in facts.lines_of(order.order_id) if line.open_quantity]
    planned = {line.line_id: _planned(line, order, facts) for line in lines}
    nodes = sorted({node_id for parts in planned.values() for node_id in parts})
    if len(nodes) < 2 or order.status is OrderStatus.RELEASED:  # noqa: PLR2004 - one node is no split
        return None
    found = []
    for target in nodes:
        moves = [
            ReallocateLine(
                order_id=order.order_id,
                line_id=line.line_id,
                from_node_id=node_id,
                to_node_id=target,
                quantity=units,
            )
            for line in lines
            for node_id, units in sorted(planned[line.line_id].items())
            if node_id != target
        ]
        if _is_there(target, lines, moves, facts):
            found.append((sum(move.quantity for move in moves), target, tuple(moves)))
    if not found:
        return None
    _, target, best = min(found, key=lambda each: each[:2])
    name = next((node.name for node in facts.nodes() if node.node_id == target), target)
    return FromOneNode(node_name=name, node_count=len(nodes), moves=best)


def _planned(line: OrderLine, order: SalesOrder, facts: RemedyFacts) -> dict[NodeId, int]:
    """Open units of a line by the node they would ship from."""
    parts = Counter(facts.allocated(line.line_id))
    home = line.node_id or order.ship_from_node_id
    left = line.open_quantity - parts.total()
    if home is not None and left > 0:
        parts[home] += left
    return {node_id: units for node_id, units in parts.items() if units}


def _is_there(
    target: NodeId, lines: list[OrderLine], moves: list[ReallocateLine], facts: RemedyFacts
) -> bool:
    """Whether the node has what would move to it, of every item."""
    item_of = {line.line_id: line.item_id for line in lines}
    wanted: Counter[ItemId] = Counter()
    for move in moves:
        wanted[item_of[move.line_id]] += move.quantity
    return all(
        any(
            row.node_id == target and row.uncommitted_quantity >= units
            for row in facts.stock_outlook(item_id)
        )
        for item_id, units in wanted.items()
    )
