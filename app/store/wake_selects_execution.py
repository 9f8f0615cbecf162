"""Wake paths of execution and billing: picks, shipments, milestones, bookings, invoices, PODs, returns."""

from __future__ import annotations

from app.store.wake_selects_masters import MEETS

_OWN = "SELECT k FROM temp.changed_id"

EXECUTION_PATHS: dict[str, str] = {
    # A line is picked by several tasks; what one of them lacks another may have made good.
    "pick_task>task": (
        "SELECT k FROM temp.changed_id UNION SELECT s.id FROM temp.changed_pick_task t"
        " CROSS JOIN pick_task s ON s.line_id = t.line_id"
    ),
    "pick_task>line": "SELECT line_id FROM temp.changed_pick_task",
    "pick_task>order": (
        "SELECT order_id FROM temp.changed_pick_task UNION SELECT l.order_id FROM temp.changed_pick_task t"
        " CROSS JOIN order_line l ON l.id = t.line_id"
    ),
    "pick_task>node": "SELECT node_id FROM temp.changed_pick_task",
    "pick_task>bin": "SELECT node_id || '|' || bin_code FROM temp.changed_pick_task",
    "pick_task>wave": ("SELECT node_id || '|' || wave_id FROM temp.changed_pick_task WHERE wave_id <> ''"),
    "pick_task>position": (
        "SELECT p.id FROM temp.changed_pick_task t"
        " CROSS JOIN inventory_position p ON p.item_id = t.item_id AND p.node_id = t.node_id"
    ),
    "pick_task>change": (
        "SELECT h.id FROM temp.changed_pick_task t CROSS JOIN order_change h ON h.order_id = t.order_id"
    ),
    "shipment>shipment": _OWN,
    "shipment>order": (
        "SELECT order_id FROM temp.changed_shipment"
        " UNION SELECT l.order_id FROM shipment_line b JOIN order_line l ON l.id = b.line_id"
        " WHERE b.shipment_id IN temp.changed_id"
        " UNION SELECT order_id FROM invoice WHERE shipment_id IN temp.changed_id"
    ),
    "shipment>carrier": "SELECT scac || '|' || origin_node_id FROM temp.changed_shipment",
    "shipment>item": "SELECT item_id FROM shipment_line WHERE shipment_id IN temp.changed_id",
    "shipment>invoice": (
        "SELECT id FROM invoice WHERE shipment_id IN temp.changed_id"
        " UNION SELECT v.id FROM temp.changed_shipment s CROSS JOIN invoice v ON v.order_id = s.order_id"
    ),
    "shipment>rma": (
        "SELECT r.id FROM temp.changed_shipment s"
        " CROSS JOIN return_authorisation r ON r.order_id = s.order_id"
        " UNION SELECT r.id FROM shipment_line y JOIN return_authorisation r ON r.line_id = y.line_id"
        " WHERE y.shipment_id IN temp.changed_id"
    ),
    # Events are few, and each names its places in two lists.
    "shipment>event": "SELECT e.id FROM temp.changed_shipment s" + MEETS,  # noqa: S608 - constants
    "shipment>feed": "SELECT m.source FROM milestone m WHERE m.shipment_id IN temp.changed_id",
    # A milestone that corrects another one takes it out of the count.
    "milestone>shipment": (
        "SELECT shipment_id FROM temp.changed_milestone"
        " UNION SELECT m.shipment_id FROM temp.changed_milestone c"
        " CROSS JOIN milestone m ON m.id = c.corrects_id"
        " WHERE c.corrects_id <> ''"
    ),
    "milestone>feed": (
        "SELECT source FROM temp.changed_milestone"
        " UNION SELECT m.source FROM temp.changed_milestone c CROSS JOIN milestone m ON m.id = c.corrects_id"
        " WHERE c.corrects_id <> ''"
    ),
    "carrier_booking>shipment": "SELECT shipment_id FROM temp.changed_carrier_booking",
    # Invoices of one order or shipment are compared with each other.
    "invoice>invoice": (
        "SELECT k FROM temp.changed_id"
        " UNION SELECT w.id FROM temp.changed_invoice v CROSS JOIN invoice w ON w.order_id = v.order_id"
        " UNION SELECT w.id FROM temp.changed_invoice v CROSS JOIN invoice w ON w.shipment_id = v.shipment_id"
    ),
    "invoice>order": (
        "SELECT order_id FROM temp.changed_invoice"
        " UNION SELECT l.order_id FROM invoice_line b JOIN order_line l ON l.id = b.line_id"
        " WHERE b.invoice_id IN temp.changed_id"
        " UNION SELECT w.order_id FROM temp.changed_invoice v"
        " CROSS JOIN invoice w ON w.shipment_id = v.shipment_id"
    ),
    "invoice>shipment": (
        "SELECT shipment_id FROM temp.changed_invoice WHERE shipment_id IS NOT NULL"
        " UNION SELECT s.id FROM temp.changed_invoice v CROSS JOIN shipment s ON s.order_id = v.order_id"
    ),
    "invoice>rma": (
        "SELECT r.id FROM temp.changed_invoice v CROSS JOIN return_authorisation r ON r.order_id = v.order_id"
        " UNION SELECT r.id FROM invoice_line b JOIN return_authorisation r ON r.line_id = b.line_id"
        " WHERE b.invoice_id IN temp.changed_id"
    ),
    "proof_of_delivery>shipment": "SELECT shipment_id FROM temp.changed_proof_of_delivery",
    "proof_of_delivery>invoice": (
        "SELECT v.id FROM temp.changed_proof_of_delivery p"
        " CROSS JOIN invoice v ON v.shipment_id = p.shipment_id"
    ),
    # Returns of one line are counted one after the other.
    "return_authorisation>rma": (
        "SELECT k FROM temp.changed_id UNION SELECT s.id FROM temp.changed_return_authorisation r"
        " CROSS JOIN return_authorisation s ON s.line_id = r.line_id"
    ),
    "return_authorisation>order": "SELECT order_id FROM temp.changed_return_authorisation",
    "return_authorisation>item": "SELECT item_id FROM temp.changed_return_authorisation",
}
