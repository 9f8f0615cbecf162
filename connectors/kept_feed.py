"""A change feed kept in a journal, for systems that hand over documents and remember nothing themselves.

Every entry is one line, kept before anything is answered: the records it brings (as the wire writes pages)
and what the connector must remember of it. Each change has a stamp that grows from entry to entry and never
falls behind the clock, so that a lost journal does not make new records old.

Several instances may share a journal. Who has its turn knows all that was added before, so stamps grow over
all of them and every cursor means the same everywhere.

A feed that holds more of what is past than of what holds is put in order: the newest state of every record
stays with its stamp, so every cursor goes on to mean what it meant.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from connectors.feed_journal import FeedJournal
from connectors.protocol import Manifest, Page
from connectors.wire_page import decode_page, encode_page
from domain.errors import BadInputError, CorruptError, UnavailableError
from domain.ids import EntityKind, EntityRef, SourceName
from domain.records import DeletedRecord, Entity, RejectedRecord, SourceRecord, ref_of

_MICRO = 1_000_000
#: Fewer changes that are past are not worth writing the file anew.
LEAST_PAST = 10_000
Change = SourceRecord | RejectedRecord | DeletedRecord


class _Line(msgspec.Struct, kw_only=True):
    """An entry as it stands in the journal; pages stay bytes until their stream is known."""

    first: int
    at: datetime
    remembered: dict[str, Any]
    pages: dict[str, msgspec.Raw]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What one document or file brings, by stream."""

    at: datetime
    entities: Mapping[str, Sequence[Entity]]
    rejected: Sequence[RejectedRecord] = ()
    gone: Mapping[str, Sequence[EntityRef]] | None = None
    remembered: Mapping[str, Any] | None = None


class FeedMemory(Protocol):
    """What a connector makes of what its feed remembers, whichever instance kept it."""

    def forget(self) -> None:
        """Begin again: everything that holds is told once more."""
        ...

    def take(self, remembered: Mapping[str, Any], entities: Iterable[Entity]) -> None:
        """Add what one entry says."""
        ...


