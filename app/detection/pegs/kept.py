"""The demand of tight groups, kept in the order in which it is served, so that a tick reads it anew only of
the lines that changed.

A group is kept from the first time that it may want more than is there until the next full pass, which
begins again from nothing.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from app.detection.gathering import gather
from app.detection.pegging import Demand
from app.detection.pegs.apart import APART
from app.detection.pegs.demand import GOES_ON, LINE, OPEN_LINE, OPEN_ORDER, ORDER, REMAINDER, set_scope
from app.detection.pegs.tight import scope_tight_groups
from app.store.dirt import set_changed
from app.store.quick import firsts, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

#: The paths on which every line is marked whose demand may have changed.
LINE_WAKES = ("order_line>line", "sales_order>line", "customer>line", "allocation>line")

#: ``part`` is the allocation, or blank for what is not allocated; ``wants`` is 0 for what is only bound.
TABLES = (
    """
CREATE TABLE IF NOT EXISTS det_demand (
  item_id TEXT NOT NULL, node_id TEXT NOT NULL, rank INTEGER NOT NULL, class INTEGER NOT NULL,
  unreserved INTEGER NOT NULL, tier INTEGER NOT NULL, promised_at INTEGER NOT NULL, line_id TEXT NOT NULL,
  part TEXT NOT NULL, quantity INTEGER NOT NULL, wants INTEGER NOT NULL,
  PRIMARY KEY (item_id, node_id, rank, class, unreserved, tier, promised_at, line_id, part)) WITHOUT ROWID
""",
    """
CREATE TABLE IF NOT EXISTS det_demand_group (
  item_id TEXT NOT NULL, node_id TEXT NOT NULL, PRIMARY KEY (item_id, node_id)) WITHOUT ROWID
""",
)

_RANK = """
COALESCE((SELECT r.rank FROM line_priority r WHERE r.line_id = l.id), 9223372036854775807),
CASE (SELECT r.confirmation_class FROM line_priority r WHERE r.line_id = l.id)
     WHEN 'win' THEN 0 WHEN 'gain' THEN 1 WHEN 'lose' THEN 3 ELSE 2 END
"""
_TIER = """
COALESCE((SELECT c.tier FROM customer c WHERE c.id = o.customer_id AND c.deleted_at IS NULL), 4),
l.promised_at, l.id
"""
_ALLOCATED = f"""
SELECT g.item_id, g.node_id, {_RANK}, a.status <> 'reserved', {_TIER}, a.id, a.quantity,
       a.item_id = l.item_id AND o.status <> 'entered' AND o.credit_status <> 'hold'
"""
_IF_ALLOCATED = f"""
 WHERE a.deleted_at IS NULL AND a.quantity > 0 AND {OPEN_LINE} AND {OPEN_ORDER}
   AND (a.status = 'reserved' OR o.status <> 'entered' AND o.credit_status <> 'hold')
"""
_LEFT = f"SELECT g.item_id, g.node_id, {_RANK}, 1, {_TIER}, '', {REMAINDER}, 1"
_IF_LEFT = f" WHERE {OPEN_LINE} AND {GOES_ON} AND {REMAINDER} > 0"

_HELD = """
  FROM temp.peg_scope g
  CROSS JOIN allocation a INDEXED BY det_allocation_by_group
    ON a.item_id = g.item_id AND a.node_id = g.node_id
"""
_AT_ITS_OWN = f"l.item_id = a.item_id AND l.node_id = a.node_id AND l.id = a.line_id AND {OPEN_LINE}"
# Most of what is held in a group is held for lines of the group, which stand together in their index.
_OF_GROUPS = f"""
INSERT INTO det_demand {_ALLOCATED} {_HELD}
  CROSS JOIN {LINE} ON {_AT_ITS_OWN}
  CROSS JOIN {ORDER} ON o.id = l.order_id
{_IF_ALLOCATED}
UNION ALL {_ALLOCATED} {_HELD}
  CROSS JOIN order_line l ON l.id = a.line_id AND NOT EXISTS (SELECT 1 FROM {LINE} WHERE {_AT_ITS_OWN})
  CROSS JOIN {ORDER} ON o.id = l.order_id
{_IF_ALLOCATED}
UNION ALL {_LEFT}
  FROM temp.peg_scope g
  CROSS JOIN {LINE} ON l.item_id = g.item_id AND l.node_id = g.node_id
  CROSS JOIN {ORDER} ON o.id = l.order_id
{_IF_LEFT}
UNION ALL {_LEFT}
  FROM (SELECT DISTINCT item_id FROM temp.peg_scope) i
  CROSS JOIN {LINE} ON l.item_id = i.item_id AND l.node_id IS NULL
  CROSS JOIN {ORDER} ON o.id = l.order_id
  CROSS JOIN temp.peg_scope g ON g.item_id = l.item_id AND g.node_id = o.ship_from_node_id
{_IF_LEFT}
"""  # noqa: S608 - all parts are constants
_OF_LINES = f"""
INSERT INTO det_demand {_ALLOCATED}
  FROM allocation a INDEXED BY det_allocation_by_line
  CROSS JOIN temp.peg_scope g ON g.item_id = a.item_id AND g.node_id = a.node_id
  CROSS JOIN order_line l ON l.id = a.line_id
  CROSS JOIN {ORDER} ON o.id = l.order_id
{_IF_ALLOCATED} AND a.line_id IN (SELECT k FROM temp.changed_id)
UNION ALL {_LEFT}
  FROM order_line l
  CROSS JOIN {ORDER} ON o.id = l.order_id
  CROSS JOIN temp.peg_scope g
    ON g.item_id = l.item_id AND g.node_id = COALESCE(l.node_id, o.ship_from_node_id)
{_IF_LEFT} AND l.id IN (SELECT k FROM temp.changed_id)
   AND l.item_id IN (SELECT item_id FROM temp.peg_scope)
