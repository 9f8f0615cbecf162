"""Service clocks and waits: what ends a wait, and which cases nobody took up or ended in time.

The clocks are the catalogue's, their time is ``app.detection.service_time``; a muted case is on no clock. A
breach is noted once: it lifts the case one step in the order of the queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.incidents.write import ACTOR
from app.detection.service_time import clock_that_ran_out, ran_ms
from domain.cases import CaseState
from domain.catalogue.types import CASE_TYPES
from domain.ids import CaseId

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

_MS_PER_MINUTE = 60_000

_WAITED = """
SELECT e.case_id, e.episode, e.state, e.waiting_on FROM exception_case e INDEXED BY exception_case_waiting
 WHERE e.waiting_until IS NOT NULL AND e.waiting_until <= :now AND e.state = 'waiting'
"""
_RESUME = """
UPDATE exception_case SET state = 'in_progress', state_at = :now, state_reason = :reason, waiting_on = '',
  waiting_until = NULL WHERE case_id = :case_id
"""
# From code to code by the index: an ordinary DISTINCT would read every open case.
_RUNNING = """
WITH RECURSIVE running (code) AS (
  SELECT (SELECT MIN(code) FROM exception_case INDEXED BY exception_case_on_the_clock
           WHERE closed_at IS NULL AND escalated = 0)
  UNION ALL
  SELECT (SELECT MIN(e.code) FROM exception_case e INDEXED BY exception_case_on_the_clock
           WHERE e.closed_at IS NULL AND e.escalated = 0 AND e.code > running.code)
    FROM running WHERE running.code IS NOT NULL)
SELECT code FROM running WHERE code IS NOT NULL
"""
_RAN_OUT = clock_that_ran_out(
    "e.ran_ms", acknowledge_minutes=":acknowledge_minutes", resolve_minutes=":resolve_minutes"
)
_OVERDUE = f"""
WITH late AS MATERIALIZED (
  SELECT e.case_id, e.episode, e.state, e.acknowledged_at, {ran_ms(":now")} AS ran_ms
    FROM exception_case e INDEXED BY exception_case_on_the_clock
   WHERE e.code = :code AND e.closed_at IS NULL AND e.escalated = 0 AND e.opened_at < :taken_up_by
     AND (e.opened_at < :ended_by OR (e.state = 'open' AND e.acknowledged_at IS NULL))
     AND e.state NOT IN ('suspended', 'waiting') AND e.suppressed_by = ''
     AND (e.snoozed_until IS NULL OR e.snoozed_until <= :now))
SELECT e.case_id, e.episode, e.state, {_RAN_OUT} AS clock FROM late e WHERE clock IS NOT NULL
"""  # noqa: S608 - constants
_ESCALATE = "UPDATE exception_case SET escalated = 1 WHERE case_id = :case_id"
_EVENT = """
INSERT INTO case_event (case_id, at, episode, kind, from_state, to_state, reason, actor)
VALUES (:case_id, :now, :episode, :kind, :from_state, :to_state, :reason, :actor)
"""


def run_clocks(connection: Connection, *, now_ms: int) -> set[CaseId]:
    """End the waits that are over and note the clocks that ran out; the cases that this changed."""
    return _end_waits(connection, now_ms) | _escalate(connection, now_ms)


def _end_waits(connection: Connection, now_ms: int) -> set[CaseId]:
    waited = list(connection.exec_driver_sql(_WAITED, {"now": now_ms}))
    changes, events = [], []
    for row in waited:
        reason = f"The wait for {row.waiting_on} is over."
        changes.append({"case_id": row.case_id, "now": now_ms, "reason": reason})
        events.append(_event(row, now_ms, "moved", CaseState.IN_PROGRESS.value, reason))
    if changes:
        connection.exec_driver_sql(_RESUME, changes)
        connection.exec_driver_sql(_EVENT, events)
    return {CaseId(row.case_id) for row in waited}


def _escalate(connection: Connection, now_ms: int) -> set[CaseId]:
    overdue: list[dict[str, Any]] = []
    running = set(connection.exec_driver_sql(_RUNNING).scalars())
    for case_type in CASE_TYPES:
        if case_type.code not in running:
            continue
        values = {
            "code": case_type.code,
            "now": now_ms,
            "acknowledge_minutes": case_type.acknowledge_minutes,
            "resolve_minutes": case_type.resolve_minutes,
            "taken_up_by": now_ms - case_type.acknowledge_minutes * _MS_PER_MINUTE,
            "ended_by": now_ms - case_type.resolve_minutes * _MS_PER_MINUTE,
        }
        for row in connection.exec_driver_sql(_OVERDUE, values):
            reason = (
                f"Not ended within {case_type.resolve_minutes} minutes."
                if row.clock == "resolve"
                else f"Not taken up within {case_type.acknowledge_minutes} minutes."
            )
            overdue.append(_event(row, now_ms, "escalated", row.state, reason))
    if overdue:
        connection.exec_driver_sql(_ESCALATE, [{"case_id": event["case_id"]} for event in overdue])
        connection.exec_driver_sql(_EVENT, overdue)
    return {CaseId(event["case_id"]) for event in overdue}


def _event(row: Row[Any], now_ms: int, kind: str, to_state: str, reason: str) -> dict[str, Any]:
    return {
        "case_id": row.case_id,
        "now": now_ms,
        "episode": row.episode,
        "kind": kind,
        "from_state": row.state,
        "to_state": to_state,
        "reason": reason,
        "actor": ACTOR,
    }
