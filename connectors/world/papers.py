"""The papers that follow the goods: invoices, signed receipts, return authorisations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from connectors.world.things import Consignment, Line
from domain.billing import Invoice, InvoiceLine, InvoiceStatus, PodCondition, PodLine, ProofOfDelivery
from domain.ids import InvoiceId, LineId, PodId, RmaId
from domain.returns import ReturnAuthorisation, RmaStatus


@dataclass(slots=True, eq=False)
class Bill:
    """A customer invoice for one shipment; ``credited`` by line."""

    invoice_id: InvoiceId
    shipment: Consignment
    issued_at: datetime
    credited: dict[LineId, int] = field(default_factory=dict)

    def show(self) -> Invoice:
        """As the ERP shows it."""
        return Invoice(
            invoice_id=self.invoice_id,
            number=self.invoice_id,
            order_id=self.shipment.order.order_id,
            customer_id=self.shipment.order.customer.customer_id,
            shipment_id=self.shipment.shipment_id,
            status=InvoiceStatus.POSTED,
            issued_at=self.issued_at,
            lines=tuple(
                InvoiceLine(
                    line_id=line.line_id,
                    item_id=line.item.item_id,
                    quantity=quantity,
                    unit_price_cents=line.price_cents,
                    credited_quantity=self.credited.get(line.line_id, 0),
                )
                for line, quantity in self.shipment.contents
            ),
        )


@dataclass(slots=True, eq=False)
class SignedReceipt:
    """What the receiver signed for, by line."""

    pod_id: PodId
    shipment: Consignment
    delivered_at: datetime
    signed_by: str
    delivered: dict[LineId, tuple[int, PodCondition]]

    def show(self) -> ProofOfDelivery:
        """As the TMS shows it."""
        return ProofOfDelivery(
            pod_id=self.pod_id,
            shipment_id=self.shipment.shipment_id,
            delivered_at=self.delivered_at,
            signed_by=self.signed_by,
            lines=tuple(
                PodLine(line_id=line_id, delivered_quantity=quantity, condition=condition)
                for line_id, (quantity, condition) in self.delivered.items()
            ),
        )


@dataclass(slots=True, eq=False)
class GoodsReturn:
    """A return authorisation for units of a line."""

    rma_id: RmaId
    line: Line
    quantity: int
    reason_code: str
    issued_at: datetime
    status: RmaStatus = RmaStatus.ISSUED

    def show(self) -> ReturnAuthorisation:
        """As the ERP shows it."""
        return ReturnAuthorisation(
            rma_id=self.rma_id,
            order_id=self.line.order.order_id,
            line_id=self.line.line_id,
            customer_id=self.line.order.customer.customer_id,
            item_id=self.line.item.item_id,
            quantity=self.quantity,
            reason_code=self.reason_code,
            status=self.status,
            issued_at=self.issued_at,
        )
