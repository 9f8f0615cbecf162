"""What nodes can spare of items that are short: on hand, less bound, less safety stock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.store.dirt import mark_keys

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ITEMS = "CREATE TEMP TABLE IF NOT EXISTS peg_item (item_id TEXT PRIMARY KEY) WITHOUT ROWID"

_OFFERS = """
SELECT p.item_id, p.node_id,
       SUM(p.on_hand_quantity - p.safety_stock_quantity)
         - COALESCE((SELECT g.bound FROM det_peg_group g
                      WHERE g.item_id = p.item_id AND g.node_id = p.node_id), 0) AS available,
       MIN(p.source), MAX(p.observed_at)
  FROM temp.peg_item i CROSS JOIN inventory_position p ON p.item_id = i.item_id
 WHERE p.deleted_at IS NULL AND EXISTS (SELECT 1 FROM peg_short s WHERE s.item_id = i.item_id)
 GROUP BY p.item_id, p.node_id HAVING available > 0
"""

_STORED = """
SELECT o.item_id, o.node_id, o.available_quantity, o.source, o.observed_at
  FROM temp.peg_item i CROSS JOIN peg_offer o ON o.item_id = i.item_id
"""
_LINES = """
SELECT DISTINCT s.line_id FROM temp.peg_item i CROSS JOIN peg_short s ON s.item_id = i.item_id
"""
_ALL_ITEMS = """
INSERT INTO temp.peg_item SELECT item_id FROM peg_short UNION SELECT item_id FROM peg_offer
"""
#: The statements that read a scope of items, for the test of their plans.
SCOPED_READS = (_OFFERS, _STORED, _LINES)


def rewrite_offers(connection: Connection, items: set[str] | None) -> set[str]:
    """Work out the offers of these items (``None``: of all) anew; the items whose offers changed.

    The short lines of those items are marked, because who could help them has changed.
    """
    _set_items(connection, items)
    new = {tuple(row) for row in connection.exec_driver_sql(_OFFERS)}
    old = {tuple(row) for row in connection.exec_driver_sql(_STORED)}
    gone = [row[:2] for row in old - new]
    if gone:
        connection.exec_driver_sql("DELETE FROM peg_offer WHERE item_id = ? AND node_id = ?", gone)
    fresh: list[Any] = list(new - old)
    if fresh:
        connection.exec_driver_sql("INSERT INTO peg_offer VALUES (?, ?, ?, ?, ?)", fresh)
    changed = {row[0] for row in old ^ new}
    if items is not None and changed:
        _set_items(connection, changed)
        mark_keys(connection, "peg>line", connection.exec_driver_sql(_LINES).scalars())
    return changed


def _set_items(connection: Connection, items: set[str] | None) -> None:
    connection.exec_driver_sql(_ITEMS)
    connection.exec_driver_sql("DELETE FROM temp.peg_item")
    if items is None:
        connection.exec_driver_sql(_ALL_ITEMS)
    elif items:
        connection.exec_driver_sql("INSERT INTO temp.peg_item VALUES (?)", [(item,) for item in items])
