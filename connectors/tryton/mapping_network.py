"""Tryton's master data as the tower's network: sites, lanes, carriers, items and customers; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.tryton import keys
from connectors.tryton.places import middle_of
from connectors.tryton.reference import Reference
from connectors.tryton.tagged import Row
from connectors.tryton.values import (
    cents,
    link,
    number,
    optional_cents,
    optional_link,
    optional_text,
    text,
    to_cents,
)
from domain.customers import CreditTerms, Customer, SlaTerms, SplitPolicy
from domain.distances import kilometres_between
from domain.errors import BadValueError
from domain.ids import CustomerId, ItemId, LaneId, NodeId, ServiceId, ZoneId
from domain.items import Item
from domain.network import CarrierService, Lane, Node, Place

_TIER = re.compile(r"\btier\s*([1-4])\b", re.IGNORECASE)
_KILOGRAMS_PER_TONNE = 1_000


def place(address: Row | None, name: str, reference_data: Reference) -> Place:
    """Where an address lies: by the profile's positions, else the middle of its state or country.

    Raises:
        BadValueError: nothing tells where it is.
    """
    row = address or {}
    country = reference_data.country_code.get(optional_link(row, "country") or 0, "") if row else ""
    point = reference_data.settings.positions.get(optional_text(row, "postal_code"))
    point = point or middle_of(country, _subdivision(row, reference_data))
    if point is None:
        raise BadValueError(
            what=f"The address of {name} names no country that can be placed on the map.",
            remedy="Complete the address in Tryton, or give its postal code in the source's positions.",
        )
    latitude, longitude = point
    return Place(
        name=optional_text(row, "city") or name,
        latitude_micro=latitude,
        longitude_micro=longitude,
        country=country or "US",
    )


def _subdivision(address: Row, reference_data: Reference) -> str:
    if not address:
        return ""
    return reference_data.subdivision_code.get(optional_link(address, "subdivision") or 0, "")


def zone_of(address: Row | None, reference_data: Reference) -> str:
    """The zone of an address: its state, else its country, else ``none``."""
    if address is None:
        return "none"
    country = reference_data.country_code.get(optional_link(address, "country") or 0, "")
    return _subdivision(address, reference_data) or country or "none"


def node(warehouse: Row, address: Row | None, reference_data: Reference) -> Node:
    """A warehouse."""
    name = text(warehouse, "name")
    return Node(
        node_id=NodeId(keys.key(keys.WAREHOUSE, link(warehouse, "id"))),
        name=name,
        place=place(address, name, reference_data),
        timezone=reference_data.timezone_name,
    )


def lane(
    warehouse: Row, address: Row | None, zone: str, zone_address: Row, reference_data: Reference
) -> Lane:
    """What a warehouse needs to reach a zone: estimated by distance, since Tryton keeps no lanes.

    The fixed cost is that of the cheapest carrier.
    """
    start = place(address, text(warehouse, "name"), reference_data)
    end = place(zone_address, zone, reference_data)
    kilometres = kilometres_between(
        (start.latitude_micro, start.longitude_micro), (end.latitude_micro, end.longitude_micro)
    )
    settings = reference_data.settings
    rate = kilometres * settings.lane_cents_per_tonne_kilometre // _KILOGRAMS_PER_TONNE
    return Lane(
        lane_id=LaneId(keys.key(keys.LANE, link(warehouse, "id"), zone)),
        origin_node_id=NodeId(keys.key(keys.WAREHOUSE, link(warehouse, "id"))),
        zone_id=ZoneId(zone),
        transit_days=1 + kilometres // settings.lane_kilometres_per_day,
        fixed_cost_cents=min(reference_data.carrier_cost_cents.values(), default=0),
        rate_cents_per_kg=rate,
    )


def carrier_service(carrier: int, reference_data: Reference) -> CarrierService:
    """A carrier; Tryton knows one service of each, priced by its product."""
    terms = reference_data.terms_of(carrier)
    if terms is None:
        raise BadValueError(what=f"Carrier {carrier} is gone.", remedy="Sync again.")
    return CarrierService(
        service_id=ServiceId(keys.key(keys.CARRIER, carrier)),
        scac=terms.scac,
        name=text(reference_data.carriers[carrier], "name"),
        transit_days=terms.transit_days,
        fixed_cost_cents=reference_data.carrier_cost_cents.get(carrier, 0),
        rate_cents_per_kg=terms.rate_cents_per_kg,
    )


def item(product: Row, reference_data: Reference) -> Item:
    """A product; prices are the company's own (``list_price_used``)."""
    weight = reference_data.settings.default_weight_grams
    return Item(
        item_id=ItemId(keys.key(keys.ITEM, link(product, "id"))),
        sku=optional_text(product, "code") or f"#{link(product, 'id')}",
        name=text(product, "name"),
        weight_grams=weight,
        list_price_cents=optional_cents(product, "list_price_used") or 0,
        landed_cost_cents=to_cents(number(product, "cost_price")) if product.get("cost_price") else 0,
    )


def customer(
    party: Row, address: Row | None, categories: Sequence[str], reference_data: Reference
) -> Customer:
    """A party that orders; its tier is what a category such as ``Tier 1`` says."""
    name = text(party, "name")
    found = (_TIER.search(category) for category in categories)
    tiers = [int(match.group(1)) for match in found if match]
    return Customer(
        customer_id=CustomerId(keys.key(keys.PARTY, link(party, "id"))),
        name=name,
        tier=min(tiers, default=reference_data.settings.default_tier),
        zone_id=ZoneId(zone_of(address, reference_data)),
        place=place(address, name, reference_data),
        credit=CreditTerms(
            limit_cents=optional_cents(party, "credit_limit_amount"),
            open_receivables_cents=cents(party, "credit_amount"),
        ),
        sla=SlaTerms(),
        split=SplitPolicy(),
    )
