"""A rule that is only its SQL, for what happens to placeholders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.detection.rule import Finding, Moment, Rule
from domain.catalogue.allocation import AL_SHORT


def _never(_rows: Sequence[Any], _moment: Moment) -> Finding:
    raise AssertionError("this rule is never run")


def rule_with(sql: str) -> Rule:
    """A rule with this select."""
    return Rule(case_type=AL_SHORT, sql=sql, wakes=(), assess=_never)
