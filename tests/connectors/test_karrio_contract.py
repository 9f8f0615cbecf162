"""karrio keeps the contract of every connector, on a real server."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.feed_journal import journal_in
from connectors.http import HttpClient
from connectors.karrio.client import KarrioClient
from connectors.karrio.connector import KarrioConnector, own_manifest
from connectors.kept_feed import KeptFeed
from domain.commands import Command, CommandResult, ExpectedVersion, RebookCarrier, ReleaseCreditHold
from domain.errors import RefusedError
from domain.ids import EntityKind, EntityRef, OrderId, ServiceId, ShipmentId, SourceName
from domain.network import CarrierService
from domain.transport import BookingStatus, CarrierBooking
from tests.support.chaos_server import ChaosServer, chaos
from tests.support.connector_contract import ConnectorContract, ConnectorHarness, read_all, state_of
from tests.support.karrio_server import KarrioServer, Relay, karrio_server, why_not
from tests.support.killed_reader import killed, read_everything
from tests.support.living_world import SteppingClock

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "karrio is there")

TMS = SourceName("tms")
_numbers = itertools.count(1)
KILLS = 12


@dataclass(kw_only=True)
class Office:
    """The server and what stands on it: bookings SH-A to SH-C, and one priced in euros."""

    server: KarrioServer
    sheet_id: str


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """One server for the module."""
    with karrio_server() as server:
        sheet = server.add_carrier(
            "midland", "MDLN", {"ground": (3, 95.5), "express": (1, 120.0), "old": (9, 10)}
        )
        server.add_carrier("overland", "OVLF", {"freight": (4, 60.25)})
        server.add_carrier("europa", "EURP", {"strasse": (2, 50.0)}, currency="EUR")
        for name in ("SH-A", "SH-B", "SH-C"):
            server.book(name, "midland", "ground")
        server.book("SH-EUR", "europa", "strasse")
        yield Office(server=server, sheet_id=sheet)


class Desk:
    """The connector, its relay to the server, and commands for a shipment of its own."""

    def __init__(self, office: Office, state: Path, way_in: ChaosServer, relay: Relay) -> None:
        self.server = office.server
        self.relay = relay
        self.state = state
        self.address = way_in.address
        self.clock = SteppingClock(datetime.now(UTC))
        self.connector = self.open(office.server.token)

    def open(self, token: str, address: str = "") -> KarrioConnector:
        http = HttpClient(
            address or self.address,
            headers={"Authorization": f"Token {token}"},
            pause=lambda _: None,
            read_seconds=60,
        )
        return KarrioConnector(TMS, KarrioClient(http), journal=journal_in(self.state), clock=self.clock)

    def rebooking(self, service: str = "overland/freight") -> tuple[str, Command]:
        """A shipment booked for this test alone, and the command that moves it."""
        reference = f"SH-{next(_numbers):04}"
        self.server.book(reference, "midland", "ground")
        action = RebookCarrier(shipment_id=ShipmentId(reference), service_id=ServiceId(service), scac="OVLF")
        return reference, Command(key=f"act-{reference}-1", source=TMS, action=action)


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Iterator[Desk]:
    relay = Relay(office.server)
    with chaos(relay) as way_in:
        desk = Desk(office, tmp_path, way_in, relay)
        yield desk
        desk.connector.close()


class TestKarrio(ConnectorContract):
    """The shared tests, and what is karrio's own."""

    @pytest.fixture
    def harness(self, desk: Desk, request: pytest.FixtureRequest) -> ConnectorHarness:
        def down() -> None:
            desk.relay.down = True

        def up() -> None:
            desk.relay.down = False

        harness = ConnectorHarness(
            connector=desk.connector,
            stream="bookings",
            bad_stream="bookings",
            take_down=down,
            bring_back=up,
            lose_access=lambda: setattr(desk.relay, "estranged", True),
            secret=desk.server.token,
        )
        if "command" in request.function.__name__:
            reference, harness.command = desk.rebooking()
            harness.times_done = lambda: desk.server.booked(reference).count(("freight", "created"))
        return harness

    def test_a_wrong_token_is_refused_and_not_told(self, desk: Desk) -> None:
        stranger = desk.open("key_of-nobody")
        with pytest.raises(RefusedError) as caught:
            stranger.changes("bookings", None, 10)
        assert "credentials" in caught.value.remedy
        assert "key_of-nobody" not in str(caught.value)
        stranger.close()

    def test_rate_sheets_are_carrier_services(self, desk: Desk) -> None:
        pages, _ = read_all(desk.connector, "services", limit=50)
        found = {r.ref.entity_id: r.entity for r in state_of(pages).values()}
        express = found["midland/express"]
        assert isinstance(express, CarrierService)
        assert (express.scac, express.transit_days) == ("MDLN", 1)
        # 60.00 up to 50 kg, 120.00 up to 550 kg: twelve cents for each kilogram between.
        assert (express.fixed_cost_cents, express.rate_cents_per_kg) == (6_000, 12)
        assert not any(name.startswith("europa/") for name in found)

    def test_a_service_taken_off_the_rate_sheet_is_gone(self, desk: Desk, office: Office) -> None:
        pages, cursor = read_all(desk.connector, "services", limit=50)
        assert "midland/old" in {ref.entity_id for ref in state_of(pages)}
        desk.server.drop_service(office.sheet_id, "old")
        more, _ = read_all(desk.connector, "services", limit=50, cursor=cursor)
        left = {ref.entity_id for ref in state_of([*pages, *more])}
        assert "midland/old" not in left
        assert "midland/ground" in left

    def test_a_rebooking_gives_the_old_label_back(self, desk: Desk) -> None:
        reference, command = desk.rebooking()
        receipt = desk.connector.submit(command)
        assert receipt.result is CommandResult.SUCCEEDED
        assert "overland/freight" in receipt.message
        assert desk.server.booked(reference) == [("ground", "cancelled"), ("freight", "created")]
        pages, _ = read_all(desk.connector, "bookings", limit=50)
        told = [r.entity for r in state_of(pages).values() if isinstance(r.entity, CarrierBooking)]
        mine = sorted((b for b in told if b.shipment_id == reference), key=lambda b: b.booked_at)
        assert [(b.scac, b.status, b.cost_cents) for b in mine] == [
            ("MDLN", BookingStatus.CANCELLED, 9_550),
            ("OVLF", BookingStatus.ACCEPTED, 6_025),
        ]

    @pytest.mark.parametrize("answered", [0, 1, 2])
    def test_a_rebooking_cut_off_anywhere_ends_done_once(self, desk: Desk, answered: int) -> None:
        """Making, buying and giving back: each done by karrio, its answer lost."""
        reference, command = desk.rebooking()
        desk.relay.answered_writes = answered
        assert desk.connector.submit(command).result is CommandResult.UNKNOWN
        if desk.connector.probe(command) is None:
            assert desk.connector.submit(command).result is CommandResult.SUCCEEDED
        assert desk.connector.submit(command).repeated
        assert desk.server.booked(reference) == [("ground", "cancelled"), ("freight", "created")]

    def test_a_carrier_that_gives_no_rate_leaves_all_as_it_was(self, desk: Desk) -> None:
        reference, command = desk.rebooking(service="overland/balloon")
        receipt = desk.connector.submit(command)
        assert receipt.result is CommandResult.REJECTED
        assert "overland/balloon" in receipt.message
        assert ("ground", "created") in desk.server.booked(reference)
        assert desk.connector.probe(command) is None

    def test_a_booking_changed_by_somebody_else_is_left_alone(self, desk: Desk) -> None:
        reference, command = desk.rebooking()
        pages, _ = read_all(desk.connector, "bookings", limit=50)
        held = next(
            r
            for r in state_of(pages).values()
            if isinstance(r.entity, CarrierBooking) and r.entity.shipment_id == reference
        )
        expected = ExpectedVersion(
            ref=EntityRef(kind=EntityKind.CARRIER_BOOKING, entity_id=held.ref.entity_id),
            version=held.version,
            fields_sha256="",
        )
        desk.server.cancel(held.ref.entity_id)
        decided = Command(key=command.key, source=TMS, action=command.action, expected=(expected,))
        assert desk.connector.submit(decided).result is CommandResult.CONFLICT
        assert desk.server.booked(reference) == [("ground", "cancelled")]

    def test_live_rates_are_those_of_the_carriers(self, desk: Desk) -> None:
        rates = {r.service_id: r for r in desk.connector.live_rates(ShipmentId("SH-A"))}
        assert rates[ServiceId("overland/freight")].cost_cents == 6_025
        assert rates[ServiceId("midland/express")].transit_days == 1
        assert not any(name.startswith("europa/") for name in rates)
        with pytest.raises(RefusedError, match="SH-NONE"):
            desk.connector.live_rates(ShipmentId("SH-NONE"))

    def test_a_verb_it_does_not_know_is_refused(self, desk: Desk) -> None:
        command = Command(key="a-1", source=TMS, action=ReleaseCreditHold(order_id=OrderId("SO-1")))
        assert desk.connector.submit(command).result is CommandResult.REJECTED


