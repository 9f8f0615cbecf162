"""RT-CREDIT: the goods of a return are dealt with and the customer has no credit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import MS_PER_HOUR, dispute_loss, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import day_words, fact, iso, money_words
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.catalogue.returns import RT_CREDIT
from domain.ids import EntityKind, EntityRef

_SQL = """
SELECT r.id AS entity_id, r.order_id, r.line_id, r.customer_id, r.item_id, r.node_id, r.disposition,
       COALESCE(r.received_quantity, r.quantity) AS quantity, r.disposed_at, r.source, r.observed_at,
       l.unit_price_cents, o.number, i.sku, c.name AS customer_name, c.tier
  FROM return_authorisation r
  LEFT JOIN order_line l ON l.id = r.line_id
  LEFT JOIN sales_order o ON o.id = r.order_id
  LEFT JOIN item i ON i.id = r.item_id
  LEFT JOIN customer c ON c.id = r.customer_id
 WHERE {scope:r.id} AND r.status IN ('issued', 'received') AND r.credited_at IS NULL
   AND r.deleted_at IS NULL AND r.disposition <> ''
   AND r.disposed_at < :now - {setting:return_credit_hours} * 3600000
   AND {runs(node=r.node_id, customer=r.customer_id, category=i.category)}
 ORDER BY r.id
"""

_FLIPS = """
SELECT id FROM return_authorisation INDEXED BY det_return_disposed
 WHERE status IN ('issued', 'received') AND credited_at IS NULL AND deleted_at IS NULL
   AND disposed_at >= :earlier - {setting:return_credit_hours} * 3600000
   AND disposed_at < :later - {setting:return_credit_hours} * 3600000
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    policy = moment.policy
    hours = policy.setting("return_credit_hours")
    amount = row.quantity * (row.unit_price_cents or 0)
    loss = dispute_loss(key=row.line_id, open_cents=amount, policy=policy)
    rework = rework_cents_of(RT_CREDIT.effort_minutes, policy)
    impact = impact_of(
        [loss], effort_minutes=RT_CREDIT.effort_minutes, rework_cents=rework, assumed=("dispute_probability",)
    )
    breach_ms = row.disposed_at + hours * MS_PER_HOUR + RT_CREDIT.resolve_minutes * 60_000
    this = (EntityKind.RETURN_AUTHORISATION, row.entity_id)
    seen = {"entity": this, "source": row.source, "as_of_ms": row.observed_at}
    return Finding(
        case_type=RT_CREDIT,
        entity=EntityRef(kind=EntityKind.RETURN_AUTHORISATION, entity_id=row.entity_id),
        title=f"Return {row.entity_id} is not credited",
        consequence=(
            f"{row.quantity} ea {row.sku or row.item_id} of {row.number or row.order_id} came back and were "
            f"settled ({row.disposition}) {day_words(row.disposed_at)}, but "
            f"{row.customer_name or row.customer_id} has no credit of {money_words(amount)}: it will deduct "
            "it from the next payment. Issue the credit."
        ),
        impact=impact,
        losses=((row.line_id, loss.loss_cents), (f"return/{row.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, policy, tier=row.tier),
        correlation_key=f"return:{row.node_id or row.customer_id}",
        evidence=(
            fact("disposition", row.disposition, **seen),
            fact("disposed_at", iso(row.disposed_at), **seen),
            fact("limit_hours", hours, unit="hours"),
            fact("credit_cents", amount, unit="cents", **seen),
        ),
        order_ids=(row.order_id,),
        node_id=row.node_id or None,
        breach_at=from_ms(breach_ms),
        sources=(row.source,),
        about=(EntityRef(kind=EntityKind.ITEM, entity_id=row.item_id),),
    )


RULE = Rule(
    case_type=RT_CREDIT,
    sql=_SQL,
    wakes=("return_authorisation>rma", "order_line>rma", "sales_order>rma", "customer>rma", "item>rma"),
    assess=_assess,
    flips=(_FLIPS,),
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_return_disposed ON return_authorisation (disposed_at) "
            "WHERE status IN ('issued', 'received') AND credited_at IS NULL AND deleted_at IS NULL"
        ),
    ),
)
