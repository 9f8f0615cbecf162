"""IN-POD-MISMATCH: more billed than the receiver signed for in good condition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import BP, dispute_loss, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import distinct, fact, iso, money_words
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.catalogue.invoicing import IN_POD_MISMATCH
from domain.ids import EntityKind, EntityRef

# Most invoices bill line by line no more than was signed for; only the others are added up.
_SQL = """
WITH doubt AS MATERIALIZED (
  SELECT v.* FROM invoice v
   WHERE {scope:v.id} AND v.deleted_at IS NULL AND v.status IN ('posted', 'paid')
     AND EXISTS (SELECT 1 FROM proof_of_delivery q CROSS JOIN invoice_line b
                   LEFT JOIN pod_line d ON d.pod_id = q.id AND d.ordinal = b.ordinal
                    AND d.line_id = b.line_id AND d.condition = 'good'
                    AND d.delivered_quantity >= b.quantity - b.credited_quantity
                  WHERE q.shipment_id = v.shipment_id AND q.deleted_at IS NULL AND b.invoice_id = v.id
                    AND d.pod_id IS NULL))
SELECT v.id AS entity_id, v.number AS invoice_number, v.order_id, v.shipment_id, v.issued_at, v.source,
       v.observed_at, b.line_id, b.unit_price_cents,
       (SELECT SUM(x.quantity - x.credited_quantity) FROM invoice_line x
         WHERE x.invoice_id = b.invoice_id AND x.line_id = b.line_id) AS billed,
       COALESCE((SELECT SUM(CASE d.condition WHEN 'good' THEN d.delivered_quantity ELSE 0 END)
                   FROM proof_of_delivery q CROSS JOIN pod_line d ON d.pod_id = q.id
                  WHERE q.shipment_id = v.shipment_id AND q.deleted_at IS NULL
                    AND d.line_id = b.line_id), 0) AS delivered,
       p.signed_by, p.delivered_at, p.source AS pod_source, p.observed_at AS pod_observed_at, o.number,
       s.number AS shipment_number, s.origin_node_id, s.scac, c.name AS customer_name, c.tier
  FROM doubt v CROSS JOIN proof_of_delivery p ON p.id = (
       SELECT q.id FROM proof_of_delivery q
        WHERE q.shipment_id = v.shipment_id AND q.deleted_at IS NULL
        ORDER BY q.delivered_at DESC, q.id LIMIT 1)
  CROSS JOIN invoice_line b ON b.invoice_id = v.id
  LEFT JOIN sales_order o ON o.id = v.order_id
  LEFT JOIN shipment s ON s.id = v.shipment_id
  LEFT JOIN customer c ON c.id = v.customer_id
 WHERE billed > delivered
   AND NOT EXISTS (SELECT 1 FROM invoice_line z
         WHERE z.invoice_id = b.invoice_id AND z.line_id = b.line_id AND z.ordinal < b.ordinal)
   AND {runs(node=s.origin_node_id, customer=v.customer_id)}
 ORDER BY v.id, b.line_id
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    units = sum(row.billed - row.delivered for row in rows)
    amount = sum((row.billed - row.delivered) * row.unit_price_cents for row in rows)
    losses = [
        dispute_loss(
            key=row.line_id,
            open_cents=(row.billed - row.delivered) * row.unit_price_cents,
            policy=policy,
            lost_bp=BP,
        )
        for row in rows
    ]
    rework = rework_cents_of(IN_POD_MISMATCH.effort_minutes, policy)
    impact = impact_of(
        losses,
        effort_minutes=IN_POD_MISMATCH.effort_minutes,
        rework_cents=rework,
        assumed=("dispute_probability",),
    )
    breach_ms = head.issued_at + IN_POD_MISMATCH.resolve_minutes * 60_000
    billed = {"source": head.source, "as_of_ms": head.observed_at}
    signed = {"source": head.pod_source, "as_of_ms": head.pod_observed_at}
    this = (EntityKind.INVOICE, head.entity_id)
    shipment = (EntityKind.SHIPMENT, head.shipment_id)
    total_billed = sum(row.billed for row in rows)
    total_signed = sum(row.delivered for row in rows)
    return Finding(
        case_type=IN_POD_MISMATCH,
        entity=EntityRef(kind=EntityKind.INVOICE, entity_id=head.entity_id),
        title=f"{head.invoice_number} bills {units} ea more than signed for",
        consequence=(
            f"{head.invoice_number} of {head.number or head.order_id} bills {total_billed} ea where "
            f"{head.signed_by or 'the receiver'} signed for {total_signed}: {money_words(amount)} will be "
            "disputed unless credited."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"invoice/{head.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"pod:{head.origin_node_id or head.shipment_id}",
        evidence=(
            fact("billed_quantity", total_billed, unit="units", entity=this, **billed),
            fact("delivered_quantity", total_signed, unit="units", entity=shipment, **signed),
            fact("unmatched_cents", amount, unit="cents", entity=this, **billed),
            fact("signed_by", head.signed_by or "unknown", entity=shipment, **signed),
            fact("delivered_at", iso(head.delivered_at), entity=shipment, **signed),
        ),
        order_ids=(head.order_id,),
        node_id=head.origin_node_id,
        breach_at=from_ms(breach_ms),
        sources=distinct([head.source, head.pod_source]),
        about=(EntityRef(kind=EntityKind.SHIPMENT, entity_id=head.shipment_id),),
    )


RULE = Rule(
    case_type=IN_POD_MISMATCH,
    sql=_SQL,
    wakes=(
        "invoice>invoice",
        "proof_of_delivery>invoice",
        "shipment>invoice",
        "customer>invoice",
        "sales_order>invoice",
    ),
    assess=_assess,
)
