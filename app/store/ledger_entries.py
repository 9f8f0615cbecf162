"""Every entry of the ledger with what the hub said of it, for a person to look through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from app.signing.statements import SignedEntry, read_unverified
from app.store.instants import from_ms
from app.store.ledger_schema import AUDIT_ENTRY, HUB_RECEIPT, KNOWN_KEY, OUTBOX
from domain.approval_states import DeliveryState

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry, whose key signed it, its delivery and its receipt.

    ``delivery`` is absent for an entry that no hub is to get; ``receipt`` is the hub's signed word.
    """

    entry: SignedEntry
    action_id: str
    signed_by: str
    seq: int
    appended_at: datetime
    delivery: DeliveryState | None
    attempts: int
    why: str
    hub_index: int | None
    receipt: bytes | None


def read_entries(connection: Connection, most: int) -> tuple[EntryRow, ...]:
    """The latest ``most`` entries, the newest first."""
    query = (
        select(
            AUDIT_ENTRY.c.action_id,
            AUDIT_ENTRY.c.seq,
            AUDIT_ENTRY.c.appended_at,
            AUDIT_ENTRY.c.envelope,
            KNOWN_KEY.c.user_id,
            OUTBOX.c.state,
            OUTBOX.c.attempt,
            OUTBOX.c.why,
            HUB_RECEIPT.c.hub_index,
            HUB_RECEIPT.c.envelope.label("receipt"),
        )
        .outerjoin(KNOWN_KEY, KNOWN_KEY.c.keyid == AUDIT_ENTRY.c.keyid)
        .outerjoin(OUTBOX, OUTBOX.c.entry_sha256 == AUDIT_ENTRY.c.sha256)
        .outerjoin(HUB_RECEIPT, HUB_RECEIPT.c.entry_sha256 == AUDIT_ENTRY.c.sha256)
        .order_by(AUDIT_ENTRY.c.entry_id.desc())
        .limit(most)
    )
    return tuple(
        EntryRow(
            entry=read_unverified(row.envelope),
            action_id=row.action_id,
            signed_by=row.user_id or "",
            seq=row.seq,
            appended_at=from_ms(row.appended_at),
            delivery=None if row.state is None else DeliveryState(row.state),
            attempts=row.attempt or 0,
            why=row.why or "",
            hub_index=row.hub_index,
            receipt=row.receipt,
        )
        for row in connection.execute(query)
    )


def count_entries(connection: Connection) -> int:
    """How many entries there are in all."""
    return int(connection.execute(select(func.count()).select_from(AUDIT_ENTRY)).scalar_one())
