"""What each case hangs on: its own things, and by keys what lies behind them (``case_about``).

Only kinds that some edge asks for of the case's type are kept (``temp.corr_need``), and only of the
cases in ``temp.corr_case``: the pegging graph is followed from few cases, never from all records.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from app.detection.incidents.edges import Edge, needed_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SOURCE = re.compile(r"r\.kind = '(\w+)'")

_SCRATCH = (
    "CREATE TEMP TABLE IF NOT EXISTS corr_case (case_id TEXT PRIMARY KEY) WITHOUT ROWID",
    """
CREATE TEMP TABLE IF NOT EXISTS corr_need (
  code TEXT, kind TEXT, own INTEGER, PRIMARY KEY (code, kind)) WITHOUT ROWID
""",
    """
CREATE TEMP TABLE IF NOT EXISTS corr_edge (
  child TEXT, root TEXT, kind TEXT, rank INTEGER, own INTEGER, mutes INTEGER,
  PRIMARY KEY (child, kind, root, mutes)) WITHOUT ROWID
""",
    "CREATE INDEX IF NOT EXISTS temp.corr_edge_by_root ON corr_edge (root, kind)",
    """
CREATE TEMP TABLE IF NOT EXISTS corr_ref (
  case_id TEXT, kind TEXT, id TEXT, code TEXT, own INTEGER, PRIMARY KEY (kind, case_id, id)) WITHOUT ROWID
""",
    "DELETE FROM temp.corr_need",
    "DELETE FROM temp.corr_edge",
)

# The case's own words: entity, what it names, orders it touches, node, sources.
_OWN = (
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, e.entity_kind, e.entity_id, e.code, 1
  FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id
 WHERE e.closed_at IS NULL AND EXISTS (SELECT 1 FROM temp.corr_need n WHERE n.code = e.code)
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, json_extract(j.value, '$[0]'), json_extract(j.value, '$[1]'), e.code,
       json_extract(j.value, '$[0]') <> e.entity_kind
  FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id JOIN json_each(e.about) j
 WHERE e.closed_at IS NULL AND e.about <> '[]'
   AND EXISTS (SELECT 1 FROM temp.corr_need n WHERE n.code = e.code)
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, 'sales_order', j.value, e.code, 0
  FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id JOIN json_each(e.order_ids) j
 WHERE e.closed_at IS NULL
   AND EXISTS (SELECT 1 FROM temp.corr_need n
                WHERE n.code = e.code AND n.kind IN ('sales_order', 'customer', 'edi_message', 'hour'))
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, 'node', e.node_id, e.code, 0
  FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id
 WHERE e.closed_at IS NULL AND e.node_id IS NOT NULL
   AND EXISTS (SELECT 1 FROM temp.corr_need n WHERE n.code = e.code AND n.kind = 'node')
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, 'feed', j.value, e.code, 0
  FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id JOIN json_each(e.sources) j
 WHERE e.closed_at IS NULL
   AND EXISTS (SELECT 1 FROM temp.corr_need n WHERE n.code = e.code AND n.kind = 'feed')
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, 'any', '', e.code, 0
  FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id
 WHERE e.closed_at IS NULL
   AND EXISTS (SELECT 1 FROM temp.corr_need n WHERE n.code = e.code AND n.kind = 'any')
""",
)

