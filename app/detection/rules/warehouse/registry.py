"""The rules of warehouse, in the order in which they run."""

from __future__ import annotations

from app.detection.rule import Rule
from app.detection.rules.warehouse import (
    bin_stock,
    dock_stock,
    documents,
    labour,
    late_start,
    outage,
    pick_short,
    quality,
    replenish,
)

RULES: tuple[Rule, ...] = (
    outage.RULE,
    labour.RULE,
    bin_stock.RULE,
    pick_short.RULE,
    late_start.RULE,
    dock_stock.RULE,
    replenish.RULE,
    quality.RULE,
    documents.RULE,
)
