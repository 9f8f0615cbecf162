"""Reading what is stored of cases, as far as their life goes by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.store.quick import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from domain.ids import CaseId

#: Open cases, and cases that a person denied, by code and scope; what ended, by when.
LIFE_INDEXES = (
    "CREATE INDEX IF NOT EXISTS det_case_open ON exception_case (code, scope_key) WHERE closed_at IS NULL",
    "CREATE INDEX IF NOT EXISTS det_case_closed ON exception_case (closed_at) WHERE closed_at IS NOT NULL",
    """
CREATE INDEX IF NOT EXISTS det_incident_ended ON incident (correlation_key, closed_at)
 WHERE closed_at IS NOT NULL
""",
    """
CREATE INDEX IF NOT EXISTS det_case_denied ON exception_case (code, scope_key)
 WHERE state = 'false_positive'
""",
    """
CREATE INDEX IF NOT EXISTS det_case_snoozed ON exception_case (snoozed_until)
 WHERE closed_at IS NULL AND snoozed_until IS NOT NULL
""",
    """
CREATE INDEX IF NOT EXISTS det_case_suspended ON exception_case (code, opened_at)
 WHERE closed_at IS NULL AND state = 'suspended'
""",
    """
CREATE INDEX IF NOT EXISTS det_case_flagged ON exception_case (code)
 WHERE closed_at IS NULL AND dq_flags <> '[]'
""",
)


class StoredCase(NamedTuple):
    """What the life of a case goes by, as it is stored; times are milliseconds."""

    case_id: str
    entity_kind: str
    entity_id: str
    scope_key: str
    state: str
    state_at: int
    severity: int
    loss_cents: int
    consequence: str
    state_reason: str
    owner: str
    opened_at: int
    closed_at: int | None
    last_seen_at: int
    breach_at: int | None
    episode: int
    dq_flags: str
    sources: str
    facts_sha256: str
    clean_checks: int
    flapping: int
    flap_count: int
    snoozed_until: int | None
    snooze_loss_cents: int | None


_COLUMNS = f"SELECT {', '.join(f'e.{name}' for name in StoredCase._fields)} FROM exception_case e"  # noqa: S608 - our fields
OPEN_OF_CODE = f"{_COLUMNS} INDEXED BY det_case_open WHERE e.code = :code AND e.closed_at IS NULL"
OPEN_IN_SCOPE = f"{OPEN_OF_CODE} AND e.scope_key IN (SELECT k FROM temp.scope_key)"  # noqa: S608 - constants
_CHUNK = 900


def open_cases(connection: Connection, code: str, *, narrowed: bool) -> Iterator[StoredCase]:
    """The open cases of a code: all, or those of the scope."""
    return map(StoredCase._make, run(connection, OPEN_IN_SCOPE if narrowed else OPEN_OF_CODE, {"code": code}))


def cases_by_id(connection: Connection, ids: Sequence[CaseId]) -> dict[str, StoredCase]:
    """The cases of these ids, open or closed."""
    found: dict[str, StoredCase] = {}
    for part in _chunks(ids):
        marks = ", ".join("?" * len(part))
        query = f"{_COLUMNS} WHERE e.case_id IN ({marks})"
        found.update((row[0], StoredCase._make(row)) for row in run(connection, query, tuple(part)))
    return found


def reopenings(connection: Connection, ids: Sequence[CaseId], *, since_ms: int) -> dict[str, int]:
    """How often each of these cases was opened again since then."""
    found: dict[str, int] = {}
    for part in _chunks(ids):
        marks = ", ".join("?" * len(part))
        query = (
            "SELECT case_id, COUNT(*) FROM case_event"  # noqa: S608 - question marks
            f" WHERE case_id IN ({marks}) AND kind = 'reopened' AND at > ? GROUP BY case_id"
        )
        found.update(run(connection, query, (*part, since_ms)))
    return found


def _chunks(ids: Sequence[CaseId]) -> Iterable[Sequence[CaseId]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
