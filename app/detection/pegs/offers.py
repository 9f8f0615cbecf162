"""What nodes can spare of items that are short: on hand, less bound, less safety stock.

How much is bound in a group takes its whole demand to add up. It is kept in ``det_bound`` for the groups of
items that are short, until a change touches the group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.pegs import demand
from app.store.dirt import mark_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

BOUND_TABLE = """
CREATE TABLE IF NOT EXISTS det_bound (
  item_id TEXT NOT NULL, node_id TEXT NOT NULL, units INTEGER NOT NULL,
  PRIMARY KEY (item_id, node_id)) WITHOUT ROWID
"""
_ITEMS = "CREATE TEMP TABLE IF NOT EXISTS peg_item (item_id TEXT PRIMARY KEY) WITHOUT ROWID"

_UNKNOWN = """
SELECT DISTINCT p.item_id, p.node_id
  FROM temp.peg_item i CROSS JOIN inventory_position p ON p.item_id = i.item_id
 WHERE p.deleted_at IS NULL AND EXISTS (SELECT 1 FROM peg_short s WHERE s.item_id = i.item_id)
   AND NOT EXISTS (SELECT 1 FROM det_bound b WHERE b.item_id = p.item_id AND b.node_id = p.node_id)
"""
_OFFERS = """
SELECT p.item_id, p.node_id,
       SUM(p.on_hand_quantity - p.safety_stock_quantity)
         - (SELECT b.units FROM det_bound b WHERE b.item_id = p.item_id AND b.node_id = p.node_id)
         AS available,
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
SCOPED_READS = (_UNKNOWN, _OFFERS, _STORED, _LINES)


def forget_bound(connection: Connection, groups: Iterable[tuple[str, str]] | None) -> None:
    """Take what is bound in these groups (``None``: in any) for unknown."""
    if groups is None:
        connection.exec_driver_sql("DELETE FROM det_bound")
        return
    rows = list(groups)
    if rows:
        connection.exec_driver_sql("DELETE FROM det_bound WHERE item_id = ? AND node_id = ?", rows)


def keep_bound(connection: Connection, totals: Iterable[tuple[str, str, int]]) -> None:
    """Keep what is bound in these groups."""
    rows = list(totals)
    if rows:
        connection.exec_driver_sql("INSERT OR REPLACE INTO det_bound VALUES (?, ?, ?)", rows)


def rewrite_offers(connection: Connection, items: set[str] | None) -> set[str]:
    """Work out the offers of these items (``None``: of all) anew; the items whose offers changed.

    The short lines of those items are marked, because who could help them has changed.
    """
    _set_items(connection, items)
    unknown = [(row[0], row[1]) for row in connection.exec_driver_sql(_UNKNOWN)]
    if unknown:
        demand.set_scope(connection, unknown)
        keep_bound(connection, demand.bound(connection))
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
