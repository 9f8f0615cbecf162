"""Hubs that are killed under load, and the check that nothing they acknowledged is lost or moved."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.hub.enrolment import EnrolmentRequest, prove_possession
from app.hub.hub_batch import Recorded
from app.hub.hub_database import open_hub_database
from app.hub.hub_log import HubLog
from app.signing.merkle import leaf_hash, root_of
from app.signing.notes import open_checkpoint
from app.signing.receipts import open_receipt
from app.signing.tiles import TileTree
from tests.support.approval_desk import TurnedClock, default_policy
from tests.support.hub_load import Device
from tests.support.hub_site import hub_key

REPOSITORY = Path(__file__).parents[2]
LOAD_SECONDS, LOOK_SECONDS = 60.0, 0.01


class KilledHub:
    """The process that starts hubs, and the one that runs."""

    def __init__(self, url: str, port: int) -> None:
        command = [sys.executable, "-m", "tests.support.hub_process", url, str(port)]
        self._parent = subprocess.Popen(
            command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._pid = 0

    def start(self) -> None:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write("start\n")
        self._parent.stdin.flush()
        said = [self._parent.stdout.readline().strip() for _ in range(2)]
        assert "serving" in said, said
        self._pid = next(int(words.removeprefix("pid ")) for words in said if words.startswith("pid "))

    def kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)

    def close(self) -> None:
        if self._pid:
            self.kill()
        self._parent.communicate()


@contextmanager
def log_on(url: str) -> Iterator[HubLog]:
    engine = open_hub_database(url)
    try:
        yield HubLog(engine=engine, policy=default_policy(), key=hub_key(), clock=TurnedClock())
    finally:
        engine.dispose()


def enrol_all(url: str, devices: list[Device]) -> None:
    """Let the people of these devices in before any hub serves."""
    with log_on(url) as log:
        for device in devices:
            key = device.signer().key
            request = EnrolmentRequest(owner=key.owner, public_key=key.public, proof=prove_possession(key))
            log.enrol(request, token="")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_load(devices: list[Device], ended: threading.Event) -> None:
    """Until this hub has acknowledged something; before that there is nothing to lose."""
    before = sum(len(device.acknowledged) for device in devices)
    for _ in range(int(LOAD_SECONDS / LOOK_SECONDS)):
        if sum(len(device.acknowledged) for device in devices) > before:
            return
        ended.wait(LOOK_SECONDS)
    pytest.fail(f"the hub acknowledged nothing in {LOAD_SECONDS} s")


def assert_nothing_lost(url: str, devices: list[Device], *, more_than: int) -> None:
    """Every receipt a device holds is of the log as it is now, at the same number."""
    acknowledged = [each for device in devices for each in device.acknowledged]
    assert len(acknowledged) > more_than, "there was load"
    with log_on(url) as log:
        assert log.verify() == ()
        entries: list[Recorded] = []
        page = log.feed(-1)
        while page:
            entries += page
            page = log.feed(entries[-1].index)
    tree = TileTree(lambda _level, _number: b"")
    tree.append(0, (leaf_hash(entry.envelope) for entry in entries))
    for each in acknowledged:
        assert entries[each.index].envelope == each.envelope
        assert entries[each.index].receipt == each.receipt
        receipt = open_receipt(each.receipt, hub_key().public, each.envelope)
        noted = open_checkpoint(receipt.checkpoint, hub_key().public)
        assert root_of(noted.size, tree.node) == noted.root
