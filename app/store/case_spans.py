"""When cases were open: what figures over days and weeks are made of, in one lean read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, or_, select

from app.store.instants import from_ms, from_ms_or_none, to_ms
from app.store.schema_cases import EXCEPTION_CASE
from domain.cases import CaseState
from domain.ids import CaseId

if TYPE_CHECKING:
    from datetime import datetime

_C = EXCEPTION_CASE.c


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSpan:
    """A case with the time of its last episode: opened, and closed or still open."""

    case_id: CaseId
    code: str
    title: str
    severity: int
    loss_cents: int
    opened_at: datetime
    closed_at: datetime | None


def case_spans(connection: Connection, *, since: datetime) -> list[CaseSpan]:
    """The cases that are open or were closed since then, oldest first; held back ones left out."""
    wanted = (_C.case_id, _C.code, _C.title, _C.severity, _C.loss_cents, _C.opened_at, _C.closed_at)
    query = (
        select(*wanted)
        .where(_C.state != CaseState.SUSPENDED.value)
        .where(or_(_C.closed_at.is_(None), _C.closed_at >= to_ms(since)))
        .order_by(_C.opened_at, _C.case_id)
    )
    return [
        CaseSpan(
            case_id=CaseId(row.case_id),
            code=row.code,
            title=row.title,
            severity=row.severity,
            loss_cents=row.loss_cents,
            opened_at=from_ms(row.opened_at),
            closed_at=from_ms_or_none(row.closed_at),
        )
        for row in connection.execute(query)
    ]


def open_codes(connection: Connection) -> dict[CaseId, str]:
    """The code of every case that is not closed, held back ones too."""
    query = select(_C.case_id, _C.code).where(_C.closed_at.is_(None))
    return {CaseId(row.case_id): row.code for row in connection.execute(query)}
