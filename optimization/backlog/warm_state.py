"""What a later solve or a repair begins with."""

from __future__ import annotations

from dataclasses import dataclass

from optimization.backlog.plan import PairPlan
from optimization.backlog.search import Led


@dataclass(frozen=True, slots=True, kw_only=True)
class Warm:
    """Prices with what every order costs at them and which entries to try, and a plan by pairs."""

    led: Led
    pairs: PairPlan