# From records to the shipment, line or lot behind them.
_BEHIND = (
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'shipment', b.shipment_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN carrier_booking b ON b.id = r.id WHERE r.kind = 'carrier_booking'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'shipment', i.shipment_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN invoice i ON i.id = r.id
 WHERE r.kind = 'invoice' AND i.shipment_id IS NOT NULL
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'shipment', p.shipment_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN proof_of_delivery p ON p.id = r.id WHERE r.kind = 'proof_of_delivery'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'shipment', m.shipment_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN milestone m ON m.id = r.id WHERE r.kind = 'milestone'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'order_line', a.line_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN allocation a ON a.id = r.id WHERE r.kind = 'allocation'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'lot', a.lot_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN allocation a ON a.id = r.id WHERE r.kind = 'allocation' AND a.lot_id <> ''
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'lot', a.lot_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN return_authorisation a ON a.id = r.id
 WHERE r.kind = 'return_authorisation' AND a.lot_id <> ''
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'item', a.item_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN return_authorisation a ON a.id = r.id WHERE r.kind = 'return_authorisation'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'order_line', t.line_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN pick_task t ON t.id = r.id WHERE r.kind = 'pick_task'
""",
)

# From lines, tasks and stock to supply, bins and waves.
_SUPPLY = (
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'item', l.item_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'item'
  CROSS JOIN order_line l ON l.id = r.id WHERE r.kind = 'order_line'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'peg', l.item_id || '|' || COALESCE(l.node_id,
       (SELECT o.ship_from_node_id FROM sales_order o WHERE o.id = l.order_id), ''), r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'peg'
  CROSS JOIN order_line l ON l.id = r.id WHERE r.kind = 'order_line' AND r.own
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'peg', p.item_id || '|' || p.node_id, r.code, r.own
  FROM temp.corr_ref r CROSS JOIN inventory_position p ON p.id = r.id WHERE r.kind = 'inventory_position'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'peg', s.item_id || '|' || s.node_id, r.code,
       r.own AND NOT EXISTS (SELECT 1 FROM peg_late g WHERE g.supply_id = s.id)
  FROM temp.corr_ref r CROSS JOIN inbound_supply s ON s.id = r.id WHERE r.kind = 'inbound_supply'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'item', p.item_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'item'
  CROSS JOIN inventory_position p ON p.id = r.id WHERE r.kind = 'inventory_position'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'item', s.item_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'item'
  CROSS JOIN inbound_supply s ON s.id = r.id WHERE r.kind = 'inbound_supply'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'supplier', s.supplier_name, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'supplier'
  CROSS JOIN inbound_supply s ON s.id = r.id WHERE r.kind = 'inbound_supply' AND s.supplier_name <> ''
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'bin', k.node_id || '|' || k.bin_code, r.code, r.own
  FROM temp.corr_ref r CROSS JOIN cycle_count k ON k.id = r.id WHERE r.kind = 'cycle_count'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'peg', k.item_id || '|' || k.node_id, r.code, r.own
  FROM temp.corr_ref r CROSS JOIN cycle_count k ON k.id = r.id WHERE r.kind = 'cycle_count'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'bin', k.node_id || '|' || k.bin_code, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'bin'
  CROSS JOIN inventory_position p ON p.id = r.id
  CROSS JOIN cycle_count k ON k.item_id = p.item_id AND k.node_id = p.node_id
 WHERE r.kind = 'inventory_position' AND k.deleted_at IS NULL AND k.adjusted = 0
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'peg', k.item_id || '|' || k.node_id, r.code, r.own
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'peg'
  CROSS JOIN cycle_count k ON k.node_id = substr(r.id, 1, instr(r.id, '|') - 1)
         AND k.bin_code = substr(r.id, instr(r.id, '|') + 1)
 WHERE r.kind = 'bin' AND k.deleted_at IS NULL AND k.adjusted = 0
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'peg', t.item_id || '|' || t.node_id, r.code, r.own
  FROM temp.corr_ref r CROSS JOIN lot t ON t.id = r.id WHERE r.kind = 'lot'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'bin', t.node_id || '|' || t.bin_code, r.code, 0
  FROM temp.corr_ref r CROSS JOIN pick_task t ON t.id = r.id WHERE r.kind = 'pick_task'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'wave', t.node_id || '|' || t.wave_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN pick_task t ON t.id = r.id WHERE r.kind = 'pick_task' AND t.wave_id <> ''
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'bin', t.node_id || '|' || t.bin_code, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'bin'
  CROSS JOIN pick_task t ON t.line_id = r.id
 WHERE r.kind = 'order_line' AND r.own AND t.deleted_at IS NULL
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'lot', a.lot_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'lot'
  CROSS JOIN allocation a ON a.line_id = r.id
 WHERE r.kind = 'order_line' AND a.lot_id <> '' AND a.deleted_at IS NULL
""",
)

