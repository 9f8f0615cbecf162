"""Tables of execution and billing: picks, shipments, milestones, bookings, invoices, PODs, returns."""

from __future__ import annotations

from sqlalchemy import Index, Table, text

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
    words("wave_id"),
    number("released_at", optional=True),
    number("work_minutes"),
    words("quality"),
    words("reason_code"),
)
Index("pick_task_by_line", PICK_TASK.c.line_id)
Index("pick_task_by_order", PICK_TASK.c.order_id)
Index("pick_task_by_status", PICK_TASK.c.status)
Index("pick_task_by_bin", PICK_TASK.c.node_id, PICK_TASK.c.bin_code)
Index("pick_task_by_wave", PICK_TASK.c.node_id, PICK_TASK.c.wave_id, sqlite_where=text("wave_id <> ''"))

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
    words("document_status"),
    words("document_error"),
    number("quote_cents", optional=True),
    number("claim_filed"),
    words("zone_id"),
    number("shipped_at", optional=True),
    number("delivered_at", optional=True),
)
Index("shipment_by_order", SHIPMENT.c.order_id)
Index("shipment_by_origin", SHIPMENT.c.origin_node_id, SHIPMENT.c.planned_pickup_at)
Index("shipment_by_status", SHIPMENT.c.status)
Index("shipment_by_lane", SHIPMENT.c.origin_node_id, SHIPMENT.c.zone_id)
Index("shipment_by_carrier", SHIPMENT.c.scac, SHIPMENT.c.origin_node_id)

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
    words("corrects_id"),
    number("received_at", optional=True),
)
Index("milestone_by_shipment", MILESTONE.c.shipment_id, MILESTONE.c.happened_at)
Index("milestone_by_corrected", MILESTONE.c.corrects_id, sqlite_where=text("corrects_id <> ''"))

CARRIER_BOOKING = fact_table(
    "carrier_booking",
    words("shipment_id"),
    words("service_id"),
    words("scac"),
    words("status"),
    number("booked_at"),
    number("cost_cents"),
    number("expires_at", optional=True),
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
    number("paid_cents", optional=True),
    number("paid_at", optional=True),
    words("deduction_code"),
    number("deduction_closed"),
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
Index("invoice_line_by_line", INVOICE_LINE.c.line_id)

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
Index("pod_line_by_line", POD_LINE.c.line_id)

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
    words("lot_id"),
    number("expected_by", optional=True),
    number("received_at", optional=True),
    number("received_quantity", optional=True),
    number("claimed_quantity", optional=True),
    words("disposition"),
    number("disposed_at", optional=True),
    number("credited_at", optional=True),
    words("node_id"),
)
Index("return_authorisation_by_order", RETURN_AUTHORISATION.c.order_id)
Index("return_authorisation_by_line", RETURN_AUTHORISATION.c.line_id)
Index("return_authorisation_by_lot", RETURN_AUTHORISATION.c.lot_id, sqlite_where=text("lot_id <> ''"))
