"""The floor of each centre: pickers in shifts work off a queue by cut-off; packing follows the last pick."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.world.disruptions.view import ALL_OF_IT
from connectors.world.loads import Consignment, Pick
from connectors.world.master import LINES_PER_ORDER
from connectors.world.state import WorldState
from connectors.world.stock import StockPosition
from connectors.world.stock_desk import StockDesk
from domain.ids import NodeId
from domain.transport import DocumentStatus, ShipmentStatus
from domain.warehouse import PickQuality, PickStatus

SHIFT_HOURS = (6, 22)
SHIFT_MINUTES = 60 * (SHIFT_HOURS[1] - SHIFT_HOURS[0])
TYPICAL_WORK_MINUTES = 7
PLANNED_USE = 0.55
WALK_MINUTES = (2.0, 9.0)
RESTART_MINUTES = (10.0, 60.0)
REPICK_HOURS = (6.0, 12.0)
OVERLOOKED_HOURS = (2.0, 6.0)
REFILL_HOURS = (2.0, 6.0)
COUNT_HOURS = (24.0, 44.0)
CHECK_HOURS = (2.0, 6.0)
PAPER_HOURS = (2.0, 6.0)
CHECKED_EVERY = 8
SHORT_PERCENT = (20, 70)
PAPER_ERRORS = ("label template 4x6 rejected", "ASN 856 without SSCC", "printer queue offline")


@dataclass(slots=True, eq=False)
class Floor:
    """One centre's pickers and their queue."""

    node_id: NodeId
    people: int
    queue: list[tuple[datetime, int, str, Pick]] = field(default_factory=list)
    busy: int = 0
    wakes_at: datetime | None = None


