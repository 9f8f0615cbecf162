"""The four systems the world shows itself through; each is a connector of its own."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from connectors.outage import OutageLog
from connectors.protocol import ConnectorHealth, Manifest, Page, parse_manifest
from connectors.world.feed import Row
from domain.commands import Command, CommandResult, Receipt
from domain.errors import BadInputError, UnavailableError
from domain.ids import SourceName
from domain.records import DeletedRecord, RejectedRecord, SourceRecord

if TYPE_CHECKING:
    from connectors.world.world import World

FACES = ("erp", "wms", "tms", "supplier")
SILENT_EVERY_MINUTES = 9 * 60
SILENT_FROM_MINUTE = 7 * 60
SILENT_MINUTES = 50


@cache
def face_manifest(name: str) -> Manifest:
    """The manifest of a face."""
    return parse_manifest((files("connectors.world") / "manifests" / f"{name}.toml").read_text("utf-8"))


class WorldFace:
    """A connector to one face of a world in this process."""

    def __init__(self, world: World, name: str) -> None:
        """Show the face ``name`` of ``world``."""
        self._world = world
        self._name = name
        self._outage = OutageLog(SourceName(name), logging.getLogger(__name__))

    @property
    def source(self) -> SourceName:
        """The name of the face."""
        return SourceName(self._name)

    @property
    def manifest(self) -> Manifest:
        """What the face offers."""
        return face_manifest(self._name)

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:
        """What changed at or after ``cursor``.

        Raises:
            BadInputError: no such stream, a limit below 1 or a cursor of another feed.
            UnavailableError: the supplier portal or the feed of the face is silent.
        """
        self.manifest.stream(stream)
        if limit < 1:
            raise BadInputError(what=f"A page of {limit} records cannot be.", remedy="Ask for 1 or more.")
        self._answer_or_be_silent()
        with self._world.lock:
            rows, next_cursor, more = self._world.read(f"{self._name}/{stream}", cursor, limit)
            return self._page(stream, rows, next_cursor, more=more)

    def ids(self, stream: str) -> frozenset[str] | None:
        """The ids the face has now."""
        self.manifest.stream(stream)
        self._answer_or_be_silent()
        return self._world.ids(f"{self._name}/{stream}")

    def submit(self, command: Command) -> Receipt:
        """Do a command once; a verb this face does not take is rejected."""
        self._answer_or_be_silent()
        verb = command.action.verb
        if verb not in self.manifest.verbs:
            return Receipt(
                key=command.key,
                result=CommandResult.REJECTED,
                message=f"{self.manifest.title} does not take {verb}",
            )
        return self._world.submit(command)

    def probe(self, command: Command) -> Receipt | None:
        """What became of a command."""
        self._answer_or_be_silent()
        return self._world.given(command)

    def health(self) -> ConnectorHealth:
        """Whether the face answers; only the supplier portal ever does not."""
        try:
            self._answer_or_be_silent()
        except UnavailableError as error:
            return ConnectorHealth(reachable=False, why=error.what)
        return ConnectorHealth(reachable=True, why="")

    def close(self) -> None:
        """Nothing to let go of: the world itself is closed by who opened it."""

    def _page(self, stream: str, rows: list[Row], cursor: str, *, more: bool) -> Page:
        records: list[SourceRecord] = []
        rejected: list[RejectedRecord] = []
        deleted: list[DeletedRecord] = []
        for row in rows:
            if row.render is not None:
                records.append(
                    SourceRecord(
                        source=self.source,
                        entity=row.render(),
                        version=str(row.stamp),
                        stamp=row.stamp,
                        observed_at=row.changed_at,
                    )
                )
            elif row.raw:
                rejected.append(
                    RejectedRecord(
                        source=self.source,
                        stream=stream,
                        external_id=row.ref.entity_id,
                        code="unreadable-date",
                        message="eta is no date, quantity is no whole number",
                        raw=row.raw,
                        observed_at=row.changed_at,
                    )
                )
            else:
                deleted.append(
                    DeletedRecord(
                        source=self.source, ref=row.ref, stamp=row.stamp, observed_at=row.changed_at
                    )
                )
        return Page(
            records=tuple(records),
            rejected=tuple(rejected),
            deleted=tuple(deleted),
            cursor=cursor,
            more=more,
        )

    def _answer_or_be_silent(self) -> None:
        """A face is silent while its feed is out; the supplier portal is again and again for a while."""
        self._world.advance()
        since = self._world.silent_since(self._name)
        now = self._world.now()
        if since is None and self._name == "supplier":
            minutes = int((now - self._world.opened_at).total_seconds()) // 60
            spell = minutes % SILENT_EVERY_MINUTES - SILENT_FROM_MINUTE
            if 0 <= spell < SILENT_MINUTES:
                since = now - timedelta(minutes=spell)
        if since is None:
            self._outage.back()
            return
        silent_minutes = int((now - since).total_seconds()) // 60
        error = UnavailableError(
            what=f"The {self.manifest.title.lower()} has not answered for {silent_minutes} minutes.",
            remedy="It usually comes back within the hour; until then its data may be out of date.",
        )
        self._outage.lost(error)
        raise error
