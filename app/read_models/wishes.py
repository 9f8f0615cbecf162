"""What the window wishes to see; free of SQL, so that the window shows before the store is imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.zones import UNIVERSAL, DeskTimes

if TYPE_CHECKING:
    from datetime import datetime

    from domain.recommendations import Recommendation
    from views.case_detail.state import SolveProgress
    from views.shell.state import Identity, JobRow
    from views.tower.state import Part

_OF_CASES: frozenset[Part] = frozenset({"kpis", "cases", "network", "markers"})
_OF_SOURCES: frozenset[Part] = frozenset({"sources", "quarantine", "offline"})
_OF_APPROVALS: frozenset[Part] = frozenset({"approvals", "offline", "kpis"})

#: Which parts of a snapshot follow from what the worker says has changed.
PARTS_OF: dict[str, frozenset[Part]] = {
    "cases": _OF_CASES,
    "sources": _OF_SOURCES,
    "approvals": _OF_APPROVALS,
    "recommendations": frozenset({"cases"}),
    "notes": frozenset(),
    "policies": _OF_SOURCES | _OF_CASES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the databases do not know: who sits here, running jobs, whether the hub answers, its zone."""

    who: Identity
    jobs: tuple[JobRow, ...] = ()
    hub_unreachable: str = ""
    times: DeskTimes = UNIVERSAL


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailRequest:
    """Which case is wanted, who looks, and what is known of it besides the databases."""

    case_id: str
    who: Identity
    now: datetime
    recommendation: Recommendation | None = None
    solving: SolveProgress | None = None
    no_options_reason: str = ""
    times: DeskTimes = UNIVERSAL
