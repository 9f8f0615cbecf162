"""Reading demand and supply of groups: an item at a node.

Demand is the allocations of open lines and what each line has not allocated yet, for confirmed or released
orders that are not on credit hold (``wants``). Stock that is reserved for an order which may not go on is
bound: nobody may take it, but the order itself is not short; so is stock of a substitute. Manual ranks are
served first, then the confirmation classes (``win`` and ``gain`` before others, ``lose`` last), reserved
before unreserved, then customer tier and promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from app.detection.pegging import Demand
from app.store.quick import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Row

#: What pegging rests on: an index entry holds all that it needs to know of a line, an order, an allocation.
INDEXES = (
    """
CREATE INDEX IF NOT EXISTS det_line_open_by_item ON order_line
 (item_id, node_id, order_id, ordered_quantity, shipped_quantity, promised_at, cancelled, deleted_at)
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
 (item_id, node_id, line_id, status, quantity, deleted_at) WHERE deleted_at IS NULL
""",
    "CREATE INDEX IF NOT EXISTS det_short_by_group ON peg_short (item_id, node_id)",
)

_SCOPE = """
CREATE TEMP TABLE IF NOT EXISTS peg_scope (
  item_id TEXT, node_id TEXT, PRIMARY KEY (item_id, node_id)) WITHOUT ROWID
"""
_MOST = """
CREATE TEMP TABLE IF NOT EXISTS peg_most (
  item_id TEXT, node_id TEXT, units INTEGER, first_at INTEGER,
  PRIMARY KEY (item_id, node_id)) WITHOUT ROWID
"""

_OPEN_LINE = "l.deleted_at IS NULL AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity"
_OPEN_ORDER = "o.deleted_at IS NULL AND o.status IN ('entered', 'confirmed', 'released')"
_GOES_ON = f"{_OPEN_ORDER} AND o.status <> 'entered' AND o.credit_status <> 'hold'"
_LINE = "order_line l INDEXED BY det_line_open_by_item"
_ORDER = "sales_order o INDEXED BY det_order_open"
_ALLOCATED = """
COALESCE((SELECT SUM(x.quantity) FROM allocation x INDEXED BY det_allocation_by_line
           WHERE x.line_id = l.id AND x.deleted_at IS NULL), 0)
"""
_REMAINDER = f"l.ordered_quantity - l.shipped_quantity - {_ALLOCATED}"
_ON_HAND = """
MAX(0, COALESCE((SELECT SUM(p.on_hand_quantity) FROM inventory_position p
                  WHERE p.item_id = g.item_id AND p.node_id = g.node_id AND p.deleted_at IS NULL), 0))
"""

# The most that a group can want: every open line of it in full, whatever its order may do, and what lines
# of other groups have allocated here, with the first promise. A group that has more on hand, or has it before
# its first promise, is not short whoever is served first, and need not be looked at closer.
_ADD_MOST = """
    ON CONFLICT DO UPDATE SET units = units + excluded.units, first_at = MIN(first_at, excluded.first_at)
"""
_MOST_WANTED = (
    f"""
INSERT INTO temp.peg_most
SELECT l.item_id, l.node_id, SUM(l.ordered_quantity - l.shipped_quantity), MIN(l.promised_at)
  FROM {_LINE} WHERE {_OPEN_LINE} AND l.node_id IS NOT NULL GROUP BY l.item_id, l.node_id
""",  # noqa: S608 - all parts are constants of this file
    f"""
INSERT INTO temp.peg_most
SELECT l.item_id, o.ship_from_node_id, SUM(l.ordered_quantity - l.shipped_quantity), MIN(l.promised_at)
  FROM {_LINE} CROSS JOIN {_ORDER} ON o.id = l.order_id
 WHERE {_OPEN_LINE} AND l.node_id IS NULL AND {_OPEN_ORDER} AND o.ship_from_node_id IS NOT NULL
 GROUP BY l.item_id, o.ship_from_node_id
{_ADD_MOST}""",  # noqa: S608 - all parts are constants of this file
    f"""