def test_a_desk_killed_while_it_reads_keeps_every_booking_once(desk: Desk, office: Office) -> None:
    made: list[str] = []

    def feed(number: int) -> None:
        made.append(f"SH-K{number:02}")
        office.server.book(made[-1], "midland", "ground")

    def kept() -> list[CarrierBooking]:
        """What the feed on the disk holds, as the next process will find it."""
        held = KeptFeed(journal_in(desk.state), source=TMS, manifest=own_manifest())
        records = held.page("bookings", None, 1_000).records
        return [r.entity for r in records if isinstance(r.entity, CarrierBooking)]

    def waits() -> bool:
        return not set(made) <= {booking.shipment_id for booking in kept()}

    def work() -> None:
        read_everything(desk.open(office.server.token, office.server.address))

    hit = killed(work, times=KILLS, seed=4715, feed=feed, waits=waits)
    assert 0 < hit < KILLS, f"{hit} of {KILLS} processes were killed with a booking unread"
    work()
    ours = [booking.shipment_id for booking in kept() if booking.shipment_id.startswith("SH-K")]
    assert sorted(ours) == made
    lines = (desk.state / "feed.jsonl").read_text(encoding="utf-8")
    assert [lines.count(f'"shipment_id":"{each}"') for each in made] == [1] * KILLS
