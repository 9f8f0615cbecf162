"""Small problems for the tests of the optimisation room, and ways to draw and enumerate them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product

from hypothesis import strategies as st

from optimization.audit import audit_reallocation
from optimization.bounds import MAX_UNITS
from optimization.carrier_problem import (
    CarrierService,
    ContractMinimum,
    Offer,
    RebookingProblem,
    ServiceDay,
    ShipmentDemand,
)
from optimization.limits import Limits
from optimization.plan import PlanLine, ReallocationPlan
from optimization.problem import (
    Arrival,
    Lane,
    LineDemand,
    OrderDemand,
    PickCapacity,
    ReallocationProblem,
    Sku,
    Substitute,
)

QUICK = Limits(deterministic_time=1.0, wall_seconds=60.0)


def open_every_day(
    node_ids: Iterable[str], days: int, pick_units: int = MAX_UNITS
) -> tuple[PickCapacity, ...]:
    """Capacity rows for nodes that work every day; without ``pick_units`` they never bind."""
    return tuple(
        PickCapacity(node_id=node_id, day=day, pick_units=pick_units)
        for node_id in sorted(node_ids)
        for day in range(days)
    )


def lane(node_id: str, *, fixed: int = 1_000, rate: int = 0, transit: int = 1) -> Lane:
    """A lane to the zone where the test customers live."""
    return Lane(
        node_id=node_id, zone_id="EAST", fixed_cents=fixed, rate_cents_per_kg=rate, transit_days=transit
    )


def order(order_id: str = "SO-1", *, promised: int = 3, shipments: int = 3, **rest: object) -> OrderDemand:
    """An order to the zone EAST."""
    made = OrderDemand(order_id=order_id, zone_id="EAST", promised_day=promised, max_shipments=shipments)
    return replace(made, **rest)  # type: ignore[arg-type]  # the fields of OrderDemand, by name


def line(
    line_id: str = "SO-1/1",
    *,
    order_id: str = "SO-1",
    sku: str = "A",
    quantity: int = 10,
    unfilled: int = 5_000,
    **rest: object,
) -> LineDemand:
    """A line that wants SKU A."""
    made = LineDemand(
        line_id=line_id, order_id=order_id, sku_id=sku, quantity=quantity, unfilled_cents_per_unit=unfilled
    )
    return replace(made, **rest)  # type: ignore[arg-type]  # the fields of LineDemand, by name


def stock(node_id: str, quantity: int, *, sku: str = "A", day: int = 0) -> Arrival:
    """Units of SKU A at a node from a day on."""
    return Arrival(sku_id=sku, node_id=node_id, day=day, quantity=quantity)


def problem(
    *,
    arrivals: Sequence[Arrival],
    lines: Sequence[LineDemand],
    orders: Sequence[OrderDemand] = (),
    lanes: Sequence[Lane] = (),
    skus: Sequence[Sku] = (),
    pick: Sequence[PickCapacity] | None = None,
    days: int = 3,
) -> ReallocationProblem:
    """Two nodes, MEM and DFW, open every day unless said otherwise."""
    nodes = ("DFW", "MEM")
    return ReallocationProblem(
        days=days,
        node_ids=nodes,
        skus=tuple(skus) or (Sku(sku_id="A", weight_grams=1_000), Sku(sku_id="B", weight_grams=1_000)),
        arrivals=tuple(arrivals),
        pick_capacity=open_every_day(nodes, days) if pick is None else tuple(pick),
        lanes=tuple(lanes) or (lane("MEM"), lane("DFW", fixed=1_500)),
        orders=tuple(orders) or (order(),),
        lines=tuple(lines),
    )


def row(node_id: str, quantity: int, *, line_id: str = "SO-1/1", sku: str = "A", day: int = 0) -> PlanLine:
    """A planned movement of the first line."""
    return PlanLine(line_id=line_id, node_id=node_id, sku_id=sku, ship_day=day, quantity=quantity)


def plan(*rows: PlanLine) -> ReallocationPlan:
    """A reallocation plan of the given rows."""
    return ReallocationPlan(lines=rows)


def every_plan(case: ReallocationProblem) -> Iterator[ReallocationPlan]:
    """All plans of a tiny problem that the audit accepts, found by trying everything."""
    ways = [list(_ways(case, demand)) for demand in case.lines]
    for choice in product(*ways):
        candidate = ReallocationPlan(lines=tuple(moved for way in choice for moved in way))
        if audit_reallocation(case, candidate).passed:
            yield candidate


def _ways(case: ReallocationProblem, demand: LineDemand) -> Iterator[list[PlanLine]]:
    """Every way to spread at most the line's quantity over SKUs, nodes and days."""
    substitutes = {sku.sku_id: [s.sku_id for s in sku.substitutes] for sku in case.skus}[demand.sku_id]
    stocked = {(arrival.sku_id, arrival.node_id) for arrival in case.arrivals}
    slots = [
        (sku_id, node_id, day)
        for sku_id in [demand.sku_id, *(substitutes if demand.allow_substitutes else [])]
        for node_id in case.node_ids
        if (sku_id, node_id) in stocked
        for day in range(case.days)
    ]
    for counts in product(range(demand.quantity + 1), repeat=len(slots)):
        if sum(counts) <= demand.quantity:
            filled = zip(slots, counts, strict=True)
            yield [
                row(n, count, line_id=demand.line_id, sku=s, day=d) for (s, n, d), count in filled if count
            ]


