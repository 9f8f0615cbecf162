"""No trail that breaks the rules is believed, even when the hub itself signs it: rights are judged anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.signing.receipts import HubOutcome
from app.signing.statements import read_unverified
from app.signing.verifier.report import verify
from domain.approvals import Verdict
from domain.commands import CommandResult
from domain.ids import SourceName, UserId
from domain.trust import EnforcePolicy
from tests.support.approval_desk import START, signer_of
from tests.support.belief import BELIEVED, refusal
from tests.support.forged_log import ForgedLog, honest, small_policy, whole_terms
from tests.support.trail_room import packed

Forgery = Callable[[], ForgedLog]


def approved_by_the_proposer() -> ForgedLog:
    log = ForgedLog().found()
    log.execute(log.decide(log.propose("j.okafor"), "j.okafor"))
    return log


def approved_with_a_second_key() -> ForgedLog:
    log = ForgedLog().found()
    other = signer_of("j.okafor", "laptop")
    log.enrol(other)
    log.execute(log.decide(log.propose("j.okafor"), signer=other))
    return log


def approved_by_a_planner() -> ForgedLog:
    log = ForgedLog().found()
    log.execute(log.decide(log.propose("j.okafor"), "a.moreno"))
    return log


def proposed_without_the_role() -> ForgedLog:
    log = ForgedLog().found()
    log.execute(log.decide(log.propose("executor@desk")))
    return log


def approved_by_somebody_without_rights() -> ForgedLog:
    log = ForgedLog().found(small_policy().with_users({"a.moreno": ("planner",)}))
    log.execute(log.decide(log.propose()))
    return log


def approved_with_a_revoked_key() -> ForgedLog:
    log = ForgedLog().found()
    asked = log.propose()
    log.revoke(signer_of("j.okafor"))
    log.execute(log.decide(asked))
    return log


def approved_with_a_key_let_in_later() -> ForgedLog:
    log = ForgedLog().found(users=("a.moreno", "executor@desk"))
    decided = log.decide(log.propose())
    log.enrol(signer_of("j.okafor"))
    log.execute(decided)
    return log


def approved_above_a_lowered_limit() -> ForgedLog:
    log = ForgedLog().found()
    asked = log.propose()
    log.enforce(replace(small_policy(up_to_minor=100_000), version=2))
    log.execute(log.decide(asked))
    return log


def approved_by_one_where_it_takes_two() -> ForgedLog:
    log = ForgedLog().found(small_policy(min_approvers=2))
    log.execute(log.decide(log.propose()))
    return log


def approved_twice_by_one_person() -> ForgedLog:
    log = ForgedLog().found(small_policy(min_approvers=2))
    other = signer_of("j.okafor", "laptop")
    log.enrol(other)
    asked = log.propose()
    log.decide(asked)
    log.execute(log.decide(asked, signer=other))
    return log


def forbidden_by_a_row() -> ForgedLog:
    log = ForgedLog().found(small_policy(forbid=True))
    log.execute(log.decide(log.propose()))
    return log


def in_another_currency() -> ForgedLog:
    log = ForgedLog().found(small_policy(currency="EUR"))
    log.execute(log.decide(log.propose()))
    return log


def on_other_terms() -> ForgedLog:
    log = ForgedLog().found()
    asked = log.propose()
    log.execute(log.decide(asked, terms=whole_terms(option_label="Something else")))
    return log


def on_another_proposal() -> ForgedLog:
    log = ForgedLog().found()
    log.execute(log.decide(log.propose(), proposal_sha256="c" * 64))
    return log


def naming_another_proposer() -> ForgedLog:
    log = ForgedLog().found()
    log.execute(log.decide(log.propose(), proposer=UserId("m.silva")))
    return log


def decided(**changes: Any) -> Forgery:
    """Carried out on a decision with something else about it."""

    def forge() -> ForgedLog:
        log = ForgedLog().found()
        log.execute(log.decide(log.propose(), **changes))
        return log

    return forge


def offline_where_it_is_online_only() -> ForgedLog:
    log = ForgedLog().found(small_policy(offline_minutes=0))
    log.execute(log.decide(log.propose(), offline=True))
    return log


def executed(user: str = "executor@desk", **changes: Any) -> Forgery:
    """An outcome with something else about it."""

    def forge() -> ForgedLog:
        log = ForgedLog().found()
        log.execute(log.decide(log.propose()), user, **changes)
        return log

    return forge


def executed_twice() -> ForgedLog:
    log = honest()
    said = log.rows[7]
    log.rows = log.rows[:8]
    log.heads.pop(signer_of("executor@desk").key.public.keyid)
    decision = read_unverified(said.envelope)
    log.execute(decision)
    log.execute(decision, attempt=2, begun=True)
    return log


def executed_after_a_rejection() -> ForgedLog:
    log = ForgedLog().found()
    asked = log.propose()
    log.decide(asked, "m.silva", verdict=Verdict.REJECT)
    log.execute(log.decide(asked))
    return log


def executed_after_a_request_of_changes() -> ForgedLog:
    log = ForgedLog().found()
    asked = log.propose()
    log.decide(asked, "m.silva", verdict=Verdict.REQUEST_CHANGES)
    log.execute(log.decide(asked))
    return log


def executed_on_a_rejection() -> ForgedLog:
    log = ForgedLog().found()
    log.execute(log.decide(log.propose(), verdict=Verdict.REJECT))
    return log


def proposed_twice() -> ForgedLog:
    log = ForgedLog().found()
    log.propose()
    log.execute(log.decide(log.propose("m.silva")))
    return log


def proposed_when_expired() -> ForgedLog:
    log = ForgedLog().found()
    log.sign(log_value(log), signer_of("a.moreno"), late=timedelta(days=2))
    return log


def log_value(log: ForgedLog) -> Any:
    value = log.propose().value
    log.rows.pop()
    log.heads.clear()
    return value


def trust_by_somebody_else() -> ForgedLog:
    log = ForgedLog().found(users=("a.moreno", "m.silva", "r.ito", "executor@desk"))
    boss = signer_of("r.ito").key
    log.say(enrolment_of("j.okafor"), by=boss)
    log.execute(log.decide(log.propose()))
    return log


def enrolment_of(user: str) -> Any:
    log = ForgedLog()
    acts: list[Any] = []
    log.say = lambda act, **_: acts.append(act)  # type: ignore[method-assign]
    log.enrol(signer_of(user))
    return acts[0]


def a_key_under_another_name() -> ForgedLog:
    log = ForgedLog().found(users=("a.moreno", "m.silva", "r.ito", "executor@desk"))
    log.say(replace(enrolment_of("j.okafor"), keyid="e" * 64))
    log.execute(log.decide(log.propose()))
    return log


def a_key_of_one_enrolled_for_another() -> ForgedLog:
    log = ForgedLog().found(users=("a.moreno", "executor@desk"))
    log.enrol(signer_of("m.silva"), user="j.okafor")
    log.execute(log.decide(log.propose(), "m.silva"))
    return log


def a_key_enrolled_twice() -> ForgedLog:
    log = ForgedLog().found()
    log.revoke(signer_of("j.okafor"))
    log.enrol(signer_of("j.okafor"))
    log.execute(log.decide(log.propose()))
    return log


def rights_with_another_digest() -> ForgedLog:
    log = ForgedLog()
    log.say(EnforcePolicy(policy=small_policy(), policy_sha256="d" * 64))
    for user in ("a.moreno", "j.okafor", "executor@desk"):
        log.enrol(signer_of(user))
    log.execute(log.decide(log.propose()))
    return log


def no_rights_at_all() -> ForgedLog:
    log = ForgedLog()
    for user in ("a.moreno", "j.okafor", "executor@desk"):
        log.enrol(signer_of(user))
    log.execute(log.decide(log.propose()))
    return log


def facts_with_another_digest() -> ForgedLog:
    log = ForgedLog().found()
    plain = whole_terms()
    log.propose(of=replace(plain, evidence=replace(plain.evidence, facts_sha256="d" * 64)))
    return log


def trust_head_left_out() -> ForgedLog:
    log = honest()
    log.rows[7] = replace(log.rows[7], trust_sha256=log.rows[6].trust_sha256[::-1])
    return log


def refused_by_the_hub_but_carried_out() -> ForgedLog:
    log = honest()
    log.rows[7] = replace(log.rows[7], outcome=HubOutcome.FORBIDDEN)
    return log


def proposal_refused_but_decided() -> ForgedLog:
    log = honest()
    log.rows[6] = replace(log.rows[6], outcome=HubOutcome.FORBIDDEN)
    return log


FORGED: dict[str, Forgery] = {
    each.__name__.replace("_", " "): each
    for each in (
        approved_by_the_proposer,
        approved_with_a_second_key,
        approved_by_a_planner,
        proposed_without_the_role,
        approved_by_somebody_without_rights,
        approved_with_a_revoked_key,
        approved_with_a_key_let_in_later,
        approved_above_a_lowered_limit,
        approved_by_one_where_it_takes_two,
        approved_twice_by_one_person,
        forbidden_by_a_row,
        in_another_currency,
        on_other_terms,
        on_another_proposal,
        naming_another_proposer,
        offline_where_it_is_online_only,
        executed_twice,
        executed_after_a_rejection,
        executed_after_a_request_of_changes,
        executed_on_a_rejection,
        proposed_twice,
        proposed_when_expired,
        trust_by_somebody_else,
        a_key_under_another_name,
        a_key_of_one_enrolled_for_another,
        a_key_enrolled_twice,
        rights_with_another_digest,
        no_rights_at_all,
        facts_with_another_digest,
        trust_head_left_out,
        refused_by_the_hub_but_carried_out,
        proposal_refused_but_decided,
    )
} | {
    "decided after the expiry": decided(
        issued_at=START + timedelta(days=1, minutes=1), expires_at=START + timedelta(days=2)
    ),
    "decision with another expiry": decided(expires_at=START + timedelta(days=3)),
    "decision recorded too late": decided(late=timedelta(hours=5)),
    "offline decision recorded too late": decided(offline=True, late=timedelta(hours=5)),
    "carried out by a planner": executed("a.moreno"),
    "another command carried out": executed(command_key="01JD9ZK3V0000000000000000A-2"),
    "another payload carried out": executed(request_sha256="d" * 64),
    "outcome of another decision": executed(decision_sha256="d" * 64),
    "outcome at another place": executed(hub_index=3),
    "outcome at no place": executed(hub_index=None),
    "outcome of another action": executed(action_id="01JD9ZK3V0000000000000000B"),
    "outcome in another system": executed(source=SourceName("wms")),
    "ended before it began": executed(started_at=START + timedelta(minutes=9)),
}


@pytest.mark.parametrize("name", FORGED)
def test_no_trail_that_breaks_the_rules_is_believed_even_signed_by_the_hub(name: str) -> None:
    assert refusal(packed(FORGED[name]().document())) != BELIEVED


@pytest.mark.parametrize("result", [CommandResult.REJECTED, CommandResult.CONFLICT, CommandResult.SUCCEEDED])
def test_every_outcome_that_happened_is_believed(result: CommandResult) -> None:
    report = verify(packed(executed(result=result)().document())[:-1])
    assert report["actions"][0]["commands"][0]["outcome"] == result


def test_what_the_hub_refused_is_shown_and_takes_no_effect() -> None:
    log = ForgedLog().found()
    asked = log.propose()
    log.decide(asked, "a.moreno", outcome=HubOutcome.FORBIDDEN)
    report = verify(packed(log.document())[:-1])
    assert report["actions"][0]["state"] == "submitted"
    assert [each["by"] for each in report["refused_by_the_hub"]] == ["a.moreno"]
