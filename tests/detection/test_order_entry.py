"""Credit hold, price mismatch, incomplete order: each fires, does not fire, and costs exactly so much.

The line of the quiet world is 100 units at 10.00, landed at 6.00: value 100,000 cents, margin 40,000.
Default terms: 1 % penalty a day, capped at 10 %, and 5 % of late lines are cancelled.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.customers import CreditTerms
from domain.orders import CreditStatus, OrderStatus, SalesOrder, ShipTo
from tests.support import facts
from tests.support.facts import DAY, NOW, PROMISED
from tests.support.tower_room import TowerRoom


def test_a_quiet_world_has_no_case(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world())
    assert room.codes() == []


def test_a_credit_hold_costs_margin_and_a_growing_penalty(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.order(credit_status=CreditStatus.HOLD))
    case = room.only_case("OE-CREDIT")
    # Two days to go is near: half of one day's penalty of 1,000 and of a miss's churn of 40 (a tier-2
    # customer is worth 4,000,000, and 10 in a million leave); 5 % of the margin of 40,000.
    assert (case.impact.penalty_cents, case.impact.margin_cents) == (500, 2_000)
    assert (case.impact.low_cents, case.impact.loss_cents, case.impact.high_cents) == (0, 2_520, 14_040)
    assert case.impact.avoidable_cents == 2_520
    assert case.impact.value_per_minute_cents == 252
    assert case.breach_at == PROMISED
    assert case.order_ids == ("SO-1",)
    assert case.node_id == "MEM"
    assert case.correlation_key == "credit:C1"
    assert case.title == "SO-1 held for credit"
    assert "SO-1 of Acme Supply ($1,000.00) is on credit hold" in case.consequence
    evidence = {fact.name: fact for fact in case.evidence}
    assert evidence["credit_limit"].value == "10000000"
    assert evidence["credit_limit"].source == facts.ERP
    assert evidence["order_value"].as_of == NOW


@pytest.mark.parametrize(
    ("hours_to_promise", "penalty_cents"), [(49, 0), (48, 500), (1, 500), (0, 1_000), (-25, 2_000)]
)
def test_the_penalty_of_a_hold_grows_as_the_promise_comes_near(
    room: TowerRoom, hours_to_promise: int, penalty_cents: int
) -> None:
    promised = NOW + timedelta(hours=hours_to_promise, minutes=0 if hours_to_promise else -1)
    held = facts.order(credit_status=CreditStatus.HOLD, promised_at=promised)
    room.sync(*facts.quiet_world(), held)
    assert room.only_case("OE-CREDIT").impact.penalty_cents == penalty_cents


@pytest.mark.parametrize(
    ("order", "receivables", "fires"),
    [
        (facts.order(status=OrderStatus.ENTERED), 900_001, True),
        (facts.order(status=OrderStatus.ENTERED), 900_000, False),
        (facts.order(status=OrderStatus.CONFIRMED), 900_001, False),
        (facts.order(status=OrderStatus.ENTERED, credit_status=CreditStatus.RELEASED), 900_001, False),
        (facts.order(status=OrderStatus.RELEASED, credit_status=CreditStatus.HOLD), 0, True),
        (facts.order(status=OrderStatus.SHIPPED, credit_status=CreditStatus.HOLD), 0, False),
        (facts.order(status=OrderStatus.CANCELLED, credit_status=CreditStatus.HOLD), 0, False),
    ],
)
def test_credit_looks_at_holds_and_at_new_orders_over_the_limit(
    room: TowerRoom, order: SalesOrder, receivables: int, fires: bool
) -> None:
    terms = CreditTerms(limit_cents=1_000_000, open_receivables_cents=receivables)
    room.sync(*facts.quiet_world(), order, facts.customer(credit=terms))
    assert ("OE-CREDIT" in room.codes()) is fires


def test_a_wrong_price_costs_the_difference(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.contract_price(1_100))
    case = room.only_case("OE-PRICE")
    assert case.impact.loss_cents == case.impact.avoidable_cents == 10_000
    assert case.entity.entity_id == "SO-1/1"
    assert case.title == "SO-1 line 1 priced below contract"
    assert case.correlation_key == "price:I1"
    evidence = {fact.name: fact.value for fact in case.evidence}
    assert evidence == {
        "unit_price": "1000",
        "agreed_price": "1100",
        "ordered_quantity": "100",
        "price_source": "contract",
    }


def test_an_order_that_waits_for_its_price_is_not_told_again_as_stuck(room: TowerRoom) -> None:
    waits = facts.order(status=OrderStatus.ENTERED, status_at=NOW - 3 * DAY)
    room.sync(*facts.quiet_world(), waits)
    assert room.only_case("OE-STUCK").suppressed_by == ""
    room.sync(facts.contract_price(1_100), force=True)
    price, stuck = room.only_case("OE-PRICE"), room.only_case("OE-STUCK")
    assert stuck.suppressed_by == price.case_id
    assert stuck.incident_id == price.incident_id


@pytest.mark.parametrize(
    ("unit_price_cents", "quantity", "fires"),
    [
        (1_020, 100, False),  # exactly 2 %
        (1_021, 100, True),
        (979, 100, True),
        (1_050, 10, False),  # 5 %, but exactly 5.00 in total
        (1_050, 11, True),
    ],
)
def test_a_price_is_tolerated_within_two_percent_or_five_in_total(
    room: TowerRoom, unit_price_cents: int, quantity: int, fires: bool
) -> None:
    priced = facts.line(unit_price_cents=unit_price_cents, ordered_quantity=quantity)
    room.sync(*facts.quiet_world(), priced, facts.contract_price(1_000))
    assert ("OE-PRICE" in room.codes()) is fires


def test_without_a_contract_the_list_price_counts(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.item(list_price_cents=1_500))
    case = room.only_case("OE-PRICE")
    assert case.impact.loss_cents == 50_000
    assert "list price" in case.consequence


def test_only_the_contract_valid_now_counts(room: TowerRoom) -> None:
    ended = facts.contract_price(2_000, valid_until=NOW - DAY)
    room.sync(*facts.quiet_world(), ended)
    assert room.codes() == []


def test_a_contract_that_begins_fires_by_the_passing_of_time(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.contract_price(2_000, valid_from=NOW + timedelta(minutes=5)))
    assert room.codes() == []
    room.clock.advance(minutes=6)
    room.sync()
    assert room.codes() == ["OE-PRICE"]


def test_a_shipped_line_has_no_price_case(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.contract_price(2_000), facts.line(shipped_quantity=100))
    assert room.codes() == []


def test_a_blank_required_field_blocks_the_order(room: TowerRoom) -> None:
    bare = facts.order(ship_to=ShipTo(name="Acme", street=" \t", city="Denver"))
    earlier = facts.order("SO-0", status=OrderStatus.SHIPPED, ordered_at=NOW - 9 * DAY)
    room.sync(*facts.quiet_world(), bare, earlier)
    case = room.only_case("OE-INCOMPLETE")
    assert case.title == "SO-1 lacks street, postcode"
    assert case.correlation_key == "incomplete:C1:street,postcode"
    # Near its promise as above, and six minutes of a planner at 0.75 a minute.
    assert case.impact.rework_cents == 450
    assert case.impact.loss_cents == 500 + 2_000 + 20 + 450
    assert {fact.name: fact.value for fact in case.evidence}["last_good_order"] == "SO-0"


def test_what_a_customer_does_not_require_may_be_blank(room: TowerRoom) -> None:
    room.sync(
        *facts.quiet_world(),
        facts.order(ship_to=ShipTo(city="Denver")),
        facts.customer(required_fields=("city",)),
    )
    assert room.codes() == []


def test_a_released_order_is_no_longer_incomplete(room: TowerRoom) -> None:
    bare = facts.order(ship_to=ShipTo(), status=OrderStatus.RELEASED)
    room.sync(*facts.quiet_world(), bare)
    assert room.codes() == []
