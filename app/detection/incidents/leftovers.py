"""Contrast over the mirror, once an hour: the cases of a day that only their key explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from app.detection.incidents.anchors import gather_refs, need
from app.detection.incidents.contrast import (
    FEWEST_CASES,
    TRAITS,
    Contrast,
    Observation,
    Population,
    contrasts,
)
from app.detection.incidents.edges import MS_PER_HOUR
from app.detection.incidents.facts import OpenIncident
from app.detection.incidents.write import move_members, open_incidents
from app.store.quick import run
from app.store.schema_cases import DETECTION_STATE
from domain.ids import CaseId, EntityKind
from domain.incidents import IncidentBasis, incident_identity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

CONTRASTED = "contrasted"
WINDOW_MS = 24 * MS_PER_HOUR

_POOL = (
    "DELETE FROM temp.corr_case",
    """
INSERT INTO temp.corr_case
SELECT e.case_id FROM exception_case e CROSS JOIN incident_member m ON m.case_id = e.case_id
 WHERE e.closed_at IS NULL AND e.opened_at > :since AND m.basis IN ('static_key', 'contrast')
   AND NOT EXISTS (SELECT 1 FROM incident_override v WHERE v.case_id = e.case_id)
""",
)

_CASES = """
SELECT e.case_id, e.code, e.entity_kind, e.correlation_key, m.incident_id, m.basis
  FROM temp.corr_case c CROSS JOIN exception_case e ON e.case_id = c.case_id
  CROSS JOIN incident_member m ON m.case_id = e.case_id
 ORDER BY e.case_id
"""

# Carriers are compared over all their nodes, lanes by origin and zone.
_TRAITS = """
SELECT r.case_id, r.kind, MIN(r.id) AS value FROM temp.corr_ref r
 WHERE r.kind IN ('supplier', 'item', 'customer', 'node', 'hour')
    OR (r.kind = 'carrier' AND instr(r.id, '|') = 0) OR (r.kind = 'lane' AND instr(r.id, '|') > 0)
 GROUP BY r.case_id, r.kind HAVING COUNT(*) = 1
"""

_OPEN = "SELECT incident_id FROM incident WHERE correlation_key = :key AND closed_at IS NULL"

_SHIPMENTS = {
    "carrier": "SELECT scac AS value, COUNT(*) AS records FROM shipment GROUP BY scac",
    "lane": """
SELECT origin_node_id || '|' || zone_id AS value, COUNT(*) AS records FROM shipment
 GROUP BY origin_node_id, zone_id
""",
    "node": "SELECT origin_node_id AS value, COUNT(*) AS records FROM shipment GROUP BY origin_node_id",
    "customer": "SELECT customer_id AS value, COUNT(*) AS records FROM shipment GROUP BY customer_id",
}
_ORDERS = {
    "customer": "SELECT customer_id AS value, COUNT(*) AS records FROM sales_order GROUP BY customer_id",
    "hour": """
SELECT CAST(ordered_at / 3600000 AS TEXT) AS value, COUNT(*) AS records FROM sales_order
 GROUP BY ordered_at / 3600000
""",
}
_ORDER_NODES = {
    "node": """
SELECT ship_from_node_id AS value, COUNT(*) AS records FROM sales_order GROUP BY ship_from_node_id
"""
}
# By node in the order of the index of items, then over its few sums: lines are too many to sort.
_LINES = _ORDERS | {
    "item": "SELECT item_id AS value, COUNT(*) AS records FROM order_line GROUP BY item_id",
    "node": """
SELECT g.node_id AS value, SUM(g.records) AS records
  FROM (SELECT node_id, COUNT(*) AS records FROM order_line GROUP BY item_id, node_id) g GROUP BY g.node_id
""",
}
_TASKS = _ORDERS | {
    "item": "SELECT item_id AS value, COUNT(*) AS records FROM pick_task GROUP BY item_id",
    "node": "SELECT node_id AS value, COUNT(*) AS records FROM pick_task GROUP BY node_id",
}
_SUPPLIES = {
    "supplier": """
SELECT supplier_name AS value, COUNT(*) AS records FROM inbound_supply GROUP BY supplier_name
""",
    "item": "SELECT item_id AS value, COUNT(*) AS records FROM inbound_supply GROUP BY item_id",
    "node": "SELECT node_id AS value, COUNT(*) AS records FROM inbound_supply GROUP BY node_id",
}
_POSITIONS = {
    "item": "SELECT item_id AS value, COUNT(*) AS records FROM inventory_position GROUP BY item_id",
    "node": "SELECT node_id AS value, COUNT(*) AS records FROM inventory_position GROUP BY node_id",
}
_BINS = {
    "node": """
SELECT node_id AS value, COUNT(DISTINCT bin_code) AS records FROM pick_task GROUP BY node_id
"""
}
_RETURNS = {
    "item": "SELECT item_id AS value, COUNT(*) AS records FROM return_authorisation GROUP BY item_id",
    "customer": """
