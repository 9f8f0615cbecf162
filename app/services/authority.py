"""What entitles the executor to act: read anew from signed bytes, never from a state column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.services.approval_room import ApprovalRoom
from app.services.compensate import why_not_entitled
from app.signing.receipts import HubOutcome, open_receipt
from app.signing.statements import open_entry
from app.store.ledger_transaction import Standing
from app.store.ledger_views import ApprovalView, DecisionRow
from domain.approvals import Actor, Decision, Proposal, Terms, Verdict
from domain.day_limits import assent_of
from domain.decision_times import why_not_in_time
from domain.errors import RefusedError
from domain.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The terms that may be carried out, and the decision (with its record number) that says so."""

    terms: Terms
    reason: str
    decision_sha256: str
    hub_index: int | None


def require_authority(room: ApprovalRoom, view: ApprovalView) -> Authority:
    """The authority behind an approval.

    1. The proposal's signature holds, and its proposer had the right to it. 2. Each decision's signature
    holds, it names that proposal and repeats its terms. 3. With a hub, its receipt proves that the hub
    recorded it, and says accepted. 4. The rights in force permit each approver: four eyes, delegations,
    limits over a day, times. 5. There are as many different approvers as they ask for, and nobody whom the
    hub recorded revoked it.

    Raises:
        RefusedError: any of this does not hold; nothing may be carried out.
    """
    entry = open_entry(view.entry.envelope, room.ledger.public_key)
    proposal = entry.value
    if not isinstance(proposal, Proposal):
        raise _refused("it rests on something that is no proposal")
    terms, proposer = proposal.terms, proposal.actor
    _require_named(room, proposer)
    if why := why_not_entitled(room, terms, view.state):
        raise _refused(why)
    asked = room.policy.may_propose_terms(proposer.user_id, proposer.role, terms)
    if not asked.allowed:
        raise _refused(asked.why)
    approvers: set[UserId] = set()
    deciding: DecisionRow | None = None
    counted = [row for row in view.decisions if row.standing is Standing.RECORDED]
    if any(row.decision.verdict is Verdict.REVOKE for row in counted):
        raise _refused("it was revoked")
    for row in counted:
        if row.decision.verdict is not Verdict.APPROVE:
            continue
        decision = open_entry(row.entry.envelope, room.ledger.public_key).value
        if not isinstance(decision, Decision) or decision.terms != terms:
            raise _refused("a decision on it is on other terms")
        if decision.proposal_sha256 != entry.sha256:
            raise _refused("a decision on it names another proposal")
        _require_named(room, decision.actor)
        _require_rightful(room, row, decision, proposal)
        approvers.add(decision.actor.user_id)
        deciding = row
    needed = asked.min_approvers
    if deciding is None or len(approvers) < needed:
        raise _refused(f"it takes {needed} approvers and has {len(approvers)}")
    return Authority(
        terms=terms,
        reason=deciding.decision.reason,
        decision_sha256=deciding.entry.sha256,
        hub_index=deciding.hub_index,
    )


def _require_named(room: ApprovalRoom, actor: Actor) -> None:
    if not room.counts_device(actor.keyid):
        raise _refused(f"the trust root does not name the key of {actor.user_id}")


def _require_rightful(room: ApprovalRoom, row: DecisionRow, decision: Decision, proposal: Proposal) -> None:
    received_at = _received_at(room, row, decision)
    before = room.approved_before(assent_of(decision), ahead_of=row.entry.sha256)
    ruling = room.policy.judge_decision(decision, proposal.actor.user_id, before)
    if not ruling.allowed:
        raise _refused(ruling.why)
    late = why_not_in_time(decision, proposal, ruling.offline_for, received_at)
    if late:
        raise _refused(late)


def _received_at(room: ApprovalRoom, row: DecisionRow, decision: Decision) -> datetime:
    """When the hub says that it recorded a decision; without a hub it counts as soon as it is signed."""
    if room.hub_key is None:
        return decision.issued_at
    kept = room.ledger.receipt(row.entry.sha256)
    if kept is None:
        raise _refused("the hub has not recorded a decision on it")
    receipt = open_receipt(kept.envelope, room.hub_key, row.entry.envelope)
    if receipt.outcome is not HubOutcome.ACCEPTED:
        raise _refused("the hub did not accept a decision on it")
    return receipt.received_at


def _refused(why: str) -> RefusedError:
    return RefusedError(
        what=f"The approval does not entitle to act: {why}.", remedy="Propose it again; see the rights."
    )
