"""Tables of what happens beside the main records: lots, counts, route events, changes, messages."""

from __future__ import annotations

from sqlalchemy import Index

from app.store.schema_base import fact_table, number, words

LOT = fact_table(
    "lot",
    words("item_id"),
    words("node_id"),
    number("expires_at", optional=True),
    words("quality"),
)
Index("lot_by_item", LOT.c.item_id, LOT.c.node_id)

CYCLE_COUNT = fact_table(
    "cycle_count",
    words("node_id"),
    words("bin_code"),
    words("item_id"),
    number("system_quantity"),
    number("counted_quantity"),
    number("counted_at"),
    number("adjusted"),
)
Index("cycle_count_by_bin", CYCLE_COUNT.c.node_id, CYCLE_COUNT.c.bin_code)
Index("cycle_count_by_item", CYCLE_COUNT.c.item_id, CYCLE_COUNT.c.node_id)

#: Nodes and zones are JSON lists: there are few events, and each concerns few places.
ROUTE_EVENT = fact_table(
    "route_event",
    words("reason_code"),
    words("title"),
    words("node_ids"),
    words("zone_ids"),
    number("starts_at"),
    number("ends_at", optional=True),
)

ORDER_CHANGE = fact_table(
    "order_change",
    words("order_id"),
    words("line_id", optional=True),
    words("change"),
    number("new_quantity", optional=True),
    number("requested_at"),
    words("status"),
)
Index("order_change_by_order", ORDER_CHANGE.c.order_id)
Index("order_change_by_line", ORDER_CHANGE.c.line_id)

EDI_MESSAGE = fact_table(
    "edi_message",
    words("partner"),
    words("transaction_set"),
    words("reference"),
    words("status"),
    words("segment"),
    words("error_code"),
    number("received_at"),
    words("order_id", optional=True),
)
Index("edi_message_by_order", EDI_MESSAGE.c.order_id)
Index("edi_message_by_partner", EDI_MESSAGE.c.partner, EDI_MESSAGE.c.received_at)
