"""A full disk at any write, or damaged files: it is told, nothing acknowledged is lost, and work goes on."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

from app.hub.hub_database import open_hub_database
from app.hub.hub_log import HubLog
from domain.approval_states import RUNNING, ApprovalState, DeliveryState
from domain.errors import TowerError
from domain.ids import EntityKind
from tests.support.approval_desk import TurnedClock, default_policy, order_line
from tests.support.hub_site import hub_key
from tests.support.tower_room import tower_room
from tests.support.trail_room import TrailRoom, trail_room

#: Sizes at which a disk is full, and files damaged of each kind; a longer run sets it higher.
EACH = int(os.environ.get("CONTROL_TOWER_FULL_DISKS", "5"))
SEED = int(os.environ.get("CONTROL_TOWER_SEED", "20261122"))
#: Room that is left, in pages: the first is full at once, the last in the middle of the second action.
MOST_PAGES = 24
ACTIONS = 3
#: Longer than any pause of the executor.
PAUSE = timedelta(minutes=6)
WAITING = (DeliveryState.PENDING, DeliveryState.SENT)


def flipped(data: bytes, chance: random.Random) -> bytes:
    """The same with a piece of the page of some entry overwritten."""
    at = data.rindex(b"payloadType") - chance.randrange(200)
    return data[:at] + chance.randbytes(64) + data[at + 64 :]


#: How a file of the hub is damaged.
DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "header": lambda data, _: b"not a database!!" + data[16:],
    "page": flipped,
    "truncated": lambda data, chance: data[: chance.randrange(len(data) // 2, len(data) - 1)],
    "zeroed": lambda data, _: bytes(len(data)),
}


@contextmanager
def full_after(engine: Engine, pages: int) -> Iterator[None]:
    """While the block runs a database may grow by so many pages, and then its disk is full."""
    with engine.connect() as connection:
        now = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={now + pages}")

    def free(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count=1073741823")

    event.listen(engine, "begin", limit)
    try:
        yield
    finally:
        event.remove(engine, "begin", limit)
        event.listen(engine, "begin", free)


def work(room: TrailRoom) -> tuple[list[str], list[str]]:
    """Actions from proposal to outcome, each as far as it goes: what was acknowledged, what was told."""
    acknowledged, told = [], []

    def attempt(act: Callable[[], object]) -> None:
        try:
            act()
        except TowerError as error:
            told.append(error.what)

    def act(number: int) -> None:
        entry = room.propose(number=number)
        acknowledged.append(entry.sha256)
        acknowledged.append(room.decide(entry).sha256)

    for number in range(1, ACTIONS + 1):
        attempt(partial(act, number))
        attempt(room.settle)
    return acknowledged, told


def problems(room: TrailRoom, acknowledged: list[str]) -> list[str]:
    """What is lost, doubled or hangs after the disk has room again."""
    for _ in range(3):
        room.desk.clock.turn(PAUSE)
        room.settle()
    ledger = room.desk.ledger
    found = [*room.log.verify(), *ledger.verify(hub_key().public).problems]
    recorded = {row.receipt for row in room.log.feed(-1)}
    for sha256 in acknowledged:
        receipt = ledger.receipt(sha256)
        if receipt is None or receipt.envelope not in recorded:
            found.append(f"{sha256[:12]} was acknowledged and is not in the log")
    open_yet = RUNNING | {ApprovalState.APPROVED}
    found += [f"{v.action_id} hangs as {v.state}" for v in ledger.approvals() if v.state in open_yet]
    found += [f"{key} was done {count} times" for key, count in room.system.effects.items() if count > 1]
    return found


@pytest.mark.parametrize("which", ["ledger", "hub"])
def test_a_full_disk_loses_nothing(tmp_path: Path, which: str) -> None:
    chance = random.Random(SEED)
    sys.stdout.write(f"CONTROL_TOWER_SEED={SEED}\n")
    failures = 0
    for number in range(EACH):
        folder = tmp_path / str(number)
        folder.mkdir()
        with trail_room(folder) as room:
            engine = room.desk.engine if which == "ledger" else room.log._engine
            with full_after(engine, chance.randint(0, MOST_PAGES)):
                acknowledged, told = work(room)
                failures += bool(told) or bool(room.desk.ledger.outbox(*WAITING))
            assert problems(room, acknowledged) == [], f"disk {number}"
    assert failures, "no disk was full"


def test_a_mirror_on_a_full_disk_goes_on_where_it_was(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    lines = [order_line(number) for number in range(1, 1500)]
    failures = 0
    for number in range(EACH):
        folder = tmp_path / str(number)
        folder.mkdir()
        with tower_room(folder) as tower:
            with full_after(tower.mirror.engine, chance.randint(0, 400)):
                try:
                    failures += not tower.sync(*lines).succeeded
                except TowerError:
                    failures += 1
            assert tower.sync(force=True).succeeded
            held = {record.entity for record in tower.mirror.entities(EntityKind.ORDER_LINE)}
            assert held == set(lines)
    assert failures, "no disk was full"


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_a_damaged_log_is_found_at_start(tmp_path: Path, damage: str) -> None:
    with trail_room(tmp_path) as room:
        work(room)
        with room.log._engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    file = tmp_path / "hub.db"
    whole = file.read_bytes()
    for number in range(EACH):
        for rest in tmp_path.glob("hub.db-*"):
            rest.unlink()
        file.write_bytes(DAMAGES[damage](whole, random.Random(f"{SEED}/{number}")))
        assert found_in(file), f"{damage} {number} went unseen"


def found_in(file: Path) -> list[str]:
    """What a hub says of its file when it starts on it and checks its log."""
    try:
        engine = open_hub_database(f"sqlite:///{file}")
    except TowerError as error:
        return [error.what]
    try:
        log = HubLog(engine=engine, policy=default_policy(), key=hub_key(), clock=TurnedClock())
        return list(log.verify())
    except TowerError as error:
        return [error.what]
    finally:
        engine.dispose()
