"""Which cases correlation looks at: what changed, and what hangs on it; or every case.

Fills ``temp.corr_case``. The anchors of those cases are worked out anew on the way, since the cases
that hang on a changed root are found by them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from app.detection.incidents.anchors import rewrite_anchors

if TYPE_CHECKING:
    from collections.abc import Collection

    from domain.ids import CaseId

_SCRATCH = (
    text("CREATE TEMP TABLE IF NOT EXISTS corr_case (case_id TEXT PRIMARY KEY) WITHOUT ROWID"),
    text("DELETE FROM temp.corr_case"),
)

# Everything open, and what was closed since it was last looked at.
_ALL = (
    text("INSERT INTO temp.corr_case SELECT case_id FROM exception_case WHERE closed_at IS NULL"),
    text("INSERT OR IGNORE INTO temp.corr_case SELECT DISTINCT case_id FROM case_about"),
    text("""
INSERT OR IGNORE INTO temp.corr_case
SELECT m.case_id FROM incident i JOIN incident_member m ON m.incident_id = i.incident_id
 WHERE i.closed_at IS NULL
"""),
    text("INSERT OR IGNORE INTO temp.corr_case SELECT case_id FROM incident_override"),
    text("INSERT OR IGNORE INTO temp.corr_case SELECT case_id FROM also_affected"),
)

# What hangs on the changed cases by what is stored: children, and what they mute.
_HANGING = (
    text("""
INSERT OR IGNORE INTO temp.corr_case
SELECT e.case_id FROM temp.corr_case c JOIN exception_case e ON e.parent_case_id = c.case_id
 WHERE e.closed_at IS NULL
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_case
SELECT e.case_id FROM temp.corr_case c JOIN exception_case e ON e.suppressed_by = c.case_id
 WHERE e.closed_at IS NULL AND e.suppressed_by <> ''
"""),
)

# Incidents that cases have left or may leave; the last one under such a key may be muted now.
_LEFT = (
    text("CREATE TEMP TABLE IF NOT EXISTS corr_left (incident_id TEXT PRIMARY KEY) WITHOUT ROWID"),
    text("DELETE FROM temp.corr_left"),
    text("""
INSERT OR IGNORE INTO temp.corr_left
SELECT m.incident_id FROM temp.corr_case c JOIN incident_member m ON m.case_id = c.case_id
"""),
)
_OF_LEFT = (
    text("""
INSERT OR IGNORE INTO temp.corr_case
SELECT m.case_id
  FROM temp.corr_left f JOIN incident_member m ON m.incident_id = f.incident_id AND m.basis = 'static_key'
  JOIN exception_case e ON e.case_id = m.case_id AND e.closed_at IS NULL
 WHERE (SELECT COUNT(*) FROM
         (SELECT 1 FROM incident_member o JOIN exception_case x ON x.case_id = o.case_id
           WHERE o.incident_id = f.incident_id AND o.basis = 'static_key' AND x.closed_at IS NULL
           LIMIT 2)) = 1
"""),
    text("""
INSERT OR IGNORE INTO temp.corr_case
SELECT a.case_id FROM temp.corr_left f JOIN also_affected a ON a.incident_id = f.incident_id
"""),
)

# What an ended silence hid.
_UNSILENCED = text("""
INSERT OR IGNORE INTO temp.corr_case
SELECT e.case_id FROM silence s JOIN exception_case e ON e.suppressed_by = s.silence_id
 WHERE s.expires_at <= :now AND e.closed_at IS NULL AND e.suppressed_by <> ''
""")

# The lines that wait for a changed supply: what they wait for may be another supply now.
_WAITING_LINES = text("""
INSERT OR IGNORE INTO temp.corr_case
SELECT e.case_id
  FROM temp.corr_case c JOIN exception_case r ON r.case_id = c.case_id AND r.entity_kind = 'inbound_supply'
  JOIN peg_late g ON g.supply_id = r.entity_id
  JOIN exception_case e ON e.entity_kind = 'order_line' AND e.entity_id = g.line_id
 WHERE e.closed_at IS NULL
""")

# What a changed case may explain or mute, by the things it has now.
_REACHED = text("""
INSERT OR IGNORE INTO temp.corr_case
SELECT a.case_id
  FROM temp.corr_case c JOIN case_about r ON r.case_id = c.case_id
  JOIN temp.corr_edge g ON g.root = r.code AND g.kind = r.kind AND (r.own OR NOT g.own)
  JOIN case_about a ON a.kind = r.kind AND a.id = r.id AND a.code = g.child
""")


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
    for statement in _SCRATCH:
        connection.execute(statement)
    if changed is None:
        for statement in _ALL:
            connection.execute(statement)
        rewrite_anchors(connection)
        return
    if changed:
        cases = [{"case_id": case_id} for case_id in sorted(changed)]
        connection.execute(text("INSERT OR IGNORE INTO temp.corr_case VALUES (:case_id)"), cases)
    for statement in _LEFT:
        connection.execute(statement)
    if left:
        rows = [{"incident_id": incident_id} for incident_id in sorted(left)]
        connection.execute(text("INSERT OR IGNORE INTO temp.corr_left VALUES (:incident_id)"), rows)
    for statement in (*_HANGING, *_OF_LEFT, _WAITING_LINES):
        connection.execute(statement)
    connection.execute(_UNSILENCED, {"now": now_ms})
    rewrite_anchors(connection)
    before = _count(connection)
    connection.execute(_REACHED)
    if _count(connection) > before:
        rewrite_anchors(connection)


def _count(connection: Connection) -> int:
    return int(connection.execute(text("SELECT COUNT(*) FROM temp.corr_case")).scalar_one())