@st.composite
def reallocation_problems(draw: st.DrawFn, *, tiny: bool = False) -> ReallocationProblem:
    """Problems with every rule in play; ``tiny`` ones can be enumerated."""
    days = draw(st.integers(1, 2 if tiny else 4))
    nodes = ["DFW", "MEM"] if tiny else ["ATL", "DFW", "MEM"]
    cents = st.integers(0, 900)
    units = st.integers(1, 2 if tiny else 12)
    orders = tuple(
        OrderDemand(
            order_id=f"SO-{number}",
            zone_id=draw(st.sampled_from(["EAST", "WEST"])),
            promised_day=draw(st.integers(-1, 4)),
            max_shipments=draw(st.integers(1, 3)),
            ship_complete=draw(st.booleans()),
            priority=draw(st.integers(0, 2)),
            last_ship_day=draw(st.none() | st.integers(0, days)),
        )
        for number in range(1 if tiny else draw(st.integers(1, 4)))
    )
    lines = tuple(
        LineDemand(
            line_id=f"L{number}",
            order_id=orders[number % len(orders)].order_id,
            sku_id=draw(st.sampled_from(["A", "B"])),
            quantity=draw(units),
            unfilled_cents_per_unit=draw(st.integers(0, 3_000) | st.just(2_000)),
            late_cents_per_unit_day=draw(cents),
            current_node_id=(current := draw(st.none() | st.sampled_from(nodes))),
            change_cents_per_unit=0 if current is None else draw(st.integers(0, 50)),
            allow_substitutes=draw(st.booleans()),
        )
        for number in range(draw(st.integers(1, 2 if tiny else 6)))
    )
    slots = [(sku, node, day) for sku in ("A", "B") for node in nodes for day in range(days)]
    chosen = draw(st.lists(st.sampled_from(slots), unique=True, min_size=1, max_size=3 if tiny else 10))
    open_slots = [(node, day) for node in nodes for day in range(days)]
    opened = draw(st.lists(st.sampled_from(open_slots), unique=True, min_size=len(open_slots) // 2))
    return ReallocationProblem(
        days=days,
        node_ids=tuple(nodes),
        skus=_skus(draw),
        arrivals=tuple(Arrival(sku_id=s, node_id=n, day=d, quantity=draw(units)) for s, n, d in chosen),
        pick_capacity=tuple(PickCapacity(node_id=n, day=d, pick_units=draw(units)) for n, d in opened),
        lanes=tuple(
            Lane(
                node_id=node,
                zone_id=zone,
                fixed_cents=draw(cents),
                rate_cents_per_kg=draw(st.integers(0, 300)),
                transit_days=draw(st.integers(0, 3)),
            )
            for node in nodes
            for zone in ("EAST", "WEST")
            if draw(st.integers(0, 9))
        ),
        orders=orders,
        lines=lines,
    )


def _skus(draw: st.DrawFn) -> tuple[Sku, Sku]:
    """A, which B may replace at a price."""
    extra = Substitute(sku_id="B", extra_cents_per_unit=draw(st.integers(0, 400)))
    return (
        Sku(sku_id="A", weight_grams=draw(st.integers(1, 3_000)), substitutes=(extra,)),
        Sku(sku_id="B", weight_grams=draw(st.integers(1, 3_000))),
    )


@st.composite
def rebooking_problems(draw: st.DrawFn, *, tiny: bool = False) -> RebookingProblem:
    """Shipments and services with every rule in play."""
    days = draw(st.integers(1, 3))
    services = ("GND", "AIR", "LTL")[: 2 if tiny else 3]
    shipments = tuple(
        _shipment(draw, f"P{number}", services, days)
        for number in range(draw(st.integers(1, 3 if tiny else 8)))
    )
    offers = tuple(
        Offer(
            shipment_id=shipment.shipment_id,
            service_id=service_id,
            rate_cents=draw(st.integers(0, 5_000)),
            transit_days=draw(st.integers(0, 4)),
        )
        for shipment in shipments
        for service_id in services
        if draw(st.integers(0, 4))
    )
    return RebookingProblem(
        days=days,
        services=tuple(
            CarrierService(service_id=s, carrier_id=s[0], cutoff_minute_of_day=draw(st.integers(0, 1_439)))
            for s in services
        ),
        service_days=tuple(
            ServiceDay(
                service_id=service_id,
                day=day,
                pickups=draw(st.integers(1, 3)),
                weight_grams=draw(st.none() | st.integers(1, 8_000)),
            )
            for service_id in services
            for day in range(days)
            if draw(st.integers(0, 3))
        ),
        shipments=shipments,
        offers=offers,
        contract_minimums=(
            ContractMinimum(
                carrier_id="G",
                minimum_shipments=draw(st.integers(1, 3)),
                shortfall_cents_per_shipment=draw(st.integers(0, 2_000)),
            ),
        ),
    )


def _shipment(draw: st.DrawFn, shipment_id: str, services: tuple[str, ...], days: int) -> ShipmentDemand:
    service_id = draw(st.none() | st.sampled_from(services))
    return ShipmentDemand(
        shipment_id=shipment_id,
        ready_day=draw(st.integers(0, days)),
        ready_minute_of_day=draw(st.integers(0, 1_439)),
        due_day=draw(st.integers(-1, 4)),
        weight_grams=draw(st.integers(0, 5_000)),
        unbooked_cents=draw(st.integers(0, 8_000)),
        late_cents_per_day=draw(st.integers(0, 2_000)),
        rebooking_cents=draw(st.integers(0, 500)),
        current_service_id=service_id,
        current_pickup_day=None if service_id is None else draw(st.integers(0, days - 1)),
    )
