"""What full passes do to look at less: it must leave out nothing."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from app.detection.engine import detect
from app.detection.gathering import gather, let_go
from app.detection.pegs.apart import APART
from app.detection.rules.invoicing import pod_mismatch
from app.detection.rules.order_entry import price
from domain.billing import Invoice, InvoiceLine, PodCondition, PodLine, ProofOfDelivery
from domain.ids import AllocationId, ContractId, CustomerId, InvoiceId, ItemId, LineId, PodId, ShipmentId
from domain.inventory import AllocationStatus
from domain.items import ContractPrice, Item
from domain.orders import OrderLine, OrderStatus
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


def some_bill(chance: random.Random, number: int) -> tuple[Invoice, list[ProofOfDelivery]]:
    """A bill and one or two receipts of one shipment, whose lines may be few, double, or in another order."""
    names = [LineId(f"SO-{number}/{place}") for place in (1, 2)]
    billed = tuple(
        InvoiceLine(
            line_id=chance.choice(names),
            item_id=ItemId("I1"),
            quantity=chance.choice([5, 10]),
            unit_price_cents=1_000,
            credited_quantity=chance.choice([0, 0, 5]),
        )
        for _ in range(chance.randint(1, 3))
    )
    shipment_id = ShipmentId(f"SH-{number}")
    receipts = []
    for which in range(chance.randint(1, 2)):
        signed = [
            PodLine(
                line_id=line.line_id,
                delivered_quantity=chance.choice([line.quantity, line.quantity, 5, 20]),
                condition=chance.choice([PodCondition.GOOD, PodCondition.GOOD, PodCondition.DAMAGED]),
            )
            for line in chance.sample(billed, chance.randint(1, len(billed)))
        ]
        receipts.append(
            facts.pod(pod_id=PodId(f"POD-{number}-{which}"), shipment_id=shipment_id, lines=tuple(signed))
        )
    name = InvoiceId(f"INV-{number}")
    return facts.invoice(invoice_id=name, shipment_id=shipment_id, lines=billed), receipts


def bills_more_than_was_signed_for(bill: Invoice, receipts: list[ProofOfDelivery]) -> bool:
    """By the sums of each line alone."""
    billed: Counter[str] = Counter()
    for line in bill.lines:
        billed[line.line_id] += line.quantity - line.credited_quantity
    signed: Counter[str] = Counter()
    for part in (part for receipt in receipts for part in receipt.lines):
        signed[part.line_id] += part.delivered_quantity if part.condition is PodCondition.GOOD else 0
    return any(units > signed[line_id] for line_id, units in billed.items())


def test_every_bill_is_held_against_all_that_was_signed_for(tmp_path: Path) -> None:
    chance = random.Random(5)
    bills = [some_bill(chance, number) for number in range(60)]
    expected = {bill.invoice_id for bill, receipts in bills if bills_more_than_was_signed_for(bill, receipts)}
    with rule_room(tmp_path, pod_mismatch.RULE, policy_of("invoicing")) as room:
        room.put(*(bill for bill, _ in bills), *(receipt for _, receipts in bills for receipt in receipts))
        found = {finding.entity.entity_id for finding in room.full()}
    assert found == expected
    assert 10 < len(expected) < 50


def apart(room: TowerRoom) -> set[tuple[str, str, int]]:
    """The allocations that are told apart: line, node and units of each."""
    with room.mirror.engine.begin() as connection:
        gathered: set[str] = set()
        gather(connection, gathered, APART)
        rows = connection.exec_driver_sql("SELECT line_id, node_id, quantity FROM temp.apart").all()
        let_go(connection, gathered)
    return {(row.line_id, row.node_id, row.quantity) for row in rows}


def test_an_allocation_of_what_its_line_wants_where_it_wants_it_is_not_apart(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.allocation())
    assert apart(room) == set()
    room.sync(facts.line(shipped_quantity=30))
    assert apart(room) == {("SO-1/1", "MEM", 100)}
    room.sync(facts.allocation(quantity=70))
    assert apart(room) == set()


def test_what_is_held_elsewhere_too_much_or_for_no_open_line_is_apart(room: TowerRoom) -> None:
    room.sync(
        *facts.quiet_world(),
        facts.order("SO-2", status=OrderStatus.SHIPPED),
        facts.line("SO-1/2", node_id=None),
        facts.line("SO-1/3", cancelled=True),
        facts.line("SO-1/4", item_id=ItemId("I2")),
        facts.line("SO-2/1", node_id=None),
        facts.allocation(quantity=60),
        facts.allocation(quantity=40, status=AllocationStatus.RESERVED),
        facts.allocation(node_id="DFW"),
        facts.allocation("SO-1/2"),
        facts.allocation("SO-1/2", 101, status=AllocationStatus.RESERVED),
        facts.allocation("SO-1/2", node_id="DFW"),
        *(facts.allocation(line_id) for line_id in ("SO-1/3", "SO-1/4", "SO-2/1", "SO-9/1")),
    )
    assert apart(room) == {
        ("SO-1/1", "DFW", 100),
        ("SO-1/2", "MEM", 101),
        ("SO-1/2", "DFW", 100),
        ("SO-1/3", "MEM", 100),
        ("SO-1/4", "MEM", 100),
        ("SO-2/1", "MEM", 100),
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
