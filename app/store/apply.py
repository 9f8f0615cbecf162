"""Writing a page of a source into the mirror: rows, deletions, quarantine, cursor, in one transaction.

A record wins over what is stored when its stamp is higher, or equal with another content observed no
earlier; so a page may come twice, or after a later one, and the state is the same. A deletion is
remembered with its stamp for the same reason.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection, Table, update

from app.store.dirt import mark_after, mark_before, mark_whole
from app.store.instants import to_ms
from app.store.quick import firsts, run, run_many
from app.store.rows import Row, record_rows
from app.store.schema import CHILD_TABLES, TABLES
from app.store.schema_cases import QUARANTINE, TOMBSTONE
from app.store.values import PageOutcome
from domain.ids import EntityKind
from domain.records import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from domain.ids import SourceName
    from domain.records import DeletedRecord, Entity, RejectedRecord, SourceRecord

#: SQLite takes some 30,000 bound values in a statement; stay far below.
CHUNK = 900


def apply_records(
    connection: Connection, *, source: SourceName, records: Sequence[SourceRecord]
) -> PageOutcome:
    """Write the records that are newer than what is stored; say how many were."""
    by_type: defaultdict[type[Entity], list[SourceRecord]] = defaultdict(list)
    for record in records:
        by_type[type(record.entity)].append(record)
    written = foreign = 0
    for group in by_type.values():
        kind = kind_of(group[0].entity)
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
        elif row["stamp"] > buried.get(entity_id, -1) and (present is None or _wins(row, present)):
            stored[entity_id] = row
            chosen[entity_id] = (row, children)
    return (
        [row for row, _ in chosen.values()],
        [child for _, lines in chosen.values() for child in lines],
        foreign,
    )


def _wins(row: Row, present: Row) -> bool:
    if row["stamp"] > present["stamp"]:
        return True
    if row["stamp"] < present["stamp"]:
        return False
    if present["deleted_at"] is not None:
        return True
    return bool(
        row["fields_sha256"] != present["fields_sha256"] and row["observed_at"] >= present["observed_at"]
    )


def _stored(connection: Connection, kind: EntityKind, ids: Sequence[str]) -> dict[str, Row]:
    found = run(connection, _STORED[kind], (_json_list(ids),))
    return {values[0]: dict(zip(_COMPARED, values, strict=True)) for values in found}


def _tombstones(connection: Connection, kind: EntityKind, ids: Sequence[str]) -> dict[str, int]:
    # Of most kinds nothing was ever deleted, which one look tells instead of one for each record.
    if run(connection, _ANY_BURIED, (kind.value,)).fetchone() is None:
        return {}
    return dict(run(connection, _BURIED, (kind.value, _json_list(ids))).fetchall())


def _json_list(ids: Sequence[str]) -> str:
    """Ids as one bound value, however many there are."""
    return msgspec.json.encode(ids).decode()


def write_rows(
    connection: Connection, kind: EntityKind, rows: Sequence[Row], children: Sequence[Row]
) -> None:
    """Write rows of a kind with the lines inside them, and note the keys they belonged and belong to."""
    if not rows:
        return
    table = TABLES[kind]
    ids = [row["id"] for row in rows]
    mark_before(connection, kind, rows)
    _write_each(connection, _upsert, table, rows)
    if kind in CHILD_TABLES:
        child_table, _ = CHILD_TABLES[kind]
        run_many(connection, _DELETE_CHILDREN[kind], [(each,) for each in ids])
        _write_each(connection, _insert_into, child_table, children)
    mark_after(connection, kind, ids)


def _write_each(
    connection: Connection,
    statement: Callable[[str, tuple[str, ...]], str],
    table: Table,
    rows: Sequence[Row],
) -> None:
    """Run a statement with every row; rows of a kind are made in one place, so their columns stand alike."""
    if rows:
        run_many(connection, statement(table.name, tuple(rows[0])), [tuple(row.values()) for row in rows])


@cache
def _insert_into(table: str, columns: tuple[str, ...]) -> str:
    places = ", ".join("?" for _ in columns)
    return f"INSERT INTO {table} ({', '.join(map(_quoted, columns))}) VALUES ({places})"  # noqa: S608 - our schema


def _quoted(name: str) -> str:
    return f'"{name}"'


@cache
def _upsert(table: str, columns: tuple[str, ...]) -> str:
    changed = ", ".join(f"{_quoted(c)} = excluded.{_quoted(c)}" for c in columns if c != "id")
    return f"{_insert_into(table, columns)} ON CONFLICT (id) DO UPDATE SET {changed}"


# These run for every page of a first sync, so they go straight to the driver, and are put together once.
_AMONG = "IN (SELECT value FROM json_each(?))"
_COMPARED = ("id", "source", "stamp", "observed_at", "fields_sha256", "deleted_at")
_STORED = {
    kind: f"SELECT {', '.join(f'row.{each}' for each in _COMPARED)} "  # noqa: S608 - our own schema
    f"FROM json_each(?) AS asked CROSS JOIN {table.name} AS row ON row.id = asked.value"
    for kind, table in TABLES.items()
}
_BURIED = f"SELECT entity_id, stamp FROM {TOMBSTONE.name} WHERE kind = ? AND entity_id {_AMONG}"  # noqa: S608 - as above
_ANY_BURIED = f"SELECT 1 FROM {TOMBSTONE.name} WHERE kind = ? LIMIT 1"  # noqa: S608 - as above
_WAITING = (
    f"SELECT external_id FROM {QUARANTINE.name} WHERE source = ? AND stream = ? AND resolved_at IS NULL"  # noqa: S608 - as above
)
_DELETE_CHILDREN = {
    kind: f"DELETE FROM {table.name} WHERE {_quoted(parent)} = ?"  # noqa: S608 - as above
    for kind, (table, parent) in CHILD_TABLES.items()
}
_BURY = {kind: f"UPDATE {table.name} SET deleted_at = ? WHERE id = ?" for kind, table in TABLES.items()}  # noqa: S608 - as above
#: The latest deletion of a record is the one that counts.
_GRAVE = """
INSERT INTO tombstone (kind, entity_id, source, stamp, deleted_at)
VALUES (:kind, :entity_id, :source, :stamp, :deleted_at)
    ON CONFLICT (kind, entity_id) DO UPDATE SET stamp = excluded.stamp, deleted_at = excluded.deleted_at
 WHERE excluded.stamp > tombstone.stamp
