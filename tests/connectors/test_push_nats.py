"""Events through a real JetStream server: at least once on the way, exactly once in effect."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.feed_journal import journal_in
from connectors.push.client import NatsIntake, NatsSettings
from connectors.push.connector import PushConnector
from domain.errors import RefusedError
from domain.inventory import InventoryPosition
from tests.support.living_world import SteppingClock
from tests.support.nats_server import STREAM, NatsServer, nats_server, wait_until
from tests.support.pushed_events import SOURCE, message, saying, stock

#: Keeps what comes and dies between keeping and acknowledging the first batch.
DYING = """
import os, signal, sys, threading
from pathlib import Path
from connectors.feed_journal import journal_in
from connectors.push.connector import PushConnector
from connectors.push.client import NatsIntake, NatsSettings
from tests.support.living_world import SteppingClock
from tests.support.pushed_events import SOURCE

push = PushConnector(SOURCE, journal=journal_in(Path(sys.argv[2])), clock=SteppingClock())

def take(events):
    push.take(events)
    os.kill(os.getpid(), signal.SIGKILL)

settings = NatsSettings(url=sys.argv[1], stream="TOWER", acknowledge_seconds=0.5)
NatsIntake(settings, take)
threading.Event().wait(30)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    with nats_server(tmp_path / "nats") as found:
        yield found


@pytest.fixture
def push(server: NatsServer, tmp_path: Path) -> Iterator[PushConnector]:
    found = listening(server, tmp_path / "state")
    yield found
    found.close()


def listening(server: NatsServer, state: Path, token: str = "") -> PushConnector:
    found = PushConnector(SOURCE, journal=journal_in(state), clock=SteppingClock())
    settings = NatsSettings(url=server.url, stream=STREAM, acknowledge_seconds=0.5, token=token)
    found.intake = NatsIntake(settings, found.take)
    return found


def held(push: PushConnector) -> dict[str, int]:
    records = push.changes("stock", None, 10_000).records
    return {
        r.entity.item_id: r.entity.on_hand_quantity
        for r in records
        if isinstance(r.entity, InventoryPosition)
    }


def test_events_of_a_real_server_come_once(server: NatsServer, push: PushConnector) -> None:
    events = [message(str(n), saying(stock(f"i{n % 40}", n)), structured=n % 2 == 0) for n in range(300)]
    server.publish([*events, *events[:50], ({}, b"no event at all"), message("last", saying(stock("z", 1)))])
    wait_until(lambda: "z" in held(push))
    assert held(push) == {f"i{n % 40}": n for n in range(260, 300)} | {"z": 1}
    (bad,) = push.changes("master", None, 9).rejected
    assert bad.raw == b"no event at all"


def test_killed_between_keeping_and_acknowledging_nothing_is_lost_or_doubled(
    server: NatsServer, tmp_path: Path
) -> None:
    server.publish([message(str(n), saying(stock(f"i{n}", n + 1))) for n in range(20)])
    died = subprocess.run(
        [sys.executable, "-c", DYING, server.url, str(tmp_path / "state")],
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        timeout=60,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    kept = (tmp_path / "state" / "feed.jsonl").read_bytes()
    assert kept
    push = listening(server, tmp_path / "state")
    wait_until(lambda: len(held(push)) == 20)
    server.publish([message("after", saying(stock("after", 1)))])
    wait_until(lambda: "after" in held(push))
    lines = (tmp_path / "state" / "feed.jsonl").read_bytes()
    assert all(lines.count(f'"{SENDER_LINE}{n}"'.encode()) == 1 for n in range(20))
    push.close()


SENDER_LINE = "https://wms.example/events\\n"


def test_a_server_that_is_killed_and_comes_back_goes_on_where_it_was(
    server: NatsServer, push: PushConnector
) -> None:
    server.publish([message("1", saying(stock("a", 1)))])
    wait_until(lambda: held(push) == {"a": 1})
    server.kill()
    wait_until(lambda: not push.health().reachable)
    assert "cannot be reached" in push.health().why
    server.start()
    wait_until(lambda: push.health().reachable)
    server.publish([message("2", saying(stock("a", 2)))])
    wait_until(lambda: held(push) == {"a": 2})
    assert push.health().reachable


def test_refused_credentials_are_said_in_words(tmp_path: Path) -> None:
    with nats_server(tmp_path / "nats", token="the-right-one") as server:
        push = listening(server, tmp_path / "state", token="another")
        with pytest.raises(RefusedError, match="does not let the tower in"):
            push.changes("stock", None, 9)
        assert "another" not in push.health().why
        push.close()


def test_a_stream_that_is_not_there_is_named(server: NatsServer, tmp_path: Path) -> None:
    push = PushConnector(SOURCE, journal=journal_in(tmp_path / "other"), clock=SteppingClock())
    push.intake = NatsIntake(NatsSettings(url=server.url, stream="ELSEWHERE"), push.take)
    assert "no stream ELSEWHERE" in push.health().why
    push.close()
