"""Two hub processes on one PostgreSQL: one log without gaps or forks, also when one of them is killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from app.signing.receipts import open_receipt
from tests.support.hub_load import Device
from tests.support.hub_postgresql import postgresql_url, why_not
from tests.support.hub_site import hub_key
from tests.support.killed_hub import KilledHub, assert_nothing_lost, enrol_all, free_port, wait_for_load

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
DEVICES, KILLS = 6, 2


@pytest.fixture
def url() -> Iterator[str]:
    with postgresql_url() as address:
        yield address


def test_two_workers_write_one_log_and_killing_one_loses_nothing(url: str) -> None:
    ports, ended = [free_port(), free_port()], threading.Event()
    devices = [Device(name=f"load-{n}", port=ports[n % len(ports)]) for n in range(DEVICES)]
    enrol_all(url, devices)
    with ExitStack() as stack:
        hubs = [stack.enter_context(closing(KilledHub(url, port))) for port in ports]
        for hub in hubs:
            hub.start()
        threads = [threading.Thread(target=device.send_until, args=(ended,)) for device in devices]
        for thread in threads:
            thread.start()
        for _ in range(KILLS):
            for half in (devices[::2], devices[1::2]):
                wait_for_load(half, ended)
            hubs[0].kill()
            # While one is down, what the other serves goes on.
            wait_for_load(devices[1::2], ended)
            hubs[0].start()
        wait_for_load(devices[::2], ended)
        ended.set()
        for thread in threads:
            thread.join()
        again = [sent_again(each, port) for each, port in zip(devices, reversed(ports), strict=False)]
    assert [device.refused for device in devices] == [[]] * DEVICES
    # What one worker acknowledged, the other answers with the same receipt, byte for byte.
    assert again == [each.acknowledged[0].receipt for each in devices[: len(ports)]]
    assert_nothing_lost(url, devices, more_than=KILLS)
    indexes = [each.index for device in devices for each in device.acknowledged]
    assert len(set(indexes)) == len(indexes)
    for port in range(len(ports)):
        assert sum(len(device.acknowledged) for device in devices[port::2]) > KILLS


def sent_again(device: Device, port: int) -> bytes:
    """The receipt that the worker at another port gives for the device's first entry."""
    first = device.acknowledged[0]
    other = Device(name=device.name, port=port, most=1)
    other.send_until(threading.Event(), iter([first.envelope]))
    (answer,) = other.acknowledged
    open_receipt(answer.receipt, hub_key().public, first.envelope)
    return answer.receipt