class KeptFeed:
    """The newest state of every record that came, in the order of their last change."""

    def __init__(
        self,
        journal: FeedJournal,
        *,
        source: SourceName,
        manifest: Manifest,
        memory: FeedMemory | None = None,
        still_needed: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = list,
    ) -> None:
        """Keep the feed of ``source`` in ``journal``, which is read now; ``memory`` is told every entry.

        ``still_needed`` picks from what is remembered when the feed is put in order; all of it if not given.

        Raises:
            UnavailableError: the journal cannot be read.
            CorruptError: a line of it cannot be understood.
        """
        self._journal = journal
        self._source = source
        self._manifest = manifest
        self._memory = memory
        self._place = 0
        self._stamp = 0
        self._logs: dict[str, list[tuple[int, str]]] = {s.name: [] for s in manifest.streams}
        self._latest: dict[str, tuple[int, Change]] = {}
        self._still_needed = still_needed
        self.remembered: list[dict[str, Any]] = []
        with self.turn():
            pass

    @contextmanager
    def turn(self, *, wait: bool = False) -> Iterator[bool]:
        """Know all that was kept, and hold the only right to keep more; false when another instance holds it.

        Raises:
            UnavailableError: the journal cannot be read, or the turn was waited for in vain.
            CorruptError: a line of it cannot be understood.
        """
        with self._journal.turn(wait=wait) as mine:
            if wait and not mine:
                raise UnavailableError(
                    what=f"Another instance of the service is busy with what came for {self._source}.",
                    remedy="Ask again in a moment.",
                )
            self.catch_up()
            past = sum(len(log) for log in self._logs.values()) - len(self._latest)
            if mine and past > max(len(self._latest), LEAST_PAST):
                self.compact()
            yield mine

    def catch_up(self) -> None:
        """Take what other instances have kept meanwhile.

        Raises:
            UnavailableError: the journal cannot be read.
            CorruptError: a line of it cannot be understood.
        """
        news = self._journal.read(self._place)
        if news.anew:
            self._forget()
        for number, line in enumerate(news.lines, start=1):
            try:
                self._take_line(line)
            except (msgspec.MsgspecError, ValueError, BadInputError) as error:
                self._forget()
                raise CorruptError(
                    what=f"Line {number} of {self._journal.name} cannot be read: {error}.",
                    remedy="Restore it from a copy, or take it away: what came is then read anew.",
                ) from error
        self._place = news.upto

    def entity(self, kind: EntityKind, entity_id: str) -> Entity | None:
        """The present state of a record, ``None`` where there is none."""
        found = self.record(kind, entity_id)
        return None if found is None else found.entity

    def record(self, kind: EntityKind, entity_id: str) -> SourceRecord | None:
        """The present state of a record with its version, ``None`` where there is none."""
        found = self._latest.get(f"{kind}/{entity_id}")
        return found[1] if found is not None and isinstance(found[1], SourceRecord) else None

    def ids(self, stream: str) -> frozenset[str]:
        """The ids of the records of a stream that exist now."""
        return frozenset(ref_of(entity).entity_id for entity in self.entities(stream))

    def entities(self, stream: str) -> Iterator[Entity]:
        """The present state of every record of a stream."""
        self._manifest.stream(stream)
        for stamp, key in self._logs[stream]:
            newest = self._latest.get(key)
            if newest is not None and newest[0] == stamp and isinstance(newest[1], SourceRecord):
                yield newest[1].entity

    def rejection(self, stream: str, external_id: str) -> RejectedRecord | None:
        """What is known of a record that could not be understood, unless it has been since."""
        found = self._latest.get(f"?{stream}/{external_id}")
        return found[1] if found is not None and isinstance(found[1], RejectedRecord) else None

    def page(self, stream: str, cursor: str | None, limit: int) -> Page:
        """At most ``limit`` changes at or after ``cursor``.

        Raises:
            BadInputError: the stream or the cursor is none of this feed's.
        """
        self._manifest.stream(stream)
        log = self._logs[stream]
        start = 0 if cursor is None else bisect_left(log, _stamp_of(cursor), key=lambda entry: entry[0])
        found: list[Change] = []
        last = 0
        for stamp, key in log[start:]:
            newest = self._latest.get(key)
            if newest is None or newest[0] != stamp:
                continue
            if len(found) == limit:
                return _page(found, str(stamp), more=True)
            found.append(newest[1])
            last = stamp
        return _page(found, str(last) if last else (cursor or "0"), more=False)

    def append(self, arrival: Arrival, *, durable: bool = True) -> None:
        """Keep what came, while having the turn; once this returns it survives the end of the process.

        ``durable`` makes it survive a power cut too; what may happen again harmlessly does without.

        Raises:
            UnavailableError: it was not taken; nothing has changed.
            BadInputError: it is for a stream that the manifest does not have.
        """
        first = max(self._stamp + 1, int(arrival.at.timestamp() * _MICRO))
        pages = self._pages(arrival, first)
        line = _Line(
            first=first,
            at=arrival.at,
            remembered=dict(arrival.remembered or {}),
            pages={s: msgspec.Raw(encode_page(p, as_of=arrival.at)) for s, p in pages.items()},
        )
        self._place = self._journal.add(msgspec.json.encode(line), after=self._place, durable=durable)
        self._take(first, pages, line.remembered)

    def compact(self) -> None:
        """Write the journal anew with the newest state of every record only, while having the turn.

        Raises:
            UnavailableError: it was not taken; the journal is as it was.
        """
        needed = self._still_needed(self.remembered)
        # What is remembered bears the highest stamp, so that later ones go on from there.
        lines = [*self._newest_lines(), *(self._line_of(self._stamp, each) for each in needed)]
        body = [msgspec.json.encode(line) for line in lines]
        self._place = self._journal.replace(body, after=self._place)
        self.remembered = needed
        for stream, log in self._logs.items():
            self._logs[stream] = [entry for entry in log if self._latest.get(entry[1], (0,))[0] == entry[0]]

    def _newest_lines(self) -> Iterator[_Line]:
        streams = {key: stream for stream, log in self._logs.items() for _, key in log}
        for key, (stamp, change) in sorted(self._latest.items(), key=lambda item: item[1][0]):
            page = _page([change], "", more=False)
            body = msgspec.Raw(encode_page(page, as_of=change.observed_at))
            yield _Line(first=stamp, at=change.observed_at, remembered={}, pages={streams[key]: body})

    def _line_of(self, stamp: int, remembered: dict[str, Any]) -> _Line:
        at = datetime.fromtimestamp(stamp / _MICRO, UTC)
        return _Line(first=stamp, at=at, remembered=remembered, pages={})

    def _pages(self, arrival: Arrival, first: int) -> dict[str, Page]:
        """The arrival as a page for each stream; stamps are given in the order of the pages."""
        for name in (*arrival.entities, *(bad.stream for bad in arrival.rejected), *(arrival.gone or {})):
            self._manifest.stream(name)
        stamp = first
        pages: dict[str, Page] = {}
        for stream in self._manifest.streams:
            records = []
            for entity in arrival.entities.get(stream.name, ()):
                records.append(
                    SourceRecord(
                        source=self._source,
                        entity=entity,
                        version=str(stamp),
                        stamp=stamp,
                        observed_at=arrival.at,
                    )
                )
                stamp += 1
            rejected = [bad for bad in arrival.rejected if bad.stream == stream.name]
            stamp += len(rejected)
            deleted = []
            for ref in (arrival.gone or {}).get(stream.name, ()):
                deleted.append(
                    DeletedRecord(source=self._source, ref=ref, stamp=stamp, observed_at=arrival.at)
                )
                stamp += 1
            if records or rejected or deleted:
                pages[stream.name] = Page(
                    records=tuple(records),
                    rejected=tuple(rejected),
                    deleted=tuple(deleted),
                    cursor="",
                    more=False,
                )
        return pages

    def _take(self, first: int, pages: Mapping[str, Page], remembered: Mapping[str, Any]) -> None:
        stamp = first
        for stream in self._manifest.streams:
            page = pages.get(stream.name)
            if page is None:
                continue
            changes: tuple[Change, ...] = (*page.records, *page.rejected, *page.deleted)
            for change in changes:
                key = _key(change)
                self._latest[key] = (stamp, change)
                self._logs[stream.name].append((stamp, key))
                if not isinstance(change, RejectedRecord):
                    self._latest.pop(f"?{stream.name}/{change.ref.entity_id}", None)
                stamp += 1
        self._stamp = max(first, stamp - 1)
        if remembered:
            self.remembered.append(dict(remembered))
        if self._memory is not None:
            entities = (record.entity for page in pages.values() for record in page.records)
            self._memory.take(remembered, entities)

    def _forget(self) -> None:
        self._place = self._stamp = 0
        self._logs = {stream: [] for stream in self._logs}
        self._latest.clear()
        self.remembered = []
        if self._memory is not None:
            self._memory.forget()

    def _take_line(self, line: bytes) -> None:
        entry = msgspec.json.decode(line, type=_Line)
        pages = {
            stream: decode_page(bytes(page), source=self._source, stream=self._manifest.stream(stream))
            for stream, page in entry.pages.items()
        }
        self._take(entry.first, pages, entry.remembered)


