"""Seeded rebooking instances of any size, made through the same tariffs as real ones."""

from __future__ import annotations

import numpy as np

from optimization.bounds import require_range
from optimization.rebooking.columns import IntColumn
from optimization.rebooking.instance import RebookingInstance
from optimization.rebooking.tables import NONE, Contracts, Services, Shipments, Slots, WeightLimits
from optimization.rebooking.tables import Options as OptionTable
from optimization.rebooking.tariffs import NO_SLOT, Demand, Guides, MadeOptions, RateCard, make_options

DAYS = 7
CARRIERS = 8
SERVICES = 12
ACCESSORIALS = 3
SHIPMENTS_PER_CUSTOMER = 40
PICKUP_ROOM_PERCENT = 125
WEIGHT_ROOM_PERCENT = 115
TIGHT_WEIGHT_PERCENT = 80


def generate_instance(shipments: int, nodes: int, seed: int, *, tight: bool = False) -> RebookingInstance:
    """Shipments of which a third lost their pickup; with ``tight`` the carriers' weight is a fifth short."""
    require_range(shipments, 1, 10**7, "shipments")
    require_range(nodes, 1, 10**4, "nodes")
    draw = np.random.default_rng(seed)
    card = _rate_card(draw)
    demand = _demand(draw, shipments, nodes)
    guides = _guides(draw, int(demand.customer.max()) + 1)
    slot_of = _calendar(draw, nodes)
    made = make_options(card, demand, guides, slot_of)
    service, node, day = np.nonzero(slot_of != NO_SLOT)
    carrier = card.carrier[service]
    share = WEIGHT_ROOM_PERCENT if not tight else TIGHT_WEIGHT_PERCENT
    room = int(demand.weight.sum()) * share // 100
    return RebookingInstance(
        first_option=made.first_option,
        shipments=_shipments(draw, demand, made),
        options=OptionTable(
            slot=made.slot, rate_cents=made.rate_cents, late_days=made.late_days, weight=made.weight
        ),
        slots=Slots(
            service=service,
            node=node,
            day=day,
            pickups=_pickups(draw, made, len(service), shipments),
            weight_limit=carrier * DAYS + day,
        ),
        services=Services(carrier=card.carrier, premium=card.premium),
        weight_limits=WeightLimits(
            carrier=np.repeat(np.arange(CARRIERS), DAYS),
            day=np.tile(np.arange(DAYS), CARRIERS),
            limit=_weight_limits(draw, made, carrier * DAYS + day, room),
        ),
        contracts=Contracts(
            carrier=np.arange(0, CARRIERS, 3),
            minimum_shipments=np.full(len(range(0, CARRIERS, 3)), max(1, shipments // 12)),
            shortfall_cents=draw.integers(300, 900, len(range(0, CARRIERS, 3))),
        ),
    )


def _rate_card(draw: np.random.Generator) -> RateCard:
    """Eight carriers; the first four have a premium service beside their standard one."""
    premium = (np.arange(SERVICES) >= CARRIERS).astype(np.int64)
    base = draw.integers(350, 700, SERVICES)
    rate = draw.integers(18, 34, SERVICES)
    return RateCard(
        carrier=np.arange(SERVICES) % CARRIERS,
        premium=premium,
        base_cents=base * (1 + premium),
        cents_per_100kg_km=rate * (1 + premium),
        minimum_cents=draw.integers(500, 900, SERVICES) * (1 + premium),
        fuel_basis_points=draw.integers(800, 1_600, SERVICES),
        volume_divisor=draw.integers(450, 600, SERVICES),
        heaviest=np.where(premium == 1, 2_500, draw.integers(3_000, 6_000, SERVICES)),
        km_per_day=np.where(premium == 1, 2_000, draw.integers(500, 900, SERVICES)),
        cutoff_minute=60 * draw.integers(13, 19, SERVICES),
        accessorial_cents=draw.integers(500, 3_000, (SERVICES, ACCESSORIALS)),
    )


def _demand(draw: np.random.Generator, shipments: int, nodes: int) -> Demand:
    """Shipments of 1 to 400 kg, most of them due within a week."""
    weight = np.minimum(4_000, 10 + draw.exponential(600.0, shipments).astype(np.int64))
    km = draw.integers(50, 2_500, shipments)
    ready = draw.integers(0, 3, shipments)
    late = draw.integers(200, 4_000, shipments)
    return Demand(
        node=draw.integers(0, nodes, shipments),
        customer=draw.integers(0, max(1, shipments // SHIPMENTS_PER_CUSTOMER), shipments),
        ready_day=ready,
        ready_minute=60 * draw.integers(8, 18, shipments),
        due_day=ready + 1 + km // 900 + draw.integers(0, 4, shipments),
        weight=weight,
        volume=weight * draw.integers(300, 900, shipments),
        km=km,
        accessorials=np.where(draw.integers(0, 4, shipments) == 0, 1 << draw.integers(0, 3, shipments), 0),
        late_cents_per_day=late,
        risk_cents=2 * late,
        unbooked_cents=6_000 + 6 * weight + draw.integers(0, 6_000, shipments),
    )


def _guides(draw: np.random.Generator, customers: int) -> Guides:
    """Nine of ten services allowed; premium freight free, when it is worth it, or never."""
    bits = (draw.integers(0, 10, (customers, SERVICES)) > 0).astype(np.int64)
    return Guides(
        allowed=(bits << np.arange(SERVICES)).sum(axis=1),
        premium_rule=draw.choice(np.array([0, 1, 1, 2]), customers),
    )


def _calendar(draw: np.random.Generator, nodes: int) -> IntColumn:
    """Which service picks up where and when; a service comes to nine of ten nodes, most days."""
    open_there = draw.integers(0, 10, (SERVICES, nodes, 1)) > 0
    open_then = draw.integers(0, 7, (SERVICES, nodes, DAYS)) > 0
    slot_of = np.full((SERVICES, nodes, DAYS), NO_SLOT, dtype=np.int64)
    is_open = open_there & open_then
    slot_of[is_open] = np.arange(int(is_open.sum()))
    return slot_of


def _cheapest(made: MadeOptions, draw: np.random.Generator) -> IntColumn:
    """A likely option of each shipment that has one: where demand will go before prices."""
    noise = made.rate_cents * draw.integers(90, 115, len(made.slot)) // 100 + 700 * made.late_days
    order = np.lexsort((noise, np.repeat(np.arange(len(made.first_option) - 1), np.diff(made.first_option))))
    filled = np.flatnonzero(np.diff(made.first_option) > 0)
    found: IntColumn = order[made.first_option[filled]]
    return found


def _pickups(draw: np.random.Generator, made: MadeOptions, slots: int, shipments: int) -> IntColumn:
    """Pickups near where demand goes, unevenly, a little above it in all."""
    wanted = np.bincount(made.slot[_cheapest(made, draw)], minlength=slots)
    level = wanted * 6 // 10 + shipments * 4 // (10 * slots)
    room: IntColumn = (level * draw.integers(70, 131, slots) * PICKUP_ROOM_PERCENT + 5_000) // 10_000
    return np.maximum(1, room)


def _weight_limits(
    draw: np.random.Generator, made: MadeOptions, limit_of_slot: IntColumn, room: int
) -> IntColumn:
    """The weight room in all, spread over carriers and days about as demand is."""
    chosen = _cheapest(made, draw)
    wanted = np.bincount(
        limit_of_slot[made.slot[chosen]], weights=made.weight[chosen], minlength=CARRIERS * DAYS
    ).astype(np.int64)
    level = wanted // 2 + int(wanted.sum()) // (2 * CARRIERS * DAYS)
    level = level * draw.integers(80, 121, len(level)) // 100
    limits: IntColumn = np.maximum(1, level * room // max(1, int(level.sum())))
    return limits


def _shipments(draw: np.random.Generator, demand: Demand, made: MadeOptions) -> Shipments:
    """Two thirds keep a current booking; of the others half are booked on what is no longer there."""
    sizes = np.diff(made.first_option)
    booked = (draw.integers(0, 3, len(sizes)) > 0) & (sizes > 0)
    picked = made.first_option[:-1] + draw.integers(0, 1 << 30, len(sizes)) % np.maximum(1, sizes)
    early = made.first_option[:-1] + np.minimum(sizes - 1, draw.integers(0, 8, len(sizes)))
    lost = draw.integers(0, 2, len(sizes)) == 0
    return Shipments(
        node=demand.node,
        customer=demand.customer,
        ready_day=demand.ready_day,
        unbooked_cents=demand.unbooked_cents,
        late_cents_per_day=demand.late_cents_per_day,
        rebooking_cents=np.where(booked | lost, draw.integers(100, 400, len(sizes)), 0),
        current_option=np.where(booked, np.where(lost, picked, early), NONE),
    )