SELECT customer_id AS value, COUNT(*) AS records FROM return_authorisation GROUP BY customer_id
""",
}

#: With which records the cases about a kind are comparable, and how those are counted by trait.
_POPULATIONS: dict[str, tuple[frozenset[str], Mapping[str, str]]] = {
    "shipments": (
        frozenset(
            {
                EntityKind.SHIPMENT,
                EntityKind.CARRIER_BOOKING,
                EntityKind.INVOICE,
                EntityKind.PROOF_OF_DELIVERY,
                EntityKind.MILESTONE,
            }
        ),
        _SHIPMENTS,
    ),
    "orders": (
        frozenset({EntityKind.SALES_ORDER, EntityKind.ORDER_CHANGE, EntityKind.EDI_MESSAGE}),
        _ORDERS | _ORDER_NODES,
    ),
    "order lines": (frozenset({EntityKind.ORDER_LINE, EntityKind.ALLOCATION}), _LINES),
    "pick tasks": (frozenset({EntityKind.PICK_TASK}), _TASKS),
    "inbound supplies": (frozenset({EntityKind.INBOUND_SUPPLY}), _SUPPLIES),
    "stock positions": (frozenset({EntityKind.INVENTORY_POSITION}), _POSITIONS),
    "bins": (frozenset({EntityKind.BIN}), _BINS),
    "returns": (frozenset({EntityKind.RETURN_AUTHORISATION}), _RETURNS),
}


def contrast_is_due(connection: Connection, *, hour_ms: int) -> bool:
    """Whether the leftovers have not been compared yet in this hour; from now on they have."""
    query = select(DETECTION_STATE.c.at).where(DETECTION_STATE.c.name == CONTRASTED)
    if connection.execute(query).scalar_one_or_none() == hour_ms:
        return False
    connection.exec_driver_sql(
        "INSERT OR REPLACE INTO detection_state (name, at) VALUES (:name, :at)",
        {"name": CONTRASTED, "at": hour_ms},
    )
    return True


def group_leftovers(connection: Connection, *, now_ms: int) -> tuple[set[CaseId], set[str]]:
    """Join the leftovers of a day that have something in common; the cases moved, the incidents left."""
    connection.exec_driver_sql(_POOL[0])
    connection.exec_driver_sql(_POOL[1], {"since": now_ms - WINDOW_MS})
    cases = {row.case_id: row for row in connection.exec_driver_sql(_CASES)}
    if len(cases) < FEWEST_CASES:
        return set(), set()
    codes = sorted({row.code for row in cases.values()})
    need(connection, {(code, trait): False for code in codes for trait in TRAITS})
    gather_refs(connection)
    traits: dict[str, dict[str, str]] = {}
    for row in connection.exec_driver_sql(_TRAITS):
        traits.setdefault(row.case_id, {})[row.kind] = row.value
    moved: set[CaseId] = set()
    left: set[str] = set()
    counted = _Counted(connection, now_ms)
    for name, (kinds, queries) in _POPULATIONS.items():
        pool = [
            Observation(case_id=row.case_id, key=_unit(row), traits=traits.get(row.case_id, {}))
            for row in cases.values()
            if row.entity_kind in kinds
        ]
        if len({o.key for o in pool}) < FEWEST_CASES:
            continue
        for found in contrasts(pool, _population(counted, queries, pool)):
            _join(connection, found, name, cases, now_ms, moved, left)
    return moved, left


def _unit(row: Row[Any]) -> str:
    """What counts as one observation: the incident of a key, or the key of a case taken out of it."""
    return str(row.incident_id if row.basis == IncidentBasis.STATIC_KEY else row.correlation_key)


class _Counted:
    """Records by trait, each query asked once: several populations count the same orders."""

    def __init__(self, connection: Connection, now_ms: int) -> None:
        self._connection = connection
        self._now_ms = now_ms
        self._found: dict[str, Mapping[str, int]] = {}

    def by(self, trait: str, query: str) -> Mapping[str, int]:
        """How many records have each value."""
        if query not in self._found:
            found = {str(value): records for value, records in run(self._connection, query) if value}
            if trait == "hour":
                # An hour that is not over would seem rarer than it is.
                found.pop(str(self._now_ms // MS_PER_HOUR), None)
            self._found[query] = found
        return self._found[query]


def _population(counted: _Counted, queries: Mapping[str, str], pool: Sequence[Observation]) -> Population:
    known = {trait for observation in pool for trait in observation.traits}
    return Population(
        counts={trait: counted.by(trait, query) for trait, query in queries.items() if trait in known}
    )


def _join(
    connection: Connection,
    found: Contrast,
    of_what: str,
    cases: Mapping[str, Row[Any]],
    now_ms: int,
    moved: set[CaseId],
    left: set[str],
) -> None:
    newcomers = [
        cases[case_id] for case_id in found.case_ids if cases[case_id].basis != IncidentBasis.CONTRAST
    ]
    if not newcomers:
        return
    key = f"contrast:{found.trait}:{found.value}"
    incident_id = connection.exec_driver_sql(_OPEN, {"key": key}).scalar()
    if incident_id is None:
        incident_id = incident_identity(key, 1, now_ms, CaseId(found.case_ids[0]))
        incident = OpenIncident(incident_id=incident_id, basis=IncidentBasis.CONTRAST, key=key, version=1)
        open_incidents(connection, [incident], now_ms=now_ms, title=_title(found))
    move_members(
        connection,
        [row.case_id for row in newcomers],
        incident_id,
        why=_why(found, of_what),
        now_ms=now_ms,
        basis=IncidentBasis.CONTRAST.value,
    )
    moved |= {CaseId(row.case_id) for row in newcomers}
    left |= {row.incident_id for row in newcomers} | {incident_id}


def _title(found: Contrast) -> str:
    return f"Many new exceptions share {_shared(found)}"


def _why(found: Contrast, of_what: str) -> str:
    share, usual = _percent(found.keys, found.of_keys), _percent(found.records, found.of_records)
    return (
        f"{found.keys:,} of {found.of_keys:,} unexplained cases of a day ({share}) but {usual} of all "
        f"{of_what} share {_shared(found)}."
    )


def _shared(found: Contrast) -> str:
    value = "the hour of ordering" if found.trait == "hour" else found.value.replace("|", " to ")
    return value if found.trait == "hour" else f"{found.trait} {value}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.1f} %"
