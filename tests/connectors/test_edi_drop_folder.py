"""An order through the drop folder: taken in once, answered with a 997, seen in the mirror."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.sync import sync_source
from connectors.drop_folder import DropFolder
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


@pytest.mark.parametrize("step", ["put_out", "finish"])
def test_a_process_that_dies_between_keeping_and_answering_goes_on_where_it_was(
    site: EdiSite, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    site.receive("a.edi", interchange("acme", [("850", PURCHASE_ORDER)]))

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(DropFolder, step, die)
        with pytest.raises(KeyboardInterrupt):
            site.connector.changes("orders", None, 50)
    connector = site.reopened()
    page = connector.changes("orders", None, 50)
    assert len(page.records) == 3
    assert len(site.names("out")) == 1
    assert site.names("in") == []
    assert site.names("done") == ["a.edi"]
    assert connector.changes("orders", None, 50) == page


def test_a_line_of_the_feed_that_was_broken_off_is_read_anew(site: EdiSite) -> None:
    site.receive("a.edi", interchange("acme", [("850", PURCHASE_ORDER)]))
    page = site.connector.changes("orders", None, 50)
    feed = site.folder / "state" / "feed.jsonl"
    feed.write_bytes(feed.read_bytes() + b'{"first": 12')
    assert site.reopened().changes("orders", None, 50) == page
    feed.write_bytes(b"nonsense\n" + feed.read_bytes())
    with pytest.raises(CorruptError, match="Line 1"):
        site.reopened().changes("orders", None, 50)
