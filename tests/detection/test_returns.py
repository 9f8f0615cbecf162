"""Returns against what was sent, and against the clock; an item that comes back too often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.detection.rule import Rule
from app.detection.rules.returns import credit, disposition, overdue, rate, unmatched
from domain.ids import LineId, LotId, NodeId, OrderId, RmaId
from domain.records import Entity
from domain.returns import RmaStatus
from domain.transport import ShipmentLine, ShipmentStatus
from tests.support.facts import (
    DAY,
    NOW,
    allocation,
    customer,
    invoice,
    item,
    line,
    lot,
    order,
    rma,
    shipment,
)
from tests.support.rule_room import RuleRoom, policy_of, rule_room

RoomOf = Callable[[Rule], AbstractContextManager[RuleRoom]]
SENT: tuple[Entity, ...] = (
    customer(),
    item(),
    order(),
    line(shipped_quantity=100),
    shipment(status=ShipmentStatus.DELIVERED, shipped_at=NOW - 3 * DAY, delivered_at=NOW - DAY),
    invoice(),
)


@pytest.fixture
def room_of(tmp_path: Path) -> RoomOf:
    @contextmanager
    def made(rule: Rule) -> Iterator[RuleRoom]:
        with rule_room(tmp_path, rule, policy_of("returns")) as room:
            room.put(*SENT)
            yield room

    return made


def test_a_return_of_more_than_was_sent_is_a_case(room_of: RoomOf) -> None:
    with room_of(unmatched.RULE) as room:
        room.put(rma(claimed_quantity=100))
        assert room.look() == []
        room.put(rma(claimed_quantity=104))
        found = room.only()
        assert (found.entity.entity_id, found.correlation_key) == ("R1", "return:C1")
        room.put(rma(claimed_quantity=104, node_id=NodeId("MEM")))
        assert room.only().correlation_key == "return:MEM", "one desk of a centre settles its returns"
        assert "returns 104 ea" in found.consequence
        assert "only 100 were shipped and billed: $40.00 would be credited for nothing" in found.consequence
        room.put(rma(claimed_quantity=104, status=RmaStatus.CLOSED))
        assert room.look() == []


def test_what_was_billed_limits_a_return_too(room_of: RoomOf) -> None:
    with room_of(unmatched.RULE) as room:
        room.put(invoice(20), rma(received_quantity=30, status=RmaStatus.RECEIVED))
        assert "only 20 were shipped and billed" in room.only().consequence
        room.drop(invoice())
        assert room.look() == [], "not yet billed is no sign against the return"


def test_earlier_returns_of_the_line_count_first(room_of: RoomOf) -> None:
    with room_of(unmatched.RULE) as room:
        later = rma("R2", claimed_quantity=60, issued_at=NOW + timedelta(hours=1))
        room.put(rma(claimed_quantity=50), later)
        found = room.only()
        assert found.entity.entity_id == "R2"
        assert "50 came back before: $100.00" in found.consequence
        room.put(rma(claimed_quantity=50, status=RmaStatus.CLOSED))
        assert room.look() == [], "closed without goods"


def test_a_lot_that_never_went_to_the_line_does_not_match(room_of: RoomOf) -> None:
    with room_of(unmatched.RULE) as room:
        room.put(lot("L1"), lot("L2"), rma(lot_id=LotId("L2")))
        assert room.look() == [], "nobody knows which lot was sent"
        room.put(allocation(lot_id=LotId("L1")))
        assert "lot L2 never went to it" in room.only().consequence
        room.put(rma(lot_id=LotId("L1")))
        assert room.look() == []


def test_a_return_is_overdue_after_its_day_and_the_grace(room_of: RoomOf) -> None:
    with room_of(overdue.RULE) as room:
        room.put(rma(expected_by=NOW + DAY), rma("R2", line_id=LineId("SO-1/2")))
        room.advance(hours=48)
        assert room.look() == []
        room.advance(seconds=1)
        found = room.only()
        assert found.entity.entity_id == "R1"
        assert "was to send 3 ea" in found.consequence
        assert "by Mon 23 Nov: $30.00 of credit stays open" in found.consequence
        room.advance(days=13)
        assert {each.entity.entity_id for each in room.look()} == {"R1", "R2"}, "14 days where none is named"
        room.put(
            rma(status=RmaStatus.RECEIVED, received_at=NOW + 3 * DAY), rma("R2", status=RmaStatus.CLOSED)
        )
        assert room.look() == []


def test_goods_that_came_back_wait_for_a_decision_and_then_for_the_credit(room_of: RoomOf) -> None:
    received = rma(status=RmaStatus.RECEIVED, received_at=NOW, received_quantity=3, node_id="MEM")
    with room_of(disposition.RULE) as room:
        room.put(received)
        room.advance(hours=48)
        assert room.look() == []
        room.advance(seconds=1)
        found = room.only()
        assert found.correlation_key == "disposition:MEM"
        assert found.node_id == "MEM"
        assert "3 ea KT-I1 came back Sun 22 Nov (WRONG) and lie undecided" in found.consequence
        room.put(_decided())
        assert room.look() == []


def test_a_decided_return_is_credited_in_time(room_of: RoomOf) -> None:
    decided = _decided()
    with room_of(credit.RULE) as room:
        room.put(decided)
        room.advance(hours=48)
        assert room.look() == []
        room.advance(seconds=1)
        found = room.only()
        assert "settled (restock) Sun 22 Nov" in found.consequence
        assert "no credit of $30.00" in found.consequence
        room.put(rma(status=RmaStatus.CREDITED, disposition="restock", disposed_at=NOW, credited_at=NOW))
        assert room.look() == []


def test_an_item_that_comes_back_too_often_is_a_case_with_its_lot(room_of: RoomOf) -> None:
    with room_of(rate.RULE) as room:
        room.put(*_sent(30))
        room.put(*(_back(n, lot_id="L9") for n in range(4)))
        assert room.look() == [], "four are too few to judge by"
        room.put(_back(4, lot_id="L9"))
        found = room.only()
        assert (found.entity.entity_id, found.correlation_key) == ("I1", "return-rate:I1:L9")
        assert "5 returns on 31 shipped lines" in found.consequence
        assert "mostly lot L9" in found.consequence
        assert [ref.entity_id for ref in found.about] == ["L9"]
        room.put(*_sent(70, first=100))
        assert room.look() == [], "five of a hundred are within the limit"


def test_returns_leave_the_window_by_time_alone(room_of: RoomOf) -> None:
    with room_of(rate.RULE) as room:
        room.put(*_sent(30), *(_back(n) for n in range(5)))
        assert len(room.look()) == 1
        room.advance(days=13, hours=23)
        assert len(room.look()) == 1
        room.advance(hours=1)
        assert room.look() == []


def test_shipments_that_leave_the_window_tighten_the_limit(room_of: RoomOf) -> None:
    with room_of(rate.RULE) as room:
        old = _sent(70, first=100, shipped_at=NOW - 13 * DAY)
        room.put(*_sent(30), *old, *(_back(n) for n in range(5)))
        assert room.look() == []
        room.advance(days=1)
        assert len(room.look()) == 1


def _decided() -> Entity:
    return rma(
        status=RmaStatus.RECEIVED, received_at=NOW, node_id="MEM", disposition="restock", disposed_at=NOW
    )


def _sent(count: int, *, first: int = 0, shipped_at: datetime = NOW - DAY) -> list[Entity]:
    return [
        shipment(
            f"S{n}",
            order_id=OrderId(f"O{n}"),
            status=ShipmentStatus.DELIVERED,
            shipped_at=shipped_at,
            lines=(ShipmentLine(line_id=LineId(f"O{n}/1"), item_id=item().item_id, quantity=10),),
        )
        for n in range(first, first + count)
    ]


def _back(number: int, lot_id: str = "") -> Entity:
    return rma(
        RmaId(f"R{number}"),
        order_id=OrderId(f"O{number}"),
        line_id=LineId(f"O{number}/1"),
        lot_id=LotId(lot_id),
    )
