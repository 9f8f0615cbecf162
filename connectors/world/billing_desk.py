"""Invoices, signed receipts, credits, payments and what customers hold back of them."""

from __future__ import annotations

from collections.abc import Callable

from connectors.world import names
from connectors.world.disruptions.billing_fault import BillingFault
from connectors.world.loads import Consignment
from connectors.world.papers import Bill, SignedReceipt
from connectors.world.state import WorldState
from connectors.world.trail_desk import TrailDesk
from domain.billing import InvoiceStatus, PodCondition
from domain.ids import EntityKind, LineId
from domain.orders import OrderStatus

SIGNERS = ("M. Alvarez", "T. Brooks", "J. Chen", "D. Okafor", "R. Patel", "S. Novak")
BILL_MINUTES = 120
UNBILLED_HOURS = (40.0, 80.0)
MEND_HOURS = (26.0, 60.0)
RECEIPT_HOURS = (60.0, 110.0)
CREDIT_HOURS = (44.0, 64.0)
CLAIM_HOURS = (24.0, 60.0)
PAY_HOURS = (30.0, 90.0)
DISPUTE_HOURS = (30.0, 96.0)
PERCENT = 100
WRONG_QUANTITY, WRONG_PRICE, TWICE = range(3)
#: The other wrong deliveries arrive damaged.
MISSING_IN_TEN = 7
DEDUCTION_CODES = ("shortage", "late delivery", "price", "damaged goods")
DEDUCTED_PERCENT = (3, 15)
BLOCKS = ("price check", "missing tax id", "freight terms")


