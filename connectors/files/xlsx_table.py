"""Reads the cells of an XLSX sheet: a zip of XML, opened with bounds, with nothing in it carried out.

No document type, no entity and no outside reference is ever followed; a formula stays a formula.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Context, InvalidOperation
from xml.parsers import expat

from connectors.files.tables import (
    TABLE_LIMITS,
    Cell,
    CellKind,
    Table,
    TableLimits,
    TableRow,
    table_of,
    unreadable,
)
from domain.errors import BadInputError

_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_CHUNK = 64 * 1024
_DIGITS = Context(prec=15)
_KINDS = {"e": CellKind.ERROR, "n": CellKind.NUMBER, "b": CellKind.NUMBER}

StartElement = Callable[[str, dict[str, str]], None]


def read_xlsx(
    body: bytes, *, sheet: str = "", header_row: int = 1, limits: TableLimits = TABLE_LIMITS
) -> Table:
    """The table of a sheet (without a name: the first).

    Raises:
        BadInputError: it is no XLSX, there is no such sheet, or it is larger than allowed.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return _read(_Archive(archive, limits), sheet, header_row)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise unreadable(f"The file is no XLSX: {error}.") from error
    except (RuntimeError, ValueError, KeyError, OSError) as error:
        if isinstance(error, BadInputError):
            raise
        raise unreadable(f"The file cannot be unpacked: {error}.") from error


@dataclass
class _Archive:
    """The members of the zip, unpacked no further than the limits."""

    archive: zipfile.ZipFile
    limits: TableLimits
    unpacked: int = 0

    def __post_init__(self) -> None:
        """Refuse what says of itself that it is too large."""
        members = self.archive.infolist()
        if len(members) > self.limits.members:
            raise unreadable(f"The file has more than {self.limits.members} members.")
        for member in members:
            if member.file_size > max(_CHUNK, member.compress_size * self.limits.packing_ratio):
                raise unreadable(f"{member.filename} is packed more than {self.limits.packing_ratio}-fold.")

    def has(self, name: str) -> bool:
        """Whether there is such a member."""
        return name in self.archive.namelist()

    def chunks(self, name: str) -> Iterator[bytes]:
        """A member in parts; counted, because what it says of its size may be a lie."""
        if not self.has(name):
            raise unreadable(f"The file has no {name}.")
        with self.archive.open(name) as member:
            while chunk := member.read(_CHUNK):
                self.unpacked += len(chunk)
                if self.unpacked > self.limits.unpacked_bytes:
                    raise unreadable(f"The file unpacks to more than {self.limits.unpacked_bytes} bytes.")
                yield chunk


@dataclass
class _Part:
    """One XML member read as events; texts of the elements in ``texts`` are gathered."""

    start: StartElement
    end: Callable[[str], None]
    text: Callable[[str], None]
    most_depth: int
    depth: int = 0

    def parse(self, chunks: Iterator[bytes], name: str) -> None:
        """Read the whole member."""
        parser = expat.ParserCreate(namespace_separator="|")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        try:
            for chunk in chunks:
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise unreadable(f"{name} is no XML: {error}.") from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > self.most_depth:
            raise unreadable(f"The XML is more than {self.most_depth} levels deep.")
        self.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        self.depth -= 1
        self.end(_local(name))

    @staticmethod
    def _refuse(*_: object) -> None:
        raise unreadable("The XML declares a document type or an entity, which no spreadsheet needs.")


def _local(name: str) -> str:
    return name.rpartition("|")[2]


