"""Stock, what of it is promised to whom, and what is on its way in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require_magnitude, require_quantity, require_text, require_utc
from domain.ids import AllocationId, ItemId, LineId, LotId, NodeId, PositionId, SupplyId


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryPosition:
    """Units of an item on hand at a node, allocated units included; safety stock is not for sale.

    ``pick_face_quantity`` is the part that stands in the pick face, where the node tells it apart.
    """

    position_id: PositionId
    item_id: ItemId
    node_id: NodeId
    on_hand_quantity: int
    safety_stock_quantity: int = 0
    pick_face_quantity: int | None = None

    def __post_init__(self) -> None:
        """Refuse a negative safety stock; negative on-hand is a fact that DQ-NEG reports."""
        require_text(self.position_id, "position_id")
        require_magnitude(self.on_hand_quantity, "on_hand_quantity")
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
    lot_id: str = ""
    allocated_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a negative quantity or a naive time."""
        require_text(self.allocation_id, "allocation_id")
        require_quantity(self.quantity, "quantity")
        require_utc(self.allocated_at, "allocated_at")


class SupplyKind(StrEnum):
    """Where inbound goods come from."""

    PURCHASE = "purchase"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundSupply:
    """An inbound purchase or transfer line: due when ordered, ``eta_at`` as known today.

    ``confirmed_quantity`` is what the supplier confirmed (855), ``shipped_quantity`` what it said it
    shipped (856, at ``asn_at``); ``dock_at`` is the arrival at the dock, ``received_at`` the put-away.
    """

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
    ordered_at: datetime | None = None
    confirmed_quantity: int | None = None
    shipped_quantity: int | None = None
    asn_at: datetime | None = None
    dock_at: datetime | None = None
    received_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse negative quantities and naive times."""
        require_text(self.supply_id, "supply_id")
        require_quantity(self.ordered_quantity, "ordered_quantity")
        require_quantity(self.received_quantity, "received_quantity")
        for name in ("confirmed_quantity", "shipped_quantity"):
            quantity = getattr(self, name)
            if quantity is not None:
                require_quantity(quantity, name)
        for name in ("due_at", "eta_at", "ordered_at", "asn_at", "dock_at", "received_at"):
            require_utc(getattr(self, name), name)

    @property
    def open_quantity(self) -> int:
        """Units still expected."""
        return 0 if self.cancelled else max(0, self.ordered_quantity - self.received_quantity)


class LotQuality(StrEnum):
    """Whether a lot may be shipped."""

    OK = "ok"
    HOLD = "hold"
    RECALLED = "recalled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Units of one item made together, kept at a node; without ``expires_at`` they do not expire."""

    lot_id: LotId
    item_id: ItemId
    node_id: NodeId
    expires_at: datetime | None
    quality: LotQuality

    def __post_init__(self) -> None:
        """Refuse a lot without id or with a naive time."""
        require_text(self.lot_id, "lot_id")
        require_utc(self.expires_at, "expires_at")
