"""Several instances on one PostgreSQL: what comes is taken in once, answered once, and told without gaps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.store.feed_journal import SqlFeedJournal
from connectors.feed_journal import FILE_NAME, journal_in
from connectors.files.profiles import own_manifest
from connectors.http import HttpClient
from connectors.kept_feed import KeptFeed
from connectors.protocol import Connector
from connectors.push.connector import PushConnector
from connectors.service_client.connector import ServiceConnector
from domain.commands import Command, CommandResult, RebookCarrier
from domain.errors import BadInputError, UnavailableError
from domain.ids import EntityRef, ServiceId, ShipmentId, SourceName
from tests.connectors.test_kept_feed import SOURCE, arrival, stock
from tests.support.connector_contract import read_all, state_of
from tests.support.edi_orders import acknowledged, receive_order
from tests.support.edi_site import EdiSite
from tests.support.files_site import FilesSite
from tests.support.hub_postgresql import postgresql_url, why_not
from tests.support.living_world import SteppingClock
from tests.support.nats_server import wait_until
from tests.support.pushed_events import message, saying
from tests.support.server_process import ServerProcess, environment
from tests.support.service_site import TOKEN

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "there is one")
EDI = SourceName("edi")
#: So many orders come at a time, each fourth in two files.
ORDERS = 48


@pytest.fixture
def url() -> Iterator[str]:
    with postgresql_url() as found:
        yield found


@pytest.fixture
def journals(url: str) -> Iterator[list[SqlFeedJournal]]:
    found = [SqlFeedJournal(url, "one") for _ in range(2)]
    yield found
    for each in found:
        each.close()


def feed(journal: SqlFeedJournal) -> KeptFeed:
    return KeptFeed(journal, source=SOURCE, manifest=own_manifest())


class Partner:
    """Takes away what lies in the folder for it as soon as it is there, as a translator does."""

    def __init__(self, site: EdiSite, taken: Path) -> None:
        self._out = site.drop / "out"
        self._taken = taken
        self._taken.mkdir()
        self._ended = Event()
        self._thread = Thread(target=self._run)
        self._thread.start()

    @property
    def files(self) -> list[Path]:
        """What it took, each as often as it came."""
        return sorted(self._taken.iterdir())

    def close(self) -> None:
        """Look a last time."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            ended = self._ended.wait(0.005)
            for path in self._out.glob("[!.]*"):
                path.rename(self._taken / f"{len(self.files):04} {path.name}")


class Instance:
    """A connector service in a process of its own, and a desk that reads it."""

    def __init__(self, folder: Path, site: EdiSite, url: str) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "token").write_text(TOKEN, encoding="utf-8")
        options = ["--connector", "edi", "--url", str(site.drop), "--option", f"partners={site.partners}"]
        options += ["--folder", str(folder), "--database-url", url, "--requests-per-second", "0"]
        self.process = ServerProcess(
            ["connector-service", *options], env=environment(folder), log=folder / "log"
        )
        self.process.start()
        self._http = HttpClient(
            f"http://127.0.0.1:{self.process.port}/edi",
            headers={"Authorization": f"Bearer {TOKEN}"},
            pause=lambda _: None,
        )
        self.connector = ServiceConnector(EDI, self._http)

    def close(self) -> None:
        self._http.close()
        self.process.kill()


class Follower:
    """A desk that goes on from its cursor, whichever instance answers."""

    def __init__(self) -> None:
        self.cursor: str | None = None
        self.stamps: dict[EntityRef, int] = {}
        self.rejected: set[str] = set()

    def follow(self, *instances: Connector) -> None:
        """Read page by page, from the instances in turn, until each says that there is no more."""
        for number in range(10_000):
            pages = [each.changes("orders", self.cursor, 7) for each in instances[number % len(instances) :]]
            page = pages[0]
            for record in page.records:
                assert record.stamp >= self.stamps.get(record.ref, 0)
                self.stamps[record.ref] = record.stamp
            self.rejected |= {bad.external_id for bad in page.rejected}
            self.cursor = page.cursor
            if not any(each.more for each in pages):
                return


