"""The papers that follow the goods: invoices, signed receipts, return authorisations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from connectors.world.loads import Consignment
from connectors.world.things import Line
from domain.billing import Invoice, InvoiceLine, InvoiceStatus, PodCondition, PodLine, ProofOfDelivery
from domain.ids import InvoiceId, LineId, NodeId, PodId, RmaId
from domain.returns import ReturnAuthorisation, RmaStatus


@dataclass(slots=True, eq=False)
class Bill:
    """A customer invoice for one shipment; what it says by line, and what was credited since."""

    invoice_id: InvoiceId
    shipment: Consignment
    issued_at: datetime
    quantities: dict[LineId, int]
    prices_cents: dict[LineId, int]
    credited: dict[LineId, int] = field(default_factory=dict)
    status: InvoiceStatus = InvoiceStatus.POSTED
    paid_cents: int | None = None
    paid_at: datetime | None = None
    deduction_code: str = ""
    deduction_closed: bool = False

    @property
    def total_cents(self) -> int:
        """What it asks for, credits taken off."""
        return sum(
            (quantity - self.credited.get(line_id, 0)) * self.prices_cents[line_id]
            for line_id, quantity in self.quantities.items()
        )

    def show(self) -> Invoice:
        """As the ERP shows it."""
        return Invoice(
            invoice_id=self.invoice_id,
            number=self.invoice_id,
            order_id=self.shipment.order.order_id,
            customer_id=self.shipment.order.customer.customer_id,
            shipment_id=self.shipment.shipment_id,
            status=self.status,
            issued_at=self.issued_at,
            lines=tuple(
                InvoiceLine(
                    line_id=line.line_id,
                    item_id=line.item.item_id,
                    quantity=self.quantities[line.line_id],
                    unit_price_cents=self.prices_cents[line.line_id],
                    credited_quantity=self.credited.get(line.line_id, 0),
                )
                for line, _ in self.shipment.contents
            ),
            paid_cents=self.paid_cents,
            paid_at=self.paid_at,
            deduction_code=self.deduction_code,
            deduction_closed=self.deduction_closed,
        )


@dataclass(slots=True, eq=False)
class SignedReceipt:
    """What the receiver signed for, by line; ``came_at`` is when the paper came in."""

    pod_id: PodId
    shipment: Consignment
    delivered_at: datetime
    signed_by: str
    delivered: dict[LineId, tuple[int, PodCondition]]
    came_at: datetime | None = None

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
    """A return authorisation for units of a line, and what became of it."""

    rma_id: RmaId
    shipment: Consignment
    line: Line
    quantity: int
    claimed: int
    reason_code: str
    issued_at: datetime
    expected_by: datetime
    node_id: NodeId
    lot_id: str = ""
    status: RmaStatus = RmaStatus.ISSUED
    received_at: datetime | None = None
    received: int | None = None
    disposition: str = ""
    disposed_at: datetime | None = None
    credited_at: datetime | None = None

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
            lot_id=self.lot_id,
            expected_by=self.expected_by,
            received_at=self.received_at,
            received_quantity=self.received,
            claimed_quantity=self.claimed,
            disposition=self.disposition,
            disposed_at=self.disposed_at,
            credited_at=self.credited_at,
            node_id=self.node_id,
        )