def _read(archive: _Archive, sheet: str, header_row: int) -> Table:
    sheets: list[tuple[str, str]] = []
    base = ["1900"]

    def book_start(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            sheets.append((attributes.get("name", ""), attributes.get("id", "")))
        elif name == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
            base[0] = "1904"

    targets: dict[str, str] = {}

    def link_start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    _events(archive, "xl/workbook.xml", book_start)
    _events(archive, "xl/_rels/workbook.xml.rels", link_start)
    chosen = next((link for name, link in sheets if not sheet or name == sheet), None)
    if chosen is None or chosen not in targets:
        known = ", ".join(name for name, _ in sheets) or "none"
        raise unreadable(f"The file has no sheet {sheet!r}; it has {known}.")
    path = posixpath.normpath(posixpath.join("xl", targets[chosen])).lstrip("/")
    if targets[chosen].startswith("/"):
        path = posixpath.normpath(targets[chosen]).lstrip("/")
    shared = _shared_texts(archive) if archive.has("xl/sharedStrings.xml") else []
    reader = _SheetReader(shared=shared, limits=archive.limits)
    part = _Part(reader.start, reader.end, reader.text, archive.limits.depth)
    part.parse(archive.chunks(path), path)
    return table_of(reader.rows, header_row, base[0])


def _events(archive: _Archive, name: str, start: StartElement) -> None:
    part = _Part(start, lambda _: None, lambda _: None, archive.limits.depth)
    part.parse(archive.chunks(name), name)


def _shared_texts(archive: _Archive) -> list[str]:
    texts: list[str] = []
    state = {"in_text": False, "phonetic": False}

    def start(name: str, _: dict[str, str]) -> None:
        if name == "si":
            texts.append("")
        state["phonetic"] = state["phonetic"] or name == "rPh"
        state["in_text"] = name == "t" and not state["phonetic"]

    def end(name: str) -> None:
        state["in_text"] = False
        if name == "rPh":
            state["phonetic"] = False

    def text(data: str) -> None:
        if state["in_text"] and texts:
            texts[-1] += data

    _Part(start, end, text, archive.limits.depth).parse(
        archive.chunks("xl/sharedStrings.xml"), "xl/sharedStrings.xml"
    )
    return texts


@dataclass
class _SheetReader:
    """Gathers the cells of a sheet row by row."""

    shared: list[str]
    limits: TableLimits
    rows: list[TableRow] = field(default_factory=list)
    _cells: dict[int, Cell] = field(default_factory=dict)
    _row: int = 0
    _column: int = 0
    _type: str = ""
    _value: str = ""
    _formula: bool = False
    _gathers: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if name == "row":
            number = attributes.get("r", str(self._row + 1))
            if not number.isdigit() or int(number) <= self._row or len(self.rows) >= self.limits.rows:
                raise unreadable(f"Row {number} is out of order, or the sheet has too many rows.")
            self._row, self._column, self._cells = int(number), 0, {}
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "f":
            self._formula = True
        self._gathers = name in {"v", "t"}

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = _CELL.fullmatch(attributes.get("r", ""))
        column = self._column + 1 if place is None else _column_number(place.group(1))
        if column <= self._column or column > self.limits.columns:
            raise unreadable(f"Row {self._row} has more than {self.limits.columns} columns, or a cell twice.")
        self._column, self._type, self._value, self._formula = column, attributes.get("t", "n"), "", False

    def end(self, name: str) -> None:
        """An element ends."""
        self._gathers = False
        if name == "c":
            self._cells[self._column] = self._cell()
        elif name == "row" and self._cells:
            width = max(self._cells)
            cells = tuple(self._cells.get(n, Cell("")) for n in range(1, width + 1))
            self.rows.append(TableRow(self._row, cells))

    def text(self, data: str) -> None:
        """Text inside an element."""
        if self._gathers:
            self._value += data
            if len(self._value) > self.limits.cell_characters:
                raise unreadable(f"Row {self._row} has a cell that is too long.")

    def _cell(self) -> Cell:
        if self._formula:
            return Cell(self._value or "=", CellKind.FORMULA)
        if self._type == "s":
            if not self._value.isdigit() or int(self._value) >= len(self.shared):
                raise unreadable(f"Row {self._row} names a text that is not there.")
            return Cell(self.shared[int(self._value)])
        kind = _KINDS.get(self._type, CellKind.TEXT)
        return Cell(_shown(self._value) if kind is CellKind.NUMBER else self._value, kind)


def _shown(number: str) -> str:
    """A number with the fifteen digits that a spreadsheet has, so that 12.100000000000001 is 12.1."""
    try:
        return f"{_DIGITS.create_decimal(number).normalize(_DIGITS):f}" if number else ""
    except InvalidOperation:
        return number


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
