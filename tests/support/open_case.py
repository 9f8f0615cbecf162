"""An open case on record without a detection, for rules that look at cases of their own or another type."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Integer, insert

from app.store.instants import to_ms
from app.store.schema_cases import EXCEPTION_CASE
from domain.cases import case_identity
from domain.ids import EntityKind, EntityRef


def record_open_case(
    connection: Connection, code: str, kind: EntityKind, entity_id: str, *, opened_at: datetime
) -> None:
    """Put the bare record of an open case into the mirror."""
    plain = {
        column.name: 0 if isinstance(column.type, Integer) else ""
        for column in EXCEPTION_CASE.c
        if not column.nullable
    }
    entity = EntityRef(kind=kind, entity_id=entity_id)
    known = {
        "case_id": case_identity(code, entity),
        "code": code,
        "entity_kind": kind.value,
        "entity_id": entity_id,
        "state": "open",
        "opened_at": to_ms(opened_at),
    }
    connection.execute(insert(EXCEPTION_CASE).values({**plain, **known}))
