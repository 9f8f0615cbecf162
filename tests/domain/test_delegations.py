"""Delegation: for a time, up to an amount, never in a chain and never towards the proposer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import BadInputError
from domain.ids import UserId
from domain.rights import parse_policy
from tests.support.approval_desk import START
from tests.support.rights_cases import lent, limited_policy, said

OTHER = UserId("m.silva")
DELEGATE = "a.moreno"


@pytest.mark.parametrize(("hours", "allowed"), [(-1, False), (0, True), (7, True), (8, False), (100, False)])
def test_it_holds_from_its_start_until_before_its_end(hours: int, allowed: bool) -> None:
    policy = limited_policy(delegations=(lent(),))
    word = said(1000, user=DELEGATE, at=START + timedelta(hours=hours))
    assert policy.may_decide(word, OTHER).allowed is allowed


@pytest.mark.parametrize(("minor", "allowed"), [(1_000_000, True), (1_000_001, False)])
def test_it_holds_up_to_its_amount(minor: int, allowed: bool) -> None:
    policy = limited_policy(delegations=(lent(),))
    ruling = policy.may_decide(said(minor, user=DELEGATE), OTHER)
    assert ruling.allowed is allowed
    assert ruling.allowed or "not enough" in ruling.why


def test_only_the_role_that_was_lent_and_only_to_that_person() -> None:
    policy = limited_policy(delegations=(lent(),))
    assert not policy.may_decide(said(1, user=DELEGATE, role="manager"), OTHER).allowed
    assert not policy.may_decide(said(1, user="stranger"), OTHER).allowed


def test_there_is_no_chain() -> None:
    chain = (lent("a.moreno", "j.okafor"), lent("stranger", "a.moreno"))
    policy = limited_policy(delegations=chain)
    assert policy.may_decide(said(1, user="a.moreno"), OTHER).allowed
    assert not policy.may_decide(said(1, user="stranger"), OTHER).allowed


def test_nobody_lends_a_role_they_do_not_hold() -> None:
    policy = limited_policy(delegations=(lent("stranger", "a.moreno", role="manager"),))
    assert not policy.may_decide(said(1, user="stranger", role="manager"), OTHER).allowed


def test_the_proposer_has_no_delegate_and_no_subordinate_decide() -> None:
    policy = limited_policy(delegations=(lent(),))
    own = policy.may_decide(said(1, user=DELEGATE), UserId("j.okafor"))
    assert (own.allowed, "delegate" in own.why) == (False, True)
    superior = policy.may_decide(said(1, user=DELEGATE), UserId("r.ito"))
    assert (superior.allowed, "reports to" in superior.why) == (False, True)
    distant = replace(policy, superiors=((UserId("a.moreno"), UserId("x")), (UserId("x"), UserId("boss"))))
    assert not distant.may_decide(said(1, user=DELEGATE), UserId("boss")).allowed


def test_a_delegate_does_not_decide_on_their_own_proposal() -> None:
    assert (
        not limited_policy(delegations=(lent(),)).may_decide(said(1, user=DELEGATE), UserId(DELEGATE)).allowed
    )


def test_one_right_is_one_approver_of_an_action() -> None:
    policy = limited_policy(delegations=(lent(),))
    mine, theirs = said(1), said(1, user=DELEGATE)
    for word, before in ((theirs, mine), (mine, theirs)):
        ruling = policy.may_approve(word, OTHER, [before])
        assert (ruling.allowed, "same right" in ruling.why) == (False, True)
    assert policy.may_approve(theirs, OTHER, [said(1, user="r.ito", role="manager")]).allowed


@pytest.mark.parametrize(
    "changes",
    [
        {"to_user": "j.okafor"},
        {"ends_at": START},
        {"starts_at": START.replace(tzinfo=None)},
        {"role": ""},
        {"up_to_minor": -1},
    ],
)
def test_a_delegation_that_says_nothing_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadInputError):
        replace(lent(), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("pairs", [(("a", "b"), ("b", "a")), (("a", "a"),), (("a", "b"), ("a", "c"))])
def test_an_organisation_is_a_tree(pairs: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(BadInputError):
        replace(limited_policy(), superiors=tuple((UserId(who), UserId(of)) for who, of in pairs))


FILE = """
policy_id = "p"
version = 1
[superiors]
"a.moreno" = "r.ito"
[[row]]
row_id = "r"
remedy = "split"
currency = "USD"
propose_roles = ["planner"]
approve_roles = ["supervisor"]
[[limit]]
limit_id = "l"
remedy = "split"
currency = "USD"
scope = "customer"
up_to_minor = 5
[[delegation]]
delegation_id = "d"
from_user = "j.okafor"
to_user = "a.moreno"
role = "supervisor"
starts_at = 2026-11-22T10:00:00+01:00
ends_at = 2026-11-23T00:00:00Z
currency = "USD"
up_to_minor = 100
"""


def test_a_policy_file_holds_limits_delegations_and_superiors() -> None:
    policy = parse_policy(FILE)
    (delegation,), (limit,) = policy.delegations, policy.limits
    assert delegation.starts_at == START
    assert (limit.up_to_minor, str(limit.scope)) == (5, "customer")
    assert policy.superiors == (("a.moreno", "r.ito"),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("+01:00", ""),
        ('"customer"', '"planet"'),
        ('limit_id = "l"', 'limit_id = "r"'),
        ("up_to_minor = 100", ""),
    ],
)
def test_a_broken_one_is_refused(old: str, new: str) -> None:
    with pytest.raises(BadInputError, match="cannot be read"):
        parse_policy(FILE.replace(old, new))
