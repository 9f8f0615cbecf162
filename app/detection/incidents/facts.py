"""What is known of the cases in scope when they are placed: themselves, their links, their incidents."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection

from app.detection.incidents.edges import (
    AFTERMATH_MS,
    CAME_LATE_MS,
    NEWER_MEMBER_MS,
    OF_CARRIER,
    OLDER_MEMBER_MS,
    ON_THE_FLOOR,
    ON_THE_ROAD,
    PAST_CUT_OFF,
    PEG,
    SAME_AGAIN_MS,
    SHORT_OF,
    TRICKLE,
    TRICKLE_AGAIN_MS,
    WAVE,
    WAVE_FEWEST,
    WAVE_LASTS_MS,
    WAVE_QUIET_MS,
)
from app.store.quick import run
from domain.incidents import IncidentBasis

if TYPE_CHECKING:
    from collections.abc import Iterable

# The key that counts: the peg of a shortage, the carrier of a carrier's trouble, else the type's own.
_KEYS = (
    "CREATE TEMP TABLE IF NOT EXISTS corr_key (case_id TEXT PRIMARY KEY, key TEXT) WITHOUT ROWID",
    "CREATE TEMP TABLE IF NOT EXISTS corr_kin (code TEXT PRIMARY KEY, kind TEXT) WITHOUT ROWID",
    "DELETE FROM temp.corr_key",
    """
INSERT INTO temp.corr_key
SELECT c.case_id, CASE k.kind
         WHEN 'peg' THEN COALESCE((SELECT 'peg:' || MIN(a.id) FROM case_about a
                                    WHERE a.case_id = c.case_id AND a.kind = 'peg' HAVING COUNT(*) = 1),
                                  e.correlation_key)
         ELSE COALESCE(
           k.kind || ':' || substr(e.entity_id || '|', 1, instr(e.entity_id || '|', '|') - 1),
           e.correlation_key) END
  FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id
  LEFT JOIN temp.corr_kin k ON k.code = e.code
 WHERE e.closed_at IS NULL
""",
)

# The fields of a case as it stands, in their order; the last three say where it was a member, and whether
# that is of this episode.
_CASES = """
SELECT e.case_id, e.code, e.title, e.state, e.episode, e.entity_kind, e.entity_id,
       COALESCE(e.node_id, ''), e.opened_at, COALESCE(NULLIF(k.key, ''), 'alone:' || e.case_id),
       CASE WHEN k.key = e.correlation_key THEN e.correlation_version ELSE 1 END,
       COALESCE(e.parent_case_id, ''),
       EXISTS (SELECT 1 FROM exception_case p
                WHERE p.case_id = e.parent_case_id AND p.closed_at IS NULL),
       e.suppressed_by, COALESCE(e.incident_id, ''), v.incident_id, COALESCE(v.author, ''),
       COALESCE(v.reason, ''), COALESCE(m.incident_id, ''), COALESCE(m.basis, ''),
       COALESCE(m.joined_at >= e.opened_at, 0)
  FROM temp.corr_key k CROSS JOIN exception_case e ON e.case_id = k.case_id
  LEFT JOIN incident_member m ON m.case_id = e.case_id
  LEFT JOIN incident_override v ON v.case_id = e.case_id
 WHERE e.closed_at IS NULL
 ORDER BY e.opened_at, e.case_id
"""

# The child, then the fields of a link in their order. Without picks nothing is known of a cut-off.
_LINKS = (
    """
SELECT a.case_id, r.case_id, e.code, e.title, a.kind, a.id, a.weight, e.opened_at, g.mutes, e.closed_at
  FROM temp.corr_case c CROSS JOIN case_about a ON a.case_id = c.case_id
 CROSS JOIN temp.corr_edge g ON g.child = a.code AND g.kind = a.kind
 CROSS JOIN case_about r INDEXED BY case_about_by_thing
         ON r.kind = a.kind AND r.id = a.id AND r.code = g.root AND (r.own OR NOT g.own)
 CROSS JOIN exception_case e ON e.case_id = r.case_id
 WHERE (e.closed_at IS NULL OR NOT g.mutes) AND r.case_id <> a.case_id
   AND (g.where_late = '' OR INSTR((
     SELECT CASE WHEN s.status NOT IN ('planned', 'booked', 'packed')
                      AND COALESCE(s.shipped_at, x.opened_at) <= x.opened_at THEN '@road'
                 WHEN EXISTS (SELECT 1 @picks
                                 AND t.released_at > x.opened_at - @came_late
                                 AND t.released_at <= x.opened_at) THEN ''
                 WHEN (SELECT MAX(t.due_at <= x.opened_at
                                  AND (t.status IN ('released', 'started') OR t.updated_at > t.due_at))
                         @picks) = 0 THEN '@floor'
                 ELSE '@floor @past_cut_off' END
       FROM exception_case x CROSS JOIN shipment s ON s.id = x.entity_id WHERE x.case_id = a.case_id),
     g.where_late))
 ORDER BY a.case_id, g.mutes, e.closed_at IS NOT NULL, g.rank, a.weight DESC,
          e.opened_at, r.case_id, a.kind, a.id
