"""The proof: a lower bound from stored prices, in whole numbers that anybody can work out again."""

from __future__ import annotations

import numpy as np

from domain.checks import require
from optimization.rebooking.candidates import price_options
from optimization.rebooking.columns import IntColumn, require_each, require_length
from optimization.rebooking.instance import RebookingInstance
from optimization.rebooking.nodes import PRICE_UNITS_PER_CENT, UnitPrices

MAX_PRICE_UNITS = 2**53


def bound_cents(instance: RebookingInstance, prices: UnitPrices) -> int:
    """No plan costs less: every shipment on its cheapest option at prices, less what the room is worth.

    Raises:
        BadValueError: prices that do not fit the instance, or that no relaxation allows.
    """
    require_prices(instance, prices)
    model = instance.model
    best = model.unbooked * PRICE_UNITS_PER_CENT
    filled = np.flatnonzero(np.diff(model.first) > 0)
    if filled.size:
        cheapest = np.minimum.reduceat(price_options(model, prices), model.first[filled])
        best[filled] = np.minimum(best[filled], cheapest)
    units: int = sum(best.tolist())
    units -= _value(prices.slot, model.pickups)
    units -= _value(prices.weight, model.limit)
    units += _value(prices.contract, model.minimum)
    # Plans cost whole cents, so the bound may be rounded up.
    return -(-units // PRICE_UNITS_PER_CENT)


def require_prices(instance: RebookingInstance, prices: UnitPrices) -> None:
    """Refuse prices below 0, of another length, beyond a contract's shortfall, or that would overflow."""
    model = instance.model
    require_length(prices.slot, len(model.pickups), "price of slot")
    require_length(prices.weight, len(model.limit), "price of weight limit")
    require_length(prices.contract, len(model.minimum), "price of contract")
    heaviest = max(1, int(model.weight.max(initial=0)))
    require_each(prices.slot, 0, MAX_PRICE_UNITS, "price of slot")
    require_each(prices.weight, 0, MAX_PRICE_UNITS // heaviest, "price of weight limit")
    require_each(prices.contract, 0, MAX_PRICE_UNITS, "price of contract")
    over = np.flatnonzero(prices.contract > model.shortfall * PRICE_UNITS_PER_CENT)
    require(over.size == 0, f"price of contract of row {over[:1]} is above its shortfall.")


def _value(prices: IntColumn, amounts: IntColumn) -> int:
    """Prices times amounts, without a limit to their size."""
    pairs = zip(prices.tolist(), amounts.tolist(), strict=True)
    return sum(int(price) * int(amount) for price, amount in pairs)
