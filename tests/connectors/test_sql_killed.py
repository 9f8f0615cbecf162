"""A desk that reads a database and is killed at random moments has, in the end, what the database has."""

from __future__ import annotations

import random
from pathlib import Path

from app.services.sync import SyncOptions, sync_source
from app.store.engine import open_database
from app.store.mirror import Mirror
from domain.ids import EntityKind
from domain.inventory import InventoryPosition
from tests.support.killed_reader import killed
from tests.support.sql_site import SqlSite

KILLS = 16
ITEMS = 120


def _read(site: SqlSite, mirror_file: Path) -> str:
    """One sync as the program does it; why it failed."""
    mirror = Mirror(open_database(mirror_file, role="mirror"))
    connector = site.connector()
    # Small pages, so that a kill falls between the transactions of one read too.
    options = SyncOptions(force=True, detects=False, page_limit=20, sweep_seconds=0)
    result = sync_source(connector, mirror, clock=site.clock, options=options)
    connector.close()
    mirror.close()
    return result.why


def _held(mirror_file: Path) -> dict[str, int]:
    mirror = Mirror(open_database(mirror_file, role="mirror"))
    found = [record.entity for record in mirror.entities(EntityKind.INVENTORY_POSITION)]
    mirror.close()
    return {each.item_id: each.on_hand_quantity for each in found if isinstance(each, InventoryPosition)}


def test_a_desk_killed_while_it_reads_ends_with_what_the_database_has(tmp_path: Path) -> None:
    chance, truth = random.Random(4714), dict[str, int]()
    mirror_file = tmp_path / "mirror.db"
    (tmp_path / "site").mkdir()
    with SqlSite(tmp_path / "site") as site:
        site.run("DELETE FROM stock_balance", "DELETE FROM purchase_line")

        def feed(number: int) -> None:
            """The warehouse counts a third of its items anew, and clears a few."""
            site.clock.move(seconds=60)
            changed = site.clock.now().strftime("%Y-%m-%d %H:%M:%S")
            counted = {f"K-{each}": number + 1 for each in chance.sample(range(ITEMS), ITEMS // 3)}
            cleared = chance.sample(sorted(truth), min(3, len(truth)))
            names = ", ".join(f"'{item}'" for item in (*counted, *cleared))
            site.run(f"DELETE FROM stock_balance WHERE item IN ({names})")  # noqa: S608 - names of ours
            for item in cleared:
                truth.pop(item)
                counted.pop(item, None)
            site.balances(*((item, str(units), changed) for item, units in counted.items()))
            truth.update(counted)

        def work() -> None:
            _read(site, mirror_file)

        hit = killed(
            work,
            times=KILLS,
            seed=4714,
            feed=feed,
            waits=lambda: not mirror_file.exists() or _held(mirror_file) != truth,
        )
        assert KILLS // 4 <= hit < KILLS
        for _ in range(2):
            # A record counts as gone once two comparisons of the ids missed it.
            site.clock.move(seconds=1000)
            assert _read(site, mirror_file) == ""
        assert _held(mirror_file) == truth
