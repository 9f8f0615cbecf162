"""Records that are missing, impossible, or contradict each other; and feeds that say nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors.world.truth import limits
from connectors.world.truth.books import Books, Change, pair
from connectors.world.truth.invoicing import LEFT
from connectors.world.truth.order_states import is_open
from connectors.world.truth.warehouse import OPEN_PICK, reserved_units
from connectors.world.truth.watch import Claim, Wake, Watch, by, each
from domain.edi import EdiStatus
from domain.ids import EntityKind
from domain.inventory import SupplyKind
from domain.orders import OrderStatus

if TYPE_CHECKING:
    from domain.edi import EdiMessage
    from domain.items import Item
    from domain.transport import Milestone

ORDER = EntityKind.SALES_ORDER
#: What must come before what, of the milestones of a shipment.
BEFORE = {"in_transit": ("picked_up",), "delivered": ("picked_up", "in_transit")}


def judge_position(books: Books, position_id: str, _at: datetime) -> Iterable[Claim]:
    """Stock below zero, or less than is reserved."""
    held = books.positions.get(position_id)
    if held is None:
        return
    if (
        held.on_hand_quantity < reserved_units(books, pair(held.item_id, held.node_id))
        or held.on_hand_quantity < 0
    ):
        yield Claim("DQ-NEG", EntityKind.INVENTORY_POSITION, position_id)


def judge_item(books: Books, item_id: str, _at: datetime) -> Iterable[Claim]:
    """An item that is wanted and of which nobody knows what shipping it takes."""
    item = books.items.get(item_id)
    if item is not None and _lacks_master_data(item):
        for line in books.lines_of_item.of(item_id).values():
            order = books.orders.get(line.order_id)
            if line.open_quantity and order is not None and is_open(order):
                yield Claim("DQ-MASTER", EntityKind.ITEM, item_id)
                return


def _lacks_master_data(item: Item) -> bool:
    needs_volume = item.category in limits.BULKY_CATEGORIES
    return (
        item.weight_grams == 0 or not item.unit_of_measure.strip() or (needs_volume and item.volume_cm3 == 0)
    )


def _faulty_items_of_order(books: Books, order_id: str) -> Iterable[str]:
    for line in books.lines_of_order.of(order_id).values():
        yield from _if_faulty(books, line.item_id)


def _if_faulty(books: Books, item_id: str) -> Iterable[str]:
    item = books.items.get(item_id)
    return (item_id,) if item is not None and _lacks_master_data(item) else ()


def judge_order_statuses(books: Books, order_id: str, _at: datetime) -> Iterable[Claim]:
    """What ERP, warehouse and carrier say of an order, where they cannot all be right."""
    order = books.orders.get(order_id)
    if order is None:
        return
    since: list[datetime] = []
    if order.status is OrderStatus.CANCELLED:
        since += _still_picked(books, order_id, order.status_at)
    elif is_open(order):
        since += _gone_unnoticed(books, order_id)
        for line in books.lines_of_order.of(order_id).values():
            if line.cancelled:
                picks = books.picks_of_line.of(line.line_id).values()
                since += [pick.updated_at for pick in picks if pick.status in OPEN_PICK]
    if since:
        yield Claim("DQ-CONFLICT", ORDER, order_id, min(since) + limits.CONFLICT_GRACE)


def _still_picked(books: Books, order_id: str, since: datetime | None) -> Iterable[datetime]:
    for pick in books.picks_of_order.of(order_id).values():
        if pick.status in OPEN_PICK:
            yield since or pick.updated_at


def _gone_unnoticed(books: Books, order_id: str) -> Iterable[datetime]:
    """When goods left of which the ERP's lines, or its header once all is gone, know nothing."""
    gone = [
        shipment
        for shipment in books.shipments_of_order.of(order_id).values()
        if shipment.status in LEFT and shipment.shipped_at is not None
    ]
    lines = [line for line in books.lines_of_order.of(order_id).values() if not line.cancelled]
    times = sorted(shipment.shipped_at for shipment in gone if shipment.shipped_at is not None)
    if not times:
        return
    if lines and not any(line.open_quantity for line in lines):
        yield times[-1]
    for line in lines:
        parts = sorted(
            (shipment.shipped_at, part.quantity)
            for shipment in gone
            if shipment.shipped_at is not None
            for part in shipment.lines
            if part.line_id == line.line_id
        )
        units = 0
        for left_at, quantity in parts:
            units += quantity
            if units > line.shipped_quantity:
                yield left_at
                break


