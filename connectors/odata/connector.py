"""The OData connector: sets as streams, commands as changes under If-Match, health."""

from __future__ import annotations

import base64
import logging
from pathlib import Path
from threading import RLock

from connectors.http import HttpUnavailableError
from connectors.odata.client import LostAnswerError, ODataClient, Transport
from connectors.odata.dialect import ETAG, Answer
from connectors.odata.paging import Cursor, Reading, decode, read_page
from connectors.odata.profiles import load_profiles, manifest_of
from connectors.odata.writing import carry_out, change_of, entity_of, is_done
from connectors.outage import OutageLog
from connectors.protocol import ConnectorHealth, Manifest, Page
from connectors.row_records import Row, ids_of
from domain.clock import Clock
from domain.commands import Command, CommandResult, Receipt
from domain.errors import BadInputError, ConflictError, RefusedError, TowerError
from domain.ids import SourceName

_MOST_ROWS = 500


def authorisation(user: str, secret: str) -> dict[str, str]:
    """The header that names us: with a user by password, without by token."""
    if not user:
        return {"Authorization": f"Bearer {secret}"}
    pair = base64.b64encode(f"{user}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


class ODataConnector:
    """A system with OData services as a source of the tower."""

    def __init__(self, source: SourceName, transport: Transport, *, profiles: Path, clock: Clock) -> None:
        """Read the profiles of the folder; nothing is sent yet.

        Raises:
            TowerError: the profiles cannot be used.
        """
        self._source = source
        self._client = ODataClient(transport)
        self._clock = clock
        self._profiles = load_profiles(profiles)
        self._manifest = manifest_of(self._profiles)
        self._outage = OutageLog(source, logging.getLogger(__name__))
        self._lock = RLock()
        self._long: dict[str, tuple[str, Answer]] = {}

    @property
    def source(self) -> SourceName:
        """The name under which the profile knows this system."""
        return self._source

    @property
    def manifest(self) -> Manifest:
        """What its profiles offer."""
        return self._manifest

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:
        """What changed at or after ``cursor``, at most ``limit`` records."""
        self._manifest.stream(stream)
        now = self._clock.now()
        at = decode(cursor, now)
        with self._lock, self._outage.watching():
            reading = self._reading(stream)
            rows = max(1, min(limit, _MOST_ROWS))
            return read_page(reading, at, rows, self._answer(reading, at, rows))

    def _answer(self, reading: Reading, at: Cursor, limit: int) -> Answer:
        """The rows behind a cursor; an answer along links that is given in parts is asked for once."""
        stream = reading.profile.stream
        held = self._long.get(stream)
        if at.skip and held is not None and held[0] == at.link and reading.profile.follow == "delta":
            return held[1]
        answer = reading.rows_after(at, limit)
        if reading.profile.follow == "delta":
            self._long[stream] = at.link, answer
        return answer

    def ids(self, stream: str) -> frozenset[str] | None:
        """All ids of a stream, or ``None`` where the service itself says what is gone."""
        self._manifest.stream(stream)
        profile = self._profiles[stream]
        if profile.follow == "delta" and not any(rule.each for rule in profile.record):
            return None
        found: set[str] = set()
        with self._lock, self._outage.watching():
            reading, at = self._reading(stream), Cursor()
            while True:
                answer = reading.rows_by("", at, _MOST_ROWS)
                for row in answer.rows:
                    found.update(ids_of(row, profile.record, profile.habits))
                if not answer.rows or not (answer.next_link or len(answer.rows) == _MOST_ROWS):
                    return frozenset(found)
                at = Cursor(key=reading.behind(answer.rows[-1])[1])

    def submit(self, command: Command) -> Receipt:
        """Change the entity once: what bears the command's key, or is as asked, is left alone."""
        try:
            with self._lock, self._outage.watching(HttpUnavailableError):
                change = change_of(command, self._profiles)
                row = entity_of(change, self._client)
                if is_done(change, row):
                    return _succeeded(command, "The entity is as asked", row, repeated=True)
                etag = carry_out(change, row, self._client)
        except ConflictError as error:
            return Receipt(key=command.key, result=CommandResult.CONFLICT, message=error.what)
        except LostAnswerError as error:
            return Receipt(key=command.key, result=CommandResult.UNKNOWN, message=error.what)
        except (RefusedError, BadInputError) as error:
            return Receipt(key=command.key, result=CommandResult.REJECTED, message=error.what)
        return _succeeded(command, f"{change.path} was changed", {ETAG: etag})

    def probe(self, command: Command) -> Receipt | None:
        """What became of a command in doubt, told by its key in the entity or by the entity's state."""
        try:
            with self._lock, self._outage.watching(HttpUnavailableError):
                change = change_of(command, self._profiles)
                row = entity_of(change, self._client)
                done = is_done(change, row)
        except (RefusedError, BadInputError) as error:
            return Receipt(key=command.key, result=CommandResult.REJECTED, message=error.what)
        return _succeeded(command, "The entity is as asked", row, repeated=True) if done else None

    def health(self) -> ConnectorHealth:
        """Whether the first of the services answers; never raises."""
        first = next(iter(self._profiles.values()))
        try:
            with self._lock, self._outage.watching():
                self._client.ping(first.service, first.version)
        except TowerError as error:
            return ConnectorHealth(reachable=False, why=str(error))
        return ConnectorHealth(reachable=True, why=f"{first.service} answers")

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def _reading(self, stream: str) -> Reading:
        return Reading(
            client=self._client,
            profile=self._profiles[stream],
            source=self._source,
            now=self._clock.now(),
        )


def _succeeded(command: Command, message: str, row: Row, *, repeated: bool = False) -> Receipt:
    return Receipt(
        key=command.key,
        result=CommandResult.SUCCEEDED,
        message=message,
        upstream_version=str(row[ETAG]),
        repeated=repeated,
    )
