"""Proposals as the approvals page shows them; what is signed is read back from the signed bytes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from app.read_models.action_words import action_words, changed_lines, command_words
from app.read_models.people import short_name
from app.services.ending_settled import open_doubts
from app.signing.canonical import sha256_hex
from app.signing.statements import SignedEntry, open_entry
from app.store.ledger_transaction import Standing
from app.store.ledger_views import ApprovalView
from domain.approval_states import ApprovalState
from domain.approvals import Proposal, Terms
from domain.compensation import steps_of
from domain.profile_json import from_profile, load_strict
from domain.recommendations import Recommendation
from views.approvals.state import AlternativeLine, ApprovalRow, ApprovalStage, Doubt, SignedContent
from views.formatting import full_moment
from views.shell.state import Identity

if TYPE_CHECKING:
    from app.read_models.approval_rights import ApprovalSources
    from app.store.ledger_reads import LedgerReads

_STAGES: dict[ApprovalState, ApprovalStage] = {
    ApprovalState.SUBMITTED: ApprovalStage.WAITING,
    ApprovalState.PARTIAL: ApprovalStage.WAITING,
    ApprovalState.APPROVED: ApprovalStage.RECORDED,
    ApprovalState.REJECTED: ApprovalStage.REJECTED,
    ApprovalState.CHANGES_REQUESTED: ApprovalStage.CHANGES_WANTED,
    ApprovalState.REVOKED: ApprovalStage.REVOKED,
    ApprovalState.EXPIRED: ApprovalStage.EXPIRED,
    ApprovalState.STALE: ApprovalStage.HELD_STALE,
    ApprovalState.EXECUTING: ApprovalStage.EXECUTING,
    ApprovalState.IN_DOUBT: ApprovalStage.IN_DOUBT,
    ApprovalState.EXECUTED: ApprovalStage.EXECUTED,
    ApprovalState.PARTIALLY_EXECUTED: ApprovalStage.HALF_BACK,
    ApprovalState.FAILED: ApprovalStage.FAILED,
    ApprovalState.COMPENSATING: ApprovalStage.COMPENSATING,
    ApprovalState.COMPENSATED: ApprovalStage.COMPENSATED,
    ApprovalState.COMPENSATION_FAILED: ApprovalStage.HALF_BACK,
}


def approval_rows(sources: ApprovalSources) -> tuple[ApprovalRow, ...]:
    """Every proposal this desk knows, the latest first."""
    rows = [_row(sources, view) for view in sources.ledger.approvals()]
    return tuple(sorted(rows, key=lambda row: row.proposed_at, reverse=True))


def _row(sources: ApprovalSources, view: ApprovalView) -> ApprovalRow:
    ledger = sources.ledger
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
        content=signed_content(
            entry,
            proposal,
            _chosen(ledger, proposal.terms),
            sources.people,
            sources.zone,
            kept=ledger.blob,
        ),
        log_index=deciding.hub_index if deciding is not None else view.proposal_index,
        expires_at=view.expires_at,
        decided_by=short_name(sources.people, deciding.decision.actor.user_id)
        if deciding is not None
        else "",
        decided_at=deciding.decision.issued_at if deciding is not None else None,
        decision_reason=deciding.decision.reason if deciding is not None else "",
        stage_reason=_stage_reason(view),
        why_not_decide=sources.why_not_decide(view, proposal),
        why_not_revoke=sources.why_not_revoke(view, proposal),
        why_not_take_back=sources.why_not_take_back(view, proposal),
        doubts=_doubts(sources, view, proposal),
        deciders=sources.deciders(view, proposal),
        changed_since=sources.changed(view, proposal),
    )


def _doubts(sources: ApprovalSources, view: ApprovalView, proposal: Proposal) -> tuple[Doubt, ...]:
    """The commands that wait for a person's word, and whether the person at the desk may give it."""
    keys = open_doubts(sources.ledger, view)
    why_not = sources.why_not_settle(proposal) if keys else ""
    words = {command.key: command_words(command) for command in proposal.terms.commands}
    for command in proposal.terms.commands:
        words |= {key: f"{command.source}: {action_words(step)}" for key, step in steps_of(command)}
    return tuple(Doubt(command_key=key, words=words[key], why_not_settle=why_not) for key in keys)


def _chosen(ledger: LedgerReads, terms: Terms) -> AlternativeLine | None:
    """The proposed option's effect, from the recommendation that the terms name by its digest."""
    kept = ledger.blob(terms.recommendation.sha256)
    # What takes an action back has not the effect that its option had.
    if kept is None or terms.undoes is not None:
        return None
    found = from_profile(Recommendation, load_strict(kept))
    option = next((each for each in found.options if each.option_id == terms.option_id), None)
    if option is None:
        return None
    return AlternativeLine(
        label=option.label,
        cost_delta_cents=option.cost_delta_cents,
        late_orders=option.late_orders,
        chosen=True,
    )


def signed_content(
    entry: SignedEntry,
    proposal: Proposal,
    chosen: AlternativeLine | None,
    people: tuple[Identity, ...],
    zone: tzinfo = UTC,
    *,
    kept: Callable[[str], bytes | None] = lambda _: None,
) -> SignedContent:
    """What the signature covers, from the payload read back out of the envelope.

    ``kept`` gives what lies in the ledger by digest: the text that a policy change replaces.
    """
    terms = proposal.terms
    trail = terms.recommendation.trail
    others = tuple(
        AlternativeLine(
            label=other.label, cost_delta_cents=other.cost_delta_cents, late_orders=other.late_orders
        )
        for other in terms.alternatives
    )
    return SignedContent(
        digest_code=entry.code,
        payload_sha256=sha256_hex(entry.payload),
        headline=f"{terms.option_label} - {terms.case.title}",
        commands=tuple(
            words
            for command in terms.commands
            for words in (command_words(command), *changed_lines(command, kept))
        ),
        terms=_terms(terms, proposal, zone),
        alternatives=others if chosen is None else (chosen, *others),
        solver_status=trail.status,
        gap_bp=trail.gap_bp,
        proposer=short_name(people, proposal.actor.user_id),
        reason=proposal.reason,
        policy_rule=terms.policy.row,
        policy_version=f"{terms.policy.policy_id} v{terms.policy.version}",
        facts_as_of=terms.evidence.as_of,
    )


def _terms(terms: Terms, proposal: Proposal, zone: tzinfo) -> tuple[tuple[str, str], ...]:
    amount, trail = terms.amount, terms.recommendation.trail
    rows = [
        ("Action", terms.action_id),
        ("Case", f"{terms.case.case_id} ({terms.case.code})"),
        ("Amount", f"{amount.minor / 100:,.2f} {amount.currency} {amount.basis}"),
        ("Signed by", f"{proposal.actor.user_id} as {proposal.actor.role}, entry {proposal.seq}"),
        ("Signed at", full_moment(proposal.issued_at, zone)),
        ("Expires", full_moment(proposal.expires_at, zone)),
        (
            "Evidence",
            f"{len(terms.evidence.facts)} facts, oldest of {full_moment(terms.evidence.as_of, zone)}",
        ),
        ("Worked out by", f"{trail.model}, seed {trail.seed}"),
    ]
    if terms.undoes is not None:
        rows.append(("Takes back", terms.undoes.action_id))
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
