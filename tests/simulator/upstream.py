"""The systems of record of the simulator: four, one a level of idempotency, on one set of order lines."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zlib import crc32

from connectors.http import HttpUnavailableError
from connectors.protocol import ConnectorHealth, IdempotencyLevel, Manifest, Page, StreamSpec
from domain.commands import Command, CommandResult, ReallocateLine, Receipt, SetLinePrice, target_of
from domain.compensation import undone_key
from domain.errors import BadInputError, UnavailableError
from domain.ids import EntityKind, SourceName
from domain.orders import OrderLine
from domain.records import SourceRecord
from tests.support.approval_desk import START, TurnedClock, order_line

LEVELS = {SourceName(f"erp-{level.lower()}"): level for level in IdempotencyLevel}
KEYED = frozenset({IdempotencyLevel.A, IdempotencyLevel.B})
#: How often each thing happens to a command on its way: nothing happens to the rest.
FAULTS = {
    "refused": 0.06,
    "lost": 0.06,
    "silent": 0.07,
    "nonsense": 0.03,
    "doubt": 0.04,
    "late": 0.05,
    "twice": 0.05,
}

Fields = tuple[object, ...]


def decisive(line: OrderLine) -> Fields:
    """What a decision on a line rests on, in plain values: the checker compares these, not digests."""
    return (
        line.item_id,
        line.node_id,
        line.ordered_quantity,
        line.shipped_quantity,
        line.unit_price_cents,
        line.promised_at,
        line.cancelled,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something a command really did: to which line, as it was just before."""

    key: str
    source: SourceName
    line_id: str
    before: Fields
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command that reached a system, or a question whether it happened; ``told`` is what was answered."""

    key: str
    source: SourceName
    kind: str
    told: str


@dataclass
class Upstream:
    """The lines as they are, every effect, and everything that was asked.

    The next command to a system in ``cut`` is done, and its answer is lost; so is the next step back to one
    in ``cut_back``. Of the commands that come second in their action a share is refused for good.
    """

    chance: random.Random
    clock: TurnedClock
    lines: dict[str, OrderLine] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    away: set[SourceName] = field(default_factory=set)
    cut: set[SourceName] = field(default_factory=set)
    cut_back: set[SourceName] = field(default_factory=set)
    refuses_each: int = 3
    calm: bool = False
    _late: list[tuple[datetime, Command]] = field(default_factory=list)

    def open(self, count: int) -> None:
        """Have that many lines, spread over the systems."""
        for number in range(1, count + 1):
            self.lines[f"L{number}"] = order_line(number)
            self.versions[f"L{number}"] = 1

    def source_of(self, line_id: str) -> SourceName:
        """Which system a line is of."""
        names = sorted(LEVELS)
        return names[int(line_id[1:]) % len(names)]

    def record(self, line_id: str) -> SourceRecord:
        """A line as a sync reads it."""
        version = self.versions[line_id]
        return SourceRecord(
            source=self.source_of(line_id),
            entity=self.lines[line_id],
            version=str(version),
            stamp=version,
            observed_at=START,
        )

    def edit(self, line_id: str, *, relevant: bool) -> None:
        """Somebody changes a line behind the tower's back."""
        line = self.lines[line_id]
        if relevant:
            line = replace(line, ordered_quantity=line.ordered_quantity + self.chance.randint(1, 5))
        self.lines[line_id] = line
        self.versions[line_id] += 1

    def take(self, command: Command) -> Receipt:
        """Do what a command says, the way a system of its level does it."""
        line_id = target_of(command.action).entity_id
        level = LEVELS[command.source]
        if level in KEYED and any(effect.key == command.key for effect in self.effects):
            return replace(self._answer(command, CommandResult.SUCCEEDED), repeated=True)
        if any(str(self.versions[each.ref.entity_id]) != each.version for each in command.expected):
            return self._answer(command, CommandResult.CONFLICT)
        if command.key.endswith("-2") and crc32(command.key.encode()) % self.refuses_each == 0:
            return self._answer(command, CommandResult.REJECTED)
        before = self.lines[line_id]
        self.lines[line_id] = _changed(before, command)
        self.versions[line_id] += 1
        self.effects.append(
            Effect(
                key=command.key,
                source=command.source,
                line_id=line_id,
                before=decisive(before),
                at=self.clock.now(),
            )
        )
        return self._answer(command, CommandResult.SUCCEEDED)

    def arrive(self) -> None:
        """Let requests arrive whose sender gave up long ago."""
        due = [command for at, command in self._late if at <= self.clock.now()]
        self._late = [(at, command) for at, command in self._late if at > self.clock.now()]
        for command in due:
            self._note(command, "arrived", self.take(command).result)

    def submit(self, command: Command) -> Receipt:
        """A command as a desk sends it, over a network that is not always kind."""
        if command.source in self.away:
            raise HttpUnavailableError(what="refused", remedy="Wait.", request_may_have_left=False)
        cut = self.cut_back if undone_key(command.key) else self.cut
        fault = "silent" if command.source in cut else self._fault()
        cut.discard(command.source)
        if fault == "twice" and LEVELS[command.source] not in KEYED:
            fault = "silent"
        if fault == "refused":
            raise HttpUnavailableError(what="refused", remedy="Wait.", request_may_have_left=False)
        if fault == "lost":
            self._note(command, "submit", "no answer")
            raise HttpUnavailableError(what="timed out", remedy="Wait.")
        if fault == "late":
            self._note(command, "submit", "no answer")
            due = self.clock.now() + timedelta(seconds=self.chance.randint(1, 1800))
            self._late.append((due, command))
            raise HttpUnavailableError(what="timed out", remedy="Wait.")
        receipt = self.take(command)
        if fault == "twice":
            receipt = self.take(command)
        self._note(command, "submit", receipt.result if not fault else "no answer")
        return self._told(receipt, fault)

    def probe(self, command: Command) -> Receipt | None:
        """Whether a command happened."""
        if command.source in self.away or self._fault() in {"refused", "lost", "silent"}:
            raise UnavailableError(what="The ERP is away.", remedy="Wait.")
        done = any(effect.key == command.key for effect in self.effects)
        self._note(command, "probe", "done" if done else "absent")
        return self._answer(command, CommandResult.SUCCEEDED) if done else None

    def _told(self, receipt: Receipt, fault: str) -> Receipt:
        if fault == "silent":
            raise HttpUnavailableError(what="the answer was cut", remedy="Wait.")
        if fault == "nonsense":
            raise BadInputError(what="The answer is a web page.", remedy="Look at the proxy.")
        return replace(receipt, result=CommandResult.UNKNOWN) if fault == "doubt" else receipt

    def _fault(self) -> str:
        if self.calm:
            return ""
        roll = self.chance.random()
        for name, share in FAULTS.items():
            roll -= share
            if roll < 0:
                return name
        return ""

    def _answer(self, command: Command, result: CommandResult) -> Receipt:
        version = self.versions[target_of(command.action).entity_id]
        return Receipt(
            key=command.key, result=result, message=f"it is {result}", upstream_version=str(version)
        )

    def _note(self, command: Command, kind: str, told: str) -> None:
        self.asked.append(Asked(key=command.key, source=command.source, kind=kind, told=str(told)))


