"""Taking back what was carried out to its end: an action of its own, proposed, approved and signed as any."""

from __future__ import annotations

from dataclasses import replace

from app.services.approval_room import ApprovalRoom, Facts, Signer
from app.services.draft_commands import draft_actions
from app.services.evidence import records_behind
from app.services.propose import not_permitted, planned, require_none_under_way, sign_proposal
from app.signing.receipts import HubOutcome, open_receipt
from app.signing.statements import SignedEntry, open_entry
from app.store.ledger_views import ApprovalView
from domain.approval_states import ApprovalState
from domain.approvals import Ending, Proposal, Terms, Undone
from domain.commands import target_of
from domain.compensation import way_back, why_not_way_back, why_too_late
from domain.endings import EndedAs
from domain.errors import RefusedError
from domain.ids import EntityRef

_NAMED = "Take back: "


def propose_way_back(
    room: ApprovalRoom, signer: Signer, undone: str, *, action_id: str, reason: str, facts: Facts
) -> SignedEntry:
    """Sign a proposal that takes back the executed action ``undone``; ``action_id`` is a fresh ULID.

    It takes the same rights as what it takes back: same remedy, same amount.

    Raises:
        RefusedError: it is not executed, cannot be taken back any more, or the rights do not permit it.
        BadInputError: there is no such action.
        ConflictError: a record of it is gone.
    """
    view = room.ledger.approval(undone)
    if view.state is not ApprovalState.EXECUTED:
        raise RefusedError(
            what=f"The action {undone} is {view.state.replace('_', ' ')}, not executed.",
            remedy="Only what was carried out to its end is taken back.",
        )
    require_none_under_way(room, view.case_id)
    done = _terms_of(room, view)
    _require_return(done, facts)
    drafts = draft_actions((step for _, step in way_back(done.commands)), facts)
    terms = replace(
        done,
        action_id=action_id,
        option_label=f"{_NAMED}{done.option_label}",
        commands=planned(action_id, drafts),
        alternatives=(),
        undoes=Undone(action_id=undone, ending_sha256=_ending_of(room, undone).sha256),
    )
    if why := why_not_way_back(terms, done):
        raise RefusedError(what=f"{undone} cannot be taken back: {why}.", remedy="Propose anew for its case.")
    ruling = room.policy.may_propose_terms(signer.actor.user_id, signer.actor.role, terms)
    if not ruling.allowed:
        raise not_permitted(ruling.why, ruling.policy_row)
    terms = replace(terms, policy=ruling.policy_row)
    evidence = records_behind(drafts, facts)
    return sign_proposal(room, signer, terms, ruling, reason=reason, evidence=evidence)


def why_not_entitled(room: ApprovalRoom, terms: Terms, state: ApprovalState) -> str:
    """Why terms do not entitle to take back what they name; empty when they do, or take nothing back.

    ``state`` is where their own approval stands: before it begins, what it takes back stands executed.
    """
    if terms.undoes is None:
        return ""
    undone = room.ledger.approval(terms.undoes.action_id)
    if state is ApprovalState.APPROVED and undone.state is not ApprovalState.EXECUTED:
        return f"what it takes back is {undone.state.replace('_', ' ')} by now"
    if _ending_of(room, undone.action_id).sha256 != terms.undoes.ending_sha256:
        return "it names another ending of what it takes back"
    return why_not_way_back(terms, _terms_of(room, undone))


def _terms_of(room: ApprovalRoom, view: ApprovalView) -> Terms:
    value = open_entry(view.entry.envelope, room.ledger.public_key).value
    if not isinstance(value, Proposal):
        raise TypeError(type(value).__name__)
    return value.terms


def _ending_of(room: ApprovalRoom, action_id: str) -> SignedEntry:
    """The signed word that an action was executed, recorded by the hub where there is one."""
    for known in reversed(room.ledger.entries_of(action_id)):
        if not isinstance(known.value, Ending) or known.value.outcome is not EndedAs.EXECUTED:
            continue
        entry = open_entry(known.envelope, room.ledger.public_key)
        if room.hub_key is None:
            return entry
        kept = room.ledger.receipt(entry.sha256)
        if kept is not None:
            receipt = open_receipt(kept.envelope, room.hub_key, entry.envelope)
            if receipt.outcome is HubOutcome.ACCEPTED:
                return entry
    raise RefusedError(
        what=f"The hub has not recorded yet that {action_id} was executed.", remedy="Deliver it first."
    )


def _require_return(done: Terms, facts: Facts) -> None:
    """Refuse to take back where the point of no return is past, by the records as they are now."""
    seen: set[EntityRef] = set()
    for command in reversed(done.commands):
        ref = target_of(command.action)
        record = facts.get(ref)
        # What an earlier command left was changed by the later one of the same action.
        why = "" if ref in seen or record is None else why_too_late(command.action, record.entity)
        seen.add(ref)
        if why:
            raise RefusedError(
                what=f"The point of no return is past: {why}.",
                remedy="Propose what puts it right; that is an action of its own.",
            )
