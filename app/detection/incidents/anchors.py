"""What each case hangs on: its own things, and by keys what lies behind them (``case_about``).

Only kinds that some edge asks for of the case's type are kept (``temp.corr_need``), and only of the
cases in ``temp.corr_case``: the pegging graph is followed from few cases, never from all records.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from app.detection.incidents.edges import LASTING_MS, Edge, needed_kinds
from app.detection.incidents.ways_behind import BEHIND, ROADS, SUPPLY, WAITING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SOURCE = re.compile(r"r\.kind = '(\w+)'")

_SCRATCH = (
    "CREATE TEMP TABLE IF NOT EXISTS corr_case (case_id TEXT PRIMARY KEY) WITHOUT ROWID",
    """
CREATE TEMP TABLE IF NOT EXISTS corr_need (
  code TEXT, kind TEXT, own INTEGER, PRIMARY KEY (code, kind)) WITHOUT ROWID
""",
    """
CREATE TEMP TABLE IF NOT EXISTS corr_edge (
  child TEXT, root TEXT, kind TEXT, rank INTEGER, own INTEGER, mutes INTEGER, where_late TEXT,
  PRIMARY KEY (child, kind, root, mutes)) WITHOUT ROWID
""",
    "CREATE INDEX IF NOT EXISTS temp.corr_edge_by_root ON corr_edge (root, kind)",
    """
CREATE TEMP TABLE IF NOT EXISTS corr_ref (
  case_id TEXT, kind TEXT, id TEXT, code TEXT, own INTEGER, PRIMARY KEY (kind, case_id, id)) WITHOUT ROWID
""",
    "DELETE FROM temp.corr_need",
    "DELETE FROM temp.corr_edge",
)

# The case's own words: entity, what it names, orders it touches, node, sources.
_OWN = (
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, e.entity_kind, e.entity_id, e.code, 1
  FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id
 WHERE e.closed_at IS NULL AND EXISTS (SELECT 1 FROM temp.corr_need n WHERE n.code = e.code)
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, json_extract(j.value, '$[0]'), json_extract(j.value, '$[1]'), e.code,
       json_extract(j.value, '$[0]') <> e.entity_kind
  FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id JOIN json_each(e.about) j
 WHERE e.closed_at IS NULL AND e.about <> '[]'
   AND EXISTS (SELECT 1 FROM temp.corr_need n WHERE n.code = e.code)
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, 'sales_order', j.value, e.code, 0
  FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id JOIN json_each(e.order_ids) j
 WHERE e.closed_at IS NULL
   AND EXISTS (SELECT 1 FROM temp.corr_need n
                WHERE n.code = e.code AND n.kind IN ('sales_order', 'customer', 'edi_message', 'hour'))
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, 'node', e.node_id, e.code, 0
  FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id
 WHERE e.closed_at IS NULL AND e.node_id IS NOT NULL
   AND EXISTS (SELECT 1 FROM temp.corr_need n WHERE n.code = e.code AND n.kind = 'node')
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, 'feed', j.value, e.code, 0
  FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id JOIN json_each(e.sources) j
 WHERE e.closed_at IS NULL
   AND EXISTS (SELECT 1 FROM temp.corr_need n WHERE n.code = e.code AND n.kind = 'feed')
""",
    """
INSERT OR IGNORE INTO temp.corr_ref
SELECT e.case_id, 'any', '', e.code, 0
  FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id
 WHERE e.closed_at IS NULL
   AND EXISTS (SELECT 1 FROM temp.corr_need n WHERE n.code = e.code AND n.kind = 'any')
""",
)

# A root that has ended goes on explaining what comes of it: it keeps what it was about for a while.
_FORGET_ALL = """
DELETE FROM case_about
 WHERE NOT EXISTS (SELECT 1 FROM exception_case e
                    WHERE e.case_id = case_about.case_id AND e.closed_at > :ended
                      AND EXISTS (SELECT 1 FROM temp.corr_edge g WHERE g.root = e.code AND g.mutes = 0))
"""
_FORGET = f"{_FORGET_ALL} AND case_id IN (SELECT case_id FROM temp.corr_case)"  # noqa: S608 - as above
_AGED = """
DELETE FROM case_about WHERE case_id IN (
  SELECT e.case_id FROM exception_case e
   WHERE e.closed_at <= :ended AND e.closed_at > :earlier)
"""

_KEEP = """
INSERT OR IGNORE INTO case_about (case_id, kind, id, code, own, weight)
SELECT r.case_id, r.kind, r.id, r.code, r.own, 0
  FROM temp.corr_ref r CROSS JOIN temp.corr_need n ON n.code = r.code AND n.kind = r.kind
 WHERE r.own OR NOT n.own
"""


def prepare(connection: Connection, edges: Sequence[Edge]) -> None:
    """Make the scratch tables and fill in which kinds of thing must be known of which type."""
    need(connection, needed_kinds(edges))
    rows = [
        {
            "child": edge.child,
            "root": edge.root,
            "kind": str(edge.kind),
            "rank": edge.rank,
            "own": int(edge.own),
            "mutes": int(edge.mutes),
            "where_late": edge.where_late,
        }
        for edge in edges
    ]
    if rows:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO temp.corr_edge"
            " VALUES (:child, :root, :kind, :rank, :own, :mutes, :where_late)",
            rows,
        )


def need(connection: Connection, kinds: Mapping[tuple[str, str], bool]) -> None:
    """Ask for these kinds of thing only, by a type's code and kind; ``True``: only what is its own."""
    for statement in _SCRATCH:
        connection.exec_driver_sql(statement)
    rows = [(code, str(kind), int(own)) for (code, kind), own in sorted(kinds.items())]
    if rows:
        connection.exec_driver_sql("INSERT INTO temp.corr_need VALUES (?, ?, ?)", rows)


def forget_aged(connection: Connection, *, now_ms: int) -> None:
    """Forget what roots were about that ended too long ago to explain anything new."""
    ended = now_ms - LASTING_MS
    connection.exec_driver_sql(_AGED, {"ended": ended, "earlier": ended - LASTING_MS})


def rewrite_anchors(connection: Connection, *, now_ms: int, everything: bool = False) -> None:
    """Work out anew what the cases of ``temp.corr_case`` hang on; closed ones hang on nothing.

    A root that closed lately keeps its own. ``everything`` says that all cases are among them.
    """
    gather_refs(connection)
    connection.exec_driver_sql(_FORGET_ALL if everything else _FORGET, {"ended": now_ms - LASTING_MS})
    connection.exec_driver_sql(_KEEP)
    _follow(connection, WAITING)


def gather_refs(connection: Connection) -> None:
    """Follow the cases of ``temp.corr_case`` to what lies behind them (``temp.corr_ref``)."""
    connection.exec_driver_sql("DELETE FROM temp.corr_ref")
    for statement in _OWN:
        connection.exec_driver_sql(statement)
    for stage in (BEHIND, SUPPLY, ROADS):
        _follow(connection, stage)


def _follow(connection: Connection, stage: Sequence[str]) -> None:
    """Run the statements of a stage that start from a kind of thing that is there."""
    present = set(connection.exec_driver_sql("SELECT DISTINCT kind FROM temp.corr_ref").scalars())
    for statement in stage:
        found = _SOURCE.search(statement)
        if found is None or found.group(1) in present:
            connection.exec_driver_sql(statement)
