"""From changed cases to the keys of rules that rest on them: the paths ``case:CODE>scope``.

As with changed rows, keys are looked up before and after the cases are written; ``*`` for the code
stands for any. Only what some rule waits for is followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.detection.rules.registry import ANY_CODE, CASE_PATH
from app.store.dirt import set_changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from app.detection.rule import Rule

_CASES = "temp.changed_id n CROSS JOIN exception_case e ON e.case_id = n.k"
_LINES = f"""
SELECT x.loss_key AS line_id FROM case_loss x WHERE x.case_id IN temp.changed_id
UNION SELECT e.entity_id FROM {_CASES} WHERE e.entity_kind = 'order_line'
"""  # noqa: S608 - constants of this file

#: The keys of a scope that a changed case (its id in ``temp.changed_id``) belongs to.
CASE_SCOPES: Mapping[str, str] = {
    "case": "SELECT k FROM temp.changed_id",
    "supply": (
        f"SELECT e.entity_id FROM {_CASES} WHERE e.entity_kind = 'inbound_supply'"  # noqa: S608 - constants
        f" UNION SELECT g.supply_id FROM ({_LINES}) j CROSS JOIN peg_late g ON g.line_id = j.line_id"
    ),
    "carrier": (
        f"SELECT e.entity_id FROM {_CASES} WHERE e.entity_kind = 'carrier'"  # noqa: S608 - constants
        " UNION SELECT s.scac || '|' || s.origin_node_id"
        f" FROM {_CASES} CROSS JOIN shipment s ON s.id = e.entity_id WHERE e.entity_kind = 'shipment'"
    ),
}


class CasePaths:
    """Which scopes wait for the cases of each code, among these rules."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Note what the rules wait for."""
        self._waiting: dict[str, set[str]] = {}
        for rule in rules:
            for path in rule.wakes:
                head, _, scope = path.partition(">")
                if head.startswith(CASE_PATH):
                    self._waiting.setdefault(head.removeprefix(CASE_PATH), set()).add(scope)

    def mark(self, connection: Connection, code: str, case_ids: Sequence[str]) -> None:
        """Mark the keys that these cases of one code belong to as they are now."""
        paths = [(one, scope) for one in (code, ANY_CODE) for scope in sorted(self._waiting.get(one, ()))]
        if not case_ids or not paths:
            return
        set_changed(connection, case_ids)
        for one, scope in paths:
            insert = f"INSERT OR IGNORE INTO dirty_scope (path, key) SELECT ?, * FROM ({CASE_SCOPES[scope]})"  # noqa: S608 - ours
            connection.exec_driver_sql(insert, (f"{CASE_PATH}{one}>{scope}",))

    def mark_moved(self, connection: Connection, *, since_event: int) -> None:
        """Mark what hangs on cases that people or commands moved after that step in the history."""
        if not self._waiting:
            return
        moved: dict[str, list[str]] = {}
        query = """
SELECT DISTINCT e.code, e.case_id FROM case_event v JOIN exception_case e ON e.case_id = v.case_id
 WHERE v.event_id > ?
"""
        for code, case_id in connection.exec_driver_sql(query, (since_event,)):
            moved.setdefault(code, []).append(case_id)
        for code, case_ids in moved.items():
            self.mark(connection, code, case_ids)
