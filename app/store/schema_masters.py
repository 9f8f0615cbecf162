"""Tables of what rarely changes: network, items, customers, agreed prices."""

from __future__ import annotations

from sqlalchemy import Index

from app.store.schema_base import fact_table, number, words

NODE = fact_table(
    "node",
    words("name"),
    words("place_name"),
    number("latitude_micro"),
    number("longitude_micro"),
    words("country"),
    words("kind"),
    words("timezone"),
    words("working_weekdays"),
    number("cutoff_minute_of_day"),
    number("pick_capacity_units_per_day"),
)

LANE = fact_table(
    "lane",
    words("origin_node_id"),
    words("zone_id"),
    number("transit_days"),
    number("fixed_cost_cents"),
    number("rate_cents_per_kg"),
)
Index("lane_by_origin", LANE.c.origin_node_id, LANE.c.zone_id)
Index("lane_by_zone", LANE.c.zone_id)

CARRIER_SERVICE = fact_table(
    "carrier_service",
    words("scac"),
    words("name"),
    number("transit_days"),
    number("fixed_cost_cents"),
    number("rate_cents_per_kg"),
    number("pickups_per_day"),
    words("pickup_weekdays"),
)

ITEM = fact_table(
    "item",
    words("sku"),
    words("name"),
    number("weight_grams"),
    number("list_price_cents"),
    number("landed_cost_cents"),
    number("case_pack_quantity"),
    words("substitutes"),
    words("category"),
    words("lifecycle"),
    words("unit_of_measure"),
    number("minimum_order_quantity"),
    number("volume_cm3"),
    words("restricted_countries"),
)

CUSTOMER = fact_table(
    "customer",
    words("name"),
    number("tier"),
    words("zone_id"),
    words("place_name"),
    number("latitude_micro"),
    number("longitude_micro"),
    words("country"),
    number("limit_cents", optional=True),
    number("open_receivables_cents"),
    number("days_past_due"),
    number("on_hold"),
    number("late_penalty_bp_per_day"),
    number("fixed_penalty_cents"),
    number("penalty_cap_bp"),
    number("cancel_probability_bp"),
    number("max_shipments"),
    number("ship_complete"),
    words("required_fields"),
    words("routing_scacs"),
    number("routing_chargeback_cents"),
    number("minimum_shelf_life_days"),
    number("allows_substitutes"),
    words("currency"),
)

CONTRACT_PRICE = fact_table(
    "contract_price",
    words("customer_id"),
    words("item_id"),
    number("unit_price_cents"),
    number("valid_from"),
    number("valid_until", optional=True),
)
Index("contract_price_by_pair", CONTRACT_PRICE.c.customer_id, CONTRACT_PRICE.c.item_id)
