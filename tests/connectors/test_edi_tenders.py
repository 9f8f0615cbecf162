"""Tenders by EDI: whoever was asked before is released once another carrier has taken the load."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.edi.edifact import read_edifact
from connectors.edi.x12 import read_x12
from domain.commands import Command, CommandResult, RebookCarrier
from domain.ids import EntityKind, ServiceId, ShipmentId, SourceName
from domain.transport import BookingStatus, CarrierBooking
from tests.support.edi_site import PARTNERS, EdiSite, edifact_interchange, interchange

#: A carrier that speaks EDIFACT, and one more that speaks X12.
RAIL = """
name = "rail"
role = "carrier"
standard = "edifact"
own_id = "4012345000009"
own_qualifier = "14"
partner_id = "5790000000002"
partner_qualifier = "14"
reads = ["IFTSTA", "CONTRL"]
writes = ["IFTMIN"]
scac = "RAIL"
[ids]
shipment = "out-{number}"
"""
SWFT = """
name = "swft"
role = "carrier"
standard = "x12"
own_id = "TOWERWHSL"
partner_id = "SWIFTLY"
reads = ["990", "214", "997"]
writes = ["204"]
scac = "SWFT"
[ids]
shipment = "out-{number}"
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EdiSite:
    monkeypatch.setitem(PARTNERS, "rail", RAIL)
    monkeypatch.setitem(PARTNERS, "swft", SWFT)
    return EdiSite(tmp_path)


def ask(site: EdiSite, scac: str) -> None:
    """Tender the shipment out-7 to a carrier, an hour after whatever was before."""
    site.clock.move(hours=1)
    action = RebookCarrier(
        shipment_id=ShipmentId("out-7"),
        service_id=ServiceId(f"{scac.lower()}-ground"),
        scac=scac,
        pickup_at=site.clock.now() + timedelta(days=1),
    )
    command = Command(key=f"act-{scac}-{site.clock.now():%H%M}", source=SourceName("edi"), action=action)
    assert site.connector.submit(command).result is CommandResult.SUCCEEDED


def answer(site: EdiSite, sender: str, code: str, control: int) -> None:
    """A carrier's 990 to the shipment, taken in."""
    site.clock.move(minutes=5)
    body = [("B1", sender.upper(), "7", "20261122", code)]
    site.receive(f"{control}.edi", interchange(sender, [("990", body)], control=control))
    site.connector.changes("freight", None, 50)


def status(site: EdiSite, scac: str) -> BookingStatus:
    found = site.connector.entity(EntityKind.CARRIER_BOOKING, f"{scac}:out-7")
    assert isinstance(found, CarrierBooking)
    return found.status


def asked(site: EdiSite) -> list[tuple[str, str, str]]:
    """Which carrier was told what of which load by 204, in the order of the documents."""
    told = []
    for name in sorted(site.names("out"), key=lambda each: each.rpartition("-")[2]):
        if "-204-" in name and not name.startswith("."):
            (found,) = read_x12((site.drop / "out" / name).read_text("latin-1"))
            segments = {s.tag: s for s in found.groups[0].sets[0].segments}
            told.append((segments["B2"].get(2), segments["B2A"].get(1), segments["B2"].get(4)))
    return told


def test_a_carrier_that_is_replaced_is_released_once_the_other_has_taken_the_load(site: EdiSite) -> None:
    ask(site, "OVLF")
    answer(site, "ovlf", "A", 1)
    ask(site, "SWFT")
    # Until the new carrier says yes the old one keeps the load: somebody has to come.
    assert (status(site, "OVLF"), status(site, "SWFT")) == (BookingStatus.ACCEPTED, BookingStatus.TENDERED)
    assert asked(site) == [("OVLF", "00", "7"), ("SWFT", "00", "7")]
    answer(site, "swft", "A", 2)
    assert (status(site, "OVLF"), status(site, "SWFT")) == (BookingStatus.CANCELLED, BookingStatus.ACCEPTED)
    assert asked(site)[2:] == [("OVLF", "01", "7")]
    # Said again it changes nothing, and a yes that comes too late takes nothing from who has it.
    answer(site, "swft", "A", 3)
    answer(site, "ovlf", "A", 4)
    assert asked(site)[3:] == []
    assert (status(site, "OVLF"), status(site, "SWFT")) == (BookingStatus.CANCELLED, BookingStatus.ACCEPTED)


def test_a_carrier_that_refuses_takes_the_load_from_nobody(site: EdiSite) -> None:
    ask(site, "OVLF")
    answer(site, "ovlf", "A", 1)
    ask(site, "SWFT")
    answer(site, "swft", "D", 2)
    assert (status(site, "OVLF"), status(site, "SWFT")) == (BookingStatus.ACCEPTED, BookingStatus.DECLINED)
    assert asked(site) == [("OVLF", "00", "7"), ("SWFT", "00", "7")]


def test_a_release_is_written_once_though_the_process_dies_before_it_is_handed_over(
    site: EdiSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(site, "OVLF")
    ask(site, "SWFT")
    with monkeypatch.context() as patch:
        patch.setattr("connectors.drop_folder.DropFolder.hand_out", _dies)
        with pytest.raises(KeyboardInterrupt):
            answer(site, "swft", "A", 1)
    assert len(asked(site)) == 2
    site.connector = site.reopened()
    for _ in range(2):
        site.connector.changes("freight", None, 50)
        assert asked(site)[2:] == [("OVLF", "01", "7")]
    assert status(site, "OVLF") is BookingStatus.CANCELLED


def _dies(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_carrier_that_speaks_edifact_is_asked_by_iftmin_and_answers_by_its_first_status(
    site: EdiSite,
) -> None:
    ask(site, "OVLF")
    ask(site, "RAIL")
    (name,) = [each for each in site.names("out") if "IFTMIN" in each]
    (found,) = read_edifact((site.drop / "out" / name).read_text("latin-1"))
    message = found.groups[0].sets[0]
    assert (message.set_id, found.receiver.identifier) == ("IFTMIN", "5790000000002")
    assert next(s.part(1, 2) for s in message.segments if s.tag == "RFF") == "7"
    body = [
        ["BGM", "77", "ST-1", "9"], ["NAD", "CA", "RAIL::182"], ["CNI", "1", "7"], ["STS", "1", "13"],
        ["DTM", "334:202611231000:203"],
    ]  # fmt: skip
    site.receive("sta.edi", edifact_interchange("rail", "IFTSTA", body, control=5))
    site.connector.changes("freight", None, 50)
    assert (status(site, "OVLF"), status(site, "RAIL")) == (BookingStatus.CANCELLED, BookingStatus.ACCEPTED)
    assert asked(site)[1:] == [("OVLF", "01", "7")]
    # And back again: the carrier without a 204 is released in its own words.
    ask(site, "OVLF")
    answer(site, "ovlf", "A", 6)
    released = [each for each in site.names("out") if "IFTMIN" in each]
    assert len(released) == 2
    assert "BGM+610+7+1'" in (site.drop / "out" / released[1]).read_text("latin-1")
    assert status(site, "RAIL") is BookingStatus.CANCELLED
