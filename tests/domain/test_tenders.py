"""A tender: offered, answered or lapsed by its timer, then the next carrier in the order of cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.ids import BookingId, ServiceId, ShipmentId
from domain.quotes import Quote, QuoteBasis
from domain.tenders import (
    MOST_TENDERS,
    TenderState,
    effective_status,
    next_in_cost_order,
    tender_stand,
)
from domain.transport import BookingStatus, CarrierBooking

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SCACS = ("MDLN", "OVLF", "PRNW", "TRIN")


def booking(
    number: int, scac: str, status: BookingStatus, answer_by_minutes: int | None = None
) -> CarrierBooking:
    return CarrierBooking(
        booking_id=BookingId(f"b{number}"),
        shipment_id=ShipmentId("SH-1"),
        service_id=ServiceId(f"{scac}/std"),
        scac=scac,
        status=status,
        booked_at=NOW - timedelta(hours=10 - number),
        expires_at=None if answer_by_minutes is None else NOW + timedelta(minutes=answer_by_minutes),
    )


def quote(scac: str, cost_cents: int) -> Quote:
    return Quote(
        service_id=ServiceId(f"{scac}/std"),
        scac=scac,
        name=scac,
        cost_cents=cost_cents,
        transit_days=2,
        basis=QuoteBasis.TABLE,
    )


QUOTES = (quote("MDLN", 900), quote("OVLF", 400), quote("PRNW", 700))


def test_nothing_offered_goes_to_the_cheapest() -> None:
    stand = tender_stand((), NOW)
    assert stand.state is TenderState.NONE
    found = next_in_cost_order(stand, QUOTES)
    assert found is not None
    assert found.scac == "OVLF"


def test_an_open_tender_waits_until_its_time() -> None:
    stand = tender_stand([booking(1, "OVLF", BookingStatus.TENDERED, 30)], NOW)
    assert (stand.state, stand.scac, stand.waits_until) == (
        TenderState.WAITING,
        "OVLF",
        NOW + timedelta(minutes=30),
    )
    assert next_in_cost_order(stand, QUOTES) is None


def test_a_tender_lapses_by_its_timer_alone() -> None:
    silent = booking(1, "OVLF", BookingStatus.TENDERED, 0)
    assert effective_status(silent, NOW) is BookingStatus.EXPIRED
    stand = tender_stand([silent], NOW)
    assert (stand.state, stand.refused_by) == (TenderState.REFUSED, frozenset({"OVLF"}))
    found = next_in_cost_order(stand, QUOTES)
    assert found is not None
    assert found.scac == "PRNW"


def test_a_yes_after_two_noes_ends_the_asking() -> None:
    stand = tender_stand(
        [
            booking(1, "OVLF", BookingStatus.DECLINED),
            booking(2, "PRNW", BookingStatus.EXPIRED),
            booking(3, "MDLN", BookingStatus.ACCEPTED),
        ],
        NOW,
    )
    assert (stand.state, stand.scac, stand.tenders) == (TenderState.ACCEPTED, "MDLN", 3)
    assert next_in_cost_order(stand, QUOTES) is None


BOOKINGS = st.lists(
    st.tuples(
        st.sampled_from(SCACS),
        st.sampled_from(list(BookingStatus)),
        st.one_of(st.none(), st.integers(-600, 600)),
    ),
    max_size=6,
)
PRICES = st.lists(st.tuples(st.sampled_from(SCACS), st.integers(0, 10_000)), max_size=8)


@given(BOOKINGS, PRICES)
def test_the_next_is_the_cheapest_that_has_not_refused(
    history: list[tuple[str, BookingStatus, int | None]], prices: list[tuple[str, int]]
) -> None:
    bookings = [booking(n, *entry) for n, entry in enumerate(history)]
    quotes = [quote(scac, cents) for scac, cents in prices]
    stand = tender_stand(bookings, NOW)
    found = next_in_cost_order(stand, quotes)
    left = [q.cost_cents for q in quotes if q.scac not in stand.refused_by]
    free = stand.state in {TenderState.NONE, TenderState.REFUSED} and len(bookings) < MOST_TENDERS
    assert (found is not None) == (free and bool(left))
    if found is not None:
        assert found.cost_cents == min(left)
    assert tender_stand(reversed(bookings), NOW) == stand
