"""Which groups may want more than is there, or nearly so: all others are pegged without their lines' order.

The most that a group can want is every open line of it in full, whatever its order may do, and what lines of
other groups have allocated here. A group that has more on hand, or has it before its first promise, is not
short whoever is served first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.detection.pegs.demand import LINE, ON_HAND, OPEN_LINE, OPEN_ORDER, ORDER, set_scope
from app.store.quick import run

if TYPE_CHECKING:
    from sqlalchemy import Connection

_MOST = """
CREATE TEMP TABLE IF NOT EXISTS peg_most (
  item_id TEXT, node_id TEXT, units INTEGER, first_at INTEGER, PRIMARY KEY (item_id, node_id)) WITHOUT ROWID
"""
_ADD = """
    ON CONFLICT DO UPDATE SET units = units + excluded.units, first_at = MIN(first_at, excluded.first_at)
"""
_UNITS = "SUM(l.ordered_quantity - l.shipped_quantity), MIN(l.promised_at)"
_OPEN_LINES = (
    f"""
SELECT l.item_id, l.node_id, {_UNITS}
  FROM {LINE} WHERE {OPEN_LINE} AND l.node_id IS NOT NULL GROUP BY l.item_id, l.node_id
""",  # noqa: S608 - all parts are constants
    f"""
SELECT l.item_id, o.ship_from_node_id, {_UNITS}
  FROM {LINE} CROSS JOIN {ORDER} ON o.id = l.order_id
 WHERE {OPEN_LINE} AND l.node_id IS NULL AND {OPEN_ORDER} AND o.ship_from_node_id IS NOT NULL
 GROUP BY l.item_id, o.ship_from_node_id
""",  # noqa: S608 - all parts are constants
)
_OPEN_LINES_OF_SCOPE = (
    f"""
SELECT g.item_id, g.node_id, {_UNITS}
  FROM temp.peg_scope g CROSS JOIN {LINE} ON l.item_id = g.item_id AND l.node_id = g.node_id
 WHERE {OPEN_LINE} GROUP BY g.item_id, g.node_id
""",  # noqa: S608 - all parts are constants
    f"""
SELECT g.item_id, g.node_id, {_UNITS}
  FROM (SELECT DISTINCT item_id FROM temp.peg_scope) i
  CROSS JOIN {LINE} ON l.item_id = i.item_id AND l.node_id IS NULL
  CROSS JOIN {ORDER} ON o.id = l.order_id AND {OPEN_ORDER}
  CROSS JOIN temp.peg_scope g ON g.item_id = l.item_id AND g.node_id = o.ship_from_node_id
 WHERE {OPEN_LINE} GROUP BY g.item_id, g.node_id
""",  # noqa: S608 - all parts are constants
)


def _parts(index: str) -> str:
    return f"""
(SELECT * FROM allocation INDEXED BY {index} WHERE deleted_at IS NULL AND quantity > 0) a
"""  # noqa: S608 - the name of an index


def _parts_of(scope: str) -> str:
    return f"""
{scope} g CROSS JOIN {_parts("det_allocation_by_group")} ON a.item_id = g.item_id AND a.node_id = g.node_id
"""


_WITHIN = f"l.id = a.line_id AND a.quantity <= l.ordered_quantity - l.shipped_quantity AND {OPEN_LINE}"
# Most of what is held in a group is all that its own lines want: two indexes tell those, read side by side.
# Of the rest, most is within what a line of the group wants, or a line of an order that ships from here.
_PARTS_OF_OTHERS = f"""
(SELECT * FROM (
 SELECT g.item_id, g.node_id, a.line_id, a.quantity FROM {_parts_of("temp.peg_scope")}
 EXCEPT
 SELECT g.item_id, g.node_id, l.id, l.ordered_quantity - l.shipped_quantity
   FROM temp.peg_scope g CROSS JOIN {LINE} ON l.item_id = g.item_id AND l.node_id = g.node_id
  WHERE {OPEN_LINE} ORDER BY 1, 2, 3, 4) a
 WHERE NOT EXISTS (SELECT 1 FROM {LINE}
                    WHERE l.item_id = a.item_id AND l.node_id = a.node_id AND {_WITHIN})
   AND NOT EXISTS (SELECT 1 FROM {LINE} CROSS JOIN {ORDER} ON o.id = l.order_id
                    WHERE l.item_id = a.item_id AND l.node_id IS NULL AND {_WITHIN}
                      AND {OPEN_ORDER} AND o.ship_from_node_id = a.node_id)) a
