"""Rows of the network, items, customers and agreed prices, to values and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.store.instants import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from domain.customers import CreditTerms, Customer, SlaTerms, SplitPolicy
from domain.items import ContractPrice, Item, ItemLifecycle, Substitute
from domain.network import CarrierService, Lane, Node, NodeKind, Place

if TYPE_CHECKING:
    from collections.abc import Mapping


def node_row(node: Node) -> dict[str, Any]:
    """A node as a row."""
    return {
        "id": node.node_id,
        "name": node.name,
        "place_name": node.place.name,
        "latitude_micro": node.place.latitude_micro,
        "longitude_micro": node.place.longitude_micro,
        "country": node.place.country,
        "kind": node.kind.value,
        "timezone": node.timezone,
        "working_weekdays": json.dumps(node.working_weekdays),
        "cutoff_minute_of_day": node.cutoff_minute_of_day,
        "pick_capacity_units_per_day": node.pick_capacity_units_per_day,
    }


def node_of(row: Mapping[str, Any]) -> Node:
    """A node from its row."""
    return Node(
        node_id=row["id"],
        name=row["name"],
        place=_place(row),
        kind=NodeKind(row["kind"]),
        timezone=row["timezone"],
        working_weekdays=tuple(json.loads(row["working_weekdays"])),
        cutoff_minute_of_day=row["cutoff_minute_of_day"],
        pick_capacity_units_per_day=row["pick_capacity_units_per_day"],
    )


def lane_row(lane: Lane) -> dict[str, Any]:
    """A lane as a row."""
    return {
        "id": lane.lane_id,
        "origin_node_id": lane.origin_node_id,
        "zone_id": lane.zone_id,
        "transit_days": lane.transit_days,
        "fixed_cost_cents": lane.fixed_cost_cents,
        "rate_cents_per_kg": lane.rate_cents_per_kg,
    }


def lane_of(row: Mapping[str, Any]) -> Lane:
    """A lane from its row."""
    return Lane(
        lane_id=row["id"],
        origin_node_id=row["origin_node_id"],
        zone_id=row["zone_id"],
        transit_days=row["transit_days"],
        fixed_cost_cents=row["fixed_cost_cents"],
        rate_cents_per_kg=row["rate_cents_per_kg"],
    )


def carrier_service_row(service: CarrierService) -> dict[str, Any]:
    """A carrier service as a row."""
    return {
        "id": service.service_id,
        "scac": service.scac,
        "name": service.name,
        "transit_days": service.transit_days,
        "fixed_cost_cents": service.fixed_cost_cents,
        "rate_cents_per_kg": service.rate_cents_per_kg,
        "pickups_per_day": service.pickups_per_day,
        "pickup_weekdays": json.dumps(service.pickup_weekdays),
    }


def carrier_service_of(row: Mapping[str, Any]) -> CarrierService:
    """A carrier service from its row."""
    return CarrierService(
        service_id=row["id"],
        scac=row["scac"],
        name=row["name"],
        transit_days=row["transit_days"],
        fixed_cost_cents=row["fixed_cost_cents"],
        rate_cents_per_kg=row["rate_cents_per_kg"],
        pickups_per_day=row["pickups_per_day"],
        pickup_weekdays=tuple(json.loads(row["pickup_weekdays"])),
    )


def item_row(item: Item) -> dict[str, Any]:
    """An item as a row; substitutes are pairs of id and extra cost, in order."""
    return {
        "id": item.item_id,
        "sku": item.sku,
        "name": item.name,
        "weight_grams": item.weight_grams,
        "list_price_cents": item.list_price_cents,
        "landed_cost_cents": item.landed_cost_cents,
        "case_pack_quantity": item.case_pack_quantity,
        "substitutes": json.dumps([[s.item_id, s.extra_cost_cents] for s in item.substitutes]),
        "category": item.category,
        "lifecycle": item.lifecycle.value,
        "unit_of_measure": item.unit_of_measure,
        "minimum_order_quantity": item.minimum_order_quantity,
        "volume_cm3": item.volume_cm3,
        "restricted_countries": json.dumps(item.restricted_countries),
    }


def item_of(row: Mapping[str, Any]) -> Item:
    """An item from its row."""
    pairs = json.loads(row["substitutes"])
    return Item(
        item_id=row["id"],
        sku=row["sku"],
        name=row["name"],
        weight_grams=row["weight_grams"],
        list_price_cents=row["list_price_cents"],
        landed_cost_cents=row["landed_cost_cents"],
        case_pack_quantity=row["case_pack_quantity"],
        substitutes=tuple(Substitute(item_id=i, extra_cost_cents=c) for i, c in pairs),
        category=row["category"],
        lifecycle=ItemLifecycle(row["lifecycle"]),
        unit_of_measure=row["unit_of_measure"],
        minimum_order_quantity=row["minimum_order_quantity"],
        volume_cm3=row["volume_cm3"],
        restricted_countries=tuple(json.loads(row["restricted_countries"])),
    )


def customer_row(customer: Customer) -> dict[str, Any]:
    """A customer as a row, terms flattened."""
    credit, sla, split = customer.credit, customer.sla, customer.split
    return {
        "id": customer.customer_id,
        "name": customer.name,
        "tier": customer.tier,
        "zone_id": customer.zone_id,
        "place_name": customer.place.name,
        "latitude_micro": customer.place.latitude_micro,
        "longitude_micro": customer.place.longitude_micro,
        "country": customer.place.country,
        "limit_cents": credit.limit_cents,
        "open_receivables_cents": credit.open_receivables_cents,
        "days_past_due": credit.days_past_due,
        "on_hold": int(credit.on_hold),
        "late_penalty_bp_per_day": sla.late_penalty_bp_per_day,
        "fixed_penalty_cents": sla.fixed_penalty_cents,
        "penalty_cap_bp": sla.penalty_cap_bp,
        "cancel_probability_bp": sla.cancel_probability_bp,
        "max_shipments": split.max_shipments,
        "ship_complete": int(split.ship_complete),
        "required_fields": json.dumps(customer.required_fields),
        "routing_scacs": json.dumps(customer.routing_scacs),
        "routing_chargeback_cents": customer.routing_chargeback_cents,
        "minimum_shelf_life_days": customer.minimum_shelf_life_days,
        "allows_substitutes": int(customer.allows_substitutes),
        "currency": customer.currency,
    }


def customer_of(row: Mapping[str, Any]) -> Customer:
    """A customer from its row."""
    return Customer(
        customer_id=row["id"],
        name=row["name"],
        tier=row["tier"],
        zone_id=row["zone_id"],
        place=_place(row),
        credit=CreditTerms(
            limit_cents=row["limit_cents"],
            open_receivables_cents=row["open_receivables_cents"],
            days_past_due=row["days_past_due"],
            on_hold=bool(row["on_hold"]),
        ),
        sla=SlaTerms(
            late_penalty_bp_per_day=row["late_penalty_bp_per_day"],
            fixed_penalty_cents=row["fixed_penalty_cents"],
            penalty_cap_bp=row["penalty_cap_bp"],
            cancel_probability_bp=row["cancel_probability_bp"],
        ),
        split=SplitPolicy(max_shipments=row["max_shipments"], ship_complete=bool(row["ship_complete"])),
        required_fields=tuple(json.loads(row["required_fields"])),
        routing_scacs=tuple(json.loads(row["routing_scacs"])),
        routing_chargeback_cents=row["routing_chargeback_cents"],
        minimum_shelf_life_days=row["minimum_shelf_life_days"],
        allows_substitutes=bool(row["allows_substitutes"]),
        currency=row["currency"],
    )


def contract_price_row(price: ContractPrice) -> dict[str, Any]:
    """An agreed price as a row."""
    return {
        "id": price.contract_id,
        "customer_id": price.customer_id,
        "item_id": price.item_id,
        "unit_price_cents": price.unit_price_cents,
        "valid_from": to_ms(price.valid_from),
        "valid_until": to_ms_or_none(price.valid_until),
    }


def contract_price_of(row: Mapping[str, Any]) -> ContractPrice:
    """An agreed price from its row."""
    return ContractPrice(
        contract_id=row["id"],
        customer_id=row["customer_id"],
        item_id=row["item_id"],
        unit_price_cents=row["unit_price_cents"],
        valid_from=from_ms(row["valid_from"]),
        valid_until=from_ms_or_none(row["valid_until"]),
    )


def _place(row: Mapping[str, Any]) -> Place:
    return Place(
        name=row["place_name"],
        latitude_micro=row["latitude_micro"],
        longitude_micro=row["longitude_micro"],
        country=row["country"],
    )
