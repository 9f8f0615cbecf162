"""GV-ROLLBACK: an action was carried out and the case was handed back, its effect unseen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.governance.clock import WATCHED
from app.store.instants import from_ms
from domain.cases import Impact, Severity
from domain.catalogue.governance import GV_ROLLBACK
from domain.ids import EntityKind, EntityRef

# The last time it was handed back in this episode; anything a person did with the case since is a review.
_SQL = """
SELECT e.case_id AS entity_id, e.code, e.title, e.severity, e.loss_cents, e.avoidable_cents, e.owner,
       e.node_id, v.at AS handed_back_at, v.reason, v.actor
  FROM case_event v INDEXED BY det_event_handed_back
  CROSS JOIN exception_case e ON e.case_id = v.case_id AND e.episode = v.episode
 WHERE {scope:v.case_id} AND v.from_state = 'verifying' AND v.to_state = 'in_progress'
   AND e.closed_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM case_event w
         WHERE w.case_id = v.case_id AND w.event_id > v.event_id
           AND (w.actor NOT IN ('detection', 'executor')
                OR (w.from_state = 'verifying' AND w.to_state = 'in_progress')))
   AND {runs(node=e.node_id)}
 ORDER BY e.case_id
"""


def _assess(rows: Sequence[Row[Any]], _moment: Moment) -> Finding:
    row = rows[0]
    breach_ms = row.handed_back_at + GV_ROLLBACK.resolve_minutes * 60_000
    this = (EntityKind.EXCEPTION_CASE, row.entity_id)
    return Finding(
        case_type=GV_ROLLBACK,
        entity=EntityRef(kind=EntityKind.EXCEPTION_CASE, entity_id=row.entity_id),
        title=f"The action on {row.entity_id} had no effect",
        consequence=(
            f"The action on {row.code} {row.entity_id} ({row.title}) was handed back at "
            f"{iso(row.handed_back_at)}: {row.reason} Look at the case before the action is used again."
        ),
        impact=Impact(
            loss_cents=0,
            low_cents=0,
            high_cents=max(0, row.loss_cents),
            avoidable_cents=0,
            effort_minutes=GV_ROLLBACK.effort_minutes,
        ),
        losses=(),
        severity=Severity(max(row.severity, Severity.MEDIUM)),
        correlation_key=f"rollback:{row.code}",
        evidence=(
            fact("case", row.entity_id, entity=this),
            fact("handed_back_at", iso(row.handed_back_at), entity=this),
            fact("why", row.reason or "no reason given", entity=this),
        ),
        node_id=row.node_id,
        breach_at=from_ms(breach_ms),
        about=(EntityRef(kind=EntityKind.EXCEPTION_CASE, entity_id=row.entity_id),),
    )


RULE = Rule(
    case_type=GV_ROLLBACK,
    sql=_SQL,
    wakes=tuple(f"case:{kind.code}>case" for kind in WATCHED),
    assess=_assess,
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_event_handed_back ON case_event (case_id, event_id) "
            "WHERE from_state = 'verifying' AND to_state = 'in_progress'"
        ),
    ),
    money_moves=False,
)
