"""The push connector: keeps each event once, and gives what it brought as a change feed.

Events come at least once, from HTTP or NATS; source and id of every event that was kept are remembered with
it in one line of the feed, so it takes effect exactly once whoever dies when. An event that happened before
one that is already known of the same record is too late and changes nothing.
"""

from __future__ import annotations

import logging
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from threading import RLock
from typing import Any, Protocol

from connectors.feed_journal import FeedJournal
from connectors.kept_feed import Arrival, KeptFeed
from connectors.outage import OutageLog
from connectors.protocol import ConnectorHealth, Manifest, Page, parse_manifest
from connectors.push.events import PushedEvent, event_of
from connectors.push.mapping import Meaning, meaning_of, stream_of, stream_of_bad
from connectors.push.stock_book import StockBook
from domain.clock import Clock
from domain.commands import Command, CommandResult, Receipt
from domain.errors import BadValueError, TowerError
from domain.ids import EntityKind, EntityRef, SourceName
from domain.records import Entity, RejectedRecord, ref_of

#: So many events are remembered at least after the feed was put in order.
EVENTS_REMEMBERED = 100_000


class Intake(Protocol):
    """What brings events by itself, such as a subscription."""

    def problem(self) -> TowerError | None:
        """Why nothing can come now; ``None`` while it can."""
        ...

    def close(self) -> None:
        """Stop bringing."""
        ...


class PushConnector:
    """Systems that tell what changed, as a source of the tower."""

    def __init__(self, source: SourceName, *, journal: FeedJournal, clock: Clock) -> None:
        """Keep what comes in ``journal``, which is read at the first use."""
        self._source = source
        self._journal = journal
        self._clock = clock
        self._manifest = parse_manifest(
            (files("connectors.push") / "manifest.toml").read_text(encoding="utf-8")
        )
        self._outage = OutageLog(source, logging.getLogger(__name__))
        self._lock = RLock()
        self._kept: KeptFeed | None = None
        self._memory = _Memory()
        self.intake: Intake | None = None

    @property
    def source(self) -> SourceName:
        """The name under which the profile knows what pushes."""
        return self._source

    @property
    def manifest(self) -> Manifest:
        """What it offers."""
        return self._manifest

    def accept(self, headers: Mapping[str, str], body: bytes) -> tuple[int, int]:
        """Take the event of one HTTP request; how many were new, how many known.

        Raises:
            BadInputError: it is no CloudEvent.
            UnavailableError: it cannot be kept now.
        """
        return self.take([event_of(headers, body)])

    def take(self, events: Sequence[PushedEvent]) -> tuple[int, int]:
        """Keep events, all in one line of the feed; how many were new, how many known or too late.

        Once this returns they survive a power cut, so their sender may forget them.

        Raises:
            UnavailableError: they cannot be kept now; none of them was.
        """
        with self._lock, self._feed().turn(wait=True):
            fresh: dict[str, PushedEvent] = {}
            for event in events:
                if _name(event) not in self._memory.known:
                    fresh.setdefault(_name(event), event)
            if fresh:
                draft = self._draft()
                for event in fresh.values():
                    self._read(event, draft)
                self._feed().append(draft.arrival())
        return len(fresh), len(events) - len(fresh)

    def _draft(self) -> _Draft:
        feed = self._feed()
        return _Draft(
            at=self._clock.now(),
            times=ChainMap({}, self._memory.times),
            stock=self._memory.stock.draft(),
            known=lambda ref: feed.entity(ref.kind, ref.entity_id),
            stream_of=lambda kind: stream_of(self._manifest, kind),
        )

    def _read(self, event: PushedEvent, draft: _Draft) -> None:
        try:
            meaning = meaning_of(event, self._manifest)
        except BadValueError as error:
            draft.reject(event, error, source=self._source, stream=stream_of_bad(event, self._manifest))
        else:
            draft.add(event, meaning)

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:
        """What changed at or after ``cursor``."""
        self._manifest.stream(stream)
        with self._lock, self._outage.watching():
            self._require_intake()
            self._feed().catch_up()
            return self._feed().page(stream, cursor, limit)

    def ids(self, stream: str) -> frozenset[str] | None:
        """``None``: what is gone is pushed like everything else."""
        self._manifest.stream(stream)
        return None

    def submit(self, command: Command) -> Receipt:
        """Nothing can be asked of those who push."""
        return Receipt(key=command.key, result=CommandResult.REJECTED, message="Events take no commands.")

    def probe(self, command: Command) -> Receipt | None:  # noqa: ARG002 - the Protocol's shape
        """No command ever happened."""
        return None

    def health(self) -> ConnectorHealth:
        """Whether events can come and be kept; never raises."""
        try:
            with self._lock, self._outage.watching():
                self._require_intake()
                self._feed()
        except TowerError as error:
            return ConnectorHealth(reachable=False, why=error.what)
        return ConnectorHealth(reachable=True, why="")

    def close(self) -> None:
        """Stop what brings events."""
        if self.intake is not None:
            self.intake.close()

    def _require_intake(self) -> None:
        problem = self.intake.problem() if self.intake is not None else None
        if problem is not None:
            raise problem

    def _feed(self) -> KeptFeed:
        if self._kept is None:
            self._memory.forget()
            self._kept = KeptFeed(
                self._journal,
                source=self._source,
                manifest=self._manifest,
                memory=self._memory,
                still_needed=_latest_names,
            )
        return self._kept


