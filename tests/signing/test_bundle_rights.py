"""Limits over a day and delegations in a trail: what goes beyond them is not believed, what keeps them is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.signing.verifier.report import verify
from domain.approvals import Verdict
from domain.delegations import Delegation
from tests.support.approval_desk import signer_of
from tests.support.belief import BELIEVED, refusal
from tests.support.forged_log import ForgedLog, small_policy, whole_terms
from tests.support.rights_cases import day_limit, lent
from tests.support.trail_room import packed

SECOND = "01JD9ZK3V0000000000000000B"
#: One action of the tests is 250,000.
AMOUNT = 250_000


def split_in_two(limit: int) -> ForgedLog:
    log = ForgedLog().found(replace(small_policy(), limits=(day_limit(limit),)))
    plain = whole_terms()
    other = replace(plain, action_id=SECOND, commands=(replace(plain.commands[0], key=f"{SECOND}-1"),))
    log.decide(log.propose())
    log.decide(log.propose(of=other))
    return log


@pytest.mark.parametrize(("limit", "believed"), [(2 * AMOUNT, True), (2 * AMOUNT - 1, False)])
def test_a_split_amount_beyond_the_limit_is_not_believed(limit: int, believed: bool) -> None:
    said = refusal(packed(split_in_two(limit).document()))
    assert (said == BELIEVED) is believed
    assert believed or "24 hours" in said


def decided_by_a_delegate(delegation: Delegation, proposer: str = "m.silva", **changes: Any) -> ForgedLog:
    log = ForgedLog().found(replace(small_policy(), delegations=(delegation,)))
    delegate = replace(signer_of("a.moreno"), role="supervisor")
    log.decide(log.propose(proposer), signer=delegate, **changes)
    return log


@pytest.mark.parametrize(
    ("delegation", "proposer", "believed"),
    [
        (lent(), "m.silva", True),
        (lent(up_to=AMOUNT - 1), "m.silva", False),
        (lent(ends=timedelta(minutes=5)), "m.silva", False),
        (lent(ends=timedelta(minutes=6)), "m.silva", True),
        (lent(by="m.silva"), "m.silva", False),
        (lent(by="a.stranger"), "m.silva", False),
        (lent(), "a.moreno", False),
    ],
)
def test_a_delegate_counts_for_a_time_and_up_to_an_amount(
    delegation: Delegation, proposer: str, believed: bool
) -> None:
    said = refusal(packed(decided_by_a_delegate(delegation, proposer).document()))
    assert (said == BELIEVED) is believed, said


@pytest.mark.parametrize(("minutes", "believed"), [(15, True), (16, False)])
def test_a_decision_is_not_dated_ahead_of_its_record(minutes: int, believed: bool) -> None:
    log = decided_by_a_delegate(lent(), late=timedelta(minutes=-minutes))
    said = refusal(packed(log.document()))
    assert (said == BELIEVED) is believed, said


def test_a_request_of_changes_is_a_no_with_its_own_name() -> None:
    log = ForgedLog().found()
    log.decide(log.propose(), verdict=Verdict.REQUEST_CHANGES)
    (action,) = verify(packed(log.document())[:-1])["actions"]
    assert (action["state"], action["rejected_by"]["user"]) == ("changes_requested", "j.okafor")
