"""What moving a shipment would cost: a carrier's own rate now, or the table's price where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.checks import require_cents, require_quantity, require_text
from domain.ids import ServiceId
from domain.network import CarrierService


class QuoteBasis(StrEnum):
    """Where a price comes from: asked of the carrier just now, or reckoned from its table."""

    LIVE = "live"
    TABLE = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRate:
    """A carrier's rate for one shipment, as the transport system gave it just now."""

    service_id: ServiceId
    cost_cents: int
    transit_days: int | None = None

    def __post_init__(self) -> None:
        """Refuse a rate of nothing in particular."""
        require_text(self.service_id, "service_id")
        require_cents(self.cost_cents, "cost_cents")
        if self.transit_days is not None:
            require_quantity(self.transit_days, "transit_days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One service's price for a shipment and what it rests on."""

    service_id: ServiceId
    scac: str
    name: str
    cost_cents: int
    transit_days: int
    basis: QuoteBasis


def table_quote(service: CarrierService, weight_grams: int) -> Quote:
    """The price by the service's own tariff."""
    return Quote(
        service_id=service.service_id,
        scac=service.scac,
        name=service.name,
        cost_cents=service.freight_cost_cents(weight_grams),
        transit_days=service.transit_days,
        basis=QuoteBasis.TABLE,
    )


def live_quote(service: CarrierService, rate: LiveRate) -> Quote:
    """The carrier's own price now; where it says no days, the service's usual ones."""
    return Quote(
        service_id=service.service_id,
        scac=service.scac,
        name=service.name,
        cost_cents=rate.cost_cents,
        transit_days=service.transit_days if rate.transit_days is None else rate.transit_days,
        basis=QuoteBasis.LIVE,
    )
