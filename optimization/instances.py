"""Seeded instances of every problem, for benchmarks, demonstrations and self-checks."""

from __future__ import annotations

import math

import numpy as np

from optimization.carrier_problem import (
    CarrierService,
    ContractMinimum,
    Offer,
    RebookingProblem,
    ServiceDay,
    ShipmentDemand,
)
from optimization.problem import (
    GRAMS_PER_KG,
    Arrival,
    Lane,
    LineDemand,
    OrderDemand,
    PickCapacity,
    ReallocationProblem,
    Sku,
    Substitute,
)

MAP_KM = 4_000
KM_PER_TRANSIT_DAY = 900
LINES_PER_SKU = 50
FEWEST_SKUS = 4
ZONES_PER_NODE = 3


class _Draw:
    """Whole numbers from a seeded generator."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def between(self, low: int, high: int) -> int:
        """A number in ``[low, high]``."""
        return int(self._generator.integers(low, high + 1))

    def chance(self, percent: int) -> bool:
        """True in ``percent`` of 100 draws."""
        return self.between(1, 100) <= percent

    def some(self, items: list[str], count: int) -> list[str]:
        """``count`` different items, in their order."""
        chosen = self._generator.choice(len(items), size=min(count, len(items)), replace=False)
        return [items[position] for position in sorted(int(c) for c in chosen)]


def generate_reallocation(lines: int, nodes: int, seed: int, days: int = 5) -> ReallocationProblem:
    """A backlog of ``lines`` order lines after a disruption: about a tenth of the demand is short."""
    draw = _Draw(seed)
    node_ids = [f"N{number:02d}" for number in range(nodes)]
    zone_ids = [f"Z{number:03d}" for number in range(nodes * ZONES_PER_NODE)]
    skus = _skus(draw, max(FEWEST_SKUS, lines // LINES_PER_SKU))
    stocked = {sku.sku_id: draw.some(node_ids, draw.between(2, min(8, nodes))) for sku in skus}
    orders, demand = _demand(draw, lines, zone_ids, stocked)
    asked = {sku.sku_id: 0 for sku in skus}
    for line in demand:
        asked[line.sku_id] += line.quantity
    return ReallocationProblem(
        days=days,
        node_ids=tuple(node_ids),
        skus=tuple(skus),
        arrivals=tuple(_arrivals(draw, stocked, asked, days)),
        pick_capacity=tuple(_pick_capacity(draw, node_ids, sum(asked.values()), days)),
        lanes=tuple(_lanes(draw, node_ids, zone_ids)),
        orders=tuple(orders),
        lines=tuple(demand),
    )


def _skus(draw: _Draw, count: int) -> list[Sku]:
    """SKUs of 0.2 to 9 kg; every fourth may be replaced by the next one."""
    skus: list[Sku] = []
    for number in range(count):
        stands_in = number % 4 == 0 and number + 1 < count
        extra = draw.between(50, 400)
        substitutes = (
            (Substitute(sku_id=f"S{number + 1:04d}", extra_cents_per_unit=extra),) if stands_in else ()
        )
        grams = draw.between(200, 9_000)
        skus.append(Sku(sku_id=f"S{number:04d}", weight_grams=grams, substitutes=substitutes))
    return skus


def _demand(
    draw: _Draw, lines: int, zone_ids: list[str], stocked: dict[str, list[str]]
) -> tuple[list[OrderDemand], list[LineDemand]]:
    """Orders of one to four lines with their penalties and where they are planned today."""
    orders: list[OrderDemand] = []
    demand: list[LineDemand] = []
    sku_ids = sorted(stocked)
    while len(demand) < lines:
        order_id = f"O{len(orders):05d}"
        orders.append(
            OrderDemand(
                order_id=order_id,
                zone_id=draw.some(zone_ids, 1)[0],
                promised_day=draw.between(1, 6),
                priority=draw.between(0, 3),
                ship_complete=draw.chance(15),
                max_shipments=draw.between(1, 3),
            )
        )
        for sku_id in draw.some(sku_ids, min(draw.between(1, 4), lines - len(demand))):
            demand.append(
                LineDemand(
                    line_id=f"L{len(demand):05d}",
                    order_id=order_id,
                    sku_id=sku_id,
                    quantity=draw.between(1, 40),
                    unfilled_cents_per_unit=draw.between(800, 4_000),
                    late_cents_per_unit_day=draw.between(20, 300),
                    current_node_id=draw.some(stocked[sku_id], 1)[0],
                    change_cents_per_unit=draw.between(5, 40),
                )
            )
    return orders, demand


def _arrivals(draw: _Draw, stocked: dict[str, list[str]], asked: dict[str, int], days: int) -> list[Arrival]:
    """Nine tenths of the demand, most on hand and the rest inbound, unevenly over the nodes."""
    arrivals: dict[tuple[str, str, int], int] = {}
    for sku_id, node_ids in stocked.items():
        weights = [draw.between(1, 10) for _ in node_ids]
        supply = asked[sku_id] * draw.between(70, 115) // 100
        for node_id, weight in zip(node_ids, weights, strict=True):
            share = supply * weight // sum(weights)
            later = share * draw.between(0, 40) // 100
            for day, quantity in ((0, share - later), (draw.between(1, days - 1), later)):
                if quantity:
                    key = (sku_id, node_id, day)
                    arrivals[key] = arrivals.get(key, 0) + quantity
    return [Arrival(sku_id=s, node_id=n, day=d, quantity=q) for (s, n, d), q in arrivals.items()]


def _pick_capacity(draw: _Draw, node_ids: list[str], units: int, days: int) -> list[PickCapacity]:
    """About twice what an even spread of the demand over nodes and days would need."""
    fair = max(1, 2 * units // (len(node_ids) * days))
    return [
        PickCapacity(node_id=node_id, day=day, pick_units=max(1, fair * draw.between(60, 140) // 100))
        for node_id in node_ids
        for day in range(days)
    ]


def _lanes(draw: _Draw, node_ids: list[str], zone_ids: list[str]) -> list[Lane]:
    """Distance on a square map gives price and time."""
    place = {name: (draw.between(0, MAP_KM), draw.between(0, MAP_KM)) for name in (*node_ids, *zone_ids)}
    lanes: list[Lane] = []
    for node_id in node_ids:
        for zone_id in zone_ids:
            km = round(math.dist(place[node_id], place[zone_id]))
            lanes.append(
                Lane(
                    node_id=node_id,
                    zone_id=zone_id,
                    fixed_cents=900 + km // 2,
                    rate_cents_per_kg=20 + km // 50,
                    transit_days=1 + km // KM_PER_TRANSIT_DAY,
                )
            )
    return lanes


def generate_rebooking(shipments: int, services: int, seed: int, days: int = 5) -> RebookingProblem:
    """Shipments of which half lost their pickup; room for about a tenth less than all of them."""
    draw = _Draw(seed)
    offered = [
        CarrierService(
            service_id=f"V{number:02d}",
            carrier_id=f"C{number // 2:02d}",
            cutoff_minute_of_day=60 * draw.between(12, 18),
        )
        for number in range(services)
    ]
    service_ids = [service.service_id for service in offered]
    demand: list[ShipmentDemand] = []
    offers: list[Offer] = []
    for number in range(shipments):
        can_serve = draw.some(service_ids, draw.between(2, services))
        shipment = _shipment(draw, f"P{number:05d}", can_serve[0], days)
        demand.append(shipment)
        offers += _offers(draw, shipment, can_serve)
    contract = ContractMinimum(
        carrier_id="C00", minimum_shipments=max(1, shipments // 8), shortfall_cents_per_shipment=900
    )
    return RebookingProblem(
        days=days,
        services=tuple(offered),
        service_days=tuple(_service_days(draw, service_ids, shipments, days)),
        shipments=tuple(demand),
        offers=tuple(offers),
        contract_minimums=(contract,),
    )


def _shipment(draw: _Draw, shipment_id: str, service_id: str, days: int) -> ShipmentDemand:
    """A shipment of 1 to 400 kg; every second one is booked with the given service."""
    booked = draw.chance(50)
    return ShipmentDemand(
        shipment_id=shipment_id,
        ready_day=draw.between(0, days - 2),
        ready_minute_of_day=60 * draw.between(8, 17),
        due_day=draw.between(2, days + 3),
        weight_grams=draw.between(1, 400) * GRAMS_PER_KG,
        late_cents_per_day=draw.between(500, 8_000),
        unbooked_cents=draw.between(20_000, 60_000),
        rebooking_cents=draw.between(300, 1_500),
        current_service_id=service_id if booked else None,
        current_pickup_day=draw.between(0, days - 1) if booked else None,
    )


def _offers(draw: _Draw, shipment: ShipmentDemand, service_ids: list[str]) -> list[Offer]:
    """A price by weight and distance from each service; every third service is fast and dear."""
    km = draw.between(50, MAP_KM)
    base = 1_500 + shipment.weight_grams // GRAMS_PER_KG * km // 40
    offers: list[Offer] = []
    for service_id in service_ids:
        fast = int(service_id[1:]) % 3 == 0
        offers.append(
            Offer(
                shipment_id=shipment.shipment_id,
                service_id=service_id,
                rate_cents=base * (draw.between(160, 220) if fast else 100) // 100,
                transit_days=1 if fast else 1 + km // KM_PER_TRANSIT_DAY,
            )
        )
    return offers


def _service_days(draw: _Draw, service_ids: list[str], shipments: int, days: int) -> list[ServiceDay]:
    """Pickups for about nine tenths of the shipments, and weight that binds now and then."""
    fair = max(1, shipments * 9 // (10 * len(service_ids) * days))
    return [
        ServiceDay(
            service_id=service_id,
            day=day,
            pickups=max(1, fair * draw.between(70, 130) // 100),
            weight_grams=max(400_000, fair * 250_000),
        )
        for service_id in service_ids
        for day in range(days)
    ]
