"""What a file is worth before it is taken in: a preview, and a data-quality report by column and fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.files.client import read_table
from connectors.files.mapping import GoodRow, PoisonRow, check_columns, rows_of
from connectors.files.profiles import MappingProfile
from connectors.files.tables import Table

_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReport:
    """What stands in a column: how often nothing, how many different texts, and whether it is used."""

    name: str
    field: str
    blank: int
    distinct: int
    least: str
    most: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultReport:
    """One kind of fault in one column: how often, and where first."""

    column: str
    code: str
    count: int
    first_row: int
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """A file judged by its profile."""

    rows: int
    good: int
    poison: int
    columns: tuple[ColumnReport, ...]
    faults: tuple[FaultReport, ...]

    @property
    def good_percent(self) -> int:
        """How many of a hundred rows became records."""
        return _PERCENT if not self.rows else self.good * _PERCENT // self.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The first rows as they would be taken in, and the report of the whole file."""

    columns: tuple[str, ...]
    rows: tuple[GoodRow | PoisonRow, ...]
    report: QualityReport


def preview(body: bytes, profile: MappingProfile, *, limit: int = 20) -> Preview:
    """What a file would become; nothing is kept.

    Raises:
        BadInputError: the file is no table as the profile describes it.
    """
    table = read_table(body, profile)
    check_columns(table, profile)
    rows = tuple(rows_of(table, profile))
    return Preview(columns=table.columns, rows=rows[:limit], report=quality_of(table, rows, profile))


def quality_of(table: Table, rows: Sequence[GoodRow | PoisonRow], profile: MappingProfile) -> QualityReport:
    """The report of rows that were read."""
    poison = [row for row in rows if isinstance(row, PoisonRow)]
    counted = Counter((row.column, row.code) for row in poison)
    faults = []
    for (column, code), count in counted.most_common():
        first = next(row for row in poison if (row.column, row.code) == (column, code))
        faults.append(
            FaultReport(column=column, code=code, count=count, first_row=first.number, example=first.message)
        )
    return QualityReport(
        rows=len(rows),
        good=len(rows) - len(poison),
        poison=len(poison),
        columns=tuple(_column(table, place, profile) for place in range(len(table.columns))),
        faults=tuple(faults),
    )


def _column(table: Table, place: int, profile: MappingProfile) -> ColumnReport:
    texts = [row.cells[place].text.strip() if place < len(row.cells) else "" for row in table.rows]
    filled = [text for text in texts if text]
    name = table.columns[place]
    return ColumnReport(
        name=name,
        field=next((rule.to for rule in profile.column if rule.source == name), ""),
        blank=len(texts) - len(filled),
        distinct=len(set(filled)),
        least=min(filled, default=""),
        most=max(filled, default=""),
    )
