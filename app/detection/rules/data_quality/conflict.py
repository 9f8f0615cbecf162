"""DQ-CONFLICT: what the systems say of an order contradicts itself for longer than messages travel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import BP, LineLoss, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import distinct, fact, iso, money_words
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.catalogue.data_quality import DQ_CONFLICT
from domain.ids import EntityKind, EntityRef

# An order that the ERP has open while goods of it left: a line knows of less than went, or all went and the
# header stands. An order or line that the ERP cancelled while the warehouse has work for it. Orders that are
# open although something left are few: their lines are looked at only then.
_SQL = """
WITH gone_of_open AS MATERIALIZED (
  SELECT s.id, s.order_id, s.status, s.shipped_at, s.source, s.observed_at
    FROM shipment s CROSS JOIN sales_order o ON o.id = s.order_id
   WHERE {scope:s.order_id} AND +s.status IN ('in_transit', 'delivered') AND s.deleted_at IS NULL
     AND s.shipped_at < :now - {setting:conflict_grace_hours} * 3600000
     AND o.deleted_at IS NULL AND o.status IN ('entered', 'confirmed', 'released')),
gone AS (
  SELECT s.id AS shipment_id, s.order_id, s.status, s.shipped_at AS since, s.source, s.observed_at
    FROM gone_of_open s
   WHERE (EXISTS (SELECT 1 FROM shipment_line y CROSS JOIN order_line l ON l.id = y.line_id
                   WHERE y.shipment_id = s.id AND l.deleted_at IS NULL AND l.cancelled = 0
                     AND l.shipped_quantity < (
                       SELECT SUM(z.quantity)
                         FROM shipment_line z CROSS JOIN shipment t ON t.id = z.shipment_id
                        WHERE z.line_id = y.line_id AND t.status IN ('in_transit', 'delivered')
                          AND t.deleted_at IS NULL
                          AND t.shipped_at < :now - {setting:conflict_grace_hours} * 3600000))
          OR (NOT EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = s.order_id AND l.deleted_at IS NULL
                           AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity)
              AND EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = s.order_id AND l.cancelled = 0)
              AND NOT EXISTS (SELECT 1 FROM shipment t
                   WHERE t.order_id = s.order_id AND t.deleted_at IS NULL
                     AND t.status IN ('in_transit', 'delivered')
                     AND t.shipped_at >= :now - {setting:conflict_grace_hours} * 3600000)))),
clash AS (
  SELECT g.order_id, 'unposted' AS kind, g.shipment_id AS other_id, g.status AS other_status, g.since,
         g.source AS other_source, g.observed_at AS other_observed_at, y.line_id, y.quantity
    FROM gone g LEFT JOIN shipment_line y ON y.shipment_id = g.shipment_id
  UNION ALL
  SELECT o.id, 'cancelled', t.id, t.status, COALESCE(o.status_at, o.observed_at), t.source, t.observed_at,
         t.line_id, t.requested_quantity
    FROM sales_order o INDEXED BY det_cancelled_order CROSS JOIN pick_task t ON t.order_id = o.id
   WHERE {scope:o.id} AND o.status = 'cancelled' AND o.deleted_at IS NULL
     AND t.status IN ('released', 'started') AND t.deleted_at IS NULL
     AND COALESCE(o.status_at, o.observed_at) < :now - {setting:conflict_grace_hours} * 3600000
  UNION ALL
  SELECT l.order_id, 'cancelled', t.id, t.status, l.observed_at, t.source, t.observed_at, t.line_id,
         t.requested_quantity
    FROM order_line l INDEXED BY det_line_cancelled CROSS JOIN pick_task t ON t.line_id = l.id
   WHERE {scope:l.order_id} AND l.cancelled = 1 AND l.deleted_at IS NULL
     AND t.status IN ('released', 'started') AND t.deleted_at IS NULL
     AND l.observed_at < :now - {setting:conflict_grace_hours} * 3600000
     AND (SELECT o.status FROM sales_order o WHERE o.id = l.order_id) <> 'cancelled')
SELECT o.id AS entity_id, d.kind, d.other_id, d.other_status, d.since, d.other_source,
       d.other_observed_at, d.line_id, d.quantity, l.unit_price_cents, l.cancelled,
       COALESCE(d.quantity * l.unit_price_cents, 0) AS amount_cents, o.number, o.status, o.source,
       o.observed_at, o.ship_from_node_id, o.customer_id, c.tier
  FROM clash d CROSS JOIN sales_order o ON o.id = d.order_id
  LEFT JOIN order_line l ON l.id = d.line_id
  LEFT JOIN customer c ON c.id = o.customer_id
 WHERE {runs(node=o.ship_from_node_id, customer=o.customer_id)}
 ORDER BY o.id, d.kind, d.since, d.other_id, d.line_id
