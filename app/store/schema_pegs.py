"""Tables that detection rewrites: what pegging supply to demand found short, late or on offer."""

from __future__ import annotations

from sqlalchemy import Index, Table

from app.store.schema_base import MIRROR_METADATA, key, number, words

#: Units of a line that nothing covers at a node by the promise date.
PEG_SHORT = Table(
    "peg_short",
    MIRROR_METADATA,
    key("line_id"),
    key("node_id"),
    words("item_id"),
    number("demand_quantity"),
    number("short_quantity"),
    number("on_hand_quantity"),
    number("inbound_quantity"),
    number("next_eta_at", optional=True),
    sqlite_with_rowid=False,
)
Index("peg_short_by_item", PEG_SHORT.c.item_id)

#: Lines that a late inbound supply would have covered, had it come when due.
PEG_LATE = Table(
    "peg_late",
    MIRROR_METADATA,
    key("supply_id"),
    key("line_id"),
    number("waiting_quantity"),
    sqlite_with_rowid=False,
)
Index("peg_late_by_line", PEG_LATE.c.line_id)

#: Units of a short item that a node can spare: on hand, less committed, less safety stock.
PEG_OFFER = Table(
    "peg_offer",
    MIRROR_METADATA,
    key("item_id"),
    key("node_id"),
    number("available_quantity"),
    words("source"),
    number("observed_at"),
    sqlite_with_rowid=False,
)
