"""The EDI connector: takes in what lies in the drop folder, keeps what it says, and writes what is asked."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock
from typing import Any

from connectors.drop_folder import Mailbox
from connectors.edi.desk import withdrawals, write_command
from connectors.edi.envelopes import Interchange
from connectors.edi.faults import EdiParseError
from connectors.edi.intake import (
    MESSAGES,
    Overlay,
    SetResult,
    coded,
    digest_of,
    interchange_key,
    read_file,
    take_in,
)
from connectors.edi.mapping import interchange_answer
from connectors.edi.partners import Partner, load_partners
from connectors.edi.replies import acknowledgement
from connectors.feed_journal import FeedJournal
from connectors.kept_feed import Arrival, KeptFeed, arrange
from connectors.outage import OutageLog
from connectors.protocol import ConnectorHealth, Manifest, Page, parse_manifest
from domain.clock import Clock
from domain.commands import Command, CommandResult, Receipt
from domain.edi import EdiStatus
from domain.errors import BadInputError, ConflictError, TowerError
from domain.ids import EntityKind, EntityRef, SourceName
from domain.records import Entity, RejectedRecord

_MANIFEST = Path(__file__).with_name("manifest.toml")
#: So many files are taken in before a page is given; the others wait for the next.
FILES_AT_ONCE = 200
_RAW_BYTES = 64 * 1024
_CONTROL_MODULUS = 1_000_000_000
_DUPLICATE = ".duplicate"


@dataclass(slots=True)
class _Memory:
    """What the kept feed remembers for us.

    Notes, interchanges (``closed``: they have left ``in/``), commands, the drafts that are ``owed`` to
    partners, and our last control number.
    """

    notes: dict[str, str] = field(default_factory=dict)
    interchanges: dict[str, dict[str, str]] = field(default_factory=dict)
    commands: dict[str, dict[str, str]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    owed: set[str] = field(default_factory=set)
    control: int = 0

    def forget(self) -> None:
        """Begin again."""
        for table in (self.notes, self.interchanges, self.commands, self.closed, self.owed):
            table.clear()
        self.control = 0

    def take(self, remembered: Mapping[str, Any], entities: Iterable[Entity]) -> None:
        """Add what one entry says."""
        del entities
        for name, table in (
            ("notes", self.notes), ("interchanges", self.interchanges), ("commands", self.commands)
        ):  # fmt: skip
            found = remembered.get(name)
            if isinstance(found, dict):
                table.update(found)
        control, closed = remembered.get("control"), remembered.get("closed")
        if isinstance(control, int):
            self.control = control
        if isinstance(closed, str):
            self.closed.add(closed)
        self.owed.update(remembered.get("owed", ()))
        self.owed.discard(remembered.get("handed_out", ""))


class EdiConnector:
    """Trading partners as a source of the tower."""

    def __init__(
        self, source: SourceName, folder: Mailbox, *, partners: Path, journal: FeedJournal, clock: Clock
    ) -> None:
        """Exchange through ``folder``; what came is kept in ``journal``; nothing is read yet."""
        self._source = source
        self._folder = folder
        self._partners_folder = partners
        self._journal = journal
        self._clock = clock
        self._manifest = parse_manifest(_MANIFEST.read_text(encoding="utf-8"))
        self._outage = OutageLog(source, logging.getLogger(__name__))
        self._lock = RLock()
        self._kept: tuple[KeptFeed, _Memory] | None = None

    @property
    def source(self) -> SourceName:
        """The name under which the profile knows this drop folder."""
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
        """``None``: partners never report that something is gone; a document says so itself."""
        self._manifest.stream(stream)
        return None

    def submit(self, command: Command) -> Receipt:
        """Write the document of a command once; the partner's answer comes by its own document."""
        with self._lock, self._outage.watching():
            self._folder.check()
            with self._feed.turn(wait=True):
                self._hand_out()
                return self._told_again(command) or self._write(command)

    def probe(self, command: Command) -> Receipt | None:
        """What became of a command: what is kept here is what happened."""
        with self._lock, self._outage.watching(), self._feed.turn(wait=True):
            self._hand_out()
            return self._told_again(command)

    def _told_again(self, command: Command) -> Receipt | None:
        message = self._memory.commands.get(command.key, {}).get("message")
        if message is None:
            return None
        return Receipt(key=command.key, result=CommandResult.SUCCEEDED, message=message, repeated=True)

    def health(self) -> ConnectorHealth:
        """Whether the folder can be used; never raises."""
        try:
            with self._lock, self._outage.watching():
                self._folder.check()
                partners = load_partners(self._partners_folder)
                waiting = len(self._folder.waiting(FILES_AT_ONCE))
        except TowerError as error:
            return ConnectorHealth(reachable=False, why=str(error))
        return ConnectorHealth(reachable=True, why=f"{len(partners)} partners, {waiting} files wait")

    def close(self) -> None:
        """Let go of the folder's connection, where it has one."""
        self._folder.close()

    def entity(self, kind: EntityKind, entity_id: str) -> Entity | None:
        """The present state of a record, as far as documents told it."""
        return self._feed.entity(kind, entity_id)

    def notes_under(self, prefix: str) -> Mapping[str, str]:
        """What is remembered under names that begin so."""
        return {n: value for n, value in self._memory.notes.items() if n.startswith(prefix)}

    def codes_of(self, subject: str) -> tuple[dict[str, str], ...]:
        """Every code that was said of a record: raw, with its meaning and the party responsible."""
        with self._lock:
            said = (code for entry in self._feed.remembered for code in entry.get("codes", ()))
            return tuple(code for code in said if code["of"] == subject)

    @property
    def _feed(self) -> KeptFeed:
        return self._opened()[0]

    @property
    def _memory(self) -> _Memory:
        return self._opened()[1]

    def _opened(self) -> tuple[KeptFeed, _Memory]:
        if self._kept is None:
            memory = _Memory()
            feed = KeptFeed(self._journal, source=self._source, manifest=self._manifest, memory=memory)
            self._folder.check()
            with feed.turn() as mine:
                if mine:
                    self._folder.drop_drafts(memory.owed)
            self._kept = feed, memory
        return self._kept

    def _take_in_files(self) -> None:
        self._hand_out()
        partners = load_partners(self._partners_folder)
        for name in self._folder.waiting(FILES_AT_ONCE):
            body = b""
            try:
                body = self._folder.read(name)
                found = read_file(body, partners)
                for partner, interchange in found:
                    self._check_number(interchange, partner)
            except BadInputError as error:
                self._refuse(name, body, error)
                continue
            fresh = [self._take_in(partner, interchange, partners) for partner, interchange in found]
            self._folder.finish(name, suffix="" if any(fresh) else _DUPLICATE)
            for _, interchange in found:
                key = interchange_key(interchange)
                if key not in self._memory.closed:
                    self._close(key)

    def _check_number(self, interchange: Interchange, partner: Partner) -> None:
        told = self._memory.interchanges.get(interchange_key(interchange))
        if told is not None and told["sha256"] != digest_of(interchange):
            raise BadInputError(
                what=f"The interchange {interchange.control} of {partner.name} came before, and was another.",
                remedy="Ask the partner to send it again under a new control number.",
            )

    def _refuse(self, name: str, body: bytes, error: BadInputError) -> None:
        """Keep that a file could not be used, then move it away."""
        place = f"{error.segment} {error.position}" if isinstance(error, EdiParseError) else "file"
        bad = RejectedRecord(
            source=self._source,
            stream=MESSAGES,
            external_id=name,
            code=f"unreadable-file {place}",
            message=error.what,
            raw=body[:_RAW_BYTES] or name.encode(),
            observed_at=self._clock.now(),
        )
        self._feed.append(Arrival(at=self._clock.now(), entities={}, rejected=(bad,)))
        self._folder.refuse(name, str(error))

    def _take_in(self, partner: Partner, interchange: Interchange, partners: Sequence[Partner]) -> bool:
        """Keep an interchange and answer it; whether it is new (or was broken off before)."""
        key = interchange_key(interchange)
        told = self._memory.interchanges.get(key)
        if told is not None and key in self._memory.closed:
            return self._replay(partner, interchange, key, told)
        if told is None:
            self._keep_interchange(partner, interchange, partners)
        self._hand_out()
        return True

    def _keep_interchange(
        self, partner: Partner, interchange: Interchange, partners: Sequence[Partner]
    ) -> None:
        at = self._clock.now()
        overlay = Overlay(kept=self)
        results = take_in(interchange, partner, overlay, at=at)
        control = self._next_control()
        reply = acknowledgement(interchange, results, partner, control=control, at=at)
        taken_back = list(withdrawals(overlay.entities.values(), partners, self, control=control + 1, at=at))
        owed = [self._draft(each.partner, each.file_name, each.text) for each in taken_back]
        if reply:
            name = f"{partner.name}-{partner.acknowledge}-{control:09d}.edi"
            owed.append(self._draft(partner, name, reply))
        refused = sorted(result.message_id for result in results if result.fault is not None)
        told = {"sha256": digest_of(interchange), "refused": " ".join(refused)}
        remembered: dict[str, object] = {
            "interchanges": {interchange_key(interchange): told},
            "codes": [code for result in results for code in coded(result.codes)],
            "notes": overlay.notes | {k: v for each in taken_back for k, v in each.notes.items()},
            "owed": owed,
        }
        if owed:
            remembered["control"] = control + len(taken_back)
        found = [e for result in results for e in (*result.entities, result.message)]
        found += [interchange_answer(each, partner, self, at=at) for each in interchange.answers]
        found += [entity for each in taken_back for entity in each.entities]
        entities = arrange(found, self._manifest)
        rejected = tuple(self._rejected(result) for result in results if result.fault is not None)
        self._feed.append(Arrival(at=at, entities=entities, rejected=rejected, remembered=remembered))

    def _replay(self, partner: Partner, interchange: Interchange, key: str, told: Mapping[str, str]) -> bool:
        """Try again what was refused when the interchange came first; whether any of it is understood now."""
        refused = frozenset(told.get("refused", "").split())
        if not refused:
            return False
        at = self._clock.now()
        overlay = Overlay(kept=self)
        results = [
            each for each in take_in(interchange, partner, overlay, at=at, only=refused) if each.fault is None
        ]
        if not results:
            return False
        left = refused - {each.message_id for each in results}
        remembered = {
            "interchanges": {key: {**told, "refused": " ".join(sorted(left))}},
            "codes": [code for result in results for code in coded(result.codes)],
            "notes": overlay.notes,
        }
        replayed = [replace(each.message, status=EdiStatus.REPLAYED) for each in results]
        entities = arrange((*(e for r in results for e in r.entities), *replayed), self._manifest)
        gone: dict[str, list[EntityRef]] = {}
        for each in results:
            # What stands in quarantine under the message's id is no longer there.
            kind = self._manifest.stream(each.stream).kinds[0]
            if kind is not EntityKind.EDI_MESSAGE:
                gone.setdefault(each.stream, []).append(EntityRef(kind=kind, entity_id=each.message_id))
        self._feed.append(Arrival(at=at, entities=entities, gone=gone, remembered=remembered))
        return True

    def _rejected(self, result: SetResult) -> RejectedRecord:
        fault = result.fault
        code = f"{fault.segment} {fault.position}" if isinstance(fault, EdiParseError) else "unmatched"
        return RejectedRecord(
            source=self._source,
            stream=result.stream,
            external_id=result.message_id,
            code=code,
            message="" if fault is None else fault.what,
            raw=result.source.raw.encode()[:_RAW_BYTES],
            observed_at=result.message.received_at,
        )

    def _write(self, command: Command) -> Receipt:
        control = self._next_control()
        try:
            written = write_command(
                command, load_partners(self._partners_folder), self, control=control, at=self._clock.now()
            )
        except (BadInputError, ConflictError) as error:
            is_conflict = isinstance(error, ConflictError)
            result = CommandResult.CONFLICT if is_conflict else CommandResult.REJECTED
            return Receipt(key=command.key, result=result, message=error.what)
        remembered = {
            "commands": {command.key: {"message": written.message}},
            "control": control,
            "notes": written.notes,
            "owed": [self._draft(written.partner, written.file_name, written.text)],
        }
        entities = arrange(written.entities, self._manifest)
        self._feed.append(Arrival(at=self._clock.now(), entities=entities, remembered=remembered))
        self._hand_out()
        return Receipt(key=command.key, result=CommandResult.SUCCEEDED, message=written.message)

    def _draft(self, partner: Partner, name: str, text: str) -> str:
        self._folder.draft(name, text, partner.encoding)
        return name

    def _hand_out(self) -> None:
        """Hand over what is owed, by whichever instance; noted too late, it is done again, harmlessly."""
        for name in sorted(self._memory.owed):
            self._folder.hand_out(name)
            arrival = Arrival(at=self._clock.now(), entities={}, remembered={"handed_out": name})
            self._feed.append(arrival, durable=False)

    def _close(self, name: str) -> None:
        """Note that an interchange left ``in/``; forgotten by a power cut, it is done again, harmlessly."""
        arrival = Arrival(at=self._clock.now(), entities={}, remembered={"closed": name})
        self._feed.append(arrival, durable=False)

    def _next_control(self) -> int:
        """The next control number; by the clock, so that a lost state does not repeat one."""
        by_clock = int(self._clock.now().timestamp()) % _CONTROL_MODULUS
        return max(self._memory.control + 1, by_clock)
