"""What the frame of the window shows: who sits here, running jobs, whether we are offline; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ThemeName = Literal["dark", "light", "system"]
ToastKind = Literal["info", "ok", "warning", "error"]
Page = Literal["tower", "what_if", "approvals", "kpis", "rules", "sources", "settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person who may sit at this desk; ``role`` is as people say it (``Planner``, ``Supervisor``)."""

    user_id: str
    name: str
    role: str

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        words = self.name.replace(".", " ").split() or [self.user_id]
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else words[0][1:2])).upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """Work under way in another process; ``share`` is 0 to 1, or ``None`` while unknown."""

    job_id: str
    title: str
    share: float | None = None
    cancellable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineState:
    """What cannot be reached. ``data_as_of`` is the oldest last-good sync among what is unreachable.

    ``queued_changes`` counts signed envelopes and notes that wait to be delivered.
    """

    unreachable: tuple[str, ...] = ()
    data_as_of: datetime | None = None
    queued_changes: int = 0

    @property
    def is_offline(self) -> bool:
        """Whether anything is unreachable."""
        return bool(self.unreachable)
