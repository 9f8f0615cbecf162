"""Fills a set-up Tryton with a small distributor: warehouses, carriers, products, parties and stock.

It goes through Tryton's own API only. Orders are not made here: each exception situation has its own
function in `tryton_scenarios.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.support.tryton_day import today
from tests.support.tryton_rpc import Row, TrytonRpc


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A warehouse: where it stands, with the position in degrees that Tryton itself cannot hold."""

    code: str
    name: str
    street: str
    city: str
    postal_code: str
    subdivision: str
    latitude: float
    longitude: float


SITES = (
    Site(
        code="NEW",
        name="Newark DC",
        street="12 Dock Street",
        city="Newark",
        postal_code="07105",
        subdivision="NJ",
        latitude=40.728,
        longitude=-74.144,
    ),
    Site(
        code="COL",
        name="Columbus DC",
        street="480 Rail Avenue",
        city="Columbus",
        postal_code="43207",
        subdivision="OH",
        latitude=39.905,
        longitude=-82.961,
    ),
    Site(
        code="REN",
        name="Reno DC",
        street="7 Basin Road",
        city="Reno",
        postal_code="89502",
        subdivision="NV",
        latitude=39.497,
        longitude=-119.776,
    ),
)
# code: (name, list price, cost price), in dollars
PRODUCTS = {
    "PUMP-10": ("Transfer pump 10 l", "189.00", "121.50"),
    "PUMP-25": ("Transfer pump 25 l", "329.00", "214.00"),
    "VALVE-S": ("Ball valve small", "14.50", "8.10"),
    "VALVE-L": ("Ball valve large", "38.00", "22.40"),
    "HOSE-05": ("Pressure hose 5 m", "24.90", "13.75"),
    "HOSE-20": ("Pressure hose 20 m", "79.00", "47.20"),
    "FILTER-A": ("Inline filter A", "11.20", "5.90"),
    "FILTER-B": ("Inline filter B", "16.80", "8.85"),
    "SEAL-KIT": ("Seal kit", "7.40", "2.95"),
    "GAUGE-1": ("Pressure gauge", "42.00", "26.30"),
    "MOTOR-2": ("Electric motor 2 kW", "415.00", "287.00"),
    "CLAMP-8": ("Hose clamp, box of 8", "5.60", "2.20"),
}
# name: (price charged, cost), in dollars a shipment
CARRIERS = {
    "Overland Freight": ("18.00", "12.00"),
    "Meridian Express": ("46.00", "35.00"),
    "Coastal Parcel": ("27.00", "19.50"),
}
# code: (name, credit limit in dollars or None for no limit, street, city, postal code, subdivision)
CUSTOMERS = {
    "C-ALDER": ("Alder Waterworks", "50000", "3 Mill Lane", "Albany", "12207", "NY"),
    "C-BIRCH": ("Birch Plumbing Supply", "2500", "88 Oak Street", "Pittsburgh", "15222", "PA"),
    "C-CEDAR": ("Cedar Farm Cooperative", "30000", "1 County Road 9", "Fresno", "93721", "CA"),
    "C-DOGWD": ("Dogwood Marine", None, "20 Quay Street", "Norfolk", "23510", "VA"),
}
# customer code: what its party category says
TIERS = {"C-ALDER": "Tier 1", "C-CEDAR": "Tier 2"}
# customer code: (who answers, e-mail, telephone); the others can be reached by nobody
CONTACTS = {
    "C-ALDER": ("Dana Hill", "dana.hill@alder.example", "+1 518 555 0142"),
    "C-CEDAR": ("", "", "+1 559 555 0100"),
}
SUPPLIERS = {
    "S-PACIF": ("Pacific Pump Works", "400 Harbor Boulevard", "Oakland", "94607", "CA"),
    "S-LAKES": ("Lakes Fittings", "15 Foundry Street", "Cleveland", "44114", "OH"),
}
# on hand by site code, for every product not named below
USUAL_STOCK = {"NEW": 120, "COL": 200, "REN": 80}
STOCK = {
    "PUMP-25": {"NEW": 4, "COL": 60, "REN": 25},
    "HOSE-20": {"NEW": 10, "COL": 14, "REN": 40},
    "GAUGE-1": {"NEW": 15, "COL": 20, "REN": 5},
    "MOTOR-2": {"NEW": 2, "COL": 3, "REN": 0},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Distributor:
    """The Tryton ids of what the seed made, by code (carriers by name)."""

    warehouses: dict[str, int]
    carriers: dict[str, int]
    products: dict[str, int]
    customers: dict[str, int]
    suppliers: dict[str, int]


def _address(country: int, street: str, city: str, postal_code: str, subdivision: int) -> Row:
    return {
        "street_unstructured": street,
        "city": city,
        "postal_code": postal_code,
        "country": country,
        "subdivision": subdivision,
    }


def _country(rpc: TrytonRpc) -> tuple[int, dict[str, int]]:
    used = {site.subdivision for site in SITES}
    used |= {row[-1] for row in CUSTOMERS.values() if row[-1]} | {row[-1] for row in SUPPLIERS.values()}
    codes = sorted(used)
    [country] = rpc.create("country.country", {"name": "United States", "code": "US"})
    rows = [{"name": code, "code": f"US-{code}", "type": "state", "country": country} for code in codes]
    made = rpc.create("country.subdivision", *rows)
    return country, dict(zip(codes, made, strict=True))


def _warehouses(rpc: TrytonRpc, country: int, states: dict[str, int]) -> dict[str, int]:
    company = rpc.one("company.company", [], "party")
    made = {}
    for site in SITES:
        address = _address(country, site.street, site.city, site.postal_code, states[site.subdivision])
        [place] = rpc.create("party.address", {"party": company["party"], "party_name": site.name, **address})
        parts = rpc.create(
            "stock.location",
            {"name": f"{site.name} input", "code": f"{site.code}-IN", "type": "storage"},
            {"name": f"{site.name} storage", "code": f"{site.code}-STO", "type": "storage"},
            {"name": f"{site.name} output", "code": f"{site.code}-OUT", "type": "storage"},
            {"name": f"{site.name} lost and found", "code": f"{site.code}-LF", "type": "lost_found"},
        )
        names = ("input_location", "storage_location", "output_location", "lost_found_location")
        roles = dict(zip(names, parts, strict=True))
        warehouse = {"name": site.name, "code": site.code, "type": "warehouse", "address": place}
        [made[site.code]] = rpc.create("stock.location", {**warehouse, **roles})
        rpc.write("stock.location", parts[:3], {"parent": made[site.code]})
    # The warehouse Tryton comes with would be a fourth one, with nothing in it.
    spare = rpc.find("stock.location", [["type", "=", "warehouse"], ["id", "not in", list(made.values())]])
    rpc.write("stock.location", [row["id"] for row in spare], {"active": False})
    return made


def _category(rpc: TrytonRpc) -> int:
    expense = rpc.find("account.account", [["type.expense", "=", True], ["closed", "!=", True]])[0]["id"]
    revenue = rpc.find("account.account", [["type.revenue", "=", True], ["closed", "!=", True]])[0]["id"]
    values = {"name": "Goods", "accounting": True, "account_expense": expense, "account_revenue": revenue}
    return rpc.create("product.category", values)[0]


def _product(rpc: TrytonRpc, template: Row, code: str, cost: str) -> int:
    [made] = rpc.create("product.template", {**template, "products": [["create", [{"suffix_code": code}]]]})
    product: int = rpc.read("product.template", made, "products")["products"][0]
    rpc.write("product.product", [product], {"cost_price": Decimal(cost)})
    return product


def _products(rpc: TrytonRpc, category: int, suppliers: dict[str, int]) -> dict[str, int]:
    unit = rpc.one("product.uom", [["name", "=", "Unit"]])["id"]
    currency = rpc.one("currency.currency", [["code", "=", "USD"]])["id"]
    made = {}
    for position, (code, (name, price, cost)) in enumerate(PRODUCTS.items()):
        supplier = list(suppliers.values())[position % len(suppliers)]
        offer = {"party": supplier, "currency": currency}
        template = {
            "name": name,
            "type": "goods",
            "default_uom": unit,
            "sale_uom": unit,
            "purchase_uom": unit,
            "salable": True,
            "purchasable": True,
            "list_price": Decimal(price),
            "lead_time": timedelta(0),
            "account_category": category,
            "product_suppliers": [["create", [offer]]],
        }
        made[code] = _product(rpc, template, code, cost)
    return made


def _carriers(rpc: TrytonRpc, category: int) -> dict[str, int]:
    unit = rpc.one("product.uom", [["name", "=", "Unit"]])["id"]
    made = {}
    for name, (price, cost) in CARRIERS.items():
        template = {
            "name": f"Carriage by {name}",
            "type": "service",
            "default_uom": unit,
            "sale_uom": unit,
            "salable": True,
            "list_price": Decimal(price),
            "account_category": category,
        }
        service = _product(rpc, template, f"SHIP-{name.split()[0].upper()}", cost)
        [party] = rpc.create("party.party", {"name": name, "addresses": [["create", [{}]]]})
        [made[name]] = rpc.create("carrier", {"party": party, "carrier_product": service})
    return made


def _parties(rpc: TrytonRpc, country: int, states: dict[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    [term] = rpc.create(
        "account.invoice.payment_term", {"name": "30 days", "lines": [["create", [{"type": "remainder"}]]]}
    )
    customers, suppliers = {}, {}
    for code, (name, limit, street, city, postal_code, state) in CUSTOMERS.items():
        address = _address(country, street, city, postal_code, states[state])
        values: Row = {"name": name, "code": code, "customer_payment_term": term}
        [customers[code]] = rpc.create("party.party", {**values, "addresses": [["create", [address]]]})
        if limit is not None:
            rpc.write("party.party", [customers[code]], {"credit_limit_amount": Decimal(limit)})
    for code, (name, email, phone) in CONTACTS.items():
        for kind, value in (("email", email), ("phone", phone)):
            if value:
                way = {"party": customers[code], "type": kind, "value": value, "name": name or None}
                rpc.create("party.contact_mechanism", way)
    for code, tier in TIERS.items():
        [category] = rpc.create("party.category", {"name": tier})
        rpc.write("party.party", [customers[code]], {"categories": [["add", [category]]]})
    for code, (name, street, city, postal_code, state) in SUPPLIERS.items():
        address = _address(country, street, city, postal_code, states[state])
        values = {"name": name, "code": code, "supplier_payment_term": term}
        [suppliers[code]] = rpc.create("party.party", {**values, "addresses": [["create", [address]]]})
    return customers, suppliers


def set_stock(rpc: TrytonRpc, warehouse: int, quantities: dict[int, int]) -> None:
    """Set the quantity on hand of products in a warehouse's storage by an inventory."""
    storage = rpc.read("stock.location", warehouse, "storage_location")["storage_location"]
    lines = [{"product": product, "quantity": float(quantity)} for product, quantity in quantities.items()]
    [inventory] = rpc.create(
        "stock.inventory",
        {"location": storage, "date": today(), "empty_quantity": "keep", "lines": [["create", lines]]},
    )
    rpc.press("stock.inventory", "confirm", inventory)


def seed_distributor(rpc: TrytonRpc) -> Distributor:
    """Fill the company with the small distributor and give the ids of what was made."""
    country, states = _country(rpc)
    warehouses = _warehouses(rpc, country, states)
    category = _category(rpc)
    customers, suppliers = _parties(rpc, country, states)
    products = _products(rpc, category, suppliers)
    carriers = _carriers(rpc, category)
    for site in SITES:
        quantities = {product: STOCK.get(code, USUAL_STOCK)[site.code] for code, product in products.items()}
        held = {product: quantity for product, quantity in quantities.items() if quantity}
        set_stock(rpc, warehouses[site.code], held)
    return Distributor(
        warehouses=warehouses, carriers=carriers, products=products, customers=customers, suppliers=suppliers
    )


def find_distributor(rpc: TrytonRpc) -> Distributor:
    """The ids of a distributor seeded earlier, read back from Tryton by code."""

    def ids(model: str, domain: list[Any], field: str = "code") -> dict[str, int]:
        return {row[field]: row["id"] for row in rpc.find(model, domain, field)}

    carriers = {row["rec_name"].partition(" - ")[0]: row["id"] for row in rpc.find("carrier", [], "rec_name")}
    return Distributor(
        warehouses=ids("stock.location", [["type", "=", "warehouse"]]),
        carriers=carriers,
        products=ids("product.product", [["code", "in", list(PRODUCTS)]]),
        customers=ids("party.party", [["code", "in", list(CUSTOMERS)]]),
        suppliers=ids("party.party", [["code", "in", list(SUPPLIERS)]]),
    )
