"""WH-OUTAGE: within the shift, while picks wait, nothing was picked for far longer than is usual.

Time zone and calendar of a node are not known to SQL; both are read off its work. Work that is due within
the shift says that the node works today. When it works is taken from its last seven days: on each of them,
when did it begin after the clock time of its last event (or of twelve hours ago)? The second latest answer
counts, so that one odd day does not. Silence counts from the last event, from when
enough picks were waiting, and from when work usually begins, whichever is latest; and only as far as the
feed has been read. The clock of the rule moves in minutes.
"""

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
from domain.catalogue.warehouse import WH_OUTAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_MINUTE = ":now / 60000 * 60000"
_SCANS = (
    "pick_task t INDEXED BY det_task_scan WHERE t.node_id = n.id AND t.deleted_at IS NULL AND t.status IN"
)
_SQL = (
    with_picks("""
WITH site AS MATERIALIZED (
  SELECT n.id, n.name,
         (SELECT MAX(t.updated_at) FROM @scans ('started', 'done', 'short')) AS last_at,
         (SELECT COALESCE(t.released_at, t.updated_at) FROM pick_task t INDEXED BY det_task_waiting
           WHERE t.node_id = n.id AND t.deleted_at IS NULL AND t.status = 'released'
             AND t.due_at > @minute AND t.due_at <= @minute + {setting:shift_minutes} * 60000
           ORDER BY 1 LIMIT 1 OFFSET {setting:outage_least_picks} - 1) AS waiting_since,
         (SELECT MAX(t.due_at) FROM pick_task t INDEXED BY det_task_waiting
           WHERE t.node_id = n.id AND t.deleted_at IS NULL AND t.status = 'released'
             AND t.due_at <= @minute + {setting:shift_minutes} * 60000) - {setting:shift_minutes} * 60000
         AS shift_began_at,
         (SELECT MAX(e.opened_at) FROM exception_case e
           WHERE e.entity_kind = 'node' AND e.entity_id = n.id AND e.code = 'WH-OUTAGE'
             AND e.closed_at IS NULL) AS declared_at,
         MIN(@minute, COALESCE((SELECT q.last_success_at / 60000 * 60000 FROM source_state q
           WHERE q.source = (SELECT t.source FROM pick_task t INDEXED BY det_task_waiting
                              WHERE t.node_id = n.id AND t.deleted_at IS NULL AND t.status = 'released'
                              LIMIT 1)), @minute)) AS known_until
    FROM node n WHERE {scope:n.id} AND n.deleted_at IS NULL AND {runs(node=n.id)}
     AND EXISTS (SELECT 1 FROM pick_task t INDEXED BY det_task_waiting
                  WHERE t.node_id = n.id AND t.deleted_at IS NULL AND t.status = 'released')),
paced AS MATERIALIZED (
  SELECT n.*,
         (SELECT began FROM (
            SELECT d.k * 86400000 + (SELECT MIN(t.updated_at) FROM @scans ('started', 'done', 'short')
                                      AND t.updated_at > MAX(n.last_at, n.known_until - 43200000)
                                                        - d.k * 86400000
                                      AND t.updated_at <= n.known_until - d.k * 86400000) AS began
              FROM (SELECT 1 AS k UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
                    UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7) d)
           WHERE began IS NOT NULL ORDER BY began DESC LIMIT 1 OFFSET 1) AS usually_at,
         COALESCE(
           (SELECT gap FROM (
              SELECT y.updated_at - LAG(y.updated_at) OVER (ORDER BY y.updated_at) AS gap
                FROM (SELECT t.updated_at FROM @scans ('started', 'done', 'short')
                       ORDER BY t.updated_at DESC LIMIT 200) y)
             WHERE gap < {setting:outage_closed_hours} * 3600000 ORDER BY gap DESC LIMIT 1 OFFSET 2),
           {setting:outage_default_gap_minutes} * 60000) AS usual_gap,
         (SELECT MIN(t.updated_at) FROM @scans ('started', 'done', 'short')
            AND t.updated_at > n.declared_at - {setting:outage_least_minutes} * 60000) AS resumed_at
    FROM site n),
silent AS MATERIALIZED (
  SELECT p.*, MAX(p.last_at, p.waiting_since, COALESCE(p.usually_at, p.shift_began_at)) AS silent_since
    FROM paced p WHERE p.last_at IS NOT NULL)
SELECT x.id AS entity_id, x.last_at, x.silent_since, x.usual_gap, x.known_until, @columns
  FROM silent x
  CROSS JOIN pick_task t INDEXED BY det_task_due ON t.node_id = x.id AND t.deleted_at IS NULL
   AND t.status IN ('released', 'started')
  @joins
 WHERE x.known_until - x.silent_since >= MAX({setting:outage_gap_multiple} * x.usual_gap,
                                             {setting:outage_least_minutes} * 60000)
    OR x.declared_at IS NOT NULL
       AND (x.resumed_at IS NULL OR x.resumed_at > @minute - {setting:outage_resume_minutes} * 60000)
 ORDER BY x.id, t.due_at, t.id
""")
    .replace("@minute", _MINUTE)
    .replace("@scans", _SCANS)
)


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    losses = pick_losses(rows, moment)
    rework = rework_cents_of(WH_OUTAGE.effort_minutes, moment.policy)
    impact = impact_of(
        losses, effort_minutes=WH_OUTAGE.effort_minutes, rework_cents=rework, assumed=("days_late",)
    )
    orders = orders_of(rows)
    task = {"source": head.source, "as_of_ms": head.observed_at}
    usual = head.usual_gap // 60_000
    return Finding(
        case_type=WH_OUTAGE,
        entity=node_ref(head.entity_id),
        title=f"{place_of(head)} stands still since {clock_words(head.last_at)}",
        consequence=(
            f"Nothing was picked at {place_of(head)} since {clock_words(head.last_at)} (usual pause: up to "
            f"{usual} min), while {len(rows)} picks of {len(orders)} orders wait; the first are due at "
            f"{clock_words(head.due_at)}. Call the site and send new orders elsewhere."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"node/{head.entity_id}", rework)),
        severity=severity_of(
            impact.loss_cents, head.due_at, moment.hour_ms, moment.policy, tier=best_tier(rows)
        ),
        correlation_key=f"outage:{head.entity_id}",
        evidence=(
            fact("last_event_at", iso(head.last_at), **task),
            fact("silent_since", iso(head.silent_since), **task),
            fact("usual_gap_minutes", usual, unit="minutes", **task),
            fact("open_picks", len(rows), unit="picks", **task),
            fact("due_at", iso(head.due_at), **task),
        ),
        order_ids=orders,
        node_id=head.entity_id,
        breach_at=from_ms(head.due_at),
        responsible_at=from_ms(head.due_at),
        sources=sources_of(rows),
        about=(node_ref(head.entity_id),),
    )


RULE = Rule(
    case_type=WH_OUTAGE,
    sql=_SQL,
    wakes=("pick_task>node", "node>node"),
    assess=_assess,
    flips=(
        (
            "SELECT n.id FROM node n WHERE :later / 60000 > :earlier / 60000"
            " AND EXISTS (SELECT 1 FROM pick_task t INDEXED BY det_task_waiting"
            " WHERE t.node_id = n.id AND t.deleted_at IS NULL AND t.status = 'released')"
        ),
    ),
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_task_scan ON pick_task (node_id, updated_at)"
            " WHERE deleted_at IS NULL AND status IN ('started', 'done', 'short')"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_task_waiting ON pick_task (node_id, due_at)"
            " WHERE deleted_at IS NULL AND status = 'released'"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_task_due ON pick_task"
            " (node_id, due_at, requested_quantity, picked_quantity)"
            " WHERE deleted_at IS NULL AND status IN ('released', 'started')"
        ),
    ),
)
