"""Source, network or desk killed at random moments of a sync: in the end the mirror is the source.

``TOWER_SOAK`` says at how many moments; without it a few.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest

from app.services.sync import SyncOptions, sync_source
from app.store.engine import open_database
from app.store.mirror import Mirror
from connectors.feed_journal import journal_in
from connectors.http import HttpClient
from connectors.push.connector import PushConnector
from connectors.service_client.connector import ServiceConnector
from domain.errors import UnavailableError
from domain.ids import EntityKind, SourceName
from domain.inventory import InventoryPosition
from tests.support.cutting_proxy import CuttingProxy, cutting_proxy
from tests.support.living_world import SteppingClock
from tests.support.nats_server import wait_until
from tests.support.pushed_events import Message, gone, message, saying, stock
from tests.support.service_site import TOKEN
from tests.support.source_tree import REPOSITORY

MOMENTS = int(os.environ.get("TOWER_SOAK", "24"))
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ITEMS = 150
LONGEST_MOMENT_SECONDS = 0.12


class Site:
    """A source and a desk in processes of their own, a network between them, and what is true."""

    def __init__(self, folder: Path, proxy: CuttingProxy, port: int, seed: int) -> None:
        self.folder, self.proxy, self.port = folder, proxy, port
        self.rng = random.Random(seed)
        self.truth: dict[str, int] = {}
        self.sent = 0
        self._wait = Event()
        with (folder / "said").open("w") as said:
            self._forks = subprocess.Popen(
                [sys.executable, "-m", "tests.support.forked_sites"],
                cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True,
            )  # fmt: skip
        self.source = self.desk = 0
        self.start_source()
        self.start_desk()

    @property
    def mirror_file(self) -> Path:
        return self.folder / "mirror.db"

    def start_source(self) -> None:
        self.source = self._fork("source", self.port, str(self.folder / "state"))

    def start_desk(self) -> None:
        self.desk = self._fork("desk", f"{self.proxy.address}/wms", str(self.mirror_file))

    def _fork(self, *command: object) -> int:
        assert self._forks.stdin is not None
        assert self._forks.stdout is not None
        self._forks.stdin.write(json.dumps(command) + "\n")
        self._forks.stdin.flush()
        return int(self._forks.stdout.readline())

    def kill(self, pid: int) -> None:
        assert _alive(pid), (self.folder / "said").read_text(encoding="utf-8")[-3000:]
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not _alive(pid))

    def begin(self) -> None:
        """Let the desk read once, so that what follows hits it while it reads."""
        self.deliver(self._event())
        wait_until(Path(f"{self.mirror_file}.read").exists)

    def moment(self) -> None:
        """Some events, and something dies while they are on their way."""
        events = [self._event() for _ in range(self.rng.randint(1, 6))]
        victim = self.rng.choice(["source", "network", "desk"])
        for number, event in enumerate(events):
            if number == len(events) // 2:
                self._wait.wait(self.rng.random() * LONGEST_MOMENT_SECONDS)
                self._strike(victim)
            self.deliver(event)

    def _strike(self, victim: str) -> None:
        if victim == "network":
            self.proxy.cut_answer_after(self.rng.randint(0, 20_000))
        elif victim == "desk":
            self.kill(self.desk)
            self.start_desk()
        else:
            self.kill(self.source)
            self.start_source()

    def _event(self) -> Message:
        self.sent += 1
        known = sorted(self.truth)
        if known and self.rng.random() < 0.2:
            item = self.rng.choice(known)
            del self.truth[item]
            return message(str(self.sent), gone(EntityKind.INVENTORY_POSITION, item), at=None)
        some = [stock(f"i{self.rng.randrange(ITEMS)}", self.rng.randrange(1, 1000)) for _ in range(10)]
        said = {each.item_id: each for each in some}
        self.truth |= {item: each.on_hand_quantity for item, each in said.items()}
        return message(str(self.sent), saying(*said.values()), at=None)

    def deliver(self, event: Message) -> None:
        """Send an event until it is acknowledged, as a sender does who remembers what was not."""
        headers, body = event
        client = HttpClient(f"http://127.0.0.1:{self.port}/wms", headers=BEARER)

        def taken() -> bool:
            with suppress(UnavailableError):
                reply = client.send("POST", "/v1/events", headers=headers, body=body)
                assert reply.status == 200, reply.body
                return True
            return False

        wait_until(taken)
        client.close()

    def close(self) -> None:
        for pid in (self.source, self.desk):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert self._forks.stdin is not None
        assert self._forks.stdout is not None
        self._forks.stdin.close()
        self._forks.wait(10)
        self._forks.stdout.close()


def _alive(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").exists()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with cutting_proxy(port) as proxy:
        made = Site(tmp_path, proxy, port, seed=20261122)
        yield made
        made.close()


def test_the_mirror_is_the_source_again_whatever_was_killed(site: Site) -> None:
    site.begin()
    for _ in range(MOMENTS):
        site.moment()
    site.kill(site.desk)
    clock = SteppingClock()
    mirror = Mirror(open_database(site.mirror_file, role="mirror"))
    client = HttpClient(f"http://127.0.0.1:{site.port}/wms", headers=BEARER)
    wait_until(lambda: ServiceConnector(SourceName("wms"), client).health().reachable)
    result = sync_source(
        ServiceConnector(SourceName("wms"), client), mirror, clock=clock, options=SyncOptions(force=True)
    )
    assert (result.why, result.rejected) == ("", 0)

    found = [r.entity for r in mirror.entities(EntityKind.INVENTORY_POSITION)]
    held = {each.item_id: each.on_hand_quantity for each in found if isinstance(each, InventoryPosition)}
    assert held == site.truth
    again = PushConnector(SourceName("wms"), journal=journal_in(site.folder / "state"), clock=clock)
    assert again.changes("stock", None, 10_000).rejected == ()
    lines = (site.folder / "state" / "feed.jsonl").read_text(encoding="utf-8").splitlines()
    names = Counter(name for line in lines for name, _, _ in json.loads(line)["remembered"]["events"])
    assert len(names) == site.sent
    assert set(names.values()) == {1}
    client.close()
    mirror.close()
