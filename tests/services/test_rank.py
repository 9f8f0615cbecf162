"""The queue: money per minute first, and every line counted once."""

from __future__ import annotations

from datetime import timedelta

from app.services.rank import awake, distinct_total_cents, index_cents, is_feasible, priority_of, rank_cases
from domain.cases import CaseState, ExceptionCase, Impact, Severity
from domain.ids import CaseId, EntityKind, EntityRef, LineId
from domain.priorities import ConfirmationClass, LinePriority
from tests.support.facts import NOW


def case(
    case_id: str,
    *,
    avoidable: int = 1_000,
    minutes: int = 10,
    severity: Severity = Severity.LOW,
    age_minutes: int = 0,
    snoozed_minutes: int | None = None,
    act_within_minutes: int | None = None,
    about: tuple[EntityRef, ...] = (),
) -> ExceptionCase:
    return ExceptionCase(
        case_id=CaseId(case_id),
        code="AL-SHORT",
        entity=EntityRef(kind=EntityKind.ORDER_LINE, entity_id=case_id),
        state=CaseState.OPEN,
        severity=severity,
        title="",
        consequence="",
        impact=Impact(
            loss_cents=avoidable,
            low_cents=0,
            high_cents=avoidable,
            avoidable_cents=avoidable,
            effort_minutes=minutes,
        ),
        opened_at=NOW - timedelta(minutes=age_minutes),
        last_seen_at=NOW,
        rule_version=1,
        correlation_key="",
        evidence=(),
        snoozed_until=None if snoozed_minutes is None else NOW + timedelta(minutes=snoozed_minutes),
        responsible_at=None if act_within_minutes is None else NOW + timedelta(minutes=act_within_minutes),
        about=about,
    )


def ids(cases: list[ExceptionCase]) -> list[str]:
    return [each.case_id for each in cases]


def test_money_saved_per_minute_decides() -> None:
    quick = case("quick", avoidable=1_000, minutes=2)
    big = case("big", avoidable=3_000, minutes=10, severity=Severity.CRITICAL)
    assert ids(rank_cases([big, quick])) == ["quick", "big"]


def test_ties_fall_to_severity_then_tier_then_age() -> None:
    severe = case("severe", severity=Severity.HIGH)
    best = case("best")
    old = case("old", age_minutes=60)
    young = case("young")
    tiers = {CaseId("best"): 1, CaseId("old"): 3, CaseId("young"): 3}
    assert ids(rank_cases([young, old, best, severe], tiers=tiers)) == ["severe", "best", "old", "young"]


def test_the_order_does_not_depend_on_the_order_given() -> None:
    cases = [case(f"c{n}", avoidable=n % 3 * 100) for n in range(9)]
    assert rank_cases(cases) == rank_cases(reversed(cases))


def test_what_comes_too_late_saves_nothing_but_stays_listed() -> None:
    late = case("late", avoidable=9_000, act_within_minutes=-1)
    last_minute = case("last minute", avoidable=2_000, act_within_minutes=0)
    plain = case("plain", avoidable=1_000)
    worthless = case("worthless", avoidable=0)
    assert ids(rank_cases([late, plain, worthless, last_minute], now=NOW)) == [
        "last minute", "plain", "worthless", "late",
    ]  # fmt: skip
    assert index_cents(late, NOW) == 0
    assert index_cents(last_minute, NOW) == 200
    assert not is_feasible(late, NOW)
    assert is_feasible(plain, NOW)


def priority(line: str, rank: int | None) -> tuple[LineId, LinePriority]:
    return LineId(line), LinePriority(
        line_id=LineId(line),
        confirmation_class=ConfirmationClass.WIN,
        rank=rank,
        reason="The customer's chairman called.",
        author="a.moreno",
        at=NOW,
    )


def test_a_persons_rank_comes_before_any_money() -> None:
    line = EntityRef(kind=EntityKind.ORDER_LINE, entity_id="SO-9/1")
    cases = [case("rich", avoidable=90_000), case("second", about=(line,)), case("first"), case("classed")]
    priorities = dict([priority("SO-9/1", 2), priority("first", 0), priority("classed", None)])
    assert ids(rank_cases(cases, now=NOW, priorities=priorities)) == ["first", "second", "rich", "classed"]
    said = priority_of(cases[1], priorities)
    assert said is not None
    assert said.reason == "The customer's chairman called."
    assert priority_of(cases[0], priorities) is None


def test_snoozed_cases_rest_until_their_time() -> None:
    cases = [case("awake"), case("asleep", snoozed_minutes=5), case("due", snoozed_minutes=0)]
    assert ids(awake(cases, now=NOW)) == ["awake", "due"]


def test_a_line_hit_twice_counts_once_with_the_larger_loss() -> None:
    losses = {
        CaseId("parent"): {"SO-1/1": 500, "SO-2/1": 300},
        CaseId("child"): {"SO-1/1": 500},
        CaseId("price"): {"SO-2/1": 900},
    }
    assert distinct_total_cents(losses) == 500 + 900
    assert distinct_total_cents({}) == 0
