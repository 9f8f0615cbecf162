"""Goods come in; counts go wrong, suppliers slip, and a portal sends notices nobody can read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import msgspec

from connectors.world.assortment import PORTAL_SUPPLIERS, supplier_of
from connectors.world.state import PORTAL_STREAM, STREAM_OF_KIND, WorldState
from connectors.world.things import Part, StockPosition, Supply
from domain.ids import EntityKind, SupplyId
from domain.inventory import SupplyKind

MINUTES_PER_DAY = 1440
LEAST_NODES_FOR_ELSEWHERE = 3
LEAST_HOURS_TO_PROMISE = 48
SHORT_SHARE_PERCENT = (35, 75)
RECOUNT_HOURS = (40, 72)
LATE_DUE_HOURS = 30
SLIP_NOTICE_HOURS = (2, 6)
BAD_NOTICE_EVERY_MINUTES = 180
BAD_NOTICE_HOURS = (6, 9)
EXPEDITE_LEAST_HOURS = 12
HARMLESS_SLIP_SHARE = 0.12
MOST_CANDIDATES = 8


class SupplyDesk:
    """Purchasing, receiving and the surprises of both."""

    def __init__(self, state: WorldState) -> None:
        """Start buying; the first surprises come within hours."""
        self._state = state
        state.after(5, self._buy)
        state.after(600, self._run_short)
        state.after(720, self._let_supplier_slip)
        state.after(10, self._send_bad_notice)

    def expedite(self, supply: Supply, eta_at: datetime) -> None:
        """Have goods come earlier."""
        supply.eta_at = eta_at
        self._state.put_supply(supply)
        self._state.at(eta_at, lambda: self._receive(supply))

    def _buy(self) -> None:
        """Ordinary replenishment; some of it slips without anybody waiting for it."""
        state = self._state
        serial = state.serial("purchase")
        rng = state.rng("purchase", serial)
        state.after(MINUTES_PER_DAY / state.size.purchases_per_day, self._buy)
        position = rng.choice(list(state.positions.values()))
        if position.is_tight:
            return
        due_at = _morning(state.now + timedelta(days=rng.randint(3, 7)), rng)
        supply = self._order(position, rng.randint(60, 300), due_at)
        if rng.random() < HARMLESS_SLIP_SHARE:
            state.after(rng.uniform(20, 60) * 60, lambda: self._slip(supply, due_at + timedelta(days=2)))

    def _order(self, position: StockPosition, quantity: int, due_at: datetime) -> Supply:
        state = self._state
        serial = state.serial("supply")
        supplier = supplier_of(state.master.item_number[position.item.item_id])
        supply = Supply(
            supply_id=SupplyId(f"PO-{70_000 + serial}-1"),
            kind=SupplyKind.PURCHASE,
            position=position,
            ordered=quantity,
            due_at=due_at,
            eta_at=due_at,
            supplier=supplier,
            is_portal=supplier in PORTAL_SUPPLIERS,
        )
        state.supplies[supply.supply_id] = supply
        state.put_supply(supply)
        state.at(due_at, lambda: self._receive(supply))
        return supply

    def _slip(self, supply: Supply, eta_at: datetime) -> None:
        if supply.received == 0 and eta_at > supply.eta_at:
            supply.eta_at = eta_at
            self._state.put_supply(supply)
            self._state.at(eta_at, lambda: self._receive(supply))

    def _receive(self, supply: Supply) -> None:
        state = self._state
        if supply.received or state.now < supply.eta_at:
            return
        supply.received = supply.ordered
        supply.position.on_hand += supply.ordered
        supply.position.is_tight = False
        state.put_supply(supply)
        state.put_position(supply.position)
        del state.supplies[supply.supply_id]
        stream = PORTAL_STREAM if supply.is_portal else STREAM_OF_KIND[EntityKind.INBOUND_SUPPLY]
        state.after(
            state.size.archive_days * MINUTES_PER_DAY,
            lambda: state.feed.remove(stream, EntityKind.INBOUND_SUPPLY, supply.supply_id, state.now),
        )

    def _run_short(self) -> None:
        """A count finds less than the system said: by turns where others have stock, and where none has."""
        state = self._state
        serial = state.serial("shortage")
        rng = state.rng("shortage", serial)
        state.after(state.size.shortage_hours * 60, self._run_short)
        if serial % 2:
            self._lose_stock(rng, self._pick_position(rng, self._helped_elsewhere))
        else:
            self._sell_out(rng, self._pick_position(rng, lambda p: not self._other_positions(p)))

    def _lose_stock(self, rng: Random, position: StockPosition | None) -> None:
        """Stock is missing here while other centres have enough; a recount finds it days later."""
        if position is None:
            return
        lost = self._drain(rng, position)
        self._state.after(rng.uniform(*RECOUNT_HOURS) * 60, lambda: self._recount(position, lost))

    def _sell_out(self, rng: Random, position: StockPosition | None) -> None:
        """The only stock there is runs short; the next purchase comes after what was promised."""
        if position is None:
            return
        latest = max(part.line.order.promised_at for part in _waiting(position))
        lost = self._drain(rng, position)
        self._order(position, 2 * lost, _morning(latest + timedelta(days=1), rng))

    def _let_supplier_slip(self) -> None:
        """Lines wait for a purchase that was due in time; then the supplier says it comes later."""
        state = self._state
        serial = state.serial("slip")
        rng = state.rng("slip", serial)
        state.after(state.size.late_supply_hours * 60, self._let_supplier_slip)
        position = self._pick_position(rng, lambda p: bool(p.claims))
        if position is None:
            return
        latest = max(part.line.order.promised_at for part in _waiting(position))
        quantity = self._drain(rng, position) * 2
        supply = self._order(position, quantity, _morning(state.now + timedelta(hours=LATE_DUE_HOURS), rng))
        eta_at = _morning(latest + timedelta(days=rng.randint(1, 2)), rng)
        state.after(rng.uniform(*SLIP_NOTICE_HOURS) * 60, lambda: self._slip(supply, eta_at))

    def _pick_position(self, rng: Random, fits: Callable[[StockPosition], bool]) -> StockPosition | None:
        """A position many lines wait at, all promised late enough for a planner to act."""
        soonest = self._state.now + timedelta(hours=LEAST_HOURS_TO_PROMISE)
        claimed = [p for p in self._state.positions.values() if p.claims and not p.is_tight]
        claimed.sort(key=lambda position: (-len(position.claims), position.position_id))
        found: list[StockPosition] = []
        for position in claimed:
            waiting = _waiting(position)
            in_time = all(part.line.order.promised_at >= soonest for part in waiting)
            if waiting and in_time and fits(position):
                found.append(position)
            if len(found) == MOST_CANDIDATES:
                break
        return rng.choice(found) if found else None

    def _other_positions(self, position: StockPosition) -> list[StockPosition]:
        item_id = position.item.item_id
        return [
            self._state.positions[item_id, node_id]
            for node_id in self._state.master.stocked_at[item_id]
            if node_id != position.node_id
        ]

    def _helped_elsewhere(self, position: StockPosition) -> bool:
        others = self._other_positions(position)
        needed = sum(part.quantity for part in _waiting(position))
        return len(others) >= LEAST_NODES_FOR_ELSEWHERE and any(
            other.spare >= needed and not other.is_tight for other in others
        )

    def _drain(self, rng: Random, position: StockPosition) -> int:
        """Take stock away until part of what waits is not covered; the units now missing."""
        needed = sum(part.quantity for part in _waiting(position))
        missing = max(1, needed * rng.randint(*SHORT_SHARE_PERCENT) // 100)
        position.on_hand = position.reserved + needed - missing
        position.is_tight = True
        self._state.put_position(position)
        return missing

    def _recount(self, position: StockPosition, found: int) -> None:
        position.on_hand += found
        position.is_tight = False
        self._state.put_position(position)

    def _send_bad_notice(self) -> None:
        """A supplier sends a notice with an impossible date; hours later it sends it again, correctly."""
        state = self._state
        serial = state.serial("notice")
        rng = state.rng("notice", serial)
        state.after(BAD_NOTICE_EVERY_MINUTES, self._send_bad_notice)
        position = rng.choice(list(state.positions.values()))
        supply = Supply(
            supply_id=SupplyId(f"PO-{90_000 + serial}-1"),
            kind=SupplyKind.PURCHASE,
            position=position,
            ordered=rng.randint(40, 200),
            due_at=_morning(state.now + timedelta(days=5), rng),
            eta_at=_morning(state.now + timedelta(days=5), rng),
            supplier=rng.choice(sorted(PORTAL_SUPPLIERS)),
            is_portal=True,
        )
        supply.eta_at = supply.due_at
        raw = msgspec.json.encode(
            {
                "po_line": supply.supply_id,
                "supplier": supply.supplier,
                "sku": position.item.sku,
                "quantity": f"{supply.ordered} ea",
                "eta": f"31.11.{supply.due_at.year}",
            }
        )
        state.feed.put_unreadable(PORTAL_STREAM, EntityKind.INBOUND_SUPPLY, supply.supply_id, state.now, raw)
        state.after(rng.uniform(*BAD_NOTICE_HOURS) * 60, lambda: self._correct_notice(supply))

    def _correct_notice(self, supply: Supply) -> None:
        self._state.supplies[supply.supply_id] = supply
        self._state.put_supply(supply)
        self._state.at(supply.eta_at, lambda: self._receive(supply))


def _waiting(position: StockPosition) -> list[Part]:
    """The parts that no stock is bound to yet."""
    return [part for part in position.claims.values() if not part.reserved]


def _morning(day: datetime, rng: Random) -> datetime:
    """A delivery slot on that day, between 12:00 and 16:00 UTC."""
    return day.replace(hour=rng.randint(12, 16), minute=0, second=0, microsecond=0)
