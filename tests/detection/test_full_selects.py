"""What full passes do to look at less: it must leave out nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from app.detection.engine import detect
from app.detection.gathering import gather, let_go
from app.detection.pegs.apart import APART
from app.detection.rules.order_entry import price
from domain.ids import AllocationId, ContractId, CustomerId, ItemId
from domain.inventory import AllocationStatus
from domain.items import ContractPrice, Item
from domain.orders import OrderLine
from domain.records import Entity
from tests.support import facts
from tests.support.facts import DAY, NOW
from tests.support.rule_room import policy_of, rule_room
from tests.support.tower_room import TowerRoom

CUSTOMERS, ITEMS = ("C1", "C2", "C3"), ("I1", "I2", "I3")
PRICES = (1_000, 1_000, 1_010, 1_100)


def some_contract(chance: random.Random, number: int) -> ContractPrice:
    return facts.contract_price(
        chance.choice(PRICES),
        contract_id=ContractId(f"P{number}"),
        customer_id=CustomerId(chance.choice(CUSTOMERS)),
        item_id=ItemId(chance.choice(ITEMS)),
        valid_from=NOW - chance.choice([1, 2]) * DAY,
        valid_until=chance.choice([None, None, NOW - DAY / 2]),
    )


def agreed_cents(line: OrderLine, customer_id: str, contracts: list[ContractPrice], items: list[Item]) -> int:
    """By the newest contract valid now, else by the list; 0 where nobody says."""
    valid = [
        one
        for one in contracts
        if (one.customer_id, one.item_id) == (customer_id, line.item_id)
        and (one.valid_until is None or one.valid_until > NOW)
    ]
    newest = min(valid, key=lambda one: (NOW - one.valid_from, one.contract_id), default=None)
    listed = next((one.list_price_cents for one in items if one.item_id == line.item_id), 0)
    return listed if newest is None else newest.unit_price_cents


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_price_is_held_against_what_was_agreed(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    contracts = [some_contract(chance, number) for number in range(5)]
    # Of the third item only its contracts are known.
    items = [facts.item(name, list_price_cents=chance.choice(PRICES)) for name in ITEMS[:2]]
    holders = {f"SO-{number}": chance.choice(CUSTOMERS) for number in range(12)}
    lines = [
        facts.line(
            f"{order_id}/{place}",
            item_id=ItemId(chance.choice(ITEMS)),
            unit_price_cents=chance.choice(PRICES),
        )
        for order_id in holders
        for place in (1, 2, 3)
    ]
    world: list[Entity] = [facts.node(), *map(facts.customer, CUSTOMERS), *items, *contracts, *lines]
    world += [facts.order(name, customer_id=CustomerId(holder)) for name, holder in holders.items()]
    # All are 100 units, so that more than two percent is always more than five in total.
    expected = {
        line.line_id
        for line in lines
        for agreed in [agreed_cents(line, holders[line.order_id], contracts, items)]
        if agreed and abs(line.unit_price_cents - agreed) * 50 > agreed
    }
    with rule_room(tmp_path, price.RULE, policy_of("order_entry")) as room:
        room.put(*world)
        assert {finding.entity.entity_id for finding in room.full()} == expected
        assert {
            finding.entity.entity_id for finding in room.narrowed(*(x.line_id for x in lines))
        } == expected
    assert 0 < len(expected) < len(lines)


def apart(room: TowerRoom) -> set[tuple[str, str, int]]:
    """The allocations that are told apart: line, node and units of each."""
    with room.mirror.engine.begin() as connection:
        gathered: set[str] = set()
        gather(connection, gathered, APART)
        rows = connection.exec_driver_sql("SELECT line_id, node_id, quantity FROM temp.apart").all()
        let_go(connection, gathered)
    return {(row.line_id, row.node_id, row.quantity) for row in rows}


def test_an_allocation_of_all_that_its_line_wants_where_it_wants_it_is_not_apart(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.allocation())
    assert apart(room) == set()
    room.sync(facts.line(shipped_quantity=30))
    assert apart(room) == {("SO-1/1", "MEM", 100)}
    room.sync(facts.allocation(quantity=70))
    assert apart(room) == set()


def test_what_is_held_elsewhere_in_part_or_for_nobody_is_apart(room: TowerRoom) -> None:
    room.sync(
        *facts.quiet_world(),
        facts.line("SO-1/2", node_id=None),
        facts.line("SO-1/3", cancelled=True),
        facts.allocation(quantity=60),
        facts.allocation(quantity=40, status=AllocationStatus.RESERVED),
        facts.allocation(node_id="DFW"),
        facts.allocation("SO-1/2"),
        facts.allocation("SO-1/3"),
        facts.allocation("SO-9/1"),
    )
    assert apart(room) == {
        ("SO-1/1", "MEM", 60),
        ("SO-1/1", "MEM", 40),
        ("SO-1/1", "DFW", 100),
        ("SO-1/2", "MEM", 100),
        ("SO-1/3", "MEM", 100),
        ("SO-9/1", "MEM", 100),
    }


def test_a_line_that_holds_all_it_wants_twice_takes_it_from_another(room: TowerRoom) -> None:
    """Alike allocations are one to the merge; what they hold together must still count."""
    twice = [
        facts.allocation(allocation_id=AllocationId(f"A{number}"), status=AllocationStatus.RESERVED)
        for number in (1, 2)
    ]
    room.sync(*facts.quiet_world(), *twice, facts.line("SO-1/2"), facts.position("MEM", 250))
    with room.mirror.engine.begin() as connection:
        detect(connection, now=room.clock.now(), full=True)
        lacking = connection.exec_driver_sql("SELECT line_id, short_quantity FROM peg_short").all()
    assert [tuple(row) for row in lacking] == [("SO-1/2", 50)]


def test_each_detection_gathers_anew_and_keeps_nothing(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world())
    for orphan in ("SO-7/1", "SO-8/1"):
        room.sync(facts.allocation(orphan))
        room.clock.advance(minutes=60)
        with room.mirror.engine.begin() as connection:
            detect(connection, now=room.clock.now(), full=True)
            assert connection.exec_driver_sql("SELECT COUNT(*) FROM temp.apart").scalar_one() == 0
    orphans = {case.entity.entity_id for case in room.mirror.cases() if case.code == "DQ-ORPHAN"}
    assert orphans == {"SO-7/1", "SO-8/1"}
