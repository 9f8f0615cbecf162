"""What the hub makes of an entry whose signature and chain hold: accepted, or why not.

The same rights, four-eyes and expiry rules as on the desk, judged by the hub's own clock; the first
decision that settles a proposal wins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, insert, select, update

from app.hub.assents import assents_before, keep_assent
from app.hub.hub_schema import APPROVAL, RECORDED_DECISION
from app.signing.receipts import HubOutcome
from app.signing.statements import SignedEntry, read_unverified
from domain.approval_states import ENDED_BY, UNDECIDED, ApprovalState
from domain.approvals import Decision, Execution, Proposal, Verdict
from domain.day_limits import assent_of
from domain.decision_times import why_not_in_time
from domain.rights import EXECUTOR_ROLE, RightsPolicy

if TYPE_CHECKING:
    from domain.rights import Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The outcome of an entry, and why."""

    outcome: HubOutcome
    why: str = ""


_SAID = {
    Verdict.APPROVE: "approved",
    Verdict.REJECT: "rejected",
    Verdict.REQUEST_CHANGES: "asked to change",
}
_ACCEPTED = Judgement(outcome=HubOutcome.ACCEPTED)


class Judge:
    """Judges entries by a policy, inside one transaction of the log."""

    def __init__(
        self,
        *,
        connection: Connection,
        policy: RightsPolicy,
        now: datetime,
        envelope_of: Callable[[str], bytes],
    ) -> None:
        """Judge as of ``now``, the hub's clock; ``envelope_of`` gives an entry of the log by its digest."""
        self._connection = connection
        self._envelope_of = envelope_of
        self._policy = policy
        self._now = now

    def judge(self, entry: SignedEntry, idx: int) -> Judgement:
        """Judge an entry that becomes number ``idx``, and keep what follows from it."""
        value = entry.value
        if isinstance(value, Proposal):
            return self._proposal(entry, value)
        if isinstance(value, Decision):
            return self._decision(value, idx)
        return self._execution(value)

    def _proposal(self, entry: SignedEntry, value: Proposal) -> Judgement:
        terms, actor = value.terms, value.actor
        ruling = self._policy.may_propose(actor.user_id, actor.role, terms.remedy, terms.amount)
        if not ruling.allowed:
            return _forbidden(ruling)
        if value.expires_at <= self._now:
            return Judgement(outcome=HubOutcome.EXPIRED, why="the proposal arrived after it expired")
        if self._approval(terms.action_id) is not None:
            return Judgement(outcome=HubOutcome.FORBIDDEN, why="the action id is taken by another proposal")
        self._connection.execute(
            insert(APPROVAL).values(
                action_id=terms.action_id,
                state=str(ApprovalState.SUBMITTED),
                proposal_sha256=entry.sha256,
                min_approvers=ruling.min_approvers,
            )
        )
        return _ACCEPTED

    def _decision(self, value: Decision, idx: int) -> Judgement:
        terms, actor = value.terms, value.actor
        approval = self._approval(terms.action_id)
        if approval is None or approval[1] != value.proposal_sha256:
            return Judgement(outcome=HubOutcome.UNKNOWN_SUBJECT, why="the proposal is not in the log")
        proposal = self._proposal_of(value.proposal_sha256)
        if proposal.terms != terms or proposal.actor.user_id != value.proposer:
            return Judgement(outcome=HubOutcome.FORBIDDEN, why="the decision is on other terms than proposed")
        assent = assent_of(value)
        before = assents_before(self._connection, assent, self._policy)
        ruling = self._policy.judge_decision(value, proposal.actor.user_id, before)
        if not ruling.allowed:
            return _forbidden(ruling)
        late = why_not_in_time(value, proposal, ruling.offline_for, self._now)
        if late:
            return Judgement(outcome=HubOutcome.EXPIRED, why=late)
        if approval[0] not in UNDECIDED or self._has_decided(terms.action_id, actor.user_id):
            return Judgement(outcome=HubOutcome.ALREADY_DECIDED, why=self._winner(terms.action_id))
        self._connection.execute(
            insert(RECORDED_DECISION).values(
                action_id=terms.action_id, user_id=actor.user_id, verdict=str(value.verdict), idx=idx
            )
        )
        if value.verdict is Verdict.APPROVE:
            keep_assent(self._connection, assent, idx)
        self._settle(terms.action_id, value.verdict, approval[2])
        return _ACCEPTED

    def _execution(self, value: Execution) -> Judgement:
        actor = value.actor
        if actor.role != EXECUTOR_ROLE or EXECUTOR_ROLE not in self._policy.roles_of(actor.user_id):
            return Judgement(outcome=HubOutcome.FORBIDDEN, why=f"{actor.user_id} is no executor")
        approval = self._approval(value.action_id)
        if approval is None or approval[0] is not ApprovalState.APPROVED:
            return Judgement(outcome=HubOutcome.UNKNOWN_SUBJECT, why="nothing in the log approves it")
        return _ACCEPTED

    def _settle(self, action_id: str, verdict: Verdict, min_approvers: int) -> None:
        approvers = select(func.count()).where(
            RECORDED_DECISION.c.action_id == action_id, RECORDED_DECISION.c.verdict == str(Verdict.APPROVE)
        )
        if verdict in ENDED_BY:
            state = ENDED_BY[verdict]
        elif self._connection.execute(approvers).scalar_one() >= min_approvers:
            state = ApprovalState.APPROVED
        else:
            state = ApprovalState.PARTIAL
        self._connection.execute(
            update(APPROVAL).where(APPROVAL.c.action_id == action_id).values(state=str(state))
        )

    def _approval(self, action_id: str) -> tuple[ApprovalState, str, int] | None:
        row = self._connection.execute(
            select(APPROVAL).where(APPROVAL.c.action_id == action_id)
        ).one_or_none()
        return (
            None if row is None else (ApprovalState(row.state), row.proposal_sha256, int(row.min_approvers))
        )

    def _proposal_of(self, sha256: str) -> Proposal:
        value = read_unverified(self._envelope_of(sha256)).value
        if not isinstance(value, Proposal):
            raise TypeError(type(value).__name__)
        return value

    def _has_decided(self, action_id: str, user_id: str) -> bool:
        query = select(RECORDED_DECISION.c.idx).where(
            RECORDED_DECISION.c.action_id == action_id, RECORDED_DECISION.c.user_id == user_id
        )
        return self._connection.execute(query).one_or_none() is not None

    def _winner(self, action_id: str) -> str:
        row = self._connection.execute(
            select(RECORDED_DECISION)
            .where(RECORDED_DECISION.c.action_id == action_id)
            .order_by(RECORDED_DECISION.c.idx.desc())
            .limit(1)
        ).one()
        said = _SAID[Verdict(row.verdict)]
        return f"{row.user_id} {said} it first (record #{row.idx})"


def _forbidden(ruling: Ruling) -> Judgement:
    row = ruling.policy_row
    return Judgement(
        outcome=HubOutcome.FORBIDDEN,
        why=f"{ruling.why} ({row.policy_id} v{row.version}, row {row.row})",
    )
