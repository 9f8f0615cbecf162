"""IN-POD-MISSING: delivered for long, and no proof of delivery on file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import MS_PER_HOUR, dispute_loss, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import day_words, fact, iso, money_words
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.catalogue.invoicing import IN_POD_MISSING
from domain.ids import EntityKind, EntityRef

# Where no source gives proofs of delivery at all, none is missing; one that its source no longer has is in
# the archive.
_SQL = """
SELECT s.id AS entity_id, s.number AS shipment_number, s.order_id, s.scac, s.origin_node_id,
       s.delivered_at, s.source, s.observed_at, o.number, c.name AS customer_name, c.tier, y.line_id,
       SUM(y.quantity * COALESCE(l.unit_price_cents, 0)) AS amount_cents
  FROM shipment s
  LEFT JOIN shipment_line y ON y.shipment_id = s.id
  LEFT JOIN order_line l ON l.id = y.line_id
  LEFT JOIN sales_order o ON o.id = s.order_id
  LEFT JOIN customer c ON c.id = s.customer_id
 WHERE {scope:s.id} AND s.status = 'delivered' AND s.deleted_at IS NULL
   AND s.delivered_at < :now - {setting:pod_missing_hours} * 3600000
   AND NOT EXISTS (SELECT 1 FROM proof_of_delivery p WHERE p.shipment_id = s.id)
   AND EXISTS (SELECT 1 FROM source_state z, json_each(z.kinds) k WHERE k.value = 'proof_of_delivery')
   AND {runs(node=s.origin_node_id, customer=s.customer_id)}
 GROUP BY s.id, y.line_id
 ORDER BY s.id, y.line_id
"""

_FLIPS = """
SELECT id FROM shipment INDEXED BY det_shipment_delivered
 WHERE status = 'delivered' AND deleted_at IS NULL
   AND delivered_at >= :earlier - {setting:pod_missing_hours} * 3600000
   AND delivered_at < :later - {setting:pod_missing_hours} * 3600000
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    hours = policy.setting("pod_missing_hours")
    amount = sum(row.amount_cents for row in rows)
    losses = [
        dispute_loss(
            key=row.line_id,
            open_cents=row.amount_cents,
            policy=policy,
            probability_bp=policy.setting("pod_missing_dispute_bp"),
        )
        for row in rows
        if row.line_id is not None
    ]
    rework = rework_cents_of(IN_POD_MISSING.effort_minutes, policy)
    impact = impact_of(
        losses,
        effort_minutes=IN_POD_MISSING.effort_minutes,
        rework_cents=rework,
        assumed=("dispute_probability",),
    )
    limit_ms = head.delivered_at + hours * MS_PER_HOUR
    breach_ms = limit_ms + IN_POD_MISSING.resolve_minutes * 60_000
    this = (EntityKind.SHIPMENT, head.entity_id)
    seen = {"entity": this, "source": head.source, "as_of_ms": head.observed_at}
    return Finding(
        case_type=IN_POD_MISSING,
        entity=EntityRef(kind=EntityKind.SHIPMENT, entity_id=head.entity_id),
        title=f"{head.shipment_number} has no POD",
        consequence=(
            f"{head.shipment_number} for {head.customer_name or 'its customer'} was delivered "
            f"{day_words(head.delivered_at)} and {head.scac or 'the carrier'} gave no proof: "
            f"{money_words(amount)} cannot be defended if disputed. Request the POD."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"shipment/{head.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"pod-missing:{head.scac}",
        evidence=(
            fact("delivered_at", iso(head.delivered_at), **seen),
            fact("limit_hours", hours, unit="hours"),
            fact("shipment_value_cents", amount, unit="cents", **seen),
            fact("carrier", head.scac or "unknown", **seen),
        ),
        order_ids=(head.order_id,),
        node_id=head.origin_node_id,
        breach_at=from_ms(breach_ms),
        sources=(head.source,),
        about=(EntityRef(kind=EntityKind.CARRIER, entity_id=head.scac),) if head.scac else (),
    )


RULE = Rule(
    case_type=IN_POD_MISSING,
    sql=_SQL,
    wakes=(
        "shipment>shipment",
        "proof_of_delivery>shipment",
        "order_line>shipment",
        "customer>shipment",
        "sales_order>shipment",
    ),
    assess=_assess,
    flips=(_FLIPS,),
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_delivered ON shipment (delivered_at) "
            "WHERE status = 'delivered' AND deleted_at IS NULL"
        ),
    ),
)
