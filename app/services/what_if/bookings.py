"""Shipments that wait for their pickup: what a lost carrier or lane would have to be booked anew for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.checks import BASIS_POINTS

if TYPE_CHECKING:
    from app.store.backlog_rows import OpenLine
    from domain.customers import Customer
    from domain.ids import CustomerId
    from domain.network import CarrierService
    from domain.transport import Shipment


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A booked shipment; days count from today (0), ``arrival_day`` is when it is expected as booked.

    ``value_cents`` is what its goods sell for, ``late_cents_per_day`` what each day late costs.
    """

    shipment_id: str
    number: str
    order_id: str
    customer_name: str
    node_id: str
    zone_id: str
    service_id: str
    scac: str
    pickup_day: int
    arrival_day: int
    due_day: int
    weight_grams: int
    freight_cents: int
    value_cents: int
    late_cents_per_day: int

    @property
    def late_days(self) -> int:
        """How late it comes as it is booked."""
        return max(0, self.arrival_day - self.due_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookings:
    """Every shipment that has not left yet and has a service, and all services on offer."""

    rows: tuple[Booked, ...] = ()
    services: tuple[CarrierService, ...] = ()

    @property
    def carriers(self) -> frozenset[str]:
        """The carriers (SCAC) that offer a service."""
        return frozenset(service.scac for service in self.services)


def bookings_of(
    shipments: Iterable[Shipment],
    services: tuple[CarrierService, ...],
    lines: Iterable[OpenLine],
    customers: Mapping[CustomerId, Customer],
    now: datetime,
) -> Bookings:
    """Lay out the shipments of known customers that a service is to pick up."""
    prices = {line.line_id: line.unit_price_cents for line in lines}
    on_offer = {service.service_id: service for service in services}
    rows = []
    for shipment in sorted(shipments, key=lambda each: each.shipment_id):
        service = on_offer.get(shipment.service_id) if shipment.service_id is not None else None
        customer = customers.get(shipment.customer_id)
        if service is None or customer is None:
            continue
        pickup = max(0, (shipment.planned_pickup_at.date() - now.date()).days)
        expected = (shipment.eta_at.date() - now.date()).days if shipment.eta_at is not None else 0
        value = sum(part.quantity * prices.get(part.line_id, 0) for part in shipment.lines)
        rows.append(
            Booked(
                shipment_id=str(shipment.shipment_id),
                number=shipment.number,
                order_id=str(shipment.order_id),
                customer_name=customer.name,
                node_id=str(shipment.origin_node_id),
                zone_id=shipment.zone_id,
                service_id=str(service.service_id),
                scac=service.scac,
                pickup_day=pickup,
                arrival_day=max(expected, pickup + service.transit_days),
                due_day=(shipment.window_end_at.date() - now.date()).days,
                weight_grams=shipment.weight_grams,
                freight_cents=shipment.freight_cost_cents
                or service.freight_cost_cents(shipment.weight_grams),
                value_cents=value,
                late_cents_per_day=max(1, value * customer.sla.late_penalty_bp_per_day // BASIS_POINTS),
            )
        )
    return Bookings(rows=tuple(rows), services=services)
