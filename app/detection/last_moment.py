"""The last responsible moment: until when the quickest action of a type still comes in time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from app.detection.rule import PolicyReader
    from domain.catalogue.case_type import CaseType

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def quickest_action(case_type: CaseType, policy: PolicyReader) -> timedelta:
    """Effort and lead time of the type's quickest action; a person's own look where it names none."""
    return timedelta(
        minutes=min(
            (action.effort_minutes + lead_minutes(action.remedy, policy) for action in case_type.actions),
            default=case_type.effort_minutes,
        )
    )


def lead_minutes(remedy: str | None, policy: PolicyReader) -> int:
    """How long a remedy takes to have its effect once it is decided (table ``action_lead``)."""
    minutes: int = policy.decide("action_lead", remedy=remedy)["lead_minutes"]
    return minutes


def last_responsible_moment(breach_at: datetime | None, quickest: timedelta) -> datetime | None:
    """The breach less the quickest action, for what is lost at one stroke (a cut-off, a claim window).

    A rule of such a type sets ``Finding.responsible_at`` to it; after it, acting saves nothing.
    """
    return None if breach_at is None else breach_at - quickest


def next_responsible_moment(
    breach_at: datetime | None, hour: datetime, quickest: timedelta
) -> datetime | None:
    """As :func:`last_responsible_moment`, for what gets worse day by day: the next that the hour leaves.

    Every day begun costs another penalty, so there is always a next day to save. The engine takes this
    where a rule says nothing.
    """
    moment = last_responsible_moment(breach_at, quickest)
    over = hour + _HOUR
    if moment is None or moment >= over:
        return moment
    return moment + -((moment - over) // _DAY) * _DAY
