"""The living world: a pure function of its seed, the time and the commands it was given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock

import msgspec

from connectors.world.command_desk import CommandDesk, Deed
from connectors.world.command_log import CommandLog, LoggedCommand
from connectors.world.company import found_company
from connectors.world.disruptions.disruption import DisruptionKind, Plan
from connectors.world.disruptions.plan import plan_for
from connectors.world.faces import FACES, WorldFace
from connectors.world.feed import Row
from connectors.world.history import collector_paused
from connectors.world.master import build_master
from connectors.world.sizes import SizeName, size_named
from connectors.world.state import WorldState
from domain.clock import Clock
from domain.commands import Action, Command, CommandResult, Receipt
from domain.errors import BadInputError, ConflictError, CorruptError, RefusedError

STORY_LEAD = timedelta(days=8)


class WorldRecord(msgspec.Struct, forbid_unknown_fields=True):
    """What a world must remember beside its command log."""

    seed: int
    size: str
    opened_at: datetime


class World:
    """A distributor that goes on while the clock runs; safe to use from several threads.

    ``state_dir`` keeps ``world.json`` (seed, size, first opening) and ``commands.jsonl``; from these
    two the world is rebuilt at every start, so a crash loses nothing that was acknowledged.
    """

    def __init__(self, seed: int, clock: Clock, state_dir: Path, size: SizeName = "demo") -> None:
        """Open the world of ``state_dir``, or create it at the clock's present time.

        Raises:
            BadInputError: the folder holds a world of another seed or size.
            CorruptError: its files cannot be read.
        """
        self._clock = clock
        self._lock = RLock()
        record = _open_record(state_dir, seed, size, clock.now())
        self._opened_at = record.opened_at
        self._state = _state_of(record)
        self._commands = CommandDesk(self._state, found_company(self._state))
        self._log = CommandLog(state_dir / "commands.jsonl")
        self._given: dict[str, tuple[Action, Receipt]] = {}
        with collector_paused():
            for entry in self._log.entries:
                self._repeat(entry)
            self.advance()

    @property
    def opened_at(self) -> datetime:
        """When this world was opened for the first time, in world time."""
        return self._opened_at

    @property
    def state(self) -> WorldState:
        """Everything that is true in it now; to look at, under the lock when others use the world too."""
        return self._state

    @property
    def lock(self) -> RLock:
        """Held around everything that reads or changes the world."""
        return self._lock

    @property
    def source_names(self) -> tuple[str, ...]:
        """The faces there are."""
        return tuple(FACES)

    def now(self) -> datetime:
        """The world's present time (never before the newest command)."""
        with self._lock:
            return self._state.now

    def advance(self) -> None:
        """Let everything happen that is due by the clock."""
        with self._lock:
            self._state.run_until(_whole_second(self._clock.now()))

    def connector(self, name: str) -> WorldFace:
        """One face of the world: ``erp``, ``wms``, ``tms`` or ``supplier``.

        Raises:
            BadInputError: there is no such face.
        """
        if name not in FACES:
            raise BadInputError(what=f"The world has no face {name!r}.", remedy=f"Faces: {', '.join(FACES)}.")
        return WorldFace(self, name)

    def silent_since(self, source: str) -> datetime | None:
        """Since when a face has been silent by the plan of disruptions."""
        with self._lock:
            return self._state.disruptions.silent_since(source)

    def read(self, stream: str, cursor: str | None, limit: int) -> tuple[list[Row], str, bool]:
        """A slice of a stream as of now (see ``ChangeFeed.read``)."""
        with self._lock:
            self.advance()
            return self._state.feed.read(stream, cursor, limit)

    def ids(self, stream: str) -> frozenset[str]:
        """The ids of the records of a stream."""
        with self._lock:
            self.advance()
            return self._state.feed.ids(stream)

    def submit(self, command: Command) -> Receipt:
        """Carry out a command once; a key that was seen before gets the answer of the first time."""
        with self._lock:
            before = self._given.get(command.key)
            if before is not None:
                return _repeated(*before, command)
            self.advance()
            return self._carry_out(command)

    def given(self, command: Command) -> Receipt | None:
        """The answer a command got, if it ever came."""
        with self._lock:
            before = self._given.get(command.key)
            return None if before is None else _repeated(*before, command)

    def close(self) -> None:
        """Let go of the files."""
        self._log.close()

    def _carry_out(self, command: Command) -> Receipt:
        """Check, write to the log, then do: in this order, so that a crash never acknowledges too much."""
        deed: Deed | None = None
        try:
            self._check_expected(command)
            deed = self._commands.prepare(command.action)
            result, message = CommandResult.SUCCEEDED, deed.message
        except ConflictError as error:
            result, message = CommandResult.CONFLICT, error.what
        except (RefusedError, BadInputError) as error:
            result, message = CommandResult.REJECTED, error.what
        receipt = Receipt(key=command.key, result=result, message=message)
        self._log.append(self._state.now, command, receipt)
        if deed is not None:
            receipt = self._do(deed, receipt)
        self._given[command.key] = (command.action, receipt)
        return receipt

    def _do(self, deed: Deed, receipt: Receipt) -> Receipt:
        deed.do()
        return replace(receipt, upstream_version=self._state.feed.version(deed.target) or "")

    def _check_expected(self, command: Command) -> None:
        for expected in command.expected:
            version = self._state.feed.version(expected.ref)
            if version != expected.version:
                raise ConflictError(
                    what=f"{expected.ref} is at version {version}, expected {expected.version}.",
                    remedy="Read it again.",
                )

    def _repeat(self, entry: LoggedCommand) -> None:
        """Do again what the log says was done, at the same world time."""
        self._state.run_until(entry.at)
        action = entry.to_command().action
        receipt = Receipt(key=entry.key, result=entry.result, message=entry.message)
        if entry.result is CommandResult.SUCCEEDED:
            try:
                receipt = self._do(self._commands.prepare(action), receipt)
            except (ConflictError, RefusedError, BadInputError) as error:
                raise CorruptError(
                    what=f"Command {entry.key} of the world's log cannot be repeated: {error.what}",
                    remedy="The world was made by another version of this program; remove its folder.",
                ) from error
        self._given[entry.key] = (action, receipt)


