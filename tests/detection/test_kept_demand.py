"""What pegging keeps of demand is what reading all of it anew gives, whatever changed."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import Connection

from domain.ids import AllocationId
from tests.support import facts
from tests.support.full_pass import full_pass
from tests.support.restless_world import disturb, first_records
from tests.support.tower_room import TowerRoom

Kept = dict[tuple[str, str], list[tuple[Any, ...]]]


def kept(connection: Connection) -> Kept:
    """The demand that is kept, by group, in the order in which it is served."""
    found: Kept = {
        (row.item_id, row.node_id): [] for row in connection.exec_driver_sql("SELECT * FROM det_demand_group")
    }
    query = """
SELECT * FROM det_demand
 ORDER BY item_id, node_id, rank, class, unreserved, tier, promised_at, line_id, part
"""
    for row in connection.exec_driver_sql(query):
        found[row.item_id, row.node_id].append(tuple(row))
    return found


@pytest.mark.parametrize("seed", [3, 4])
def test_what_ticks_keep_of_a_group_is_what_a_full_pass_reads(room: TowerRoom, seed: int) -> None:
    chance = random.Random(seed)
    room.sync(*first_records())
    compared = 0
    for _ in range(12):
        disturb(room, chance)
        with room.mirror.engine.connect() as connection:
            ticked = kept(connection)
        with full_pass(room) as connection:
            read = kept(connection)
        # Which groups may lack something, both tell from above; of a group that both keep, all agrees.
        both = read.keys() & ticked.keys()
        assert {group: ticked[group] for group in both} == {group: read[group] for group in both}
        compared += sum(len(read[group]) for group in both)
    assert compared > 20


def test_a_group_with_enough_is_not_kept(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.position("MEM", 112))
    with room.mirror.engine.connect() as connection:
        assert kept(connection) == {}


def test_a_group_that_wants_nearly_all_there_is_is_kept_before_it_lacks_anything(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.position("MEM", 111))
    with room.mirror.engine.connect() as connection:
        assert len(kept(connection)) == 1
    assert room.codes() == []


def test_a_group_is_kept_once_it_may_lack_something(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.position("MEM", 200))
    room.sync(facts.position("MEM", 60))
    with room.mirror.engine.connect() as connection:
        rows = kept(connection)[facts.position("MEM", 60).item_id, "MEM"]
    assert sum(row[-2] for row in rows) == facts.line().ordered_quantity


@pytest.mark.parametrize(("on_hand", "part"), [(115, 60), (205, 100)])
def test_a_line_that_holds_too_much_in_several_parts_may_leave_others_short(
    room: TowerRoom, on_hand: int, part: int
) -> None:
    """No part is more than the line wants, and what all lines want is there; together they are too much."""
    room.sync(*facts.quiet_world(), facts.position("MEM", on_hand))
    parts = [facts.allocation(quantity=part, allocation_id=AllocationId(f"A{n}")) for n in (1, 2)]
    room.sync(*parts)
    with room.mirror.engine.connect() as connection:
        ticked = kept(connection)
    with full_pass(room) as connection:
        read = kept(connection)
    assert ticked == read
    assert [sum(row[-2] for row in rows) for rows in read.values()] == [2 * part]


def test_what_a_line_of_elsewhere_holds_counts_at_the_node_that_holds_it(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.position("DEN", 50))
    room.sync(facts.allocation(node_id="DEN", quantity=60))
    with room.mirror.engine.connect() as connection:
        ticked = kept(connection)
    with full_pass(room) as connection:
        read = kept(connection)
    group = (facts.position("DEN").item_id, "DEN")
    assert [row[-2] for row in read[group]] == [60]
    assert ticked[group] == read[group]
