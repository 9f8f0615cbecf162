"""Decision rights have one verdict, that of desk, hub and executor, for every case of the matrix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count, product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from app.hub.ballot import Ballot
from app.hub.hub_database import open_hub_database
from app.hub.hub_schema import APPROVAL
from app.hub.judgement import Judge
from app.services.approval_room import ApprovalRoom, Signer
from app.services.authority import require_authority
from app.services.decide import DecisionRequest, prepare_decision
from app.signing.receipts import HubOutcome
from app.signing.statements import SignedEntry, sign_value
from app.store.ledger_machines import Cause
from app.store.ledger_transaction import Standing
from app.store.ledger_views import ApprovalView, DecisionRow
from domain.approval_states import ApprovalState
from domain.approvals import CHAIN_START, Amount, AmountBasis, Decision, Proposal, Terms, Verdict
from domain.day_limits import assent_of
from domain.errors import RefusedError
from domain.recommendations import Remedy
from domain.rights import RightsPolicy
from tests.support.approval_desk import START, Desk, TurnedClock, default_policy
from tests.support.approval_values import terms
from tests.support.rights_cases import graded_policy, lent, limited_policy

PROPOSERS = ("a.moreno", "j.okafor")
DECIDERS = ("a.moreno", "j.okafor", "m.silva", "r.ito")
ROLES = ("planner", "supervisor", "manager")
EXPIRES = START + timedelta(days=1)


def policy() -> RightsPolicy:
    """The default rights and limits; j.okafor lends a.moreno the role for five million."""
    return limited_policy(*default_policy().limits, delegations=(lent(up_to=5_000_000),))


def amounts(remedy: Remedy) -> list[int]:
    """Around both limits of a remedy; where there are none, anything."""
    rows = [row for row in default_policy().rows if row.remedy is remedy]
    limits = sorted({row.up_to_minor for row in rows if row.up_to_minor is not None}) or [100, 1000]
    return sorted({step + limit for limit in limits for step in (0, 1)} | {1, 100, 5_000_000, 5_000_001})


def terms_of(action_id: str, remedy: Remedy, minor: int) -> Terms:
    """Terms of one command that expects nothing of any record."""
    plain = terms()
    command = replace(plain.commands[0], key=f"{action_id}-1", expected=())
    amount = Amount(currency="USD", minor=minor, basis=AmountBasis.VALUE)
    return replace(plain, action_id=action_id, remedy=remedy, amount=amount, commands=(command,))


@dataclass
class Three:
    """A desk, a hub and an executor with the same proposals and the same rights."""

    desk: Desk
    room: ApprovalRoom
    connection: Connection
    envelopes: dict[str, bytes]
    numbers: Iterator[int]

    def propose(
        self, proposer: str, remedy: Remedy, minor: int, *, approved: bool = False, **changes: Any
    ) -> tuple[SignedEntry, ApprovalView]:
        """Put a proposal before all three, whether its proposer might propose it or not."""
        signer = self.desk.people[proposer]
        action_id = f"01JD9ZK3V0{next(self.numbers):016d}"
        with self.desk.ledger.transaction() as tx:
            head = tx.head(signer.key.public.keyid)
            value = Proposal(
                terms=replace(terms_of(action_id, remedy, minor), **changes),
                actor=signer.actor,
                reason="The line would ship late.",
                issued_at=START,
                expires_at=EXPIRES,
                seq=head.next_seq,
                prev=head.prev,
            )
            entry = sign_value(value, signer.key)
            tx.append(entry, START)
            tx.open_approval(entry, value, 1, START)
            if approved:
                cause = Cause(actor="test", why="as if", at=START)
                tx.machines.move_approval(action_id, ApprovalState.APPROVED, cause)
        self.envelopes[entry.sha256] = entry.envelope
        state = "approved" if approved else "submitted"
        row = {"action_id": action_id, "state": state, "proposal_sha256": entry.sha256}
        self.connection.execute(insert(APPROVAL).values(**row, min_approvers=1))
        self.connection.commit()
        return entry, self.desk.ledger.approval(action_id)

    def desk_says(self, signer: Signer, action_id: str, verdict: Verdict) -> bool:
        request = DecisionRequest(action_id=action_id, verdict=verdict, reason="I compared it.")
        try:
            prepare_decision(self.room, signer, request, self.desk.facts.fresh)
        except RefusedError:
            return False
        return True

    def hub_says(self, entry: SignedEntry) -> bool:
        judge = Judge(
            ballot=Ballot(self.connection),
            policy=self.room.policy,
            now=START,
            envelope_of=self.envelopes.__getitem__,
        )
        outcome = judge.judge(entry, 1).outcome
        self.connection.rollback()
        assert outcome in {HubOutcome.ACCEPTED, HubOutcome.FORBIDDEN}
        return outcome is HubOutcome.ACCEPTED

    def executor_says(self, entry: SignedEntry, view: ApprovalView) -> bool:
        assert isinstance(entry.value, Decision)
        row = DecisionRow(
            entry=entry, decision=entry.value, standing=Standing.RECORDED, why="", hub_index=None
        )
        try:
            require_authority(self.room, replace(view, state=ApprovalState.APPROVED, decisions=(row,)))
        except RefusedError as error:
            return "and has 1" in error.what
        return True


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Three]:
    folder: Path = tmp_path_factory.mktemp("three")
    desk = Desk(folder, clock=TurnedClock())
    engine = open_hub_database(f"sqlite:///{folder / 'hub.db'}")
    with engine.connect() as connection:
        room = replace(desk.room, policy=policy())
        yield Three(desk=desk, room=room, connection=connection, envelopes={}, numbers=count(1))
    engine.dispose()
    desk.close()


def decision_on(proposal: SignedEntry, signer: Signer, verdict: Verdict) -> SignedEntry:
    asked = proposal.value
    assert isinstance(asked, Proposal)
    value = Decision(
        terms=asked.terms,
        verdict=verdict,
        proposer=asked.actor.user_id,
        proposal_sha256=proposal.sha256,
        actor=signer.actor,
        reason="I compared it.",
        issued_at=START,
        expires_at=EXPIRES,
        offline=False,
        seq=1,
        prev=CHAIN_START,
    )
    return sign_value(value, signer.key)


@pytest.mark.parametrize("remedy", Remedy)
def test_every_case_has_one_verdict(three: Three, remedy: Remedy) -> None:
    seen, yes = 0, 0
    for minor, proposer in product(amounts(remedy), PROPOSERS):
        proposal, view = three.propose(proposer, remedy, minor)
        for user, role, verdict in product(DECIDERS, ROLES, (Verdict.APPROVE, Verdict.REJECT)):
            signer = replace(three.desk.people[user], role=role)
            entry = decision_on(proposal, signer, verdict)
            assert isinstance(entry.value, Decision)
            ruling = three.room.policy.judge_decision(entry.value, proposal.value.actor.user_id, ())
            case = (minor, proposer, user, role, verdict)
            assert three.desk_says(signer, view.action_id, verdict) is ruling.allowed, case
            assert three.hub_says(entry) is ruling.allowed, case
            if verdict is Verdict.APPROVE:
                assert three.executor_says(entry, view) is ruling.allowed, case
            seen, yes = seen + 1, yes + ruling.allowed
    assert seen >= 24 * 10
    assert (yes > 0) is (remedy is not Remedy.DO_NOTHING)


@pytest.mark.parametrize("remedy", [Remedy.REALLOCATE, Remedy.RELEASE_CREDIT_HOLD, Remedy.DO_NOTHING])
def test_revoking_has_one_verdict(three: Three, remedy: Remedy) -> None:
    verdicts = set()
    for minor, proposer in product(amounts(remedy), PROPOSERS):
        proposal, view = three.propose(proposer, remedy, minor, approved=True)
        for user, role in product(DECIDERS, ROLES):
            signer = replace(three.desk.people[user], role=role)
            entry = decision_on(proposal, signer, Verdict.REVOKE)
            assert isinstance(entry.value, Decision)
            ruling = three.room.policy.may_revoke(assent_of(entry.value), proposal.value.actor.user_id, ())
            case = (minor, proposer, user, role)
            assert three.desk_says(signer, view.action_id, Verdict.REVOKE) is ruling.allowed, case
            assert three.hub_says(entry) is ruling.allowed, case
            verdicts.add(ruling.allowed)
    assert verdicts == ({False} if remedy is Remedy.DO_NOTHING else {False, True})


@pytest.mark.parametrize(
    ("gap_bp", "regulated"), list(product((0, 1_000, 1_001, 4_000, 4_001), (False, True)))
)
def test_confidence_and_regulated_goods_have_one_verdict(three: Three, gap_bp: int, regulated: bool) -> None:
    plain = three.room
    three.room = replace(plain, policy=graded_policy())
    subject = terms().recommendation
    subject = replace(subject, trail=replace(subject.trail, gap_bp=gap_bp))
    seen = set()
    for minor in (100, 101, 1_000, 1_001):
        proposal, view = three.propose(
            "a.moreno", Remedy.REALLOCATE, minor, recommendation=subject, regulated=regulated
        )
        for user, role in product(DECIDERS, ROLES):
            signer = replace(three.desk.people[user], role=role)
            entry = decision_on(proposal, signer, Verdict.APPROVE)
            assert isinstance(entry.value, Decision)
            ruling = three.room.policy.judge_decision(entry.value, proposal.value.actor.user_id, ())
            case = (minor, user, role)
            assert three.desk_says(signer, view.action_id, Verdict.APPROVE) is ruling.allowed, case
            assert three.hub_says(entry) is ruling.allowed, case
            assert three.executor_says(entry, view) is ruling.allowed, case
            seen.add((ruling.policy_row.row, ruling.allowed))
    three.room = plain
    spoken = {row for row, allowed in seen if allowed}
    if regulated:
        assert spoken == ({"regulated"} if gap_bp <= 1_000 else set())
    else:
        assert spoken == ({"sure"} if gap_bp <= 1_000 else {"unsure"} if gap_bp <= 4_000 else set())


def test_the_matrix_is_large() -> None:
    a_proposal = len(DECIDERS) * len(ROLES) * 2
    assert sum(len(amounts(remedy)) for remedy in Remedy) * len(PROPOSERS) * a_proposal >= 3_000
