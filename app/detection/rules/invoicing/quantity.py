"""IN-QTY: another quantity billed than shipped, or shipped than ordered without a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import LineLoss, dispute_loss, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import distinct, fact, money_words
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.invoicing.amounts import leak_loss
from app.store.instants import from_ms
from domain.catalogue.invoicing import IN_QTY
from domain.ids import EntityKind, EntityRef

# Most invoices say word for word what their shipment does; only the others are looked at line by line. A
# line counts once for each of: an invoice that bills too much of it (less credits), the last invoice of a
# shipment that bills too little (credits are no mistake), a finished line shipped oddly.
_SQL = """
WITH doubt AS MATERIALIZED (
  SELECT v.id, v.shipment_id, v.issued_at FROM invoice v
   WHERE {scope:v.order_id} AND v.deleted_at IS NULL AND v.status <> 'cancelled'
     AND (SELECT group_concat(b.line_id || ':' || b.quantity || ':' || b.credited_quantity)
            FROM invoice_line b WHERE b.invoice_id = v.id)
         IS NOT (SELECT group_concat(y.line_id || ':' || y.quantity || ':0')
                   FROM shipment_line y WHERE y.shipment_id = v.shipment_id)
     AND EXISTS (SELECT 1 FROM shipment s
           WHERE s.id = v.shipment_id AND s.status IN ('in_transit', 'delivered'))),
odd AS (
  SELECT doubt.id AS invoice_id, b.line_id, 'over' AS deviation, b.unit_price_cents,
         (SELECT SUM(x.quantity - x.credited_quantity) FROM invoice_line x
           WHERE x.invoice_id = b.invoice_id AND x.line_id = b.line_id) AS billed,
         COALESCE((SELECT SUM(y.quantity) FROM shipment_line y
           WHERE y.shipment_id = doubt.shipment_id AND y.line_id = b.line_id), 0) AS right_quantity
    FROM doubt CROSS JOIN invoice_line b ON b.invoice_id = doubt.id
   WHERE billed > right_quantity
     AND NOT EXISTS (SELECT 1 FROM invoice_line z
           WHERE z.invoice_id = b.invoice_id AND z.line_id = b.line_id AND z.ordinal < b.ordinal)
  UNION ALL
  SELECT doubt.id, y.line_id, 'under', (SELECT l.unit_price_cents FROM order_line l WHERE l.id = y.line_id),
         COALESCE((SELECT SUM(b.quantity) FROM invoice w JOIN invoice_line b ON b.invoice_id = w.id
           WHERE w.shipment_id = y.shipment_id AND w.deleted_at IS NULL AND w.status <> 'cancelled'
             AND b.line_id = y.line_id), 0) AS billed,
         (SELECT SUM(x.quantity) FROM shipment_line x
           WHERE x.shipment_id = y.shipment_id AND x.line_id = y.line_id) AS right_quantity
    FROM doubt CROSS JOIN shipment_line y ON y.shipment_id = doubt.shipment_id
   WHERE billed < right_quantity
     AND NOT EXISTS (SELECT 1 FROM invoice w
           WHERE w.shipment_id = doubt.shipment_id AND w.deleted_at IS NULL AND w.status <> 'cancelled'
             AND (w.issued_at, w.id) > (doubt.issued_at, doubt.id))
     AND NOT EXISTS (SELECT 1 FROM shipment_line z
           WHERE z.shipment_id = y.shipment_id AND z.line_id = y.line_id AND z.ordinal < y.ordinal)
  UNION ALL
  SELECT (SELECT v.id FROM invoice_line b JOIN invoice v ON v.id = b.invoice_id
           WHERE b.line_id = l.id AND v.order_id = l.order_id AND v.deleted_at IS NULL
             AND v.status <> 'cancelled'
           ORDER BY v.issued_at DESC, v.id DESC LIMIT 1) AS invoice_id,
         l.id, 'ordered', l.unit_price_cents, l.shipped_quantity, l.ordered_quantity
    FROM order_line l INDEXED BY det_line_uneven
   WHERE {scope:l.order_id} AND l.shipped_quantity > 0 AND l.shipped_quantity <> l.ordered_quantity
     AND l.cancelled = 0 AND l.deleted_at IS NULL AND invoice_id IS NOT NULL
     AND (SELECT o.status FROM sales_order o WHERE o.id = l.order_id) IN ('shipped', 'invoiced')
     AND (l.shipped_quantity > l.ordered_quantity
          OR NOT (EXISTS (SELECT 1 FROM pick_task t WHERE t.line_id = l.id AND t.deleted_at IS NULL
                           AND (t.status = 'short' OR t.reason_code <> ''))
                  OR EXISTS (SELECT 1 FROM order_change h WHERE h.line_id = l.id AND h.status = 'applied'
                           AND h.deleted_at IS NULL))))
