"""The product's connector pointed at a test server, and a transport that cuts the line where a test wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from connectors.http import HttpClient, HttpReply, HttpUnavailableError
from connectors.tryton.connector import TrytonConnector
from connectors.tryton.settings import settings_from
from domain.commands import Action, Command, ExpectedVersion
from domain.ids import EntityRef, SourceName
from domain.records import SourceRecord
from tests.support.connector_contract import read_all, state_of
from tests.support.tryton_company import INTEGRATION
from tests.support.tryton_rpc import PASSWORD
from tests.support.tryton_seed import SITES
from tests.support.tryton_server import TrytonServer

SOURCE = SourceName("erp")
CARRIERS = "Overland Freight=OVLF/5; Meridian Express=MRDX/1/20; Coastal Parcel=CSTP/3"
READS = (".search_read", ".search", ".read", ".get_preferences", "login", "version")


def tryton_options(server: TrytonServer) -> dict[str, str]:
    """The options of the seeded Tryton, as a profile would give them."""
    positions = "; ".join(f"{site.postal_code}={site.latitude},{site.longitude}" for site in SITES)
    return {"database": server.database, "user": INTEGRATION, "carriers": CARRIERS, "positions": positions}


class WallClock:
    """The real time: the test server runs on it too."""

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)


def _nothing() -> None:
    """Nothing else happens."""


class CutLine:
    """A transport that lets calls pass until the n-th write, which it cuts before or after it arrives."""

    def __init__(self, inner: HttpClient) -> None:
        """Let everything pass."""
        self._inner = inner
        self.calls: list[str] = []
        self.writes: list[str] = []
        self._cut_at: int | None = None
        self._arrives = False
        self._then: Callable[[], None] = _nothing

    def cut_at(
        self, write: int | None, *, arrives: bool = False, then: Callable[[], None] | None = None
    ) -> None:
        """Cut the line at that write, counted from now; with ``arrives`` only its answer is lost.

        ``then`` is what happens at that moment besides, for instance to the server.
        """
        self.writes = []
        self._cut_at = write
        self._arrives = arrives
        self._then = then or _nothing

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        query: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
    ) -> HttpReply:
        """Send one request, unless the line is cut."""
        called = (body or b"").partition(b'"method":"')[2].partition(b'"')[0].decode()
        self.calls.append(called)
        if not called.endswith(READS):
            self.writes.append(called)
            if self._cut_at is not None and len(self.writes) > self._cut_at:
                if len(self.writes) == self._cut_at + 1:
                    if self._arrives:
                        self._inner.send(method, path, headers=headers, body=body)
                    self._then()
                raise HttpUnavailableError(what="The line was cut.", remedy="Mend it.")
        return self._inner.send(
            method, path, headers=headers, body=body, query=query, timeout_seconds=timeout_seconds
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._inner.close()


class TowerDesk:
    """A connector to a test server with short cuts for tests."""

    def __init__(self, server: TrytonServer, password: str = PASSWORD) -> None:
        """Connect as the integration user."""
        self.line = CutLine(HttpClient(server.url))
        self.connector = TrytonConnector(
            SOURCE,
            self.line,
            settings=settings_from(tryton_options(server)),
            password=password,
            clock=WallClock(),
        )

    def state(self, *streams: str) -> dict[str, SourceRecord]:
        """What a store would hold of the streams, by id."""
        records: dict[EntityRef, SourceRecord] = {}
        for stream in streams:
            pages, _ = read_all(self.connector, stream, limit=500)
            records |= state_of(pages)
        return {ref.entity_id: record for ref, record in records.items()}

    def command(self, key: str, action: Action, *expected: SourceRecord, reason: str = "tested") -> Command:
        """A command resting on records as they were read."""
        versions = tuple(
            ExpectedVersion(ref=record.ref, version=record.version, fields_sha256="0" * 64)
            for record in expected
        )
        return Command(key=key, source=SOURCE, action=action, expected=versions, reason=reason)

    def close(self) -> None:
        """Let go of the connections."""
        self.connector.close()
