"""RT-DISPOSITION: goods came back and nobody has decided over them."""

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
from domain.catalogue.returns import RT_DISPOSITION
from domain.ids import EntityKind, EntityRef

_SQL = """
SELECT r.id AS entity_id, r.order_id, r.line_id, r.customer_id, r.item_id, r.node_id, r.reason_code,
       COALESCE(r.received_quantity, r.quantity) AS quantity, r.received_at, r.source, r.observed_at,
       o.number, i.sku, i.landed_cost_cents, c.tier
  FROM return_authorisation r
  LEFT JOIN sales_order o ON o.id = r.order_id
  LEFT JOIN item i ON i.id = r.item_id
  LEFT JOIN customer c ON c.id = r.customer_id
 WHERE {scope:r.id} AND r.status IN ('issued', 'received') AND r.disposition = '' AND r.disposed_at IS NULL
   AND r.credited_at IS NULL AND r.deleted_at IS NULL
   AND r.received_at < :now - {setting:disposition_hours} * 3600000
   AND {runs(node=r.node_id, customer=r.customer_id, category=i.category)}
 ORDER BY r.id
"""

_FLIPS = """
SELECT id FROM return_authorisation INDEXED BY det_return_received
 WHERE status IN ('issued', 'received') AND disposition = '' AND deleted_at IS NULL
   AND received_at >= :earlier - {setting:disposition_hours} * 3600000
   AND received_at < :later - {setting:disposition_hours} * 3600000
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    policy = moment.policy
    hours = policy.setting("disposition_hours")
    worth = row.quantity * (row.landed_cost_cents or 0)
    days = days_between(row.received_at, moment.hour_ms)
    decay = min(worth, worth * policy.setting("return_decay_bp_per_day") * days // BP)
    loss = LineLoss(key=row.line_id, penalty_cents=0, margin_cents=decay, low_cents=0, high_cents=worth)
    rework = rework_cents_of(RT_DISPOSITION.effort_minutes, policy)
    impact = impact_of(
        [loss], effort_minutes=RT_DISPOSITION.effort_minutes, rework_cents=rework, assumed=("resale",)
    )
    breach_ms = row.received_at + hours * MS_PER_HOUR + RT_DISPOSITION.resolve_minutes * 60_000
    this = (EntityKind.RETURN_AUTHORISATION, row.entity_id)
    seen = {"entity": this, "source": row.source, "as_of_ms": row.observed_at}
    return Finding(
        case_type=RT_DISPOSITION,
        entity=EntityRef(kind=EntityKind.RETURN_AUTHORISATION, entity_id=row.entity_id),
        title=f"Return {row.entity_id} waits for a decision",
        consequence=(
            f"{row.quantity} ea {row.sku or row.item_id} came back {day_words(row.received_at)}"
            f"{f' ({row.reason_code})' if row.reason_code else ''} and lie undecided: stock worth "
            f"{money_words(worth)} ages and no credit can follow. Restock or scrap it."
        ),
        impact=impact,
        losses=((row.line_id, loss.loss_cents), (f"return/{row.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, policy, tier=row.tier),
        correlation_key=f"disposition:{row.node_id}",
        evidence=(
            fact("received_at", iso(row.received_at), **seen),
            fact("limit_hours", hours, unit="hours"),
            fact("quantity", row.quantity, unit="units", **seen),
            fact("stock_value_cents", worth, unit="cents", entity=(EntityKind.ITEM, row.item_id)),
        ),
        order_ids=(row.order_id,),
        node_id=row.node_id or None,
        breach_at=from_ms(breach_ms),
        sources=(row.source,),
        about=(EntityRef(kind=EntityKind.ITEM, entity_id=row.item_id),),
    )


RULE = Rule(
    case_type=RT_DISPOSITION,
    sql=_SQL,
    wakes=("return_authorisation>rma", "customer>rma", "item>rma", "sales_order>rma"),
    assess=_assess,
    flips=(_FLIPS,),
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_return_received ON return_authorisation (received_at) "
            "WHERE status IN ('issued', 'received') AND disposition = '' AND deleted_at IS NULL"
        ),
    ),
)
