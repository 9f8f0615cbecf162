"""Which cases correlation looks at: what changed, and what hangs on it; or every case.

Fills ``temp.corr_case``. The anchors of those cases are worked out anew on the way, since the cases
that hang on a changed root are found by them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from app.detection.incidents.anchors import forget_aged, rewrite_anchors

if TYPE_CHECKING:
    from collections.abc import Collection

    from domain.ids import CaseId

# Everything open, and what was closed since it was last looked at.
_ALL = (
    "INSERT INTO temp.corr_case SELECT case_id FROM exception_case WHERE closed_at IS NULL",
    "INSERT OR IGNORE INTO temp.corr_case SELECT DISTINCT case_id FROM case_about",
    """
INSERT OR IGNORE INTO temp.corr_case
SELECT m.case_id FROM incident i CROSS JOIN incident_member m ON m.incident_id = i.incident_id
 WHERE i.closed_at IS NULL
""",
    "INSERT OR IGNORE INTO temp.corr_case SELECT case_id FROM incident_override",
    "INSERT OR IGNORE INTO temp.corr_case SELECT case_id FROM also_affected",
)

# What hangs on the changed cases by what is stored: children, and what they mute.
_HANGING = (
    """
INSERT OR IGNORE INTO temp.corr_case
SELECT e.case_id FROM temp.corr_case c CROSS JOIN exception_case e ON e.parent_case_id = c.case_id
 WHERE e.closed_at IS NULL
""",
    """
INSERT OR IGNORE INTO temp.corr_case
SELECT e.case_id FROM temp.corr_case c CROSS JOIN exception_case e ON e.suppressed_by = c.case_id
 WHERE e.closed_at IS NULL AND e.suppressed_by <> ''
""",
)

# Incidents that cases have left or may leave; the last one under such a key may be muted now.
_LEFT = (
    "CREATE TEMP TABLE IF NOT EXISTS corr_left (incident_id TEXT PRIMARY KEY) WITHOUT ROWID",
    "DELETE FROM temp.corr_left",
    """
INSERT OR IGNORE INTO temp.corr_left
SELECT m.incident_id FROM temp.corr_case c CROSS JOIN incident_member m ON m.case_id = c.case_id
""",
)
_OF_LEFT = (
    """
INSERT OR IGNORE INTO temp.corr_case
SELECT m.case_id
  FROM temp.corr_left f
  CROSS JOIN incident_member m ON m.incident_id = f.incident_id AND m.basis = 'static_key'
  CROSS JOIN exception_case e ON e.case_id = m.case_id AND e.closed_at IS NULL
 WHERE (SELECT COUNT(*) FROM
         (SELECT 1 FROM incident_member o CROSS JOIN exception_case x ON x.case_id = o.case_id
           WHERE o.incident_id = f.incident_id AND o.basis = 'static_key' AND x.closed_at IS NULL
           LIMIT 2)) = 1
""",
    """
INSERT OR IGNORE INTO temp.corr_case
SELECT a.case_id FROM temp.corr_left f CROSS JOIN also_affected a ON a.incident_id = f.incident_id
""",
)

# What an ended silence hid.
_UNSILENCED = """
INSERT OR IGNORE INTO temp.corr_case
SELECT e.case_id FROM silence s CROSS JOIN exception_case e ON e.suppressed_by = s.silence_id
 WHERE s.expires_at <= :now AND e.closed_at IS NULL AND e.suppressed_by <> ''
"""

_UNSILENCED_ANY = """
SELECT 1 FROM silence s CROSS JOIN exception_case e ON e.suppressed_by = s.silence_id
 WHERE s.expires_at <= :now AND e.closed_at IS NULL AND e.suppressed_by <> '' LIMIT 1
"""

# The lines that wait for a changed supply: what they wait for may be another supply now.
_WAITING_LINES = """
INSERT OR IGNORE INTO temp.corr_case
SELECT e.case_id
  FROM temp.corr_case c
  CROSS JOIN exception_case r ON r.case_id = c.case_id AND r.entity_kind = 'inbound_supply'
  CROSS JOIN peg_late g ON g.supply_id = r.entity_id
  CROSS JOIN exception_case e ON e.entity_kind = 'order_line' AND e.entity_id = g.line_id
 WHERE e.closed_at IS NULL
"""

# What a changed case may explain or mute, by the things it has now.
_REACHED = """
INSERT OR IGNORE INTO temp.corr_case
SELECT a.case_id
  FROM temp.corr_case c CROSS JOIN case_about r ON r.case_id = c.case_id
  CROSS JOIN temp.corr_edge g ON g.root = r.code AND g.kind = r.kind AND (r.own OR NOT g.own)
  CROSS JOIN case_about a INDEXED BY case_about_by_thing
          ON a.kind = r.kind AND a.id = r.id AND a.code = g.child
"""


def take_scope(
    connection: Connection,
    changed: Collection[CaseId] | None,
    *,
    now_ms: int,
    left: Collection[str] = (),
) -> None:
    """Fill ``temp.corr_case`` (``None``: every case) and work out anew what those cases hang on.

    ``left`` are incidents that cases went away from just now.
    """
    connection.exec_driver_sql("DELETE FROM temp.corr_case")
    if changed is None:
        for statement in _ALL:
            connection.exec_driver_sql(statement)
        rewrite_anchors(connection, now_ms=now_ms, everything=True)
        return
    if changed:
        cases = [{"case_id": case_id} for case_id in sorted(changed)]
        connection.exec_driver_sql("INSERT OR IGNORE INTO temp.corr_case VALUES (:case_id)", cases)
    for statement in _LEFT:
        connection.exec_driver_sql(statement)
    if left:
        rows = [{"incident_id": incident_id} for incident_id in sorted(left)]
        connection.exec_driver_sql("INSERT OR IGNORE INTO temp.corr_left VALUES (:incident_id)", rows)
    for statement in (*_HANGING, *_OF_LEFT, _WAITING_LINES):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(_UNSILENCED, {"now": now_ms})
    forget_aged(connection, now_ms=now_ms)
    rewrite_anchors(connection, now_ms=now_ms)
    before = _count(connection)
    connection.exec_driver_sql(_REACHED)
    if _count(connection) > before:
        rewrite_anchors(connection, now_ms=now_ms)


def silence_ended(connection: Connection, *, now_ms: int) -> bool:
    """Whether a silence is over that still hides a case."""
    return connection.exec_driver_sql(_UNSILENCED_ANY, {"now": now_ms}).first() is not None


def _count(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT COUNT(*) FROM temp.corr_case").scalar_one())
