"""The executor's word that it begins, recorded by the hub before anything is sent.

A revocation and a beginning may be signed at the same time by two desks that know nothing of each other. The
one with the lower number in the hub's log counts, and the hub refuses the other: so nothing is sent that was
revoked, and nothing is called revoked that was sent. Without a hub the ledger's own order decides.
"""

from __future__ import annotations

from app.services.approval_room import ApprovalRoom, Signer, sign_next
from app.services.authority import Authority
from app.signing.receipts import HubOutcome, open_receipt
from app.signing.statements import SignedEntry
from app.store.ledger_views import ApprovalView
from domain.approval_states import DeliveryState
from domain.approvals import Beginning, Signed
from domain.errors import RefusedError

WAITS = "the hub has not recorded yet that it begins"


def announce(room: ApprovalRoom, signer: Signer, authority: Authority) -> bool:
    """Sign that an action begins and put that on its way to the hub; gives whether it was said just now."""
    action_id = authority.terms.action_id
    if authority.hub_index is None or _said(room, signer, action_id) is not None:
        return False
    hub_index, now = authority.hub_index, room.now()

    def beginning(seq: int, prev: str) -> Signed:
        return Beginning(
            action_id=action_id,
            decision_sha256=authority.decision_sha256,
            hub_index=hub_index,
            actor=signer.actor,
            issued_at=now,
            seq=seq,
            prev=prev,
        )

    with room.ledger.transaction() as tx:
        tx.enqueue(sign_next(tx, signer, beginning), now)
    return True


def why_not_begun(room: ApprovalRoom, signer: Signer, view: ApprovalView) -> str:
    """Why nothing of an action may be sent yet; empty once its beginning is recorded, or there is no hub.

    Raises:
        RefusedError: the hub refused the beginning; it is not carried out here.
    """
    if room.hub_key is None:
        return ""
    said = _said(room, signer, view.action_id)
    if said is None:
        return WAITS
    kept = room.ledger.receipt(said.sha256)
    if kept is None:
        if room.ledger.delivery(said.sha256) is DeliveryState.REFUSED:
            raise _refused("the hub did not take that it begins")
        return WAITS
    receipt = open_receipt(kept.envelope, room.hub_key, said.envelope)
    if receipt.outcome is not HubOutcome.ACCEPTED:
        raise _refused(receipt.why)
    return ""


def _said(room: ApprovalRoom, signer: Signer, action_id: str) -> SignedEntry | None:
    user = signer.key.owner.user_id
    own = (
        entry
        for entry in room.ledger.entries_of(action_id)
        if isinstance(entry.value, Beginning)
        and entry.value.actor.user_id == user
        and room.ledger.delivery(entry.sha256) is not None
    )
    return next(own, None)


def _refused(why: str) -> RefusedError:
    return RefusedError(what=f"It is not begun: {why}.", remedy="Look at its decisions.")
