"""What one look at a type does to its cases, collected before it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from domain.cases import CaseState
from domain.ids import CaseId

if TYPE_CHECKING:
    from app.detection.lifecycle.stored import StoredCase
    from app.detection.rule import Moment

DETECTION_ACTOR = "detection"


@dataclass(slots=True)
class Changes:
    """The cases that a look opened, reopened, updated or closed, and the rows to be written."""

    opened: set[CaseId] = field(default_factory=set)
    reopened: set[CaseId] = field(default_factory=set)
    updated: set[CaseId] = field(default_factory=set)
    cleared: set[CaseId] = field(default_factory=set)
    inserts: list[dict[str, Any]] = field(default_factory=list)
    rewrites: list[dict[str, Any]] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    losses: dict[CaseId, tuple[tuple[str, int], ...]] = field(default_factory=dict)

    @property
    def touched(self) -> set[CaseId]:
        """Every case that is not as it was."""
        return self.opened | self.reopened | self.updated | self.cleared

    def event(
        self, case_id: CaseId, moment: Moment, *, kind: str, was: str, now: str, reason: str, episode: int
    ) -> None:
        """Note a step in the history of a case."""
        self.events.append((case_id, moment.now_ms, episode, kind, was, now, reason, DETECTION_ACTOR))

    def move(
        self,
        moment: Moment,
        case: StoredCase,
        wanted: CaseState,
        reason: str,
        *,
        closed: bool = False,
        flapping: int | None = None,
    ) -> None:
        """Note that a case comes to another state."""
        self.moves.append(
            {
                "case_id": case.case_id,
                "state": wanted.value,
                "state_at": moment.now_ms,
                "clean_checks": 0,
                "last_seen_at": case.last_seen_at,
                "state_reason": reason,
                "closed_at": moment.now_ms if closed else None,
                "flapping": case.flapping if flapping is None else flapping,
            }
        )
        self.event(
            CaseId(case.case_id),
            moment,
            kind="cleared" if closed else "moved",
            was=case.state,
            now=wanted,
            reason=reason,
            episode=case.episode,
        )

    def count_clean(self, case: StoredCase, *, seen_at: int) -> None:
        """Note one more look that did not find the condition, without closing the case."""
        self.moves.append(
            {
                "case_id": case.case_id,
                "state": case.state,
                "state_at": case.state_at,
                "clean_checks": case.clean_checks + 1,
                "last_seen_at": seen_at,
                "state_reason": case.state_reason,
                "closed_at": None,
                "flapping": case.flapping,
            }
        )

    def add(self, more: Changes) -> None:
        """Take over which cases another look changed."""
        self.opened |= more.opened
        self.reopened |= more.reopened
        self.updated |= more.updated
        self.cleared |= more.cleared
