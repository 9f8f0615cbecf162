"""Goods come back: authorised, received, decided over, credited; some hang at a step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from connectors.world import names
from connectors.world.loads import Consignment
from connectors.world.papers import GoodsReturn
from connectors.world.state import WorldState
from connectors.world.stock_desk import StockDesk
from connectors.world.things import Line
from domain.returns import RmaStatus

ISSUE_HOURS = (4.0, 40.0)
EXPECTED_DAYS = 4
WAY_HOURS = (30.0, 70.0)
OVERDUE_HOURS = (130.0, 200.0)
DECIDE_HOURS = (3.0, 20.0)
UNDECIDED_HOURS = (60.0, 110.0)
CREDIT_HOURS = (4.0, 24.0)
UNCREDITED_HOURS = (70.0, 120.0)
MATCH_HOURS = (20.0, 60.0)
PERCENT = 100
RETURN_REASONS = ("wrong item", "damaged", "not needed")
QUALITY_REASON = "defective"
RESTOCKED = "restock"
DISPOSITIONS = (RESTOCKED, RESTOCKED, "scrap", "return to supplier")


class ReturnsDesk:
    """Everything that comes back."""

    def __init__(self, state: WorldState, stock: StockDesk) -> None:
        """Put what is fit for sale back into ``stock``."""
        self._state = state
        self._stock = stock
        self.when_closed: Callable[[GoodsReturn], None] = _nobody

    def consider(self, shipment: Consignment) -> None:
        """Some of what was delivered comes back; of a bad item much more does."""
        state = self._state
        for line, quantity in shipment.contents:
            rma_id = names.rma_id(line.line_id, shipment.shipment_id)
            percent = state.disruptions.returned_percent(line.item.item_id)
            defective = percent > 0 and state.draws.share("defective", rma_id) * PERCENT < percent
            if defective or state.happens(state.nature.returned, "returned", rma_id):
                reason = state.draws.one_of(RETURN_REASONS, "return-reason", rma_id)
                self._authorise_later(shipment, line, quantity, QUALITY_REASON if defective else reason)

    def _authorise_later(self, shipment: Consignment, line: Line, quantity: int, reason: str) -> None:
        rma_id = names.rma_id(line.line_id, shipment.shipment_id)
        self._state.after_hours(
            ISSUE_HOURS, "issue", rma_id, lambda: self._authorise(shipment, line, quantity, reason)
        )

    def _authorise(self, shipment: Consignment, line: Line, quantity: int, reason: str) -> None:
        state = self._state
        rma_id = names.rma_id(line.line_id, shipment.shipment_id)
        wanted = state.draws.whole((1, quantity), "return-quantity", rma_id)
        unmatched = state.happens(state.nature.unmatched_return, "unmatched", rma_id)
        lot = next((part_lot for kept, part_lot in shipment.lots if kept is line), "")
        kept = GoodsReturn(
            rma_id=rma_id,
            shipment=shipment,
            line=line,
            quantity=wanted,
            claimed=quantity + max(1, quantity // 3) if unmatched else wanted,
            reason_code=reason,
            issued_at=state.now,
            expected_by=state.now + timedelta(days=EXPECTED_DAYS),
            node_id=shipment.node_id,
            lot_id=lot,
        )
        state.returns[rma_id] = kept
        shipment.order.returns.append(kept)
        state.put_return(kept)
        overdue = state.happens(state.nature.overdue_return, "overdue", rma_id)
        state.after_hours(
            OVERDUE_HOURS if overdue else WAY_HOURS, "return-way", rma_id, lambda: self._receive(kept)
        )

    def _receive(self, kept: GoodsReturn) -> None:
        """Somebody opens the parcel; what does not fit the papers is cleared up first."""
        state = self._state
        kept.status = RmaStatus.RECEIVED
        kept.received_at = state.now
        kept.received = kept.quantity
        state.put_return(kept)
        if kept.claimed != kept.quantity:
            state.after_hours(MATCH_HOURS, "match", kept.rma_id, lambda: self._match(kept))
        slow = state.happens(state.nature.undecided_return, "undecided", kept.rma_id)
        state.after_hours(
            UNDECIDED_HOURS if slow else DECIDE_HOURS, "dispose", kept.rma_id, lambda: self._dispose(kept)
        )

    def _match(self, kept: GoodsReturn) -> None:
        kept.claimed = kept.quantity
        self._state.put_return(kept)

    def _dispose(self, kept: GoodsReturn) -> None:
        state = self._state
        kept.disposition = state.draws.one_of(DISPOSITIONS, "disposition", kept.rma_id)
        kept.disposed_at = state.now
        state.put_return(kept)
        if kept.disposition == RESTOCKED and kept.reason_code == "not needed":
            self._stock.add_stock(state.positions[kept.line.item.item_id, kept.node_id], kept.quantity)
        slow = state.happens(state.nature.uncredited_return, "uncredited", kept.rma_id)
        state.after_hours(
            UNCREDITED_HOURS if slow else CREDIT_HOURS, "credit-note", kept.rma_id, lambda: self._credit(kept)
        )

    def _credit(self, kept: GoodsReturn) -> None:
        kept.status = RmaStatus.CREDITED
        kept.credited_at = self._state.now
        self._state.put_return(kept)
        self.when_closed(kept)


def _nobody(_kept: GoodsReturn) -> None:
    """Nobody watches yet."""
