"""Work inside a node: pick tasks and cycle counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require_magnitude, require_quantity, require_text, require_utc
from domain.ids import CountId, ItemId, LineId, NodeId, OrderId, TaskId


class PickStatus(StrEnum):
    """How far a pick has come; SHORT means closed with less than requested."""

    RELEASED = "released"
    STARTED = "started"
    DONE = "done"
    SHORT = "short"
    CANCELLED = "cancelled"


class PickQuality(StrEnum):
    """What the check of a pick found."""

    NONE = "none"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PickTask:
    """A pick of one line from one bin, due before the node's cut-off.

    ``work_minutes`` is what the pick is planned to take; ``reason_code`` why it was closed short.
    """

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
    wave_id: str = ""
    released_at: datetime | None = None
    work_minutes: int = 0
    quality: PickQuality = PickQuality.NONE
    reason_code: str = ""

    def __post_init__(self) -> None:
        """Refuse negative quantities and naive times."""
        require_text(self.task_id, "task_id")
        require_quantity(self.requested_quantity, "requested_quantity")
        require_quantity(self.picked_quantity, "picked_quantity")
        require_utc(self.due_at, "due_at")
        require_utc(self.updated_at, "updated_at")
        require_utc(self.released_at, "released_at")
        require_quantity(self.work_minutes, "work_minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleCount:
    """A count of one item in one bin: what the books said, what was found, whether they were set right."""

    count_id: CountId
    node_id: NodeId
    bin_code: str
    item_id: ItemId
    system_quantity: int
    counted_quantity: int
    counted_at: datetime
    adjusted: bool

    def __post_init__(self) -> None:
        """Refuse a count without id, with a negative finding or a naive time."""
        require_text(self.count_id, "count_id")
        require_text(self.bin_code, "bin_code")
        require_magnitude(self.system_quantity, "system_quantity")
        require_quantity(self.counted_quantity, "counted_quantity")
        require_utc(self.counted_at, "counted_at")
