"""Reading demand and supply of groups: an item at a node.

Demand is the allocations of open lines and what each line has not allocated yet, for confirmed or released
orders that are not on credit hold (``wants``). Stock that is reserved for an order which may not go on is
bound: nobody may take it, but the order itself is not short. Manual ranks are served first, then the
confirmation classes (``win`` and ``gain`` before others, ``lose`` last), reserved before unreserved, then
customer tier and promise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Row

#: What pegging rests on: an index entry holds all that it needs to know of an open line or an allocation.
INDEXES = (
    """
CREATE INDEX IF NOT EXISTS det_line_open_by_order ON order_line
 (order_id, item_id, node_id, ordered_quantity, shipped_quantity)
 WHERE deleted_at IS NULL AND cancelled = 0 AND shipped_quantity < ordered_quantity
""",
    """
CREATE INDEX IF NOT EXISTS det_line_open_by_item ON order_line
 (item_id, node_id, order_id, ordered_quantity, shipped_quantity, promised_at)
 WHERE deleted_at IS NULL AND cancelled = 0 AND shipped_quantity < ordered_quantity
""",
    """
CREATE INDEX IF NOT EXISTS det_allocation_by_line ON allocation
 (line_id, item_id, node_id, status, quantity) WHERE deleted_at IS NULL
""",
    """
CREATE INDEX IF NOT EXISTS det_allocation_by_group ON allocation
 (item_id, node_id, line_id, status, quantity) WHERE deleted_at IS NULL
""",
    "CREATE INDEX IF NOT EXISTS det_short_by_group ON peg_short (item_id, node_id)",
)

#: What each group wants and binds in total, kept so that offers of an item need not add up its demand.
GROUP_TABLE = """
CREATE TABLE IF NOT EXISTS det_peg_group (
  item_id TEXT NOT NULL, node_id TEXT NOT NULL, wanted INTEGER NOT NULL, bound INTEGER NOT NULL,
  PRIMARY KEY (item_id, node_id)) WITHOUT ROWID
"""

_SCOPE = """
CREATE TEMP TABLE IF NOT EXISTS peg_scope (
  item_id TEXT, node_id TEXT, PRIMARY KEY (item_id, node_id)) WITHOUT ROWID
"""

_GROUPS = """
INSERT INTO det_peg_group (item_id, node_id, wanted, bound)
SELECT item_id, node_id, SUM(quantity * wants), SUM(quantity) FROM (
  SELECT a.item_id, a.node_id, a.quantity, o.status <> 'entered' AND o.credit_status <> 'hold' AS wants
    FROM order_line l
    CROSS JOIN sales_order o ON o.id = l.order_id
    CROSS JOIN allocation a ON a.line_id = l.id
   WHERE l.deleted_at IS NULL AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity
     AND o.deleted_at IS NULL AND o.status IN ('entered', 'confirmed', 'released')
     AND a.deleted_at IS NULL AND a.quantity > 0
     AND (a.status = 'reserved' OR o.status <> 'entered' AND o.credit_status <> 'hold')
  UNION ALL
  SELECT l.item_id, COALESCE(l.node_id, o.ship_from_node_id),
         l.ordered_quantity - l.shipped_quantity
           - COALESCE((SELECT SUM(a.quantity) FROM allocation a
                        WHERE a.line_id = l.id AND a.deleted_at IS NULL), 0) AS quantity, 1
    FROM order_line l CROSS JOIN sales_order o ON o.id = l.order_id
   WHERE l.deleted_at IS NULL AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity
     AND o.deleted_at IS NULL AND o.status IN ('confirmed', 'released') AND o.credit_status <> 'hold'
     AND quantity > 0 AND COALESCE(l.node_id, o.ship_from_node_id) IS NOT NULL)
 GROUP BY item_id, node_id
"""

_TIGHT = """
INSERT OR IGNORE INTO temp.peg_scope
SELECT g.item_id, g.node_id FROM det_peg_group g
 WHERE g.wanted > 0
   AND g.wanted > MAX(0, COALESCE((SELECT SUM(p.on_hand_quantity) FROM inventory_position p
                                    WHERE p.item_id = g.item_id AND p.node_id = g.node_id
                                      AND p.deleted_at IS NULL), 0))
"""

_STOCK = """
SELECT g.item_id, g.node_id,
       MAX(0, COALESCE((SELECT SUM(p.on_hand_quantity) FROM inventory_position p
                         WHERE p.item_id = g.item_id AND p.node_id = g.node_id
                           AND p.deleted_at IS NULL), 0)) AS on_hand
  FROM temp.peg_scope g
"""

_INBOUND = """
SELECT s.item_id, s.node_id, s.id, s.ordered_quantity - s.received_quantity AS quantity, s.due_at, s.eta_at
  FROM temp.peg_scope g CROSS JOIN inbound_supply s ON s.item_id = g.item_id AND s.node_id = g.node_id
 WHERE s.deleted_at IS NULL AND s.cancelled = 0 AND s.ordered_quantity > s.received_quantity
 ORDER BY s.item_id, s.node_id, s.id
