"""Wake paths of what rarely changes: network, items, customers, prices, lots, counts, events."""

from __future__ import annotations

_OWN = "SELECT k FROM temp.changed_id"
_ALL = "SELECT '*'"

#: From a shipment ``s`` that is not there yet to the events ``e`` that it may meet: there are few, and each
#: names its places.
MEETS = (
    " JOIN route_event e ON s.status IN ('planned', 'booked', 'packed', 'in_transit')"
    " AND (EXISTS (SELECT 1 FROM json_each(e.node_ids) j WHERE j.value = s.origin_node_id)"
    " OR EXISTS (SELECT 1 FROM json_each(e.zone_ids) j WHERE j.value = s.zone_id))"
)

MASTER_PATHS: dict[str, str] = {
    "node>node": _OWN,
    "node>line": _ALL,
    "node>order": _ALL,
    "node>peg": _ALL,
    "node>supply": _ALL,
    "node>task": _ALL,
    "node>bin": _ALL,
    "node>wave": _ALL,
    "node>shipment": _ALL,
    "node>carrier": _ALL,
    "node>position": _ALL,
    "node>item": _ALL,
    "node>allocation": _ALL,
    "node>event": _ALL,
    "lane>order": _ALL,
    "carrier_service>carrier": _ALL,
    "carrier_service>shipment": _ALL,
    "carrier_service>event": _ALL,
    "item>item": _OWN,
    "item>line": "SELECT id FROM order_line WHERE item_id IN temp.changed_id",
    "item>order": "SELECT order_id FROM order_line WHERE item_id IN temp.changed_id",
    "item>customer": (
        "SELECT o.customer_id FROM order_line l JOIN sales_order o ON o.id = l.order_id"
        " WHERE l.item_id IN temp.changed_id"
    ),
    "item>peg": (
        "SELECT item_id || '|' || node_id FROM inventory_position WHERE item_id IN temp.changed_id"
        " UNION SELECT item_id || '|' || node_id FROM inbound_supply WHERE item_id IN temp.changed_id"
        " UNION SELECT item_id || '|' || node_id FROM allocation WHERE item_id IN temp.changed_id"
        " UNION SELECT l.item_id || '|' || COALESCE(l.node_id, o.ship_from_node_id, '')"
        " FROM order_line l JOIN sales_order o ON o.id = l.order_id WHERE l.item_id IN temp.changed_id"
    ),
    "item>node": "SELECT node_id FROM inventory_position WHERE item_id IN temp.changed_id",
    "item>supplier": "SELECT supplier_name FROM inbound_supply WHERE item_id IN temp.changed_id",
    "item>message": (
        "SELECT m.id FROM order_line l JOIN edi_message m ON m.order_id = l.order_id"
        " WHERE l.item_id IN temp.changed_id"
    ),
    "item>carrier": (
        "SELECT s.scac || '|' || s.origin_node_id FROM order_line l JOIN shipment_line b ON b.line_id = l.id"
        " JOIN shipment s ON s.id = b.shipment_id WHERE l.item_id IN temp.changed_id"
        " UNION SELECT s.scac || '|' || s.origin_node_id FROM shipment_line b"
        " JOIN shipment s ON s.id = b.shipment_id WHERE b.item_id IN temp.changed_id"
    ),
    "item>event": (
        "SELECT e.id FROM order_line l JOIN shipment_line b ON b.line_id = l.id"  # noqa: S608 - constants
        " JOIN shipment s ON s.id = b.shipment_id" + MEETS + " WHERE l.item_id IN temp.changed_id"
        " UNION SELECT e.id FROM shipment_line b JOIN shipment s ON s.id = b.shipment_id"
        + MEETS
        + " WHERE b.item_id IN temp.changed_id"
    ),
    "item>supply": "SELECT id FROM inbound_supply WHERE item_id IN temp.changed_id",
    "item>position": "SELECT id FROM inventory_position WHERE item_id IN temp.changed_id",
    "item>allocation": "SELECT id FROM allocation WHERE item_id IN temp.changed_id",
    "item>bin": (
        "SELECT t.node_id || '|' || t.bin_code FROM order_line l JOIN pick_task t ON t.line_id = l.id"
        " WHERE l.item_id IN temp.changed_id"
        " UNION SELECT node_id || '|' || bin_code FROM cycle_count WHERE item_id IN temp.changed_id"
        " UNION SELECT node_id || '|' || bin_code FROM pick_task WHERE item_id IN temp.changed_id"
    ),
    "item>task": (
        "SELECT t.id FROM order_line l JOIN pick_task t ON t.line_id = l.id"
        " WHERE l.item_id IN temp.changed_id"
        " UNION SELECT id FROM pick_task WHERE item_id IN temp.changed_id"
    ),
    "item>wave": (
        "SELECT t.node_id || '|' || t.wave_id FROM order_line l JOIN pick_task t ON t.line_id = l.id"
        " WHERE l.item_id IN temp.changed_id AND t.wave_id <> ''"
        " UNION SELECT node_id || '|' || wave_id FROM pick_task"
        " WHERE item_id IN temp.changed_id AND wave_id <> ''"
    ),
    "item>shipment": (
        "SELECT b.shipment_id FROM order_line l JOIN shipment_line b ON b.line_id = l.id"
        " WHERE l.item_id IN temp.changed_id"
        " UNION SELECT shipment_id FROM shipment_line WHERE item_id IN temp.changed_id"
    ),
    "item>invoice": (
        "SELECT b.invoice_id FROM order_line l JOIN invoice_line b ON b.line_id = l.id"
        " WHERE l.item_id IN temp.changed_id"
    ),
    "item>rma": (
        "SELECT r.id FROM order_line l JOIN return_authorisation r ON r.line_id = l.id"
        " WHERE l.item_id IN temp.changed_id"
        " UNION SELECT id FROM return_authorisation WHERE item_id IN temp.changed_id"
    ),
    "customer>customer": _OWN,
    # A bill or a load may be for another customer than the order.
    "customer>order": (
        "SELECT id FROM sales_order WHERE customer_id IN temp.changed_id"
        " UNION SELECT order_id FROM invoice WHERE customer_id IN temp.changed_id"
        " UNION SELECT order_id FROM shipment WHERE customer_id IN temp.changed_id"
    ),
    "customer>line": (
        "SELECT l.id FROM sales_order o JOIN order_line l ON l.order_id = o.id"
        " WHERE o.customer_id IN temp.changed_id"
    ),
    "customer>item": (
        "SELECT l.item_id FROM sales_order o JOIN order_line l ON l.order_id = o.id"
        " WHERE o.customer_id IN temp.changed_id"
        " UNION SELECT a.item_id FROM sales_order o JOIN order_line l ON l.order_id = o.id"
        " JOIN allocation a ON a.line_id = l.id WHERE o.customer_id IN temp.changed_id"
    ),
    "customer>task": (
        "SELECT t.id FROM sales_order o JOIN pick_task t ON t.order_id = o.id"
        " WHERE o.customer_id IN temp.changed_id"
    ),
    "customer>bin": (
        "SELECT t.node_id || '|' || t.bin_code FROM sales_order o JOIN pick_task t ON t.order_id = o.id"
        " WHERE o.customer_id IN temp.changed_id"
    ),
    "customer>wave": (
        "SELECT t.node_id || '|' || t.wave_id FROM sales_order o JOIN pick_task t ON t.order_id = o.id"
        " WHERE o.customer_id IN temp.changed_id AND t.wave_id <> ''"
    ),
    "customer>allocation": (
        "SELECT a.id FROM sales_order o JOIN order_line l ON l.order_id = o.id"
        " JOIN allocation a ON a.line_id = l.id WHERE o.customer_id IN temp.changed_id"
    ),
    "customer>node": (
        "SELECT ship_from_node_id FROM sales_order WHERE customer_id IN temp.changed_id"
        " UNION SELECT t.node_id FROM sales_order o JOIN pick_task t ON t.order_id = o.id"
        " WHERE o.customer_id IN temp.changed_id"
    ),
    "customer>position": (
        "SELECT p.id FROM sales_order o JOIN pick_task t ON t.order_id = o.id"
        " JOIN inventory_position p ON p.item_id = t.item_id AND p.node_id = t.node_id"
        " WHERE o.customer_id IN temp.changed_id"
        " UNION SELECT p.id FROM sales_order o JOIN order_line l ON l.order_id = o.id"
        " JOIN allocation a ON a.line_id = l.id"
        " JOIN inventory_position p ON p.item_id = a.item_id AND p.node_id = a.node_id"
        " WHERE o.customer_id IN temp.changed_id"
    ),
    "customer>message": (
        "SELECT m.id FROM sales_order o JOIN edi_message m ON m.order_id = o.id"
        " WHERE o.customer_id IN temp.changed_id"
    ),
    "customer>supply": (
        "SELECT g.supply_id FROM sales_order o JOIN order_line l ON l.order_id = o.id"
        " JOIN peg_late g ON g.line_id = l.id WHERE o.customer_id IN temp.changed_id"
    ),
    "customer>carrier": (
        "SELECT s.scac || '|' || s.origin_node_id FROM sales_order o JOIN shipment s ON s.order_id = o.id"
        " WHERE o.customer_id IN temp.changed_id"
    ),
    "customer>event": (
        "SELECT e.id FROM sales_order o JOIN shipment s ON s.order_id = o.id"  # noqa: S608 - constants
        + MEETS
        + " WHERE o.customer_id IN temp.changed_id"
    ),
    "customer>shipment": (
        "SELECT s.id FROM sales_order o JOIN shipment s ON s.order_id = o.id"
        " WHERE o.customer_id IN temp.changed_id"
        " UNION SELECT id FROM shipment WHERE customer_id IN temp.changed_id"
    ),
    "customer>invoice": (
        "SELECT v.id FROM sales_order o JOIN invoice v ON v.order_id = o.id"
        " WHERE o.customer_id IN temp.changed_id"
        " UNION SELECT id FROM invoice WHERE customer_id IN temp.changed_id"
    ),
    "customer>rma": (
        "SELECT r.id FROM sales_order o JOIN return_authorisation r ON r.order_id = o.id"
        " WHERE o.customer_id IN temp.changed_id"
        " UNION SELECT id FROM return_authorisation WHERE customer_id IN temp.changed_id"
    ),
    "customer>change": (
        "SELECT h.id FROM sales_order o JOIN order_change h ON h.order_id = o.id"
        " WHERE o.customer_id IN temp.changed_id"
    ),
    "contract_price>line": (
        "SELECT l.id FROM temp.changed_contract_price p"
        " CROSS JOIN sales_order o ON o.customer_id = p.customer_id"
        " CROSS JOIN order_line l ON l.order_id = o.id AND l.item_id = p.item_id"
    ),
    "lot>allocation": "SELECT id FROM allocation WHERE lot_id IN temp.changed_id AND lot_id <> ''",
    "lot>rma": "SELECT id FROM return_authorisation WHERE lot_id IN temp.changed_id AND lot_id <> ''",
    "cycle_count>bin": "SELECT node_id || '|' || bin_code FROM temp.changed_cycle_count",
    "route_event>event": _OWN,
}