def judge_message(books: Books, message_id: str, _at: datetime) -> Iterable[Claim]:
    """A message that was rejected and has not come through since."""
    message = books.messages.get(message_id)
    if message is None or message.status is not EdiStatus.REJECTED:
        return
    again = books.messages_of_reference.of(pair(message.partner, message.reference)).values()
    if not message.reference or not any(_comes_through(other, message) for other in again):
        yield Claim("DQ-EDI", EntityKind.EDI_MESSAGE, message_id)


def _comes_through(other: EdiMessage, message: EdiMessage) -> bool:
    later = other.received_at >= message.received_at and other.transaction_set == message.transaction_set
    return later and other.status in {EdiStatus.ACCEPTED, EdiStatus.REPLAYED}


def judge_trail(books: Books, shipment_id: str, _at: datetime) -> Iterable[Claim]:
    """Milestones that happened after they were told, or before one that must precede them."""
    told = books.milestones_of.of(shipment_id).values()
    corrected = {milestone.corrects_id for milestone in told}
    standing = [milestone for milestone in told if milestone.milestone_id not in corrected]
    first: dict[str, datetime] = {}
    for milestone in standing:
        kept = first.get(milestone.code)
        first[milestone.code] = milestone.happened_at if kept is None else min(kept, milestone.happened_at)
    for milestone in standing:
        if _is_ahead(milestone) or _is_before_its_turn(milestone, first):
            yield Claim("DQ-TIME", EntityKind.MILESTONE, milestone.milestone_id)


def _is_ahead(milestone: Milestone) -> bool:
    received_at = milestone.received_at
    return received_at is not None and milestone.happened_at > received_at + limits.FUTURE_TOLERANCE


def _is_before_its_turn(milestone: Milestone, first: dict[str, datetime]) -> bool:
    return any(
        code in first and milestone.happened_at < first[code] - limits.ORDER_TOLERANCE
        for code in BEFORE.get(milestone.code, ())
    )


def judge_supplier(books: Books, supplier: str, _at: datetime) -> Iterable[Claim]:
    """A supplier whose latest receipts lie too often on one side of the planned lead time."""
    received = [
        (supply.received_at, supply.due_at)
        for supply in books.supplies_of_supplier.of(supplier).values()
        if supply.received_at is not None and supply.ordered_at is not None
        if supply.kind is SupplyKind.PURCHASE and not supply.cancelled
    ]
    latest = sorted(received)[-limits.LEAD_RECEIPTS :]
    if len(latest) < limits.LEAD_LEAST:
        return
    late = sum(there_at > due_at + limits.LEAD_TOLERANCE for there_at, due_at in latest)
    early = sum(there_at < due_at - limits.LEAD_TOLERANCE for there_at, due_at in latest)
    limit_bp = next(share for least, share in limits.LEAD_SHARE_BP if len(latest) >= least)
    if max(late, early) * limits.ALL_BP >= limit_bp * len(latest):
        yield Claim("DQ-LEAD", EntityKind.SUPPLIER, supplier)


def judge_named(books: Books, ref: str, _at: datetime) -> Iterable[Claim]:
    """A record that others name and that nobody has ever given."""
    kind, _, entity_id = ref.partition("/")
    named = EntityKind(kind)
    if named is ORDER:
        known = books.orders.get(entity_id) is not None
        naming = bool(books.lines_of_order.of(entity_id) or books.shipments_of_order.of(entity_id))
    elif named is EntityKind.ORDER_LINE:
        known = books.lines.get(entity_id) is not None
        naming = bool(books.picks_of_line.of(entity_id) or books.allocations_of_line.of(entity_id))
    else:
        known = books.shipments.get(entity_id) is not None
        naming = bool(
            books.milestones_of.of(entity_id)
            or books.bookings_of.of(entity_id)
            or books.receipts_of.of(entity_id)
        )
    if naming and not known:
        yield Claim("DQ-ORPHAN", named, entity_id)


