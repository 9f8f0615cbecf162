"""The rules of invoicing, in the order in which they run."""

from __future__ import annotations

from app.detection.rule import Rule

RULES: tuple[Rule, ...] = ()