""".replace(
        "@picks",
        "FROM shipment_line l CROSS JOIN pick_task t ON t.line_id = l.line_id"
        " WHERE l.shipment_id = s.id AND t.deleted_at IS NULL",
    )
    .replace("@road", ON_THE_ROAD)
    .replace("@floor", ON_THE_FLOOR)
    .replace("@past_cut_off", PAST_CUT_OFF)
    .replace("@came_late", str(CAME_LATE_MS))
)

# With an incident, what followed it under its key.
_INCIDENTS = """
WITH here AS (
  SELECT m.incident_id FROM temp.corr_case c CROSS JOIN incident_member m ON m.case_id = c.case_id
  UNION SELECT m.incident_id FROM temp.corr_home h CROSS JOIN incident_member m ON m.case_id = h.case_id
  UNION SELECT v.incident_id FROM temp.corr_case c CROSS JOIN incident_override v ON v.case_id = c.case_id)
SELECT i.incident_id, i.basis, i.correlation_key, i.correlation_version, i.opened_at
  FROM here n CROSS JOIN incident o ON o.incident_id = n.incident_id
 CROSS JOIN incident i ON i.correlation_key = o.correlation_key
 WHERE i.closed_at IS NULL
UNION
SELECT i.incident_id, i.basis, i.correlation_key, i.correlation_version, i.opened_at
  FROM temp.corr_key k CROSS JOIN incident i ON i.correlation_key = k.key AND i.closed_at IS NULL
UNION
SELECT i.incident_id, i.basis, i.correlation_key, i.correlation_version, i.opened_at
  FROM temp.corr_case c CROSS JOIN incident i ON i.correlation_key = 'alone:' || c.case_id
 WHERE i.closed_at IS NULL
"""

_OVER = """
SELECT i.incident_id
  FROM temp.corr_incident c CROSS JOIN incident i ON i.incident_id = c.incident_id
 WHERE i.opened_at <= :quiet_since AND i.basis NOT IN ('contrast', 'manual')
   AND (SELECT COUNT(*) FROM (SELECT 1 FROM incident_member m WHERE m.incident_id = i.incident_id
                               LIMIT :wave)) = :wave
   AND (i.opened_at <= :begun_by
        OR (SELECT COUNT(*) FROM (SELECT 1 FROM incident_member m
                                   WHERE m.incident_id = i.incident_id AND m.joined_at > :quiet_since
                                   LIMIT :fewest)) < :fewest)
"""

_LATELY = """
SELECT i.incident_id, i.correlation_key, i.correlation_version
  FROM temp.corr_key k CROSS JOIN incident i ON i.correlation_key = k.key
 WHERE i.closed_at > :trickled AND i.basis = 'static_key'
   AND (i.closed_at > :since
        OR (SELECT COUNT(*) FROM (SELECT 1 FROM incident_member m WHERE m.incident_id = i.incident_id
                                   LIMIT :trickle)) < :trickle)
 ORDER BY i.closed_at, i.incident_id DESC
"""

_HOMES = """
SELECT h.case_id, m.incident_id FROM temp.corr_home h CROSS JOIN incident_member m ON m.case_id = h.case_id
"""

_SIZES = """
SELECT m.incident_id, COUNT(*) AS members
  FROM temp.corr_incident i CROSS JOIN incident_member m ON m.incident_id = i.incident_id
 CROSS JOIN exception_case e ON e.case_id = m.case_id
 WHERE e.closed_at IS NULL AND m.basis = 'static_key' GROUP BY m.incident_id
