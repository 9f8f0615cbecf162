"""Rules that compare an order with others: duplicates, unusual quantities, suspicious orders."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.detection.rule import Rule
from app.detection.rules.order_entry import duplicate, fraud, quantity
from domain.ids import CustomerId, ItemId
from domain.orders import OrderLine, OrderStatus, SalesOrder
from domain.records import Entity
from tests.support.facts import DAY, NOW, SHIP_TO, customer, item, line, node, order
from tests.support.rule_room import RuleRoom, policy_of, rule_room

RoomOf = Callable[[Rule], AbstractContextManager[RuleRoom]]
HOUR = timedelta(hours=1)


@pytest.fixture
def room_of(tmp_path: Path) -> RoomOf:
    @contextmanager
    def made(rule: Rule) -> Iterator[RuleRoom]:
        with rule_room(tmp_path, rule, policy_of("order_entry")) as room:
            room.put(node(), customer(), customer("C2"), item(), item("I2"), order(), line())
            assert room.look() == []
            yield room

    return made


def second(**changes: object) -> SalesOrder:
    """An order half a day after the first, by default with its PO number."""
    made = {"ordered_at": NOW - DAY / 2, "customer_po": "P-SO-1", **changes}
    return order("SO-2", **made)


def test_the_later_order_with_the_same_po_number_is_the_case(room_of: RoomOf) -> None:
    with room_of(duplicate.RULE) as room:
        room.put(second(total_cents=5_000), line("SO-2/1", ordered_quantity=5))
        found = room.only()
        assert str(found.entity) == "sales_order/SO-2"
        assert found.title == "SO-2 repeats SO-1"
        assert found.correlation_key == "dup:C1:P-SO-1"
        # 15 % of 5,000 with nine in ten; and three minutes of a planner.
        assert found.losses == (("SO-2/1", 675), ("sales_order/SO-2", 225))
        assert [ref.entity_id for ref in found.about] == ["C1", "SO-1"]
        assert "has the same PO number P-SO-1 as SO-1 of Sat 21 Nov" in found.consequence


@pytest.mark.parametrize(
    "cure",
    [
        second(reviewed=True),
        second(status=OrderStatus.CANCELLED),
        second(status=OrderStatus.SHIPPED),
        second(customer_po="P-9"),
        second(customer_id=CustomerId("C2")),
        second(ordered_at=NOW + 60 * DAY),
        order(status=OrderStatus.CANCELLED),
    ],
    ids=["reviewed", "cancelled", "shipped", "own number", "other customer", "months later", "first gone"],
)
def test_an_order_of_its_own_is_no_duplicate(room_of: RoomOf, cure: Entity) -> None:
    with room_of(duplicate.RULE) as room:
        room.put(second(), line("SO-2/1", ordered_quantity=5))
        assert len(room.look()) == 1
        room.put(cure)
        assert room.look() == []


def test_the_first_may_have_shipped(room_of: RoomOf) -> None:
    with room_of(duplicate.RULE) as room:
        room.put(second(), line("SO-2/1"), order(status=OrderStatus.SHIPPED))
        assert room.only().entity.entity_id == "SO-2"


@pytest.mark.parametrize(
    ("lines", "po", "hours", "fires"),
    [
        (1, "", 12, True),
        (1, "P-9", 12, False),  # one line and a number of its own: a second need, not a repeat
        (2, "P-9", 12, True),
        (2, "P-9", 72, True),
        (2, "P-9", 73, False),
    ],
)
def test_the_same_lines_within_three_days_are_a_duplicate(
    room_of: RoomOf, lines: int, po: str, hours: int, fires: bool
) -> None:
    with room_of(duplicate.RULE) as room:
        goods = [ItemId("I1"), ItemId("I2")][:lines]
        room.put(
            second(customer_po=po, ordered_at=order().ordered_at + hours * HOUR),
            *(line(f"SO-1/{n}", item_id=kind) for n, kind in enumerate(goods, start=1)),
            *(line(f"SO-2/{n}", item_id=kind) for n, kind in enumerate(reversed(goods), start=1)),
        )
        found = room.look()
        assert bool(found) is fires
        if fires:
            assert found[0].correlation_key == "dup:C1:SO-1"
            room.put(line("SO-2/1", item_id=goods[-1], ordered_quantity=99))
            assert room.look() == []


def history(quantities: list[int], **changes: object) -> list[Entity]:
    """Shipped orders of C2 for I1 with these quantities."""
    made: list[Entity] = []
    for number, units in enumerate(quantities, start=10):
        status = OrderStatus.SHIPPED
        made.append(order(f"SO-{number}", status=status, customer_id=CustomerId("C2"), **changes))
        made.append(line(f"SO-{number}/1", ordered_quantity=units, shipped_quantity=units))
    return made


@pytest.mark.parametrize(
    ("units", "price_cents", "lines", "fires"),
    [
        (74, 1_000, 12, True),  # the median of 10 times e squared is 73.9
        (73, 1_000, 12, False),
        (74, 675, 12, False),  # 499.50: below the floor
        (74, 676, 12, True),
        (740, 1_000, 10, False),  # with its own line eleven: too few to say what is usual
    ],
)
def test_a_quantity_far_above_the_median_is_asked_about(
    room_of: RoomOf, units: int, price_cents: int, lines: int, fires: bool
) -> None:
    with room_of(quantity.RULE) as room:
        room.put(*history([8, 9, 10, 10, 10, 10, 10, 10, 11, 12, 13, 14][:lines]))
        room.put(line(ordered_quantity=units, unit_price_cents=price_cents))
        assert bool(room.look()) is fires


def test_an_unusual_quantity_says_what_is_usual_and_clears_when_confirmed(room_of: RoomOf) -> None:
    with room_of(quantity.RULE) as room:
        room.put(*history([10] * 12))
        found = room.only()
        assert found.title == "SO-1 line 1: 100 ea, usually 10"
        assert found.correlation_key == "qty:C1"
        # One in ten of 15 % of the 90 units too many, and five minutes of a planner.
        assert found.losses == (("SO-1/1", 90 * 1_000 * 15 // 100 // 10 + 375),)
        room.put(line(quantity_confirmed=True))
        assert room.look() == []
        room.put(line())
        assert len(room.look()) == 1
        room.put(*history([60] * 7))
        assert room.look() == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"case_pack_quantity": 12}, "a case holds 12"),
        ({"minimum_order_quantity": 101}, "the minimum is 101"),
        ({"case_pack_quantity": 25, "minimum_order_quantity": 100}, ""),
    ],
)
def test_packs_and_minimum_are_kept(room_of: RoomOf, changes: dict[str, Any], why: str) -> None:
    with room_of(quantity.RULE) as room:
        room.put(item(**changes))
        found = room.look()
        assert [f.title for f in found] == ([f"SO-1 line 1: 100 ea, {why}"] if why else [])
        room.put(order(status=OrderStatus.SHIPPED))
        assert room.look() == []


def test_quantities_agree_whatever_changes(room_of: RoomOf) -> None:
    chance = random.Random(7)
    with room_of(quantity.RULE) as room:
        for _ in range(12):
            changed: list[OrderLine] = [
                line(
                    f"SO-1/{chance.randint(1, 30)}",
                    item_id=ItemId(chance.choice(["I1", "I2"])),
                    ordered_quantity=chance.choice([1, 5, 6, 7, 8, 60, 600]),
                    cancelled=chance.random() < 0.1,
                )
                for _ in range(8)
            ]
            room.put(*changed)
            room.look()
        assert room.look()


STRANGE = second(
    customer_po="P-9", ship_to_is_new=True, payment_changed=True, requested_at=NOW + HOUR, total_cents=300_000
)


def test_indicators_of_fraud_add_up(room_of: RoomOf) -> None:
    with room_of(fraud.RULE) as room:
        room.put(STRANGE, line("SO-2/1", ordered_quantity=300))
        found = room.only()
        # 30 for the ship-to, 25 for the payment, 15 for the hurry, 20 for three times the usual value.
        assert found.title == "SO-2 looks suspicious (90 points)"
        assert found.correlation_key == f"fraud:C1:{SHIP_TO.postcode}"
        assert (
            "a new ship-to, a changed payment, wanted within 13 h, 3 times the usual value"
            in found.consequence
        )
        assert found.losses == (("SO-2/1", 60_000), ("sales_order/SO-2", 3 * 75))


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({"ship_to_is_new": False, "payment_changed": False, "contact_changed": False}, 0),
        ({"requested_at": NOW + 9 * DAY, "total_cents": 100_000}, 0),
        ({"requested_at": NOW + 9 * DAY}, 75),
        ({"total_cents": 299_999}, 70),
        ({"payment_changed": False, "contact_changed": True}, 85),
        ({"reviewed": True}, 0),
        ({"status": OrderStatus.SHIPPED}, 0),
    ],
    ids=["nothing changed", "55 points", "no hurry", "less value", "contact", "reviewed", "shipped"],
)
def test_only_unreviewed_orders_from_sixty_points_are_suspicious(
    room_of: RoomOf, changes: dict[str, Any], points: int
) -> None:
    with room_of(fraud.RULE) as room:
        room.put(replace(STRANGE, **changes))
        found = {f.title for f in room.look()}
        assert found == ({f"SO-2 looks suspicious ({points} points)"} if points else set())


def test_many_orders_in_a_day_speak_against_an_order(room_of: RoomOf) -> None:
    with room_of(fraud.RULE) as room:
        room.put(replace(STRANGE, total_cents=1))
        assert room.only().title == "SO-2 looks suspicious (70 points)"
        # With the first order and itself four; a later one speaks against itself only.
        room.put(*(order(f"SO-{n}", ordered_at=STRANGE.ordered_at - n * HOUR) for n in (3, 4)))
        assert room.only().title == "SO-2 looks suspicious (85 points)"
        room.put(order("SO-3", ordered_at=STRANGE.ordered_at + HOUR))
        assert room.only().title == "SO-2 looks suspicious (70 points)"
