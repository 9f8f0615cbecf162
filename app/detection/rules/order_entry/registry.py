"""The rules of order entry, in the order in which they run."""

from __future__ import annotations

from app.detection.rule import Rule
from app.detection.rules.order_entry import (
    credit,
    duplicate,
    export,
    fraud,
    incomplete,
    late_change,
    obsolete,
    price,
    promise,
    quantity,
    routing,
    stuck,
)

RULES: tuple[Rule, ...] = (
    credit.RULE,
    price.RULE,
    incomplete.RULE,
    routing.RULE,
    duplicate.RULE,
    quantity.RULE,
    promise.RULE,
    export.RULE,
    fraud.RULE,
    stuck.RULE,
    obsolete.RULE,
    late_change.RULE,
)
