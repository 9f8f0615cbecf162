"""IN-UNBILLED: left for long, and no posted invoice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import (
    BP,
    MS_PER_HOUR,
    LineLoss,
    days_between,
    impact_of,
    rework_cents_of,
    severity_of,
)
from app.detection.phrasing import day_words, fact, iso, money_words
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.catalogue.invoicing import IN_UNBILLED
from domain.ids import EntityKind, EntityRef

_DAYS_PER_YEAR = 365

# An invoice that names no shipment bills whatever of its order has left. A posted invoice is never taken
# back: one that its source no longer has is in the archive.
_SQL = """
SELECT s.id AS entity_id, s.number AS shipment_number, s.order_id, s.origin_node_id, s.shipped_at,
       s.source, s.observed_at, o.number, o.billing_block, c.name AS customer_name, c.tier, y.line_id,
       SUM(y.quantity * COALESCE(l.unit_price_cents, 0)) AS amount_cents
  FROM shipment s
  LEFT JOIN shipment_line y ON y.shipment_id = s.id
  LEFT JOIN order_line l ON l.id = y.line_id
  LEFT JOIN sales_order o ON o.id = s.order_id
  LEFT JOIN customer c ON c.id = s.customer_id
 WHERE {scope:s.id} AND s.status IN ('in_transit', 'delivered') AND s.deleted_at IS NULL
   AND s.shipped_at < :now - {setting:unbilled_hours} * 3600000
   AND NOT EXISTS (SELECT 1 FROM invoice v WHERE v.shipment_id = s.id
                    AND v.status IN ('posted', 'paid'))
   AND NOT EXISTS (SELECT 1 FROM invoice v WHERE v.order_id = s.order_id AND v.shipment_id IS NULL
                    AND v.status IN ('posted', 'paid'))
   AND EXISTS (SELECT 1 FROM source_state z, json_each(z.kinds) k WHERE k.value = 'invoice')
   AND {runs(node=s.origin_node_id, customer=s.customer_id)}
 GROUP BY s.id, y.line_id
 ORDER BY s.id, y.line_id
"""

_FLIPS = """
SELECT id FROM shipment INDEXED BY det_shipment_shipped
 WHERE status IN ('in_transit', 'delivered') AND deleted_at IS NULL
   AND shipped_at >= :earlier - {setting:unbilled_hours} * 3600000
   AND shipped_at < :later - {setting:unbilled_hours} * 3600000
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    hours = policy.setting("unbilled_hours")
    amount = sum(row.amount_cents for row in rows)
    losses = [_loss(row, moment) for row in rows if row.line_id is not None]
    rework = rework_cents_of(IN_UNBILLED.effort_minutes, policy)
    impact = impact_of(
        losses, effort_minutes=IN_UNBILLED.effort_minutes, rework_cents=rework, assumed=("recovery",)
    )
    breach_ms = head.shipped_at + hours * MS_PER_HOUR + IN_UNBILLED.resolve_minutes * 60_000
    block = head.billing_block or ""
    why = f"billing is blocked ({block})" if block else "no invoice was posted"
    this = (EntityKind.SHIPMENT, head.entity_id)
    seen = {"entity": this, "source": head.source, "as_of_ms": head.observed_at}
    return Finding(
        case_type=IN_UNBILLED,
        entity=EntityRef(kind=EntityKind.SHIPMENT, entity_id=head.entity_id),
        title=f"{head.shipment_number} is not billed",
        consequence=(
            f"{head.shipment_number} of {head.number or head.order_id} left {day_words(head.shipped_at)} and "
            f"{why}: {money_words(amount)} waits for its invoice. "
            f"{'Lift the block and bill it.' if block else 'Trigger billing.'}"
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"shipment/{head.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"unbilled:{block}",
        evidence=(
            fact("shipped_at", iso(head.shipped_at), **seen),
            fact("limit_hours", hours, unit="hours"),
            fact("unbilled_cents", amount, unit="cents", **seen),
            fact("billing_block", block or "none", entity=(EntityKind.SALES_ORDER, head.order_id)),
        ),
        order_ids=(head.order_id,),
        node_id=head.origin_node_id,
        breach_at=from_ms(breach_ms),
        sources=(head.source,),
    )


def _loss(row: Row[Any], moment: Moment) -> LineLoss:
    """The price of the money that waits, and the share that is never billed."""
    policy = moment.policy
    days = days_between(row.shipped_at, moment.hour_ms)
    waiting = row.amount_cents * days * policy.setting("capital_cost_bp_per_year") // (_DAYS_PER_YEAR * BP)
    never = row.amount_cents * policy.setting("unbilled_lost_bp") // BP
    return LineLoss(
        key=row.line_id,
        penalty_cents=0,
        margin_cents=waiting + never,
        low_cents=waiting,
        high_cents=max(row.amount_cents, waiting + never),
    )


RULE = Rule(
    case_type=IN_UNBILLED,
    sql=_SQL,
    wakes=(
        "shipment>shipment",
        "invoice>shipment",
        "sales_order>shipment",
        "order_line>shipment",
        "customer>shipment",
    ),
    assess=_assess,
    flips=(_FLIPS,),
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_shipped ON shipment (shipped_at) "
            "WHERE status IN ('in_transit', 'delivered') AND deleted_at IS NULL"
        ),
    ),
)