INSERT INTO temp.peg_most
SELECT a.item_id, a.node_id, SUM(a.quantity), MIN(l.promised_at)
  FROM allocation a INDEXED BY det_allocation_by_line CROSS JOIN order_line l ON l.id = a.line_id
 WHERE a.deleted_at IS NULL AND a.quantity > 0
   AND (l.node_id IS NOT a.node_id OR l.item_id <> a.item_id
        OR a.quantity > l.ordered_quantity - l.shipped_quantity)
 GROUP BY a.item_id, a.node_id
{_ADD_MOST}""",  # noqa: S608 - all parts are constants of this file
    # Allocations of a line that together are more than it still wants.
    f"""
INSERT INTO temp.peg_most
SELECT a.item_id, a.node_id, SUM(a.quantity), MIN(l.promised_at)
  FROM (SELECT line_id, SUM(quantity) AS units FROM allocation INDEXED BY det_allocation_by_line
         WHERE deleted_at IS NULL GROUP BY line_id HAVING COUNT(*) > 1) m
  CROSS JOIN order_line l ON l.id = m.line_id
  CROSS JOIN allocation a INDEXED BY det_allocation_by_line ON a.line_id = l.id
 WHERE m.units > l.ordered_quantity - l.shipped_quantity AND a.deleted_at IS NULL AND a.quantity > 0
 GROUP BY a.item_id, a.node_id
{_ADD_MOST}""",  # noqa: S608 - all parts are constants of this file
)

# The same of the groups in scope, each by its own lines and allocations.
_MOST_WANTED_IN_SCOPE = (
    f"""
SELECT g.item_id, g.node_id, SUM(l.ordered_quantity - l.shipped_quantity), MIN(l.promised_at)
  FROM temp.peg_scope g CROSS JOIN {_LINE} ON l.item_id = g.item_id AND l.node_id = g.node_id
 WHERE {_OPEN_LINE} GROUP BY g.item_id, g.node_id
""",  # noqa: S608 - all parts are constants of this file
    f"""
SELECT g.item_id, g.node_id, SUM(l.ordered_quantity - l.shipped_quantity), MIN(l.promised_at)
  FROM (SELECT DISTINCT item_id FROM temp.peg_scope) i
  CROSS JOIN {_LINE} ON l.item_id = i.item_id AND l.node_id IS NULL
  CROSS JOIN {_ORDER} ON o.id = l.order_id
  CROSS JOIN temp.peg_scope g ON g.item_id = l.item_id AND g.node_id = o.ship_from_node_id
 WHERE {_OPEN_LINE} AND {_OPEN_ORDER} GROUP BY g.item_id, g.node_id
""",  # noqa: S608 - all parts are constants of this file
    f"""
SELECT g.item_id, g.node_id, SUM(a.quantity), MIN(l.promised_at)
  FROM temp.peg_scope g
  CROSS JOIN allocation a INDEXED BY det_allocation_by_group
    ON a.item_id = g.item_id AND a.node_id = g.node_id
  CROSS JOIN order_line l ON l.id = a.line_id
 WHERE a.deleted_at IS NULL AND a.quantity > 0
   AND (l.node_id IS NOT a.node_id OR l.item_id <> a.item_id OR {_REMAINDER} < 0)
 GROUP BY g.item_id, g.node_id
""",  # noqa: S608 - all parts are constants of this file
)

_TIGHT = f"""
INSERT INTO temp.peg_scope SELECT g.item_id, g.node_id FROM temp.peg_most g
 WHERE g.units > {_ON_HAND}
   AND g.units > {_ON_HAND} + COALESCE((
       SELECT SUM(s.ordered_quantity - s.received_quantity) FROM inbound_supply s
        WHERE s.item_id = g.item_id AND s.node_id = g.node_id AND s.eta_at <= g.first_at
          AND s.deleted_at IS NULL AND s.cancelled = 0 AND s.ordered_quantity > s.received_quantity), 0)
