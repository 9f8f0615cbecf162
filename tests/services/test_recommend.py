"""Remedies: what is asked of the solver, and what its plans become."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.services.quotes import RateSource
from app.services.recommend.by_rule import BY_RULE
from app.services.recommend.question import SolverQuestion
from app.services.recommend.recommend import REBOOKINGS, SHORTAGES, ask
from app.services.recommend.record import recommendation_from_json, recommendation_json
from domain.cases import ExceptionCase
from domain.catalogue.types import CASE_TYPES
from domain.commands import (
    ReallocateLine,
    RebookCarrier,
    SplitLine,
    SplitPart,
)
from domain.customers import SplitPolicy
from domain.errors import ConflictError, CorruptError
from domain.ids import BookingId, EntityKind, ServiceId
from domain.network import CarrierService
from domain.quotes import LiveRate
from domain.recommendations import Option, Recommendation, Remedy
from domain.transport import BookingStatus, CarrierBooking, ShipmentStatus
from optimization.split_problem import SplitProblem
from tests.support.distributor import (
    CUSTOMER,
    DFW,
    EXPRESS,
    GROUND,
    ITEM,
    LINE,
    MEM,
    NOW,
    ORDER,
    SHIPMENT,
    SUPPLY,
    FakeFacts,
    make_case,
    outlook,
)
from tests.support.live_rates import Tms
from tests.support.recommended import answer, recommend


def short_case(short: int = 40) -> ExceptionCase:
    return make_case("AL-IMBALANCE", EntityKind.ORDER_LINE, LINE.line_id, [("short_quantity", str(short))])


def test_a_short_line_is_moved_whole_where_one_node_has_it_all() -> None:
    found = recommend(short_case(), FakeFacts(stock=(outlook(MEM, 20, 20), outlook(DFW, 200, 100, 20))))
    best = next(option for option in found.options if option.recommended)
    assert best.remedy is Remedy.REALLOCATE
    assert best.actions == (
        ReallocateLine(
            order_id=ORDER.order_id, line_id=LINE.line_id, from_node_id=MEM, to_node_id=DFW, quantity=60
        ),
    )
    assert best.cost_delta_cents < 0
    assert {option.remedy for option in found.options} >= {Remedy.DO_NOTHING, Remedy.REALLOCATE}
    assert found.trail.status == "optimal"
    assert found.trail.bound_cents <= found.trail.objective_cents


def test_a_short_line_is_split_where_no_node_has_it_all() -> None:
    found = recommend(short_case(), FakeFacts(stock=(outlook(MEM, 20, 20), outlook(DFW, 45))))
    best = next(option for option in found.options if option.recommended)
    assert best.remedy is Remedy.SPLIT
    (action,) = best.actions
    assert isinstance(action, SplitLine)
    assert sum(part.quantity for part in action.parts) == LINE.open_quantity
    moved = {part.node_id: part.quantity for part in action.parts}
    assert 40 <= moved[DFW] <= 45


def test_what_no_node_has_stays_with_the_home_node() -> None:
    found = recommend(short_case(), FakeFacts(stock=(outlook(DFW, 10),)))
    splits = [a for o in found.options for a in o.actions if isinstance(a, SplitLine)]
    assert splits
    assert all(part in splits[0].parts for part in (SplitPart(node_id=MEM, quantity=50),))


def test_uncommitted_stock_leaves_safety_stock_and_promises_alone() -> None:
    question = ask(
        short_case(), FakeFacts(stock=(outlook(DFW, 100, 70, 10),)), recommendation_id="R", now=NOW
    )
    assert isinstance(question, SolverQuestion)
    assert isinstance(question.problem, SplitProblem)
    there = [a.quantity for a in question.problem.demand.arrivals if a.node_id == DFW]
    assert there == [20]


def test_a_ship_complete_customer_is_never_split() -> None:
    whole = replace(CUSTOMER, split=SplitPolicy(max_shipments=1, ship_complete=True))
    facts = FakeFacts(stock=(outlook(DFW, 45),))
    facts.entities = [whole if e is CUSTOMER else e for e in facts.entities]
    found = recommend(short_case(), facts)
    assert all(option.remedy is not Remedy.SPLIT for option in found.options)


def test_late_inbound_is_waited_for_when_moving_costs_more() -> None:
    soon = replace(SUPPLY, eta_at=NOW + timedelta(days=1))
    cheap_home = FakeFacts(stock=(outlook(DFW, 200),), inbound=(soon,))
    cheap_home.lanes = tuple(
        replace(row, fixed_cost_cents=100 if row.origin_node_id == MEM else 900_000)
        for row in cheap_home.lanes
    )
    best = next(o for o in recommend(short_case(), cheap_home).options if o.recommended)
    assert best.remedy is Remedy.DO_NOTHING


def test_a_line_that_is_no_longer_short_is_a_conflict() -> None:
    facts = FakeFacts()
    facts.entities = [replace(LINE, shipped_quantity=60) if e is LINE else e for e in facts.entities]
    with pytest.raises(ConflictError, match="no longer short"):
        ask(short_case(), facts, recommendation_id="R", now=NOW)
    facts.entities = []
    with pytest.raises(ConflictError, match="no longer there"):
        ask(short_case(), facts, recommendation_id="R", now=NOW)


def late_case() -> ExceptionCase:
    return make_case("TR-ETA-LATE", EntityKind.SHIPMENT, SHIPMENT.shipment_id)


def test_a_late_shipment_is_rebooked_where_lateness_costs_more_than_freight() -> None:
    best = next(o for o in recommend(late_case(), FakeFacts()).options if o.recommended)
    assert best.remedy is Remedy.REBOOK_CARRIER
    (action,) = best.actions
    assert isinstance(action, RebookCarrier)
    assert (action.service_id, action.scac) == (EXPRESS.service_id, "FAST")
    assert best.cost_delta_cents < 0


class WithRail(FakeFacts):
    """A third service, as good as the express one."""

    def carrier_services(self) -> tuple[CarrierService, ...]:
        rail = replace(EXPRESS, service_id=ServiceId("RAIL"), scac="RAIL", name="Rail night")
        return (*super().carrier_services(), rail)


def test_the_best_rebooking_says_whom_to_ask_if_its_carrier_declines() -> None:
    found = recommend(late_case(), WithRail())
    best = next(o for o in found.options if o.recommended)
    (action,) = best.actions
    assert isinstance(action, RebookCarrier)
    other = "Rail night" if action.scac == "FAST" else EXPRESS.name
    assert any(reason.startswith(f"If it declines, ask {other}, pickup ") for reason in best.reasons)
    alone = next(o for o in recommend(late_case(), FakeFacts()).options if o.recommended)
    assert not any("declines" in reason for reason in alone.reasons)


def rebooked(rates: RateSource | None) -> Option:
    found = answer(ask(late_case(), FakeFacts(), recommendation_id="R1", now=NOW, rates=rates))
    return next(o for o in found.options if o.option_id.startswith(f"rebook-{EXPRESS.service_id}"))


def test_a_rebooking_costs_what_the_carrier_asks_now() -> None:
    by_table = rebooked(None)
    asked = LiveRate(service_id=EXPRESS.service_id, cost_cents=by_table.freight_cents + 777)
    live = rebooked(Tms(asked))
    assert live.freight_cents == asked.cost_cents
    assert live.cost_delta_cents == by_table.cost_delta_cents + 777
    assert live.reasons[-1] == "The price was asked of the carrier just now."


def test_where_no_carrier_answers_the_price_is_the_tables_and_marked_so() -> None:
    by_table, down = rebooked(None), rebooked(Tms(answers=False))
    assert down.freight_cents == by_table.freight_cents
    assert down.reasons[-1] == "The price is the table's. No live rates: The TMS cannot be reached."
    assert not any("price" in reason for reason in by_table.reasons)


def test_a_full_carrier_is_not_offered() -> None:
    full = {(EXPRESS.service_id, (NOW + timedelta(days=d)).date()): EXPRESS.pickups_per_day for d in range(8)}
    found = recommend(late_case(), FakeFacts(booked=full))
    assert all(o.remedy is Remedy.DO_NOTHING for o in found.options)


def test_a_shipment_under_way_cannot_be_rebooked() -> None:
    facts = FakeFacts()
    moving = replace(SHIPMENT, status=ShipmentStatus.IN_TRANSIT)
    facts.entities = [moving if e is SHIPMENT else e for e in facts.entities]
    (only,) = recommend(late_case(), facts).options
    assert only.remedy is Remedy.DO_NOTHING
    assert only.recommended


def misrouted(*guide: str) -> FakeFacts:
    """The shipment goes with SLOW, for whose use the customer charges 90.00 back."""
    strict = replace(CUSTOMER, routing_scacs=guide, routing_chargeback_cents=9_000)
    facts = WithRail()
    facts.entities = [strict if e is CUSTOMER else e for e in facts.entities]
    return facts


def test_a_carrier_outside_the_routing_guide_is_changed_for_one_of_it() -> None:
    case = make_case("OE-ROUTING", EntityKind.SHIPMENT, SHIPMENT.shipment_id)
    on_time = replace(SHIPMENT, eta_at=SHIPMENT.window_end_at, window_end_at=NOW + timedelta(days=6))
    facts = misrouted("RAIL")
    facts.entities = [on_time if e is SHIPMENT else e for e in facts.entities]
    found = recommend(case, facts)
    best = next(o for o in found.options if o.recommended)
    (action,) = best.actions
    assert isinstance(action, RebookCarrier)
    assert action.scac == "RAIL"
    stays = next(o for o in found.options if o.remedy is Remedy.DO_NOTHING)
    assert "90.00 that the customer charges back counts as freight." in stays.reasons
    booked = {a.scac for o in found.options for a in o.actions if isinstance(a, RebookCarrier)}
    assert booked == {"RAIL"}, "who is in no guide is not offered"


def test_a_late_shipment_is_not_rebooked_with_a_carrier_that_its_customer_excludes() -> None:
    found = recommend(late_case(), misrouted("SLOW", "RAIL"))
    booked = {a.scac for o in found.options for a in o.actions if isinstance(a, RebookCarrier)}
    assert booked <= {"SLOW", "RAIL"}
    assert "RAIL" in booked
    assert not any("charges back" in reason for option in found.options for reason in option.reasons)


def booked_scacs(found: Recommendation) -> list[str]:
    """The carriers of the options, the best first."""
    return [a.scac for o in found.options for a in o.actions if isinstance(a, RebookCarrier)]


def refusal(scac: str, status: BookingStatus, expires_at: datetime | None = None) -> CarrierBooking:
    return CarrierBooking(
        booking_id=BookingId(f"{scac}:{status}"),
        shipment_id=SHIPMENT.shipment_id,
        service_id=ServiceId(scac),
        scac=scac,
        status=status,
        booked_at=NOW - timedelta(hours=3),
        expires_at=expires_at,
    )


def test_who_refused_a_load_or_let_it_lapse_is_not_asked_again() -> None:
    case = make_case("TR-TENDER", EntityKind.SHIPMENT, SHIPMENT.shipment_id)
    refused = (refusal("SLOW", BookingStatus.DECLINED), refusal("RAIL", BookingStatus.EXPIRED))

    def asked(answer_by: datetime) -> set[str]:
        waits = refusal("FAST", BookingStatus.TENDERED, answer_by)
        return set(booked_scacs(recommend(case, WithRail(bookings=(*refused, waits)))))

    assert set(booked_scacs(recommend(case, WithRail(bookings=refused)))) == {"FAST"}
    assert asked(NOW + timedelta(minutes=1)) == {"FAST"}
    assert asked(NOW) == set()


def test_a_missed_pickup_is_booked_again_and_not_for_an_hour_that_is_over() -> None:
    case = make_case("TR-PICKUP", EntityKind.SHIPMENT, SHIPMENT.shipment_id)
    missed = replace(SHIPMENT, planned_pickup_at=NOW - timedelta(hours=2), eta_at=None)
    for services in ((GROUND,), (GROUND, EXPRESS)):
        facts = FakeFacts(services=services)
        facts.entities = [missed if e is SHIPMENT else e for e in facts.entities]
        found = recommend(case, facts)
        actions = [a for o in found.options for a in o.actions if isinstance(a, RebookCarrier)]
        assert actions[0].scac == services[-1].scac
        assert all(a.pickup_at is not None and a.pickup_at > NOW for a in actions)
        (nothing,) = [o for o in found.options if o.remedy is Remedy.DO_NOTHING]
        assert not nothing.recommended


def test_a_service_that_costs_less_than_what_was_booked_is_taken_while_it_is_in_time() -> None:
    case = make_case("TR-OVERSPEND", EntityKind.SHIPMENT, SHIPMENT.shipment_id)
    dear = replace(
        SHIPMENT,
        eta_at=NOW + timedelta(days=5),
        window_end_at=NOW + timedelta(days=6),
        freight_cost_cents=99_000,
    )
    facts = WithRail()
    facts.entities = [dear if e is SHIPMENT else e for e in facts.entities]
    best = next(o for o in recommend(case, facts).options if o.recommended)
    assert best.remedy is Remedy.REBOOK_CARRIER
    assert best.cost_delta_cents == 8_400 + 1_500 - 99_000
    fair = replace(dear, freight_cost_cents=500)
    facts.entities = [fair if e is dear else e for e in facts.entities]
    best = next(o for o in recommend(case, facts).options if o.recommended)
    assert best.remedy is Remedy.DO_NOTHING


def test_an_aged_backorder_is_treated_as_the_shortage_it_is() -> None:
    case = make_case("AL-BO-AGED", EntityKind.ORDER_LINE, LINE.line_id, [("short_quantity", "40")])
    facts = FakeFacts(stock=(outlook(MEM, 20, 20), outlook(DFW, 200, 100, 20)), inbound=(SUPPLY,))
    remedies = {option.remedy for option in recommend(case, facts).options}
    assert remedies >= {Remedy.DO_NOTHING, Remedy.REALLOCATE, Remedy.EXPEDITE}


def test_every_remedy_that_the_catalogue_names_is_worked_out_by_somebody() -> None:
    named = {kind.code for kind in CASE_TYPES for act in kind.actions if act.remedy and not kind.reserved}
    worked_out = SHORTAGES | REBOOKINGS | set(BY_RULE)
    assert named - worked_out == set()
    assert worked_out <= {kind.code for kind in CASE_TYPES}


@pytest.mark.parametrize("code", ["AL-IMBALANCE", "OE-CREDIT"])
def test_recommendations_survive_the_store(code: str) -> None:
    case = short_case() if code == "AL-IMBALANCE" else make_case(code, EntityKind.SALES_ORDER, "O1")
    found = recommend(case, FakeFacts(stock=(outlook(DFW, 45),)))
    assert recommendation_from_json(recommendation_json(found)) == found
    assert ITEM.sku not in found.recommendation_id


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b'{"options": [{}]}'])
def test_a_damaged_recommendation_says_what_to_do(text: bytes) -> None:
    with pytest.raises(CorruptError, match="Work the options out again"):
        recommendation_from_json(text)
