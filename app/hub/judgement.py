"""What the hub makes of an entry whose signature and chain hold: accepted, or why not.

The same rights, four-eyes and expiry rules as on the desk, judged by the hub's own clock; the first
decision that settles a proposal wins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.hub.ballot import Ballot, Word
from app.hub.filed_proposals import FiledProposal, filed_proposal, terms_in
from app.signing.receipts import HubOutcome
from app.signing.statements import SignedEntry, read_unverified
from domain.approval_states import (
    ENDED_BY,
    OPEN_TO,
    WHILE_TAKEN_BACK,
    ApprovalState,
    approval_may_move,
)
from domain.approvals import (
    Beginning,
    Decision,
    Ending,
    Execution,
    Proposal,
    Settlement,
    Signed,
    Terms,
    Verdict,
)
from domain.compensation import why_not_way_back
from domain.day_limits import assent_of, assent_to
from domain.decision_times import why_not_in_time
from domain.endings import UNBEGUN_ENDS, EndedAs
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
    Verdict.REVOKE: "revoked",
}
_UNDER_WAY = frozenset({ApprovalState.EXECUTING, ApprovalState.IN_DOUBT})
_ENDED = frozenset(ApprovalState(end.value) for end in EndedAs) - _UNDER_WAY
_ACCEPTED = Judgement(outcome=HubOutcome.ACCEPTED)


class Judge:
    """Judges entries by a policy, inside one transaction of the log; changes go to its ballot."""

    def __init__(
        self,
        *,
        ballot: Ballot,
        policy: RightsPolicy,
        now: datetime,
        envelope_of: Callable[[str], bytes | None],
        executors: frozenset[str] = frozenset(),
    ) -> None:
        """Judge as of ``now``, the hub's clock; ``envelope_of`` gives an entry of the log by its digest.

        ``executors`` are the keys that may carry anything out; none: the decision rights alone say who may.
        """
        self._executors = executors
        self._ballot = ballot
        self._envelope_of = envelope_of
        self._policy = policy
        self._now = now

    def judge(self, entry: SignedEntry, idx: int) -> Judgement:
        """Judge an entry that becomes number ``idx``, and keep what follows from it."""
        value = entry.value
        if isinstance(value, Proposal):
            return self._proposal(entry, value)
        if isinstance(value, Decision):
            return self._decision(value, idx, entry.payload)
        if isinstance(value, Beginning):
            return self._beginning(value)
        if isinstance(value, Ending):
            return self._ending(value)
        if isinstance(value, Settlement):
            return self._settlement(value)
        return self._execution(value)

    def _proposal(self, entry: SignedEntry, value: Proposal) -> Judgement:
        terms, actor = value.terms, value.actor
        ruling = self._policy.may_propose_terms(actor.user_id, actor.role, terms)
        if not ruling.allowed:
            return _forbidden(ruling)
        if value.expires_at <= self._now:
            return Judgement(outcome=HubOutcome.EXPIRED, why="the proposal arrived after it expired")
        if self._ballot.standing(terms.action_id) is not None:
            return Judgement(outcome=HubOutcome.FORBIDDEN, why="the action id is taken by another proposal")
        if why := self._why_not_taken_back(terms):
            return Judgement(outcome=HubOutcome.FORBIDDEN, why=why)
        self._ballot.open(terms.action_id, entry.sha256, ruling.min_approvers)
        return _ACCEPTED

    def _why_not_taken_back(self, terms: Terms) -> str:
        """Why terms do not take back what they say they do; empty when they do, or take nothing back."""
        if terms.undoes is None:
            return ""
        undone = self._ballot.standing(terms.undoes.action_id)
        ending = self._read(terms.undoes.ending_sha256)
        if undone is None or not isinstance(ending, Ending) or self._no_executor(ending):
            return "what it takes back is not in the log"
        if (ending.action_id, ending.outcome) != (terms.undoes.action_id, EndedAs.EXECUTED):
            return "it names another ending than that of what it takes back"
        done = self._read(undone.proposal_sha256)
        if undone.state is not ApprovalState.EXECUTED or not isinstance(done, Proposal):
            return f"what it takes back is {undone.state.replace('_', ' ')} by now"
        return why_not_way_back(terms, done.terms)

    def _decision(self, value: Decision, idx: int, payload: bytes) -> Judgement:
        terms, actor = value.terms, value.actor
        approval = self._ballot.standing(terms.action_id)
        if approval is None or approval.proposal_sha256 != value.proposal_sha256:
            return Judgement(outcome=HubOutcome.UNKNOWN_SUBJECT, why="the proposal is not in the log")
        proposal = self._proposal_of(value.proposal_sha256)
        if proposal.terms != terms_in(payload) or proposal.proposer != value.proposer:
            return Judgement(outcome=HubOutcome.FORBIDDEN, why="the decision is on other terms than proposed")
        assent = assent_of(value)
        if value.verdict is Verdict.REVOKE:
            approvers = self._ballot.users(terms.action_id, Verdict.APPROVE)
            ruling = self._policy.may_revoke(assent, proposal.proposer, approvers)
        else:
            before = self._ballot.assents_before(assent, self._policy)
            ruling = self._policy.judge_decision(value, proposal.proposer, before)
        if not ruling.allowed:
            return _forbidden(ruling)
        late = why_not_in_time(value, proposal, ruling.offline_for, self._now)
        if late:
            return Judgement(outcome=HubOutcome.EXPIRED, why=late)
        if approval.state not in OPEN_TO[value.verdict] or self._has_decided(value):
            return Judgement(
                outcome=HubOutcome.ALREADY_DECIDED, why=self._winner(terms.action_id, approval.state)
            )
        word = Word(user_id=actor.user_id, verdict=value.verdict, idx=idx)
        self._ballot.keep_word(terms.action_id, word)
        if value.verdict is Verdict.APPROVE:
            self._ballot.keep_assent(assent, idx)
        self._settle(terms.action_id, value.verdict, approval.min_approvers)
        return _ACCEPTED

    def _beginning(self, value: Beginning) -> Judgement:
        approval = self._ballot.standing(value.action_id)
        if why := self._no_executor(value):
            return Judgement(outcome=HubOutcome.FORBIDDEN, why=why)
        if approval is None or value.hub_index not in self._places(value):
            return Judgement(outcome=HubOutcome.UNKNOWN_SUBJECT, why="no decision in the log approves it")
        if approval.state is not ApprovalState.APPROVED:
            return Judgement(
                outcome=HubOutcome.ALREADY_DECIDED, why=self._winner(value.action_id, approval.state)
            )
        proposal = self._proposal_of(approval.proposal_sha256)
        if proposal.expires_at <= self._now:
            return Judgement(outcome=HubOutcome.EXPIRED, why="it was begun after the proposal expired")
        undone = self._ballot.standing(proposal.undone_id) if proposal.undone_id else None
        if undone is not None and undone.state is not ApprovalState.EXECUTED:
            why = f"what it takes back is {undone.state.replace('_', ' ')} by now"
            return Judgement(outcome=HubOutcome.ALREADY_DECIDED, why=why)
        self._move(value.action_id, ApprovalState.EXECUTING, proposal)
        return _ACCEPTED

    def _move(self, action_id: str, state: ApprovalState, proposal: FiledProposal) -> None:
        """Move an action that has begun or ended, and with it the one that it takes back."""
        self._ballot.move(action_id, state)
        undone = self._ballot.standing(proposal.undone_id) if proposal.undone_id else None
        wanted = WHILE_TAKEN_BACK.get(state)
        if undone is not None and wanted is not None and approval_may_move(undone.state, wanted):
            self._ballot.move(proposal.undone_id, wanted)

    def _no_executor(self, value: Beginning | Execution | Ending) -> str:
        actor = value.actor
        if self._executors and actor.keyid not in self._executors:
            return f"the trust root does not name the executor's key {actor.keyid[:12]}"
        holds = EXECUTOR_ROLE in self._policy.roles_of(actor.user_id)
        return "" if holds and actor.role == EXECUTOR_ROLE else f"{actor.user_id} is no executor"

    def _execution(self, value: Execution) -> Judgement:
        if why := self._no_executor(value):
            return Judgement(outcome=HubOutcome.FORBIDDEN, why=why)
        approval = self._ballot.standing(value.action_id)
        if approval is None or approval.state not in _UNDER_WAY:
            why = "nothing in the log approves it, or says that it began"
            return Judgement(outcome=HubOutcome.UNKNOWN_SUBJECT, why=why)
        return _ACCEPTED

    def _ending(self, value: Ending) -> Judgement:
        """The last word on an action: what was begun ends as it says, what was not begun only unsent."""
        approval = self._ballot.standing(value.action_id)
        if why := self._no_executor(value):
            return Judgement(outcome=HubOutcome.FORBIDDEN, why=why)
        if approval is None or value.hub_index not in self._places(value):
            return Judgement(outcome=HubOutcome.UNKNOWN_SUBJECT, why="no decision in the log approves it")
        proposal = self._proposal_of(approval.proposal_sha256)
        if approval.state is ApprovalState.APPROVED:
            if value.outcome not in UNBEGUN_ENDS:
                return Judgement(outcome=HubOutcome.UNKNOWN_SUBJECT, why="nothing says that it began")
            if value.outcome is EndedAs.EXPIRED and self._now < proposal.expires_at:
                return Judgement(outcome=HubOutcome.FORBIDDEN, why="it has not run out yet")
        elif approval.state not in _UNDER_WAY:
            return Judgement(
                outcome=HubOutcome.ALREADY_DECIDED, why=self._winner(value.action_id, approval.state)
            )
        self._move(value.action_id, ApprovalState(value.outcome.value), proposal)
        return _ACCEPTED

    def _settlement(self, value: Settlement) -> Judgement:
        """A person's word on a command in doubt: the first one counts, by who might decide on the action."""
        approval, ending = self._ballot.standing(value.action_id), self._read(value.ending_sha256)
        proposal = None if approval is None else self._read(approval.proposal_sha256)
        doubted = (
            isinstance(ending, Ending)
            and ending.action_id == value.action_id
            and ending.leaves_in_doubt(value.command_key)
            and not self._no_executor(ending)
        )
        if approval is None or not doubted or not isinstance(proposal, Proposal):
            why = "no executor left that command in doubt"
            return Judgement(outcome=HubOutcome.UNKNOWN_SUBJECT, why=why)
        actor = value.actor
        assent = assent_to(proposal.terms, actor.user_id, actor.role, value.issued_at)
        ruling = self._policy.may_decide(assent, proposal.actor.user_id)
        if not ruling.allowed:
            return _forbidden(ruling)
        if approval.state is not ApprovalState.IN_DOUBT:
            why = "somebody told before what became of it"
            return Judgement(outcome=HubOutcome.ALREADY_DECIDED, why=why)
        self._ballot.move(value.action_id, ApprovalState.EXECUTING)
        return _ACCEPTED

    def _settle(self, action_id: str, verdict: Verdict, min_approvers: int) -> None:
        if verdict in ENDED_BY:
            state = ENDED_BY[verdict]
        elif len(self._ballot.users(action_id, Verdict.APPROVE)) >= min_approvers:
            state = ApprovalState.APPROVED
        else:
            state = ApprovalState.PARTIAL
        self._ballot.move(action_id, state)

    def _proposal_of(self, sha256: str) -> FiledProposal:
        envelope = self._envelope_of(sha256)
        if envelope is None:
            raise LookupError(sha256)
        return filed_proposal(envelope)

    def _read(self, sha256: str) -> Signed | None:
        """An entry of the log, which was verified when it was recorded."""
        envelope = self._envelope_of(sha256)
        return None if envelope is None else read_unverified(envelope).value

    def _places(self, value: Beginning | Ending) -> frozenset[int]:
        words = self._ballot.words(value.action_id)
        return frozenset(word.idx for word in words if word.verdict is Verdict.APPROVE)

    def _has_decided(self, value: Decision) -> bool:
        """Whether that person said their word before; a revocation takes an earlier word back."""
        words = self._ballot.words(value.terms.action_id)
        said = any(word.user_id == value.actor.user_id for word in words)
        return said and value.verdict is not Verdict.REVOKE

    def _winner(self, action_id: str, state: ApprovalState) -> str:
        if state in _UNDER_WAY:
            return "it has begun"
        if state in _ENDED:
            return f"it ended: {state.replace('_', ' ')}"
        words = self._ballot.words(action_id)
        if not words:
            return "nobody approved it"
        last = words[-1]
        return f"{last.user_id} {_SAID[last.verdict]} it first (record #{last.idx})"


def _forbidden(ruling: Ruling) -> Judgement:
    row = ruling.policy_row
    return Judgement(
        outcome=HubOutcome.FORBIDDEN,
        why=f"{ruling.why} ({row.policy_id} v{row.version}, row {row.row})",
    )
