"""Before goods leave: tenders, capacity, pickups and freight; what is a case, and when it clears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.detection.rule import Rule
from app.detection.rules.transport import capacity, overspend, pickup, tender
from domain.orders import OrderStatus
from domain.records import Entity
from domain.transport import BookingStatus, Shipment, ShipmentStatus
from tests.support.facts import (
    DAY,
    NOW,
    booking,
    carrier_service,
    customer,
    item,
    line,
    milestone,
    node,
    order,
    shipment,
)
from tests.support.rule_room import RuleRoom, policy_of, rule_room

POLICY = policy_of("transport")
RoomOf = Callable[[Rule], AbstractContextManager[RuleRoom]]
HOUR = timedelta(hours=1)
PARTIES: tuple[Entity, ...] = (
    customer(),
    item(),
    node(),
    carrier_service(),
    order(status=OrderStatus.RELEASED),
    line(),
)
DECLINED = booking(status=BookingStatus.DECLINED)


@pytest.fixture
def room_of(tmp_path: Path) -> RoomOf:
    @contextmanager
    def made(rule: Rule) -> Iterator[RuleRoom]:
        with rule_room(tmp_path, rule, POLICY) as room:
            room.put(*PARTIES)
            assert room.look() == []
            yield room

    return made


def test_a_declined_tender_is_a_case_from_a_day_before_the_pickup_on(room_of: RoomOf) -> None:
    with room_of(tender.RULE) as room:
        room.put(shipment(planned_pickup_at=NOW + 25 * HOUR, zone_id="Z1"), DECLINED)
        assert room.look() == []
        room.advance(minutes=59, seconds=59)
        assert room.look() == []
        room.advance(seconds=1)
        found = room.only()
    assert str(found.entity) == "shipment/SH-1"
    assert found.correlation_key == "tender:UPSN"
    assert found.consequence == (
        "1 of 1 tenders of SH-1 (SO-1, from Memphis) were declined or ran out, the last by UPSN; nobody "
        "comes for the pickup of 2026-11-23T13:00Z. Tender to the next carrier now."
    )
    assert found.breach_at == NOW + 25 * HOUR
    assert {key for key, _ in found.losses} == {"SO-1/1", "shipment/SH-1"}
    assert [str(ref) for ref in found.about[:2]] == ["carrier/UPSN|MEM", "carrier/UPSN"]


def test_who_was_asked_first_names_the_matter(room_of: RoomOf) -> None:
    first = booking("B0", scac="ACME", booked_at=NOW - 9 * HOUR, status=BookingStatus.CANCELLED)
    with room_of(tender.RULE) as room:
        room.put(shipment(), DECLINED, first)
        found = room.only()
    assert found.correlation_key == "tender:ACME"
    told = {fact.name: fact.value for fact in found.evidence}
    assert (told["first_asked"], told["first_answer"], told["scac"]) == ("ACME", "cancelled", "UPSN")


def test_a_tender_nobody_answers_is_lost_when_its_time_is_up(room_of: RoomOf) -> None:
    with room_of(tender.RULE) as room:
        room.put(shipment(), booking(status=BookingStatus.TENDERED, expires_at=NOW + HOUR))
        assert room.look() == []
        room.advance(minutes=59)
        assert room.look() == []
        room.advance(minutes=1)
        assert len(room.look()) == 1


@pytest.mark.parametrize(
    "cure",
    [
        booking("B2", status=BookingStatus.ACCEPTED),
        replace(DECLINED, status=BookingStatus.CANCELLED),
        shipment(status=ShipmentStatus.IN_TRANSIT),
        shipment(status=ShipmentStatus.CANCELLED),
        shipment(planned_pickup_at=NOW + 25 * HOUR),
    ],
)
def test_a_lost_tender_clears(room_of: RoomOf, cure: Entity) -> None:
    with room_of(tender.RULE) as room:
        room.put(shipment(), DECLINED)
        room.only()
        room.put(cure)
        assert room.look() == []


def test_a_pickup_is_missed_after_the_grace(room_of: RoomOf) -> None:
    with room_of(pickup.RULE) as room:
        room.put(shipment(planned_pickup_at=NOW - HOUR))
        assert room.look() == []
        room.advance(minutes=59, seconds=59)
        assert room.look() == []
        room.advance(seconds=1)
        found = room.only()
    assert found.title == "SH-1 not picked up by UPSN"
    assert found.correlation_key == "pickup:UPSN"
    assert "planned for 2026-11-22T11:00Z. Its window ends 2026-11-24T12:00Z" in found.consequence


@pytest.mark.parametrize(
    "cure",
    [
        milestone(),
        shipment(status=ShipmentStatus.IN_TRANSIT, planned_pickup_at=NOW - 3 * HOUR),
        shipment(planned_pickup_at=NOW + 20 * HOUR),
        shipment(status=ShipmentStatus.CANCELLED, planned_pickup_at=NOW - 3 * HOUR),
    ],
)
def test_a_missed_pickup_clears(room_of: RoomOf, cure: Entity) -> None:
    with room_of(pickup.RULE) as room:
        room.put(shipment(planned_pickup_at=NOW - 3 * HOUR))
        room.only()
        room.put(cure)
        assert room.look() == []


def test_a_pickup_that_is_taken_back_or_only_announced_did_not_happen(room_of: RoomOf) -> None:
    taken_back = milestone("M2", code="delayed", raw_code="SD", reason_code="AY", corrects_id="M1")
    with room_of(pickup.RULE) as room:
        room.put(shipment(planned_pickup_at=NOW - 3 * HOUR), milestone())
        assert room.look() == []
        room.put(taken_back)
        assert len(room.look()) == 1


def test_a_missed_pickup_within_the_slack_costs_less(room_of: RoomOf) -> None:
    with room_of(pickup.RULE) as room:
        room.put(shipment(planned_pickup_at=NOW - 3 * HOUR, eta_at=NOW + 47 * HOUR))
        tight = room.only().impact.loss_cents
        room.put(shipment(planned_pickup_at=NOW - 3 * HOUR, eta_at=NOW + 10 * HOUR))
        assert room.only().impact.loss_cents < tight


def planned(number: int, **changes: Any) -> Shipment:
    return shipment(f"SH-{number}", **changes)


def test_more_pickups_of_a_day_than_the_service_takes_is_a_case_of_the_carrier_here(room_of: RoomOf) -> None:
    with room_of(capacity.RULE) as room:
        room.put(replace(carrier_service(), pickups_per_day=2), planned(1), planned(2))
        assert room.look() == []
        room.put(planned(3))
        found = room.only()
        assert str(found.entity) == "carrier/UPSN|MEM"
        assert found.correlation_key == "capacity:UPSN-GND:MEM:2026-11-22"
        assert found.consequence.startswith(
            "3 pickups of UPSN Ground are planned at Memphis for Sun 22 Nov and it takes 2 a day; 1 stay"
        )
        assert {key for key, _ in found.losses} == {"SO-1/1", "carrier/UPSN|MEM"}
        room.advance(hours=5)
        assert room.look() == [], "the trucks have come"


@pytest.mark.parametrize(
    "cure",
    [
        replace(carrier_service(), pickups_per_day=3),
        planned(3, planned_pickup_at=NOW + 5 * HOUR + DAY),
        planned(3, service_id="UPSN-AIR"),
        planned(3, origin_node_id="DFW"),
        planned(3, status=ShipmentStatus.CANCELLED),
    ],
)
def test_the_capacity_of_a_day_clears(room_of: RoomOf, cure: Entity) -> None:
    with room_of(capacity.RULE) as room:
        room.put(replace(carrier_service(), pickups_per_day=2), planned(1), planned(2), planned(3))
        room.only()
        room.put(cure)
        assert room.look() == []


def test_a_day_is_one_of_the_place_and_not_of_greenwich(room_of: RoomOf) -> None:
    """18:05 and 17:55 in Memphis are one day there; in UTC midnight lies between them."""
    with room_of(capacity.RULE) as room:
        room.put(
            replace(carrier_service(), pickups_per_day=1),
            planned(1, planned_pickup_at=NOW + timedelta(hours=11, minutes=55)),
            planned(2, planned_pickup_at=NOW + timedelta(hours=12, minutes=5)),
        )
        assert len(room.look()) == 1


def test_freight_above_its_quote_by_share_and_amount_is_a_case(room_of: RoomOf) -> None:
    with room_of(overspend.RULE) as room:
        room.put(shipment(freight_cost_cents=4_499, quote_cents=4_000))
        assert room.look() == [], "by less than the amount"
        room.put(shipment(freight_cost_cents=30_600, quote_cents=30_000), line(unit_price_cents=10_000))
        assert room.look() == [], "not by more than the share"
        room.put(shipment(freight_cost_cents=4_500, quote_cents=4_000))
        found = room.only()
        assert found.correlation_key == "freight:UPSN"
        assert found.title == "SH-1 costs $5.00 too much"
        room.put(booking("B0", scac="ACME", booked_at=NOW - 9 * HOUR, status=BookingStatus.EXPIRED), DECLINED)
        assert room.only().correlation_key == "tender:ACME", "who refused it first made it dear"
        assert (
            "Freight of $45.00 for SH-1 (SO-1) from Memphis with UPSN is above its quote" in found.consequence
        )
        assert found.impact.rework_cents == 500 + 6 * 75
        room.put(shipment(freight_cost_cents=4_500, quote_cents=4_000, status=ShipmentStatus.IN_TRANSIT))
        assert room.look() == []


def test_freight_that_eats_the_margin_of_the_order_is_a_case(room_of: RoomOf) -> None:
    """100 units earn 4.00 each; freight may take half of that."""
    with room_of(overspend.RULE) as room:
        room.put(shipment(freight_cost_cents=20_000))
        assert room.look() == []
        room.put(shipment(freight_cost_cents=20_001))
        assert (
            "above $200.00, what freight may take of the order's margin of $400.00" in room.only().consequence
        )
        room.put(line(ordered_quantity=200))
        assert room.look() == []
        room.put(line(cancelled=True))
        assert room.look() == [], "of an order without lines no margin is known"
        room.put(line(unit_price_cents=500), shipment(freight_cost_cents=4_999))
        assert room.look() == [], "less than the amount"
        room.put(shipment(freight_cost_cents=5_000))
        assert len(room.look()) == 1


@pytest.mark.parametrize("rule", [tender.RULE, pickup.RULE, capacity.RULE, overspend.RULE])
def test_the_narrowed_select_scans_no_table_of_facts(room_of: RoomOf, rule: Rule) -> None:
    with room_of(rule) as room:
        plan = room.plan()
    facts = (
        "SCAN s ",
        "SCAN f ",
        "SCAN m ",
        "SCAN t ",
        "SCAN shipment",
        "SCAN carrier_booking",
        "SCAN milestone",
    )
    assert not [step for step in plan if step.startswith(facts) or "BLOOM" in step]
