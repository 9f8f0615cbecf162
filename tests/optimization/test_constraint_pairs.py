"""Each rule of the reallocation in a pair: kept it costs nothing, broken exactly so much (or is refused)."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from optimization.carrier_problem import (
    CarrierService,
    ContractMinimum,
    Offer,
    RebookingProblem,
    ServiceDay,
    ShipmentDemand,
)
from optimization.choices import build_choices
from optimization.constraints.booking import (
    CARRIER_RATE,
    LATE_DELIVERY,
    ONE_BOOKING_OR_NONE,
    REBOOKING_COST,
    UNBOOKED_PENALTY,
)
from optimization.constraints.carriers import CONTRACT_MINIMUM, PICKUP_LIMIT, WEIGHT_LIMIT
from optimization.constraints.commitments import CHANGE_COST, FIRM_UNITS_STAY
from optimization.constraints.completeness import SHIP_COMPLETE
from optimization.constraints.demand import FILL_OR_LEAVE, UNFILLED_PENALTY
from optimization.constraints.freight import SUBSTITUTION_COST, UNIT_FREIGHT
from optimization.constraints.picking import PICK_CAPACITY
from optimization.constraints.registry import BOOKING_RULES, REALLOCATION_RULES
from optimization.constraints.rule import Level, Rule
from optimization.constraints.service import LAST_SHIP_DAY, LATE_PENALTY
from optimization.constraints.shipping import SHIPMENT_COST, SHIPMENT_LIMIT, UNITS_NEED_A_SHIPMENT
from optimization.constraints.stock import STOCK_BY_DAY
from optimization.constraints.variables import BookingVariables, ReallocationVariables
from optimization.lookup import ProblemLookup
from optimization.outcome import CostTerms
from optimization.plan import PlanLine
from optimization.problem import PickCapacity, ReallocationProblem, Sku, Substitute
from optimization.sources import build_sources
from tests.support.optimization_cases import lane, line, order, problem, row, stock
from tests.support.rule_price import price

SKUS = (
    Sku(sku_id="A", weight_grams=1_500, substitutes=(Substitute(sku_id="B", extra_cents_per_unit=40),)),
    Sku(sku_id="B", weight_grams=1_500),
)
# Day 1 is a day of its own because the pick capacity of day 0 is below the demand.
PICK = tuple(PickCapacity(node_id=node, day=day, pick_units=11) for node in ("DFW", "MEM") for day in (0, 1))
CASE = problem(
    days=2,
    skus=SKUS,
    arrivals=[stock("MEM", 8), stock("MEM", 4, day=1), stock("DFW", 20), stock("DFW", 20, sku="B")],
    pick=PICK,
    lanes=[lane("MEM", fixed=1_000, rate=60, transit=1), lane("DFW", fixed=1_500, rate=20, transit=2)],
    orders=[
        order("SO-1", promised=2, shipments=2, ship_complete=True, last_ship_day=0),
        order("SO-2", promised=1, shipments=1),
    ],
    lines=[
        line("SO-1/1", quantity=6, unfilled=700, current_node_id="MEM", change_cents_per_unit=9),
        line(
            "SO-2/1",
            order_id="SO-2",
            quantity=6,
            unfilled=300,
            late_cents_per_unit_day=25,
            current_node_id="MEM",
            firm_quantity=2,
        ),
    ],
)


def cents(
    rule: Rule[ReallocationVariables],
    rows: Iterable[PlanLine],
    *,
    case: ReallocationProblem = CASE,
    unfilled: dict[str, int] | None = None,
    leaves: bool = True,
) -> int | None:
    """Price a plan under one rule; what is not planned is unfilled unless said otherwise."""
    lookup = ProblemLookup(case)
    variables = ReallocationVariables.create(lookup, build_sources(lookup))
    wanted = {(r.line_id, r.node_id, r.sku_id, r.ship_day): r.quantity for r in rows}
    left = {demand.line_id: demand.quantity for demand in case.lines}
    values = []
    going = set()
    for source, units in variables.units.items():
        quantity = wanted.pop((source.line_id, source.node_id, source.sku_id, source.ship_day), 0)
        values.append((units, quantity))
        left[source.line_id] -= quantity
        if quantity:
            going.add(source.shipment)
    assert not wanted, "the plan names a source that does not exist"
    left.update(unfilled or {})
    values += [(leaving, int(leaves and key in going)) for key, leaving in variables.leaves.items()]
    values += [(variables.unfilled[line_id], units) for line_id, units in left.items()]
    return price(rule, variables, values)


def test_fill_or_leave() -> None:
    assert cents(FILL_OR_LEAVE, [row("MEM", 4)]) == 0
    assert cents(FILL_OR_LEAVE, [row("MEM", 4)], unfilled={"SO-1/1": 1}) is None


def test_unfilled_penalty() -> None:
    whole = [row("MEM", 6), row("MEM", 6, line_id="SO-2/1")]
    assert cents(UNFILLED_PENALTY, whole) == 0
    assert cents(UNFILLED_PENALTY, [row("MEM", 4), row("MEM", 5, line_id="SO-2/1")]) == 2 * 700 + 1 * 300


def test_units_need_a_shipment() -> None:
    assert cents(UNITS_NEED_A_SHIPMENT, [row("MEM", 6)]) == 0
    assert cents(UNITS_NEED_A_SHIPMENT, [row("MEM", 6)], leaves=False) is None


def test_shipment_cost() -> None:
    assert cents(SHIPMENT_COST, []) == 0
    assert cents(SHIPMENT_COST, [row("MEM", 3), row("DFW", 3)]) == 1_000 + 1_500


def test_shipment_limit() -> None:
    one = [row("MEM", 3, line_id="SO-2/1")]
    assert cents(SHIPMENT_LIMIT, one) == 0
    assert cents(SHIPMENT_LIMIT, [*one, row("DFW", 3, line_id="SO-2/1")]) is None


def test_stock_by_day() -> None:
    assert cents(STOCK_BY_DAY, [row("MEM", 6), row("MEM", 2, line_id="SO-2/1")]) == 0
    assert cents(STOCK_BY_DAY, [row("MEM", 6), row("MEM", 6, day=1, line_id="SO-2/1")]) == 0
    assert cents(STOCK_BY_DAY, [row("MEM", 6), row("MEM", 3, line_id="SO-2/1")]) is None


def test_pick_capacity() -> None:
    assert cents(PICK_CAPACITY, [row("DFW", 6), row("DFW", 5, line_id="SO-2/1")]) == 0
    assert cents(PICK_CAPACITY, [row("DFW", 6), row("DFW", 6, line_id="SO-2/1")]) is None


def test_ship_complete() -> None:
    assert cents(SHIP_COMPLETE, [row("MEM", 6)]) == 0
    assert cents(SHIP_COMPLETE, []) == 0
    assert cents(SHIP_COMPLETE, [row("MEM", 5)]) is None


def test_firm_units_stay() -> None:
    assert cents(FIRM_UNITS_STAY, [row("MEM", 2, line_id="SO-2/1")]) == 0
    assert cents(FIRM_UNITS_STAY, [row("MEM", 1, line_id="SO-2/1"), row("DFW", 5, line_id="SO-2/1")]) is None
    assert cents(FIRM_UNITS_STAY, [row("DFW", 6, line_id="SO-2/1", sku="B")]) is None


def test_change_cost() -> None:
    assert cents(CHANGE_COST, [row("MEM", 6)]) == 0
    assert cents(CHANGE_COST, [row("MEM", 1), row("DFW", 3)]) == (3 + 2) * 9


def test_last_ship_day() -> None:
    assert cents(LAST_SHIP_DAY, [row("MEM", 6)]) == 0
    assert cents(LAST_SHIP_DAY, [row("MEM", 6, line_id="SO-2/1", day=1)]) == 0
    assert cents(LAST_SHIP_DAY, [row("MEM", 6, day=1)]) is None


def test_late_penalty() -> None:
    assert cents(LATE_PENALTY, [row("MEM", 6, line_id="SO-2/1")]) == 0
    assert cents(LATE_PENALTY, [row("MEM", 4, line_id="SO-2/1", day=1)]) == 4 * 1 * 25
    assert cents(LATE_PENALTY, [row("DFW", 4, line_id="SO-2/1", day=1)]) == 4 * 2 * 25


def test_unit_freight() -> None:
    assert cents(UNIT_FREIGHT, []) == 0
    # 1.5 kg at 60 cents is 90 cents, at 20 cents 30 cents.
    assert cents(UNIT_FREIGHT, [row("MEM", 4), row("DFW", 2)]) == 4 * 90 + 2 * 30


def test_substitution_cost() -> None:
    assert cents(SUBSTITUTION_COST, [row("DFW", 6)]) == 0
    assert cents(SUBSTITUTION_COST, [row("DFW", 2), row("DFW", 3, sku="B")]) == 3 * 40


def shipment(shipment_id: str, **rest: object) -> ShipmentDemand:
    """Two kilograms, due on day 1, booked with GND on day 0."""
    known: dict[str, object] = {
        "ready_day": 0,
        "due_day": 1,
        "weight_grams": 2_000,
        "unbooked_cents": 4_000,
        "late_cents_per_day": 150,
        "rebooking_cents": 70,
        "current_service_id": "GND",
        "current_pickup_day": 0,
    }
    return ShipmentDemand(shipment_id=shipment_id, **(known | rest))  # type: ignore[arg-type]  # by field name


BOOKINGS = RebookingProblem(
    days=2,
    services=(
        CarrierService(service_id="GND", carrier_id="C1"),
        CarrierService(service_id="AIR", carrier_id="C2"),
    ),
    service_days=(
        ServiceDay(service_id="GND", day=0, pickups=1, weight_grams=5_000),
        ServiceDay(service_id="GND", day=1, pickups=2, weight_grams=3_000),
        ServiceDay(service_id="AIR", day=0, pickups=2),
    ),
    shipments=(shipment("P1"), shipment("P2")),
    offers=tuple(
        Offer(shipment_id=shipment_id, service_id=service_id, rate_cents=rate, transit_days=1)
        for shipment_id in ("P1", "P2")
        for service_id, rate in (("GND", 900), ("AIR", 2_500))
    ),
    contract_minimums=(
        ContractMinimum(carrier_id="C1", minimum_shipments=2, shortfall_cents_per_shipment=333),
    ),
)


def booked(
    rule: Rule[BookingVariables], *bookings: tuple[str, str, int], waiting: tuple[str, ...] | None = None
) -> int | None:
    """Price bookings under one rule; what is not booked waits unless said otherwise."""
    variables = BookingVariables.create(BOOKINGS, build_choices(BOOKINGS))
    left = {"P1", "P2"} - {shipment_id for shipment_id, _, _ in bookings} if waiting is None else set(waiting)
    values = [
        (taken, int((choice.shipment.shipment_id, choice.offer.service_id, choice.pickup_day) in bookings))
        for choice, taken in variables.taken.items()
    ]
    values += [(unbooked, int(shipment_id in left)) for shipment_id, unbooked in variables.unbooked.items()]
    return price(rule, variables, values)


def test_one_booking_or_none() -> None:
    assert booked(ONE_BOOKING_OR_NONE, ("P1", "GND", 0)) == 0
    assert booked(ONE_BOOKING_OR_NONE, ("P1", "GND", 0), ("P1", "AIR", 0)) is None
    assert booked(ONE_BOOKING_OR_NONE, ("P1", "GND", 0), waiting=("P1", "P2")) is None
    assert booked(ONE_BOOKING_OR_NONE, ("P1", "GND", 0), waiting=()) is None


def test_carrier_rate() -> None:
    assert booked(CARRIER_RATE) == 0
    assert booked(CARRIER_RATE, ("P1", "GND", 0), ("P2", "AIR", 0)) == 900 + 2_500


def test_late_delivery() -> None:
    assert booked(LATE_DELIVERY, ("P1", "GND", 0)) == 0
    assert booked(LATE_DELIVERY, ("P1", "GND", 1)) == 150


def test_rebooking_cost() -> None:
    assert booked(REBOOKING_COST, ("P1", "GND", 0)) == 0
    assert booked(REBOOKING_COST, ("P1", "GND", 1), ("P2", "AIR", 0)) == 2 * 70


def test_unbooked_penalty() -> None:
    assert booked(UNBOOKED_PENALTY, ("P1", "GND", 0), ("P2", "AIR", 0)) == 0
    assert booked(UNBOOKED_PENALTY, ("P1", "GND", 0)) == 4_000


def test_pickup_limit() -> None:
    assert booked(PICKUP_LIMIT, ("P1", "GND", 0), ("P2", "AIR", 0)) == 0
    assert booked(PICKUP_LIMIT, ("P1", "GND", 0), ("P2", "GND", 0)) is None


def test_weight_limit() -> None:
    assert booked(WEIGHT_LIMIT, ("P1", "GND", 1)) == 0
    assert booked(WEIGHT_LIMIT, ("P1", "GND", 1), ("P2", "GND", 1)) is None


def test_contract_minimum() -> None:
    assert booked(CONTRACT_MINIMUM, ("P1", "GND", 0), ("P2", "GND", 1)) == 0
    assert booked(CONTRACT_MINIMUM, ("P1", "GND", 0), ("P2", "AIR", 0)) == 333
    assert booked(CONTRACT_MINIMUM) == 2 * 333


@pytest.mark.parametrize("rule", [*REALLOCATION_RULES, *BOOKING_RULES], ids=lambda rule: rule.name)
def test_every_rule_is_named_justified_and_tested_in_a_pair(rule: Rule[ReallocationVariables]) -> None:
    assert rule.justification.endswith(".")
    assert rule.term is None or hasattr(CostTerms(), rule.term)
    assert f"test_{rule.name.replace(' ', '_')}" in globals()


def test_a_soft_rule_without_a_cost_term_is_refused() -> None:
    with pytest.raises(ValueError, match="names its cost term"):
        Rule(name="x", level=Level.SOFT, justification="x.", state=FILL_OR_LEAVE.state)
