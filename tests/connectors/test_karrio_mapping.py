"""karrio's rate sheets and shipments as the tower's services and bookings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.karrio.answers import Band, Carrier, Rate, RateSheet, Service, Shipment
from connectors.karrio.mapping import booking_of, scac_of, services_of, tariff
from domain.errors import BadInputError
from domain.network import CarrierService
from domain.transport import BookingStatus

MADE_AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def shipment(**changes: object) -> Shipment:
    values: dict[str, object] = {
        "id": "shp_1",
        "status": "created",
        "created_at": MADE_AT,
        "reference": "SH-1",
        "carrier_id": "midland",
        "service": "ground",
        "selected_rate": Rate(
            id="rat_1", carrier_id="midland", service="ground", currency="USD", total_charge=95.5
        ),
    }
    return Shipment(**{**values, **changes})  # type: ignore[arg-type]


def test_a_bought_label_is_an_accepted_booking() -> None:
    booking = booking_of(shipment(), {"midland": "MDLN"})
    assert booking is not None
    assert (booking.booking_id, booking.shipment_id, booking.scac) == ("shp_1", "SH-1", "MDLN")
    assert (booking.service_id, booking.status) == ("midland/ground", BookingStatus.ACCEPTED)
    assert (booking.cost_cents, booking.booked_at) == (9_550, MADE_AT)


def test_a_label_given_back_is_a_cancelled_booking() -> None:
    booking = booking_of(shipment(status="cancelled"), {})
    assert booking is not None
    assert booking.status is BookingStatus.CANCELLED
    assert booking.scac == "MIDL"


@pytest.mark.parametrize("missing", ["reference", "carrier_id", "service"])
def test_a_shipment_that_is_nobodys_booking_is_left_out(missing: str) -> None:
    assert booking_of(shipment(**{missing: None}), {}) is None


def test_a_status_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(BadInputError, match="teleported"):
        booking_of(shipment(status="teleported"), {})


def test_another_currency_is_refused_by_name() -> None:
    rate = Rate(id="r", carrier_id="c", service="strasse", currency="EUR", total_charge=1.0)
    with pytest.raises(BadInputError, match="strasse is priced in EUR"):
        booking_of(shipment(selected_rate=rate), {})


def test_only_active_services_of_active_carriers_count() -> None:
    sheet = RateSheet(
        id="s",
        name="s",
        carriers=(
            Carrier(carrier_id="midland", metadata={"scac": "MDLN"}),
            Carrier(carrier_id="gone", active=False),
        ),
        services=(
            Service(id="1", service_code="ground", service_name="Ground", currency="USD", transit_days=3),
            Service(id="2", service_code="old", service_name="Old", currency="USD", active=False),
        ),
        service_rates=(Band(service_id="1", zone_id="z", rate=45.0, max_weight=50.0),),
    )
    (only,) = services_of(sheet)
    assert (only.service_id, only.scac, only.transit_days) == ("midland/ground", "MDLN", 3)
    assert (only.fixed_cost_cents, only.rate_cents_per_kg) == (4_500, 0)


def test_the_scac_of_the_metadata_wins() -> None:
    assert scac_of(Carrier(carrier_id="midland", metadata={"scac": "MDLN"})) == "MDLN"
    assert scac_of(Carrier(carrier_id="overland")) == "OVER"


BANDS = st.lists(
    st.tuples(st.integers(1, 2_000), st.integers(0, 1_000_000)),
    min_size=1,
    max_size=6,
    unique_by=lambda b: b[0],
)


@given(BANDS)
def test_a_tariff_says_no_less_than_its_lightest_and_heaviest_band(pairs: list[tuple[int, int]]) -> None:
    bands = [
        Band(service_id="1", zone_id="z", rate=cents / 100, max_weight=float(top)) for top, cents in pairs
    ]
    fixed, per_kg = tariff(bands)
    line = CarrierService(
        service_id="s",  # type: ignore[arg-type]
        scac="X",
        name="x",
        transit_days=1,
        fixed_cost_cents=fixed,
        rate_cents_per_kg=per_kg,
    )
    for top, cents in (min(pairs), max(pairs)):
        if cents >= min(pairs)[1]:
            assert line.freight_cost_cents(top * 1_000) >= cents
