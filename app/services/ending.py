"""The executor's last word on an action: whatever became of it is signed, and told to hub and desks."""

from __future__ import annotations

from datetime import timedelta

from app.services.approval_room import ApprovalRoom, Signer, sign_next
from app.store.ledger_machines import Cause
from app.store.ledger_transaction import LedgerTransaction, Standing
from app.store.ledger_views import ApprovalView
from domain.approval_states import ENDED_RUNS, ApprovalState
from domain.approvals import Ending, Signed, Verdict
from domain.endings import MAX_WHY_CHARACTERS, CommandFate, EndedAs

#: How long another desk waits before it says that an approval ran out unbegun: its own desk goes first.
OTHERS_WAIT = timedelta(minutes=15)
_RAN_OUT = "nobody decided, or it was not begun, before it expired"


def settle_here(
    tx: LedgerTransaction, room: ApprovalRoom, signer: Signer, action_id: str, cause: Cause
) -> ApprovalState:
    """Move an action to where its commands are; when that is an end, it is signed with the same commit."""
    state = tx.settle(action_id, cause)
    if state in ENDED_RUNS or _only_a_person_can_tell(tx, action_id):
        _say(tx, room, signer, room.ledger.approval(action_id), EndedAs(state.value), cause.why)
    return state


def end_unbegun(
    room: ApprovalRoom, signer: Signer, view: ApprovalView, state: ApprovalState, why: str
) -> None:
    """End what was not begun; where it was approved, that is signed."""
    with room.ledger.transaction() as tx:
        cause = Cause(actor=signer.actor.user_id, why=why, at=room.now())
        tx.machines.cancel_commands(view.action_id, cause)
        tx.machines.move_approval(view.action_id, state, cause)
        if view.state is ApprovalState.APPROVED:
            _say(tx, room, signer, view, EndedAs(state.value), why)


def expire(room: ApprovalRoom, signer: Signer) -> None:
    """End every proposal that has run out; of those that another desk was to begin, say so after a while."""
    now = room.now()
    for view in room.ledger.approvals(action_ids=room.ledger.expired(now)):
        if view.state is not ApprovalState.APPROVED or view.waits_here:
            end_unbegun(room, signer, view, ApprovalState.EXPIRED, _RAN_OUT)
        elif view.expires_at + OTHERS_WAIT <= now:
            _say_of_others(room, signer, view)


def _say_of_others(room: ApprovalRoom, signer: Signer, view: ApprovalView) -> None:
    """Tell the hub that nobody began it; here it ends once the hub has recorded that."""
    with room.ledger.transaction() as tx:
        if not tx.said_ended(view.action_id, signer.key.public.keyid):
            _say(tx, room, signer, view, EndedAs.EXPIRED, "its desk did not begin it before it expired")


def _say(
    tx: LedgerTransaction,
    room: ApprovalRoom,
    signer: Signer,
    view: ApprovalView,
    outcome: EndedAs,
    why: str,
) -> None:
    counted = [
        row
        for row in view.decisions
        if row.standing is Standing.RECORDED and row.decision.verdict is Verdict.APPROVE
    ]
    if not counted:
        # Nobody approved it: there is nothing that others could take for approved.
        return
    deciding, now, fates = counted[-1], room.now(), tx.fates(view.action_id)

    def ending(seq: int, prev: str) -> Signed:
        return Ending(
            action_id=view.action_id,
            decision_sha256=deciding.entry.sha256,
            outcome=outcome,
            why=why[:MAX_WHY_CHARACTERS],
            commands=fates,
            issued_at=now,
            actor=signer.actor,
            seq=seq,
            prev=prev,
            hub_index=deciding.hub_index,
        )

    entry = sign_next(tx, signer, ending)
    if room.hub_key is not None:
        tx.enqueue(entry, now)


def _only_a_person_can_tell(tx: LedgerTransaction, action_id: str) -> bool:
    return any(end.fate is CommandFate.MANUAL for end in tx.fates(action_id))