class _Memory:
    """What the kept feed remembers for us: the events that came, when records were so, and the stock book."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin again."""
        self.known: set[str] = set()
        self.times: dict[EntityRef, datetime] = {}
        self.stock = StockBook()

    def take(self, remembered: Mapping[str, Any], entities: Iterable[Entity]) -> None:
        """Add what one entry says."""
        self.stock.replay(remembered.get("stock", ()))
        for name, at, refs in remembered.get("events", ()):
            self.known.add(name)
            for kind, entity_id in refs if at else ():
                ref = EntityRef(kind=EntityKind(kind), entity_id=entity_id)
                self.times[ref] = datetime.fromisoformat(at)
        for entity in entities:
            self.stock.knows(entity)


@dataclass(slots=True, kw_only=True)
class _Draft:
    """The line of the feed that some events will become."""

    at: datetime
    times: ChainMap[EntityRef, datetime]
    stock: StockBook
    known: Callable[[EntityRef], Entity | None]
    stream_of: Callable[[EntityKind], str]
    entities: dict[EntityRef, tuple[str, Entity]] = field(default_factory=dict)
    gone: dict[EntityRef, str] = field(default_factory=dict)
    rejected: list[RejectedRecord] = field(default_factory=list)
    names: list[tuple[str, str, list[tuple[str, str]]]] = field(default_factory=list)

    def add(self, event: PushedEvent, meaning: Meaning) -> None:
        """Take what an event says of records of which nothing newer is known; the last word counts."""
        news = {ref for ref in meaning.refs if event.at is None or event.at >= self.times.get(ref, event.at)}
        for ref in news:
            self.entities.pop(ref, None)
            self.gone.pop(ref, None)
        told = ((stream, e, ref_of(e)) for stream, e in meaning.entities)
        self.entities |= {
            ref: (stream, self.stock.told(e, event.at)) for stream, e, ref in told if ref in news
        }
        self.gone |= {ref: stream for stream, ref in meaning.gone if ref in news}
        if event.at is not None:
            self.times |= dict.fromkeys(news, event.at)
        for movement in meaning.movements:
            self._changed(self.stock.move(movement, self._present))
        for event_id in meaning.withdrawn:
            self._changed(self.stock.withdraw(event_id, self._present))
        refs = sorted((ref.kind.value, ref.entity_id) for ref in news)
        self.names.append((_name(event), event.at.isoformat() if event.at else "", refs))

    def _changed(self, entities: Iterable[Entity]) -> None:
        for entity in entities:
            ref = ref_of(entity)
            self.entities[ref] = (self.stream_of(ref.kind), entity)

    def _present(self, ref: EntityRef) -> tuple[Entity | None, datetime | None]:
        if ref in self.gone:
            return None, None
        return self.entities[ref][1] if ref in self.entities else self.known(ref), self.times.get(ref)

    def reject(self, event: PushedEvent, error: BadValueError, *, source: SourceName, stream: str) -> None:
        """Keep an event aside that cannot be understood; sent again it would be no clearer."""
        self.rejected.append(
            RejectedRecord(
                source=source,
                stream=stream,
                external_id=f"{event.source} {event.event_id}",
                code="unreadable-event",
                message=error.what[:500],
                raw=event.data,
                observed_at=self.at,
            )
        )
        self.names.append((_name(event), "", []))

    def arrival(self) -> Arrival:
        """All of it."""
        entities: dict[str, list[Entity]] = {}
        for stream, entity in self.entities.values():
            entities.setdefault(stream, []).append(entity)
        gone: dict[str, list[EntityRef]] = {}
        for ref, stream in self.gone.items():
            gone.setdefault(stream, []).append(ref)
        return Arrival(
            at=self.at,
            entities=entities,
            rejected=self.rejected,
            gone=gone,
            remembered=self.remembered(),
        )

    def remembered(self) -> dict[str, Any]:
        """What must be known of it later."""
        return {"events": self.names} | ({"stock": self.stock.facts} if self.stock.facts else {})


def _name(event: PushedEvent) -> str:
    return f"{event.source}\n{event.event_id}"


def _latest_names(remembered: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest names, as whoever sends an event again does so soon, and the stock book, as one entry."""
    names = [name for entry in remembered for name in entry["events"]]
    stock = StockBook()
    for entry in remembered:
        stock.replay(entry.get("stock", ()))
    return [{"events": names[-EVENTS_REMEMBERED:], "stock": stock.standing()}] if names else []
