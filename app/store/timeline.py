"""The life of one order across systems: entry, supply, picks, transport, delivery, billing, returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from app.store.instants import from_ms, to_ms
from app.store.values import TimelineEntry
from domain.ids import EntityKind, EntityRef, SourceName

if TYPE_CHECKING:
    from datetime import datetime

    from domain.ids import OrderId

_TIMELINE = text("""
SELECT o.ordered_at AS at, 'sales_order' AS kind, o.id AS entity_id, o.number || ' entered' AS title,
       'by ' || o.channel AS detail, o.source
  FROM sales_order o WHERE o.id = :order_id AND o.deleted_at IS NULL
UNION ALL
SELECT o.promised_at, 'sales_order', o.id, 'Promised',
       'asked for ' || date(o.requested_at / 1000, 'unixepoch'), o.source
  FROM sales_order o WHERE o.id = :order_id AND o.deleted_at IS NULL
UNION ALL
SELECT s.eta_at, 'inbound_supply', s.id, s.number || ' expected',
       (s.ordered_quantity - s.received_quantity) || ' ea from ' || s.supplier_name
         || CASE WHEN s.eta_at > s.due_at THEN ', due ' || date(s.due_at / 1000, 'unixepoch') ELSE '' END,
       s.source
  FROM inbound_supply s
 WHERE s.deleted_at IS NULL AND s.id IN (
       SELECT g.supply_id FROM peg_late g JOIN order_line l ON l.id = g.line_id WHERE l.order_id = :order_id)
UNION ALL
SELECT t.updated_at, 'pick_task', t.id, 'Pick ' || t.status,
       t.picked_quantity || ' of ' || t.requested_quantity || ' ea from ' || t.bin_code, t.source
  FROM pick_task t WHERE t.order_id = :order_id AND t.deleted_at IS NULL
UNION ALL
SELECT s.planned_pickup_at, 'shipment', s.id, s.number || ' pickup', s.scac || ' ' || s.status, s.source
  FROM shipment s WHERE s.order_id = :order_id AND s.deleted_at IS NULL
UNION ALL
SELECT b.booked_at, 'carrier_booking', b.id, 'Booking ' || b.status, b.scac, b.source
  FROM carrier_booking b JOIN shipment s ON s.id = b.shipment_id
 WHERE s.order_id = :order_id AND b.deleted_at IS NULL AND s.deleted_at IS NULL
UNION ALL
SELECT m.happened_at, 'milestone', m.id, m.code,
       trim(m.place_name || CASE m.reason_code WHEN '' THEN '' ELSE ' (' || m.reason_code || ')' END),
       m.source
  FROM milestone m JOIN shipment s ON s.id = m.shipment_id
 WHERE s.order_id = :order_id AND m.deleted_at IS NULL AND s.deleted_at IS NULL
UNION ALL
SELECT s.eta_at, 'shipment', s.id, s.number || ' arrives',
       'window ends ' || strftime('%Y-%m-%d %H:%M', s.window_end_at / 1000, 'unixepoch'), s.source
  FROM shipment s
 WHERE s.order_id = :order_id AND s.deleted_at IS NULL AND s.eta_at IS NOT NULL AND s.status <> 'delivered'
UNION ALL
SELECT p.delivered_at, 'proof_of_delivery', p.id, 'Delivered', 'signed by ' || p.signed_by, p.source
  FROM proof_of_delivery p JOIN shipment s ON s.id = p.shipment_id
 WHERE s.order_id = :order_id AND p.deleted_at IS NULL AND s.deleted_at IS NULL
UNION ALL
SELECT v.issued_at, 'invoice', v.id, v.number || ' ' || v.status,
       COALESCE((SELECT SUM(l.quantity) FROM invoice_line l WHERE l.invoice_id = v.id), 0) || ' ea billed',
       v.source
  FROM invoice v WHERE v.order_id = :order_id AND v.deleted_at IS NULL
UNION ALL
SELECT r.issued_at, 'return_authorisation', r.id, 'Return ' || r.status,
       r.quantity || ' ea, ' || r.reason_code, r.source
  FROM return_authorisation r WHERE r.order_id = :order_id AND r.deleted_at IS NULL
 ORDER BY 1, 2, 3
""")


def order_timeline(connection: Connection, order_id: OrderId, *, now: datetime) -> list[TimelineEntry]:
    """What happened to an order and what is planned for it (later than ``now``), oldest first."""
    now_ms = to_ms(now)
    return [
        TimelineEntry(
            at=from_ms(row.at),
            kind=EntityKind(row.kind),
            title=row.title,
            detail=row.detail,
            source=SourceName(row.source),
            entity=EntityRef(kind=EntityKind(row.kind), entity_id=row.entity_id),
            planned=row.at > now_ms,
        )
        for row in connection.execute(_TIMELINE, {"order_id": order_id})
    ]
