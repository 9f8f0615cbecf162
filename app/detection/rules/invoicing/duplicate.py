"""IN-DUP: the same line of a shipment billed in two posted invoices; the later one is the case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import dispute_loss, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, money_words
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.catalogue.invoicing import IN_DUP
from domain.ids import EntityKind, EntityRef

# A shipment may be billed in parts: only what all its invoices bill beyond it was billed twice.
_SQL = """
SELECT v.id AS entity_id, v.order_id AS scope_key, v.number AS invoice_number, v.order_id, v.shipment_id,
       v.issued_at, v.source, v.observed_at, b.line_id, b.unit_price_cents, w.id AS first_id,
       w.number AS first_number, w.issued_at AS first_issued_at,
       MIN(b.quantity - b.credited_quantity,
           (SELECT SUM(x.quantity - x.credited_quantity)
              FROM invoice u CROSS JOIN invoice_line x ON x.invoice_id = u.id
             WHERE u.shipment_id = v.shipment_id AND u.deleted_at IS NULL
               AND u.status IN ('posted', 'paid') AND x.line_id = b.line_id)
           - COALESCE((SELECT SUM(y.quantity) FROM shipment_line y
                        WHERE y.shipment_id = v.shipment_id AND y.line_id = b.line_id), 0)) AS twice,
       o.number, s.number AS shipment_number, s.origin_node_id, c.tier
  FROM invoice v
  CROSS JOIN invoice w ON w.shipment_id = v.shipment_id AND (w.issued_at, w.id) < (v.issued_at, v.id)
  CROSS JOIN invoice_line b ON b.invoice_id = v.id
  LEFT JOIN sales_order o ON o.id = v.order_id
  LEFT JOIN shipment s ON s.id = v.shipment_id
  LEFT JOIN customer c ON c.id = v.customer_id
 WHERE {scope:v.order_id} AND v.deleted_at IS NULL AND v.status IN ('posted', 'paid')
   AND w.deleted_at IS NULL AND w.status IN ('posted', 'paid')
   AND EXISTS (SELECT 1 FROM invoice_line f WHERE f.invoice_id = w.id AND f.line_id = b.line_id
                AND f.quantity > f.credited_quantity)
   AND twice > 0
   AND {runs(node=s.origin_node_id, customer=v.customer_id)}
 ORDER BY v.id, w.issued_at, w.id, b.line_id
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    twice = {row.line_id: row for row in rows if row.first_id == head.first_id}
    units = sum(row.twice for row in twice.values())
    amount = sum(row.twice * row.unit_price_cents for row in twice.values())
    losses = [
        dispute_loss(key=line_id, open_cents=row.twice * row.unit_price_cents, policy=policy)
        for line_id, row in twice.items()
    ]
    rework = rework_cents_of(IN_DUP.effort_minutes, policy)
    impact = impact_of(
        losses,
        effort_minutes=IN_DUP.effort_minutes,
        rework_cents=rework,
        assumed=("dispute_probability",),
    )
    breach_ms = head.issued_at + IN_DUP.resolve_minutes * 60_000
    this = (EntityKind.INVOICE, head.entity_id)
    seen = {"source": head.source, "as_of_ms": head.observed_at}
    return Finding(
        case_type=IN_DUP,
        entity=EntityRef(kind=EntityKind.INVOICE, entity_id=head.entity_id),
        title=f"{head.invoice_number} bills again what {head.first_number} bills",
        consequence=(
            f"{head.invoice_number} of {head.number or head.order_id} bills {units} ea of "
            f"{head.shipment_number or head.shipment_id} a second time: {money_words(amount)} will be "
            f"disputed unless {head.invoice_number} is cancelled."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"invoice/{head.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"invoice-duplicate:{head.origin_node_id or head.shipment_id}",
        evidence=(
            fact("first_invoice", head.first_number, entity=(EntityKind.INVOICE, head.first_id), **seen),
            fact("second_invoice", head.invoice_number, entity=this, **seen),
            fact("billed_twice_quantity", units, unit="units", entity=this, **seen),
            fact("billed_twice_cents", amount, unit="cents", entity=this, **seen),
        ),
        order_ids=(head.order_id,),
        node_id=head.origin_node_id,
        breach_at=from_ms(breach_ms),
        sources=(head.source,),
        about=(
            EntityRef(kind=EntityKind.SHIPMENT, entity_id=head.shipment_id),
            EntityRef(kind=EntityKind.INVOICE, entity_id=head.first_id),
        ),
    )


RULE = Rule(
    case_type=IN_DUP,
    sql=_SQL,
    wakes=("invoice>order", "shipment>order", "sales_order>order", "customer>order"),
    assess=_assess,
)