def _repeated(action: Action, receipt: Receipt, command: Command) -> Receipt:
    """What a key that was seen before is answered."""
    if action != command.action:
        return Receipt(
            key=command.key,
            result=CommandResult.REJECTED,
            message="this key was used for another command",
            repeated=True,
        )
    return replace(receipt, repeated=True)


def _state_of(record: WorldRecord) -> WorldState:
    """The world of a record before anything has happened; one with a story follows the plan of its seed."""
    size = size_named(record.size)
    begins_at = record.opened_at - timedelta(days=size.history_days)
    master = build_master(record.seed, size, begins_at)
    plan: Plan = ()
    if size.has_story:
        # The story is well under way when the world opens, and no system of the demo goes silent for hours.
        drawn = plan_for(record.seed, size, begins_at - STORY_LEAD, master=master)
        plan = tuple(d for d in drawn if d.kind is not DisruptionKind.FEED_OUTAGE)
    return WorldState(seed=record.seed, size=size, begins_at=begins_at, plan=plan, master=master)


def _whole_second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _open_record(state_dir: Path, seed: int, size: str, now: datetime) -> WorldRecord:
    """Read what the folder remembers, or write it for a new world."""
    path = state_dir / "world.json"
    size_named(size)
    if not path.exists():
        state_dir.mkdir(parents=True, exist_ok=True)
        record = WorldRecord(seed=seed, size=size, opened_at=_whole_second(now).replace(second=0))
        draft = path.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(record))
        draft.replace(path)
        return record
    try:
        record = msgspec.json.decode(path.read_bytes(), type=WorldRecord)
    except (msgspec.MsgspecError, ValueError) as error:
        raise CorruptError(
            what=f"{path} cannot be read: {error}.", remedy="Remove the folder to start the world anew."
        ) from error
    if (record.seed, record.size) != (seed, size):
        raise BadInputError(
            what=f"{state_dir} holds the world of seed {record.seed} in size {record.size}.",
            remedy="Open it with these, or give another folder.",
        )
    return record
