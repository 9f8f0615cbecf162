"""What a detection leaves for the next one: when it was, under which rules, what it could not see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

DETECTED = "detected"
_RULES = "rules"
_LAST_EVENT = "case_event"
_SKIPPED = "skipped:"
_SILENT = "silent:"
_ROWS = "rows:"

_FORGET = """
DELETE FROM detection_state WHERE name IN ('detected', 'rules', 'case_event')
    OR name GLOB 'skipped:*' OR name GLOB 'silent:*' OR name GLOB 'rows:*'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionState:
    """As the last detection left it.

    ``at_ms`` is when it was (``None``: there was none), ``rules`` the digest of rules and policies,
    ``last_event`` the last step in the history of cases that it knew of. ``skipped`` are the codes of
    rules that waited for a feed to be read, ``silent`` the sources that were silent, and ``rows`` how
    many rows each table had when they were last counted.
    """

    at_ms: int | None = None
    rules: int = 0
    last_event: int = 0
    skipped: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    rows: Mapping[str, int] = field(default_factory=dict)


def read_state(connection: Connection) -> DetectionState:
    """What the last detection left."""
    rows = connection.exec_driver_sql("SELECT name, at FROM detection_state")
    stored = {str(row.name): int(row.at) for row in rows}
    return DetectionState(
        at_ms=stored.get(DETECTED),
        rules=stored.get(_RULES, 0),
        last_event=stored.get(_LAST_EVENT, 0),
        skipped=_named(stored, _SKIPPED),
        silent=_named(stored, _SILENT),
        rows={name.removeprefix(_ROWS): at for name, at in stored.items() if name.startswith(_ROWS)},
    )


def write_state(connection: Connection, state: DetectionState) -> None:
    """Leave this for the next detection."""
    rows = [(DETECTED, state.at_ms), (_RULES, state.rules), (_LAST_EVENT, state.last_event)]
    rows += [(_SKIPPED + code, 1) for code in sorted(state.skipped)]
    rows += [(_SILENT + source, 1) for source in sorted(state.silent)]
    rows += [(_ROWS + table, count) for table, count in sorted(state.rows.items())]
    connection.exec_driver_sql(_FORGET)
    connection.exec_driver_sql("INSERT INTO detection_state (name, at) VALUES (?, ?)", rows)


def last_case_event(connection: Connection) -> int:
    """The newest step in the history of cases."""
    query = "SELECT COALESCE(MAX(event_id), 0) FROM case_event"
    return int(connection.exec_driver_sql(query).scalar_one())


def _named(stored: Mapping[str, int], prefix: str) -> frozenset[str]:
    return frozenset(name.removeprefix(prefix) for name in stored if name.startswith(prefix))
