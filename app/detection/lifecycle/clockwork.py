"""What the clock and the feeds do to cases without a look at the facts: shown, woken, flagged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from app.detection.lifecycle.changes import DETECTION_ACTOR
from domain.cases import CaseState
from domain.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from app.detection.freshness import Freshness
    from app.detection.rule import Moment, Rule

_MS_PER_MINUTE = 60_000

_RIPE = """
SELECT e.case_id, e.episode, e.consequence FROM exception_case e INDEXED BY det_case_suspended
 WHERE e.code = ? AND e.opened_at <= ? AND e.closed_at IS NULL AND e.state = 'suspended'
   AND e.clean_checks = 0 AND e.dq_flags = '[]'
"""
_SHOW = "UPDATE exception_case SET state = 'open', state_at = ? WHERE case_id = ?"
_RESTED = """
SELECT e.case_id, e.episode, e.state FROM exception_case e INDEXED BY det_case_snoozed
 WHERE e.snoozed_until <= ? AND e.closed_at IS NULL AND e.snoozed_until IS NOT NULL
"""
_WAKE = "UPDATE exception_case SET snoozed_until = NULL, snooze_loss_cents = NULL WHERE case_id = ?"
_EVENT = """
INSERT INTO case_event (case_id, at, episode, kind, from_state, to_state, reason, actor)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_FLAGGED = """
SELECT e.case_id, e.sources, e.dq_flags FROM exception_case e INDEXED BY det_case_open
 WHERE e.code = ? AND e.closed_at IS NULL
"""


def show_ripe(connection: Connection, moment: Moment, rules: Iterable[Rule]) -> set[CaseId]:
    """Open the suspended cases whose condition has lasted long enough."""
    shown: list[tuple[str, int, str]] = []
    for rule in rules:
        if rule.case_type.hold_minutes:
            since = moment.now_ms - rule.case_type.hold_minutes * _MS_PER_MINUTE
            rows = connection.exec_driver_sql(_RIPE, (rule.case_type.code, since))
            shown += [(row.case_id, row.episode, row.consequence) for row in rows]
    if shown:
        connection.exec_driver_sql(_SHOW, [(moment.now_ms, case_id) for case_id, _, _ in shown])
        opened = (CaseState.SUSPENDED.value, CaseState.OPEN.value)
        connection.exec_driver_sql(
            _EVENT,
            [
                (case_id, moment.now_ms, episode, "opened", *opened, consequence, DETECTION_ACTOR)
                for case_id, episode, consequence in shown
            ],
        )
    return {CaseId(case_id) for case_id, _, _ in shown}


def wake_rested(connection: Connection, moment: Moment) -> set[CaseId]:
    """Wake the snoozed cases whose time has come."""
    rested = list(connection.exec_driver_sql(_RESTED, (moment.now_ms,)))
    if rested:
        connection.exec_driver_sql(_WAKE, [(row.case_id,) for row in rested])
        reason = "Woken: its rest is over."
        connection.exec_driver_sql(
            _EVENT,
            [
                (
                    row.case_id,
                    moment.now_ms,
                    row.episode,
                    "snoozed",
                    row.state,
                    row.state,
                    reason,
                    DETECTION_ACTOR,
                )
                for row in rested
            ],
        )
    return {CaseId(row.case_id) for row in rested}


def flag_stale(connection: Connection, rules: Iterable[Rule], feeds: Freshness) -> set[CaseId]:
    """Say of every open case which silent sources it rests on; the cases of which that is new."""
    changed: list[tuple[str, str]] = []
    for rule in rules:
        gate = feeds.gate(rule)
        for row in connection.exec_driver_sql(_FLAGGED, (rule.case_type.code,)):
            flags = gate.flags(tuple(json.loads(row.sources)) if gate.silent else (), row.dq_flags)
            if flags != row.dq_flags:
                changed.append((flags, row.case_id))
    if changed:
        connection.exec_driver_sql("UPDATE exception_case SET dq_flags = ? WHERE case_id = ?", changed)
    return {CaseId(case_id) for _, case_id in changed}