def arrange(entities: Iterable[Entity], manifest: Manifest) -> dict[str, list[Entity]]:
    """Entities by the stream of a manifest that carries their kind.

    Raises:
        BadInputError: no stream does.
    """
    found: dict[str, list[Entity]] = {}
    for entity in entities:
        kind = ref_of(entity).kind
        stream = next((s.name for s in manifest.streams if kind in s.kinds), None)
        if stream is None:
            raise BadInputError(what=f"{manifest.title} has no stream for {kind}.", remedy="Add one.")
        found.setdefault(stream, []).append(entity)
    return found


def _key(change: Change) -> str:
    if isinstance(change, RejectedRecord):
        return f"?{change.stream}/{change.external_id}"
    return f"{change.ref.kind}/{change.ref.entity_id}"


def _page(changes: Sequence[Change], cursor: str, *, more: bool) -> Page:
    return Page(
        records=tuple(c for c in changes if isinstance(c, SourceRecord)),
        rejected=tuple(c for c in changes if isinstance(c, RejectedRecord)),
        deleted=tuple(c for c in changes if isinstance(c, DeletedRecord)),
        cursor=cursor,
        more=more,
    )


def _stamp_of(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit()):
        raise BadInputError(
            what=f"{cursor!r} is no cursor of this feed.", remedy="Read the stream again from its beginning."
        )
    return int(cursor)
