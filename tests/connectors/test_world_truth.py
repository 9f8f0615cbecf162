"""What the truth sees: wrongs made by hand, what a disruption brings, the same step by step as at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.world.disruptions.disruption import DisruptionKind
from connectors.world.history import HISTORY_BEGINS_AT, begin_history
from connectors.world.master import build_master
from connectors.world.state import WorldState
from connectors.world.things import Order
from connectors.world.truth.observer import Observer, observe
from connectors.world.truth.paired import Run, caused_by, watch_until
from domain.ids import EntityKind, EntityRef
from domain.items import ItemLifecycle
from domain.orders import CreditStatus, OrderStatus, ScreeningStatus
from domain.transport import BookingStatus, DocumentStatus, ShipmentStatus
from domain.warehouse import PickQuality, PickStatus
from tests.support.small_history import LIVELY_SPECK, SEED, SPECK, STARTS_AT, one

WATCHED_UNTIL = STARTS_AT + timedelta(days=3)
#: Whether these go on depends on whether they held before.
WITH_MEMORY = {"WH-LABOUR", "TR-CARRIER"}

Wrong = tuple[str, EntityKind, str]


@pytest.fixture(scope="module")
def world() -> WorldState:
    """A quiet world three days old."""
    state = begin_history(SEED, SPECK).state
    state.run_until(HISTORY_BEGINS_AT + timedelta(days=3, hours=19))
    return state


def _orders(state: WorldState, status: OrderStatus) -> Iterator[Order]:
    kept = [o for o in state.orders.values() if o.status is status and o.credit is not CreditStatus.HOLD]
    return iter(sorted(kept, key=lambda order: order.order_id))


def _held(state: WorldState) -> Wrong:
    order = next(_orders(state, OrderStatus.CONFIRMED))
    order.credit = CreditStatus.HOLD
    state.put_order(order)
    return "OE-CREDIT", EntityKind.SALES_ORDER, order.order_id


def _without_postcode(state: WorldState) -> Wrong:
    order = next(_orders(state, OrderStatus.CONFIRMED))
    order.ship_to = replace(order.ship_to, postcode=" ")
    state.put_order(order)
    return "OE-INCOMPLETE", EntityKind.SALES_ORDER, order.order_id


def _screened(state: WorldState) -> Wrong:
    order = next(_orders(state, OrderStatus.CONFIRMED))
    order.screening = ScreeningStatus.HIT
    state.put_order(order)
    return "OE-EXPORT", EntityKind.SALES_ORDER, order.order_id


def _too_dear(state: WorldState) -> Wrong:
    line = next(_orders(state, OrderStatus.CONFIRMED)).lines[0]
    line.price_cents = line.price_cents * 2 + 1_000
    state.put_line(line)
    return "OE-PRICE", EntityKind.ORDER_LINE, line.line_id


def _discontinued(state: WorldState) -> Wrong:
    line = next(_orders(state, OrderStatus.CONFIRMED)).lines[0]
    item = state.items[line.item.item_id]
    state.set_item(replace(item, lifecycle=ItemLifecycle.DISCONTINUED))
    return "OE-OBSOLETE", EntityKind.ORDER_LINE, line.line_id


def _weightless(state: WorldState) -> Wrong:
    line = next(_orders(state, OrderStatus.CONFIRMED)).lines[0]
    state.set_item(replace(state.items[line.item.item_id], weight_grams=0))
    return "DQ-MASTER", EntityKind.ITEM, line.item.item_id


def _empty_shelf(state: WorldState) -> Wrong:
    """Nothing on hand where a line waits, nothing coming, and something elsewhere or not."""
    line = next(_orders(state, OrderStatus.CONFIRMED)).lines[0]
    for position in state.positions.values():
        if position.item.item_id == line.item.item_id:
            position.on_hand = 0
            state.put_position(position)
            for supply in position.supplies:
                supply.eta_at = line.order.promised_at + timedelta(days=3)
                state.put_supply(supply)
    return "AL-SHORT", EntityKind.ORDER_LINE, line.line_id


def _overdrawn(state: WorldState) -> Wrong:
    position = next(kept for kept in state.positions.values() if kept.reserved > 0)
    position.on_hand = position.reserved - 1
    state.put_position(position)
    return "DQ-NEG", EntityKind.INVENTORY_POSITION, position.position_id


def _short_pick(state: WorldState) -> Wrong:
    pick = next(kept for kept in state.picks.values() if kept.shipment.shipped_at is None)
    pick.status, pick.picked = PickStatus.SHORT, 0
    state.put_pick(pick)
    return "WH-PICK-SHORT", EntityKind.PICK_TASK, pick.task_id


def _failed_check(state: WorldState) -> Wrong:
    shipments = (kept for kept in state.shipments.values() if kept.shipped_at is None)
    pick = next(pick for kept in shipments for pick in kept.picks if pick.status is PickStatus.DONE)
    pick.quality = PickQuality.FAILED
    state.put_pick(pick)
    return "WH-QC", EntityKind.PICK_TASK, pick.task_id


def _no_label(state: WorldState) -> Wrong:
    shipment = next(kept for kept in state.shipments.values() if kept.shipped_at is None)
    shipment.document_status = DocumentStatus.FAILED
    state.put_shipment(shipment)
    return "WH-LABEL", EntityKind.SHIPMENT, shipment.shipment_id


def _declined(state: WorldState) -> Wrong:
    shipment = next(kept for kept in state.shipments.values() if kept.shipped_at is None and kept.bookings)
    for booking in shipment.bookings:
        booking.status = BookingStatus.DECLINED
        state.put(EntityKind.CARRIER_BOOKING, booking.booking_id, booking.show)
    shipment.pickup_at = state.now + timedelta(hours=2)
    state.put_shipment(shipment)
    return "TR-TENDER", EntityKind.SHIPMENT, shipment.shipment_id


def _late(state: WorldState) -> Wrong:
    shipment = next(kept for kept in state.shipments.values() if kept.status is ShipmentStatus.IN_TRANSIT)
    shipment.eta_at = shipment.window_end_at + timedelta(minutes=1)
    state.put_shipment(shipment)
    return "TR-ETA-LATE", EntityKind.SHIPMENT, shipment.shipment_id


def _billed_too_much(state: WorldState) -> Wrong:
    bill = max(state.bills.values(), key=lambda kept: kept.total_cents)
    line_id = next(iter(bill.quantities))
    bill.quantities[line_id] *= 3
    state.put_bill(bill)
    return "IN-QTY", EntityKind.INVOICE, bill.invoice_id


WRONGS: tuple[Callable[[WorldState], Wrong], ...] = (
    _held,
    _without_postcode,
    _screened,
    _too_dear,
    _discontinued,
    _weightless,
    _empty_shelf,
    _overdrawn,
    _short_pick,
    _failed_check,
    _no_label,
    _declined,
    _late,
    _billed_too_much,
)


@pytest.mark.parametrize("spoil", WRONGS, ids=lambda spoil: spoil.__name__.strip("_"))
def test_what_was_put_wrong_by_hand_is_seen(world: WorldState, spoil: Callable[[WorldState], Wrong]) -> None:
    code, kind, entity_id = spoil(world)
    assert (code, EntityRef(kind=kind, entity_id=entity_id)) in observe(world)


def test_looking_step_by_step_sees_what_looking_once_sees() -> None:
    plan = (one(DisruptionKind.DC_OUTAGE), one(DisruptionKind.SUPPLIER_SLIP, number=2))
    state = begin_history(SEED, LIVELY_SPECK, plan).state
    observer = Observer(state)
    seen = 0
    for day in range(1, 7):
        watch_until(state, observer, HISTORY_BEGINS_AT + timedelta(days=day, hours=day))
        stepwise = {(code, ref) for code, ref in observer.holding() if code not in WITH_MEMORY}
        assert stepwise == {(code, ref) for code, ref in observe(state) if code not in WITH_MEMORY}
        seen += len(stepwise)
    assert seen > 0


@pytest.fixture(scope="module")
def null_run() -> Run:
    """The quiet world without any disruption, watched from where the disruptions begin."""
    state = begin_history(SEED, SPECK).state
    state.run_until(STARTS_AT)
    observer = Observer(state)
    watch_until(state, observer, WATCHED_UNTIL)
    return Run(
        since=STARTS_AT, until=WATCHED_UNTIL, spells=tuple(observer.spells()), there_at={}, loss_cents={}
    )


#: What each kind typically brings within days; the others need more goods, carriers or time than here.
TYPICAL = {
    DisruptionKind.CARRIER_STRIKE: {"TR-TENDER"},
    DisruptionKind.CARRIER_CAPACITY_CUT: {"TR-TENDER"},
    DisruptionKind.DC_OUTAGE: {"WH-OUTAGE", "WH-LATE-START"},
    DisruptionKind.LABOUR_SHORTAGE: {"WH-LABOUR", "WH-LATE-START"},
    DisruptionKind.RECEIVING_DELAY: {"WH-DOCK-STOCK"},
    DisruptionKind.SUPPLIER_SLIP: {"AL-PO-LATE"},
    DisruptionKind.SUPPLIER_SHORT_SHIP: {"AL-PO-SHORT"},
    DisruptionKind.BIN_SHRINK: {"WH-PICK-SHORT"},
    DisruptionKind.LOT_RECALL: {"AL-SHORT", "AL-IMBALANCE"},
    DisruptionKind.WRONG_PRICE_LIST: {"OE-PRICE"},
    DisruptionKind.CREDIT_LIMIT_CUT: {"OE-CREDIT"},
    DisruptionKind.MASTER_DATA_LOSS: {"DQ-MASTER"},
    DisruptionKind.DUPLICATE_EDI_REPLAY: {"OE-DUP"},
    DisruptionKind.FEED_OUTAGE: {"DQ-STALE"},
    DisruptionKind.WEATHER: {"TR-ROUTE"},
    DisruptionKind.BILLING_FAULT: {"IN-POD-MISMATCH"},
    DisruptionKind.FRAUD_RING: {"OE-FRAUD"},
}


@pytest.mark.parametrize("kind", TYPICAL, ids=str)
def test_a_disruption_alone_causes_what_it_is_known_for(kind: DisruptionKind, null_run: Run) -> None:
    everywhere = tuple(node.node_id for node in build_master(SEED, SPECK, HISTORY_BEGINS_AT).nodes)
    disruption = one(kind, targets=everywhere if kind is DisruptionKind.DC_OUTAGE else None)
    state = begin_history(SEED, SPECK, (disruption,)).state
    state.run_until(STARTS_AT)
    observer = Observer(state)
    watch_until(state, observer, WATCHED_UNTIL)
    spells = observer.spells()
    caused = Counter(spells[number].code for number in caused_by(spells, null_run))
    assert caused.keys() >= TYPICAL[kind]


def test_in_a_quiet_world_nothing_breaks_by_itself(null_run: Run) -> None:
    broken = {spell.code for spell in null_run.spells} - {"OE-PROMISE", "OE-FRAUD", "TR-OVERSPEND"}
    assert broken == set()
