"""Return authorisations (RMA)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require_quantity, require_text, require_utc
from domain.ids import CustomerId, ItemId, LineId, OrderId, RmaId


class RmaStatus(StrEnum):
    """Where a return stands."""

    ISSUED = "issued"
    RECEIVED = "received"
    CREDITED = "credited"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAuthorisation:
    """Permission to send units of an order line back, and what became of it."""

    rma_id: RmaId
    order_id: OrderId
    line_id: LineId
    customer_id: CustomerId
    item_id: ItemId
    quantity: int
    reason_code: str
    status: RmaStatus
    issued_at: datetime

    def __post_init__(self) -> None:
        """Refuse a return without id, with a negative quantity or a naive time."""
        require_text(self.rma_id, "rma_id")
        require_quantity(self.quantity, "quantity")
        require_utc(self.issued_at, "issued_at")
