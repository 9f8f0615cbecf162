"""Rule of the warehouse: a pick closed with less than requested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, text

from app.detection.finding import Finding, Moment, Rule
from app.detection.money import days_between, impact_of, line_loss, severity_of, sla_of
from app.detection.phrasing import distinct, fact, iso
from app.store.instants import from_ms
from domain.catalogue.warehouse import WH_PICK_SHORT
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

# A short pick is made good when the picks of its line add up to what was ordered.
_PICK_SHORT = text("""
SELECT t.id AS entity_id, t.order_id, t.line_id, t.item_id, t.node_id, t.bin_code,
       t.requested_quantity, t.picked_quantity, t.due_at, t.status, t.source, t.observed_at,
       o.number, o.source AS order_source, l.position, l.unit_price_cents, i.sku, i.landed_cost_cents,
       n.name AS node_name,
       c.tier, c.late_penalty_bp_per_day, c.fixed_penalty_cents, c.penalty_cap_bp,
       c.cancel_probability_bp
  FROM pick_task t
  LEFT JOIN sales_order o ON o.id = t.order_id
  LEFT JOIN order_line l ON l.id = t.line_id AND l.deleted_at IS NULL
  LEFT JOIN customer c ON c.id = o.customer_id AND c.deleted_at IS NULL
  LEFT JOIN item i ON i.id = t.item_id AND i.deleted_at IS NULL
  LEFT JOIN node n ON n.id = t.node_id
 WHERE t.deleted_at IS NULL AND t.status IN ('short', 'done') AND t.picked_quantity < t.requested_quantity
   AND COALESCE(o.status, 'released') NOT IN ('shipped', 'invoiced', 'cancelled')
   AND (l.id IS NULL
        OR l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity
           AND (SELECT SUM(s.picked_quantity) FROM pick_task s
                 WHERE s.line_id = t.line_id AND s.deleted_at IS NULL AND s.status <> 'cancelled')
               < l.ordered_quantity)
 ORDER BY t.id
""")


def _select(connection: Connection, _moment: Moment) -> Sequence[Row[Any]]:
    return connection.execute(_PICK_SHORT).all()


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    missing = row.requested_quantity - row.picked_quantity
    price = row.unit_price_cents or 0
    landed = price if row.landed_cost_cents is None else row.landed_cost_cents
    loss = line_loss(
        key=row.line_id,
        value_cents=missing * price,
        margin_cents=missing * (price - landed),
        days=max(1, days_between(row.due_at, moment.hour_ms)),
        sla=sla_of(row),
    )
    rework = WH_PICK_SHORT.effort_minutes * moment.policy.planner_cents_per_minute
    impact = impact_of(
        [loss], effort_minutes=WH_PICK_SHORT.effort_minutes, rework_cents=rework, assumed=("days_late",)
    )
    number = row.number or row.order_id
    where = row.node_name or row.node_id
    task = {"source": row.source, "as_of_ms": row.observed_at}
    this = (EntityKind.PICK_TASK, row.entity_id)
    return Finding(
        case_type=WH_PICK_SHORT,
        entity=EntityRef(kind=EntityKind.PICK_TASK, entity_id=row.entity_id),
        title=f"{number} picked {missing} ea short at {where}",
        consequence=(
            f"Bin {row.bin_code} at {where} gave {row.picked_quantity} of {row.requested_quantity} ea of "
            f"{row.sku or row.item_id} for {number}; {missing} ea miss the cut-off of "
            f"{iso(row.due_at)[11:16]} UTC."
        ),
        impact=impact,
        losses=((loss.key, loss.loss_cents), (f"pick_task/{row.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, row.due_at, moment.hour_ms, moment.policy),
        correlation_key=f"pick:{row.node_id}:{row.bin_code}",
        evidence=(
            fact("requested_quantity", row.requested_quantity, unit="units", entity=this, **task),
            fact("picked_quantity", row.picked_quantity, unit="units", entity=this, **task),
            fact("bin_code", row.bin_code, entity=this, **task),
            fact("due_at", iso(row.due_at), entity=this, **task),
        ),
        order_ids=(row.order_id,),
        node_id=row.node_id,
        breach_at=from_ms(row.due_at),
        sources=distinct([row.source, row.order_source]),
    )


PICK_SHORT_RULE = Rule(
    case_type=WH_PICK_SHORT,
    reads=frozenset(
        {
            EntityKind.PICK_TASK,
            EntityKind.SALES_ORDER,
            EntityKind.ORDER_LINE,
            EntityKind.CUSTOMER,
            EntityKind.ITEM,
        }
    ),
    select=_select,
    assess=_assess,
)
