"""A poll that reads only the rows not given yet knows all that a reading of the whole minute would know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.http import HttpReply
from connectors.protocol import Page
from connectors.tryton.capabilities import NEEDED
from connectors.tryton.connector import TrytonConnector
from connectors.tryton.settings import settings_from
from connectors.tryton.tagged import Row, decode, encode
from connectors.tryton.values import instant
from domain.customer_service import Contact
from domain.ids import SourceName
from tests.support.connector_contract import MAX_PAGES, state_of

SECOND = 1_000_000
STREAM = "contacts"
PARTY, WAY = "party.party", "party.contact_mechanism"
PARTIES, WAYS = range(2, 5), range(1, 7)
SMALL_TABLES: dict[str, list[Row]] = {
    "ir.module": [{"id": n, "name": name} for n, name in enumerate(NEEDED)],
    "company.company": [{"id": 1, "party": 1, "timezone": "UTC"}],
}


def party_of(way: int) -> int:
    """Whose way it is."""
    return 2 + way % len(PARTIES)


class Directory:
    """A Tryton in memory: parties and the ways to reach them; a contact is made of rows of both tables."""

    def __init__(self) -> None:
        """Every party with its e-mail addresses, written an hour ago; it is nine o'clock."""
        self.clock_micros = int(datetime(2026, 11, 23, 9, tzinfo=UTC).timestamp()) * SECOND
        self.tables: dict[str, dict[int, Row]] = {PARTY: {}, WAY: {}}
        self.small_tables = SMALL_TABLES
        self.read: list[tuple[str, int]] = []
        for party in PARTIES:
            self.write(PARTY, party, "first", seconds_ago=3600)
        for way in WAYS:
            self.write(WAY, way, "first", seconds_ago=3600)

    def now(self) -> datetime:
        """The time of server and desk."""
        return instant(self.clock_micros)

    def write(self, table: str, row: int, words: str, *, seconds_ago: int = 0) -> None:
        """Commit a row now, under the time at which its transaction began.

        A row's own time never goes back: PostgreSQL refuses a change by the older of two transactions.
        """
        before = self.tables[table].get(row, {}).get("last_modified_at")
        stamp = instant(self.clock_micros - seconds_ago * SECOND)
        if isinstance(before, datetime):
            stamp = max(stamp, before + timedelta(microseconds=1))
        facts: Row = (
            {"name": words, "addresses": [], "categories": []}
            if table == PARTY
            else {"party": party_of(row), "type": "email", "value": f"{words}@alder.example", "sequence": row}
        )
        self.tables[table][row] = {
            "id": row,
            "_timestamp": str(stamp.timestamp()),
            "last_modified_at": stamp,
            "create_date": stamp,
            **facts,
        }

    def send(self, method: str, path: str, *, body: bytes | None = None, **_unused: object) -> HttpReply:
        """Answer one request."""
        del method, path
        request = msgspec.json.decode(body or b"{}")
        reply = msgspec.json.encode({"result": encode(self._result(request["method"], request["params"]))})
        stamp = {"content-type": "application/json", "date": self.now().strftime("%a, %d %b %Y %H:%M:%S GMT")}
        return HttpReply(status=200, headers=stamp, body=reply, url="http://erp/tower/rpc/")

    def close(self) -> None:
        """Nothing to let go of."""

    def _result(self, called: str, params: list[object]) -> object:
        if called == "common.db.login":
            return [6, "token"]
        if called.endswith("get_preferences"):
            return {"company": 1}
        model, _, _ = called.removeprefix("model.").rpartition(".")
        if model not in self.tables:
            return self.small_tables.get(model, [])
        if called.endswith(".read"):
            assert isinstance(params[0], list)
            return [self.tables[model][each] for each in params[0] if each in self.tables[model]]
        domain, _, limit, order, fields = params[:5]
        assert isinstance(order, list)
        assert isinstance(fields, list)
        assert limit is None or isinstance(limit, int)
        rows = [
            {**row, "contact_mechanisms.": ways, "addresses.": []}
            for row in self.tables[model].values()
            for ways in [[way for way in self.tables[WAY].values() if way["party"] == row["id"]]]
            if _holds(decode(domain), {**row, "contact_mechanisms": ways, "addresses": []})
        ]
        found = sorted(rows, key=lambda row: tuple(str(row[name]) for name, _ in order))[:limit]
        if "_timestamp" in fields or "party" in fields:
            self.read.extend((model, int(str(row["id"]))) for row in found)
        return found


def _holds(clause: object, row: Row) -> bool:
    assert isinstance(clause, list)
    if clause and clause[0] == "OR":
        return any(_holds(part, row) for part in clause[1:])
    if not clause or isinstance(clause[0], list):
        return all(_holds(part, row) for part in clause)
    name, operator, value = clause
    start, dot, rest = str(name).partition(".")
    if dot:
        parts = row[start]
        assert isinstance(parts, list)
        return any(_holds([rest, operator, value], part) for part in parts)
    if start == "active":
        return True
    held = row[start]
    if operator == "=":
        return bool(held == value)
    if operator == "in":
        assert isinstance(value, list)
        return held in value
    assert isinstance(held, datetime | int)
    return bool(held > value) or (operator == ">=" and bool(held == value))


