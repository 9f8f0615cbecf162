"""Short pick, late delivery, POD mismatch, silent source: each fires, does not fire, and costs so much."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.cases import Severity
from domain.ids import LineId, OrderId
from domain.orders import OrderStatus
from domain.transport import ShipmentStatus
from domain.warehouse import PickStatus
from tests.support import facts
from tests.support.facts import DAY, NOW, PROMISED
from tests.support.tower_room import TowerRoom


def test_a_short_pick_costs_its_units_and_the_second_walk(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.pick(picked_quantity=88, status=PickStatus.SHORT))
    case = room.only_case("WH-PICK-SHORT")
    # 12 units a day late: 120 of penalty, 5 % of the margin of 4,800, five minutes at 0.75.
    assert (case.impact.penalty_cents, case.impact.margin_cents, case.impact.rework_cents) == (120, 240, 375)
    assert case.impact.loss_cents == 735 + case.impact.churn_cents
    assert case.breach_at == NOW + timedelta(hours=4)
    assert case.correlation_key == "pick:MEM:A-01-03"
    assert "gave 88 of 100 ea of KT-I1 for SO-1; 12 ea miss the cut-off of 16:00 UTC" in case.consequence
    assert [fact.name for fact in case.evidence] == [
        "requested_quantity",
        "picked_quantity",
        "bin_code",
        "due_at",
        "reason_code",
    ]


@pytest.mark.parametrize(
    ("picked", "status", "fires"),
    [
        (99, PickStatus.SHORT, True),
        (99, PickStatus.DONE, True),
        (100, PickStatus.DONE, False),
        (40, PickStatus.STARTED, False),
        (40, PickStatus.CANCELLED, False),
    ],
)
def test_a_pick_is_short_when_closed_with_less(
    room: TowerRoom, picked: int, status: PickStatus, fires: bool
) -> None:
    room.sync(*facts.quiet_world(), facts.pick(picked_quantity=picked, status=status))
    assert ("WH-PICK-SHORT" in room.codes()) is fires


def test_a_second_pick_makes_good_the_first(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.pick(picked_quantity=88, status=PickStatus.SHORT))
    again = facts.pick("T2", requested_quantity=12, picked_quantity=12, bin_code="B-02-01")
    result = room.sync(again)
    assert room.codes() == []
    assert len(result.cleared) == 1


def test_a_short_pick_of_a_shipped_order_is_history(room: TowerRoom) -> None:
    room.sync(
        *facts.quiet_world(),
        facts.pick(picked_quantity=88, status=PickStatus.SHORT),
        facts.order(status=OrderStatus.SHIPPED),
    )
    assert room.codes() == []


def test_a_late_delivery_costs_by_the_day(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.shipment(eta_at=PROMISED + timedelta(hours=30)), facts.milestone())
    case = room.only_case("TR-ETA-LATE")
    # Two days begun on 100,000 cents, and 5 % of the margin of 40,000.
    assert (case.impact.penalty_cents, case.impact.margin_cents) == (2_000, 2_000)
    assert case.impact.avoidable_cents == 4_000 + case.impact.churn_cents
    assert case.breach_at == PROMISED
    assert case.node_id == "MEM"
    assert case.correlation_key == "late:UPSN"
    evidence = {fact.name: fact.value for fact in case.evidence}
    assert evidence["service"] == "Ground"
    assert evidence["last_milestone"] == "departed"
    assert case.consequence == (
        "SH-1 of SO-1 from Memphis arrives Wed 25 Nov, after its window ends Tue 24 Nov. "
        "It has not left yet and can be rebooked."
    )


def test_little_can_be_saved_once_goods_are_under_way(room: TowerRoom) -> None:
    late = facts.shipment(eta_at=PROMISED + DAY, status=ShipmentStatus.IN_TRANSIT)
    room.sync(*facts.quiet_world(), late)
    impact = room.only_case("TR-ETA-LATE").impact
    assert impact.loss_cents == 3_000 + impact.churn_cents
    assert impact.avoidable_cents == impact.loss_cents // 5


@pytest.mark.parametrize(
    ("changes", "fires"),
    [
        ({"eta_at": PROMISED + timedelta(seconds=1)}, True),
        ({"eta_at": PROMISED}, False),
        ({"eta_at": None}, False),
        ({"eta_at": PROMISED + DAY, "status": ShipmentStatus.DELIVERED}, False),
        ({"eta_at": PROMISED + DAY, "status": ShipmentStatus.CANCELLED}, False),
    ],
)
def test_a_delivery_is_late_after_its_window(room: TowerRoom, changes: dict[str, Any], fires: bool) -> None:
    room.sync(*facts.quiet_world(), facts.shipment(**changes))
    assert ("TR-ETA-LATE" in room.codes()) is fires


def test_billing_more_than_was_signed_for_will_be_disputed(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.shipment(), facts.pod(good=90), facts.invoice(100))
    case = room.only_case("IN-POD-MISMATCH")
    # What a dispute over 100.00 costs (handling, and the capital while it lasts), and ten minutes at 0.75.
    assert case.impact.rework_cents == 750
    assert case.impact.loss_cents == case.impact.dispute_cents + 750
    assert 0 < case.impact.dispute_cents < 10_000
    assert case.correlation_key == "pod:MEM"
    assert "bills 100 ea where J. Ruiz signed for 90: $100.00 will be disputed" in case.consequence
    evidence = {fact.name: fact.value for fact in case.evidence}
    assert (evidence["billed_quantity"], evidence["delivered_quantity"]) == ("100", "90")


@pytest.mark.parametrize(
    ("good", "damaged", "billed", "credited", "fires"),
    [
        (100, 0, 100, 0, False),
        (90, 0, 100, 10, False),
        (90, 10, 100, 0, True),  # damaged units were not signed for in good condition
        (90, 0, 80, 0, False),
    ],
)
def test_billed_less_credited_must_be_signed_for(
    room: TowerRoom, good: int, damaged: int, billed: int, credited: int, fires: bool
) -> None:
    room.sync(
        *facts.quiet_world(), facts.shipment(), facts.pod(good, damaged), facts.invoice(billed, credited)
    )
    assert ("IN-POD-MISMATCH" in room.codes()) is fires


def test_without_a_signature_there_is_nothing_to_compare(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.shipment(), facts.invoice(100))
    assert room.codes() == []


def test_a_line_nobody_signed_for_is_missing_in_full(room: TowerRoom) -> None:
    other = facts.invoice(100)
    line = other.lines[0].__class__(
        line_id=LineId("SO-1/2"), item_id=other.lines[0].item_id, quantity=5, unit_price_cents=1_000
    )
    room.sync(*facts.quiet_world(), facts.shipment(), facts.pod(), facts.invoice(lines=(*other.lines, line)))
    case = room.only_case("IN-POD-MISMATCH")
    assert "$50.00 will be disputed" in case.consequence


def test_a_silent_source_is_a_case_of_its_own(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world())
    room.source.failure = facts_down()
    room.clock.advance(seconds=90)
    room.sync()
    assert room.codes() == []
    room.clock.advance(seconds=1)
    room.sync()
    case = room.only_case("DQ-STALE")
    assert case.severity is Severity.HIGH
    assert case.entity.entity_id == "erp"
    assert case.correlation_key == "feed:erp"
    assert "ERP has had no good sync since 2026-11-22T12:00:00Z" in case.consequence
    assert "The ERP does not answer." in case.consequence
    assert {fact.name: fact.value for fact in case.evidence}["failures_in_row"] == "2"
    room.source.failure = None
    room.sync()
    assert room.codes() == []


def test_a_record_in_quarantine_is_a_case_with_its_code(room: TowerRoom) -> None:
    room.source.spoil("SO-9/1", code="MISSING_FIELD")
    room.sync(*facts.quiet_world())
    case = room.only_case("DQ-STALE")
    assert case.severity is Severity.MEDIUM
    assert "1 record of ERP could not be read (MISSING_FIELD)" in case.consequence
    assert {fact.name: fact.value for fact in case.evidence}["quarantine_codes"] == "MISSING_FIELD"
    room.sync(facts.order("SO-9"), facts.line("SO-9/1", order_id=OrderId("SO-9"), ordered_quantity=1))
    assert "DQ-STALE" not in room.codes()


def facts_down() -> Exception:
    from domain.errors import UnavailableError

    return UnavailableError(what="The ERP does not answer.", remedy="Start it.")
