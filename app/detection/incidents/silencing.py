"""Which open cases a silence hides: by type, node and the one customer whose orders a case touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from app.store.instants import from_ms
from app.store.silences import silences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.detection.incidents.facts import CaseNow
    from domain.incidents import Silence

_CUSTOMER = """
SELECT CASE WHEN COUNT(DISTINCT o.customer_id) = 1 THEN MIN(o.customer_id) ELSE '' END
  FROM exception_case e JOIN json_each(e.order_ids) j JOIN sales_order o ON o.id = j.value
 WHERE e.case_id = :case_id
"""

_MATCHING = """
SELECT e.case_id FROM exception_case e
 WHERE e.closed_at IS NULL AND (:code = '' OR e.code = :code) AND (:node = '' OR e.node_id = :node)
"""


def silenced(connection: Connection, cases: Iterable[CaseNow], *, now_ms: int) -> dict[str, str]:
    """The silence that hides each of these cases, for those that one hides."""
    active = silences(connection, at=from_ms(now_ms))
    found: dict[str, str] = {}
    if not active:
        return found
    for case in cases:
        for silence in active:
            if _matches(connection, silence, case):
                found[case.case_id] = silence.silence_id
                break
    return found


def candidates(connection: Connection, silence: Silence) -> set[str]:
    """The open cases that a silence may hide, as far as type and node say."""
    values = {"code": silence.code, "node": silence.node_id or ""}
    return set(connection.exec_driver_sql(_MATCHING, values).scalars())


def _matches(connection: Connection, silence: Silence, case: CaseNow) -> bool:
    if silence.code and silence.code != case.code:
        return False
    if silence.node_id and silence.node_id != case.node_id:
        return False
    if not silence.customer_id:
        return True
    return connection.exec_driver_sql(_CUSTOMER, {"case_id": case.case_id}).scalar() == silence.customer_id
