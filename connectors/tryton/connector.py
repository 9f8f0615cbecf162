"""The Tryton connector: streams by modification time, commands as sagas, health."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from connectors.http import HttpUnavailableError
from connectors.outage import OutageLog
from connectors.protocol import ConnectorHealth, Manifest, Page, parse_manifest
from connectors.tryton import commands
from connectors.tryton import cursor as positions
from connectors.tryton.capabilities import lacks
from connectors.tryton.client import Transport, TrytonClient
from connectors.tryton.cursor import Cursor
from connectors.tryton.given import Given
from connectors.tryton.paging import read_page
from connectors.tryton.reading import Reader
from connectors.tryton.recent import RecentChanges
from connectors.tryton.reference import Reference, read_reference
from connectors.tryton.saga import Saga
from connectors.tryton.settings import TrytonSettings
from connectors.tryton.streams import STREAMS
from connectors.tryton.values import microseconds
from domain.clock import Clock
from domain.commands import Command, CommandResult, Receipt
from domain.errors import BadInputError, ConflictError, RefusedError, TowerError, UnavailableError
from domain.ids import SourceName

_MANIFEST = Path(__file__).with_name("manifest.toml")
#: The cursor of a stream that could not be begun yet.
_BEGINNING = ""
#: Sites, units, carriers and the like are read again after this long before a record is made of them...
REFERENCE_AGE = timedelta(seconds=60)
#: ... and after this long when nothing changes that could need them.
IDLE_REFERENCE_AGE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeptReference:
    """The small tables as they were read, with their fingerprint."""

    at: datetime
    data: Reference
    fingerprint: str


class TrytonConnector:
    """A Tryton 8.2 server as a source of the tower."""

    def __init__(
        self,
        source: SourceName,
        transport: Transport,
        *,
        settings: TrytonSettings,
        password: str,
        clock: Clock,
    ) -> None:
        """Prepare; the first call logs in."""
        self._source = source
        self._settings = settings
        self._clock = clock
        self._client = TrytonClient(
            transport, database=settings.database, user=settings.user, password=password
        )
        self._manifest = parse_manifest(_MANIFEST.read_text(encoding="utf-8"))
        self._outage = OutageLog(source, logging.getLogger(__name__))
        self._reference: _KeptReference | None = None
        self._recent = RecentChanges(self._client, clock)
        self._given = Given()

    @property
    def source(self) -> SourceName:
        """The name under which the profile knows this Tryton."""
        return self._source

    @property
    def manifest(self) -> Manifest:
        """What it offers."""
        return self._manifest

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:
        """What changed at or after ``cursor``, at most ``limit`` records."""
        self._manifest.stream(stream)
        spec = STREAMS[stream]
        known = None if cursor in {None, _BEGINNING} else positions.decode(cursor, len(spec.drivers))
        with self._outage.watching():
            kept = self._kept_reference(IDLE_REFERENCE_AGE)
            if spec.module and spec.module not in kept.data.modules:
                # A cursor of its beginning: all is read once somebody activates the module.
                return Page(records=(), rejected=(), deleted=(), cursor=_BEGINNING, more=False)
            if known is None:
                kept = self._kept_reference(REFERENCE_AGE)
                known = positions.start(len(spec.drivers), microseconds(self._now()))
            elif not known.open:
                asked = self._recent.ask(stream, known.since)
                if known.rests_on == kept.fingerprint and self._given.is_all(known, spec, asked):
                    idle = msgspec.structs.replace(known, began=microseconds(self._now()))
                    cursor = positions.encode(self._given.sealed(idle, spec, asked))
                    return Page(records=(), rejected=(), deleted=(), cursor=cursor, more=False)
                kept = self._kept_reference(REFERENCE_AGE)
                only = None
                if known.rests_on == kept.fingerprint:
                    only = self._given.news(known, spec, asked)
                now = microseconds(self._now())
                known = positions.next_pull(
                    known, now, asked=asked.number, rests_on=kept.fingerprint, only=only
                )
            return self._page(stream, known, limit, kept.data)

    def _page(self, stream: str, cursor: Cursor, limit: int, reference_data: Reference) -> Page:
        def seal(done: Cursor) -> Cursor:
            return self._given.sealed(done, STREAMS[stream], self._recent.round_of(done.asked))

        reader = self._reader(stream, reference_data, cursor)
        return read_page(STREAMS[stream], cursor, limit, reader, seal)

    def ids(self, stream: str) -> frozenset[str] | None:
        """All ids of a stream now, or None for stock positions, which never vanish."""
        self._manifest.stream(stream)
        read_ids = STREAMS[stream].ids
        if read_ids is None:
            return None
        reference_data = self._reference_data()
        if STREAMS[stream].module and STREAMS[stream].module not in reference_data.modules:
            return None
        beginning = positions.start(1, microseconds(self._now()))
        return read_ids(self._reader(stream, reference_data, beginning))

    def submit(self, command: Command) -> Receipt:
        """Carry a command out once; its key is kept in a note on the record in Tryton."""
        saga: Saga | None = None
        try:
            saga = self._saga(command)
            done = saga.noted("done")
            if done is not None:
                return self._receipt(command, CommandResult.SUCCEEDED, done, saga, repeated=True)
            self._recent.forget()
            message = commands.carry_out(saga)
            saga.note("done", f"{message}. {command.reason}".strip())
            return self._receipt(command, CommandResult.SUCCEEDED, message, saga)
        except ConflictError as error:
            return Receipt(key=command.key, result=CommandResult.CONFLICT, message=error.what)
        except HttpUnavailableError as error:
            self._outage.lost(error)
            if saga is None or not saga.sent:
                raise
            return Receipt(key=command.key, result=CommandResult.UNKNOWN, message=str(error))
        except (RefusedError, BadInputError) as error:
            return Receipt(key=command.key, result=CommandResult.REJECTED, message=error.what)

    def probe(self, command: Command) -> Receipt | None:
        """What became of a command in doubt, told by its key and by the state of the record.

        ``None`` also when it was begun but not finished: sent again, it is taken up where it stopped.
        """
        try:
            saga = self._saga(command)
            done = saga.noted("done")
            if done is not None:
                return self._receipt(command, CommandResult.SUCCEEDED, done, saga, repeated=True)
            if commands.goal_reached(saga):
                message = "Tryton is in the state asked for"
                return self._receipt(command, CommandResult.SUCCEEDED, message, saga)
        except RefusedError as error:
            return Receipt(key=command.key, result=CommandResult.REJECTED, message=error.what)
        return None

    def health(self) -> ConnectorHealth:
        """Whether the server answers; never raises."""
        try:
            version = self._client.version()
            lacking = lacks(self._client)
        except TowerError as error:
            return ConnectorHealth(reachable=False, why=str(error))
        why = f"Tryton {version} answers"
        return ConnectorHealth(reachable=True, why=f"{why}; not activated: {lacking}" if lacking else why)

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def _now(self) -> datetime:
        """The server's time, by its last answer: cursors are compared with its stamps."""
        return self._client.server_time or self._clock.now()

    def _reference_data(self) -> Reference:
        return self._kept_reference(REFERENCE_AGE).data

    def _kept_reference(self, oldest: timedelta) -> _KeptReference:
        now = self._clock.now()
        if self._reference is None or now - self._reference.at > oldest:
            data = read_reference(self._client, self._settings)
            self._reference = _KeptReference(at=now, data=data, fingerprint=data.fingerprint())
        return self._reference

    def _reader(self, stream: str, reference_data: Reference, cursor: Cursor) -> Reader:
        return Reader(
            self._client,
            reference_data,
            source=self._source,
            stream=stream,
            began=cursor.began,
            first=cursor.first,
        )

    def _saga(self, command: Command) -> Saga:
        target = commands.target_row(self._client, command.action)
        return Saga(self._client, self._reference_data(), command, target)

    def _receipt(
        self, command: Command, result: CommandResult, message: str, saga: Saga, *, repeated: bool = False
    ) -> Receipt:
        """The receipt with the record's lock afterwards; without it when the server is gone by now."""
        try:
            version = commands.lock_after(saga)
        except UnavailableError:
            version = ""
        return Receipt(
            key=command.key, result=result, message=message, upstream_version=version, repeated=repeated
        )
