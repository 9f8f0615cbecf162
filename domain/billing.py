"""Invoices and proofs of delivery: what was billed and what arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require, require_cents, require_quantity, require_text, require_utc
from domain.ids import CustomerId, InvoiceId, ItemId, LineId, OrderId, PodId, ShipmentId


class InvoiceStatus(StrEnum):
    """Where an invoice stands."""

    DRAFT = "draft"
    POSTED = "posted"
    PAID = "paid"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """Billed units of an order line; credited units are subtracted by credit notes."""

    line_id: LineId
    item_id: ItemId
    quantity: int
    unit_price_cents: int
    credited_quantity: int = 0

    def __post_init__(self) -> None:
        """Refuse more credit than was billed."""
        require_quantity(self.quantity, "quantity")
        require_quantity(self.unit_price_cents, "unit_price_cents")
        require(
            0 <= self.credited_quantity <= self.quantity, "credited_quantity is outside the billed quantity."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """A customer invoice for one shipment of an order.

    ``deduction_code`` is why the customer paid less; ``deduction_closed`` that the matter is settled.
    """

    invoice_id: InvoiceId
    number: str
    order_id: OrderId
    customer_id: CustomerId
    shipment_id: ShipmentId | None
    status: InvoiceStatus
    issued_at: datetime
    lines: tuple[InvoiceLine, ...]
    paid_cents: int | None = None
    paid_at: datetime | None = None
    deduction_code: str = ""
    deduction_closed: bool = False

    def __post_init__(self) -> None:
        """Refuse an invoice without id or with a naive time."""
        require_text(self.invoice_id, "invoice_id")
        require_utc(self.issued_at, "issued_at")
        require_utc(self.paid_at, "paid_at")
        if self.paid_cents is not None:
            require_cents(self.paid_cents, "paid_cents")


class PodCondition(StrEnum):
    """In which state goods arrived (OS&D reasons kept apart)."""

    GOOD = "good"
    DAMAGED = "damaged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PodLine:
    """Units of an order line the receiver signed for."""

    line_id: LineId
    delivered_quantity: int
    condition: PodCondition = PodCondition.GOOD

    def __post_init__(self) -> None:
        """Refuse a negative quantity."""
        require_quantity(self.delivered_quantity, "delivered_quantity")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofOfDelivery:
    """What the receiver signed for."""

    pod_id: PodId
    shipment_id: ShipmentId
    delivered_at: datetime
    signed_by: str
    lines: tuple[PodLine, ...]

    def __post_init__(self) -> None:
        """Refuse a POD without id or with a naive time."""
        require_text(self.pod_id, "pod_id")
        require_utc(self.delivered_at, "delivered_at")
