"""Tryton's small tables, read once and kept for a minute: sites, units, currencies, carriers, countries."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from connectors.tryton.capabilities import NEEDED, active_modules, missing
from connectors.tryton.client import TrytonClient
from connectors.tryton.settings import CarrierTerms, TrytonSettings
from connectors.tryton.tagged import Row
from connectors.tryton.values import cents, link, optional_link, optional_text, text
from domain.errors import BadInputError, BadValueError

#: A date of Tryton means the end of that business day.
CLOSING_TIME = time(17)
_FINGERPRINT_LETTERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Joins that need no request: everything by Tryton id."""

    settings: TrytonSettings
    timezone_name: str = "UTC"
    company_party: int = 0
    warehouses: Mapping[int, Row] = field(default_factory=dict)
    warehouse_of: Mapping[int, int] = field(default_factory=dict)
    location_type: Mapping[int, str] = field(default_factory=dict)
    unit_factor: Mapping[int, Decimal] = field(default_factory=dict)
    currency_code: Mapping[int, str] = field(default_factory=dict)
    country_code: Mapping[int, str] = field(default_factory=dict)
    subdivision_code: Mapping[int, str] = field(default_factory=dict)
    carriers: Mapping[int, Row] = field(default_factory=dict)
    carrier_cost_cents: Mapping[int, int] = field(default_factory=dict)
    no_customers: frozenset[int] = frozenset()
    modules: frozenset[str] = frozenset()

    def fingerprint(self) -> str:
        """Another one as soon as anything in it differs."""
        values = (getattr(self, each.name) for each in fields(self))
        # A set of texts comes in another order in every process.
        content = [sorted(value) if isinstance(value, frozenset) else value for value in values]
        return hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:_FINGERPRINT_LETTERS]

    def zone(self) -> tzinfo:
        """The company's time zone, UTC where this machine does not know it."""
        try:
            return ZoneInfo(self.timezone_name)
        except (ZoneInfoNotFoundError, ValueError):
            return UTC

    def end_of(self, day: date) -> datetime:
        """When a date of Tryton is over: 17:00 of the company, in UTC."""
        return datetime.combine(day, CLOSING_TIME, tzinfo=self.zone()).astimezone(UTC)

    def terms_of(self, carrier: int | None) -> CarrierTerms | None:
        """SCAC, transit days and rate of a carrier; None without carrier.

        The SCAC is made of the name's letters where the profile names none.
        """
        row = self.carriers.get(carrier or 0)
        if row is None:
            return None
        name = text(row, "name")
        letters = "".join(c for c in name.upper() if c.isascii() and c.isalpha())
        made = CarrierTerms(
            scac=letters[:4] or f"C{carrier}", transit_days=self.settings.default_transit_days
        )
        return self.settings.carriers.get(name, made)

    def in_stock_unit(self, quantity: Decimal, unit: int | None, stock_unit: int) -> Decimal:
        """A quantity in the item's own unit.

        Raises:
            BadValueError: one of the units is unknown.
        """
        if unit is None or unit == stock_unit:
            return quantity
        try:
            return quantity * self.unit_factor[unit] / self.unit_factor[stock_unit]
        except KeyError as error:
            raise BadValueError(what=f"The unit {error} is unknown.", remedy="Check it in Tryton.") from error


def read_reference(client: TrytonClient, settings: TrytonSettings) -> Reference:
    """Read the small tables.

    Raises:
        BadInputError: a module that this connector stands on is not activated.
    """
    modules = active_modules(client)
    lacking = missing(modules, NEEDED)
    if lacking:
        raise BadInputError(
            what=f"Tryton has not activated {', '.join(lacking)}.",
            remedy="Activate what is missing in Tryton (docs/tryton.md names all modules).",
        )
    locations = client.search_read("stock.location", [], ["name", "code", "type", "parent", "address"])
    types = {link(row, "id"): text(row, "type") for row in locations}
    parents = {link(row, "id"): optional_link(row, "parent") for row in locations}
    company = client.search_read("company.company", [], ["party", "timezone"], limit=1)[0]
    carriers = _carriers(client)
    services = [link(row, "carrier_product") for row in carriers.values()]
    costs = {
        link(row, "id"): cents(row, "cost_price")
        for row in client.read("product.product", services, ["cost_price"])
    }
    units = client.search_read("product.uom", [], ["factor"])
    currencies = client.search_read("currency.currency", [], ["code"])
    return Reference(
        settings=settings,
        timezone_name=optional_text(company, "timezone") or "UTC",
        company_party=link(company, "party"),
        warehouses={link(row, "id"): row for row in locations if row["type"] == "warehouse"},
        warehouse_of=_warehouse_of(types, parents),
        location_type=types,
        unit_factor={link(row, "id"): Decimal(str(row["factor"])) for row in units},
        currency_code={link(row, "id"): text(row, "code") for row in currencies},
        country_code=_codes(client, "country.country"),
        subdivision_code=_codes(client, "country.subdivision"),
        carriers=carriers,
        carrier_cost_cents={
            carrier: costs.get(link(row, "carrier_product"), 0) for carrier, row in carriers.items()
        },
        no_customers=_no_customers(client, company, carriers),
        modules=modules,
    )


def _carriers(client: TrytonClient) -> dict[int, Row]:
    rows = client.search_read("carrier", [], ["party", "carrier_product", "_timestamp"])
    parties = client.read("party.party", [link(row, "party") for row in rows], ["name"])
    names = {link(row, "id"): optional_text(row, "name") for row in parties}
    return {link(row, "id"): {**row, "name": names.get(link(row, "party"), "")} for row in rows}


def _codes(client: TrytonClient, model: str) -> dict[int, str]:
    return {link(row, "id"): optional_text(row, "code") for row in client.search_read(model, [], ["code"])}


def _warehouse_of(types: Mapping[int, str], parents: Mapping[int, int | None]) -> dict[int, int]:
    """The warehouse each location stands in, itself included."""
    found: dict[int, int] = {}
    for location in types:
        step: int | None = location
        while step is not None and types.get(step) != "warehouse":
            step = parents.get(step)
        if step is not None:
            found[location] = step
    return found


def _no_customers(client: TrytonClient, company: Row, carriers: Mapping[int, Row]) -> frozenset[int]:
    """Parties that never order: ourselves, carriers, and suppliers without a sale."""
    offers = client.search_read("purchase.product_supplier", [], ["party"])
    suppliers = sorted({link(row, "party") for row in offers})
    sales = client.search_read("sale.sale", [["party", "in", suppliers]], ["party"]) if suppliers else []
    buyers = {link(row, "party") for row in sales}
    carrying = {link(row, "party") for row in carriers.values()}
    return frozenset({link(company, "party"), *carrying, *(set(suppliers) - buyers)})
