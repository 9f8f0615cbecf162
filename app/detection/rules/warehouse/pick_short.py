"""WH-PICK-SHORT: a pick closed with less than requested, and nothing makes it good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.warehouse.pick_rows import (
    TASK_MONEY_WAKES,
    clock_words,
    open_units,
    pick_losses,
    place_of,
    sources_of,
    where_picked,
    with_picks,
)
from app.store.instants import from_ms
from domain.catalogue.warehouse import WH_PICK_SHORT
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

# A short pick is made good when the picks of its line add up to what was ordered, or when picks released
# after it for no more than the rest bring the rest.
_SQL = with_picks("""
SELECT t.id AS entity_id, @columns
  FROM (SELECT id FROM pick_task INDEXED BY det_task_short
         WHERE {scope:id} AND deleted_at IS NULL AND status IN ('short', 'done')
           AND picked_quantity < requested_quantity) h
  CROSS JOIN pick_task t ON t.id = h.id
  @joins
 WHERE @wanted AND {runs(node=t.node_id, customer=o.customer_id, category=i.category)}
   AND (l.id IS NULL
        OR l.shipped_quantity < l.ordered_quantity
           AND (SELECT SUM(s.picked_quantity) FROM pick_task s
                 WHERE s.line_id = t.line_id AND s.deleted_at IS NULL AND s.status <> 'cancelled')
               < l.ordered_quantity)
   AND (SELECT COALESCE(SUM(s.picked_quantity), 0) FROM pick_task s
         WHERE s.line_id = t.line_id AND s.id <> t.id AND s.deleted_at IS NULL AND s.status <> 'cancelled'
           AND s.released_at > t.released_at
           AND s.requested_quantity <= t.requested_quantity - t.picked_quantity)
       < t.requested_quantity - t.picked_quantity
 ORDER BY t.id
""")


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    missing = open_units(row)
    rework = rework_cents_of(WH_PICK_SHORT.effort_minutes, moment.policy)
    losses = pick_losses(rows[:1], moment)
    impact = impact_of(
        losses, effort_minutes=WH_PICK_SHORT.effort_minutes, rework_cents=rework, assumed=("days_late",)
    )
    number = row.number or row.order_id
    task = {"source": row.source, "as_of_ms": row.observed_at, "entity": (EntityKind.PICK_TASK, row.task_id)}
    return Finding(
        case_type=WH_PICK_SHORT,
        entity=EntityRef(kind=EntityKind.PICK_TASK, entity_id=row.entity_id),
        title=f"{number} picked {missing} ea short at {place_of(row)}",
        consequence=(
            f"Bin {row.bin_code} at {place_of(row)} gave {row.picked_quantity} of {row.requested_quantity} "
            f"ea of {row.sku or row.item_id} for {number}; {missing} ea miss the cut-off of "
            f"{clock_words(row.due_at)}."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"pick_task/{row.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, row.due_at, moment.hour_ms, moment.policy, tier=row.tier),
        correlation_key=f"pick:{row.node_id}:{row.bin_code}",
        evidence=(
            fact("requested_quantity", row.requested_quantity, unit="units", **task),
            fact("picked_quantity", row.picked_quantity, unit="units", **task),
            fact("bin_code", row.bin_code, **task),
            fact("due_at", iso(row.due_at), **task),
            fact("reason_code", row.reason_code or "none", **task),
        ),
        order_ids=(row.order_id,),
        node_id=row.node_id,
        breach_at=from_ms(row.due_at),
        responsible_at=from_ms(row.due_at),
        sources=sources_of(rows),
        about=where_picked(row),
    )


RULE = Rule(
    case_type=WH_PICK_SHORT,
    sql=_SQL,
    wakes=("pick_task>task", *TASK_MONEY_WAKES),
    assess=_assess,
    indexes=(
        "CREATE INDEX IF NOT EXISTS det_task_item ON pick_task (item_id)",
        (
            "CREATE INDEX IF NOT EXISTS det_task_short ON pick_task (id) WHERE deleted_at IS NULL"
            " AND status IN ('short', 'done') AND picked_quantity < requested_quantity"
        ),
    ),
)
