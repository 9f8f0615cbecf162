"""Tables of execution and billing: picks, shipments, milestones, bookings, invoices, PODs, returns."""

from __future__ import annotations

from sqlalchemy import Index, Table

from app.store.schema_base import MIRROR_METADATA, fact_table, key, number, ordinal, words

PICK_TASK = fact_table(
    "pick_task",
    words("order_id"),
    words("line_id"),
    words("item_id"),
    words("node_id"),
    words("bin_code"),
    number("requested_quantity"),
    number("picked_quantity"),
    words("status"),
    number("due_at"),
    number("updated_at"),
)
Index("pick_task_by_line", PICK_TASK.c.line_id)
Index("pick_task_by_order", PICK_TASK.c.order_id)
Index("pick_task_by_status", PICK_TASK.c.status)

SHIPMENT = fact_table(
    "shipment",
    words("number"),
    words("order_id"),
    words("customer_id"),
    words("origin_node_id"),
    words("status"),
    number("planned_pickup_at"),
    number("window_end_at"),
    number("eta_at", optional=True),
    words("service_id", optional=True),
    words("scac"),
    number("freight_cost_cents"),
    number("weight_grams"),
)
Index("shipment_by_order", SHIPMENT.c.order_id)
Index("shipment_by_origin", SHIPMENT.c.origin_node_id, SHIPMENT.c.planned_pickup_at)
Index("shipment_by_status", SHIPMENT.c.status)

SHIPMENT_LINE = Table(
    "shipment_line",
    MIRROR_METADATA,
    key("shipment_id"),
    ordinal(),
    words("line_id"),
    words("item_id"),
    number("quantity"),
    sqlite_with_rowid=False,
)
Index("shipment_line_by_line", SHIPMENT_LINE.c.line_id)

MILESTONE = fact_table(
    "milestone",
    words("shipment_id"),
    words("code"),
    words("raw_code"),
    words("reason_code"),
    number("happened_at"),
    words("place_name"),
)
Index("milestone_by_shipment", MILESTONE.c.shipment_id, MILESTONE.c.happened_at)

CARRIER_BOOKING = fact_table(
    "carrier_booking",
    words("shipment_id"),
    words("service_id"),
    words("scac"),
    words("status"),
    number("booked_at"),
    number("cost_cents"),
)
Index("carrier_booking_by_shipment", CARRIER_BOOKING.c.shipment_id)
Index("carrier_booking_by_service", CARRIER_BOOKING.c.service_id, CARRIER_BOOKING.c.status)

INVOICE = fact_table(
    "invoice",
    words("number"),
    words("order_id"),
    words("customer_id"),
    words("shipment_id", optional=True),
    words("status"),
    number("issued_at"),
)
Index("invoice_by_order", INVOICE.c.order_id)
Index("invoice_by_shipment", INVOICE.c.shipment_id)

INVOICE_LINE = Table(
    "invoice_line",
    MIRROR_METADATA,
    key("invoice_id"),
    ordinal(),
    words("line_id"),
    words("item_id"),
    number("quantity"),
    number("unit_price_cents"),
    number("credited_quantity"),
    sqlite_with_rowid=False,
)

PROOF_OF_DELIVERY = fact_table(
    "proof_of_delivery",
    words("shipment_id"),
    number("delivered_at"),
    words("signed_by"),
)
Index("proof_of_delivery_by_shipment", PROOF_OF_DELIVERY.c.shipment_id)

POD_LINE = Table(
    "pod_line",
    MIRROR_METADATA,
    key("pod_id"),
    ordinal(),
    words("line_id"),
    number("delivered_quantity"),
    words("condition"),
    sqlite_with_rowid=False,
)

RETURN_AUTHORISATION = fact_table(
    "return_authorisation",
    words("order_id"),
    words("line_id"),
    words("customer_id"),
    words("item_id"),
    number("quantity"),
    words("reason_code"),
    words("status"),
    number("issued_at"),
)
Index("return_authorisation_by_order", RETURN_AUTHORISATION.c.order_id)
