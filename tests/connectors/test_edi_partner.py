"""The tower and partners of every mood: what they answer is known, and what they do not answer is a case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from app.services.sync import SyncOptions, sync_source
from domain.commands import Command, CommandResult, ExpediteSupply, RebookCarrier
from domain.edi import EdiMessage
from domain.ids import EntityKind, ServiceId, ShipmentId, SourceName
from domain.inventory import InboundSupply
from domain.transport import BookingStatus, CarrierBooking, ShipmentStatus
from tests.support import facts
from tests.support.edi_partner import Mood, MoodyPartner
from tests.support.edi_site import EdiSite, interchange
from tests.support.tower_room import TowerRoom, tower_room

ORDERED = (
    ("BAK", "00", "AC", "PO-9", "20261120"),
    ("DTM", "002", "20261205"),
    ("PO1", "1", "40", "EA", "", "", "VN", "B-1"),
    ("ACK", "IA", "40", "EA", "067", "20261205"),
    ("CTT", "1"),
)


@dataclass
class Exchange:
    """A mirror with a quiet world in it, and partners beside."""

    room: TowerRoom
    site: EdiSite

    def sync(self, partner: MoodyPartner | None = None) -> list[str]:
        """Let the partner work and read what it says; gives the codes of the open cases."""
        if partner is not None:
            partner.work()
        done = sync_source(
            self.site.connector, self.room.mirror, clock=self.room.clock, options=SyncOptions(force=True)
        )
        assert done.succeeded, done.why
        return self.room.codes()


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    for name in ("room", "site"):
        (tmp_path / name).mkdir()
    with tower_room(tmp_path / "room") as room:
        site = EdiSite(tmp_path / "site", foreign_clock=room.clock)
        profile = site.partners / "ovlf.toml"
        profile.write_text(profile.read_text().replace("out-{number}", "SH-{number}"))
        site.receive("0.edi", interchange("bolt", [("855", ORDERED)]))
        found = Exchange(room, site)
        room.sync(*facts.quiet_world(), facts.shipment("SH-1", status=ShipmentStatus.PLANNED, scac=""))
        found.sync()
        yield found


def tender(exchange: Exchange) -> None:
    """Ask the carrier for the shipment SH-1."""
    action = RebookCarrier(shipment_id=ShipmentId("SH-1"), service_id=ServiceId("ovlf-ground"), scac="OVLF")
    command = Command(key="act-1-1", source=SourceName("edi"), action=action)
    assert exchange.site.connector.submit(command).result is CommandResult.SUCCEEDED


def booking(exchange: Exchange) -> CarrierBooking:
    found = exchange.site.connector.entity(EntityKind.CARRIER_BOOKING, "OVLF:SH-1")
    assert isinstance(found, CarrierBooking)
    return found


@pytest.mark.parametrize(
    ("mood", "status", "cases"),
    [
        (Mood.KIND, BookingStatus.ACCEPTED, False),
        (Mood.REPEATING, BookingStatus.ACCEPTED, False),
        (Mood.REFUSING, BookingStatus.DECLINED, True),
    ],
)
def test_a_carrier_answers_a_tender(
    exchange: Exchange, mood: Mood, status: BookingStatus, cases: bool
) -> None:
    tender(exchange)
    assert "TR-TENDER" not in exchange.sync()
    assert ("TR-TENDER" in exchange.sync(MoodyPartner(exchange.site, mood))) is cases
    assert booking(exchange).status is status
    doubled = [name for name in exchange.site.names("done") if name.endswith(".duplicate")]
    assert len(doubled) == (2 if mood is Mood.REPEATING else 0)


def test_a_carrier_that_stays_silent_is_a_case_when_its_time_is_over(exchange: Exchange) -> None:
    tender(exchange)
    silent = MoodyPartner(exchange.site, Mood.SILENT)
    assert "TR-TENDER" not in exchange.sync(silent)
    assert booking(exchange).expires_at == exchange.room.clock.now() + timedelta(minutes=120)
    exchange.room.clock.advance(minutes=121)
    # The system that the shipment is from goes on to speak; only the carrier does not.
    exchange.room.sync()
    assert "TR-TENDER" in exchange.sync(silent)
    # What it says at last ends the case.
    exchange.site.receive("late.edi", interchange("ovlf", [("990", [("B1", "OVLF", "1", "20261122", "A")])]))
    exchange.sync()
    assert booking(exchange).status is BookingStatus.ACCEPTED


@pytest.mark.parametrize(
    ("mood", "confirmed"), [(Mood.KIND, 40), (Mood.SHORT, 20), (Mood.REFUSING, 0), (Mood.REPEATING, 40)]
)
def test_a_supplier_answers_what_it_is_asked(exchange: Exchange, mood: Mood, confirmed: int) -> None:
    sooner = exchange.room.clock.now() + timedelta(days=4)
    action = ExpediteSupply(supply_id="bolt-PO-9-1", eta_at=sooner, cost_cents=0)
    command = Command(key="act-2-1", source=SourceName("edi"), action=action)
    assert exchange.site.connector.submit(command).result is CommandResult.SUCCEEDED
    exchange.sync(MoodyPartner(exchange.site, mood))
    supply = exchange.site.connector.entity(EntityKind.INBOUND_SUPPLY, "bolt-PO-9-1")
    assert isinstance(supply, InboundSupply)
    assert (supply.confirmed_quantity, supply.ordered_quantity) == (confirmed, 40)
    assert supply.eta_at.date() == sooner.date()
    assert supply.due_at.date().isoformat() == "2026-12-05"
    page = exchange.site.connector.changes("messages", None, 50)
    ours = [m.entity for m in page.records if ":out:" in m.ref.entity_id]
    (told,) = [each for each in ours if isinstance(each, EdiMessage)]
    assert (told.transaction_set, told.reference, told.status.value) == ("860", "PO-9", "accepted")
