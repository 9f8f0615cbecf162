"""A mirror in a temporary folder, fed by a source in memory: what tests of store and detection share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from app.services.sync import SyncOptions, SyncResult, sync_source
from app.store.engine import open_database
from app.store.mirror import Mirror
from domain.cases import ExceptionCase
from domain.records import Entity
from tests.support.fake_connector import FakeClock, FakeConnector


@dataclass
class TowerRoom:
    """A mirror, its one source and the clock of both."""

    mirror: Mirror
    source: FakeConnector
    clock: FakeClock

    def sync(self, *entities: Entity, page_limit: int = 500, force: bool = False) -> SyncResult:
        """Let the source have these, then read it."""
        self.source.put(*entities)
        options = SyncOptions(page_limit=page_limit, force=force)
        return sync_source(self.source, self.mirror, clock=self.clock, options=options)

    def codes(self) -> list[str]:
        """The codes of the open cases, sorted."""
        return sorted(case.code for case in self.mirror.cases())

    def only_case(self, code: str) -> ExceptionCase:
        """The one open case of that code."""
        found = [case for case in self.mirror.cases() if case.code == code]
        assert len(found) == 1, self.codes()
        return found[0]


@cache
def _empty_mirror() -> bytes:
    """An empty mirror as a file, migrated once for all tests of a run."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "mirror.db"
        open_database(path, role="mirror").dispose()
        return path.read_bytes()


@contextmanager
def tower_room(folder: Path) -> Iterator[TowerRoom]:
    """A room whose database lives in ``folder``."""
    clock = FakeClock()
    (folder / "mirror.db").write_bytes(_empty_mirror())
    mirror = Mirror(open_database(folder / "mirror.db", role="mirror"))
    try:
        yield TowerRoom(mirror=mirror, source=FakeConnector(clock=clock), clock=clock)
    finally:
        mirror.close()
