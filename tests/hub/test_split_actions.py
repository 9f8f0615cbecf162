"""An amount that is split, a right that is lent: desk, hub and executor catch or let through the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.hub.enrolment import EnrolmentRequest, prove_possession
from app.hub.hub_database import open_hub_database
from app.hub.hub_log import HubLog
from app.services.approval_room import ApprovalRoom, Signer
from app.services.decide import DecisionRequest, decide
from app.services.execute import Executor
from app.services.propose import propose
from app.signing.receipts import HubOutcome
from app.signing.statements import SignedEntry
from domain.approval_states import ApprovalState
from domain.approvals import Verdict
from domain.day_limits import LimitScope
from domain.errors import RefusedError
from domain.ids import CustomerId
from domain.rights import RightsPolicy
from tests.support.approval_desk import ERP, CountingSystem, Desk, TurnedClock, default_policy
from tests.support.hub_site import hub_key
from tests.support.rights_cases import day_limit, lent, limited_policy

#: Two actions of the tests' 250,000 are within it, three are not.
LIMITED = limited_policy(day_limit(600_000))
FREE = default_policy()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, clock=TurnedClock())
    yield desk
    desk.close()


def approve(
    room: ApprovalRoom, desk: Desk, proposal: SignedEntry, signer: Signer | None = None
) -> SignedEntry:
    request = DecisionRequest(action_id=proposal.action_id, verdict=Verdict.APPROVE, reason="Yes.")
    return decide(room, signer or desk.people["j.okafor"], request, desk.facts.fresh)


def open_log(folder: Path, desk: Desk, policy: RightsPolicy) -> HubLog:
    engine = open_hub_database(f"sqlite:///{folder / 'hub.db'}")
    log = HubLog(engine=engine, policy=policy, key=hub_key(), clock=desk.clock)
    for signer in desk.people.values():
        owner, public = signer.key.owner, signer.key.public
        log.enrol(
            EnrolmentRequest(owner=owner, public_key=public, proof=prove_possession(signer.key)), token=""
        )
    return log


def test_the_desk_catches_the_third_part(desk: Desk) -> None:
    room = replace(desk.room, policy=LIMITED)
    proposals = [desk.propose(number=number) for number in (1, 2, 3)]
    for proposal in proposals[:2]:
        approve(room, desk, proposal)
    with pytest.raises(
        RefusedError, match=r"24 hours allow \(distributor-default v1, row reallocate-approver\)"
    ):
        approve(room, desk, proposals[2])
    desk.clock.turn(timedelta(hours=23, minutes=58))
    with pytest.raises(RefusedError, match="24 hours"):
        approve(room, desk, proposals[2])


def test_the_hub_catches_it_when_the_desk_does_not(desk: Desk, tmp_path: Path) -> None:
    log = open_log(tmp_path, desk, LIMITED)
    outcomes = []
    for number in (1, 2, 3):
        proposal = desk.propose(number=number)
        decision = approve(replace(desk.room, policy=FREE), desk, proposal)
        log.append(proposal.envelope, f"p{number}")
        outcomes.append(log.append(decision.envelope, f"d{number}"))
    assert [each.outcome for each in outcomes] == [HubOutcome.ACCEPTED] * 2 + [HubOutcome.FORBIDDEN]
    assert "24 hours" in outcomes[2].why


def test_a_customer_is_granted_no_more_by_splitting_it_over_people(desk: Desk, tmp_path: Path) -> None:
    limited = limited_policy(day_limit(400_000, LimitScope.CUSTOMER))
    log = open_log(tmp_path, desk, limited)
    outcomes = []
    asked = (("j.okafor", "C-1"), ("m.silva", "C-1"), ("m.silva", "C-2"))
    for number, (user, customer) in enumerate(asked, start=1):
        request = replace(desk.request(number=number), customer_id=CustomerId(customer))
        proposal = propose(desk.room, desk.people["a.moreno"], request)
        decision = approve(replace(desk.room, policy=FREE), desk, proposal, desk.people[user])
        log.append(proposal.envelope, f"p{number}")
        outcomes.append(log.append(decision.envelope, f"d{number}"))
    forbidden = [each.outcome is HubOutcome.FORBIDDEN for each in outcomes]
    assert forbidden == [False, True, False]
    assert "for C-1 than 24 hours allow" in outcomes[1].why


def test_the_executor_catches_it_when_nobody_else_did(desk: Desk) -> None:
    proposals = [desk.propose(number=number) for number in (1, 2, 3)]
    for proposal in proposals:
        approve(replace(desk.room, policy=FREE), desk, proposal)
    system = CountingSystem()
    executor = Executor(
        room=replace(desk.room, policy=LIMITED),
        connectors={ERP: system},
        fresh=desk.facts.fresh,
        signer=desk.people["executor@desk"],
        jitter=lambda: 0.0,
    )
    report = executor.run_once()
    ((held, why),) = report.held
    assert "24 hours" in why
    assert desk.ledger.approval(held).state is ApprovalState.STALE
    assert len(system.effects) == 2
    states = [desk.ledger.approval(p.action_id).state for p in proposals[:2]]
    assert states == [ApprovalState.EXECUTED] * 2


def test_a_request_of_changes_settles_at_the_hub(desk: Desk, tmp_path: Path) -> None:
    room = replace(desk.room, hub_key=hub_key().public)
    log = open_log(tmp_path, desk, FREE)
    proposal = desk.propose()
    request = DecisionRequest(
        action_id=proposal.action_id, verdict=Verdict.REQUEST_CHANGES, reason="Half of it."
    )
    entries = [decide(room, desk.people["j.okafor"], request, desk.facts.fresh)]
    entries.append(approve(room, desk, proposal, desk.people["m.silva"]))
    log.append(proposal.envelope, "p")
    asked, late = (log.append(entry.envelope, str(n)) for n, entry in enumerate(entries))
    assert (asked.outcome, late.outcome) == (HubOutcome.ACCEPTED, HubOutcome.ALREADY_DECIDED)
    assert "j.okafor asked to change it first" in late.why


def test_a_delegate_decides_until_the_end_of_it_everywhere(desk: Desk, tmp_path: Path) -> None:
    policy = limited_policy(delegations=(lent(),))
    log = open_log(tmp_path, desk, policy)
    room, delegate = replace(desk.room, policy=policy), replace(desk.people["a.moreno"], role="supervisor")
    first, second = (propose(room, desk.people["m.silva"], desk.request(number=n)) for n in (1, 2))
    decision = approve(room, desk, first, delegate)
    recorded = [log.append(each.envelope, str(n)).outcome for n, each in enumerate((first, second, decision))]
    assert recorded == [HubOutcome.ACCEPTED] * 3
    system = CountingSystem()
    executor = Executor(
        room=room,
        connectors={ERP: system},
        fresh=desk.facts.fresh,
        signer=desk.people["executor@desk"],
        jitter=lambda: 0.0,
    )
    desk.clock.turn(timedelta(hours=9))
    with pytest.raises(RefusedError, match="does not hold the role supervisor"):
        approve(room, desk, second, delegate)
    late = approve(replace(room, policy=_longer()), desk, second, delegate)
    assert log.append(late.envelope, "late").outcome is HubOutcome.FORBIDDEN
    report = executor.run_once()
    assert [why for _, why in report.held] != []
    assert list(system.effects) == [f"{first.action_id}-1"]


def _longer() -> RightsPolicy:
    return limited_policy(delegations=(lent(ends=timedelta(days=2)),))
