"""WH-LATE-START: picks of a wave are released and not started although their latest start has passed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.warehouse.pick_rows import (
    best_tier,
    clock_words,
    node_ref,
    orders_of,
    pick_losses,
    place_of,
    sources_of,
    with_picks,
)
from app.store.instants import from_ms
from domain.catalogue.warehouse import WH_LATE_START
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_MS_PER_MINUTE = 60_000
_SQL = with_picks("""
SELECT t.node_id || '|' || t.wave_id AS entity_id, @columns
  FROM (SELECT id FROM pick_task INDEXED BY det_task_unstarted
         WHERE {scope:CAST(node_id || '|' || wave_id AS TEXT)} AND deleted_at IS NULL AND status = 'released'
           AND wave_id <> '' AND due_at - work_minutes * 60000 <= :now) h
  CROSS JOIN pick_task t ON t.id = h.id
  @joins
 WHERE @wanted AND {runs(node=t.node_id, customer=o.customer_id, category=i.category)}
 ORDER BY t.node_id || '|' || t.wave_id, t.due_at, t.id
""")


def _latest_start(row: Row[Any]) -> int:
    return int(row.due_at) - int(row.work_minutes) * _MS_PER_MINUTE


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    losses = pick_losses(rows, moment)
    rework = rework_cents_of(WH_LATE_START.effort_minutes, moment.policy)
    impact = impact_of(
        losses, effort_minutes=WH_LATE_START.effort_minutes, rework_cents=rework, assumed=("days_late",)
    )
    latest = min(_latest_start(row) for row in rows)
    work = sum(row.work_minutes for row in rows)
    orders = orders_of(rows)
    task = {"source": head.source, "as_of_ms": head.observed_at}
    return Finding(
        case_type=WH_LATE_START,
        entity=EntityRef(kind=EntityKind.WAVE, entity_id=head.entity_id),
        title=f"Wave {head.wave_id} at {place_of(head)} not started",
        consequence=(
            f"{len(rows)} picks ({work} min of work) of wave {head.wave_id} at {place_of(head)} should have "
            f"begun by {clock_words(latest)}; {len(orders)} orders miss the cut-off of "
            f"{clock_words(head.due_at)} unless pickers move to it now."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"wave/{head.entity_id}", rework)),
        severity=severity_of(
            impact.loss_cents, head.due_at, moment.hour_ms, moment.policy, tier=best_tier(rows)
        ),
        correlation_key=f"floor:{head.node_id}",
        evidence=(
            fact("late_picks", len(rows), unit="picks", **task),
            fact("latest_start_at", iso(latest), entity=(EntityKind.PICK_TASK, head.task_id), **task),
            fact("due_at", iso(head.due_at), entity=(EntityKind.PICK_TASK, head.task_id), **task),
            fact("work_minutes", work, unit="minutes", **task),
        ),
        order_ids=orders,
        node_id=head.node_id,
        breach_at=from_ms(head.due_at),
        responsible_at=from_ms(head.due_at),
        sources=sources_of(rows),
        about=(node_ref(head.node_id),),
    )


RULE = Rule(
    case_type=WH_LATE_START,
    sql=_SQL,
    wakes=(
        "pick_task>wave",
        "sales_order>wave",
        "order_line>wave",
        "customer>wave",
        "item>wave",
        "node>wave",
    ),
    assess=_assess,
    flips=(
        (
            "SELECT node_id || '|' || wave_id FROM pick_task INDEXED BY det_task_latest_start"
            " WHERE deleted_at IS NULL AND status = 'released' AND wave_id <> ''"
            " AND due_at - work_minutes * 60000 > :earlier AND due_at - work_minutes * 60000 <= :later"
        ),
    ),
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_task_unstarted ON pick_task"
            " (CAST(node_id || '|' || wave_id AS TEXT), due_at, work_minutes, wave_id, status, deleted_at)"
            " WHERE deleted_at IS NULL AND status = 'released' AND wave_id <> ''"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_task_latest_start ON pick_task"
            " (due_at - work_minutes * 60000, node_id, wave_id)"
            " WHERE deleted_at IS NULL AND status = 'released' AND wave_id <> ''"
        ),
    ),
)
