"""Goods are bought when stock runs low; suppliers confirm, ship and are late; docks and shelves take time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from connectors.world import names
from connectors.world.assortment import PORTAL_SUPPLIERS, SUPPLIERS, supplier_of
from connectors.world.state import PORTAL_STREAM, WorldState
from connectors.world.stock import StockPosition, Supply
from connectors.world.stock_desk import StockDesk
from domain.ids import EntityKind, SupplyId
from domain.inventory import SupplyKind
from domain.items import ItemLifecycle

MINUTES_PER_DAY = 1440
LEAD_DAYS = (6, 9)
LEAN_LEAD_DAYS = (3, 4)
EARLY_HOURS = (28.0, 46.0)
EARLY_SINCE_DAYS = (8, 20)
PORTAL_EXTRA_DAYS = 1
CONFIRM_HOURS = (3.0, 20.0)
ASN_HOURS_BEFORE = (30.0, 60.0)
SLIP_NOTICE_HOURS = (8.0, 40.0)
SLIP_DAYS = (4, 7)
SHORT_PERCENT = (40, 85)
PUTAWAY_HOURS = (1.0, 3.5)
SLOW_PUTAWAY_HOURS = (24.0, 60.0)
EXPEDITE_LEAST_HOURS = 12
BAD_NOTICE_HOURS = (6.0, 9.0)
PERCENT = 100


class SupplyDesk:
    """Purchasing and receiving."""

    def __init__(self, state: WorldState, stock: StockDesk) -> None:
        """Buy whenever a claim brings a position of ``stock`` to its reorder point."""
        self._state = state
        self._stock = stock
        self._notices = 0
        self.when_received: Callable[[Supply], None] = _nobody
        stock.when_claimed = self.review
        if state.nature.bad_notice_hours:
            state.after(10, self._send_bad_notice)

    def review(self, position: StockPosition) -> None:
        """Buy if what is there and what comes will not last."""
        state = self._state
        left = position.on_hand - position.missing + position.on_order - position.claimed
        if left >= position.reorder_point or state.now < position.no_purchase_until:
            return
        if state.items[position.item.item_id].lifecycle is ItemLifecycle.ACTIVE:
            self._buy(position, position.reorder_point - left + position.order_quantity)

    def pause(self, position: StockPosition, until: datetime) -> None:
        """The supplier has nothing and names no date; purchasing asks again then."""
        position.no_purchase_until = until
        self._state.at(until, lambda: self.review(position))

    def expedite(self, supply: Supply, eta_at: datetime) -> None:
        """Have goods come earlier."""
        supply.eta_at = eta_at
        self._state.put_supply(supply)
        self._state.at(eta_at, lambda: self._arrive(supply, eta_at))

    def transfer(self, position: StockPosition, quantity: int, arrive_at: datetime) -> Supply:
        """Units are on their way to ``position`` from another node."""
        position.purchases += 1
        supply = Supply(
            supply_id=names.transfer_id(position.item.item_id, position.node_id, position.purchases),
            position=position,
            ordered=quantity,
            ordered_at=self._state.now,
            due_at=arrive_at,
            eta_at=arrive_at,
            supplier="",
            is_portal=False,
            kind=SupplyKind.TRANSFER,
            confirmed=quantity,
            sent=quantity,
            asn_at=self._state.now,
        )
        self._state.supplies[supply.supply_id] = supply
        position.supplies.append(supply)
        position.on_order += quantity
        self._state.put_supply(supply)
        self._state.at(arrive_at, lambda: self._arrive(supply, arrive_at))
        return supply

    def slip(self, supply: Supply, days: int) -> None:
        """The supplier says that goods come later than it promised."""
        if supply.dock_at is None:
            supply.eta_at += timedelta(days=days)
            self._state.put_supply(supply)
            eta_at = supply.eta_at
            self._state.at(eta_at, lambda: self._arrive(supply, eta_at))

    def send_less(self, supply: Supply, percent: int) -> None:
        """The supplier confirms only part of what was ordered."""
        if supply.sent is None and supply.dock_at is None:
            less = supply.ordered - max(1, supply.ordered * percent // PERCENT)
            supply.confirmed = supply.ordered - less
            supply.position.on_order -= less
            self._state.put_supply(supply)

    def _buy(self, position: StockPosition, quantity: int) -> Supply:
        state = self._state
        position.purchases += 1
        supply_id = names.supply_id(position.item.item_id, position.node_id, position.purchases)
        supplier = supplier_of(state.master.item_number[position.item.item_id])
        is_portal = supplier in PORTAL_SUPPLIERS
        days = LEAN_LEAD_DAYS if self._stock.is_lean(position.item) else LEAD_DAYS
        lead = state.draws.whole(days, "lead", supply_id) + (PORTAL_EXTRA_DAYS if is_portal else 0)
        hour = state.draws.whole((12, 16), "slot", supply_id)
        due_at = (state.now + timedelta(days=lead)).replace(hour=hour, minute=0, second=0, microsecond=0)
        supply = Supply(
            supply_id=supply_id,
            position=position,
            ordered=quantity,
            ordered_at=state.now,
            due_at=due_at,
            eta_at=due_at - self._early_by(supplier, supply_id),
            supplier=supplier,
            is_portal=is_portal,
        )
        self._follow(supply)
        return supply

    def _early_by(self, supplier: str, supply_id: SupplyId) -> timedelta:
        """One supplier has become faster than its lead times in the master data say."""
        state = self._state
        days = state.draws.whole(EARLY_SINCE_DAYS, "early-since", supplier)
        is_early = supplier == state.draws.one_of(SUPPLIERS, "early-supplier", "suppliers")
        if not is_early or state.now < state.begins_at + timedelta(days=days):
            return timedelta()
        return timedelta(hours=round(state.draws.between(EARLY_HOURS, "early-by", supply_id)))

    def _follow(self, supply: Supply) -> None:
        """What will become of a purchase: confirmed, perhaps late or short, announced, received."""
        state, nature, supply_id = self._state, self._state.nature, supply.supply_id
        state.supplies[supply_id] = supply
        supply.position.supplies.append(supply)
        supply.position.on_order += supply.ordered
        state.put_supply(supply)
        state.after_hours(CONFIRM_HOURS, "confirm", supply_id, lambda: self._confirm(supply))
        eta_at = supply.eta_at
        state.at(eta_at, lambda: self._arrive(supply, eta_at))
        self._announce_before(supply)
        if state.happens(nature.slip, "slip", supply_id):
            days = state.draws.whole(SLIP_DAYS, "slip-days", supply_id)
            state.after_hours(SLIP_NOTICE_HOURS, "slip-at", supply_id, lambda: self.slip(supply, days))

    def _confirm(self, supply: Supply) -> None:
        """The supplier confirms (855), under a disruption or by nature less than was ordered."""
        state = self._state
        supply.confirmed = supply.ordered
        percent = state.disruptions.shipped_percent(supply.supplier)
        days = state.disruptions.slip_days(supply.supplier)
        if percent < PERCENT:
            self.send_less(supply, percent)
        elif state.happens(state.nature.short_ship, "short-ship", supply.supply_id):
            self.send_less(supply, state.draws.whole(SHORT_PERCENT, "short-by", supply.supply_id))
        else:
            state.put_supply(supply)
        if days:
            self.slip(supply, days)

    def _announce_before(self, supply: Supply) -> None:
        state = self._state
        if state.happens(state.nature.missing_asn, "no-asn", supply.supply_id):
            return
        hours = state.draws.between(ASN_HOURS_BEFORE, "asn", supply.supply_id)
        state.at(supply.eta_at - timedelta(hours=hours), lambda: self._announce(supply, hours))

    def _announce(self, supply: Supply, hours: float) -> None:
        """The supplier announces the truck (856), some hours before it comes."""
        state = self._state
        if supply.dock_at is not None:
            return
        if state.now < supply.eta_at - timedelta(hours=hours):
            state.at(supply.eta_at - timedelta(hours=hours), lambda: self._announce(supply, hours))
            return
        supply.sent = supply.confirmed if supply.confirmed is not None else supply.ordered
        supply.asn_at = state.now
        state.put_supply(supply)

    def _arrive(self, supply: Supply, eta_at: datetime) -> None:
        """The truck is at the dock; putting away takes hours, or days where receiving is in trouble."""
        state = self._state
        if supply.dock_at is not None or supply.eta_at != eta_at:
            return
        supply.dock_at = state.now
        state.put_supply(supply)
        slow = state.happens(state.nature.slow_putaway, "slow", supply.supply_id)
        hours = state.draws.between(
            SLOW_PUTAWAY_HOURS if slow else PUTAWAY_HOURS, "putaway", supply.supply_id
        )
        hours += state.disruptions.receiving_delay_hours(supply.position.node_id)
        state.after(60 * hours, lambda: self._put_away(supply))

    def _put_away(self, supply: Supply) -> None:
        state, position = self._state, supply.position
        ends_at = state.disruptions.outage_ends_at(position.node_id)
        if ends_at is not None:
            minutes = 60 * state.draws.between(PUTAWAY_HOURS, "after-outage", supply.supply_id)
            state.at(ends_at + timedelta(minutes=round(minutes)), lambda: self._put_away(supply))
            return
        quantity = supply.coming
        position.on_order -= quantity
        position.supplies.remove(supply)
        supply.received += quantity
        supply.received_at = state.now
        state.put_supply(supply)
        del state.supplies[supply.supply_id]
        if state.keeps_archive:
            state.received.append(supply)
        self._stock.add_lot(position, quantity)
        self._stock.add_stock(position, quantity)
        self.when_received(supply)

    def _send_bad_notice(self) -> None:
        """A supplier sends a notice with an impossible date; hours later it sends it again, correctly."""
        state = self._state
        self._notices += 1
        state.after(60 * state.nature.bad_notice_hours, self._send_bad_notice)
        rng = state.draws.stream("notice", str(self._notices))
        item = rng.choice(state.master.items)
        position = state.positions[item.item_id, rng.choice(state.master.stocked_at[item.item_id])]
        due_at = (state.now + timedelta(days=5)).replace(hour=14, minute=0, second=0, microsecond=0)
        supply = Supply(
            supply_id=SupplyId(f"PO-{90_000 + self._notices}-1"),
            position=position,
            ordered=rng.randint(40, 200),
            ordered_at=state.now,
            due_at=due_at,
            eta_at=due_at,
            supplier=rng.choice(sorted(PORTAL_SUPPLIERS)),
            is_portal=True,
        )
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
        state.after_hours(BAD_NOTICE_HOURS, "notice", supply.supply_id, lambda: self._follow(supply))


def _nobody(_supply: Supply) -> None:
    """Nobody watches yet."""
