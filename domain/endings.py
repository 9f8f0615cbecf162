"""How an action ended, as the executor signs it: for the whole, and command by command."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.checks import require, require_text

MAX_WHY_CHARACTERS = 300


class EndedAs(StrEnum):
    """What became of an approved action.

    ``IN_DOUBT`` says that the executor asks no more and a person has to look; another ending may follow.
    """

    EXECUTED = "executed"
    PARTIALLY_EXECUTED = "partially_executed"
    FAILED = "failed"
    STALE = "stale"
    EXPIRED = "expired"
    COMPENSATED = "compensated"
    COMPENSATION_FAILED = "compensation_failed"
    IN_DOUBT = "in_doubt"


#: How an action can end that was never begun.
UNBEGUN_ENDS = frozenset({EndedAs.STALE, EndedAs.EXPIRED})


class CommandFate(StrEnum):
    """What became of one write.

    ``CANCELLED`` was never sent, ``DEAD`` was given up after its last attempt, and only a person can tell
    whether what is ``MANUAL`` happened.
    """

    SUCCEEDED = "succeeded"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    CANCELLED = "cancelled"
    DEAD = "dead"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEnd:
    """A command, or a step that took one back, and what became of it."""

    key: str
    fate: CommandFate
    why: str = ""

    def __post_init__(self) -> None:
        """Refuse the end of nothing."""
        require_text(self.key, "command key")
        require(len(self.why) <= MAX_WHY_CHARACTERS, f"the reason has more than {MAX_WHY_CHARACTERS} signs.")
