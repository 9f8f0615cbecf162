"""OE-LATE-CHANGE: a change or cancellation is open while what it changes is in the warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import BP, rework_cents_of, severity_of
from app.detection.phrasing import distinct, fact, iso, money_words
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.indexes import partial_index
from app.detection.rules.order_entry.orders import OPEN, OPEN_LINE
from app.store.instants import from_ms
from domain.cases import Impact
from domain.catalogue.order_entry import OE_LATE_CHANGE
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from domain.cases import Fact

# One row for each line with picks; a request without a line is about the whole order.
_SQL = f"""
SELECT h.id AS entity_id, h.change, h.new_quantity, h.requested_at, h.source, h.observed_at,
       o.id AS order_id, o.number, o.customer_id, o.promised_at, c.name AS customer_name, c.tier,
       l.id AS line_id, l.item_id, l.ordered_quantity, l.unit_price_cents, t.node_id, t.wave_id, t.bin_code,
       COUNT(*) AS picks, SUM(t.picked_quantity) AS picked_quantity, MIN(t.due_at) AS due_at,
       t.source AS pick_source, MAX(t.observed_at) AS pick_observed_at
  FROM order_change h {{full:INDEXED BY det_change_open}}
 CROSS JOIN sales_order o ON o.id = h.order_id
 CROSS JOIN pick_task t INDEXED BY pick_task_by_order ON t.order_id = h.order_id
 CROSS JOIN order_line l ON l.id = t.line_id
  LEFT JOIN customer c ON c.id = o.customer_id AND c.deleted_at IS NULL
 WHERE {{scope:h.id}} AND h.deleted_at IS NULL AND h.status = 'open'
   AND o.deleted_at IS NULL AND o.status IN {OPEN}
   AND t.deleted_at IS NULL AND t.status <> 'cancelled' AND (h.line_id IS NULL OR h.line_id = t.line_id)
   AND {OPEN_LINE} AND {{runs(node=t.node_id, customer=o.customer_id)}}
 GROUP BY h.id, l.id
 ORDER BY h.id, l.id
"""  # noqa: S608 - constants only


def _unwanted(row: Row[Any]) -> int:
    """Units of the line that the customer does not want any more."""
    kept: int = 0 if row.change == "cancel" or row.new_quantity is None else row.new_quantity
    return max(0, int(row.ordered_quantity) - kept)


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    rework = rework_cents_of(OE_LATE_CHANGE.effort_minutes, policy)
    values = [(row.line_id, _unwanted(row) * row.unit_price_cents) for row in rows]
    cost_bp = policy.setting("return_cost_bp")
    losses = [(line, cents * cost_bp // BP) for line, cents in values]
    goods, value = sum(cents for _, cents in losses), sum(cents for _, cents in values)
    picked = sum(row.picked_quantity for row in rows)
    due = min(row.due_at for row in rows)
    what = "cancel it" if head.change == "cancel" else f"have {head.new_quantity or 'something else'}"
    return Finding(
        case_type=OE_LATE_CHANGE,
        entity=EntityRef(kind=EntityKind.ORDER_CHANGE, entity_id=head.entity_id),
        title=f"{head.number} to be changed after release",
        consequence=(
            f"{head.customer_name or head.customer_id} wants to {what}, but {picked} ea of {head.number} are "
            f"picked and more is released; unwanted goods of {money_words(value)} leave at "
            f"{iso(due)[11:16]} UTC."
        ),
        impact=Impact(
            loss_cents=goods + rework,
            low_cents=0,
            high_cents=max(goods, value) + rework,
            avoidable_cents=goods,
            effort_minutes=OE_LATE_CHANGE.effort_minutes,
            rework_cents=goods + rework,
        ),
        losses=(*losses, (f"order_change/{head.entity_id}", rework)),
        severity=severity_of(goods + rework, due, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"late-change:{head.node_id}",
        evidence=_evidence(head, rows, picked),
        order_ids=(head.order_id,),
        node_id=head.node_id,
        breach_at=from_ms(due),
        responsible_at=from_ms(due),
        sources=distinct([head.source, head.pick_source]),
        about=tuple(EntityRef(kind=EntityKind.ORDER_LINE, entity_id=row.line_id) for row in rows),
    )


def _evidence(head: Row[Any], rows: Sequence[Row[Any]], picked: int) -> tuple[Fact, ...]:
    asked = {
        "source": head.source,
        "as_of_ms": head.observed_at,
        "entity": (EntityKind.ORDER_CHANGE, head.entity_id),
    }
    floor = {"source": head.pick_source, "as_of_ms": head.pick_observed_at}
    return (
        fact("change", head.change, **asked),
        fact("requested_at", iso(head.requested_at), **asked),
        fact("picks", sum(row.picks for row in rows), unit="picks", **floor),
        fact("picked_quantity", picked, unit="units", **floor),
        fact("new_quantity", "none" if head.new_quantity is None else head.new_quantity, **asked),
    )


RULE = Rule(
    case_type=OE_LATE_CHANGE,
    sql=_SQL,
    wakes=(
        "order_change>change",
        "pick_task>change",
        "sales_order>change",
        "order_line>change",
        "customer>change",
    ),
    assess=_assess,
    indexes=(
        partial_index("det_change_open", "order_change (id)", "status = 'open' AND deleted_at IS NULL"),
    ),
)