def test_two_services_on_one_folder_take_in_and_answer_once_though_one_is_killed(
    tmp_path: Path, url: str
) -> None:
    (tmp_path / "site").mkdir()
    site = EdiSite(tmp_path / "site")
    _alone(site, tmp_path / "one")
    partner = Partner(site, tmp_path / "taken")
    one, two = (Instance(tmp_path / name, site, url) for name in ("one", "two"))
    desk, last = Follower(), 1 + ORDERS
    try:
        for number in range(1, last):
            receive_order(site, number)
        both = [Thread(target=_read_until_cut, args=(each.connector,)) for each in (one, two)]
        for each in both:
            each.start()
        for each in both:
            each.join()
        desk.follow(one.connector, two.connector)
        whole = [state_of(read_all(each.connector, "orders", limit=500)[0]) for each in (one, two)]
        assert whole[0] == whole[1]
        while not site.names("in"):
            if not one.process.running:
                one.process.start()
            answered, last = len(partner.files), last + ORDERS
            for number in range(last - ORDERS, last):
                receive_order(site, number)
            reading = Thread(target=_read_until_cut, args=(one.connector,))
            reading.start()
            wait_until(lambda before=answered: len(partner.files) > before)  # type: ignore[misc]
            one.process.kill()
            reading.join()
        # The turn of the dead is free at once, and what it had begun is ended.
        desk.follow(two.connector)
        assert site.names("in") == []
        told = state_of(read_all(two.connector, "orders", limit=500)[0])
    finally:
        partner.close()
        for instance in (one, two):
            instance.close()
    _assert_once(partner, desk, site, last)
    assert {ref: record.stamp for ref, record in told.items()} == desk.stamps
    assert not (tmp_path / "one" / "sources" / "edi" / FILE_NAME).exists()


def _alone(site: EdiSite, folder: Path) -> None:
    """An order as a service took it in that ran alone and kept its feed in its folder."""
    receive_order(site, 0)
    connector = site.reopened(journal_in(folder / "sources" / "edi"))
    assert len(connector.changes("orders", None, 50).records) == 3


def _read_until_cut(connector: Connector) -> None:
    try:
        connector.changes("orders", None, 500)
    except UnavailableError:
        return


def _assert_once(partner: Partner, desk: Follower, site: EdiSite, orders: int) -> None:
    refused = {number for number in range(orders) if number % 8 == 3}
    answers = acknowledged(partner.files)
    assert answers == {f"{n} AK9*{'R' if n in refused else 'A'}": 1 for n in range(orders)}
    assert len(desk.rejected) == len(refused)
    numbers = {ref.entity_id for ref in desk.stamps if ref.kind == "sales_order"}
    assert numbers == {f"acme-PO-{n:03}" for n in range(orders) if n not in refused}
    assert len(site.names("done")) == orders + len(range(0, orders, 4))


_feeds = count(1)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 1), st.sampled_from("abcd"), st.integers(0, 5)), min_size=1, max_size=10
    )
)
def test_a_feed_of_two_instances_is_the_feed_of_one(
    url: str, tmp_path: Path, steps: list[tuple[int, str, int]]
) -> None:
    name = f"feed-{next(_feeds)}"
    alone = KeptFeed(journal_in(tmp_path / name), source=SOURCE, manifest=own_manifest())
    with closing(SqlFeedJournal(url, name)) as first, closing(SqlFeedJournal(url, name)) as second:
        both = [feed(first), feed(second)]
        for who, item, quantity in steps:
            with both[who].turn() as mine:
                assert mine
                if quantity == 5:
                    both[who].compact()
                    continue
                brought = arrival(gone=item) if quantity == 0 else arrival(stock(item, quantity))
                both[who].append(brought)
                alone.append(brought)
        for each in (*both, feed(first)):
            each.catch_up()
            assert each.page("stock", None, 100) == alone.page("stock", None, 100)
            assert each.ids("stock") == alone.ids("stock")


