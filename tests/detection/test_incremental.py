"""A tick ends where a full pass would, whatever changed and however time passed: none missing, none extra."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from app.detection.engine import detect
from tests.support import facts
from tests.support.restless_world import disturb, first_records
from tests.support.tower_room import TowerRoom, tower_room

#: What detection alone decides of a case; the rest is grouping, and when it was last looked at.
CASES = """
SELECT case_id, code, entity_kind, entity_id, scope_key, state, severity, title, consequence, loss_cents,
       low_cents, high_cents, avoidable_cents, evidence, order_ids, node_id, breach_at, responsible_at,
       sources, about, episode, dq_flags, flapping, flap_count, clean_checks, snoozed_until, closed_at,
       facts_sha256
  FROM exception_case ORDER BY case_id
"""
LOSSES = "SELECT case_id, loss_key, loss_cents FROM case_loss ORDER BY 1, 2"
PEGS = (
    "SELECT * FROM peg_short ORDER BY 1, 2",
    "SELECT * FROM peg_late ORDER BY 1, 2",
    "SELECT * FROM peg_offer ORDER BY 1, 2",
)


def as_it_stands(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """All that detection decided, by what it is."""
    return {
        sql.split()[-4] if sql is CASES else sql: [tuple(row) for row in connection.exec_driver_sql(sql)]
        for sql in (CASES, LOSSES, *PEGS)
    }


@contextmanager
def full_pass(room: TowerRoom) -> Iterator[Connection]:
    """The mirror after a full pass at this instant, which is then undone."""
    with room.mirror.engine.connect() as connection, connection.begin() as transaction:
        detect(connection, now=room.clock.now(), full=True)
        yield connection
        transaction.rollback()


def assert_a_full_pass_agrees(room: TowerRoom) -> None:
    with room.mirror.engine.connect() as connection:
        ticked = as_it_stands(connection)
    with full_pass(room) as connection:
        full = as_it_stands(connection)
    for name, rows in full.items():
        missing = [row for row in rows if row not in ticked[name]]
        extra = [row for row in ticked[name] if row not in rows]
        assert (missing, extra) == ([], []), name


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_incremental_is_full(seed: int) -> None:
    chance = random.Random(seed)
    with TemporaryDirectory() as folder, tower_room(Path(folder)) as room:
        room.sync(*first_records())
        for _ in range(5):
            disturb(room, chance)
            assert_a_full_pass_agrees(room)


@pytest.mark.parametrize("seed", [1, 2])
def test_incremental_is_full_over_a_long_run(room: TowerRoom, seed: int) -> None:
    chance = random.Random(seed)
    room.sync(*first_records())
    found: set[str] = set()
    for _ in range(40):
        disturb(room, chance)
        assert_a_full_pass_agrees(room)
        found |= set(room.codes())
    assert len(found) > 20, sorted(found)


@pytest.mark.parametrize("seed", [485, 489, 633, 634])
def test_records_that_name_another_order_customer_or_item_than_their_line_wake_all_they_touch(
    room: TowerRoom, seed: int
) -> None:
    chance = random.Random(seed)
    room.sync(*first_records())
    for _ in range(21):
        disturb(room, chance)
        assert_a_full_pass_agrees(room)


def test_an_unchanged_tick_runs_only_what_looks_every_time(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world())
    with room.mirror.write() as transaction:
        result = transaction.detect(now=room.clock.now())
    assert result.ran == result.ran_in_full == ("DQ-STALE",)


def test_a_changed_pick_runs_only_the_rules_that_read_picks(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world())
    room.source.put(facts.pick())
    page = room.source.changes("everything", room.mirror.cursor(facts.ERP, "everything"), 500)
    with room.mirror.write() as transaction:
        transaction.apply_page(facts.ERP, "everything", page, at=room.clock.now())
        assert "WH-PICK-SHORT" in transaction.detect(now=room.clock.now()).ran
        assert "WH-PICK-SHORT" not in transaction.detect(now=room.clock.now()).ran
