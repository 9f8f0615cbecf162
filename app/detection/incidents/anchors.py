"""What each case hangs on: its own things, and by keys what lies behind them (``case_about``).

Only kinds that some edge asks for of the case's type are kept (``temp.corr_need``), and only of the
cases in ``temp.corr_case``: the pegging graph is followed from few cases, never from all records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from app.detection.incidents.edges import Edge, needed_kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCRATCH = (
    text("CREATE TEMP TABLE IF NOT EXISTS corr_need (code TEXT, kind TEXT, PRIMARY KEY (code, kind))"),
    text("""
CREATE TEMP TABLE IF NOT EXISTS corr_edge (
  child TEXT, root TEXT, kind TEXT, rank INTEGER, own INTEGER, mutes INTEGER,
  PRIMARY KEY (child, kind, root, mutes)) WITHOUT ROWID
"""),
    text("CREATE INDEX IF NOT EXISTS temp.corr_edge_by_root ON corr_edge (root, kind)"),
    text("""
CREATE TEMP TABLE IF NOT EXISTS corr_ref (
  case_id TEXT, kind TEXT, id TEXT, code TEXT, own INTEGER, PRIMARY KEY (kind, case_id, id)) WITHOUT ROWID
"""),
    text("DELETE FROM temp.corr_need"),
    text("DELETE FROM temp.corr_edge"),
)

# The case's own words: entity, what it names, orders it touches, node, sources.
_OWN = (
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, e.entity_kind, e.entity_id, e.code, 1
  FROM temp.corr_case c JOIN exception_case e ON e.case_id = c.case_id WHERE e.closed_at IS NULL
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, json_extract(j.value, '$[0]'), json_extract(j.value, '$[1]'), e.code,
       json_extract(j.value, '$[0]') <> e.entity_kind
  FROM temp.corr_case c JOIN exception_case e ON e.case_id = c.case_id JOIN json_each(e.about) j
 WHERE e.closed_at IS NULL AND e.about <> '[]'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, 'sales_order', j.value, e.code, 0
  FROM temp.corr_case c JOIN exception_case e ON e.case_id = c.case_id JOIN json_each(e.order_ids) j
 WHERE e.closed_at IS NULL
   AND EXISTS (SELECT 1 FROM temp.corr_need n
                WHERE n.code = e.code AND n.kind IN ('sales_order', 'customer', 'edi_message', 'hour'))
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, 'node', e.node_id, e.code, 0
  FROM temp.corr_case c JOIN exception_case e ON e.case_id = c.case_id
 WHERE e.closed_at IS NULL AND e.node_id IS NOT NULL
   AND EXISTS (SELECT 1 FROM temp.corr_need n WHERE n.code = e.code AND n.kind = 'node')
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, 'feed', j.value, e.code, 0
  FROM temp.corr_case c JOIN exception_case e ON e.case_id = c.case_id JOIN json_each(e.sources) j
 WHERE e.closed_at IS NULL
   AND EXISTS (SELECT 1 FROM temp.corr_need n WHERE n.code = e.code AND n.kind = 'feed')
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, 'any', '', e.code, 0
  FROM temp.corr_case c JOIN exception_case e ON e.case_id = c.case_id
 WHERE e.closed_at IS NULL
   AND EXISTS (SELECT 1 FROM temp.corr_need n WHERE n.code = e.code AND n.kind = 'any')
"""),
)

