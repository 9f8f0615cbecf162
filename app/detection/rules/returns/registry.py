"""The rules of returns, in the order in which they run."""

from __future__ import annotations

from app.detection.rule import Rule
from app.detection.rules.returns import credit, disposition, overdue, rate, unmatched

RULES: tuple[Rule, ...] = (unmatched.RULE, overdue.RULE, disposition.RULE, credit.RULE, rate.RULE)
