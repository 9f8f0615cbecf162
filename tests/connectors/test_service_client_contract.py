"""The contract of every connector, kept through a connector service on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.http import HttpClient
from connectors.service_client.connector import ServiceConnector
from domain.ids import SourceName
from tests.support.connector_contract import ConnectorContract, ConnectorHarness
from tests.support.cutting_proxy import cutting_proxy
from tests.support.living_world import command_for, executions
from tests.support.service_site import TOKEN, ServiceSite, service_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ServiceSite]:
    with service_site(tmp_path) as found:
        yield found


class TestServiceConnector(ConnectorContract):
    """The ERP face through the service keeps the same contract as inside the process."""

    @pytest.fixture
    def harness(self, site: ServiceSite) -> Iterator[ConnectorHarness]:
        with cutting_proxy(site.port) as proxy:
            http = HttpClient(
                f"{proxy.address}/erp", headers={"Authorization": f"Bearer {TOKEN}"}, pause=lambda _: None
            )
            yield ConnectorHarness(
                connector=ServiceConnector(SourceName("erp"), http),
                stream="supply",
                command=command_for(site.world, "release_credit_hold"),
                times_done=lambda: executions(site.state_dir, "act-1"),
                take_down=site.stop,
                bring_back=site.start,
                lose_access=lambda: site.start(token="another-token-of-good-length"),
                limit_rate=lambda: site.start(requests_per_second=0.01),
                cut_next_answer=lambda: proxy.cut_answer_after(0),
                secret=TOKEN,
            )
            http.close()


class TestPortalThroughService(ConnectorContract):
    """The supplier portal with its unreadable notices, through the service."""

    @pytest.fixture
    def harness(self, site: ServiceSite) -> ConnectorHarness:
        return ConnectorHarness(
            connector=ServiceConnector(SourceName("supplier"), site.http("supplier")),
            stream="inbound",
            command=command_for(site.world, "expedite_supply", source="supplier"),
            times_done=lambda: executions(site.state_dir, "act-1"),
            bad_stream="inbound",
            take_down=lambda: site.clock.move(hours=7, minutes=10),
            bring_back=lambda: site.clock.move(hours=1),
            skips={"test_an_outage_is_logged_once": "service and desktop log into one process here"},
        )
