"""How well a source is doing, with the reason in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require_utc
from domain.ids import SourceName


class HealthColour(StrEnum):
    """Green: fresh. Amber: late or partly wrong. Red: nothing new is coming."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """One source's health as shown in the status bar; lag in seconds since its last good sync."""

    source: SourceName
    colour: HealthColour
    why: str
    last_success_at: datetime | None
    last_attempt_at: datetime | None
    lag_seconds: int | None
    failures_in_row: int = 0
    quarantined: int = 0
    rows_read: int = 0
    next_run_at: datetime | None = None
    interval_seconds: int = 0

    def __post_init__(self) -> None:
        """Refuse naive times."""
        for name in ("last_success_at", "last_attempt_at", "next_run_at"):
            require_utc(getattr(self, name), name)
