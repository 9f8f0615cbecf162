"""The store room: first stock, who has a claim on what, what is bound, which lot, and what counts find."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta

from connectors.world import names
from connectors.world.assortment import ages, mean_quantity
from connectors.world.state import WorldState
from connectors.world.stock import BinCount, LotStock, Part, StockPosition
from connectors.world.things import Line
from domain.ids import EntityKind, NodeId
from domain.inventory import LotQuality
from domain.items import Item

COVER_DAYS = 9
ORDER_COVER_DAYS = 12
LEAST_ORDER_UNITS = 24
SAFETY_FACTOR = 2.4
DEMAND_SPREAD = 1.8
SHOWN_SAFETY_SHARE = 0.25
LEAN_FIRST_UNITS = (0, 30)
LEAST_FACE_UNITS = 24
AISLES = "ABCDEF"
BAYS = 40
SHELF_LIFE_DAYS = (260, 420)
SHORT_LIFE_DAYS = (45, 80)
SHORT_LIVED_EVERY = 6
ADJUST_HOURS = (4.0, 10.0)

Watcher = Callable[[StockPosition], None]


class StockDesk:
    """Everything that changes how much is where and for whom."""

    def __init__(self, state: WorldState) -> None:
        """Put the first stock on the shelves."""
        self._state = state
        self.when_claimed: Watcher = _nobody
        self.when_freed: Watcher = _nobody
        for item in state.master.items:
            for node_id in state.master.stocked_at[item.item_id]:
                self._stock_up(item, node_id)

    def is_lean(self, item: Item) -> bool:
        """Whether an item is bought only when it is ordered; such an item has one home."""
        return len(self._state.master.stocked_at[item.item_id]) == 1

    def add_part(self, line: Line, node_id: NodeId, quantity: int) -> Part:
        """Plan open units of a line to ship from a node; joins a part that is planned there already."""
        state = self._state
        position = state.positions[line.item.item_id, node_id]
        position.claimed += quantity
        for part in line.parts:
            if part.node_id == node_id and part.shipment is None and not part.reserved:
                part.quantity += quantity
                break
        else:
            times = line.parts_made[node_id] = line.parts_made.get(node_id, 0) + 1
            part = Part(names.allocation_id(line.line_id, node_id, times), line, node_id, quantity)
            line.parts.append(part)
            position.claims[part.allocation_id] = part
        state.put_part(part)
        self.when_claimed(position)
        return part

    def shrink_part(self, part: Part, quantity: int) -> None:
        """Take units out of a part that have not left, and the part away once it is empty."""
        position = self._position(part)
        bound = part.reserved
        self._unbind(part, quantity)
        self._take_out(part, position, quantity)
        if bound:
            self.when_freed(position)

    def ship(self, part: Part) -> None:
        """The units of a part leave."""
        position = self._position(part)
        position.on_hand -= part.quantity
        position.reserved -= part.quantity
        position.taken -= part.quantity
        self._take_out(part, position, part.quantity)
        self._state.put_position(position)

    def could_reserve(self, part: Part) -> bool:
        """Whether stock is bound to a part, or could be now."""
        return part.reserved or self._position(part).free_to_reserve >= part.quantity

    def reserve(self, part: Part) -> bool:
        """Bind stock to a part if there is enough; whether it is bound."""
        if not part.reserved and self.could_reserve(part):
            part.reserved = True
            part.reserved_at = self._state.now
            self._position(part).reserved += part.quantity
            self._choose_lot(part)
            self._state.put_part(part)
        return part.reserved

    def unreserve(self, part: Part) -> None:
        """Give the stock bound to a part free again; the part stays planned."""
        if part.reserved and part.shipment is None:
            self._unbind(part, part.quantity)
            part.reserved = False
            part.reserved_at = None
            part.lot = None
            self._state.put_part(part)
            self.when_freed(self._position(part))

    def send_away(self, position: StockPosition, quantity: int) -> None:
        """Units leave for another node, the oldest first."""
        left = quantity
        for lot in sorted(position.lots, key=_expiry):
            taken = min(left, lot.left)
            lot.left -= taken
            left -= taken
        position.on_hand -= quantity
        self._state.put_position(position)
        self.when_claimed(position)

    def add_stock(self, position: StockPosition, quantity: int) -> None:
        """Units come into the books."""
        position.on_hand += quantity
        self._state.put_position(position)
        self.when_freed(position)

    def add_lot(self, position: StockPosition, quantity: int) -> LotStock | None:
        """A new lot of an item that ages; other items have no lots."""
        if not ages(position.item):
            return None
        state = self._state
        position.lots_made += 1
        lot_id = names.lot_id(position.item.item_id, position.node_id, position.lots_made)
        short_lived = state.happens(SHORT_LIVED_EVERY, "short-lived", lot_id)
        days = state.draws.whole(SHORT_LIFE_DAYS if short_lived else SHELF_LIFE_DAYS, "life", lot_id)
        lot = LotStock(lot_id, position.item, position.node_id, quantity, state.now + timedelta(days=days))
        in_use = {part.lot.lot_id for part in position.claims.values() if part.lot is not None}
        position.lots = [kept for kept in position.lots if kept.left > 0 or kept.lot_id in in_use]
        position.lots.append(lot)
        state.put(EntityKind.LOT, lot.lot_id, lot.show)
        return lot

    def move_to_good_lot(self, part: Part) -> None:
        """Bind another lot to a part, one that may be shipped to its customer."""
        if part.shipment is not None and part.shipment.shipped_at is not None:
            return
        lot = self._best_lot(self._position(part), part)
        if part.reserved and lot is not None and lot is not part.lot:
            if part.lot is not None:
                part.lot.left += part.quantity
            lot.left -= part.quantity
            part.lot = lot
            self._state.put_part(part)

    def write_off(self, position: StockPosition, lots: list[LotStock]) -> None:
        """Take whole lots off the books; nobody must have any of them bound."""
        gone = min(sum(lot.left for lot in lots), position.free_to_reserve)
        position.lots = [lot for lot in position.lots if lot not in lots]
        if gone > 0:
            position.on_hand -= gone
            self._state.put_position(position)
            self.when_claimed(position)

    def count(self, position: StockPosition, lost: int, *, at_once: bool = False) -> BinCount:
        """Count a bin that lacks ``lost`` units; the books are set right then or some hours later."""
        state = self._state
        position.counts += 1
        count_id = names.count_id(position.item.item_id, position.node_id, position.counts)
        counted = max(0, position.on_hand - lost)
        count = BinCount(count_id, position, position.on_hand, counted, state.now)
        state.counts.append(count)
        if at_once:
            self._adjust(count)
        else:
            state.put_count(count)
            state.after_hours(ADJUST_HOURS, "adjust", count_id, lambda: self._adjust(count))
        return count

    def _adjust(self, count: BinCount) -> None:
        """Set the books right: by the difference found, because stock has moved since."""
        count.adjusted_at = self._state.now
        difference = count.counted - count.system
        position = count.position
        position.on_hand += difference
        position.missing = max(0, position.missing + difference)
        self._state.put_count(count)
        self._state.put_position(position)
        if difference < 0:
            self.when_claimed(position)
        else:
            self.when_freed(position)

    def _position(self, part: Part) -> StockPosition:
        return self._state.positions[part.line.item.item_id, part.node_id]

    def _unbind(self, part: Part, quantity: int) -> None:
        if part.reserved:
            self._position(part).reserved -= quantity
            if part.lot is not None:
                part.lot.left += quantity

    def _take_out(self, part: Part, position: StockPosition, quantity: int) -> None:
        state = self._state
        part.quantity -= quantity
        position.claimed -= quantity
        if part.quantity > 0:
            state.put_part(part)
            return
        part.line.parts.remove(part)
        del position.claims[part.allocation_id]
        state.drop(EntityKind.ALLOCATION, part.allocation_id)

    def _choose_lot(self, part: Part) -> None:
        """The lot that ages first and still suits the customer; now and then nobody looks at the customer."""
        position = self._position(part)
        if not position.lots:
            return
        state = self._state
        oldest = min(position.lots, key=_expiry)
        careless = state.happens(state.nature.lot_fault, "careless-lot", part.line.line_id)
        part.lot = oldest if careless else self._best_lot(position, part) or oldest
        part.lot.left -= part.quantity
        if not self._suits(part.lot, part):
            state.after_hours((6, 20), "relot", part.allocation_id, lambda: self.move_to_good_lot(part))

    def _best_lot(self, position: StockPosition, part: Part) -> LotStock | None:
        fitting = [lot for lot in position.lots if self._suits(lot, part)]
        full = [lot for lot in fitting if lot.left >= part.quantity]
        return min(full or fitting, key=_expiry, default=None)

    def _suits(self, lot: LotStock, part: Part) -> bool:
        if lot.quality is not LotQuality.OK:
            return False
        order = part.line.order
        delivered_at = max(order.promised_at, self._state.now) + timedelta(days=1)
        return lot.expires_at >= delivered_at + timedelta(days=order.customer.minimum_shelf_life_days)

    def _stock_up(self, item: Item, node_id: NodeId) -> None:
        state = self._state
        a_day = state.master.units_per_day[item.item_id, node_id]
        spread = math.sqrt(COVER_DAYS * DEMAND_SPREAD * mean_quantity(item) * a_day)
        lean = self.is_lean(item)
        position = StockPosition(
            item=item,
            node_id=node_id,
            bin_code=_bin(state.master.item_number[item.item_id]),
            on_hand=0,
            safety=0 if lean else round(SHOWN_SAFETY_SHARE * spread),
            reorder_point=0
            if lean
            else round(COVER_DAYS * a_day + SAFETY_FACTOR * spread + mean_quantity(item)),
            order_quantity=max(round(ORDER_COVER_DAYS * a_day), LEAST_ORDER_UNITS),
            face_quantity=max(round(2 * a_day), LEAST_FACE_UNITS),
        )
        if lean:
            position.order_quantity = LEAST_ORDER_UNITS
            position.on_hand = state.draws.whole(LEAN_FIRST_UNITS, "first-stock", position.position_id)
        else:
            more = state.draws.share("first-stock", position.position_id)
            position.on_hand = position.reorder_point + round(more * position.order_quantity)
        position.pick_face = min(position.on_hand, position.face_quantity)
        state.positions[item.item_id, node_id] = position
        self.add_lot(position, position.on_hand)
        state.put_position(position)


def _bin(number: int) -> str:
    """Every item has a bin of its own in each centre."""
    bay, level = number // len(AISLES) % BAYS + 1, number // (len(AISLES) * BAYS) + 1
    return f"{AISLES[number % len(AISLES)]}-{bay:02d}-{level:02d}"


def _expiry(lot: LotStock) -> tuple[datetime, str]:
    return (lot.expires_at, lot.lot_id)


def _nobody(_position: StockPosition) -> None:
    """Nobody watches yet."""
