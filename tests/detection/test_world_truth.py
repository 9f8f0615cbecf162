"""The rules find what is wrong in the world: its own truth, which knows none of them, says the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.services.sync import SyncOptions, register_source, sync_source
from app.store.engine import open_database
from app.store.mirror import Mirror
from connectors.world.truth.observer import observe
from connectors.world.world import World
from tests.support.fake_connector import FakeClock

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
INTERVAL = SyncOptions(interval_seconds=24 * 3600)
RECALL, PRECISION = 0.98, 0.98


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mirror, World, FakeClock]]:
    """A small world of a Monday morning and a mirror that has read all of it."""
    folder = tmp_path_factory.mktemp("world")
    clock = FakeClock(at=START)
    world = World(8, clock, folder, size="tiny")
    mirror = Mirror(open_database(folder / "mirror.db", role="mirror"))
    for name in world.source_names:
        register_source(world.connector(name), mirror, at=clock.now(), interval_seconds=24 * 3600)
    yield mirror, world, clock
    mirror.close()
    world.close()


@pytest.mark.parametrize("hours_on", [0, 5, 26], ids=["at first", "after five hours", "after a day"])
def test_the_cases_are_what_is_wrong(synced: tuple[Mirror, World, FakeClock], hours_on: int) -> None:
    mirror, world, clock = synced
    clock.at = START + timedelta(hours=hours_on)
    for name in world.source_names:
        assert sync_source(world.connector(name), mirror, clock=clock, options=INTERVAL).succeeded
    found = {(case.code, case.entity) for case in mirror.cases() if not case.code.startswith("GV-")}
    truth = observe(world.state)
    both = len(found & truth)
    assert both >= RECALL * len(truth), sorted(map(str, truth - found))
    assert both >= PRECISION * len(found), sorted(map(str, found - truth))
    assert len({code for code, _ in truth}) >= 15
