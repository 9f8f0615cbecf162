"""Reading demand and supply of groups: an item at a node.

Demand is the allocations of open lines and what each line has not allocated yet, for confirmed or released
orders that are not on credit hold (``wants``). Stock that is reserved for an order which may not go on is
bound: nobody may take it, but the order itself is not short; so is stock of a substitute. Manual ranks are
served first, then the confirmation classes (``win`` and ``gain`` before others, ``lose`` last), reserved
before unreserved, then customer tier and promise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Row

#: What pegging rests on: an index entry holds all that it needs to know of a line, an order, an allocation.
#: Lines and allocations of a group stand in the same order, down to the units (see ``pegs.apart``).
INDEXES = (
    """
CREATE INDEX IF NOT EXISTS det_line_open_by_item ON order_line
 (item_id, node_id, id, (ordered_quantity - shipped_quantity), order_id, ordered_quantity, shipped_quantity,
  promised_at, cancelled, deleted_at)
 WHERE deleted_at IS NULL AND cancelled = 0 AND shipped_quantity < ordered_quantity
""",
    """
CREATE INDEX IF NOT EXISTS det_order_open ON sales_order
 (id, credit_status, status, ship_from_node_id, customer_id, deleted_at)
 WHERE deleted_at IS NULL AND status IN ('entered', 'confirmed', 'released')
""",
    """
CREATE INDEX IF NOT EXISTS det_allocation_by_line ON allocation
 (line_id, quantity, item_id, node_id, status, deleted_at) WHERE deleted_at IS NULL
""",
    """
CREATE INDEX IF NOT EXISTS det_allocation_by_group ON allocation
 (item_id, node_id, line_id, quantity, status, id, deleted_at) WHERE deleted_at IS NULL
""",
    """
CREATE INDEX IF NOT EXISTS det_stock_by_group ON inventory_position
 (item_id, node_id, on_hand_quantity, deleted_at) WHERE deleted_at IS NULL
""",
    "CREATE INDEX IF NOT EXISTS det_short_by_group ON peg_short (item_id, node_id)",
)

_SCOPE = """
CREATE TEMP TABLE IF NOT EXISTS peg_scope (
  item_id TEXT, node_id TEXT, PRIMARY KEY (item_id, node_id)) WITHOUT ROWID
"""
OPEN_LINE = "l.deleted_at IS NULL AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity"
OPEN_ORDER = "o.deleted_at IS NULL AND o.status IN ('entered', 'confirmed', 'released')"
GOES_ON = f"{OPEN_ORDER} AND o.status <> 'entered' AND o.credit_status <> 'hold'"
LINE = "order_line l INDEXED BY det_line_open_by_item"
ORDER = "sales_order o INDEXED BY det_order_open"
_ALLOCATED = """
COALESCE((SELECT SUM(x.quantity) FROM allocation x INDEXED BY det_allocation_by_line
           WHERE x.line_id = l.id AND x.deleted_at IS NULL), 0)
"""
REMAINDER = f"l.ordered_quantity - l.shipped_quantity - {_ALLOCATED}"
ON_HAND = """
MAX(0, COALESCE((SELECT SUM(p.on_hand_quantity) FROM inventory_position p
                  WHERE p.item_id = g.item_id AND p.node_id = g.node_id AND p.deleted_at IS NULL), 0))
"""

_STOCK = f"SELECT g.item_id, g.node_id, {ON_HAND} AS on_hand FROM temp.peg_scope g"  # noqa: S608 - constants

_INBOUND = """
SELECT s.item_id, s.node_id, s.id, s.ordered_quantity - s.received_quantity AS quantity, s.due_at, s.eta_at
  FROM temp.peg_scope g CROSS JOIN inbound_supply s ON s.item_id = g.item_id AND s.node_id = g.node_id
 WHERE s.deleted_at IS NULL AND s.cancelled = 0 AND s.ordered_quantity > s.received_quantity
 ORDER BY s.item_id, s.node_id, s.id
"""

#: What is bound in each group of the scope: the same demand, added up without its order.
_BOUND = f"""
SELECT g.item_id, g.node_id,
       COALESCE((SELECT SUM(a.quantity)
                   FROM allocation a INDEXED BY det_allocation_by_group
                  CROSS JOIN order_line l ON l.id = a.line_id
                  CROSS JOIN {ORDER} ON o.id = l.order_id
                  WHERE a.item_id = g.item_id AND a.node_id = g.node_id
                    AND a.deleted_at IS NULL AND a.quantity > 0 AND {OPEN_LINE} AND {OPEN_ORDER}
                    AND (a.status = 'reserved' OR o.status <> 'entered' AND o.credit_status <> 'hold')), 0)
       + COALESCE((SELECT SUM(MAX(0, {REMAINDER}))
                     FROM {LINE} CROSS JOIN {ORDER} ON o.id = l.order_id
                    WHERE l.item_id = g.item_id AND l.node_id = g.node_id
                      AND {OPEN_LINE} AND {GOES_ON}), 0)
       + COALESCE((SELECT SUM(MAX(0, {REMAINDER}))
                     FROM {LINE} CROSS JOIN {ORDER} ON o.id = l.order_id
                    WHERE l.item_id = g.item_id AND l.node_id IS NULL AND o.ship_from_node_id = g.node_id
                      AND {OPEN_LINE} AND {GOES_ON}), 0)
  FROM temp.peg_scope g
"""  # noqa: S608 - all parts are constants of this file

#: The statements that read a scope of groups, for the test of their plans.
SCOPED_READS = (_STOCK, _INBOUND, _BOUND)


def set_scope(connection: Connection, groups: Iterable[tuple[str, str]]) -> None:
    """Let these groups be the ones that are read."""
    connection.exec_driver_sql(_SCOPE)
    connection.exec_driver_sql("DELETE FROM temp.peg_scope")
    rows = list(groups)
    if rows:
        connection.exec_driver_sql("INSERT OR IGNORE INTO temp.peg_scope VALUES (?, ?)", rows)


def bound(connection: Connection) -> Sequence[tuple[str, str, int]]:
    """The units bound in each group of the scope."""
    return [(row[0], row[1], row[2]) for row in connection.exec_driver_sql(_BOUND)]


def on_hand(connection: Connection) -> dict[tuple[str, str], int]:
    """Units on hand by group of the scope."""
    return {(row[0], row[1]): row[2] for row in connection.exec_driver_sql(_STOCK)}


def inbound(connection: Connection) -> Sequence[Row[Any]]:
    """What is still to come for the groups of the scope."""
    return connection.exec_driver_sql(_INBOUND).all()