"""  # noqa: S608 - all parts are constants of this file

_STOCK = f"SELECT g.item_id, g.node_id, {_ON_HAND} AS on_hand FROM temp.peg_scope g"  # noqa: S608 - constants

_INBOUND = """
SELECT s.item_id, s.node_id, s.id, s.ordered_quantity - s.received_quantity AS quantity, s.due_at, s.eta_at
  FROM temp.peg_scope g CROSS JOIN inbound_supply s ON s.item_id = g.item_id AND s.node_id = g.node_id
 WHERE s.deleted_at IS NULL AND s.cancelled = 0 AND s.ordered_quantity > s.received_quantity
 ORDER BY s.item_id, s.node_id, s.id
"""

# The rank, the class, and so on in the order in which lines are served; then what is wanted.
_SERVED_BY = """
COALESCE((SELECT r.rank FROM line_priority r WHERE r.line_id = l.id), 9223372036854775807),
CASE (SELECT r.confirmation_class FROM line_priority r WHERE r.line_id = l.id)
     WHEN 'win' THEN 0 WHEN 'gain' THEN 1 WHEN 'lose' THEN 3 ELSE 2 END
"""
_AND_BY = """
COALESCE((SELECT c.tier FROM customer c WHERE c.id = o.customer_id AND c.deleted_at IS NULL), 4),
l.promised_at, l.id
"""

# The scope gives the groups in order; within one, Python sorts faster.
_DEMAND = f"""
SELECT g.item_id, g.node_id, {_SERVED_BY}, a.status <> 'reserved', {_AND_BY}, a.quantity,
       a.item_id = l.item_id AND o.status <> 'entered' AND o.credit_status <> 'hold'
  FROM temp.peg_scope g
  CROSS JOIN allocation a INDEXED BY det_allocation_by_group
    ON a.item_id = g.item_id AND a.node_id = g.node_id
  CROSS JOIN order_line l ON l.id = a.line_id
  CROSS JOIN {_ORDER} ON o.id = l.order_id
 WHERE a.deleted_at IS NULL AND a.quantity > 0 AND {_OPEN_LINE} AND {_OPEN_ORDER}
   AND (a.status = 'reserved' OR o.status <> 'entered' AND o.credit_status <> 'hold')
UNION ALL
SELECT g.item_id, g.node_id, {_SERVED_BY}, 1, {_AND_BY}, {_REMAINDER}, 1
  FROM temp.peg_scope g
  CROSS JOIN {_LINE} ON l.item_id = g.item_id AND l.node_id = g.node_id
  CROSS JOIN {_ORDER} ON o.id = l.order_id
 WHERE {_OPEN_LINE} AND {_GOES_ON} AND {_REMAINDER} > 0
UNION ALL
SELECT g.item_id, g.node_id, {_SERVED_BY}, 1, {_AND_BY}, {_REMAINDER}, 1
  FROM temp.peg_scope g
  CROSS JOIN {_LINE} ON l.item_id = g.item_id AND l.node_id IS NULL
  CROSS JOIN {_ORDER} ON o.id = l.order_id AND o.ship_from_node_id = g.node_id
 WHERE {_OPEN_LINE} AND {_GOES_ON} AND {_REMAINDER} > 0
 ORDER BY 1, 2