# From orders to customers and messages, from shipments to carrier, lane and what crosses their way.
_ROADS = (
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'customer', o.customer_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'customer'
  CROSS JOIN sales_order o ON o.id = r.id WHERE r.kind = 'sales_order'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'hour', CAST(o.ordered_at / 3600000 AS TEXT), r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'hour'
  CROSS JOIN sales_order o ON o.id = r.id WHERE r.kind = 'sales_order'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'edi_message', m.id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'edi_message'
  CROSS JOIN edi_message m ON m.order_id = r.id WHERE r.kind = 'sales_order'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'carrier', s.scac, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'carrier'
  CROSS JOIN shipment s ON s.id = r.id WHERE r.kind = 'shipment'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'carrier', s.scac || '|' || s.origin_node_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'carrier'
  CROSS JOIN shipment s ON s.id = r.id WHERE r.kind = 'shipment'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'lane', s.origin_node_id || '|' || s.zone_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'lane'
  CROSS JOIN shipment s ON s.id = r.id WHERE r.kind = 'shipment'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'lane', l.id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'lane'
  CROSS JOIN shipment s ON s.id = r.id
  CROSS JOIN lane l ON l.origin_node_id = s.origin_node_id
       AND l.zone_id = COALESCE(NULLIF(s.zone_id, ''),
                                (SELECT c.zone_id FROM customer c WHERE c.id = s.customer_id))
 WHERE r.kind = 'shipment'
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'route_event', v.id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'route_event'
  CROSS JOIN shipment s ON s.id = r.id
  CROSS JOIN route_event v ON v.starts_at <= COALESCE(s.delivered_at, s.eta_at, s.window_end_at)
       AND COALESCE(v.ends_at, s.planned_pickup_at) >= s.planned_pickup_at
 WHERE r.kind = 'shipment' AND v.deleted_at IS NULL
   AND (EXISTS (SELECT 1 FROM json_each(v.node_ids) j WHERE j.value = s.origin_node_id)
        OR EXISTS (SELECT 1 FROM json_each(v.zone_ids) j WHERE j.value = s.zone_id))
""",
)

_FORGET_ALL = "DELETE FROM case_about"
_FORGET = "DELETE FROM case_about WHERE case_id IN (SELECT case_id FROM temp.corr_case)"

_KEEP = """
INSERT OR IGNORE INTO case_about (case_id, kind, id, code, own, weight)
SELECT r.case_id, r.kind, r.id, r.code, r.own, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = r.kind
 WHERE r.own OR NOT n.own
"""

# Lines that wait for a late supply, with how much of it; an order through its lines; stock by its peg.
_WAITING = (
    """
INSERT OR IGNORE INTO case_about (case_id, kind, id, code, own, weight)
SELECT r.case_id, 'inbound_supply', g.supply_id, r.code, 0, g.waiting_quantity
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'inbound_supply'
  CROSS JOIN peg_late g ON g.line_id = r.id WHERE r.kind = 'order_line'
""",
    """
INSERT OR IGNORE INTO case_about (case_id, kind, id, code, own, weight)
SELECT e.case_id, 'inbound_supply', g.supply_id, e.code, 0, SUM(g.waiting_quantity)
  FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id
  CROSS JOIN temp.corr_need n ON n.code = e.code AND n.kind = 'inbound_supply'
  CROSS JOIN order_line l ON l.order_id = e.entity_id CROSS JOIN peg_late g ON g.line_id = l.id
 WHERE e.entity_kind = 'sales_order' AND e.closed_at IS NULL GROUP BY e.case_id, g.supply_id
""",
    """
INSERT OR IGNORE INTO case_about (case_id, kind, id, code, own, weight)
SELECT r.case_id, 'inbound_supply', s.id, r.code, 0, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'inbound_supply'
  CROSS JOIN inventory_position p ON p.id = r.id
  CROSS JOIN inbound_supply s ON s.item_id = p.item_id AND s.node_id = p.node_id
 WHERE r.kind = 'inventory_position' AND s.deleted_at IS NULL AND s.cancelled = 0
   AND s.ordered_quantity > s.received_quantity
""",
)


def prepare(connection: Connection, edges: Sequence[Edge]) -> None:
    """Make the scratch tables and fill in which kinds of thing must be known of which type."""
    need(connection, needed_kinds(edges))
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
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO temp.corr_edge VALUES (:child, :root, :kind, :rank, :own, :mutes)",
            rows,
        )


def need(connection: Connection, kinds: Mapping[tuple[str, str], bool]) -> None:
    """Ask for these kinds of thing only, by a type's code and kind; ``True``: only what is its own."""
    for statement in _SCRATCH:
        connection.exec_driver_sql(statement)
    rows = [(code, str(kind), int(own)) for (code, kind), own in sorted(kinds.items())]
    if rows:
        connection.exec_driver_sql("INSERT INTO temp.corr_need VALUES (?, ?, ?)", rows)


def rewrite_anchors(connection: Connection, *, everything: bool = False) -> None:
    """Work out anew what the cases of ``temp.corr_case`` hang on; closed ones hang on nothing.

    ``everything`` says that all cases are among them.
    """
    gather_refs(connection)
    connection.exec_driver_sql(_FORGET_ALL if everything else _FORGET)
    connection.exec_driver_sql(_KEEP)
    _follow(connection, _WAITING)


def gather_refs(connection: Connection) -> None:
    """Follow the cases of ``temp.corr_case`` to what lies behind them (``temp.corr_ref``)."""
    connection.exec_driver_sql("DELETE FROM temp.corr_ref")
    for statement in _OWN:
        connection.exec_driver_sql(statement)
    for stage in (_BEHIND, _SUPPLY, _ROADS):
        _follow(connection, stage)


def _follow(connection: Connection, stage: Sequence[str]) -> None:
    """Run the statements of a stage that start from a kind of thing that is there."""
    present = set(connection.exec_driver_sql("SELECT DISTINCT kind FROM temp.corr_ref").scalars())
    for statement in stage:
        found = _SOURCE.search(statement)
        if found is None or found.group(1) in present:
            connection.exec_driver_sql(statement)
