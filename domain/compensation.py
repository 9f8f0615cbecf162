"""Taking back what an approval did before a later command of it failed for good.

How an action is undone follows from its kind and from the record as it was: nothing else can be sent as a
compensation. It is signed with the command, so that approvers see it beforehand. A command that cannot be
undone is a point of no return: what was done before it stays.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from domain.approvals import PlannedCommand, Terms
from domain.commands import (
    Action,
    AddNote,
    PromiseDate,
    ReallocateLine,
    RebookCarrier,
    RescheduleShipment,
    SetLinePrice,
    SetOrderField,
    SplitLine,
    SubstituteItem,
)
from domain.errors import RefusedError
from domain.ids import NodeId, SourceName
from domain.orders import OrderLine, OrderStatus, SalesOrder
from domain.transport import Shipment

_UNDO = "-undo-"
_GONE = frozenset({OrderStatus.SHIPPED, OrderStatus.INVOICED, OrderStatus.CANCELLED})
#: Systems keep a promise as a day, each with its own hour at which the day is over.
_SAME_PROMISE = timedelta(hours=12)


def undone_by(action: Action, before: object) -> tuple[Action, ...] | None:
    """What takes an action back, in order, given its record as it was.

    ``None`` where nothing does; nothing at all where nothing has to be done.
    """
    match action:
        case ReallocateLine():
            return (_brought_back(action, action.to_node_id, action.from_node_id, action.quantity),)
        case SplitLine():
            moved = [part for part in action.parts if part.node_id != action.from_node_id]
            return tuple(_brought_back(action, p.node_id, action.from_node_id, p.quantity) for p in moved)
        case SubstituteItem():
            return (replace(action, item_id=action.substitute_item_id, substitute_item_id=action.item_id),)
        case PromiseDate():
            old, new = action.replaces_promised_at, action.promised_at
            return (replace(action, promised_at=old, replaces_promised_at=new),)
        case AddNote():
            # What was noted stays, and keeps nothing else from being taken back.
            return ()
        case _:
            back = _set_back(action, before)
            return None if back is None else (back,)


def _set_back(action: Action, before: object) -> Action | None:
    """The same kind of command with what the record held before."""
    match action, before:
        case RebookCarrier(), Shipment() if before.service_id is not None and before.scac:
            at = None if action.pickup_at is None else before.planned_pickup_at
            return replace(action, service_id=before.service_id, scac=before.scac, pickup_at=at)
        case RescheduleShipment(), Shipment():
            return replace(action, pickup_at=before.planned_pickup_at)
        case SetLinePrice(), OrderLine():
            return replace(action, unit_price_cents=before.unit_price_cents)
        case SetOrderField(), SalesOrder():
            value = str(getattr(before.ship_to, action.field, ""))
            return replace(action, value=value) if value else None
        case _:
            return None


def _brought_back(
    action: ReallocateLine | SplitLine, start: NodeId, end: NodeId, quantity: int
) -> ReallocateLine:
    return ReallocateLine(
        order_id=action.order_id,
        line_id=action.line_id,
        from_node_id=start,
        to_node_id=end,
        quantity=quantity,
    )


def undo_key(command_key: str, number: int) -> str:
    """The key of a step that takes a command back; steps of one command count from 1."""
    return f"{command_key}{_UNDO}{number}"


def undone_key(key: str) -> str:
    """The command that a step takes back; empty for a command of the approval itself."""
    command, mark, _ = key.rpartition(_UNDO)
    return command if mark else ""


def steps_of(command: PlannedCommand) -> tuple[tuple[str, Action], ...]:
    """The steps that take a command back, each with its key; none where it cannot be taken back."""
    return tuple((undo_key(command.key, n), each) for n, each in enumerate(command.undone_by or (), start=1))


def to_take_back(commands: Sequence[PlannedCommand], done: Collection[str]) -> tuple[PlannedCommand, ...]:
    """The commands that are taken back when the rest of an approval failed: the last one done goes first.

    It ends before the last command that cannot be taken back.
    """
    found: list[PlannedCommand] = []
    for command in reversed([each for each in commands if each.key in done]):
        if command.undone_by is None:
            break
        found.append(command)
    return tuple(found)


def way_back(commands: Sequence[PlannedCommand]) -> tuple[tuple[SourceName, Action], ...]:
    """What takes a whole executed action back: each write with its system, the last command first.

    Raises:
        RefusedError: a command cannot be taken back, or there is nothing to take back.
    """
    for command in commands:
        if command.undone_by is None:
            raise RefusedError(
                what=f"Nothing takes back {_words(command.action)} ({command.key}): no return from there.",
                remedy="Propose what puts it right; that is an action of its own.",
            )
    steps = tuple((each.source, step) for each in reversed(commands) for step in each.undone_by or ())
    if not steps:
        raise RefusedError(what="There is nothing in it to take back.", remedy="Leave it as it is.")
    return steps


def why_no_return(done: Terms) -> str:
    """Why nothing can take an executed action back, whatever its records say by now; empty when it can be."""
    if done.undoes is not None:
        return "what it would take back takes back another action itself"
    try:
        way_back(done.commands)
    except RefusedError as error:
        return error.what.removesuffix(".")
    return ""


def why_not_way_back(undo: Terms, done: Terms) -> str:
    """Why terms are not those that take back what was ``done``; empty when they are."""
    if why := why_no_return(done):
        return why
    if (undo.remedy, undo.amount, undo.case.case_id) != (done.remedy, done.amount, done.case.case_id):
        return "it speaks of another case, remedy or amount than what it takes back"
    if tuple((each.source, each.action) for each in undo.commands) != way_back(done.commands):
        return "its commands are not those that take the other action back"
    return ""


def why_too_late(done: Action, now: object) -> str:
    """Why an action can be taken back no more, by its record as it is now; empty when it can.

    The point of no return is past once goods have left, and what somebody set since is not overwritten.
    """
    match done, now:
        case (RebookCarrier() | RescheduleShipment(), Shipment()) if now.shipped_at is not None:
            return f"the shipment {now.number} has left"
        case PromiseDate(), SalesOrder() if now.status in _GONE:
            return f"the order {now.number} is {now.status}"
        case (ReallocateLine() | SplitLine() | SubstituteItem() | SetLinePrice(), OrderLine()) if (
            not now.open_quantity
        ):
            return f"nothing of the line {now.line_id} is left to ship"
        case ReallocateLine() | SubstituteItem(), OrderLine() if now.open_quantity < done.quantity:
            return f"only {now.open_quantity} units of the line {now.line_id} are left to ship"
        case _:
            return _set_since(done, now)


def _set_since(done: Action, now: object) -> str:
    match done, now:
        case RebookCarrier(), Shipment() if now.service_id != done.service_id:
            return f"the shipment {now.number} does not go with {done.service_id} any more"
        case SetLinePrice(), OrderLine() if now.unit_price_cents != done.unit_price_cents:
            return f"the price of the line {now.line_id} is another one by now"
        case SetOrderField(), SalesOrder() if str(getattr(now.ship_to, done.field, "")) != done.value:
            return f"the {done.field.replace('_', ' ')} of the order {now.order_id} is another one by now"
        case PromiseDate(), SalesOrder() if abs(now.promised_at - done.promised_at) > _SAME_PROMISE:
            return f"the order {now.number} is promised for another day by now"
        case SubstituteItem(), OrderLine() if now.item_id != done.substitute_item_id:
            return f"the item of the line {now.line_id} is another one by now"
        case _:
            return ""


def _words(action: Action) -> str:
    return action.verb.replace("_", " ")