"""  # noqa: S608 - all parts are constants of this file

#: What is bound in each group of the scope: the same demand, added up without its order.
_BOUND = f"""
SELECT g.item_id, g.node_id,
       COALESCE((SELECT SUM(a.quantity)
                   FROM allocation a INDEXED BY det_allocation_by_group
                  CROSS JOIN order_line l ON l.id = a.line_id
                  CROSS JOIN {_ORDER} ON o.id = l.order_id
                  WHERE a.item_id = g.item_id AND a.node_id = g.node_id
                    AND a.deleted_at IS NULL AND a.quantity > 0 AND {_OPEN_LINE} AND {_OPEN_ORDER}
                    AND (a.status = 'reserved' OR o.status <> 'entered' AND o.credit_status <> 'hold')), 0)
       + COALESCE((SELECT SUM(MAX(0, {_REMAINDER}))
                     FROM {_LINE} CROSS JOIN {_ORDER} ON o.id = l.order_id
                    WHERE l.item_id = g.item_id AND l.node_id = g.node_id
                      AND {_OPEN_LINE} AND {_GOES_ON}), 0)
       + COALESCE((SELECT SUM(MAX(0, {_REMAINDER}))
                     FROM {_LINE} CROSS JOIN {_ORDER} ON o.id = l.order_id
                    WHERE l.item_id = g.item_id AND l.node_id IS NULL AND o.ship_from_node_id = g.node_id
                      AND {_OPEN_LINE} AND {_GOES_ON}), 0)
  FROM temp.peg_scope g
"""  # noqa: S608 - all parts are constants of this file

#: The statements that read a scope of groups, for the test of their plans.
SCOPED_READS = (_STOCK, _INBOUND, _DEMAND, _BOUND, *_MOST_WANTED_IN_SCOPE)


@dataclass(frozen=True, slots=True)
class GroupDemand:
    """The demand of one group: all units bound in it, and what lines want, in the order they are served."""

    item_id: str
    node_id: str
    bound: int
    wanted: int
    rows: Sequence[tuple[Any, ...]]

    def demands(self) -> list[Demand]:
        """What lines want, in the order in which they are served."""
        return [Demand(row[7], row[8], not row[4], row[6]) for row in self.rows if row[9]]


def set_scope(connection: Connection, groups: Iterable[tuple[str, str]]) -> None:
    """Let these groups be the ones that are read."""
    connection.exec_driver_sql(_SCOPE)
    connection.exec_driver_sql("DELETE FROM temp.peg_scope")
    rows = list(groups)
    if rows:
        connection.exec_driver_sql("INSERT OR IGNORE INTO temp.peg_scope VALUES (?, ?)", rows)


def scope_tight_groups(connection: Connection, groups: Iterable[tuple[str, str]] | None = None) -> None:
    """Of these groups (``None``: of all), let those that may want more than is there be the ones read."""
    set_scope(connection, groups or ())
    run(connection, _MOST)
    run(connection, "DELETE FROM temp.peg_most")
    if groups is None:
        for statement in _MOST_WANTED:
            run(connection, statement)
    else:
        for select in _MOST_WANTED_IN_SCOPE:
            run(connection, f"INSERT INTO temp.peg_most {select} {_ADD_MOST}")
        run(connection, "DELETE FROM temp.peg_scope")
    run(connection, _TIGHT)
    run(connection, "DELETE FROM temp.peg_most")


def demands(connection: Connection) -> Iterator[GroupDemand]:
    """The demand of the scope, group by group."""
    for (item_id, node_id), group in groupby(run(connection, _DEMAND), key=itemgetter(0, 1)):
        rows = sorted(group)
        wanted = sum(row[8] for row in rows if row[9])
        yield GroupDemand(item_id, node_id, sum(row[8] for row in rows), wanted, rows)


def bound(connection: Connection) -> Sequence[tuple[str, str, int]]:
    """The units bound in each group of the scope."""
    return [(row[0], row[1], row[2]) for row in connection.exec_driver_sql(_BOUND)]


def on_hand(connection: Connection) -> dict[tuple[str, str], int]:
    """Units on hand by group of the scope."""
    return {(row[0], row[1]): row[2] for row in connection.exec_driver_sql(_STOCK)}


def inbound(connection: Connection) -> Sequence[Row[Any]]:
    """What is still to come for the groups of the scope."""
    return connection.exec_driver_sql(_INBOUND).all()
