"""Whatever changes and however time passes: each rule finds the same narrowed as it finds in full."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.detection.rule import Rule
from app.detection.rules.allocation.registry import RULES as ALLOCATION
from app.detection.rules.order_entry.registry import RULES as ORDER_ENTRY
from domain.customers import CreditTerms, SplitPolicy
from domain.ids import AllocationId, CustomerId, ItemId, LotId, NodeId
from domain.inventory import AllocationStatus, LotQuality
from domain.items import ItemLifecycle
from domain.orders import CreditStatus, OrderChangeStatus, OrderStatus, ScreeningStatus
from domain.records import Entity
from domain.transport import ShipmentStatus
from domain.warehouse import PickStatus
from tests.support import facts
from tests.support.facts import DAY, NOW
from tests.support.peg_room import peg_room
from tests.support.rule_room import policy_of

ORDERS = [f"SO-{number}" for number in range(1, 6)]
NODES = ["MEM", "DFW", "RNO"]
ITEMS = ["I1", "I2"]
CUSTOMERS = ["C1", "C2"]
LINES = [f"{number}/{place}" for number in ORDERS for place in (1, 2, 3)]


def some_order(chance: random.Random) -> Entity:
    number = chance.choice(ORDERS)
    country = chance.choice(["US", "US", "TR", "IR"])
    return facts.order(
        number,
        customer_id=CustomerId(chance.choice(CUSTOMERS)),
        status=chance.choice([*list(OrderStatus)[:3], *list(OrderStatus)]),
        credit_status=chance.choice([CreditStatus.CLEAR, CreditStatus.CLEAR, CreditStatus.HOLD]),
        ordered_at=NOW - chance.randint(0, 80) * DAY / 24,
        promised_at=NOW + chance.randint(-3, 6) * DAY,
        ship_to=replace(facts.SHIP_TO, country=country, contact=chance.choice(["", "M. Diaz"])),
        ship_from_node_id=NodeId(chance.choice(NODES)),
        customer_po=chance.choice(["P-1", "P-2", f"P-{number}", ""]),
        total_cents=chance.choice([100_000, 400_000]),
        status_at=chance.choice([None, NOW - DAY]),
        screening=chance.choice(list(ScreeningStatus)),
        ship_to_is_new=chance.random() < 0.6,
        payment_changed=chance.random() < 0.6,
        contact_changed=chance.random() < 0.6,
        reviewed=chance.random() < 0.2,
    )


def some_line(chance: random.Random) -> Entity:
    shipped = chance.choice([0, 0, 0, 40, 100])
    return facts.line(
        chance.choice(LINES),
        item_id=ItemId(chance.choice(ITEMS)),
        node_id=chance.choice([None, *(NodeId(node) for node in NODES)]),
        ordered_quantity=chance.choice([100, 100, 12, 1_200]),
        shipped_quantity=shipped,
        unit_price_cents=chance.choice([1_000, 1_000, 1_100]),
        requested_at=NOW + chance.randint(-6, 2) * DAY,
        promised_at=NOW + chance.randint(-6, 6) * DAY,
        cancelled=chance.random() < 0.1,
        price_approved=chance.random() < 0.1,
        quantity_confirmed=chance.random() < 0.1,
    )


def some_allocation(chance: random.Random) -> Entity:
    line_id, node = chance.choice(LINES), chance.choice(NODES)
    made = facts.allocation(
        line_id,
        chance.choice([0, 40, 100]),
        node_id=node,
        item_id=chance.choice(ITEMS),
        status=chance.choice([AllocationStatus.RESERVED, AllocationStatus.PLANNED]),
        lot_id=LotId(chance.choice(["", "L1", "L2"])),
        allocated_at=chance.choice([None, NOW - DAY, NOW - 2 * DAY]),
    )
    return replace(made, allocation_id=AllocationId(f"A:{line_id}:{node}"))


def some_supply(chance: random.Random) -> Entity:
    due = NOW + chance.randint(-1, 4) * DAY
    return facts.supply(
        chance.choice(["PO-1/1", "PO-2/1", "PO-3/1"]),
        item_id=ItemId(chance.choice(ITEMS)),
        node_id=NodeId(chance.choice(NODES)),
        due_at=due,
        eta_at=due + chance.choice([0, 0, 1, 3]) * DAY,
        received_quantity=chance.choice([0, 0, 60, 100]),
        confirmed_quantity=chance.choice([None, 60, 100]),
        asn_at=chance.choice([None, None, NOW]),
        received_at=chance.choice([None, None, NOW]),
        supplier_name=chance.choice(["Bolt Works", "Nut Mill"]),
    )


def some_master(chance: random.Random) -> Entity:
    makers: list[Callable[[], Entity]] = [
        lambda: facts.customer(
            chance.choice(CUSTOMERS),
            tier=chance.randint(1, 4),
            credit=CreditTerms(limit_cents=chance.choice([None, 100_000, 10_000_000])),
            split=SplitPolicy(max_shipments=chance.choice([1, 2])),
            required_fields=chance.choice([("street",), ("street", "contact"), ("customer_po",)]),
            routing_scacs=chance.choice([(), ("RDWY",)]),
            minimum_shelf_life_days=chance.choice([0, 30]),
        ),
        lambda: facts.item(
            chance.choice(ITEMS),
            list_price_cents=chance.choice([1_000, 1_200]),
            landed_cost_cents=chance.choice([500, 600]),
            case_pack_quantity=chance.choice([1, 12]),
            lifecycle=chance.choice([ItemLifecycle.ACTIVE, ItemLifecycle.BLOCKED]),
            restricted_countries=chance.choice([(), ("TR",)]),
        ),
        lambda: facts.contract_price(
            chance.choice([1_000, 1_200]), valid_from=NOW + chance.randint(-5, 5) * DAY / 4
        ),
        lambda: replace(facts.lane(chance.choice(NODES)), transit_days=chance.randint(1, 3)),
        lambda: facts.lot(
            chance.choice(["L1", "L2"]),
            quality=chance.choice(list(LotQuality)),
            expires_at=NOW + chance.randint(10, 50) * DAY,
        ),
    ]
    return chance.choice(makers)()


def some_signal(chance: random.Random) -> Entity:
    makers: list[Callable[[], Entity]] = [
        lambda: facts.position(
            chance.choice(NODES), chance.choice([0, 60, 200, 400]), item_id=chance.choice(ITEMS)
        ),
        lambda: facts.shipment(
            scac=chance.choice(["UPSN", "RDWY"]), status=chance.choice(list(ShipmentStatus))
        ),
        lambda: facts.order_change(status=chance.choice(list(OrderChangeStatus))),
        lambda: facts.pick(status=chance.choice(list(PickStatus)), picked_quantity=chance.choice([0, 60])),
    ]
    return chance.choice(makers)()


MAKERS = [some_order, some_line, some_line, some_allocation, some_supply, some_master, some_signal]
RULES = [*ORDER_ENTRY, *ALLOCATION]


def trouble() -> list[Entity]:
    """Everything is there, and something is wrong for each rule."""
    far = NodeId("DFW")
    strange = {"ship_to_is_new": True, "payment_changed": True, "contact_changed": True}
    return [
        *(facts.node(node, node) for node in NODES),
        *(facts.lane(node) for node in NODES),
        facts.customer("C1", required_fields=("contact",), routing_scacs=("RDWY",)),
        facts.customer("C2", tier=4, split=SplitPolicy(max_shipments=1)),
        facts.item("I1", restricted_countries=("TR",)),
        facts.item("I2", lifecycle=ItemLifecycle.BLOCKED, case_pack_quantity=7),
        *(facts.order(number, customer_po="P-1") for number in ORDERS[:3]),
        facts.order("SO-3", status=OrderStatus.ENTERED, status_at=NOW - 2 * DAY),
        facts.order("SO-4", customer_id=CustomerId("C2"), credit_status=CreditStatus.HOLD),
        facts.order("SO-5", ship_to=replace(facts.SHIP_TO, country="TR"), requested_at=NOW, **strange),
        *(facts.line(f"{number}/1", requested_at=NOW - 9 * DAY) for number in ORDERS),
        facts.line("SO-2/2", item_id=ItemId("I2"), node_id=far, unit_price_cents=1_100),
        facts.line("SO-1/2", item_id=ItemId("I2"), node_id=far),
        facts.line("SO-1/3", node_id=NodeId("RNO")),
        facts.position("MEM", 150),
        facts.position("RNO", 150),
        facts.position("DFW", 0, item_id="I2"),
        facts.allocation("SO-4/1", status=AllocationStatus.RESERVED, allocated_at=NOW - 2 * DAY),
        facts.allocation("SO-2/1", quantity=20, lot_id=LotId("L1")),
        facts.lot("L1", quality=LotQuality.RECALLED),
        facts.supply(due_at=NOW + DAY, eta_at=NOW + 4 * DAY, confirmed_quantity=50),
        facts.shipment(),
        facts.order_change(),
        facts.pick(),
    ]


@pytest.mark.parametrize("rule", RULES, ids=[rule.case_type.code for rule in RULES])
def test_narrowed_is_full(tmp_path: Path, rule: Rule) -> None:
    chance = random.Random(rule.case_type.code)
    with peg_room(tmp_path, rule, policy_of("order_entry", "allocation", quantity_history_lines=4)) as room:
        room.put(*(chance.choice(MAKERS)(chance) for _ in range(40)))
        room.look()
        room.put(*trouble())
        found = len(room.look())
        for _ in range(4):
            room.put(*(chance.choice(MAKERS)(chance) for _ in range(chance.randint(0, 5))))
            if chance.random() < 0.2:
                room.drop(chance.choice(list(room.room.source.alive.values())).entity)
            room.advance(minutes=chance.choice([0, 7, 25, 90, 600]))
            found += len(room.look())
    assert found
