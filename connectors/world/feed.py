"""The gap-free change feed: every change gets the next stamp; a stream is read in stamp order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import BadInputError
from domain.ids import EntityKind, EntityRef
from domain.records import Entity

COMPACT_ABOVE = 4_000
KEEP_DELETIONS = timedelta(days=7)


@dataclass(slots=True, eq=False)
class Row:
    """The newest state of a record: how to show it, or its raw bytes when nobody can read it, or gone."""

    kind: EntityKind
    entity_id: str
    stamp: int
    changed_at: datetime
    render: Callable[[], Entity] | None
    raw: bytes = b""

    @property
    def is_gone(self) -> bool:
        """Whether its system no longer has it."""
        return self.render is None and not self.raw

    @property
    def ref(self) -> EntityRef:
        """Which record this is."""
        return EntityRef(kind=self.kind, entity_id=self.entity_id)


class ChangeFeed:
    """All rows of the world, by stream; not thread-safe (the world holds its lock around it)."""

    def __init__(self) -> None:
        """Start empty."""
        # Rows by kind and id joined: a plain string is several times faster to look up than a tuple
        # with an enum in it, and every change of the world comes through here.
        self._rows: dict[str, Row] = {}
        self._logs: dict[str, list[tuple[int, Row]]] = {}
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
        row = self._rows.get(_key(ref.kind, ref.entity_id))
        return None if row is None or row.render is None else str(row.stamp)

    def entity(self, ref: EntityRef) -> Entity | None:
        """The present state of a record, or ``None`` when there is none."""
        row = self._rows.get(_key(ref.kind, ref.entity_id))
        return None if row is None or row.render is None else row.render()

    def ids(self, stream: str) -> frozenset[str]:
        """The ids of the records of a stream that exist now."""
        return frozenset(
            row.entity_id
            for stamp, row in self._logs.get(stream, [])
            if row.stamp == stamp and not row.is_gone
        )

    def read(self, stream: str, cursor: str | None, limit: int) -> tuple[list[Row], str, bool]:
        """At most ``limit`` rows at or after ``cursor``, where to go on, and whether there are more now.

        With more to come the new cursor names the next row; at the end it names the last row given,
        which therefore comes again at the next poll.

        Raises:
            BadInputError: the cursor is not one of this feed.
        """
        log = self._logs.get(stream, [])
        start = 0 if cursor is None else bisect_left(log, _stamp_of(cursor), key=lambda entry: entry[0])
        found: list[Row] = []
        last = 0
        for place in range(start, len(log)):
            stamp, row = log[place]
            if row.stamp != stamp:
                continue
            if len(found) == limit:
                return found, str(stamp), True
            found.append(row)
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
        key = _key(kind, entity_id)
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = Row(kind, entity_id, self._stamp, at, render, raw)
            self._live[stream] = self._live.get(stream, 0) + 1
        else:
            row.stamp, row.changed_at, row.render, row.raw = self._stamp, at, render, raw
        log = self._logs.setdefault(stream, [])
        log.append((self._stamp, row))
        if len(log) > COMPACT_ABOVE + 2 * self._live[stream]:
            self._compact(stream, log, at - KEEP_DELETIONS)

    def _compact(self, stream: str, log: list[tuple[int, Row]], forget_before: datetime) -> None:
        """Leave out superseded entries and old deletions; who was away longer compares ids instead."""
        kept: list[tuple[int, Row]] = []
        for stamp, row in log:
            if row.stamp != stamp:
                continue
            if row.is_gone and row.changed_at < forget_before:
                del self._rows[_key(row.kind, row.entity_id)]
            else:
                kept.append((stamp, row))
        self._logs[stream] = kept
        self._live[stream] = len(kept)


def _key(kind: EntityKind, entity_id: str) -> str:
    return kind + "/" + entity_id


def _stamp_of(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit()):
        raise BadInputError(
            what=f"{cursor!r} is no cursor of this feed.", remedy="Read the stream again from its beginning."
        )
    return int(cursor)
