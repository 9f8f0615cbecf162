"""What the window and the sync worker say to each other: frozen values over a pipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app.workers.what_if_wishes import Promoted, PromoteMoves, ShareScenario

if TYPE_CHECKING:
    from app.bootstrap import DemoServices
    from app.profile import Profile, SourceSettings
    from domain.cases import CaseState
    from domain.recommendations import Recommendation


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSetup:
    """What the worker works on, told before anything else; ``pin`` is empty where nobody gave one."""

    profile: Profile
    demo: DemoServices | None
    pin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncNow:
    """Read a source now; an empty name means every source."""

    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepRecommendation:
    """Store the options worked out for a case."""

    recommendation: Recommendation


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose:
    """Sign a proposal of an option as ``user``."""

    case_id: str
    option_id: str
    user: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposePolicy:
    """Sign a proposal, as ``user``, to put an edited policy file into force."""

    file_name: str
    text: str
    user: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """Sign a decision on a proposal as ``user``."""

    action_id: str
    decision: Literal["approve", "reject", "request_changes", "revoke"]
    user: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Sign a proposal, as ``user``, that takes an executed action back."""

    action_id: str
    user: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SayWhetherItHappened:
    """Sign, as ``user``, whether a command in doubt happened."""

    action_id: str
    command_key: str
    user: str
    happened: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCase:
    """Move a case in its life, or change who owns it; empty fields stay as they are.

    ``reason`` goes with a false positive; ``wake`` ends a rest. ``until_doubled`` lets it rest until twice
    the money is at stake.
    """

    case_id: str
    user: str
    state: CaseState | None = None
    owner: str | None = None
    snooze_minutes: int = 0
    wake: bool = False
    until_doubled: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCases:
    """Move several cases, each by itself; ``wish_id`` comes back with the answer."""

    wish_id: str
    moves: tuple[MoveCase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitCase:
    """Take a case out of its incident."""

    case_id: str
    user: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote:
    """Write something down about a case."""

    case_id: str
    user: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryQuarantined:
    """Try again to understand a quarantined record."""

    quarantine_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSource:
    """Find out whether a system answers under these settings, which need not be those in force."""

    settings: SourceSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Finish what is running and end."""


Request = (
    SyncNow
    | KeepRecommendation
    | Propose
    | ProposePolicy
    | Decide
    | TakeBack
    | SayWhetherItHappened
    | MoveCase
    | MoveCases
    | SplitCase
    | AddNote
    | RetryQuarantined
    | AskSource
    | PromoteMoves
    | ShareScenario
    | Stop
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The worker has opened the databases and its schedule runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What changed in the databases: ``cases``, ``sources``, ``approvals``, ``network``, ``notes`` …"""

    parts: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HubState:
    """Whether signed entries can be recorded now; empty when they can, else why not."""

    unreachable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence for the person at the window."""

    text: str
    kind: Literal["info", "ok", "warning", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Which of several cases were moved, and which were not, each with why."""

    wish_id: str
    done: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whether a system answered, and why not."""

    source: str
    reachable: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The worker could not start; ``text`` says why and what to do."""

    text: str
    kind: Literal["error"] = "error"


Report = Ready | Changed | HubState | Said | Moved | Asked | Failed | Promoted
