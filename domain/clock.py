"""Time and identity as values passed in, so that a run can be repeated exactly."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time of the tower's world; tests and the demo give their own."""

    def now(self) -> datetime:
        """The present instant, UTC-aware."""
        ...
