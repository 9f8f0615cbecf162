"""The arithmetic of loss: capped penalties, ranges that hold the expectation, severity by money and time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.detection.money import days_between, impact_of, late_penalty_cents, line_loss, severity_of
from app.detection.policy import DEFAULT_POLICY, MS_PER_DAY, MS_PER_HOUR
from domain.cases import Severity
from domain.customers import SlaTerms

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


@given(
    value=st.integers(0, 10**9),
    margin=st.integers(-(10**8), 10**8),
    days=st.integers(0, 60),
    cancel_bp=st.integers(0, 10_000),
)
def test_the_range_holds_the_expectation(value: int, margin: int, days: int, cancel_bp: int) -> None:
    terms = SlaTerms(cancel_probability_bp=cancel_bp)
    part = line_loss(key="L", value_cents=value, margin_cents=margin, days=days, sla=terms)
    assert 0 <= part.low_cents <= part.loss_cents <= part.high_cents
    impact = impact_of([part, part], effort_minutes=5, rework_cents=75, avoidable_bp=5_000)
    assert impact.loss_cents == 2 * part.loss_cents + 75
    assert impact.avoidable_cents == impact.loss_cents // 2


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
    assert severity_of(loss_cents, breach_ms, 0, DEFAULT_POLICY) is severity
