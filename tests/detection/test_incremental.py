"""A tick ends where a full pass would, whatever changed and however time passed: none missing, none extra."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import facts
from tests.support.full_pass import differences
from tests.support.restless_world import disturb, first_records
from tests.support.tower_room import TowerRoom, tower_room


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_incremental_is_full(seed: int) -> None:
    chance = random.Random(seed)
    with TemporaryDirectory() as folder, tower_room(Path(folder)) as room:
        room.sync(*first_records())
        for _ in range(5):
            disturb(room, chance)
            assert differences(room) == {}


@pytest.mark.parametrize("seed", [1, 2])
def test_incremental_is_full_over_a_long_run(room: TowerRoom, seed: int) -> None:
    chance = random.Random(seed)
    room.sync(*first_records())
    found: set[str] = set()
    for _ in range(40):
        disturb(room, chance)
        assert differences(room) == {}
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
        assert differences(room) == {}


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
