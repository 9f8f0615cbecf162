"""RT-OVERDUE: a return was issued and the goods have not come in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import BP, LineLoss, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import day_words, fact, iso, money_words
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.catalogue.returns import RT_OVERDUE
from domain.ids import EntityKind, EntityRef

_SQL = """
SELECT r.id AS entity_id, r.order_id, r.line_id, r.customer_id, r.item_id, r.node_id, r.quantity,
       r.issued_at, r.source, r.observed_at, l.unit_price_cents, o.number, i.sku, i.landed_cost_cents,
       c.name AS customer_name, c.tier,
       COALESCE(r.expected_by, r.issued_at + {setting:return_expected_days} * 86400000) AS expected_ms
  FROM return_authorisation r
  LEFT JOIN order_line l ON l.id = r.line_id
  LEFT JOIN sales_order o ON o.id = r.order_id
  LEFT JOIN item i ON i.id = r.item_id
  LEFT JOIN customer c ON c.id = r.customer_id
 WHERE {scope:r.id} AND r.status = 'issued' AND r.received_at IS NULL AND r.deleted_at IS NULL
   AND expected_ms < :now - {setting:return_grace_hours} * 3600000
   AND {runs(node=r.node_id, customer=r.customer_id, category=i.category)}
 ORDER BY r.id
"""

_EXPECTED = """
SELECT id FROM return_authorisation INDEXED BY det_return_expected
 WHERE status = 'issued' AND received_at IS NULL AND deleted_at IS NULL
   AND expected_by >= :earlier - {setting:return_grace_hours} * 3600000
   AND expected_by < :later - {setting:return_grace_hours} * 3600000
"""

_ISSUED = """
SELECT id FROM return_authorisation INDEXED BY det_return_issued
 WHERE status = 'issued' AND received_at IS NULL AND deleted_at IS NULL AND expected_by IS NULL
   AND issued_at >= :earlier - {setting:return_grace_hours} * 3600000
                             - {setting:return_expected_days} * 86400000
   AND issued_at < :later - {setting:return_grace_hours} * 3600000
                          - {setting:return_expected_days} * 86400000
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    policy = moment.policy
    exposure = row.quantity * (row.unit_price_cents or 0)
    goods = row.quantity * (row.landed_cost_cents or 0)
    loss = LineLoss(
        key=row.line_id,
        penalty_cents=0,
        margin_cents=goods * policy.setting("return_lost_bp") // BP,
        low_cents=0,
        high_cents=goods,
    )
    rework = rework_cents_of(RT_OVERDUE.effort_minutes, policy)
    impact = impact_of(
        [loss], effort_minutes=RT_OVERDUE.effort_minutes, rework_cents=rework, assumed=("recovery",)
    )
    breach_ms = row.expected_ms + RT_OVERDUE.resolve_minutes * 60_000
    this = (EntityKind.RETURN_AUTHORISATION, row.entity_id)
    seen = {"entity": this, "source": row.source, "as_of_ms": row.observed_at}
    return Finding(
        case_type=RT_OVERDUE,
        entity=EntityRef(kind=EntityKind.RETURN_AUTHORISATION, entity_id=row.entity_id),
        title=f"Return {row.entity_id} has not come",
        consequence=(
            f"{row.customer_name or row.customer_id} was to send {row.quantity} ea {row.sku or row.item_id} "
            f"of {row.number or row.order_id} by {day_words(row.expected_ms)}: {money_words(exposure)} of "
            "credit stays open. Remind them or close the return."
        ),
        impact=impact,
        losses=((row.line_id, loss.loss_cents), (f"return/{row.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, policy, tier=row.tier),
        correlation_key=f"return:{row.node_id or row.customer_id}",
        evidence=(
            fact("issued_at", iso(row.issued_at), **seen),
            fact("expected_by", iso(row.expected_ms), **seen),
            fact("quantity", row.quantity, unit="units", **seen),
            fact("exposure_cents", exposure, unit="cents", **seen),
        ),
        order_ids=(row.order_id,),
        node_id=row.node_id or None,
        breach_at=from_ms(breach_ms),
        sources=(row.source,),
        about=(EntityRef(kind=EntityKind.ITEM, entity_id=row.item_id),),
    )


RULE = Rule(
    case_type=RT_OVERDUE,
    sql=_SQL,
    wakes=("return_authorisation>rma", "order_line>rma", "sales_order>rma", "customer>rma", "item>rma"),
    assess=_assess,
    flips=(_EXPECTED, _ISSUED),
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_return_expected ON return_authorisation (expected_by) "
            "WHERE status = 'issued' AND received_at IS NULL AND deleted_at IS NULL"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_return_issued ON return_authorisation (issued_at) "
            "WHERE status = 'issued' AND received_at IS NULL AND deleted_at IS NULL AND expected_by IS NULL"
        ),
    ),
)
