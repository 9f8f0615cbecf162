"""DQ-MASTER: an item of open lines lacks what shipping it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from app.detection.money import (
    BP,
    LineLoss,
    blocked_line_loss,
    impact_of,
    rework_cents_of,
    severity_of,
    sla_of,
)
from app.detection.phrasing import distinct, fact
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.catalogue.data_quality import DQ_MASTER
from domain.ids import EntityKind, EntityRef

_SQL = """
SELECT i.id AS entity_id, i.sku, i.name, i.weight_grams, i.unit_of_measure, i.volume_cm3, i.source,
       i.observed_at, i.landed_cost_cents,
       {decide:master_fields.needs_volume(category=i.category)} AS needs_volume,
       l.id AS line_id, l.order_id, l.ordered_quantity - l.shipped_quantity AS open_quantity,
       l.unit_price_cents, l.promised_at, o.ship_from_node_id, o.customer_id, c.tier,
       c.late_penalty_bp_per_day, c.fixed_penalty_cents, c.penalty_cap_bp, c.cancel_probability_bp
  FROM item i
  CROSS JOIN order_line l ON l.item_id = i.id
  CROSS JOIN sales_order o ON o.id = l.order_id
  LEFT JOIN customer c ON c.id = o.customer_id
 WHERE {scope:i.id} AND i.deleted_at IS NULL
   AND (i.weight_grams = 0 OR trim(i.unit_of_measure) = '' OR (i.volume_cm3 = 0 AND needs_volume))
   AND l.deleted_at IS NULL AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity
   AND o.deleted_at IS NULL AND o.status IN ('entered', 'confirmed', 'released')
   AND {runs(node=o.ship_from_node_id, customer=o.customer_id, category=i.category)}
 ORDER BY i.id, l.promised_at, l.id
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    missing = [
        name
        for name, lacks in (
            ("weight", head.weight_grams == 0),
            ("unit of measure", not head.unit_of_measure.strip()),
            ("volume", bool(head.volume_cm3 == 0 and head.needs_volume)),
        )
        if lacks
    ]
    losses = [_loss(row, moment) for row in rows]
    rework = rework_cents_of(DQ_MASTER.effort_minutes, policy)
    impact = impact_of(
        losses, effort_minutes=DQ_MASTER.effort_minutes, rework_cents=rework, assumed=("blocked_share",)
    )
    fields = "+".join(name.replace(" ", "_") for name in missing)
    name = head.sku or head.entity_id
    units = sum(row.open_quantity for row in rows)
    lines = f"{len(rows)} open line" + ("" if len(rows) == 1 else "s")
    this = (EntityKind.ITEM, head.entity_id)
    seen = {"entity": this, "source": head.source, "as_of_ms": head.observed_at}
    return Finding(
        case_type=DQ_MASTER,
        entity=EntityRef(kind=EntityKind.ITEM, entity_id=head.entity_id),
        title=f"{name} has no {' and no '.join(missing)}",
        consequence=(
            f"{name} has no {' and no '.join(missing)}: {lines} ({units} ea) cannot be rated, packed or "
            "billed rightly until the master data is filled in."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"item/{head.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, head.promised_at, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"master:{fields}",
        evidence=(
            fact("missing_fields", ", ".join(missing), **seen),
            fact("lines_blocked", len(rows), unit="lines"),
            fact("open_quantity", units, unit="units"),
        ),
        order_ids=distinct([row.order_id for row in rows]),
        node_id=head.ship_from_node_id,
        breach_at=from_ms(head.promised_at),
        sources=(head.source,),
    )


def _loss(row: Row[Any], moment: Moment) -> LineLoss:
    """A share of what the line loses if it cannot go on: most goods are shipped by guess in the end."""
    full = blocked_line_loss(
        key=row.line_id,
        value_cents=row.open_quantity * row.unit_price_cents,
        margin_cents=row.open_quantity * (row.unit_price_cents - row.landed_cost_cents),
        promised_ms=row.promised_at,
        hour_ms=moment.hour_ms,
        sla=sla_of(row),
        policy=moment.policy,
    )
    share_bp = moment.policy.setting("master_blocked_bp")
    return replace(
        full,
        penalty_cents=full.penalty_cents * share_bp // BP,
        margin_cents=full.margin_cents * share_bp // BP,
        low_cents=0,
    )


RULE = Rule(
    case_type=DQ_MASTER,
    sql=_SQL,
    wakes=("item>item", "order_line>item", "sales_order>item", "customer>item"),
    assess=_assess,
)
