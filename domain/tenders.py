"""A tender as a state machine with a timer: offered, answered or lapsed, then the next in the order of cost.

States of a shipment's tender: none, waiting (until ``expires_at``), accepted, refused. A tender that nobody
answered in time counts as refused from that moment on, whether or not its system has said so yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.quotes import Quote
from domain.transport import BookingStatus, CarrierBooking

#: After so many carriers a person has to ask, by phone: the lane has no room at any price on file.
MOST_TENDERS = 4


class TenderState(StrEnum):
    """Where the tender of a shipment stands."""

    NONE = "none"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderStand:
    """The state now, who answers until when, and which carriers (SCAC) have refused or let it lapse."""

    state: TenderState
    scac: str = ""
    waits_until: datetime | None = None
    refused_by: frozenset[str] = frozenset()
    tenders: int = 0


def effective_status(booking: CarrierBooking, now: datetime) -> BookingStatus:
    """The status with the timer run: a tender past its answer-by time has lapsed."""
    lapsed = booking.expires_at is not None and booking.expires_at <= now
    if booking.status is BookingStatus.TENDERED and lapsed:
        return BookingStatus.EXPIRED
    return booking.status


def tender_stand(bookings: Iterable[CarrierBooking], now: datetime) -> TenderStand:
    """Where the tender of one shipment stands, from all its bookings."""
    in_order = sorted(bookings, key=lambda b: (b.booked_at, b.booking_id))
    by_status = [(effective_status(b, now), b) for b in in_order]
    refused = frozenset(
        b.scac for status, b in by_status if status in {BookingStatus.DECLINED, BookingStatus.EXPIRED}
    )
    for wanted, state in (
        (BookingStatus.ACCEPTED, TenderState.ACCEPTED),
        (BookingStatus.TENDERED, TenderState.WAITING),
    ):
        held = [b for status, b in by_status if status is wanted]
        if held:
            return TenderStand(
                state=state,
                scac=held[-1].scac,
                waits_until=held[-1].expires_at if state is TenderState.WAITING else None,
                refused_by=refused,
                tenders=len(in_order),
            )
    state = TenderState.REFUSED if refused else TenderState.NONE
    return TenderStand(state=state, refused_by=refused, tenders=len(in_order))


def next_in_cost_order(stand: TenderStand, quotes: Iterable[Quote]) -> Quote | None:
    """The cheapest service of a carrier that has not refused; ``None`` while one holds it, or in the end."""
    if stand.state in {TenderState.WAITING, TenderState.ACCEPTED} or stand.tenders >= MOST_TENDERS:
        return None
    left = [quote for quote in quotes if quote.scac not in stand.refused_by]
    return min(left, key=lambda q: (q.cost_cents, q.transit_days, q.service_id), default=None)
