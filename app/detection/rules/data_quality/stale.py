"""DQ-STALE: a source that is silent, or of which records could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.cases import Impact, Severity
from domain.catalogue.data_quality import DQ_STALE
from domain.ids import EntityKind, EntityRef

# Sources are few: all of them are looked at every time, since each second of silence counts.
_SQL = """
WITH state AS (
  SELECT s.*, :now - COALESCE(s.last_success_at, s.registered_at)
              > {setting:stale_intervals} * s.interval_seconds * 1000 AS silent,
         (SELECT COUNT(*) FROM quarantine q
           WHERE q.source = s.source AND q.resolved_at IS NULL) AS quarantined
    FROM source_state s WHERE {scope:s.source})
SELECT s.source AS entity_id, s.title, s.interval_seconds, s.registered_at, s.last_success_at,
       s.failures_in_row, s.why, s.silent, s.quarantined,
       (SELECT group_concat(DISTINCT q.code) FROM quarantine q
         WHERE q.source = s.source AND q.resolved_at IS NULL) AS codes,
       (SELECT MIN(q.first_seen_at) FROM quarantine q
         WHERE q.source = s.source AND q.resolved_at IS NULL) AS since,
       CASE WHEN s.silent THEN
            COALESCE((SELECT SUM(e.loss_cents) FROM exception_case e
              WHERE e.closed_at IS NULL AND e.code <> 'DQ-STALE'
                AND EXISTS (SELECT 1 FROM json_each(e.sources) j WHERE j.value = s.source)), 0)
            ELSE 0 END AS exposed_cents
  FROM state s
 WHERE s.silent OR s.quarantined > 0
 ORDER BY s.source
"""

_ALWAYS = "SELECT source FROM source_state"


def _assess(rows: Sequence[Row[Any]], _moment: Moment) -> Finding:
    row = rows[0]
    name = row.title or row.entity_id
    since = "never" if row.last_success_at is None else iso(row.last_success_at)
    codes = ", ".join(sorted((row.codes or "").split(",")))
    sentences = []
    if row.silent:
        sentences.append(f"{name} has had no good sync since {since}: what it feeds is unknown, not clear.")
    if row.quarantined:
        plural = "record" if row.quarantined == 1 else "records"
        sentences.append(f"{row.quarantined} {plural} of {name} could not be read ({codes}).")
    if row.why:
        sentences.append(row.why)
    this = (EntityKind.FEED, row.entity_id)
    breach_ms = (row.last_success_at or row.registered_at) if row.silent else row.since
    return Finding(
        case_type=DQ_STALE,
        entity=EntityRef(kind=EntityKind.FEED, entity_id=row.entity_id),
        title=f"{name} is silent" if row.silent else f"{name} gave records that cannot be read",
        consequence=" ".join(sentences),
        impact=Impact(
            loss_cents=0,
            low_cents=0,
            high_cents=row.exposed_cents,
            avoidable_cents=0,
            effort_minutes=DQ_STALE.effort_minutes,
            assumed=("exposure",) if row.silent else (),
        ),
        losses=(),
        severity=Severity.HIGH if row.silent else Severity.MEDIUM,
        correlation_key=f"feed:{row.entity_id}",
        evidence=(
            fact("last_success_at", since, entity=this),
            fact("interval_seconds", row.interval_seconds, unit="seconds", entity=this),
            fact("failures_in_row", row.failures_in_row, entity=this),
            fact("quarantined", row.quarantined, unit="records", entity=this),
            fact("quarantine_codes", codes or "none", entity=this),
            fact("why", row.why or "no reason given", entity=this),
        ),
        breach_at=from_ms(breach_ms),
    )


RULE = Rule(case_type=DQ_STALE, sql=_SQL, wakes=(), assess=_assess, flips=(_ALWAYS,))
