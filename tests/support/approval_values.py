"""Sample values of everything that is signed."""

from __future__ import annotations

from datetime import timedelta

from app.signing.canonical import digest_of
from domain.approvals import (
    CHAIN_START,
    Actor,
    Alternative,
    Amount,
    AmountBasis,
    Decision,
    Evidence,
    Execution,
    PlannedCommand,
    PolicyRow,
    Proposal,
    Terms,
    Verdict,
)
from domain.commands import CommandResult, ExpectedVersion
from domain.ids import UserId
from domain.recommendations import Remedy
from domain.subjects import CaseSubject, RecommendationSubject
from tests.support.approval_desk import ERP, START, reallocation, recommendation_for, short_case

ACTION_ID = "01JD9ZK3V0000000000000000A"
DIGEST = "a" * 64
ACTOR = Actor(user_id=UserId("a.moreno"), role="planner", device_id="desk-1", keyid="b" * 64)


def terms() -> Terms:
    """What is proposed: one command on one line."""
    case = short_case()
    recommendation = recommendation_for(case, reallocation())
    return Terms(
        action_id=ACTION_ID,
        case=CaseSubject(
            case_id=case.case_id, code=case.code, title=case.title, entity=case.entity, sha256=digest_of(case)
        ),
        remedy=Remedy.REALLOCATE,
        option_id="act",
        option_label="Ship from DC-2",
        amount=Amount(currency="USD", minor=250_000, basis=AmountBasis.EXPOSURE),
        commands=(
            PlannedCommand(
                key=f"{ACTION_ID}-1",
                source=ERP,
                action=reallocation(),
                payload_sha256=digest_of(reallocation()),
                expected=(ExpectedVersion(ref=case.entity, version="1", fields_sha256=DIGEST),),
            ),
        ),
        evidence=Evidence(facts=case.evidence, facts_sha256=digest_of(case.evidence), as_of=START),
        recommendation=RecommendationSubject(
            recommendation_id="REC-1", sha256=digest_of(recommendation), trail=recommendation.trail
        ),
        alternatives=(
            Alternative(
                option_id="rest",
                remedy=Remedy.DO_NOTHING,
                label="Do nothing",
                cost_delta_cents=0,
                late_orders=1,
            ),
        ),
        policy=PolicyRow(policy_id="distributor-default", version=1, row="reallocate-1"),
    )


def proposal(of: Terms | None = None, actor: Actor = ACTOR) -> Proposal:
    """A proposal, the first entry of its device."""
    return Proposal(
        terms=of or terms(),
        actor=actor,
        reason="The line would ship late.",
        issued_at=START,
        expires_at=START + timedelta(days=1),
        seq=1,
        prev=CHAIN_START,
    )


def decision(of: Terms | None = None, actor: Actor = ACTOR) -> Decision:
    """An approval of it."""
    return Decision(
        terms=of or terms(),
        verdict=Verdict.APPROVE,
        proposer=UserId("a.moreno"),
        proposal_sha256=DIGEST,
        actor=actor,
        reason="I compared the code.",
        issued_at=START + timedelta(minutes=5),
        expires_at=START + timedelta(days=1),
        offline=True,
        seq=2,
        prev=DIGEST,
    )


def execution(hub_index: int | None = None, actor: Actor = ACTOR) -> Execution:
    """The outcome of its command."""
    return Execution(
        action_id=ACTION_ID,
        command_key=f"{ACTION_ID}-1",
        source=ERP,
        attempt=1,
        result=CommandResult.SUCCEEDED,
        message="done",
        request_sha256=DIGEST,
        decision_sha256=DIGEST,
        upstream_version="2",
        probed=False,
        started_at=START,
        issued_at=START + timedelta(seconds=1),
        actor=actor,
        seq=3,
        prev=DIGEST,
        hub_index=hub_index,
    )
