"""Limits over a day: an amount that is split gets no more through than an amount that is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.day_limits import Assent, DayLimit, LimitScope
from domain.errors import BadInputError
from domain.ids import UserId
from domain.recommendations import Remedy
from domain.rights import RightsPolicy
from tests.support.approval_desk import START, default_policy
from tests.support.rights_cases import RELEASE_LIMIT, day_limit, lent, limited_policy, said

PLANNER = UserId("a.moreno")
RELEASE = Remedy.RELEASE_CREDIT_HOLD


def through(policy: RightsPolicy, words: list[Assent]) -> list[Assent]:
    """What is let through of these, one after the other."""
    passed: list[Assent] = []
    for word in words:
        if policy.may_approve(word, PLANNER, passed).allowed:
            passed.append(word)
    return passed


def release(
    minor: int, action: str, *, user: str = "j.okafor", role: str = "supervisor", hour: int = 0
) -> Assent:
    return said(
        minor,
        user=user,
        role=role,
        action=action,
        remedy=RELEASE,
        customer="C-1",
        at=START + timedelta(hours=hour),
    )


def test_ten_small_releases_are_no_way_around_the_limit_of_one() -> None:
    small = [release(RELEASE_LIMIT // 4, f"A{number}") for number in range(10)]
    assert len(through(default_policy(), small)) == 4
    one_more = default_policy().may_approve(small[9], PLANNER, small[:4])
    assert not one_more.allowed
    assert one_more.policy_row.row == "credit-release-supervisor-day"
    assert "24 hours" in one_more.why


@given(
    st.integers(1, 3 * RELEASE_LIMIT),
    st.lists(st.floats(0.001, 1.0), min_size=1, max_size=12),
    st.lists(st.integers(0, 23), min_size=12, max_size=12),
)
def test_no_split_of_an_amount_gets_more_through_than_one(
    amount: int, weights: list[float], hours: list[int]
) -> None:
    parts = [int(amount * weight / sum(weights)) for weight in weights]
    parts[0] += amount - sum(parts)
    words = [release(part, f"A{n}", hour=hours[n]) for n, part in enumerate(parts)]
    passed = sum(word.amount.minor for word in through(default_policy(), words))
    assert passed <= RELEASE_LIMIT
    if amount <= RELEASE_LIMIT:
        assert passed == amount


@given(st.lists(st.tuples(st.integers(0, 72 * 60), st.integers(1, 4_000)), max_size=25))
def test_no_24_hours_hold_more_than_the_limit_in_whatever_order_they_arrive(
    words: list[tuple[int, int]],
) -> None:
    policy = limited_policy(day_limit(10_000))
    given_words = [
        said(minor, action=f"A{n}", at=START + timedelta(minutes=minute))
        for n, (minute, minor) in enumerate(words)
    ]
    passed = through(policy, given_words)
    for first in passed:
        window = [each for each in passed if timedelta(0) <= each.at - first.at < timedelta(hours=24)]
        assert sum(each.amount.minor for each in window) <= 10_000


def test_a_day_is_24_hours_and_not_a_date() -> None:
    policy = limited_policy(day_limit(100))
    before = [said(60, action="A")]
    late, next_day = START + timedelta(hours=23, minutes=59), START + timedelta(hours=24)
    assert not policy.may_approve(said(41, action="B", at=late), PLANNER, before).allowed
    assert policy.may_approve(said(40, action="B", at=late), PLANNER, before).allowed
    assert policy.may_approve(said(41, action="B", at=next_day), PLANNER, before).allowed


def test_a_customer_is_granted_no_more_by_two_people_than_by_one() -> None:
    policy = limited_policy(day_limit(100, LimitScope.CUSTOMER))
    before = [said(60, customer="C-1")]
    for user, customer, allowed in (
        ("m.silva", "C-1", False),
        ("m.silva", "C-2", True),
        ("j.okafor", "", True),
    ):
        word = said(60, user=user, action="B", customer=customer)
        assert policy.may_approve(word, PLANNER, before).allowed is allowed


def test_actions_without_a_customer_share_one_limit() -> None:
    policy = limited_policy(day_limit(100, LimitScope.CUSTOMER))
    assert not policy.may_approve(said(60, action="B"), PLANNER, [said(60)]).allowed


def test_the_second_approver_of_an_action_does_not_count_it_twice() -> None:
    policy = limited_policy(day_limit(100, LimitScope.CUSTOMER))
    assert policy.may_approve(
        said(100, user="m.silva", customer="C"), PLANNER, [said(100, customer="C")]
    ).allowed


def test_other_remedies_and_rejections_are_not_limited() -> None:
    policy = limited_policy(day_limit(100))
    before = [said(100)]
    assert policy.may_approve(said(100, action="B", remedy=Remedy.SPLIT), PLANNER, before).allowed
    assert policy.may_decide(said(100, action="B"), PLANNER).allowed
    assert not policy.may_approve(said(1, action="B"), PLANNER, before).allowed


def test_what_delegates_approve_counts_for_whose_right_it_is() -> None:
    policy = limited_policy(day_limit(100), delegations=(lent("e.second"), lent("e.third")))
    mine = said(60, action="A")
    theirs = said(60, user="e.second", action="B")
    thirds = said(60, user="e.third", action="C")
    assert not policy.may_approve(theirs, PLANNER, [mine]).allowed
    assert not policy.may_approve(thirds, PLANNER, [theirs]).allowed
    assert not policy.may_approve(mine, PLANNER, [theirs]).allowed


@pytest.mark.parametrize("changes", [{"limit_id": ""}, {"up_to_minor": -1}])
def test_a_limit_that_says_nothing_is_refused(changes: dict[str, object]) -> None:
    fields: dict[str, object] = {
        "limit_id": "x",
        "remedy": Remedy.SPLIT,
        "currency": "USD",
        "scope": LimitScope.CUSTOMER,
        "up_to_minor": 1,
    }
    with pytest.raises(BadInputError):
        DayLimit(**{**fields, **changes})  # type: ignore[arg-type]
