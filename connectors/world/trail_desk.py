"""What carriers report: milestones by their own clocks, ETAs, corrections, ids that are wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.world import names
from connectors.world.loads import Consignment, Event
from connectors.world.state import WorldState
from domain.ids import ShipmentId

CORRECT_HOURS = (6.0, 24.0)
IDENTIFY_HOURS = (6.0, 24.0)
SLIP_HOURS = (2, 9)
LATE_BY_HOURS = (8.0, 44.0)


class TrailDesk:
    """Writes the trail of each shipment."""

    def __init__(self, state: WorldState) -> None:
        """Write the trails of ``state``."""
        self._state = state

    def report(
        self, shipment: Consignment, code: str, raw_code: str, reason_code: str, place_name: str
    ) -> Event:
        """Something happened to a shipment, and its carrier says so."""
        state = self._state
        milestone_id = names.milestone_id(shipment.shipment_id, len(shipment.events) + 1)
        event = Event(
            milestone_id=milestone_id,
            shipment=shipment,
            shipment_id=shipment.shipment_id,
            code=code,
            raw_code=raw_code,
            reason_code=reason_code,
            happened_at=state.now,
            said_at=state.now,
            received_at=state.now,
            place_name=place_name,
        )
        shipment.events.append(event)
        shift = state.disruptions.hours_shifted(shipment.service.scac)
        if shift:
            event.said_at += timedelta(hours=shift)
            event.is_off_by_disruption = True
        else:
            self._spoil(event)
        self._put(event)
        return event

    def _spoil(self, event: Event) -> None:
        """Now and then the carrier's clock is wrong, or the shipment it writes down."""
        state, milestone_id = self._state, event.milestone_id
        fault = state.draws.fault((state.nature.clock_slip, state.nature.orphan), "trail", milestone_id)
        if fault == 0:
            event.said_at += timedelta(hours=state.draws.whole(SLIP_HOURS, "clock-by", milestone_id))
            state.after_hours(CORRECT_HOURS, "correct", milestone_id, lambda: self.correct(event))
        elif fault == 1:
            event.shipment_id = ShipmentId(f"{event.shipment_id}X")
            state.after_hours(IDENTIFY_HOURS, "identify", milestone_id, lambda: self._identify(event))

    def correct(self, event: Event) -> None:
        """The carrier sends a milestone again with the right time; the first one no longer counts."""
        shipment = event.shipment
        if shipment.shipment_id not in self._state.shipments:
            return
        again = Event(
            milestone_id=names.milestone_id(shipment.shipment_id, len(shipment.events) + 1),
            shipment=shipment,
            shipment_id=shipment.shipment_id,
            code=event.code,
            raw_code=event.raw_code,
            reason_code=event.reason_code,
            happened_at=event.happened_at,
            said_at=event.happened_at,
            received_at=self._state.now,
            place_name=event.place_name,
            corrects_id=event.milestone_id,
        )
        shipment.events.append(again)
        self._put(again)

    def delay(self, shipment: Consignment, reason_code: str) -> float:
        """The carrier announces that it will miss the delivery window; by how many hours it will be later."""
        state = self._state
        late_by = state.draws.between(LATE_BY_HOURS, f"delay-{reason_code}", shipment.shipment_id)
        late = (shipment.window_end_at + timedelta(hours=late_by)).replace(minute=0, second=0)
        more = max(0.0, (late - shipment.eta_at) / timedelta(hours=1))
        shipment.eta_at = max(shipment.eta_at, late)
        self.report(shipment, "delayed", "SD", reason_code, shipment.order.customer.place.name)
        state.put_shipment(shipment)
        return more

    def expect(self, shipment: Consignment, eta_at: datetime) -> None:
        """The carrier gives another ETA."""
        shipment.eta_at = eta_at.replace(minute=0, second=0)
        self._state.put_shipment(shipment)

    def _identify(self, event: Event) -> None:
        """Somebody finds out which shipment was meant."""
        if event.shipment.shipment_id in self._state.shipments:
            event.shipment_id = event.shipment.shipment_id
            self._put(event)

    def _put(self, event: Event) -> None:
        self._state.put_event(event)
