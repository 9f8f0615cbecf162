"""Revocations and beginnings in a trail: their order in the log decides, whatever the hub says of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.signing.verifier.report import in_words, verify
from domain.approvals import Verdict
from tests.support.approval_desk import START
from tests.support.belief import BELIEVED, refusal
from tests.support.forged_log import ForgedLog, small_policy
from tests.support.trail_room import packed


def revoked_by(user: str, *, offline: bool = False, late: timedelta = timedelta(0)) -> ForgedLog:
    log = ForgedLog().found()
    asked = log.propose()
    log.decide(asked)
    log.decide(asked, user, verdict=Verdict.REVOKE, offline=offline, late=late, reason="It was cancelled.")
    return log


@pytest.mark.parametrize("user", ["j.okafor", "m.silva", "r.ito"])
def test_an_approver_or_an_equal_revokes_however_late_it_arrives(user: str) -> None:
    data = packed(revoked_by(user, offline=True, late=timedelta(hours=9)).document())
    report = verify(data[:-1])
    (action,) = report["actions"]
    assert (action["state"], action["rejected_by"]["user"]) == ("revoked", user)
    assert f"revoked {user}" in in_words(report)


def test_an_approver_who_lost_the_role_still_takes_the_own_word_back() -> None:
    log = ForgedLog().found()
    asked = log.propose()
    log.decide(asked)
    log.enforce(small_policy().with_users({"a.moreno": ("planner",), "m.silva": ("supervisor",)}))
    log.decide(asked, verdict=Verdict.REVOKE)
    (action,) = verify(packed(log.document())[:-1])["actions"]
    assert action["state"] == "revoked"


def carried_out_after_it() -> ForgedLog:
    log = ForgedLog().found()
    asked = log.propose()
    decided = log.decide(asked)
    log.decide(asked, "m.silva", verdict=Verdict.REVOKE)
    log.execute(decided)
    return log


def sent_without_a_beginning() -> ForgedLog:
    log = ForgedLog().found()
    log.execute(log.decide(log.propose()), begun=True)
    return log


def revoked_after_the_beginning() -> ForgedLog:
    log = ForgedLog().found()
    asked = log.propose()
    log.begin(log.decide(asked))
    log.decide(asked, "m.silva", verdict=Verdict.REVOKE)
    return log


def revoked_before_anybody_approved() -> ForgedLog:
    log = ForgedLog().found()
    log.decide(log.propose(), verdict=Verdict.REVOKE)
    return log


def begun_twice() -> ForgedLog:
    log = ForgedLog().found()
    decided = log.decide(log.propose())
    log.begin(decided)
    log.begin(decided)
    return log


def begun_by_a_planner() -> ForgedLog:
    log = ForgedLog().found()
    log.begin(log.decide(log.propose()), "a.moreno")
    return log


def begun_on_another_decision() -> ForgedLog:
    log = ForgedLog().found()
    log.begin(log.decide(log.propose()), decision_sha256="d" * 64)
    return log


def begun_at_another_place() -> ForgedLog:
    log = ForgedLog().found()
    log.begin(log.decide(log.propose()), hub_index=2)
    return log


def begun_after_the_expiry() -> ForgedLog:
    log = ForgedLog().found()
    log.begin(log.decide(log.propose()), issued_at=START + timedelta(days=1))
    return log


FORGED: dict[str, Callable[[], ForgedLog]] = {
    each.__name__.replace("_", " "): each
    for each in (
        carried_out_after_it,
        sent_without_a_beginning,
        revoked_after_the_beginning,
        revoked_before_anybody_approved,
        begun_twice,
        begun_by_a_planner,
        begun_on_another_decision,
        begun_at_another_place,
        begun_after_the_expiry,
    )
} | {
    "revoked by the proposer": lambda: revoked_by("a.moreno"),
    "revoked by the executor": lambda: revoked_by("executor@desk"),
}


@pytest.mark.parametrize("name", FORGED)
def test_no_other_order_is_believed(name: str) -> None:
    assert refusal(packed(FORGED[name]().document())) != BELIEVED


def test_a_beginning_without_an_outcome_is_believed() -> None:
    log = ForgedLog().found()
    log.begin(log.decide(log.propose()))
    (action,) = verify(packed(log.document())[:-1])["actions"]
    assert (action["state"], action["begun_by"]["by"]) == ("begun", "executor@desk")
