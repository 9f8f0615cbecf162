"""How long the solving of a backlog may take."""

from __future__ import annotations

from dataclasses import dataclass

from domain.checks import require


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogLimits:
    """Wall seconds; or, when ``moves`` is given, so many moves of search and the same plan every time.

    ``mip_lines``: up to so many lines a mixed-integer solver is asked for a better plan and bound as well; it
    takes what time is left, so that it is not used with a budget of moves. ``threads`` says how many work
    side by side: one where other processes have the other processors. The plan is the same.
    """

    seconds: float = 60.0
    moves: int = 0
    mip_lines: int = 2000
    threads: int = 2

    def __post_init__(self) -> None:
        """Refuse limits that allow nothing."""
        require(self.seconds > 0, "seconds is not above 0.")
        require(self.moves >= 0, "moves is below 0.")
        require(self.mip_lines >= 0, "mip_lines is below 0.")
        require(self.threads > 0, "threads is below 1.")