"""

_ORDER_COLUMNS = """
       COALESCE((SELECT c.tier FROM customer c
                  WHERE c.id = o.customer_id AND c.deleted_at IS NULL), 4) AS tier,
       l.promised_at AS promised_at, o.status <> 'entered' AND o.credit_status <> 'hold' AS wants,
       COALESCE((SELECT r.rank FROM line_priority r WHERE r.line_id = l.id), 9223372036854775807) AS rank,
       CASE (SELECT r.confirmation_class FROM line_priority r WHERE r.line_id = l.id)
            WHEN 'win' THEN 0 WHEN 'gain' THEN 1 WHEN 'lose' THEN 3 ELSE 2 END AS class
"""

_REMAINDER = """
       l.ordered_quantity - l.shipped_quantity
         - COALESCE((SELECT SUM(a.quantity) FROM allocation a
                      WHERE a.line_id = l.id AND a.deleted_at IS NULL), 0) AS quantity, 0 AS reserved,
"""

_GOES_ON = """
   AND l.deleted_at IS NULL AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity
   AND o.deleted_at IS NULL AND o.status IN ('confirmed', 'released') AND o.credit_status <> 'hold'
   AND quantity > 0
"""

_DEMAND = f"""
SELECT g.item_id, g.node_id, l.id AS line_id, a.quantity, a.status = 'reserved' AS reserved, {_ORDER_COLUMNS}
  FROM temp.peg_scope g
  CROSS JOIN allocation a ON a.item_id = g.item_id AND a.node_id = g.node_id
  CROSS JOIN order_line l ON l.id = a.line_id
  CROSS JOIN sales_order o ON o.id = l.order_id
 WHERE a.deleted_at IS NULL AND a.quantity > 0
   AND l.deleted_at IS NULL AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity
   AND o.deleted_at IS NULL AND o.status IN ('entered', 'confirmed', 'released')
   AND (a.status = 'reserved' OR o.status <> 'entered' AND o.credit_status <> 'hold')
UNION ALL
SELECT g.item_id, g.node_id, l.id, {_REMAINDER} {_ORDER_COLUMNS}
  FROM temp.peg_scope g
  CROSS JOIN order_line l ON l.item_id = g.item_id AND l.node_id = g.node_id
  CROSS JOIN sales_order o ON o.id = l.order_id
 WHERE 1 {_GOES_ON}
UNION ALL
SELECT g.item_id, g.node_id, l.id, {_REMAINDER} {_ORDER_COLUMNS}
  FROM temp.peg_scope g
  CROSS JOIN order_line l ON l.item_id = g.item_id AND l.node_id IS NULL
  CROSS JOIN sales_order o ON o.id = l.order_id AND o.ship_from_node_id = g.node_id
 WHERE 1 {_GOES_ON}
 ORDER BY 1, 2, rank, class, reserved DESC, tier, promised_at, line_id
"""  # noqa: S608 - all parts are constants of this file

#: The statements that read a scope of groups, for the test of their plans.
SCOPED_READS = (_STOCK, _INBOUND, _DEMAND)


def set_scope(connection: Connection, groups: Iterable[tuple[str, str]]) -> None:
    """Let these groups be the ones that are read."""
    connection.exec_driver_sql(_SCOPE)
    connection.exec_driver_sql("DELETE FROM temp.peg_scope")
    rows = list(groups)
    if rows:
        connection.exec_driver_sql("INSERT OR IGNORE INTO temp.peg_scope VALUES (?, ?)", rows)


def scope_tight_groups(connection: Connection) -> None:
    """Add up the demand of every group; those that want more than is on hand become the scope."""
    set_scope(connection, ())
    connection.exec_driver_sql("DELETE FROM det_peg_group")
    connection.exec_driver_sql(_GROUPS)
    connection.exec_driver_sql(_TIGHT)


def demands(connection: Connection) -> Iterable[Row[Any]]:
    """The demand of the scope by group, in the order in which it is served."""
    return connection.exec_driver_sql(_DEMAND)


def on_hand(connection: Connection) -> dict[tuple[str, str], int]:
    """Units on hand by group of the scope."""
    return {(item, node): units for item, node, units in connection.exec_driver_sql(_STOCK)}


def inbound(connection: Connection) -> Sequence[Row[Any]]:
    """What is still to come for the groups of the scope."""
    return connection.exec_driver_sql(_INBOUND).all()


def keep_totals(connection: Connection, totals: Iterable[tuple[str, str, int, int]]) -> None:
    """Replace what is kept of the groups of the scope."""
    connection.exec_driver_sql(
        "DELETE FROM det_peg_group WHERE (item_id, node_id) IN (SELECT item_id, node_id FROM temp.peg_scope)"
    )
    rows = list(totals)
    if rows:
        connection.exec_driver_sql("INSERT INTO det_peg_group VALUES (?, ?, ?, ?)", rows)
