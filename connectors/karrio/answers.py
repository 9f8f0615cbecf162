"""What karrio answers, as far as the tower reads it; anything else in an answer is left aside."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import msgspec

from connectors.http import HttpReply
from domain.errors import BadInputError

T = TypeVar("T")


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """What a carrier asks for a shipment; ``total_charge`` in units of ``currency``."""

    id: str
    carrier_id: str
    service: str
    currency: str
    total_charge: float
    transit_days: int | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier's word on why it gives no rate or label."""

    message: str | None = None
    carrier_id: str | None = None
    code: str | None = None


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """The rates of one request, and why others gave none."""

    rates: tuple[Rate, ...] = ()
    messages: tuple[Message, ...] = ()


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel's weight."""

    weight: float | None = None
    weight_unit: str | None = None


class Shipment(msgspec.Struct, frozen=True, kw_only=True):
    """A shipment of karrio: with a label bought it is the booking of ``reference``."""

    id: str
    status: str
    created_at: datetime
    reference: str | None = None
    carrier_id: str | None = None
    service: str | None = None
    tracking_number: str | None = None
    selected_rate: Rate | None = None
    rates: tuple[Rate, ...] = ()
    messages: tuple[Message, ...] = ()
    metadata: dict[str, object] = {}
    parcels: tuple[Parcel, ...] = ()


class ShipmentPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some shipments, as they came: one that cannot be read must not hide the others."""

    count: int
    next: str | None = None
    results: tuple[msgspec.Raw, ...] = ()


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A service of a rate sheet."""

    id: str
    service_code: str
    service_name: str
    currency: str | None = None
    active: bool | None = True
    transit_days: int | None = None


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """The rate of a service in a zone, up to a weight."""

    service_id: str
    zone_id: str
    rate: float
    min_weight: float | None = None
    max_weight: float | None = None


class Carrier(msgspec.Struct, frozen=True, kw_only=True):
    """A connection to a carrier; its SCAC stands in the metadata."""

    carrier_id: str
    active: bool = True
    metadata: dict[str, object] | None = None


class RateSheet(msgspec.Struct, frozen=True, kw_only=True):
    """Services, zones and rates of the carriers that use the sheet."""

    id: str
    name: str
    carriers: tuple[Carrier, ...] = ()
    services: tuple[Service, ...] = ()
    service_rates: tuple[Band, ...] = ()


def decode(reply: HttpReply, wanted: type[T]) -> T:
    """An answer as a value.

    Raises:
        BadInputError: it has another form.
    """
    try:
        return msgspec.json.decode(reply.json_bytes(), type=wanted)
    except msgspec.MsgspecError as error:
        raise BadInputError(
            what=f"{reply.url} answered what karrio 2026.1 does not: {error}.",
            remedy="Check that the address is a karrio server of that series.",
        ) from error
