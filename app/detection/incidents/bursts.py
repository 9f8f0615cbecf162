"""Bursts, once an hour: many new cases under a key that has long had few are a matter of their own.

Every key has its everyday trickle. Where a day brings more cases to an open incident than its own rate so
far can explain (Poisson), those of the day become a new incident under the same key, with what hangs on them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from app.detection.incidents.facts import OpenIncident
from app.detection.incidents.write import move_members, open_incidents
from app.store.quick import run
from domain.ids import CaseId
from domain.incidents import IncidentBasis, incident_identity

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: Fewer new cases than this are no burst, however quiet it was before.
FEWEST_NEW = 4
#: How often chance may take a trickle for a burst.
FALSE_ALARM = 1e-3
#: A trickle is never taken for thinner than this: one case in four days.
LEAST_A_DAY = 0.25

# The incidents that so many cases of the day are in by their key alone: how many, and what was before them.
_GROWN = """
WITH grown AS (
  SELECT m.incident_id, COUNT(*) AS fresh
    FROM temp.corr_case c CROSS JOIN incident_member m ON m.case_id = c.case_id AND m.basis = 'static_key'
   GROUP BY m.incident_id HAVING COUNT(*) >= :fewest)
SELECT i.incident_id, i.correlation_key, i.correlation_version, g.fresh,
       (SELECT COUNT(*) FROM incident_member b WHERE b.incident_id = g.incident_id
           AND b.basis = 'static_key' AND b.joined_at <= :since) AS before,
       :since - i.opened_at AS age_ms
  FROM grown g CROSS JOIN incident i ON i.incident_id = g.incident_id
 WHERE i.opened_at < :since AND i.basis NOT IN ('contrast', 'manual')
 ORDER BY i.incident_id
"""

# Those of the day, and in the same incident what one of them explains.
_OF_THE_DAY = """
WITH fresh AS (
  SELECT m.case_id FROM temp.corr_case c CROSS JOIN incident_member m ON m.case_id = c.case_id
   WHERE m.incident_id = :incident_id AND m.basis = 'static_key'),
taken AS (
  SELECT case_id FROM fresh
   UNION
  SELECT e.case_id FROM fresh f CROSS JOIN exception_case e ON e.parent_case_id = f.case_id
   CROSS JOIN incident_member m ON m.case_id = e.case_id
   WHERE e.closed_at IS NULL AND m.incident_id = :incident_id AND m.basis = 'pegging')
SELECT case_id FROM taken ORDER BY case_id
"""


class _Grown(NamedTuple):
    """An incident with many new cases: how many, how many before them, and over what time."""

    incident_id: str
    key: str
    version: int
    fresh: int
    before: int
    age_ms: int


def is_burst(fresh: int, before: int, *, age_ms: int, window_ms: int) -> bool:
    """Whether ``fresh`` cases in a window are more than ``before`` cases in ``age_ms`` let one expect."""
    if fresh < FEWEST_NEW or not before:
        return False
    usual = max(before * window_ms / age_ms, LEAST_A_DAY)
    # By logarithms, for the first terms of a busy key are smaller than the least number there is.
    fewer = math.fsum(math.exp(n * math.log(usual) - usual - math.lgamma(n + 1)) for n in range(fresh))
    return 1 - fewer < FALSE_ALARM


def part_bursts(connection: Connection, *, now_ms: int, window_ms: int) -> tuple[set[CaseId], set[str]]:
    """Give each burst among the cases of ``temp.corr_case`` an incident of its own.

    Those are the open cases of the last ``window_ms``. Gives the cases moved and the incidents concerned.
    """
    moved: set[CaseId] = set()
    left: set[str] = set()
    values = {"fewest": FEWEST_NEW, "since": now_ms - window_ms}
    for grown in [_Grown._make(row) for row in run(connection, _GROWN, values)]:
        if not is_burst(grown.fresh, grown.before, age_ms=grown.age_ms, window_ms=window_ms):
            continue
        case_ids = [row[0] for row in run(connection, _OF_THE_DAY, {"incident_id": grown.incident_id})]
        incident = OpenIncident(
            incident_id=incident_identity(grown.key, grown.version, now_ms, CaseId(case_ids[0])),
            basis=IncidentBasis.STATIC_KEY,
            key=grown.key,
            version=grown.version,
        )
        open_incidents(connection, [incident], now_ms=now_ms)
        move_members(connection, case_ids, incident.incident_id, why=_why(grown, window_ms), now_ms=now_ms)
        moved |= {CaseId(case_id) for case_id in case_ids}
        left |= {grown.incident_id, incident.incident_id}
    return moved, left


def _why(grown: _Grown, window_ms: int) -> str:
    usual = grown.before * window_ms / grown.age_ms
    return f"{grown.fresh:,} new cases of one kind in a day, where {usual:.1f} a day were usual."
