"""Tables written to files for other programs: CSV and XLSX, in which no cell becomes a formula.

Foreign text that a spreadsheet would take for a formula is marked as text: in CSV by an apostrophe before
it, in XLSX by the same mark in the cell's style. Amounts and counts are numbers and stay numbers.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, Literal
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from domain.errors import BadInputError, TowerError, UnavailableError
from views.export import Cell, ColumnKind, ExportTable

MOST_XLSX_ROWS: Final = 1_048_575
_FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_CENTS: Final = 100
_MOST_CELL_LETTERS: Final = 32_767
_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHEET_EPOCH: Final = datetime(1899, 12, 30, tzinfo=UTC)
_DAY_S: Final = 86_400
_HEAD, _AMOUNT, _TIME, _MARKED = 1, 2, 3, 4
_WIDTHS: Final[dict[ColumnKind, int]] = {"text": 24, "count": 12, "cents": 16, "time": 18}

_PARTS: Final = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.worksheet+xml"/>'
        '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="22" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" '
        'applyNumberFormat="1"/>'
        "</cellXfs></styleSheet>"
    ),
}
#: Writes a table as a PDF file and gives its number of pages; the window has one.
PdfWriter = Callable[[Path, ExportTable], int]
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET_SPACE: Final = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def write_table(file: Path, table: ExportTable, write_pdf: PdfWriter | None = None) -> None:
    """Write a table as its file's ending says: ``.csv``, ``.xlsx``, or ``.pdf`` where ``write_pdf`` is given.

    A half-written file never stays.

    Raises:
        BadInputError: another ending, or more rows than a spreadsheet holds.
        UnavailableError: the file cannot be written.
    """
    kind = file.suffix.casefold()
    if kind not in {".csv", ".xlsx"} and not (kind == ".pdf" and write_pdf is not None):
        raise BadInputError(
            what=f"{file.name} ends in none of .csv, .xlsx and .pdf.", remedy="Choose one of them."
        )
    if kind == ".xlsx" and table.count > MOST_XLSX_ROWS:
        raise BadInputError(
            what=f"A spreadsheet holds {MOST_XLSX_ROWS:,} rows, these are {table.count:,}.",
            remedy="Filter the queue, or export to CSV.",
        )
    fresh = file.with_name(f"{file.name}.part")
    try:
        if kind == ".pdf" and write_pdf is not None:
            write_pdf(fresh, table)
        else:
            _write_csv(fresh, table) if kind == ".csv" else _write_xlsx(fresh, table)
        fresh.replace(file)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise UnavailableError(
            what=f"{file} cannot be written ({error.strerror}).",
            remedy="Close it in other programs, or choose another folder.",
        ) from error


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might take a text for a formula."""
    return text.startswith(_FORMULA_BEGINS)


# ---------------------------------------------------------------------- CSV
def _write_csv(file: Path, table: ExportTable) -> None:
    # The mark at the beginning tells spreadsheets that the text is UTF-8.
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([_csv_text(column.title) for column in table.columns])
        write = [_CSV_CELLS[column.kind] for column in table.columns]
        for row in table.rows():
            writer.writerow([to_text(cell) for to_text, cell in zip(write, row, strict=True)])


def _csv_text(text: str) -> str:
    return f"'{text}" if is_formula(text) else text


def _csv_any(cell: Cell) -> str:
    return "" if cell is None else _csv_text(str(cell))


def _csv_amount(cell: Cell) -> str:
    return _decimal(cell) if isinstance(cell, int) else ""


def _csv_count(cell: Cell) -> str:
    return str(cell) if isinstance(cell, int) else ""


def _csv_time(cell: Cell) -> str:
    return cell.isoformat(" ", "seconds").removesuffix("+00:00") if isinstance(cell, datetime) else ""


def _decimal(cents: int) -> str:
    whole, rest = divmod(abs(cents), _CENTS)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d}"


_CSV_CELLS: Final[dict[ColumnKind, Callable[[Cell], str]]] = {
    "text": _csv_any,
    "count": _csv_count,
    "cents": _csv_amount,
    "time": _csv_time,
}


# ---------------------------------------------------------------------- XLSX
def _write_xlsx(file: Path, table: ExportTable) -> None:
    with ZipFile(file, "w", ZIP_DEFLATED) as book:
        for name, text in _PARTS.items():
            book.writestr(name, _XML + text)
        book.writestr("xl/workbook.xml", _XML + _workbook(table.title))
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for piece in _sheet(table):
                _put(sheet, piece)


def _put(sheet: IO[bytes], piece: str) -> None:
    sheet.write(piece.encode())


def _workbook(title: str) -> str:
    name = re.sub(r"[\[\]:*?/\\]", " ", title)[:31] or "Table"
    return (
        f'<workbook {_SHEET_SPACE} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'relationships"><sheets><sheet name="{_attribute(name)}" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>"
    )


def _sheet(table: ExportTable) -> Iterator[str]:
    last = f"{_letters(len(table.columns) - 1)}{table.count + 1}"
    yield f'{_XML}<worksheet {_SHEET_SPACE}><dimension ref="A1:{last}"/>'
    yield '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/>'
    yield "</sheetView></sheetViews><cols>"
    for number, column in enumerate(table.columns, start=1):
        yield f'<col min="{number}" max="{number}" width="{_WIDTHS[column.kind]}" customWidth="1"/>'
    yield "</cols><sheetData>"
    yield _row(1, [_text_cell(f"{_letters(n)}1", c.title, _HEAD) for n, c in enumerate(table.columns)])
    kinds = [column.kind for column in table.columns]
    names = [_letters(number) for number in range(len(kinds))]
    for number, row in enumerate(table.rows(), start=2):
        cells = (
            _xlsx_cell(f"{name}{number}", cell, kind)
            for name, cell, kind in zip(names, row, kinds, strict=True)
        )
        yield _row(number, [cell for cell in cells if cell])
    yield f'</sheetData><autoFilter ref="A1:{last}"/></worksheet>'


def _row(number: int, cells: list[str]) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def _xlsx_cell(place: str, cell: Cell, kind: ColumnKind) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, datetime):
        days, rest = divmod(int((cell - _SHEET_EPOCH).total_seconds()), _DAY_S)
        return f'<c r="{place}" s="{_TIME}"><v>{days}.{rest * 10**10 // _DAY_S:010d}</v></c>'
    if isinstance(cell, int):
        style, value = (_AMOUNT, _decimal(cell)) if kind == "cents" else (0, str(cell))
        return f'<c r="{place}" s="{style}"><v>{value}</v></c>'
    return _text_cell(place, cell, _MARKED if is_formula(cell) else 0)


def _text_cell(place: str, text: str, style: int) -> str:
    clean = escape(_NOT_IN_XML.sub("\ufffd", text[:_MOST_CELL_LETTERS]))
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{clean}</t></is></c>'


def _attribute(text: str) -> str:
    return escape(_NOT_IN_XML.sub("\ufffd", text), {'"': "&quot;"})


def _letters(number: int) -> str:
    """The letters of a column, counted from 0: A, B, … Z, AA."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def export_words(file: Path, table: ExportTable) -> str:
    """What is said when a table has been written."""
    return f"{table.count:,} rows exported to {file}."


def try_to_write(
    file: Path, table: ExportTable, write_pdf: PdfWriter | None = None
) -> tuple[str, Literal["ok", "error"]]:
    """Write a table; gives what to say of it, and of what kind that is."""
    try:
        write_table(file, table, write_pdf)
    except TowerError as error:
        return str(error), "error"
    return export_words(file, table), "ok"
