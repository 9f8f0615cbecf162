"""Tables from files: every row a record or named with its number, nothing guessed, nothing carried out."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.files.client import read_table
from connectors.files.mapping import GoodRow, PoisonRow, rows_of
from connectors.files.profiles import parse_mapping
from connectors.files.report import preview
from connectors.files.tables import TableLimits
from connectors.files.xlsx_table import read_xlsx
from domain.errors import BadInputError
from domain.inventory import InventoryPosition
from domain.orders import SalesOrder
from tests.support.files_site import ORDERS, ORDERS_FILE, SHEET, STOCK, STOCK_FILE, FilesSite, mapping
from tests.support.xlsx_file import HEAD, xlsx

ROWS: list[list[object]] = [
    ["Node", "Item", "On hand"],
    ["dc-1", "A-1", 12],
    ["dc-1", 4711, 7.0],
    ["dc-1", "A-3", 0],
]


@pytest.fixture
def site(tmp_path: Path) -> FilesSite:
    return FilesSite(tmp_path)


def test_rows_become_records_and_a_snapshot_tells_what_is_gone(site: FilesSite) -> None:
    site.receive("stock-1.csv", STOCK_FILE)
    page = site.connector.changes("stock", None, 50)
    held = {r.ref.entity_id: r.entity for r in page.records}
    first = held["dc-1|A-1"]
    assert isinstance(first, InventoryPosition)
    assert (first.on_hand_quantity, first.safety_stock_quantity, first.node_id) == (1250, 24, "dc-1")
    site.receive("stock-2.csv", STOCK_FILE)
    assert site.connector.changes("stock", None, 50) == page
    site.receive("stock-3.csv", "Item no.;On hand;Safety (cases)\nA-1;3;2\nA-2;7;\n")
    connector = site.reopened()
    after = connector.changes("stock", None, 50)
    assert [(r.ref.entity_id, r.stamp > page.records[-1].stamp) for r in after.records] == [
        ("dc-1|A-2", False),
        ("dc-1|A-1", True),
    ]
    assert [gone.ref.entity_id for gone in after.deleted] == ["dc-1|A-3"]
    assert site.names("done") == ["stock-1.csv", "stock-2.csv", "stock-3.csv"]


def test_a_poison_row_is_named_and_heals_when_it_comes_again(site: FilesSite) -> None:
    site.receive("stock-1.csv", STOCK_FILE + "A-4;1O;1\n;5;\n")
    page = site.connector.changes("stock", None, 50)
    wrong, nameless = page.rejected
    assert wrong.message == "stock-1.csv: Row 5, column 'On hand': '1O' is no number."
    assert wrong.external_id == "dc-1|A-4"
    assert b'"On hand": "1O"' in wrong.raw
    assert nameless.external_id == "stock:row 6"
    assert len(page.records) == 3
    site.receive("stock-2.csv", STOCK_FILE + "A-4;10;1\n")
    after = site.connector.changes("stock", None, 50)
    assert "dc-1|A-4" in {r.ref.entity_id for r in after.records}
    assert [bad.external_id for bad in after.rejected] == ["stock:row 6"]
    assert not after.deleted


def test_an_order_with_dates_money_and_codes() -> None:
    (row,) = rows_of(read_table(ORDERS_FILE.encode(), mapping(ORDERS)), mapping(ORDERS))
    assert isinstance(row, GoodRow)
    order = row.entity
    assert isinstance(order, SalesOrder)
    assert (order.order_id, order.total_cents, order.status.value) == ("SO-1", 123_450, "released")
    assert order.ordered_at.isoformat() == "2026-11-20T14:30:00+00:00"
    assert order.requested_at.isoformat() == "2026-12-01T04:59:00+00:00"
    assert (order.ship_to.city, order.ship_to_is_new) == ("Newark", True)


@pytest.mark.parametrize(
    ("old", "new", "column", "what"),
    [
        ("1,234.50", "1,23.50", "Total", "no number"),
        ("1,234.50", "1.005", "Total", "no whole number of cents"),
        (",R,", ",X,", "Status", "not one of O, R"),
        ("11/30/2026", "30/11/2026", "Wanted", "no date like"),
        (",yes", ",perhaps", "New address", "neither yes nor no"),
        ("SO-1", "", "No", "it is empty"),
        (",yes", ",yes,more", "", "more cells than there are columns"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(old: str, new: str, column: str, what: str) -> None:
    body = ORDERS_FILE.replace(old, new).encode()
    (row,) = rows_of(read_table(body, mapping(ORDERS)), mapping(ORDERS))
    assert isinstance(row, PoisonRow)
    assert (row.number, row.column) == (2, column)
    assert what in row.message


def test_an_id_that_comes_twice_is_wrong_the_second_time() -> None:
    rows = list(rows_of(read_table((STOCK_FILE + "A-1;5;\n").encode(), mapping(STOCK)), mapping(STOCK)))
    assert isinstance(rows[0], GoodRow)
    last = rows[-1]
    assert isinstance(last, PoisonRow)
    assert (last.code, last.number) == ("duplicate-id", 5)
    assert "stands in row 2 already" in last.message


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("stock.csv", b"Item no.;Other\nA;1\n", "The column 'On hand' is missing"),
        ("stock.csv", b'Item no.;On hand;S\n"A";1;"x\n', "is no CSV"),
        ("stock.csv", b"\xff\xfe", "not utf-8"),
        ("stock.csv", b"", "holds no column names"),
        ("stock.csv", b"Item no.;On hand;On hand\n", "Two columns"),
        ("stock.xlsx", b"PK no zip", "no XLSX"),
        ("other.csv", b"a;b\n", "No mapping profile"),
    ],
)
def test_a_file_that_is_no_table_is_moved_away(site: FilesSite, name: str, body: bytes, why: str) -> None:
    site.receive(name, body)
    assert not site.connector.changes("stock", None, 50).records
    assert site.names("bad") == [name, f"{name}.reason.txt"]
    assert why in (site.drop / "bad" / f"{name}.reason.txt").read_text()
    rejected = [b for s in site.connector.manifest.streams
                for b in site.connector.changes(s.name, None, 50).rejected]  # fmt: skip
    assert [bad.external_id for bad in rejected] == [f"file {name}"]


def test_a_sheet_is_read_and_its_formulas_are_not(site: FilesSite) -> None:
    rows: list[list[object]] = [*ROWS, ["dc-1", "A-4", "=B2*2"], ["dc-1", "A-5", "#REF!"], ["dc-1", None, 4]]
    site.receive("stock.xlsx", xlsx(rows))
    page = site.connector.changes("stock", None, 50)
    held = {r.ref.entity_id: r.entity for r in page.records}
    assert set(held) == {"dc-1|A-1", "dc-1|4711", "dc-1|A-3"}
    assert [bad.message for bad in page.rejected] == [
        "stock.xlsx: Row 5, column 'On hand': it holds a formula.",
        "stock.xlsx: Row 6, column 'On hand': it holds the error #REF!.",
        "stock.xlsx: Row 7, column 'Item': it is empty.",
    ]


def test_shared_texts_numbers_and_dates_of_a_sheet() -> None:
    shared = (
        f"{HEAD}<sst><si><t>No</t></si><si><r><t>S</t></r><r><t>O-1</t></r><rPh><t>x</t></rPh></si></sst>"
    )
    sheet = (
        f'{HEAD}<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row>'
        '<row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3"><v>12.100000000000001</v></c>'
        '<c r="C3"><v>1.5E3</v></c></row></sheetData></worksheet>'
    )
    table = read_xlsx(xlsx(sheet=sheet, shared=shared))
    assert table.columns == ("No",)
    assert [(row.number, [c.text for c in row.cells]) for row in table.rows] == [
        (3, ["SO-1", "12.1", "1500"])
    ]
    dated = SHEET.replace(
        '"On hand", to = "on_hand_quantity", type = "whole"', '"Until", to = "expires_at", type = "date"'
    )
    lots = dated.replace('"inventory_position"', '"lot"').replace("{node_id}|{item_id}", "{item_id}")
    profile = mapping(lots + '\n[constants]\nquality = "ok"\n')
    (row,) = rows_of(read_xlsx(xlsx([["Node", "Item", "Until"], ["dc-1", "L1", 46347]])), profile)
    assert isinstance(row, GoodRow)
    assert "datetime(2026, 11, 21, 0, 0" in str(row.entity)


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"sheet": '<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'}, "document type"),
        ({"sheet": "<worksheet><sheetData>"}, "no XML"),
        ({"sheet": "<a>" * 60}, "levels deep"),
        ({"sheet": " " * 30_000_000}, "packed more than"),
        ({"rels": "<Relationships/>"}, "no sheet"),
        ({"sheet": '<w><row r="1"><c r="A1" t="s"><v>5</v></c></row></w>'}, "a text that is not there"),
        ({"sheet": '<w><row r="2"/><row r="1"/></w>'}, "out of order"),
        ({"workbook": "<workbook/>"}, "no sheet"),
    ],
)
def test_a_hostile_workbook_is_refused(members: dict[str, str], why: str) -> None:
    with pytest.raises(BadInputError, match=why):
        read_xlsx(xlsx(ROWS, **members))


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(BadInputError, match="unpacks to more than 500 bytes"):
        read_xlsx(xlsx(ROWS), limits=TableLimits(unpacked_bytes=500))


@settings(deadline=1000, max_examples=80)
@given(seed=st.integers(0, 2**32))
def test_a_spoiled_workbook_is_read_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    body = bytearray(xlsx(ROWS))
    for _ in range(chance.randint(1, 6)):
        body[chance.randrange(len(body))] = chance.randrange(256)
    table = None
    with suppress(BadInputError):
        table = read_xlsx(bytes(body))
    assert table is None or table.columns


@settings(deadline=1000, max_examples=80)
@given(text=st.text(max_size=200))
def test_any_text_as_csv_is_rows_or_refused(text: str) -> None:
    profile = mapping(STOCK)
    rows: list[GoodRow | PoisonRow] = []
    with suppress(BadInputError):
        body = ("Item no.;On hand\n" + text).encode("utf-8", "replace")
        rows = list(rows_of(read_table(body, profile), profile))
    assert all(isinstance(row, GoodRow) or row.message for row in rows)


def test_a_preview_judges_the_file_and_keeps_nothing(site: FilesSite) -> None:
    body = (STOCK_FILE + "A-4;1O;1\nA-5;x;1\n").encode()
    found = preview(body, mapping(STOCK), limit=2)
    assert [row.number for row in found.rows] == [2, 3]
    report = found.report
    assert (report.rows, report.good, report.poison, report.good_percent) == (5, 3, 2, 60)
    (fault,) = report.faults
    assert (fault.column, fault.count, fault.first_row) == ("On hand", 2, 5)
    by_name = {column.name: column for column in report.columns}
    assert (by_name["Safety (cases)"].blank, by_name["Item no."].distinct) == (1, 5)
    assert by_name["Item no."].field == "item_id"
    assert site.names("in") == []


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('to = "item_id"', 'to = "sku"', "has no field sku"),
        ('kind = "inventory_position"', 'kind = "feed"', "do not carry feed"),
        ('kind = "inventory_position"', 'kind = "invoice"', "do not carry invoice"),
        ('type = "whole"', 'type = "float"', "Invalid enum value"),
        ("snapshot = true", "snapshot = 1", "Expected `bool`"),
        ('to = "safety_stock_quantity"', 'to = "on_hand_quantity"', "fill the same field"),
        ("[constants]", 'timezone = "Mars/Olympus"\n[constants]', "Mars"),
        ("[constants]", "nonsense = 1\n[constants]", "unknown field"),
    ],
)
def test_a_wrong_mapping_profile_is_refused(old: str, new: str, why: str) -> None:
    with pytest.raises(BadInputError, match=why):
        parse_mapping(STOCK.replace(old, new), "stock.toml")