# From records to the shipment, line or lot behind them.
_BEHIND = (
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'shipment', b.shipment_id, r.code, 0
  FROM temp.corr_ref r JOIN carrier_booking b ON b.id = r.id WHERE r.kind = 'carrier_booking'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'shipment', i.shipment_id, r.code, 0
  FROM temp.corr_ref r JOIN invoice i ON i.id = r.id
 WHERE r.kind = 'invoice' AND i.shipment_id IS NOT NULL
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'shipment', p.shipment_id, r.code, 0
  FROM temp.corr_ref r JOIN proof_of_delivery p ON p.id = r.id WHERE r.kind = 'proof_of_delivery'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'shipment', m.shipment_id, r.code, 0
  FROM temp.corr_ref r JOIN milestone m ON m.id = r.id WHERE r.kind = 'milestone'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'order_line', a.line_id, r.code, 0
  FROM temp.corr_ref r JOIN allocation a ON a.id = r.id WHERE r.kind = 'allocation'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'lot', a.lot_id, r.code, 0
  FROM temp.corr_ref r JOIN allocation a ON a.id = r.id WHERE r.kind = 'allocation' AND a.lot_id <> ''
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'lot', a.lot_id, r.code, 0
  FROM temp.corr_ref r JOIN return_authorisation a ON a.id = r.id
 WHERE r.kind = 'return_authorisation' AND a.lot_id <> ''
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'item', a.item_id, r.code, 0
  FROM temp.corr_ref r JOIN return_authorisation a ON a.id = r.id WHERE r.kind = 'return_authorisation'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'order_line', t.line_id, r.code, 0
  FROM temp.corr_ref r JOIN pick_task t ON t.id = r.id WHERE r.kind = 'pick_task'
"""),
)

# From lines, tasks and stock to supply, bins and waves.
_SUPPLY = (
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'item', l.item_id, r.code, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'item'
  JOIN order_line l ON l.id = r.id WHERE r.kind = 'order_line'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'peg', l.item_id || '|' || COALESCE(l.node_id,
       (SELECT o.ship_from_node_id FROM sales_order o WHERE o.id = l.order_id), ''), r.code, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'peg'
  JOIN order_line l ON l.id = r.id WHERE r.kind = 'order_line'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'peg', p.item_id || '|' || p.node_id, r.code, r.own
  FROM temp.corr_ref r JOIN inventory_position p ON p.id = r.id WHERE r.kind = 'inventory_position'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'peg', s.item_id || '|' || s.node_id, r.code,
       r.own AND NOT EXISTS (SELECT 1 FROM peg_late g WHERE g.supply_id = s.id)
  FROM temp.corr_ref r JOIN inbound_supply s ON s.id = r.id WHERE r.kind = 'inbound_supply'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'item', p.item_id, r.code, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'item'
  JOIN inventory_position p ON p.id = r.id WHERE r.kind = 'inventory_position'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'item', s.item_id, r.code, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'item'
  JOIN inbound_supply s ON s.id = r.id WHERE r.kind = 'inbound_supply'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'supplier', s.supplier_name, r.code, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'supplier'
  JOIN inbound_supply s ON s.id = r.id WHERE r.kind = 'inbound_supply' AND s.supplier_name <> ''
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'bin', k.node_id || '|' || k.bin_code, r.code, r.own
  FROM temp.corr_ref r JOIN cycle_count k ON k.id = r.id WHERE r.kind = 'cycle_count'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'peg', k.item_id || '|' || k.node_id, r.code, r.own
  FROM temp.corr_ref r JOIN cycle_count k ON k.id = r.id WHERE r.kind = 'cycle_count'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'peg', t.item_id || '|' || t.node_id, r.code, r.own
  FROM temp.corr_ref r JOIN lot t ON t.id = r.id WHERE r.kind = 'lot'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'bin', t.node_id || '|' || t.bin_code, r.code, 0
  FROM temp.corr_ref r JOIN pick_task t ON t.id = r.id WHERE r.kind = 'pick_task'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'wave', t.node_id || '|' || t.wave_id, r.code, 0
  FROM temp.corr_ref r JOIN pick_task t ON t.id = r.id WHERE r.kind = 'pick_task' AND t.wave_id <> ''
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'bin', t.node_id || '|' || t.bin_code, r.code, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'bin'
  JOIN pick_task t ON t.line_id = r.id WHERE r.kind = 'order_line' AND t.deleted_at IS NULL
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'lot', a.lot_id, r.code, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'lot'
  JOIN allocation a ON a.line_id = r.id
 WHERE r.kind = 'order_line' AND a.lot_id <> '' AND a.deleted_at IS NULL
"""),
)

