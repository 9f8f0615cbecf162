"""A lean look at the cases that are shown: what a replay compares, without evidence and sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from app.store.instants import from_ms, from_ms_or_none
from app.store.schema_cases import EXCEPTION_CASE
from domain.cases import CaseState
from domain.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Sequence

_C = EXCEPTION_CASE.c
_WANTED = (
    _C.case_id,
    _C.code,
    _C.entity_kind,
    _C.entity_id,
    _C.episode,
    _C.opened_at,
    _C.incident_id,
    _C.avoidable_cents,
    _C.effort_minutes,
    _C.breach_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMark:
    """One open case: its identity, its place in the queue and the incident it belongs to."""

    case_id: CaseId
    code: str
    entity: str
    episode: int
    opened_at: datetime
    incident_id: str
    avoidable_cents: int
    effort_minutes: int
    breach_at: datetime | None


def case_marks(connection: Connection) -> Sequence[CaseMark]:
    """Every open case that is not suspended."""
    query = select(*_WANTED).where(_C.closed_at.is_(None), _C.state != CaseState.SUSPENDED.value)
    return [
        CaseMark(
            case_id=CaseId(row.case_id),
            code=row.code,
            entity=f"{row.entity_kind}/{row.entity_id}",
            episode=row.episode,
            opened_at=from_ms(row.opened_at),
            incident_id=row.incident_id or "",
            avoidable_cents=row.avoidable_cents,
            effort_minutes=row.effort_minutes,
            breach_at=from_ms_or_none(row.breach_at),
        )
        for row in connection.execute(query)
    ]
