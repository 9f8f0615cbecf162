"""What a carrier rebooking is asked to decide: shipments, services, prices and room on each day.

Money is integer cents, weight integer grams, days are ``0 … days - 1``. A service picks up only
on the days it has a row for; a shipment can go with a service only if it has an offer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from domain.checks import require, require_text
from optimization.bounds import (
    MAX_CENTS,
    MAX_DAY_DISTANCE,
    MAX_DAYS,
    MAX_GRAMS,
    MAX_OBJECTIVE_CENTS,
    MAX_TRANSIT_DAYS,
    MAX_UNITS,
    require_known,
    require_range,
    require_unique,
)
from optimization.canonical import digest_of

LAST_MINUTE_OF_DAY = 24 * 60 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierService:
    """One service of a carrier at one dock, with its daily cut-off (minute of the day)."""

    service_id: str
    carrier_id: str
    cutoff_minute_of_day: int = LAST_MINUTE_OF_DAY

    def __post_init__(self) -> None:
        """Refuse a nameless service and a cut-off outside the day."""
        require_text(self.service_id, "service_id")
        require_text(self.carrier_id, f"service {self.service_id} carrier_id")
        name = f"service {self.service_id} cutoff_minute_of_day"
        require_range(self.cutoff_minute_of_day, 0, LAST_MINUTE_OF_DAY, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDay:
    """A day on which a service picks up, and how much; no weight means weight does not bind."""

    service_id: str
    day: int
    pickups: int
    weight_grams: int | None = None

    def __post_init__(self) -> None:
        """Refuse a day without room: such a day has no row."""
        name = f"service {self.service_id} day {self.day}"
        require_range(self.pickups, 1, MAX_UNITS, f"{name} pickups")
        if self.weight_grams is not None:
            require_range(self.weight_grams, 1, MAX_GRAMS, f"{name} weight_grams")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a service would charge for a shipment and how long it would take."""

    shipment_id: str
    service_id: str
    rate_cents: int
    transit_days: int

    def __post_init__(self) -> None:
        """Refuse a negative price or time."""
        name = f"offer of {self.service_id} for {self.shipment_id}"
        require_range(self.rate_cents, 0, MAX_CENTS, f"{name} rate_cents")
        require_range(self.transit_days, 0, MAX_TRANSIT_DAYS, f"{name} transit_days")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentDemand:
    """A shipment: when it is ready at the dock, when it is due, and how it is booked today.

    Ready at ``ready_minute_of_day`` on ``ready_day``: a service whose cut-off is earlier takes it
    from the next day on. ``due_day`` is an arrival day and may lie before day 0.
    """

    shipment_id: str
    ready_day: int
    due_day: int
    weight_grams: int
    unbooked_cents: int
    late_cents_per_day: int = 0
    rebooking_cents: int = 0
    ready_minute_of_day: int = 0
    current_service_id: str | None = None
    current_pickup_day: int | None = None

    def __post_init__(self) -> None:
        """Refuse impossible days and half a booking."""
        name = f"shipment {self.shipment_id}"
        require_text(self.shipment_id, "shipment_id")
        require_range(self.ready_day, 0, MAX_DAY_DISTANCE, f"{name} ready_day")
        require_range(self.due_day, -MAX_DAY_DISTANCE, MAX_DAY_DISTANCE, f"{name} due_day")
        require_range(self.weight_grams, 0, MAX_GRAMS, f"{name} weight_grams")
        require_range(self.unbooked_cents, 0, MAX_CENTS, f"{name} unbooked_cents")
        require_range(self.late_cents_per_day, 0, MAX_CENTS, f"{name} late_cents_per_day")
        require_range(self.rebooking_cents, 0, MAX_CENTS, f"{name} rebooking_cents")
        require_range(self.ready_minute_of_day, 0, LAST_MINUTE_OF_DAY, f"{name} ready_minute_of_day")
        booked = self.current_service_id is not None
        require(booked == (self.current_pickup_day is not None), f"{name} has half a current booking.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractMinimum:
    """Shipments promised to a carrier over the horizon, and the price of each one missing."""

    carrier_id: str
    minimum_shipments: int
    shortfall_cents_per_shipment: int

    def __post_init__(self) -> None:
        """Refuse a minimum of nothing and a negative price."""
        name = f"contract of {self.carrier_id}"
        require_range(self.minimum_shipments, 1, MAX_UNITS, f"{name} minimum_shipments")
        require_range(self.shortfall_cents_per_shipment, 0, MAX_CENTS, f"{name} shortfall_cents_per_shipment")


@dataclass(frozen=True, kw_only=True)
class RebookingProblem:
    """Shipments and the carrier services that could take them."""

    days: int
    services: tuple[CarrierService, ...]
    service_days: tuple[ServiceDay, ...]
    shipments: tuple[ShipmentDemand, ...]
    offers: tuple[Offer, ...]
    contract_minimums: tuple[ContractMinimum, ...] = ()
    currency: str = "USD"

    def __post_init__(self) -> None:
        """Bring every row into canonical order and refuse what cannot be true."""
        require_range(self.days, 1, MAX_DAYS, "days")
        require_text(self.currency, "currency")
        ordered = {
            "services": tuple(sorted(self.services, key=lambda row: row.service_id)),
            "service_days": tuple(sorted(self.service_days, key=lambda row: (row.service_id, row.day))),
            "shipments": tuple(sorted(self.shipments, key=lambda row: row.shipment_id)),
            "offers": tuple(sorted(self.offers, key=lambda row: (row.shipment_id, row.service_id))),
            "contract_minimums": tuple(sorted(self.contract_minimums, key=lambda row: row.carrier_id)),
        }
        for name, rows in ordered.items():
            object.__setattr__(self, name, rows)
        self._check_keys()
        self._check_references()
        worst = sum(self._worst_cents(shipment) for shipment in self.shipments)
        worst += sum(c.minimum_shipments * c.shortfall_cents_per_shipment for c in self.contract_minimums)
        require(worst <= MAX_OBJECTIVE_CENTS, "shipments times their prices is too large a sum.")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON: equal problems have equal digests."""
        return digest_of(self)

    def _check_keys(self) -> None:
        """Refuse a second row for the same thing."""
        require_unique((row.service_id for row in self.services), "service")
        require_unique(((row.service_id, row.day) for row in self.service_days), "service day")
        require_unique((row.shipment_id for row in self.shipments), "shipment")
        require_unique(((row.shipment_id, row.service_id) for row in self.offers), "offer")
        require_unique((row.carrier_id for row in self.contract_minimums), "contract of carrier")

    def _check_references(self) -> None:
        """Refuse rows that name an unknown service, shipment, carrier or day."""
        services = {row.service_id for row in self.services}
        carriers = {row.carrier_id for row in self.services}
        shipments = {row.shipment_id for row in self.shipments}
        for service_day in self.service_days:
            require_known(service_day.service_id, services, "service day service")
            require_range(service_day.day, 0, self.days - 1, f"service {service_day.service_id} day")
        for offer in self.offers:
            require_known(offer.service_id, services, f"offer for {offer.shipment_id} service")
            require_known(offer.shipment_id, shipments, f"offer of {offer.service_id} shipment")
        for contract in self.contract_minimums:
            require_known(contract.carrier_id, carriers, "contract of carrier")

    def _worst_cents(self, shipment: ShipmentDemand) -> int:
        """The most a shipment can cost under any decision."""
        late_days = max(0, self.days + MAX_TRANSIT_DAYS - shipment.due_day)
        booked = MAX_CENTS + shipment.rebooking_cents + late_days * shipment.late_cents_per_day
        return max(shipment.unbooked_cents, booked)
