"""The order of the queue, and totals that count every line once."""

from __future__ import annotations

import sys
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.cases import Severity
from domain.ids import EntityKind, LineId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from domain.cases import ExceptionCase
    from domain.ids import CaseId
    from domain.priorities import LinePriority

#: The tier of a case whose customer is not known: served last.
LAST_TIER = 4


def rank_cases(
    cases: Iterable[ExceptionCase],
    *,
    now: datetime | None = None,
    tiers: Mapping[CaseId, int] = MappingProxyType({}),
    priorities: Mapping[LineId, LinePriority] = MappingProxyType({}),
) -> list[ExceptionCase]:
    """Cases in queue order: by a person's rank, then avoidable loss per minute, severity, tier, age.

    Where every minute of a planner is worth the most money comes first (the cμ rule). At ``now`` a case
    whose last responsible moment has passed saves nothing any more: it stays listed, with nothing to
    gain. ``tiers`` are the best customer tiers that the cases touch (``Mirror.case_tiers``),
    ``priorities`` what people said of lines (``Mirror.line_priorities``).
    """

    def place(case: ExceptionCase) -> tuple[int, int, bool, int, int, datetime, str]:
        by_hand = priority_of(case, priorities)
        return (
            sys.maxsize if by_hand is None or by_hand.rank is None else by_hand.rank,
            -index_cents(case, now),
            not is_feasible(case, now),
            -_standing(case),
            tiers.get(case.case_id, LAST_TIER),
            case.opened_at,
            case.case_id,
        )

    return sorted(cases, key=place)


def _standing(case: ExceptionCase) -> int:
    """The severity; a case whose service clock ran out stands one step higher."""
    return min(int(case.severity) + bool(case.escalated), int(max(Severity)))


def index_cents(case: ExceptionCase, now: datetime | None = None) -> int:
    """Cents that a minute of work on the case still saves at ``now``: avoidable loss over effort."""
    return case.impact.value_per_minute_cents if is_feasible(case, now) else 0


def is_feasible(case: ExceptionCase, now: datetime | None) -> bool:
    """Whether an action begun at ``now`` comes in time; without a last responsible moment it does.

    The moment already has the action's effort and lead time taken off (``app.detection.last_moment``).
    """
    return now is None or case.responsible_at is None or now <= case.responsible_at


def priority_of(case: ExceptionCase, priorities: Mapping[LineId, LinePriority]) -> LinePriority | None:
    """What a person said of a line that the case is about: the best rank, if there are several."""
    found = [
        priorities[LineId(entity.entity_id)]
        for entity in (case.entity, *case.about)
        if entity.kind is EntityKind.ORDER_LINE and entity.entity_id in priorities
    ]
    return min(found, key=lambda p: sys.maxsize if p.rank is None else p.rank, default=None)


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