class BillingDesk:
    """Everything after the goods have left, but what comes back."""

    def __init__(self, state: WorldState, trail: TrailDesk) -> None:
        """Keep the books of ``state``; damage is noted in ``trail``."""
        self._state = state
        self._trail = trail
        self.when_signed: Callable[[Consignment], None] = _nobody
        self.when_settled: Callable[[Bill], None] = _no_bill

    def expect_bill(self, shipment: Consignment) -> None:
        """Bill what has left: at once, or days later when something blocks it."""
        state, shipment_id = self._state, shipment.shipment_id
        if self._goes_wrong(shipment, BillingFault.UNBILLED, state.nature.unbilled):
            order = shipment.order
            order.billing_block = state.draws.one_of(BLOCKS, "billing-block", order.order_id)
            state.put_order(order)
            state.after_hours(UNBILLED_HOURS, "bill-late", shipment_id, lambda: self._bill(shipment))
        else:
            state.after(BILL_MINUTES, lambda: self._bill(shipment))

    def sign(self, shipment: Consignment) -> None:
        """The receiver signs; sometimes for less than was billed, and sometimes the paper comes late."""
        state = self._state
        receipt = SignedReceipt(
            pod_id=names.pod_id(shipment.shipment_id),
            shipment=shipment,
            delivered_at=state.now,
            signed_by=state.draws.one_of(SIGNERS, "signer", shipment.shipment_id),
            delivered={line.line_id: (quantity, PodCondition.GOOD) for line, quantity in shipment.contents},
        )
        shipment.receipt = receipt
        if self._goes_wrong(shipment, BillingFault.WRONG_RECEIPT, state.nature.short_receipt):
            self._spoil(receipt)
        if self._goes_wrong(shipment, BillingFault.MISSING_RECEIPT, state.nature.missing_receipt):
            state.after_hours(
                RECEIPT_HOURS, "receipt", shipment.shipment_id, lambda: self._receipt_comes(receipt)
            )
        else:
            self._receipt_comes(receipt)
        for bill in [kept for kept in shipment.order.bills if kept.shipment is shipment]:
            state.after_hours(PAY_HOURS, "pay", bill.invoice_id, self._paying(bill))
        self.when_signed(shipment)

    def credit(self, bill: Bill, line_id: LineId, quantity: int) -> None:
        """Credit billed units of a line."""
        bill.credited[line_id] = bill.credited.get(line_id, 0) + quantity
        self._state.put_bill(bill)

    def _goes_wrong(self, shipment: Consignment, fault: BillingFault, one_in: int) -> bool:
        state = self._state
        percent = state.disruptions.billing_fault_percent(shipment.node_id, fault)
        if percent and state.draws.share(f"fault-{int(fault)}", shipment.shipment_id) * PERCENT < percent:
            return True
        return state.happens(one_in, f"nature-{int(fault)}", shipment.shipment_id)

    def _bill(self, shipment: Consignment) -> None:
        """Post the invoice; some are wrong in quantity or price, some are posted twice."""
        state = self._state
        bill = self._post(shipment, 1)
        order = shipment.order
        if order.billing_block:
            order.billing_block = ""
            state.put_order(order)
        nature, line = state.nature, shipment.contents[0][0]
        faults = (nature.wrong_billed_quantity, nature.wrong_billed_price, nature.billed_twice)
        fault = state.draws.fault(faults, "billed", bill.invoice_id)
        if fault == WRONG_QUANTITY:
            bill.quantities[line.line_id] += max(1, bill.quantities[line.line_id] // 4)
            self._mend_later(bill)
        elif fault == WRONG_PRICE:
            bill.prices_cents[line.line_id] += max(60, bill.prices_cents[line.line_id] // 9)
            self._mend_later(bill)
        elif fault == TWICE:
            second = self._post(shipment, 2)
            state.after_hours(MEND_HOURS, "cancel-bill", second.invoice_id, lambda: self._cancel(second))
        if shipment.delivered_at is not None:
            state.after_hours(PAY_HOURS, "pay", bill.invoice_id, self._paying(bill))
        all_billed = len({kept.shipment.shipment_id for kept in order.bills}) == len(order.live_shipments)
        if order.status is OrderStatus.SHIPPED and all_billed:
            order.move_to(OrderStatus.INVOICED, state.now)
            state.put_order(order)

    def _post(self, shipment: Consignment, times: int) -> Bill:
        state = self._state
        bill = Bill(
            invoice_id=names.invoice_id(shipment.shipment_id, times),
            shipment=shipment,
            issued_at=state.now,
            quantities={line.line_id: quantity for line, quantity in shipment.contents},
            prices_cents={line.line_id: line.price_cents for line, _ in shipment.contents},
        )
        state.bills[bill.invoice_id] = bill
        shipment.order.bills.append(bill)
        state.put_bill(bill)
        return bill

    def _mend_later(self, bill: Bill) -> None:
        self._state.put_bill(bill)
        self._state.after_hours(MEND_HOURS, "mend", bill.invoice_id, lambda: self._mend(bill))

    def _mend(self, bill: Bill) -> None:
        """Correct an invoice that nobody has credited anything on."""
        if bill.status is InvoiceStatus.POSTED and not bill.credited:
            for line, quantity in bill.shipment.contents:
                bill.quantities[line.line_id] = quantity
                bill.prices_cents[line.line_id] = line.price_cents
            self._state.put_bill(bill)

    def _cancel(self, bill: Bill) -> None:
        bill.status = InvoiceStatus.CANCELLED
        self._state.put_bill(bill)
        self.when_settled(bill)

    def _spoil(self, receipt: SignedReceipt) -> None:
        """Something is missing or damaged; the office credits it some days later."""
        state, shipment = self._state, receipt.shipment
        shipment_id = shipment.shipment_id
        line, quantity = shipment.contents[-1]
        percent = state.draws.whole((10, 50), "missing-share", shipment_id)
        missing = max(1, quantity * percent // PERCENT)
        if state.draws.whole((1, 10), "missing-or-damaged", shipment_id) <= MISSING_IN_TEN:
            receipt.delivered[line.line_id] = (quantity - missing, PodCondition.GOOD)
        else:
            receipt.delivered[line.line_id] = (quantity, PodCondition.DAMAGED)
            self._note_damage(shipment)
        state.after_hours(CREDIT_HOURS, "credit", shipment_id, lambda: self._credit_difference(shipment))

    def _note_damage(self, shipment: Consignment) -> None:
        state = self._state
        self._trail.report(shipment, "damaged", "A9", "A9", shipment.order.customer.place.name)
        state.after_hours(CLAIM_HOURS, "claim", shipment.shipment_id, lambda: self._claim(shipment))

    def _claim(self, shipment: Consignment) -> None:
        shipment.claim_filed = True
        if shipment.shipment_id in self._state.shipments:
            self._state.put_shipment(shipment)

    def _receipt_comes(self, receipt: SignedReceipt) -> None:
        receipt.came_at = self._state.now
        self._state.put(EntityKind.PROOF_OF_DELIVERY, receipt.pod_id, receipt.show)

    def _credit_difference(self, shipment: Consignment) -> None:
        """The office credits what was billed but not signed for, if nobody did it before."""
        bills = (kept for kept in shipment.order.bills if kept.shipment is shipment)
        bill = next((kept for kept in bills if kept.status is not InvoiceStatus.CANCELLED), None)
        if bill is None or shipment.receipt is None:
            return
        for line, _ in shipment.contents:
            got, condition = shipment.receipt.delivered[line.line_id]
            good = got if condition is PodCondition.GOOD else 0
            owed = bill.quantities[line.line_id] - good - bill.credited.get(line.line_id, 0)
            if owed > 0:
                self.credit(bill, line.line_id, owed)

    def _paying(self, bill: Bill) -> Callable[[], None]:
        return lambda: self._pay(bill)

    def _pay(self, bill: Bill) -> None:
        """The customer pays, and sometimes less than the invoice says."""
        state = self._state
        if bill.status is not InvoiceStatus.POSTED:
            return
        total = bill.total_cents
        bill.status, bill.paid_at, bill.paid_cents = InvoiceStatus.PAID, state.now, total
        if state.happens(state.nature.deduction, "deduction", bill.invoice_id):
            percent = state.draws.whole(DEDUCTED_PERCENT, "deducted", bill.invoice_id)
            bill.paid_cents = total - total * percent // PERCENT
            bill.deduction_code = state.draws.one_of(DEDUCTION_CODES, "deduction-code", bill.invoice_id)
            state.after_hours(DISPUTE_HOURS, "dispute", bill.invoice_id, lambda: self._settle(bill))
        state.put_bill(bill)
        if not bill.deduction_code:
            self.when_settled(bill)

    def _settle(self, bill: Bill) -> None:
        bill.deduction_closed = True
        self._state.put_bill(bill)
        self.when_settled(bill)


def _nobody(_shipment: Consignment) -> None:
    """Nobody watches yet."""


def _no_bill(_bill: Bill) -> None:
    """Nobody watches yet."""
