"""Writing a page of a source into the mirror: rows, deletions, quarantine, cursor, in one transaction.

A record wins over what is stored when its stamp is higher, or equal with another content observed no
earlier; so a page may come twice, or after a later one, and the state is the same. A deletion is
remembered with its stamp for the same reason.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.store.dirt import mark_after, mark_before, mark_whole
from app.store.instants import to_ms
from app.store.rows import Row, record_rows
from app.store.schema import CHILD_TABLES, TABLES
from app.store.schema_cases import QUARANTINE, STREAM_STATE, TOMBSTONE
from app.store.values import PageOutcome
from domain.ids import EntityKind
from domain.records import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from domain.ids import SourceName
    from domain.records import DeletedRecord, RejectedRecord, SourceRecord

#: SQLite takes some 30,000 bound values in a statement; stay far below.
CHUNK = 900


def apply_records(
    connection: Connection, *, source: SourceName, records: Sequence[SourceRecord]
) -> PageOutcome:
    """Write the records that are newer than what is stored; say how many were."""
    by_kind: dict[EntityKind, list[SourceRecord]] = {}
    for record in records:
        by_kind.setdefault(kind_of(record.entity), []).append(record)
    written = foreign = 0
    for kind, group in by_kind.items():
        rows, children, strangers = _winners(connection, kind, source, group)
        write_rows(connection, kind, rows, children)
        written += len(rows)
        foreign += strangers
    return PageOutcome(written=written, unchanged=len(records) - written - foreign, foreign=foreign)


def _winners(
    connection: Connection, kind: EntityKind, source: SourceName, records: Sequence[SourceRecord]
) -> tuple[list[Row], list[Row], int]:
    rows = [record_rows(record, kind) for record in records]
    ids = [row["id"] for row, _ in rows]
    stored = _stored(connection, kind, ids)
    buried = _tombstones(connection, kind, ids)
    chosen: dict[str, tuple[Row, list[Row]]] = {}
    foreign = 0
    for row, children in rows:
        entity_id = row["id"]
        present = stored.get(entity_id)
        if row["source"] != source or (
            present is not None and present["source"] != source and present["deleted_at"] is None
        ):
            foreign += 1
        elif row["stamp"] > buried.get(entity_id, -1) and _wins(row, present):
            stored[entity_id] = row
            chosen[entity_id] = (row, children)
    return (
        [row for row, _ in chosen.values()],
        [child for _, lines in chosen.values() for child in lines],
        foreign,
    )


def _wins(row: Row, present: Row | None) -> bool:
    if present is None or row["stamp"] > present["stamp"]:
        return True
    if row["stamp"] < present["stamp"]:
        return False
    if present["deleted_at"] is not None:
        return True
    return bool(
        row["fields_sha256"] != present["fields_sha256"] and row["observed_at"] >= present["observed_at"]
    )


def _stored(connection: Connection, kind: EntityKind, ids: Sequence[str]) -> dict[str, Row]:
    c = TABLES[kind].c
    wanted = (c.id, c.source, c.stamp, c.observed_at, c.fields_sha256, c.deleted_at)
    found: dict[str, Row] = {}
    for part in _chunks(ids):
        for row in connection.execute(select(*wanted).where(c.id.in_(part))).mappings():
            found[row["id"]] = dict(row)
    return found


def _tombstones(connection: Connection, kind: EntityKind, ids: Sequence[str]) -> dict[str, int]:
    c = TOMBSTONE.c
    found: dict[str, int] = {}
    for part in _chunks(ids):
        query = select(c.entity_id, c.stamp).where(c.kind == kind.value, c.entity_id.in_(part))
        found.update({row.entity_id: row.stamp for row in connection.execute(query)})
    return found


def write_rows(
    connection: Connection, kind: EntityKind, rows: Sequence[Row], children: Sequence[Row]
) -> None:
    """Write rows of a kind with the lines inside them, and note the keys they belonged and belong to."""
    if not rows:
        return
    table = TABLES[kind]
    ids = [row["id"] for row in rows]
    mark_before(connection, kind, ids)
    connection.execute(_upsert(table, ("id",)), rows)
    if kind in CHILD_TABLES:
        child_table, parent = CHILD_TABLES[kind]
        connection.execute(
            delete(child_table).where(child_table.c[parent] == bindparam("parent_id")),
            [{"parent_id": row["id"]} for row in rows],
        )
        if children:
            connection.execute(insert(child_table), children)
    mark_after(connection, kind, ids)


def _upsert(table: Table, keys: tuple[str, ...]) -> Any:  # noqa: ANN401 - SQLAlchemy's own type is internal
    statement = upsert(table)
    changed = {c.name: statement.excluded[c.name] for c in table.c if c.name not in keys}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=changed)


def mark_dirty(connection: Connection, kinds: Iterable[EntityKind]) -> None:
    """Have everything that rows of these kinds can reach looked at again."""
    mark_whole(connection, kinds)


def apply_deletions(connection: Connection, *, source: SourceName, deleted: Sequence[DeletedRecord]) -> int:
    """Bury the records that their source no longer has; say how many were alive."""
    by_kind: dict[EntityKind, list[Row]] = {}
    for gone in deleted:
        if gone.source == source:
            by_kind.setdefault(gone.ref.kind, []).append(
                {
                    "kind": gone.ref.kind.value,
                    "entity_id": gone.ref.entity_id,
                    "source": source,
                    "stamp": gone.stamp,
                    "deleted_at": to_ms(gone.observed_at),
                }
            )
    count = 0
    for kind, graves in by_kind.items():
        present = _stored(connection, kind, [grave["entity_id"] for grave in graves])
        alive = [grave for grave in graves if _buries(grave, present.get(grave["entity_id"]))]
        bury(connection, kind, {grave["entity_id"]: grave["deleted_at"] for grave in alive})
        connection.execute(_GRAVE, graves)
        count += len({grave["entity_id"] for grave in alive})
    return count


def _buries(grave: Row, present: Row | None) -> bool:
    return (
        present is not None
        and present["deleted_at"] is None
        and present["source"] == grave["source"]
        and present["stamp"] <= grave["stamp"]
    )


def bury(connection: Connection, kind: EntityKind, graves: Mapping[str, int]) -> None:
    """Take rows of a kind for deleted, each at its instant, and note the keys they belonged to."""
    if not graves:
        return
    table = TABLES[kind]
    connection.execute(
        update(table).where(table.c.id == bindparam("gone_id")).values(deleted_at=bindparam("gone_at")),
        [{"gone_id": gone, "gone_at": at} for gone, at in graves.items()],
    )
    mark_after(connection, kind, list(graves))


def _grave() -> Any:  # noqa: ANN401 - SQLAlchemy's own type is internal
    """The latest deletion of a record is the one that counts."""
    grave = upsert(TOMBSTONE)
    return grave.on_conflict_do_update(
        index_elements=["kind", "entity_id"],
        set_={"stamp": grave.excluded["stamp"], "deleted_at": grave.excluded.deleted_at},
        where=grave.excluded["stamp"] > TOMBSTONE.c.stamp,
    )


_GRAVE = _grave()


def apply_rejections(connection: Connection, rejected: Sequence[RejectedRecord], *, at: datetime) -> None:
    """Keep what could not be understood; the same bytes seen again after being resolved stay resolved."""
    for bad in rejected:
        digest = hashlib.sha256(bad.raw).hexdigest()
        row = upsert(QUARANTINE).values(
            source=bad.source,
            stream=bad.stream,
            external_id=bad.external_id,
            code=bad.code,
            message=bad.message,
            raw=bad.raw,
            raw_sha256=digest,
            first_seen_at=to_ms(at),
            last_seen_at=to_ms(at),
            attempts=1,
            resolved_at=None,
        )
        again = row.excluded
        connection.execute(
            row.on_conflict_do_update(
                index_elements=["source", "stream", "external_id"],
                set_={
                    "code": again.code,
                    "message": again.message,
                    "raw": again.raw,
                    "raw_sha256": again.raw_sha256,
                    "last_seen_at": again.last_seen_at,
                    "attempts": QUARANTINE.c.attempts + 1,
                    "resolved_at": None,
                },
                where=(QUARANTINE.c.resolved_at.is_(None)) | (QUARANTINE.c.raw_sha256 != digest),
            )
        )


def resolve_rejections(
    connection: Connection, *, source: SourceName, stream: str, ids: Iterable[str], at: datetime
) -> int:
    """Close the quarantine entries whose record has since been understood (or deleted)."""
    c = QUARANTINE.c
    waiting = (c.source == source, c.stream == stream, c.resolved_at.is_(None))
    held = set(connection.execute(select(c.external_id).where(*waiting)).scalars())
    solved = sorted(held & set(ids))
    for part in _chunks(solved):
        connection.execute(
            update(QUARANTINE).where(*waiting, c.external_id.in_(part)).values(resolved_at=to_ms(at))
        )
    return len(solved)


def save_cursor(
    connection: Connection, *, source: SourceName, stream: str, cursor: str, rows: int, at: datetime
) -> None:
    """Remember how far a stream has been read; only ever together with its rows."""
    entry = upsert(STREAM_STATE).values(
        source=source, stream=stream, cursor=cursor, rows_read=rows, updated_at=to_ms(at)
    )
    connection.execute(
        entry.on_conflict_do_update(
            index_elements=["source", "stream"],
            set_={
                "cursor": entry.excluded.cursor,
                "rows_read": STREAM_STATE.c.rows_read + entry.excluded.rows_read,
                "updated_at": entry.excluded.updated_at,
            },
        )
    )


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
