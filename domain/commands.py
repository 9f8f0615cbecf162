"""What the tower may ask a system to do: one frozen value per verb, and the envelope around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from domain.checks import require, require_text, require_utc
from domain.ids import (
    EntityKind,
    EntityRef,
    InvoiceId,
    ItemId,
    LineId,
    NodeId,
    OrderId,
    ServiceCaseId,
    ServiceId,
    ShipmentId,
    SourceName,
    TaskId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCreditHold:
    """Let a held order go on although its customer is over the limit."""

    verb: ClassVar[str] = "release_credit_hold"
    order_id: OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLinePrice:
    """Put the agreed unit price on an order line."""

    verb: ClassVar[str] = "set_line_price"
    order_id: OrderId
    line_id: LineId
    unit_price_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOrderField:
    """Fill a missing ship-to field of an order."""

    verb: ClassVar[str] = "set_order_field"
    order_id: OrderId
    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseDate:
    """Promise an order and its named lines for another day, in place of the day they are promised for now.

    A system whose order, or one of these lines, is promised for another day than ``replaces_promised_at``
    by then does nothing.
    """

    verb: ClassVar[str] = "promise_date"
    order_id: OrderId
    line_ids: tuple[LineId, ...]
    promised_at: datetime
    replaces_promised_at: datetime

    def __post_init__(self) -> None:
        """Refuse a promise of no line, of one twice, of the day it has, and a naive time."""
        require(bool(self.line_ids), "the promise is of no line.")
        require(len(set(self.line_ids)) == len(self.line_ids), "the promise names a line twice.")
        require_utc(self.promised_at, "promised_at")
        require_utc(self.replaces_promised_at, "replaces_promised_at")
        require(self.promised_at != self.replaces_promised_at, "that day is promised already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReallocateLine:
    """Move the open, unshipped units of a line from one node to another."""

    verb: ClassVar[str] = "reallocate_line"
    order_id: OrderId
    line_id: LineId
    from_node_id: NodeId
    to_node_id: NodeId
    quantity: int

    def __post_init__(self) -> None:
        """Refuse to move nothing, or to where the goods already are."""
        require(self.quantity > 0, "quantity to move is not above zero.")
        require(self.from_node_id != self.to_node_id, "the line already ships from that node.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPart:
    """Units of a line that ship from a node."""

    node_id: NodeId
    quantity: int

    def __post_init__(self) -> None:
        """Refuse an empty part."""
        require(self.quantity > 0, "a split part holds no units.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitLine:
    """Ship a line in parts from several nodes; the parts add up to the open quantity split."""

    verb: ClassVar[str] = "split_line"
    order_id: OrderId
    line_id: LineId
    from_node_id: NodeId
    parts: tuple[SplitPart, ...]

    def __post_init__(self) -> None:
        """Refuse fewer than two parts or a node named twice."""
        require(len(self.parts) > 1, "a split needs at least two parts.")
        require(len({p.node_id for p in self.parts}) == len(self.parts), "a split names a node twice.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RebookCarrier:
    """Move a shipment that has not left yet to another carrier service."""

    verb: ClassVar[str] = "rebook_carrier"
    shipment_id: ShipmentId
    service_id: ServiceId
    scac: str
    pickup_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a naive pickup time."""
        require_utc(self.pickup_at, "pickup_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class RepickTask:
    """Pick the missing units of a short task from another bin."""

    verb: ClassVar[str] = "repick_task"
    task_id: TaskId
    bin_code: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditInvoiceLine:
    """Credit billed units that the receiver did not sign for."""

    verb: ClassVar[str] = "credit_invoice_line"
    invoice_id: InvoiceId
    line_id: LineId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpediteSupply:
    """Ask for inbound goods by an earlier day, at a cost."""

    verb: ClassVar[str] = "expedite_supply"
    supply_id: str
    eta_at: datetime
    cost_cents: int

    def __post_init__(self) -> None:
        """Refuse a naive time."""
        require_utc(self.eta_at, "eta_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferStock:
    """Bring units of a line's item from another node to the node it ships from, there by ``arrive_at``."""

    verb: ClassVar[str] = "transfer_stock"
    line_id: LineId
    item_id: ItemId
    from_node_id: NodeId
    to_node_id: NodeId
    quantity: int
    arrive_at: datetime

    def __post_init__(self) -> None:
        """Refuse to bring nothing, or from where it is wanted, and a naive time."""
        require(self.quantity > 0, "quantity to transfer is not above zero.")
        require(self.from_node_id != self.to_node_id, "the goods are at that node already.")
        require_utc(self.arrive_at, "arrive_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstituteItem:
    """Ship another item in place of all open units of a line, at the line's own price."""

    verb: ClassVar[str] = "substitute_item"
    order_id: OrderId
    line_id: LineId
    item_id: ItemId
    substitute_item_id: ItemId
    quantity: int

    def __post_init__(self) -> None:
        """Refuse to replace nothing, or an item by itself."""
        require(self.quantity > 0, "quantity to substitute is not above zero.")
        require(self.item_id != self.substitute_item_id, "the item would replace itself.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleShipment:
    """Let a shipment that has not left go on another day."""

    verb: ClassVar[str] = "reschedule_shipment"
    shipment_id: ShipmentId
    pickup_at: datetime

    def __post_init__(self) -> None:
        """Refuse a naive time."""
        require_utc(self.pickup_at, "pickup_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipShort:
    """Pick only ``quantity`` units of a line into a shipment; the rest follows as a backorder."""

    verb: ClassVar[str] = "ship_short"
    shipment_id: ShipmentId
    line_id: LineId
    quantity: int

    def __post_init__(self) -> None:
        """Refuse to ship nothing: that is not short, but cancelled."""
        require(self.quantity > 0, "quantity to ship is not above zero.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverShipment:
    """Cancel a shipment that has not left, and have its goods planned anew."""

    verb: ClassVar[str] = "recover_shipment"
    shipment_id: ShipmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveReturn:
    """Accept what a customer complains of, so that the goods may come back."""

    verb: ClassVar[str] = "approve_return"
    service_case_id: ServiceCaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote:
    """Leave a note with an order in its own system, for those who work there."""

    verb: ClassVar[str] = "add_note"
    order_id: OrderId
    text: str

    def __post_init__(self) -> None:
        """Refuse a note that says nothing."""
        require_text(self.text, "text of the note")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptPolicy:
    """Put a policy file into force on the desk, in place of the text with the digest ``replaces_sha256``."""

    verb: ClassVar[str] = "adopt_policy"
    file_name: str
    text: str
    replaces_sha256: str

    def __post_init__(self) -> None:
        """Refuse an empty text, and a name that leads out of the folder of policies."""
        require_text(self.text, "text of the policy")
        require(
            self.file_name.endswith(".toml") and not set(self.file_name) & set("/\\:"),
            f"{self.file_name!r} is no name of a policy file.",
        )


Action = (
    ReleaseCreditHold
    | SetLinePrice
    | SetOrderField
    | PromiseDate
    | ReallocateLine
    | SplitLine
    | RebookCarrier
    | RepickTask
    | CreditInvoiceLine
    | ExpediteSupply
    | TransferStock
    | SubstituteItem
    | RescheduleShipment
    | ShipShort
    | RecoverShipment
    | ApproveReturn
    | AddNote
    | AdoptPolicy
)

ACTION_BY_VERB: dict[str, type[Action]] = {
    kind.verb: kind
    for kind in (
        ReleaseCreditHold,
        SetLinePrice,
        SetOrderField,
        PromiseDate,
        ReallocateLine,
        SplitLine,
        RebookCarrier,
        RepickTask,
        CreditInvoiceLine,
        ExpediteSupply,
        TransferStock,
        SubstituteItem,
        RescheduleShipment,
        ShipShort,
        RecoverShipment,
        ApproveReturn,
        AddNote,
        AdoptPolicy,
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedVersion:
    """A record as it was when decided on: its version and the digest of the fields that mattered."""

    ref: EntityRef
    version: str
    fields_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One write to one system; ``key`` is ``<action id>-<n>`` and makes it happen once.

    ``expected`` are the records that must still be as they were: the connector compares versions
    where its system offers a lock, the executor compares field digests before sending.
    """

    key: str
    source: SourceName
    action: Action
    expected: tuple[ExpectedVersion, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse a command that could not be recognised when sent twice."""
        require_text(self.key, "command key")
        require_text(self.source, "command source")


class CommandResult(StrEnum):
    """How a system answered a command."""

    SUCCEEDED = "succeeded"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to a command: what happened, in the system's words, and the version afterwards.

    ``repeated`` is true when the system had done it before under the same key.
    """

    key: str
    result: CommandResult
    message: str = ""
    upstream_version: str = ""
    repeated: bool = False


def target_of(action: Action) -> EntityRef:
    """The record an action changes: its source is the system the command goes to."""
    match action:
        case ReleaseCreditHold() | SetOrderField() | PromiseDate() | AddNote():
            return EntityRef(kind=EntityKind.SALES_ORDER, entity_id=action.order_id)
        case SetLinePrice() | ReallocateLine() | SplitLine() | TransferStock() | SubstituteItem():
            return EntityRef(kind=EntityKind.ORDER_LINE, entity_id=action.line_id)
        case RebookCarrier() | RescheduleShipment() | ShipShort() | RecoverShipment():
            return EntityRef(kind=EntityKind.SHIPMENT, entity_id=action.shipment_id)
        case RepickTask():
            return EntityRef(kind=EntityKind.PICK_TASK, entity_id=action.task_id)
        case CreditInvoiceLine():
            return EntityRef(kind=EntityKind.INVOICE, entity_id=action.invoice_id)
        case ApproveReturn():
            return EntityRef(kind=EntityKind.SERVICE_CASE, entity_id=action.service_case_id)
        case ExpediteSupply():
            return EntityRef(kind=EntityKind.INBOUND_SUPPLY, entity_id=action.supply_id)
        case AdoptPolicy():
            return EntityRef(kind=EntityKind.POLICY_ROW, entity_id=action.file_name)
