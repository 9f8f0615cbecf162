"""The contract of every connector, kept by pushed events with a real NATS server behind."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.feed_journal import journal_in
from connectors.push.client import NatsIntake, NatsSettings
from connectors.push.connector import PushConnector
from tests.support.connector_contract import ConnectorContract, ConnectorHarness
from tests.support.living_world import SteppingClock
from tests.support.nats_server import STREAM, NatsServer, nats_server, wait_until
from tests.support.pushed_events import SOURCE, message, saying, stock

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    with nats_server(tmp_path_factory.mktemp("nats")) as found:
        found.publish([message(str(n), saying(stock(f"i{n}", n))) for n in range(9)])
        found.publish([message("bad", {"kind": "inventory_position", "entity": {}})])
        yield found


class TestPush(ConnectorContract):
    """Events are read like any other source."""

    @pytest.fixture
    def harness(self, server: NatsServer, tmp_path: Path) -> Iterator[ConnectorHarness]:
        connector = PushConnector(SOURCE, journal=journal_in(tmp_path), clock=SteppingClock())
        settings = NatsSettings(url=server.url, stream=STREAM, durable=f"desk-{next(_numbers)}")
        intake = NatsIntake(settings, connector.take)
        connector.intake = intake

        def take_down() -> None:
            server.kill()
            wait_until(lambda: intake.problem() is not None)

        def bring_back() -> None:
            server.start()
            wait_until(lambda: intake.problem() is None)

        wait_until(lambda: bool(connector.changes("stock", None, 100).rejected))
        yield ConnectorHarness(
            connector=connector,
            stream="stock",
            bad_stream="stock",
            take_down=take_down,
            bring_back=bring_back,
        )
        connector.close()
