"""What each X12 set says becomes the tower's records, and what it does not say is not made up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest

from domain.billing import Invoice
from domain.commands import Command, CommandResult, RebookCarrier
from domain.edi import EdiMessage, EdiStatus
from domain.ids import ServiceId, ShipmentId, SourceName
from domain.inventory import InboundSupply, InventoryPosition, SupplyKind
from domain.orders import OrderChange, OrderChangeKind, OrderLine, SalesOrder
from domain.returns import ReturnAuthorisation
from domain.transport import BookingStatus, CarrierBooking, Milestone, Shipment, ShipmentStatus
from tests.support.edi_desk import Body, Desk
from tests.support.edi_site import interchange


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def answer(*lines: Sequence[str]) -> Body:
    return (
        ("BAK", "00", "AC", "PO-9", "20261120"),
        ("DTM", "002", "20261201"),
        ("N1", "ST", "", "92", "0042"),
        *lines,
        ("CTT", "1"),
    )


def notice(number: str, quantity: str, *, purpose: str = "00", ordered: str = "") -> Body:
    tail = ("", ordered, "EA") if ordered else ()
    return (
        ("BSN", purpose, number, "20261125", "1030"),
        ("HL", "1", "", "S"),
        ("DTM", "011", "20261125"),
        ("DTM", "017", "20261128"),
        ("HL", "2", "1", "O"),
        ("PRF", "PO-9"),
        ("HL", "3", "2", "P"),
        ("HL", "4", "3", "I"),
        ("LIN", "1", "VN", "B-1"),
        ("SN1", "", quantity, "EA", *tail),
        ("CTT", "4"),
    )


LINE = ("PO1", "1", "40", "EA", "", "", "VN", "B-1")


def test_a_supplier_confirms_a_part_and_ships_it_in_two_notices(desk: Desk) -> None:
    partly = answer(
        LINE,
        ("ACK", "IQ", "30", "EA", "067", "20261202"),
        ("ACK", "IB", "10", "EA", "067", "20261220"),
    )
    assert not desk.send("bolt", "855", partly)
    supply = desk.found(InboundSupply, "bolt-PO-9-1")
    assert (supply.kind, supply.ordered_quantity, supply.confirmed_quantity) == (SupplyKind.PURCHASE, 40, 30)
    assert (supply.node_id, supply.supplier_name) == ("dc-columbus", "bolt")
    assert supply.due_at == datetime(2026, 12, 1, 23, 59, tzinfo=UTC)
    assert supply.eta_at == datetime(2026, 12, 2, 23, 59, tzinfo=UTC)
    codes = [(c["element"], c["raw"], c["meaning"], c["responsible"]) for c in
             desk.site.connector.codes_of("bolt-PO-9-1")]  # fmt: skip
    assert codes == [
        ("668", "IQ", "quantity_changed", "supplier"),
        ("668", "IB", "backordered", "supplier"),
    ]
    assert not desk.send("bolt", "856", notice("ASN-1", "20"))
    assert not desk.send("bolt", "856", notice("ASN-2", "5"))
    assert desk.found(InboundSupply, supply.supply_id).shipped_quantity == 25
    # Sent again under a new control number, a notice counts once; withdrawn, no more.
    assert not desk.send("bolt", "856", notice("ASN-2", "5"))
    assert desk.found(InboundSupply, supply.supply_id).shipped_quantity == 25
    assert not desk.send("bolt", "856", notice("ASN-2", "5", purpose="01"))
    found = desk.found(InboundSupply, supply.supply_id)
    assert (found.shipped_quantity, found.confirmed_quantity) == (20, 30)
    assert found.eta_at == datetime(2026, 11, 28, 23, 59, tzinfo=UTC)


def test_a_rejected_line_is_confirmed_with_nothing(desk: Desk) -> None:
    assert not desk.send("bolt", "855", answer(LINE, ("ACK", "IR", "40", "EA")))
    assert desk.found(InboundSupply, "bolt-PO-9-1").confirmed_quantity == 0


@pytest.mark.parametrize(
    ("set_id", "body", "why"),
    [
        ("855", answer(LINE), "not answered by an ACK"),
        ("855", answer(LINE, ("ACK", "??", "1", "EA")), "no line status (668)"),
        ("855", answer((*LINE[:3], "BX", *LINE[4:]), ("ACK", "IA", "1", "EA")), "no unit of the partner"),
        ("856", notice("ASN-1", "5"), "nobody knows how much was ordered"),
        ("856", (*notice("A", "5")[:6], ("HL", "3", "9", "P"), *notice("A", "5")[7:]), "no tree"),
        ("856", (*notice("A", "5")[:-1], ("CTT", "3")), "counts 3 levels, there are 4"),
        ("856", (("BSN", "00", "A", "20261340", "1030"), *notice("A", "5")[1:]), "no date"),
        ("850", (), "is not agreed with bolt"),
    ],
)  # fmt: skip
def test_what_a_supplier_says_wrongly_is_refused(desk: Desk, set_id: str, body: Body, why: str) -> None:
    assert why in desk.send("bolt", set_id, body)
    assert desk.ids("supply") == []


def test_a_notice_with_the_ordered_quantity_needs_no_answer_before(desk: Desk) -> None:
    assert not desk.send("bolt", "856", notice("ASN-1", "5", ordered="8"))
    supply = desk.found(InboundSupply, "bolt-PO-9-1")
    assert (supply.ordered_quantity, supply.shipped_quantity, supply.node_id) == (8, 5, "dc-newark")


def test_a_customer_changes_and_cancels(desk: Desk) -> None:
    change = (
        ("BCH", "04", "SA", "4500012345", "", "", "20261121"),
        ("POC", "1", "QD", "6", "4", "EA", "", "", "VN", "ACM-77"),
        ("POC", "2", "DI", "0", "0", "EA", "", "", "VN", "ACM-78"),
        ("CTT", "2"),
    )
    assert not desk.send("acme", "860", change)
    assert not desk.send("acme", "860", (("BCH", "01", "SA", "4500012345", "", "", "20261121"),))
    less, gone, all_gone = (desk.found(OrderChange, each) for each in desk.ids("orders"))
    assert (less.line_id, less.change, less.new_quantity) == (
        "acme-4500012345-1", OrderChangeKind.CHANGE, 6,
    )  # fmt: skip
    assert (gone.line_id, gone.change) == ("acme-4500012345-2", OrderChangeKind.CANCEL)
    assert (all_gone.line_id, all_gone.change) == (None, OrderChangeKind.CANCEL)


def test_an_invoice_must_add_up(desk: Desk) -> None:
    lines = (
        ("BIG", "20261120", "INV-1", "20261101", "4500012345"),
        ("REF", "SI", "SHP-1"),
        ("IT1", "1", "10", "EA", "12.50", "", "VN", "ACM-77"),
        ("IT1", "2", "1", "CA", "24", "", "VN", "ACM-78"),
    )
    assert "says 14901 cents, the lines make 14900" in desk.send("acme", "810", (*lines, ("TDS", "14901")))
    assert not desk.send("acme", "810", (*lines, ("TDS", "14900"), ("CTT", "2")))
    invoice = desk.found(Invoice, "acme-INV-1")
    assert (invoice.order_id, invoice.shipment_id, invoice.customer_id) == (
        "acme-4500012345", "SHP-1", "c-acme",
    )  # fmt: skip
    assert [(li.line_id, li.quantity, li.unit_price_cents) for li in invoice.lines] == [
        ("acme-4500012345-1", 10, 1250),
        ("acme-4500012345-2", 12, 200),
    ]


def test_a_return_keeps_its_reason(desk: Desk) -> None:
    body = (
        ("BGN", "00", "RMA-3", "20261120"),
        ("PRF", "4500012345"),
        ("BLI", "VN", "ACM-77", "2", "EA"),
        ("N9", "LI", "1"),
        ("RDR", "", "", "DM"),
    )
    assert not desk.send("acme", "180", body)
    asked = desk.found(ReturnAuthorisation, "acme-RMA-3-1")
    assert (asked.line_id, asked.item_id, asked.quantity, asked.reason_code) == (
        "acme-4500012345-1", "sku-77", 2, "DM",
    )  # fmt: skip


def test_a_warehouse_reports_and_corrects_its_stock(desk: Desk) -> None:
    adjustment = (
        ("W15", "20261121", "ADJ-1"),
        ("W19", "AD", "-3", "EA", "", "VN", "S-1"),
        ("W19", "AA", "1", "EA", "", "VN", "S-1"),
    )
    assert "whose stock nobody reported" in desk.send("depot", "947", adjustment)
    stock = (
        ("BIA", "00", "DD", "R-1", "20261120", "0600"),
        ("LIN", "", "VN", "S-1"),
        ("QTY", "17", "50", "EA"),
        ("LIN", "", "VN", "S-2"),
        ("QTY", "33", "7", "EA"),
        ("CTT", "2"),
    )
    assert not desk.send("depot", "846", stock)
    assert not desk.send("depot", "947", adjustment)
    assert not desk.send("depot", "947", adjustment)
    assert desk.found(InventoryPosition, "dc-depot|S-1").on_hand_quantity == 48
    assert desk.found(InventoryPosition, "dc-depot|S-2").on_hand_quantity == 7
    said = [c["meaning"] for c in desk.site.connector.codes_of("dc-depot|S-1")]
    assert said == ["damaged", "physical_count"]


ORDER_940 = (
    ("W05", "N", "SO-5"),
    ("N1", "ST", "Shop", "92", "c-5"),
    ("G62", "10", "20261123"),
    ("G62", "02", "20261125"),
    ("W66", "M", "M", "", "", "", "", "", "", "", "OVLF"),
    ("LX", "1"),
    ("W01", "10", "EA", "", "VN", "S-1"),
    ("W76", "10"),
)
ADVICE_945 = (
    ("W06", "N", "SO-5", "20261123", "SHP-5"),
    ("W27", "M", "OVLF"),
    ("LX", "1"),
    ("W12", "SH", "10", "8", "2", "EA", "", "VN", "S-1"),
    ("W03", "8", "20.5", "LB"),
)


def test_a_warehouse_ships_less_than_it_was_told(desk: Desk) -> None:
    assert "lacks delivery or pickup date" in desk.send("depot", "945", ADVICE_945)
    assert not desk.send("depot", "940", ORDER_940)
    planned = desk.found(Shipment, "SO-5")
    assert (planned.status, planned.scac, planned.customer_id) == (ShipmentStatus.PLANNED, "OVLF", "c-5")
    assert not desk.send("depot", "945", ADVICE_945)
    shipped = desk.found(Shipment, "SO-5")
    assert (shipped.status, shipped.number, shipped.lines[0].quantity) == (
        ShipmentStatus.IN_TRANSIT,
        "SHP-5",
        8,
    )
    assert shipped.weight_grams == 9_299
    assert shipped.shipped_at == datetime(2026, 11, 23, tzinfo=UTC)
    assert "counts 9 units, there are 8" in desk.send("depot", "945", (*ADVICE_945[:-1], ("W03", "9")))


def test_a_transfer_is_received_in_parts(desk: Desk) -> None:
    receipt = (
        ("W17", "F", "20261124", "REC-1", "TR-1"),
        ("W07", "6", "EA", "", "VN", "S-1"),
        ("W14", "6"),
    )
    assert "of which no shipment was told" in desk.send("depot", "944", receipt)
    sent = (("W06", "N", "TR-1", "20261120"), ("W04", "10", "EA", "", "VN", "S-1"), ("W03", "10"))
    assert not desk.send("depot", "943", sent)
    assert not desk.send("depot", "944", receipt)
    assert not desk.send("depot", "944", receipt)
    supply = desk.found(InboundSupply, "depot-TR-1-S-1")
    assert (supply.kind, supply.shipped_quantity, supply.received_quantity) == (SupplyKind.TRANSFER, 10, 6)
    assert supply.received_at == datetime(2026, 11, 24, tzinfo=UTC)


TENDER = (
    ("B2", "", "OVLF", "", "55", "", "PP"),
    ("B2A", "00", "LT"),
    ("G62", "64", "20261122", "1", "1800"),
    ("S5", "1", "LD"),
    ("G62", "10", "20261123", "Y", "0800"),
    ("L3", "", "", "", "", "42000"),
)


def test_a_tender_is_answered_and_billed(desk: Desk) -> None:
    assert not desk.send("ovlf", "204", TENDER)
    booking = desk.found(CarrierBooking, "OVLF:out-55")
    assert (booking.status, booking.cost_cents, booking.service_id) == (
        BookingStatus.TENDERED, 42_000, "ovlf-ground",
    )  # fmt: skip
    assert booking.expires_at == datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
    assert not desk.send("ovlf", "990", (("B1", "OVLF", "55", "20261122", "A"),))
    assert desk.found(CarrierBooking, booking.booking_id).status is BookingStatus.ACCEPTED
    bill = ("B3", "", "FB-1", "55", "PP", "L", "20261125", "43100", "", "", "", "OVLF")
    assert "not the amount of the B3" in desk.send("ovlf", "210", (bill, ("L3", "", "", "", "", "43000")))
    assert not desk.send("ovlf", "210", (bill,))
    assert desk.found(CarrierBooking, booking.booking_id).cost_cents == 43_100
    assert not desk.send("ovlf", "990", (("B1", "OVLF", "56", "20261122", "D"),))
    assert desk.found(CarrierBooking, "OVLF:out-56").status is BookingStatus.DECLINED


def test_milestones_keep_status_and_reason_raw_and_read(desk: Desk) -> None:
    body = (
        ("B10", "PRO1", "55", "OVLF"),
        ("LX", "1"),
        ("AT7", "SD", "AO", "", "", "20261123", "0930", "ES"),
        ("MS1", "Columbus", "OH", "US"),
        ("LX", "2"),
        ("AT7", "D1", "NS", "", "", "20261124", "1510"),
        ("AT7", "ZZ", "QQ", "", "", "20261122", "0700"),
    )
    assert not desk.send("ovlf", "214", body)
    assert not desk.send("ovlf", "214", body)
    stones = {m.raw_code: m for m in (desk.found(Milestone, each) for each in desk.ids("freight"))}
    assert {raw: (m.code, m.reason_code) for raw, m in stones.items()} == {
        "SD": ("delayed", "AO"),
        "D1": ("delivered", "NS"),
        "ZZ": ("at_pickup", "QQ"),
    }
    late = stones["SD"]
    assert (late.shipment_id, late.place_name) == ("out-55", "Columbus, OH, US")
    assert late.happened_at == datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
    codes = desk.site.connector.codes_of(late.milestone_id)
    assert {"of": late.milestone_id, "element": "1651", "raw": "AO", "meaning": "weather",
            "responsible": "force_majeure"} in codes  # fmt: skip
    assert desk.site.connector.codes_of(stones["ZZ"].milestone_id)[1]["meaning"] == "unknown"


def test_a_tender_of_ours_is_written_and_what_the_carrier_says_of_it_is_kept(desk: Desk) -> None:
    connector = desk.site.connector
    command = Command(
        key="act-7-1",
        source=SourceName("edi"),
        action=RebookCarrier(
            shipment_id=ShipmentId("out-9"), service_id=ServiceId("ovlf-ground"), scac="OVLF"
        ),
    )
    receipt = connector.submit(command)
    assert receipt.result is CommandResult.SUCCEEDED
    (name,) = desk.site.names("out")
    control = name.removeprefix("ovlf-204-").removesuffix(".edi")
    acknowledged = (
        ("AK1", "SM", str(int(control))),
        ("AK2", "204", "0001"),
        ("AK3", "B2", "2", "", "8"),
        ("AK4", "4", "145", "7"),
        ("AK5", "R", "5"),
        ("AK9", "R", "1", "1", "0"),
    )
    assert not desk.send("ovlf", "997", acknowledged)
    message = desk.found(EdiMessage, f"ovlf:out:{int(control)}:0001")
    assert (message.status, message.transaction_set, message.reference) == (
        EdiStatus.REJECTED, "204", "9",
    )  # fmt: skip
    assert (message.segment, message.error_code) == ("B2 2", "8")
    unknown = Command(
        key="act-8-1",
        source=SourceName("edi"),
        action=RebookCarrier(shipment_id=ShipmentId("out-9"), service_id=ServiceId("x"), scac="NONE"),
    )
    assert connector.submit(unknown).result is CommandResult.REJECTED
    assert connector.probe(unknown) is None


def test_an_order_as_other_systems_write_it(desk: Desk) -> None:
    """Lines end by a line feed, the order has no date, and items have several numbers."""
    profile = desk.site.partners / "acme.toml"
    profile.write_text("lead_days = 5\n" + dedent(profile.read_text()))
    text = interchange("acme", [("850", (
        ("BEG", "00", "SA", "PO-99", "", "20261024"),
        ("REF", "DP", "055"),
        ("N1", "ST", "Seattle Distribution Center", "92", "0044"),
        ("N3", "1234 Rainier Ave S", "Suite 400"),
        ("N4", "Seattle", "WA", "98144"),
        ("PO1", "1", "100", "EA", "24.99", "", "UP", "123456789012", "VN", "W-01", "SK", "S-5"),
        ("PID", "F", "", "", "", "Premium Blue Widget"),
        ("CTT", "1", "100"),
    ))])  # fmt: skip
    desk.site.receive("a.edi", text.replace("~", "\r\n"))
    page = desk.site.connector.changes("orders", None, 50)
    assert not page.rejected, page.rejected
    order, line = (record.entity for record in page.records)
    assert isinstance(order, SalesOrder)
    assert isinstance(line, OrderLine)
    assert (order.requested_at.date().isoformat(), line.item_id) == ("2026-10-30", "W-01")


def test_a_notice_that_counts_its_items_and_names_its_order_by_a_reference(desk: Desk) -> None:
    body = [list(line) for line in notice("ASN-1", "5", ordered="8")]
    body[5] = ["REF", "PO", "PO-9"]
    body[-1] = ["CTT", "1"]
    assert not desk.send("bolt", "856", body)
    assert desk.found(InboundSupply, "bolt-PO-9-1").shipped_quantity == 5


def test_a_stock_report_that_comes_late_changes_nothing(desk: Desk) -> None:
    for day, quantity in (("20261121", "40"), ("20261120", "50")):
        body = (
            ("BIA", "00", "DD", "R", day, "0600"),
            ("LIN", "", "VN", "S-1"),
            ("QTY", "17", quantity, "EA"),
        )
        assert not desk.send("depot", "846", body)
    assert desk.found(InventoryPosition, "dc-depot|S-1").on_hand_quantity == 40
