"""Wake paths of demand and supply: orders, lines, their changes and messages, stock, inbound."""

from __future__ import annotations

from app.store.wake_selects_masters import MEETS

_OWN = "SELECT k FROM temp.changed_id"

# A line wants its item from its node (or that of its order) and from wherever it is allocated.
_LINE_PEGS = (
    " l.item_id || '|' || COALESCE(l.node_id, o.ship_from_node_id, '')"
    " FROM order_line l JOIN sales_order o ON o.id = l.order_id WHERE "
)
_ALLOCATED_PEGS = (
    " a.item_id || '|' || a.node_id FROM order_line l JOIN allocation a ON a.line_id = l.id WHERE "
)

ORDER_PATHS: dict[str, str] = {
    # A customer's tier decides who is served first.
    "customer>peg": (
        "SELECT" + _LINE_PEGS + "o.customer_id IN temp.changed_id"  # noqa: S608 - constants of this file
        " UNION SELECT a.item_id || '|' || a.node_id"
        " FROM sales_order o JOIN order_line l ON l.order_id = o.id JOIN allocation a ON a.line_id = l.id"
        " WHERE o.customer_id IN temp.changed_id"
    ),
    "sales_order>order": _OWN,
    "sales_order>customer": "SELECT customer_id FROM temp.changed_sales_order",
    "sales_order>node": (
        "SELECT ship_from_node_id FROM temp.changed_sales_order"
        " UNION SELECT node_id FROM pick_task WHERE order_id IN temp.changed_id"
    ),
    "sales_order>supply": (
        "SELECT g.supply_id FROM order_line l JOIN peg_late g ON g.line_id = l.id"
        " WHERE l.order_id IN temp.changed_id"
    ),
    "sales_order>event": "SELECT e.id FROM shipment s" + MEETS + " WHERE s.order_id IN temp.changed_id",  # noqa: S608 - constants
    "sales_order>line": "SELECT id FROM order_line WHERE order_id IN temp.changed_id",
    "sales_order>item": (
        "SELECT item_id FROM order_line WHERE order_id IN temp.changed_id"
        " UNION SELECT a.item_id FROM order_line l JOIN allocation a ON a.line_id = l.id"
        " WHERE l.order_id IN temp.changed_id"
    ),
    "sales_order>peg": (
        "SELECT" + _LINE_PEGS + "l.order_id IN temp.changed_id"
        " UNION SELECT" + _ALLOCATED_PEGS + "l.order_id IN temp.changed_id"
    ),
    "sales_order>allocation": (
        "SELECT a.id FROM order_line l JOIN allocation a ON a.line_id = l.id"
        " WHERE l.order_id IN temp.changed_id"
    ),
    # Stock matters to an order where it is picked or allocated for it, be it of a substitute.
    "sales_order>position": (
        "SELECT p.id FROM pick_task t"
        " JOIN inventory_position p ON p.item_id = t.item_id AND p.node_id = t.node_id"
        " WHERE t.order_id IN temp.changed_id"
        " UNION SELECT p.id FROM order_line l JOIN allocation a ON a.line_id = l.id"
        " JOIN inventory_position p ON p.item_id = a.item_id AND p.node_id = a.node_id"
        " WHERE l.order_id IN temp.changed_id"
    ),
    "sales_order>task": "SELECT id FROM pick_task WHERE order_id IN temp.changed_id",
    "sales_order>bin": "SELECT node_id || '|' || bin_code FROM pick_task WHERE order_id IN temp.changed_id",
    "sales_order>wave": (
        "SELECT node_id || '|' || wave_id FROM pick_task WHERE order_id IN temp.changed_id AND wave_id <> ''"
    ),
    "sales_order>shipment": "SELECT id FROM shipment WHERE order_id IN temp.changed_id",
    "sales_order>carrier": (
        "SELECT scac || '|' || origin_node_id FROM shipment WHERE order_id IN temp.changed_id"
    ),
    "sales_order>invoice": "SELECT id FROM invoice WHERE order_id IN temp.changed_id",
    "sales_order>rma": "SELECT id FROM return_authorisation WHERE order_id IN temp.changed_id",
    "sales_order>change": "SELECT id FROM order_change WHERE order_id IN temp.changed_id",
    "sales_order>message": "SELECT id FROM edi_message WHERE order_id IN temp.changed_id",
    "order_line>line": _OWN,
    # Invoices and shipments of another order may bill and carry the line.
    "order_line>order": (
        "SELECT order_id FROM temp.changed_order_line"
        " UNION SELECT v.order_id FROM invoice_line b JOIN invoice v ON v.id = b.invoice_id"
        " WHERE b.line_id IN temp.changed_id"
        " UNION SELECT s.order_id FROM shipment_line b JOIN shipment s ON s.id = b.shipment_id"
        " WHERE b.line_id IN temp.changed_id"
        " UNION SELECT v.order_id FROM shipment_line b JOIN invoice v ON v.shipment_id = b.shipment_id"
        " WHERE b.line_id IN temp.changed_id"
    ),
    "order_line>item": (
        "SELECT item_id FROM temp.changed_order_line"
        " UNION SELECT item_id FROM allocation WHERE line_id IN temp.changed_id AND deleted_at IS NULL"
    ),
    "order_line>customer": (
        "SELECT o.customer_id FROM temp.changed_order_line l CROSS JOIN sales_order o ON o.id = l.order_id"
    ),
    "order_line>node": (
        "SELECT node_id FROM temp.changed_order_line"
        " UNION SELECT node_id FROM pick_task WHERE line_id IN temp.changed_id"
    ),
    "order_line>supply": "SELECT supply_id FROM peg_late WHERE line_id IN temp.changed_id",
    "order_line>carrier": (
        "SELECT s.scac || '|' || s.origin_node_id"
        " FROM shipment_line b JOIN shipment s ON s.id = b.shipment_id"
        " WHERE b.line_id IN temp.changed_id"
    ),
    "order_line>event": (
        "SELECT e.id FROM shipment_line b JOIN shipment s ON s.id = b.shipment_id"  # noqa: S608 - constants
        + MEETS
        + " WHERE b.line_id IN temp.changed_id"
    ),
    "order_line>peg": (
        "SELECT l.item_id || '|' || COALESCE(l.node_id, (SELECT o.ship_from_node_id FROM sales_order o"
        " WHERE o.id = l.order_id), '') FROM temp.changed_order_line l"
        " UNION SELECT item_id || '|' || node_id FROM allocation"
        " WHERE line_id IN temp.changed_id AND deleted_at IS NULL"
    ),
    "order_line>position": (
        "SELECT p.id FROM pick_task t"
        " JOIN inventory_position p ON p.item_id = t.item_id AND p.node_id = t.node_id"
        " WHERE t.line_id IN temp.changed_id"
        " UNION SELECT p.id FROM allocation a JOIN inventory_position p"
        " ON p.item_id = a.item_id AND p.node_id = a.node_id"
        " WHERE a.line_id IN temp.changed_id AND a.deleted_at IS NULL"
    ),
    "order_line>allocation": "SELECT id FROM allocation WHERE line_id IN temp.changed_id",
    "order_line>task": "SELECT id FROM pick_task WHERE line_id IN temp.changed_id",
    "order_line>bin": "SELECT node_id || '|' || bin_code FROM pick_task WHERE line_id IN temp.changed_id",
    "order_line>wave": (
        "SELECT node_id || '|' || wave_id FROM pick_task WHERE line_id IN temp.changed_id AND wave_id <> ''"
    ),
    "order_line>shipment": (
        "SELECT shipment_id FROM shipment_line WHERE line_id IN temp.changed_id"
        " UNION SELECT s.id FROM temp.changed_order_line l CROSS JOIN shipment s ON s.order_id = l.order_id"
    ),
    "order_line>invoice": (
        "SELECT invoice_id FROM invoice_line WHERE line_id IN temp.changed_id"
        " UNION SELECT v.id FROM temp.changed_order_line l CROSS JOIN invoice v ON v.order_id = l.order_id"
    ),
    "order_line>rma": (
        "SELECT id FROM return_authorisation WHERE line_id IN temp.changed_id"
        " UNION SELECT r.id FROM temp.changed_order_line l"
        " CROSS JOIN return_authorisation r ON r.order_id = l.order_id"
    ),
    "order_line>message": (
        "SELECT m.id FROM temp.changed_order_line l CROSS JOIN edi_message m ON m.order_id = l.order_id"
    ),
    "order_line>change": (
        "SELECT h.id FROM temp.changed_order_line l CROSS JOIN order_change h ON h.order_id = l.order_id"
    ),
    "order_change>change": _OWN,
    "order_change>order": "SELECT order_id FROM temp.changed_order_change",
    # A later message of the same reference makes good what an earlier one lacked.
    "edi_message>message": (
        "SELECT k FROM temp.changed_id UNION SELECT n.id FROM temp.changed_edi_message m"
        " CROSS JOIN edi_message n"
        " ON n.partner = m.partner AND n.transaction_set = m.transaction_set AND n.reference = m.reference"
    ),
    "inventory_position>position": _OWN,
    "inventory_position>peg": ("SELECT item_id || '|' || node_id FROM temp.changed_inventory_position"),
    "inventory_position>bin": (
        "SELECT t.node_id || '|' || t.bin_code FROM temp.changed_inventory_position p"
        " CROSS JOIN pick_task t ON t.item_id = p.item_id AND t.node_id = p.node_id"
        " AND t.deleted_at IS NULL AND t.status IN ('released', 'started')"
    ),
    # The lines that are short now; what becomes short is marked by pegging.
    "inventory_position>short_line": (
        "SELECT g.line_id FROM temp.changed_inventory_position p"
        " CROSS JOIN peg_short g ON g.item_id = p.item_id AND g.node_id = p.node_id"
    ),
    "allocation>allocation": _OWN,
    "allocation>line": "SELECT line_id FROM temp.changed_allocation",
    "allocation>item": "SELECT item_id FROM temp.changed_allocation",
    "allocation>order": (
        "SELECT l.order_id FROM temp.changed_allocation a CROSS JOIN order_line l ON l.id = a.line_id"
    ),
    "allocation>rma": (
        "SELECT r.id FROM temp.changed_allocation a"
        " CROSS JOIN return_authorisation r ON r.line_id = a.line_id"
    ),
    "allocation>task": (
        "SELECT t.id FROM temp.changed_allocation a CROSS JOIN pick_task t ON t.line_id = a.line_id"
    ),
    # Bins that open picks of the item go to (found by an index of the rule WH-LOC).
    "allocation>bin": (
        "SELECT t.node_id || '|' || t.bin_code FROM temp.changed_allocation a"
        " CROSS JOIN pick_task t ON t.item_id = a.item_id AND t.node_id = a.node_id"
        " AND t.deleted_at IS NULL AND t.status IN ('released', 'started')"
    ),
    "allocation>peg": (
        "SELECT a.item_id || '|' || a.node_id FROM temp.changed_allocation a"
        " UNION SELECT l.item_id || '|' || COALESCE(l.node_id, o.ship_from_node_id, '')"
        " FROM temp.changed_allocation a CROSS JOIN order_line l ON l.id = a.line_id"
        " CROSS JOIN sales_order o ON o.id = l.order_id"
    ),
    "allocation>position": (
        "SELECT p.id FROM temp.changed_allocation a"
        " CROSS JOIN inventory_position p ON p.item_id = a.item_id AND p.node_id = a.node_id"
    ),
    "inbound_supply>supply": _OWN,
    # The first announcement of a supplier makes it one of whom announcements are expected.
    "inbound_supply>supply_of_supplier": (
        "SELECT n.id FROM temp.changed_inbound_supply s"
        " CROSS JOIN inbound_supply n ON n.supplier_name = s.supplier_name"
        " WHERE n.asn_at IS NULL AND s.supplier_name <> ''"
        " AND (SELECT COUNT(*) FROM (SELECT 1 FROM inbound_supply a WHERE a.supplier_name = s.supplier_name"
        " AND a.asn_at IS NOT NULL AND a.deleted_at IS NULL LIMIT 2)) < 2"
    ),
    "inbound_supply>supplier": "SELECT supplier_name FROM temp.changed_inbound_supply",
    "inbound_supply>peg": "SELECT item_id || '|' || node_id FROM temp.changed_inbound_supply",
}
