"""Customers with tier, credit and service terms, what was agreed with them, and carriers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from connectors.world.geography import CITIES, City
from domain.customers import CreditTerms, Customer, SlaTerms, SplitPolicy
from domain.ids import ContractId, CustomerId, ServiceId
from domain.items import ContractPrice, Item
from domain.network import CarrierService

ALL_WEEKDAYS = (0, 1, 2, 3, 4, 5, 6)
NAMES = (
    "Acorn", "Baxter", "Cedar", "Dunmore", "Eastgate", "Fairmont", "Granite", "Harbor", "Ironwood", "Juniper",
    "Keystone", "Lakeside", "Meridian", "Northfield", "Oakhurst", "Pinnacle", "Quarry", "Ridgeway", "Summit",
    "Tidewater", "Unity", "Valley", "Westbrook", "Yarrow", "Zephyr",
)  # fmt: skip
TRADES = (
    "Supply", "Industrial", "Plumbing", "Hardware", "Electric", "Mechanical", "Tool", "Building", "Marine",
    "Equipment", "Farm", "Controls",
)  # fmt: skip
STREETS = (
    "Commerce",
    "Industrial",
    "Depot",
    "Market",
    "Mill",
    "Canal",
    "Station",
    "Foundry",
    "River",
    "Airport",
)
CREDIT_LIMIT_CENTS_BY_TIER = {1: 400_000_000, 2: 200_000_000, 3: 100_000_000, 4: 50_000_000}
TROUBLED_LIMIT_CENTS = 2_500_000
FOREIGN_EVERY = 17
GUIDED_EVERY = 5
ROUTING_CHARGEBACK_CENTS = (15_000, 25_000, 40_000)
ALLOWED_CARRIERS = 4
FUSSY_EVERY = 8
MINIMUM_SHELF_LIFE_DAYS = (60, 90, 120)
SLA_BY_TIER = {
    1: SlaTerms(
        late_penalty_bp_per_day=300,
        fixed_penalty_cents=15_000,
        penalty_cap_bp=1_500,
        cancel_probability_bp=900,
    ),
    2: SlaTerms(
        late_penalty_bp_per_day=200,
        fixed_penalty_cents=7_500,
        penalty_cap_bp=1_000,
        cancel_probability_bp=700,
    ),
    3: SlaTerms(
        late_penalty_bp_per_day=100, fixed_penalty_cents=2_500, penalty_cap_bp=800, cancel_probability_bp=500
    ),
    4: SlaTerms(
        late_penalty_bp_per_day=50, fixed_penalty_cents=0, penalty_cap_bp=500, cancel_probability_bp=400
    ),
}
#: (SCAC, carrier, service, days, fixed cents, cents a kilogram)
SERVICES = (
    ("BRDF", "Blue Ridge Freight", "Ground", 4, 1_900, 38),
    ("BRDF", "Blue Ridge Freight", "Expedited", 2, 4_200, 74),
    ("CSTL", "Coastline Logistics", "Ground", 4, 1_750, 41),
    ("CSTL", "Coastline Logistics", "Priority", 3, 2_600, 52),
    ("HWKX", "Hawk Express", "Two Day", 2, 3_900, 82),
    ("HWKX", "Hawk Express", "Next Day Air", 1, 8_900, 190),
    ("MDLN", "Midland Motor Lines", "Economy", 5, 1_400, 30),
    ("MDLN", "Midland Motor Lines", "Standard", 3, 2_450, 49),
    ("PRNW", "Prairie & Northwest", "Standard", 3, 2_500, 47),
    ("SOVT", "Sovereign Transport", "Ground", 4, 1_850, 39),
    ("SOVT", "Sovereign Transport", "Guaranteed", 2, 4_600, 79),
    ("TRIN", "Trinity Parcel", "Two Day", 2, 3_600, 88),
)
CARRIERS: tuple[str, ...] = tuple(sorted({service[0] for service in SERVICES}))


def make_customers(rng: Random, count: int, troubled_every: int) -> tuple[Customer, ...]:
    """Customers spread over the cities; one in ``troubled_every`` is over its credit limit."""
    return tuple(_customer(rng, number, troubled_every) for number in range(count))


def is_troubled(customer: Customer) -> bool:
    """Whether the customer owes more than its limit."""
    limit = customer.credit.limit_cents
    return limit is not None and customer.credit.open_receivables_cents > limit


def city_of(number: int) -> City:
    """The city of the customer with that number."""
    return CITIES[number * 29 % len(CITIES)]


def street_of(number: int) -> str:
    """The street address of the customer with that number."""
    return f"{100 + number * 37 % 8900} {STREETS[number % len(STREETS)]} Road"


def country_of(number: int) -> str:
    """Where the goods of the customer with that number go in the end."""
    return ("MX", "CA")[number % 2] if number % FOREIGN_EVERY == FOREIGN_EVERY // 2 else "US"


def contact_of(number: int) -> str:
    """Who receives goods at the customer with that number."""
    return f"Receiving dock {1 + number % 6}"


def _customer(rng: Random, number: int, troubled_every: int) -> Customer:
    city = city_of(number)
    troubled = number % troubled_every == troubled_every // 2
    trade = TRADES[(number // len(NAMES) + number) % len(TRADES)]
    guided = number % GUIDED_EVERY == GUIDED_EVERY // 2
    tier = rng.choice((3, 4)) if troubled else rng.choices((1, 2, 3, 4), weights=(1, 3, 5, 3))[0]
    return Customer(
        customer_id=CustomerId(f"C-{number + 1:04d}"),
        name=f"{NAMES[number % len(NAMES)]} {trade}, {city.name}",
        tier=tier,
        zone_id=city.zone_id,
        place=city.place,
        credit=_credit(rng, tier, troubled=troubled),
        sla=SLA_BY_TIER[tier],
        split=SplitPolicy(max_shipments=rng.choice((2, 2, 3)), ship_complete=number % 20 == 1),
        required_fields=("street", "postcode", "city", "contact")
        if number % 4 == 0
        else ("street", "postcode", "city"),
        routing_scacs=tuple(sorted(rng.sample(CARRIERS, ALLOWED_CARRIERS))) if guided else (),
        routing_chargeback_cents=rng.choice(ROUTING_CHARGEBACK_CENTS) if guided else 0,
        minimum_shelf_life_days=_shelf_life_days(rng, number),
        allows_substitutes=number % 6 != 0,
    )


def _shelf_life_days(rng: Random, number: int) -> int:
    return rng.choice(MINIMUM_SHELF_LIFE_DAYS) if number % FUSSY_EVERY == FUSSY_EVERY // 2 else 0


def _credit(rng: Random, tier: int, *, troubled: bool) -> CreditTerms:
    if troubled:
        return CreditTerms(
            limit_cents=TROUBLED_LIMIT_CENTS,
            open_receivables_cents=TROUBLED_LIMIT_CENTS * rng.randint(104, 160) // 100,
            days_past_due=rng.randint(8, 70),
        )
    limit = CREDIT_LIMIT_CENTS_BY_TIER[tier]
    return CreditTerms(limit_cents=limit, open_receivables_cents=limit * rng.randint(2, 25) // 100)


def make_contracts(
    rng: Random, customers: Sequence[Customer], items: Sequence[Item], per_customer: int, since: datetime
) -> tuple[ContractPrice, ...]:
    """Agreed prices below list for some items of each customer, valid from long before ``since``."""
    contracts: list[ContractPrice] = []
    for customer in customers:
        popular = items[: max(per_customer, len(items) // 3)]
        contracts.extend(
            ContractPrice(
                contract_id=ContractId(f"CP-{customer.customer_id[2:]}-{item.item_id[3:]}"),
                customer_id=customer.customer_id,
                item_id=item.item_id,
                unit_price_cents=item.list_price_cents * rng.randint(84, 95) // 100,
                valid_from=since - timedelta(days=200),
            )
            for item in sorted(rng.sample(popular, per_customer), key=lambda kept: kept.item_id)
        )
    return tuple(contracts)


def make_services() -> tuple[CarrierService, ...]:
    """The carrier services; they pick up every day."""
    return tuple(
        CarrierService(
            service_id=ServiceId(f"{scac}-{service.split()[0].upper()}"),
            scac=scac,
            name=f"{carrier} {service}",
            transit_days=days,
            fixed_cost_cents=fixed,
            rate_cents_per_kg=rate,
            pickup_weekdays=ALL_WEEKDAYS,
        )
        for scac, carrier, service, days, fixed, rate in SERVICES
    )
