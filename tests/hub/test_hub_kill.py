"""kill -9 of the hub under load: no receipt it gave is lost or moved, no two of its checkpoints differ."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.hub_load import Device
from tests.support.hub_postgresql import postgresql_url, why_not
from tests.support.killed_hub import KilledHub, assert_nothing_lost, enrol_all, free_port, wait_for_load

#: On each of the two databases; a longer run sets it higher.
KILLS = int(os.environ.get("CONTROL_TOWER_HUB_KILLS", "10"))
DEVICES = 8
SEED = 20261122


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.skipif(bool(why_not()), reason=why_not()))]
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hub.db'}"
        return
    with postgresql_url() as address:
        yield address


def test_kill_nine_under_load_loses_moves_and_forks_nothing(url: str) -> None:
    chance, port, ended = random.Random(SEED), free_port(), threading.Event()
    devices = [Device(name=f"load-{number}", port=port) for number in range(DEVICES)]
    enrol_all(url, devices)
    hub = KilledHub(url, port)
    hub.start()
    threads = [threading.Thread(target=device.send_until, args=(ended,)) for device in devices]
    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        wait_for_load(devices, ended)
        ended.wait(chance.uniform(0.0, 0.4))
        hub.kill()
        hub.start()
    ended.wait(0.3)
    ended.set()
    for thread in threads:
        thread.join()
    hub.close()
    assert [device.refused for device in devices] == [[]] * DEVICES
    assert_nothing_lost(url, devices, more_than=KILLS)
    # The check itself finds what it is there for: two receipts that changed places.
    one, two = devices[0].acknowledged[:2]
    devices[0].acknowledged[:2] = [replace(one, index=two.index), replace(two, index=one.index)]
    with pytest.raises(AssertionError):
        assert_nothing_lost(url, devices, more_than=KILLS)
