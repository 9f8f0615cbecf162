"""DQ-LEAD: a supplier's goods come systematically later, or earlier, than the planned lead time says."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_low
from typing import Any

from sqlalchemy import Row

from app.detection.money import BP, MS_PER_DAY, LineLoss, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import distinct, fact, money_words
from app.detection.rule import Finding, Moment, Rule
from domain.catalogue.data_quality import DQ_LEAD
from domain.ids import EntityKind, EntityRef

# Counted over the latest receipts only: signs beyond the tolerance, against the limit of the sign test.
_SQL = """
WITH supplier AS (
  SELECT DISTINCT s.supplier_name AS name FROM inbound_supply s INDEXED BY det_supply_received
   WHERE {scope:s.supplier_name} AND s.received_at IS NOT NULL AND s.ordered_at IS NOT NULL
     AND s.kind = 'purchase' AND s.cancelled = 0 AND s.deleted_at IS NULL AND s.supplier_name <> ''),
receipt AS MATERIALIZED (
  SELECT t.id, t.supplier_name, t.ordered_at, t.due_at, t.received_at, t.source, t.observed_at,
         t.item_id, t.node_id, t.due_at - t.ordered_at AS planned_ms,
         t.received_at - t.ordered_at AS actual_ms
    FROM supplier n CROSS JOIN inbound_supply t ON t.id IN (
         SELECT s.id FROM inbound_supply s INDEXED BY det_supply_received
          WHERE s.supplier_name = n.name AND s.received_at IS NOT NULL AND s.ordered_at IS NOT NULL
            AND s.kind = 'purchase' AND s.cancelled = 0 AND s.deleted_at IS NULL
          ORDER BY s.received_at DESC LIMIT {setting:lead_receipts_count})),
chart AS (
  SELECT supplier_name, COUNT(*) AS receipts,
         SUM(actual_ms > planned_ms + {setting:lead_tolerance_hours} * 3600000) AS late,
         SUM(actual_ms < planned_ms - {setting:lead_tolerance_hours} * 3600000) AS early
    FROM receipt GROUP BY supplier_name HAVING COUNT(*) >= {setting:lead_least_count})
SELECT k.supplier_name AS entity_id, k.receipts, k.late, k.early, r.id AS supply_id, r.planned_ms,
       r.actual_ms, r.received_at, r.source, r.observed_at,
       (SELECT COUNT(*) FROM inbound_supply f
         WHERE f.supplier_name = k.supplier_name AND f.received_at IS NULL AND f.cancelled = 0
           AND f.kind = 'purchase' AND f.deleted_at IS NULL) AS open_supplies,
       (SELECT SUM((f.ordered_quantity - f.received_quantity) * COALESCE(i.landed_cost_cents, 0))
          FROM inbound_supply f LEFT JOIN item i ON i.id = f.item_id
         WHERE f.supplier_name = k.supplier_name AND f.received_at IS NULL AND f.cancelled = 0
           AND f.kind = 'purchase' AND f.deleted_at IS NULL) AS open_cents
  FROM chart k CROSS JOIN receipt r ON r.supplier_name = k.supplier_name
 WHERE MAX(k.late, k.early) * 10000 >= k.receipts * {decide:lead_sign.limit_bp(receipts=k.receipts)}
 ORDER BY k.supplier_name, r.received_at, r.id
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    planned = median_low(row.planned_ms for row in rows)
    actual = median_low(row.actual_ms for row in rows)
    off_days = max(1, round(abs(actual - planned) / MS_PER_DAY))
    late = head.late >= head.early
    open_cents = head.open_cents or 0
    lost_bp = min(BP, policy.setting("lead_lost_bp_per_day") * off_days) if late else 0
    key = f"supplier/{head.entity_id}"
    loss = LineLoss(
        key=key,
        penalty_cents=0,
        margin_cents=open_cents * lost_bp // BP,
        low_cents=0,
        high_cents=2 * open_cents * lost_bp // BP,
    )
    rework = rework_cents_of(DQ_LEAD.effort_minutes, policy)
    impact = impact_of([loss], effort_minutes=DQ_LEAD.effort_minutes, rework_cents=rework, assumed=("shift",))
    seen = {"source": head.source, "as_of_ms": max(row.observed_at for row in rows)}
    this = (EntityKind.SUPPLIER, head.entity_id)
    count = max(head.late, head.early)
    return Finding(
        case_type=DQ_LEAD,
        entity=EntityRef(kind=EntityKind.SUPPLIER, entity_id=head.entity_id),
        title=f"{head.entity_id} takes {'longer' if late else 'less'} than planned",
        consequence=(
            f"{count} of the latest {head.receipts} receipts of {head.entity_id} came "
            f"{'late' if late else 'early'}; it takes {_days(actual)} days where {_days(planned)} are "
            f"planned: {head.open_supplies} open supplies ({money_words(open_cents)}) have wrong dates and "
            "so have the promises that rest on them. Update the lead time."
        ),
        impact=impact,
        losses=((key, impact.loss_cents),),
        severity=severity_of(impact.loss_cents, None, moment.hour_ms, policy),
        correlation_key=f"lead:{head.entity_id}",
        evidence=(
            fact("receipts", head.receipts, unit="receipts", entity=this, **seen),
            fact("late_receipts", head.late, unit="receipts", entity=this, **seen),
            fact("early_receipts", head.early, unit="receipts", entity=this, **seen),
            fact("planned_days", _days(planned), unit="days", entity=this, **seen),
            fact("actual_days", _days(actual), unit="days", entity=this, **seen),
        ),
        sources=distinct([row.source for row in rows]),
    )


def _days(span_ms: int) -> int:
    return round(span_ms / MS_PER_DAY)


RULE = Rule(
    case_type=DQ_LEAD,
    sql=_SQL,
    wakes=("inbound_supply>supplier", "item>supplier"),
    assess=_assess,
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_supply_received ON inbound_supply (supplier_name, received_at) "
            "WHERE received_at IS NOT NULL AND ordered_at IS NOT NULL AND kind = 'purchase' "
            "AND cancelled = 0 AND deleted_at IS NULL"
        ),
        "CREATE INDEX IF NOT EXISTS det_supply_supplier ON inbound_supply (supplier_name)",
    ),
)
