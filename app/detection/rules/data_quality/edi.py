"""DQ-EDI: a partner's message was rejected and has not come through since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import blocked_line_loss, impact_of, rework_cents_of, severity_of, sla_of
from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.catalogue.data_quality import DQ_EDI
from domain.ids import EntityKind, EntityRef

_SQL = """
SELECT m.id AS entity_id, m.partner, m.transaction_set, m.reference, m.segment, m.error_code,
       m.received_at, m.source, m.observed_at, m.order_id, o.number, o.ship_from_node_id, o.customer_id,
       l.id AS line_id, (l.ordered_quantity - l.shipped_quantity) AS open_quantity, l.unit_price_cents,
       l.promised_at, i.landed_cost_cents, c.tier, c.late_penalty_bp_per_day, c.fixed_penalty_cents,
       c.penalty_cap_bp, c.cancel_probability_bp
  FROM edi_message m INDEXED BY det_edi_rejected
  LEFT JOIN sales_order o ON o.id = m.order_id AND o.deleted_at IS NULL
  LEFT JOIN order_line l ON l.order_id = o.id AND l.deleted_at IS NULL AND l.cancelled = 0
       AND l.shipped_quantity < l.ordered_quantity
  LEFT JOIN item i ON i.id = l.item_id
  LEFT JOIN customer c ON c.id = o.customer_id
 WHERE {scope:m.id} AND m.status = 'rejected' AND m.deleted_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM edi_message n INDEXED BY det_edi_reference
         WHERE n.partner = m.partner AND n.transaction_set = m.transaction_set
           AND n.reference = m.reference AND m.reference <> '' AND n.received_at >= m.received_at
           AND n.status IN ('accepted', 'replayed') AND n.deleted_at IS NULL)
   AND {runs(node=o.ship_from_node_id, customer=o.customer_id)}
 ORDER BY m.id, l.id
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    losses = [
        blocked_line_loss(
            key=row.line_id,
            value_cents=row.open_quantity * row.unit_price_cents,
            margin_cents=row.open_quantity * (row.unit_price_cents - (row.landed_cost_cents or 0)),
            promised_ms=row.promised_at,
            hour_ms=moment.hour_ms,
            sla=sla_of(row),
            policy=policy,
        )
        for row in rows
        if row.line_id is not None
    ]
    rework = rework_cents_of(DQ_EDI.effort_minutes, policy)
    impact = impact_of(
        losses, effort_minutes=DQ_EDI.effort_minutes, rework_cents=rework, assumed=("blocked",)
    )
    breach_ms = min(
        (row.promised_at for row in rows if row.promised_at is not None),
        default=head.received_at + DQ_EDI.resolve_minutes * 60_000,
    )
    where = f" at segment {head.segment}" if head.segment else ""
    about = f" (order {head.number or head.order_id})" if head.order_id else ""
    this = (EntityKind.EDI_MESSAGE, head.entity_id)
    seen = {"entity": this, "source": head.source, "as_of_ms": head.observed_at}
    return Finding(
        case_type=DQ_EDI,
        entity=EntityRef(kind=EntityKind.EDI_MESSAGE, entity_id=head.entity_id),
        title=f"{head.transaction_set} of {head.partner} was rejected",
        consequence=(
            f"{head.transaction_set} {head.reference} of {head.partner}{about} was rejected{where} with "
            f"{head.error_code or 'no code'}: what it says is not in the books until it is repaired and "
            "replayed."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"message/{head.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"edi:{head.partner}:{head.error_code}",
        evidence=(
            fact("partner", head.partner, **seen),
            fact("transaction_set", head.transaction_set, **seen),
            fact("reference", head.reference, **seen),
            fact("segment", head.segment or "none", **seen),
            fact("error_code", head.error_code or "none", **seen),
            fact("received_at", iso(head.received_at), **seen),
        ),
        order_ids=(head.order_id,) if head.number is not None else (),
        node_id=head.ship_from_node_id,
        breach_at=from_ms(breach_ms),
        sources=(head.source,),
    )


RULE = Rule(
    case_type=DQ_EDI,
    sql=_SQL,
    wakes=(
        "edi_message>message",
        "sales_order>message",
        "order_line>message",
        "customer>message",
        "item>message",
    ),
    assess=_assess,
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_edi_rejected ON edi_message (id) "
            "WHERE status = 'rejected' AND deleted_at IS NULL"
        ),
        "CREATE INDEX IF NOT EXISTS det_edi_reference ON edi_message (partner, transaction_set, reference)",
    ),
)
