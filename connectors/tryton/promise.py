"""Another day for a whole order: Tryton keeps a shipping date, and the promise is the transit later."""

from __future__ import annotations

from datetime import timedelta

from connectors.tryton import keys
from connectors.tryton.client import TrytonStaleError
from connectors.tryton.mapping import order_times
from connectors.tryton.saga import Saga, lock_on, refusal
from connectors.tryton.shipment_commands import day_of
from connectors.tryton.tagged import Row
from connectors.tryton.values import link, text
from domain.commands import PromiseDate

_SALE = "sale.sale"
#: From processing on Tryton shows the day as what was agreed, and plans by its shipments.
_MAY_CHANGE = frozenset({"draft", "quotation", "confirmed"})


def _order(saga: Saga) -> Row:
    return saga.row(_SALE, saga.target.row_id, "state", "shipping_date", "sale_date", "create_date")


def is_promised(saga: Saga, action: PromiseDate) -> bool:
    """Whether the order is promised for that day."""
    _, promised_at = order_times(_order(saga), saga.reference_data)
    return day_of(saga, promised_at) == day_of(saga, action.promised_at)


def promise(saga: Saga, action: PromiseDate) -> str:
    """Give an order that is not processed yet the shipping date that leads to the promise."""
    sale, day = _order(saga), day_of(saga, action.promised_at)
    _, promised_at = order_times(sale, saga.reference_data)
    if day_of(saga, promised_at) == day:
        return "the order was promised for that day already"
    if text(sale, "state") not in _MAY_CHANGE:
        raise refusal(f"The order is {sale['state']} in Tryton; its shipping date can no longer be changed.")
    if day_of(saga, promised_at) != day_of(saga, action.replaces_promised_at):
        raise TrytonStaleError(
            what="The order is promised for another day in Tryton than when it was decided.",
            remedy="Look at the case again.",
        )
    _check_lines(saga, action)
    saga.check_expected()
    ships_on = day - timedelta(days=saga.reference_data.settings.promise_transit_days)
    lock = lock_on(_SALE, sale)
    saga.act(saga.client.write, _SALE, [saga.target.row_id], {"shipping_date": ships_on}, lock=lock)
    return f"promised for {day.isoformat()}, shipping from {ships_on.isoformat()}"


def _check_lines(saga: Saga, action: PromiseDate) -> None:
    """The day is the whole order's, so all its goods must be meant."""
    domain: list[object] = [["sale", "=", saga.target.row_id], ["product.type", "=", "goods"]]
    there = {link(row, "id") for row in saga.client.search_read("sale.line", domain, ["product"])}
    if there != {keys.number_of(keys.SALE_LINE, line_id) for line_id in action.line_ids}:
        raise refusal(
            "Tryton promises an order as a whole, and this one has other lines than were decided on."
        )
