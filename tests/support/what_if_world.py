"""Two nodes, two orders and their stock in a mirror: the smallest backlog that can be planned otherwise."""

from __future__ import annotations

from domain.ids import CustomerId, NodeId
from domain.records import Entity
from tests.support.facts import NOW, customer, item, lane, line, node, order, position
from tests.support.tower_room import TowerRoom

MORNING = NOW
"""Sunday noon: the nodes pick from Monday on."""


def backlog() -> list[Entity]:
    """SO-1 (100 units) and SO-2 (40 units) from Memphis, which Dallas could serve as well."""
    return [
        node("MEM", "Memphis"),
        node("DFW", "Dallas"),
        lane("MEM", "Z1"),
        lane("DFW", "Z1"),
        item("I1"),
        customer("C1"),
        customer("C2", tier=1),
        order("SO-1"),
        order("SO-2", customer_id=CustomerId("C2")),
        line("SO-1/1"),
        line("SO-2/1", ordered_quantity=40),
        position("MEM", 200, safety=10),
        position("DFW", 300, safety=20),
    ]


def sync_backlog(room: TowerRoom, *more: Entity) -> None:
    """Let the room know the backlog."""
    room.sync(*backlog(), *more)


def at_dallas(line_id: str) -> Entity:
    """The line, moved to Dallas by somebody."""
    return line(line_id, node_id=NodeId("DFW"))
