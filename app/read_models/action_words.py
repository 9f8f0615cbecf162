"""Commands in words, for who signs them."""

from __future__ import annotations

from collections.abc import Callable
from difflib import unified_diff

from domain.approvals import PlannedCommand
from domain.commands import (
    Action,
    AddNote,
    AdoptPolicy,
    ApproveReturn,
    CreditInvoiceLine,
    ExpediteSupply,
    PromiseDate,
    ReallocateLine,
    RebookCarrier,
    RecoverShipment,
    ReleaseCreditHold,
    RepickTask,
    RescheduleShipment,
    SetLinePrice,
    SetOrderField,
    ShipShort,
    SplitLine,
    SubstituteItem,
    TransferStock,
)

#: Lines of a changed policy that are shown; the rest are counted.
_MOST_LINES = 40

GoodsAction = ReallocateLine | SplitLine | TransferStock | SubstituteItem | RepickTask | ExpediteSupply
RecordAction = (
    ReleaseCreditHold
    | SetLinePrice
    | SetOrderField
    | PromiseDate
    | CreditInvoiceLine
    | ApproveReturn
    | AddNote
)
ShipmentAction = RebookCarrier | RescheduleShipment | ShipShort | RecoverShipment


def command_words(command: PlannedCommand) -> str:
    """What a system will be told, in words."""
    return f"{command.source}: {action_words(command.action)}"


def changed_lines(command: PlannedCommand, kept: Callable[[str], bytes | None]) -> tuple[str, ...]:
    """The lines that a policy change takes away and adds; ``kept`` gives a text by its digest.

    Nothing for other commands.
    """
    action = command.action
    if not isinstance(action, AdoptPolicy):
        return ()
    before = kept(action.replaces_sha256)
    if before is None:
        return ("The text it replaces is not kept on this desk.",)
    differs = unified_diff(before.decode().splitlines(), action.text.splitlines(), lineterm="", n=0)
    found = [line for line in differs if not line.startswith(("---", "+++", "@@"))]
    more = len(found) - _MOST_LINES
    return (*found[:_MOST_LINES], *([f"... and {more} more lines"] if more > 0 else []))


def action_words(action: Action) -> str:
    """An action in words."""
    match action:
        case (
            ReallocateLine()
            | SplitLine()
            | TransferStock()
            | SubstituteItem()
            | RepickTask()
            | ExpediteSupply()
        ):
            return _goods_words(action)
        case RebookCarrier() | RescheduleShipment() | ShipShort() | RecoverShipment():
            return _shipment_words(action)
        case AdoptPolicy():
            return f"put {action.file_name} into force"
        case _:
            return _record_words(action)


def _goods_words(action: GoodsAction) -> str:
    """What is done with goods."""
    match action:
        case ReallocateLine():
            way = f"from {action.from_node_id} to {action.to_node_id}"
            return f"move {action.quantity} of {action.line_id} {way}"
        case SplitLine():
            parts = " and ".join(f"{part.quantity} from {part.node_id}" for part in action.parts)
            return f"ship {action.line_id} as {parts}"
        case TransferStock():
            way = f"from {action.from_node_id} to {action.to_node_id}"
            return f"transfer {action.quantity} of {action.item_id} {way}, there {action.arrive_at:%d %b}"
        case SubstituteItem():
            what = f"{action.substitute_item_id} in place of {action.item_id}"
            return f"ship {action.quantity} of {what} on {action.line_id}"
        case RepickTask():
            return f"pick {action.quantity} more for {action.task_id} from {action.bin_code}"
        case ExpediteSupply():
            return f"bring {action.supply_id} in by {action.eta_at:%d %b}, at {action.cost_cents / 100:,.2f}"


def _record_words(action: RecordAction) -> str:
    """What is changed on an order, a bill or a complaint."""
    match action:
        case ReleaseCreditHold():
            return f"release the credit hold of {action.order_id}"
        case SetLinePrice():
            return f"set {action.unit_price_cents / 100:,.2f} a unit on {action.line_id}"
        case SetOrderField():
            return f"set {action.field} of {action.order_id} to {action.value}"
        case PromiseDate():
            days = f"{action.promised_at:%d %b} instead of {action.replaces_promised_at:%d %b}"
            return f"promise {', '.join(action.line_ids)} of {action.order_id} for {days}"
        case CreditInvoiceLine():
            return f"credit {action.quantity} of {action.line_id} on {action.invoice_id}"
        case ApproveReturn():
            return f"approve the return that {action.service_case_id} asks for"
        case AddNote():
            return f"note on {action.order_id}: {action.text}"


def _shipment_words(action: ShipmentAction) -> str:
    """What is changed on a shipment."""
    match action:
        case RebookCarrier():
            when = f", pickup {action.pickup_at:%d %b}" if action.pickup_at else ""
            return f"book {action.shipment_id} with {action.scac} {action.service_id}{when}"
        case RescheduleShipment():
            return f"let {action.shipment_id} go on {action.pickup_at:%d %b}"
        case ShipShort():
            return f"ship only {action.quantity} of {action.line_id} in {action.shipment_id}, the rest later"
        case RecoverShipment():
            return f"cancel {action.shipment_id} and plan its goods anew"
