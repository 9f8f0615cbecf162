"""DQ-NEG: stock that cannot be: below zero, or less than is reserved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import impact_of, line_loss, rework_cents_of, severity_of, sla_of
from app.detection.phrasing import distinct, fact
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.catalogue.data_quality import DQ_NEG
from domain.ids import EntityKind, EntityRef

# The rows are the reservations on the position, latest promise first: those are the ones without stock.
_SQL = """
WITH bad AS (
  SELECT p.id, p.item_id, p.node_id, p.on_hand_quantity, p.source, p.observed_at,
         COALESCE((SELECT SUM(a.quantity) FROM allocation a INDEXED BY det_reserved
           WHERE a.item_id = p.item_id AND a.node_id = p.node_id AND a.status = 'reserved'
             AND a.deleted_at IS NULL), 0) AS reserved
    FROM inventory_position p
   WHERE {scope:p.id} AND p.deleted_at IS NULL AND p.on_hand_quantity < reserved)
SELECT p.id AS entity_id, p.item_id, p.node_id, p.on_hand_quantity, p.reserved, p.source, p.observed_at,
       i.sku, i.landed_cost_cents, a.quantity, l.id AS line_id, l.order_id, l.unit_price_cents,
       l.promised_at, o.customer_id, c.tier, c.late_penalty_bp_per_day, c.fixed_penalty_cents,
       c.penalty_cap_bp, c.cancel_probability_bp
  FROM bad p
  LEFT JOIN item i ON i.id = p.item_id
  LEFT JOIN allocation a ON a.item_id = p.item_id AND a.node_id = p.node_id AND a.status = 'reserved'
       AND a.deleted_at IS NULL
  LEFT JOIN order_line l ON l.id = a.line_id
  LEFT JOIN sales_order o ON o.id = l.order_id
  LEFT JOIN customer c ON c.id = o.customer_id
 WHERE {runs(node=p.node_id, category=i.category)}
 ORDER BY p.id, l.promised_at DESC, a.id
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    missing = max(0, head.reserved) - head.on_hand_quantity
    hit, left = [], missing
    for row in rows:
        if row.line_id is None or left <= 0:
            continue
        units = min(left, row.quantity)
        left -= units
        hit.append((row, units))
    losses = [
        line_loss(
            key=row.line_id,
            value_cents=units * row.unit_price_cents,
            margin_cents=units * (row.unit_price_cents - (row.landed_cost_cents or 0)),
            days=policy.setting("unknown_delay_days"),
            sla=sla_of(row),
        )
        for row, units in hit
    ]
    rework = rework_cents_of(DQ_NEG.effort_minutes, policy)
    impact = impact_of(
        losses, effort_minutes=DQ_NEG.effort_minutes, rework_cents=rework, assumed=("delay_days",)
    )
    breach_ms = min((row.promised_at for row, _ in hit), default=None)
    name = head.sku or head.item_id
    orders = distinct([row.order_id for row, _ in hit])
    below = f"{head.on_hand_quantity} ea on hand"
    danger = f"{len(orders)} orders rest on stock that is not there" if orders else "nothing can be promised"
    this = (EntityKind.INVENTORY_POSITION, head.entity_id)
    seen = {"entity": this, "source": head.source, "as_of_ms": head.observed_at}
    return Finding(
        case_type=DQ_NEG,
        entity=EntityRef(kind=EntityKind.INVENTORY_POSITION, entity_id=head.entity_id),
        title=f"{name} at {head.node_id} has {below}, {head.reserved} reserved",
        consequence=(
            f"The books show {below} of {name} at {head.node_id} and {head.reserved} ea reserved: {danger}. "
            "Count it before more is promised."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"position/{head.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"negative:{head.item_id}:{head.node_id}",
        evidence=(
            fact("on_hand_quantity", head.on_hand_quantity, unit="units", **seen),
            fact("reserved_quantity", head.reserved, unit="units", **seen),
            fact("missing_quantity", missing, unit="units", **seen),
        ),
        order_ids=orders,
        node_id=head.node_id,
        breach_at=None if breach_ms is None else from_ms(breach_ms),
        sources=(head.source,),
        about=(EntityRef(kind=EntityKind.ITEM, entity_id=head.item_id),),
    )


RULE = Rule(
    case_type=DQ_NEG,
    sql=_SQL,
    wakes=(
        "inventory_position>position",
        "allocation>position",
        "customer>position",
        "item>position",
        "order_line>position",
        "sales_order>position",
    ),
    assess=_assess,
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_reserved ON allocation "
            "(item_id, node_id, status, deleted_at, quantity) "
            "WHERE status = 'reserved' AND deleted_at IS NULL"
        ),
    ),
)
