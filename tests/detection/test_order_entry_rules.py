"""The rules of order entry one by one: what they find, where they stop, and what time does.

Every look also asserts that looking only at what changed finds what a look at everything finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.detection.rule import Rule
from app.detection.rules.order_entry import (
    export,
    incomplete,
    late_change,
    obsolete,
    price,
    promise,
    routing,
    stuck,
)
from domain.ids import ItemId, LineId, NodeId
from domain.items import ItemLifecycle, Substitute
from domain.orders import CreditStatus, OrderChangeKind, OrderChangeStatus, OrderStatus, ScreeningStatus
from domain.records import Entity
from domain.transport import ShipmentStatus
from domain.warehouse import PickStatus
from tests.support.facts import (
    DAY,
    NOW,
    SHIP_TO,
    contract_price,
    customer,
    item,
    lane,
    line,
    node,
    order,
    order_change,
    pick,
    shipment,
)
from tests.support.rule_room import RuleRoom, policy_of, rule_room

RoomOf = Callable[[Rule], AbstractContextManager[RuleRoom]]
HOUR = timedelta(hours=1)


@pytest.fixture
def room_of(tmp_path: Path) -> RoomOf:
    @contextmanager
    def made(rule: Rule) -> Iterator[RuleRoom]:
        with rule_room(tmp_path, rule, policy_of("order_entry", "allocation")) as room:
            room.put(node(), node("DFW", "Dallas"), customer(), item(), order(), line())
            assert room.look() == []
            yield room

    return made


def test_a_price_off_the_list_is_keyed_by_item_and_told_below_cost(room_of: RoomOf) -> None:
    with room_of(price.RULE) as room:
        room.put(line(unit_price_cents=550))
        found = room.only()
        assert found.correlation_key == "price:I1"
        assert found.consequence.endswith("$450.00 off over 100 ea, and below cost.")
        room.put(line(unit_price_cents=550, price_approved=True))
        assert room.look() == []


def test_a_contract_that_begins_or_ends_changes_the_agreed_price(room_of: RoomOf) -> None:
    with room_of(price.RULE) as room:
        begins = replace(contract_price(1_200), valid_from=NOW + HOUR, valid_until=NOW + 3 * HOUR)
        room.put(begins)
        assert room.look() == []
        room.advance(minutes=61)
        assert room.only().correlation_key == "price:I1"
        room.advance(minutes=121)
        assert room.look() == []


@pytest.mark.parametrize("clears", ["filled", "not required", "released"])
def test_a_blank_contact_counts_where_it_is_required(room_of: RoomOf, clears: str) -> None:
    with room_of(incomplete.RULE) as room:
        room.put(customer(required_fields=("street", "contact")))
        assert room.only().title == "SO-1 lacks contact"
        cures: dict[str, Entity] = {
            "filled": order(ship_to=replace(SHIP_TO, contact="M. Diaz")),
            "not required": customer(),
            "released": order(status=OrderStatus.RELEASED),
        }
        room.put(cures[clears])
        assert room.look() == []


def test_a_blank_po_number_counts_where_it_is_required(room_of: RoomOf) -> None:
    with room_of(incomplete.RULE) as room:
        room.put(customer(required_fields=("customer_po",)))
        assert room.look() == []
        room.put(order(customer_po=""))
        assert room.only().correlation_key == "incomplete:C1:customer_po"


GUIDED = customer(routing_scacs=("FDXG", "RDWY"), routing_chargeback_cents=7_500)


def test_a_carrier_outside_the_guide_costs_the_chargeback(room_of: RoomOf) -> None:
    with room_of(routing.RULE) as room:
        room.put(shipment(), GUIDED)
        found = room.only()
        assert str(found.entity) == "shipment/SH-1"
        assert found.impact.penalty_cents == found.impact.avoidable_cents == 7_500
        assert found.correlation_key == "routing:C1:carrier"
        assert found.consequence == (
            "SH-1 of SO-1 leaves Sun 22 Nov with UPSN; Acme Supply takes FDXG, RDWY only and charges "
            "$75.00 back."
        )
        assert found.breach_at == NOW + 5 * HOUR


@pytest.mark.parametrize(
    "cure",
    [
        shipment(scac="RDWY"),
        shipment(status=ShipmentStatus.IN_TRANSIT),
        shipment(scac=""),
        customer(routing_scacs=("FDXG", "UPSN")),
        customer(),
        order(status=OrderStatus.SHIPPED),
    ],
    ids=["compliant", "left", "no carrier yet", "guide changed", "no guide", "shipped"],
)
def test_a_plan_within_the_guide_is_no_case(room_of: RoomOf, cure: Entity) -> None:
    with room_of(routing.RULE) as room:
        room.put(shipment(), GUIDED)
        assert len(room.look()) == 1
        room.put(cure)
        assert room.look() == []


def test_a_promise_before_picking_and_transit_is_infeasible(room_of: RoomOf) -> None:
    with room_of(promise.RULE) as room:
        # Four hours to pick and two days on the road: exactly in time, then a minute too early.
        room.put(lane(), order(promised_at=NOW + 2 * DAY + 4 * HOUR))
        assert room.look() == []
        room.advance(minutes=1)
        found = room.only()
        assert str(found.entity) == "sales_order/SO-1"
        assert found.title == "SO-1 promised 1 d too early"
        assert found.correlation_key == "promise:SO-1"
        assert found.consequence == (
            "SO-1 is promised to Acme Supply for Tue 24 Nov and can be there Tue 24 Nov: picking and transit "
            "take longer."
        )
        # A day late: 1 % of 100,000, 5 % of the margin of 40,000, and 40 of churn.
        assert found.impact.loss_cents == 1_000 + 2_000 + 40
        assert [ref.entity_id for ref in found.about] == ["C1", "SO-1/1"]


@pytest.mark.parametrize(
    "cure",
    [
        order(promised_at=NOW + 5 * DAY),
        order(status=OrderStatus.RELEASED),
        order(credit_status=CreditStatus.HOLD),
        line(shipped_quantity=100),
        replace(lane(), transit_days=1),
    ],
    ids=["re-promised", "released", "held", "shipped", "faster lane"],
)
def test_a_feasible_or_released_promise_is_no_case(room_of: RoomOf, cure: Entity) -> None:
    with room_of(promise.RULE) as room:
        room.put(lane())
        assert len(room.look()) == 1
        room.put(cure)
        assert room.look() == []


def test_a_screening_hit_waits_for_compliance(room_of: RoomOf) -> None:
    with room_of(export.RULE) as room:
        room.put(order(screening=ScreeningStatus.HIT, licence_number="L-77"))
        found = room.only()
        assert found.correlation_key == "export:C1:US"
        assert "Acme is on a screening list" in found.consequence
        room.put(order(screening=ScreeningStatus.CLEARED))
        assert room.look() == []


ABROAD = order(ship_to=replace(SHIP_TO, country="TR"))


@pytest.mark.parametrize(
    "cure",
    [
        order(),
        replace(ABROAD, licence_number="L-77"),
        replace(ABROAD, screening=ScreeningStatus.CLEARED),
        replace(ABROAD, status=OrderStatus.SHIPPED),
        item(restricted_countries=("RU",)),
        line(cancelled=True),
    ],
    ids=["another country", "licence", "cleared", "shipped", "no longer restricted", "line cancelled"],
)
def test_a_restricted_item_needs_a_licence(room_of: RoomOf, cure: Entity) -> None:
    with room_of(export.RULE) as room:
        room.put(ABROAD, item(restricted_countries=("RU", "TR")))
        found = room.only()
        assert {fact.name: fact.value for fact in found.evidence}["restricted_items"] == "KT-I1"
        assert "KT-I1 may not go to TR without a licence" in found.consequence
        room.put(cure)
        assert room.look() == []


def test_nothing_goes_to_an_embargoed_country_without_a_licence(room_of: RoomOf) -> None:
    with room_of(export.RULE) as room:
        room.put(order(ship_to=replace(SHIP_TO, country="KP")))
        assert "nothing goes to KP without a licence" in room.only().consequence


def test_an_order_is_stuck_once_its_step_took_too_long(room_of: RoomOf) -> None:
    with room_of(stuck.RULE) as room:
        room.put(order(status=OrderStatus.ENTERED, status_at=NOW - 23 * HOUR, channel="web"))
        assert room.look() == []
        room.advance(hours=1)
        assert room.look() == []
        room.advance(minutes=1)
        found = room.only()
        assert found.title == "SO-1 stuck in entered"
        assert found.correlation_key == "stuck:entered:web"
        assert "longer than the 24 h that web orders take" in found.consequence
        room.put(order(status=OrderStatus.CONFIRMED, status_at=NOW + HOUR))
        assert room.look() == []


def test_an_order_without_a_time_of_its_step_counts_from_when_it_was_ordered(room_of: RoomOf) -> None:
    with room_of(stuck.RULE) as room:
        room.put(order(status=OrderStatus.ENTERED, ordered_at=NOW - 25 * HOUR))
        assert len(room.look()) == 1
        room.put(
            order(status=OrderStatus.ENTERED, ordered_at=NOW - 25 * HOUR, credit_status=CreditStatus.HOLD)
        )
        assert room.look() == []


def test_a_line_of_an_item_no_longer_sold_needs_a_substitute(room_of: RoomOf) -> None:
    with room_of(obsolete.RULE) as room:
        gone = item(lifecycle=ItemLifecycle.DISCONTINUED, substitutes=(Substitute(item_id=ItemId("I2")),))
        room.put(gone)
        found = room.only()
        assert str(found.entity) == "order_line/SO-1/1"
        assert found.correlation_key == "obsolete:I1"
        assert found.consequence == (
            "Line 1 of SO-1 wants 100 ea of KT-I1, which is discontinued; a substitute exists. "
            "Promised Tue 24 Nov."
        )
        # Five days late (assumed): 5 % of 100,000, 5 % of the margin of 40,000, and 40 of churn.
        assert found.impact.loss_cents == 5_000 + 2_000 + 40
        room.put(customer(allows_substitutes=False))
        assert "no substitute may be sent" in room.only().consequence


@pytest.mark.parametrize(
    "cure",
    [item(), line(item_id=ItemId("I2")), line(cancelled=True), line(shipped_quantity=100)],
    ids=["sold again", "substituted", "cancelled", "shipped"],
)
def test_what_is_sold_again_or_gone_is_no_case(room_of: RoomOf, cure: Entity) -> None:
    with room_of(obsolete.RULE) as room:
        room.put(item("I2"), item(lifecycle=ItemLifecycle.BLOCKED))
        assert len(room.look()) == 1
        room.put(cure)
        assert room.look() == []


PICKING = pick(picked_quantity=0, status=PickStatus.RELEASED)


def test_a_change_after_release_costs_what_goes_out_and_comes_back(room_of: RoomOf) -> None:
    with room_of(late_change.RULE) as room:
        room.put(order_change())
        assert room.look() == []
        room.put(PICKING)
        found = room.only()
        assert str(found.entity) == "order_change/CH1"
        # 60 units nobody wants any more: 15 % of 60,000; and six minutes of a planner.
        assert found.losses == (("SO-1/1", 9_000), ("order_change/CH1", 450))
        assert found.correlation_key == "late-change:MEM"
        assert found.breach_at == NOW + 4 * HOUR


@pytest.mark.parametrize(
    "cure",
    [
        order_change(status=OrderChangeStatus.APPLIED),
        order_change(status=OrderChangeStatus.REFUSED),
        order_change(line_id=LineId("SO-1/2")),
        pick(status=PickStatus.CANCELLED),
        line(shipped_quantity=100),
        order(status=OrderStatus.SHIPPED),
    ],
    ids=["applied", "refused", "another line", "pick withdrawn", "line gone", "shipped"],
)
def test_a_change_that_is_dealt_with_is_no_case(room_of: RoomOf, cure: Entity) -> None:
    with room_of(late_change.RULE) as room:
        room.put(PICKING, order_change())
        assert len(room.look()) == 1
        room.put(cure)
        assert room.look() == []


def test_a_cancellation_is_about_all_lines_in_the_warehouse(room_of: RoomOf) -> None:
    with room_of(late_change.RULE) as room:
        second = line("SO-1/2", node_id=NodeId("MEM"))
        other = replace(PICKING, task_id=pick("T2").task_id, line_id=second.line_id)
        asked = order_change(line_id=None, change=OrderChangeKind.CANCEL, new_quantity=None)
        room.put(second, PICKING, other, asked)
        found = room.only()
        assert [key for key, _ in found.losses] == ["SO-1/1", "SO-1/2", "order_change/CH1"]
        assert found.consequence.startswith("Acme Supply wants to cancel it, but 0 ea of SO-1 are picked")
