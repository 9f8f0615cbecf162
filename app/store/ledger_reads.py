"""Reading the ledger; needs no more than a read-only connection."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, select

from app.signing.chain import ChainHead
from app.signing.keys import KeyOwner, PublicKey
from app.signing.statements import SignedEntry, read_unverified
from app.store.instants import from_ms, from_ms_or_none, to_ms
from app.store.ledger_assents import read_assents
from app.store.ledger_entries import EntryRow, count_entries, read_entries
from app.store.ledger_evidence import EvidenceReads
from app.store.ledger_schema import (
    APPROVAL_CASE,
    AUDIT_ENTRY,
    COMMAND,
    DECISION,
    FEED_POSITION,
    HUB_RECEIPT,
    KNOWN_KEY,
    NOTE,
    OUTBOX,
    STATE_EVENT,
)
from app.store.ledger_transaction import Standing
from app.store.ledger_views import (
    ApprovalView,
    CaseToTell,
    CommandRow,
    DecisionRow,
    HubReceiptRow,
    KnownKey,
    NoteRow,
    OutboxItem,
    StateEventRow,
)
from domain.approval_states import CASE_STATE_OF, ApprovalState, CommandState, DeliveryState
from domain.approvals import Decision, Proposal
from domain.day_limits import Assent
from domain.errors import BadInputError, CorruptError
from domain.ids import CaseId, SourceName, UserId

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime


class LedgerReads(EvidenceReads):
    """Everything that can be asked of a ledger."""

    def close(self) -> None:
        """Let go of the database."""
        self._reader.dispose()

    def known_keys(self) -> tuple[KnownKey, ...]:
        """The registered public keys."""
        rows = self._rows(select(KNOWN_KEY).order_by(KNOWN_KEY.c.registered_at))
        return tuple(
            KnownKey(
                key=PublicKey(row.spki),
                owner=KeyOwner(user_id=UserId(row.user_id), device_id=row.device_id),
                vouched_by=row.vouched_by,
                registered_at=from_ms(row.registered_at),
            )
            for row in rows
        )

    def public_key(self, keyid: str) -> PublicKey | None:
        """The registered public key of that id: a lookup for ``app.signing.envelope``."""
        rows = self._rows(select(KNOWN_KEY.c.spki).where(KNOWN_KEY.c.keyid == keyid))
        return PublicKey(rows[0].spki) if rows else None

    def head(self, keyid: str) -> ChainHead:
        """Where the next entry of that key would go in its chain."""
        query = select(AUDIT_ENTRY.c.seq, AUDIT_ENTRY.c.sha256).where(AUDIT_ENTRY.c.keyid == keyid)
        rows = self._rows(query.order_by(AUDIT_ENTRY.c.seq.desc()).limit(1))
        return ChainHead(next_seq=rows[0].seq + 1, prev=rows[0].sha256) if rows else ChainHead()

    def entry(self, sha256: str) -> SignedEntry | None:
        """The entry of that digest, read without verifying it again."""
        rows = self._rows(select(AUDIT_ENTRY.c.envelope).where(AUDIT_ENTRY.c.sha256 == sha256))
        return read_unverified(rows[0].envelope) if rows else None

    def entries_of(self, action_id: str) -> tuple[SignedEntry, ...]:
        """Every signed entry of an action, in the order it came into this ledger."""
        query = select(AUDIT_ENTRY.c.envelope).where(AUDIT_ENTRY.c.action_id == action_id)
        rows = self._rows(query.order_by(AUDIT_ENTRY.c.entry_id))
        return tuple(read_unverified(row.envelope) for row in rows)

    def latest_entries(self, most: int) -> tuple[tuple[EntryRow, ...], int]:
        """The latest ``most`` entries, the newest first, and how many there are in all."""
        with self._reader.connect() as connection:
            return read_entries(connection, most), count_entries(connection)

    def receipt(self, entry_sha256: str) -> HubReceiptRow | None:
        """The hub's receipt of an entry."""
        rows = self._rows(select(HUB_RECEIPT).where(HUB_RECEIPT.c.entry_sha256 == entry_sha256))
        if not rows:
            return None
        (row,) = rows
        return HubReceiptRow(
            hub_index=row.hub_index, received_at=from_ms(row.received_at), envelope=row.envelope
        )

    def last_receipt(self) -> tuple[bytes, bytes] | None:
        """The receipt with the highest record number, and the envelope of its entry."""
        query = (
            select(HUB_RECEIPT.c.envelope.label("receipt"), AUDIT_ENTRY.c.envelope)
            .join(AUDIT_ENTRY, AUDIT_ENTRY.c.sha256 == HUB_RECEIPT.c.entry_sha256)
            .order_by(HUB_RECEIPT.c.hub_index.desc())
            .limit(1)
        )
        rows = self._rows(query)
        return (bytes(rows[0].receipt), bytes(rows[0].envelope)) if rows else None

    def delivery(self, entry_sha256: str) -> DeliveryState | None:
        """Where an own entry stands on its way to the hub; ``None`` for one that is not sent from here."""
        rows = self._rows(select(OUTBOX.c.state).where(OUTBOX.c.entry_sha256 == entry_sha256))
        return DeliveryState(rows[0].state) if rows else None

    def approval(self, action_id: str) -> ApprovalView:
        """The approval of that action.

        Raises:
            BadInputError: there is none.
        """
        found = self.approvals(action_ids=(action_id,))
        if not found:
            raise BadInputError(
                what=f"There is no proposal {action_id}.",
                remedy="Copy the id from the approvals page or from control-tower propose.",
            )
        return found[0]

    def approvals(
        self,
        *,
        states: Collection[ApprovalState] | None = None,
        action_ids: Collection[str] | None = None,
        case_id: CaseId | None = None,
    ) -> tuple[ApprovalView, ...]:
        """Approvals with their decisions and commands, the newest first."""
        query = select(APPROVAL_CASE).order_by(APPROVAL_CASE.c.action_id.desc())
        if states is not None:
            query = query.where(APPROVAL_CASE.c.state.in_([str(s) for s in states]))
        if action_ids is not None:
            query = query.where(APPROVAL_CASE.c.action_id.in_(action_ids))
        if case_id is not None:
            query = query.where(APPROVAL_CASE.c.case_id == case_id)
        with self._reader.connect() as connection:
            cases = connection.execute(query).all()
            wanted = [row.action_id for row in cases]
            entries = _entries(connection, wanted)
            decisions = _decisions(connection, wanted, entries)
            commands = _commands(connection, wanted)
            receipts = _indexes(connection, [row.proposal_sha256 for row in cases])
        return tuple(_view(row, entries, receipts, decisions, commands) for row in cases)

    def assents(self, wanted: Assent, ahead_of: str = "") -> tuple[Assent, ...]:
        """What was approved of the same remedy within a day of ``wanted``, without what was refused.

        ``ahead_of`` names an entry: then only what was recorded before it, in the hub's order or, without
        a hub, in the ledger's.
        """
        with self._reader.connect() as connection:
            return read_assents(connection, wanted, ahead_of)

    def commands(self, action_id: str) -> tuple[CommandRow, ...]:
        """The commands of an action, in their order."""
        with self._reader.connect() as connection:
            return tuple(_commands(connection, [action_id])[action_id])

    def commands_in(self, *states: CommandState) -> tuple[CommandRow, ...]:
        """All commands in one of ``states``."""
        query = select(COMMAND).where(COMMAND.c.state.in_([str(s) for s in states]))
        return tuple(_command(row) for row in self._rows(query.order_by(COMMAND.c.key)))

    def outbox(self, *states: DeliveryState) -> tuple[OutboxItem, ...]:
        """Entries on their way to the hub in one of ``states``, in the order they were signed."""
        query = (
            select(OUTBOX, AUDIT_ENTRY.c.action_id, AUDIT_ENTRY.c.predicate_type, AUDIT_ENTRY.c.envelope)
            .join(AUDIT_ENTRY, AUDIT_ENTRY.c.sha256 == OUTBOX.c.entry_sha256)
            .where(OUTBOX.c.state.in_([str(s) for s in states]))
            .order_by(OUTBOX.c.outbox_id)
        )
        return tuple(
            OutboxItem(
                entry_sha256=row.entry_sha256,
                action_id=row.action_id,
                predicate_type=row.predicate_type,
                envelope=row.envelope,
                state=DeliveryState(row.state),
                attempt=row.attempt,
                why=row.why,
            )
            for row in self._rows(query)
        )

    def cases_to_tell(self) -> tuple[CaseToTell, ...]:
        """Approvals whose exception case has not been told the latest, the oldest first."""
        query = select(
            APPROVAL_CASE.c.action_id,
            APPROVAL_CASE.c.case_id,
            APPROVAL_CASE.c.state,
            APPROVAL_CASE.c.why,
            APPROVAL_CASE.c.case_told,
        ).order_by(APPROVAL_CASE.c.action_id)
        due = []
        for row in self._rows(query):
            wanted = CASE_STATE_OF[ApprovalState(row.state)]
            if row.case_told != wanted:
                due.append(
                    CaseToTell(
                        action_id=row.action_id,
                        case_id=CaseId(row.case_id),
                        told=row.case_told,
                        wanted=wanted,
                        why=row.why,
                    )
                )
        return tuple(due)

    def feed_position(self, hub_keyid: str) -> int:
        """The last record number of the hub's feed that was taken over; -1 before the first."""
        rows = self._rows(select(FEED_POSITION).where(FEED_POSITION.c.hub_keyid == hub_keyid))
        return int(rows[0].hub_index) if rows else -1

    def notes(self, case_id: CaseId) -> tuple[NoteRow, ...]:
        """Remarks on a case, the oldest first."""
        query = select(NOTE).where(NOTE.c.case_id == case_id).order_by(NOTE.c.at, NOTE.c.note_id)
        return tuple(
            NoteRow(note_id=row.note_id, author=row.author, body=row.body, at=from_ms(row.at))
            for row in self._rows(query)
        )

    def events(self, object_ids: Iterable[str]) -> tuple[StateEventRow, ...]:
        """Moves of approvals and commands (by action id or command key), the oldest first."""
        query = select(STATE_EVENT).where(STATE_EVENT.c.object_id.in_(list(object_ids)))
        return tuple(
            StateEventRow(
                machine=row.machine,
                object_id=row.object_id,
                from_state=row.from_state,
                to_state=row.to_state,
                actor=row.actor,
                cause=row.cause,
                at=from_ms(row.at),
            )
            for row in self._rows(query.order_by(STATE_EVENT.c.event_id))
        )

    def expired(self, now: datetime) -> tuple[str, ...]:
        """Actions whose proposal has run out undecided or not begun."""
        waiting = [ApprovalState.SUBMITTED, ApprovalState.PARTIAL, ApprovalState.APPROVED]
        query = select(APPROVAL_CASE.c.action_id).where(
            APPROVAL_CASE.c.state.in_([str(s) for s in waiting]), APPROVAL_CASE.c.expires_at <= to_ms(now)
        )
        return tuple(row.action_id for row in self._rows(query))


