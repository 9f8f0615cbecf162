"""Rule of invoicing: more billed than the receiver signed for in good condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, text

from app.detection.finding import Finding, Moment, Rule
from app.detection.money import severity_of
from app.detection.phrasing import distinct, fact, iso, money_words
from app.detection.policy import BP
from app.store.instants import from_ms
from domain.cases import Impact
from domain.catalogue.invoicing import IN_POD_MISMATCH
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

_MISMATCH = text("""
WITH billed AS (
  SELECT v.id AS invoice_id, v.shipment_id, b.line_id, SUM(b.quantity - b.credited_quantity) AS quantity,
         MAX(b.unit_price_cents) AS unit_price_cents
    FROM invoice v JOIN invoice_line b ON b.invoice_id = v.id
   WHERE v.deleted_at IS NULL AND v.status IN ('posted', 'paid') AND v.shipment_id IS NOT NULL
   GROUP BY v.id, v.shipment_id, b.line_id),
signed AS (
  SELECT p.shipment_id, d.line_id,
         SUM(CASE d.condition WHEN 'good' THEN d.delivered_quantity ELSE 0 END) AS quantity
    FROM proof_of_delivery p JOIN pod_line d ON d.pod_id = p.id
   WHERE p.deleted_at IS NULL GROUP BY p.shipment_id, d.line_id)
SELECT v.id AS entity_id, v.number AS invoice_number, v.order_id, v.shipment_id, v.issued_at, v.source,
       v.observed_at, b.line_id, b.quantity AS billed, COALESCE(d.quantity, 0) AS delivered,
       b.unit_price_cents, p.signed_by, p.delivered_at, p.source AS pod_source,
       p.observed_at AS pod_observed_at, o.number, s.number AS shipment_number, s.origin_node_id,
       c.name AS customer_name
  FROM billed b
  JOIN invoice v ON v.id = b.invoice_id
  JOIN proof_of_delivery p ON p.id = (
       SELECT q.id FROM proof_of_delivery q
        WHERE q.shipment_id = b.shipment_id AND q.deleted_at IS NULL
        ORDER BY q.delivered_at DESC, q.id LIMIT 1)
  LEFT JOIN signed d ON d.shipment_id = b.shipment_id AND d.line_id = b.line_id
  LEFT JOIN sales_order o ON o.id = v.order_id
  LEFT JOIN shipment s ON s.id = v.shipment_id
  LEFT JOIN customer c ON c.id = v.customer_id
 WHERE b.quantity > COALESCE(d.quantity, 0)
 ORDER BY v.id, b.line_id
""")


def _select(connection: Connection, _moment: Moment) -> Sequence[Row[Any]]:
    return connection.execute(_MISMATCH).all()


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    amounts = [(row.line_id, (row.billed - row.delivered) * row.unit_price_cents) for row in rows]
    units = sum(row.billed - row.delivered for row in rows)
    amount = sum(cents for _, cents in amounts)
    disputed = [(line, cents * policy.dispute_bp // BP) for line, cents in amounts]
    rework = IN_POD_MISMATCH.effort_minutes * policy.planner_cents_per_minute
    loss = sum(cents for _, cents in disputed) + rework
    breach_ms = head.issued_at + IN_POD_MISMATCH.resolve_minutes * 60_000
    billed = {"source": head.source, "as_of_ms": head.observed_at}
    signed = {"source": head.pod_source, "as_of_ms": head.pod_observed_at}
    this = (EntityKind.INVOICE, head.entity_id)
    shipment = (EntityKind.SHIPMENT, head.shipment_id)
    return Finding(
        case_type=IN_POD_MISMATCH,
        entity=EntityRef(kind=EntityKind.INVOICE, entity_id=head.entity_id),
        title=f"{head.invoice_number} bills {units} ea more than signed for",
        consequence=(
            f"{head.invoice_number} of {head.number or head.order_id} bills "
            f"{sum(row.billed for row in rows)} ea where {head.signed_by or 'the receiver'} signed for "
            f"{sum(row.delivered for row in rows)}: {money_words(amount)} will be disputed unless credited."
        ),
        impact=Impact(
            loss_cents=loss,
            low_cents=rework,
            high_cents=amount + rework,
            avoidable_cents=loss,
            effort_minutes=IN_POD_MISMATCH.effort_minutes,
            margin_cents=loss - rework,
            rework_cents=rework,
            assumed=("dispute_probability",),
        ),
        losses=(*disputed, (f"invoice/{head.entity_id}", rework)),
        severity=severity_of(loss, breach_ms, moment.hour_ms, policy),
        correlation_key=f"pod:{head.shipment_id}",
        evidence=(
            fact("billed_quantity", sum(row.billed for row in rows), unit="units", entity=this, **billed),
            fact(
                "delivered_quantity",
                sum(row.delivered for row in rows),
                unit="units",
                entity=shipment,
                **signed,
            ),
            fact("unmatched_cents", amount, unit="cents", entity=this, **billed),
            fact("signed_by", head.signed_by or "unknown", entity=shipment, **signed),
            fact("delivered_at", iso(head.delivered_at), entity=shipment, **signed),
        ),
        order_ids=(head.order_id,),
        node_id=head.origin_node_id,
        breach_at=from_ms(breach_ms),
        sources=distinct([head.source, head.pod_source]),
    )


POD_MISMATCH_RULE = Rule(
    case_type=IN_POD_MISMATCH,
    reads=frozenset({EntityKind.INVOICE, EntityKind.PROOF_OF_DELIVERY, EntityKind.SHIPMENT}),
    select=_select,
    assess=_assess,
)
