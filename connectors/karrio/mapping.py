"""karrio's values as the tower's: rate sheets become carrier services, shipments carrier bookings; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, Decimal

from connectors.karrio.answers import Band, Carrier, Rate, RateSheet, Service, Shipment
from domain.errors import BadInputError
from domain.ids import BookingId, ServiceId, ShipmentId
from domain.network import CarrierService
from domain.transport import BookingStatus, CarrierBooking

#: Of rates and rate sheets alike; karrio converts nothing, and the tower counts in one currency.
CURRENCY = "USD"
_MAX_SCAC = 4
_CENTS = Decimal(100)

_STATUS = {
    "draft": BookingStatus.TENDERED,
    "created": BookingStatus.ACCEPTED,
    "shipped": BookingStatus.ACCEPTED,
    "in_transit": BookingStatus.ACCEPTED,
    "out_for_delivery": BookingStatus.ACCEPTED,
    "needs_attention": BookingStatus.ACCEPTED,
    "delivery_failed": BookingStatus.ACCEPTED,
    "delivered": BookingStatus.ACCEPTED,
    "cancelled": BookingStatus.CANCELLED,
}
#: With a label and not yet under way: the only ones that can still be given back.
HELD = "created"
GIVEN_BACK = "cancelled"
DRAFT = "draft"


def scac_of(carrier: Carrier) -> str:
    """The carrier's SCAC: what its connection's metadata say, else its id in capitals."""
    known = (carrier.metadata or {}).get("scac")
    return str(known) if known else carrier.carrier_id.upper()[:_MAX_SCAC]


def service_id_of(carrier_id: str, service_code: str) -> ServiceId:
    """The tower's id of a carrier's service."""
    return ServiceId(f"{carrier_id}/{service_code}")


def services_of(sheet: RateSheet) -> list[CarrierService]:
    """Every active service of the sheet, for every active carrier that uses it.

    Raises:
        BadInputError: a rate is in another currency.
    """
    return [
        _service(carrier, service, sheet.service_rates)
        for carrier in sheet.carriers
        for service in sheet.services
        if carrier.active and service.active
    ]


def _service(carrier: Carrier, service: Service, bands: Sequence[Band]) -> CarrierService:
    _require_currency(service.currency or CURRENCY, service.service_code)
    fixed_cents, per_kg_cents = tariff([band for band in bands if band.service_id == service.id])
    return CarrierService(
        service_id=service_id_of(carrier.carrier_id, service.service_code),
        scac=scac_of(carrier),
        name=service.service_name,
        transit_days=service.transit_days or 0,
        fixed_cost_cents=fixed_cents,
        rate_cents_per_kg=per_kg_cents,
    )


def tariff(bands: Iterable[Band]) -> tuple[int, int]:
    """Weight bands as (fixed cents, cents a kilogram), never less than the lightest and the heaviest band.

    The tower's tariffs are straight lines: this one runs from the lightest band's rate to the heaviest
    one's, rounded up. Zones are told apart by no line, so the dearest zone counts.
    """
    by_weight: dict[Decimal, Decimal] = {}
    for band in bands:
        top = Decimal(str(band.max_weight or 0))
        by_weight[top] = max(by_weight.get(top, Decimal(0)), Decimal(str(band.rate)))
    if not by_weight:
        return 0, 0
    lightest, heaviest = min(by_weight), max(by_weight)
    fixed = by_weight[lightest] * _CENTS
    climb = max(Decimal(0), by_weight[heaviest] * _CENTS - fixed)
    span = heaviest - lightest
    per_kg = climb / span if span > 0 else Decimal(0)
    return _up(fixed), _up(per_kg)


def booking_of(shipment: Shipment, scac_by_carrier: dict[str, str]) -> CarrierBooking | None:
    """The booking that a shipment of karrio stands for; ``None`` for one without reference or carrier.

    Raises:
        BadInputError: its status or currency is none that the tower knows.
    """
    status = _STATUS.get(shipment.status)
    if status is None:
        raise BadInputError(
            what=f"karrio's shipment {shipment.id} has a status nobody knows here: {shipment.status!r}.",
            remedy="Check which series of karrio this is.",
        )
    if not shipment.reference or not shipment.carrier_id or not shipment.service:
        return None
    return CarrierBooking(
        booking_id=BookingId(shipment.id),
        shipment_id=ShipmentId(shipment.reference),
        service_id=service_id_of(shipment.carrier_id, shipment.service),
        scac=scac_by_carrier.get(shipment.carrier_id, shipment.carrier_id.upper()[:_MAX_SCAC]),
        status=status,
        booked_at=shipment.created_at,
        cost_cents=0 if shipment.selected_rate is None else charge_cents(shipment.selected_rate),
    )


def charge_cents(rate: Rate) -> int:
    """What a rate asks, in cents.

    Raises:
        BadInputError: it asks in another currency.
    """
    _require_currency(rate.currency, rate.service)
    return _up(Decimal(str(rate.total_charge)) * _CENTS)


def _require_currency(currency: str, what: str) -> None:
    if currency != CURRENCY:
        raise BadInputError(
            what=f"{what} is priced in {currency}, and the tower counts in {CURRENCY}.",
            remedy=f"Give the rate sheet in {CURRENCY}.",
        )


def _up(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_CEILING))
