"""The full pass as the oracle of ticks: what it would decide at this instant, and how that differs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from app.detection.engine import detect
from tests.support.tower_room import TowerRoom

#: What detection alone decides of a case; the rest is grouping, and when it was last looked at.
CASES = """
SELECT case_id, code, entity_kind, entity_id, scope_key, state, severity, title, consequence, loss_cents,
       low_cents, high_cents, avoidable_cents, evidence, order_ids, node_id, breach_at, responsible_at,
       sources, about, episode, dq_flags, flapping, flap_count, clean_checks, snoozed_until, closed_at,
       facts_sha256
  FROM exception_case ORDER BY case_id
"""
#: All that detection decides, by what it is.
DECIDED = {
    "cases": CASES,
    "losses": "SELECT case_id, loss_key, loss_cents FROM case_loss ORDER BY 1, 2",
    "shortages": "SELECT * FROM peg_short ORDER BY 1, 2",
    "waits": "SELECT * FROM peg_late ORDER BY 1, 2",
    "offers": "SELECT * FROM peg_offer ORDER BY 1, 2",
}

Rows = list[tuple[Any, ...]]


def as_it_stands(connection: Connection) -> dict[str, Rows]:
    """All that detection decided, by what it is."""
    return {name: [tuple(row) for row in connection.exec_driver_sql(sql)] for name, sql in DECIDED.items()}


@contextmanager
def full_pass(room: TowerRoom) -> Iterator[Connection]:
    """The mirror after a full pass at this instant, which is then undone."""
    with room.mirror.engine.connect() as connection, connection.begin() as transaction:
        detect(connection, now=room.clock.now(), full=True)
        yield connection
        transaction.rollback()


def differences(room: TowerRoom) -> dict[str, tuple[Rows, Rows]]:
    """Where a full pass decides otherwise: what it has that is missing here, and what is here alone."""
    with room.mirror.engine.connect() as connection:
        ticked = as_it_stands(connection)
    with full_pass(room) as connection:
        full = as_it_stands(connection)
    found = {}
    for name, rows in full.items():
        missing = [row for row in rows if row not in ticked[name]]
        extra = [row for row in ticked[name] if row not in rows]
        if missing or extra:
            found[name] = missing, extra
    return found