def _names(kind: EntityKind, field: str) -> Wake:
    """Waked by records of which a field names a record of that kind, unless it names the same as before."""

    def wake(_books: Books, change: Change) -> Iterable[str]:
        named = [getattr(record, field) for record in change.both()]
        if len(named) == 2 and named[0] == named[1]:  # noqa: PLR2004 - before and after
            return ()
        return {f"{kind}/{name}" for name in named}

    return wake


def _itself(kind: EntityKind, field: str, *wakes: Wake) -> Wake:
    """A record's own coming and going, and what it names."""
    every = (_names(kind, field), *wakes)

    def wake(books: Books, change: Change) -> Iterable[str]:
        return {key for one in every for key in one(books, change)}

    return wake


def judge_feed(books: Books, source: str, _at: datetime) -> Iterable[Claim]:
    """A source that says nothing, or something nobody can read."""
    silent_since = books.world.disruptions.silent_since(source)
    if silent_since is not None or source in books.unreadable.values():
        yield Claim("DQ-STALE", EntityKind.FEED, source, silent_since)


WATCHES = (
    Watch(
        name="feeds",
        judge=judge_feed,
        wakes={},
        every=timedelta(minutes=30),
        subjects=("erp", "wms", "tms", "supplier"),
    ),
    Watch(
        name="positions",
        judge=judge_position,
        wakes={
            EntityKind.INVENTORY_POSITION: by("position_id"),
            EntityKind.ALLOCATION: each(
                lambda books, bound: books.positions_of_group.of(pair(bound.item_id, bound.node_id))
            ),
        },
    ),
    Watch(
        name="items",
        judge=judge_item,
        wakes={
            EntityKind.ITEM: by("item_id"),
            EntityKind.ORDER_LINE: each(lambda books, line: _if_faulty(books, line.item_id)),
            ORDER: each(lambda books, order: _faulty_items_of_order(books, order.order_id)),
        },
    ),
    Watch(
        name="statuses",
        judge=judge_order_statuses,
        wakes={
            ORDER: by("order_id"),
            EntityKind.ORDER_LINE: by("order_id"),
            EntityKind.SHIPMENT: by("order_id"),
            EntityKind.PICK_TASK: by("order_id"),
        },
    ),
    Watch(
        name="messages",
        judge=judge_message,
        wakes={
            EntityKind.EDI_MESSAGE: each(
                lambda books, message: (
                    message.message_id,
                    *books.messages_of_reference.of(pair(message.partner, message.reference)),
                )
            )
        },
    ),
    Watch(
        name="trails",
        judge=judge_trail,
        wakes={EntityKind.MILESTONE: by("shipment_id")},
    ),
    Watch(
        name="suppliers",
        judge=judge_supplier,
        wakes={EntityKind.INBOUND_SUPPLY: by("supplier_name")},
    ),
    Watch(
        name="named records",
        judge=judge_named,
        wakes={
            ORDER: _names(ORDER, "order_id"),
            EntityKind.ORDER_LINE: _itself(EntityKind.ORDER_LINE, "line_id", _names(ORDER, "order_id")),
            EntityKind.SHIPMENT: _itself(EntityKind.SHIPMENT, "shipment_id", _names(ORDER, "order_id")),
            EntityKind.PICK_TASK: _names(EntityKind.ORDER_LINE, "line_id"),
            EntityKind.ALLOCATION: _names(EntityKind.ORDER_LINE, "line_id"),
            EntityKind.MILESTONE: _names(EntityKind.SHIPMENT, "shipment_id"),
            EntityKind.CARRIER_BOOKING: _names(EntityKind.SHIPMENT, "shipment_id"),
            EntityKind.PROOF_OF_DELIVERY: _names(EntityKind.SHIPMENT, "shipment_id"),
        },
    ),
)
