"""The gap-free change feed: every change gets the next stamp; a stream is read in stamp order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from domain.errors import BadInputError
from domain.ids import EntityKind, EntityRef
from domain.records import Entity

COMPACT_ABOVE = 4_000


@dataclass(slots=True, eq=False)
class Row:
    """The newest state of a record: how to show it, or its raw bytes when nobody can read it, or gone."""

    stamp: int
    changed_at: datetime
    render: Callable[[], Entity] | None
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One row of a slice of a stream."""

    ref: EntityRef
    row: Row


class ChangeFeed:
    """All rows of the world, by stream; not thread-safe (the world holds its lock around it)."""

    def __init__(self) -> None:
        """Start empty."""
        self._rows: dict[tuple[EntityKind, str], Row] = {}
        self._logs: dict[str, list[tuple[int, EntityKind, str]]] = {}
        self._live: dict[str, int] = {}
        self._stamp = 0

    @property
    def last_stamp(self) -> int:
        """The stamp of the newest change."""
        return self._stamp

    def put(
        self,
        stream: str,
        kind: EntityKind,
        entity_id: str,
        at: datetime,
        render: Callable[[], Entity],
    ) -> None:
        """Note that a record is new or changed at ``at``; ``render`` shows it when somebody reads."""
        self._note(stream, kind, entity_id, at, render, b"")

    def put_unreadable(self, stream: str, kind: EntityKind, entity_id: str, at: datetime, raw: bytes) -> None:
        """Note a record that its system sends in a form nobody can read."""
        self._note(stream, kind, entity_id, at, None, raw)

    def remove(self, stream: str, kind: EntityKind, entity_id: str, at: datetime) -> None:
        """Note that a record is gone."""
        self._note(stream, kind, entity_id, at, None, b"")

    def version(self, ref: EntityRef) -> str | None:
        """The present version of a record, or ``None`` when there is none."""
        row = self._rows.get((ref.kind, ref.entity_id))
        return None if row is None or row.render is None else str(row.stamp)

    def entity(self, ref: EntityRef) -> Entity | None:
        """The present state of a record, or ``None`` when there is none."""
        row = self._rows.get((ref.kind, ref.entity_id))
        return None if row is None or row.render is None else row.render()

    def ids(self, stream: str) -> frozenset[str]:
        """The ids of the records of a stream that exist now."""
        return frozenset(
            entity_id
            for stamp, kind, entity_id in self._logs.get(stream, [])
            if (row := self._rows[kind, entity_id]).stamp == stamp and (row.render is not None or row.raw)
        )

    def read(self, stream: str, cursor: str | None, limit: int) -> tuple[list[FeedEntry], str, bool]:
        """At most ``limit`` rows at or after ``cursor``, where to go on, and whether there are more now.

        With more to come the new cursor names the next row; at the end it names the last row given,
        which therefore comes again at the next poll.

        Raises:
            BadInputError: the cursor is not one of this feed.
        """
        log = self._logs.get(stream, [])
        start = 0 if cursor is None else bisect_left(log, _stamp_of(cursor), key=lambda entry: entry[0])
        found: list[FeedEntry] = []
        last = 0
        for stamp, kind, entity_id in islice(log, start, None):
            row = self._rows[kind, entity_id]
            if row.stamp != stamp:
                continue
            if len(found) == limit:
                return found, str(stamp), True
            found.append(FeedEntry(EntityRef(kind=kind, entity_id=entity_id), row))
            last = stamp
        return found, str(last) if found else (cursor or "0"), False

    def _note(
        self,
        stream: str,
        kind: EntityKind,
        entity_id: str,
        at: datetime,
        render: Callable[[], Entity] | None,
        raw: bytes,
    ) -> None:
        self._stamp += 1
        row = self._rows.get((kind, entity_id))
        if row is None:
            self._rows[kind, entity_id] = Row(self._stamp, at, render, raw)
            self._live[stream] = self._live.get(stream, 0) + 1
        else:
            row.stamp, row.changed_at, row.render, row.raw = self._stamp, at, render, raw
        log = self._logs.setdefault(stream, [])
        log.append((self._stamp, kind, entity_id))
        if len(log) > COMPACT_ABOVE + 2 * self._live[stream]:
            self._logs[stream] = [entry for entry in log if self._rows[entry[1], entry[2]].stamp == entry[0]]


def _stamp_of(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit()):
        raise BadInputError(
            what=f"{cursor!r} is no cursor of this feed.", remedy="Read the stream again from its beginning."
        )
    return int(cursor)
