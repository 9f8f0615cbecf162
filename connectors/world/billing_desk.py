"""Invoices, signed receipts, credits and returns; and what is finished leaves the books after some days."""

from __future__ import annotations

from connectors.world.papers import Bill, GoodsReturn, SignedReceipt
from connectors.world.state import WorldState
from connectors.world.things import Consignment, Order
from domain.billing import PodCondition
from domain.ids import EntityKind, InvoiceId, LineId, PodId, RmaId
from domain.orders import OrderStatus
from domain.returns import RmaStatus
from domain.transport import ShipmentStatus

SIGNERS = ("M. Alvarez", "T. Brooks", "J. Chen", "D. Okafor", "R. Patel", "S. Novak")
OFFICE_HOURS_TO_CREDIT = (44, 64)
#: The other wrong deliveries arrive damaged.
MISSING_IN_TEN = 7
RETURN_REASONS = ("wrong item", "damaged", "not needed")


class BillingDesk:
    """Everything after the goods have left."""

    def __init__(self, state: WorldState) -> None:
        """Keep the books of ``state``."""
        self._state = state

    def bill(self, shipment: Consignment) -> None:
        """Post the invoice of a shipment that left."""
        state = self._state
        bill = Bill(
            invoice_id=InvoiceId(f"IN-{shipment.shipment_id[3:]}"), shipment=shipment, issued_at=state.now
        )
        state.bills[bill.invoice_id] = bill
        shipment.order.bills.append(bill)
        state.put(EntityKind.INVOICE, bill.invoice_id, bill.show)
        order = shipment.order
        if order.status is OrderStatus.SHIPPED and len(order.bills) == len(order.shipments):
            order.status = OrderStatus.INVOICED
            state.put(EntityKind.SALES_ORDER, order.order_id, order.show)

    def sign(self, shipment: Consignment) -> None:
        """The receiver signs; sometimes for less than was billed."""
        state = self._state
        rng = state.rng("pod", shipment.serial)
        signed: dict[LineId, tuple[int, PodCondition]] = {
            line.line_id: (quantity, PodCondition.GOOD) for line, quantity in shipment.contents
        }
        if shipment.serial % state.size.pod_fault_every == 1:
            line, quantity = shipment.contents[-1]
            missing = max(1, quantity * rng.randint(10, 50) // 100)
            if rng.randrange(10) < MISSING_IN_TEN:
                signed[line.line_id] = (quantity - missing, PodCondition.GOOD)
            else:
                signed[line.line_id] = (quantity, PodCondition.DAMAGED)
            hours = rng.uniform(*OFFICE_HOURS_TO_CREDIT)
            state.after(hours * 60, lambda: self._credit_difference(shipment))
        receipt = SignedReceipt(
            pod_id=PodId(f"PD-{shipment.shipment_id[3:]}"),
            shipment=shipment,
            delivered_at=state.now,
            signed_by=rng.choice(SIGNERS),
            delivered=signed,
        )
        shipment.receipt = receipt
        state.put(EntityKind.PROOF_OF_DELIVERY, receipt.pod_id, receipt.show)
        if shipment.serial % state.size.return_every == 0:
            self._authorise_return(shipment)

    def credit(self, bill: Bill, line_id: LineId, quantity: int) -> None:
        """Credit billed units of a line."""
        bill.credited[line_id] = bill.credited.get(line_id, 0) + quantity
        self._state.put(EntityKind.INVOICE, bill.invoice_id, bill.show)

    def archive(self, order: Order) -> None:
        """Take a finished order and all its papers off the books."""
        state = self._state
        if order.order_id not in state.orders or not _is_finished(order):
            return
        del state.orders[order.order_id]
        state.drop(EntityKind.SALES_ORDER, order.order_id)
        for line in order.lines:
            del state.lines[line.line_id]
            state.drop(EntityKind.ORDER_LINE, line.line_id)
        for shipment in order.shipments:
            self._archive_shipment(shipment)
        for bill in order.bills:
            del state.bills[bill.invoice_id]
            state.drop(EntityKind.INVOICE, bill.invoice_id)
        for kept in order.returns:
            state.drop(EntityKind.RETURN_AUTHORISATION, kept.rma_id)

    def _archive_shipment(self, shipment: Consignment) -> None:
        state = self._state
        del state.shipments[shipment.shipment_id]
        state.drop(EntityKind.SHIPMENT, shipment.shipment_id)
        for pick in shipment.picks:
            del state.picks[pick.task_id]
            state.drop(EntityKind.PICK_TASK, pick.task_id)
        for booking in shipment.bookings:
            state.drop(EntityKind.CARRIER_BOOKING, booking.booking_id)
        for event in shipment.events:
            state.drop(EntityKind.MILESTONE, event.milestone_id)
        if shipment.receipt is not None:
            state.drop(EntityKind.PROOF_OF_DELIVERY, shipment.receipt.pod_id)

    def _credit_difference(self, shipment: Consignment) -> None:
        """The office credits what was billed but not signed for, if nobody did it before."""
        bill = next((kept for kept in shipment.order.bills if kept.shipment is shipment), None)
        if bill is None or shipment.receipt is None:
            return
        for line, quantity in shipment.contents:
            got, condition = shipment.receipt.delivered[line.line_id]
            good = got if condition is PodCondition.GOOD else 0
            owed = quantity - good - bill.credited.get(line.line_id, 0)
            if owed > 0:
                self.credit(bill, line.line_id, owed)

    def _authorise_return(self, shipment: Consignment) -> None:
        state = self._state
        rng = state.rng("return", shipment.serial)
        line, quantity = shipment.contents[0]
        kept = GoodsReturn(
            rma_id=RmaId(f"RM-{shipment.shipment_id[3:]}"),
            line=line,
            quantity=rng.randint(1, quantity),
            reason_code=rng.choice(RETURN_REASONS),
            issued_at=state.now,
        )
        shipment.order.returns.append(kept)
        state.put(EntityKind.RETURN_AUTHORISATION, kept.rma_id, kept.show)
        state.after(rng.uniform(30, 70) * 60, lambda: self._receive_return(kept))

    def _receive_return(self, kept: GoodsReturn) -> None:
        kept.status = RmaStatus.RECEIVED
        self._state.put(EntityKind.RETURN_AUTHORISATION, kept.rma_id, kept.show)


def _is_finished(order: Order) -> bool:
    return all(line.shipped == line.quantity for line in order.lines) and all(
        shipment.status is ShipmentStatus.DELIVERED for shipment in order.shipments
    )