SELECT v.id AS entity_id, v.order_id AS scope_key, d.line_id, d.deviation, d.billed, d.right_quantity,
       d.unit_price_cents, ABS(d.billed - d.right_quantity) * d.unit_price_cents AS amount_cents,
       v.number AS invoice_number, v.status, v.order_id, v.shipment_id, v.issued_at, v.source,
       v.observed_at, l.ordered_quantity, o.number, s.number AS shipment_number,
       s.origin_node_id, s.source AS shipment_source, s.observed_at AS shipment_observed_at, c.tier
  FROM odd d CROSS JOIN invoice v ON v.id = d.invoice_id
  LEFT JOIN order_line l ON l.id = d.line_id
  LEFT JOIN sales_order o ON o.id = v.order_id
  LEFT JOIN shipment s ON s.id = v.shipment_id
  LEFT JOIN customer c ON c.id = v.customer_id
 WHERE ABS(d.billed - d.right_quantity) * 10000 > {setting:invoice_quantity_tolerance_bp} * d.right_quantity
   AND ABS(d.billed - d.right_quantity) * d.unit_price_cents > {setting:invoice_quantity_tolerance_cents}
   AND {runs(node=s.origin_node_id, customer=v.customer_id)}
 ORDER BY v.id, d.line_id, d.deviation
"""

_WORDS = {
    "over": "bills {billed} ea where {shipment} carried {right}",
    "under": "bills {billed} ea where {shipment} carried {right}",
    "ordered": "closes an order of {right} ea with {billed} shipped and no reason given",
}


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = max(rows, key=lambda row: row.amount_cents)
    policy = moment.policy
    worst = {row.line_id: row for row in sorted(rows, key=lambda row: row.amount_cents)}
    amount = sum(row.amount_cents for row in worst.values())
    losses = [_loss(row, moment) for row in worst.values()]
    rework = rework_cents_of(IN_QTY.effort_minutes, policy)
    impact = impact_of(losses, effort_minutes=IN_QTY.effort_minutes, rework_cents=rework)
    breach_ms = head.issued_at + IN_QTY.resolve_minutes * 60_000
    words = _WORDS[head.deviation].format(
        billed=head.billed, right=head.right_quantity, shipment=head.shipment_number or head.shipment_id
    )
    more = f", and {len(worst) - 1} more lines differ" if len(worst) > 1 else ""
    remedy = "correct it before it is posted" if head.status == "draft" else _remedy(head.deviation)
    this = (EntityKind.INVOICE, head.entity_id)
    shipment = (EntityKind.SHIPMENT, head.shipment_id)
    billed = {"source": head.source, "as_of_ms": head.observed_at}
    shipped = {"source": head.shipment_source, "as_of_ms": head.shipment_observed_at}
    return Finding(
        case_type=IN_QTY,
        entity=EntityRef(kind=EntityKind.INVOICE, entity_id=head.entity_id),
        title=f"{head.invoice_number} differs by {abs(head.billed - head.right_quantity)} ea",
        consequence=(
            f"{head.invoice_number} of {head.number or head.order_id} {words}{more}: "
            f"{money_words(amount)} is billed wrongly unless you {remedy}."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"invoice/{head.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"invoice-quantity:{head.origin_node_id or head.shipment_id or ''}",
        evidence=(
            fact("billed_quantity", head.billed, unit="units", entity=this, **billed),
            fact("shipped_quantity", head.right_quantity, unit="units", entity=shipment, **shipped),
            fact("ordered_quantity", head.ordered_quantity, unit="units", **billed),
            fact("difference_cents", amount, unit="cents", entity=this, **billed),
        ),
        order_ids=(head.order_id,),
        node_id=head.origin_node_id,
        breach_at=from_ms(breach_ms),
        sources=distinct([head.source, head.shipment_source]),
        about=(EntityRef(kind=EntityKind.SHIPMENT, entity_id=head.shipment_id),) if head.shipment_id else (),
    )


def _loss(row: Row[Any], moment: Moment) -> LineLoss:
    if row.deviation == "under":
        lost_bp = moment.policy.setting("unbilled_lost_bp")
        return leak_loss(key=row.line_id, open_cents=row.amount_cents, lost_bp=lost_bp)
    return dispute_loss(key=row.line_id, open_cents=row.amount_cents, policy=moment.policy)


def _remedy(deviation: str) -> str:
    return {"over": "credit the difference", "under": "bill the rest"}.get(deviation, "settle the difference")


RULE = Rule(
    case_type=IN_QTY,
    sql=_SQL,
    wakes=(
        "invoice>order",
        "shipment>order",
        "order_line>order",
        "sales_order>order",
        "pick_task>order",
        "order_change>order",
        "customer>order",
    ),
    assess=_assess,
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_line_uneven ON order_line (order_id) WHERE shipped_quantity > 0 "
            "AND shipped_quantity <> ordered_quantity AND cancelled = 0 AND deleted_at IS NULL"
        ),
    ),
)
