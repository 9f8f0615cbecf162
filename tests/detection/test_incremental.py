"""An incremental detection ends where a full one would, whatever changed and however time passed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from app.store.engine import reading
from domain.cases import ExceptionCase
from domain.ids import NodeId
from domain.inventory import AllocationStatus
from domain.orders import CreditStatus, OrderStatus, ShipTo
from domain.records import Entity
from domain.transport import ShipmentStatus
from domain.warehouse import PickStatus
from tests.support import facts
from tests.support.facts import DAY, NOW
from tests.support.tower_room import TowerRoom, tower_room

ORDERS = [f"SO-{number}" for number in range(1, 5)]
NODES = ["MEM", "DFW"]


def some_change(chance: random.Random) -> Entity:
    """One record of the small world, with values that open, change or clear cases."""
    number = chance.choice(ORDERS)
    node = chance.choice(NODES)
    day = NOW + chance.randint(0, 4) * DAY
    makers: list[Callable[[], Entity]] = [
        lambda: facts.order(
            number,
            status=chance.choice(list(OrderStatus)[:4]),
            credit_status=chance.choice(list(CreditStatus)),
            promised_at=day,
            ship_to=chance.choice([facts.SHIP_TO, ShipTo()]),
        ),
        lambda: facts.line(
            f"{number}/1",
            node_id=NodeId(node),
            unit_price_cents=chance.choice([1_000, 1_100]),
            promised_at=day,
        ),
        lambda: facts.position(node, chance.choice([0, 60, 100, 200, 400])),
        lambda: facts.allocation(
            f"{number}/1",
            chance.choice([0, 40, 100]),
            node_id=node,
            status=chance.choice(list(AllocationStatus)),
        ),
        lambda: facts.supply(chance.choice(["PO-1/1", "PO-2/1"]), eta_at=day),
        lambda: facts.customer(tier=chance.randint(1, 4)),
        lambda: facts.contract_price(
            chance.choice([1_000, 1_200]), valid_from=NOW + chance.randint(-5, 5) * DAY / 4
        ),
        lambda: facts.pick(picked_quantity=chance.choice([60, 100]), status=chance.choice(list(PickStatus))),
        lambda: facts.shipment(eta_at=day, status=chance.choice(list(ShipmentStatus))),
        lambda: facts.pod(chance.choice([90, 100])),
        lambda: facts.invoice(100, chance.choice([0, 10])),
        lambda: facts.item(landed_cost_cents=chance.choice([500, 600])),
    ]
    return chance.choice(makers)()


def told(case: ExceptionCase) -> ExceptionCase:
    """A case without the instants that say when it was last looked at."""
    return replace(case, last_seen_at=NOW)


def disturb(room: TowerRoom, chance: random.Random) -> None:
    """Change a few records, now and then lose one, and let some time pass."""
    room.source.put(*(some_change(chance) for _ in range(chance.randint(0, 4))))
    if chance.random() < 0.2:
        room.source.drop(chance.choice(list(room.source.alive.values())).entity)
    room.clock.advance(minutes=chance.choice([0, 0, 7, 25, 90, 600]))
    room.sync(page_limit=chance.choice([2, 3, 500]))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_incremental_is_full(seed: int) -> None:
    chance = random.Random(seed)
    with TemporaryDirectory() as folder, tower_room(Path(folder)) as room:
        room.sync(*facts.quiet_world())
        for _ in range(6):
            disturb(room, chance)
            before = [told(case) for case in room.mirror.cases(open_only=False)]
            with room.mirror.write() as transaction:
                full = transaction.detect(now=room.clock.now(), full=True)
            assert full.changed == frozenset()
            assert [told(case) for case in room.mirror.cases(open_only=False)] == before


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_mirror_built_from_nothing_agrees_with_one_that_lived(seed: int) -> None:
    chance = random.Random(seed)
    with TemporaryDirectory() as folder, TemporaryDirectory() as other, tower_room(Path(folder)) as room:
        room.sync(*facts.quiet_world())
        for _ in range(4):
            disturb(room, chance)
        with tower_room(Path(other)) as anew:
            anew.clock.at = room.clock.at
            anew.source.log = list(room.source.log)
            anew.sync()
            assert [facts_of(case) for case in anew.mirror.cases()] == sorted_facts(room, anew)


def facts_of(case: ExceptionCase) -> tuple[object, ...]:
    return (case.case_id, case.impact, case.severity, case.consequence, case.breach_at, case.parent_case_id)


def sorted_facts(room: TowerRoom, like: TowerRoom) -> list[tuple[object, ...]]:
    """The cases of ``room`` in the order that ``like`` lists them."""
    order = [case.case_id for case in like.mirror.cases()]
    found = {case.case_id: facts_of(case) for case in room.mirror.cases()}
    return [found[case_id] for case_id in order] if set(order) == set(found) else []


def test_an_unchanged_pass_runs_only_what_time_can_change(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world())
    with room.mirror.write() as transaction:
        assert transaction.detect(now=room.clock.now()).ran == ("DQ-STALE",)


def test_a_changed_pick_runs_only_the_rules_that_read_picks(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world())
    room.source.put(facts.pick())
    page = room.source.changes("everything", room.mirror.cursor(facts.ERP, "everything"), 500)
    with room.mirror.write() as transaction:
        transaction.apply_page(facts.ERP, "everything", page, at=NOW)
        assert "WH-PICK-SHORT" in transaction.detect(now=NOW).ran
        assert "TR-ETA-LATE" not in transaction.detect(now=NOW).ran


def test_no_rule_scans_a_table_once_per_row(room: TowerRoom) -> None:
    """Inside loops and correlated queries every fact table is reached by an index."""
    room.sync(*facts.quiet_world())
    plans: list[str] = []
    statements: list[tuple[str, object]] = []
    engine = room.mirror.engine

    def note(connection: object, cursor: object, statement: str, parameters: object, *rest: object) -> None:
        statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    with room.mirror.write() as transaction:
        transaction.detect(now=NOW, full=True)
    event.remove(engine, "before_cursor_execute", note)
    selects = [
        pair for pair in statements if pair[0].lstrip().startswith(("SELECT", "WITH", "\nSELECT", "\nWITH"))
    ]
    with reading(engine).connect() as connection:
        for statement, parameters in selects:
            rows = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)  # type: ignore[arg-type]
            plans += nested_scans([(row.id, row.parent, row.detail) for row in rows])
        assert connection.execute(text("SELECT COUNT(*) FROM sales_order")).scalar_one() == 1
    assert selects
    assert plans == []


def nested_scans(plan: list[tuple[int, int, str]]) -> list[str]:
    """Full scans of fact tables that run inside a correlated query."""
    inside: set[int] = set()
    found = []
    for row_id, parent, detail in plan:
        if "CORRELATED" in detail or parent in inside:
            inside.add(row_id)
            if detail.startswith("SCAN ") and " USING " not in detail and "VIRTUAL TABLE" not in detail:
                found.append(detail)
    return found
