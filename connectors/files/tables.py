"""A table read out of a file: its header, and its rows with the numbers people see beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import BadInputError


class CellKind(StrEnum):
    """What stands in a cell; what a formula would give is never worked out here."""

    TEXT = "text"
    NUMBER = "number"
    FORMULA = "formula"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it stands in the file."""

    text: str
    kind: CellKind = CellKind.TEXT


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row; ``number`` counts from 1 as a spreadsheet does."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The named columns and what stands below them; ``date_base`` is how numbers are dates there."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    date_base: str = "1900"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLimits:
    """How large a file may be."""

    file_bytes: int = 32 * 1024 * 1024
    rows: int = 200_000
    columns: int = 200
    cell_characters: int = 10_000
    unpacked_bytes: int = 256 * 1024 * 1024
    packing_ratio: int = 200
    members: int = 2_000
    depth: int = 40


TABLE_LIMITS = TableLimits()


def unreadable(what: str) -> BadInputError:
    """A file that is no table as agreed."""
    return BadInputError(what=what, remedy="Correct the export, or the mapping profile.")


def table_of(rows: Sequence[TableRow], header_row: int, date_base: str = "1900") -> Table:
    """A table whose column names stand in row ``header_row``; empty rows are left out.

    Raises:
        BadInputError: there is no such row, or two columns bear the same name.
    """
    head = next((row for row in rows if row.number == header_row), None)
    names = [] if head is None else [cell.text.strip() for cell in head.cells]
    while names and not names[-1]:
        names.pop()
    if not any(names):
        raise unreadable(f"Row {header_row} holds no column names.")
    doubled = next((name for name in names if name and names.count(name) > 1), None)
    if doubled is not None:
        raise unreadable(f"Two columns are called {doubled!r}.")
    below = tuple(
        row for row in rows if row.number > header_row and any(cell.text.strip() for cell in row.cells)
    )
    return Table(columns=tuple(names), rows=below, date_base=date_base)
