"""A recorded system as a connector: it shows what had been shown by the clock's present time."""

from __future__ import annotations

import gzip
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from connectors.protocol import ConnectorHealth, Manifest, Page
from connectors.world.faces import face_manifest
from connectors.world.rendering.codec import KeyTable, entity_of
from connectors.world.rendering.dialect import DIALECTS
from connectors.world.rendering.recorder import Line
from domain.commands import Command, CommandResult, Receipt
from domain.errors import BadInputError, UnavailableError
from domain.ids import EntityRef, SourceName
from domain.records import DeletedRecord, RejectedRecord, SourceRecord

if TYPE_CHECKING:
    from pathlib import Path

    from domain.clock import Clock


class Outage(msgspec.Struct, forbid_unknown_fields=True):
    """A stretch in which a system does not answer."""

    face: str
    starts_at: datetime
    ends_at: datetime


@dataclass(slots=True)
class _Shelf:
    """The documents of one stream, still packed, with the times at which they were shown."""

    times: list[datetime]
    lines: list[bytes]


class RecordedFace:
    """One face of a world that was written to a folder; nothing can be commanded, it has all happened."""

    def __init__(self, folder: Path, face: str, clock: Clock, outages: tuple[Outage, ...] = ()) -> None:
        """Open the recording.

        Raises:
            BadInputError: the folder holds no recording of that face.
        """
        self._face = face
        self._clock = clock
        self._dialect = DIALECTS[face]
        self._outages = tuple(outage for outage in outages if outage.face == face)
        self._keys = KeyTable(self._dialect.prefix)
        self._keys.learn(
            msgspec.json.decode(row, type=tuple[str, str, str])
            for row in _rows(folder / f"{face}.keys.jsonl.gz")
        )
        self._shelves = {stream.name: _Shelf([], []) for stream in self.manifest.streams}
        for row in _rows(folder / f"{face}.jsonl.gz"):
            shown = msgspec.json.decode(row, type=_Shown)
            shelf = self._shelves[shown.stream]
            shelf.times.append(shown.shown_at)
            shelf.lines.append(row)

    @property
    def source(self) -> SourceName:
        """The name of the face."""
        return SourceName(self._face)

    @property
    def manifest(self) -> Manifest:
        """What the face offers: its streams, and no commands."""
        return replace(face_manifest(self._face), verbs=())

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:
        """What has been shown since ``cursor``, the number of documents read.

        Raises:
            BadInputError: no such stream, a limit below 1 or a cursor of another recording.
            UnavailableError: the system is in an outage.
        """
        self.manifest.stream(stream)
        if limit < 1 or (cursor is not None and not cursor.isdigit()):
            raise BadInputError(
                what=f"Cannot read {limit} documents from {cursor!r}.", remedy="Read from the beginning."
            )
        self._answer()
        shelf = self._shelves[stream]
        start = int(cursor or 0)
        shown = bisect_right(shelf.times, self._clock.now())
        end = max(start, min(start + limit, shown))
        lines = [msgspec.json.decode(row, type=Line) for row in shelf.lines[start:end]]
        return Page(
            records=tuple(self._record(line) for line in lines if line.body is not None),
            rejected=tuple(self._rejected(line) for line in lines if line.body is None and line.raw),
            deleted=tuple(self._deleted(line) for line in lines if line.body is None and not line.raw),
            cursor=str(end),
            more=end < shown,
        )

    def ids(self, stream: str) -> frozenset[str] | None:
        """Nothing to compare: a recording tells of deletions itself."""
        self.manifest.stream(stream)
        return None

    def submit(self, command: Command) -> Receipt:
        """Refused: what was recorded cannot be changed."""
        return Receipt(key=command.key, result=CommandResult.REJECTED, message="this world is a recording")

    def probe(self, command: Command) -> Receipt | None:
        """Nothing was ever done here for ``command``."""
        del command
        return None

    def health(self) -> ConnectorHealth:
        """Whether the system answers now."""
        try:
            self._answer()
        except UnavailableError as error:
            return ConnectorHealth(reachable=False, why=error.what)
        return ConnectorHealth(reachable=True, why="")

    def close(self) -> None:
        """Nothing is held open."""

    def _answer(self) -> None:
        now = self._clock.now()
        for outage in self._outages:
            if outage.starts_at <= now < outage.ends_at:
                raise UnavailableError(
                    what=f"{self._face} has not answered since {outage.starts_at:%d %b %H:%M} UTC.",
                    remedy="Wait until it is back; until then what it feeds is unknown.",
                )

    def _record(self, line: Line) -> SourceRecord:
        return SourceRecord(
            source=self.source,
            entity=entity_of(line.kind, line.body or {}, dialect=self._dialect, keys=self._keys),
            version=str(line.revision),
            stamp=line.revision,
            observed_at=line.changed_at,
        )

    def _rejected(self, line: Line) -> RejectedRecord:
        return RejectedRecord(
            source=self.source,
            stream=line.stream,
            external_id=self._keys.number(line.kind, line.key),
            code="unreadable",
            message="the document is not in the form this system promises",
            raw=line.raw,
            observed_at=line.changed_at,
        )

    def _deleted(self, line: Line) -> DeletedRecord:
        ref = EntityRef(kind=line.kind, entity_id=self._keys.number(line.kind, line.key))
        return DeletedRecord(source=self.source, ref=ref, stamp=line.revision, observed_at=line.changed_at)


class _Shown(msgspec.Struct):
    shown_at: datetime
    stream: str


def _rows(path: Path) -> list[bytes]:
    try:
        with gzip.open(path, "rb") as packed:
            return packed.read().splitlines()
    except (OSError, EOFError) as error:
        raise BadInputError(
            what=f"{path} cannot be read: {error}.", remedy="Write the world anew: control-tower world --out."
        ) from error
