"""Pegging of the whole mirror: SQL finds the groups that can be short, arithmetic pegs only those.

A group is an item at a node. Demand is the allocations of a line and the remainder it has not
allocated, for confirmed or released orders that are not on credit hold. Only groups that want more
than is on hand are loaded; the results are kept in the ``peg_*`` tables for the rules to join.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, delete, insert, text

from app.detection.pegging import Demand, ShortPeg, Supply, shortfalls, waiting_for
from app.store.schema_pegs import PEG_LATE, PEG_OFFER, PEG_SHORT
from domain.ids import EntityKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.detection.finding import Moment

#: The kinds that pegging reads.
PEG_KINDS = frozenset(
    {
        EntityKind.ORDER_LINE,
        EntityKind.SALES_ORDER,
        EntityKind.CUSTOMER,
        EntityKind.INVENTORY_POSITION,
        EntityKind.ALLOCATION,
        EntityKind.INBOUND_SUPPLY,
    }
)

# Scratch tables of the connection. ``wants`` is 0 where stock is bound to an order that may not go on
# (entered, or on credit hold): such units are nobody's to take, but the order itself is not short.
_SCRATCH = (
    text("""
CREATE TEMP TABLE IF NOT EXISTS demand (
  item_id TEXT, node_id TEXT, line_id TEXT, quantity INTEGER, reserved INTEGER, tier INTEGER,
  promised_at INTEGER, wants INTEGER)
"""),
    text("""
CREATE TEMP TABLE IF NOT EXISTS demand_group (
  item_id TEXT, node_id TEXT, wanted INTEGER, bound INTEGER, PRIMARY KEY (item_id, node_id)) WITHOUT ROWID
"""),
    text("DELETE FROM temp.demand"),
    text("DELETE FROM temp.demand_group"),
)

_DEMAND = text("""
WITH open_line AS MATERIALIZED (
  SELECT l.id, l.item_id, l.promised_at, l.ordered_quantity - l.shipped_quantity AS open_quantity,
         COALESCE(l.node_id, o.ship_from_node_id) AS node_id, COALESCE(c.tier, 4) AS tier,
         o.status <> 'entered' AND o.credit_status <> 'hold' AS wants
    FROM sales_order o
    JOIN order_line l ON l.order_id = o.id
    LEFT JOIN customer c ON c.id = o.customer_id AND c.deleted_at IS NULL
   WHERE o.status IN ('entered', 'confirmed', 'released') AND o.deleted_at IS NULL
     AND l.deleted_at IS NULL AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity),
allocated AS MATERIALIZED (
  SELECT a.line_id, a.node_id, a.status, SUM(a.quantity) AS quantity
    FROM allocation a WHERE a.deleted_at IS NULL GROUP BY a.line_id, a.node_id, a.status)
INSERT INTO temp.demand
SELECT l.item_id, a.node_id, l.id, a.quantity, a.status = 'reserved', l.tier, l.promised_at, l.wants
  FROM allocated a JOIN open_line l ON l.id = a.line_id
 WHERE a.quantity > 0 AND (l.wants OR a.status = 'reserved')
UNION ALL
SELECT l.item_id, l.node_id, l.id, l.open_quantity - COALESCE(s.quantity, 0), 0, l.tier, l.promised_at, 1
  FROM open_line l
  LEFT JOIN (SELECT line_id, SUM(quantity) AS quantity FROM allocated GROUP BY line_id) s
    ON s.line_id = l.id
 WHERE l.wants AND l.node_id IS NOT NULL AND l.open_quantity > COALESCE(s.quantity, 0)
""")

_GROUPS = text("""
INSERT INTO temp.demand_group
SELECT item_id, node_id, SUM(quantity * wants), SUM(quantity) FROM temp.demand GROUP BY item_id, node_id
""")

_TIGHT_DEMAND = text("""
WITH stock AS (
  SELECT item_id, node_id, MAX(0, SUM(on_hand_quantity)) AS on_hand
    FROM inventory_position WHERE deleted_at IS NULL GROUP BY item_id, node_id),
