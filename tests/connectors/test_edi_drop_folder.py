"""An order through the drop folder: taken in once, answered with a 997, seen in the mirror."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.services.sync import sync_source
from connectors.edi.connector import EdiConnector
from connectors.edi.x12 import read_x12
from domain.edi import EdiMessage, EdiStatus
from domain.errors import CorruptError
from domain.ids import EntityKind
from domain.orders import OrderLine, SalesOrder
from tests.support.edi_site import PURCHASE_ORDER, EdiSite, interchange
from tests.support.tower_room import tower_room


@pytest.fixture
def site(tmp_path: Path) -> EdiSite:
    return EdiSite(tmp_path)


def test_an_order_comes_into_the_mirror_and_is_acknowledged(site: EdiSite, tmp_path: Path) -> None:
    site.receive("po.edi", interchange("acme", [("850", PURCHASE_ORDER)], control=77))
    room_folder = tmp_path / "room"
    room_folder.mkdir()
    with tower_room(room_folder) as room:
        result = sync_source(site.connector, room.mirror, clock=room.clock)
        assert result.succeeded, result.why
        assert result.written == 4  # the order, its two lines, the message
    order = site.connector.entity(EntityKind.SALES_ORDER, "acme-4500012345")
    assert isinstance(order, SalesOrder)
    assert (order.customer_id, order.total_cents, order.customer_po) == ("c-acme", 17_300, "4500012345")
    assert (order.ship_to.name, order.ship_to.postcode, order.ship_to.contact) == (
        "Acme Store 12", "07105", "Dana Cole",
    )  # fmt: skip
    # The end of the day in the partner's zone.
    assert order.requested_at.isoformat() == "2026-12-01T04:59:00+00:00"
    by_case = site.connector.entity(EntityKind.ORDER_LINE, "acme-4500012345-2")
    assert isinstance(by_case, OrderLine)
    assert (by_case.ordered_quantity, by_case.unit_price_cents, by_case.item_id) == (24, 200, "ACM-78")
    first = site.connector.entity(EntityKind.ORDER_LINE, "acme-4500012345-1")
    assert isinstance(first, OrderLine)
    assert first.item_id == "sku-77"
    assert site.names("in") == []
    assert site.names("done") == ["po.edi"]
    (answer,) = read_x12(site.out())
    tags = [tuple(s.elements) for s in answer.groups[0].sets[0].segments]
    assert tags == [("PO", "77"), ("850", "0001"), ("A",), ("A", "1", "1", "1")]
    assert (answer.sender.identifier, answer.receiver.identifier) == ("TOWERWHSL", "ACMERETAIL")


def test_the_same_interchange_is_not_applied_twice(site: EdiSite) -> None:
    text = interchange("acme", [("850", PURCHASE_ORDER)])
    site.receive("a.edi", text)
    first = site.connector.changes("orders", None, 50)
    site.receive("b.edi", text)
    again = site.connector.changes("orders", None, 50)
    assert again == first
    assert site.names("done") == ["a.edi", "b.edi.duplicate"]
    assert len(site.names("out")) == 1
    site.receive("c.edi", text)
    assert site.reopened().changes("orders", None, 50) == first


def test_a_control_number_used_for_another_content_is_refused(site: EdiSite) -> None:
    site.receive("a.edi", interchange("acme", [("850", PURCHASE_ORDER)]))
    before = site.connector.changes("orders", None, 50)
    changed = [("BEG", "00", "SA", "OTHER", "", "20261120"), *PURCHASE_ORDER[1:]]
    site.receive("b.edi", interchange("acme", [("850", changed)]))
    assert site.connector.changes("orders", None, 50) == before
    assert site.names("bad") == ["b.edi", "b.edi.reason.txt"]
    assert "was another" in (site.drop / "bad" / "b.edi.reason.txt").read_text()
    (bad,) = site.connector.changes("messages", None, 50).rejected
    assert bad.external_id == "b.edi"


def test_a_bad_set_is_refused_alone_and_the_997_says_where(site: EdiSite) -> None:
    bad = [*PURCHASE_ORDER]
    bad[7] = ("PO1", "1", "ten", "EA", "12.50", "", "VN", "ACM-77")
    site.receive("a.edi", interchange("acme", [("850", bad), ("850", PURCHASE_ORDER)], control=5))
    page = site.connector.changes("orders", None, 50)
    assert len(page.records) == 3
    (rejected,) = page.rejected
    assert rejected.code == "PO1 11"
    assert "segment 11, element 2" in rejected.message
    assert "'ten' is no number" in rejected.message
    page = site.connector.changes("messages", None, 50)
    messages = {str(m.ref.entity_id): m.entity for m in page.records if isinstance(m.entity, EdiMessage)}
    refused = messages["acme:000000005:5:0001"]
    assert (refused.status, refused.segment, refused.reference) == (
        EdiStatus.REJECTED,
        "PO1 11",
        "4500012345",
    )
    segments = read_x12(site.out())[0].groups[0].sets[0].segments
    assert [(s.tag, *s.elements) for s in segments] == [
        ("AK1", "PO", "5"),
        ("AK2", "850", "0001"),
        ("AK3", "PO1", "9", "", "8"),
        ("AK4", "2", "", "6"),
        ("AK5", "R", "5"),
        ("AK2", "850", "0002"),
        ("AK5", "A"),
        ("AK9", "P", "2", "2", "1"),
    ]


def test_a_set_whose_count_is_wrong_is_answered_with_its_code(site: EdiSite) -> None:
    text = interchange("acme", [("850", PURCHASE_ORDER)]).replace("SE*12*0001", "SE*11*0001")
    site.receive("a.edi", text)
    assert not site.connector.changes("orders", None, 50).records
    segments = read_x12(site.out())[0].groups[0].sets[0].segments
    assert ("AK5", "R", "4") in [(s.tag, *s.elements) for s in segments]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("IEA*1*", "IEA*2*", "counts other groups"),
        ("IEA*1*000000001", "IEA*1*000000002", "control number is not that of the ISA"),
        ("GE*1*1", "GE*2*1", "counts other transaction sets"),
        ("GE*1*1", "GE*1*9", "control number is not that of the GS"),
        ("ACMERETAIL     ", "STRANGER       ", "No partner profile"),
        ("*P*>", "*T*>", "is a test"),
        ("IEA*", "IEB*", "has no end"),
    ],
)
def test_a_broken_envelope_changes_nothing(site: EdiSite, old: str, new: str, why: str) -> None:
    site.receive("a.edi", interchange("acme", [("850", PURCHASE_ORDER)]).replace(old, new))
    assert not site.connector.changes("orders", None, 50).records
    assert site.names("bad") == ["a.edi", "a.edi.reason.txt"]
    assert why in (site.drop / "bad" / "a.edi.reason.txt").read_text()
    assert site.names("out") == []


def test_a_file_still_being_written_is_left_alone(site: EdiSite) -> None:
    site.receive("a.edi.part", "ISA")
    site.receive(".b.edi", "ISA")
    site.connector.changes("orders", None, 50)
    assert site.names("in") == [".b.edi", "a.edi.part"]


class Dying:
    """Ends the process at the n-th thing that is done to the disk, before or after it is done."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int, *, after: bool) -> None:
        self.left = at
        for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "rename"), (Path, "write_text")):
            patch.setattr(owner, name, self.watched(getattr(owner, name), after=after))

    def watched(self, real: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            self.left -= 1
            if self.left == 0 and not after:
                raise KeyboardInterrupt
            found = real(*arguments, **options)
            if self.left == 0:
                raise KeyboardInterrupt
            return found

        return call


def state_of(site: EdiSite, connector: EdiConnector) -> list[object]:
    """Everything that the tower and the partners can see.

    Which of two equal files is called the duplicate may change with a death between them.
    """
    seen: list[object] = []
    for stream in connector.manifest.streams:
        page = connector.changes(stream.name, None, 500)
        seen += [record.entity for record in page.records]
        seen += [(bad.external_id, bad.message) for bad in page.rejected]
    names = [site.names(folder) for folder in ("in", "out", "done", "bad")]
    return [*seen, *([name.removesuffix(".duplicate") for name in each] for each in names)]


def filled(folder: Path) -> EdiSite:
    """A site with an order, an unreadable file and an order that comes twice."""
    folder.mkdir()
    site = EdiSite(folder)
    order = interchange("acme", [("850", PURCHASE_ORDER)])
    for name, text in (("a.edi", order), ("b.edi", "ISA no"), ("c.edi", order)):
        site.receive(name, text)
    return site


@pytest.mark.parametrize("after", [False, True])
def test_a_process_that_dies_at_any_step_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    whole = filled(tmp_path / "whole")
    wanted = state_of(whole, whole.connector)
    deaths = 0
    for at in range(1, 40):
        site = filled(tmp_path / str(at))
        with monkeypatch.context() as patch:
            Dying(patch, at, after=after)
            try:
                state_of(site, site.connector)
            except KeyboardInterrupt:
                deaths += 1
            else:
                break
        again = site.reopened()
        assert state_of(site, again) == wanted, f"died at step {at}"
        assert state_of(site, again) == wanted
    assert deaths >= 8


@pytest.mark.parametrize("after", [False, True])
def test_a_partner_who_takes_its_files_at_once_gets_each_once_though_the_process_dies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    deaths = 0
    for at in range(1, 40):
        site, taken = filled(tmp_path / str(at)), list[str]()
        with monkeypatch.context() as patch:
            Dying(patch, at, after=after)
            try:
                site.connector.changes("orders", None, 50)
            except KeyboardInterrupt:
                deaths += 1
        again = site.reopened()
        for _ in range(2):
            for path in (site.drop / "out").glob("[!.]*"):
                taken.append(path.read_text("latin-1"))
                path.unlink()
            again.changes("orders", None, 50)
        assert len(taken) == 1, f"died at step {at}"
        assert ("AK5", "A") in [
            (s.tag, *s.elements) for s in read_x12(taken[0])[0].groups[0].sets[0].segments
        ]
        assert site.names("out") == []
        if deaths < at:
            break
    assert deaths >= 8


def test_a_line_of_the_feed_that_was_broken_off_is_read_anew(site: EdiSite) -> None:
    site.receive("a.edi", interchange("acme", [("850", PURCHASE_ORDER)]))
    page = site.connector.changes("orders", None, 50)
    feed = site.folder / "state" / "feed.jsonl"
    feed.write_bytes(feed.read_bytes() + b'{"first": 12')
    assert site.reopened().changes("orders", None, 50) == page
    feed.write_bytes(b"nonsense\n" + feed.read_bytes())
    with pytest.raises(CorruptError, match="Line 1"):
        site.reopened().changes("orders", None, 50)


def test_what_was_refused_is_replayed_once_the_profile_is_right(site: EdiSite, tmp_path: Path) -> None:
    odd = [list(line) for line in PURCHASE_ORDER]
    odd[0][3], odd[8][3] = "4500099999", "BX"
    text = interchange("acme", [("850", PURCHASE_ORDER), ("850", odd)])
    (tmp_path / "room").mkdir()
    with tower_room(tmp_path / "room") as room:
        site.receive("a.edi", text)
        sync_source(site.connector, room.mirror, clock=room.clock)
        assert "DQ-EDI" in room.codes()
        assert len(room.mirror.quarantined()) == 1
        profile = site.partners / "acme.toml"
        profile.write_text(profile.read_text().replace("CA = 12", "CA = 12\n        BX = 6"))
        site.receive("again.edi", text)
        site.clock.move(minutes=5)
        room.clock.advance(minutes=5)
        sync_source(site.connector, room.mirror, clock=room.clock)
        assert room.mirror.quarantined() == []
        assert "DQ-EDI" not in room.codes()
    line = site.connector.entity(EntityKind.ORDER_LINE, "acme-4500099999-2")
    assert isinstance(line, OrderLine)
    assert line.ordered_quantity == 12
    message = site.connector.entity(EntityKind.EDI_MESSAGE, "acme:000000001:1:0002")
    assert isinstance(message, EdiMessage)
    assert message.status is EdiStatus.REPLAYED
    before = site.connector.changes("orders", None, 50)
    assert not before.rejected
    site.receive("third.edi", text)
    assert site.reopened().changes("orders", None, 50) == before
    assert len(site.names("out")) == 1
    assert site.names("done") == ["a.edi", "again.edi", "third.edi.duplicate"]


def test_an_interchange_of_ours_that_is_refused_as_a_whole_is_a_rejected_message(site: EdiSite) -> None:
    text = interchange("acme", [("850", PURCHASE_ORDER)], control=3)
    refusal = text[:106] + "TA1*000000088*261122*1400*R*021~" + text[106:]
    site.receive("a.edi", refusal)
    page = site.connector.changes("messages", None, 50)
    found = {str(m.ref.entity_id): m.entity for m in page.records}
    refused = found["acme:out:88:interchange"]
    assert isinstance(refused, EdiMessage)
    assert (refused.status, refused.error_code) == (EdiStatus.REJECTED, "021")
    assert len(found) == 2
