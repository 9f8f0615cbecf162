"""Decision rights: the whole matrix of remedies, roles and amounts around each limit, four eyes included."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approvals import Amount, AmountBasis
from domain.catalogue.case_type import Right
from domain.day_limits import Assent
from domain.errors import BadInputError
from domain.ids import UserId
from domain.recommendations import Remedy
from domain.rights import DEFAULT_DENY, RightsPolicy, parse_policy
from resources.loader import read_bytes

ROLES = ("planner", "supervisor", "manager", "executor", "nobody")
USERS = {f"{role}-{number}": (role,) for role in ROLES for number in (1, 2)}

#: Remedy: limit for one approver, limit for two (``None``: no second tier), who approves each.
LIMITS: dict[Remedy, tuple[int, int]] = {
    Remedy.REALLOCATE: (10_000_000, 100_000_000),
    Remedy.SPLIT: (10_000_000, 100_000_000),
    Remedy.REBOOK_CARRIER: (10_000_000, 50_000_000),
    Remedy.EXPEDITE: (5_000_000, 25_000_000),
    Remedy.SUBSTITUTE: (5_000_000, 25_000_000),
    Remedy.CORRECT_PRICE: (5_000_000, 25_000_000),
    Remedy.COMPLETE_ORDER: (25_000_000, 100_000_000),
    Remedy.PROMISE_DATE: (10_000_000, 50_000_000),
    Remedy.REPICK: (25_000_000, 100_000_000),
    Remedy.CREDIT_INVOICE: (2_500_000, 10_000_000),
    Remedy.RELEASE_CREDIT_HOLD: (10_000_000, 50_000_000),
}
PROPOSERS = {"planner", "supervisor", "manager"}


def default_policy() -> RightsPolicy:
    return parse_policy(read_bytes("policy", "decision_rights.toml").decode()).with_users(USERS)


def usd(minor: int) -> Amount:
    return Amount(currency="USD", minor=minor, basis=AmountBasis.EXPOSURE)


def assent(user: str, role: str, remedy: Remedy, minor: int) -> Assent:
    return Assent(
        action_id="A",
        user_id=UserId(user),
        role=role,
        remedy=remedy,
        amount=usd(minor),
        at=datetime(2026, 11, 22, tzinfo=UTC),
    )


def approvers(remedy: Remedy, minor: int) -> set[str]:
    """Who approves, said a second time and independently of the policy file."""
    first, second = LIMITS[remedy]
    if remedy is Remedy.RELEASE_CREDIT_HOLD:
        return {"supervisor", "manager"} if minor <= first else {"manager"} if minor <= second else set()
    return {"supervisor", "manager"} if minor <= second else set()


def around_the_limits() -> list[tuple[Remedy, int]]:
    cases = []
    for remedy, limits in LIMITS.items():
        amounts = {0, *(limit + step for limit in limits for step in (-1, 0, 1))}
        cases += [(remedy, minor) for minor in sorted(amounts)]
    return cases


@pytest.mark.parametrize(("remedy", "minor"), around_the_limits())
def test_the_whole_matrix(remedy: Remedy, minor: int) -> None:
    policy = default_policy()
    for proposer_role, role, same_person in product(ROLES, ROLES, (True, False)):
        proposer = UserId(f"{proposer_role}-1")
        user = proposer if same_person else UserId(f"{role}-2")
        acting = proposer_role if same_person else role
        ruling = policy.may_decide(assent(user, acting, remedy, minor), proposer)
        expected = acting in approvers(remedy, minor) and not same_person
        assert ruling.allowed is expected, (ruling.why, proposer, user)
        proposing = policy.may_propose(proposer, proposer_role, remedy, usd(minor))
        assert proposing.allowed is (proposer_role in PROPOSERS and bool(approvers(remedy, minor)))


@pytest.mark.parametrize("remedy", list(LIMITS))
def test_above_the_first_limit_two_people_decide_or_a_higher_one(remedy: Remedy) -> None:
    policy = default_policy()
    first, _ = LIMITS[remedy]
    below, above = policy.ruling(remedy, usd(first)), policy.ruling(remedy, usd(first + 1))
    assert below.min_approvers == 1
    if remedy is Remedy.RELEASE_CREDIT_HOLD:
        assert above.approve_roles == ("manager",)
    else:
        assert above.min_approvers == 2


def test_an_answer_names_policy_version_and_row() -> None:
    ruling = default_policy().ruling(Remedy.REALLOCATE, usd(1))
    row = ruling.policy_row
    assert (row.policy_id, row.version, row.row) == ("distributor-default", 1, "reallocate-1")
    assert ruling.right is Right.ASSISTED


@pytest.mark.parametrize("remedy", [Remedy.DO_NOTHING])
def test_what_no_row_permits_is_denied(remedy: Remedy) -> None:
    ruling = default_policy().ruling(remedy, usd(1))
    assert (ruling.allowed, ruling.policy_row.row) == (False, DEFAULT_DENY)


def test_another_currency_is_denied() -> None:
    amount = Amount(currency="EUR", minor=1, basis=AmountBasis.EXPOSURE)
    assert not default_policy().ruling(Remedy.REALLOCATE, amount).allowed


def test_credit_is_released_online_only() -> None:
    policy = default_policy()
    assert not policy.ruling(Remedy.RELEASE_CREDIT_HOLD, usd(1)).offline_for
    assert policy.ruling(Remedy.REALLOCATE, usd(1)).offline_for


def test_forbidding_wins_whatever_the_order() -> None:
    permit = _row("permit")
    forbid = _row("forbid", "forbid = true\nover_minor = 100")
    for rows in ((permit, forbid), (forbid, permit)):
        policy = parse_policy(_policy(*rows))
        assert policy.ruling(Remedy.SPLIT, usd(100)).allowed
        denied = policy.ruling(Remedy.SPLIT, usd(101))
        assert (denied.allowed, denied.policy_row.row) == (False, "forbid")


def test_a_role_that_is_only_claimed_does_not_count() -> None:
    policy = default_policy()
    ruling = policy.may_decide(assent("planner-2", "manager", Remedy.SPLIT, 1), UserId("planner-1"))
    assert not ruling.allowed
    assert "does not hold the role manager" in ruling.why


def test_four_eyes_can_be_waived_by_the_row_only() -> None:
    waived = parse_policy(_policy(_row("small", "four_eyes = false"))).with_users({"s": ("supervisor",)})
    assert waived.may_decide(assent("s", "supervisor", Remedy.SPLIT, 1), UserId("s")).allowed


@given(st.integers(0, 2**53 - 1), st.sampled_from(list(LIMITS)), st.integers(0, 10**9))
def test_more_money_never_needs_less(minor: int, remedy: Remedy, more: int) -> None:
    policy = default_policy()
    low, high = policy.ruling(remedy, usd(minor)), policy.ruling(remedy, usd(min(minor + more, 2**53 - 1)))
    if high.allowed:
        assert low.allowed
        assert set(high.approve_roles) <= set(low.approve_roles)
        assert high.min_approvers >= low.min_approvers


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not toml [", "cannot be read"),
        ("policy_id = 'x'", "version"),
        ("policy_id = 'x'\nversion = 1\nrow = []", "permits nothing"),
        ("policy_id = 'x'\nversion = 0\n[[row]]\n", "remedy"),
        ("policy_id = 'x'\nversion = 1\nrow = 3", "cannot be read"),
    ],
)
def test_a_broken_policy_is_one_clear_sentence(text: str, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        parse_policy(text)


@pytest.mark.parametrize(
    "extra",
    ["approve_roles = []", "min_approvers = 0", "offline_minutes = -1", "valid_minutes = 0", "typo = 1"],
)
def test_a_row_that_contradicts_itself_is_refused(extra: str) -> None:
    lines = [line for line in _row("r").splitlines() if line.split(" ")[0] != extra.split(" ", maxsplit=1)[0]]
    with pytest.raises(BadInputError):
        parse_policy(_policy("\n".join([*lines, extra])))


def test_two_rows_of_one_name_are_refused() -> None:
    with pytest.raises(BadInputError, match="share a name"):
        parse_policy(_policy(_row("r"), _row("r")))


def _row(name: str, extra: str = "") -> str:
    return (
        f'[[row]]\nrow_id = "{name}"\nremedy = "split"\ncurrency = "USD"\n'
        f'propose_roles = ["planner"]\napprove_roles = ["supervisor"]\n{extra}'
    )


def _policy(*rows: str) -> str:
    return "\n".join(('policy_id = "p"', "version = 1", *rows))
