"""The detectors find what is wrong in the world, by its own truth, hour after hour and after commands."""

from __future__ import annotations

from pathlib import Path

from app.services.sync import SyncOptions, sync_source
from app.store.engine import open_database
from app.store.mirror import Mirror
from connectors.world.truth.observer import observe
from connectors.world.world import World
from domain.commands import Command, CommandResult
from domain.ids import SourceName
from tests.support.living_world import SteppingClock, open_world, possible_actions

OPTIONS = SyncOptions(interval_seconds=300, force=True)
GOVERNANCE = "GV-"
#: A condition may begin within the minutes that the detectors round to.
MISSED_AT_MOST = 3
CURED = {
    "release_credit_hold": "OE-CREDIT",
    "set_line_price": "OE-PRICE",
    "set_order_field": "OE-INCOMPLETE",
    "promise_date": "OE-PROMISE",
    "rebook_carrier": "TR-ETA-LATE",
    "repick_task": "WH-PICK-SHORT",
    "credit_invoice_line": "IN-POD-MISMATCH",
}

Found = dict[str, set[str]]


def detected(world: World, mirror: Mirror, clock: SteppingClock) -> Found:
    """Sync every face; what the open cases are about, by type."""
    for name in world.source_names:
        assert sync_source(world.connector(name), mirror, clock=clock, options=OPTIONS).why == ""
    found: Found = {}
    for case in mirror.cases():
        if not case.code.startswith(GOVERNANCE):
            found.setdefault(case.code, set()).add(str(case.entity))
    return found


def wrong(world: World) -> Found:
    """What is wrong in the world by its own truth."""
    found: Found = {}
    for code, ref in observe(world.state):
        found.setdefault(code, set()).add(str(ref))
    return found


def test_the_open_cases_are_what_is_wrong(tmp_path: Path) -> None:
    clock = SteppingClock()
    world = open_world(tmp_path / "world", clock)
    mirror = Mirror(open_database(tmp_path / "mirror.db", role="mirror"))
    for hours in (0, 22):
        clock.move(hours=hours)
        found, truth = detected(world, mirror, clock), wrong(world)
        made_up = {code: ids - truth.get(code, set()) for code, ids in found.items()}
        missed = {code: ids - found.get(code, set()) for code, ids in truth.items()}
        assert {code: ids for code, ids in made_up.items() if ids} == {}
        assert sum(map(len, missed.values())) <= MISSED_AT_MOST, missed
    mirror.close()
    world.close()


#: Other ways out for a line that the reallocation serves.
OTHERWISE = frozenset({"split_line", "transfer_stock", "substitute_item"})


def test_what_commands_cure_clears_at_the_next_sync(tmp_path: Path) -> None:
    clock = SteppingClock()
    world = open_world(tmp_path / "world", clock)
    mirror = Mirror(open_database(tmp_path / "mirror.db", role="mirror"))
    before = detected(world, mirror, clock)
    for verb, action in possible_actions(world).items():
        if verb in OTHERWISE:
            continue
        receipt = world.submit(Command(key=verb, source=SourceName("erp"), action=action))
        assert receipt.result is CommandResult.SUCCEEDED, receipt.message
    after, truth = detected(world, mirror, clock), wrong(world)
    for code in CURED.values():
        assert before[code] - after.get(code, set()), code
        assert after.get(code, set()) == truth.get(code, set()), code
    mirror.close()
    world.close()
