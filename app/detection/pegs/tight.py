"""Which groups may want more than is there: all others are pegged without a look at their lines' order.

The most that a group can want is every open line of it in full, whatever its order may do, and what lines of
other groups have allocated here. A group that has more on hand, or has it before its first promise, is not
short whoever is served first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.detection.pegs.demand import LINE, ON_HAND, OPEN_LINE, OPEN_ORDER, ORDER, set_scope
from app.store.quick import run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

_NEVER = 9223372036854775807
# ``held`` is what is allocated in a group, and ``own`` the part of it that open lines of the group hold.
_MOST = """
CREATE TEMP TABLE IF NOT EXISTS peg_most (
  item_id TEXT, node_id TEXT, units INTEGER, first_at INTEGER, own INTEGER, held INTEGER,
  PRIMARY KEY (item_id, node_id)) WITHOUT ROWID
"""
_ADD = """
    ON CONFLICT DO UPDATE SET units = units + excluded.units, first_at = MIN(first_at, excluded.first_at),
      own = own + excluded.own, held = held + excluded.held
"""
_OPEN_UNITS = "SUM(l.ordered_quantity - l.shipped_quantity), MIN(l.promised_at), 0, 0"

# Over everything it is quickest to look only at the allocations of lines of other groups, and of lines that
# have more than they still want: they count among the units then.
_OF_ALL = (
    f"""
SELECT l.item_id, l.node_id, {_OPEN_UNITS}
  FROM {LINE} WHERE {OPEN_LINE} AND l.node_id IS NOT NULL GROUP BY l.item_id, l.node_id
""",  # noqa: S608 - all parts are constants
    f"""
SELECT l.item_id, o.ship_from_node_id, {_OPEN_UNITS}
  FROM {LINE} CROSS JOIN {ORDER} ON o.id = l.order_id
 WHERE {OPEN_LINE} AND l.node_id IS NULL AND {OPEN_ORDER} AND o.ship_from_node_id IS NOT NULL
 GROUP BY l.item_id, o.ship_from_node_id
""",  # noqa: S608 - all parts are constants
    """
SELECT a.item_id, a.node_id, SUM(a.quantity), MIN(l.promised_at), 0, 0
  FROM (SELECT line_id, item_id, node_id, SUM(quantity) AS units, COUNT(*) AS parts
          FROM allocation INDEXED BY det_allocation_by_line WHERE deleted_at IS NULL GROUP BY line_id) m
  CROSS JOIN order_line l ON l.id = m.line_id
  CROSS JOIN allocation a INDEXED BY det_allocation_by_line ON a.line_id = l.id
 WHERE (m.parts > 1 OR m.units > l.ordered_quantity - l.shipped_quantity
        OR m.node_id IS NOT l.node_id OR m.item_id <> l.item_id)
   AND a.deleted_at IS NULL AND a.quantity > 0
   AND (m.units > l.ordered_quantity - l.shipped_quantity
        OR a.node_id IS NOT l.node_id OR a.item_id <> l.item_id)
 GROUP BY a.item_id, a.node_id
""",
)
# In a few groups it is quickest to ask each line what it holds there, and to add up what all hold.
_LINES = f"""
SELECT m.item_id, m.node_id, SUM(MAX(m.units - m.own, 0)), MIN(m.promised_at), SUM(m.own), 0
  FROM (SELECT g.item_id, g.node_id, l.promised_at, l.ordered_quantity - l.shipped_quantity AS units,
               COALESCE(SUM(a.quantity), 0) AS own
          FROM %
          LEFT JOIN allocation a INDEXED BY det_allocation_by_group
            ON a.item_id = g.item_id AND a.node_id = g.node_id AND a.line_id = l.id AND a.deleted_at IS NULL
         WHERE {OPEN_LINE} GROUP BY g.item_id, g.node_id, l.id) m
 GROUP BY m.item_id, m.node_id
"""  # noqa: S608 - all parts are constants
_OF_SCOPE = (
    _LINES.replace(
        "%", f"temp.peg_scope g CROSS JOIN {LINE} ON l.item_id = g.item_id AND l.node_id = g.node_id"
    ),
    _LINES.replace(
        "%",
        f"""(SELECT DISTINCT item_id FROM temp.peg_scope) i
         CROSS JOIN {LINE} ON l.item_id = i.item_id AND l.node_id IS NULL
         CROSS JOIN {ORDER} ON o.id = l.order_id AND {OPEN_ORDER}
         CROSS JOIN temp.peg_scope g ON g.item_id = l.item_id AND g.node_id = o.ship_from_node_id""",  # noqa: S608 - constants
    ),
    f"""
SELECT g.item_id, g.node_id, 0, {_NEVER}, 0, SUM(a.quantity)
  FROM temp.peg_scope g
  CROSS JOIN allocation a INDEXED BY det_allocation_by_group
    ON a.item_id = g.item_id AND a.node_id = g.node_id
 WHERE a.deleted_at IS NULL AND a.quantity > 0 GROUP BY g.item_id, g.node_id
""",  # noqa: S608 - all parts are constants
)
# When lines of other groups hold something here, the first promise is not known.
_TIGHT = f"""
INSERT INTO temp.peg_scope SELECT g.item_id, g.node_id FROM temp.peg_most g
 WHERE g.units + g.held > {ON_HAND}
   AND g.units + g.held > {ON_HAND} + COALESCE((
       SELECT SUM(s.ordered_quantity - s.received_quantity) FROM inbound_supply s
        WHERE s.item_id = g.item_id AND s.node_id = g.node_id AND s.eta_at <= g.first_at AND g.held <= g.own
          AND s.deleted_at IS NULL AND s.cancelled = 0 AND s.ordered_quantity > s.received_quantity), 0)
"""  # noqa: S608 - all parts are constants
#: The statements that read a scope of groups, for the test of their plans.
SCOPED_READS = _OF_SCOPE


def scope_tight_groups(connection: Connection, groups: Iterable[tuple[str, str]] | None = None) -> None:
    """Of these groups (``None``: of all), let those that may want more than is there be the ones read."""
    set_scope(connection, groups or ())
    run(connection, _MOST)
    run(connection, "DELETE FROM temp.peg_most")
    for select in _OF_ALL if groups is None else _OF_SCOPE:
        run(connection, f"INSERT INTO temp.peg_most {select}{_ADD}")
    set_scope(connection, ())
    run(connection, _TIGHT)
    run(connection, "DELETE FROM temp.peg_most")
