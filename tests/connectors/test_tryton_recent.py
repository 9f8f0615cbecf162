"""A stream that is not read because nothing changed has missed nothing, whatever was committed when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.http import HttpReply
from connectors.tryton import recent
from connectors.tryton.capabilities import NEEDED, USEFUL
from connectors.tryton.connector import TrytonConnector
from connectors.tryton.recent import QUESTIONS, questions_of
from connectors.tryton.settings import settings_from
from connectors.tryton.streams import STREAMS
from connectors.tryton.tagged import Row, decode, encode
from connectors.tryton.values import instant
from domain.customer_service import ServiceCase
from domain.ids import SourceName
from domain.records import SourceRecord
from tests.support.connector_contract import read_all, state_of

SECOND = 1_000_000
STREAM = "complaints"
TABLE = "sale.complaint"
SMALL_TABLES: dict[str, list[Row]] = {
    "ir.module": [{"id": n, "name": name} for n, name in enumerate({**NEEDED, **USEFUL})],
    "company.company": [{"id": 1, "party": 1, "timezone": "UTC"}],
    "sale.complaint.type": [{"id": 1, "name": "Wrong goods"}],
}


class Complaints:
    """A Tryton in memory: complaints, each with the time it carries and how often it was written."""

    def __init__(self) -> None:
        """No complaints yet; it is nine o'clock."""
        self.clock_micros = int(datetime(2026, 11, 23, 9, tzinfo=UTC).timestamp()) * SECOND
        self.rows: dict[int, tuple[int, int]] = {}
        self.unreadable: set[int] = set()
        self.small_tables = dict(SMALL_TABLES)
        self.asked: list[str] = []

    def now(self) -> datetime:
        """The time of server and desk."""
        return instant(self.clock_micros)

    def write(self, row: int, *, seconds_ago: int = 0) -> None:
        """Commit a complaint now, under the time at which its transaction began."""
        stamp, times = self.rows.get(row, (0, 0))
        self.rows[row] = (max(self.clock_micros - seconds_ago * SECOND, stamp + 1), times + 1)

    def send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        **_unused: object,
    ) -> HttpReply:
        """Answer one request."""
        del method, path
        request = msgspec.json.decode(body or b"{}")
        called = request["method"]
        self.asked.append(called)
        reply = msgspec.json.encode({"result": encode(self._result(called, request["params"]))})
        stamp = {"content-type": "application/json", "date": self.now().strftime("%a, %d %b %Y %H:%M:%S GMT")}
        return HttpReply(status=200, headers=stamp, body=reply, url="http://erp/tower/rpc/")

    def close(self) -> None:
        """Nothing to let go of."""

    def _result(self, called: str, params: list[object]) -> object:
        if called == "common.db.login":
            return [6, "token"]
        if called.endswith("get_preferences"):
            return {"company": 1}
        model = called.removeprefix("model.").rpartition(".")[0]
        if model != TABLE:
            return self.small_tables.get(model, [])
        domain, _, limit, order = params[:4]
        assert limit is None or isinstance(limit, int)
        first = order[0][0] if isinstance(order, list) else "id"
        found = [row for row in self._complaints() if _holds(decode(domain), row)]
        return sorted(found, key=lambda row: (str(row[first]), str(row["id"])))[:limit]

    def _complaints(self) -> Iterable[Row]:
        for each, (stamp, times) in self.rows.items():
            yield {
                "id": each,
                "_timestamp": str(stamp),
                "last_modified_at": instant(stamp),
                "create_date": self.now(),
                "number": str(each),
                "customer": 1,
                "type": 1,
                "origin": None,
                "description": f"written {times} times",
                "state": "bewitched" if each in self.unreadable else "waiting",
            }


def _holds(clause: object, row: Row) -> bool:
    assert isinstance(clause, list)
    if clause and clause[0] == "OR":
        return any(_holds(part, row) for part in clause[1:])
    if not clause or isinstance(clause[0], list):
        return all(_holds(part, row) for part in clause)
    name, operator, value = clause
    held = row[name]
    if operator == "=":
        return bool(held == value)
    if operator == "in":
        assert isinstance(value, list)
        return held in value
    assert isinstance(held, datetime | int)
    return bool(held > value) or (operator == ">=" and bool(held == value))


class Tower:
    """Follows the complaints with the product's connector; knows what a store would hold."""

    def __init__(self, erp: Complaints) -> None:
        """Know nothing yet."""
        self.erp = erp
        self.connector = TrytonConnector(
            SourceName("erp"),
            erp,
            settings=settings_from({"database": "tower", "user": "tower"}),
            password="secret",
            clock=erp,
        )
        self.cursor: str | None = None
        self.held: dict[str, SourceRecord] = {}

    def poll(self) -> int:
        """Read the stream to its end; how many records came."""
        pages, self.cursor = read_all(self.connector, STREAM, limit=3, cursor=self.cursor)
        for ref, record in state_of(pages).items():
            known = self.held.get(ref.entity_id)
            if known is None or record.stamp >= known.stamp:
                self.held[ref.entity_id] = record
        return sum(len(page.records) for page in pages)

    def subjects(self) -> dict[str, str]:
        """What is known of each complaint."""
        cases = [record.entity for record in self.held.values()]
        return {case.service_case_id: case.subject for case in cases if isinstance(case, ServiceCase)}


steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 5), st.sampled_from([0, 0, 1, 20, 50])),
        st.tuples(st.just("wait"), st.sampled_from([0, 1, 3, 30, 61, 400, 700]), st.just(0)),
        st.tuples(st.just("poll"), st.just(0), st.just(0)),
    ),
    max_size=30,
)


@settings(max_examples=40)
@given(story=steps)
def test_every_write_is_known_after_the_next_poll_however_late_it_was_committed(
    story: list[tuple[str, int, int]],
) -> None:
    erp = Complaints()
    tower = Tower(erp)
    for what, number, seconds_ago in [*story, ("poll", 0, 0)]:
        if what == "write":
            erp.write(number, seconds_ago=seconds_ago)
        elif what == "wait":
            erp.clock_micros += number * SECOND
        else:
            erp.clock_micros += 3 * SECOND
            tower.poll()
            expected = {f"complaint-{n}": f"written {times} times" for n, (_, times) in erp.rows.items()}
            assert tower.subjects() == expected


def settled() -> tuple[Complaints, Tower]:
    """A complaint of this second that was polled until nothing was new."""
    erp = Complaints()
    tower = Tower(erp)
    erp.write(1)
    for _ in range(3):
        tower.poll()
        erp.clock_micros += 3 * SECOND
    erp.asked = []
    return erp, tower


def test_a_poll_with_nothing_new_asks_one_question_and_gives_nothing_though_the_last_minute_is_full() -> None:
    erp, tower = settled()
    assert tower.poll() == 0
    assert erp.asked == [f"model.{TABLE}.search_read"]


def test_the_cursor_before_a_poll_gives_again_what_that_poll_gave() -> None:
    erp, tower = settled()
    before = tower.cursor
    erp.write(2)
    assert tower.poll() == 1
    erp.clock_micros += 3 * SECOND
    assert tower.poll() == 0
    tower.cursor = before
    erp.clock_micros += 3 * SECOND
    assert tower.poll() == 1, "a store that did not get that far loses nothing"
    assert set(tower.subjects()) == {"complaint-1", "complaint-2"}


def test_another_process_goes_on_from_the_cursor() -> None:
    erp, tower = settled()
    later = Tower(erp)
    later.cursor = tower.cursor
    erp.write(1)
    assert later.poll() == 1
    assert later.subjects() == {"complaint-1": "written 2 times"}


def test_a_record_that_could_not_be_read_is_tried_again() -> None:
    erp, tower = settled()
    erp.write(2)
    erp.unreadable.add(2)
    pages, tower.cursor = read_all(tower.connector, STREAM, limit=3, cursor=tower.cursor)
    assert [bad.external_id for page in pages for bad in page.rejected] == ["complaint-2"]
    erp.unreadable.clear()
    erp.clock_micros += 3 * SECOND
    assert tower.poll() == 2
    assert set(tower.subjects()) == {"complaint-1", "complaint-2"}


def test_a_small_table_that_changed_makes_the_last_minute_be_read_again() -> None:
    erp, tower = settled()
    erp.small_tables["currency.currency"] = [{"id": 9, "code": "EUR"}]
    erp.clock_micros += 300 * SECOND
    assert tower.poll() == 0, "while nothing needs them the small tables are not asked for"
    erp.clock_micros += 310 * SECOND
    assert tower.poll() == 1


def test_more_changes_than_a_glance_holds_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST_ROWS", 3)
    erp, tower = settled()
    for row in (2, 3, 4):
        erp.write(row)
    assert tower.poll() == 4
    erp.clock_micros += 3 * SECOND
    assert tower.poll() == 4


def test_a_question_is_asked_anew_at_every_poll_however_soon() -> None:
    erp, tower = settled()
    assert tower.poll() == 0
    erp.write(1)
    assert tower.poll() == 1


def test_a_poll_goes_through_the_streams_in_the_order_in_which_the_questions_are_shared() -> None:
    assert [stream.name for stream in Tower(Complaints()).connector.manifest.streams] == list(STREAMS)


def test_every_table_a_stream_follows_is_told_by_a_question() -> None:
    for stream in STREAMS.values():
        asked = questions_of(stream)
        told = {*asked, *(part for model in asked for part in QUESTIONS[model].values())}
        assert {driver.model for driver in stream.drivers} <= told
