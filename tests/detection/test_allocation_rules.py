"""The rules of allocation one by one, with pegging: what they find, where they stop, and what time does.

Every look also asserts that looking only at what changed finds what a look at everything finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.detection.rule import Finding, Rule
from app.detection.rules.allocation import backorder, late_supply, priority, short_supply, split, stranded
from app.detection.rules.allocation import lot as lot_rule
from domain.customers import SplitPolicy
from domain.ids import LotId, NodeId
from domain.inventory import Allocation, AllocationStatus, LotQuality
from domain.orders import CreditStatus, OrderStatus
from domain.records import Entity
from tests.support.facts import (
    DAY,
    NOW,
    PROMISED,
    allocation,
    customer,
    lane,
    line,
    lot,
    node,
    order,
    position,
    quiet_world,
    supply,
)
from tests.support.peg_room import PegRoom, peg_room
from tests.support.rule_room import policy_of

RoomOf = Callable[[Rule], AbstractContextManager[PegRoom]]
HOUR = timedelta(hours=1)


@pytest.fixture
def room_of(tmp_path: Path) -> RoomOf:
    @contextmanager
    def made(rule: Rule) -> Iterator[PegRoom]:
        with peg_room(tmp_path, rule, policy_of("order_entry", "allocation")) as room:
            assert not room.see(*quiet_world(), lane(), customer("C2", tier=3))
            yield room

    return made


def facts_of(case: Finding) -> dict[str, str]:
    return {fact.name: fact.value for fact in case.evidence}


def later_order(line_id: str = "SO-2/1", customer_id: str = "C2", **changes: Any) -> list[Entity]:
    """100 more units of I1 from Memphis for a customer of tier 3."""
    number = line_id.split("/", maxsplit=1)[0]
    return [order(number, customer_id=customer(customer_id).customer_id), line(line_id, **changes)]


def reserved(line_id: str = "SO-2/1", quantity: int = 100, **changes: Any) -> Allocation:
    return allocation(line_id, quantity, status=AllocationStatus.RESERVED, **changes)


def test_a_lower_tier_that_holds_the_stock_inverts_the_order(room_of: RoomOf) -> None:
    with room_of(priority.RULE) as room:
        case = room.only_one(*later_order(), reserved())
        assert str(case.entity) == "order_line/SO-1/1"
        assert case.correlation_key == "priority:I1:MEM"
        assert case.node_id == "MEM"
        assert case.consequence == (
            "Line 1 of SO-1 (tier 2, promised Tue 24 Nov) lacks 100 ea of KT-I1 at Memphis, where SO-2 "
            "line 1 (tier 3, promised Tue 24 Nov) holds 100."
        )
        # A swap saves what the shortage costs but for a day's penalty of the other: 7,040 less 1,000.
        assert (case.impact.loss_cents, case.impact.avoidable_cents) == (7_040, 6_039)


@pytest.mark.parametrize(
    ("changes", "fires"),
    [
        ([customer("C2", tier=1)], False),
        ([customer("C2", tier=2)], False),
        ([customer("C2", tier=2), line("SO-2/1", promised_at=PROMISED + HOUR)], True),
        ([reserved(quantity=0)], False),
        ([position("MEM", 200)], False),
        ([allocation("SO-2/1"), reserved(quantity=0)], False),
        ([order("SO-2", customer_id=customer("C2").customer_id, status=OrderStatus.SHIPPED)], False),
    ],
    ids=["better tier", "same rank", "later promise", "freed", "enough for all", "only planned", "shipped"],
)
def test_who_comes_first_may_hold(room_of: RoomOf, changes: list[Entity], fires: bool) -> None:
    with room_of(priority.RULE) as room:
        room.only_one(*later_order(), reserved())
        assert bool(room.see(*changes)) is fires


def test_a_backorder_ages_by_the_limit_of_its_tier(room_of: RoomOf) -> None:
    with room_of(backorder.RULE) as room:
        coming = NOW + 9 * DAY
        asked = line(requested_at=NOW - 5 * DAY + HOUR)
        assert not room.see(position("MEM", 0), supply(due_at=coming, eta_at=coming), asked)
        room.advance(hours=1)
        case = room.only_one()
        assert case.title == "SO-1 line 1 on backorder for 5 d"
        assert case.correlation_key == "backorder:I1"
        assert "since Tue 17 Nov (5 d, limit 5 d); more comes Tue 1 Dec" in case.consequence
        assert not room.see(position("MEM", 100))


def test_a_backorder_without_a_date_is_told_as_soon_as_it_is_one(room_of: RoomOf) -> None:
    with room_of(backorder.RULE) as room:
        asked = line(requested_at=NOW + HOUR)
        assert not room.see(position("MEM", 0), asked)
        room.advance(hours=1)
        case = room.only_one()
        assert "nothing inbound gives a date" in case.consequence
        assert facts_of(case)["next_inbound_at"] == "unknown"
        assert not room.see(line(requested_at=NOW + HOUR, cancelled=True))


def test_a_supplier_that_announces_must_announce_in_time(room_of: RoomOf) -> None:
    with room_of(late_supply.RULE) as room:
        due = NOW + 30 * HOUR
        expected = supply(due_at=due, eta_at=due)
        assert not room.see(expected)
        room.advance(hours=6)
        assert not room.see()
        other = supply("PO-8/1", due_at=NOW + 9 * DAY, eta_at=NOW + 9 * DAY, asn_at=NOW, shipped_quantity=100)
        case = room.only_one(other)
        assert case.entity.entity_id == "PO-7/1"
        assert case.title == "PO-7 not announced"
        assert case.consequence.endswith("Bolt Works, who announces its shipments, has not announced it.")
        assert case.impact.loss_cents == 0
        assert not room.see(replace(expected, asn_at=NOW))


def test_time_alone_makes_a_shipment_unannounced(room_of: RoomOf) -> None:
    with room_of(late_supply.RULE) as room:
        due = NOW + 25 * HOUR
        other = supply("PO-8/1", due_at=NOW + 9 * DAY, eta_at=NOW + 9 * DAY, asn_at=NOW)
        assert not room.see(other, supply(due_at=due, eta_at=due))
        room.advance(minutes=60)
        assert room.only_one().title == "PO-7 not announced"


@pytest.mark.parametrize(
    ("changes", "told_by", "given"),
    [
        ({"confirmed_quantity": 60}, "confirmation", "60"),
        ({"confirmed_quantity": 100, "shipped_quantity": 70}, "shipping notice", "70"),
        ({"confirmed_quantity": 60, "shipped_quantity": 100}, "", ""),
        ({"confirmed_quantity": 99}, "", ""),  # exactly the one percent that is tolerated
        ({"confirmed_quantity": 98}, "confirmation", "98"),
        ({"confirmed_quantity": 60, "cancelled": True}, "", ""),
        ({"received_quantity": 60, "received_at": NOW}, "", ""),  # nobody lacks the rest
    ],
)
def test_the_latest_word_says_how_much_comes(
    room_of: RoomOf, changes: dict[str, Any], told_by: str, given: str
) -> None:
    with room_of(short_supply.RULE) as room:
        found = room.see(supply(**changes))
        assert [(facts_of(case)["told_by"], facts_of(case)["given_quantity"]) for case in found] == (
            [(told_by, given)] if told_by else []
        )


def test_a_short_receipt_lasts_as_long_as_a_line_lacks_it(room_of: RoomOf) -> None:
    with room_of(short_supply.RULE) as room:
        # The rest may still come, but after the promise.
        later = PROMISED + DAY
        received = supply(received_quantity=60, received_at=NOW, due_at=later, eta_at=later)
        case = room.only_one(received, position("MEM", 70))
        assert case.title == "PO-7 40 ea short"
        assert case.correlation_key == "supplier-short:Bolt Works"
        assert case.consequence == (
            "PO-7 of Bolt Works was received with 60 of 100 ea of KT-I1 for Memphis, due Wed 25 Nov; "
            "1 order lacks it."
        )
        # 30 units a day late: 1 % of 30,000, 5 % of the margin of 12,000, and 40 of churn.
        assert case.losses == (("SO-1/1", 300 + 600 + 40),)
        assert {ref.entity_id for ref in case.about} == {"SO-1/1", "Bolt Works"}
        assert not room.see(position("MEM", 100))


def held_order(**changes: Any) -> list[Entity]:
    held = {"customer_id": customer("C2").customer_id, "credit_status": CreditStatus.HOLD, **changes}
    return [order("SO-2", **held), line("SO-2/1"), reserved(allocated_at=NOW - 23 * HOUR)]


def test_stock_of_a_held_order_is_stranded_after_a_day(room_of: RoomOf) -> None:
    with room_of(stranded.RULE) as room:
        assert not room.see(*held_order(), position("MEM", 60))
        room.advance(hours=1)
        case = room.only_one()
        assert str(case.entity) == "allocation/A:SO-2/1:MEM:reserved"
        assert case.correlation_key == "stranded:SO-2"
        assert case.consequence == (
            "SO-2 line 1, on credit hold, holds 100 ea of KT-I1 at Memphis for 24 h; 1 line waits there for "
            "40 ea, the first promised Tue 24 Nov."
        )
        assert case.order_ids == ("SO-2", "SO-1")
        # What the waiting line lacks: 40 units, five days late.
        assert case.impact.loss_cents == 2_000 + 800 + 40


@pytest.mark.parametrize(
    "cure",
    [
        order("SO-2", customer_id=customer("C2").customer_id),
        order("SO-2", customer_id=customer("C2").customer_id, status=OrderStatus.SHIPPED),
        reserved(quantity=0),
        position("MEM", 100),
    ],
    ids=["may go on", "shipped", "freed", "nobody short"],
)
def test_stock_that_moves_or_that_nobody_lacks_is_not_stranded(room_of: RoomOf, cure: Entity) -> None:
    with room_of(stranded.RULE) as room:
        room.advance(hours=2)
        room.only_one(*held_order(), position("MEM", 60))
        assert not room.see(cure)


def test_stock_of_a_cancelled_line_and_of_an_overdue_order_is_stranded_too(room_of: RoomOf) -> None:
    with room_of(stranded.RULE) as room:
        room.advance(hours=2)
        gone = [*later_order(cancelled=True), reserved(allocated_at=NOW - 23 * HOUR)]
        assert "cancelled, holds" in room.only_one(*gone, position("MEM", 60)).consequence
        overdue: datetime = NOW - 5 * DAY + 3 * HOUR
        assert not room.see(line("SO-2/1", promised_at=overdue))
        room.advance(hours=1)
        assert "long overdue, holds" in room.only_one().consequence


def test_without_a_time_of_reserving_the_order_s_counts(room_of: RoomOf) -> None:
    with room_of(stranded.RULE) as room:
        held = held_order(ordered_at=NOW - 23 * HOUR)
        assert not room.see(*held[:2], reserved(), position("MEM", 60))
        room.advance(hours=1)
        assert facts_of(room.only_one())["held_since"] == "2026-11-21T13:00:00Z"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"quality": LotQuality.RECALLED}, "is recalled"),
        ({"quality": LotQuality.HOLD}, "is on quality hold"),
        ({"expires_at": PROMISED + 30 * DAY - HOUR}, "has 29 d left at the promise, Acme Supply wants 30"),
        ({"expires_at": PROMISED + 30 * DAY}, ""),
        ({"expires_at": None}, ""),
    ],
)
def test_a_lot_must_be_good_and_fresh_enough(room_of: RoomOf, changes: dict[str, Any], why: str) -> None:
    with room_of(lot_rule.RULE) as room:
        wants = customer(minimum_shelf_life_days=30)
        found = room.see(wants, reserved("SO-1/1", lot_id=LotId("L1")), lot(**changes))
        assert bool(found) is bool(why)
        for case in found:
            assert case.correlation_key == "lot:L1"
            assert case.consequence == (
                f"Lot L1 of KT-I1 at Memphis, 100 ea of it for line 1 of SO-1, {why}. Promised Tue 24 Nov."
            )
            assert not room.see(reserved("SO-1/1", lot_id=LotId("L2")), lot("L2"))


def test_a_recalled_lot_matters_until_its_order_has_shipped(room_of: RoomOf) -> None:
    with room_of(lot_rule.RULE) as room:
        room.only_one(reserved("SO-1/1", lot_id=LotId("L1")), lot(quality=LotQuality.RECALLED))
        assert not room.see(order(status=OrderStatus.SHIPPED))


SPREAD: list[Entity] = [
    node("RNO", "Reno"),
    line("SO-1/2", node_id=NodeId("DFW")),
    line("SO-1/3", node_id=NodeId("RNO")),
    lane("DFW"),
    replace(lane("RNO"), fixed_cost_cents=900),
]


def test_an_order_from_more_nodes_than_shipments_costs_the_extra_freight(room_of: RoomOf) -> None:
    with room_of(split.RULE) as room:
        case = room.only_one(*SPREAD)
        assert case.title == "SO-1 would ship from 3 nodes"
        assert case.correlation_key == "split:SO-1"
        assert case.consequence == (
            "SO-1 is planned from Dallas, Memphis, Reno, and Acme Supply takes 2 shipments an order: $9.00 "
            "more freight, promised Tue 24 Nov."
        )
        assert case.impact.avoidable_cents == 900


def test_two_shipments_are_too_many_where_their_freight_takes_the_margin(room_of: RoomOf) -> None:
    few: list[Entity] = [
        line(ordered_quantity=5),
        line("SO-1/2", ordered_quantity=4, node_id=NodeId("DFW")),
        replace(lane("MEM"), fixed_cost_cents=2_600),
        replace(lane("DFW"), fixed_cost_cents=2_000),
    ]
    with room_of(split.RULE) as room:
        case = room.only_one(*few)
        assert case.consequence == (
            "SO-1 is planned from Dallas, Memphis, and its margin is $36.00: $20.00 more freight, promised "
            "Tue 24 Nov."
        )
        assert case.impact.avoidable_cents == 2_000
        assert not room.see(replace(lane("DFW"), fixed_cost_cents=1_999)), "below the amount"
        room.only_one(*few)
        assert not room.see(line(ordered_quantity=6)), "half of the margin is borne"
        room.only_one(*few)
        assert not room.see(line("SO-1/2", ordered_quantity=4)), "from one place"


@pytest.mark.parametrize(
    "cure",
    [
        customer(split=SplitPolicy(max_shipments=3)),
        line("SO-1/3", node_id=NodeId("DFW")),
        line("SO-1/3", node_id=NodeId("RNO"), cancelled=True),
        reserved("SO-1/3", node_id="MEM"),
        order(credit_status=CreditStatus.HOLD),
        order(status=OrderStatus.ENTERED),
    ],
    ids=["may be split", "moved", "cancelled", "allocated elsewhere", "held", "not confirmed"],
)
def test_a_plan_of_few_nodes_is_no_split(room_of: RoomOf, cure: Entity) -> None:
    with room_of(split.RULE) as room:
        room.only_one(*SPREAD)
        assert not room.see(cure)


def test_an_allocation_counts_where_it_is_and_the_rest_where_it_is_planned(room_of: RoomOf) -> None:
    with room_of(split.RULE) as room:
        two: list[Entity] = [line("SO-1/2", node_id=NodeId("DFW")), node("RNO", "Reno")]
        assert not room.see(*two, reserved("SO-1/2", 100, node_id="RNO"))
        assert room.only_one(reserved("SO-1/2", 40, node_id="RNO")).title == "SO-1 would ship from 3 nodes"
