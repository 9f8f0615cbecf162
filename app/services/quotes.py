"""What a shipment would cost with every carrier: live where the transport system answers, else by table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from app.services.recommend.facts import RemedyFacts, entity_of
from domain.errors import TowerError
from domain.ids import EntityKind, ShipmentId
from domain.network import CarrierService
from domain.quotes import LiveRate, Quote, QuoteBasis, live_quote, table_quote
from domain.tenders import TenderStand, next_in_cost_order, tender_stand
from domain.transport import CarrierBooking, Shipment


@runtime_checkable
class RateSource(Protocol):
    """A connector that can ask carriers what a shipment costs."""

    def live_rates(self, shipment_id: ShipmentId) -> tuple[LiveRate, ...]:
        """The carriers' rates now.

        Raises:
            TowerError: nobody answers, or the shipment is not known there.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteSheet:
    """The prices of a shipment in the order of cost, where its tender stands, and whom to ask next.

    ``why_table`` says why prices are the table's, blank where all are live.
    """

    shipment_id: ShipmentId
    quotes: tuple[Quote, ...]
    stand: TenderStand
    next_quote: Quote | None
    why_table: str


def quote_sheet(
    shipment_id: ShipmentId,
    facts: RemedyFacts,
    bookings: Sequence[CarrierBooking],
    source: RateSource | None,
    now: datetime,
) -> QuoteSheet:
    """Price a shipment with every service on file.

    Raises:
        ConflictError: the shipment is not in the mirror.
    """
    shipment = entity_of(facts, EntityKind.SHIPMENT, shipment_id, Shipment)
    quotes, why = priced(shipment, facts.carrier_services(), source)
    stand = tender_stand(bookings, now)
    return QuoteSheet(
        shipment_id=shipment_id,
        quotes=quotes,
        stand=stand,
        next_quote=next_in_cost_order(stand, quotes),
        why_table=why,
    )


def priced(
    shipment: Shipment, services: Sequence[CarrierService], source: RateSource | None
) -> tuple[tuple[Quote, ...], str]:
    """What a shipment costs with each service, the cheapest first, and why prices are the table's."""
    rates, why = _live(shipment.shipment_id, source)
    by_service = {rate.service_id: rate for rate in rates}
    quotes = [
        live_quote(service, by_service[service.service_id])
        if service.service_id in by_service
        else table_quote(service, shipment.weight_grams)
        for service in services
    ]
    quotes.sort(key=lambda q: (q.cost_cents, q.transit_days, q.service_id))
    if not why and any(quote.basis is QuoteBasis.TABLE for quote in quotes):
        why = "Some carriers gave no rate."
    return tuple(quotes), why


def _live(shipment_id: ShipmentId, source: RateSource | None) -> tuple[tuple[LiveRate, ...], str]:
    if source is None:
        return (), "No source of this profile gives live rates."
    try:
        return source.live_rates(shipment_id), ""
    except TowerError as error:
        return (), f"No live rates: {error.what}"
