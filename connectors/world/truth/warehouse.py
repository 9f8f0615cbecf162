"""Inside the centres: picks, bins, waves, people, the dock and the papers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors.world.truth import limits
from connectors.world.truth.books import Books, pair
from connectors.world.truth.order_states import NOT_LEFT, goes_on, is_open
from connectors.world.truth.watch import Claim, Watch, by, each, when_changed
from domain.ids import EntityKind
from domain.transport import DocumentStatus
from domain.warehouse import PickQuality, PickStatus

if TYPE_CHECKING:
    from domain.inventory import InboundSupply
    from domain.warehouse import CycleCount, PickTask

TASK = EntityKind.PICK_TASK
CLOSED = frozenset({PickStatus.SHORT, PickStatus.DONE})
OPEN_PICK = frozenset({PickStatus.RELEASED, PickStatus.STARTED})


def judge_line_picks(books: Books, line_id: str, _at: datetime) -> Iterable[Claim]:
    """Picks of a line that brought too little, or nothing good, and that no other pick makes good."""
    line = books.lines.get(line_id)
    order = None if line is None else books.orders.get(line.order_id)
    if line is None or order is None or not is_open(order) or not line.open_quantity:
        return
    picks = [
        pick for pick in books.picks_of_line.of(line_id).values() if pick.status is not PickStatus.CANCELLED
    ]
    brought = sum(pick.picked_quantity for pick in picks)
    good = sum(pick.picked_quantity for pick in picks if pick.quality is not PickQuality.FAILED)
    for pick in picks:
        rest = pick.requested_quantity - pick.picked_quantity
        if pick.status in CLOSED and rest > 0 and brought < line.ordered_quantity:
            again = [other for other in _later(pick, picks) if other.requested_quantity <= rest]
            if sum(other.picked_quantity for other in again) < rest:
                yield Claim("WH-PICK-SHORT", TASK, pick.task_id)
        if pick.quality is PickQuality.FAILED and good < line.ordered_quantity:
            lost = pick.picked_quantity
            again = [other for other in _later(pick, picks) if other.requested_quantity <= lost]
            if (
                sum(other.picked_quantity for other in again if other.quality is not PickQuality.FAILED)
                < lost
            ):
                yield Claim("WH-QC", TASK, pick.task_id)


def _later(pick: PickTask, picks: Iterable[PickTask]) -> Iterable[PickTask]:
    for other in picks:
        if (
            pick.released_at is not None
            and other.released_at is not None
            and other.released_at > pick.released_at
        ):
            yield other


def judge_bin(books: Books, bin_key: str, _at: datetime) -> Iterable[Claim]:
    """A bin of which a count, its short picks, or the reservations on its goods say that it is wrong."""
    counts = list(books.counts_of_bin.of(bin_key).values())
    picks = list(books.picks_of_bin.of(bin_key).values())
    ref = (EntityKind.BIN, bin_key)
    if _newest_count_is_off(counts) or _goods_are_overdrawn(books, picks, counts):
        yield Claim("WH-LOC", *ref)
        return
    shorts = sorted(
        pick.updated_at
        for pick in picks
        if pick.status in CLOSED
        and pick.picked_quantity < pick.requested_quantity
        and not _is_settled(counts, pick.item_id, pick.updated_at)
    )
    if len(shorts) >= limits.BIN_SHORT_PICKS:
        # The case lasts while the last but one of them is recent enough.
        yield Claim("WH-LOC", *ref, None, shorts[-limits.BIN_SHORT_PICKS] + limits.BIN_SHORT_WITHIN)


def _newest_count_is_off(counts: Iterable[CycleCount]) -> bool:
    newest: dict[str, CycleCount] = {}
    for count in counts:
        kept = newest.get(count.item_id)
        if kept is None or (count.counted_at, count.count_id) > (kept.counted_at, kept.count_id):
            newest[count.item_id] = count
    return any(not count.adjusted and _is_off(count) for count in newest.values())


def _is_off(count: CycleCount) -> bool:
    gap = abs(count.counted_quantity - count.system_quantity)
    if gap < limits.COUNT_TOLERANCE_UNITS:
        return False
    return gap * limits.ALL_BP >= limits.COUNT_TOLERANCE_BP * max(1, count.system_quantity)


def _goods_are_overdrawn(books: Books, picks: Iterable[PickTask], counts: Iterable[CycleCount]) -> bool:
    """Whether open picks of the bin want goods of which more is reserved than is there."""
    for pick in picks:
        if pick.status not in OPEN_PICK:
            continue
        group = pair(pick.item_id, pick.node_id)
        overdrawn = reserved_units(books, group) > on_hand_units(books, group)
        if overdrawn and not _is_settled(counts, pick.item_id, pick.released_at or pick.updated_at):
            return True
    return False


def _is_settled(counts: Iterable[CycleCount], item_id: str, since: datetime) -> bool:
    """Whether a count after that found the item right, or set the books right."""
    return any(
        count.item_id == item_id
        and count.counted_at >= since
        and (count.adjusted or count.counted_quantity == count.system_quantity)
        for count in counts
    )


def reserved_units(books: Books, group: str) -> int:
    """Units of an item that are reserved at a node."""
    bound = books.allocations_of_group.of(group).values()
    return sum(part.quantity for part in bound if part.status == "reserved")


def on_hand_units(books: Books, group: str) -> int:
    """Units of an item that the books have on hand at a node."""
    return sum(held.on_hand_quantity for held in books.positions_of_group.of(group).values())


def judge_wave(books: Books, wave: str, _at: datetime) -> Iterable[Claim]:
    """A wave of which a released pick is past its latest start."""
    latest = [
        pick.due_at - timedelta(minutes=pick.work_minutes)
        for pick in books.picks_of_wave.of(wave).values()
        if pick.wave_id and pick.status is PickStatus.RELEASED and _is_wanted(books, pick)
    ]
    if latest:
        yield Claim("WH-LATE-START", EntityKind.WAVE, wave, min(latest))


def _is_wanted(books: Books, pick: PickTask) -> bool:
    order = books.orders.get(pick.order_id)
    line = books.lines.get(pick.line_id)
    return (order is None or is_open(order)) and (line is None or not line.cancelled)


def judge_dock(books: Books, supply_id: str, _at: datetime) -> Iterable[Claim]:
    """Goods that stand at the dock while open lines want more than is on hand."""
    supply = books.supplies.get(supply_id)
    if supply is None or supply.dock_at is None or supply.received_at is not None or supply.cancelled:
        return
    group = pair(supply.item_id, supply.node_id)
    if supply.open_quantity and wanted_units(books, group) > on_hand_units(books, group):
        yield Claim(
            "WH-DOCK-STOCK", EntityKind.INBOUND_SUPPLY, supply_id, supply.dock_at + limits.DOCK_AT_MOST
        )


def wanted_units(books: Books, group: str) -> int:
    """Units of an item that orders that go on want of a node, allocated there or planned."""
    wanted = 0
    for bound in books.allocations_of_group.of(group).values():
        line = books.lines.get(bound.line_id)
        order = None if line is None else books.orders.get(line.order_id)
        if line is not None and order is not None and goes_on(order) and line.open_quantity:
            wanted += bound.quantity
    for line in books.open_lines_planned_at(group):
        order = books.orders.get(line.order_id)
        if order is not None and goes_on(order):
            given = sum(bound.quantity for bound in books.allocations_of_line.of(line.line_id).values())
            wanted += max(0, line.open_quantity - given)
    return wanted


def judge_pick_face(books: Books, position_id: str, _at: datetime) -> Iterable[Claim]:
    """A pick face with less than open picks want of it, while bulk has more."""
    held = books.positions.get(position_id)
    if held is None or held.pick_face_quantity is None:
        return
    wanted = sum(
        max(0, pick.requested_quantity - pick.picked_quantity)
        for pick in books.picks_of_group.of(pair(held.item_id, held.node_id)).values()
        if pick.status in OPEN_PICK and _is_wanted(books, pick)
    )
    if wanted > held.pick_face_quantity and held.on_hand_quantity > held.pick_face_quantity:
        yield Claim("WH-REPLEN", EntityKind.INVENTORY_POSITION, position_id)


def judge_papers(books: Books, shipment_id: str, _at: datetime) -> Iterable[Claim]:
    """A shipment that cannot leave for want of its papers."""
    shipment = books.shipments.get(shipment_id)
    if (
        shipment is not None
        and shipment.status in NOT_LEFT
        and shipment.document_status is DocumentStatus.FAILED
    ):
        yield Claim("WH-LABEL", EntityKind.SHIPMENT, shipment_id)


def _docked_supplies(books: Books, group: str) -> Iterable[str]:
    supplies: Iterable[InboundSupply] = books.supplies_of_group.of(group).values()
    return (s.supply_id for s in supplies if s.dock_at is not None and s.received_at is None)


def _docked_by_line(books: Books, line_id: str, item_id: str, node_id: str | None) -> Iterable[str]:
    groups = {pair(bound.item_id, bound.node_id) for bound in books.allocations_of_line.of(line_id).values()}
    if node_id:
        groups.add(pair(item_id, node_id))
    return {supply for group in groups for supply in _docked_supplies(books, group)}


def _docked_by_order(books: Books, order_id: str) -> Iterable[str]:
    for line in books.lines_of_order.of(order_id).values():
        yield from _docked_by_line(books, line.line_id, line.item_id, line.node_id)


def _bins_of_group(books: Books, group: str) -> Iterable[str]:
    """The bins open picks of an item go to."""
    picks = books.picks_of_group.of(group).values()
    return {pair(pick.node_id, pick.bin_code) for pick in picks if pick.status in OPEN_PICK}


WATCHES = (
    Watch(
        name="picks of a line",
        judge=judge_line_picks,
        wakes={
            TASK: by("line_id"),
            EntityKind.ORDER_LINE: by("line_id"),
            EntityKind.SALES_ORDER: each(lambda books, order: books.lines_of_order.of(order.order_id)),
        },
    ),
    Watch(
        name="bins",
        judge=judge_bin,
        wakes={
            TASK: each(lambda _books, pick: (pair(pick.node_id, pick.bin_code),)),
            EntityKind.CYCLE_COUNT: each(lambda _books, count: (pair(count.node_id, count.bin_code),)),
            EntityKind.INVENTORY_POSITION: each(
                lambda books, held: _bins_of_group(books, pair(held.item_id, held.node_id))
            ),
            EntityKind.ALLOCATION: each(
                lambda books, bound: _bins_of_group(books, pair(bound.item_id, bound.node_id))
            ),
        },
    ),
    Watch(
        name="waves",
        judge=judge_wave,
        wakes={
            TASK: each(lambda _books, pick: (pair(pick.node_id, pick.wave_id) if pick.wave_id else None,)),
            EntityKind.SALES_ORDER: each(
                lambda books, order: (
                    pair(pick.node_id, pick.wave_id)
                    for pick in books.picks_of_order.of(order.order_id).values()
                    if pick.wave_id
                )
            ),
        },
    ),
    Watch(
        name="dock",
        judge=judge_dock,
        wakes={
            EntityKind.INBOUND_SUPPLY: by("supply_id"),
            EntityKind.INVENTORY_POSITION: each(
                lambda books, held: _docked_supplies(books, pair(held.item_id, held.node_id))
            ),
            EntityKind.ALLOCATION: each(
                lambda books, bound: _docked_supplies(books, pair(bound.item_id, bound.node_id))
            ),
            EntityKind.ORDER_LINE: each(
                lambda books, line: _docked_by_line(books, line.line_id, line.item_id, line.node_id)
            ),
            EntityKind.SALES_ORDER: each(lambda books, order: _docked_by_order(books, order.order_id)),
        },
    ),
    Watch(
        name="pick faces",
        judge=judge_pick_face,
        wakes={
            EntityKind.INVENTORY_POSITION: by("position_id"),
            TASK: each(lambda books, pick: books.positions_of_group.of(pair(pick.item_id, pick.node_id))),
        },
    ),
    Watch(
        name="papers",
        judge=judge_papers,
        wakes={EntityKind.SHIPMENT: when_changed(("status", "document_status"), by("shipment_id"))},
    ),
)
