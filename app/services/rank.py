"""The order of the queue, and totals that count every line once."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from domain.cases import ExceptionCase
    from domain.ids import CaseId

#: The tier of a case whose customer is not known: served last.
LAST_TIER = 4


def rank_cases(
    cases: Iterable[ExceptionCase], *, tiers: Mapping[CaseId, int] = MappingProxyType({})
) -> list[ExceptionCase]:
    """Cases by avoidable loss per effort-minute, then severity, customer tier, age.

    Where every minute of a planner is worth the most money comes first (the cμ rule); ``tiers`` are
    the best customer tiers that the cases touch (``Mirror.case_tiers``).
    """

    def place(case: ExceptionCase) -> tuple[int, int, int, datetime, str]:
        return (
            -case.impact.value_per_minute_cents,
            -int(case.severity),
            tiers.get(case.case_id, LAST_TIER),
            case.opened_at,
            case.case_id,
        )

    return sorted(cases, key=place)


def awake(cases: Iterable[ExceptionCase], *, now: datetime) -> list[ExceptionCase]:
    """The cases that are not snoozed at ``now``."""
    return [case for case in cases if case.snoozed_until is None or case.snoozed_until <= now]


def distinct_total_cents(losses: Mapping[CaseId, Mapping[str, int]]) -> int:
    """Money at risk over several cases: each line once, with the largest loss any case sees in it.

    ``losses`` is what ``Mirror.losses`` gives. A late purchase and the shortages it causes share their
    lines, so the money of the parent and its children is not added up.
    """
    worst: dict[str, int] = {}
    for parts in losses.values():
        for key, cents in parts.items():
            worst[key] = max(cents, worst.get(key, 0))
    return sum(worst.values())
