"""What is remembered of each source: schedule, success, failures, cursors, sweeps, quarantine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.store.apply import bury, mark_dirty
from app.store.instants import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from app.store.schema import TABLES
from app.store.schema_cases import MISSING_RECORD, QUARANTINE, SOURCE_STATE, STREAM_STATE
from app.store.values import QuarantinedRecord, SourceState
from domain.ids import EntityKind, SourceName

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_S = SOURCE_STATE.c
_Q = QUARANTINE.c


def register(
    connection: Connection,
    source: SourceName,
    *,
    title: str,
    kinds: Sequence[EntityKind],
    interval_seconds: int,
    at: datetime,
) -> None:
    """Make a source known with the kinds it gives; what is remembered of it stays."""
    entry = upsert(SOURCE_STATE).values(
        source=source,
        title=title,
        kinds=json.dumps(sorted(kind.value for kind in kinds)),
        interval_seconds=interval_seconds,
        registered_at=to_ms(at),
        failures_in_row=0,
        why="",
        rows_read=0,
    )
    connection.execute(
        entry.on_conflict_do_update(
            index_elements=["source"],
            set_={
                "title": entry.excluded.title,
                "kinds": entry.excluded.kinds,
                "interval_seconds": entry.excluded.interval_seconds,
            },
        )
    )


def forget_absent(connection: Connection, sources: Sequence[SourceName]) -> None:
    """Drop the state of sources that the profile no longer names; their facts stay as last seen."""
    connection.execute(delete(SOURCE_STATE).where(_S.source.not_in(list(sources))))


def note_attempt(connection: Connection, source: SourceName, *, at: datetime) -> None:
    """Remember that a sync was begun."""
    connection.execute(update(SOURCE_STATE).where(_S.source == source).values(last_attempt_at=to_ms(at)))


def note_success(connection: Connection, source: SourceName, *, at: datetime, rows: int) -> None:
    """Remember a sync that reached the end of every stream; the first one makes its kinds dirty."""
    row = connection.execute(select(_S.kinds, _S.last_success_at).where(_S.source == source)).one_or_none()
    if row is not None and row.last_success_at is None:
        mark_dirty(connection, [EntityKind(kind) for kind in json.loads(row.kinds)])
    connection.execute(
        update(SOURCE_STATE)
        .where(_S.source == source)
        .values(
            last_success_at=to_ms(at),
            failures_in_row=0,
            why="",
            next_attempt_at=None,
            rows_read=_S.rows_read + rows,
        )
    )


def note_failure(
    connection: Connection, source: SourceName, *, at: datetime, why: str, next_attempt_at: datetime | None
) -> None:
    """Remember a failed sync, why, and before when it should not be tried again."""
    connection.execute(
        update(SOURCE_STATE)
        .where(_S.source == source)
        .values(
            last_attempt_at=to_ms(at),
            failures_in_row=_S.failures_in_row + 1,
            why=why,
            next_attempt_at=to_ms_or_none(next_attempt_at),
        )
    )


def states(connection: Connection) -> list[SourceState]:
    """Every known source, by name."""
    held = (
        select(_Q.source, func.count().label("records"))
        .where(_Q.resolved_at.is_(None))
        .group_by(_Q.source)
        .subquery()
    )
    query = (
        select(SOURCE_STATE, func.coalesce(held.c.records, 0).label("quarantined"))
        .outerjoin(held, held.c.source == _S.source)
        .order_by(_S.source)
    )
    return [
        SourceState(
            source=SourceName(row["source"]),
            title=row["title"],
            kinds=tuple(EntityKind(kind) for kind in json.loads(row["kinds"])),
            interval_seconds=row["interval_seconds"],
            registered_at=from_ms(row["registered_at"]),
            last_attempt_at=from_ms_or_none(row["last_attempt_at"]),
            last_success_at=from_ms_or_none(row["last_success_at"]),
            failures_in_row=row["failures_in_row"],
            why=row["why"],
            next_attempt_at=from_ms_or_none(row["next_attempt_at"]),
            last_sweep_at=from_ms_or_none(row["last_sweep_at"]),
            rows_read=row["rows_read"],
            quarantined=row["quarantined"],
        )
        for row in connection.execute(query).mappings()
    ]


def cursor_of(connection: Connection, source: SourceName, stream: str) -> str | None:
    """How far a stream has been read; ``None`` before its first page."""
    c = STREAM_STATE.c
    query = select(c.cursor).where(c.source == source, c.stream == stream)
    return connection.execute(query).scalar_one_or_none()


def quarantined(connection: Connection, source: SourceName | None) -> list[QuarantinedRecord]:
    """The records still held back, of one source or of all, oldest first."""
    query = select(QUARANTINE).where(_Q.resolved_at.is_(None)).order_by(_Q.first_seen_at, _Q.external_id)
    if source is not None:
        query = query.where(_Q.source == source)
    return [
        QuarantinedRecord(
            source=SourceName(row["source"]),
            stream=row["stream"],
            external_id=row["external_id"],
            code=row["code"],
            message=row["message"],
            raw=row["raw"],
            first_seen_at=from_ms(row["first_seen_at"]),
            last_seen_at=from_ms(row["last_seen_at"]),
            attempts=row["attempts"],
        )
        for row in connection.execute(query).mappings()
    ]


def sweep(
    connection: Connection,
    source: SourceName,
    *,
    kinds: Sequence[EntityKind],
    present: frozenset[str],
    at: datetime,
) -> int:
    """Compare what a source has now with what is stored: absent in two sweeps in a row is deleted.

    No tombstone is left, so a record that the source gives again later comes back. Returns how many
    were buried.
    """
    m = MISSING_RECORD.c
    buried = 0
    for kind in kinds:
        table = TABLES[kind]
        alive = connection.execute(
            select(table.c.id).where(table.c.source == source, table.c.deleted_at.is_(None))
        ).scalars()
        absent = {entity_id for entity_id in alive if entity_id not in present}
        of_kind = (m.source == source, m.kind == kind.value)
        missed = set(connection.execute(select(m.entity_id).where(*of_kind)).scalars())
        connection.execute(delete(MISSING_RECORD).where(*of_kind))
        bury(connection, kind, dict.fromkeys(sorted(absent & missed), to_ms(at)))
        first: list[dict[str, Any]] = [
            {"source": source, "kind": kind.value, "entity_id": entity_id, "first_missed_at": to_ms(at)}
            for entity_id in sorted(absent - missed)
        ]
        if first:
            connection.execute(insert(MISSING_RECORD), first)
        buried += len(absent & missed)
    return buried


def note_sweep(connection: Connection, source: SourceName, *, at: datetime) -> None:
    """Remember that all ids of a source were compared."""
    connection.execute(update(SOURCE_STATE).where(_S.source == source).values(last_sweep_at=to_ms(at)))


def forget_cursor(connection: Connection, source: SourceName, stream: str) -> None:
    """Have a stream read from its beginning next time; rows already known change nothing."""
    connection.execute(
        delete(STREAM_STATE).where(STREAM_STATE.c.source == source, STREAM_STATE.c.stream == stream)
    )
