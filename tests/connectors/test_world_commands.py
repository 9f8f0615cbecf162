"""Commands change the world, once, and survive the end of its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.world.world import World
from domain.commands import (
    Command,
    CommandResult,
    ExpectedVersion,
    ExpediteSupply,
    PromiseDate,
    ReallocateLine,
    ReleaseCreditHold,
    SubstituteItem,
    TransferStock,
)
from domain.compensation import undone_by
from domain.errors import CorruptError
from domain.ids import EntityKind, EntityRef, LineId, NodeId, OrderId, SourceName
from domain.inventory import SupplyKind
from tests.support.living_world import (
    SteppingClock,
    command_for,
    executions,
    open_world,
    possible_actions,
    snapshot_of,
)
from tests.support.world_situations import situations

CURED_BY = {
    "release_credit_hold": "OE-CREDIT",
    "set_line_price": "OE-PRICE",
    "set_order_field": "OE-INCOMPLETE",
    "reallocate_line": "AL-IMBALANCE",
    "split_line": "AL-IMBALANCE",
    "rebook_carrier": "TR-ETA-LATE",
    "repick_task": "WH-PICK-SHORT",
    "credit_invoice_line": "IN-POD-MISMATCH",
    "expedite_supply": "AL-PO-LATE",
    "transfer_stock": "AL-IMBALANCE",
}
ROOT = Path(__file__).parents[2]


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def world(tmp_path: Path, clock: SteppingClock) -> World:
    return open_world(tmp_path, clock)


@pytest.mark.parametrize("verb", sorted(CURED_BY))
def test_each_command_cures_its_situation(world: World, verb: str) -> None:
    before = situations(snapshot_of(world))[CURED_BY[verb]]
    receipt = world.submit(command_for(world, verb))
    assert receipt.result is CommandResult.SUCCEEDED, receipt.message
    after = situations(snapshot_of(world))[CURED_BY[verb]]
    assert len(before - after) >= 1


def test_transferred_goods_leave_one_node_and_come_to_the_other(world: World, clock: SteppingClock) -> None:
    command = command_for(world, "transfer_stock")
    action = command.action
    assert isinstance(action, TransferStock)
    before = snapshot_of(world).positions
    assert world.submit(command).result is CommandResult.SUCCEEDED
    sent = snapshot_of(world)
    giving = (action.item_id, action.from_node_id)
    assert sent.positions[giving].on_hand_quantity == before[giving].on_hand_quantity - action.quantity
    coming = [s for s in sent.supplies if s.kind is SupplyKind.TRANSFER]
    assert [(s.node_id, s.open_quantity, s.eta_at) for s in coming] == [
        (action.to_node_id, action.quantity, action.arrive_at)
    ]
    for _ in range(4):
        clock.move(hours=12)
        world.advance()
    arrived = [s for s in snapshot_of(world).supplies if s.kind is SupplyKind.TRANSFER]
    assert not [s for s in arrived if s.open_quantity]


def test_a_substitute_ships_in_place_of_what_is_short(world: World, clock: SteppingClock) -> None:
    command = command_for(world, "substitute_item")
    action = command.action
    assert isinstance(action, SubstituteItem)
    assert world.submit(command).result is CommandResult.SUCCEEDED
    seen = snapshot_of(world)
    assert seen.lines[action.line_id].item_id == action.substitute_item_id
    assert action.line_id not in seen.shortages
    held = [a for a in seen.allocations if a.line_id == action.line_id]
    assert {(a.item_id, a.quantity) for a in held} == {(action.substitute_item_id, action.quantity)}


def test_a_new_date_is_promised_for_the_whole_order_and_the_old_one_again(world: World) -> None:
    action = possible_actions(world)["promise_date"]
    assert isinstance(action, PromiseDate)

    def submit(key: str, **changed: object) -> CommandResult:
        wanted = replace(action, **changed)  # type: ignore[arg-type] # fields of the action
        return world.submit(Command(key=key, source=SourceName("erp"), action=wanted)).result

    def promised() -> set[object]:
        seen = snapshot_of(world)
        lines = {seen.lines[line_id].promised_at for line_id in action.line_ids}
        return lines | {seen.orders[action.order_id].promised_at}

    assert (
        submit("other-day", replaces_promised_at=action.promised_at - timedelta(1)) is CommandResult.CONFLICT
    )
    other = (*action.line_ids, LineId("another"))
    assert submit("other-lines", line_ids=other) is CommandResult.REJECTED
    assert promised() == {action.replaces_promised_at}
    assert submit("new") is CommandResult.SUCCEEDED
    assert promised() == {action.promised_at}
    (back,) = undone_by(action, None) or ()
    assert (
        world.submit(Command(key="old", source=SourceName("erp"), action=back)).result
        is CommandResult.SUCCEEDED
    )
    assert promised() == {action.replaces_promised_at}


def test_no_truck_is_there_at_once(world: World) -> None:
    command = command_for(world, "transfer_stock")
    assert isinstance(command.action, TransferStock)
    at_once = replace(command.action, arrive_at=command.action.arrive_at - timedelta(hours=2))
    assert world.submit(replace(command, action=at_once)).result is CommandResult.REJECTED


def test_a_released_order_goes_on(world: World, clock: SteppingClock) -> None:
    command = command_for(world, "release_credit_hold")
    assert isinstance(command.action, ReleaseCreditHold)
    world.submit(command)
    clock.move(hours=1)
    order = snapshot_of(world).orders[command.action.order_id]
    assert order.credit_status == "released"
    assert order.status != "entered"


def test_reallocated_units_ship_from_the_new_node(world: World, clock: SteppingClock) -> None:
    command = command_for(world, "reallocate_line")
    action = command.action
    assert isinstance(action, ReallocateLine)
    world.submit(command)
    held = [a for a in snapshot_of(world).allocations if a.line_id == action.line_id]
    assert {a.node_id: a.quantity for a in held}[action.to_node_id] == action.quantity
    origins: set[NodeId] = set()
    for _ in range(14):
        clock.move(hours=12)
        world.advance()
        origins |= {
            shipment.node_id
            for shipment in world.state.shipments.values()
            for line, _ in shipment.contents
            if line.line_id == action.line_id
        }
    assert action.to_node_id in origins


def test_an_old_version_is_a_conflict(world: World) -> None:
    command = command_for(world, "release_credit_hold")
    assert isinstance(command.action, ReleaseCreditHold)
    ref = EntityRef(kind=EntityKind.SALES_ORDER, entity_id=command.action.order_id)
    version = snapshot_of(world).versions[ref]
    stale = ExpectedVersion(ref=ref, version="1", fields_sha256="")
    assert world.submit(replace(command, expected=(stale,))).result is CommandResult.CONFLICT
    fresh = replace(stale, version=version)
    assert world.submit(replace(command, key="act-2", expected=(fresh,))).result is CommandResult.SUCCEEDED


def test_what_is_done_already_is_a_conflict(world: World) -> None:
    command = command_for(world, "release_credit_hold")
    world.submit(command)
    assert world.submit(replace(command, key="act-2")).result is CommandResult.CONFLICT


def test_a_move_to_where_there_is_no_stock_is_rejected(world: World) -> None:
    action = possible_actions(world)["reallocate_line"]
    assert isinstance(action, ReallocateLine)
    elsewhere = replace(action, to_node_id=NodeId("DC-NOWHERE"))
    receipt = world.submit(Command(key="a", source=SourceName("wms"), action=elsewhere))
    assert receipt.result is CommandResult.REJECTED
    assert "DC-NOWHERE" in receipt.message


def test_goods_cannot_come_at_once(world: World) -> None:
    action = possible_actions(world)["expedite_supply"]
    assert isinstance(action, ExpediteSupply)
    at_once = replace(action, eta_at=world.now() + timedelta(hours=1))
    receipt = world.submit(Command(key="a", source=SourceName("erp"), action=at_once))
    assert receipt.result is CommandResult.REJECTED


def test_an_unknown_record_is_rejected(world: World) -> None:
    action = ReleaseCreditHold(order_id=OrderId("SO-1"))
    receipt = world.submit(Command(key="a", source=SourceName("erp"), action=action))
    assert receipt.result is CommandResult.REJECTED
    assert "SO-1" in receipt.message


def test_a_key_used_for_another_command_is_rejected(world: World) -> None:
    first = command_for(world, "release_credit_hold")
    other = command_for(world, "repick_task")
    world.submit(first)
    receipt = world.submit(other)
    assert receipt.result is CommandResult.REJECTED
    assert receipt.repeated


def test_commands_survive_a_restart(world: World, tmp_path: Path, clock: SteppingClock) -> None:
    commands = [
        Command(key=f"act-{verb}", source=SourceName("erp"), action=action)
        for verb, action in possible_actions(world).items()
    ]
    receipts = []
    for command in commands:
        clock.move(minutes=7)
        receipts.append(world.submit(command))
    clock.move(hours=9)
    before = snapshot_of(world)
    world.close()
    again = open_world(tmp_path, clock)
    after = snapshot_of(again)
    assert after.entities == before.entities
    assert after.versions == before.versions
    assert [again.submit(c) for c in commands] == [replace(r, repeated=True) for r in receipts]
    assert all(executions(tmp_path, c.key) <= 1 for c in commands)


def test_a_torn_last_line_was_never_acknowledged(world: World, tmp_path: Path, clock: SteppingClock) -> None:
    command = command_for(world, "release_credit_hold")
    world.submit(command)
    world.close()
    log = tmp_path / "commands.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole + whole[: len(whole) // 2])
    again = open_world(tmp_path, clock)
    assert again.submit(command).repeated
    assert log.read_bytes() == whole


def test_a_damaged_log_is_said_and_left_untouched(tmp_path: Path, world: World) -> None:
    world.submit(command_for(world, "release_credit_hold"))
    world.close()
    log = tmp_path / "commands.jsonl"
    damaged = b"{]\n" + log.read_bytes()
    log.write_bytes(damaged)
    with pytest.raises(CorruptError, match="Line 1"):
        open_world(tmp_path)
    assert log.read_bytes() == damaged


def test_an_acknowledged_command_outlives_kill_9(tmp_path: Path, clock: SteppingClock) -> None:
    program = (
        "import sys, signal; from pathlib import Path;"
        "from tests.support.living_world import command_for, open_world;"
        "world = open_world(Path(sys.argv[1]));"
        "print(world.submit(command_for(world, 'release_credit_hold')).result, flush=True);"
        "signal.pause()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline().strip() == "succeeded"
    process.send_signal(signal.SIGKILL)
    process.wait()
    fresh = open_world(tmp_path / "fresh", clock)
    command = command_for(fresh, "release_credit_hold")
    again = open_world(tmp_path, clock)
    assert again.submit(command).repeated
    assert executions(tmp_path, command.key) == 1
