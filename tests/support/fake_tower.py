"""A realistic morning at a distributor, made up from a seed: 1,277 open exceptions on twelve sites."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from domain.cases import CaseState, Severity, case_identity
from domain.health import HealthColour, SourceHealth
from domain.ids import EntityKind, EntityRef, SourceName
from views.case_queue.state import CaseRow, case_table
from views.map.state import MapLane, MapMarkers, MapNode
from views.shell.state import Identity, JobRow, OfflineState
from views.sources.state import QuarantineRow
from views.tower.state import Kpi, TowerSnapshot

NOW: Final = datetime(2026, 11, 12, 15, 26, 41, tzinfo=UTC)
PLANNER: Final = Identity(user_id="amoreno", name="A. Moreno", role="Planner")
SUPERVISOR: Final = Identity(user_id="jokafor", name="J. Okafor", role="Supervisor")
PEOPLE: Final = (
    PLANNER,
    SUPERVISOR,
    Identity(user_id="psingh", name="P. Singh", role="Planner"),
    Identity(user_id="lchen", name="L. Chen", role="Planner"),
)
SITES: Final = (
    ("MEM", "Memphis", -90.05, 35.15),
    ("DFW", "Dallas", -96.80, 32.78),
    ("RNO", "Reno", -119.81, 39.53),
    ("ONT", "Ontario", -117.65, 34.06),
    ("JOT", "Joliet", -88.08, 41.53),
    ("CMH", "Columbus", -82.99, 39.96),
    ("ATL", "Atlanta", -84.39, 33.75),
    ("ABE", "Allentown", -75.47, 40.60),
    ("DEN", "Denver", -104.99, 39.74),
    ("SEA", "Seattle", -122.33, 47.61),
    ("MIA", "Miami", -80.19, 25.76),
    ("MSP", "Minneapolis", -93.27, 44.98),
)
HOW_MANY: Final = {Severity.CRITICAL: 37, Severity.HIGH: 142, Severity.MEDIUM: 486, Severity.LOW: 612}
TYPES: Final = (
    ("AL-SHORT", "Stock short"),
    ("AL-IMBALANCE", "Stock elsewhere"),
    ("TR-ETA-LATE", "Late delivery"),
    ("OE-CREDIT", "Credit hold"),
    ("OE-PRICE", "Price mismatch"),
    ("WH-PICK-SHORT", "Short pick"),
    ("AL-PO-LATE", "Late inbound"),
    ("IN-POD-MISMATCH", "POD mismatch"),
    ("OE-INCOMPLETE", "Incomplete order"),
)
REMEDIES: Final = {
    "AL-SHORT": "Reallocate to {to}",
    "AL-IMBALANCE": "Reallocate to {to}",
    "TR-ETA-LATE": "Rebook carrier",
    "OE-CREDIT": "Release hold",
    "OE-PRICE": "Set agreed price",
    "WH-PICK-SHORT": "Pick again",
    "AL-PO-LATE": "Expedite",
    "IN-POD-MISMATCH": "Credit invoice",
    "OE-INCOMPLETE": "Complete order",
}
SPAN: Final = {
    Severity.CRITICAL: (30_000, 120_000),
    Severity.HIGH: (12_000, 60_000),
    Severity.MEDIUM: (1_500, 14_000),
    Severity.LOW: (80, 2_500),
}
FIRST_LINE: Final = EntityRef(kind=EntityKind.ORDER_LINE, entity_id="SO-884120/1")
FIRST_ID: Final = case_identity("AL-SHORT", FIRST_LINE)


def _case_row(rng: random.Random, number: int, severity: Severity) -> CaseRow:
    code, title = rng.choice(TYPES)
    site, other = rng.sample([s[0] for s in SITES], 2)
    low, high = SPAN[severity]
    loss = rng.randint(low, high) * 100
    minutes = {4: 300, 3: 900, 2: 2_400, 1: 6_000}[int(severity)]
    state = rng.choice(
        [CaseState.OPEN] * 5 + [CaseState.IN_PROGRESS] * 3 + [CaseState.WAITING, CaseState.PROPOSED]
    )
    return CaseRow(
        case_id=str(case_identity(code, EntityRef(kind=EntityKind.SALES_ORDER, entity_id=f"SO-{number}"))),
        severity=severity,
        type_title=title,
        subject=f"SO-{880_000 + number} · {site}→{other}",
        state=state,
        loss_cents=loss,
        priority_cents=loss // rng.choice([5, 6, 8, 10, 20]),
        opened_at=NOW - timedelta(minutes=rng.randint(5, 400)),
        breach_at=NOW + timedelta(minutes=rng.randint(20 if severity > 2 else 300, minutes)),
        owner=rng.choice(["", "", "P. Singh", "L. Chen", "A. Moreno", "J. Okafor"]),
        place=site,
        best_option=REMEDIES[code].format(to=other) if rng.random() < 0.8 else "",
        best_delta_cents=-rng.randint(100, 20_000) * 100 if rng.random() < 0.6 else None,
    )


def first_row() -> CaseRow:
    """The case at the top of the queue."""
    return CaseRow(
        case_id=FIRST_ID,
        severity=Severity.CRITICAL,
        type_title="Stock short",
        subject="SO-884120 +41 · MEM→DEN",
        state=CaseState.IN_PROGRESS,
        loss_cents=18_640_000,
        priority_cents=18_640_000 // 5,
        opened_at=NOW - timedelta(hours=7, minutes=12),
        breach_at=NOW + timedelta(hours=1, minutes=48),
        owner="A. Moreno",
        place="MEM Memphis",
        best_option="Reallocate to DFW",
        best_delta_cents=-1_120_000,
    )


def case_rows(seed: int = 7) -> list[CaseRow]:
    """All open cases of the morning."""
    rng = random.Random(seed)
    rows = [first_row()]
    for severity, how_many in HOW_MANY.items():
        rows += [
            _case_row(rng, len(rows) + n, severity) for n in range(how_many - (severity is Severity.CRITICAL))
        ]
    return rows


def markers(rows: list[CaseRow], seed: int = 7) -> MapMarkers:
    """Where each case lies: near one of the sites."""
    rng = np.random.default_rng(seed)
    site = rng.integers(0, len(SITES), len(rows))
    site[:1] = 8
    lon = np.array([s[2] for s in SITES])[site] + rng.normal(0, 1.6, len(rows))
    lat = np.array([s[3] for s in SITES])[site] + rng.normal(0, 1.0, len(rows))
    lon[:1], lat[:1] = SITES[8][2], SITES[8][3]
    severity = np.array([int(r.severity) for r in rows], dtype=np.int8)
    return MapMarkers(lon=lon, lat=lat, severity=severity, ids=tuple(r.case_id for r in rows))


def lanes() -> tuple[MapLane, ...]:
    """Ways between the sites; three of them at risk."""
    risk = {("MEM", "DEN"): 4, ("ATL", "MIA"): 3, ("ONT", "DEN"): 2}
    pairs = [("MEM", "DEN"), ("ATL", "MIA"), ("ONT", "DEN"), ("DFW", "DEN"), ("RNO", "DEN"), ("RNO", "SEA")]
    pairs += [("JOT", "MSP"), ("CMH", "ABE"), ("MEM", "ATL"), ("DFW", "MEM"), ("JOT", "CMH"), ("ONT", "RNO")]
    pairs += [("ONT", "SEA"), ("DFW", "ATL"), ("ABE", "ATL"), ("JOT", "MEM")]
    place = {s[0]: s for s in SITES}
    return tuple(
        MapLane(
            id=f"{a}-{b}",
            from_lon=place[a][2],
            from_lat=place[a][3],
            to_lon=place[b][2],
            to_lat=place[b][3],
            severity=risk.get((a, b), 0),
        )
        for a, b in pairs
    )


def kpis() -> tuple[Kpi, ...]:
    """Six figures with a day's line each."""

    def line(seed: int, slope: float) -> tuple[float, ...]:
        rng = random.Random(seed)
        return tuple(10 + slope * n + rng.uniform(-1.4, 1.4) for n in range(14))

    return (
        Kpi(
            key="open",
            title="Open exceptions",
            value=1_277,
            delta=84,
            period="vs 1 h ago",
            series=line(1, 0.7),
        ),
        Kpi(
            key="critical",
            title="Critical",
            value=37,
            delta=9,
            period="vs 1 h ago",
            series=line(2, 0.8),
            severity=4,
        ),
        Kpi(
            key="value",
            title="Value at risk",
            value=284_000_000,
            unit="cents",
            delta=-12_000_000,
            period="since 08:00",
            series=line(3, -0.3),
        ),
        Kpi(
            key="breach",
            title="SLA breach <\u00a04\u00a0h",
            value=118,
            note="26 without owner",
            series=line(4, 0.4),
            severity=3,
        ),
        Kpi(
            key="waiting",
            title="Waiting for approval",
            value=6,
            note="oldest 42 min",
            series=line(5, 0.1),
        ),
        Kpi(
            key="cleared",
            title="Cleared today",
            value=214,
            delta=31,
            period="vs yesterday",
            better="up",
            series=line(6, 0.9),
        ),
    )


