"""Files keep the contract of every connector, on a real folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.commands import Command, CommandResult, ReleaseCreditHold
from domain.ids import OrderId, SourceName
from tests.support.connector_contract import ConnectorContract, ConnectorHarness
from tests.support.files_site import STOCK_FILE, FilesSite


class TestFiles(ConnectorContract):
    """A stock list with one row that nobody can count."""

    @pytest.fixture
    def harness(self, tmp_path: Path) -> ConnectorHarness:
        site = FilesSite(tmp_path)
        site.receive("stock-1.csv", STOCK_FILE + "A-4;many;1\n")
        return ConnectorHarness(
            connector=site.connector,
            stream="stock",
            bad_stream="stock",
            take_down=site.move_away,
            bring_back=site.bring_back,
        )

    def test_a_command_is_refused(self, harness: ConnectorHarness) -> None:
        command = Command(
            key="a-1", source=SourceName("files"), action=ReleaseCreditHold(order_id=OrderId("o"))
        )
        assert harness.connector.submit(command).result is CommandResult.REJECTED
        assert harness.connector.probe(command) is None
