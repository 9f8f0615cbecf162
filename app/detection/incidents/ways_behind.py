"""From what a case names to what lies behind it: supply, bins, carriers, lanes; one statement a step.

Each starts from a kind of thing in ``temp.corr_ref`` and adds what those things lead to.
"""

from __future__ import annotations

# From records to the shipment, line or lot behind them.
BEHIND = (
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
SUPPLY = (
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
ROADS = (
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'customer', o.customer_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'customer'
  CROSS JOIN sales_order o ON o.id = r.id WHERE r.kind = 'sales_order'
""",
    # The hour of the order a case is about; those it is held against (the first of two) came when they came.
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'hour', CAST(o.ordered_at / 3600000 AS TEXT), r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'hour'
  CROSS JOIN sales_order o ON o.id = r.id WHERE r.kind = 'sales_order'
   AND (r.own OR NOT EXISTS (SELECT 1 FROM temp.corr_ref x
                              WHERE x.kind = 'sales_order' AND x.case_id = r.case_id AND x.own))
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
    # A carrier in trouble is known by whom it does not answer, a full one by whom it refuses.
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, n.kind, substr(r.id, 1, instr(r.id || '|', '|') - 1), r.code, 1
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind IN ('room', 'answer')
 WHERE r.kind = 'carrier' AND r.own AND n.own
""",
    # Who gave it back first is behind its want of a carrier and its price. With a tender out that nobody has
    # taken, a shipment without a carrier has waited for the answer in vain.
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, n.kind, t.scac, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind IN ('room', 'answer')
  CROSS JOIN carrier_booking t ON t.id = (
       SELECT x.id FROM carrier_booking x
        WHERE x.shipment_id = r.id AND x.deleted_at IS NULL
          AND (x.status IN ('declined', 'expired', 'cancelled')
               OR x.status = 'tendered' AND r.code = 'TR-TENDER')
        ORDER BY x.booked_at, x.id LIMIT 1)
 WHERE r.kind = 'shipment' AND NOT n.own
   AND n.kind = CASE t.status WHEN 'declined' THEN 'room' ELSE 'answer' END
""",
    # A carrier that gave a shipment back is behind its delay.
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'carrier', t.scac, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'carrier'
  CROSS JOIN carrier_booking t ON t.shipment_id = r.id
 WHERE r.kind = 'shipment' AND t.status IN ('declined', 'expired', 'cancelled') AND t.deleted_at IS NULL
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT r.case_id, 'carrier', t.scac || '|' || s.origin_node_id, r.code, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = 'carrier'
  CROSS JOIN carrier_booking t ON t.shipment_id = r.id CROSS JOIN shipment s ON s.id = r.id
 WHERE r.kind = 'shipment' AND t.status IN ('declined', 'expired', 'cancelled') AND t.deleted_at IS NULL
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

# Lines that wait for a late supply, with how much of it; an order through its lines; stock by its peg.
WAITING = (
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
