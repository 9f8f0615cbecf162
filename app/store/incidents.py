"""Incidents as stored: reading them with their members, and what people said of where cases belong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.dialects.sqlite import insert as upsert

from app.store.instants import from_ms, from_ms_or_none, to_ms
from app.store.schema_incidents import ALSO_AFFECTED, INCIDENT, INCIDENT_MEMBER, INCIDENT_OVERRIDE
from domain.ids import CaseId, IncidentId
from domain.incidents import Incident, IncidentBasis, IncidentMember

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

_OPEN = text("""
SELECT i.*, COUNT(e.case_id) AS members, MIN(e.responsible_at) AS responsible_at
  FROM incident i JOIN incident_member m ON m.incident_id = i.incident_id
  JOIN exception_case e ON e.case_id = m.case_id AND e.closed_at IS NULL
 WHERE i.closed_at IS NULL GROUP BY i.incident_id
 ORDER BY i.loss_cents DESC, i.opened_at, i.incident_id
""")

_ONE = text("""
SELECT i.*, COUNT(e.case_id) AS members, MIN(e.responsible_at) AS responsible_at
  FROM incident i LEFT JOIN incident_member m ON m.incident_id = i.incident_id
  LEFT JOIN exception_case e ON e.case_id = m.case_id AND e.closed_at IS NULL
 WHERE i.incident_id = :incident_id GROUP BY i.incident_id
""")

_MEMBERS = text("""
SELECT m.* FROM incident_member m JOIN exception_case e ON e.case_id = m.case_id
 WHERE m.incident_id = :incident_id AND e.closed_at IS NULL
 ORDER BY m.case_id IS NOT :root, e.loss_cents DESC, m.case_id
""")

_ALL_MEMBERS = text("""
SELECT m.* FROM incident i JOIN incident_member m ON m.incident_id = i.incident_id
  JOIN exception_case e ON e.case_id = m.case_id
 WHERE i.closed_at IS NULL AND e.closed_at IS NULL
 ORDER BY m.case_id IS NOT i.root_case_id, e.loss_cents DESC, m.case_id
""")


def open_incidents(connection: Connection) -> list[Incident]:
    """The incidents with an open member, the dearest first."""
    return [_incident(row) for row in connection.execute(_OPEN).mappings()]


def one_incident(connection: Connection, incident_id: IncidentId) -> Incident | None:
    """The incident of that id, open or closed; ``None`` if there is none."""
    row = connection.execute(_ONE, {"incident_id": incident_id}).mappings().one_or_none()
    return None if row is None else _incident(row)


def open_members(connection: Connection) -> dict[IncidentId, list[IncidentMember]]:
    """The open members of every open incident, the dearest first."""
    found: dict[IncidentId, list[IncidentMember]] = {}
    for row in connection.execute(_ALL_MEMBERS).mappings():
        found.setdefault(IncidentId(row["incident_id"]), []).append(_member(row))
    return found


def members_of(connection: Connection, incident: Incident) -> list[IncidentMember]:
    """The open members of an incident: its root, then the dearest first."""
    values = {"incident_id": incident.incident_id, "root": incident.root_case_id}
    return [_member(row) for row in connection.execute(_MEMBERS, values).mappings()]


def membership_of(connection: Connection, case_id: CaseId) -> IncidentMember | None:
    """Where a case belongs and why; ``None`` before its first correlation."""
    query = select(INCIDENT_MEMBER).where(INCIDENT_MEMBER.c.case_id == case_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _member(row)


def also_affected_by(connection: Connection, case_id: CaseId) -> dict[IncidentId, str]:
    """The further incidents that hit a case, with the reason; its money counts in none of them."""
    query = select(ALSO_AFFECTED).where(ALSO_AFFECTED.c.case_id == case_id)
    query = query.order_by(ALSO_AFFECTED.c.incident_id)
    return {IncidentId(row.incident_id): row.why for row in connection.execute(query)}


def overrule(
    connection: Connection,
    case_ids: Iterable[CaseId],
    incident_id: IncidentId | None,
    *,
    author: str,
    reason: str,
    at: datetime,
) -> None:
    """Keep where a person wants cases to be: in an incident, or (``None``) each on its own."""
    rows = [
        {
            "case_id": case_id,
            "incident_id": incident_id or "",
            "author": author,
            "reason": reason,
            "at": to_ms(at),
        }
        for case_id in case_ids
    ]
    if rows:
        entry = upsert(INCIDENT_OVERRIDE)
        changes = {name: entry.excluded[name] for name in ("incident_id", "author", "reason", "at")}
        connection.execute(entry.on_conflict_do_update(index_elements=["case_id"], set_=changes), rows)


def forget_overrule(connection: Connection, case_id: CaseId) -> bool:
    """Let correlation decide again where a case belongs; whether a person had said so."""
    change = delete(INCIDENT_OVERRIDE).where(INCIDENT_OVERRIDE.c.case_id == case_id)
    return connection.execute(change).rowcount > 0


def _incident(row: Mapping[Any, Any]) -> Incident:
    values: dict[str, Any] = {column.name: row[column.name] for column in INCIDENT.c}
    values |= {
        "basis": IncidentBasis(row["basis"]),
        "opened_at": from_ms(row["opened_at"]),
        "closed_at": from_ms_or_none(row["closed_at"]),
        "responsible_at": from_ms_or_none(row["responsible_at"]),
        "members": row["members"],
    }
    return Incident(**values)


def _member(row: Mapping[Any, Any]) -> IncidentMember:
    return IncidentMember(
        case_id=CaseId(row["case_id"]),
        incident_id=IncidentId(row["incident_id"]),
        basis=IncidentBasis(row["basis"]),
        why=row["why"],
        joined_at=from_ms(row["joined_at"]),
    )
