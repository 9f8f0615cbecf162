"""Stock short, stock elsewhere, late inbound: who is served first, what is short, what it costs.

Margins are 4.00 a unit, 5 % of late lines are cancelled; a day late costs 1 % of the value, at most 10 %.
A late line of a customer of tier 2 costs 40 cents of churn: 10 in a million of 40,000.00.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.ids import NodeId, OrderId
from domain.inventory import AllocationStatus, SupplyKind
from domain.orders import CreditStatus, OrderLine, OrderStatus, SalesOrder
from tests.support import facts
from tests.support.facts import DAY, NOW, PROMISED
from tests.support.tower_room import TowerRoom


def stock_codes(room: TowerRoom) -> list[str]:
    """The codes about stock: an order that waits for late supply is promised too early as well."""
    return [code for code in room.codes() if code.startswith("AL-")]


def test_a_line_that_nothing_covers_is_short(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.position("MEM", 60))
    case = room.only_case("AL-SHORT")
    assert case.entity.entity_id == "SO-1/1"
    assert case.node_id == "MEM"
    # 40 units: 40,000 cents, five days late (assumed) at 1 %, and 5 % of the margin of 16,000.
    assert (case.impact.penalty_cents, case.impact.margin_cents) == (2_000, 800)
    assert case.impact.loss_cents == 2_000 + 800 + 40
    assert (case.impact.low_cents, case.impact.high_cents) == (300, 7_050)
    assert case.impact.avoidable_cents == 852
    assert case.impact.assumed == ("days_late",)
    assert case.breach_at == PROMISED
    assert case.correlation_key == "short:I1:MEM"
    evidence = {fact.name: fact.value for fact in case.evidence}
    assert evidence == {
        "short_quantity": "40",
        "ordered_quantity": "100",
        "on_hand": "60",
        "inbound_by_promise": "0",
        "promised_at": "2026-11-24T12:00:00Z",
    }
    assert case.consequence == (
        "Line 1 of SO-1 is 40 ea of KT-I1 short at Memphis; no other node can help. "
        "Promised Tue 24 Nov, 5 d late unless re-sourced."
    )


def test_stock_elsewhere_replaces_the_shortage(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.position("MEM", 60), facts.position("DFW", 150, safety=30))
    case = room.only_case("AL-IMBALANCE")
    assert room.codes() == ["AL-IMBALANCE"]
    assert case.impact.avoidable_cents == case.impact.loss_cents == 2_840
    evidence = {fact.name: fact.value for fact in case.evidence}
    assert evidence["other_node"] == "Dallas"
    assert evidence["other_available"] == "120"
    assert case.correlation_key == "imbalance:I1"
    assert "Dallas has 120 to spare" in case.consequence


def test_partial_help_leaves_the_shortage_and_names_it(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.position("MEM", 0), facts.position("DFW", 60))
    case = room.only_case("AL-SHORT")
    assert {fact.name: fact.value for fact in case.evidence}["other_available"] == "60"
    assert case.impact.avoidable_cents == case.impact.loss_cents * 6_000 // 10_000


def test_several_nodes_may_help_together(room: TowerRoom) -> None:
    room.sync(
        *facts.quiet_world(),
        facts.position("MEM", 0),
        facts.position("DFW", 60),
        facts.node("RNO", "Reno"),
        facts.position("RNO", 40),
    )
    case = room.only_case("AL-IMBALANCE")
    assert {fact.name: fact.value for fact in case.evidence}["others_total"] == "100"
    assert "Dallas has 60 to spare, others 40" in case.consequence


@pytest.mark.parametrize("spare_at_dallas", [39, 40])
def test_what_dallas_needs_itself_is_not_to_spare(room: TowerRoom, spare_at_dallas: int) -> None:
    own = facts.line("SO-2/1", node_id=NodeId("DFW"), ordered_quantity=50)
    room.sync(
        *facts.quiet_world(),
        facts.position("MEM", 60),
        facts.order("SO-2"),
        own,
        facts.position("DFW", 50 + 25 + spare_at_dallas, safety=25),
    )
    assert room.codes() == (["AL-IMBALANCE"] if spare_at_dallas == 40 else ["AL-SHORT"])


def test_safety_stock_is_there_for_the_node_itself(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.position("MEM", 100, safety=90))
    assert room.codes() == []


@pytest.mark.parametrize(("eta_in_days", "codes"), [(2, []), (3, ["AL-SHORT"])])
def test_inbound_counts_when_it_comes_by_the_promise(
    room: TowerRoom, eta_in_days: int, codes: list[str]
) -> None:
    when = NOW + eta_in_days * DAY
    room.sync(*facts.quiet_world(), facts.position("MEM", 0), facts.supply(due_at=when, eta_at=when))
    assert stock_codes(room) == codes


def test_the_next_inbound_says_how_late(room: TowerRoom) -> None:
    late = NOW + 4 * DAY
    room.sync(*facts.quiet_world(), facts.position("MEM", 0), facts.supply(due_at=late, eta_at=late))
    case = room.only_case("AL-SHORT")
    assert case.impact.penalty_cents == 2_000
    assert case.impact.assumed == ()
    assert "2 d late" in case.consequence


def rival(line_id: str = "SO-2/1", **changes: Any) -> OrderLine:
    return facts.line(line_id, **changes)


@pytest.mark.parametrize(
    ("tier", "promised_in_days", "short"),
    [(1, 5, "SO-1/1"), (3, 1, "SO-2/1"), (2, 1, "SO-1/1"), (2, 3, "SO-2/1")],
)
def test_the_better_tier_then_the_earlier_promise_is_served_first(
    room: TowerRoom, tier: int, promised_in_days: int, short: str
) -> None:
    other = facts.order("SO-2", customer_id=facts.customer("C2").customer_id)
    room.sync(
        *facts.quiet_world(),
        facts.customer("C2", tier=tier),
        other,
        rival(promised_at=NOW + promised_in_days * DAY),
    )
    assert room.only_case("AL-SHORT").entity.entity_id == short


def test_reserved_stock_is_kept_for_its_line(room: TowerRoom) -> None:
    reserved = facts.allocation("SO-2/1", 100, status=AllocationStatus.RESERVED)
    best = facts.customer("C1", tier=1)
    plain = facts.customer("C2", tier=4)
    other = facts.order("SO-2", customer_id=plain.customer_id)
    room.sync(*facts.quiet_world(), best, plain, other, rival(), reserved)
    assert room.only_case("AL-SHORT").entity.entity_id == "SO-1/1"


def test_an_allocation_moves_demand_to_its_node(room: TowerRoom) -> None:
    room.sync(
        *facts.quiet_world(),
        facts.position("MEM", 60),
        facts.position("DFW", 40),
        facts.allocation(quantity=60),
        facts.allocation(quantity=40, node_id="DFW"),
    )
    assert room.codes() == []


def test_what_is_not_allocated_stays_with_the_line(room: TowerRoom) -> None:
    room.sync(
        *facts.quiet_world(),
        facts.position("MEM", 60),
        facts.position("DFW", 40),
        facts.allocation(quantity=30, node_id="DFW"),
    )
    case = room.only_case("AL-IMBALANCE")
    assert {fact.name: fact.value for fact in case.evidence}["short_quantity"] == "10"


@pytest.mark.parametrize(
    "order",
    [
        facts.order(status=OrderStatus.ENTERED),
        facts.order(status=OrderStatus.SHIPPED),
        facts.order(status=OrderStatus.CANCELLED),
    ],
)
def test_only_confirmed_and_released_orders_want_stock(room: TowerRoom, order: SalesOrder) -> None:
    room.sync(*facts.quiet_world(), facts.position("MEM", 0), order)
    assert room.codes() == []


def test_a_held_order_wants_no_stock(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.position("MEM", 0), facts.order(credit_status=CreditStatus.HOLD))
    assert room.codes() == ["OE-CREDIT"]


def test_shipped_units_are_no_longer_wanted(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.position("MEM", 40), facts.line(shipped_quantity=60))
    assert room.codes() == []


def test_a_late_purchase_is_the_cause_of_what_waits_for_it(room: TowerRoom) -> None:
    late = facts.supply(due_at=NOW + DAY, eta_at=NOW + 4 * DAY)
    room.sync(*facts.quiet_world(), facts.position("MEM", 30), late)
    root = room.only_case("AL-PO-LATE")
    short = room.only_case("AL-SHORT")
    assert short.parent_case_id == root.case_id
    # 70 units, two days late: 1,400 of penalty and 5 % of the margin of 28,000.
    assert short.impact.loss_cents == root.impact.loss_cents == 1_400 + 1_400 + 40
    assert room.mirror.at_risk_cents() == 2_840
    assert root.node_id == "MEM"
    assert root.order_ids == ("SO-1",)
    assert root.correlation_key == "supplier:Bolt Works:2026-W48"
    assert "70 ea of 1 order wait for it" in root.consequence


@pytest.mark.parametrize(
    ("due_in_hours", "eta_in_hours", "fires"),
    [
        (24, 49, True),  # 25 hours late, and after the promise
        (26, 49, False),  # late, but by less than a day
        (24, 48, False),  # a day late, still in time for the promise
        (50, 96, False),  # due after the promise: nobody counted on it
    ],
)
def test_a_purchase_is_a_cause_when_a_day_late_and_missed(
    room: TowerRoom, due_in_hours: int, eta_in_hours: int, fires: bool
) -> None:
    due, eta = NOW + timedelta(hours=due_in_hours), NOW + timedelta(hours=eta_in_hours)
    room.sync(*facts.quiet_world(), facts.position("MEM", 0), facts.supply(due_at=due, eta_at=eta))
    assert ("AL-PO-LATE" in room.codes()) is fires


def test_a_late_transfer_is_told_like_a_purchase(room: TowerRoom) -> None:
    late = facts.supply(
        due_at=NOW + DAY, eta_at=NOW + 4 * DAY, kind=SupplyKind.TRANSFER, origin_node_id=NodeId("DFW")
    )
    room.sync(*facts.quiet_world(), facts.position("MEM", 0), late)
    assert stock_codes(room) == ["AL-PO-LATE", "AL-SHORT"]


def test_a_late_purchase_of_many_lines_counts_each_once(room: TowerRoom) -> None:
    lines = [facts.line(f"SO-{n}/1", ordered_quantity=10, order_id=OrderId(f"SO-{n}")) for n in range(1, 6)]
    orders = [facts.order(f"SO-{n}") for n in range(1, 6)]
    late = facts.supply(due_at=NOW + DAY, eta_at=NOW + 4 * DAY)
    room.sync(*facts.quiet_world(), *orders, *lines, facts.position("MEM", 0), late)
    assert stock_codes(room) == ["AL-PO-LATE", *["AL-SHORT"] * 5]
    root = room.only_case("AL-PO-LATE")
    cases = [case for case in room.mirror.cases() if case.code == "AL-SHORT"]
    children = [case for case in cases if case.parent_case_id == root.case_id]
    assert len(children) == 5
    assert room.mirror.at_risk_cents() == root.impact.loss_cents == sum(c.impact.loss_cents for c in children)


def test_the_pages_of_a_sync_do_not_show_half_a_picture(room: TowerRoom) -> None:
    room.source.put(*facts.quiet_world())
    result = room.sync(facts.position("MEM", 100), page_limit=2)
    assert result.pages > 3
    assert room.mirror.cases(open_only=False) == []
