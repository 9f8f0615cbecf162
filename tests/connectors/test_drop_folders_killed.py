"""Files, EDI and SFTP killed at random moments: what is kept in the end is what an undisturbed run keeps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.feed_journal import journal_in
from connectors.files.connector import FilesConnector
from connectors.protocol import Connector
from domain.ids import SourceName
from domain.records import Entity
from tests.support.connector_contract import read_all, state_of
from tests.support.edi_orders import acknowledged, receive_order
from tests.support.edi_site import PURCHASE_ORDER, EdiSite, interchange
from tests.support.files_site import STOCK, FilesSite
from tests.support.killed_reader import killed, read_everything
from tests.support.living_world import SteppingClock
from tests.support.sftp_server import SftpServer, why_not

#: How often a reader is killed, each time with a file more.
KILLS = 66


def kept(connector: Connector) -> dict[str, Entity]:
    """Every record that is kept, and no version of it twice."""
    found: dict[str, Entity] = {}
    for stream in connector.manifest.streams:
        pages, _ = read_all(connector, stream.name, limit=100)
        records = [record for page in pages for record in page.records]
        assert len(records) == len(state_of(pages))
        found |= {f"{ref}": record.entity for ref, record in state_of(pages).items()}
    return found


def stock_file(number: int) -> str:
    """A snapshot of the stock: quantities by number, one article less each time."""
    rows = "".join(f"A-{n};{n * number};1\n" for n in range(number % 5, 12))
    return f"Item no.;On hand;Safety (cases)\n{rows}"


def test_edi_killed_at_random_moments_keeps_and_answers_everything_once(tmp_path: Path) -> None:
    quiet, shot = EdiSite(_made(tmp_path / "quiet")), EdiSite(_made(tmp_path / "shot"))
    hit = killed(
        lambda: read_everything(shot.reopened()),
        times=KILLS,
        seed=4711,
        feed=lambda number: receive_order(shot, number),
        waits=lambda: bool(shot.names("in")),
    )
    assert KILLS // 4 <= hit < KILLS
    for number in range(KILLS):
        receive_order(quiet, number)
    read_everything(quiet.connector)
    connector = shot.reopened()
    read_everything(connector)
    assert _but_times(kept(connector)) == _but_times(kept(quiet.connector))
    assert acknowledged((shot.drop / "out").iterdir()) == acknowledged((quiet.drop / "out").iterdir())
    assert set(acknowledged((shot.drop / "out").iterdir()).values()) == {1}
    assert shot.names("in") == []
    assert len(shot.names("done")) == len(quiet.names("done"))


def test_files_killed_at_random_moments_keep_the_last_snapshot(tmp_path: Path) -> None:
    site = FilesSite(tmp_path)
    hit = killed(
        lambda: read_everything(site.reopened()),
        times=KILLS,
        seed=4712,
        feed=lambda number: site.receive(f"stock-{number:03}.csv", stock_file(number)),
        waits=lambda: bool(site.names("in")),
    )
    assert KILLS // 4 <= hit < KILLS
    connector = site.reopened()
    while site.names("in"):
        read_everything(connector)
    assert _on_hand(connector) == LAST
    assert site.names("done") == [f"stock-{number:03}.csv" for number in range(KILLS)]


@pytest.mark.skipif(bool(why_not()), reason=why_not() or "there is one")
def test_sftp_killed_at_random_moments_keeps_the_last_snapshot(tmp_path: Path) -> None:
    tower = _made(tmp_path / "tower")
    (tower / "stock.toml").write_text(STOCK, encoding="utf-8")
    with SftpServer(tmp_path / "sftp") as server:
        waiting = server.drop / "in"

        def reopened() -> FilesConnector:
            return FilesConnector(
                SourceName("files"), server.mailbox(), mappings=tower, journal=journal_in(tower / "kept"),
                clock=SteppingClock(),
            )  # fmt: skip

        def feed(number: int) -> None:
            draft = waiting / f"stock-{number:03}.csv.part"
            draft.write_text(stock_file(number), encoding="utf-8")
            draft.rename(waiting / f"stock-{number:03}.csv")

        hit = killed(
            lambda: read_everything(reopened()),
            times=KILLS,
            seed=4713,
            feed=feed,
            waits=lambda: any(waiting.iterdir()),
        )
        assert KILLS // 4 <= hit < KILLS
        connector = reopened()
        while any(waiting.iterdir()):
            read_everything(connector)
        assert _on_hand(connector) == LAST
        connector.close()
        done = sorted(path.name for path in (server.drop / "done").iterdir())
    assert done == [f"stock-{number:03}.csv" for number in range(KILLS)]


@pytest.mark.parametrize("poison", [1, 10, 100, 500, 1000])
def test_of_a_thousand_documents_the_good_ones_are_kept(tmp_path: Path, poison: int) -> None:
    site = EdiSite(tmp_path)
    sets = []
    for number in range(1000):
        body = [list(line) for line in PURCHASE_ORDER]
        body[0][3] = f"PO-{number:04}"
        if number < poison:
            body[7][2] = "many"
        sets.append(("850", body))
    site.receive("all.edi", interchange("acme", sets))
    pages, _ = read_all(site.connector, "orders", limit=500)
    orders = [ref for ref in state_of(pages) if ref.kind == "sales_order"]
    assert len(orders) == 1000 - poison
    assert sum(len(page.rejected) for page in pages) == poison


@pytest.mark.parametrize("poison", [1, 10, 100, 500, 1000])
def test_of_a_thousand_rows_the_good_ones_are_kept(tmp_path: Path, poison: int) -> None:
    site = FilesSite(tmp_path)
    rows = "".join(f"A-{n};{'many' if n < poison else n};1\n" for n in range(1000))
    site.receive("stock-1.csv", f"Item no.;On hand;Safety (cases)\n{rows}")
    pages, _ = read_all(site.connector, "stock", limit=500)
    assert len(state_of(pages)) == 1000 - poison
    assert sum(len(page.rejected) for page in pages) == poison


LAST = {f"inventory_position/dc-1|A-{n}": n * (KILLS - 1) for n in range((KILLS - 1) % 5, 12)}


def _on_hand(connector: Connector) -> dict[str, object]:
    return {ref: getattr(entity, "on_hand_quantity", None) for ref, entity in kept(connector).items()}


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _but_times(records: dict[str, Entity]) -> dict[str, str]:
    """Records as texts without when they came, which differs between two runs."""
    return {ref: re.sub(r"(received_at|acknowledged_at)=[^)]*\)", "", str(e)) for ref, e in records.items()}
