"""Records that are incomplete, contradictory, impossible, rejected or missing; lead times that are wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.detection.rule import Rule
from app.detection.rules.data_quality import conflict, edi, lead, master, negative, orphan, stale
from domain.cases import Severity
from domain.edi import EdiStatus
from domain.ids import EntityKind, LineId, OrderId, ShipmentId
from domain.inventory import AllocationStatus, InboundSupply
from domain.orders import OrderStatus
from domain.transport import ShipmentStatus
from domain.warehouse import PickStatus
from tests.support.facts import (
    DAY,
    ERP,
    NOW,
    allocation,
    customer,
    edi_message,
    item,
    line,
    milestone,
    order,
    pick,
    position,
    shipment,
    supply,
)
from tests.support.rule_room import RuleRoom, policy_of, rule_room

RoomOf = Callable[[Rule], AbstractContextManager[RuleRoom]]
HOUR = timedelta(hours=1)


@pytest.fixture
def room_of(tmp_path: Path) -> RoomOf:
    @contextmanager
    def made(rule: Rule) -> Iterator[RuleRoom]:
        with rule_room(tmp_path, rule, policy_of("data_quality")) as room:
            yield room

    return made


def test_a_source_is_silent_after_three_of_its_own_intervals(room_of: RoomOf) -> None:
    with room_of(stale.RULE) as room:
        mirror = room.room.mirror
        mirror.register_source(ERP, title="The ERP", kinds=[], interval_seconds=600, at=NOW)
        _success(room)
        room.advance(minutes=30)
        assert room.look() == []
        room.advance(seconds=1)
        found = room.only()
        assert found.entity.entity_id == "erp"
        assert "no good sync since 2026-11-22T12:00:00Z: what it feeds is unknown" in found.consequence
        assert found.severity is Severity.HIGH
        _success(room)
        assert room.look() == []


def test_an_item_of_an_open_line_needs_weight_and_unit(room_of: RoomOf) -> None:
    with room_of(master.RULE) as room:
        room.put(customer(), item(weight_grams=0), order(), line())
        found = room.only()
        assert (found.entity.entity_id, found.correlation_key) == ("I1", "master:weight")
        assert "has no weight: 1 open line (100 ea)" in found.consequence
        room.put(item(weight_grams=0, unit_of_measure=""))
        assert room.only().correlation_key == "master:weight+unit_of_measure"
        room.put(line(shipped_quantity=100))
        assert room.look() == []
        room.put(line(shipped_quantity=0))
        assert len(room.look()) == 1
        room.put(order(status=OrderStatus.SHIPPED))
        assert room.look() == []
        room.put(order(), item())
        assert room.look() == []


def test_only_bulky_goods_need_a_volume(room_of: RoomOf) -> None:
    with room_of(master.RULE) as room:
        room.put(item(category="bulky", volume_cm3=9), order(), line())
        assert room.look() == []
        room.put(item(category="bulky"))
        assert "has no volume" in room.only().consequence
        room.put(item(category="small"))
        assert room.look() == []


def test_shipped_and_not_posted_is_a_conflict_after_the_grace(room_of: RoomOf) -> None:
    with room_of(conflict.RULE) as room:
        room.put(customer(), order(status=OrderStatus.RELEASED), line())
        room.put(shipment(status=ShipmentStatus.IN_TRANSIT, shipped_at=NOW))
        room.advance(hours=2)
        assert room.look() == []
        room.advance(seconds=1)
        found = room.only()
        assert (found.entity.entity_id, found.correlation_key) == ("SO-1", "conflict:erp-erp:unposted")
        assert "SH-1 of SO-1 is in transit since 2026-11-22T12:00:00Z" in found.consequence
        assert "still released: $1,000.00 cannot be billed" in found.consequence
        room.put(line(shipped_quantity=100))
        assert len(room.look()) == 1, "all has left and the header stands"
        room.put(order(status=OrderStatus.SHIPPED))
        assert room.look() == []


def test_a_part_that_left_and_is_posted_is_no_conflict(room_of: RoomOf) -> None:
    with room_of(conflict.RULE) as room:
        part = replace(shipment().lines[0], quantity=40)
        room.put(order(status=OrderStatus.RELEASED), line(shipped_quantity=40))
        room.put(shipment(status=ShipmentStatus.DELIVERED, shipped_at=NOW - DAY, lines=(part,)))
        assert room.look() == []
        room.put(line(shipped_quantity=30))
        assert len(room.look()) == 1


def test_picking_what_was_cancelled_is_a_conflict(room_of: RoomOf) -> None:
    with room_of(conflict.RULE) as room:
        room.put(order(status=OrderStatus.CANCELLED, status_at=NOW), line(), pick(status=PickStatus.STARTED))
        room.advance(hours=2)
        assert room.look() == []
        room.advance(seconds=1)
        found = room.only()
        assert found.correlation_key == "conflict:erp-erp:cancelled"
        assert "cancelled SO-1" in found.consequence
        assert "has T1 started: $1,000.00 of goods are picked for nobody" in found.consequence
        room.put(pick(status=PickStatus.CANCELLED))
        assert room.look() == []
        room.put(order(), line(cancelled=True), pick(status=PickStatus.RELEASED))
        assert room.look() == [], "the line was cancelled just now"
        room.advance(hours=2, seconds=1)
        assert "cancelled a line of SO-1" in room.only().consequence


def test_stock_below_zero_or_below_its_reservations_is_impossible(room_of: RoomOf) -> None:
    with room_of(negative.RULE) as room:
        reserved = allocation(status=AllocationStatus.RESERVED)
        room.put(customer(), item(), order(), line(), position(on_hand=100), reserved)
        assert room.look() == []
        room.put(position(on_hand=70))
        found = room.only()
        assert (found.entity.entity_id, found.correlation_key) == ("I1@MEM", "negative:I1:MEM")
        assert "70 ea on hand of KT-I1 at MEM and 100 ea reserved: 1 orders rest" in found.consequence
        assert found.order_ids == ("SO-1",)
        room.put(allocation(status=AllocationStatus.RESERVED, quantity=70))
        assert room.look() == []
        room.drop(reserved)
        room.put(position(on_hand=0), allocation())
        assert room.look() == [], "what is only planned may wait for inbound"
        room.put(position(on_hand=-1))
        assert "-1 ea on hand" in room.only().consequence


def test_a_rejected_message_is_a_case_until_it_comes_through(room_of: RoomOf) -> None:
    with room_of(edi.RULE) as room:
        room.put(customer(), item(), order(), line(), edi_message(order_id=OrderId("SO-1")))
        found = room.only()
        assert (found.entity.entity_id, found.correlation_key) == ("EDI1", "edi:ACME:7")
        assert "850 PO-4711 of ACME (order SO-1) was rejected at segment PO1 with 7" in found.consequence
        assert "SO-1/1" in dict(found.losses)
        room.put(edi_message(status=EdiStatus.REPLAYED))
        assert room.look() == []
        room.put(edi_message())
        assert len(room.look()) == 1
        earlier = edi_message("EDI2", status=EdiStatus.ACCEPTED, received_at=NOW - 5 * HOUR)
        room.put(earlier)
        assert len(room.look()) == 1, "what came before makes nothing good"
        room.put(replace(earlier, received_at=NOW))
        assert room.look() == []


def test_a_supplier_that_comes_late_too_often_has_a_wrong_lead_time(room_of: RoomOf) -> None:
    with room_of(lead.RULE) as room:
        room.put(item(), *(_receipt(n, days_late=3) for n in range(18)), _receipt(18, 0))
        assert room.look() == [], "nineteen receipts are too few"
        room.put(_receipt(19, 0))
        found = room.only()
        assert (found.entity.kind, found.entity.entity_id) == (EntityKind.SUPPLIER, "Bolt Works")
        assert "18 of the latest 20 receipts of Bolt Works came late" in found.consequence
        assert "takes 13 days where 10 are planned" in found.consequence
        room.put(_receipt(17, 0))
        assert room.look() == [], "17 of 20 happens by chance"


def test_scatter_around_the_planned_time_is_no_wrong_lead_time(room_of: RoomOf) -> None:
    with room_of(lead.RULE) as room:
        room.put(*(_receipt(n, days_late=(n % 5) - 2) for n in range(60)))
        assert room.look() == []
        room.put(*(_receipt(n, days_late=-4) for n in range(100, 140)))
        assert "came early" in room.only().consequence, "only the latest forty count"


def test_records_of_an_unknown_record_are_orphans(room_of: RoomOf) -> None:
    with room_of(orphan.RULE) as room:
        room.put(order(), line())
        assert room.look() == []
        room.put(
            milestone("M1", shipment_id=ShipmentId("SH-9")), milestone("M2", shipment_id=ShipmentId("SH-9"))
        )
        found = room.only()
        assert str(found.entity) == "shipment/SH-9"
        assert found.correlation_key == "orphan:erp:shipment"
        assert "erp names shipment SH-9 (2 milestones), which no source has given" in found.consequence
        room.put(line("SO-2/1"), pick("T9", line_id=LineId("SO-3/1")))
        assert sorted(str(each.entity) for each in room.look()) == [
            "order_line/SO-3/1",
            "sales_order/SO-2",
            "shipment/SH-9",
        ]
        room.put(shipment("SH-9"), order("SO-2"))
        room.drop(pick("T9", line_id=LineId("SO-3/1")))
        assert room.look() == []


def test_a_record_that_was_deleted_leaves_no_orphans(room_of: RoomOf) -> None:
    with room_of(orphan.RULE) as room:
        room.put(order(), line(), shipment(), milestone())
        room.drop(shipment())
        assert room.look() == [], "its source took it back; the milestones follow"


def _success(room: RuleRoom) -> None:
    with room.room.mirror.write() as transaction:
        transaction.note_success(ERP, at=room.room.clock.now(), rows=0)


def _receipt(number: int, days_late: int) -> InboundSupply:
    due = NOW - 200 * DAY + number * DAY
    return supply(
        f"PO-{number}/1",
        ordered_at=due - 10 * DAY,
        due_at=due,
        received_at=due + days_late * DAY,
        received_quantity=100,
    )