def _entries(connection: Connection, action_ids: list[str]) -> dict[str, SignedEntry]:
    query = select(AUDIT_ENTRY.c.sha256, AUDIT_ENTRY.c.envelope).where(
        AUDIT_ENTRY.c.action_id.in_(action_ids),
        AUDIT_ENTRY.c.sha256.in_(
            select(APPROVAL_CASE.c.proposal_sha256).union_all(select(DECISION.c.entry_sha256))
        ),
    )
    return {row.sha256: read_unverified(row.envelope) for row in connection.execute(query)}


def _indexes(connection: Connection, digests: list[str]) -> dict[str, int]:
    query = select(HUB_RECEIPT.c.entry_sha256, HUB_RECEIPT.c.hub_index)
    rows = connection.execute(query.where(HUB_RECEIPT.c.entry_sha256.in_(digests)))
    return {row.entry_sha256: row.hub_index for row in rows}


def _decisions(
    connection: Connection, action_ids: list[str], entries: dict[str, SignedEntry]
) -> dict[str, list[DecisionRow]]:
    query = select(DECISION).where(DECISION.c.action_id.in_(action_ids))
    rows = connection.execute(query.order_by(DECISION.c.issued_at, DECISION.c.entry_sha256)).all()
    indexes = _indexes(connection, [row.entry_sha256 for row in rows])
    found: dict[str, list[DecisionRow]] = defaultdict(list)
    for row in rows:
        entry = entries[row.entry_sha256]
        if not isinstance(entry.value, Decision):
            raise _contradiction(row.entry_sha256)
        found[row.action_id].append(
            DecisionRow(
                entry=entry,
                decision=entry.value,
                standing=Standing(row.standing),
                why=row.why,
                hub_index=indexes.get(row.entry_sha256),
            )
        )
    return found


