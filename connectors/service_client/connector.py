"""The desktop's connector to a connector service."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TypeVar

from connectors.http import HttpClient, HttpUnavailableError
from connectors.outage import OutageLog
from connectors.protocol import ConnectorHealth, Manifest, Page
from connectors.service_client.client import ServiceClient
from connectors.service_client.mapping import (
    health_of,
    ids_of,
    manifest_of,
    page_of,
    probe_of,
    receipt_of,
    unknown_receipt,
)
from connectors.wire import decode_manifest, encode_command, encode_manifest
from domain.commands import Command, Receipt
from domain.errors import BadInputError, TowerError, UnavailableError
from domain.ids import SourceName

T = TypeVar("T")


class ServiceConnector:
    """A system behind a connector service.

    The manifest is asked for once and, with ``manifest_file``, remembered on disk, so that a
    desktop that starts while the service is down still knows the streams.
    """

    def __init__(self, source: SourceName, http: HttpClient, *, manifest_file: Path | None = None) -> None:
        """Reach the service at the address of ``http``; nothing is sent yet."""
        self._source = source
        self._client = ServiceClient(http)
        self._manifest_file = manifest_file
        self._manifest: Manifest | None = None
        self._lock = Lock()
        self._outage = OutageLog(source, logging.getLogger(__name__))

    @property
    def source(self) -> SourceName:
        """The name under which the profile knows this system."""
        return self._source

    @property
    def manifest(self) -> Manifest:
        """What the service offers.

        Raises:
            UnavailableError: it was never reached.
            RefusedError: it does not accept the token.
        """
        with self._lock:
            if self._manifest is None:
                self._manifest = self._find_manifest()
            return self._manifest

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:
        """What changed at or after ``cursor``."""
        spec = self.manifest.stream(stream)
        return self._watched(
            lambda: page_of(self._client.changes(stream, cursor, limit), source=self._source, stream=spec)
        )

    def ids(self, stream: str) -> frozenset[str] | None:
        """All ids the system has now."""
        self.manifest.stream(stream)
        return self._watched(lambda: ids_of(self._client.ids(stream)))

    def submit(self, command: Command) -> Receipt:
        """Do the command once; a lost answer gives UNKNOWN.

        Raises:
            UnavailableError: the command provably did not reach the system.
            RefusedError: the service does not accept the token.
        """
        body = encode_command(command)
        try:
            return self._watched(lambda: receipt_of(self._client.submit(command.key, body), command))
        except HttpUnavailableError as error:
            if not error.request_may_have_left:
                raise
            return unknown_receipt(command, error.what)
        except BadInputError as error:  # an answer too large or not unpackable: it did answer
            return unknown_receipt(command, error.what)

    def probe(self, command: Command) -> Receipt | None:
        """What became of a command in doubt."""
        return self._watched(lambda: probe_of(self._client.probe(command.key, encode_command(command))))

    def health(self) -> ConnectorHealth:
        """Whether service and system answer; never raises."""
        try:
            return self._watched(lambda: health_of(self._client.health()))
        except TowerError as error:
            return ConnectorHealth(reachable=False, why=error.what)

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def _watched(self, ask: Callable[[], T]) -> T:
        """Do a request and note in the log when the service is lost or back."""
        with self._outage.watching(UnavailableError):
            return ask()

    def _find_manifest(self) -> Manifest:
        try:
            found = self._watched(lambda: manifest_of(self._client.manifest()))
        except UnavailableError:
            remembered = self._remembered()
            if remembered is None:
                raise
            return remembered
        if self._manifest_file is not None:
            draft = self._manifest_file.with_suffix(".new")
            with suppress(OSError):  # without it the next start asks again: nothing is lost
                self._manifest_file.parent.mkdir(parents=True, exist_ok=True)
                draft.write_bytes(encode_manifest(found))
                draft.replace(self._manifest_file)
        return found

    def _remembered(self) -> Manifest | None:
        if self._manifest_file is None:
            return None
        try:
            return decode_manifest(self._manifest_file.read_bytes())
        except (OSError, BadInputError):
            return None
