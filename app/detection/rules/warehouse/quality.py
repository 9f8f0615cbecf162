"""WH-QC: what was picked failed its check, and no good pick makes up for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.warehouse.pick_rows import (
    TASK_MONEY_WAKES,
    clock_words,
    pick_losses,
    place_of,
    sources_of,
    where_picked,
    with_picks,
)
from app.store.instants import from_ms
from domain.catalogue.warehouse import WH_QC
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

# Failed units are made up for when the good picks of the line add up to what was ordered, or when picks
# released after the failed one, for no more than it held, bring as much.
_SQL = with_picks("""
SELECT t.id AS entity_id,
       COALESCE((SELECT MAX(a.lot_id) FROM allocation a
                  WHERE a.line_id = t.line_id AND a.node_id = t.node_id AND a.deleted_at IS NULL), '')
       AS lot_id, @columns
  FROM (SELECT id FROM pick_task INDEXED BY det_task_failed
         WHERE {scope:id} AND deleted_at IS NULL AND quality = 'failed') h
  CROSS JOIN pick_task t ON t.id = h.id
  @joins
 WHERE t.status <> 'cancelled' AND @wanted
   AND {runs(node=t.node_id, customer=o.customer_id, category=i.category)}
   AND (l.id IS NULL
        OR l.shipped_quantity < l.ordered_quantity
           AND (SELECT COALESCE(SUM(s.picked_quantity), 0) FROM pick_task s
                 WHERE s.line_id = t.line_id AND s.deleted_at IS NULL AND s.status <> 'cancelled'
                   AND s.quality <> 'failed')
               < l.ordered_quantity)
   AND (SELECT COALESCE(SUM(s.picked_quantity), 0) FROM pick_task s
         WHERE s.line_id = t.line_id AND s.id <> t.id AND s.deleted_at IS NULL AND s.status <> 'cancelled'
           AND s.quality <> 'failed' AND s.released_at > t.released_at
           AND s.requested_quantity <= MAX(t.picked_quantity, 1))
       < MAX(t.picked_quantity, 1)
 ORDER BY t.id
""")


def _failed_units(row: Row[Any]) -> int:
    return int(row.picked_quantity) or int(row.requested_quantity)


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    rework = rework_cents_of(WH_QC.effort_minutes, moment.policy)
    losses = pick_losses(rows[:1], moment, units=_failed_units)
    impact = impact_of(
        losses, effort_minutes=WH_QC.effort_minutes, rework_cents=rework, assumed=("days_late",)
    )
    number = row.number or row.order_id
    task = {"source": row.source, "as_of_ms": row.observed_at, "entity": (EntityKind.PICK_TASK, row.task_id)}
    lot = (EntityRef(kind=EntityKind.LOT, entity_id=row.lot_id),) if row.lot_id else ()
    return Finding(
        case_type=WH_QC,
        entity=EntityRef(kind=EntityKind.PICK_TASK, entity_id=row.entity_id),
        title=f"{number} failed its check at {place_of(row)}",
        consequence=(
            f"{_failed_units(row)} ea of {row.sku or row.item_id} from bin {row.bin_code} at {place_of(row)} "
            f"failed the check; {number} misses the cut-off of {clock_words(row.due_at)} unless good units "
            "are picked instead."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"pick_task/{row.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, row.due_at, moment.hour_ms, moment.policy, tier=row.tier),
        correlation_key=f"qc:{row.node_id}",
        evidence=(
            fact("picked_quantity", row.picked_quantity, unit="units", **task),
            fact("quality", row.quality, **task),
            fact("reason_code", row.reason_code or "none", **task),
            fact("lot_id", row.lot_id or "none", **task),
            fact("bin_code", row.bin_code, **task),
            fact("due_at", iso(row.due_at), **task),
        ),
        order_ids=(row.order_id,),
        node_id=row.node_id,
        breach_at=from_ms(row.due_at),
        responsible_at=from_ms(row.due_at),
        sources=sources_of(rows),
        about=(*lot, *where_picked(row)),
    )


RULE = Rule(
    case_type=WH_QC,
    sql=_SQL,
    wakes=("pick_task>task", "allocation>task", *TASK_MONEY_WAKES),
    assess=_assess,
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_task_failed ON pick_task (id)"
            " WHERE deleted_at IS NULL AND quality = 'failed'"
        ),
    ),
)
