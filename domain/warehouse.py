"""Work inside a node: pick tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require_quantity, require_text, require_utc
from domain.ids import ItemId, LineId, NodeId, OrderId, TaskId


class PickStatus(StrEnum):
    """How far a pick has come; SHORT means closed with less than requested."""

    RELEASED = "released"
    STARTED = "started"
    DONE = "done"
    SHORT = "short"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class PickTask:
    """A pick of one line from one bin, due before the node's cut-off."""

    task_id: TaskId
    order_id: OrderId
    line_id: LineId
    item_id: ItemId
    node_id: NodeId
    bin_code: str
    requested_quantity: int
    picked_quantity: int
    status: PickStatus
    due_at: datetime
    updated_at: datetime

    def __post_init__(self) -> None:
        """Refuse negative quantities and naive times."""
        require_text(self.task_id, "task_id")
        require_quantity(self.requested_quantity, "requested_quantity")
        require_quantity(self.picked_quantity, "picked_quantity")
        require_utc(self.due_at, "due_at")
        require_utc(self.updated_at, "updated_at")
