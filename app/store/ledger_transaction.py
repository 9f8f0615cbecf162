"""What is written into the ledger together: entries, their consequences and their way to the hub."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from app.signing.chain import ChainHead
from app.signing.keys import PublicKey
from app.store.instants import to_ms
from app.store.ledger_machines import Cause
from app.store.ledger_schema import (
    APPROVAL_CASE,
    AUDIT_ENTRY,
    DECISION,
    FEED_POSITION,
    HUB_RECEIPT,
    KNOWN_KEY,
    NOTE,
    OUTBOX,
)
from app.store.ledger_settling import SettlingWrites
from domain.approval_states import (
    ENDED_BY,
    OPEN_TO,
    RUNNING,
    UNDECIDED,
    ApprovalState,
    DeliveryState,
)
from domain.approvals import Decision, Proposal, Verdict
from domain.errors import ConflictError, CorruptError

if TYPE_CHECKING:
    from datetime import datetime

    from app.signing.keys import KeyOwner
    from app.signing.statements import SignedEntry
    from domain.cases import CaseState
    from domain.ids import CaseId


class Standing(StrEnum):
    """Whether a decision counts: not before the hub (where there is one) has recorded it."""

    WAITING = "waiting"
    RECORDED = "recorded"
    REFUSED = "refused"


class LedgerTransaction(SettlingWrites):
    """One transaction on the ledger: everything in it happens, or nothing."""

    def register_key(self, key: PublicKey, owner: KeyOwner, vouched_by: str, at: datetime) -> None:
        """Accept signatures of a key from now on; registering the same key twice changes nothing.

        Raises:
            ConflictError: the key is already known as somebody else's.
        """
        row = self._connection.execute(select(KNOWN_KEY).where(KNOWN_KEY.c.keyid == key.keyid)).one_or_none()
        if row is None:
            self._connection.execute(
                insert(KNOWN_KEY).values(
                    keyid=key.keyid,
                    user_id=owner.user_id,
                    device_id=owner.device_id,
                    spki=key.spki,
                    vouched_by=vouched_by,
                    registered_at=to_ms(at),
                )
            )
        elif (row.user_id, row.device_id) != (owner.user_id, owner.device_id):
            raise ConflictError(
                what=f"The key {key.keyid[:12]}… is already known as that of {row.user_id}.",
                remedy="Make a new key for this person on this device.",
            )

    def head(self, keyid: str) -> ChainHead:
        """Where the next entry of that key goes in its chain."""
        row = self._connection.execute(
            select(AUDIT_ENTRY.c.seq, AUDIT_ENTRY.c.sha256)
            .where(AUDIT_ENTRY.c.keyid == keyid)
            .order_by(AUDIT_ENTRY.c.seq.desc())
            .limit(1)
        ).one_or_none()
        return ChainHead() if row is None else ChainHead(next_seq=row.seq + 1, prev=row.sha256)

    def append(self, entry: SignedEntry, at: datetime) -> None:
        """Add a signed entry at the end of its device's chain.

        Raises:
            CorruptError: it does not follow the entry before it.
        """
        actor, seq, prev = entry.value.actor, entry.value.seq, entry.value.prev
        head = self.head(actor.keyid)
        if (seq, prev) != (head.next_seq, head.prev):
            raise CorruptError(
                what=f"Entry {seq} of {actor.user_id} does not follow entry {head.next_seq - 1}.",
                remedy="Run control-tower verify-ledger.",
            )
        self._connection.execute(
            insert(AUDIT_ENTRY).values(
                sha256=entry.sha256,
                keyid=actor.keyid,
                seq=seq,
                prev=prev,
                predicate_type=entry.predicate_type,
                action_id=entry.action_id,
                envelope=entry.envelope,
                appended_at=to_ms(at),
            )
        )

    def has_entry(self, sha256: str) -> bool:
        """Whether an entry is already there."""
        query = select(AUDIT_ENTRY.c.entry_id).where(AUDIT_ENTRY.c.sha256 == sha256)
        return self._connection.execute(query).one_or_none() is not None

    def enqueue(self, entry: SignedEntry, at: datetime) -> None:
        """Put an entry on its way to the hub."""
        self._connection.execute(
            insert(OUTBOX).values(
                entry_sha256=entry.sha256,
                state=str(DeliveryState.PENDING),
                rev=1,
                attempt=0,
                why="",
                updated_at=to_ms(at),
            )
        )

    def open_approval(self, entry: SignedEntry, proposal: Proposal, min_approvers: int, at: datetime) -> None:
        """Begin the approval that a proposal asks for."""
        terms = proposal.terms
        self._connection.execute(
            insert(APPROVAL_CASE).values(
                action_id=terms.action_id,
                case_id=terms.case.case_id,
                code=terms.case.code,
                remedy=str(terms.remedy),
                state=str(ApprovalState.SUBMITTED),
                rev=1,
                why="",
                proposal_sha256=entry.sha256,
                min_approvers=min_approvers,
                expires_at=to_ms(proposal.expires_at),
                created_at=to_ms(at),
                updated_at=to_ms(at),
                case_told="",
            )
        )
        cause = Cause(actor=proposal.actor.user_id, why=proposal.reason, at=at, entry_sha256=entry.sha256)
        self.machines.note_event("approval_case", terms.action_id, ("", str(ApprovalState.SUBMITTED)), cause)

    def add_decision(self, entry: SignedEntry, decision: Decision, *, plan_commands: bool) -> None:
        """Keep a signed decision; it does not count before :meth:`record_decision`.

        ``plan_commands`` is for the desk whose executor is to carry an approval out.
        """
        terms = decision.terms
        self._connection.execute(
            insert(DECISION).values(
                entry_sha256=entry.sha256,
                action_id=terms.action_id,
                user_id=decision.actor.user_id,
                verdict=str(decision.verdict),
                standing=str(Standing.WAITING),
                why="",
                issued_at=to_ms(decision.issued_at),
            )
        )
        if plan_commands:
            self.plan_commands(terms, decision.issued_at)

    def record_decision(self, entry_sha256: str, cause: Cause) -> ApprovalState:
        """Let a decision count, and move its approval: ended, approved, or one more to come."""
        row = self._connection.execute(
            select(DECISION.c.action_id, DECISION.c.verdict).where(DECISION.c.entry_sha256 == entry_sha256)
        ).one()
        self._stand(entry_sha256, Standing.RECORDED, cause.why)
        approval = self._connection.execute(
            select(APPROVAL_CASE).where(APPROVAL_CASE.c.action_id == row.action_id)
        ).one()
        current, verdict = ApprovalState(approval.state), Verdict(row.verdict)
        # A desk that ended it by its own facts or clock goes on with what the hub recorded.
        ended_here = current in {ApprovalState.STALE, ApprovalState.EXPIRED}
        if current not in OPEN_TO[verdict] and not ended_here:
            return current
        if verdict in ENDED_BY:
            self.machines.cancel_commands(row.action_id, cause)
            wanted = ENDED_BY[verdict]
        elif self._approvers(row.action_id) >= approval.min_approvers:
            wanted = ApprovalState.APPROVED
        else:
            wanted = ApprovalState.PARTIAL
        if wanted is not current:
            self.machines.move_approval(row.action_id, wanted, cause)
        return wanted

    def refuse_decision(self, entry_sha256: str, cause: Cause) -> None:
        """Let a decision not count: the hub refused it. Without another approval nothing is carried out."""
        action_id = self._connection.execute(
            select(DECISION.c.action_id).where(DECISION.c.entry_sha256 == entry_sha256)
        ).scalar_one()
        self._stand(entry_sha256, Standing.REFUSED, cause.why)
        others = select(DECISION.c.entry_sha256).where(
            DECISION.c.action_id == action_id,
            DECISION.c.verdict == str(Verdict.APPROVE),
            DECISION.c.standing != str(Standing.REFUSED),
        )
        if self._connection.execute(others).first() is None:
            self.machines.cancel_commands(action_id, cause)

    def refuse_proposal(self, action_id: str, cause: Cause) -> None:
        """Let a proposal end: the hub refused it."""
        if self._state_of(action_id) in UNDECIDED:
            self.machines.cancel_commands(action_id, cause)
            self.machines.move_approval(action_id, ApprovalState.REJECTED, cause)

    def leave_to_others(self, action_id: str, cause: Cause) -> None:
        """Cancel the commands here when the decision that settled it was signed at another desk.

        The last decision in the hub's order is the one that settled it; its desk carries it out, so
        that nobody does it twice.
        """
        if self._state_of(action_id) in UNDECIDED:
            return
        settled_by = (
            select(DECISION.c.entry_sha256)
            .join(HUB_RECEIPT, HUB_RECEIPT.c.entry_sha256 == DECISION.c.entry_sha256)
            .where(DECISION.c.action_id == action_id, DECISION.c.standing == str(Standing.RECORDED))
            .order_by(HUB_RECEIPT.c.hub_index.desc())
            .limit(1)
        ).scalar_subquery()
        own = select(OUTBOX.c.outbox_id).where(OUTBOX.c.entry_sha256 == settled_by)
        if self._connection.execute(own).first() is None:
            self.machines.cancel_commands(action_id, cause)

    def add_receipt(self, entry_sha256: str, hub_index: int, received_at: datetime, envelope: bytes) -> None:
        """Keep the hub's receipt of an entry; a second one for the same entry is dropped."""
        query = select(HUB_RECEIPT.c.hub_index).where(HUB_RECEIPT.c.entry_sha256 == entry_sha256)
        if self._connection.execute(query).one_or_none() is None:
            self._connection.execute(
                insert(HUB_RECEIPT).values(
                    entry_sha256=entry_sha256,
                    hub_index=hub_index,
                    received_at=to_ms(received_at),
                    envelope=envelope,
                )
            )

    def add_note(self, note_id: str, case_id: CaseId, author: str, body: str, at: datetime) -> None:
        """Keep a remark of a person on a case."""
        values = {"note_id": note_id, "case_id": case_id, "author": author, "body": body, "at": to_ms(at)}
        self._connection.execute(insert(NOTE).values(**values))

    def case_told(self, action_id: str, state: CaseState) -> None:
        """Remember what the exception case was last told about this approval."""
        self._connection.execute(
            update(APPROVAL_CASE).where(APPROVAL_CASE.c.action_id == action_id).values(case_told=str(state))
        )

    def forget_told(self) -> None:
        """Have every case under way told again: its mirror was built anew and knows nothing of approvals."""
        under_way = [str(state) for state in (*UNDECIDED, ApprovalState.APPROVED, *RUNNING)]
        self._connection.execute(
            update(APPROVAL_CASE).where(APPROVAL_CASE.c.state.in_(under_way)).values(case_told="")
        )

    def feed_read(self, hub_keyid: str, hub_index: int) -> None:
        """Remember how far the hub's feed has been taken over."""
        moved = self._connection.execute(
            update(FEED_POSITION).where(FEED_POSITION.c.hub_keyid == hub_keyid).values(hub_index=hub_index)
        )
        if moved.rowcount == 0:
            self._connection.execute(insert(FEED_POSITION).values(hub_keyid=hub_keyid, hub_index=hub_index))

    def public_key(self, keyid: str) -> PublicKey | None:
        """The registered public key of that id, as of this transaction."""
        query = select(KNOWN_KEY.c.spki).where(KNOWN_KEY.c.keyid == keyid)
        spki = self._connection.execute(query).scalar_one_or_none()
        return None if spki is None else PublicKey(spki)

    def _stand(self, entry_sha256: str, standing: Standing, why: str) -> None:
        self._connection.execute(
            update(DECISION)
            .where(DECISION.c.entry_sha256 == entry_sha256)
            .values(standing=str(standing), why=why)
        )

    def _approvers(self, action_id: str) -> int:
        query = select(func.count(func.distinct(DECISION.c.user_id))).where(
            DECISION.c.action_id == action_id,
            DECISION.c.verdict == str(Verdict.APPROVE),
            DECISION.c.standing == str(Standing.RECORDED),
        )
        return int(self._connection.execute(query).scalar_one())
