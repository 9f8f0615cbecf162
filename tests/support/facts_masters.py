"""What rarely changes at the small distributor of ``tests.support.facts``: network, items, customers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.customers import CreditTerms, Customer, SlaTerms, SplitPolicy
from domain.ids import CustomerId, ItemId, LaneId, NodeId, ServiceId, ZoneId
from domain.items import Item
from domain.network import CarrierService, Lane, Node, Place


def node(node_id: str = "MEM", name: str = "Memphis") -> Node:
    place = Place(name=name, latitude_micro=35_149_500, longitude_micro=-90_049_000)
    return Node(node_id=NodeId(node_id), name=name, place=place)


def lane(origin: str = "MEM", zone: str = "Z1") -> Lane:
    return Lane(
        lane_id=LaneId(f"{origin}-{zone}"),
        origin_node_id=NodeId(origin),
        zone_id=ZoneId(zone),
        transit_days=2,
        fixed_cost_cents=1_500,
        rate_cents_per_kg=40,
    )


def carrier_service(service_id: str = "UPSN-GND") -> CarrierService:
    return CarrierService(
        service_id=ServiceId(service_id),
        scac="UPSN",
        name="Ground",
        transit_days=3,
        fixed_cost_cents=900,
        rate_cents_per_kg=35,
    )


def item(item_id: str = "I1", **changes: Any) -> Item:
    made = Item(
        item_id=ItemId(item_id),
        sku=f"KT-{item_id}",
        name="Hex bolt",
        weight_grams=500,
        list_price_cents=1_000,
        landed_cost_cents=600,
    )
    return replace(made, **changes)


def customer(customer_id: str = "C1", *, tier: int = 2, **changes: Any) -> Customer:
    made = Customer(
        customer_id=CustomerId(customer_id),
        name="Acme Supply",
        tier=tier,
        zone_id=ZoneId("Z1"),
        place=Place(name="Denver", latitude_micro=39_739_200, longitude_micro=-104_990_300),
        credit=CreditTerms(limit_cents=10_000_000),
        sla=SlaTerms(),
        split=SplitPolicy(),
    )
    return replace(made, **changes)
