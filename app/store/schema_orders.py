"""Tables of demand and supply: orders, lines, stock, allocations, inbound."""

from __future__ import annotations

from sqlalchemy import Index, text

from app.store.schema_base import fact_table, number, words

SALES_ORDER = fact_table(
    "sales_order",
    words("number"),
    words("customer_id"),
    words("status"),
    words("credit_status"),
    number("ordered_at"),
    number("requested_at"),
    number("promised_at"),
    words("ship_to_name"),
    words("ship_to_street"),
    words("ship_to_postcode"),
    words("ship_to_city"),
    words("ship_to_country"),
    words("ship_to_contact"),
    words("ship_from_node_id", optional=True),
    words("channel"),
    words("currency"),
    number("total_cents"),
    words("customer_po"),
    number("status_at", optional=True),
    words("screening"),
    words("licence_number"),
    number("ship_to_is_new"),
    number("payment_changed"),
    number("contact_changed"),
    number("reviewed"),
    words("billing_block"),
)
Index("sales_order_by_customer", SALES_ORDER.c.customer_id)
Index("sales_order_by_status", SALES_ORDER.c.status, SALES_ORDER.c.credit_status)
Index("sales_order_by_number", SALES_ORDER.c.number)
Index(
    "sales_order_by_customer_po",
    SALES_ORDER.c.customer_id,
    SALES_ORDER.c.customer_po,
    sqlite_where=text("customer_po <> ''"),
)

ORDER_LINE = fact_table(
    "order_line",
    words("order_id"),
    number("position"),
    words("item_id"),
    number("ordered_quantity"),
    number("shipped_quantity"),
    number("unit_price_cents"),
    number("requested_at"),
    number("promised_at"),
    words("node_id", optional=True),
    number("cancelled"),
    number("quantity_confirmed"),
    number("price_approved"),
)
Index("order_line_by_order", ORDER_LINE.c.order_id)
Index("order_line_by_item", ORDER_LINE.c.item_id, ORDER_LINE.c.node_id)

INVENTORY_POSITION = fact_table(
    "inventory_position",
    words("item_id"),
    words("node_id"),
    number("on_hand_quantity"),
    number("safety_stock_quantity"),
    number("pick_face_quantity", optional=True),
)
Index("inventory_position_by_item", INVENTORY_POSITION.c.item_id, INVENTORY_POSITION.c.node_id)

ALLOCATION = fact_table(
    "allocation",
    words("line_id"),
    words("item_id"),
    words("node_id"),
    number("quantity"),
    words("status"),
    words("lot_id"),
    number("allocated_at", optional=True),
)
Index("allocation_by_line", ALLOCATION.c.line_id)
Index("allocation_by_item", ALLOCATION.c.item_id, ALLOCATION.c.node_id)
Index("allocation_by_lot", ALLOCATION.c.lot_id, sqlite_where=text("lot_id <> ''"))

INBOUND_SUPPLY = fact_table(
    "inbound_supply",
    words("number"),
    words("kind"),
    words("item_id"),
    words("node_id"),
    number("ordered_quantity"),
    number("received_quantity"),
    number("due_at"),
    number("eta_at"),
    words("supplier_name"),
    words("origin_node_id", optional=True),
    number("cancelled"),
    number("ordered_at", optional=True),
    number("confirmed_quantity", optional=True),
    number("shipped_quantity", optional=True),
    number("asn_at", optional=True),
    number("dock_at", optional=True),
    number("received_at", optional=True),
)
Index("inbound_supply_by_item", INBOUND_SUPPLY.c.item_id, INBOUND_SUPPLY.c.node_id)
