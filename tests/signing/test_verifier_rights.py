"""The verifier judges rights as the program does, case by case, though they share no code."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from app.signing.canonical import bytes_of, digest_of
from app.signing.verifier.plain import InvalidError
from app.signing.verifier.rights import require_policy, require_role, right_of
from domain.approvals import Amount, AmountBasis
from domain.ids import UserId
from domain.recommendations import Remedy
from domain.rights import RightsPolicy, Ruling
from tests.support.approval_desk import PEOPLE, default_policy

LIMITS = {
    limit for row in default_policy().rows for limit in (row.up_to_minor, row.over_minor) if limit is not None
}
AMOUNTS = sorted({0, 1, 2**53 - 1} | {limit + step for limit in LIMITS for step in (-1, 0, 1)})
ROLES = ("planner", "supervisor", "manager", "executor", "nobody")
USERS = (*PEOPLE, "stranger")


def as_document(policy: RightsPolicy) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(bytes_of(policy))
    return document


def verdict(policy: dict[str, Any], actor: dict[str, str], proposer: str, terms: dict[str, Any]) -> str:
    """The row by which the verifier lets somebody decide; empty when it does not."""
    try:
        row = right_of(policy, terms)
        if row["four_eyes"] and actor["user_id"] == proposer:
            return ""
        require_role(policy, actor, row["approve_roles"], "decide on this")
    except InvalidError:
        return ""
    return str(row["row_id"])


def ruled(ruling: Ruling) -> str:
    return ruling.policy_row.row if ruling.allowed else ""


@pytest.mark.parametrize("remedy", Remedy)
def test_every_case_of_the_matrix_has_the_same_verdict(remedy: Remedy) -> None:
    policy = default_policy()
    document, seen = as_document(policy), 0
    for minor, user, role, proposer in product(AMOUNTS, USERS, ROLES, ("a.moreno", "j.okafor")):
        amount = Amount(currency="USD", minor=minor, basis=AmountBasis.VALUE)
        terms = {"action_id": "A", "remedy": str(remedy), "amount": {"currency": "USD", "minor": minor}}
        theirs = verdict(document, {"user_id": user, "role": role}, proposer, terms)
        ours = policy.may_decide(UserId(user), role, UserId(proposer), remedy, amount)
        assert theirs == ruled(ours), (minor, user, role, proposer)
        seen += 1
    assert seen >= 1_000


@pytest.mark.parametrize("currency", ["EUR", "usd", ""])
def test_another_currency_is_permitted_by_neither(currency: str) -> None:
    terms = {"action_id": "A", "remedy": "reallocate", "amount": {"currency": currency, "minor": 1}}
    with pytest.raises(InvalidError, match="do not permit"):
        right_of(as_document(default_policy()), terms)


def test_rights_with_something_unknown_are_refused() -> None:
    policy = as_document(default_policy())
    require_policy(policy, digest_of(default_policy()))
    for changed in (
        {**policy, "delegations": []},
        {name: value for name, value in policy.items() if name != "users"},
        {**policy, "rows": [{**policy["rows"][0], "weekdays": []}]},
        {**policy, "rows": [{"row_id": "x"}]},
    ):
        with pytest.raises(InvalidError, match="unknown"):
            require_policy(changed, digest_of(default_policy()))
    with pytest.raises(InvalidError, match="others than their digest"):
        require_policy(policy, digest_of(replace(default_policy(), version=2)))
