"""The arithmetic of loss: capped penalties, ranges that hold the expectation, severity by money and time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType, SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.detection.last_moment import (
    last_responsible_moment,
    lead_minutes,
    next_responsible_moment,
    quickest_action,
)
from app.detection.lifecycle.content import content
from app.detection.lifecycle.look import LifeTerms, Look
from app.detection.money import (
    BP,
    MS_PER_DAY,
    MS_PER_HOUR,
    LineLoss,
    blocked_line_loss,
    churn_cents_of,
    churn_of,
    days_between,
    dispute_loss,
    impact_of,
    late_penalty_cents,
    line_loss,
    rework_cents_of,
    severity_of,
    widened,
)
from app.detection.policy_set import PolicySet, load_policies, packaged_policies, packaged_texts
from app.detection.rule import Finding, Moment, Rule
from app.detection.rule_sql import CompiledRule
from app.store.instants import to_ms
from domain.cases import Severity
from domain.catalogue.allocation import AL_PO_LATE
from domain.catalogue.case_type import Right, StandardAction
from domain.catalogue.types import CASE_TYPES
from domain.customers import SlaTerms
from domain.ids import CaseId, EntityKind, EntityRef
from domain.recommendations import Remedy
from tests.support.facts import NOW

POLICY = packaged_policies()
TERMS = SlaTerms(late_penalty_bp_per_day=200, fixed_penalty_cents=1_000, penalty_cap_bp=1_000)


@pytest.mark.parametrize(
    ("days", "penalty_cents"),
    [(0, 0), (-1, 0), (1, 3_000), (2, 5_000), (4, 9_000), (5, 10_000), (99, 10_000)],
)
def test_a_penalty_is_fixed_plus_daily_and_capped(days: int, penalty_cents: int) -> None:
    assert late_penalty_cents(100_000, days, TERMS) == penalty_cents


@pytest.mark.parametrize(
    ("later_ms", "days"),
    [(-5, 0), (0, 0), (1, 1), (MS_PER_DAY, 1), (MS_PER_DAY + 1, 2)],
)
def test_a_day_begun_is_a_day_late(later_ms: int, days: int) -> None:
    assert days_between(0, later_ms) == days


AMOUNTS = st.integers(0, 10**9)
SHARES = st.integers(0, BP)


@given(
    value=AMOUNTS,
    margin=st.integers(-(10**8), 10**8),
    days=st.integers(0, 60),
    shares=st.tuples(SHARES, SHARES, SHARES),
    churn=st.integers(0, 10**6),
    extra=st.tuples(st.integers(0, 10**6), st.integers(0, 10**7)),
)
def test_the_loss_is_its_bars_and_the_range_holds_it(
    value: int,
    margin: int,
    days: int,
    shares: tuple[int, int, int],
    churn: int,
    extra: tuple[int, int],
) -> None:
    cancel_bp, likely_bp, avoidable_bp = shares
    rework, cost = extra
    terms = SlaTerms(cancel_probability_bp=cancel_bp)
    part = line_loss(
        key="L",
        value_cents=value,
        margin_cents=margin,
        days=days,
        sla=terms,
        churn_cents=churn,
        probability_bp=likely_bp,
    )
    dispute = dispute_loss(key="D", open_cents=value, policy=POLICY, probability_bp=likely_bp, lost_bp=BP)
    assert 0 <= part.low_cents <= part.loss_cents <= part.high_cents
    assert 0 <= dispute.low_cents <= dispute.loss_cents <= dispute.high_cents
    impact = impact_of(
        [part, part, dispute],
        effort_minutes=5,
        rework_cents=rework,
        avoidable_bp=avoidable_bp,
        action_cost_cents=cost,
    )
    bars = (
        impact.penalty_cents
        + impact.margin_cents
        + impact.churn_cents
        + impact.dispute_cents
        + impact.rework_cents
    )
    assert impact.loss_cents == bars == 2 * part.loss_cents + dispute.loss_cents + rework
    assert 0 <= impact.avoidable_cents <= impact.loss_cents
    saved = impact.loss_cents * avoidable_bp // BP
    assert impact.avoidable_cents + impact.action_cost_cents == (saved if saved > cost else 0)


def test_an_action_that_costs_more_than_it_saves_is_not_taken() -> None:
    part = LineLoss(key="L", penalty_cents=400, margin_cents=0, low_cents=0, high_cents=400)
    dear = impact_of([part], effort_minutes=5, action_cost_cents=400)
    assert (dear.avoidable_cents, dear.action_cost_cents) == (0, 0)
    cheap = impact_of([part], effort_minutes=5, action_cost_cents=399)
    assert (cheap.avoidable_cents, cheap.action_cost_cents) == (1, 399)


def test_what_is_assumed_widens_the_range_and_nothing_else() -> None:
    part = LineLoss(key="L", penalty_cents=400, margin_cents=0, low_cents=200, high_cents=1_000)
    known = impact_of([part], effort_minutes=5)
    guess = impact_of([part], effort_minutes=5, assumed=("customer_terms",))
    guesses = impact_of([part], effort_minutes=5, assumed=tuple("abcdefg"))
    assert widened(known, POLICY) is known
    assert (widened(guess, POLICY).low_cents, widened(guess, POLICY).high_cents) == (150, 1_250)
    assert (widened(guesses, POLICY).low_cents, widened(guesses, POLICY).high_cents) == (0, 2_000)
    assert widened(guess, POLICY).loss_cents == guess.loss_cents


def test_churn_grows_with_the_misses_and_is_nothing_for_a_stranger() -> None:
    assert [churn_cents_of(1, misses, POLICY) for misses in (0, 2, 3, 9, 10, 99)] == [
        120, 120, 600, 600, 1_200, 1_200,
    ]  # fmt: skip
    assert churn_cents_of(None, 99, POLICY) == 0
    moment = Moment(now_ms=0, hour_ms=0, policy=POLICY, misses=MappingProxyType({"C-1": 3}))
    known, other = SimpleNamespace(tier=1, customer_id="C-1"), SimpleNamespace(tier=1, customer_id=None)
    assert churn_of(cast("Any", known), moment) == 600
    assert churn_of(cast("Any", other), moment) == 120


def test_a_dispute_costs_handling_and_capital_and_what_is_written_off() -> None:
    part = dispute_loss(key="I", open_cents=1_000_000, policy=POLICY, probability_bp=5_000)
    capital = 1_000_000 * 30 * 900 // (365 * BP)
    assert part.loss_cents == part.dispute_cents == (2_500 + capital) // 2
    lost = dispute_loss(key="I", open_cents=1_000_000, policy=POLICY, probability_bp=BP, lost_bp=BP)
    assert lost.dispute_cents == 2_500 + capital + 1_000_000
    assert rework_cents_of(4, POLICY) == 300


@pytest.mark.parametrize(("hours", "penalty_cents"), [(49, 0), (48, 1_500), (0, 1_500), (-1, 3_000)])
def test_the_penalty_of_a_blocked_line_grows_in(hours: int, penalty_cents: int) -> None:
    part = blocked_line_loss(
        key="L",
        value_cents=100_000,
        margin_cents=0,
        promised_ms=hours * MS_PER_HOUR,
        hour_ms=0,
        sla=TERMS,
        policy=POLICY,
    )
    assert part.penalty_cents == penalty_cents
    assert part.low_cents <= part.loss_cents <= part.high_cents


def quick_policy() -> PolicySet:
    """The packaged policies, but prices are corrected within a minute."""
    texts = dict(packaged_texts())
    texts["loss.toml"] = texts["loss.toml"].replace('release_credit_hold", 15]', 'release_credit_hold", 1]')
    return load_policies(texts)


def test_the_last_moment_leaves_time_for_the_quickest_action() -> None:
    breach = NOW + timedelta(days=3)
    quick = quickest_action(AL_PO_LATE, POLICY)
    assert quick == min(
        timedelta(minutes=a.effort_minutes + lead_minutes(a.remedy, POLICY)) for a in AL_PO_LATE.actions
    )
    assert last_responsible_moment(breach, quick) == breach - quick
    assert last_responsible_moment(None, quick) is None


@pytest.mark.parametrize("days_ago", [0, 1, 5])
def test_what_gets_worse_by_the_day_has_a_next_moment(days_ago: int) -> None:
    breach = NOW - timedelta(days=days_ago)
    quick = quickest_action(AL_PO_LATE, POLICY)
    first = breach - quick
    moment = next_responsible_moment(breach, NOW, quick)
    assert moment is not None
    assert NOW + timedelta(hours=1) <= moment < NOW + timedelta(days=1, hours=1)
    assert (moment - first) % timedelta(days=1) == timedelta(0)
    assert next_responsible_moment(None, NOW, quick) is None


@pytest.mark.parametrize(
    ("said_hours", "money_moves", "minutes"),
    [(None, True, 1_430), (24, True, 1_430), (5, True, 300), (5, False, 300), (None, False, None)],
)
def test_a_case_has_the_rules_own_moment_or_the_next_of_its_breach(
    said_hours: int | None, money_moves: bool, minutes: int | None
) -> None:
    """The breach is in a day; the quickest action of this type takes 10 minutes."""
    stage = StandardAction(label="Call", right=Right.ASSISTED, effort_minutes=9, remedy=Remedy.CORRECT_PRICE)
    finding = Finding(
        case_type=replace(AL_PO_LATE, actions=(stage,)),
        entity=EntityRef(kind=EntityKind.ORDER_LINE, entity_id="L"),
        title="",
        consequence="",
        impact=impact_of([], effort_minutes=5),
        losses=(),
        severity=Severity.LOW,
        correlation_key="",
        evidence=(),
        breach_at=NOW + timedelta(days=1),
        responsible_at=None if said_hours is None else NOW + timedelta(hours=said_hours),
    )
    moment = Moment(now_ms=to_ms(NOW), hour_ms=to_ms(NOW), policy=quick_policy())
    rule = Rule(
        case_type=finding.case_type, sql="", wakes=(), assess=lambda *_: finding, money_moves=money_moves
    )
    look = Look(
        compiled=CompiledRule(rule=rule, full_sql="", scoped_sql=""),
        moment=moment,
        terms=LifeTerms.of(moment.policy),
        gate=cast("Any", None),
        later=False,
        basis="",
    )
    row = content(CaseId("C"), finding, look, digest="", scope_key="")
    assert row["responsible_at"] == (None if minutes is None else to_ms(NOW) + minutes * 60_000)


def test_every_remedy_of_the_catalogue_has_a_lead_time() -> None:
    remedies = {action.remedy for case_type in CASE_TYPES for action in case_type.actions}
    assert all(lead_minutes(remedy, POLICY) > 0 for remedy in remedies)


@pytest.mark.parametrize(
    ("loss_cents", "hours", "severity"),
    [
        (100_000, 500, Severity.CRITICAL),
        (30_000, 8, Severity.CRITICAL),
        (30_000, 9, Severity.HIGH),
        (29_999, 24, Severity.HIGH),
        (29_999, 25, Severity.MEDIUM),
        (4_999, 24, Severity.MEDIUM),
        (4_999, -3, Severity.MEDIUM),
        (4_999, 25, Severity.LOW),
        (0, None, Severity.LOW),
    ],
)
def test_severity_is_by_money_and_worse_when_time_is_short(
    loss_cents: int, hours: int | None, severity: Severity
) -> None:
    breach_ms = None if hours is None else hours * MS_PER_HOUR
    assert severity_of(loss_cents, breach_ms, 0, POLICY) is severity


def test_the_best_customers_are_critical_sooner() -> None:
    near = 8 * MS_PER_HOUR
    assert severity_of(20_000, near, 0, POLICY, tier=1) is Severity.CRITICAL
    assert severity_of(20_000, near, 0, POLICY, tier=2) is Severity.HIGH
