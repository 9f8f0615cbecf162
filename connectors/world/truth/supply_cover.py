"""Which open lines stock and inbound do not cover by their promises, node by node.

Stock serves in this order: what is reserved before what is not, then the better tier, then the earlier
promise. A reservation takes stock on hand first; every other demand takes the latest goods that still
come in time, which leaves the early ones to those who need them. Only confirmed orders that are not on
credit hold want goods; what is reserved for another order is nobody else's all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.world.truth import limits
from connectors.world.truth.books import Books, Change, pair
from connectors.world.truth.order_states import goes_on, is_open
from connectors.world.truth.shortages import Derived, Shortage, Waiting
from domain.customers import LOWEST_TIER
from domain.ids import EntityKind
from domain.inventory import AllocationStatus, InboundSupply

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Demand:
    line_id: str
    quantity: int
    is_reserved: bool
    tier: int
    promised_at: datetime
    wants: bool


@dataclass(slots=True)
class _Group:
    """What was found of an item at a node."""

    bound: int = 0
    short: dict[str, tuple[int, datetime | None]] = field(default_factory=dict)
    waiting: dict[str, frozenset[str]] = field(default_factory=dict)


class Cover:
    """Keeps the shortages of the books in line with everything else in them."""

    def __init__(self, books: Books) -> None:
        """Nothing is short before the first renewal."""
        self._books = books
        self._groups: dict[str, _Group] = {}
        self._nodes_of_item: dict[str, set[str]] = {}

    def renew(self, changes: Iterable[Change]) -> list[Change]:
        """Work out again what these changes touch; the shortages and waits that differ now."""
        dirty: set[str] = set()
        for change in changes:
            for record in change.both():
                dirty.update(self._touched(change.kind, record))
        items: set[str] = set()
        found: list[Change] = []
        for key in sorted(dirty):
            item_id, _, node_id = key.rpartition("|")
            before = self._groups.get(key) or _Group()
            after = self._look_at(key)
            self._groups[key] = after
            self._nodes_of_item.setdefault(item_id, set()).add(node_id)
            if before != after or self._books.shortages_of_item.of(item_id):
                items.add(item_id)
            found += self._renew_waits(before, after)
        for item_id in sorted(items):
            found += self._renew_item(item_id)
        return found

    def _touched(self, kind: EntityKind | Derived, record: Any) -> Iterable[str]:  # noqa: ANN401 - any record
        """The groups that a record matters to."""
        if kind in _GROUP_KINDS:
            return (pair(record.item_id, record.node_id),)
        if kind is EntityKind.ORDER_LINE:
            return self._groups_of_line(record.line_id, record)
        if kind is EntityKind.SALES_ORDER:
            lines = self._books.lines_of_order.of(record.order_id)
            return {group for line in lines.values() for group in self._groups_of_line(line.line_id, line)}
        return ()

    def _groups_of_line(self, line_id: str, line: Any) -> set[str]:  # noqa: ANN401 - a line as it was or is
        groups = {
            pair(bound.item_id, bound.node_id)
            for bound in self._books.allocations_of_line.of(line_id).values()
        }
        order = self._books.orders.get(line.order_id)
        node_id = line.node_id or (order.ship_from_node_id if order else None)
        if node_id:
            groups.add(pair(line.item_id, node_id))
        return groups

    def _look_at(self, key: str) -> _Group:
        demands = list(self._demands(key))
        group = _Group(bound=sum(demand.quantity for demand in demands))
        wanting = [demand for demand in demands if demand.wants]
        stock = max(0, sum(held.on_hand_quantity for held in self._books.positions_of_group.of(key).values()))
        if sum(demand.quantity for demand in wanting) <= stock:
            return group
        wanting.sort(key=lambda one: (not one.is_reserved, one.tier, one.promised_at, one.line_id))
        coming = [supply for supply in self._books.supplies_of_group.of(key).values() if supply.open_quantity]
        group.short = _uncovered(wanting, stock, [(s.eta_at, s.supply_id, s.open_quantity) for s in coming])
        if group.short:
            for supply in coming:
                if supply.eta_at - supply.due_at >= limits.INBOUND_LATE:
                    helped = _helped(supply, wanting, stock, coming, group.short)
                    if helped:
                        group.waiting[supply.supply_id] = helped
        return group

    def _demands(self, key: str) -> Iterable[_Demand]:
        """What is allocated from the node, and what is planned to be."""
        books = self._books
        for bound in books.allocations_of_group.of(key).values():
            line = books.lines.get(bound.line_id)
            order = None if line is None else books.orders.get(line.order_id)
            if line is None or order is None or not is_open(order) or not line.open_quantity:
                continue
            is_reserved = bound.status is AllocationStatus.RESERVED
            wants = goes_on(order)
            if bound.quantity and (wants or is_reserved):
                tier = self._tier(order.customer_id)
                yield _Demand(line.line_id, bound.quantity, is_reserved, tier, line.promised_at, wants)
        for line in books.open_lines_planned_at(key):
            order = books.orders.get(line.order_id)
            if order is None or not goes_on(order):
                continue
            given = sum(bound.quantity for bound in books.allocations_of_line.of(line.line_id).values())
            left = line.open_quantity - given
            if left > 0:
                tier = self._tier(order.customer_id)
                yield _Demand(line.line_id, left, False, tier, line.promised_at, True)

    def _tier(self, customer_id: str) -> int:
        customer = self._books.customers.get(customer_id)
        return LOWEST_TIER if customer is None else customer.tier

    def _renew_item(self, item_id: str) -> list[Change]:
        """Write down anew which lines of an item are short, with what others could spare."""
        short: dict[str, list[tuple[str, int, datetime | None]]] = {}
        for node_id in sorted(self._nodes_of_item.get(item_id, ())):
            for line_id, (units, coming_at) in self._groups[pair(item_id, node_id)].short.items():
                short.setdefault(line_id, []).append((node_id, units, coming_at))
        spare = self._spare(item_id) if short else {}
        found: list[Change] = []
        for line_id in sorted({*short, *self._books.shortages_of_item.of(item_id)}):
            parts = short.get(line_id)
            after = None if parts is None else self._shortage(item_id, line_id, parts, spare)
            before = self._books.shortages.put(line_id, after)
            if before != after:
                found.append(Change(Derived.SHORTAGE, before, after))
        return found

    def _shortage(
        self,
        item_id: str,
        line_id: str,
        parts: Sequence[tuple[str, int, datetime | None]],
        spare: dict[str, int],
    ) -> Shortage:
        line = self._books.lines.records[line_id]
        times = [coming_at for _, _, coming_at in parts]
        here = {node_id for node_id, _, _ in parts}
        return Shortage(
            line_id=line_id,
            order_id=line.order_id,
            item_id=item_id,
            node_ids=tuple(node_id for node_id, _, _ in parts),
            quantity=sum(units for _, units, _ in parts),
            coming_at=None if None in times else max(time for time in times if time is not None),
            elsewhere=sum(units for node_id, units in spare.items() if node_id not in here),
        )

    def _spare(self, item_id: str) -> dict[str, int]:
        """Units each node could give away: on hand, less what is bound or wanted there, less safety stock."""
        free: dict[str, int] = {}
        for held in self._books.positions_of_item.of(item_id).values():
            units = held.on_hand_quantity - held.safety_stock_quantity
            free[held.node_id] = free.get(held.node_id, 0) + units
        for node_id in free:
            group = self._groups.get(pair(item_id, node_id))
            free[node_id] -= 0 if group is None else group.bound
        return {node_id: units for node_id, units in free.items() if units > 0}

    def _renew_waits(self, before: _Group, after: _Group) -> Iterable[Change]:
        for supply_id in sorted({*before.waiting, *after.waiting}):
            lines = after.waiting.get(supply_id)
            now = None if lines is None else Waiting(supply_id=supply_id, line_ids=lines)
            was = self._books.waits.put(supply_id, now)
            if was != now:
                yield Change(Derived.WAITING, was, now)


_GROUP_KINDS = frozenset({EntityKind.INVENTORY_POSITION, EntityKind.ALLOCATION, EntityKind.INBOUND_SUPPLY})
_Goods = tuple[datetime, str, int]


def _uncovered(
    demands: Sequence[_Demand], stock: int, inbound: Iterable[_Goods]
) -> dict[str, tuple[int, datetime | None]]:
    """By line: units not covered in time, and when goods would be there for them."""
    goods = [(LONG_AGO, "", stock), *sorted(inbound)]
    left = [units for _, _, units in goods]
    missing: list[tuple[_Demand, int]] = []
    for demand in demands:
        wanted = demand.quantity
        in_time = [place for place, (there_at, _, _) in enumerate(goods) if there_at <= demand.promised_at]
        turns = list(reversed(in_time))
        if demand.is_reserved:
            turns.insert(0, 0)
        for place in turns:
            taken = min(left[place], wanted)
            left[place] -= taken
            wanted -= taken
        if wanted:
            missing.append((demand, wanted))
    short: dict[str, tuple[int, datetime | None]] = {}
    for demand, wanted in missing:
        coming_at = _next_goods(demand, wanted, goods, left)
        units, known = short.get(demand.line_id, (0, coming_at))
        latest = None if coming_at is None or known is None else max(coming_at, known)
        short[demand.line_id] = (units + wanted, latest)
    return short


def _next_goods(demand: _Demand, wanted: int, goods: Sequence[_Goods], left: list[int]) -> datetime | None:
    """When later goods, in the order they come, would make up for all that is missing."""
    for place, (there_at, _, _) in enumerate(goods):
        if there_at > demand.promised_at:
            taken = min(left[place], wanted)
            left[place] -= taken
            wanted -= taken
            if not wanted:
                return there_at
    return None


def _helped(
    supply: InboundSupply,
    demands: Sequence[_Demand],
    stock: int,
    coming: Iterable[InboundSupply],
    short: dict[str, tuple[int, datetime | None]],
) -> frozenset[str]:
    """The lines that would lack fewer units, had these goods come when they were due."""
    as_planned = [
        (other.due_at if other is supply else other.eta_at, other.supply_id, other.open_quantity)
        for other in coming
    ]
    then = _uncovered(demands, stock, as_planned)
    return frozenset(line for line, (units, _) in short.items() if then.get(line, (0, None))[0] < units)
