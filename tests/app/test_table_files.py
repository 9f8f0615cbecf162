"""Tables in files: exact amounts and times, whole files or none, and no cell that becomes a formula."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.table_files import MOST_XLSX_ROWS, is_formula, try_to_write, write_table
from domain.errors import BadInputError, UnavailableError
from views.export import Cell, ExportColumn, ExportTable

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
NOON = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
COLUMNS = (
    ExportColumn(title="Name"),
    ExportColumn(title="Amount", kind="cents"),
    ExportColumn(title="At", kind="time"),
    ExportColumn(title="Count", kind="count"),
)


def table(*rows: tuple[Cell, ...], columns: tuple[ExportColumn, ...] = COLUMNS) -> ExportTable:
    return ExportTable(title="A/B", columns=columns, count=len(rows), rows=lambda: iter(rows))


def parsed(data: bytes) -> ET.Element:
    """An XML part of a file that this test wrote itself."""
    return ET.fromstring(data)  # noqa: S314 - our own file


def cells(file: Path) -> list[dict[str, tuple[str, str]]]:
    """The cells of the only sheet, row by row: place to text and style."""
    with ZipFile(file) as book:
        assert book.testzip() is None
        for name in book.namelist():
            parsed(book.read(name))
        root = parsed(book.read("xl/worksheets/sheet1.xml"))
    return [
        {c.get("r", ""): ("".join(c.itertext()), c.get("s", "")) for c in row.iter(f"{SPACE}c")}
        for row in root.iter(f"{SPACE}row")
    ]


def test_csv_holds_amounts_times_and_marked_formulas(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    write_table(file, table(("=1+1", -112_005, NOON, 3), ("plain, with comma", None, None, -2)))
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.reader(opened))
    assert rows[0] == ["Name", "Amount", "At", "Count"]
    assert rows[1] == ["'=1+1", "-1120.05", "2026-11-12 12:00:00", "3"]
    assert rows[2] == ["plain, with comma", "", "", "-2"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_xlsx_holds_numbers_as_numbers_and_marks_formulas_as_text(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    write_table(file, table(("@SUM(A1)", 112_005, NOON, 3), ("<b>\x07&", None, None, -2)))
    head, first, second = cells(file)
    assert head["A1"] == ("Name", "1")
    assert first["A2"] == ("@SUM(A1)", "4")
    assert first["B2"] == ("1120.05", "2")
    assert float(first["C2"][0]) == pytest.approx(46_338.5)
    assert second == {"A3": ("<b>\ufffd&", "0"), "D3": ("-2", "0")}
    with ZipFile(file) as book:
        styles = parsed(book.read("xl/styles.xml"))
        workbook = book.read("xl/workbook.xml").decode()
    marked = styles.findall(f"{SPACE}cellXfs/{SPACE}xf")[4]
    assert marked.get("quotePrefix") == "1"
    assert 'name="A B"' in workbook


@settings(max_examples=60)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_no_text_ever_begins_as_a_formula_in_csv_and_none_is_lost(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    file = tmp_path_factory.mktemp("csv") / "a.csv"
    columns = tuple(ExportColumn(title=f"C{number}") for number in range(len(texts)))
    clean = [text.replace("\x00", "") for text in texts]
    write_table(file, table(tuple(clean), columns=columns))
    with file.open(encoding="utf-8-sig", newline="") as opened:
        (_, row) = list(csv.reader(opened))
    assert not any(is_formula(cell) for cell in row)
    assert [c[1:] if is_formula(t) else c for c, t in zip(row, clean, strict=True)] == clean


def test_a_table_too_long_for_a_sheet_or_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    long = ExportTable(title="x", columns=COLUMNS, count=MOST_XLSX_ROWS + 1, rows=lambda: iter(()))
    with pytest.raises(BadInputError, match="CSV"):
        write_table(tmp_path / "a.xlsx", long)
    with pytest.raises(BadInputError):
        write_table(tmp_path / "a.pdf", table())
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_leaves_nothing_behind_and_says_why(tmp_path: Path) -> None:
    def rows() -> Iterator[tuple[Cell, ...]]:
        yield ("a", 1, NOON, 1)
        raise OSError(28, "No space left on device")

    broken = ExportTable(title="x", columns=COLUMNS, count=2, rows=rows)
    with pytest.raises(UnavailableError, match="No space left"):
        write_table(tmp_path / "a.csv", broken)
    assert list(tmp_path.iterdir()) == []
    text, kind = try_to_write(tmp_path / "missing" / "a.csv", table())
    assert kind == "error"
    assert "another folder" in text
    assert try_to_write(tmp_path / "b.csv", table(("x", 1, NOON, 1)))[0].startswith("1 rows exported to ")
