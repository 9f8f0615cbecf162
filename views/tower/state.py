"""Everything the window shows at one instant, as one frozen value; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Literal

from domain.health import SourceHealth
from views.approvals.state import ApprovalRow
from views.case_queue.state import CaseTable, no_cases
from views.map.state import MapLane, MapMarkers, MapNode, no_markers
from views.shell.state import Identity, JobRow, OfflineState
from views.sources.state import QuarantineRow

#: The parts of a snapshot; a screen repaints only for its own.
Part = Literal[
    "kpis", "cases", "network", "markers", "sources", "quarantine", "approvals", "jobs", "offline", "who"
]
ALL_PARTS: frozenset[Part] = frozenset(
    {
        "kpis",
        "cases",
        "network",
        "markers",
        "sources",
        "quarantine",
        "approvals",
        "jobs",
        "offline",
        "who",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """One figure of the strip: its value and how it moved.

    ``unit`` says how to write ``value`` and ``delta``; ``better`` which way is good; ``series`` are past
    values, oldest first; ``note`` replaces the delta line (``26 without owner``). ``severity`` 1 to 4
    colours the tile's line, 0 leaves it in the accent.
    """

    key: str
    title: str
    value: int | None
    unit: Literal["count", "cents"] = "count"
    delta: int | None = None
    period: str = ""
    better: Literal["up", "down"] = "down"
    note: str = ""
    series: tuple[float, ...] = ()
    severity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TowerSnapshot:
    """What the tower knows now. ``changed`` names the parts that differ from the snapshot before.

    Parts not named may be left empty: the screens keep what they had. ``now``, ``who``, ``people``,
    ``offline``, ``policy_notice`` and ``site`` always count.
    ``people`` are all who may sit at this desk or own a case; ``site`` stands under the title.
    ``policy_notice`` says which policy file was refused and what stays in force; mostly empty.
    """

    now: datetime
    who: Identity
    people: tuple[Identity, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    cases: CaseTable = field(default_factory=no_cases)
    nodes: tuple[MapNode, ...] = ()
    lanes: tuple[MapLane, ...] = ()
    markers: MapMarkers = field(default_factory=no_markers)
    sources: tuple[SourceHealth, ...] = ()
    quarantine: tuple[QuarantineRow, ...] = ()
    approvals: tuple[ApprovalRow, ...] = ()
    jobs: tuple[JobRow, ...] = ()
    offline: OfflineState = field(default_factory=OfflineState)
    policy_notice: str = ""
    site: str = ""
    currency: str = "USD"
    zone: tzinfo = UTC
    changed: frozenset[Part] = ALL_PARTS
