"""The detectors find exactly what is wrong in the world: nothing is missed, nothing is made up."""

from __future__ import annotations

from pathlib import Path

from app.services.sync import SyncOptions, sync_source
from app.store.engine import open_database
from app.store.mirror import Mirror
from connectors.world.world import World
from domain.commands import Command, CommandResult
from domain.ids import SourceName
from tests.support.living_world import SteppingClock, open_world, possible_actions, snapshot_of
from tests.support.world_situations import situations

OPTIONS = SyncOptions(interval_seconds=300, force=True)


def detected(world: World, mirror: Mirror, clock: SteppingClock) -> dict[str, set[str]]:
    """Sync every face; the ids of the open cases by type."""
    for name in world.source_names:
        assert sync_source(world.connector(name), mirror, clock=clock, options=OPTIONS).why == ""
    found: dict[str, set[str]] = {}
    for case in mirror.cases():
        found.setdefault(case.code, set()).add(case.entity.entity_id)
    return found


def test_the_open_cases_are_the_situations_of_the_world(tmp_path: Path) -> None:
    clock = SteppingClock()
    world = open_world(tmp_path / "world", clock)
    mirror = Mirror(open_database(tmp_path / "mirror.db", role="mirror"))
    for hours in (0, 9, 13):
        clock.move(hours=hours)
        assert detected(world, mirror, clock) == situations(snapshot_of(world))
    mirror.close()
    world.close()


def test_what_commands_cure_clears_at_the_next_sync(tmp_path: Path) -> None:
    clock = SteppingClock()
    world = open_world(tmp_path / "world", clock)
    mirror = Mirror(open_database(tmp_path / "mirror.db", role="mirror"))
    before = detected(world, mirror, clock)
    for verb, action in possible_actions(world).items():
        if verb == "split_line":
            continue
        receipt = world.submit(Command(key=verb, source=SourceName("erp"), action=action))
        assert receipt.result is CommandResult.SUCCEEDED, receipt.message
    after = detected(world, mirror, clock)
    assert after == situations(snapshot_of(world))
    for code in before.keys() - {"DQ-STALE", "AL-SHORT"}:
        assert before[code] - after.get(code, set()), code
    mirror.close()
    world.close()
