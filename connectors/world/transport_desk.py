"""Shipments are planned, picked up, moved and delivered; strikes, weather and customs stop them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from connectors.world import names
from connectors.world.freight import freight_cents
from connectors.world.loads import Consignment
from connectors.world.state import WorldState
from connectors.world.stock import Part
from connectors.world.stock_desk import StockDesk
from connectors.world.tender_desk import NOT_DEPARTED, TenderDesk
from connectors.world.things import Line, Order
from connectors.world.trail_desk import TrailDesk
from domain.ids import NodeId
from domain.network import CarrierService
from domain.orders import CreditStatus, OrderStatus
from domain.transport import DocumentStatus, ShipmentStatus

__all__ = ["NOT_DEPARTED", "TransportDesk"]

LEAST_PICK_HOURS = 5
CUTOFF_HOUR = 16
STEP_HOURS = (10.0, 13.5)
PACE = (0.78, 0.96)
HOURS_PER_DAY = 24
RESUME_HOURS = (1.0, 8.0)
NO_SHOW_HOURS = (5.0, 18.0)
POSTING_HOURS = (5.0, 12.0)
REDELIVERY_HOURS = (16.0, 30.0)
CUSTOMS_HOURS = (12.0, 48.0)
SILENT_STEPS = 3
LATER_BY_HOURS = 2.0
OPTIMISTIC_HOURS = 6
DELAY_REASONS = ("AM", "BE", "AO", "P1")
FAILED_CODES = ("A1", "A2", "A7")
CUSTOMS_CODES = ("CA", "AS", "BC", "AR")


class TransportDesk:
    """Everything from the dock to the customer's door."""

    def __init__(self, state: WorldState, stock: StockDesk, tender: TenderDesk, trail: TrailDesk) -> None:
        """Tender through ``tender``, report through ``trail``, take what leaves out of ``stock``."""
        self._state = state
        self._stock = stock
        self._tender = tender
        self._trail = trail
        self.when_posted: Callable[[Consignment], None] = _nobody
        self.when_delivered: Callable[[Consignment], None] = _nobody

    def plan(self, order: Order, node_id: NodeId, parts: list[Part]) -> Consignment:
        """Plan a shipment of these parts for the node's next truck and offer it to a carrier."""
        state = self._state
        before = sum(1 for kept in order.shipments if kept.node_id == node_id)
        shipment_id = names.shipment_id(order.order_id, node_id, before + 1)
        pickup_at = self.next_cutoff(node_id, state.now + timedelta(hours=LEAST_PICK_HOURS))
        weight = sum(part.quantity * state.items[part.line.item.item_id].weight_grams for part in parts)
        days = (order.promised_at - pickup_at) / timedelta(days=1)
        service = self._tender.first_service(shipment_id, order.customer.routing_scacs, days, weight)
        shipment = Consignment(
            shipment_id=shipment_id,
            order=order,
            node_id=node_id,
            zone_id=order.customer.zone_id,
            contents=[(part.line, part.quantity) for part in parts],
            parts=parts,
            service=service,
            planned_at=state.now,
            pickup_at=pickup_at,
            eta_at=pickup_at + timedelta(days=service.transit_days),
            window_end_at=order.promised_at,
            weight_grams=weight,
            cost_cents=freight_cents(service, weight),
            quote_cents=freight_cents(service, weight),
        )
        for part in parts:
            part.shipment = shipment
        order.shipments.append(shipment)
        state.shipments[shipment_id] = shipment
        state.put_shipment(shipment)
        self._tender.tender_soon(shipment)
        self._await_truck(shipment, pickup_at)
        return shipment

    def rebook(self, shipment: Consignment, service: CarrierService, pickup_at: datetime) -> None:
        """Move a shipment that has not left to another service."""
        shipment.pickup_at = pickup_at
        self._tender.book(shipment, service)
        self._await_truck(shipment, pickup_at)

    def cancel(self, shipment: Consignment) -> None:
        """A shipment that has not left will not leave."""
        self._tender.withdraw(shipment)
        shipment.status = ShipmentStatus.CANCELLED
        shipment.parts = []
        self._state.put_shipment(shipment)

    def next_cutoff(self, node_id: NodeId, earliest: datetime) -> datetime:
        """The first daily cut-off of a node at or after ``earliest``, in UTC."""
        offset = timedelta(hours=self._state.master.site_of[node_id].utc_offset_hours)
        local = (earliest + offset).replace(hour=CUTOFF_HOUR, minute=0, second=0, microsecond=0)
        cutoff = local - offset
        return cutoff if cutoff >= earliest else cutoff + timedelta(days=1)

    def _await_truck(self, shipment: Consignment, pickup_at: datetime) -> None:
        self._state.at(pickup_at, lambda: self._truck_is_due(shipment, pickup_at))

    def _truck_is_due(self, shipment: Consignment, pickup_at: datetime) -> None:
        """What is packed, booked and cleared leaves; the rest waits for the next day's truck."""
        state = self._state
        if shipment.status not in NOT_DEPARTED or shipment.pickup_at != pickup_at:
            return
        ready = (
            shipment.status is ShipmentStatus.PACKED
            and shipment.accepted_at is not None
            and shipment.document_status is DocumentStatus.GENERATED
            and shipment.order.credit is not CreditStatus.HOLD
            and state.disruptions.outage_ends_at(shipment.node_id) is None
        )
        if not ready:
            self._wait_a_day(shipment)
        elif self._truck_comes(shipment, pickup_at):
            self._leave(shipment)
        else:
            question = f"no-show-{pickup_at:%m%d}"
            state.after_hours(
                NO_SHOW_HOURS, question, shipment.shipment_id, lambda: self._call_again(shipment, pickup_at)
            )

    def _truck_comes(self, shipment: Consignment, pickup_at: datetime) -> bool:
        state = self._state
        if state.disruptions.strike_ends_at(shipment.service.scac) is not None:
            return False
        if state.disruptions.weather_ends_at(shipment.zone_id) is not None:
            return False
        day = f"{shipment.shipment_id}/{pickup_at:%m%d}"
        return not state.happens(state.nature.missed_pickup, "missed-pickup", day)

    def _wait_a_day(self, shipment: Consignment) -> None:
        shipment.pickup_at += timedelta(days=1)
        shipment.eta_at += timedelta(days=1)
        self._state.put_shipment(shipment)
        self._await_truck(shipment, shipment.pickup_at)

    def _call_again(self, shipment: Consignment, pickup_at: datetime) -> None:
        """The truck did not come: ask another carrier during a strike, or the same for the next day."""
        state = self._state
        if shipment.status not in NOT_DEPARTED or shipment.pickup_at != pickup_at:
            return
        shipment.pickup_at = self.next_cutoff(shipment.node_id, state.now + timedelta(hours=1))
        shipment.eta_at = max(
            shipment.eta_at, shipment.pickup_at + timedelta(days=shipment.service.transit_days)
        )
        state.put_shipment(shipment)
        on_strike = state.disruptions.strike_ends_at(shipment.service.scac) is not None
        if on_strike and state.happens(2, "leave-carrier", shipment.shipment_id):
            self._tender.withdraw(shipment)
            self._tender.ask_next(shipment)
        self._await_truck(shipment, shipment.pickup_at)

    def _leave(self, shipment: Consignment) -> None:
        state = self._state
        shipment.status = ShipmentStatus.IN_TRANSIT
        shipment.shipped_at = state.now
        pace = state.draws.between(PACE, "pace", shipment.shipment_id)
        shipment.hours_left = shipment.service.transit_days * HOURS_PER_DAY * pace
        shipment.hours_left += state.disruptions.hidden_delay_hours(shipment.service.scac)
        self._trail.report(shipment, "picked_up", "AF", "NS", str(shipment.node_id))
        state.put_shipment(shipment)
        moved = [(part.line, part.quantity) for part in shipment.parts]
        shipment.lots = [(part.line, part.lot.lot_id) for part in shipment.parts if part.lot is not None]
        for part in list(shipment.parts):
            self._stock.ship(part)
        if state.happens(state.nature.late_posting, "posting", shipment.shipment_id):
            state.after_hours(
                POSTING_HOURS, "post", shipment.shipment_id, lambda: self._post(shipment, moved)
            )
        else:
            self._post(shipment, moved)
        self._next_step(shipment)

    def _post(self, shipment: Consignment, moved: list[tuple[Line, int]]) -> None:
        """The ERP learns what has left."""
        state, order = self._state, shipment.order
        for line, quantity in moved:
            line.shipped += quantity
            state.put_line(line)
        if order.status is OrderStatus.RELEASED and all(line.is_done for line in order.lines):
            order.move_to(OrderStatus.SHIPPED, state.now)
            state.put_order(order)
        self.when_posted(shipment)

    def _next_step(self, shipment: Consignment) -> None:
        """Drive to the next terminal, or to the customer."""
        state = self._state
        shipment.steps += 1
        hours = state.draws.between(STEP_HOURS, f"step-{shipment.steps}", shipment.shipment_id)
        driven = min(hours, shipment.hours_left)
        state.after(60 * driven, lambda: self._arrive(shipment, driven))

    def _arrive(self, shipment: Consignment, driven: float) -> None:
        state = self._state
        stopped_until = self._stopped_until(shipment)
        if stopped_until is not None:
            hours = state.draws.between(RESUME_HOURS, f"resume-{shipment.steps}", shipment.shipment_id)
            state.at(stopped_until + timedelta(hours=round(hours)), lambda: self._arrive(shipment, driven))
            return
        shipment.hours_left -= driven
        if shipment.hours_left <= 0:
            self._at_the_door(shipment)
            return
        self._on_the_way(shipment)

    def _stopped_until(self, shipment: Consignment) -> datetime | None:
        disruptions = self._state.disruptions
        strike = disruptions.strike_ends_at(shipment.service.scac)
        weather = disruptions.weather_ends_at(shipment.zone_id)
        return max((ends for ends in (strike, weather) if ends is not None), default=None)

    def _on_the_way(self, shipment: Consignment) -> None:
        """Report the terminal, unless nobody reports, and drive on, unless something is in the way."""
        state, nature, shipment_id = self._state, self._state.nature, shipment.shipment_id
        may_be_silent = shipment.steps <= SILENT_STEPS
        if not (may_be_silent and state.happens(nature.silent_trail, "silent", shipment_id)):
            self._trail.report(shipment, "in_transit", "X6", "NS", f"{shipment.service.scac} terminal")
        if shipment.steps == 1:
            if shipment.order.ship_to.country not in {"US", ""} and state.happens(
                nature.customs_hold, "customs", shipment_id
            ):
                self._stop_at_customs(shipment)
                return
            if state.happens(nature.late_transit, "late-transit", shipment_id):
                reason = state.draws.one_of(DELAY_REASONS, "reason", shipment_id)
                shipment.hours_left += self._trail.delay(shipment, reason)
        self._tell_eta(shipment)
        self._next_step(shipment)

    def _stop_at_customs(self, shipment: Consignment) -> None:
        state, shipment_id = self._state, shipment.shipment_id
        reason = state.draws.one_of(CUSTOMS_CODES, "customs-code", shipment_id)
        self._trail.report(shipment, "customs_hold", "SD", reason, "customs")
        state.after_hours(CUSTOMS_HOURS, "customs-for", shipment_id, lambda: self._clear_customs(shipment))

    def _clear_customs(self, shipment: Consignment) -> None:
        self._trail.report(shipment, "customs_released", "X6", "NS", "customs")
        self._tell_eta(shipment)
        self._next_step(shipment)

    def _tell_eta(self, shipment: Consignment) -> None:
        """Carriers tell when they will be later than they said; some do not want to know."""
        state = self._state
        arrives_at = state.now + timedelta(hours=shipment.hours_left)
        if state.disruptions.hidden_delay_hours(shipment.service.scac):
            arrives_at = min(arrives_at, shipment.eta_at)
            arrives_at = max(arrives_at, state.now + timedelta(hours=OPTIMISTIC_HOURS))
        if (arrives_at - shipment.eta_at) / timedelta(hours=1) > LATER_BY_HOURS:
            self._trail.expect(shipment, arrives_at + timedelta(hours=1))

    def _at_the_door(self, shipment: Consignment) -> None:
        state = self._state
        place = shipment.order.customer.place.name
        if not shipment.was_refused and state.happens(
            state.nature.failed_delivery, "failed", shipment.shipment_id
        ):
            shipment.was_refused = True
            code = state.draws.one_of(FAILED_CODES, "failed-code", shipment.shipment_id)
            self._trail.report(shipment, "attempted", "AP", code, place)
            hours = state.draws.between(REDELIVERY_HOURS, "redelivery", shipment.shipment_id)
            shipment.hours_left = hours
            if shipment.eta_at < state.now + timedelta(hours=hours):
                self._trail.expect(shipment, state.now + timedelta(hours=hours + 1))
            state.after(60 * hours, lambda: self._arrive(shipment, hours))
            return
        shipment.status = ShipmentStatus.DELIVERED
        shipment.delivered_at = state.now
        self._trail.report(shipment, "delivered", "D1", "NS", place)
        state.put_shipment(shipment)
        self.when_delivered(shipment)


def _nobody(_shipment: Consignment) -> None:
    """Nobody watches yet."""
