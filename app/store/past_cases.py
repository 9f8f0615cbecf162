"""Closed cases that were like an open one: of its type, and of the same cause or at the same site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, and_, case, select

from app.store.instants import from_ms
from app.store.schema_cases import EXCEPTION_CASE
from domain.cases import CaseState
from domain.ids import CaseId

if TYPE_CHECKING:
    from datetime import datetime

    from domain.cases import ExceptionCase

Likeness = Literal["cause", "site"]

_C = EXCEPTION_CASE.c
_BY_RANK: dict[int, Likeness] = {2: "cause", 1: "site"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCase:
    """A closed case, how it ended and why, and what it has in common with another."""

    case_id: CaseId
    title: str
    state: CaseState
    reason: str
    loss_cents: int
    opened_at: datetime
    closed_at: datetime
    likeness: Likeness


def past_like(connection: Connection, like: ExceptionCase, *, most: int) -> list[PastCase]:
    """At most so many closed cases of the type of ``like``: those of its cause first, then the latest."""
    same_cause = and_(_C.correlation_key == like.correlation_key, _C.correlation_key != "")
    rank = case((same_cause, 2), (_C.node_id == like.node_id, 1), else_=0).label("rank")
    wanted = (_C.case_id, _C.title, _C.state, _C.state_reason, _C.loss_cents, _C.opened_at, _C.closed_at)
    query = (
        select(*wanted, rank)
        .where(_C.code == like.code, _C.closed_at.is_not(None), _C.case_id != like.case_id, rank > 0)
        .order_by(rank.desc(), _C.closed_at.desc(), _C.case_id)
        .limit(most)
    )
    return [
        PastCase(
            case_id=CaseId(row.case_id),
            title=row.title,
            state=CaseState(row.state),
            reason=row.state_reason,
            loss_cents=row.loss_cents,
            opened_at=from_ms(row.opened_at),
            closed_at=from_ms(row.closed_at),
            likeness=_BY_RANK[row.rank],
        )
        for row in connection.execute(query)
    ]