"""  # noqa: S608 - all parts are constants
# Where a line's demand was is marked like where it is now, so that it is looked for in the scope alone.
_DROP_LINES = """
DELETE FROM det_demand WHERE (item_id, node_id) IN (SELECT item_id, node_id FROM temp.peg_scope)
   AND line_id IN (SELECT k FROM temp.changed_id)
"""
_KEEP_GROUPS = "INSERT INTO det_demand_group SELECT item_id, node_id FROM temp.peg_scope"
_KEPT = """
SELECT g.item_id, g.node_id FROM temp.peg_scope g
 CROSS JOIN det_demand_group k ON k.item_id = g.item_id AND k.node_id = g.node_id
"""
_SCOPE = "SELECT item_id, node_id FROM temp.peg_scope"
_WITHOUT_KEPT = """
DELETE FROM temp.peg_scope WHERE (item_id, node_id) IN (SELECT item_id, node_id FROM det_demand_group)
"""
_TOTALS = """
SELECT g.item_id, g.node_id, SUM(d.quantity), SUM(d.quantity * d.wants)
  FROM temp.peg_scope g CROSS JOIN det_demand d ON d.item_id = g.item_id AND d.node_id = g.node_id
 GROUP BY g.item_id, g.node_id
"""
_WANTS = """
SELECT d.item_id, d.node_id, d.line_id, d.quantity, d.unreserved, d.promised_at
  FROM temp.peg_scope g CROSS JOIN det_demand d ON d.item_id = g.item_id AND d.node_id = g.node_id
 WHERE d.wants = 1
 ORDER BY d.item_id, d.node_id, d.rank, d.class, d.unreserved, d.tier, d.promised_at, d.line_id, d.part
"""
#: The statements that read a scope of groups, for the test of their plans.
SCOPED_READS = (_OF_GROUPS, _OF_LINES, _DROP_LINES, _KEPT, _WITHOUT_KEPT, _TOTALS, _WANTS)


def keep_all(connection: Connection, gathered: set[str]) -> None:
    """Keep the demand of every tight group and no other; they are the scope then."""
    gather(connection, gathered, APART)
    scope_tight_groups(connection, everywhere=True)
    run(connection, "DELETE FROM det_demand")
    run(connection, "DELETE FROM det_demand_group")
    _keep_scope(connection)


def keep_changed(connection: Connection, groups: set[tuple[str, str]]) -> None:
    """Bring these groups in line with the lines that changed; the kept ones of them are the scope then."""
    set_scope(connection, groups)
    kept = _scope_of(connection, _KEPT)
    if groups - kept:
        run(connection, _WITHOUT_KEPT)
        scope_tight_groups(connection)
        _keep_scope(connection)
    tight = _scope_of(connection, _SCOPE) if groups - kept else set()
    if kept:
        set_scope(connection, kept)
        marks = ", ".join("?" * len(LINE_WAKES))
        query = f"SELECT DISTINCT key FROM dirty_scope WHERE path IN ({marks})"  # noqa: S608 - question marks
        set_changed(connection, firsts(connection, query, LINE_WAKES))
        run(connection, _DROP_LINES)
        run(connection, _OF_LINES)
    set_scope(connection, kept | tight)


def _scope_of(connection: Connection, query: str) -> set[tuple[str, str]]:
    return {(row[0], row[1]) for row in run(connection, query).fetchall()}


def totals(connection: Connection) -> list[tuple[str, str, int, int]]:
    """For each group of the scope the units bound in it, and those of them that lines want."""
    return list(run(connection, _TOTALS))


def wants(connection: Connection) -> Iterator[tuple[tuple[str, str], list[Demand]]]:
    """What lines want of each group of the scope, in the order in which they are served."""
    for group, rows in groupby(run(connection, _WANTS), key=itemgetter(0, 1)):
        yield group, [Demand(row[2], row[3], not row[4], row[5]) for row in rows]


def _keep_scope(connection: Connection) -> None:
    run(connection, _KEEP_GROUPS)
    run(connection, _OF_GROUPS)