"""
_QUARANTINE = """
INSERT INTO quarantine
       (source, stream, external_id, code, message, raw, raw_sha256,
        first_seen_at, last_seen_at, attempts, resolved_at)
VALUES (:source, :stream, :external_id, :code, :message, :raw, :raw_sha256, :seen_at, :seen_at, 1, NULL)
    ON CONFLICT (source, stream, external_id) DO UPDATE
   SET code = excluded.code, message = excluded.message, raw = excluded.raw,
       raw_sha256 = excluded.raw_sha256, last_seen_at = excluded.last_seen_at,
       attempts = attempts + 1, resolved_at = NULL
 WHERE quarantine.resolved_at IS NULL OR quarantine.raw_sha256 <> excluded.raw_sha256
"""
_SAVE_CURSOR = """
INSERT INTO stream_state (source, stream, cursor, rows_read, updated_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (source, stream) DO UPDATE
   SET cursor = excluded.cursor, rows_read = rows_read + excluded.rows_read, updated_at = excluded.updated_at
"""


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
        run_many(connection, _GRAVE, graves)
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
    run_many(connection, _BURY[kind], [(at, gone) for gone, at in graves.items()])
    mark_after(connection, kind, list(graves))


def apply_rejections(connection: Connection, rejected: Sequence[RejectedRecord], *, at: datetime) -> None:
    """Keep what could not be understood; the same bytes seen again after being resolved stay resolved."""
    seen = to_ms(at)
    run_many(
        connection,
        _QUARANTINE,
        [
            {
                "source": bad.source,
                "stream": bad.stream,
                "external_id": bad.external_id,
                "code": bad.code,
                "message": bad.message,
                "raw": bad.raw,
                "raw_sha256": hashlib.sha256(bad.raw).hexdigest(),
                "seen_at": seen,
            }
            for bad in rejected
        ],
    )


def resolve_rejections(
    connection: Connection, *, source: SourceName, stream: str, ids: Iterable[str], at: datetime
) -> int:
    """Close the quarantine entries whose record has since been understood (or deleted)."""
    c = QUARANTINE.c
    held = set(firsts(connection, _WAITING, (source, stream)))
    if not held:
        return 0
    waiting = (c.source == source, c.stream == stream, c.resolved_at.is_(None))
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
    run(connection, _SAVE_CURSOR, (source, stream, cursor, rows, to_ms(at)))


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
