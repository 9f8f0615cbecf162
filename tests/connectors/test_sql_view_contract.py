"""A database that is only read keeps the contract of every connector: SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.commands import Command, CommandResult, ReleaseCreditHold
from domain.ids import OrderId, SourceName
from tests.support.connector_contract import ConnectorContract, ConnectorHarness
from tests.support.hub_postgresql import why_not
from tests.support.sql_site import SqlSite, on_postgresql


class TestSqlite(ConnectorContract):
    """A file of an ERP, of which one balance cannot be counted."""

    @pytest.fixture
    def harness(self, tmp_path: Path) -> Iterator[ConnectorHarness]:
        with SqlSite(tmp_path) as site:
            yield ConnectorHarness(
                connector=site.connector(),
                stream="stock",
                bad_stream="stock",
                take_down=site.move_away,
                bring_back=site.bring_back,
            )

    def test_a_command_is_refused(self, harness: ConnectorHarness) -> None:
        command = Command(
            key="a-1", source=SourceName("erp"), action=ReleaseCreditHold(order_id=OrderId("o"))
        )
        assert harness.connector.submit(command).result is CommandResult.REJECTED
        assert harness.connector.probe(command) is None


@pytest.mark.skipif(bool(why_not()), reason=why_not() or "there is one")
class TestPostgresql(ConnectorContract):
    """The same on PostgreSQL."""

    @pytest.fixture
    def harness(self, tmp_path: Path) -> Iterator[ConnectorHarness]:
        with on_postgresql(tmp_path / "site") as site:
            yield ConnectorHarness(connector=site.connector(), stream="stock", bad_stream="stock")
