"""What carriers charge."""

from __future__ import annotations

from domain.network import CarrierService

GRAMS_PER_KG = 1000


def freight_cents(service: CarrierService, weight_grams: int) -> int:
    """What a service charges for that weight; kilograms are rounded up."""
    return service.fixed_cost_cents + service.rate_cents_per_kg * -(-weight_grams // GRAMS_PER_KG)
