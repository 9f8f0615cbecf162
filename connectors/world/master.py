"""The master data of a world: nodes, lanes, services, items, customers, contracts, who stocks what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from random import Random

from connectors.world.assortment import make_items, mean_quantity
from connectors.world.geography import (
    CITIES,
    ZONES,
    Site,
    distance_km,
    sites_of,
    zone_distance_km,
)
from connectors.world.partners import (
    ALL_WEEKDAYS,
    city_of,
    is_troubled,
    make_contracts,
    make_customers,
    make_services,
)
from connectors.world.sizes import WorldSize
from domain.customers import Customer
from domain.distances import road_days
from domain.ids import CustomerId, ItemId, LaneId, NodeId, ServiceId, ZoneId
from domain.items import ContractPrice, Item
from domain.network import CarrierService, Lane, Node

CUTOFF_MINUTE_OF_DAY = 16 * 60
ZIPF_EXPONENT = 0.8
TIER_WEIGHT = {1: 6, 2: 4, 3: 2, 4: 1}
TROUBLED_WEIGHT = 3
LINES_PER_ORDER = 2.2
#: What a centre says it picks in one shift, of what is ordered from it in a day.
CAPACITY_SHARE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterData:
    """What does not change while the clock runs, with the look-ups the desks need.

    ``node_share`` is the part of all demand that each centre serves, ``units_per_day`` what is expected
    to be ordered of an item at a centre.
    """

    nodes: tuple[Node, ...]
    lanes: tuple[Lane, ...]
    services: tuple[CarrierService, ...]
    items: tuple[Item, ...]
    customers: tuple[Customer, ...]
    contracts: tuple[ContractPrice, ...]
    stocked_at: dict[ItemId, tuple[NodeId, ...]]
    nearest_nodes: dict[CustomerId, tuple[NodeId, ...]]
    agreed_price_cents: dict[tuple[CustomerId, ItemId], int]
    contract_items: dict[CustomerId, tuple[Item, ...]]
    lane_of: dict[tuple[NodeId, ZoneId], Lane]
    service_of: dict[ServiceId, CarrierService]
    site_of: dict[NodeId, Site]
    item_weights: tuple[float, ...]
    customer_weights: tuple[int, ...]
    customer_number: dict[CustomerId, int]
    item_number: dict[ItemId, int]
    node_share: dict[NodeId, float]
    units_per_day: dict[tuple[ItemId, NodeId], float]

    def price_cents(self, customer: Customer, item: Item) -> int:
        """The agreed unit price: by contract, else the list price."""
        return self.agreed_price_cents.get((customer.customer_id, item.item_id), item.list_price_cents)


def build_master(seed: int, size: WorldSize, since: datetime) -> MasterData:
    """The master data of ``seed``; contracts are valid from before ``since``."""
    rng = Random(f"{seed}/master")
    sites = sites_of(size.nodes)
    services = make_services()
    items = make_items(rng, size.items)
    customers = make_customers(rng, size.customers, size.troubled_customer_every)
    contracts = make_contracts(rng, customers, items, size.contracts_per_customer, since)
    item_of = {item.item_id: item for item in items}
    lanes = tuple(_lane(site, zone) for site in sites for zone in ZONES)
    by_customer: dict[CustomerId, list[Item]] = {}
    for contract in contracts:
        by_customer.setdefault(contract.customer_id, []).append(item_of[contract.item_id])
    stocked_at = _stocked_at(rng, items, sites, size)
    share, units = _expected(size, items, customers, sites, stocked_at)
    return MasterData(
        nodes=tuple(
            _node(site, sum(expected for (_, node_id), expected in units.items() if node_id == site.node_id))
            for site in sites
        ),
        lanes=lanes,
        services=services,
        items=items,
        customers=customers,
        contracts=contracts,
        stocked_at=stocked_at,
        nearest_nodes={c.customer_id: _nearest(number, sites) for number, c in enumerate(customers)},
        agreed_price_cents={(c.customer_id, c.item_id): c.unit_price_cents for c in contracts},
        contract_items={customer_id: tuple(kept) for customer_id, kept in by_customer.items()},
        lane_of={(lane.origin_node_id, lane.zone_id): lane for lane in lanes},
        service_of={service.service_id: service for service in services},
        site_of={site.node_id: site for site in sites},
        item_weights=tuple(accumulate(_popularity(rank) for rank in range(len(items)))),
        customer_weights=tuple(accumulate(_activity(customer) for customer in customers)),
        customer_number={c.customer_id: number for number, c in enumerate(customers)},
        item_number={item.item_id: number for number, item in enumerate(items)},
        node_share=share,
        units_per_day=units,
    )


def _popularity(rank: int) -> float:
    return float((rank + 1) ** -ZIPF_EXPONENT)


def _activity(customer: Customer) -> int:
    return TROUBLED_WEIGHT if is_troubled(customer) else TIER_WEIGHT[customer.tier]


def _node(site: Site, units_per_day: float) -> Node:
    return Node(
        node_id=site.node_id,
        name=site.city.name,
        place=site.city.place,
        timezone=site.timezone,
        working_weekdays=ALL_WEEKDAYS,
        cutoff_minute_of_day=CUTOFF_MINUTE_OF_DAY,
        pick_capacity_units_per_day=max(1, round(CAPACITY_SHARE * units_per_day)),
    )


def _lane(site: Site, zone: str) -> Lane:
    kilometres = zone_distance_km(site, zone)
    return Lane(
        lane_id=LaneId(f"LN-{site.code}-{zone[2:]}"),
        origin_node_id=site.node_id,
        zone_id=ZoneId(zone),
        transit_days=road_days(kilometres),
        fixed_cost_cents=1_200 + round(kilometres * 0.6),
        rate_cents_per_kg=12 + round(kilometres / 45),
    )


def _nearest(customer_number: int, sites: tuple[Site, ...]) -> tuple[NodeId, ...]:
    city = city_of(customer_number)
    return tuple(site.node_id for site in sorted(sites, key=lambda s: (distance_km(s.city, city), s.code)))


def _stocked_at(
    rng: Random, items: tuple[Item, ...], sites: tuple[Site, ...], size: WorldSize
) -> dict[ItemId, tuple[NodeId, ...]]:
    nodes = [site.node_id for site in sites]
    least = max(2, size.nodes_per_item - 3)
    kept: dict[ItemId, tuple[NodeId, ...]] = {}
    for number, item in enumerate(items):
        count = 1 if number % size.single_source_every == 1 else rng.randint(least, size.nodes_per_item + 3)
        kept[item.item_id] = tuple(sorted(rng.sample(nodes, min(count, len(nodes)))))
    return kept


def _expected(
    size: WorldSize,
    items: tuple[Item, ...],
    customers: tuple[Customer, ...],
    sites: tuple[Site, ...],
    stocked_at: dict[ItemId, tuple[NodeId, ...]],
) -> tuple[dict[NodeId, float], dict[tuple[ItemId, NodeId], float]]:
    """What is expected of each centre: its share of all lines, and units a day by item."""
    weight_at: dict[tuple[NodeId, ...], int] = {}
    for number, customer in enumerate(customers):
        nearest = _nearest(number % len(CITIES), sites)
        weight_at[nearest] = weight_at.get(nearest, 0) + _activity(customer)
    all_weight = sum(weight_at.values())
    all_popularity = sum(_popularity(rank) for rank in range(len(items)))
    share = dict.fromkeys((site.node_id for site in sites), 0.0)
    units: dict[tuple[ItemId, NodeId], float] = {}
    for rank, item in enumerate(items):
        kept = set(stocked_at[item.item_id])
        lines_share = _popularity(rank) / all_popularity
        units_a_day = size.orders_per_day * LINES_PER_ORDER * lines_share * mean_quantity(item)
        for node_id in kept:
            units[item.item_id, node_id] = 0.0
        for nearest, weight in weight_at.items():
            node_id = next(wanted for wanted in nearest if wanted in kept)
            units[item.item_id, node_id] += units_a_day * weight / all_weight
            share[node_id] += lines_share * weight / all_weight
    return share, units