def sources(now: datetime = NOW) -> tuple[SourceHealth, ...]:
    """Three sources, one of them late."""

    def one(name: str, colour: HealthColour, why: str, seconds: int, **more: int) -> SourceHealth:
        return SourceHealth(
            source=SourceName(name),
            colour=colour,
            why=why,
            last_success_at=now - timedelta(seconds=seconds),
            last_attempt_at=now - timedelta(seconds=min(seconds, 20)),
            lag_seconds=seconds,
            next_run_at=now + timedelta(seconds=22),
            interval_seconds=30,
            rows_read=184_220,
            **more,
        )

    return (
        one("ERP", HealthColour.GREEN, "Every page was read.", 8),
        one("WMS", HealthColour.GREEN, "Every page was read.", 12, quarantined=2),
        one(
            "TMS",
            HealthColour.AMBER,
            "Answers take 9 s on average; the last page timed out once.",
            151,
            failures_in_row=1,
        ),
    )


def quarantine() -> tuple[QuarantineRow, ...]:
    """Two records that could not be read."""
    return (
        QuarantineRow(
            quarantine_id="q-1",
            source="WMS",
            stream="pick_tasks",
            external_id="PT-55821",
            code="missing_field",
            message="The record has no field due_at.",
            observed_at=NOW - timedelta(minutes=4),
        ),
        QuarantineRow(
            quarantine_id="q-2",
            source="WMS",
            stream="inventory",
            external_id="KT-2201/MEM",
            code="bad_value",
            message="on_hand is -3, expected 0 or more.",
            observed_at=NOW - timedelta(minutes=31),
        ),
    )


def snapshot(rows: list[CaseRow] | None = None, **changes: object) -> TowerSnapshot:
    """The whole window's content."""
    kept = case_rows() if rows is None else rows
    values: dict[str, object] = {
        "now": NOW,
        "who": PLANNER,
        "people": PEOPLE,
        "kpis": kpis(),
        "cases": case_table(kept),
        "nodes": tuple(MapNode(id=s[0], name=s[1], lon=s[2], lat=s[3]) for s in SITES),
        "lanes": lanes(),
        "markers": markers(kept),
        "sources": sources(),
        "quarantine": quarantine(),
        "jobs": (JobRow(job_id="job-1", title="Solving 14 cases", share=0.62),),
        "offline": OfflineState(queued_changes=2),
        "site": "North America · Day shift",
    }
    return TowerSnapshot(**(values | changes))  # type: ignore[arg-type]  # a factory of keyword values


def offline() -> OfflineState:
    """The hub and one source gone."""
    return OfflineState(unreachable=("hub", "TMS"), data_as_of=NOW - timedelta(minutes=44), queued_changes=3)
