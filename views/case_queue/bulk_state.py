"""An edit of several cases at once, and what came of it case by case; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BulkKind = Literal["assign", "seen", "snooze"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkEdit:
    """What shall be done with each case: given to ``user_id``, marked as seen, or left for ``minutes``."""

    kind: BulkKind
    user_id: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkOutcome:
    """Which cases were edited, and which were not, each with why."""

    edit: BulkEdit
    done: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
