"""A source in memory that tests fill, page, break and empty at will."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connectors.protocol import ConnectorHealth, IdempotencyLevel, Manifest, Page, StreamSpec
from domain.commands import Command, CommandResult, Receipt
from domain.ids import EntityKind, EntityRef, SourceName
from domain.records import TYPE_OF_KIND, DeletedRecord, Entity, RejectedRecord, SourceRecord, ref_of
from tests.support.facts import ERP, NOW

STREAM = "everything"
KINDS = tuple(TYPE_OF_KIND)


@dataclass
class FakeClock:
    """A clock that moves only when told."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class FakeConnector:
    """One stream with a change log; the cursor is a position in it, asked from inclusively."""

    clock: FakeClock = field(default_factory=FakeClock)
    name: SourceName = ERP
    reports_deletions: bool = True
    kinds: tuple[EntityKind, ...] = KINDS
    log: list[SourceRecord | RejectedRecord | DeletedRecord] = field(default_factory=list)
    alive: dict[EntityRef, SourceRecord] = field(default_factory=dict)
    failure: Exception | None = None
    fail_after_pages: int | None = None
    calls: int = 0
    stamp: int = 0

    @property
    def source(self) -> SourceName:
        return self.name

    @property
    def manifest(self) -> Manifest:
        return Manifest(
            system="fake",
            title=self.name.upper(),
            streams=(StreamSpec(name=STREAM, kinds=self.kinds),),
            verbs=(),
            credentials=(),
            idempotency=IdempotencyLevel.A,
            cursor_kind="log position",
        )

    def put(self, *entities: Entity) -> None:
        """Let the source have these now, as newer versions of what it had."""
        for entity in entities:
            self.stamp += 1
            made = SourceRecord(
                source=self.name,
                entity=entity,
                version=f"v{self.stamp}",
                stamp=self.stamp,
                observed_at=self.clock.now(),
            )
            self.log.append(made)
            self.alive[made.ref] = made

    def drop(self, entity: Entity) -> None:
        """Let the source lose a record, silently if it does not report deletions."""
        self.stamp += 1
        self.alive.pop(ref_of(entity))
        if self.reports_deletions:
            self.log.append(
                DeletedRecord(
                    source=self.name, ref=ref_of(entity), stamp=self.stamp, observed_at=self.clock.now()
                )
            )

    def spoil(self, external_id: str, *, raw: bytes = b"{", code: str = "MISSING_FIELD") -> None:
        """Let the source give a record that cannot be understood."""
        self.log.append(
            RejectedRecord(
                source=self.name,
                stream=STREAM,
                external_id=external_id,
                code=code,
                message="quantity is missing",
                raw=raw,
                observed_at=self.clock.now(),
            )
        )

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:
        assert stream == STREAM
        self.calls += 1
        if self.failure is not None and (self.fail_after_pages is None or self.calls > self.fail_after_pages):
            raise self.failure
        start = max(0, int(cursor) - 1) if cursor else 0
        # The first position is given twice, as sources with a cursor closed at its start do.
        end = min(len(self.log), start + max(2, limit))
        part = self.log[start:end]
        return Page(
            records=tuple(entry for entry in part if isinstance(entry, SourceRecord)),
            rejected=tuple(entry for entry in part if isinstance(entry, RejectedRecord)),
            deleted=tuple(entry for entry in part if isinstance(entry, DeletedRecord)),
            cursor=str(end),
            more=end < len(self.log),
        )

    def ids(self, stream: str) -> frozenset[str] | None:
        assert stream == STREAM
        return None if self.reports_deletions else frozenset(ref.entity_id for ref in self.alive)

    def submit(self, command: Command) -> Receipt:
        return Receipt(key=command.key, result=CommandResult.REJECTED, message="This source is read only.")

    def probe(self, command: Command) -> Receipt | None:
        return None

    def health(self) -> ConnectorHealth:
        return ConnectorHealth(reachable=self.failure is None, why=str(self.failure or ""))

    def close(self) -> None:
        self.log = list(self.log)


def page_of(*records: SourceRecord, cursor: str = "1", **rest: object) -> Page:
    """A page with these records and nothing else, unless said."""
    page = Page(records=records, rejected=(), deleted=(), cursor=cursor, more=False)
    return replace(page, **rest)  # type: ignore[arg-type]  # fields by name, checked when built