class Face:
    """One system as the connector of a desk."""

    def __init__(self, upstream: Upstream, source: SourceName, after: Callable[[], None]) -> None:
        """``after`` is called when a system has answered and the desk does not know it yet."""
        self._upstream = upstream
        self.source = source
        self._after = after

    @property
    def manifest(self) -> Manifest:
        return Manifest(
            system="simulated",
            title="Simulated system",
            streams=(StreamSpec(name="orders", kinds=(EntityKind.ORDER_LINE,)),),
            verbs=("reallocate_line", "set_line_price"),
            credentials=(),
            idempotency=LEVELS[self.source],
            cursor_kind="stamp",
        )

    def submit(self, command: Command) -> Receipt:
        receipt = self._upstream.submit(command)
        self._after()
        return receipt

    def probe(self, command: Command) -> Receipt | None:
        receipt = self._upstream.probe(command)
        self._after()
        return receipt

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:
        return Page(records=(), rejected=(), deleted=(), cursor="", more=False)

    def ids(self, stream: str) -> frozenset[str] | None:
        return None

    def health(self) -> ConnectorHealth:
        return ConnectorHealth(reachable=self.source not in self._upstream.away, why="simulated")

    def close(self) -> None:
        """Nothing is held."""


def _changed(line: OrderLine, command: Command) -> OrderLine:
    match command.action:
        case ReallocateLine() as move:
            return replace(line, node_id=move.to_node_id)
        case SetLinePrice() as price:
            return replace(line, unit_price_cents=price.unit_price_cents)
    raise TypeError(type(command.action).__name__)
