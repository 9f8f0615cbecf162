"""The file connector: takes in what lies in the watched folder, row by row, and keeps what it says."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from threading import RLock
from typing import Any

from connectors.drop_folder import Mailbox
from connectors.feed_journal import FeedJournal
from connectors.files.client import read_table
from connectors.files.mapping import GoodRow, PoisonRow, check_columns, rows_of
from connectors.files.profiles import MappingProfile, load_mappings, own_manifest
from connectors.kept_feed import Arrival, KeptFeed
from connectors.outage import OutageLog
from connectors.protocol import ConnectorHealth, Manifest, Page
from domain.clock import Clock
from domain.commands import Command, CommandResult, Receipt
from domain.errors import BadInputError, TowerError
from domain.ids import EntityKind, EntityRef, SourceName
from domain.records import Entity, RejectedRecord, ref_of

#: So many files are taken in before a page is given; the others wait for the next.
FILES_AT_ONCE = 20
_HEAD_BYTES = 4096


class _Memory:
    """What the kept feed remembers for us: the records that the last snapshot of each mapping held."""

    def __init__(self) -> None:
        self._of_mapping: dict[str, frozenset[EntityRef]] = {}

    def of(self, mapping: str) -> frozenset[EntityRef]:
        """The records that came by a mapping and are there."""
        return self._of_mapping.get(mapping, frozenset())

    def forget(self) -> None:
        """Begin again."""
        self._of_mapping.clear()

    def take(self, remembered: Mapping[str, Any], entities: Iterable[Entity]) -> None:
        """Add what one entry says."""
        del entities
        if remembered:
            self._of_mapping[remembered["mapping"]] = frozenset(
                EntityRef(kind=EntityKind(kind), entity_id=entity_id)
                for kind, entity_id in remembered["present"]
            )


class FilesConnector:
    """Exports of other systems as a source of the tower."""

    def __init__(
        self, source: SourceName, folder: Mailbox, *, mappings: Path, journal: FeedJournal, clock: Clock
    ) -> None:
        """Watch ``folder``; what came is kept in ``journal``; nothing is read yet."""
        self._source = source
        self._folder = folder
        self._mappings_folder = mappings
        self._journal = journal
        self._clock = clock
        self._manifest = own_manifest()
        self._outage = OutageLog(source, logging.getLogger(__name__))
        self._lock = RLock()
        self._kept: KeptFeed | None = None
        self._memory = _Memory()

    @property
    def source(self) -> SourceName:
        """The name under which the profile knows this folder."""
        return self._source

    @property
    def manifest(self) -> Manifest:
        """What it offers."""
        return self._manifest

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:
        """What changed at or after ``cursor``, after taking in what waits unless another instance does."""
        self._manifest.stream(stream)
        with self._lock, self._outage.watching():
            self._folder.check()
            with self._feed.turn() as mine:
                if mine:
                    self._take_in_files()
                return self._feed.page(stream, cursor, limit)

    def ids(self, stream: str) -> frozenset[str] | None:
        """``None``: a snapshot tells by itself what is gone, and other files never do."""
        self._manifest.stream(stream)
        return None

    def submit(self, command: Command) -> Receipt:
        """Nothing can be asked of files."""
        return Receipt(key=command.key, result=CommandResult.REJECTED, message="Files take no commands.")

    def probe(self, command: Command) -> Receipt | None:  # noqa: ARG002 - the Protocol's shape
        """No command ever happened."""
        return None

    def health(self) -> ConnectorHealth:
        """Whether the folder can be used; never raises."""
        try:
            with self._lock, self._outage.watching():
                self._folder.check()
                mappings = load_mappings(self._mappings_folder)
                waiting = len(self._folder.waiting(FILES_AT_ONCE))
        except TowerError as error:
            return ConnectorHealth(reachable=False, why=str(error))
        return ConnectorHealth(reachable=True, why=f"{len(mappings)} mappings, {waiting} files wait")

    def close(self) -> None:
        """Let go of the folder's connection, where it has one."""
        self._folder.close()

    @property
    def _feed(self) -> KeptFeed:
        if self._kept is None:
            self._memory.forget()
            self._kept = KeptFeed(
                self._journal, source=self._source, manifest=self._manifest, memory=self._memory
            )
        return self._kept

    def _take_in_files(self) -> None:
        mappings = load_mappings(self._mappings_folder)
        for name in self._folder.waiting(FILES_AT_ONCE):
            body, profile = b"", None
            try:
                body = self._folder.read(name)
                profile = _mapping_of(name, mappings)
                table = read_table(body, profile)
                check_columns(table, profile)
            except BadInputError as error:
                self._refuse(name, body, error, profile)
                continue
            self._keep(name, profile, list(rows_of(table, profile)))
            self._folder.finish(name)

    def _stream_of(self, profile: MappingProfile | None) -> str:
        if profile is None:
            return self._manifest.streams[0].name
        return next((s.name for s in self._manifest.streams if profile.kind in s.kinds), "")

    def _keep(self, name: str, profile: MappingProfile, rows: Sequence[GoodRow | PoisonRow]) -> None:
        """Keep what is new or other than before; of a snapshot also what is no longer there."""
        stream = self._stream_of(profile)
        at = self._clock.now()
        good = [row.entity for row in rows if isinstance(row, GoodRow)]
        changed: list[Entity] = []
        for entity in good:
            ref = ref_of(entity)
            was_poison = self._feed.rejection(stream, ref.entity_id) is not None
            if was_poison or self._feed.entity(ref.kind, ref.entity_id) != entity:
                changed.append(entity)
        rejected = [
            self._rejected(stream, row.external_id, row.code, f"{name}: {row.message}", row.raw)
            for row in rows
            if isinstance(row, PoisonRow)
        ]
        news = [bad for bad in rejected if not self._is_known(bad)]
        present = {ref_of(entity) for entity in good}
        gone: list[EntityRef] = []
        if profile.snapshot and not rejected:
            gone = sorted(self._memory.of(profile.name) - present)
        if not (changed or news or gone):
            return
        kept = present | (set() if profile.snapshot and not rejected else self._memory.of(profile.name))
        remembered = {"mapping": profile.name, "present": sorted([r.kind.value, r.entity_id] for r in kept)}
        self._feed.append(
            Arrival(
                at=at,
                entities={stream: changed},
                rejected=tuple(news),
                gone={stream: gone},
                remembered=remembered if profile.snapshot else None,
            )
        )

    def _is_known(self, bad: RejectedRecord) -> bool:
        held = self._feed.rejection(bad.stream, bad.external_id)
        return held is not None and (held.raw, held.message) == (bad.raw, bad.message)

    def _refuse(self, name: str, body: bytes, error: BadInputError, profile: MappingProfile | None) -> None:
        raw = body[:_HEAD_BYTES] or name.encode()
        bad = self._rejected(self._stream_of(profile), f"file {name}", "unreadable-file", error.what, raw)
        self._feed.append(Arrival(at=self._clock.now(), entities={}, rejected=(bad,)))
        self._folder.refuse(name, str(error))

    def _rejected(self, stream: str, external_id: str, code: str, message: str, raw: bytes) -> RejectedRecord:
        return RejectedRecord(
            source=self._source,
            stream=stream,
            external_id=external_id,
            code=code,
            message=message,
            raw=raw,
            observed_at=self._clock.now(),
        )


def _mapping_of(name: str, mappings: Sequence[MappingProfile]) -> MappingProfile:
    found = next((each for each in mappings if each.matches(name)), None)
    if found is None:
        raise BadInputError(
            what=f"No mapping profile is for files like {name}.",
            remedy="Add one, or correct its files pattern.",
        )
    return found
