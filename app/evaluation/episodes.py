"""What the tower said while it was led through a world: one episode from a case's opening to its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.ids import CaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One appearance of a case: ``ended_at`` is ``None`` if it was still open at the end of the world.

    ``incident_id`` is the incident it belonged to when it was last seen; ``index_cents`` its place in
    the queue (avoidable cents per effort-minute) when it was first seen.
    """

    case_id: CaseId
    code: str
    entity: str
    opened_at: datetime
    ended_at: datetime | None
    incident_id: str = ""
    index_cents: int = 0
    effort_minutes: int = 15
    breach_at: datetime | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """Code and entity: what the truth is matched by."""
        return self.code, self.entity
