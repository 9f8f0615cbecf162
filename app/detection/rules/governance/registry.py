"""The rules of governance, in the order in which they run."""

from __future__ import annotations

from app.detection.rule import Rule
from app.detection.rules.governance import clock, rollback

RULES: tuple[Rule, ...] = (clock.RULE, rollback.RULE)
