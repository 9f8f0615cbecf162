"""Tryton keeps the contract of every connector, on a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.commands import RebookCarrier
from domain.ids import ServiceId, ShipmentId
from tests.support import tryton_scenarios as scenarios
from tests.support.connector_contract import ConnectorContract, ConnectorHarness
from tests.support.tryton_company import CLERK, INTEGRATION
from tests.support.tryton_rpc import PASSWORD
from tests.support.tryton_seed import find_distributor
from tests.support.tryton_server import TrytonServer
from tests.support.tryton_tower import TowerDesk


@pytest.fixture(scope="module")
def server() -> Iterator[TrytonServer]:
    """One server for the module, with a few orders, one of which nobody could count."""
    with TrytonServer() as running:
        clerk = running.rpc(CLERK)
        distributor = find_distributor(clerk)
        orders = [scenarios.routine(clerk, distributor) for _ in range(3)]
        running.sql("update sale_line set quantity = 2.5 where id = %s", orders[0].lines[0])
        yield running


class TestTrytonContract(ConnectorContract):
    """The shared tests on the real Tryton."""

    @pytest.fixture
    def harness(self, server: TrytonServer, request: pytest.FixtureRequest) -> Iterator[ConnectorHarness]:
        desk = TowerDesk(server)
        harness = ConnectorHarness(connector=desk.connector, stream="orders", bad_stream="lines")
        harness.take_down, harness.bring_back = server.stop, server.start
        harness.secret, harness.lose_access = PASSWORD, lambda: _dismiss(server)
        if "command" in request.function.__name__:
            clerk = server.rpc(CLERK)
            distributor = find_distributor(clerk)
            shipment = scenarios.carrier_to_change(clerk, distributor).shipments[0]
            carrier = distributor.carriers["Meridian Express"]
            harness.command = desk.command(
                f"contract{shipment}-1",
                RebookCarrier(
                    shipment_id=ShipmentId(f"out-{shipment}"),
                    service_id=ServiceId(f"carrier-{carrier}"),
                    scac="MRDX",
                ),
            )
            notes = [["resource", "=", f"stock.shipment.out,{shipment}"]]
            harness.times_done = lambda: len(clerk.find("ir.note", notes))
        yield harness
        desk.close()
        server.sql("update res_user set active = true where login = %s", INTEGRATION)


def _dismiss(server: TrytonServer) -> None:
    """The tower's user leaves the company: neither its session nor its password counts any more."""
    server.sql("update res_user set active = false where login = %s", INTEGRATION)
    server.sql("delete from ir_session")
    server.stop()
    server.start()
