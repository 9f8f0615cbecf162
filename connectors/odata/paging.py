"""Pages of a set: keyset by (change stamp, key), or along the service's own links; never by offset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from connectors.odata.client import ODataClient
from connectors.odata.dialect import Answer, after, literal, stamp_of, stamp_text
from connectors.odata.mapping import Sheaf, micros
from connectors.odata.profiles import ServiceProfile
from connectors.protocol import Page
from connectors.row_records import Row
from domain.errors import BadInputError
from domain.ids import SourceName

_MICRO = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Cursor(msgspec.Struct, frozen=True):
    """Where a stream stands. Everything up to (``since``, ``key``) has been given.

    ``key`` empty means at or after ``since``; ``skip`` counts records of the next row that were given;
    ``link`` is the service's own; ``began`` is when this pull began, in microseconds; ``open`` is true
    while a pull goes on.
    """

    since: str = ""
    key: tuple[str | int, ...] = ()
    skip: int = 0
    link: str = ""
    began: int = 0
    open: bool = False


def decode(text: str | None, now: datetime) -> Cursor:
    """The cursor in a text; ``None`` is the beginning.

    Raises:
        BadInputError: it is none of this stream.
    """
    if text is None:
        return Cursor(began=micros(now), open=True)
    try:
        found = msgspec.json.decode(text, type=Cursor)
    except msgspec.MsgspecError as error:
        raise BadInputError(
            what=f"{text[:80]!r} is no cursor of this OData stream.",
            remedy="Forget the cursor: the stream is then read again from its beginning.",
        ) from error
    return found if found.open else msgspec.structs.replace(found, began=micros(now), open=True, skip=0)


def encode(cursor: Cursor) -> str:
    """The cursor as text."""
    return msgspec.json.encode(cursor).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One stream of one system, and when it is read."""

    client: ODataClient
    profile: ServiceProfile
    source: SourceName
    now: datetime

    @property
    def path(self) -> str:
        """Where the set is."""
        return f"{self.profile.service}/{self.profile.entity_set}"

    def rows_after(self, cursor: Cursor, limit: int) -> Answer:
        """At most ``limit`` rows behind a cursor; fewer where the service gives fewer at once."""
        if self.profile.follow == "delta":
            return self._linked(cursor, limit)
        stamp = self.profile.stamp if self.profile.follow == "stamp" else ""
        return self.rows_by(stamp, cursor, limit)

    def rows_by(self, stamp: str, cursor: Cursor, limit: int) -> Answer:
        """At most ``limit`` rows behind a cursor in the order of ``stamp``, if not empty, and key."""
        order = ",".join((stamp, *self.profile.key) if stamp else self.profile.key)
        query = self._query() | {"$orderby": order, "$top": str(limit)}
        wanted = [text for text in (self.profile.filter, self._filter(stamp, cursor)) if text]
        if wanted:
            query["$filter"] = " and ".join(f"({text})" for text in wanted)
        return self.client.collection(self.path, version=self.profile.version, query=query)

    def _linked(self, cursor: Cursor, limit: int) -> Answer:
        if cursor.link:
            path = self.client.path_of(cursor.link, self.profile.service)
            return self.client.collection(path, version=self.profile.version, track=limit)
        query = self._query()
        if self.profile.filter:
            query["$filter"] = self.profile.filter
        return self.client.collection(self.path, version=self.profile.version, query=query, track=limit)

    def _query(self) -> dict[str, str]:
        return {"$expand": ",".join(self.profile.expand)} if self.profile.expand else {}

    def _filter(self, stamp: str, cursor: Cursor) -> str:
        profile = self.profile
        if not cursor.key and not (stamp and cursor.since):
            return ""
        keys = [
            (name, literal(value, "number" if isinstance(value, int) else profile.key_type, profile.version))
            for name, value in zip(profile.key, cursor.key, strict=False)
        ]
        since = literal(cursor.since, profile.stamp_type, profile.version) if stamp else ""
        return after(stamp, since, keys, strict=bool(keys))

    def behind(self, row: Row) -> tuple[str, tuple[str | int, ...]]:
        """The place of a row: its stamp as the service writes it, and its key."""
        key = tuple(row.get(name) for name in self.profile.key)
        stamp = row.get(self.profile.stamp) if self.profile.follow == "stamp" else ""
        unplaced = self.profile.follow == "stamp" and stamp_of(stamp) is None
        if unplaced or any(not isinstance(part, str | int) or part == "" for part in key):
            raise BadInputError(
                what=f"{self.profile.entity_set} {key} has no {self.profile.stamp or 'key'}.",
                remedy="Name a stamp and a key that are always filled, or follow the set whole.",
            )
        return stamp_text(stamp), tuple(part for part in key if isinstance(part, str | int))


def read_page(reading: Reading, cursor: Cursor, limit: int, answer: Answer | None = None) -> Page:
    """The next records behind a cursor, at most ``limit``; ``answer`` spares asking again for a long one."""
    found = answer if answer is not None else reading.rows_after(cursor, limit)
    began = _EPOCH + cursor.began * _MICRO
    kept, skip = Sheaf(reading.profile, reading.source, began=began, told=cursor.skip), cursor.skip
    linked = reading.profile.follow == "delta"
    for place, row in enumerate(found.rows):
        given = kept.take(row, skip, limit)
        if given is not None:
            # The page is full in the middle of this row; along links, rows cannot be asked for by key.
            at = _behind(reading, cursor, found.rows[:place])
            told = kept.told if linked else given
            return _page(kept, msgspec.structs.replace(at, skip=told), more=True)
        skip = max(0, skip - kept.last) if linked else 0
    if linked:
        following = msgspec.structs.replace(cursor, link=found.next_link or found.delta_link, skip=0)
        more = bool(found.next_link)
        return _page(kept, msgspec.structs.replace(following, open=more), more=more)
    more = bool(found.next_link) or len(found.rows) >= limit
    at = _behind(reading, cursor, found.rows)
    return _page(kept, at if more else _closed(reading, at), more=more and bool(found.rows))


def _page(kept: Sheaf, cursor: Cursor, *, more: bool) -> Page:
    return Page(
        records=tuple(kept.records),
        rejected=tuple(kept.rejected),
        deleted=tuple(kept.deleted),
        cursor=encode(cursor),
        more=more,
    )


def _behind(reading: Reading, cursor: Cursor, rows: Sequence[Row]) -> Cursor:
    if reading.profile.follow == "delta" or not rows:
        return cursor
    since, key = reading.behind(rows[-1])
    return msgspec.structs.replace(cursor, since=since, key=key, skip=0)


def _closed(reading: Reading, cursor: Cursor) -> Cursor:
    """Where the next pull begins: a little before the last row, or at the start of a set read whole."""
    newest = stamp_of(cursor.since)
    if reading.profile.follow != "stamp" or newest is None:
        return Cursor(began=cursor.began)
    if not cursor.key:
        return msgspec.structs.replace(cursor, open=False)
    since = newest - timedelta(seconds=reading.profile.overlap_seconds)
    return Cursor(since=since.replace(tzinfo=None).isoformat(), began=cursor.began)
