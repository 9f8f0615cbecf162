"""Allocations beyond what their own line wants: elsewhere than it does, too much of it, or of no open line.

Most allocations are an open line's whole rest, at the line's own node. Both sides stand in their indexes in
the same order, so that telling the others is to merge two lists; only those are looked at one by one.
Allocations of one line that are alike in item, node and quantity are one row here.
"""

from __future__ import annotations

from app.detection.gathering import Gathering
from app.detection.pegs.demand import LINE, OPEN_LINE, OPEN_ORDER, ORDER

APART = Gathering(
    name="apart",
    table="""
CREATE TEMP TABLE IF NOT EXISTS apart (
  line_id TEXT, item_id TEXT, node_id TEXT, quantity INTEGER,
  PRIMARY KEY (line_id, item_id, node_id, quantity)) WITHOUT ROWID
""",
    fills=(
        f"""
INSERT INTO temp.apart (item_id, node_id, line_id, quantity)
SELECT a.item_id, a.node_id, a.line_id, a.quantity
  FROM allocation a INDEXED BY det_allocation_by_group WHERE a.deleted_at IS NULL
EXCEPT
SELECT l.item_id, l.node_id, l.id, l.ordered_quantity - l.shipped_quantity
  FROM {LINE} WHERE {OPEN_LINE}
 ORDER BY 1, 2, 3, 4
""",  # noqa: S608 - all parts are constants
        f"""
DELETE FROM temp.apart AS a
 WHERE EXISTS (SELECT 1 FROM order_line l
                WHERE l.id = a.line_id AND {OPEN_LINE} AND l.item_id = a.item_id
                  AND a.quantity <= l.ordered_quantity - l.shipped_quantity
                  AND a.node_id = COALESCE(l.node_id, (SELECT o.ship_from_node_id FROM {ORDER}
                                                        WHERE o.id = l.order_id AND {OPEN_ORDER})))
""",  # noqa: S608 - all parts are constants
    ),
)
