"""What the world does when it is told to: each command is checked first, then carried out without fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import singledispatchmethod

from connectors.world.company import Company
from connectors.world.order_desk import PROMISE
from connectors.world.state import WorldState
from connectors.world.stock import Part, StockPosition
from connectors.world.supply_desk import EXPEDITE_LEAST_HOURS
from connectors.world.tender_desk import NOT_DEPARTED
from connectors.world.things import Line, Order
from domain.commands import (
    Action,
    CreditInvoiceLine,
    ExpediteSupply,
    PromiseDate,
    ReallocateLine,
    RebookCarrier,
    ReleaseCreditHold,
    RepickTask,
    SetLinePrice,
    SetOrderField,
    SplitLine,
    SubstituteItem,
    TransferStock,
)
from domain.errors import BadInputError, ConflictError, RefusedError
from domain.ids import EntityKind, EntityRef, ItemId, LineId, NodeId, OrderId, SupplyId
from domain.orders import CreditStatus, OrderStatus
from domain.warehouse import PickStatus

ADDRESS_FIELDS = frozenset({"name", "street", "postcode", "city", "country", "contact"})
TRANSFER_LEAST_HOURS = 12
OPEN_STATUSES = frozenset({OrderStatus.ENTERED, OrderStatus.CONFIRMED, OrderStatus.RELEASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A command found possible: which record it changes, in which words, and the doing itself."""

    target: EntityRef
    message: str
    do: Callable[[], None]


