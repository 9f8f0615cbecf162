"""Correlation: after a detection, every open case is in one incident, under its cause where one is known.

Looked at are the changed cases and what hangs on them; without a list, every case. Both ways give the
same (a test holds them to it). In this order: what a person said, a root reached through the causal
graph, the versioned key, a root that mutes, and once an hour the statistical contrast of what is left,
and the bursts under a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from app.detection.incidents.anchors import prepare
from app.detection.incidents.bursts import part_bursts
from app.detection.incidents.clocks import run_clocks
from app.detection.incidents.edges import edges_in_force
from app.detection.incidents.facts import read_facts
from app.detection.incidents.leftovers import WINDOW_MS, contrast_is_due, group_leftovers
from app.detection.incidents.place import Placing
from app.detection.incidents.scope import silence_ended, take_scope
from app.detection.incidents.silencing import silenced
from app.detection.incidents.values import refresh_values
from app.detection.incidents.write import Written, open_incidents, reopen_incidents, write_placements
from domain.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Collection

    from app.detection.incidents.edges import Edge
    from app.detection.rule import Moment

#: A root that moves takes its children along, those theirs; types nest less deep than this.
MOST_ROUNDS = 8

# What was said of a closed case, and what else hit it, is over.
_CLOSED = (
    """
DELETE FROM incident_override WHERE case_id IN (
 SELECT c.case_id FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id
  WHERE e.closed_at IS NOT NULL)
""",
    """
DELETE FROM also_affected WHERE case_id IN (
 SELECT c.case_id FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id
  WHERE e.closed_at IS NOT NULL)
""",
    """
UPDATE exception_case SET suppressed_by = '' WHERE suppressed_by <> '' AND closed_at IS NOT NULL
   AND case_id IN (SELECT case_id FROM temp.corr_case)
""",
)


def correlate(
    connection: Connection, moment: Moment, changed_case_ids: Collection[CaseId] | None
) -> frozenset[CaseId]:
    """Place the changed cases and what hangs on them (``None``: every case) within the transaction.

    Waits that are over end and service clocks that ran out are noted on the way. Gives the cases whose
    incident, cause, mute, wait or clock is different now.
    """
    now_ms = moment.now_ms
    changed = run_clocks(connection, now_ms=now_ms)
    wanted = changed_case_ids is None or changed_case_ids or silence_ended(connection, now_ms=now_ms)
    due = contrast_is_due(connection, hour_ms=moment.hour_ms)
    if not wanted and not due:
        return frozenset(changed)
    edges = edges_in_force(moment.policy)
    prepare(connection, edges)
    if wanted:
        changed |= _rounds(connection, changed_case_ids, now_ms=now_ms)
    if due:
        changed |= _contrast(connection, edges, now_ms=now_ms)
    return frozenset(changed)


def _contrast(connection: Connection, edges: tuple[Edge, ...], *, now_ms: int) -> set[CaseId]:
    moved, left = group_leftovers(connection, now_ms=now_ms)
    parted, parted_from = part_bursts(connection, now_ms=now_ms, window_ms=WINDOW_MS)
    moved |= parted
    left |= parted_from
    prepare(connection, edges)
    return _rounds(connection, moved, now_ms=now_ms, left=left) if moved else set()


def _rounds(
    connection: Connection,
    scope: Collection[CaseId] | None,
    *,
    now_ms: int,
    left: Collection[str] = (),
) -> set[CaseId]:
    changed: set[CaseId] = set()
    for _ in range(MOST_ROUNDS):
        written = _round(connection, scope, now_ms=now_ms, left=left)
        changed |= written.changed
        if not written.moved:
            break
        scope, left = written.moved, written.left
    return changed


def _round(
    connection: Connection, scope: Collection[CaseId] | None, *, now_ms: int, left: Collection[str]
) -> Written:
    take_scope(connection, scope, now_ms=now_ms, left=left)
    for statement in _CLOSED:
        connection.exec_driver_sql(statement)
    facts = read_facts(connection, now_ms=now_ms)
    placing = Placing(facts=facts, now_ms=now_ms)
    placed = placing.run()
    used = {placement.incident_id for placement in placed.values()}
    open_incidents(connection, [i for i in placing.opened.values() if i.incident_id in used], now_ms=now_ms)
    reopen_incidents(connection, placing.taken_up & used)
    hidden = silenced(connection, facts.cases.values(), now_ms=now_ms)
    written = write_placements(connection, facts, placed, hidden, now_ms=now_ms)
    refresh_values(connection, {*written.left, *written.joined, *left}, now_ms=now_ms)
    return written
