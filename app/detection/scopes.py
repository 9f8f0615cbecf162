"""Where each rule has to look: everywhere, at some keys, or nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from app.detection.candidates import add_to_scope, clear_scope, flipped_keys
from app.store.dirt import WHOLE, whole_paths
from app.store.quick import run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from app.detection.rule import Moment
    from app.detection.rule_sql import CompiledRule
    from app.detection.state import DetectionState

#: The table whose rows the keys of a scope stand for.
SCOPE_TABLES: Mapping[str, str] = {
    "line": "order_line",
    "order": "sales_order",
    "customer": "customer",
    "item": "item",
    "peg": "inventory_position",
    "supply": "inbound_supply",
    "task": "pick_task",
    "shipment": "shipment",
    "booking": "carrier_booking",
    "invoice": "invoice",
    "rma": "return_authorisation",
    "position": "inventory_position",
    "allocation": "allocation",
}

#: With more dirty keys than this share of the rows, looking everywhere is cheaper.
MOST_DIRTY_PERCENT = 50
#: Below this many keys nobody counts.
FEW_KEYS = 1_000

_FROM_DIRT = "INSERT OR IGNORE INTO temp.scope_key SELECT key FROM dirty_scope WHERE path IN ({marks})"
_OPEN_KEYS = """
INSERT OR IGNORE INTO temp.scope_key
SELECT e.scope_key FROM exception_case e INDEXED BY det_case_open WHERE e.code = ? AND e.closed_at IS NULL
"""
_DENIED_KEYS = """
INSERT OR IGNORE INTO temp.scope_key
SELECT e.scope_key FROM exception_case e INDEXED BY det_case_denied
 WHERE e.code = ? AND e.state = 'false_positive'
"""
RESTLESS_SELECT = """
SELECT e.code, e.scope_key FROM exception_case e INDEXED BY det_case_restless
 WHERE e.closed_at IS NULL AND (e.clean_checks > 0 OR e.state IN ('executing', 'verifying'))
"""
MOVED_SELECT = """
SELECT DISTINCT e.code, e.scope_key FROM case_event v CROSS JOIN exception_case e ON e.case_id = v.case_id
 WHERE v.event_id > :since
"""
RESTLESS_INDEX = """
CREATE INDEX IF NOT EXISTS det_case_restless ON exception_case (code, scope_key)
 WHERE closed_at IS NULL AND (clean_checks > 0 OR state IN ('executing', 'verifying'))
"""


class Reach(Enum):
    """How far a rule has to look."""

    NOWHERE = "nowhere"
    KEYS = "keys"
    EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scopes:
    """What is dirty, and how to tell for a rule where it has to look.

    ``renewed`` are codes that look everywhere because they could not before; ``hour_turned`` says that
    money has to be counted again.
    """

    moment: Moment
    last: DetectionState
    everywhere: bool
    renewed: frozenset[str]
    restless: Mapping[str, frozenset[str]]

    @property
    def hour_turned(self) -> bool:
        """Whether the last detection was in an earlier hour."""
        return self.last.at_ms is not None and self.last.at_ms < self.moment.hour_ms

    def reach(self, connection: Connection, compiled: CompiledRule) -> Reach:
        """How far a rule has to look; its keys are then in ``temp.scope_key``."""
        rule = compiled.rule
        code = rule.case_type.code
        if self.everywhere or self.last.at_ms is None or not rule.wakes or code in self.renewed:
            return Reach.EVERYWHERE
        whole = whole_paths(connection)
        if WHOLE in whole or not whole.isdisjoint(rule.wakes):
            return Reach.EVERYWHERE
        clear_scope(connection)
        marks = ", ".join("?" * len(rule.wakes))
        run(connection, _FROM_DIRT.format(marks=marks), rule.wakes)
        if self.hour_turned and rule.money_moves:
            run(connection, _OPEN_KEYS, (code,))
            run(connection, _DENIED_KEYS, (code,))
        add_to_scope(connection, self.restless.get(code, ()))
        add_to_scope(
            connection,
            flipped_keys(connection, compiled, earlier_ms=self.last.at_ms, later_ms=self.moment.now_ms),
        )
        return self._weighed(connection, compiled)

    def _weighed(self, connection: Connection, compiled: CompiledRule) -> Reach:
        keys = run(connection, "SELECT COUNT(*) FROM temp.scope_key").fetchone()[0]
        if not keys:
            return Reach.NOWHERE
        if keys < FEW_KEYS:
            return Reach.KEYS
        scope = compiled.rule.wakes[0].partition(">")[2]
        rows = self.last.rows.get(SCOPE_TABLES.get(scope, ""), 0)
        return Reach.EVERYWHERE if rows and keys * 100 > rows * MOST_DIRTY_PERCENT else Reach.KEYS


def restless_keys(connection: Connection, *, since_event: int) -> Mapping[str, frozenset[str]]:
    """By code, the keys of cases that may move although no row changed.

    These are cases counted clean or acted upon, and those whose history went on after ``since_event``:
    people may have closed one whose condition still holds.
    """
    found: dict[str, set[str]] = {}
    for code, key in connection.exec_driver_sql(RESTLESS_SELECT):
        found.setdefault(code, set()).add(key)
    for code, key in connection.exec_driver_sql(MOVED_SELECT, {"since": since_event}):
        found.setdefault(code, set()).add(key)
    return {code: frozenset(keys) for code, keys in found.items()}


def count_rows(connection: Connection) -> Mapping[str, int]:
    """How many rows each table of a scope has."""
    counts = {table: f"SELECT COUNT(*) FROM {table}" for table in sorted(set(SCOPE_TABLES.values()))}  # noqa: S608 - ours
    return {table: run(connection, count).fetchone()[0] for table, count in counts.items()}
