"""The policy files that detection works with: versions, a profile's own texts, and what was refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from app.store.instants import from_ms, to_ms
from app.store.schema_policy import POLICY_IN_FORCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

_P = POLICY_IN_FORCE.c


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRecord:
    """A policy file in force: ``body`` is its text if it is a profile's own, else blank.

    ``problem`` says why a newer text of it was refused. A file that was never good has no version.
    """

    name: str
    version: str
    sha256: str
    body: str
    loaded_at: datetime
    problem: str = ""


def policy_records(connection: Connection) -> tuple[PolicyRecord, ...]:
    """Every file in force or refused, by name."""
    rows = connection.execute(select(POLICY_IN_FORCE).order_by(_P.name)).mappings()
    return tuple(
        PolicyRecord(
            name=row["name"],
            version=row["version"],
            sha256=row["sha256"],
            body=row["body"],
            loaded_at=from_ms(row["loaded_at"]),
            problem=row["problem"],
        )
        for row in rows
    )


def adopt_policies(connection: Connection, records: Iterable[PolicyRecord]) -> bool:
    """Put these files in force in place of all others; say whether anything is different.

    A file whose text is the same stays in force since when it was.
    """
    wanted = {record.name: record for record in records}
    known = {record.name: record for record in policy_records(connection)}
    gone = sorted(known.keys() - wanted.keys())
    fresh = [
        record
        for name, record in sorted(wanted.items())
        if name not in known or _told(known[name]) != _told(record)
    ]
    if gone:
        connection.execute(delete(POLICY_IN_FORCE).where(_P.name.in_(gone)))
    for record in fresh:
        _write(connection, record)
    cured = connection.execute(update(POLICY_IN_FORCE).where(_P.problem != "").values(problem="")).rowcount
    return bool(gone or fresh or cured)


def note_policy_problems(connection: Connection, problems: Mapping[str, str], at: datetime) -> bool:
    """Keep why files were refused, by file; what is in force stays. Say whether anything is different."""
    known = {record.name: record for record in policy_records(connection)}
    if problems == {name: record.problem for name, record in known.items() if record.problem}:
        return False
    connection.execute(update(POLICY_IN_FORCE).values(problem=""))
    unheard = sorted(name for name in known.keys() - problems.keys() if not known[name].version)
    connection.execute(delete(POLICY_IN_FORCE).where(_P.name.in_(unheard)))
    for name, problem in problems.items():
        if name in known:
            connection.execute(update(POLICY_IN_FORCE).where(_P.name == name).values(problem=problem))
        else:
            record = PolicyRecord(name=name, version="", sha256="", body="", loaded_at=at, problem=problem)
            _write(connection, record)
    return True


def _told(record: PolicyRecord) -> tuple[str, str, str]:
    return record.version, record.sha256, record.body


def _write(connection: Connection, record: PolicyRecord) -> None:
    row = {
        "name": record.name,
        "version": record.version,
        "sha256": record.sha256,
        "body": record.body,
        "loaded_at": to_ms(record.loaded_at),
        "problem": record.problem,
    }
    entry = insert(POLICY_IN_FORCE).values(row)
    connection.execute(entry.on_conflict_do_update(index_elements=["name"], set_=row))
