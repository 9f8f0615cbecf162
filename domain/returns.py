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
    """Permission to send units of an order line back, and what became of it.

    ``received_quantity`` is what came back, ``claimed_quantity`` what the customer says it sent;
    ``disposition`` is what was decided over the goods, blank while nothing was.
    """

    rma_id: RmaId
    order_id: OrderId
    line_id: LineId
    customer_id: CustomerId
    item_id: ItemId
    quantity: int
    reason_code: str
    status: RmaStatus
    issued_at: datetime
    lot_id: str = ""
    expected_by: datetime | None = None
    received_at: datetime | None = None
    received_quantity: int | None = None
    claimed_quantity: int | None = None
    disposition: str = ""
    disposed_at: datetime | None = None
    credited_at: datetime | None = None
    node_id: str = ""

    def __post_init__(self) -> None:
        """Refuse a return without id, with a negative quantity or a naive time."""
        require_text(self.rma_id, "rma_id")
        require_quantity(self.quantity, "quantity")
        for name in ("received_quantity", "claimed_quantity"):
            quantity = getattr(self, name)
            if quantity is not None:
                require_quantity(quantity, name)
        for name in ("issued_at", "expected_by", "received_at", "disposed_at", "credited_at"):
            require_utc(getattr(self, name), name)
