"""The made-up morning's first case in full: its options, timeline, orders and notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.cases import CaseState, ExceptionCase, Fact, Impact, Severity
from domain.commands import ReallocateLine, RebookCarrier
from domain.ids import LineId, NodeId, OrderId, ServiceId, ShipmentId, SourceName
from domain.recommendations import Option, Recommendation, Remedy, SolverTrail
from tests.support.fake_stories import stories
from tests.support.fake_tower import FIRST_ID, FIRST_LINE, NOW
from views.case_detail.state import ApprovalNeed, CaseDetail, NoteRow, OrderRow, PastRow, TimelineEvent


def _options() -> tuple[Option, ...]:
    order, line = OrderId("SO-884120"), LineId("SO-884120/1")
    move = ReallocateLine(
        order_id=order, line_id=line, from_node_id=NodeId("MEM"), to_node_id=NodeId("DFW"), quantity=318
    )
    air = RebookCarrier(shipment_id=ShipmentId("SH-1"), service_id=ServiceId("AIR"), scac="FDEG")
    return (
        Option(
            option_id="o-0",
            remedy=Remedy.DO_NOTHING,
            label="Do nothing",
            actions=(),
            cost_delta_cents=0,
            penalty_cents=4_860_000,
            late_orders=42,
            otif_bp=5_420,
        ),
        Option(
            option_id="o-1",
            remedy=Remedy.REALLOCATE,
            label="Reallocate to DFW",
            actions=(move,),
            cost_delta_cents=-1_120_000,
            penalty_cents=340_000,
            late_orders=3,
            otif_bp=9_310,
            recommended=True,
            reasons=("Dallas has 560 ea uncommitted.", "Dallas reaches Denver before the promise."),
        ),
        Option(
            option_id="o-2",
            remedy=Remedy.REBOOK_CARRIER,
            label="Air from Reno",
            actions=(air,),
            cost_delta_cents=2_390_000,
            penalty_cents=0,
            late_orders=0,
            otif_bp=9_580,
        ),
    )


def recommendation() -> Recommendation:
    """Three options with a proof of optimality."""
    return Recommendation(
        recommendation_id="r-1",
        case_id=FIRST_ID,
        computed_at=NOW - timedelta(minutes=1),
        options=_options(),
        trail=SolverTrail(
            model="reallocation",
            status="OPTIMAL",
            objective_cents=1_310_000,
            bound_cents=1_310_000,
            gap_bp=0,
            seed=7,
            solve_ms=1_830,
            problem_sha256="ab" * 32,
        ),
    )


def six_options() -> Recommendation:
    """More options than the panel is wide for as columns, with names as long as real ones."""
    nothing, move, air = _options()
    return replace(
        recommendation(),
        options=(
            replace(move, label="Re-source Minneapolis"),
            replace(air, option_id="o-3", label="Substitute HV-4301 for KT-2201"),
            replace(air, option_id="o-4", label="Split Ontario 4 + Reno 4", late_orders=4, otif_bp=9_000),
            air,
            replace(air, option_id="o-5", label="Ship complete later", penalty_cents=120_000),
            nothing,
        ),
    )


def exception_case() -> ExceptionCase:
    """The case at the top of the queue, in full."""
    wms = SourceName("WMS")
    return ExceptionCase(
        case_id=FIRST_ID,
        code="AL-SHORT",
        entity=FIRST_LINE,
        state=CaseState.IN_PROGRESS,
        severity=Severity.CRITICAL,
        title="Stock short at Memphis DC",
        consequence="KT-2201 short 318 ea. 42 orders to Denver miss the 16:00 cut-off.",
        impact=Impact(
            loss_cents=18_640_000,
            low_cents=15_000_000,
            high_cents=21_000_000,
            avoidable_cents=17_200_000,
            effort_minutes=8,
            penalty_cents=4_860_000,
            margin_cents=13_780_000,
            assumed=("repeat business",),
        ),
        opened_at=NOW - timedelta(hours=7, minutes=12),
        last_seen_at=NOW - timedelta(seconds=8),
        rule_version=3,
        correlation_key="short:KT-2201:MEM",
        evidence=(
            Fact(name="short_quantity", value="318", unit="units", source=wms, as_of=NOW),
            Fact(name="ordered_quantity", value="560", unit="units", source=SourceName("ERP"), as_of=NOW),
            Fact(name="on_hand", value="242", unit="units", source=wms, as_of=NOW - timedelta(minutes=5)),
            Fact(name="inbound_by_promise", value="0", unit="units", source=wms, as_of=NOW),
        ),
        order_ids=tuple(OrderId(f"SO-{884_120 + n}") for n in range(42)),
        node_id=NodeId("MEM"),
        breach_at=NOW + timedelta(hours=1, minutes=48),
        owner="A. Moreno",
    )


def past() -> tuple[PastRow, ...]:
    """Two cases like the first one: one put right by the tower, one that went away by itself."""
    return (
        PastRow(
            case_id="EX-OLD1",
            title="KT-2201 short at Memphis DC",
            state=CaseState.RESOLVED,
            done="Reallocate to DFW",
            loss_cents=9_100_000,
            opened_at=NOW - timedelta(days=9, hours=4),
            closed_at=NOW - timedelta(days=9),
            same_cause=True,
        ),
        PastRow(
            case_id="EX-OLD2",
            title="LM-0098 short at <b>Memphis</b> DC",
            state=CaseState.AUTO_CLEARED,
            done="",
            loss_cents=800_000,
            opened_at=NOW - timedelta(days=30, minutes=50),
            closed_at=NOW - timedelta(days=30),
        ),
    )


def detail(**changes: object) -> CaseDetail:
    """The panel's content for the case at the top of the queue."""
    values: dict[str, object] = {
        "case": exception_case(),
        "type_title": "Stock short",
        "subject_label": "SKU",
        "subject": "KT-2201 (short 318 ea)",
        "customers": 9,
        "recommendation": recommendation(),
        "needs": {
            "o-1": ApprovalNeed(who="Supervisor (over $10k change)", rule_id="AP-3"),
            "o-2": ApprovalNeed(who="Supervisor and finance (premium freight)", rule_id="AP-5"),
        },
        "timeline": (
            TimelineEvent(
                at=NOW, kind="solved", title="Options worked out", text="3 options in 1.8 s · CP-SAT optimal"
            ),
            TimelineEvent(
                at=NOW - timedelta(minutes=5),
                kind="failed",
                title="Allocation failed",
                text="242 of 560 ea available at MEM",
            ),
            TimelineEvent(
                at=NOW - timedelta(minutes=28),
                kind="count",
                title="Cycle count posted",
                text="KT-2201 adjusted by 242 ea in the WMS",
            ),
            TimelineEvent(
                at=NOW - timedelta(hours=7, minutes=12),
                kind="opened",
                title="Exception opened",
                text="AL-SHORT version 3",
            ),
        ),
        "orders": tuple(
            OrderRow(
                order_number=f"SO-{884_120 + n}",
                customer_name=("Harbor Foods", "Mesa Outdoor", "Northline Retail")[n % 3],
                tier="ABC"[n % 3],
                value_cents=(3_200 + 417 * n) * 100,
                promised_at=NOW + timedelta(hours=2 + n) if n != 1 else NOW - timedelta(hours=3, minutes=10),
            )
            for n in range(42)
        ),
        "notes": (
            NoteRow(
                at=NOW - timedelta(minutes=40), author="P. Singh", text="The dock says the count is right."
            ),
            NoteRow(at=NOW - timedelta(minutes=20), author="A. Moreno", text="Harbor Foods accepts a split."),
        ),
        "stories": stories(),
        "past": past(),
        "broken_lane_ids": frozenset({"MEM-DEN"}),
        "alternative_lane_ids": frozenset({"DFW-DEN", "RNO-DEN"}),
    }
    return CaseDetail(**(values | changes))  # type: ignore[arg-type]  # a factory of keyword values