"""

_LEFT = """
SELECT order_id FROM shipment INDEXED BY det_shipment_shipped
 WHERE status IN ('in_transit', 'delivered') AND deleted_at IS NULL
   AND shipped_at >= :earlier - {setting:conflict_grace_hours} * 3600000
   AND shipped_at < :later - {setting:conflict_grace_hours} * 3600000
"""

_ORDER_CANCELLED = """
SELECT id FROM sales_order INDEXED BY det_order_cancelled_when
 WHERE status = 'cancelled' AND deleted_at IS NULL
   AND COALESCE(status_at, observed_at) >= :earlier - {setting:conflict_grace_hours} * 3600000
   AND COALESCE(status_at, observed_at) < :later - {setting:conflict_grace_hours} * 3600000
"""

_LINE_CANCELLED = """
SELECT order_id FROM order_line INDEXED BY det_line_cancelled_when
 WHERE cancelled = 1 AND deleted_at IS NULL
   AND observed_at >= :earlier - {setting:conflict_grace_hours} * 3600000
   AND observed_at < :later - {setting:conflict_grace_hours} * 3600000
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    losses = [_loss(row, moment) for row in rows if row.line_id is not None]
    rework = rework_cents_of(DQ_CONFLICT.effort_minutes, policy)
    impact = impact_of(
        losses, effort_minutes=DQ_CONFLICT.effort_minutes, rework_cents=rework, assumed=("conflict_share",)
    )
    since = min(row.since for row in rows)
    breach_ms = since + DQ_CONFLICT.resolve_minutes * 60_000
    amount = sum(row.amount_cents for row in rows)
    unposted = head.kind == "unposted"
    number = head.number or head.entity_id
    words = (
        f"{head.other_id} of {number} is {head.other_status.replace('_', ' ')} since {iso(since)} and "
        f"{head.source} has the order still {head.status}: {money_words(amount)} cannot be billed"
        if unposted
        else f"{head.source} cancelled {number if head.status == 'cancelled' else f'a line of {number}'} at "
        f"{iso(since)} and {head.other_source} still has {head.other_id} {head.other_status}: "
        f"{money_words(amount)} of goods are picked for nobody"
    )
    order = {"entity": (EntityKind.SALES_ORDER, head.entity_id), "source": head.source}
    kind = EntityKind.SHIPMENT if unposted else EntityKind.PICK_TASK
    other = {"entity": (kind, head.other_id), "source": head.other_source}
    return Finding(
        case_type=DQ_CONFLICT,
        entity=EntityRef(kind=EntityKind.SALES_ORDER, entity_id=head.entity_id),
        title=f"{head.source} and {head.other_source} disagree on {number}",
        consequence=f"{words} until they agree.",
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"order/{head.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"conflict:{head.other_source}-{head.source}:{head.kind}",
        evidence=(
            fact("order_status", head.status, as_of_ms=head.observed_at, **order),
            fact(
                "shipment_status" if unposted else "pick_status",
                head.other_status,
                as_of_ms=head.other_observed_at,
                **other,
            ),
            fact("differs_since", iso(since), **other),
        ),
        order_ids=(head.entity_id,),
        node_id=head.ship_from_node_id,
        breach_at=from_ms(breach_ms),
        sources=distinct([head.source, head.other_source]),
        about=(EntityRef(kind=kind, entity_id=head.other_id),),
    )


def _loss(row: Row[Any], moment: Moment) -> LineLoss:
    name = "conflict_unposted_bp" if row.kind == "unposted" else "conflict_picking_bp"
    return LineLoss(
        key=row.line_id,
        penalty_cents=0,
        margin_cents=row.amount_cents * moment.policy.setting(name) // BP,
        low_cents=0,
        high_cents=row.amount_cents,
    )


RULE = Rule(
    case_type=DQ_CONFLICT,
    sql=_SQL,
    wakes=("shipment>order", "sales_order>order", "order_line>order", "pick_task>order", "customer>order"),
    assess=_assess,
    compares=True,
    flips=(_LEFT, _ORDER_CANCELLED, _LINE_CANCELLED),
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_shipped ON shipment (shipped_at) "
            "WHERE status IN ('in_transit', 'delivered') AND deleted_at IS NULL"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_cancelled_order ON sales_order (id) "
            "WHERE status = 'cancelled' AND deleted_at IS NULL"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_order_cancelled_when ON sales_order "
            "(COALESCE(status_at, observed_at)) WHERE status = 'cancelled' AND deleted_at IS NULL"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_line_cancelled ON order_line (order_id) "
            "WHERE cancelled = 1 AND deleted_at IS NULL"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_line_cancelled_when ON order_line (observed_at) "
            "WHERE cancelled = 1 AND deleted_at IS NULL"
        ),
    ),
)
