"""On the way: silence, lateness, failed deliveries, customs and damage; what is a case, when it clears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.detection.rule import Rule
from app.detection.rules.transport import customs, damage, delivery_failed, eta_late, silence
from domain.ids import MilestoneId
from domain.orders import OrderStatus
from domain.records import Entity
from domain.transport import ShipmentStatus
from tests.support.facts import (
    DAY,
    NOW,
    PROMISED,
    carrier_service,
    customer,
    item,
    line,
    milestone,
    node,
    order,
    pod,
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
MOVING = shipment(status=ShipmentStatus.IN_TRANSIT, shipped_at=NOW - 47 * HOUR, zone_id="Z1")
THERE = replace(MOVING, status=ShipmentStatus.DELIVERED, delivered_at=NOW)
REFUSED = milestone("M2", code="delayed", raw_code="SD", reason_code="A7", happened_at=NOW)
HELD = milestone("M2", code="delayed", raw_code="SD", reason_code="CA", happened_at=NOW, place_name="Laredo")
HURT = milestone("M2", code="damaged", raw_code="A9", happened_at=NOW)


@pytest.fixture
def room_of(tmp_path: Path) -> RoomOf:
    @contextmanager
    def made(rule: Rule) -> Iterator[RuleRoom]:
        with rule_room(tmp_path, rule, POLICY) as room:
            room.put(*PARTIES, MOVING, milestone(happened_at=NOW - 47 * HOUR))
            assert room.look() == []
            yield room

    return made


def test_silence_is_a_case_when_the_allowance_of_the_service_is_used_up(room_of: RoomOf) -> None:
    """The service takes three days: 48 hours without a milestone are allowed."""
    with room_of(silence.RULE) as room:
        room.advance(minutes=59)
        assert room.look() == []
        room.advance(minutes=1)
        found = room.only()
    assert str(found.entity) == "shipment/SH-1"
    assert found.correlation_key == "gap:UPSN:Memphis"
    assert found.consequence == (
        "SH-1 of SO-1 from Memphis was last heard of on 2026-11-20T13:00Z (departed at Memphis); UPSN is "
        "allowed 48 h of silence. Ask for a trace: its window ends 2026-11-24T12:00Z."
    )
    assert [str(ref) for ref in found.about] == [
        "carrier/UPSN|MEM",
        "carrier/UPSN",
        "lane/MEM|Z1",
        "node/MEM",
    ]
    assert found.impact.assumed == ("probability", "days_late")


@pytest.mark.parametrize(
    "cure",
    [
        milestone("M2", code="in_transit", raw_code="X6", happened_at=NOW),
        THERE,
        replace(MOVING, status=ShipmentStatus.CANCELLED),
        milestone("M2", code="delivered", raw_code="D1", happened_at=NOW),
    ],
)
def test_silence_ends_with_a_milestone_or_the_delivery(room_of: RoomOf, cure: Entity) -> None:
    with room_of(silence.RULE) as room:
        room.advance(hours=1)
        room.only()
        room.put(cure)
        assert room.look() == []


def test_a_milestone_that_was_corrected_is_no_news(room_of: RoomOf) -> None:
    wrong = milestone("M2", code="in_transit", raw_code="X6", happened_at=NOW)
    with room_of(silence.RULE) as room:
        room.advance(hours=1)
        room.put(wrong)
        assert room.look() == []
        room.put(
            replace(wrong, milestone_id=MilestoneId("M3"), corrects_id="M2", happened_at=NOW - 48 * HOUR)
        )
        assert len(room.look()) == 1


def test_without_a_milestone_silence_counts_from_the_departure(room_of: RoomOf) -> None:
    with room_of(silence.RULE) as room:
        room.drop(milestone(happened_at=NOW - 47 * HOUR))
        assert room.look() == []
        room.advance(hours=1)
        assert "(departure)" in room.only().consequence


def test_the_last_milestone_and_the_service_say_how_long_silence_may_be(room_of: RoomOf) -> None:
    with room_of(silence.RULE) as room:
        room.put(milestone("M2", code="out_for_delivery", raw_code="X6", happened_at=NOW))
        room.advance(hours=13, minutes=59)
        assert room.look() == []
        room.advance(minutes=1)
        assert "allowed 14 h" in room.only().consequence
        room.put(milestone("M3", code="in_transit", raw_code="X6", happened_at=NOW))
        room.put(replace(carrier_service(), transit_days=1))
        assert room.look() == []
        room.advance(hours=10)
        assert "allowed 24 h" in room.only().consequence


def test_an_eta_after_the_window_is_a_case_until_it_is_in_time_again(room_of: RoomOf) -> None:
    with room_of(eta_late.RULE) as room:
        room.put(replace(MOVING, eta_at=PROMISED))
        assert room.look() == []
        room.put(replace(MOVING, eta_at=PROMISED + 20 * HOUR))
        found = room.only()
        assert found.title == "SH-1 1 d late with UPSN"
        assert found.correlation_key == "late:UPSN"
        assert found.consequence == (
            "SH-1 of SO-1 from Memphis arrives Wed 25 Nov, after its window ends Tue 24 Nov. "
            "It is already on its way."
        )
        assert found.impact.avoidable_cents == found.impact.loss_cents * 2_000 // 10_000
        room.put(replace(MOVING, eta_at=PROMISED + 20 * HOUR, status=ShipmentStatus.BOOKED))
        assert room.only().impact.avoidable_cents == found.impact.loss_cents
        room.put(THERE)
        assert room.look() == []


def test_a_refused_delivery_names_place_and_reason(room_of: RoomOf) -> None:
    with room_of(delivery_failed.RULE) as room:
        room.put(REFUSED)
        found = room.only()
    assert found.correlation_key == "failed:C1:80202"
    assert "could not deliver SH-1 of SO-1 to Acme Supply, 1 Main St, Denver (A7" in found.consequence
    assert str(found.about[0]) == "customer/C1"


@pytest.mark.parametrize("code", ["A1", "A2", "A5", "A7", "BS"])
def test_each_failure_is_known_as_status_and_as_reason(room_of: RoomOf, code: str) -> None:
    with room_of(delivery_failed.RULE) as room:
        room.put(replace(REFUSED, reason_code=code))
        assert len(room.look()) == 1
        room.put(replace(REFUSED, reason_code="NS", raw_code=code))
        assert len(room.look()) == 1


@pytest.mark.parametrize(
    "cure",
    [
        milestone("M3", code="in_transit", raw_code="X6", happened_at=NOW + HOUR),
        milestone("M3", code="returned", raw_code="A3", happened_at=NOW + HOUR),
        replace(REFUSED, milestone_id=MilestoneId("M3"), reason_code="NS", corrects_id="M2"),
        THERE,
    ],
)
def test_a_failed_delivery_clears_when_it_moves_again_or_was_none(room_of: RoomOf, cure: Entity) -> None:
    with room_of(delivery_failed.RULE) as room:
        room.put(REFUSED)
        room.only()
        room.put(cure)
        assert room.look() == []


def test_an_older_failure_told_later_is_not_the_newest(room_of: RoomOf) -> None:
    with room_of(delivery_failed.RULE) as room:
        room.put(milestone("M3", code="in_transit", raw_code="X6", happened_at=NOW))
        room.put(replace(REFUSED, happened_at=NOW - HOUR))
        assert room.look() == []


def test_customs_hold_a_shipment_until_it_moves_again(room_of: RoomOf) -> None:
    with room_of(customs.RULE) as room:
        room.put(replace(HELD, reason_code="NS", raw_code="CA"))
        assert room.look() == [], "as a status, CA is a cancellation"
        for reason in ("AS", "BC", "AR", "CA"):
            room.put(replace(HELD, reason_code=reason))
            assert room.only().correlation_key == f"customs:{reason}"
        found = room.only()
        assert "SH-1 of SO-1 is held at Laredo since 2026-11-22T12:00Z by customs (CA)" in found.consequence
        room.put(milestone("M3", code="in_transit", raw_code="X6", happened_at=NOW + HOUR))
        assert room.look() == []


def test_damage_by_a_milestone_puts_the_whole_shipment_at_risk(room_of: RoomOf) -> None:
    """100 units at a landed cost of 6.00."""
    with room_of(damage.RULE) as room:
        room.put(HURT)
        found = room.only()
        assert dict(found.losses)["SO-1/1"] == 60_000
        assert found.impact.assumed == ("damaged_quantity",)
        assert "claim from UPSN by 2026-12-07" in found.consequence
        room.put(milestone("M3", code="in_transit", raw_code="X6", happened_at=NOW + HOUR))
        assert len(room.look()) == 1, "it does not heal on its way"
        room.put(
            replace(HURT, milestone_id=MilestoneId("M4"), code="in_transit", raw_code="X6", corrects_id="M2")
        )
        assert room.look() == []


def test_damage_on_the_receipt_counts_its_units_until_a_claim_is_filed(room_of: RoomOf) -> None:
    with room_of(damage.RULE) as room:
        room.put(THERE, pod(good=100))
        assert room.look() == []
        room.put(pod(good=90, damaged=10))
        found = room.only()
        assert dict(found.losses)["SO-1/1"] == 6_000
        assert found.breach_at == NOW + 15 * DAY
        assert "10 ea of SH-1 (SO-1) worth $60.00 are damaged, says the receipt" in found.consequence
        room.put(replace(THERE, claim_filed=True))
        assert room.look() == []


@pytest.mark.parametrize(
    "rule", [silence.RULE, eta_late.RULE, delivery_failed.RULE, customs.RULE, damage.RULE]
)
def test_the_narrowed_select_scans_no_table_of_facts(room_of: RoomOf, rule: Rule) -> None:
    with room_of(rule) as room:
        plan = room.plan()
    facts = ("SCAN s ", "SCAN u ", "SCAN m ", "SCAN p ", "SCAN d ", "SCAN shipment", "SCAN milestone")
    assert not [step for step in plan if step.startswith(facts) or "BLOOM" in step]
