"""Saying yes or no to a proposal: what is shown is parsed from the bytes that are then signed."""

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
from app.store.ledger_views import ApprovalView
from domain.approval_states import UNDECIDED, ApprovalState
from domain.approvals import Decision, Proposal, Verdict
from domain.day_limits import Assent
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
    _require_undecided(room, view, signer)
    _require_right(room, signer, proposal, request)
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
        _require_undecided(room, room.ledger.approval(action_id), signer)
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


def _require_undecided(room: ApprovalRoom, view: ApprovalView, signer: Signer) -> None:
    me = signer.key.owner.user_id
    if view.state not in UNDECIDED:
        raise RefusedError(
            what=f"The proposal {view.action_id} is {view.state.replace('_', ' ')} already.",
            remedy="Nothing is left to decide.",
        )
    if any(d.decision.actor.user_id == me and d.standing != "refused" for d in view.decisions):
        raise RefusedError(
            what=f"{me} has already decided on {view.action_id}.",
            remedy="Wait for the hub to record it, or for another approver.",
        )
    if view.expires_at <= room.now():
        raise RefusedError(
            what=f"The proposal {view.action_id} expired.", remedy="Have it proposed again with fresh facts."
        )


def _require_right(room: ApprovalRoom, signer: Signer, proposal: Proposal, request: DecisionRequest) -> None:
    terms, actor = proposal.terms, signer.actor
    assent = Assent(
        action_id=terms.action_id,
        user_id=actor.user_id,
        role=actor.role,
        remedy=terms.remedy,
        amount=terms.amount,
        at=room.now(),
        customer_id=terms.customer_id,
    )
    if request.verdict is Verdict.APPROVE:
        before = room.approved_before(assent)
        ruling = room.policy.may_approve(assent, proposal.actor.user_id, before)
    else:
        ruling = room.policy.may_decide(assent, proposal.actor.user_id)
    if not ruling.allowed:
        raise not_permitted(ruling.why, ruling.policy_row)
    if request.offline and not ruling.offline_for:
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
