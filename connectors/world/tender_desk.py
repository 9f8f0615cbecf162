"""Shipments are offered to carriers: they accept, decline or do not answer; then the next is asked."""

from __future__ import annotations

from datetime import timedelta

from connectors.world import names
from connectors.world.freight import freight_cents
from connectors.world.loads import Booking, Consignment
from connectors.world.state import WorldState
from connectors.world.trail_desk import TrailDesk
from domain.ids import EntityKind
from domain.network import CarrierService
from domain.transport import BookingStatus, ShipmentStatus

TENDER_MINUTES = 20
ANSWER_MINUTES = (10.0, 60.0)
ANSWER_WITHIN_HOURS = 4
ASK_NEXT_MINUTES = (40.0, 150.0)
NOTICE_MINUTES = (30.0, 120.0)
CORRECT_HOURS = (4.0, 20.0)
SURCHARGE_PERCENT = (30, 90)
PERCENT = 100
NOT_DEPARTED = frozenset({ShipmentStatus.PLANNED, ShipmentStatus.BOOKED, ShipmentStatus.PACKED})
OVER = frozenset({BookingStatus.DECLINED, BookingStatus.EXPIRED, BookingStatus.CANCELLED})


class TenderDesk:
    """Chooses services by the routing guide, the window and the price, and has them booked."""

    def __init__(self, state: WorldState, trail: TrailDesk) -> None:
        """Note what carriers announce in ``trail``."""
        self._state = state
        self._trail = trail

    def first_service(
        self, shipment_id: str, scacs: tuple[str, ...], days: float, grams: int
    ) -> CarrierService:
        """The service to plan with; now and then somebody does not look at the routing guide."""
        careless = self._state.happens(self._state.nature.guide_slip, "guide", shipment_id)
        return self._choose(() if careless else scacs, days, grams, frozenset())

    def tender_soon(self, shipment: Consignment) -> None:
        """Offer a planned shipment to its carrier."""
        self._state.after(TENDER_MINUTES, lambda: self._tender_first(shipment))

    def book(self, shipment: Consignment, service: CarrierService) -> None:
        """Book a service by hand: agreed by telephone, so it is accepted at once."""
        self.withdraw(shipment)
        self._switch(shipment, service)
        self._accept(self._offer(shipment))

    def withdraw(self, shipment: Consignment) -> None:
        """Take back what was offered or agreed."""
        for booking in shipment.bookings:
            if booking.status not in OVER:
                booking.status = BookingStatus.CANCELLED
                self._put(booking)
        shipment.accepted_at = None

    def ask_next(self, shipment: Consignment) -> None:
        """Offer a shipment to the best carrier that has not refused it yet."""
        if shipment.status not in NOT_DEPARTED or shipment.accepted_at is not None:
            return
        refused = frozenset(b.service.scac for b in shipment.bookings)
        scacs = shipment.order.customer.routing_scacs
        days = (shipment.window_end_at - shipment.pickup_at) / timedelta(days=1)
        self._switch(shipment, self._choose(scacs, days, shipment.weight_grams, refused))
        self._tender(shipment)

    def _tender_first(self, shipment: Consignment) -> None:
        if shipment.status in NOT_DEPARTED and not shipment.bookings:
            self._tender(shipment)
            self._mend_guide_slip(shipment)

    def _tender(self, shipment: Consignment) -> None:
        """Offer and wait for the answer."""
        state, nature = self._state, self._state.nature
        booking = self._offer(shipment)
        booking_id = booking.booking_id
        on_strike = state.disruptions.strike_ends_at(booking.service.scac) is not None
        if on_strike or state.happens(nature.unanswered_tender, "unanswered", booking_id):
            state.at(booking.expires_at, lambda: self._refuse(booking, BookingStatus.EXPIRED))
            return
        percent = state.disruptions.declined_percent(booking.service.scac)
        declines = state.happens(nature.declined_tender, "declined", booking_id) or (
            percent > 0 and state.draws.share("no-trucks", booking_id) * PERCENT < percent
        )
        minutes = state.draws.between(ANSWER_MINUTES, "answer", booking_id)
        if declines:
            state.after(minutes, lambda: self._refuse(booking, BookingStatus.DECLINED))
        else:
            state.after(minutes, lambda: self._accept(booking))

    def _offer(self, shipment: Consignment) -> Booking:
        state = self._state
        times = len(shipment.bookings) + 1
        booking = Booking(
            booking_id=names.booking_id(shipment.shipment_id, times),
            shipment=shipment,
            service=shipment.service,
            booked_at=state.now,
            cost_cents=shipment.cost_cents,
            expires_at=state.now + timedelta(hours=ANSWER_WITHIN_HOURS),
        )
        shipment.bookings.append(booking)
        self._put(booking)
        return booking

    def _accept(self, booking: Booking) -> None:
        state, shipment = self._state, booking.shipment
        if booking.status is not BookingStatus.TENDERED or shipment.status not in NOT_DEPARTED:
            return
        booking.status = BookingStatus.ACCEPTED
        booking.answered_at = shipment.accepted_at = state.now
        self._put(booking)
        if state.happens(state.nature.surcharge, "surcharge", booking.booking_id):
            percent = state.draws.whole(SURCHARGE_PERCENT, "surcharge-by", booking.booking_id)
            shipment.cost_cents += shipment.cost_cents * percent // PERCENT
        if shipment.status is ShipmentStatus.PLANNED:
            shipment.status = ShipmentStatus.BOOKED
        state.put_shipment(shipment)
        if state.happens(state.nature.late_booking, "late-booking", booking.booking_id):
            minutes = state.draws.between(NOTICE_MINUTES, "notice", booking.booking_id)
            state.after(minutes, lambda: self._warn(booking))

    def _warn(self, booking: Booking) -> None:
        """The carrier says before it comes that it will be late."""
        if booking.status is BookingStatus.ACCEPTED and booking.shipment.status in NOT_DEPARTED:
            self._trail.delay(booking.shipment, "TR")

    def _refuse(self, booking: Booking, status: BookingStatus) -> None:
        if booking.status is not BookingStatus.TENDERED:
            return
        state = self._state
        booking.status = status
        booking.answered_at = state.now
        self._put(booking)
        minutes = state.draws.between(ASK_NEXT_MINUTES, "ask-next", booking.booking_id)
        state.after(minutes, lambda: self.ask_next(booking.shipment))

    def _mend_guide_slip(self, shipment: Consignment) -> None:
        """Who planned past the routing guide is told some hours later, often before the truck comes."""
        scacs = shipment.order.customer.routing_scacs
        if scacs and shipment.service.scac not in scacs:
            self._state.after_hours(
                CORRECT_HOURS, "guide-mend", shipment.shipment_id, lambda: self._follow_guide(shipment)
            )

    def _follow_guide(self, shipment: Consignment) -> None:
        scacs = shipment.order.customer.routing_scacs
        if shipment.status in NOT_DEPARTED and shipment.service.scac not in scacs:
            days = (shipment.window_end_at - shipment.pickup_at) / timedelta(days=1)
            self.book(shipment, self._choose(scacs, days, shipment.weight_grams, frozenset()))

    def _switch(self, shipment: Consignment, service: CarrierService) -> None:
        shipment.service = service
        shipment.eta_at = shipment.pickup_at + timedelta(days=service.transit_days)
        shipment.cost_cents = freight_cents(service, shipment.weight_grams)
        self._state.put_shipment(shipment)

    def _choose(
        self, scacs: tuple[str, ...], days: float, grams: int, refused: frozenset[str]
    ) -> CarrierService:
        """The cheapest timely service of an allowed carrier; failing that a timely one, then the fastest."""
        services = self._state.services.values()
        fresh = [s for s in services if s.scac not in refused] or list(services)
        allowed = [s for s in fresh if not scacs or s.scac in scacs]
        for wanted in (allowed, fresh):
            timely = [s for s in wanted if s.transit_days <= days]
            if timely:
                return min(timely, key=lambda s: (freight_cents(s, grams), s.service_id))
        return min(allowed or fresh, key=lambda s: (s.transit_days, s.service_id))

    def _put(self, booking: Booking) -> None:
        self._state.put(EntityKind.CARRIER_BOOKING, booking.booking_id, booking.show)