def test_who_lost_its_connection_keeps_nothing_more(url: str, journals: list[SqlFeedJournal]) -> None:
    slow, quick = (feed(each) for each in journals)
    with slow.turn() as mine:
        assert mine
        with quick.turn() as too:
            assert not too
            with pytest.raises(UnavailableError, match="another instance"):
                quick.append(arrival(stock("a", 1)))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted"
            )
            wait_until(lambda: not connection.execute(_HELD).fetchone())
        with quick.turn(wait=True) as too:
            assert too
            quick.append(arrival(stock("a", 2)))
        with pytest.raises(UnavailableError, match="cannot be used"):
            slow.append(arrival(stock("a", 3)))
    slow.catch_up()
    assert slow.page("stock", None, 9) == quick.page("stock", None, 9)
    assert [getattr(r.entity, "on_hand_quantity", 0) for r in slow.page("stock", None, 9).records] == [2]


_HELD = "select 1 from pg_locks where locktype = 'advisory' and granted"


def test_a_command_is_one_document_whichever_instance_is_asked(
    tmp_path: Path, journals: list[SqlFeedJournal], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = EdiSite(tmp_path)
    one, two = (site.reopened(each) for each in journals)
    action = RebookCarrier(shipment_id=ShipmentId("SH-1"), service_id=ServiceId("ovlf-ground"), scac="OVLF")
    command = Command(key="act-1", source=EDI, action=action)
    assert two.probe(command) is None
    receipts = [each.submit(command) for each in (one, two)]
    assert [(r.result, r.repeated) for r in receipts] == [
        (CommandResult.SUCCEEDED, False),
        (CommandResult.SUCCEEDED, True),
    ]
    found = two.probe(command)
    assert found is not None
    assert found.message == receipts[0].message
    assert len(site.names("out")) == 1
    receive_order(site, 1)
    monkeypatch.setattr("app.store.feed_journal._WAIT_SECONDS", 1)
    with journals[0].turn(wait=False):
        assert not two.changes("orders", None, 50).records
        assert site.names("in") == ["001.edi"]
        with pytest.raises(UnavailableError, match="busy with what came for edi"):
            two.submit(command)
    assert len(two.changes("orders", None, 50).records) == 3


def test_a_snapshot_takes_away_what_another_instance_took_in(
    tmp_path: Path, journals: list[SqlFeedJournal]
) -> None:
    site = FilesSite(tmp_path)
    one, two = (site.reopened(each) for each in journals)
    site.receive("stock-1.csv", "Item no.;On hand;Safety (cases)\nA-1;5;1\nA-2;6;1\n")
    first = one.changes("stock", None, 9)
    site.receive("stock-2.csv", "Item no.;On hand;Safety (cases)\nA-2;6;1\nA-3;7;1\n")
    then = two.changes("stock", first.cursor, 9)
    assert [gone.ref.entity_id for gone in then.deleted] == ["dc-1|A-1"]
    assert [record.ref.entity_id for record in then.records] == ["dc-1|A-2", "dc-1|A-3"]
    assert one.changes("stock", first.cursor, 9) == then
    assert site.names("done") == ["stock-1.csv", "stock-2.csv"]


def test_an_event_counts_once_whichever_instance_it_is_pushed_to(journals: list[SqlFeedJournal]) -> None:
    one, two = (PushConnector(SourceName("wms"), journal=each, clock=SteppingClock()) for each in journals)
    first, second = message("1", saying(stock("a", 5))), message("2", saying(stock("b", 7)))
    assert one.accept(*first) == (1, 0)
    assert two.accept(*first) == (0, 1)
    assert two.accept(*second) == (1, 0)
    assert one.accept(*second) == (0, 1)
    assert one.changes("stock", None, 9) == two.changes("stock", None, 9)
    assert len(one.changes("stock", None, 9).records) == 2


def test_a_feed_is_shared_in_postgresql_only(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="PostgreSQL only"):
        SqlFeedJournal(f"sqlite:///{tmp_path / 'x.db'}", "edi")
