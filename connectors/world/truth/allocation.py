"""Allocation and supply: lines that stock does not cover, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.world.truth import limits
from connectors.world.truth.books import Books, Change, pair
from connectors.world.truth.margins import margin_cents
from connectors.world.truth.order_states import goes_on, is_open
from connectors.world.truth.shortages import Derived
from connectors.world.truth.watch import Claim, Watch, by, each
from domain.customers import LOWEST_TIER
from domain.ids import EntityKind
from domain.inventory import AllocationStatus, LotQuality
from domain.orders import CreditStatus, OrderStatus

if TYPE_CHECKING:
    from connectors.world.truth.shortages import Shortage
    from domain.customers import Customer
    from domain.inventory import Allocation, InboundSupply
    from domain.orders import OrderLine, SalesOrder

LINE = EntityKind.ORDER_LINE
SUPPLY = EntityKind.INBOUND_SUPPLY
BOUND = EntityKind.ALLOCATION


def judge_short_line(books: Books, line_id: str, _at: datetime) -> Iterable[Claim]:
    """A line that is short: whether others could help, whether others hold its stock, how old it is."""
    short = books.shortages.get(line_id)
    line = books.lines.get(line_id)
    order = None if line is None else books.orders.get(line.order_id)
    if short is None or line is None or order is None:
        return
    yield Claim("AL-IMBALANCE" if short.elsewhere >= short.quantity else "AL-SHORT", LINE, line_id)
    if any(_holds_before(books, bound, line, order) for bound in _held_where_short(books, short)):
        yield Claim("AL-PRIORITY-INV", LINE, line_id)
    tier = _tier(books, order)
    waited = limits.BACKORDER_AGED_AFTER[tier] if short.coming_at is not None else None
    yield Claim("AL-BO-AGED", LINE, line_id, line.requested_at + waited if waited else line.requested_at)


def _held_where_short(books: Books, short: Shortage) -> Iterable[Allocation]:
    for node_id in short.node_ids:
        for bound in books.allocations_of_group.of(pair(short.item_id, node_id)).values():
            if (
                bound.status is AllocationStatus.RESERVED
                and bound.quantity
                and bound.line_id != short.line_id
            ):
                yield bound


def _holds_before(books: Books, bound: Allocation, line: OrderLine, order: SalesOrder) -> bool:
    """Whether a reservation is for somebody who comes after this line."""
    holder = books.lines.get(bound.line_id)
    held_for = None if holder is None else books.orders.get(holder.order_id)
    if holder is None or held_for is None or not is_open(held_for) or not holder.open_quantity:
        return False
    theirs, ours = _tier(books, held_for), _tier(books, order)
    return theirs > ours or (theirs == ours and holder.promised_at > line.promised_at)


def _tier(books: Books, order: SalesOrder) -> int:
    customer = books.customers.get(order.customer_id)
    return LOWEST_TIER if customer is None else customer.tier


def judge_supply(books: Books, supply_id: str, _at: datetime) -> Iterable[Claim]:
    """Inbound goods that come late while lines wait, that nobody announced, or that are too few."""
    supply = books.supplies.get(supply_id)
    if supply is None or supply.cancelled:
        return
    if supply.open_quantity and books.waits.get(supply_id) is not None:
        yield Claim("AL-PO-LATE", SUPPLY, supply_id)
    elif supply.open_quantity and not _is_heard_of(supply) and _announces(books, supply):
        yield Claim("AL-PO-LATE", SUPPLY, supply_id, supply.due_at - limits.ASN_DUE_BEFORE)
    if _is_too_little(books, supply):
        yield Claim("AL-PO-SHORT", SUPPLY, supply_id)


def _is_heard_of(supply: InboundSupply) -> bool:
    return any(at is not None for at in (supply.asn_at, supply.dock_at, supply.received_at))


def _announces(books: Books, supply: InboundSupply) -> bool:
    """Whether its supplier is one that announces its shipments."""
    return bool(supply.supplier_name and books.announced_by.of(supply.supplier_name))


def _is_too_little(books: Books, supply: InboundSupply) -> bool:
    """Less than ordered by the latest word; once received, only as long as a line lacks it."""
    if supply.received_at is not None:
        given: int | None = supply.received_quantity
    elif supply.shipped_quantity is not None:
        given = supply.shipped_quantity
    else:
        given = supply.confirmed_quantity
    if given is None:
        return False
    missing = supply.ordered_quantity - given
    if missing <= limits.INBOUND_SHORT_UNITS:
        return False
    if missing * limits.ALL_BP <= limits.INBOUND_SHORT_BP * supply.ordered_quantity:
        return False
    group = pair(supply.item_id, supply.node_id)
    return supply.received_at is None or bool(books.shortages_of_group.of(group))


def judge_stranded(books: Books, allocation_id: str, _at: datetime) -> Iterable[Claim]:
    """Stock bound to an order that may not go on, while others are short of it at the node."""
    bound = books.allocations.get(allocation_id)
    if bound is None or bound.status is not AllocationStatus.RESERVED or not bound.quantity:
        return
    line = books.lines.get(bound.line_id)
    order = None if line is None else books.orders.get(line.order_id)
    short = books.shortages_of_group.of(pair(bound.item_id, bound.node_id))
    if line is None or order is None or not any(line_id != bound.line_id for line_id in short):
        return
    held_since = bound.allocated_at or order.ordered_at
    stopped = order.credit_status is CreditStatus.HOLD and is_open(order)
    if stopped or order.status is OrderStatus.CANCELLED or line.cancelled:
        yield Claim("AL-STRANDED", BOUND, allocation_id, held_since + limits.STRANDED_AFTER)
    elif is_open(order):
        overdue_from = line.promised_at + limits.OVERDUE_AFTER
        yield Claim(
            "AL-STRANDED", BOUND, allocation_id, max(overdue_from, held_since + limits.STRANDED_AFTER)
        )


def judge_lot(books: Books, allocation_id: str, _at: datetime) -> Iterable[Claim]:
    """Units of a lot that must not go to this customer."""
    bound = books.allocations.get(allocation_id)
    lot = None if bound is None or not bound.lot_id else books.lots.get(bound.lot_id)
    line = None if bound is None else books.lines.get(bound.line_id)
    order = None if line is None else books.orders.get(line.order_id)
    if bound is None or lot is None or line is None or order is None:
        return
    if not is_open(order) or not line.open_quantity:
        return
    customer = books.customers.get(order.customer_id)
    unfit = lot.quality is not LotQuality.OK
    if lot.expires_at is not None and customer is not None:
        unfit = unfit or (lot.expires_at - line.promised_at).days < customer.minimum_shelf_life_days
    if unfit:
        yield Claim("AL-LOT", BOUND, allocation_id)


def judge_split(books: Books, order_id: str, _at: datetime) -> Iterable[Claim]:
    """An order that would ship from more places than its customer takes, or than it can pay for."""
    order = books.orders.get(order_id)
    customer = None if order is None else books.customers.get(order.customer_id)
    if order is None or customer is None or not goes_on(order):
        return
    nodes: set[str] = set()
    for line in books.lines_of_order.of(order_id).values():
        if not line.open_quantity:
            continue
        given = books.allocations_of_line.of(line.line_id).values()
        nodes.update(bound.node_id for bound in given if bound.quantity)
        planned = line.node_id or order.ship_from_node_id
        if planned and sum(bound.quantity for bound in given) < line.open_quantity:
            nodes.add(planned)
    if len(nodes) > customer.split.max_shipments or _costs_its_margin(books, order_id, nodes, customer):
        yield Claim("AL-SPLIT", EntityKind.SALES_ORDER, order_id)


def _costs_its_margin(books: Books, order_id: str, nodes: set[str], customer: Customer) -> bool:
    """Whether the freight of all nodes but the dearest takes too much of what the order earns."""
    freights = sorted(
        min(lane.fixed_cost_cents for lane in lanes)
        for node_id in nodes
        if (lanes := books.lane_of.of(pair(node_id, customer.zone_id)).values())
    )
    extra = sum(freights[:-1])
    margin = margin_cents(books, order_id) or 0
    return (
        extra >= limits.SPLIT_FREIGHT_CENTS
        and extra * limits.ALL_BP > max(0, margin) * limits.SPLIT_MARGIN_BP
    )


def _order_of_line(books: Books, line_id: str) -> Iterable[str | None]:
    line = books.lines.get(line_id)
    return (None if line is None else line.order_id,)


def _short_lines_at(books: Books, bound: Allocation) -> Iterable[str]:
    return books.shortages_of_group.of(pair(bound.item_id, bound.node_id))


def _short_lines_by_order(books: Books, order: SalesOrder) -> Iterable[str]:
    """Short lines of the order, and those that compare themselves with what it holds."""
    found = set(books.shortages_of_order.of(order.order_id))
    for line_id in books.lines_of_order.of(order.order_id):
        for bound in books.allocations_of_line.of(line_id).values():
            found.update(_short_lines_at(books, bound))
    return found


def _held_at_short_groups(books: Books, change: Change) -> Iterable[str]:
    """Reservations at the nodes where a line became short, or is so no more."""
    for short in change.both():
        for node_id in short.node_ids:
            yield from books.allocations_of_group.of(pair(short.item_id, node_id))


def _supplies_at_short_groups(books: Books, change: Change) -> Iterable[str]:
    for short in change.both():
        for node_id in short.node_ids:
            yield from books.supplies_of_group.of(pair(short.item_id, node_id))


def _allocations_of_order(books: Books, order: SalesOrder) -> Iterable[str]:
    for line_id in books.lines_of_order.of(order.order_id):
        yield from books.allocations_of_line.of(line_id)


def _supplies_of_announcer(books: Books, change: Change) -> Iterable[str]:
    """The goods themselves; all of the supplier's with each announcement that comes or goes."""
    supply = change.after or change.before
    told = [kept.asn_at is not None for kept in change.both()]
    if any(told) and (len(told) == 1 or told[0] != told[1]):
        return (supply.supply_id, *books.supplies_of_supplier.of(supply.supplier_name))
    return (supply.supply_id,)


