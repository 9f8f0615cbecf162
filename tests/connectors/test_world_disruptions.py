"""Disruptions: each acts, on what it hits; taking one away leaves everything else as it was, to the byte."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from connectors.world.disruptions.disruption import Disruption, DisruptionKind, Plan
from connectors.world.disruptions.plan import LARGE_PLAN, plan_for, quiet_spells, without
from connectors.world.disruptions.registry import KIND_OF, KINDS
from connectors.world.history import HISTORY_BEGINS_AT
from connectors.world.sizes import SIZES
from connectors.world.things import Order
from domain.errors import BadInputError, BadValueError
from domain.ids import EntityKind, EntityRef
from domain.orders import CreditStatus, OrderStatus
from domain.transport import BookingStatus
from domain.warehouse import PickStatus
from tests.support.world_histories import disruption_of, history, orders_of, supplies_of, told_of

Kind = DisruptionKind
CI_ENDS_AT = HISTORY_BEGINS_AT + timedelta(days=SIZES["ci"].span_days)


def ci_plan(seed: int) -> Plan:
    return plan_for(seed, SIZES["ci"], HISTORY_BEGINS_AT)


def differing(kind: Kind) -> dict[str, Order]:
    """The orders of which something else is told with the disruption than without, or that only it made."""
    without_it, with_it = orders_of(history(None)), orders_of(history(kind))
    assert without_it.keys() <= with_it.keys()
    return {
        order_id: order
        for order_id, order in with_it.items()
        if order_id not in without_it or told_of(order) != told_of(without_it[order_id])
    }


def _tendered(order: Order, hit: Disruption) -> bool:
    first = orders_of(history(None))[order.order_id]
    return any(
        booking.service.scac in hit.targets
        for each in (order, first)
        for shipment in each.shipments
        for booking in shipment.bookings
    )


def _ships_from(order: Order, hit: Disruption) -> bool:
    return any(shipment.node_id in hit.targets for shipment in order.shipments)


def _has_item(order: Order, hit: Disruption) -> bool:
    return any(line.item.item_id in hit.targets for line in order.lines)


#: Kinds that share nothing (people, stock) with orders they do not hit, and which orders they hit.
CONTAINED: dict[Kind, Callable[[Order, Disruption], bool]] = {
    Kind.CARRIER_STRIKE: _tendered,
    Kind.CARRIER_CAPACITY_CUT: _tendered,
    Kind.ETA_OPTIMISM: _tendered,
    Kind.TIME_ZONE_SHIFT: _tendered,
    Kind.WEATHER: lambda order, hit: order.customer.zone_id in hit.targets,
    Kind.BILLING_FAULT: _ships_from,
    Kind.RETURN_WAVE: _has_item,
    Kind.MASTER_DATA_LOSS: _has_item,
}


@pytest.mark.parametrize("kind", sorted(CONTAINED))
def test_what_is_not_downstream_of_a_disruption_is_the_same_without_it(kind: Kind) -> None:
    hit, found = disruption_of(kind), differing(kind)
    assert found
    assert [order_id for order_id, order in found.items() if not CONTAINED[kind](order, hit)] == []


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.FEED_OUTAGE}))
def test_each_kind_makes_a_difference_and_none_before_it_begins(kind: Kind) -> None:
    begins_at = disruption_of(kind).starts_at
    found = differing(kind)
    assert found or supplies_of(history(kind)) != supplies_of(history(None))
    first = orders_of(history(None))
    for order_id, order in found.items():
        before = [event for s in order.shipments for event in s.events if event.happened_at < begins_at]
        if order_id in first:
            told = [event for s in first[order_id].shipments for event in s.events]
            assert {event.milestone_id for event in before} <= {event.milestone_id for event in told}
        else:
            assert order.ordered_at >= begins_at


def test_a_feed_outage_silences_a_face_and_changes_nothing_in_the_world() -> None:
    assert differing(Kind.FEED_OUTAGE) == {}


def test_orders_that_only_a_disruption_makes_say_so() -> None:
    for kind in (Kind.DEMAND_SURGE, Kind.FRAUD_RING, Kind.DUPLICATE_EDI_REPLAY):
        new = orders_of(history(kind)).keys() - orders_of(history(None)).keys()
        assert new
        made_by = {orders_of(history(kind))[order_id].because_of for order_id in new}
        assert made_by == {disruption_of(kind).disruption_id}


def test_nobody_picks_in_a_centre_that_stands_still() -> None:
    hit = disruption_of(Kind.DC_OUTAGE)
    for order in orders_of(history(Kind.DC_OUTAGE)).values():
        for shipment in order.shipments:
            for pick in shipment.picks:
                times = (pick.started_at, pick.finished_at)
                in_it = [at for at in times if at is not None and hit.starts_at < at < hit.ends_at]
                assert shipment.node_id not in hit.targets or not in_it


def test_a_striking_carrier_neither_answers_nor_moves() -> None:
    hit = disruption_of(Kind.CARRIER_STRIKE)
    expired = 0
    for order in orders_of(history(Kind.CARRIER_STRIKE)).values():
        for shipment in order.shipments:
            for booking in shipment.bookings:
                during = hit.starts_at < booking.booked_at < hit.ends_at - timedelta(hours=4)
                if during and booking.service.scac in hit.targets:
                    assert booking.status is not BookingStatus.ACCEPTED
                    expired += booking.status is BookingStatus.EXPIRED
            moved = [e for e in shipment.events if hit.starts_at < e.happened_at < hit.ends_at]
            assert not moved or shipment.service.scac not in hit.targets
    assert expired


def test_bins_that_shrink_are_picked_short_and_counted() -> None:
    state, hit = history(Kind.BIN_SHRINK), disruption_of(Kind.BIN_SHRINK)
    counted = {count.position.position_id for count in state.counts if count.counted < count.system}
    assert counted
    assert counted <= set(hit.targets)
    short = [
        pick
        for order in orders_of(state).values()
        for shipment in order.shipments
        for pick in shipment.picks
        if pick.reason_code
    ]
    assert {f"{pick.part.line.item.item_id}@{pick.shipment.node_id}" for pick in short} <= set(hit.targets)
    assert any(pick.status in {PickStatus.SHORT, PickStatus.DONE} for pick in short)


def test_a_credit_cut_holds_what_its_customers_have_open_until_it_is_over() -> None:
    state, hit = history(Kind.CREDIT_LIMIT_CUT), disruption_of(Kind.CREDIT_LIMIT_CUT)
    held = [o for o in orders_of(state).values() if o.credit is not CreditStatus.CLEAR]
    assert held
    assert {str(order.customer.customer_id) for order in held} <= set(hit.targets)
    customer = state.feed.entity(EntityRef(kind=EntityKind.CUSTOMER, entity_id=hit.targets[0]))
    first = next(kept for kept in state.master.customers if kept.customer_id == hit.targets[0])
    assert customer == first, "the limit is what it was once the cut is over"


def test_copies_of_a_replay_are_cancelled_and_their_originals_are_not() -> None:
    orders = orders_of(history(Kind.DUPLICATE_EDI_REPLAY))
    copies = [order for order in orders.values() if order.because_of]
    assert {order.status for order in copies} == {OrderStatus.CANCELLED}
    for copy in copies:
        original = orders[copy.order_id.removesuffix("R1")]
        assert original.customer_po == copy.customer_po
        assert original.status is not OrderStatus.CANCELLED


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_plan_begins_quietly_and_has_quiet_weeks_between(seed: int) -> None:
    plan = ci_plan(seed)
    spells = quiet_spells(plan, HISTORY_BEGINS_AT, CI_ENDS_AT)
    assert spells[0][0] == HISTORY_BEGINS_AT
    assert sum(end - begin >= timedelta(days=3) for begin, end in spells) >= 2
    assert any(
        one.starts_at < other.ends_at and other.starts_at < one.ends_at
        for one in plan
        for other in plan
        if one is not other
    ), "disruptions overlap"


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_large_plan_has_every_kind_that_is_needed(seed: int) -> None:
    plan = ci_plan(seed)
    assert len(plan) == SIZES["ci"].disruptions >= LARGE_PLAN
    assert {kind.kind for kind in KINDS if kind.is_needed} <= {kept.kind for kept in plan}
    assert len({kept.disruption_id for kept in plan}) == len(plan)


def test_a_plan_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert ci_plan(3) == ci_plan(3)
    assert ci_plan(3) != ci_plan(4)


def test_a_disruption_is_taken_out_by_its_id() -> None:
    plan = ci_plan(3)
    left = without(plan, plan[4].disruption_id)
    assert set(plan) - set(left) == {plan[4]}


def test_every_kind_is_known_and_refuses_what_it_has_not() -> None:
    assert set(KIND_OF) == set(Kind)
    with pytest.raises(BadInputError, match="no percent"):
        disruption_of(Kind.DC_OUTAGE).parameter("percent")
    with pytest.raises(BadValueError, match="hits nothing"):
        Disruption(
            disruption_id="D1",
            number=1,
            kind=Kind.DC_OUTAGE,
            starts_at=HISTORY_BEGINS_AT,
            ends_at=CI_ENDS_AT,
            targets=(),
        )