"""

_ALSO = """
SELECT x.case_id, x.incident_id FROM temp.corr_case c CROSS JOIN also_affected x ON x.case_id = c.case_id
"""

_SCRATCH = (
    "CREATE TEMP TABLE IF NOT EXISTS corr_home (case_id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE IF NOT EXISTS corr_incident (incident_id TEXT PRIMARY KEY) WITHOUT ROWID",
    "DELETE FROM temp.corr_home",
    "DELETE FROM temp.corr_incident",
)


_KIN = [*((code, PEG) for code in sorted(SHORT_OF)), *sorted(OF_CARRIER.items())]


class Link(NamedTuple):
    """A root that may explain or mute a case, and by which shared thing it was found."""

    root: str
    code: str
    title: str
    kind: str
    thing: str
    weight: int
    opened_at: int
    mutes: bool
    closed_at: int | None = None


class CaseNow(NamedTuple):
    """An open case in scope: where it stands and where it was placed before (blank: nowhere)."""

    case_id: str
    code: str
    title: str
    state: str
    episode: int
    entity_kind: str
    entity_id: str
    node_id: str
    opened_at: int
    key: str
    version: int
    parent: str
    parent_is_open: bool
    suppressed_by: str
    shown: str
    wanted: str | None
    author: str
    reason: str
    was_in: str
    incident_id: str
    basis: str
    causes: tuple[Link, ...]
    mutes: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """An incident that still has open members, or is about to get its first."""

    incident_id: str
    basis: str
    key: str
    version: int
    opened_at: int = 0


@dataclass(slots=True, kw_only=True)
class Facts:
    """Everything that placing needs, read at once.

    ``over`` are the incidents that take nobody in any more. ``lately`` are, by key and version, the incidents
    of a key that ended so lately that it is the same again.
    """

    cases: dict[str, CaseNow] = field(default_factory=dict)
    incidents: dict[str, OpenIncident] = field(default_factory=dict)
    over: frozenset[str] = frozenset()
    lately: dict[tuple[str, int], str] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    also: dict[str, frozenset[str]] = field(default_factory=dict)


def read_facts(connection: Connection, *, now_ms: int) -> Facts:
    """What is known of the cases in ``temp.corr_case``."""
    for statement in (*_SCRATCH, *_KEYS[:-1]):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("INSERT OR IGNORE INTO temp.corr_kin VALUES (?, ?)", _KIN)
    connection.exec_driver_sql(_KEYS[-1])
    links = _links(connection)
    roots = {link.root for found in links.values() for link in found}
    _fill(connection, "INSERT OR IGNORE INTO temp.corr_home VALUES (:value)", roots)
    incidents = {
        row[0]: OpenIncident(incident_id=row[0], basis=row[1], key=row[2], version=row[3], opened_at=row[4])
        for row in run(connection, _INCIDENTS)
    }
    _fill(connection, "INSERT OR IGNORE INTO temp.corr_incident VALUES (:value)", incidents)
    again = {
        "since": now_ms - SAME_AGAIN_MS,
        "trickled": now_ms - TRICKLE_AGAIN_MS,
        "trickle": TRICKLE,
    }
    waves = {
        "wave": WAVE,
        "fewest": WAVE_FEWEST,
        "quiet_since": now_ms - WAVE_QUIET_MS,
        "begun_by": now_ms - WAVE_LASTS_MS,
    }
    return Facts(
        cases=_cases(connection, links, incidents),
        incidents=incidents,
        over=frozenset(row[0] for row in run(connection, _OVER, waves)),
        lately={(key, version): incident_id for incident_id, key, version in run(connection, _LATELY, again)},
        homes=dict(run(connection, _HOMES)),
        sizes=dict(run(connection, _SIZES)),
        also=_also(connection),
    )


def _links(connection: Connection) -> dict[str, list[Link]]:
    return {
        child: [Link._make(row[1:]) for row in links]
        for child, links in groupby(run(connection, _LINKS), key=itemgetter(0))
    }


def _cases(
    connection: Connection, links: dict[str, list[Link]], incidents: dict[str, OpenIncident]
) -> dict[str, CaseNow]:
    cases = {}
    for row in run(connection, _CASES):
        case_id, opened_at = row[0], row[8]
        was_in, basis, of_episode = row[-3:]
        # A membership of an earlier episode, or in an incident that has closed, counts no more.
        member = (was_in, was_in, basis) if of_episode and was_in in incidents else (was_in, "", "")
        causes: tuple[Link, ...] = ()
        mutes: tuple[Link, ...] = ()
        if mine := links.get(case_id):
            causes = _first_of_each(link for link in mine if not link.mutes and in_time(link, opened_at))
            mutes = _first_of_each(link for link in mine if link.mutes)
        cases[case_id] = CaseNow._make((*row[:-3], *member, causes, mutes))
    return cases


def in_time(link: Link, opened_at: int) -> bool:
    """Whether a case can have come of the root: some roots explain only what came up with them."""
    older = OLDER_MEMBER_MS.get(link.kind)
    newer = NEWER_MEMBER_MS.get(link.kind)
    in_its_time = (older is None or opened_at >= link.opened_at - older) and (
        newer is None or opened_at <= link.opened_at + newer
    )
    if link.closed_at is None:
        return in_its_time
    return in_its_time and opened_at <= link.closed_at + AFTERMATH_MS.get(link.kind, 0)


def _first_of_each(links: Iterable[Link]) -> tuple[Link, ...]:
    best: dict[str, Link] = {}
    for link in links:
        best.setdefault(link.root, link)
    return tuple(best.values())


def _also(connection: Connection) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for case_id, incident_id in run(connection, _ALSO):
        found.setdefault(case_id, set()).add(incident_id)
    return {case_id: frozenset(incidents) for case_id, incidents in found.items()}


def _fill(connection: Connection, statement: str, values: Iterable[str]) -> None:
    rows = [{"value": value} for value in sorted(values)]
    if rows:
        connection.exec_driver_sql(statement, rows)


def is_static(basis: str) -> bool:
    """Whether a membership rests on nothing but its key."""
    return basis == IncidentBasis.STATIC_KEY
