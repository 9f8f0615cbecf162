"""How long a solve may take, and how it is told to stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from domain.checks import require
from optimization.bounds import require_range

MAX_WORKERS = 64


class StopFlag(Protocol):
    """The part of ``threading.Event`` and ``multiprocessing.Event`` that a solve looks at."""

    def is_set(self) -> bool:
        """Whether the solve should end with the best it has."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until set or until ``timeout`` seconds have passed; return whether it is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Effort allowed for one solve.

    ``deterministic_time`` counts the solver's own work units (three to six seconds each on a
    plain machine) and with one worker makes a run reproducible anywhere. ``wall_seconds`` is the
    safety net: when it strikes first, the outcome says so, because the next run may differ.
    """

    deterministic_time: float = 5.0
    wall_seconds: float = 120.0
    workers: int = 1

    def __post_init__(self) -> None:
        """Refuse a limit that allows nothing."""
        require(self.deterministic_time > 0, "deterministic_time is not above 0.")
        require(self.wall_seconds > 0, "wall_seconds is not above 0.")
        require_range(self.workers, 1, MAX_WORKERS, "workers")
