"""The rules of invoicing, in the order in which they run."""

from __future__ import annotations

from app.detection.rule import Rule
from app.detection.rules.invoicing import (
    deduction,
    duplicate,
    pod_mismatch,
    pod_missing,
    price,
    quantity,
    unbilled,
)

RULES: tuple[Rule, ...] = (
    quantity.RULE,
    pod_missing.RULE,
    pod_mismatch.RULE,
    price.RULE,
    unbilled.RULE,
    deduction.RULE,
    duplicate.RULE,
)
