"""The rules find what is wrong in the world: an independent count of its records says the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.services.sync import SyncOptions, register_source, sync_source
from app.store.engine import open_database
from app.store.mirror import Mirror
from connectors.world.world import World
from tests.support.fake_connector import FakeClock
from tests.support.world_situations import Snapshot, situations

#: Pegging leaves early supply to those who need it early; the plain count does not, and so may call
#: a line short (and a supply waited for) that pegging can still cover.
PEGGED = {"AL-SHORT", "AL-IMBALANCE", "AL-PO-LATE"}
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
INTERVAL = SyncOptions(interval_seconds=24 * 3600)


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mirror, World, FakeClock]]:
    """A small world of a Monday morning and a mirror that has read all of it."""
    folder = tmp_path_factory.mktemp("world")
    clock = FakeClock(at=START)
    world = World(7, clock, folder, size="tiny")
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
    faces = [world.connector(name) for name in world.source_names]
    for face in faces:
        assert sync_source(face, mirror, clock=clock, options=INTERVAL).succeeded
    found: dict[str, set[str]] = {}
    for case in mirror.cases():
        found.setdefault(case.code, set()).add(case.entity.entity_id)
    truth = {code: {str(each) for each in ids} for code, ids in situations(Snapshot(faces)).items()}
    for code, ids in truth.items():
        assert found.get(code, set()) <= ids, code
        if code not in PEGGED:
            assert found.get(code, set()) == ids, code
    short = found.get("AL-SHORT", set()) | found.get("AL-IMBALANCE", set())
    expected = truth["AL-SHORT"] | truth["AL-IMBALANCE"]
    assert len(short) >= 0.9 * len(expected)
