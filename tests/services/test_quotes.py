"""Prices of a shipment: live where a source gives them, marked as the table's where none does."""

from __future__ import annotations

from app.services.quotes import QuoteSheet, RateSource, quote_sheet
from domain.ids import BookingId
from domain.quotes import LiveRate, QuoteBasis
from domain.tenders import TenderState
from domain.transport import BookingStatus, CarrierBooking
from tests.support.distributor import EXPRESS, GROUND, NOW, SHIPMENT, FakeFacts
from tests.support.live_rates import Tms


def sheet_from(source: RateSource | None, *bookings: CarrierBooking) -> QuoteSheet:
    return quote_sheet(SHIPMENT.shipment_id, FakeFacts(), bookings, source, NOW)


def test_a_live_rate_replaces_the_tables_price() -> None:
    sheet = sheet_from(Tms(LiveRate(service_id=EXPRESS.service_id, cost_cents=1_234, transit_days=2)))
    assert [(q.scac, q.cost_cents, q.transit_days, q.basis) for q in sheet.quotes] == [
        (EXPRESS.scac, 1_234, 2, QuoteBasis.LIVE),
        (GROUND.scac, GROUND.freight_cost_cents(120_000), GROUND.transit_days, QuoteBasis.TABLE),
    ]
    assert sheet.why_table == "Some carriers gave no rate."


def test_a_tms_that_is_down_leaves_the_tables_prices_and_says_so() -> None:
    sheet = sheet_from(Tms(answers=False))
    assert {q.basis for q in sheet.quotes} == {QuoteBasis.TABLE}
    assert [q.cost_cents for q in sheet.quotes] == [3_200, 8_400]
    assert sheet.why_table == "No live rates: The TMS cannot be reached."


def test_without_a_tms_the_table_is_said_to_be_all_there_is() -> None:
    assert sheet_from(None).why_table == "No source of this profile gives live rates."


def test_the_next_in_cost_order_leaves_out_who_declined() -> None:
    declined = CarrierBooking(
        booking_id=BookingId("b1"),
        shipment_id=SHIPMENT.shipment_id,
        service_id=GROUND.service_id,
        scac=GROUND.scac,
        status=BookingStatus.DECLINED,
        booked_at=NOW,
    )
    sheet = sheet_from(Tms(), declined)
    assert sheet.stand.state is TenderState.REFUSED
    assert sheet.next_quote is not None
    assert sheet.next_quote.scac == EXPRESS.scac
