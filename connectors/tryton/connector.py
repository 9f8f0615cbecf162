"""The Tryton connector: streams by modification time, commands as sagas, health."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

from connectors.http import HttpUnavailableError
from connectors.outage import OutageLog
from connectors.protocol import ConnectorHealth, Manifest, Page, parse_manifest
from connectors.tryton import commands
from connectors.tryton import cursor as positions
from connectors.tryton.capabilities import lacks
from connectors.tryton.client import Transport, TrytonClient
from connectors.tryton.cursor import Cursor
from connectors.tryton.paging import read_page
from connectors.tryton.reading import Reader
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
#: Sites, units, carriers and the like are read again after this long.
REFERENCE_AGE = timedelta(seconds=60)


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
        self._reference: tuple[datetime, Reference] | None = None

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
            reference_data = self._reference_data()
            if spec.module and spec.module not in reference_data.modules:
                # A cursor of its beginning: all is read once somebody activates the module.
                return Page(records=(), rejected=(), deleted=(), cursor=_BEGINNING, more=False)
            now = microseconds(self._now())
            if known is None:
                known = positions.start(len(spec.drivers), now)
            elif not known.open:
                known = positions.next_pull(known, now)
            return read_page(spec, known, limit, self._reader(stream, reference_data, known))

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
        if self._reference is None or self._clock.now() - self._reference[0] > REFERENCE_AGE:
            self._reference = (self._clock.now(), read_reference(self._client, self._settings))
        return self._reference[1]

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
