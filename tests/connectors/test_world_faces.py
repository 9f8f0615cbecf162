"""The faces of the world keep the contract of every connector."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.world.world import World
from tests.support.connector_contract import ConnectorContract, ConnectorHarness
from tests.support.living_world import SteppingClock, command_for, executions, open_world

ALWAYS_UP = "a face in this process does not go down by itself; see the connector service"
OUTAGES = ("test_a_system_that_is_down_is_unavailable", "test_an_outage_is_logged_once")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return open_world(tmp_path)


def harness_of(world: World, tmp_path: Path, face: str, stream: str, verb: str) -> ConnectorHarness:
    return ConnectorHarness(
        connector=world.connector(face),
        stream=stream,
        command=command_for(world, verb, source=face),
        times_done=lambda: executions(tmp_path, "act-1"),
        skips=dict.fromkeys(OUTAGES, ALWAYS_UP),
    )


class TestErpFace(ConnectorContract):
    """Orders, invoices, inbound goods."""

    @pytest.fixture
    def harness(self, world: World, tmp_path: Path) -> ConnectorHarness:
        return harness_of(world, tmp_path, "erp", "orders", "release_credit_hold")


class TestWmsFace(ConnectorContract):
    """Stock and pick tasks."""

    @pytest.fixture
    def harness(self, world: World, tmp_path: Path) -> ConnectorHarness:
        return harness_of(world, tmp_path, "wms", "stock", "repick_task")


class TestTmsFace(ConnectorContract):
    """Shipments and bookings."""

    @pytest.fixture
    def harness(self, world: World, tmp_path: Path) -> ConnectorHarness:
        return harness_of(world, tmp_path, "tms", "shipments", "rebook_carrier")


class TestSupplierFace(ConnectorContract):
    """The portal sends notices nobody can read, and goes silent for 50 minutes in every nine hours."""

    @pytest.fixture
    def harness(self, tmp_path: Path) -> ConnectorHarness:
        clock = SteppingClock()
        world = open_world(tmp_path, clock)
        return ConnectorHarness(
            connector=world.connector("supplier"),
            stream="inbound",
            command=command_for(world, "expedite_supply", source="supplier"),
            times_done=lambda: executions(tmp_path, "act-1"),
            bad_stream="inbound",
            take_down=lambda: clock.move(hours=7, minutes=10),
            bring_back=lambda: clock.move(hours=1),
        )


def test_a_face_refuses_a_verb_that_is_not_its_own(world: World) -> None:
    receipt = world.connector("tms").submit(command_for(world, "release_credit_hold", source="tms"))
    assert receipt.result == "rejected"
    assert "release_credit_hold" in receipt.message
