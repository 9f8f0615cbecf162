"""The one small Protocol every system is reached through.

A connector reads changes page by page, takes commands, and says how it is. Cursors are opaque and
closed at their start: asking again with the same cursor gives the boundary rows again, and the
store drops what it already has. A connector never raises for one bad record (it is *rejected*
inside the page), and raises only the errors of ``domain.errors`` for a whole call:
``UnavailableError`` (down, slow, rate-limited), ``RefusedError`` (credentials), ``BadInputError``
(the answer cannot be understood at all).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.checks import require, require_text
from domain.commands import Command, Receipt
from domain.errors import BadInputError
from domain.ids import EntityKind, SourceName
from domain.records import TYPE_OF_KIND, DeletedRecord, RejectedRecord, SourceRecord


class IdempotencyLevel(StrEnum):
    """How a system keeps a command from happening twice.

    A: native idempotency key. B: an add-on stores the key. C: the key is searchable in the record
    and writes compare versions. D: nothing; a person confirms every command in doubt.
    """

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSpec:
    """One stream of a source: the entity kinds it carries and how often it should be read."""

    name: str
    kinds: tuple[EntityKind, ...]
    poll_seconds: int = 30

    def __post_init__(self) -> None:
        """Refuse a stream that carries nothing, or what has no records, or would be polled without pause."""
        require_text(self.name, "stream name")
        require(bool(self.kinds), f"stream {self.name} carries no entity kind.")
        for kind in self.kinds:
            require(kind in TYPE_OF_KIND, f"stream {self.name} carries {kind}, which has no records.")
        require(self.poll_seconds >= 1, f"stream {self.name} has poll_seconds below 1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a connector offers and needs."""

    system: str
    title: str
    streams: tuple[StreamSpec, ...]
    verbs: tuple[str, ...]
    credentials: tuple[str, ...]
    idempotency: IdempotencyLevel
    cursor_kind: str
    page_limit: int = 500
    requests_per_second: int = 20

    def stream(self, name: str) -> StreamSpec:
        """The stream called ``name``.

        Raises:
            BadInputError: the connector has no such stream.
        """
        found = next((s for s in self.streams if s.name == name), None)
        if found is None:
            known = ", ".join(s.name for s in self.streams)
            raise BadInputError(what=f"{self.title} has no stream {name!r}.", remedy=f"Use one of: {known}.")
        return found


def parse_manifest(text: str) -> Manifest:
    """Read a ``manifest.toml``.

    Raises:
        BadInputError: a key is missing or a value cannot be used.
    """
    try:
        raw = tomllib.loads(text)
        return Manifest(
            system=raw["system"],
            title=raw["title"],
            streams=tuple(
                StreamSpec(
                    name=s["name"],
                    kinds=tuple(EntityKind(k) for k in s["kinds"]),
                    poll_seconds=s.get("poll_seconds", 30),
                )
                for s in raw["streams"]
            ),
            verbs=tuple(raw["verbs"]),
            credentials=tuple(raw["credentials"]),
            idempotency=IdempotencyLevel(raw["idempotency"]),
            cursor_kind=raw["cursor_kind"],
            page_limit=raw.get("page_limit", 500),
            requests_per_second=raw.get("requests_per_second", 20),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadInputError(
            what=f"A connector manifest cannot be read: {error!r}.",
            remedy="Compare it with the manifest of another connector.",
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A slice of a stream: what was understood, what was not, what is gone, and where to go on."""

    records: tuple[SourceRecord, ...]
    rejected: tuple[RejectedRecord, ...]
    deleted: tuple[DeletedRecord, ...]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorHealth:
    """Whether the system answers now, and why not."""

    reachable: bool
    why: str


class Connector(Protocol):
    """A system the tower reads from and writes to."""

    @property
    def source(self) -> SourceName:
        """The name under which the profile knows this system."""
        ...

    @property
    def manifest(self) -> Manifest:
        """What it offers."""
        ...

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:
        """What changed at or after ``cursor`` (``None``: from the beginning), at most ``limit`` records."""
        ...

    def ids(self, stream: str) -> frozenset[str] | None:
        """All ids the system has now (to find deletions), or ``None`` where it reports deletions itself."""
        ...

    def submit(self, command: Command) -> Receipt:
        """Do the command once; sent again with the same key it answers what happened the first time.

        A lost connection after the request may have left is ``CommandResult.UNKNOWN``, never an error.
        """
        ...

    def probe(self, command: Command) -> Receipt | None:
        """What became of a command in doubt: its receipt, or ``None`` when it provably did not happen.

        Raises:
            UnavailableError: nobody can tell now.
        """
        ...

    def health(self) -> ConnectorHealth:
        """Whether the system answers; never raises."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