WATCHES = (
    Watch(
        name="short lines",
        judge=judge_short_line,
        wakes={
            Derived.SHORTAGE: by("line_id"),
            BOUND: each(_short_lines_at),
            EntityKind.SALES_ORDER: each(_short_lines_by_order),
            LINE: by("line_id"),
        },
    ),
    Watch(
        name="supplies",
        judge=judge_supply,
        wakes={
            SUPPLY: _supplies_of_announcer,
            Derived.WAITING: by("supply_id"),
            Derived.SHORTAGE: _supplies_at_short_groups,
        },
    ),
    Watch(
        name="stranded stock",
        judge=judge_stranded,
        wakes={
            BOUND: by("allocation_id"),
            Derived.SHORTAGE: _held_at_short_groups,
            EntityKind.SALES_ORDER: each(_allocations_of_order),
            LINE: each(lambda books, line: books.allocations_of_line.of(line.line_id)),
        },
    ),
    Watch(
        name="lots",
        judge=judge_lot,
        wakes={
            BOUND: by("allocation_id"),
            EntityKind.LOT: each(lambda books, lot: books.allocations_of_lot.of(lot.lot_id)),
            EntityKind.SALES_ORDER: each(_allocations_of_order),
            LINE: each(lambda books, line: books.allocations_of_line.of(line.line_id)),
        },
    ),
    Watch(
        name="splits",
        judge=judge_split,
        wakes={
            EntityKind.SALES_ORDER: by("order_id"),
            LINE: by("order_id"),
            BOUND: each(lambda books, bound: _order_of_line(books, bound.line_id)),
        },
    ),
)
