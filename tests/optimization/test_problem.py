"""Problems refuse what cannot be true, naming field and row, and are the same in any input order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadValueError
from optimization.carrier_problem import CarrierService, Offer, RebookingProblem, ServiceDay, ShipmentDemand
from optimization.problem import Arrival, PickCapacity, ReallocationProblem, Sku, Substitute
from optimization.split_problem import SplitPolicy, SplitProblem
from tests.support.optimization_cases import (
    lane,
    line,
    order,
    problem,
    reallocation_problems,
    rebooking_problems,
    stock,
)

SELF = Substitute(sku_id="A")
SHIPMENT = ShipmentDemand(shipment_id="P1", ready_day=0, due_day=1, weight_grams=1, unbooked_cents=5)
CASE = problem(arrivals=[stock("MEM", 5)], lines=[line()])


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: line(quantity=0), "line SO-1/1 quantity is 0"),
        (lambda: line(quantity=-3), "line SO-1/1 quantity is -3"),
        (lambda: line(unfilled=-1), "unfilled_cents_per_unit is -1"),
        (lambda: line(firm_quantity=2), "firm but has no current_node_id"),
        (lambda: line(change_cents_per_unit=2), "change cost but no current_node_id"),
        (lambda: order(shipments=0), "order SO-1 max_shipments is 0"),
        (lambda: order(promised=10**6), "order SO-1 promised_day is 1000000"),
        (lambda: lane("MEM", transit=-1), "lane MEM to EAST transit_days is -1"),
        (lambda: stock("MEM", 0), "arrival of A at MEM quantity is 0"),
        (lambda: PickCapacity(node_id="MEM", day=0, pick_units=0), "MEM day 0 pick_units is 0"),
        (lambda: Sku(sku_id="A", weight_grams=1, substitutes=(SELF,)), "sku A substitutes itself"),
        (lambda: replace(CASE, lines=(line(sku="Z"),)), "line SO-1/1 sku Z is unknown"),
        (lambda: replace(CASE, lines=(line(order_id="SO-9"),)), "line SO-1/1 order SO-9 is unknown"),
        (lambda: replace(CASE, lines=(line(current_node_id="XXX"),)), "current node XXX is unknown"),
        (lambda: replace(CASE, lines=(line(), line())), "line SO-1/1 is given twice"),
        (lambda: replace(CASE, arrivals=(stock("XXX", 1),)), "arrival of A node XXX is unknown"),
        (lambda: replace(CASE, arrivals=(stock("MEM", 1, day=3),)), "of A at MEM day is 3, expected 0 to 2"),
        (lambda: replace(CASE, lanes=(lane("XXX"),)), "lane to EAST node XXX is unknown"),
        (lambda: replace(CASE, days=0), "days is 0"),
        (lambda: replace(CASE, lines=(line(quantity=10**8, unfilled=10**9),)), "quantity times prices"),
    ],
)
def test_reallocation_refuses_by_field_and_row(build: Callable[[], object], said: str) -> None:
    with pytest.raises(BadValueError) as refused:
        build()
    assert said in refused.value.what


@pytest.mark.parametrize("wrong", [None, 2.5, "7", True])
def test_a_quantity_that_is_no_whole_number_is_refused(wrong: object) -> None:
    with pytest.raises(BadValueError) as refused:
        line(quantity=wrong)  # type: ignore[arg-type]  # wrong on purpose
    assert refused.value.what == f"line SO-1/1 quantity is {wrong!r}, expected a whole number."


def test_a_circle_of_substitutes_is_refused_and_named() -> None:
    skus = tuple(
        Sku(sku_id=sku_id, weight_grams=1, substitutes=(Substitute(sku_id=other),))
        for sku_id, other in (("A", "B"), ("B", "C"), ("C", "A"))
    )
    with pytest.raises(BadValueError, match=r"circle.*A"):
        replace(CASE, skus=skus)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"service_days": (ServiceDay(service_id="XXX", day=0, pickups=1),)}, "service XXX is unknown"),
        ({"service_days": (ServiceDay(service_id="GND", day=9, pickups=1),)}, "service GND day is 9"),
        (
            {"offers": (Offer(shipment_id="P9", service_id="GND", rate_cents=1, transit_days=1),)},
            "shipment P9 is unknown",
        ),
    ],
)
def test_rebooking_refuses_by_field_and_row(changes: dict[str, object], said: str) -> None:
    fine = RebookingProblem(
        days=2,
        services=(CarrierService(service_id="GND", carrier_id="C"),),
        service_days=(),
        shipments=(SHIPMENT,),
        offers=(),
    )
    with pytest.raises(BadValueError) as refused:
        replace(fine, **changes)  # type: ignore[arg-type]  # the fields of RebookingProblem, by name
    assert said in refused.value.what


def test_half_a_booking_is_refused() -> None:
    with pytest.raises(BadValueError, match="half a current booking"):
        replace(SHIPMENT, current_service_id="GND")


def test_every_order_needs_a_split_policy() -> None:
    with pytest.raises(BadValueError, match="order SO-1 has no split policy"):
        SplitProblem(demand=CASE, policies=())
    with pytest.raises(BadValueError, match="policy of order SO-9 is unknown"):
        SplitProblem(
            demand=CASE, policies=(SplitPolicy(order_id="SO-9", allow_split=True, allow_partial=True),)
        )


@given(case=reallocation_problems(), data=st.data())
def test_input_order_does_not_matter(case: ReallocationProblem, data: st.DataObject) -> None:
    shuffled = replace(
        case,
        node_ids=tuple(data.draw(st.permutations(case.node_ids))),
        arrivals=tuple(data.draw(st.permutations(case.arrivals))),
        lanes=tuple(data.draw(st.permutations(case.lanes))),
        orders=tuple(data.draw(st.permutations(case.orders))),
        lines=tuple(data.draw(st.permutations(case.lines))),
    )
    assert shuffled == case
    assert shuffled.digest == case.digest


@given(case=reallocation_problems())
def test_another_problem_has_another_digest(case: ReallocationProblem) -> None:
    first = case.lines[0]
    other = replace(case, lines=(replace(first, quantity=first.quantity + 1), *case.lines[1:]))
    assert other.digest != case.digest


@given(case=rebooking_problems())
def test_rebooking_digest_is_of_the_values(case: RebookingProblem) -> None:
    assert replace(case, shipments=case.shipments[::-1]).digest == case.digest
    assert replace(case, currency="EUR").digest != case.digest


def test_arrivals_add_up_only_through_distinct_rows() -> None:
    doubled = (stock("MEM", 5), Arrival(sku_id="A", node_id="MEM", day=0, quantity=3))
    with pytest.raises(BadValueError, match="given twice"):
        replace(CASE, arrivals=doubled)
