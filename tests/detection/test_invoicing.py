"""Billing against orders, shipments, receipts and payments: what is a case and when it clears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.detection.rule import Rule
from app.detection.rules.invoicing import (
    deduction,
    duplicate,
    pod_mismatch,
    pod_missing,
    price,
    quantity,
    unbilled,
)
from domain.billing import InvoiceLine, InvoiceStatus
from domain.ids import EntityKind, InvoiceId, ItemId, LineId
from domain.orders import OrderChangeStatus, OrderStatus
from domain.records import Entity
from domain.transport import ShipmentLine, ShipmentStatus
from domain.warehouse import PickStatus
from tests.support.facts import (
    ERP,
    NOW,
    customer,
    invoice,
    item,
    line,
    order,
    order_change,
    pick,
    pod,
    shipment,
)
from tests.support.rule_room import RuleRoom, policy_of, rule_room

RoomOf = Callable[[Rule], AbstractContextManager[RuleRoom]]
LEFT = shipment(status=ShipmentStatus.IN_TRANSIT, shipped_at=NOW - timedelta(hours=1))
ARRIVED = shipment(status=ShipmentStatus.DELIVERED, delivered_at=NOW - timedelta(hours=1))
PARTIES: tuple[Entity, ...] = (customer(), item(), order(), line(shipped_quantity=100))


def billed_at(price_cents: int, *, quantity: int = 100, credited: int = 0) -> tuple[InvoiceLine, ...]:
    return (
        InvoiceLine(
            line_id=LineId("SO-1/1"),
            item_id=ItemId("I1"),
            quantity=quantity,
            unit_price_cents=price_cents,
            credited_quantity=credited,
        ),
    )


@pytest.fixture
def room_of(tmp_path: Path) -> RoomOf:
    @contextmanager
    def made(rule: Rule) -> Iterator[RuleRoom]:
        with rule_room(tmp_path, rule, policy_of("invoicing")) as room:
            room.put(*PARTIES)
            yield room

    return made


def test_more_billed_than_shipped_is_a_case_until_it_is_credited(room_of: RoomOf) -> None:
    with room_of(quantity.RULE) as room:
        room.put(LEFT, invoice(100))
        assert room.look() == []
        room.put(invoice(112))
        found = room.only()
        assert found.entity.entity_id == "INV-1"
        assert found.correlation_key == "invoice-quantity:MEM"
        assert "bills 112 ea where SH-1 carried 100" in found.consequence
        assert "$120.00 is billed wrongly unless you credit the difference" in found.consequence
        assert dict(found.losses).keys() == {"SO-1/1", "invoice/INV-1"}
        assert found.impact.dispute_cents > 0
        room.put(invoice(112, credited=12))
        assert room.look() == []


def test_a_difference_counts_beyond_the_share_and_the_amount(room_of: RoomOf) -> None:
    with room_of(quantity.RULE) as room:
        room.put(LEFT, invoice(101))
        assert room.look() == [], "one in a hundred is not beyond one per cent"
        room.put(line(shipped_quantity=100, unit_price_cents=50), invoice(lines=billed_at(50, quantity=102)))
        assert room.look() == [], "a dollar is not beyond a dollar"
        room.put(invoice(lines=billed_at(50, quantity=103)))
        assert len(room.look()) == 1


def test_less_billed_than_shipped_counts_over_all_invoices_of_the_shipment(room_of: RoomOf) -> None:
    with room_of(quantity.RULE) as room:
        room.put(LEFT, invoice(60))
        found = room.only()
        assert "bill the rest" in found.consequence
        assert found.impact.margin_cents == 4_000, "a tenth of 40 units is never recovered"
        room.put(
            invoice(40, invoice_id=InvoiceId("INV-2"), number="INV-2", issued_at=NOW + timedelta(hours=1))
        )
        assert room.look() == []
        room.put(invoice(60, credited=10))
        assert room.look() == [], "a credit is no wrong quantity"


def test_a_line_of_the_shipment_that_no_invoice_has_is_billed_too_low(room_of: RoomOf) -> None:
    with room_of(quantity.RULE) as room:
        second = ShipmentLine(line_id=LineId("SO-1/2"), item_id=ItemId("I1"), quantity=5)
        room.put(line("SO-1/2", ordered_quantity=5, shipped_quantity=5))
        room.put(shipment(status=ShipmentStatus.IN_TRANSIT, lines=(*LEFT.lines, second)), invoice())
        assert [key for key, _ in room.only().losses] == ["SO-1/2", "invoice/INV-1"]


def test_a_finished_line_shipped_short_needs_a_reason(room_of: RoomOf) -> None:
    with room_of(quantity.RULE) as room:
        short = (ShipmentLine(line_id=LineId("SO-1/1"), item_id=ItemId("I1"), quantity=90),)
        room.put(line(shipped_quantity=90), shipment(lines=short), invoice(90))
        assert room.look() == [], "the rest may still come"
        room.put(order(status=OrderStatus.SHIPPED))
        assert "closes an order of 100 ea with 90 shipped and no reason" in room.only().consequence
        room.put(pick(status=PickStatus.SHORT, picked_quantity=90))
        assert room.look() == []
        room.drop(pick())
        assert len(room.look()) == 1
        room.put(order_change(status=OrderChangeStatus.APPLIED))
        assert room.look() == []


def test_a_cancelled_invoice_bills_nothing(room_of: RoomOf) -> None:
    with room_of(quantity.RULE) as room:
        room.put(LEFT, invoice(150, status=InvoiceStatus.DRAFT))
        assert "correct it before it is posted" in room.only().consequence
        room.put(invoice(150, status=InvoiceStatus.CANCELLED))
        assert room.look() == []


def test_a_delivery_without_proof_is_a_case_after_the_limit(room_of: RoomOf) -> None:
    with room_of(pod_missing.RULE) as room:
        _gives(room, EntityKind.PROOF_OF_DELIVERY)
        room.put(ARRIVED)
        assert room.look() == []
        room.advance(hours=23)
        assert room.look() == [], "24 hours are not over"
        room.advance(seconds=1)
        found = room.only()
        assert (found.entity.entity_id, found.correlation_key) == ("SH-1", "pod-missing:UPSN")
        assert "gave no proof: $1,000.00 cannot be defended" in found.consequence
        room.put(pod())
        assert room.look() == []
        room.drop(pod())
        assert room.look() == [], "it is in the archive"


def test_no_proof_is_missing_where_no_source_gives_any(room_of: RoomOf) -> None:
    with room_of(pod_missing.RULE) as room:
        room.put(ARRIVED)
        room.advance(days=9)
        assert room.look() == []


def test_billed_more_than_signed_for_is_a_case_until_credited(room_of: RoomOf) -> None:
    with room_of(pod_mismatch.RULE) as room:
        room.put(ARRIVED, invoice(), pod(100))
        assert room.look() == []
        room.put(pod(80, damaged=20))
        found = room.only()
        assert found.correlation_key == "pod:MEM"
        assert "bills 100 ea where J. Ruiz signed for 80: $200.00 will be disputed" in found.consequence
        room.put(invoice(credited=20))
        assert room.look() == []


def test_a_billed_price_other_than_ordered_is_a_case(room_of: RoomOf) -> None:
    with room_of(price.RULE) as room:
        room.put(invoice(lines=billed_at(1_005)))
        assert room.look() == [], "half a per cent is within"
        room.put(invoice(lines=billed_at(1_100)))
        found = room.only()
        assert found.correlation_key == "invoice-price:MEM"
        assert "at $11.00 instead of $10.00: $100.00 will be disputed" in found.consequence
        room.put(line(shipped_quantity=100, unit_price_cents=1_100))
        assert room.look() == []
        room.put(invoice(lines=billed_at(900)))
        assert "is given away" in room.only().consequence
        room.put(invoice(lines=billed_at(900, credited=100)))
        assert room.look() == []


def test_a_price_difference_below_the_amount_is_rounding(room_of: RoomOf) -> None:
    with room_of(price.RULE) as room:
        room.put(invoice(lines=billed_at(1_050, quantity=2)))
        assert room.look() == []
        room.put(invoice(lines=billed_at(1_051, quantity=2)))
        assert len(room.look()) == 1


def test_what_left_is_billed_within_the_limit(room_of: RoomOf) -> None:
    with room_of(unbilled.RULE) as room:
        _gives(room, EntityKind.INVOICE)
        room.put(LEFT)
        room.advance(hours=23)
        assert room.look() == []
        room.advance(seconds=1)
        found = room.only()
        assert (found.entity.entity_id, found.correlation_key) == ("SH-1", "unbilled:")
        assert "no invoice was posted: $1,000.00 waits" in found.consequence
        room.put(order(billing_block="PRICE"))
        found = room.only()
        assert found.correlation_key == "unbilled:PRICE"
        assert "Lift the block" in found.consequence
        room.put(invoice(status=InvoiceStatus.DRAFT))
        assert len(room.look()) == 1, "a draft bills nothing"
        room.put(invoice())
        assert room.look() == []
        room.put(invoice(status=InvoiceStatus.CANCELLED))
        assert len(room.look()) == 1
        room.put(invoice(status=InvoiceStatus.PAID))
        room.drop(invoice())
        assert room.look() == [], "it is in the archive"


def test_an_invoice_of_the_whole_order_bills_its_shipments(room_of: RoomOf) -> None:
    with room_of(unbilled.RULE) as room:
        _gives(room, EntityKind.INVOICE)
        room.put(LEFT, invoice(shipment_id=None))
        room.advance(days=3)
        assert room.look() == []


def test_paid_short_is_a_case_until_closed(room_of: RoomOf) -> None:
    with room_of(deduction.RULE) as room:
        room.put(invoice(paid_cents=100_000, status=InvoiceStatus.PAID))
        assert room.look() == []
        room.put(invoice(paid_cents=99_900, status=InvoiceStatus.PAID))
        assert room.look() == [], "a dollar is rounding"
        short = invoice(paid_cents=90_000, status=InvoiceStatus.PAID, deduction_code="shortage", paid_at=NOW)
        room.put(short)
        found = room.only()
        assert found.correlation_key == "deduction:shortage"
        assert "$100.00 is lost unless disputed; 50 in 100" in found.consequence
        assert found.impact.dispute_cents == 10_000
        assert found.impact.avoidable_cents < found.impact.loss_cents
        room.put(invoice(paid_cents=90_000, deduction_code="shortage", deduction_closed=True))
        assert room.look() == []


def test_a_part_paid_without_a_code_is_an_instalment(room_of: RoomOf) -> None:
    with room_of(deduction.RULE) as room:
        room.put(invoice(paid_cents=50_000))
        assert room.look() == []
        room.put(invoice(paid_cents=50_000, deduction_code="late"))
        assert len(room.look()) == 1


def test_the_later_of_two_invoices_of_a_shipment_line_is_a_case(room_of: RoomOf) -> None:
    with room_of(duplicate.RULE) as room:
        again = invoice(invoice_id=InvoiceId("INV-2"), number="INV-2", issued_at=NOW + timedelta(hours=2))
        room.put(LEFT, invoice(), replace(again, status=InvoiceStatus.DRAFT))
        assert room.look() == [], "a draft bills nothing"
        room.put(again)
        found = room.only()
        assert (found.entity.entity_id, found.correlation_key) == ("INV-2", "invoice-duplicate:MEM")
        assert "bills 100 ea of SH-1 a second time: $1,000.00" in found.consequence
        room.put(invoice(credited=100))
        assert room.look() == []
        room.put(invoice())
        assert len(room.look()) == 1
        room.put(invoice(status=InvoiceStatus.CANCELLED))
        assert room.look() == []


def test_a_shipment_billed_in_parts_is_not_billed_twice(room_of: RoomOf) -> None:
    with room_of(duplicate.RULE) as room:
        rest = invoice(40, invoice_id=InvoiceId("INV-2"), number="INV-2", issued_at=NOW + timedelta(hours=2))
        room.put(LEFT, invoice(60), rest)
        assert room.look() == []
        room.put(invoice(75))
        assert "bills 15 ea of SH-1 a second time" in room.only().consequence


def _gives(room: RuleRoom, kind: EntityKind) -> None:
    """Have the one source say that it gives this kind."""
    room.room.mirror.register_source(ERP, title="ERP", kinds=[kind], interval_seconds=60, at=NOW)
