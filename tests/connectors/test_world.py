"""The world: the same from the same seed, consistent, alive, changed only by time and commands."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.protocol import Connector
from connectors.wire_page import encode_page
from connectors.world.faces import FACES
from connectors.world.world import World
from domain.errors import BadInputError
from domain.inventory import AllocationStatus
from domain.records import Entity
from tests.support.connector_contract import read_all, state_of
from tests.support.living_world import FIRST_OPENED, SteppingClock, open_world, snapshot_of
from tests.support.world_situations import situations

HOURS = (0, 3, 11, 26, 50, 77)


def digest_of(world: World) -> str:
    """One digest over every byte that a service would send about the world."""
    total = hashlib.sha256()
    for name in FACES:
        connector: Connector = world.connector(name)
        for stream in connector.manifest.streams:
            pages, _ = read_all(connector, stream.name, limit=300)
            for page in pages:
                total.update(encode_page(page, as_of=FIRST_OPENED))
    return total.hexdigest()


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path;"
        "from tests.connectors.test_world import digest_of;"
        "from tests.support.living_world import open_world;"
        "print(digest_of(open_world(Path(sys.argv[1]))))"
    )
    there = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "there")],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONHASHSEED": "99", "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=Path(__file__).parents[2],
    )
    assert digest_of(open_world(tmp_path / "here")) == there.stdout.strip()


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    assert digest_of(open_world(tmp_path / "7")) != digest_of(open_world(tmp_path / "8", seed=8))


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.integers(min_value=1, max_value=900), min_size=1, max_size=12))
def test_how_often_the_clock_is_looked_at_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int]
) -> None:
    often, once = SteppingClock(), SteppingClock()
    stepped = open_world(tmp_path_factory.mktemp("stepped"), often)
    for minutes in steps:
        often.move(minutes=minutes)
        stepped.advance()
    leaping = open_world(tmp_path_factory.mktemp("leaping"), once)
    once.move(minutes=sum(steps))
    assert digest_of_orders(stepped) == digest_of_orders(leaping)


def digest_of_orders(world: World) -> list[tuple[str, str, Entity]]:
    pages, _ = read_all(world.connector("erp"), "orders", limit=1000)
    return [(str(ref), record.version, record.entity) for ref, record in state_of(pages).items()]


@pytest.mark.parametrize("seed", [7, 9])
def test_all_ten_situations_are_there_at_any_time(tmp_path: Path, seed: int) -> None:
    clock = SteppingClock()
    world = open_world(tmp_path, clock, seed=seed)
    for earlier, later in zip((0, *HOURS), HOURS, strict=False):
        clock.move(hours=later - earlier)
        found = situations(snapshot_of(world))
        assert {code for code, ids in found.items() if not ids} == set(), f"{later} hours on"


def test_most_orders_are_normal(tmp_path: Path) -> None:
    seen = snapshot_of(open_world(tmp_path, size="ci"))
    found = situations(seen)
    troubled = {seen.lines[line_id].order_id for line_id in seen.shortages}
    troubled |= {o for o in seen.orders if o in found["OE-CREDIT"] | found["OE-INCOMPLETE"]}
    assert len(troubled) < len(seen.orders) / 4


def test_stock_adds_up(tmp_path: Path) -> None:
    clock = SteppingClock()
    world = open_world(tmp_path, clock, size="ci")
    clock.move(hours=30)
    seen = snapshot_of(world)
    for line in seen.lines.values():
        allocated = sum(a.quantity for a in seen.allocations if a.line_id == line.line_id)
        assert allocated == line.open_quantity, line.line_id
    for place, claims in seen.claims().items():
        bound = sum(c.quantity for c in claims if c.status is AllocationStatus.RESERVED)
        assert bound <= seen.positions[place].on_hand_quantity, place
    assert all(position.on_hand_quantity >= 0 for position in seen.positions.values())


def test_every_reference_leads_somewhere(tmp_path: Path) -> None:
    seen = snapshot_of(open_world(tmp_path))
    assert all(line.order_id in seen.orders for line in seen.lines.values())
    assert all(order.customer_id in seen.customers for order in seen.orders.values())
    assert all(a.line_id in seen.lines for a in seen.allocations)
    assert all((a.item_id, a.node_id) in seen.positions for a in seen.allocations)


def test_time_never_stands_still(tmp_path: Path) -> None:
    clock = SteppingClock()
    world = open_world(tmp_path, clock)
    _, cursor = read_all(world.connector("erp"), "orders", limit=1000)
    clock.move(hours=2)
    pages, _ = read_all(world.connector("erp"), "orders", limit=1000, cursor=cursor)
    assert len(state_of(pages)) > 1


def test_finished_orders_leave_the_books(tmp_path: Path) -> None:
    clock = SteppingClock()
    world = open_world(tmp_path, clock)
    clock.move(days=12)
    pages, _ = read_all(world.connector("erp"), "orders", limit=1000)
    assert any(page.deleted for page in pages)
    assert 100 < len(state_of(pages)) < 2_000


def test_a_folder_of_another_world_is_refused(tmp_path: Path) -> None:
    open_world(tmp_path).close()
    with pytest.raises(BadInputError, match="seed 7"):
        open_world(tmp_path, seed=8)


def test_opening_time_is_remembered(tmp_path: Path) -> None:
    open_world(tmp_path).close()
    later = SteppingClock()
    later.move(hours=5)
    assert open_world(tmp_path, later).opened_at == FIRST_OPENED
    assert json.loads((tmp_path / "world.json").read_text())["seed"] == 7


def test_an_unknown_face_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="crm"):
        open_world(tmp_path).connector("crm")
