"""The planner's word on a line: which class it belongs to when stock is short, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require_quantity, require_text, require_utc
from domain.ids import LineId


class ConfirmationClass(StrEnum):
    """How a line's confirmation may change when supply is matched anew, from best served to worst."""

    WIN = "win"
    GAIN = "gain"
    IMPROVE = "improve"
    REDISTRIBUTE = "redistribute"
    FILL = "fill"
    LOSE = "lose"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePriority:
    """A class given to a line by a person, and its manual ``rank`` within the class (0 is first)."""

    line_id: LineId
    confirmation_class: ConfirmationClass
    rank: int | None
    reason: str
    author: str
    at: datetime

    def __post_init__(self) -> None:
        """Refuse a priority without line, reason or author, or with a naive time."""
        require_text(self.line_id, "line_id")
        require_text(self.reason, "reason")
        require_text(self.author, "author")
        if self.rank is not None:
            require_quantity(self.rank, "rank")
        require_utc(self.at, "at")
