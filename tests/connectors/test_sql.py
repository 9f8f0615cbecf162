"""SQL sources: only SELECT, only reading, in time; what rows become, and what is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sql_view.client import Behind, Database
from connectors.sql_view.profiles import parse_profile
from domain.errors import BadInputError, RefusedError, UnavailableError
from domain.inventory import InboundSupply, InventoryPosition
from tests.support.connector_contract import read_all, state_of
from tests.support.hub_postgresql import why_not
from tests.support.sql_site import STOCK, SqlSite, on_postgresql

BOTH = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.skipif(bool(why_not()), reason=why_not() or "there is one")),
]


@pytest.fixture(params=BOTH)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlSite]:
    """The site on either database."""
    if request.param == "sqlite":
        with SqlSite(tmp_path) as found:
            yield found
    else:
        with on_postgresql(tmp_path / "site") as found:
            yield found


def balances(site: SqlSite, cursor: str | None = None) -> tuple[dict[str, int], str | None]:
    pages, cursor = read_all(site.connector(), "stock", limit=2, cursor=cursor)
    held = [record.entity for record in state_of(pages).values()]
    return {e.item_id: e.on_hand_quantity for e in held if isinstance(e, InventoryPosition)}, cursor


def test_rows_become_records_and_a_change_comes_with_the_next_poll(site: SqlSite) -> None:
    held, cursor = balances(site)
    assert held == {"A-1": 12, "A-3": 0, "A-4": 7, "A-0": -3}
    site.run("UPDATE stock_balance SET on_hand = 8, changed = '2026-11-20 10:30:00' WHERE item = 'A-4'")
    assert balances(site, cursor)[0] == {"A-4": 8, "A-0": -3}


def test_a_row_committed_late_is_still_read(site: SqlSite) -> None:
    _, cursor = balances(site)
    site.balances(("A-9", "5", "2026-11-20 10:08:30"))
    assert balances(site, cursor)[0] == {"A-0": -3, "A-9": 5}


def test_a_select_without_stamp_is_read_whole_each_time(site: SqlSite) -> None:
    connector = site.connector()
    _, cursor = read_all(connector, "supply", limit=1)
    pages, _ = read_all(connector, "supply", limit=1, cursor=cursor)
    first = next(iter(sorted(state_of(pages).items())))[1].entity
    assert isinstance(first, InboundSupply)
    assert (first.supply_id, first.ordered_quantity) == ("P-1-1", 24)
    assert first.due_at.isoformat() == "2026-12-02T04:59:00+00:00"
    assert len(state_of(pages)) == 2


def test_what_is_deleted_is_missing_from_the_ids(site: SqlSite) -> None:
    connector = site.connector()
    assert connector.ids("stock") == frozenset(f"dc-1|A-{n}" for n in range(5))
    site.run("DELETE FROM stock_balance WHERE item = 'A-3'")
    assert connector.ids("stock") == frozenset(f"dc-1|A-{n}" for n in (0, 1, 2, 4))


def test_the_database_itself_refuses_to_write(site: SqlSite) -> None:
    database = Database(site.url, password="", statement_seconds=5)
    with (
        pytest.raises((RefusedError, UnavailableError), match=r"(?i)read.?only|syntax|not permitted"),
        database._reading() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM stock_balance")
    database.close()
    assert len(balances(site)[0]) == 4


def test_a_select_that_takes_too_long_is_ended(site: SqlSite) -> None:
    slow = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) AS x FROM n"
    database = Database(site.url, password="", statement_seconds=1)
    with pytest.raises(UnavailableError, match=r"timeout|interrupted"):
        database.rows(slow, stamp="", key=("x",), behind=Behind(), limit=1)
    database.close()


def test_a_column_that_is_gone_is_named(site: SqlSite) -> None:
    site.run("ALTER TABLE stock_balance RENAME COLUMN on_hand TO quantity")
    with pytest.raises((RefusedError, UnavailableError), match="on_hand"):
        site.connector().changes("stock", None, 10)


@pytest.mark.skipif(bool(why_not()), reason=why_not() or "there is one")
def test_wrong_credentials_are_refused_in_words(tmp_path: Path) -> None:
    with on_postgresql(tmp_path / "site") as site:
        site.run("CREATE ROLE clerk LOGIN PASSWORD 'right'")
        url = site.url.replace("postgresql+psycopg://postgres:@", "postgresql+psycopg://clerk:@")
        assert "clerk" in url
        connector = site.connector(url=url, password="a-wrong-one")
        with pytest.raises(RefusedError) as caught:
            connector.changes("stock", None, 10)
    assert "a-wrong-one" not in str(caught.value)
    assert "permission denied" in caught.value.what


def test_a_missing_file_is_unavailable_and_not_made(tmp_path: Path) -> None:
    with SqlSite(tmp_path) as site, pytest.raises(UnavailableError, match="unable to open"):
        site.connector(url=f"sqlite:///{tmp_path}/other.db").changes("stock", None, 10)
    assert not (tmp_path / "other.db").exists()


@pytest.mark.parametrize("url", ["oracle://u@h/d", "no url", "mysql+nothing://h/d"])
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(BadInputError, match="cannot be addressed"):
        Database(url, password="a-secret", statement_seconds=5)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM a", "does not begin with"),
        ("SELECT 1; DELETE FROM a", "more than one"),
        ("WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x", "DELETE"),
        ("SELECT * INTO b FROM a", "INTO"),
        ("/* SELECT */ DROP TABLE a", "does not begin with"),
    ],
)
def test_only_one_select_is_taken(statement: str, says: str) -> None:
    text = STOCK.replace(STOCK[STOCK.index("'''") : STOCK.rindex("'''") + 3], f'"{statement}"')
    with pytest.raises(BadInputError, match=says):
        parse_profile(text, "stock.toml")


@pytest.mark.parametrize("percent", [0, 1, 50, 100])
def test_poison_hides_no_good_row(tmp_path: Path, percent: int) -> None:
    with SqlSite(tmp_path) as site:
        site.run("DELETE FROM stock_balance")
        site.balances(
            *((f"B-{n:03}", "0.5" if n < percent else "4", "2026-11-20 10:00:00") for n in range(100))
        )
        pages, _ = read_all(site.connector(), "stock", limit=30)
    assert len(state_of(pages)) == 100 - percent
    assert sum(len(page.rejected) for page in pages) == percent


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 99)), max_size=12), st.integers(1, 5))
def test_any_page_size_reads_every_row_once_it_is_there(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, int]], limit: int
) -> None:
    with SqlSite(tmp_path_factory.mktemp("law")) as site:
        site.run("DELETE FROM stock_balance")
        site.balances(
            *(
                (f"C-{number}", str(on_hand), f"2026-11-20 10:0{minute}:00")
                for number, (minute, on_hand) in enumerate(rows)
            )
        )
        pages, _ = read_all(site.connector(), "stock", limit=limit)
    held = {r.entity.item_id: r.entity.on_hand_quantity for r in state_of(pages).values()
            if isinstance(r.entity, InventoryPosition)}  # fmt: skip
    assert held == {f"C-{number}": on_hand for number, (_, on_hand) in enumerate(rows)}
    assert sum(len(page.records) for page in pages) == len(rows)
