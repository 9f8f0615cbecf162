"""The rules of allocation and supply, in the order in which they run."""

from __future__ import annotations

from app.detection.rule import Rule
from app.detection.rules.allocation import (
    backorder,
    late_supply,
    lot,
    priority,
    short,
    short_supply,
    split,
    stranded,
)

RULES: tuple[Rule, ...] = (
    short.SHORT,
    short.IMBALANCE,
    priority.RULE,
    backorder.RULE,
    late_supply.RULE,
    short_supply.RULE,
    stranded.RULE,
    lot.RULE,
    split.RULE,
)
