"""EDIFACT: separators, release character and counts; what each message says becomes the tower's records."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.edi.edifact import read_edifact
from connectors.edi.edifact_writer import released, write_edifact
from connectors.edi.envelopes import Address
from connectors.edi.faults import EdiParseError
from connectors.edi.partners import parse_partner
from domain.billing import Invoice, ProofOfDelivery
from domain.commands import Command, CommandResult, ExpediteSupply
from domain.edi import EdiMessage
from domain.errors import BadInputError
from domain.ids import EntityKind, SourceName
from domain.inventory import InboundSupply, InventoryPosition
from domain.orders import OrderLine, SalesOrder
from domain.records import Entity
from domain.transport import BookingStatus, CarrierBooking, Milestone
from tests.support.edi_site import ARRIVAL, PARTNERS, EdiSite, edifact_interchange

NAME = released("Butik 'Nord' + Syd?")
ORDERS = [
    ["BGM", "220", "PO-7", "9"],
    ["DTM", "137:20261120:102"],
    ["DTM", "2:20261201:102"],
    ["NAD", "DP", "57900001::9", "", NAME, "Havnegade 3", "Aarhus", "", "8000", "DK"],
    ["CUX", "2:EUR:9"],
    ["LIN", "1", "", "5701234567890:EN"],
    ["PIA", "5", "N-1:SA"],
    ["QTY", "21:10:PCE"],
    ["PRI", "AAA:12.50"],
    ["LIN", "2", "", "N-2:SA"],
    ["QTY", "21:3"],
    ["PRI", "AAA:4"],
    ["UNS", "S"],
    ["CNT", "2:2"],
]  # fmt: skip


def test_a_profile_that_acknowledges_by_the_other_standard_is_refused() -> None:
    text = PARTNERS["nord"].replace('acknowledge = "CONTRL"', 'acknowledge = "997"')
    assert text != PARTNERS["nord"]
    with pytest.raises(BadInputError, match=r"acknowledges edifact by 997\..*one of CONTRL, none\."):
        parse_partner(text, "nord.toml")


def sent(kind: str, body: list[list[str]], control: int = 1) -> str:
    """An interchange of the partner nord to us."""
    return edifact_interchange("nord", kind, body, control=control)


@pytest.fixture
def site(tmp_path: Path) -> EdiSite:
    return EdiSite(tmp_path)


def take(site: EdiSite, kind: str, body: list[list[str]], control: int = 1) -> dict[str, Entity]:
    """Everything that a message became."""
    site.receive(f"{control}.edi", sent(kind, body, control))
    found = {}
    for stream in site.connector.manifest.streams:
        page = site.connector.changes(stream.name, None, 500)
        assert not page.rejected, page.rejected
        found.update({str(record.ref): record.entity for record in page.records})
    return found


def test_an_order_is_read_and_answered(site: EdiSite) -> None:
    found = take(site, "ORDERS", ORDERS)
    order, line = found["sales_order/nord-PO-7"], found["order_line/nord-PO-7-1"]
    assert isinstance(order, SalesOrder)
    assert isinstance(line, OrderLine)
    assert (order.ship_to.name, order.ship_to.city, order.currency) == (
        "Butik 'Nord' + Syd?",
        "Aarhus",
        "EUR",
    )
    assert (order.total_cents, line.item_id, line.unit_price_cents) == (13_700, "N-1", 1250)
    (answer,) = read_edifact(site.out())
    segments = answer.groups[0].sets[0].segments
    assert [(s.tag, *s.elements) for s in segments] == [
        ("UCI", "1", "5798000000001:14", "4012345000009:14", "7")
    ]


def test_a_refused_order_is_answered_with_its_place(site: EdiSite) -> None:
    bad = [*ORDERS[:-1], ["CNT", "2:5"]]
    site.receive("1.edi", sent("ORDERS", bad))
    (rejected,) = site.connector.changes("orders", None, 50).rejected
    assert "CNT (segment 16, element 1): it counts 5 lines, there are 2" in rejected.message
    segments = read_edifact(site.out())[0].groups[0].sets[0].segments
    assert [(s.tag, *s.elements) for s in segments][1:] == [
        ("UCM", "1", "ORDERS:D:96A:UN", "4", "12"),
        ("UCS", "15", "12"),
        ("UCD", "12", "1"),
    ]


def test_other_separators_and_no_una_are_read() -> None:
    text = sent("ORDERS", ORDERS)
    (standard,) = read_edifact(text)
    (without,) = read_edifact(text.removeprefix("UNA:+.? '"))
    assert without.groups == standard.groups
    other = "UNA#*.! ~" + "UNB*UNOC#3*A*B*261122#1400*1~UNH*1*ORDERS#D#96A#UN~BGM*220*a!*b!!~UNT*3*1~UNZ*1*1~"
    (message,) = read_edifact(other)[0].groups[0].sets
    assert message.segments[0].get(2) == "a*b!"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("UNZ+1+1'", "UNZ+2+1'", "counts 2 messages"),
        ("UNZ+1+1'", "UNZ+1+9'", "not that of the UNB"),
        ("UNZ+1+1'", "", "has no end"),
        ("UNT+16+1'", "", "has no end"),
        ("UNZ+1+1'", "UNZ+1+1", "last segment has no end"),
        ("UNH+", "unh+", "no segment tag"),
        ("UNA:+.? '", "UNA:::? '", "different signs"),
    ],
)
def test_a_broken_envelope_is_refused(old: str, new: str, why: str) -> None:
    text = sent("ORDERS", ORDERS)
    assert old in text
    with pytest.raises(EdiParseError, match=why):
        read_edifact(text.replace(old, new))


def test_an_answer_and_a_notice_of_a_supplier(site: EdiSite) -> None:
    answer = [
        ["BGM", "231", "A-1", "29"],
        ["DTM", "137:20261120:102"],
        ["DTM", "2:20261201:102"],
        ["RFF", "ON:PO-9"],
        ["LIN", "1", "3", "B-1:SA"],
        ["QTY", "21:40"],
        ["QTY", "113:30"],
        ["DTM", "67:20261203:102"],
        ["LIN", "2", "7", "B-2:SA"],
        ["QTY", "21:5"],
        ["UNS", "S"],
    ]
    found = take(site, "ORDRSP", answer)
    supply, refused = found["inbound_supply/nord-PO-9-1"], found["inbound_supply/nord-PO-9-2"]
    assert isinstance(supply, InboundSupply)
    assert isinstance(refused, InboundSupply)
    assert (supply.ordered_quantity, supply.confirmed_quantity, refused.confirmed_quantity) == (40, 30, 0)
    assert site.connector.codes_of("nord-PO-9-2")[0]["meaning"] == "rejected"
    notice = [
        ["BGM", "351", "ASN-1", "9"],
        ["DTM", "137:202611251030:203"],
        ["DTM", "17:20261127:102"],
        ["CPS", "1"],
        ["LIN", "1", "", "B-1:SA"],
        ["QTY", "12:28"],
        ["RFF", "ON:PO-9:1"],
    ]
    supply = take(site, "DESADV", notice, 2)["inbound_supply/nord-PO-9-1"]
    assert isinstance(supply, InboundSupply)
    assert (supply.shipped_quantity, supply.confirmed_quantity) == (28, 30)


def test_an_invoice_a_receipt_and_stock(site: EdiSite) -> None:
    bill = [
        ["BGM", "380", "INV-1", "9"],
        ["DTM", "137:20261120:102"],
        ["RFF", "ON:PO-7"],
        ["RFF", "DQ:SHP-1"],
        ["LIN", "1", "", "N-1:SA"],
        ["QTY", "47:10"],
        ["PRI", "AAA:12.50"],
        ["UNS", "S"],
        ["MOA", "79:125.00"],
    ]
    invoice = take(site, "INVOIC", bill)["invoice/nord-INV-1"]
    assert isinstance(invoice, Invoice)
    assert (invoice.shipment_id, invoice.lines[0].unit_price_cents) == ("SHP-1", 1250)
    receipt = [
        ["BGM", "632", "R-1", "9"],
        ["DTM", "50:20261125:102"],
        ["RFF", "AAK:SHP-1"],
        ["RFF", "ON:PO-7"],
        ["LIN", "1", "", "N-1:SA"],
        ["QTY", "48:9"],
    ]
    signed = take(site, "RECADV", receipt, 2)["proof_of_delivery/nord-R-1"]
    assert isinstance(signed, ProofOfDelivery)
    assert (signed.shipment_id, signed.lines[0].line_id, signed.lines[0].delivered_quantity) == (
        "SHP-1", "nord-PO-7-1", 9,
    )  # fmt: skip
    stock = [
        ["BGM", "35", "S-1", "9"],
        ["DTM", "137:20261120:102"],
        ["NAD", "WH", "dc-1::92"],
        ["LIN", "1", "", "N-1:SA"],
        ["QTY", "145:77"],
    ]
    held = take(site, "INVRPT", stock, 3)["inventory_position/dc-1|N-1"]
    assert isinstance(held, InventoryPosition)
    assert held.on_hand_quantity == 77


def test_a_transport_order_its_statuses_and_a_contrl(site: EdiSite) -> None:
    order = [
        ["BGM", "610", "T-1", "9"],
        ["DTM", "137:20261120:102"],
        ["DTM", "200:202611230800:203"],
        ["NAD", "CA", "DSVX::182"],
        ["RFF", "SRN:SHP-9"],
    ]
    booking = take(site, "IFTMIN", order)["carrier_booking/DSVX:SHP-9"]
    assert isinstance(booking, CarrierBooking)
    assert booking.status is BookingStatus.TENDERED
    status = [
        ["BGM", "77", "ST-1", "9"],
        ["NAD", "CA", "DSVX::182"],
        ["CNI", "1", "SHP-9"],
        ["STS", "1", "24"],
        ["DTM", "334:202611230915:203"],
        ["STS", "1", "21"],
        ["DTM", "334:202611241000:203"],
        ["LOC", "5", "DKAAR:139:6:Aarhus"],
    ]
    stones = [e for e in take(site, "IFTSTA", status, 2).values() if isinstance(e, Milestone)]
    assert sorted((m.code, m.raw_code, m.place_name) for m in stones) == [
        ("delivered", "21", "Aarhus"),
        ("departed", "24", ""),
    ]
    contrl = [
        ["UCI", "88", "4012345000009:14", "5798000000001:14", "8"],
        ["UCM", "1", "ORDRSP:D:96A:UN", "4", "12"],
        ["UCS", "4", "13"],
    ]
    message = take(site, "CONTRL", contrl, 3)["edi_message/nord:out:88:1"]
    assert isinstance(message, EdiMessage)
    assert (message.status.value, message.segment, message.error_code) == ("rejected", "4", "13")


def test_free_text_survives_writing_and_reading() -> None:
    name = "A'B+C:D?E"
    text = write_edifact(
        [("ORDERS:D:96A:UN", [["NAD", "BY", "1::9", "", released(name)]])],
        sender=Address(qualifier="", identifier="ME'"),
        receiver=Address(qualifier="14", identifier="YOU"),
        control=1,
        at=ARRIVAL,
    )
    (found,) = read_edifact(text)
    assert found.sender == Address(qualifier="", identifier="ME'")
    assert found.groups[0].sets[0].segments[0].part(4, 1) == name


SUPPLIER = """
name = "stahl"
role = "supplier"
standard = "edifact"
own_id = "4012345000009"
own_qualifier = "14"
partner_id = "4098765000003"
partner_qualifier = "14"
reads = ["ORDRSP", "CONTRL"]
writes = ["ORDCHG"]
node_id = "dc-newark"
"""


def test_a_supplier_that_speaks_edifact_is_asked_for_an_earlier_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PARTNERS, "stahl", SUPPLIER)
    site = EdiSite(tmp_path)

    def answers(day: str, control: int) -> InboundSupply:
        body = [
            ["BGM", "231", f"A-{control}", "29"], ["DTM", "137:20261120:102"], ["RFF", "ON:PO-9"],
            ["LIN", "1", "5", "B-1:SA"], ["QTY", "21:40"], ["DTM", f"67:{day}:102"], ["UNS", "S"],
        ]  # fmt: skip
        site.receive(f"{control}.edi", edifact_interchange("stahl", "ORDRSP", body, control=control))
        site.connector.changes("supply", None, 50)
        found = site.connector.entity(EntityKind.INBOUND_SUPPLY, "stahl-PO-9-1")
        assert isinstance(found, InboundSupply)
        return found

    late = answers("20261209", 1)
    action = ExpediteSupply(supply_id=late.supply_id, eta_at=ARRIVAL + timedelta(days=9), cost_cents=0)
    command = Command(key="act-3", source=SourceName("edi"), action=action)
    assert site.connector.submit(command).result is CommandResult.SUCCEEDED
    (sent_one,) = read_edifact(site.out())
    message = sent_one.groups[0].sets[0]
    told = {(s.tag, s.part(1, 1)): s for s in message.segments}
    assert (message.set_id, sent_one.receiver.identifier) == ("ORDCHG", "4098765000003")
    assert told["RFF", "ON"].part(1, 2) == "PO-9"
    assert (told["LIN", "1"].get(2), told["LIN", "1"].part(3, 1)) == ("3", "B-1")
    assert (told["QTY", "21"].part(1, 2), told["DTM", "2"].part(1, 2)) == ("40", "20261201")

    sooner = answers("20261201", 2)
    assert (sooner.eta_at.date().isoformat(), sooner.confirmed_quantity) == ("2026-12-01", 40)
    refusal = [
        ["UCI", sent_one.control, "4012345000009:14", "4098765000003:14", "8"],
        ["UCM", "1", "ORDCHG:D:96A:UN", "4", "12"],
    ]
    site.receive("3.edi", edifact_interchange("stahl", "CONTRL", refusal, control=3))
    site.connector.changes("messages", None, 50)
    said = site.connector.entity(EntityKind.EDI_MESSAGE, f"stahl:out:{sent_one.control}:1")
    assert isinstance(said, EdiMessage)
    assert (said.status.value, said.transaction_set, said.reference) == ("rejected", "ORDCHG", "PO-9")


def test_an_entity_of_a_kind_nobody_told_is_none(site: EdiSite) -> None:
    assert site.connector.entity(EntityKind.SHIPMENT, "nothing") is None
