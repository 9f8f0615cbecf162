"""OData keeps the contract of every connector: V2 against a mock SAP, V4 against a server framework."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.http import HttpReply, HttpUnavailableError
from connectors.odata.connector import ODataConnector
from domain.commands import Command, ReallocateLine, SetOrderField
from domain.ids import LineId, NodeId, OrderId, SourceName
from tests.support.connector_contract import ConnectorContract, ConnectorHarness
from tests.support.odata_sap import PASSWORD, SapSite
from tests.support.odata_v4_site import V4Site

LINE = "A_SalesOrderItem(SalesOrder='0000004712',SalesOrderItem='000010')"


def lose_next_answer(connector: ODataConnector) -> None:
    """Let the next write arrive at the server and its answer be lost on the way back."""
    transport = connector._client._transport
    send = transport.send

    def send_and_lose(method: str, path: str, **more: Any) -> HttpReply:
        reply = send(method, path, **more)
        if method == "GET":
            return reply
        transport.send = send  # type: ignore[method-assign]
        raise HttpUnavailableError(what="The answer was lost.", remedy="It is looked for.")

    transport.send = send_and_lose  # type: ignore[method-assign]


@pytest.fixture(scope="module")
def sap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SapSite]:
    """One server for all; every test begins with its first data."""
    with SapSite(tmp_path_factory.mktemp("sap")) as site:
        site.use("orders", "deliveries")
        yield site


class TestSapV2(ConnectorContract):
    """Sales orders with their lines; among the deliveries three have half a piece."""

    @pytest.fixture
    def harness(self, sap: SapSite) -> ConnectorHarness:
        sap.reset()
        connector = sap.connector()
        action = ReallocateLine(
            order_id=OrderId("0000004712"),
            line_id=LineId("0000004712-000010"),
            from_node_id=NodeId("1710"),
            to_node_id=NodeId("1720"),
            quantity=21,
        )
        return ConnectorHarness(
            connector=connector,
            stream="orders",
            bad_stream="deliveries",
            command=Command(key="a-1", source=SourceName("sap"), action=action),
            times_done=lambda: int(sap.row(LINE)["Plant"] == "1720"),
            take_down=sap.server.kill,
            bring_back=sap.server.start,
            lose_access=lambda: sap.fault(match="/sap/opu", status=401, message="Logon failed"),
            cut_next_answer=lambda: lose_next_answer(connector),
            secret=PASSWORD,
        )


class TestV4(ConnectorContract):
    """A stock list whose server gives two rows at once; one row cannot be counted."""

    @pytest.fixture
    def harness(self, tmp_path: Path) -> Iterator[ConnectorHarness]:
        with V4Site(tmp_path) as site:
            yield self._harness(site)

    def _harness(self, site: V4Site) -> ConnectorHarness:
        action = SetOrderField(order_id=OrderId("1710|A-1"), field="Safety", value="9")

        def times_done() -> int:
            return int(str(site.row("A-1")["@odata.etag"]).strip('W/"')) - 1

        return ConnectorHarness(
            connector=site.connector(),
            stream="stock",
            bad_stream="stock",
            command=Command(key="a-1", source=SourceName("v4"), action=action),
            times_done=times_done,
            take_down=site.server.kill,
            bring_back=site.server.start,
        )
