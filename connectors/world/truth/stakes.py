"""What a condition touches when it begins and when it ends: order lines, and money on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.world.truth.books import Books, pair
from connectors.world.truth.order_entry import agreed_price_cents
from connectors.world.truth.order_states import NOT_LEFT
from domain.billing import PodCondition
from domain.ids import EntityKind
from domain.transport import ShipmentStatus

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.world.truth.watch import Claim
    from domain.billing import Invoice

Lines = Iterable[str]


@dataclass(frozen=True, slots=True)
class Stake:
    """Lines whose service is at stake, and cents in question beside it."""

    line_ids: frozenset[str] = frozenset()
    cents: int = 0

    def joined(self, other: Stake) -> Stake:
        """What is at stake at either of two moments."""
        return Stake(self.line_ids | other.line_ids, max(self.cents, other.cents))


def stake_of(books: Books, claim: Claim, at: datetime) -> Stake:
    """What is at stake now."""
    by_code = _LINES_OF_CODE.get(claim.code)
    lines = _LINES_OF_KIND[claim.kind] if by_code is None else by_code
    cents = _CENTS_OF_CODE.get(claim.code)
    return Stake(
        frozenset(lines(books, claim.entity_id)), 0 if cents is None else cents(books, claim.entity_id, at)
    )


def _of_shipment(books: Books, shipment_id: str) -> Lines:
    shipment = books.shipments.get(shipment_id)
    return () if shipment is None else (part.line_id for part in shipment.lines)


def _of_order(books: Books, order_id: str) -> Lines:
    return books.lines_of_order.of(order_id)


def _of_pick(books: Books, task_id: str) -> Lines:
    pick = books.picks.get(task_id)
    return () if pick is None else (pick.line_id,)


def _of_bin(books: Books, bin_key: str) -> Lines:
    picks = books.picks_of_bin.of(bin_key).values()
    return (pick.line_id for pick in picks if pick.picked_quantity < pick.requested_quantity)


def _of_wave(books: Books, wave: str) -> Lines:
    picks = books.picks_of_wave.of(wave).values()
    return (pick.line_id for pick in picks if pick.status == "released")


def _of_node(books: Books, node_id: str) -> Lines:
    return (pick.line_id for pick in books.open_picks_of_node.of(node_id).values())


def _of_allocation(books: Books, allocation_id: str) -> Lines:
    bound = books.allocations.get(allocation_id)
    return () if bound is None else (bound.line_id,)


def _of_change(books: Books, change_id: str) -> Lines:
    request = books.changes.get(change_id)
    if request is None:
        return ()
    return _of_order(books, request.order_id) if request.line_id is None else (request.line_id,)


def _of_message(books: Books, message_id: str) -> Lines:
    message = books.messages.get(message_id)
    return () if message is None or message.order_id is None else _of_order(books, message.order_id)


def _of_supply(books: Books, supply_id: str) -> Lines:
    """The lines that wait for the goods; those that are short at the node, where these are too few."""
    waiting = books.waits.get(supply_id)
    supply = books.supplies.get(supply_id)
    found = set() if waiting is None else set(waiting.line_ids)
    if supply is not None:
        found.update(books.shortages_of_group.of(pair(supply.item_id, supply.node_id)))
    return found


def _of_position(books: Books, position_id: str) -> Lines:
    held = books.positions.get(position_id)
    if held is None:
        return ()
    picks = books.picks_of_group.of(pair(held.item_id, held.node_id)).values()
    return (pick.line_id for pick in picks if pick.status == "released")


def _of_carrier(books: Books, carrier: str) -> Lines:
    for shipment in books.shipments_of_carrier.of(carrier).values():
        if shipment.status in NOT_LEFT or shipment.status is ShipmentStatus.IN_TRANSIT:
            yield from (part.line_id for part in shipment.lines)


def _of_event(books: Books, event_id: str) -> Lines:
    event = books.events.get(event_id)
    for zone_id in () if event is None else event.zone_ids:
        for shipment in books.open_shipments_to.of(zone_id).values():
            yield from (part.line_id for part in shipment.lines)


def _starved(books: Books, allocation_id: str) -> Lines:
    bound = books.allocations.get(allocation_id)
    if bound is None:
        return ()
    return books.shortages_of_group.of(pair(bound.item_id, bound.node_id))


def _itself(_books: Books, entity_id: str) -> Lines:
    return (entity_id,)


def _nothing(_books: Books, _entity_id: str) -> Lines:
    return ()


_LINES_OF_KIND: dict[EntityKind, Callable[[Books, str], Lines]] = {
    EntityKind.SALES_ORDER: _of_order,
    EntityKind.ORDER_LINE: _itself,
    EntityKind.ORDER_CHANGE: _of_change,
    EntityKind.EDI_MESSAGE: _of_message,
    EntityKind.ALLOCATION: _of_allocation,
    EntityKind.INBOUND_SUPPLY: _of_supply,
    EntityKind.INVENTORY_POSITION: _of_position,
    EntityKind.PICK_TASK: _of_pick,
    EntityKind.BIN: _of_bin,
    EntityKind.WAVE: _of_wave,
    EntityKind.NODE: _of_node,
    EntityKind.SHIPMENT: _of_shipment,
    EntityKind.CARRIER: _of_carrier,
    EntityKind.ROUTE_EVENT: _of_event,
    EntityKind.INVOICE: _nothing,
    EntityKind.RETURN_AUTHORISATION: _nothing,
    EntityKind.ITEM: _nothing,
    EntityKind.MILESTONE: _nothing,
    EntityKind.SUPPLIER: _nothing,
    EntityKind.FEED: _nothing,
}
_LINES_OF_CODE: dict[str, Callable[[Books, str], Lines]] = {"AL-STRANDED": _starved}


def _bill_total(bill: Invoice) -> int:
    return sum((part.quantity - part.credited_quantity) * part.unit_price_cents for part in bill.lines)


def _price_gap(books: Books, line_id: str, at: datetime) -> int:
    line = books.lines.get(line_id)
    order = None if line is None else books.orders.get(line.order_id)
    if line is None or order is None:
        return 0
    agreed = agreed_price_cents(books, order.customer_id, line.item_id, at)
    return abs(line.unit_price_cents - agreed) * line.ordered_quantity


def _billed_quantity_gap(books: Books, invoice_id: str, _at: datetime) -> int:
    bill = books.invoices.get(invoice_id)
    shipment = None if bill is None else books.shipments.get(bill.shipment_id)
    if bill is None or shipment is None:
        return 0
    carried: dict[str, int] = {part.line_id: part.quantity for part in shipment.lines}
    return sum(
        abs(part.quantity - part.credited_quantity - carried.get(part.line_id, 0)) * part.unit_price_cents
        for part in bill.lines
    )


def _billed_price_gap(books: Books, invoice_id: str, _at: datetime) -> int:
    bill = books.invoices.get(invoice_id)
    total = 0
    for part in () if bill is None else bill.lines:
        line = books.lines.get(part.line_id)
        if line is not None:
            total += abs(part.unit_price_cents - line.unit_price_cents) * part.quantity
    return total


def _receipt_gap(books: Books, invoice_id: str, _at: datetime) -> int:
    bill = books.invoices.get(invoice_id)
    if bill is None or bill.shipment_id is None:
        return 0
    good: dict[str, int] = {}
    for receipt in books.receipts_of.of(bill.shipment_id).values():
        for part in receipt.lines:
            if part.condition is PodCondition.GOOD:
                good[part.line_id] = good.get(part.line_id, 0) + part.delivered_quantity
    return sum(
        max(0, part.quantity - part.credited_quantity - good.get(part.line_id, 0)) * part.unit_price_cents
        for part in bill.lines
    )


def _short_paid(books: Books, invoice_id: str, _at: datetime) -> int:
    bill = books.invoices.get(invoice_id)
    return 0 if bill is None else _bill_total(bill) - (bill.paid_cents or 0)


def _whole_bill(books: Books, invoice_id: str, _at: datetime) -> int:
    bill = books.invoices.get(invoice_id)
    return 0 if bill is None else _bill_total(bill)


def _goods_of_shipment(books: Books, shipment_id: str, _at: datetime) -> int:
    shipment = books.shipments.get(shipment_id)
    total = 0
    for part in () if shipment is None else shipment.lines:
        line = books.lines.get(part.line_id)
        total += 0 if line is None else part.quantity * line.unit_price_cents
    return total


def _hurt_goods(books: Books, shipment_id: str, _at: datetime) -> int:
    total = 0
    for receipt in books.receipts_of.of(shipment_id).values():
        for part in receipt.lines:
            line = books.lines.get(part.line_id)
            if line is not None and part.condition is PodCondition.DAMAGED:
                item = books.items.get(line.item_id)
                total += part.delivered_quantity * (0 if item is None else item.landed_cost_cents)
    return total


def _freight_beyond_quote(books: Books, shipment_id: str, _at: datetime) -> int:
    shipment = books.shipments.get(shipment_id)
    if shipment is None or shipment.quote_cents is None:
        return 0
    return max(0, shipment.freight_cost_cents - shipment.quote_cents)


def _goods_back(books: Books, rma_id: str, _at: datetime) -> int:
    back = books.returns.get(rma_id)
    line = None if back is None else books.lines.get(back.line_id)
    return 0 if back is None or line is None else back.quantity * line.unit_price_cents


def _goods_of_order(books: Books, order_id: str, _at: datetime) -> int:
    lines = books.lines_of_order.of(order_id).values()
    return sum(line.value_cents for line in lines if not line.cancelled)


def _chargeback(books: Books, shipment_id: str, _at: datetime) -> int:
    shipment = books.shipments.get(shipment_id)
    customer = None if shipment is None else books.customers.get(shipment.customer_id)
    return 0 if customer is None else customer.routing_chargeback_cents


_CENTS_OF_CODE: dict[str, Callable[[Books, str, datetime], int]] = {
    "OE-PRICE": _price_gap,
    "OE-ROUTING": _chargeback,
    "OE-DUP": _goods_of_order,
    "OE-FRAUD": _goods_of_order,
    "TR-DAMAGE": _hurt_goods,
    "TR-OVERSPEND": _freight_beyond_quote,
    "IN-QTY": _billed_quantity_gap,
    "IN-PRICE": _billed_price_gap,
    "IN-POD-MISMATCH": _receipt_gap,
    "IN-POD-MISSING": _goods_of_shipment,
    "IN-UNBILLED": _goods_of_shipment,
    "IN-DEDUCTION": _short_paid,
    "IN-DUP": _whole_bill,
    "RT-UNMATCHED": _goods_back,
    "RT-OVERDUE": _goods_back,
    "RT-DISPOSITION": _goods_back,
    "RT-CREDIT": _goods_back,
}
