"""Stock, what of it is promised to whom, and what is on its way in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require_quantity, require_text, require_utc
from domain.ids import AllocationId, ItemId, LineId, NodeId, PositionId, SupplyId


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryPosition:
    """Units of an item on hand at a node, allocated units included; safety stock is not for sale."""

    position_id: PositionId
    item_id: ItemId
    node_id: NodeId
    on_hand_quantity: int
    safety_stock_quantity: int = 0

    def __post_init__(self) -> None:
        """Refuse a negative safety stock; negative on-hand is a fact that DQ-NEG reports."""
        require_text(self.position_id, "position_id")
        require_quantity(self.safety_stock_quantity, "safety_stock_quantity")


class AllocationStatus(StrEnum):
    """Planned: meant to ship from the node. Reserved: bound to stock there, first in line for it."""

    PLANNED = "planned"
    RESERVED = "reserved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Units of an order line assigned to a node (open units only: gone once shipped)."""

    allocation_id: AllocationId
    line_id: LineId
    item_id: ItemId
    node_id: NodeId
    quantity: int
    status: AllocationStatus

    def __post_init__(self) -> None:
        """Refuse a negative quantity."""
        require_text(self.allocation_id, "allocation_id")
        require_quantity(self.quantity, "quantity")


class SupplyKind(StrEnum):
    """Where inbound goods come from."""

    PURCHASE = "purchase"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundSupply:
    """An inbound purchase or transfer line: due when ordered, ``eta_at`` as known today."""

    supply_id: SupplyId
    number: str
    kind: SupplyKind
    item_id: ItemId
    node_id: NodeId
    ordered_quantity: int
    received_quantity: int
    due_at: datetime
    eta_at: datetime
    supplier_name: str = ""
    origin_node_id: NodeId | None = None
    cancelled: bool = False

    def __post_init__(self) -> None:
        """Refuse negative quantities and naive times."""
        require_text(self.supply_id, "supply_id")
        require_quantity(self.ordered_quantity, "ordered_quantity")
        require_quantity(self.received_quantity, "received_quantity")
        require_utc(self.due_at, "due_at")
        require_utc(self.eta_at, "eta_at")

    @property
    def open_quantity(self) -> int:
        """Units still expected."""
        return 0 if self.cancelled else max(0, self.ordered_quantity - self.received_quantity)
