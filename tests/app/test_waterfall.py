"""The money of a case as bars, and what is said of refused policies."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.detection.money import BP, LineLoss, impact_of
from app.read_models.policy_notice import policy_notice
from app.read_models.waterfall import AVOIDABLE, LOST_ANYWAY, OTHER, waterfall
from app.store.policies import PolicyRecord
from domain.cases import Impact
from tests.support.facts import NOW
from tests.support.fake_detail import exception_case

CENTS = st.integers(0, 10**8)


@given(
    bars=st.tuples(CENTS, CENTS, CENTS, CENTS),
    rework=CENTS,
    cost=CENTS,
    avoidable_bp=st.integers(0, BP),
    minutes_left=st.none() | st.integers(-90, 90),
)
def test_the_last_bar_is_what_the_others_leave(
    bars: tuple[int, int, int, int], rework: int, cost: int, avoidable_bp: int, minutes_left: int | None
) -> None:
    penalty, margin, churn, dispute = bars
    part = LineLoss(
        key="L",
        penalty_cents=penalty,
        margin_cents=margin,
        churn_cents=churn,
        dispute_cents=dispute,
        low_cents=0,
        high_cents=sum(bars),
    )
    impact = impact_of(
        [part], effort_minutes=5, avoidable_bp=avoidable_bp, rework_cents=rework, action_cost_cents=cost
    )
    by = None if minutes_left is None else NOW + timedelta(minutes=minutes_left)
    shown = waterfall(replace(exception_case(), impact=impact, responsible_at=by), NOW)
    *parts, (label, total) = shown
    assert label == AVOIDABLE
    assert total == sum(cents for _, cents in parts)
    assert total == (impact.avoidable_cents if minutes_left is None or minutes_left >= 0 else 0)
    loss = sum(cents for name, cents in parts if name not in {LOST_ANYWAY, "Cost of acting"})
    assert loss == impact.loss_cents


def test_a_loss_that_is_not_split_is_one_bar() -> None:
    impact = Impact(
        loss_cents=900, low_cents=0, high_cents=900, avoidable_cents=300, effort_minutes=5, penalty_cents=100
    )
    assert waterfall(replace(exception_case(), impact=impact)) == (
        ("Contract penalty", 100),
        (OTHER, 800),
        (LOST_ANYWAY, -600),
        (AVOIDABLE, 300),
    )


def record(name: str, version: str, problem: str) -> PolicyRecord:
    return PolicyRecord(name=name, version=version, sha256="ab", body="", loaded_at=NOW, problem=problem)


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ([record("loss.toml", "loss 7", "")], ""),
        (
            [
                record("loss.toml", "loss 7", "loss.toml, row 3: no"),
                record("severity.toml", "severity 1", ""),
            ],
            "Policies: loss.toml, row 3: no. It was refused; version 7 of loss stays in force.",
        ),
        (
            [record("x.toml", "", "x.toml: no"), record("y.toml", "", "y.toml: no")],
            "Policies: x.toml: no. It was refused; what was in force stays in force. 1 more refused.",
        ),
    ],
)
def test_a_refused_policy_is_said_with_what_stays(records: list[PolicyRecord], words: str) -> None:
    assert policy_notice(records) == words
