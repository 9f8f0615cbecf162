"""Stock as the world keeps it: positions with lots, the parts that claim them, goods on their way in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from domain.ids import AllocationId, CountId, LotId, NodeId, PositionId, SupplyId
from domain.inventory import (
    Allocation,
    AllocationStatus,
    InboundSupply,
    InventoryPosition,
    Lot,
    LotQuality,
    SupplyKind,
)
from domain.items import Item
from domain.warehouse import CycleCount

if TYPE_CHECKING:
    from connectors.world.loads import Consignment
    from connectors.world.things import Line


LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True, eq=False)
class LotStock:
    """A lot at a node and how many of its units nobody has been promised yet."""

    lot_id: LotId
    item: Item
    node_id: NodeId
    left: int
    expires_at: datetime
    quality: LotQuality = LotQuality.OK

    def show(self) -> Lot:
        """As the WMS shows it."""
        return Lot(
            lot_id=self.lot_id,
            item_id=self.item.item_id,
            node_id=self.node_id,
            expires_at=self.expires_at,
            quality=self.quality,
        )


@dataclass(slots=True, eq=False)
class StockPosition:
    """Units of an item at a node and the open parts that claim them; ``reserved`` units are bound already.

    ``on_hand`` is what the books say; ``missing`` of it is not there, which only a picker or a count
    finds out. ``claimed`` and ``on_order`` are the sums of the claims and of the open supplies,
    ``taken`` what has been picked and has not left yet, ``to_pick`` what is released and not picked.
    """

    item: Item
    node_id: NodeId
    bin_code: str
    on_hand: int
    safety: int
    reorder_point: int
    order_quantity: int
    face_quantity: int
    missing: int = 0
    reserved: int = 0
    claimed: int = 0
    on_order: int = 0
    pick_face: int = 0
    to_pick: int = 0
    taken: int = 0
    is_waking: bool = False
    is_count_due: bool = False
    no_purchase_until: datetime = LONG_AGO
    claims: dict[AllocationId, Part] = field(default_factory=dict)
    supplies: list[Supply] = field(default_factory=list)
    lots: list[LotStock] = field(default_factory=list)
    purchases: int = 0
    counts: int = 0
    lots_made: int = 0
    position_id: PositionId = field(init=False)

    def __post_init__(self) -> None:
        """Name it after item and node."""
        self.position_id = PositionId(f"{self.item.item_id}@{self.node_id}")

    @property
    def spare(self) -> int:
        """Units a new order may count on: no line has a claim on them, and the safety stock is left."""
        return self.on_hand - self.safety - self.claimed

    @property
    def offered(self) -> int:
        """Units another node's line may have: as ``spare``, but orders not yet confirmed do not count."""
        firm = sum(part.quantity for part in self.claims.values() if part.is_firm)
        return self.on_hand - self.safety - firm

    @property
    def free_to_reserve(self) -> int:
        """Units that can be bound to a line now; for lines already here the safety stock is used up."""
        return self.on_hand - self.reserved

    def inbound_until(self, moment: datetime) -> int:
        """Units expected up to ``moment``."""
        return sum(supply.coming for supply in self.supplies if supply.eta_at <= moment)

    def show(self) -> InventoryPosition:
        """As the WMS shows it."""
        return InventoryPosition(
            position_id=self.position_id,
            item_id=self.item.item_id,
            node_id=self.node_id,
            on_hand_quantity=self.on_hand,
            safety_stock_quantity=self.safety,
            pick_face_quantity=self.pick_face,
        )


@dataclass(slots=True, eq=False)
class Part:
    """Open units of a line that ship from one node."""

    allocation_id: AllocationId
    line: Line
    node_id: NodeId
    quantity: int
    reserved: bool = False
    reserved_at: datetime | None = None
    lot: LotStock | None = None
    shipment: Consignment | None = None

    @property
    def is_firm(self) -> bool:
        """Whether stock is bound to it, or will be as soon as its time comes."""
        return self.reserved or self.line.order.is_firm

    def show(self) -> Allocation:
        """As the WMS shows it."""
        return Allocation(
            allocation_id=self.allocation_id,
            line_id=self.line.line_id,
            item_id=self.line.item.item_id,
            node_id=self.node_id,
            quantity=self.quantity,
            status=AllocationStatus.RESERVED if self.reserved else AllocationStatus.PLANNED,
            lot_id="" if self.lot is None else self.lot.lot_id,
            allocated_at=self.reserved_at,
        )


@dataclass(slots=True, eq=False)
class Supply:
    """Inbound goods; ``is_portal`` when the supplier portal and not the ERP knows their dates."""

    supply_id: SupplyId
    position: StockPosition
    ordered: int
    ordered_at: datetime
    due_at: datetime
    eta_at: datetime
    supplier: str
    is_portal: bool
    kind: SupplyKind = SupplyKind.PURCHASE
    confirmed: int | None = None
    sent: int | None = None
    asn_at: datetime | None = None
    dock_at: datetime | None = None
    received: int = 0
    received_at: datetime | None = None

    @property
    def coming(self) -> int:
        """Units still expected, as the supplier last said."""
        said = self.sent if self.sent is not None else self.confirmed
        return max(0, (self.ordered if said is None else said) - self.received)

    def show(self) -> InboundSupply:
        """As the ERP or the portal shows it."""
        return InboundSupply(
            supply_id=self.supply_id,
            number=self.supply_id.rsplit("-", 1)[0],
            kind=self.kind,
            item_id=self.position.item.item_id,
            node_id=self.position.node_id,
            ordered_quantity=self.ordered,
            received_quantity=self.received,
            due_at=self.due_at,
            eta_at=self.eta_at,
            supplier_name=self.supplier,
            ordered_at=self.ordered_at,
            confirmed_quantity=self.confirmed,
            shipped_quantity=self.sent,
            asn_at=self.asn_at,
            dock_at=self.dock_at,
            received_at=self.received_at,
        )


@dataclass(slots=True, eq=False)
class BinCount:
    """A count of a bin; ``adjusted_at`` is when the books were set right."""

    count_id: CountId
    position: StockPosition
    system: int
    counted: int
    counted_at: datetime
    adjusted_at: datetime | None = None

    def show(self) -> CycleCount:
        """As the WMS shows it."""
        return CycleCount(
            count_id=self.count_id,
            node_id=self.position.node_id,
            bin_code=self.position.bin_code,
            item_id=self.position.item.item_id,
            system_quantity=self.system,
            counted_quantity=self.counted,
            counted_at=self.counted_at,
            adjusted=self.adjusted_at is not None,
        )
