"""Writing what a look did: cases, their history, and what each puts at risk by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.store.schema_cases import EXCEPTION_CASE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from app.detection.lifecycle.changes import Changes
    from domain.ids import CaseId

_NAMES = tuple(column.name for column in EXCEPTION_CASE.columns)
_OPEN = (
    f"INSERT OR REPLACE INTO exception_case ({', '.join(_NAMES)})"  # noqa: S608 - column names of the schema
    f" VALUES ({', '.join(':' + name for name in _NAMES)})"
)
_MOVE = """
UPDATE exception_case
   SET state = :state, state_at = :state_at, clean_checks = :clean_checks, last_seen_at = :last_seen_at,
       state_reason = :state_reason, closed_at = :closed_at, flapping = :flapping
 WHERE case_id = :case_id
"""
_EVENT = """
INSERT INTO case_event (case_id, at, episode, kind, from_state, to_state, reason, actor)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_FORGET = "DELETE FROM case_loss WHERE case_id = ?"
_LOSS = "INSERT INTO case_loss (case_id, loss_key, loss_cents) VALUES (?, ?, ?)"


def write_changes(connection: Connection, changes: Changes) -> None:
    """Write the rows that a look collected."""
    if changes.inserts:
        connection.exec_driver_sql(_OPEN, changes.inserts)
    if changes.rewrites:
        columns = ", ".join(f"{name} = :{name}" for name in changes.rewrites[0] if name != "case_id")
        rewrite = f"UPDATE exception_case SET {columns} WHERE case_id = :case_id"  # noqa: S608 - our columns
        connection.exec_driver_sql(rewrite, changes.rewrites)
    if changes.moves:
        connection.exec_driver_sql(_MOVE, changes.moves)
    if changes.events:
        connection.exec_driver_sql(_EVENT, changes.events)
    _forget(connection, [*changes.losses, *changes.cleared])
    _lose(connection, changes.losses)


def _forget(connection: Connection, case_ids: Iterable[CaseId]) -> None:
    ids = [(case_id,) for case_id in case_ids]
    if ids:
        connection.exec_driver_sql(_FORGET, ids)


def _lose(connection: Connection, losses: Mapping[CaseId, tuple[tuple[str, int], ...]]) -> None:
    rows: list[Any] = []
    for case_id, parts in losses.items():
        by_key: dict[str, int] = {}
        for loss_key, cents in parts:
            by_key[loss_key] = by_key.get(loss_key, 0) + cents
        rows += [(case_id, loss_key, cents) for loss_key, cents in by_key.items()]
    if rows:
        connection.exec_driver_sql(_LOSS, rows)
