"""Saying yes or no to a proposal, or revoking a yes: what is shown is parsed from the bytes to be signed."""

from __future__ import annotations

from dataclasses import dataclass

from app.services.approval_room import (
    ApprovalRoom,
    FreshVersions,
    Signer,
    changed_since,
    stale_error,
)
from app.services.propose import not_permitted
from app.signing.statements import SignedEntry, open_entry, preview, read_payload, sign_value
from app.store.ledger_machines import Cause
from app.store.ledger_transaction import Standing
from app.store.ledger_views import ApprovalView
from domain.approval_states import OPEN_TO, ApprovalState
from domain.approvals import Decision, Proposal, Verdict
from domain.day_limits import assent_to
from domain.errors import ConflictError, RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRequest:
    """What an approver wants to say; ``offline`` tells that the hub cannot be reached now."""

    action_id: str
    verdict: Verdict
    reason: str
    offline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedDecision:
    """A decision before it is signed: the payload bytes, and what they say when read back."""

    payload: bytes
    decision: Decision
    proposal: SignedEntry

    @property
    def code(self) -> str:
        """The eight characters to compare with the proposer's: they digest the proposal."""
        return self.proposal.code


def decide(room: ApprovalRoom, signer: Signer, request: DecisionRequest, fresh: FreshVersions) -> SignedEntry:
    """Prepare and sign at once, for commands and automation.

    Raises:
        RefusedError: no right, not another person, already decided, expired, or online only.
        ConflictError: the facts changed since the proposal; it is then held as stale.
    """
    return sign_decision(room, signer, prepare_decision(room, signer, request, fresh))


def prepare_decision(
    room: ApprovalRoom, signer: Signer, request: DecisionRequest, fresh: FreshVersions
) -> PreparedDecision:
    """Check everything and write the payload that the approver is to read and sign.

    Raises:
        RefusedError: no right, not another person, already decided, expired, or online only.
        ConflictError: the facts changed since the proposal; it is then held as stale.
    """
    view = room.ledger.approval(request.action_id)
    entry, proposal = _verified_proposal(room, view)
    _require_open(room, view, signer, request.verdict)
    _require_right(room, signer, proposal, view, request)
    if request.verdict is Verdict.APPROVE:
        _require_fresh(room, signer, proposal, fresh)
    head = room.ledger.head(signer.key.public.keyid)
    written = Decision(
        terms=proposal.terms,
        verdict=request.verdict,
        proposer=proposal.actor.user_id,
        proposal_sha256=entry.sha256,
        actor=signer.actor,
        reason=request.reason.strip(),
        issued_at=room.now(),
        expires_at=proposal.expires_at,
        offline=request.offline,
        seq=head.next_seq,
        prev=head.prev,
    )
    payload = preview(written)
    shown = read_payload(payload)
    if not isinstance(shown, Decision):
        raise TypeError(type(shown).__name__)
    return PreparedDecision(payload=payload, decision=shown, proposal=entry)


def sign_decision(room: ApprovalRoom, signer: Signer, prepared: PreparedDecision) -> SignedEntry:
    """Sign exactly the prepared bytes; append them with the commands and the way to the hub, together.

    Raises:
        RefusedError: it was decided meanwhile.
        ConflictError: something else was signed with this key since it was prepared.
    """
    entry = sign_value(prepared.decision, signer.key)
    if entry.payload != prepared.payload:
        raise ConflictError(what="The bytes to sign are not the bytes shown.", remedy="Open it again.")
    decision, now = prepared.decision, room.now()
    action_id = decision.terms.action_id
    with room.ledger.transaction() as tx:
        _require_open(room, room.ledger.approval(action_id), signer, decision.verdict)
        if tx.head(signer.key.public.keyid).prev != decision.prev:
            raise ConflictError(
                what="Something else was signed with this key since this was shown.", remedy="Open it again."
            )
        tx.append(entry, now)
        tx.add_decision(entry, decision, plan_commands=decision.verdict is Verdict.APPROVE)
        if room.hub_key is not None:
            tx.enqueue(entry, now)
        else:
            cause = Cause(
                actor=decision.actor.user_id, why=decision.reason, at=now, entry_sha256=entry.sha256
            )
            tx.record_decision(entry.sha256, cause)
    return entry


def _verified_proposal(room: ApprovalRoom, view: ApprovalView) -> tuple[SignedEntry, Proposal]:
    entry = open_entry(view.entry.envelope, room.ledger.public_key)
    if not isinstance(entry.value, Proposal):
        raise TypeError(entry.predicate_type)
    return entry, entry.value


def _require_open(room: ApprovalRoom, view: ApprovalView, signer: Signer, verdict: Verdict) -> None:
    me = signer.key.owner.user_id
    if view.state not in OPEN_TO[verdict]:
        raise _too_late(view, verdict)
    revokes = verdict is Verdict.REVOKE
    mine = (
        d
        for d in view.decisions
        if d.decision.actor.user_id == me and (d.decision.verdict is Verdict.REVOKE) is revokes
    )
    if any(d.standing is not Standing.REFUSED for d in mine):
        raise RefusedError(
            what=f"{me} has already decided on {view.action_id}.",
            remedy="Wait for the hub to record it, or for another approver.",
        )
    if view.expires_at <= room.now():
        raise RefusedError(
            what=f"The proposal {view.action_id} expired.", remedy="Have it proposed again with fresh facts."
        )


def _too_late(view: ApprovalView, verdict: Verdict) -> RefusedError:
    state = view.state.replace("_", " ")
    if verdict is not Verdict.REVOKE:
        return RefusedError(
            what=f"The proposal {view.action_id} is {state} already.", remedy="Nothing is left to decide."
        )
    if view.state is ApprovalState.SUBMITTED:
        return RefusedError(
            what=f"Nobody approved {view.action_id} yet.", remedy="Reject it, or ask for changes."
        )
    return RefusedError(
        what=f"The action {view.action_id} is {state}: it can be revoked only before it is begun.",
        remedy="Propose what puts it right; that is an action of its own.",
    )


def _require_right(
    room: ApprovalRoom, signer: Signer, proposal: Proposal, view: ApprovalView, request: DecisionRequest
) -> None:
    terms, actor = proposal.terms, signer.actor
    assent = assent_to(terms, actor.user_id, actor.role, room.now())
    if request.verdict is Verdict.REVOKE:
        ruling = room.policy.may_revoke(assent, proposal.actor.user_id, view.approvers)
    elif request.verdict is Verdict.APPROVE:
        before = room.approved_before(assent)
        ruling = room.policy.may_approve(assent, proposal.actor.user_id, before)
    else:
        ruling = room.policy.may_decide(assent, proposal.actor.user_id)
    if not ruling.allowed:
        raise not_permitted(ruling.why, ruling.policy_row)
    if request.offline and not ruling.offline_for and request.verdict is not Verdict.REVOKE:
        raise not_permitted(
            f"{terms.remedy.replace('_', ' ')} is decided online only, and the hub cannot be reached",
            ruling.policy_row,
        )


def _require_fresh(room: ApprovalRoom, signer: Signer, proposal: Proposal, fresh: FreshVersions) -> None:
    changed = changed_since(proposal.terms.expected, fresh)
    if not changed:
        return
    error = stale_error(changed)
    cause = Cause(actor=signer.key.owner.user_id, why=error.what, at=room.now())
    with room.ledger.transaction() as tx:
        tx.machines.move_approval(proposal.terms.action_id, ApprovalState.STALE, cause)
    raise error
