"""Shipments are planned, booked, picked up and delivered; carriers are late in clusters and by chance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from connectors.world.billing_desk import BillingDesk
from connectors.world.state import WorldState
from connectors.world.things import Booking, Consignment, Event, Order, Part
from domain.ids import BookingId, EntityKind, MilestoneId, NodeId, ShipmentId
from domain.network import CarrierService
from domain.orders import OrderStatus
from domain.transport import BookingStatus, ShipmentStatus

LEAST_PICK_HOURS = 5
BOOKING_MINUTES = 20
NOTICE_MINUTES = (30, 120)
GRAMS_PER_KG = 1000
TROUBLE_EVERY_MINUTES = 26 * 60
TROUBLE_LASTS_MINUTES = 2 * 60
DELAY_REASONS = ("AM", "BE", "AO", "P1")
NOT_DEPARTED = frozenset({ShipmentStatus.PLANNED, ShipmentStatus.BOOKED, ShipmentStatus.PACKED})


class TransportDesk:
    """Everything from the dock to the customer's door."""

    def __init__(self, state: WorldState, billing: BillingDesk) -> None:
        """Tell ``billing`` what left and what arrived."""
        self._state = state
        self._billing = billing

    def plan(self, order: Order, node_id: NodeId, parts: list[Part]) -> Consignment:
        """Plan a shipment of these parts at the node's next cut-off and book the cheapest timely service."""
        state = self._state
        serial = state.serial("shipment")
        pickup_at = self.next_cutoff(node_id, state.now + timedelta(hours=LEAST_PICK_HOURS))
        weight = sum(part.quantity * part.line.item.weight_grams for part in parts)
        service = self._choose(pickup_at, order.promised_at, weight)
        shipment = Consignment(
            shipment_id=ShipmentId(f"LD-{55_000 + serial}"),
            serial=serial,
            order=order,
            node_id=node_id,
            contents=[(part.line, part.quantity) for part in parts],
            parts=parts,
            service=service,
            pickup_at=pickup_at,
            eta_at=pickup_at + timedelta(days=service.transit_days),
            window_end_at=order.promised_at,
            weight_grams=weight,
            cost_cents=freight_cents(service, weight),
        )
        for part in parts:
            part.shipment = shipment
        order.shipments.append(shipment)
        state.shipments[shipment.shipment_id] = shipment
        self._put(shipment)
        state.after(BOOKING_MINUTES, lambda: self._first_booking(shipment))
        state.at(pickup_at, lambda: self._pick_up(shipment))
        return shipment

    def rebook(self, shipment: Consignment, service: CarrierService, pickup_at: datetime) -> None:
        """Move a shipment that has not left to another service."""
        for booking in shipment.bookings:
            if booking.status is not BookingStatus.CANCELLED:
                booking.status = BookingStatus.CANCELLED
                self._state.put(EntityKind.CARRIER_BOOKING, booking.booking_id, booking.show)
        shipment.service = service
        shipment.pickup_at = pickup_at
        shipment.eta_at = pickup_at + timedelta(days=service.transit_days)
        shipment.cost_cents = freight_cents(service, shipment.weight_grams)
        self._book(shipment)
        self._state.at(pickup_at, lambda: self._pick_up(shipment))

    def next_cutoff(self, node_id: NodeId, earliest: datetime) -> datetime:
        """The first daily cut-off of a node at or after ``earliest``, in UTC."""
        site = self._state.master.site_of[node_id]
        local = (earliest + timedelta(hours=site.utc_offset_hours)).replace(
            hour=16, minute=0, second=0, microsecond=0
        )
        cutoff = local - timedelta(hours=site.utc_offset_hours)
        return cutoff if cutoff >= earliest else cutoff + timedelta(days=1)

    def _choose(self, pickup_at: datetime, window_end_at: datetime, weight_grams: int) -> CarrierService:
        services = self._state.master.services
        timely = [s for s in services if pickup_at + timedelta(days=s.transit_days) <= window_end_at]
        if timely:
            return min(timely, key=lambda s: (freight_cents(s, weight_grams), s.service_id))
        return min(services, key=lambda s: (s.transit_days, s.service_id))

    def _first_booking(self, shipment: Consignment) -> None:
        """The carrier accepts; sometimes it tells soon after that it will be late."""
        if shipment.bookings:
            return
        self._book(shipment)
        rng = self._state.rng("booking", shipment.serial)
        by_chance = shipment.serial % self._state.size.late_booking_every == 0
        if by_chance or self._is_in_trouble(shipment.service.scac):
            self._state.after(rng.uniform(*NOTICE_MINUTES), lambda: self._delay(shipment, "TR"))

    def _book(self, shipment: Consignment) -> None:
        state = self._state
        booking = Booking(
            booking_id=BookingId(f"BK-{shipment.shipment_id[3:]}-{len(shipment.bookings) + 1}"),
            shipment=shipment,
            service=shipment.service,
            booked_at=state.now,
            cost_cents=shipment.cost_cents,
            status=BookingStatus.ACCEPTED,
        )
        shipment.bookings.append(booking)
        state.put(EntityKind.CARRIER_BOOKING, booking.booking_id, booking.show)
        if shipment.status is ShipmentStatus.PLANNED:
            shipment.status = ShipmentStatus.BOOKED
        self._put(shipment)

    def _is_in_trouble(self, scac: str) -> bool:
        """Whether the carrier is having one of its bad spells; one carrier after the other has them."""
        minutes = int((self._state.now - self._state.opened_at).total_seconds()) // 60
        carriers = sorted({service.scac for service in self._state.master.services})
        whose = carriers[minutes // TROUBLE_EVERY_MINUTES % len(carriers)]
        return whose == scac and minutes % TROUBLE_EVERY_MINUTES < TROUBLE_LASTS_MINUTES

    def _delay(self, shipment: Consignment, reason_code: str) -> None:
        """The carrier announces that it will miss the delivery window."""
        if shipment.status is ShipmentStatus.DELIVERED or (
            reason_code == "TR" and shipment.status not in NOT_DEPARTED
        ):
            return
        rng = self._state.rng("delay", shipment.serial, reason_code)
        late = shipment.window_end_at + timedelta(hours=rng.uniform(8, 44))
        shipment.eta_at = max(shipment.eta_at, late.replace(minute=0, second=0, microsecond=0))
        self._event(shipment, "delayed", "SD", reason_code, shipment.order.customer.place.name)
        self._put(shipment)

    def _pick_up(self, shipment: Consignment) -> None:
        """The truck is at the dock: what is packed leaves, the rest waits for the next day's truck."""
        state = self._state
        if shipment.status not in NOT_DEPARTED or state.now < shipment.pickup_at:
            return
        if shipment.status is not ShipmentStatus.PACKED:
            shipment.pickup_at += timedelta(days=1)
            shipment.eta_at += timedelta(days=1)
            self._put(shipment)
            state.at(shipment.pickup_at, lambda: self._pick_up(shipment))
            return
        shipment.status = ShipmentStatus.IN_TRANSIT
        self._event(shipment, "picked_up", "AF", "NS", str(shipment.node_id))
        self._put(shipment)
        self._take_from_stock(shipment)
        state.after(120, lambda: self._billing.bill(shipment))
        half_way = state.now + (shipment.eta_at - state.now) / 2
        state.at(half_way, lambda: self._pass_terminal(shipment))
        self._plan_delivery(shipment)

    def _take_from_stock(self, shipment: Consignment) -> None:
        state = self._state
        for part in list(shipment.parts):
            line, quantity = part.line, part.quantity
            position = state.positions[line.item.item_id, part.node_id]
            position.on_hand -= quantity
            line.shipped += quantity
            state.shrink_part(part, quantity)
            state.put_position(position)
            state.put(EntityKind.ORDER_LINE, line.line_id, line.show)
        order = shipment.order
        if all(line.shipped == line.quantity for line in order.lines):
            order.status = OrderStatus.SHIPPED
            state.put(EntityKind.SALES_ORDER, order.order_id, order.show)

    def _pass_terminal(self, shipment: Consignment) -> None:
        self._event(shipment, "in_transit", "X6", "NS", f"{shipment.service.scac} terminal")
        if shipment.serial % self._state.size.late_transit_every == 1:
            rng = self._state.rng("reason", shipment.serial)
            self._delay(shipment, rng.choice(DELAY_REASONS))

    def _plan_delivery(self, shipment: Consignment) -> None:
        self._state.at(shipment.eta_at, lambda: self._deliver(shipment))

    def _deliver(self, shipment: Consignment) -> None:
        state = self._state
        if shipment.status is not ShipmentStatus.IN_TRANSIT:
            return
        if state.now < shipment.eta_at:
            self._plan_delivery(shipment)
            return
        shipment.status = ShipmentStatus.DELIVERED
        self._event(shipment, "delivered", "D1", "NS", shipment.order.customer.place.name)
        self._put(shipment)
        self._billing.sign(shipment)
        state.after(state.size.archive_days * 1440, self._archiver(shipment.order))

    def _archiver(self, order: Order) -> Callable[[], None]:
        return lambda: self._billing.archive(order)

    def _event(
        self, shipment: Consignment, code: str, raw_code: str, reason_code: str, place_name: str
    ) -> None:
        event = Event(
            milestone_id=MilestoneId(f"MS-{shipment.shipment_id[3:]}-{len(shipment.events) + 1}"),
            shipment=shipment,
            code=code,
            raw_code=raw_code,
            reason_code=reason_code,
            happened_at=self._state.now,
            place_name=place_name,
        )
        shipment.events.append(event)
        self._state.put(EntityKind.MILESTONE, event.milestone_id, event.show)

    def _put(self, shipment: Consignment) -> None:
        self._state.put(EntityKind.SHIPMENT, shipment.shipment_id, shipment.show)


def freight_cents(service: CarrierService, weight_grams: int) -> int:
    """What a service charges for that weight; kilograms are rounded up."""
    return service.fixed_cost_cents + service.rate_cents_per_kg * -(-weight_grams // GRAMS_PER_KG)