class FloorDesk:
    """Picks, checks and packs."""

    def __init__(self, state: WorldState, stock: StockDesk) -> None:
        """Give each centre the people its share of the work needs."""
        self._state = state
        self._stock = stock
        self.when_packed: Callable[[Consignment], None] = _nobody
        lines_per_day = state.size.orders_per_day * LINES_PER_ORDER
        self._floors = {
            node_id: Floor(
                node_id,
                math.ceil(lines_per_day * share * TYPICAL_WORK_MINUTES / (SHIFT_MINUTES * PLANNED_USE)),
            )
            for node_id, share in state.master.node_share.items()
        }

    def enqueue(self, pick: Pick) -> None:
        """Release a pick to the floor; now and then one is overlooked until its truck has gone."""
        state = self._state
        position = self._position(pick)
        position.to_pick += pick.requested
        self._refill_for(position, pick.task_id)
        state.put_pick(pick)
        if state.happens(state.nature.forgotten_pick, "overlooked", pick.task_id):
            hours = state.draws.between(OVERLOOKED_HOURS, "overlooked-for", pick.task_id)
            state.at(pick.due_at + timedelta(hours=hours), lambda: self._queue(pick))
        else:
            self._queue(pick)

    def repick(self, pick: Pick, bin_code: str, quantity: int) -> None:
        """Pick missing units of a task from a bin; a full task lets its shipment be packed."""
        pick.bin_code = bin_code
        pick.picked += quantity
        pick.updated_at = self._state.now
        position = self._position(pick)
        position.taken += quantity
        if pick.picked >= pick.requested:
            self._done(pick)
        self._state.put_pick(pick)
        self._pack_when_picked(pick.shipment)

    def put_back(self, pick: Pick) -> None:
        """What was taken for a task that is called off goes back on the shelf."""
        position = self._position(pick)
        position.taken -= pick.picked
        if pick.finished_at is None:
            position.to_pick -= pick.requested

    def restart(self, node_id: NodeId) -> None:
        """People are there again."""
        self._dispatch(self._floors[node_id])

    def count_soon(self, position: StockPosition) -> None:
        """Send somebody to count a bin that seems to lack something, once."""
        if position.is_count_due:
            return
        position.is_count_due = True
        question = f"count-{position.counts}"
        self._state.after_hours(COUNT_HOURS, question, position.position_id, lambda: self._count(position))

    def _count(self, position: StockPosition) -> None:
        position.is_count_due = False
        if position.missing > 0:
            self._stock.count(position, position.missing)

    def _queue(self, pick: Pick) -> None:
        if pick.status is not PickStatus.RELEASED:
            return
        floor = self._floors[pick.part.node_id]
        tier = pick.part.line.order.customer.tier
        heapq.heappush(floor.queue, (pick.due_at, tier, pick.task_id, pick))
        self._dispatch(floor)

    def _dispatch(self, floor: Floor) -> None:
        """Send everybody who is free to the next pick."""
        state = self._state
        if not floor.queue or floor.busy >= floor.people:
            return
        works_from = self._works_from(floor.node_id)
        if works_from > state.now:
            if floor.wakes_at is None or floor.wakes_at <= state.now or floor.wakes_at > works_from:
                floor.wakes_at = works_from
                state.at(works_from, lambda: self._dispatch(floor))
            return
        pace = state.disruptions.labour_percent(floor.node_id) / ALL_OF_IT
        while floor.queue and floor.busy < floor.people:
            pick = heapq.heappop(floor.queue)[3]
            if pick.status is PickStatus.RELEASED:
                self._walk(floor, pick, pace)

    def _works_from(self, node_id: NodeId) -> datetime:
        """Now, or when the next shift begins, or when the centre can work again."""
        now = self._state.now
        ends_at = self._state.disruptions.outage_ends_at(node_id)
        if ends_at is not None:
            return ends_at
        local = now + timedelta(hours=self._state.master.site_of[node_id].utc_offset_hours)
        first, last = SHIFT_HOURS
        if first <= local.hour < last:
            return now
        opens = local.replace(hour=first, minute=0, second=0)
        opens += timedelta(days=1) if local.hour >= last else timedelta()
        return now + (opens - local)

    def _walk(self, floor: Floor, pick: Pick, pace: float) -> None:
        state = self._state
        floor.busy += 1
        pick.status = PickStatus.STARTED
        pick.started_at = pick.updated_at = state.now
        state.put_pick(pick)
        walk = state.draws.between(WALK_MINUTES, "walk", pick.task_id)
        state.after((walk + pick.work_minutes) / pace, lambda: self._finish(floor, pick))

    def _finish(self, floor: Floor, pick: Pick) -> None:
        """The picker is done, unless the centre stands still; then it is later."""
        state = self._state
        ends_at = state.disruptions.outage_ends_at(floor.node_id)
        if ends_at is not None:
            minutes = state.draws.between(RESTART_MINUTES, "restart", pick.task_id)
            state.at(ends_at + timedelta(minutes=round(minutes)), lambda: self._finish(floor, pick))
            return
        floor.busy -= 1
        if pick.status is PickStatus.STARTED:
            self._take(pick)
        self._dispatch(floor)

    def _take(self, pick: Pick) -> None:
        """Take what is there; what is not is looked for elsewhere some hours later."""
        state = self._state
        position = self._position(pick)
        there = max(0, position.on_hand - position.missing - position.taken)
        found = min(pick.requested, there)
        if found == pick.requested and state.happens(state.nature.short_pick, "short", pick.task_id):
            percent = state.draws.whole(SHORT_PERCENT, "short-by", pick.task_id)
            found -= max(1, pick.requested * percent // 100)
        pick.picked = found
        pick.updated_at = state.now
        position.taken += found
        position.to_pick -= pick.requested
        position.pick_face = max(0, position.pick_face - pick.requested)
        pick.finished_at = state.now
        if found == pick.requested:
            self._done(pick)
        else:
            pick.status, pick.reason_code = PickStatus.SHORT, "bin empty" if found == 0 else "bin short"
            if position.missing > 0:
                self.count_soon(position)
            state.after_hours(REPICK_HOURS, "repick", pick.task_id, lambda: self._look_elsewhere(pick, 1))
        state.put_pick(pick)
        state.put_position(position)
        self._pack_when_picked(pick.shipment)

    def _done(self, pick: Pick) -> None:
        pick.status = PickStatus.DONE
        state = self._state
        if state.happens(state.nature.quality_fail, "quality", pick.task_id):
            if pick.quality is PickQuality.NONE:
                pick.quality, pick.reason_code = PickQuality.FAILED, "damaged in handling"
                state.after_hours(CHECK_HOURS, "mend", pick.task_id, lambda: self._mend(pick))
        elif state.happens(CHECKED_EVERY, "checked", pick.task_id):
            pick.quality = PickQuality.PASSED

    def _mend(self, pick: Pick) -> None:
        """Damaged units are replaced from the shelf, and checked again."""
        if pick.status is PickStatus.DONE:
            pick.quality = PickQuality.PASSED
            pick.updated_at = self._state.now
            self._state.put_pick(pick)
            self._pack_when_picked(pick.shipment)

    def _look_elsewhere(self, pick: Pick, tries: int) -> None:
        """Short picks are repeated from another bin as soon as there is something in one."""
        if pick.status is not PickStatus.SHORT:
            return
        state = self._state
        position = self._position(pick)
        wanted = pick.requested - pick.picked
        there = position.on_hand - position.missing - position.taken
        is_out = state.disruptions.outage_ends_at(pick.part.node_id) is not None
        if there >= wanted and not is_out:
            self.repick(pick, f"R-{position.bin_code[2:]}", wanted)
        else:
            question = f"repick-{tries}"
            state.after_hours(
                REPICK_HOURS, question, pick.task_id, lambda: self._look_elsewhere(pick, tries + 1)
            )

    def _refill_for(self, position: StockPosition, task_id: str) -> None:
        """Bring stock to the pick face for what is released; now and then nobody is told in time."""
        if position.pick_face >= position.to_pick:
            return
        state = self._state
        if state.happens(state.nature.refill_fault, "refill", task_id):
            state.put_position(position)
            state.after_hours(REFILL_HOURS, "refill-in", task_id, lambda: self._refill(position))
        else:
            self._refill(position)

    def _refill(self, position: StockPosition) -> None:
        position.pick_face = max(0, min(position.on_hand, position.to_pick + position.face_quantity))
        self._state.put_position(position)

    def _pack_when_picked(self, shipment: Consignment) -> None:
        if shipment.packed_at is not None or shipment.status is ShipmentStatus.CANCELLED:
            return
        for pick in shipment.picks:
            if pick.status is not PickStatus.DONE or pick.quality is PickQuality.FAILED:
                return
        state = self._state
        shipment.packed_at = state.now
        shipment.status = ShipmentStatus.PACKED
        if state.happens(state.nature.document_fail, "papers", shipment.shipment_id):
            shipment.document_status = DocumentStatus.FAILED
            shipment.document_error = state.draws.one_of(PAPER_ERRORS, "paper-error", shipment.shipment_id)
            state.after_hours(PAPER_HOURS, "print", shipment.shipment_id, lambda: self._print(shipment))
        else:
            shipment.document_status = DocumentStatus.GENERATED
        state.put_shipment(shipment)
        self.when_packed(shipment)

    def _print(self, shipment: Consignment) -> None:
        shipment.document_status, shipment.document_error = DocumentStatus.GENERATED, ""
        self._state.put_shipment(shipment)

    def _position(self, pick: Pick) -> StockPosition:
        return self._state.positions[pick.part.line.item.item_id, pick.part.node_id]


def _nobody(_shipment: Consignment) -> None:
    """Nobody watches yet."""
