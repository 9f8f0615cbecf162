"""What an incident is worth: every line once with its largest loss, one root, one action; or its end.

An incident without an open member is closed with the figures it last had.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, update

from app.store.quick import named, run
from app.store.schema_incidents import INCIDENT
from domain.catalogue.types import case_type
from domain.incidents import IncidentBasis

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Row

_SCRATCH = (
    "CREATE TEMP TABLE IF NOT EXISTS corr_value (incident_id TEXT PRIMARY KEY) WITHOUT ROWID",
    "DELETE FROM temp.corr_value",
    """
INSERT OR IGNORE INTO temp.corr_value
SELECT m.incident_id FROM temp.corr_case c CROSS JOIN incident_member m ON m.case_id = c.case_id
""",
)

_MEMBERS = """
SELECT v.incident_id, e.case_id, e.code, e.title, e.loss_cents, e.effort_minutes, e.opened_at,
       e.parent_case_id, m.basis
  FROM temp.corr_value v CROSS JOIN incident_member m ON m.incident_id = v.incident_id
  CROSS JOIN exception_case e ON e.case_id = m.case_id
 WHERE e.closed_at IS NULL ORDER BY v.incident_id, e.loss_cents DESC, e.case_id
"""

_MONEY = """
SELECT k.incident_id, SUM(k.worst) AS loss_cents, SUM(k.saved) AS avoidable_cents,
       SUM(EXISTS (SELECT 1 FROM order_line l WHERE l.id = k.loss_key)) AS lines
  FROM (SELECT m.incident_id, x.loss_key, MAX(x.loss_cents) AS worst,
               MAX(CASE WHEN e.loss_cents > 0 THEN x.loss_cents * e.avoidable_cents / e.loss_cents
                        ELSE 0 END) AS saved
          FROM temp.corr_value v CROSS JOIN incident_member m ON m.incident_id = v.incident_id
          CROSS JOIN exception_case e ON e.case_id = m.case_id
          CROSS JOIN case_loss x ON x.case_id = e.case_id
         WHERE e.closed_at IS NULL GROUP BY m.incident_id, x.loss_key) k
 GROUP BY k.incident_id
"""

_ORDERS = """
SELECT m.incident_id, COUNT(DISTINCT j.value) AS orders
  FROM temp.corr_value v CROSS JOIN incident_member m ON m.incident_id = v.incident_id
  CROSS JOIN exception_case e ON e.case_id = m.case_id JOIN json_each(e.order_ids) j
 WHERE e.closed_at IS NULL GROUP BY m.incident_id
"""

_NOW = """
SELECT i.* FROM temp.corr_value v CROSS JOIN incident i ON i.incident_id = v.incident_id
 WHERE i.closed_at IS NULL ORDER BY i.incident_id
"""

#: Found by more than a shared key: what an incident once rested on stays its basis.
_STRENGTH = (IncidentBasis.STATIC_KEY, IncidentBasis.INHIBITION, IncidentBasis.PEGGING)
_KEPT = frozenset({IncidentBasis.CONTRAST, IncidentBasis.MANUAL})


def refresh_values(connection: Connection, further: Collection[str], *, now_ms: int) -> None:
    """Count anew the incidents of the cases in ``temp.corr_case``, and ``further`` ones."""
    for statement in _SCRATCH:
        connection.exec_driver_sql(statement)
    if further:
        rows = [{"incident_id": incident_id} for incident_id in sorted(further)]
        connection.exec_driver_sql("INSERT OR IGNORE INTO temp.corr_value VALUES (:incident_id)", rows)
    members = {
        incident_id: list(group)
        for incident_id, group in groupby(named(connection, _MEMBERS), key=itemgetter(0))
    }
    money = {incident_id: figures for incident_id, *figures in run(connection, _MONEY)}
    orders = dict(run(connection, _ORDERS))
    changes = []
    for row in named(connection, _NOW):
        mine = members.get(row.incident_id)
        if mine is None:
            changes.append(_change(row, {"closed_at": now_ms}))
            continue
        wanted = _described(row, mine)
        wanted["orders"] = orders.get(row.incident_id, 0)
        wanted["loss_cents"], wanted["avoidable_cents"], wanted["lines"] = money.get(
            row.incident_id, (0, 0, 0)
        )
        if any(getattr(row, name) != value for name, value in wanted.items()):
            changes.append(_change(row, wanted))
    if changes:
        names = [name for name in changes[0] if name != "the_incident"]
        change = update(INCIDENT).where(INCIDENT.c.incident_id == bindparam("the_incident"))
        connection.execute(change.values({name: bindparam(name) for name in names}), changes)


def _change(row: Any, wanted: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - an incident's row
    kept = {column.name: getattr(row, column.name) for column in INCIDENT.c if column.name != "incident_id"}
    return {"the_incident": row.incident_id, **kept, **wanted}


def _described(row: Any, members: Sequence[Row[Any]]) -> dict[str, Any]:  # noqa: ANN401 - an incident's row
    """Root, basis, title, action and effort, from the open members (the most valuable first)."""
    root = _root(members)
    basis = IncidentBasis(row.basis)
    if basis not in _KEPT:
        found = [IncidentBasis(member.basis) for member in members]
        basis = max([basis, *(b for b in found if b in _STRENGTH)], key=_STRENGTH.index)
    lead = root or members[0]
    actions = case_type(lead.code).actions
    described = {
        "basis": basis.value,
        "root_case_id": root.case_id if root is not None else row.root_case_id,
        "action_label": actions[0].label if actions else "Look into it",
        "effort_minutes": lead.effort_minutes if root else sum(m.effort_minutes for m in members),
    }
    if basis is not IncidentBasis.CONTRAST:
        described["title"] = _title(row.title, members, root)
    return described


def _root(members: Sequence[Row[Any]]) -> Row[Any] | None:
    """The member that explains most others and is itself explained by none of them."""
    ids = {member.case_id for member in members}
    children: dict[str, int] = {}
    for member in members:
        if member.parent_case_id in ids:
            children[member.parent_case_id] = children.get(member.parent_case_id, 0) + 1
    tops = [m for m in members if m.case_id in children and m.parent_case_id not in ids]
    return min(tops, key=lambda m: (-children[m.case_id], m.opened_at, m.case_id), default=None)


def _title(present: str, members: Sequence[Row[Any]], root: Row[Any] | None) -> str:
    if root is not None:
        return str(root.title)
    if len(members) == 1:
        return str(members[0].title)
    if any(member.basis == IncidentBasis.PEGGING for member in members):
        # Its root has closed; what is left still came of it.
        return present
    return f"{members[0].title} and {len(members) - 1:,} more of its cause"
