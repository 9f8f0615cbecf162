"""What a later solve or a repair begins with."""

from __future__ import annotations

from dataclasses import dataclass

from optimization.backlog.dual import Prices
from optimization.backlog.plan import PairPlan
from optimization.backlog.search import Led


@dataclass(frozen=True, slots=True, kw_only=True)
class Warm:
    """Prices, what every order costs at them, which entries to try, and a plan by pairs."""

    prices: Prices
    led: Led
    pairs: PairPlan
