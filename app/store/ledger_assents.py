"""Reading what was approved from the signed entries: for limits over a day and for delegations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from app.signing.statements import read_unverified
from app.store.instants import to_ms
from app.store.ledger_schema import APPROVAL_CASE, AUDIT_ENTRY, DECISION, HUB_RECEIPT
from domain.approvals import Decision, Verdict
from domain.day_limits import DAY, Assent, assent_of

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import Row

_REFUSED = "refused"


def read_assents(connection: Connection, wanted: Assent, ahead_of: str) -> tuple[Assent, ...]:
    """What was approved of the same remedy within a day, ahead of an entry if one is named."""
    earliest, latest = to_ms(wanted.at - DAY), to_ms(wanted.at + DAY)
    query = (
        select(
            DECISION.c.entry_sha256, AUDIT_ENTRY.c.entry_id, AUDIT_ENTRY.c.envelope, HUB_RECEIPT.c.hub_index
        )
        .join(AUDIT_ENTRY, AUDIT_ENTRY.c.sha256 == DECISION.c.entry_sha256)
        .join(APPROVAL_CASE, APPROVAL_CASE.c.action_id == DECISION.c.action_id)
        .outerjoin(HUB_RECEIPT, HUB_RECEIPT.c.entry_sha256 == DECISION.c.entry_sha256)
        .where(
            APPROVAL_CASE.c.remedy == str(wanted.remedy),
            DECISION.c.verdict == str(Verdict.APPROVE),
            DECISION.c.standing != _REFUSED,
            DECISION.c.issued_at.between(earliest, latest),
        )
    )
    rows: list[Row[Any]] = list(connection.execute(query))
    counted = _ahead(rows, ahead_of) if ahead_of else rows
    values = (read_unverified(row.envelope).value for row in counted)
    return tuple(assent_of(value) for value in values if isinstance(value, Decision))


def _ahead(rows: list[Row[Any]], of: str) -> list[Row[Any]]:
    place = next((row for row in rows if row.entry_sha256 == of), None)
    if place is None:
        return rows
    if place.hub_index is None:
        return [row for row in rows if row.hub_index is not None or row.entry_id < place.entry_id]
    return [row for row in rows if row.hub_index is not None and row.hub_index < place.hub_index]
