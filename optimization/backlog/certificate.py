"""The prices that prove a bound: whole numbers, so that anybody can add it up again exactly."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np

from optimization.backlog.tables import Integers

PRICE_SCALE = 1000
"""Prices are thousandths of a cent; so are all sums of the bound, until it is rounded up to cents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Prices in thousandths of a cent: ``stock`` of a unit by stock row and day, ``pick`` by node and day.

    ``reward`` is by floor what a unit on time is worth, in cents, up to what a missing one costs. Any prices
    and rewards of zero or more prove a bound; these prove ``bound_thousandths``.
    """

    stock: Integers
    pick: Integers
    bound_thousandths: int
    reward: Integers = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def bound_cents(self) -> int:
        """Rounded up: a plan costs whole cents."""
        return max(0, -(-self.bound_thousandths // PRICE_SCALE))

    @property
    def digest(self) -> str:
        """SHA-256 of the prices."""
        told = hashlib.sha256(b"certificate/1\n")
        for prices in (self.stock, self.pick, self.reward):
            told.update(prices.astype("<i8").tobytes())
        return told.hexdigest()

    def as_json(self) -> dict[str, object]:
        """What the outcome file says of it; the prices themselves are written beside the plan."""
        return {
            "price_scale": PRICE_SCALE,
            "digest": self.digest,
            "stock_rows_priced": int((self.stock > 0).sum()),
            "pick_rows_priced": int((self.pick > 0).sum()),
            "floors_rewarded": int((self.reward > 0).sum()),
            "bound_thousandths": self.bound_thousandths,
        }