"""  # noqa: S608 - all parts are constants
_GROUPS_IN_PARTS = f"""
(SELECT g.item_id, g.node_id FROM temp.peg_scope g
  WHERE EXISTS (SELECT 1 FROM {_parts("det_allocation_by_group")}
                 WHERE a.item_id = g.item_id AND a.node_id = g.node_id
                 GROUP BY a.line_id HAVING COUNT(*) > 1))
"""  # noqa: S608 - as above


def _several(parts: str) -> str:
    """What lines hold in a group in several parts, added up."""
    return f"""
(SELECT a.item_id, a.node_id, a.line_id, SUM(a.quantity) AS quantity
   FROM {parts} GROUP BY a.item_id, a.node_id, a.line_id HAVING COUNT(*) > 1) a
"""  # noqa: S608 - as above


def _beyond(parts: str) -> str:
    """What lines hold elsewhere than at their own group, or beyond what they still want.

    All else that they hold counts among the open lines of their group.
    """
    return f"""
SELECT a.item_id, a.node_id, SUM(a.quantity), MIN(l.promised_at)
  FROM {parts} CROSS JOIN order_line l ON l.id = a.line_id
 WHERE (a.node_id IS NOT l.node_id OR a.item_id <> l.item_id
        OR a.quantity > l.ordered_quantity - l.shipped_quantity)
   AND {OPEN_LINE}
   AND (l.node_id IS NOT NULL OR a.item_id <> l.item_id
        OR a.quantity > l.ordered_quantity - l.shipped_quantity
        OR a.node_id IS NOT (SELECT o.ship_from_node_id FROM sales_order o WHERE o.id = l.order_id))
 GROUP BY a.item_id, a.node_id
"""  # noqa: S608 - as above


_PARTS_APART = "(SELECT * FROM temp.apart WHERE quantity > 0) a"
_PARTS = _parts("det_allocation_by_line")
_PARTS_OF_MANY = f"""
(SELECT line_id AS many FROM {_PARTS} GROUP BY line_id HAVING COUNT(*) > 1) m
  CROSS JOIN {_PARTS} ON a.line_id = m.many
"""  # noqa: S608 - as above
_OF_ALL = (*_OPEN_LINES, _beyond(_PARTS_APART), _beyond(_several(_PARTS_OF_MANY)))
_OF_SCOPE = (
    *_OPEN_LINES_OF_SCOPE,
    _beyond(_PARTS_OF_OTHERS),
    _beyond(_several(_parts_of(_GROUPS_IN_PARTS))),
)

#: A group that may want so much of what is there is kept, too, lest a little more make a tick read it all.
_NEAR_PERCENT = 90
_TIGHT = f"""
INSERT INTO temp.peg_scope SELECT g.item_id, g.node_id FROM temp.peg_most g
 WHERE g.units * 100 > {_NEAR_PERCENT} * {ON_HAND}
   AND g.units * 100 > {_NEAR_PERCENT} * ({ON_HAND} + COALESCE((
       SELECT SUM(s.ordered_quantity - s.received_quantity) FROM inbound_supply s
        WHERE s.item_id = g.item_id AND s.node_id = g.node_id AND s.eta_at <= g.first_at
          AND s.deleted_at IS NULL AND s.cancelled = 0 AND s.ordered_quantity > s.received_quantity), 0))
"""  # noqa: S608 - all parts are constants
#: The statements that read a scope of groups, for the test of their plans.
SCOPED_READS = _OF_SCOPE


def scope_tight_groups(connection: Connection, *, everywhere: bool = False) -> None:
    """Of the groups of the scope (or of all), let those that may want more than is there be the scope.

    For all of them ``pegs.apart`` must have been gathered.
    """
    run(connection, _MOST)
    run(connection, "DELETE FROM temp.peg_most")
    for select in _OF_ALL if everywhere else _OF_SCOPE:
        run(connection, f"INSERT INTO temp.peg_most {select}{_ADD}")
    set_scope(connection, ())
    run(connection, _TIGHT)
    run(connection, "DELETE FROM temp.peg_most")