tight AS MATERIALIZED (
  SELECT g.item_id, g.node_id, COALESCE(s.on_hand, 0) AS on_hand
    FROM temp.demand_group g
    LEFT JOIN stock s ON s.item_id = g.item_id AND s.node_id = g.node_id
   WHERE g.wanted > COALESCE(s.on_hand, 0))
SELECT d.item_id, d.node_id, t.on_hand, d.line_id, d.quantity, d.reserved, d.promised_at
  FROM temp.demand d JOIN tight t ON t.item_id = d.item_id AND t.node_id = d.node_id
 WHERE d.wants
 ORDER BY d.item_id, d.node_id, d.reserved DESC, d.tier, d.promised_at, d.line_id
""")

_INBOUND = text("""
SELECT item_id, node_id, id, ordered_quantity - received_quantity AS quantity, due_at, eta_at
  FROM inbound_supply
 WHERE deleted_at IS NULL AND cancelled = 0 AND ordered_quantity > received_quantity
 ORDER BY id
""")

_OFFERS = text("""
INSERT INTO peg_offer (item_id, node_id, available_quantity, source, observed_at)
SELECT p.item_id, p.node_id,
       SUM(p.on_hand_quantity - p.safety_stock_quantity) - COALESCE(MAX(g.bound), 0) AS available,
       MIN(p.source), MAX(p.observed_at)
  FROM inventory_position p
  LEFT JOIN temp.demand_group g ON g.item_id = p.item_id AND g.node_id = p.node_id
 WHERE p.deleted_at IS NULL AND p.item_id IN (SELECT item_id FROM peg_short)
 GROUP BY p.item_id, p.node_id
HAVING available > 0
""")


def rewrite_pegs(connection: Connection, moment: Moment) -> None:
    """Peg all demand anew and replace the contents of the ``peg_*`` tables."""
    inbound: dict[tuple[str, str], list[Supply]] = {}
    for row in connection.execute(_INBOUND):
        supply = Supply(row.id, row.quantity, row.due_at, row.eta_at)
        inbound.setdefault((row.item_id, row.node_id), []).append(supply)
    short_rows: list[dict[str, Any]] = []
    late_rows: list[dict[str, Any]] = []
    for statement in (*_SCRATCH, _DEMAND, _GROUPS):
        connection.execute(statement)
    found = connection.execute(_TIGHT_DEMAND).all()
    for (item_id, node_id), group in groupby(found, key=lambda row: (row.item_id, row.node_id)):
        rows = list(group)
        supplies = inbound.get((item_id, node_id), [])
        demands = [Demand(row.line_id, row.quantity, bool(row.reserved), row.promised_at) for row in rows]
        short = shortfalls(demands, rows[0].on_hand, supplies)
        if not short:
            continue
        short_rows += _short_rows(rows[0], short)
        for supply in supplies:
            if supply.eta_ms - supply.due_ms >= moment.policy.inbound_late_ms:
                lines = waiting_for(supply, demands, rows[0].on_hand, supplies, short)
                late_rows += [
                    {"supply_id": supply.supply_id, "line_id": line, "waiting_quantity": units}
                    for line, units in lines.items()
                ]
    for table, contents in ((PEG_SHORT, short_rows), (PEG_LATE, late_rows)):
        connection.execute(delete(table))
        if contents:
            connection.execute(insert(table), contents)
    connection.execute(delete(PEG_OFFER))
    if short_rows:
        connection.execute(_OFFERS)


def _short_rows(group: Row[Any], short: dict[str, ShortPeg]) -> Sequence[dict[str, Any]]:
    return [
        {
            "line_id": line_id,
            "node_id": group.node_id,
            "item_id": group.item_id,
            "demand_quantity": peg.demand,
            "short_quantity": peg.short,
            "on_hand_quantity": group.on_hand,
            "inbound_quantity": peg.inbound,
            "next_eta_at": peg.next_eta_ms,
        }
        for line_id, peg in short.items()
    ]
