"""The verifier judges rights as the program does, case by case, though they share no code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.signing.canonical import bytes_of, digest_of
from app.signing.verifier.plain import InvalidError
from app.signing.verifier.rights import require_approver, require_decider, require_policy, right_of
from domain.day_limits import Assent, DayLimit, LimitScope
from domain.ids import UserId
from domain.recommendations import Remedy
from domain.rights import RightsPolicy, Ruling
from tests.support.approval_desk import PEOPLE, START, default_policy
from tests.support.rights_cases import day_limit, graded_policy, lent, limited_policy, said

LIMITS = {
    limit for row in default_policy().rows for limit in (row.up_to_minor, row.over_minor) if limit is not None
}
AROUND = {limit + step for limit in LIMITS for step in (-1, 0, 1)}
AMOUNTS = sorted({0, 1, 2**53 - 1} | {minor for minor in AROUND if minor > 0})
ROLES = ("planner", "supervisor", "manager", "executor", "nobody")
USERS = (*PEOPLE, "stranger")


def as_document(policy: RightsPolicy) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(bytes_of(policy))
    return document


def plain(word: Assent) -> dict[str, Any]:
    """Somebody's word as the verifier holds it."""
    return {
        "action_id": word.action_id,
        "user_id": word.user_id,
        "role": word.role,
        "remedy": str(word.remedy),
        "currency": word.amount.currency,
        "minor": word.amount.minor,
        "customer_id": word.customer_id or "",
        "at": word.at,
    }


def verdict(policy: dict[str, Any], word: Assent, proposer: str, before: Iterable[Assent] = ()) -> str:
    """The row by which the verifier lets somebody approve; empty when it does not."""
    amount = {"currency": word.amount.currency, "minor": word.amount.minor}
    assent = plain(word)
    try:
        row = right_of(policy, terms_of(str(word.remedy), amount, word.confidence_bp, word.regulated))
        if row["four_eyes"] and word.user_id == proposer:
            return ""
        require_decider(policy, assent, proposer, row["approve_roles"])
        require_approver(policy, assent, [plain(each) for each in before])
    except InvalidError:
        return ""
    return str(row["row_id"])


def terms_of(
    remedy: str, amount: dict[str, Any], confidence_bp: int = 0, regulated: bool = False
) -> dict[str, Any]:
    """As much of the terms as rights depend on."""
    return {
        "action_id": "A",
        "remedy": remedy,
        "amount": amount,
        "regulated": regulated,
        "recommendation": {"trail": {"gap_bp": 10_000 - confidence_bp}},
        "evidence": {"dq_flags": []},
    }


def ruled(ruling: Ruling) -> str:
    return ruling.policy_row.row if ruling.allowed else ""


@pytest.mark.parametrize("remedy", Remedy)
def test_every_case_of_the_matrix_has_the_same_verdict(remedy: Remedy) -> None:
    policy = default_policy()
    document, seen = as_document(policy), 0
    for minor, user, role, proposer in product(AMOUNTS, USERS, ROLES, ("a.moreno", "j.okafor")):
        word = said(minor, user=user, role=role, remedy=remedy)
        ours = policy.may_approve(word, UserId(proposer), ())
        assert verdict(document, word, proposer) == ruled(ours), (minor, user, role, proposer)
        seen += 1
    assert seen >= 1_000


HOURS = st.integers(-30, 30).map(lambda hour: START + timedelta(hours=hour))
PERSON, ROLE = st.sampled_from(USERS), st.sampled_from(ROLES[:3])
MONEY = st.integers(0, 200)
WORDS = st.builds(
    said,
    MONEY,
    user=PERSON,
    role=ROLE,
    action=st.sampled_from("ABCDE"),
    customer=st.sampled_from(["", "C-1", "C-2"]),
    at=HOURS,
)
LIMITS_OF_A_DAY = st.builds(
    day_limit, MONEY, st.sampled_from(LimitScope), roles=st.sampled_from([(), ("supervisor",), ("manager",)])
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(LIMITS_OF_A_DAY, max_size=2, unique_by=lambda each: each.limit_id),
    st.lists(st.tuples(PERSON, PERSON, ROLE, MONEY, st.integers(-30, 0), st.integers(1, 30)), max_size=4),
    st.lists(WORDS, max_size=8),
    st.lists(st.tuples(WORDS, PERSON), min_size=8, max_size=8),
)
def test_limits_and_delegations_are_judged_alike(
    limits: list[DayLimit],
    lendings: list[tuple[str, str, str, int, int, int]],
    before: list[Assent],
    asked: list[tuple[Assent, str]],
) -> None:
    delegations = {
        f"{by}-{to}-{role}": lent(
            to, by, role=role, up_to=up_to, starts=timedelta(hours=starts), ends=timedelta(hours=ends)
        )
        for by, to, role, up_to, starts, ends in lendings
        if by != to
    }
    policy = limited_policy(*limits, delegations=tuple(delegations.values()))
    document = as_document(policy)
    for word, proposer in asked:
        ours = policy.may_approve(word, UserId(proposer), before)
        assert verdict(document, word, proposer, before) == ruled(ours), (word, proposer)


@pytest.mark.parametrize("regulated", [False, True])
def test_confidence_and_regulated_goods_are_judged_alike(regulated: bool) -> None:
    policy = graded_policy()
    document = as_document(policy)
    given = product((1, 100, 101, 1_000, 1_001), (0, 5_999, 6_000, 8_999, 9_000, 10_000), USERS, ROLES)
    rows = set()
    for minor, confidence_bp, user, role in given:
        word = replace(said(minor, user=user, role=role), confidence_bp=confidence_bp, regulated=regulated)
        ours = policy.may_approve(word, UserId("a.moreno"), ())
        assert verdict(document, word, "a.moreno") == ruled(ours), (minor, confidence_bp, user, role)
        rows.add(ruled(ours))
    assert rows == ({"", "regulated"} if regulated else {"", "unsure", "sure"})


@pytest.mark.parametrize("currency", ["EUR", "usd", ""])
def test_another_currency_is_permitted_by_neither(currency: str) -> None:
    terms = terms_of("reallocate", {"currency": currency, "minor": 1})
    with pytest.raises(InvalidError, match="do not permit"):
        right_of(as_document(default_policy()), terms)


def test_rights_with_something_unknown_are_refused() -> None:
    policy = as_document(default_policy())
    require_policy(policy, digest_of(default_policy()))
    for changed in (
        {**policy, "weekdays": []},
        {**policy, "limits": [{"limit_id": "x"}]},
        {**policy, "delegations": [{"delegation_id": "x"}]},
        {name: value for name, value in policy.items() if name != "users"},
        {**policy, "rows": [{**policy["rows"][0], "weekdays": []}]},
        {**policy, "rows": [{"row_id": "x"}]},
    ):
        with pytest.raises(InvalidError, match="unknown"):
            require_policy(changed, digest_of(default_policy()))
    with pytest.raises(InvalidError, match="others than their digest"):
        require_policy(policy, digest_of(replace(default_policy(), version=2)))
