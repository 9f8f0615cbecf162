"""What goes wrong by itself: stock gets lost, items sell out, roads close, data is wiped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from connectors.world import names
from connectors.world.loads import Disturbance
from connectors.world.state import WorldState
from connectors.world.stock import Part, StockPosition
from connectors.world.stock_desk import StockDesk
from connectors.world.supply_desk import SupplyDesk
from connectors.world.things import Line, Order
from domain.ids import ItemId, NodeId, ZoneId
from domain.orders import CreditStatus, OrderStatus

MINUTES_PER_DAY = 1440
MISHAP_HOURS = (1.0, 14.0)
SHORT_PERCENT = (35, 75)
FOUND_HOURS = (40.0, 72.0)
NO_SUPPLY_DAYS = (3, 6)
COUNT_EVERY_DAYS = 3
DIFFERENCE_PERCENT = (4, 20)
ROAD_HOURS = (4.0, 20.0)
GAP_HOURS = (24.0, 60.0)
PERCENT = 100
ROADS = (("AO", "Storm"), ("BE", "Road closed by an accident"), ("AU", "Bridge closed"))


class MishapDesk:
    """Nature's own faults."""

    def __init__(self, state: WorldState, stock: StockDesk, supply: SupplyDesk) -> None:
        """Plan what has its own time; what befalls order lines waits for them."""
        self._state = state
        self._stock = stock
        self._supply = supply
        for number, node in enumerate(state.master.nodes):
            minutes = MINUTES_PER_DAY * COUNT_EVERY_DAYS * (number + 1) / len(state.master.nodes)
            state.after(minutes, self._counting(node.node_id, 1))
        state.after(MINUTES_PER_DAY, lambda: self._roads(1))
        for item in state.master.items:
            if state.happens(state.nature.master_gap, "master-gap", item.item_id):
                days = state.draws.share("gap-at", item.item_id) * state.size.span_days
                state.after(days * MINUTES_PER_DAY, self._wiping(item.item_id))

    def befall(self, order: Order) -> None:
        """See what befalls the stock that the lines of a new order wait for."""
        state, nature = self._state, self._state.nature
        for line in order.lines:
            line_id = line.line_id
            mishap = state.draws.fault((nature.lost_stock, nature.sold_out), "mishap", line_id)
            if mishap is not None:
                losing = self._losing(line, found_again=mishap == 0)
                state.after_hours(MISHAP_HOURS, "lost-at", line_id, losing)

        is_stranding = order.credit is CreditStatus.HOLD and any(
            part.reserved for line in order.lines for part in line.parts
        )
        if is_stranding and state.happens(nature.stranded, "stranded", order.order_id):
            state.after_hours(MISHAP_HOURS, "stranded-at", order.order_id, lambda: self._strand(order))

    def take_away(self, item_id: ItemId) -> None:
        """Wipe the weight of an item out of the master data."""
        state = self._state
        state.set_item(replace(state.items[item_id], weight_grams=0, volume_cm3=0))

    def give_back(self, item_id: ItemId) -> None:
        """Put the weight of an item back."""
        state = self._state
        kept = next(item for item in state.master.items if item.item_id == item_id)
        state.set_item(
            replace(state.items[item_id], weight_grams=kept.weight_grams, volume_cm3=kept.volume_cm3)
        )

    def close_roads(self, name: str, reason: tuple[str, str], zone_ids: tuple[ZoneId, ...]) -> Disturbance:
        """Something is in the way into some zones."""
        state = self._state
        disturbance = Disturbance(
            event_id=names.event_id(name),
            reason_code=reason[0],
            title=reason[1],
            zone_ids=zone_ids,
            starts_at=state.now,
        )
        state.put_disturbance(disturbance)
        return disturbance

    def open_roads(self, disturbance: Disturbance) -> None:
        """It is over."""
        disturbance.ends_at = self._state.now
        self._state.put_disturbance(disturbance)

    def _losing(self, line: Line, *, found_again: bool) -> Callable[[], None]:
        return lambda: self._lose(line, found_again=found_again)

    def _lose(self, line: Line, *, found_again: bool) -> None:
        """A count finds less than the lines here wait for; it was misplaced, or the item is sold out."""
        state = self._state
        position = state.positions[line.item.item_id, line.node_id]
        waiting = [part for part in position.claims.values() if not part.reserved]
        if line.order.status is OrderStatus.CANCELLED or not any(part.line is line for part in waiting):
            return
        self._lose_what_waits(position, waiting, line, found_again=found_again)

    def _strand(self, order: Order) -> None:
        """A count finds less, and what is left is bound to an order that may not go on."""
        for line in order.lines:
            position = self._state.positions[line.item.item_id, line.node_id]
            waiting = [p for p in position.claims.values() if not p.reserved and p.line.order.is_firm]
            if waiting and any(part.reserved for part in line.parts):
                self._lose_what_waits(position, waiting, line, found_again=True)
                return

    def _lose_what_waits(
        self, position: StockPosition, waiting: list[Part], line: Line, *, found_again: bool
    ) -> None:
        state = self._state
        lost = position.on_hand - position.reserved - self._left_over(line, waiting)
        if lost <= 0:
            return
        if not found_again:
            self._sell_out(line)
        self._stock.count(position, lost, at_once=True)
        if found_again:
            state.after_hours(
                FOUND_HOURS, "found", line.line_id, lambda: self._stock.add_stock(position, lost)
            )

    def _sell_out(self, line: Line) -> None:
        """Nobody has any of the item to spare, and for some days no supplier names a date."""
        state, item_id = self._state, line.item.item_id
        days = state.draws.whole(NO_SUPPLY_DAYS, "no-supply", line.line_id)
        for node_id in state.master.stocked_at[item_id]:
            position = state.positions[item_id, node_id]
            self._supply.pause(position, state.now + timedelta(days=days))
            spare = position.on_hand - position.claimed
            if spare > 0 and node_id != line.node_id:
                self._stock.count(position, spare, at_once=True)

    def _left_over(self, line: Line, waiting: list[Part]) -> int:
        """Units that are left for those who wait: fewer than they need."""
        needed = sum(part.quantity for part in waiting)
        percent = self._state.draws.whole(SHORT_PERCENT, "lost-share", line.line_id)
        return max(0, needed - max(1, needed * percent // PERCENT))

    def _counting(self, node_id: NodeId, times: int) -> Callable[[], None]:
        return lambda: self._count(node_id, times)

    def _count(self, node_id: NodeId, times: int) -> None:
        """Count a bin of a centre by turns; most counts find what the books say."""
        state = self._state
        state.after(COUNT_EVERY_DAYS * MINUTES_PER_DAY, self._counting(node_id, times + 1))
        name = f"{node_id}/{times}"
        stocked = [item for item in state.master.items if (item.item_id, node_id) in state.positions]
        item = state.draws.one_of(stocked, "counted", name)
        position: StockPosition = state.positions[item.item_id, node_id]
        lost = 0
        free = position.on_hand - position.claimed
        if free > 0 and state.happens(state.nature.count_difference, "difference", name):
            percent = state.draws.whole(DIFFERENCE_PERCENT, "difference-by", name)
            lost = max(1, free * percent // PERCENT)
        self._stock.count(position, lost, at_once=lost == 0)

    def _roads(self, day: int) -> None:
        state = self._state
        state.after(MINUTES_PER_DAY, lambda: self._roads(day + 1))
        for zone_id in sorted({zone for _, zone in state.master.lane_of}):
            name = f"{zone_id}-{day}"
            if state.happens(state.nature.route_event, "road", name):
                reason = state.draws.one_of(ROADS, "road-reason", name)
                disturbance = self.close_roads(name, reason, (zone_id,))
                state.after_hours(ROAD_HOURS, "road-open", name, self._opening(disturbance))

    def _opening(self, disturbance: Disturbance) -> Callable[[], None]:
        return lambda: self.open_roads(disturbance)

    def _wiping(self, item_id: ItemId) -> Callable[[], None]:
        return lambda: self._wipe(item_id)

    def _wipe(self, item_id: ItemId) -> None:
        self.take_away(item_id)
        self._state.after_hours(GAP_HOURS, "gap-for", item_id, lambda: self.give_back(item_id))
