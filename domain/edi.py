"""Messages exchanged with trading partners, as the EDI translator saw them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require_text, require_utc
from domain.ids import MessageId, OrderId


class EdiStatus(StrEnum):
    """What became of a message; REPLAYED is one that was rejected and has been sent through again."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REPLAYED = "replayed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdiMessage:
    """One transaction set of a partner; ``segment`` and ``error_code`` say where it was rejected and why."""

    message_id: MessageId
    partner: str
    transaction_set: str
    reference: str
    status: EdiStatus
    segment: str
    error_code: str
    received_at: datetime
    order_id: OrderId | None

    def __post_init__(self) -> None:
        """Refuse a message without id, partner or transaction set, or with a naive time."""
        require_text(self.message_id, "message_id")
        require_text(self.partner, "partner")
        require_text(self.transaction_set, "transaction_set")
        require_utc(self.received_at, "received_at")
