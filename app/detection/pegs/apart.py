"""Allocations that are not all of what their own line wants, where it wants it.

Most allocations are: an open line's whole rest, at the line's own node. Both sides stand in their indexes in
the same order, so that telling the others is to merge two lists. Allocations of one line that are alike in
item, node and quantity are one row here.
"""

from __future__ import annotations

from app.detection.gathering import Gathering
from app.detection.pegs.demand import LINE, OPEN_LINE

APART = Gathering(
    name="apart",
    table="""
CREATE TEMP TABLE IF NOT EXISTS apart (
  line_id TEXT, item_id TEXT, node_id TEXT, quantity INTEGER,
  PRIMARY KEY (line_id, item_id, node_id, quantity)) WITHOUT ROWID
""",
    fill=f"""
INSERT INTO temp.apart (item_id, node_id, line_id, quantity)
SELECT a.item_id, a.node_id, a.line_id, a.quantity
  FROM allocation a INDEXED BY det_allocation_by_group WHERE a.deleted_at IS NULL
EXCEPT
SELECT l.item_id, l.node_id, l.id, l.ordered_quantity - l.shipped_quantity
  FROM {LINE} WHERE {OPEN_LINE}
 ORDER BY 1, 2, 3, 4
""",  # noqa: S608 - all parts are constants
)
