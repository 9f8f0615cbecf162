"""What is finished and settled leaves the books after some days, with all its papers."""

from __future__ import annotations

from connectors.world.loads import Consignment
from connectors.world.papers import Bill, GoodsReturn
from connectors.world.state import WorldState, stream_of
from connectors.world.stock import Supply
from connectors.world.things import Order
from domain.billing import InvoiceStatus
from domain.ids import EntityKind
from domain.orders import OrderStatus
from domain.returns import RmaStatus
from domain.transport import ShipmentStatus

MINUTES_PER_DAY = 1440
OVER = frozenset({ShipmentStatus.DELIVERED, ShipmentStatus.CANCELLED})


class ArchiveDesk:
    """Takes finished orders off the books."""

    def __init__(self, state: WorldState) -> None:
        """Tidy up ``state``."""
        self._state = state

    def settled(self, bill: Bill) -> None:
        """A bill is paid or cancelled."""
        self.consider(bill.shipment.order)

    def returned(self, kept: GoodsReturn) -> None:
        """A return is closed."""
        self.consider(kept.line.order)

    def consider(self, order: Order) -> None:
        """Look some days later whether an order may go."""
        if _is_finished(order):
            self._state.after(self._state.size.archive_days * MINUTES_PER_DAY, lambda: self._file(order))

    def file_supply(self, supply: Supply) -> None:
        """Look some days later at goods that have come in."""
        state = self._state
        state.after(
            2 * state.size.archive_days * MINUTES_PER_DAY,
            lambda: state.feed.remove(
                stream_of(supply), EntityKind.INBOUND_SUPPLY, supply.supply_id, state.now
            ),
        )

    def _file(self, order: Order) -> None:
        state = self._state
        if order.order_id not in state.orders or not _is_finished(order):
            return
        del state.orders[order.order_id]
        if state.keeps_archive:
            state.archive[order.order_id] = order
        state.drop(EntityKind.SALES_ORDER, order.order_id)
        for line in order.lines:
            del state.lines[line.line_id]
            state.drop(EntityKind.ORDER_LINE, line.line_id)
        for change in order.changes:
            state.drop(EntityKind.ORDER_CHANGE, change.change_id)
        for message in order.messages:
            state.drop(EntityKind.EDI_MESSAGE, message.message_id)
        for shipment in order.shipments:
            self._file_shipment(shipment)
        for bill in order.bills:
            del state.bills[bill.invoice_id]
            state.drop(EntityKind.INVOICE, bill.invoice_id)
        for kept in order.returns:
            del state.returns[kept.rma_id]
            state.drop(EntityKind.RETURN_AUTHORISATION, kept.rma_id)

    def _file_shipment(self, shipment: Consignment) -> None:
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
        if shipment.receipt is not None and shipment.receipt.came_at is not None:
            state.drop(EntityKind.PROOF_OF_DELIVERY, shipment.receipt.pod_id)


def _is_finished(order: Order) -> bool:
    """Whether nothing is left to ship, to pay or to take back."""
    if order.status is OrderStatus.CANCELLED:
        return True
    return (
        all(line.is_done for line in order.lines)
        and all(shipment.status in OVER for shipment in order.shipments)
        and bool(order.bills)
        and all(
            bill.status is InvoiceStatus.CANCELLED
            or (bill.paid_at is not None and (bill.deduction_closed or not bill.deduction_code))
            for bill in order.bills
        )
        and all(kept.status is RmaStatus.CREDITED for kept in order.returns)
        and all(s.receipt is None or s.receipt.came_at is not None for s in order.shipments)
    )
