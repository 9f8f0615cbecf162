"""Proposals as the approvals page shows them; what is signed is read back from the signed bytes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from app.read_models.action_words import command_words
from app.signing.canonical import sha256_hex
from app.signing.statements import SignedEntry, open_entry
from app.store.ledger_transaction import Standing
from app.store.ledger_views import ApprovalView
from domain.approval_states import UNDECIDED, ApprovalState
from domain.approvals import Proposal, Terms
from domain.day_limits import Assent
from domain.ids import UserId
from views.approvals.state import AlternativeLine, ApprovalRow, ApprovalStage, SignedContent
from views.shell.state import Identity

if TYPE_CHECKING:
    from app.store.ledger_reads import LedgerReads
    from domain.rights import RightsPolicy

_STAGES: dict[ApprovalState, ApprovalStage] = {
    ApprovalState.SUBMITTED: ApprovalStage.WAITING,
    ApprovalState.PARTIAL: ApprovalStage.WAITING,
    ApprovalState.APPROVED: ApprovalStage.RECORDED,
    ApprovalState.REJECTED: ApprovalStage.REJECTED,
    ApprovalState.CHANGES_REQUESTED: ApprovalStage.REJECTED,
    ApprovalState.EXPIRED: ApprovalStage.EXPIRED,
    ApprovalState.STALE: ApprovalStage.HELD_STALE,
    ApprovalState.EXECUTING: ApprovalStage.EXECUTING,
    ApprovalState.IN_DOUBT: ApprovalStage.IN_DOUBT,
    ApprovalState.EXECUTED: ApprovalStage.EXECUTED,
    ApprovalState.PARTIALLY_EXECUTED: ApprovalStage.FAILED,
    ApprovalState.FAILED: ApprovalStage.FAILED,
}


def approval_rows(
    ledger: LedgerReads, policy: RightsPolicy, who: Identity, *, now: datetime
) -> tuple[ApprovalRow, ...]:
    """Every proposal this desk knows, the latest first."""
    rows = [_row(ledger, policy, view, who, now) for view in ledger.approvals()]
    return tuple(sorted(rows, key=lambda row: row.proposed_at, reverse=True))


def _row(
    ledger: LedgerReads, policy: RightsPolicy, view: ApprovalView, who: Identity, now: datetime
) -> ApprovalRow:
    entry = open_entry(view.entry.envelope, ledger.public_key)
    proposal = entry.value
    if not isinstance(proposal, Proposal):
        raise TypeError(entry.predicate_type)
    deciding = view.deciding
    stage = ApprovalStage.SIGNED_UNRECORDED if view.signed_unrecorded else _STAGES[view.state]
    return ApprovalRow(
        action_id=view.action_id,
        case_id=view.case_id,
        case_title=proposal.terms.case.title,
        label=proposal.terms.option_label,
        amount_cents=proposal.terms.amount.minor,
        stage=stage,
        proposed_at=proposal.issued_at,
        content=signed_content(entry, proposal),
        log_index=deciding.hub_index if deciding is not None else view.proposal_index,
        expires_at=view.expires_at,
        decided_by=deciding.decision.actor.user_id if deciding is not None else "",
        decided_at=deciding.decision.issued_at if deciding is not None else None,
        decision_reason=deciding.decision.reason if deciding is not None else "",
        stage_reason=_stage_reason(view),
        why_not_decide=_why_not(ledger, policy, view, proposal, who, now),
    )


def signed_content(entry: SignedEntry, proposal: Proposal) -> SignedContent:
    """What the signature covers, from the payload read back out of the envelope."""
    terms = proposal.terms
    trail = terms.recommendation.trail
    return SignedContent(
        digest_code=entry.code,
        payload_sha256=sha256_hex(entry.payload),
        headline=f"{terms.option_label} - {terms.case.title}",
        commands=tuple(command_words(command) for command in terms.commands),
        terms=_terms(terms, proposal),
        alternatives=tuple(
            AlternativeLine(
                label=other.label, cost_delta_cents=other.cost_delta_cents, late_orders=other.late_orders
            )
            for other in terms.alternatives
        ),
        solver_status=trail.status,
        gap_bp=trail.gap_bp,
        proposer=proposal.actor.user_id,
        reason=proposal.reason,
        policy_rule=terms.policy.row,
        policy_version=f"{terms.policy.policy_id} v{terms.policy.version}",
    )


def _terms(terms: Terms, proposal: Proposal) -> tuple[tuple[str, str], ...]:
    amount, trail = terms.amount, terms.recommendation.trail
    rows = [
        ("Action", terms.action_id),
        ("Case", f"{terms.case.case_id} ({terms.case.code})"),
        ("Amount", f"{amount.minor / 100:,.2f} {amount.currency} {amount.basis}"),
        ("Signed by", f"{proposal.actor.user_id} as {proposal.actor.role}, entry {proposal.seq}"),
        ("Signed at", f"{proposal.issued_at:%d %b %Y %H:%M} UTC"),
        ("Expires", f"{proposal.expires_at:%d %b %Y %H:%M} UTC"),
        ("Evidence", f"{len(terms.evidence.facts)} facts, oldest of {terms.evidence.as_of:%d %b %H:%M} UTC"),
        ("Worked out by", f"{trail.model}, seed {trail.seed}"),
    ]
    rows += [("Data quality", flag) for flag in terms.evidence.dq_flags]
    return tuple(rows)


def _stage_reason(view: ApprovalView) -> str:
    waiting = next((d for d in view.decisions if d.standing is not Standing.RECORDED and d.why), None)
    failed = next(
        (c for c in view.commands if c.why and c.result is not None and c.result != "succeeded"), None
    )
    if failed is not None:
        return f"{failed.verb.replace('_', ' ')}: {failed.why}"
    return waiting.why if waiting is not None else view.why


def _why_not(
    ledger: LedgerReads,
    policy: RightsPolicy,
    view: ApprovalView,
    proposal: Proposal,
    who: Identity,
    now: datetime,
) -> str:
    if view.state not in UNDECIDED:
        return "It is decided already."
    if view.signed_unrecorded:
        return "A decision is signed and waits for the hub."
    if view.expires_at <= now:
        return "It has expired; have it proposed again."
    terms = proposal.terms
    assent = Assent(
        action_id=terms.action_id,
        user_id=UserId(who.user_id),
        role=who.role.lower(),
        remedy=terms.remedy,
        amount=terms.amount,
        at=now,
        customer_id=terms.customer_id,
    )
    before = ledger.assents(assent) if policy.looks_back(terms.remedy) else ()
    ruling = policy.may_approve(assent, proposal.actor.user_id, before)
    return "" if ruling.allowed else f"{ruling.why[:1].upper()}{ruling.why[1:]}."
