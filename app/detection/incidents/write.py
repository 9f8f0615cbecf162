"""Writing where cases were placed: memberships, cases, further roots, new incidents, and the history."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, delete, insert

from app.detection.incidents.phrases import cause_words, names_of, why
from app.store.schema_cases import CASE_EVENT
from app.store.schema_incidents import ALSO_AFFECTED, INCIDENT
from domain.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from app.detection.incidents.facts import Facts, OpenIncident
    from app.detection.incidents.place import Placement

ACTOR = "detection"

_MEMBER = """
INSERT INTO incident_member (case_id, incident_id, basis, why, joined_at)
VALUES (:case_id, :incident_id, :basis, :why, :joined_at)
ON CONFLICT (case_id) DO UPDATE SET incident_id = excluded.incident_id, basis = excluded.basis,
  why = excluded.why, joined_at = excluded.joined_at
"""

_GROUPED = """
INSERT INTO case_event (case_id, at, episode, kind, from_state, to_state, reason, actor)
SELECT e.case_id, :joined_at, e.episode, 'grouped', e.state, e.state,
       m.incident_id || ' to ' || :incident_id || ': ' || :why, :actor
  FROM incident_member m CROSS JOIN exception_case e ON e.case_id = m.case_id WHERE m.case_id = :case_id
"""

_MOVE = """
UPDATE incident_member SET incident_id = :incident_id, basis = COALESCE(:basis, basis), why = :why,
  joined_at = :joined_at WHERE case_id = :case_id
"""

_CASE = """
UPDATE exception_case SET incident_id = :incident_id, parent_case_id = :parent_case_id,
  suppressed_by = :suppressed_by WHERE case_id = :the_case
"""


@dataclass(slots=True, kw_only=True)
class Written:
    """What changed by placing: cases that look different, and those that went elsewhere, from where."""

    changed: set[CaseId] = field(default_factory=set)
    moved: set[CaseId] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)


def write_placements(
    connection: Connection,
    facts: Facts,
    placed: Mapping[str, Placement],
    silenced: Mapping[str, str],
    *,
    now_ms: int,
) -> Written:
    """Write what is different from before; ``silenced`` names the silence that hides a case."""
    written = Written()
    fresh = [p for p in placed.values() if _is_new(p)]
    hit = [p for p in placed.values() if _hits(p) != facts.also.get(p.case.case_id, frozenset())]
    names = names_of(connection, [*fresh, *hit])
    members, events = [], []
    for placement in fresh:
        case = placement.case
        sentence = why(placement, names)
        members.append(_member(placement, sentence, now_ms))
        if case.incident_id and case.incident_id != placement.incident_id:
            written.moved.add(CaseId(case.case_id))
            events.append(_event(placement, sentence, now_ms))
        if case.was_in and case.was_in != placement.incident_id:
            written.left.add(case.was_in)
        written.joined.add(placement.incident_id)
    if members:
        connection.exec_driver_sql(_MEMBER, members)
    if events:
        connection.execute(insert(CASE_EVENT), events)
    _write_cases(connection, placed.values(), silenced, written)
    _write_also(connection, hit, names)
    written.changed |= {CaseId(p.case.case_id) for p in fresh}
    return written


def open_incidents(
    connection: Connection, opened: Collection[OpenIncident], *, now_ms: int, title: str = ""
) -> None:
    """Write new incidents; value, and a blank title, are filled in when their members are known."""
    rows = [
        {
            "incident_id": incident.incident_id,
            "title": title or incident.key,
            "basis": str(incident.basis),
            "correlation_key": incident.key,
            "correlation_version": incident.version,
            "root_case_id": None,
            "opened_at": now_ms,
            "closed_at": None,
            "orders": 0,
            "lines": 0,
            "loss_cents": 0,
            "avoidable_cents": 0,
            "effort_minutes": 1,
            "action_label": "",
        }
        for incident in opened
    ]
    if rows:
        # One that ended and begins again within the same instant is the same incident.
        connection.execute(insert(INCIDENT).prefix_with("OR REPLACE"), rows)


def reopen_incidents(connection: Connection, incident_ids: Collection[str]) -> None:
    """Take up incidents again whose key came up again soon after they had ended."""
    rows = [{"incident_id": incident_id} for incident_id in sorted(incident_ids)]
    if rows:
        connection.exec_driver_sql(
            "UPDATE incident SET closed_at = NULL WHERE incident_id = :incident_id", rows
        )


def move_members(
    connection: Connection,
    case_ids: Collection[str],
    incident_id: str,
    *,
    why: str,
    now_ms: int,
    basis: str | None = None,
) -> None:
    """Take these cases to another incident for the reason ``why``, with a line in their history each.

    Without a new ``basis`` they are there for what they were in the other.
    """
    moves = [
        {
            "case_id": case_id,
            "incident_id": incident_id,
            "basis": basis,
            "why": why,
            "joined_at": now_ms,
            "actor": ACTOR,
        }
        for case_id in case_ids
    ]
    connection.exec_driver_sql(_GROUPED, moves)
    connection.exec_driver_sql(_MOVE, moves)


def _hits(placement: Placement) -> frozenset[str]:
    return frozenset(incident_id for incident_id, _ in placement.also)


def _is_new(placement: Placement) -> bool:
    case = placement.case
    return (
        placement.incident_id != case.incident_id
        or placement.basis != case.basis
        or bool(placement.parent and placement.parent != case.parent)
    )


def _member(placement: Placement, sentence: str, now_ms: int) -> dict[str, Any]:
    return {
        "case_id": placement.case.case_id,
        "incident_id": placement.incident_id,
        "basis": placement.basis.value,
        "why": sentence,
        "joined_at": now_ms,
    }


def _event(placement: Placement, sentence: str, now_ms: int) -> dict[str, Any]:
    case = placement.case
    return {
        "case_id": case.case_id,
        "at": now_ms,
        "episode": case.episode,
        "kind": "grouped",
        "from_state": case.state,
        "to_state": case.state,
        "reason": f"{case.incident_id} to {placement.incident_id}: {sentence}",
        "actor": case.author or ACTOR,
    }


def _write_cases(
    connection: Connection, placed: Collection[Placement], silenced: Mapping[str, str], written: Written
) -> None:
    rows = []
    for placement in placed:
        case = placement.case
        hidden = placement.mute.root if placement.mute is not None else silenced.get(case.case_id, "")
        now = (placement.incident_id, placement.parent, hidden)
        if now != (case.shown, case.parent, case.suppressed_by):
            rows.append(
                {
                    "the_case": case.case_id,
                    "incident_id": placement.incident_id,
                    "parent_case_id": placement.parent or None,
                    "suppressed_by": hidden,
                }
            )
            written.changed.add(CaseId(case.case_id))
    if rows:
        connection.exec_driver_sql(_CASE, rows)


def _write_also(
    connection: Connection, hit: Collection[Placement], names: Mapping[tuple[str, str], str]
) -> None:
    if not hit:
        return
    gone = [{"the_case": placement.case.case_id} for placement in hit]
    connection.execute(delete(ALSO_AFFECTED).where(ALSO_AFFECTED.c.case_id == bindparam("the_case")), gone)
    rows = [
        {"case_id": p.case.case_id, "incident_id": incident_id, "why": cause_words(p.case, link, names)}
        for p in hit
        for incident_id, link in p.also
    ]
    if rows:
        connection.execute(insert(ALSO_AFFECTED), rows)
