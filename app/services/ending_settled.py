"""A command in doubt that only a person can settle: their signed word, and what the executor makes of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from app.store.ledger_reads import LedgerReads


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
    ending = _left_in_doubt(room.ledger, view)
    if ending is None or not _doubts(ending, command_key):
        raise RefusedError(
            what=f"The command {command_key} is not in doubt.",
            remedy="Name the command that the ending of its action calls in doubt.",
        )
    if command_key not in open_doubts(room.ledger, view):
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
    ending = _left_in_doubt(room.ledger, view)
    if ending is None or not _doubts(ending, command_key):
        return None
    for known in _said_of(room.ledger, ending):
        entry = open_entry(known.envelope, room.ledger.public_key)
        value = entry.value
        if not isinstance(value, Settlement) or value.command_key != command_key:
            continue
        allowed = _ruling(room, view, value.actor, value.issued_at).allowed
        if allowed and room.counts_device(value.actor.keyid) and _is_recorded(room, entry):
            return entry, value
    return None


def open_doubts(ledger: LedgerReads, view: ApprovalView) -> tuple[str, ...]:
    """The commands of an action that wait for a person's word: in doubt, and nobody told yet."""
    ending = _left_in_doubt(ledger, view)
    if ending is None or not isinstance(ending.value, Ending):
        return ()
    told = {
        entry.value.command_key
        for entry in _said_of(ledger, ending)
        if isinstance(entry.value, Settlement) and ledger.delivery(entry.sha256) is not DeliveryState.REFUSED
    }
    return tuple(key for key in ending.value.doubts if key not in told)


def _left_in_doubt(ledger: LedgerReads, view: ApprovalView) -> SignedEntry | None:
    """The latest ending of an action in doubt; ``None`` for any other action."""
    if view.state is not ApprovalState.IN_DOUBT:
        return None
    endings = (e for e in reversed(ledger.entries_of(view.action_id)) if isinstance(e.value, Ending))
    return next(endings, None)


def _doubts(ending: SignedEntry, command_key: str) -> bool:
    return isinstance(ending.value, Ending) and ending.value.leaves_in_doubt(command_key)


def _said_of(ledger: LedgerReads, ending: SignedEntry) -> list[SignedEntry]:
    """What people said of the commands that an ending leaves in doubt."""
    return [
        entry
        for entry in ledger.entries_of(ending.action_id)
        if isinstance(entry.value, Settlement) and entry.value.ending_sha256 == ending.sha256
    ]


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
