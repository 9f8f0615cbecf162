"""A command in doubt that only a person can settle: their signed word, and what the executor makes of it."""

from __future__ import annotations

from datetime import datetime

from app.services.approval_room import ApprovalRoom, Signer, sign_next
from app.services.propose import not_permitted
from app.signing.receipts import HubOutcome, open_receipt
from app.signing.statements import SignedEntry, open_entry
from app.store.ledger_views import ApprovalView
from domain.approval_states import ApprovalState, DeliveryState
from domain.approvals import Actor, Ending, Settlement, Signed
from domain.day_limits import assent_to
from domain.errors import RefusedError
from domain.rights import Ruling


def say_settled(
    room: ApprovalRoom, signer: Signer, action_id: str, command_key: str, *, happened: bool, reason: str
) -> SignedEntry:
    """Sign whether a command in doubt happened, and put that on its way to the hub.

    It takes the right to decide on the action, and another person than its proposer where that does.

    Raises:
        RefusedError: it is not in doubt, somebody told already, or the rights do not permit it.
        BadInputError: there is no such action.
    """
    view = room.ledger.approval(action_id)
    ending = _left_in_doubt(room, view, command_key)
    if ending is None:
        raise RefusedError(
            what=f"The command {command_key} is not in doubt.",
            remedy="Name the command that the ending of its action calls in doubt.",
        )
    said = (e for e in _settlements(room, action_id, command_key) if _is_about(e, ending))
    if any(room.ledger.delivery(each.sha256) is not DeliveryState.REFUSED for each in said):
        raise RefusedError(
            what=f"Somebody told already what became of {command_key}.", remedy="Let the executor go on."
        )
    now = room.now()
    ruling = _ruling(room, view, signer.actor, now)
    if not ruling.allowed:
        raise not_permitted(ruling.why, ruling.policy_row)

    def settlement(seq: int, prev: str) -> Signed:
        return Settlement(
            action_id=action_id,
            command_key=command_key,
            ending_sha256=ending.sha256,
            happened=happened,
            reason=reason.strip(),
            actor=signer.actor,
            issued_at=now,
            seq=seq,
            prev=prev,
        )

    with room.ledger.transaction() as tx:
        entry = sign_next(tx, signer, settlement)
        if room.hub_key is not None:
            tx.enqueue(entry, now)
    return entry


def settled(room: ApprovalRoom, action_id: str, command_key: str) -> tuple[SignedEntry, Settlement] | None:
    """The word on a command in doubt that the executor goes on by: signed, rightful, and recorded."""
    view = room.ledger.approval(action_id)
    ending = _left_in_doubt(room, view, command_key)
    if ending is None:
        return None
    for known in _settlements(room, action_id, command_key):
        entry = open_entry(known.envelope, room.ledger.public_key)
        value = entry.value
        if not isinstance(value, Settlement) or not _is_about(entry, ending):
            continue
        allowed = _ruling(room, view, value.actor, value.issued_at).allowed
        if allowed and room.counts_device(value.actor.keyid) and _is_recorded(room, entry):
            return entry, value
    return None


def _settlements(room: ApprovalRoom, action_id: str, command_key: str) -> list[SignedEntry]:
    said = room.ledger.entries_of(action_id)
    return [e for e in said if isinstance(e.value, Settlement) and e.value.command_key == command_key]


def _is_about(entry: SignedEntry, ending: SignedEntry) -> bool:
    return isinstance(entry.value, Settlement) and entry.value.ending_sha256 == ending.sha256


def _left_in_doubt(room: ApprovalRoom, view: ApprovalView, command_key: str) -> SignedEntry | None:
    """The latest ending of an action in doubt, when it leaves that command to a person."""
    if view.state is not ApprovalState.IN_DOUBT:
        return None
    endings = [e for e in room.ledger.entries_of(view.action_id) if isinstance(e.value, Ending)]
    last = endings[-1] if endings else None
    left = last is not None and isinstance(last.value, Ending) and last.value.leaves_in_doubt(command_key)
    return last if left else None


def _ruling(room: ApprovalRoom, view: ApprovalView, actor: Actor, at: datetime) -> Ruling:
    assent = assent_to(view.proposal.terms, actor.user_id, actor.role, at)
    return room.policy.may_decide(assent, view.proposal.actor.user_id)


def _is_recorded(room: ApprovalRoom, entry: SignedEntry) -> bool:
    """Whether the hub let it count; without a hub it counts as soon as it is in the ledger."""
    if room.hub_key is None:
        return True
    kept = room.ledger.receipt(entry.sha256)
    if kept is None:
        return False
    receipt = open_receipt(kept.envelope, room.hub_key, entry.envelope)
    return receipt.outcome is HubOutcome.ACCEPTED