class Tower:
    """Follows the contacts with the product's connector; knows what a store would hold."""

    def __init__(self, erp: Directory, limit: int = 50) -> None:
        """Know nothing yet; ``limit`` records a page."""
        self.erp = erp
        self.limit = limit
        self.cursor: str | None = None
        self.given: list[Page] = []
        self.restart()

    def restart(self) -> None:
        """A new process: what it remembers is gone, the store and its cursor are there."""
        self.connector = TrytonConnector(
            SourceName("erp"),
            self.erp,
            settings=settings_from({"database": "tower", "user": "tower"}),
            password="secret",
            clock=self.erp,
        )

    def pages(self) -> Iterator[int]:
        """Read the stream to its end, page by page; how many records a page has."""
        for _ in range(MAX_PAGES):
            page = self.connector.changes(STREAM, self.cursor, self.limit)
            self.cursor = page.cursor
            self.given.append(page)
            yield len(page.records)
            if not page.more:
                return
        raise AssertionError("the stream does not come to an end")

    def poll(self) -> int:
        """Read the stream to its end; how many records came."""
        return sum(self.pages())

    def known(self) -> dict[str, tuple[str, str]]:
        """Name and address of each contact."""
        contacts = [record.entity for record in state_of(self.given).values()]
        return {each.contact_id: (each.name, each.email) for each in contacts if isinstance(each, Contact)}


def settled(limit: int = 50) -> tuple[Directory, Tower]:
    """A tower that has given the last minute, in which one party and two ways were written."""
    erp = Directory()
    tower = Tower(erp, limit)
    tower.poll()
    erp.write(PARTY, 2, "second")
    erp.write(WAY, 1, "second")
    erp.write(WAY, 2, "second")
    for _ in range(3):
        tower.poll()
        erp.clock_micros += SECOND
    assert tower.poll() == 0
    erp.clock_micros += SECOND
    erp.read = []
    return erp, tower


def everything(erp: Directory) -> dict[str, tuple[str, str]]:
    """What somebody who has just begun to read would know."""
    fresh = Tower(erp)
    fresh.poll()
    assert fresh.known()
    return fresh.known()


writes = st.tuples(
    st.sampled_from(["party", "way"]), st.sampled_from(PARTIES), st.sampled_from([0, 0, 1, 5, 20, 50])
)
waits = st.tuples(st.just("wait"), st.sampled_from([0, 1, 3, 30, 61, 700]), st.just(0))
others = st.tuples(st.sampled_from(["poll", "poll", "restart", "cut"]), st.just(0), st.just(0))


@settings(max_examples=60)
@given(story=st.lists(st.one_of(writes, writes, waits, others), max_size=30), limit=st.integers(1, 3))
def test_a_poll_knows_all_that_a_fresh_reading_knows(story: list[tuple[str, int, int]], limit: int) -> None:
    erp = Directory()
    tower = Tower(erp, limit)
    is_open = False
    for number, (what, which, seconds_ago) in enumerate([*story, ("poll", 0, 0)]):
        match what:
            case "party":
                erp.write(PARTY, which, f"name {number}", seconds_ago=seconds_ago)
            case "way":
                erp.write(WAY, which, f"mail{number}", seconds_ago=seconds_ago)
            case "wait":
                erp.clock_micros += which * SECOND
            case "restart":
                tower.restart()
            case "cut":
                next(tower.pages())
                is_open = tower.given[-1].more
            case _:
                if is_open:
                    # What began before the cut is brought to its end, and tells nothing of what came since.
                    tower.poll()
                    is_open = False
                erp.clock_micros += 3 * SECOND
                tower.poll()
                assert tower.known() == everything(erp)


def test_of_a_full_minute_only_the_row_that_is_new_is_read() -> None:
    erp, tower = settled()
    erp.write(WAY, 3, "third")
    assert tower.poll() == 1
    assert erp.read == [(WAY, 3), *((WAY, way) for way in WAYS if party_of(way) == party_of(3))]
    assert tower.known() == everything(erp)


def test_rows_of_two_tables_that_make_one_record_give_it_once() -> None:
    erp, tower = settled()
    erp.write(PARTY, party_of(3), "third")
    erp.write(WAY, 3, "third")
    assert tower.poll() == 1
    assert tower.known() == everything(erp)


def test_a_second_change_in_the_same_second_is_read() -> None:
    erp, tower = settled()
    erp.write(WAY, 3, "third")
    assert tower.poll() == 1
    erp.clock_micros += 1
    erp.write(WAY, 3, "fourth")
    assert tower.poll() == 1
    assert tower.known() == everything(erp)


def test_a_row_committed_late_makes_the_minute_be_read_again() -> None:
    erp, tower = settled()
    erp.write(WAY, 3, "late", seconds_ago=50)
    assert tower.poll() > 1, "a record of the late row alone would seem older than the one known"
    assert tower.known() == everything(erp)


def test_a_row_that_is_gone_makes_the_minute_be_read_again() -> None:
    erp, tower = settled()
    erp.write(PARTY, party_of(2), "third")
    assert tower.poll() == 1
    erp.clock_micros += SECOND
    del erp.tables[WAY][2]
    assert tower.poll() > 1
    assert tower.known() == everything(erp)


def test_a_restart_between_two_pages_of_news_loses_nothing() -> None:
    erp, tower = settled(limit=1)
    for way in (1, 2, 3):
        erp.write(WAY, way, "third")
    pages = tower.pages()
    assert next(pages) == 1
    tower.restart()
    assert tower.poll() == 2
    assert tower.known() == everything(erp)
    assert tower.poll() > 0, "the new process cannot know what of the minute was given"
    erp.clock_micros += SECOND
    assert tower.poll() == 0


def test_what_changes_between_two_pages_of_news_is_given_after_them() -> None:
    erp, tower = settled(limit=1)
    for way in (1, 2, 3):
        erp.write(WAY, way, "third")
    pages = tower.pages()
    assert next(pages) == 1
    erp.clock_micros += SECOND
    # The contact given already has nothing to be reached by any more: what follows moves up a place.
    for way in (3, 6):
        erp.write(WAY, way, "fourth")
        erp.tables[WAY][way]["type"] = "fax"
    assert sum(pages) == 1
    tower.poll()
    assert tower.known() == everything(erp)