def _commands(connection: Connection, action_ids: list[str]) -> dict[str, list[CommandRow]]:
    query = select(COMMAND).where(COMMAND.c.action_id.in_(action_ids))
    found: dict[str, list[CommandRow]] = defaultdict(list)
    for row in connection.execute(query.order_by(COMMAND.c.action_id, COMMAND.c.ordinal)):
        found[row.action_id].append(_command(row))
    return found


def _command(row: Row[Any]) -> CommandRow:
    return CommandRow(
        key=row.key,
        action_id=row.action_id,
        ordinal=row.ordinal,
        source=SourceName(row.source),
        verb=row.verb,
        state=CommandState(row.state),
        why=row.why,
        attempt=row.attempt,
        probes=row.probes,
        upstream_version=row.upstream_version,
        started_at=from_ms_or_none(row.started_at),
        due_at=from_ms_or_none(row.due_at),
        updated_at=from_ms(row.updated_at),
    )


def _view(
    row: Row[Any],
    entries: dict[str, SignedEntry],
    indexes: dict[str, int],
    decisions: dict[str, list[DecisionRow]],
    commands: dict[str, list[CommandRow]],
) -> ApprovalView:
    entry = entries[row.proposal_sha256]
    if not isinstance(entry.value, Proposal):
        raise _contradiction(row.proposal_sha256)
    return ApprovalView(
        action_id=row.action_id,
        case_id=CaseId(row.case_id),
        state=ApprovalState(row.state),
        why=row.why,
        min_approvers=row.min_approvers,
        expires_at=from_ms(row.expires_at),
        updated_at=from_ms(row.updated_at),
        entry=entry,
        proposal=entry.value,
        proposal_index=indexes.get(row.proposal_sha256),
        decisions=tuple(decisions.get(row.action_id, ())),
        commands=tuple(commands.get(row.action_id, ())),
    )


def _contradiction(sha256: str) -> CorruptError:
    return CorruptError(
        what=f"The ledger calls entry {sha256[:12]}… something that it is not.",
        remedy="Run control-tower verify-ledger and restore a backup.",
    )