class CommandDesk:
    """Finds out whether a command is possible now."""

    def __init__(self, state: WorldState, company: Company) -> None:
        """Act on ``state`` through ``company``."""
        self._state = state
        self._company = company

    @singledispatchmethod
    def prepare(self, action: Action) -> Deed:
        """Check an action against the world as it is; nothing is changed yet.

        Raises:
            RefusedError: it cannot be done, and never will unchanged.
            ConflictError: the record has moved on.
        """
        raise BadInputError(what=f"The world does not know {action!r}.", remedy="Use a known command.")

    @prepare.register
    def _release_credit(self, action: ReleaseCreditHold) -> Deed:
        order = self._order(action.order_id)
        if order.credit is not CreditStatus.HOLD:
            raise _moved_on(f"{order.order_id} is not on credit hold any more")
        return Deed(
            target=_ref(EntityKind.SALES_ORDER, order.order_id),
            message="credit hold released",
            do=lambda: self._company.orders.release_credit(order),
        )

    @prepare.register
    def _set_price(self, action: SetLinePrice) -> Deed:
        line = self._line(action.line_id)
        if line.shipped or line.order.status not in OPEN_STATUSES:
            raise _moved_on(f"{line.line_id} has shipped")
        if action.unit_price_cents < 0:
            raise _refused("a price below zero is not possible")
        return Deed(
            target=_ref(EntityKind.ORDER_LINE, line.line_id),
            message=f"unit price set to {action.unit_price_cents} cents",
            do=lambda: self._company.orders.set_price(line, action.unit_price_cents),
        )

    @prepare.register
    def _set_field(self, action: SetOrderField) -> Deed:
        order = self._order(action.order_id)
        if action.field not in ADDRESS_FIELDS or not action.value.strip():
            raise _refused(f"{action.field!r} of a ship-to address cannot be set to {action.value!r}")
        if order.status not in OPEN_STATUSES:
            raise _moved_on(f"{order.order_id} is {order.status}")
        ship_to = replace(order.ship_to, **{action.field: action.value})
        return Deed(
            target=_ref(EntityKind.SALES_ORDER, order.order_id),
            message=f"{action.field} set",
            do=lambda: self._company.orders.set_ship_to(order, ship_to),
        )

    @prepare.register
    def _promise(self, action: PromiseDate) -> Deed:
        order = self._order(action.order_id)
        if order.status not in OPEN_STATUSES:
            raise _moved_on(f"{order.order_id} is {order.status}")
        if order.promised_at != action.replaces_promised_at:
            raise _moved_on(f"{order.order_id} is promised for another day by now")
        if {line.line_id for line in order.lines if not line.is_done} != set(action.line_ids):
            raise _refused(f"{order.order_id} is promised as a whole, and has other lines to ship")

        def do() -> None:
            self._company.orders.promise(order, action.promised_at)
            if PROMISE in order.blocks and order.release_at >= self._state.now:
                self._company.orders.unblock(order, PROMISE)

        return Deed(
            target=_ref(EntityKind.SALES_ORDER, order.order_id),
            message=f"promised for {action.promised_at.isoformat(timespec='minutes')}",
            do=do,
        )

    @prepare.register
    def _reallocate(self, action: ReallocateLine) -> Deed:
        line = self._line(action.line_id)
        self._check_movable(line, action.from_node_id, action.quantity)
        self._check_room(line, action.to_node_id, action.quantity)
        return Deed(
            target=_ref(EntityKind.ORDER_LINE, line.line_id),
            message=f"{action.quantity} units moved from {action.from_node_id} to {action.to_node_id}",
            do=lambda: self._move(line, action.from_node_id, ((action.to_node_id, action.quantity),)),
        )

    @prepare.register
    def _split(self, action: SplitLine) -> Deed:
        line = self._line(action.line_id)
        total = sum(part.quantity for part in action.parts)
        moves = tuple((p.node_id, p.quantity) for p in action.parts if p.node_id != action.from_node_id)
        self._check_movable(line, action.from_node_id, total)
        for node_id, quantity in moves:
            self._check_room(line, node_id, quantity)
        words = ", ".join(f"{part.quantity} from {part.node_id}" for part in action.parts)
        return Deed(
            target=_ref(EntityKind.ORDER_LINE, line.line_id),
            message=f"ships in parts: {words}",
            do=lambda: self._move(line, action.from_node_id, moves),
        )

    @prepare.register
    def _rebook(self, action: RebookCarrier) -> Deed:
        shipment = self._state.shipments.get(action.shipment_id)
        service = self._state.services.get(action.service_id)
        if shipment is None:
            raise _unknown("shipment", action.shipment_id)
        if service is None or service.scac != action.scac:
            raise _refused(f"{action.scac} offers no service {action.service_id}")
        if shipment.status not in NOT_DEPARTED:
            raise _moved_on(f"{shipment.shipment_id} is {shipment.status}")
        earliest = max(shipment.pickup_at, self._state.now + timedelta(minutes=30))
        pickup_at = action.pickup_at or earliest
        if pickup_at < self._state.now:
            raise _refused(f"pickup at {pickup_at.isoformat()} has passed")
        return Deed(
            target=_ref(EntityKind.SHIPMENT, shipment.shipment_id),
            message=f"booked with {service.name}",
            do=lambda: self._company.transport.rebook(shipment, service, pickup_at),
        )

    @prepare.register
    def _repick(self, action: RepickTask) -> Deed:
        pick = self._state.picks.get(action.task_id)
        if pick is None:
            raise _unknown("pick task", action.task_id)
        if pick.status is not PickStatus.SHORT:
            raise _moved_on(f"{pick.task_id} is {pick.status}")
        missing = pick.requested - pick.picked
        if not 0 < action.quantity <= missing or not action.bin_code.strip():
            raise _refused(f"{pick.task_id} misses {missing} units; {action.quantity} cannot be picked")
        return Deed(
            target=_ref(EntityKind.PICK_TASK, pick.task_id),
            message=f"{action.quantity} units picked from {action.bin_code}",
            do=lambda: self._company.warehouse.repick(pick, action.bin_code, action.quantity),
        )

    @prepare.register
    def _credit(self, action: CreditInvoiceLine) -> Deed:
        bill = self._state.bills.get(action.invoice_id)
        if bill is None:
            raise _unknown("invoice", action.invoice_id)
        billed = bill.quantities.get(action.line_id, 0)
        left = billed - bill.credited.get(action.line_id, 0)
        if not 0 < action.quantity <= left:
            raise _refused(f"{action.quantity} of {action.line_id} cannot be credited, {left} are left")
        return Deed(
            target=_ref(EntityKind.INVOICE, bill.invoice_id),
            message=f"{action.quantity} units credited",
            do=lambda: self._company.billing.credit(bill, action.line_id, action.quantity),
        )

    @prepare.register
    def _expedite(self, action: ExpediteSupply) -> Deed:
        supply = self._state.supplies.get(SupplyId(action.supply_id))
        if supply is None:
            raise _unknown("inbound supply", action.supply_id)
        earliest = self._state.now + timedelta(hours=EXPEDITE_LEAST_HOURS)
        if action.eta_at < earliest:
            raise _refused(f"the supplier cannot deliver before {earliest.isoformat(timespec='minutes')}")
        if action.eta_at >= supply.eta_at:
            raise _moved_on(f"{supply.supply_id} is expected by then anyway")
        return Deed(
            target=_ref(EntityKind.INBOUND_SUPPLY, supply.supply_id),
            message=f"expected at {action.eta_at.isoformat(timespec='minutes')}",
            do=lambda: self._company.supply.expedite(supply, action.eta_at),
        )

    @prepare.register
    def _transfer(self, action: TransferStock) -> Deed:
        line = self._line(action.line_id)
        giving = self._position(action.item_id, action.from_node_id)
        taking = self._position(action.item_id, action.to_node_id)
        if giving.offered < action.quantity:
            raise _refused(f"{action.from_node_id} has {max(0, giving.offered)} uncommitted units")
        earliest = self._state.now + timedelta(hours=TRANSFER_LEAST_HOURS)
        if action.arrive_at < earliest:
            raise _refused(f"no truck is there before {earliest.isoformat(timespec='minutes')}")

        def do() -> None:
            self._company.stock.send_away(giving, action.quantity)
            self._company.supply.transfer(taking, action.quantity, action.arrive_at)
            self._state.put(EntityKind.ORDER_LINE, line.line_id, line.show)

        return Deed(
            target=_ref(EntityKind.ORDER_LINE, line.line_id),
            message=f"{action.quantity} units are on their way from {action.from_node_id}",
            do=do,
        )

    @prepare.register
    def _substitute(self, action: SubstituteItem) -> Deed:
        line = self._line(action.line_id)
        if line.item.item_id != action.item_id or line.shipped or line.order.status not in OPEN_STATUSES:
            raise _moved_on(f"{line.line_id} is not the line it was")
        if action.quantity != line.quantity:
            raise _refused(f"{line.line_id} asks for {line.quantity} units, not {action.quantity}")
        self._check_movable(line, line.node_id, action.quantity)
        other = self._position(action.substitute_item_id, line.node_id)
        if other.offered < action.quantity:
            raise _refused(
                f"{line.node_id} has {max(0, other.offered)} uncommitted units of {other.item.sku}"
            )
        return Deed(
            target=_ref(EntityKind.ORDER_LINE, line.line_id),
            message=f"ships {other.item.sku} instead",
            do=lambda: self._exchange(line, other),
        )

    def _position(self, item_id: ItemId, node_id: NodeId) -> StockPosition:
        position = self._state.positions.get((item_id, node_id))
        if position is None:
            raise _refused(f"{node_id} does not stock {item_id}")
        return position

    def _order(self, order_id: OrderId) -> Order:
        order = self._state.orders.get(order_id)
        if order is None:
            raise _unknown("order", order_id)
        return order

    def _line(self, line_id: LineId) -> Line:
        line = self._state.lines.get(line_id)
        if line is None:
            raise _unknown("order line", line_id)
        return line

    def _check_movable(self, line: Line, node_id: NodeId, quantity: int) -> None:
        """Only units that nobody is picking yet can move."""
        movable = sum(part.quantity for part in _movable(line, node_id))
        if quantity > movable:
            raise _moved_on(f"only {movable} units of {line.line_id} can still be moved from {node_id}")

    def _check_room(self, line: Line, node_id: NodeId, quantity: int) -> None:
        """The target must stock the item and cover the units, from stock or by what comes in time."""
        position = self._state.positions.get((line.item.item_id, node_id))
        if position is None:
            raise _refused(f"{node_id} does not stock {line.item.sku}")
        covered = position.offered + position.inbound_until(line.order.promised_at)
        if covered < quantity:
            raise _refused(f"{node_id} has {max(0, covered)} uncommitted units of {line.item.sku}")

    def _move(self, line: Line, from_node_id: NodeId, moves: tuple[tuple[NodeId, int], ...]) -> None:
        for to_node_id, quantity in moves:
            left = quantity
            for part in _movable(line, from_node_id):
                taken = min(left, part.quantity)
                if taken:
                    self._company.stock.shrink_part(part, taken)
                    left -= taken
            self._company.stock.add_part(line, to_node_id, quantity)
        line.node_id = line.parts[0].node_id
        self._go_on(line)

    def _exchange(self, line: Line, other: StockPosition) -> None:
        for part in list(line.parts):
            self._company.stock.shrink_part(part, part.quantity)
        line.item = other.item
        self._company.stock.add_part(line, other.node_id, line.quantity)
        self._go_on(line)

    def _go_on(self, line: Line) -> None:
        """Show the changed line, and have the floor look at it again."""
        self._state.put(EntityKind.ORDER_LINE, line.line_id, line.show)
        if line.order.status in {OrderStatus.CONFIRMED, OrderStatus.RELEASED}:
            start = max(line.order.release_at, self._state.now + timedelta(minutes=10))
            self._state.at(start, lambda: self._company.warehouse.release(line.order))


def _movable(line: Line, node_id: NodeId) -> list[Part]:
    """Parts at a node without a shipment, those not bound to stock first."""
    found = [part for part in line.parts if part.node_id == node_id and part.shipment is None]
    return sorted(found, key=lambda part: part.reserved)


def _ref(kind: EntityKind, entity_id: str) -> EntityRef:
    return EntityRef(kind=kind, entity_id=entity_id)


def _unknown(what: str, entity_id: str) -> RefusedError:
    return RefusedError(what=f"There is no {what} {entity_id}.", remedy="It may be finished; look again.")


def _refused(why: str) -> RefusedError:
    return RefusedError(what=f"Refused: {why}.", remedy="Choose another remedy.")


def _moved_on(why: str) -> ConflictError:
    return ConflictError(what=f"Too late: {why}.", remedy="Look at the case again.")