# From orders to customers and messages, from shipments to carrier, lane and what crosses their way.
_ROADS = (
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'customer', o.customer_id, r.code, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'customer'
  JOIN sales_order o ON o.id = r.id WHERE r.kind = 'sales_order'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'hour', CAST(o.ordered_at / 3600000 AS TEXT), r.code, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'hour'
  JOIN sales_order o ON o.id = r.id WHERE r.kind = 'sales_order'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'edi_message', m.id, r.code, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'edi_message'
  JOIN edi_message m ON m.order_id = r.id WHERE r.kind = 'sales_order'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'carrier', s.scac, r.code, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'carrier'
  JOIN shipment s ON s.id = r.id WHERE r.kind = 'shipment'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'carrier', s.scac || '|' || s.origin_node_id, r.code, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'carrier'
  JOIN shipment s ON s.id = r.id WHERE r.kind = 'shipment'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'lane', s.origin_node_id || '|' || s.zone_id, r.code, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'lane'
  JOIN shipment s ON s.id = r.id WHERE r.kind = 'shipment'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'lane', l.id, r.code, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'lane'
  JOIN shipment s ON s.id = r.id
  JOIN lane l ON l.origin_node_id = s.origin_node_id
       AND l.zone_id = COALESCE(NULLIF(s.zone_id, ''),
                                (SELECT c.zone_id FROM customer c WHERE c.id = s.customer_id))
 WHERE r.kind = 'shipment'
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'route_event', v.id, r.code, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'route_event'
  JOIN shipment s ON s.id = r.id
  JOIN route_event v ON v.starts_at <= COALESCE(s.delivered_at, s.eta_at, s.window_end_at)
       AND COALESCE(v.ends_at, s.planned_pickup_at) >= s.planned_pickup_at
 WHERE r.kind = 'shipment' AND v.deleted_at IS NULL
   AND (EXISTS (SELECT 1 FROM json_each(v.node_ids) j WHERE j.value = s.origin_node_id)
        OR EXISTS (SELECT 1 FROM json_each(v.zone_ids) j WHERE j.value = s.zone_id))
"""),
)

_KEEP = text("""
INSERT OR IGNORE INTO case_about (case_id, kind, id, code, own, weight)
SELECT r.case_id, r.kind, r.id, r.code, r.own, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = r.kind
""")

# Lines that wait for a late supply, with how much of it; an order through its lines; stock by its peg.
_WAITING = (
    text("""
INSERT OR IGNORE INTO case_about (case_id, kind, id, code, own, weight)
SELECT r.case_id, 'inbound_supply', g.supply_id, r.code, 0, g.waiting_quantity
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'inbound_supply'
  JOIN peg_late g ON g.line_id = r.id WHERE r.kind = 'order_line'
"""),
    text("""
INSERT OR IGNORE INTO case_about (case_id, kind, id, code, own, weight)
SELECT e.case_id, 'inbound_supply', g.supply_id, e.code, 0, SUM(g.waiting_quantity)
  FROM temp.corr_case c JOIN exception_case e ON e.case_id = c.case_id
  JOIN temp.corr_need n ON n.code = e.code AND n.kind = 'inbound_supply'
  JOIN order_line l ON l.order_id = e.entity_id JOIN peg_late g ON g.line_id = l.id
 WHERE e.entity_kind = 'sales_order' AND e.closed_at IS NULL GROUP BY e.case_id, g.supply_id
"""),
    text("""
INSERT OR IGNORE INTO case_about (case_id, kind, id, code, own, weight)
SELECT r.case_id, 'inbound_supply', s.id, r.code, 0, 0
  FROM temp.corr_ref r JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'inbound_supply'
  JOIN inventory_position p ON p.id = r.id
  JOIN inbound_supply s ON s.item_id = p.item_id AND s.node_id = p.node_id
 WHERE r.kind = 'inventory_position' AND s.deleted_at IS NULL AND s.cancelled = 0
   AND s.ordered_quantity > s.received_quantity
"""),
)


def prepare(connection: Connection, edges: Sequence[Edge]) -> None:
    """Make the scratch tables and fill in which kinds of thing must be known of which type."""
    need(connection, sorted(needed_kinds(edges)))
    rows = [
        {
            "child": edge.child,
            "root": edge.root,
            "kind": str(edge.kind),
            "rank": edge.rank,
            "own": int(edge.own),
            "mutes": int(edge.mutes),
        }
        for edge in edges
    ]
    if rows:
        connection.execute(
            text("INSERT OR IGNORE INTO temp.corr_edge VALUES (:child, :root, :kind, :rank, :own, :mutes)"),
            rows,
        )


def need(connection: Connection, kinds: Sequence[tuple[str, str]]) -> None:
    """Ask for these kinds of thing only: pairs of a type's code and a kind."""
    for statement in _SCRATCH:
        connection.execute(statement)
    rows = [{"code": code, "kind": str(kind)} for code, kind in kinds]
    if rows:
        connection.execute(text("INSERT INTO temp.corr_need VALUES (:code, :kind)"), rows)


def rewrite_anchors(connection: Connection) -> None:
    """Work out anew what the cases of ``temp.corr_case`` hang on; closed ones hang on nothing."""
    gather_refs(connection)
    connection.execute(text("DELETE FROM case_about WHERE case_id IN (SELECT case_id FROM temp.corr_case)"))
    for statement in (_KEEP, *_WAITING):
        connection.execute(statement)


def gather_refs(connection: Connection) -> None:
    """Follow the cases of ``temp.corr_case`` to what lies behind them (``temp.corr_ref``)."""
    connection.execute(text("DELETE FROM temp.corr_ref"))
    for statement in (*_OWN, *_BEHIND, *_SUPPLY, *_ROADS):
        connection.execute(statement)
