"""WH-OUTAGE: while picks wait, nothing is picked in hours in which much was picked on other days.

Time zone, shifts and breaks of a node are not known to SQL; they are read off its own history. Silence
begins with the last event, or when enough picks began to wait, whichever is later, and is known as far as
the feed has been read. It means something once the same hours of the last seven days saw, on average, as
many picks as the policy says: the night, the lunch and the slow morning count for as little as they are
worth. Working weekdays are the node's, by the sun at its longitude. The clock of the rule moves in minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.warehouse.pick_rows import (
    DUE_PICKS_INDEX,
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
_DAY = "86400000"
# Picks that were begun or closed; records that the source has since removed are history all the same.
_SCANS = "pick_task t INDEXED BY det_task_scan WHERE t.node_id = n.id AND t.status IN"
_WAITING = "pick_task t INDEXED BY det_task_waiting WHERE t.node_id = n.id AND t.deleted_at IS NULL"
_SQL = (
    with_picks("""
WITH site AS MATERIALIZED (
  SELECT n.id,
         (SELECT MAX(t.updated_at) FROM @scans ('started', 'done', 'short')) AS last_at,
         (SELECT COALESCE(t.released_at, t.updated_at) FROM @waiting AND t.status = 'released'
             AND t.due_at > @minute - {setting:outage_due_hours} * 3600000
             AND t.due_at <= @minute + {setting:outage_due_hours} * 3600000
           ORDER BY COALESCE(t.released_at, t.updated_at) LIMIT 1 OFFSET {setting:outage_least_picks} - 1)
         AS waiting_since,
         (SELECT MAX(e.opened_at) FROM exception_case e
           WHERE e.entity_kind = 'node' AND e.entity_id = n.id AND e.code = 'WH-OUTAGE'
             AND e.closed_at IS NULL) AS declared_at,
         EXISTS (SELECT 1 FROM json_each(n.working_weekdays) j
                  WHERE j.value = (strftime('%w', (@minute + n.longitude_micro * 6 / 25) / 1000, 'unixepoch')
                                   + 6) % 7) AS works_today,
         MIN(@minute, COALESCE((SELECT q.last_success_at / 60000 * 60000 FROM source_state q
           WHERE q.source = (SELECT t.source FROM @waiting AND t.status = 'released' LIMIT 1)), @minute))
         AS known_until
    FROM node n WHERE {scope:n.id} AND n.deleted_at IS NULL AND {runs(node=n.id)}
     AND EXISTS (SELECT 1 FROM @waiting AND t.status = 'released')),
silent AS MATERIALIZED (
  SELECT n.*, MAX(n.last_at, n.waiting_since) AS silent_since,
         (SELECT MIN(t.updated_at) FROM @scans ('started', 'done', 'short')
            AND t.updated_at > n.known_until - 8 * @day) AS first_at,
         (SELECT MIN(t.updated_at) FROM @scans ('started', 'done', 'short')
            AND t.updated_at > n.declared_at - {setting:outage_least_minutes} * 60000) AS resumed_at
    FROM site n WHERE n.last_at IS NOT NULL),
compared AS MATERIALIZED (
  SELECT n.*, MIN(7, (n.known_until - n.first_at) / @day) AS days,
         (SELECT COUNT(*)
            FROM (SELECT 1 AS k UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
                  UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7) d
           CROSS JOIN @scans ('started', 'done', 'short')
             AND t.updated_at > n.silent_since - d.k * @day AND t.updated_at <= n.known_until - d.k * @day)
         AS usual_picks
    FROM silent n)
SELECT x.id AS entity_id, x.last_at, COALESCE(x.silent_since, x.last_at) AS silent_since, x.usual_picks,
       MAX(x.days, 1) AS days, @columns
  FROM compared x
  CROSS JOIN pick_task t INDEXED BY det_task_due ON t.node_id = x.id AND t.deleted_at IS NULL
   AND t.status IN ('released', 'started')
  @joins
 WHERE x.works_today AND x.days > 0
       AND x.known_until - x.silent_since >= {setting:outage_least_minutes} * 60000
       AND x.usual_picks >= x.days * {setting:outage_usual_picks}
    OR x.declared_at IS NOT NULL
       AND (x.resumed_at IS NULL OR x.resumed_at > @minute - {setting:outage_resume_minutes} * 60000)
 ORDER BY x.id, t.due_at, t.id
""")
    .replace("@minute", _MINUTE)
    .replace("@scans", _SCANS)
    .replace("@waiting", _WAITING)
    .replace("@day", _DAY)
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
    usual = head.usual_picks // head.days
    return Finding(
        case_type=WH_OUTAGE,
        entity=node_ref(head.entity_id),
        title=f"{place_of(head)} stands still since {clock_words(head.last_at)}",
        consequence=(
            f"Nothing was picked at {place_of(head)} since {clock_words(head.last_at)} (in these hours of "
            f"other days: {usual} picks), while {len(rows)} picks of {len(orders)} orders wait; the first "
            f"are due at {clock_words(head.due_at)}. Call the site and send new orders elsewhere."
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
            fact("usual_picks", usual, unit="picks", **task),
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
    wakes=(
        "pick_task>node",
        "node>node",
        "customer>node",
        "item>node",
        "order_line>node",
        "sales_order>node",
    ),
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
            "CREATE INDEX IF NOT EXISTS det_task_scan ON pick_task (node_id, updated_at, status)"
            " WHERE status IN ('started', 'done', 'short')"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_task_waiting ON pick_task"
            " (node_id, COALESCE(released_at, updated_at), due_at, status, deleted_at)"
            " WHERE deleted_at IS NULL AND status = 'released'"
        ),
        DUE_PICKS_INDEX,
    ),
)
