"""Rule of data quality: a source that is silent, or of which records could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, text

from app.detection.finding import Finding, Moment, Rule
from app.detection.phrasing import fact, iso
from app.store.instants import from_ms
from domain.cases import Impact, Severity
from domain.catalogue.data_quality import DQ_STALE
from domain.ids import EntityKind, EntityRef, SourceName

if TYPE_CHECKING:
    from collections.abc import Sequence

_SILENT_SOURCES = text("""
SELECT source FROM source_state
 WHERE :now - COALESCE(last_success_at, registered_at) > :intervals * interval_seconds * 1000
""")

_UNREAD_KINDS = text("""
SELECT DISTINCT k.value FROM source_state s JOIN json_each(s.kinds) k WHERE s.last_success_at IS NULL
""")

_STALE = text("""
WITH held AS (
  SELECT source, COUNT(*) AS records, group_concat(DISTINCT code) AS codes, MIN(first_seen_at) AS since
    FROM quarantine WHERE resolved_at IS NULL GROUP BY source),
state AS (
  SELECT s.*, :now - COALESCE(s.last_success_at, s.registered_at)
              > :intervals * s.interval_seconds * 1000 AS silent
    FROM source_state s)
SELECT s.source AS entity_id, s.title, s.interval_seconds, s.registered_at, s.last_success_at,
       s.failures_in_row, s.why, s.silent, COALESCE(h.records, 0) AS quarantined, h.codes, h.since,
       CASE WHEN s.silent THEN
            COALESCE((SELECT SUM(e.loss_cents) FROM exception_case e
              WHERE e.closed_at IS NULL AND e.code <> 'DQ-STALE'
                AND EXISTS (SELECT 1 FROM json_each(e.sources) j WHERE j.value = s.source)), 0)
            ELSE 0 END AS exposed_cents
  FROM state s LEFT JOIN held h ON h.source = s.source
 WHERE s.silent OR h.records > 0
 ORDER BY s.source
""")


def silent_sources(connection: Connection, moment: Moment) -> frozenset[SourceName]:
    """The sources without a good sync for too long: what rests on them is unknown, not clear."""
    values = {"now": moment.now_ms, "intervals": moment.policy.stale_intervals}
    return frozenset(SourceName(name) for name in connection.execute(_SILENT_SOURCES, values).scalars())


def unread_kinds(connection: Connection) -> frozenset[EntityKind]:
    """The kinds of which a source has never been read to its end: nothing can be concluded from them."""
    return frozenset(EntityKind(kind) for kind in connection.execute(_UNREAD_KINDS).scalars())


def _select(connection: Connection, moment: Moment) -> Sequence[Row[Any]]:
    values = {"now": moment.now_ms, "intervals": moment.policy.stale_intervals}
    return connection.execute(_STALE, values).all()


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


STALE_RULE = Rule(case_type=DQ_STALE, reads=frozenset(), select=_select, assess=_assess)
