"""The power goes at any moment of signing, delivering, executing: nothing acknowledged is lost or damaged."""

from __future__ import annotations

import os
import random
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

import app.store.engine as ledger_file
from app.hub.hub_database import open_hub_database
from app.hub.hub_log import HubLog
from app.store.engine import open_database
from app.store.ledger import Ledger
from domain.errors import TowerError
from tests.support.approval_desk import TurnedClock, default_policy
from tests.support.hub_site import hub_key
from tests.support.power_cut import Disk, lay_out
from tests.support.recorded_writes import Call, recorded_writes
from tests.support.trail_room import HubInHand, TrailRoom, trail_room

#: A longer run sets it higher.
STATES = int(os.environ.get("CONTROL_TOWER_POWER_CUTS", "1000"))
SEED = int(os.environ.get("CONTROL_TOWER_SEED", "20261122"))
#: One state in so many is checked to the last signature; all are opened and read.
WHOLE_CHECK = 20

#: The calls of a day, and the files before it.
Recording = tuple[list[Call], dict[str, bytes]]


class Marking(HubInHand):
    """A hub that notes what it has given a receipt for."""

    def __init__(self, log: HubLog, mark: Callable[[str], None]) -> None:
        super().__init__(log)
        self._mark = mark

    def submit(self, envelope: bytes, idempotency_key: str):  # type: ignore[no-untyped-def] # noqa: ANN201 - as there
        entry = super().submit(envelope, idempotency_key)
        self._mark(f"hub {entry.receipt.index} {entry.receipt.entry_sha256}")
        return entry


def day(room: TrailRoom, mark: Callable[[str], None]) -> None:
    """Eight actions from proposal to outcome; what was told to somebody is marked."""
    room.hub = Marking(room.log, mark)
    for number in (1, 2, 3, 4):
        for approve in (False, True):
            entry = room.propose(number=number)
            mark(f"ledger {entry.sha256}")
            decision = room.decide(entry, approve=approve)
            mark(f"ledger {decision.sha256}")
            room.settle()
        if number == 2:
            # A checkpoint of the write-ahead log in the middle of the day, as SQLite makes them.
            with room.desk.engine.connect() as connection:
                connection.exec_driver_sql("ROLLBACK")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
                connection.exec_driver_sql("BEGIN")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The calls of one day, and the files before it."""
    return record(tmp_path_factory.mktemp("recorded"))


def record(folder: Path) -> Recording:
    with trail_room(folder):
        pass
    before = {str(file): file.read_bytes() for file in folder.iterdir()}
    with recorded_writes(folder) as recorder, trail_room(folder) as room:
        day(room, recorder.mark)
    return recorder.calls, before


def states(
    recording: Recording, count: int, *, syncs: bool = True
) -> Iterator[tuple[dict[str, bytes], list[str]]]:
    """So many states after power cuts over the day, and what had been acknowledged before each."""
    calls, before = recording
    chance, disk = random.Random(SEED), Disk(before)
    cuts = sorted(chance.randint(0, len(calls)) for _ in range(count))
    place = 0
    for cut in cuts:
        for call in calls[place:cut]:
            disk.replay(call, syncs=syncs)
        place = max(place, cut)
        yield disk.after_power_cut(chance), list(disk.marks)


def problems(folder: Path, marks: list[str], *, whole: bool) -> list[str]:
    """What is lost or damaged in the files of a folder; ``whole``: also what the programs themselves find."""
    found = started(folder) if whole else []
    entries, ledger_words = read(folder / "desk-1.db", "select sha256, seq from audit_entry")
    log_rows, hub_words = read(folder / "hub.db", "select sha256, idx from log_entry")
    found += [f"damaged: {words}" for words in (ledger_words, hub_words) if words != "ok"]
    for mark in marks:
        kind, *words = mark.split()
        if kind == "ledger" and words[0] not in entries:
            found.append(f"lost: entry {words[0][:12]} of the ledger")
        if kind == "hub" and log_rows.get(words[1]) != int(words[0]):
            found.append(f"lost: number {words[0]} of the log")
    if sorted(log_rows.values()) != list(range(len(log_rows))):
        found.append("damaged: the log has gaps")
    return found


def read(file: Path, query: str) -> tuple[dict[str, int], str]:
    """Rows of a file after SQLite has recovered it, and what its own check says."""
    with closing(sqlite3.connect(file)) as connection:
        try:
            connection.execute("pragma synchronous=off")
            words = connection.execute("pragma quick_check(1)").fetchone()[0]
            return dict(connection.execute(query).fetchall()), str(words)
        except sqlite3.DatabaseError as error:
            return {}, str(error)


def started(folder: Path) -> list[str]:
    """What the programs themselves find, down to the last signature."""
    try:
        ledger_engine = open_database(folder / "desk-1.db", role="ledger")
        hub_engine = open_hub_database(f"sqlite:///{folder / 'hub.db'}")
    except TowerError as error:
        return [f"damaged: {error}"]
    log = HubLog(engine=hub_engine, policy=default_policy(), key=hub_key(), clock=TurnedClock())
    found = [*log.verify(), *Ledger(ledger_engine).verify(hub_key().public).problems]
    ledger_engine.dispose()
    hub_engine.dispose()
    return [f"damaged: {problem}" for problem in found]


def test_nothing_acknowledged_is_lost(tmp_path: Path, recording: Recording) -> None:
    sys.stdout.write(f"CONTROL_TOWER_SEED={SEED}\n")
    acknowledged = 0
    for number, (files, marks) in enumerate(states(recording, STATES)):
        lay_out(files, tmp_path)
        assert problems(tmp_path, marks, whole=number % WHOLE_CHECK == 0) == [], f"state {number}"
        acknowledged = max(acknowledged, len(marks))
    assert acknowledged >= 32, "too little was acknowledged to prove anything"


def test_a_disk_that_lies_is_found_out(tmp_path: Path, recording: Recording) -> None:
    """The check can fail: where syncs do nothing, acknowledged entries are lost."""
    found: set[str] = set()
    for files, marks in states(recording, 60, syncs=False):
        lay_out(files, tmp_path)
        found |= {problem.split()[0] for problem in problems(tmp_path, marks, whole=False)}
    assert "lost:" in found


def test_a_program_that_does_not_sync_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So is a ledger that does not ask for syncs."""
    careless = [each for each in ledger_file._WRITER_PRAGMAS if "synchronous" not in each]
    monkeypatch.setattr(ledger_file, "_WRITER_PRAGMAS", (*careless, "PRAGMA synchronous=OFF"))
    for folder in ("made", "after"):
        (tmp_path / folder).mkdir()
    recorded = record(tmp_path / "made")
    monkeypatch.undo()
    found: set[str] = set()
    for files, marks in states(recorded, 60):
        lay_out(files, tmp_path / "after")
        found |= {problem.split()[0] for problem in problems(tmp_path / "after", marks, whole=False)}
    assert "lost:" in found
