"""Tables of the tower's own knowledge: cases and their history, sources, quarantine, KPI samples."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, text

from app.store.schema_base import MIRROR_METADATA, key, number, words

EXCEPTION_CASE = Table(
    "exception_case",
    MIRROR_METADATA,
    key("case_id"),
    words("code"),
    words("entity_kind"),
    words("entity_id"),
    words("state"),
    number("state_at"),
    number("severity"),
    words("title"),
    words("consequence"),
    number("loss_cents"),
    number("low_cents"),
    number("high_cents"),
    number("avoidable_cents"),
    number("effort_minutes"),
    number("penalty_cents"),
    number("margin_cents"),
    number("rework_cents"),
    words("assumed"),
    number("opened_at"),
    number("last_seen_at"),
    number("rule_version"),
    words("correlation_key"),
    words("evidence"),
    words("order_ids"),
    words("node_id", optional=True),
    number("breach_at", optional=True),
    words("parent_case_id", optional=True),
    words("owner"),
    words("state_reason"),
    number("closed_at", optional=True),
    number("snoozed_until", optional=True),
    number("episode"),
    words("dq_flags"),
    words("sources"),
    words("facts_sha256"),
    number("clean_checks"),
    words("scope_key"),
    words("suppressed_by"),
    number("flap_count"),
    number("flapping"),
    number("snooze_loss_cents", optional=True),
    words("waiting_on"),
    number("waiting_until", optional=True),
    number("acknowledged_at", optional=True),
    number("escalated"),
    words("incident_id", optional=True),
    number("churn_cents"),
    number("dispute_cents"),
    number("action_cost_cents"),
    number("responsible_at", optional=True),
    words("about"),
    number("correlation_version"),
)
Index(
    "exception_case_open",
    EXCEPTION_CASE.c.code,
    EXCEPTION_CASE.c.state,
    sqlite_where=text("closed_at IS NULL"),
)
Index("exception_case_by_entity", EXCEPTION_CASE.c.entity_kind, EXCEPTION_CASE.c.entity_id)
Index("exception_case_by_scope", EXCEPTION_CASE.c.code, EXCEPTION_CASE.c.scope_key)
Index(
    "exception_case_by_incident",
    EXCEPTION_CASE.c.incident_id,
    sqlite_where=text("incident_id IS NOT NULL"),
)
Index(
    "exception_case_by_suppressor",
    EXCEPTION_CASE.c.suppressed_by,
    sqlite_where=text("suppressed_by <> ''"),
)
Index(
    "exception_case_by_parent",
    EXCEPTION_CASE.c.parent_case_id,
    sqlite_where=text("parent_case_id IS NOT NULL"),
)
Index(
    "exception_case_waiting",
    EXCEPTION_CASE.c.waiting_until,
    sqlite_where=text("waiting_until IS NOT NULL"),
)
Index(
    "exception_case_on_the_clock",
    EXCEPTION_CASE.c.code,
    EXCEPTION_CASE.c.opened_at,
    sqlite_where=text("closed_at IS NULL AND escalated = 0"),
)

#: What each case puts at risk, by order line (or by its own entity where no line is meant), so that
#: a line hit by two cases counts once, with the larger loss.
CASE_LOSS = Table(
    "case_loss",
    MIRROR_METADATA,
    key("case_id"),
    key("loss_key"),
    number("loss_cents"),
    sqlite_with_rowid=False,
)
Index("case_loss_by_key", CASE_LOSS.c.loss_key)

CASE_EVENT = Table(
    "case_event",
    MIRROR_METADATA,
    Column("event_id", Integer, primary_key=True, autoincrement=True),
    words("case_id"),
    number("at"),
    number("episode"),
    words("kind"),
    words("from_state"),
    words("to_state"),
    words("reason"),
    words("actor"),
)
Index("case_event_by_case", CASE_EVENT.c.case_id, CASE_EVENT.c.event_id)

SOURCE_STATE = Table(
    "source_state",
    MIRROR_METADATA,
    key("source"),
    words("title"),
    words("kinds"),
    number("interval_seconds"),
    number("registered_at"),
    number("last_attempt_at", optional=True),
    number("last_success_at", optional=True),
    number("failures_in_row"),
    words("why"),
    number("next_attempt_at", optional=True),
    number("last_sweep_at", optional=True),
    number("rows_read"),
    sqlite_with_rowid=False,
)

STREAM_STATE = Table(
    "stream_state",
    MIRROR_METADATA,
    key("source"),
    key("stream"),
    words("cursor"),
    number("rows_read"),
    number("updated_at"),
    sqlite_with_rowid=False,
)

QUARANTINE = Table(
    "quarantine",
    MIRROR_METADATA,
    key("source"),
    key("stream"),
    key("external_id"),
    words("code"),
    words("message"),
    Column("raw", LargeBinary, nullable=False),
    words("raw_sha256"),
    number("first_seen_at"),
    number("last_seen_at"),
    number("attempts"),
    number("resolved_at", optional=True),
)
Index("quarantine_open", QUARANTINE.c.source, QUARANTINE.c.code, sqlite_where=text("resolved_at IS NULL"))

#: Deletions, kept so that an older version arriving later does not bring the record back.
TOMBSTONE = Table(
    "tombstone",
    MIRROR_METADATA,
    key("kind"),
    key("entity_id"),
    words("source"),
    number("stamp"),
    number("deleted_at"),
    sqlite_with_rowid=False,
)

#: Records that a sweep of all ids did not find; absent twice in a row means deleted.
MISSING_RECORD = Table(
    "missing_record",
    MIRROR_METADATA,
    key("source"),
    key("kind"),
    key("entity_id"),
    number("first_missed_at"),
    sqlite_with_rowid=False,
)

#: Keys of a scope whose facts changed, by the path they were found on; written with the rows.
DIRTY_SCOPE = Table("dirty_scope", MIRROR_METADATA, key("path"), key("key"), sqlite_with_rowid=False)

#: One row: when each database-wide step was last done.
DETECTION_STATE = Table(
    "detection_state",
    MIRROR_METADATA,
    key("name"),
    number("at"),
    sqlite_with_rowid=False,
)

KPI_SAMPLE = Table(
    "kpi_sample",
    MIRROR_METADATA,
    key("name"),
    Column("hour_at", Integer, primary_key=True, autoincrement=False),
    number("value"),
    sqlite_with_rowid=False,
)
